import CCurl

/// A handshake without a request, our certificate or a credential, made after a certificate was
/// refused: libcurl shows the certificates of a chain only when the handshake came to its end.
final class CertificateProbe {
  let easy: UnsafeMutableRawPointer
  private let lists = CurlLists()

  init?(_ refused: HTTPRequest) {
    guard refused.url.scheme == .https, let easy = curl_easy_init() else { return nil }
    self.easy = easy
    var request = HTTPRequest(url: refused.url, target: "/", timeout: .seconds(5))
    request.link = refused.link
    request.link.tls.identity = nil
    request.link.tls.authorities = nil
    request.link.tls.isVerified = false
    request.mayRepeat = false
    var options = EasyOptions(easy, lists)
    options.exchange(request)
    options.link(request)
    options.set(CURLOPT_CONNECT_ONLY, 1)
    options.set(CURLOPT_CERTINFO, 1)
    if options.refused != nil { return nil }
  }

  deinit { curl_easy_cleanup(easy) }

  /// The server's own certificate first; empty when the handshake failed again.
  var chain: [PeerCertificate] {
    var found: UnsafeMutablePointer<curl_certinfo>?
    guard cc_get_certs(easy, &found) == CURLE_OK, let found, let lists = found.pointee.certinfo
    else { return [] }
    return (0..<max(0, Int(found.pointee.num_of_certs))).map { index in
      var fields: [String] = []
      var entry = lists[index]
      while let current = entry {
        if let data = current.pointee.data { fields.append(String(cString: data)) }
        entry = current.pointee.next
      }
      return PeerCertificate(fields: fields)
    }
  }
}
