import CCurl
import ControlPlane
import Glibc

/// What libcurl knows about an exchange that had no proper answer, and what that means.
struct TransportFailure {
  var code: CURLcode
  /// libcurl's own words; may be empty.
  var text: String
  var request: HTTPRequest
  /// OpenSSL's X509_V_ERR_*; 0 when it had no objection, 1 when it was not asked.
  var verifyResult = 0
  /// errno of the system call that failed; 0 when none did.
  var systemError: Int32 = 0
  /// 0 when no answer began.
  var status = 0
  /// The connection stood, and the request was on its way.
  var isConnected = false
  var isStream = false
  var isTooLarge = false
  /// The server's certificates, its own first, where a refused one could be looked at.
  var chain: [PeerCertificate] = []

  var apiError: APIError {
    let (kind, message) = classified
    return APIError(kind, status: status == 0 ? nil : status, message: message)
  }

  private var server: String { request.url.hostAndPort }

  private var words: String {
    text.isEmpty ? String(cString: curl_easy_strerror(code)) : text
  }

  /// libcurl takes the alert that our certificate has expired for a fault of the server's.
  private var hiddenAlert: TLSAlert? {
    let isOurs =
      code == CURLE_PEER_FAILED_VERIFICATION && words == "SSL certificate verification failed"
      && request.link.tls.identity != nil
    return isOurs ? .expired : nil
  }

  private var classified: (APIError.Kind, String) {
    if isTooLarge {
      return (.protocol, "the answer is larger than \(request.bodyLimit >> 20) MB and was not read")
    }
    if let alert = TLSAlert(in: words) ?? hiddenAlert {
      return (.tls, alert.message(server: server, identity: request.link.tls.identity != nil))
    }
    return switch code {
    case CURLE_COULDNT_RESOLVE_HOST:
      (.unreachable, "cannot resolve the name \(request.url.host)")
    case CURLE_COULDNT_RESOLVE_PROXY:
      (.unreachable, "cannot resolve the name of the proxy")
    case CURLE_COULDNT_CONNECT: (.unreachable, cannotConnect)
    case CURLE_PROXY: (.unreachable, "the proxy does not connect to \(server): \(words)")
    case CURLE_OPERATION_TIMEDOUT: timedOut
    case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE, CURLE_HTTP2,
      CURLE_HTTP2_STREAM:
      broken
    case CURLE_PEER_FAILED_VERIFICATION: (.tls, distrust)
    case CURLE_SSL_CONNECT_ERROR: handshake
    case CURLE_SSL_CERTPROBLEM, CURLE_SSL_ENGINE_SETFAILED:
      (.tls, "the user's client certificate cannot be used: \(CertificateFault(words).why)")
    case CURLE_SSL_CACERT_BADFILE:
      (.tls, "the cluster's certificate-authority holds no certificate that can be read")
    case CURLE_SSL_CIPHER, CURLE_SSL_ENGINE_NOTFOUND, CURLE_USE_SSL_FAILED,
      CURLE_SSL_SHUTDOWN_FAILED, CURLE_SSL_CRL_BADFILE, CURLE_SSL_ISSUER_ERROR,
      CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CLIENTCERT:
      (.tls, "TLS with \(server) failed: \(words)")
    case CURLE_URL_MALFORMAT: (.protocol, "\(request.url) is not a usable address: \(words)")
    default: (.protocol, "\(server) does not answer as an API server: \(words)")
    }
  }

  private var cannotConnect: String {
    let why = systemError == 0 ? words : String(cString: strerror(systemError))
    return "cannot connect to \(server): \(why)"
  }

  private var timedOut: (APIError.Kind, String) {
    if isConnected {
      let limit = request.timeout.map { " within \($0.inWords)" } ?? ""
      return (.timeout, "no complete answer from \(server)\(limit)")
    }
    let limit = min(request.timeout ?? request.link.connectTimeout, request.link.connectTimeout)
    return (
      .unreachable,
      "no connection to \(server) within \(limit.inWords)"
    )
  }

  /// The connection ended before the answer did.
  private var broken: (APIError.Kind, String) {
    // TLS 1.3 lets a client finish the handshake before the server has looked at its certificate,
    // and an HTTP/2 connection that is closed then says nothing about the reason.
    if code == CURLE_HTTP2, request.url.scheme == .https, status == 0,
      request.link.tls.identity == nil
    {
      return (
        .tls,
        "\(server) closed the connection after the handshake: \(TLSAlert.wantsCertificate)"
      )
    }
    if words.contains("CONNECT tunnel failed") {
      return (.unreachable, "the proxy does not connect to \(server): \(words)")
    }
    if status == 0 {
      return (.unreachable, "\(server) closed the connection without an answer (\(words))")
    }
    let half = "\(server) closed the connection in the middle of its answer"
    return isStream ? (.unreachable, half) : (.protocol, half)
  }

  private var handshake: (APIError.Kind, String) {
    let lower = words.lowercased()
    if ["wrong version number", "packet length too long", "http request", "unknown protocol"]
      .contains(where: lower.contains)
    {
      return (.tls, "\(server) does not speak TLS on this port; is its address http:// ?")
    }
    if ["syscall", "reset by peer", "unexpected eof"].contains(where: lower.contains) {
      return (.unreachable, "\(server) closed the connection during the TLS handshake")
    }
    return (.tls, "TLS with \(server) failed: \(words)")
  }

  /// Why the server's certificate is not believed, and which one.
  private var distrust: String {
    DistrustReport(
      server: server, serverName: request.link.tls.serverName ?? request.url.host,
      hasOwnAuthorities: request.link.tls.authorities != nil, verifyResult: verifyResult,
      words: words, chain: chain
    ).message
  }
}

/// What libcurl says about our own certificate, in an operator's words.
struct CertificateFault {
  var why: String

  init(_ words: String) {
    let lower = words.lowercased()
    why =
      if lower.contains("does not match") || lower.contains("mismatch") {
        "client-key does not belong to client-certificate"
      } else if lower.contains("private key") {
        // OpenSSL compares the two while it reads the key, and libcurl keeps its reason.
        "client-key does not belong to client-certificate, or is not a private key"
      } else if lower.contains("client certificate") {
        "client-certificate is not a PEM certificate"
      } else {
        words
      }
  }
}
