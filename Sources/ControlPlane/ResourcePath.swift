/// What a request's path addresses, read back from its parts; through a member's proxy too.
public struct ResourcePath: Hashable, Sendable {
  /// The member cluster whose proxy the path goes through.
  public var cluster: String?
  /// Empty for the core group.
  public var group = ""
  public var version = ""
  public var plural = ""
  public var namespace: String?
  public var name: String?
  public var subresource: String?

  /// nil when the path is none of a resource ("/version", "/apis", "/healthz").
  public init?(_ path: String) {
    let path = path.prefix { $0 != "?" }
    var parts = path.split(separator: "/").map { Percent.decode($0) ?? String($0) }[...]
    if parts.count > 5, parts.starts(with: ["apis", "cluster.karmada.io"]) {
      let rest = parts.dropFirst(3)
      if rest.first == "clusters", let proxy = rest.dropFirst(2).first, proxy == "proxy" {
        cluster = rest.dropFirst().first
        parts = rest.dropFirst(3)
      }
    }
    switch parts.popFirst() {
    case "api": break
    case "apis":
      guard let group = parts.popFirst() else { return nil }
      self.group = group
    default: return nil
    }
    guard let version = parts.popFirst(), let first = parts.popFirst() else { return nil }
    self.version = version
    plural = first
    // /namespaces/shop and its subresources are about the namespace itself.
    let ownSubresources = ["status", "finalize"]
    if first == "namespaces", let second = parts.dropFirst().first,
      !(group.isEmpty && ownSubresources.contains(second))
    {
      namespace = parts.popFirst()
      plural = second
      parts = parts.dropFirst()
    }
    name = parts.popFirst()
    subresource = parts.isEmpty ? nil : parts.joined(separator: "/")
  }

  /// "resourcebindings.work.karmada.io"; the plural alone for the core group.
  public var qualifiedName: String { group.isEmpty ? plural : "\(plural).\(group)" }
}

extension APIRequest {
  /// The verb as roles and audit logs name it: "list", "watch", "patch", "deletecollection".
  public var verb: String {
    let isOne = ResourcePath(path).map { $0.name != nil } ?? true
    switch method {
    case .get:
      if ["1", "true"].contains(query("watch")) { return "watch" }
      return isOne ? "get" : "list"
    case .post: return "create"
    case .put: return "update"
    case .patch: return "patch"
    case .delete: return isOne ? "delete" : "deletecollection"
    }
  }

  /// What is being done, and to what, for messages: "list resourcebindings.work.karmada.io in
  /// namespace shop", "patch deployments.apps/web in namespace shop of member1 (through its proxy)".
  public var subject: String {
    guard let target = ResourcePath(path) else {
      return PlainText.line("\(verb) \(path.prefix { $0 != "?" })")
    }
    var text = "\(verb) \(target.qualifiedName)"
    if let name = target.name { text += "/\(name)" }
    if let subresource = target.subresource { text += " (\(subresource))" }
    if let namespace = target.namespace { text += " in namespace \(namespace)" }
    if let cluster = target.cluster { text += " of \(cluster) (through its proxy)" }
    if query("dryRun") != nil { text += " (dry run)" }
    return PlainText.line(text)
  }
}
