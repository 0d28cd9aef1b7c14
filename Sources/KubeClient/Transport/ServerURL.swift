/// The address of an API server: scheme, host, port and the path all of its paths hang under.
struct ServerURL: Hashable, Sendable {
  enum Scheme: String, Hashable, Sendable {
    case http, https
    var defaultPort: Int { self == .http ? 80 : 443 }
  }
  struct Failure: Error, Hashable, Sendable { var why: String }

  var scheme: Scheme
  /// Lower case; an IPv6 address without its brackets.
  var host: String
  var port: Int
  /// Empty, or "/k8s/clusters/c-1" without a slash at its end.
  var path: String

  /// Takes what a kubeconfig's `server` holds. Without a scheme it is https.
  init(parsing text: String) throws(Failure) {
    var rest = text[...]
    if let mark = rest.firstRange(of: "://") {
      let name = rest[..<mark.lowerBound].lowercased()
      guard let scheme = Scheme(rawValue: name) else {
        throw Failure(why: "its scheme \"\(name)\" is neither https nor http")
      }
      self.scheme = scheme
      rest = rest[mark.upperBound...]
    } else {
      scheme = .https
    }
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else {
      throw Failure(why: "it holds spaces or control characters")
    }
    guard !rest.contains(where: { $0 == "?" || $0 == "#" }) else {
      throw Failure(why: "it holds a query or a fragment")
    }
    let authority = rest.prefix { $0 != "/" }
    guard !authority.contains("@") else {
      throw Failure(why: "it holds a user name; put credentials under users instead")
    }
    (host, port) = try Self.hostAndPort(authority, default: scheme.defaultPort)
    var path = rest[authority.endIndex...]
    while path.last == "/" { path.removeLast() }
    self.path = String(path)
  }

  private static func hostAndPort(_ text: Substring, default defaultPort: Int) throws(Failure)
    -> (String, Int)
  {
    let host: Substring
    let after: Substring
    if text.first == "[" {
      guard let close = text.firstIndex(of: "]") else {
        throw Failure(why: "the bracket of its IPv6 address is not closed")
      }
      host = text[text.index(after: text.startIndex)..<close]
      after = text[text.index(after: close)...]
    } else {
      host = text.prefix { $0 != ":" }
      after = text[host.endIndex...]
    }
    guard !host.isEmpty else { throw Failure(why: "it names no host") }
    if after.isEmpty || after == ":" { return (host.lowercased(), defaultPort) }
    guard after.first == ":", let port = Int(after.dropFirst()), (1...65535).contains(port) else {
      throw Failure(why: "\"\(after.dropFirst())\" is not a port")
    }
    return (host.lowercased(), port)
  }

  /// The host as it stands in a URL.
  var bracketedHost: String { host.contains(":") ? "[\(host)]" : host }

  /// "host:port", without the port where it is the scheme's own: what a Host header carries.
  var authority: String {
    port == scheme.defaultPort ? bracketedHost : "\(bracketedHost):\(port)"
  }

  /// "10.0.0.1:5443", for messages.
  var hostAndPort: String { "\(bracketedHost):\(port)" }
}

extension ServerURL: CustomStringConvertible {
  var description: String { "\(scheme.rawValue)://\(authority)\(path)" }
}
