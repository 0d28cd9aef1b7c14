import CCurl
import ControlPlane

/// Sets the options of one easy handle, remembering the first that libcurl refused.
struct EasyOptions {
  private let easy: UnsafeMutableRawPointer
  private let lists: CurlLists
  private(set) var refused: APIError?

  init(_ easy: UnsafeMutableRawPointer, _ lists: CurlLists) {
    self.easy = easy
    self.lists = lists
  }

  /// What is asked.
  mutating func exchange(_ request: HTTPRequest) {
    // The certificate is checked against the URL's host: where another name is wanted, it stands
    // in the URL, and the connection is told to go elsewhere.
    let url = request.url
    let named = request.link.tls.serverName ?? url.host
    let host = named.contains(":") ? "[\(named)]" : named
    set(
      CURLOPT_URL, "\(url.scheme.rawValue)://\(host):\(url.port)\(url.path)\(request.target)")
    var headers = request.headers
    if named != url.host {
      list(CURLOPT_CONNECT_TO, ["::\(url.bracketedHost):\(url.port)"])
      headers.append(HTTPHeader("Host", url.authority))
    }
    for header in headers where !header.isSafe {
      refuse("the header \(header.name) would hold a line break or a control character")
    }
    // "Expect: 100-continue" costs a round trip; form encoding is libcurl's idea of a POST.
    var lines = headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
    lines.append("Expect:")
    if !headers.contains(where: { $0.name.lowercased() == "content-type" }) {
      lines.append("Content-Type:")
    }
    list(CURLOPT_HTTPHEADER, lines)
    if let body = request.body {
      set(CURLOPT_POSTFIELDSIZE_LARGE, offset: body.count)
      body.withUnsafeBytes {
        pointer(CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: $0.baseAddress))
      }
      if body.isEmpty { set(CURLOPT_POSTFIELDS, "") }
    }
    set(CURLOPT_CUSTOMREQUEST, request.method)
    if let timeout = request.timeout { set(CURLOPT_TIMEOUT_MS, timeout.wholeMilliseconds) }
    if !request.mayRepeat {
      set(CURLOPT_FRESH_CONNECT, 1)
      set(CURLOPT_FORBID_REUSE, 1)
    }
    if request.link.accepts == .all { set(CURLOPT_ACCEPT_ENCODING, "") }
  }

  /// How the server is reached and believed.
  mutating func link(_ request: HTTPRequest) {
    let link = request.link
    set(CURLOPT_NOSIGNAL, 1)
    set(CURLOPT_PROTOCOLS_STR, "http,https")
    set(CURLOPT_PATH_AS_IS, 1)
    set(CURLOPT_FOLLOWLOCATION, 0)
    set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
    set(CURLOPT_CONNECTTIMEOUT_MS, link.connectTimeout.wholeMilliseconds)
    set(CURLOPT_TCP_KEEPALIVE, 1)
    set(CURLOPT_TCP_KEEPIDLE, 30)
    set(CURLOPT_TCP_KEEPINTVL, 10)
    // Which proxy is meant was decided by `Proxy`; libcurl's own look at the environment differs.
    set(CURLOPT_PROXY, link.proxy?.revealed ?? "")
    set(CURLOPT_NOPROXY, "")
    set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    trust(link.tls)
  }

  private mutating func trust(_ tls: TLSSettings) {
    set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    if !tls.isVerified {
      for option in [
        CURLOPT_SSL_VERIFYPEER, CURLOPT_SSL_VERIFYHOST, CURLOPT_PROXY_SSL_VERIFYPEER,
        CURLOPT_PROXY_SSL_VERIFYHOST,
      ] {
        set(option, 0)
      }
    } else if let authorities = tls.authorities {
      // The cluster's authorities replace the system's, which libcurl would also take from its
      // default directory.
      blob(CURLOPT_CAINFO_BLOB, authorities)
      pointer(CURLOPT_CAPATH, nil)
      blob(CURLOPT_PROXY_CAINFO_BLOB, authorities)
      pointer(CURLOPT_PROXY_CAPATH, nil)
    }
    if let identity = tls.identity {
      blob(CURLOPT_SSLCERT_BLOB, identity.certificate)
      blob(CURLOPT_SSLKEY_BLOB, identity.key.revealed)
      // Without one, OpenSSL would ask for an encrypted key's pass phrase on the terminal.
      set(CURLOPT_KEYPASSWD, "")
    }
  }

  mutating func errorText(_ text: ErrorText) { pointer(CURLOPT_ERRORBUFFER, text.buffer) }

  mutating func onWrite(
    _ body:
      @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int
  ) {
    note(CURLOPT_WRITEFUNCTION, cc_set_write(easy, CURLOPT_WRITEFUNCTION, body))
  }

  /// Called with each line of a head, the empty one at its end included.
  mutating func onHeader(
    _ line:
      @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int
  ) {
    note(CURLOPT_HEADERFUNCTION, cc_set_write(easy, CURLOPT_HEADERFUNCTION, line))
  }

  mutating func set(_ option: CURLoption, _ value: Int) {
    note(option, cc_set_long(easy, option, value))
  }
  mutating func set(_ option: CURLoption, offset: Int) {
    note(option, cc_set_off(easy, option, offset))
  }
  mutating func set(_ option: CURLoption, _ value: String) {
    note(option, cc_set_str(easy, option, value))
  }
  mutating func pointer(_ option: CURLoption, _ value: UnsafeMutableRawPointer?) {
    note(option, cc_set_ptr(easy, option, value))
  }
  mutating func blob(_ option: CURLoption, _ bytes: [UInt8]) {
    note(option, bytes.withUnsafeBytes { cc_set_blob(easy, option, $0.baseAddress, $0.count) })
  }
  mutating func list(_ option: CURLoption, _ lines: [String]) {
    note(option, cc_set_list(easy, option, lists.add(lines)))
  }

  private mutating func note(_ option: CURLoption, _ code: CURLcode) {
    guard code != CURLE_OK else { return }
    refuse(
      "libcurl refuses option \(option.rawValue): \(String(cString: curl_easy_strerror(code)))")
  }

  private mutating func refuse(_ why: String) {
    if refused == nil { refused = APIError(.protocol, message: why) }
  }
}
