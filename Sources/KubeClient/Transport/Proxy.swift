/// Which proxy leads to a server, decided as Kubernetes' own clients decide it.
enum Proxy {
  struct Failure: Error, Hashable, Sendable { var why: String }

  /// The proxy for `server`: the cluster's own `proxy-url` for every address, or else what the
  /// environment says (HTTPS_PROXY, HTTP_PROXY, NO_PROXY); nil for none.
  static func address(
    for server: ServerURL, clusterProxy: String?, environment: [String: String]
  ) throws(Failure) -> Secret<String>? {
    if let clusterProxy, !clusterProxy.isEmpty { return Secret(try forCurl(clusterProxy)) }
    let names =
      server.scheme == .https ? ["HTTPS_PROXY", "https_proxy"] : ["HTTP_PROXY", "http_proxy"]
    guard let value = first(of: names, in: environment) else { return nil }
    // In a CGI program HTTP_PROXY is a header of the request that came in.
    if server.scheme == .http, environment["REQUEST_METHOD"] != nil { return nil }
    let exceptions = first(of: ["NO_PROXY", "no_proxy"], in: environment) ?? ""
    if isDirect(server, exceptions: exceptions) { return nil }
    return Secret(try forCurl(value.contains("://") ? value : "http://\(value)"))
  }

  private static func first(of names: [String], in environment: [String: String]) -> String? {
    names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
  }

  /// libcurl's spelling: with "socks5h" the proxy resolves the name, which is what Go's "socks5"
  /// does too.
  private static func forCurl(_ text: String) throws(Failure) -> String {
    guard let mark = text.firstRange(of: "://") else {
      throw Failure(why: "it has no scheme; write http://, https:// or socks5://")
    }
    let scheme = text[..<mark.lowerBound].lowercased()
    let rest = text[mark.upperBound...]
    let authority = rest.prefix { $0 != "/" }
    guard authority.last != "@", !authority.isEmpty,
      rest.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f })
    else { throw Failure(why: "it names no host") }
    switch scheme {
    case "http", "https": return "\(scheme)://\(rest)"
    case "socks5", "socks5h": return "socks5h://\(rest)"
    default:
      throw Failure(why: "its scheme \"\(scheme)\" is not one of http, https and socks5")
    }
  }

  /// Whether NO_PROXY, or the address being this machine, says to go without.
  static func isDirect(_ server: ServerURL, exceptions: String) -> Bool {
    let host = server.host
    let address = IPAddress(host)
    if host == "localhost" || address?.isLoopback == true { return true }
    for entry in exceptions.split(separator: ",") {
      let entry = entry.drop { $0 == " " }.prefix { $0 != " " }.lowercased()
      if entry == "*" { return true }
      if entry.isEmpty { continue }
      if let block = IPBlock(entry) {
        if let address, block.contains(address) { return true }
        continue
      }
      if matches(entry, host: host, address: address, port: server.port) { return true }
    }
    return false
  }

  private static func matches(_ entry: String, host: String, address: IPAddress?, port: Int)
    -> Bool
  {
    var name = entry[...]
    if IPAddress(entry) == nil, let colon = entry.lastIndex(of: ":"),
      let wanted = Int(entry[entry.index(after: colon)...])
    {
      guard wanted == port else { return false }
      name = entry[..<colon]
    }
    if name.first == "[", name.last == "]" { name = name.dropFirst().dropLast() }
    if let wanted = IPAddress(String(name)) { return wanted == address }
    if name.hasPrefix("*.") { name = name.dropFirst() }
    if name.hasPrefix(".") { return host.hasSuffix(name) }
    return host == name || host.hasSuffix(".\(name)")
  }
}
