import Manifest

/// Everything that one context of a kubeconfig says about reaching a control plane, with the
/// files it names read.
public struct ResolvedContext: Hashable, Sendable {
  /// The context's name.
  public var name: String
  /// The namespace to begin with; nil when the context names none.
  public var namespace: String?
  /// The user's name; nil when the context has none.
  public var userName: String?
  public var impersonation: Impersonation?
  var server: ServerURL
  var tls: TLSSettings
  var proxy: Secret<String>?
  var compression = HTTPRequest.Compression.all
  var credential = CredentialSource.none
}

/// Where a user's credential comes from. A client certificate stands in `TLSSettings`.
enum CredentialSource: Hashable, Sendable {
  case none
  case token(Secret<String>)
  /// The token is for the time when the file cannot be read.
  case tokenFile(path: String, fallback: Secret<String>?)
  case exec(ExecPlugin)
}

extension Kubeconfig {
  /// Looks up a context, the current one without a name, and reads all it refers to.
  public func resolve(context chosen: String? = nil, reader: FileReader = .disk)
    throws(KubeconfigError) -> ResolvedContext
  {
    let context = try contextEntry(chosen)
    let fields = Fields("context", context)
    guard let clusterName = try fields.string("cluster") else {
      throw fields.malformed("cluster", "is not set")
    }
    guard let cluster = clusters.first(where: { $0.name == clusterName }) else {
      throw KubeconfigError(
        .unknownCluster, file: context.file,
        "context \(context.name.quoted) names the cluster \(clusterName.quoted), which is not "
          + "there",
        advice: KubeconfigError.known(clusters.map(\.name)))
    }
    var resolved = try ResolvedContext(cluster, name: context.name, reader)
    resolved.namespace = try fields.string("namespace")
    if let userName = try fields.string("user") {
      guard let user = users.first(where: { $0.name == userName }) else {
        throw KubeconfigError(
          .unknownUser, file: context.file,
          "context \(context.name.quoted) names the user \(userName.quoted), which is not there",
          advice: KubeconfigError.known(users.map(\.name)))
      }
      resolved.userName = userName
      try resolved.take(user, cluster: cluster, reader)
    }
    return resolved
  }

  private func contextEntry(_ chosen: String?) throws(KubeconfigError) -> Entry {
    let file = files.count == 1 ? files.first : nil
    guard let name = chosen ?? currentContext else {
      throw KubeconfigError(
        .noCurrentContext, file: file, "no current-context is set",
        advice: "choose one with --context; " + KubeconfigError.known(contextNames))
    }
    guard let entry = contexts.first(where: { $0.name == name }) else {
      let what =
        chosen == nil
        ? "current-context \(name.quoted) is not among the contexts"
        : "there is no context \(name.quoted)"
      throw KubeconfigError(
        .unknownContext, file: file, what, advice: KubeconfigError.known(contextNames))
    }
    return entry
  }
}

extension ResolvedContext {
  fileprivate init(_ cluster: Kubeconfig.Entry, name: String, _ reader: FileReader)
    throws(KubeconfigError)
  {
    let fields = Fields("cluster", cluster)
    guard let address = try fields.string("server") else {
      throw KubeconfigError(
        .badServer, file: cluster.file, "\(fields.owner) has no server",
        advice: "write its address, as in https://10.0.0.1:5443")
    }
    do throws(ServerURL.Failure) {
      server = try ServerURL(parsing: address)
    } catch {
      throw KubeconfigError(
        .badServer, file: cluster.file, "server of \(fields.owner) is not usable: \(error.why)",
        advice: "write an address as in https://10.0.0.1:5443")
    }
    self.name = name
    tls = TLSSettings()
    tls.serverName = try fields.string("tls-server-name")
    tls.isVerified = try !fields.bool("insecure-skip-tls-verify")
    tls.authorities = try fields.content("certificate-authority", reader)
    if let authorities = tls.authorities {
      guard tls.isVerified else {
        throw fields.contradiction(
          "has certificate-authority and insecure-skip-tls-verify, which exclude each other",
          advice: "remove insecure-skip-tls-verify")
      }
      try PEM.check(authorities, is: .certificate, "certificate-authority", fields)
    }
    proxy = try fields.string("proxy-url").map(Secret.init)
    if try fields.bool("disable-compression") { compression = .none }
  }

  fileprivate mutating func take(
    _ user: Kubeconfig.Entry, cluster: Kubeconfig.Entry, _ reader: FileReader
  ) throws(KubeconfigError) {
    let fields = Fields("user", user)
    try Self.refuseLegacy(fields)
    tls.identity = try Self.identity(fields, reader)
    impersonation = try Self.impersonation(fields)
    let token = try fields.string("token")
    if let path = try fields.path("tokenFile") {
      credential = .tokenFile(path: path, fallback: token.map(Secret.init))
    } else if let token {
      credential = .token(Secret(token))
    } else if let exec = try fields.mapping("exec") {
      credential = .exec(try ExecPlugin(exec, cluster: cluster, resolved: self))
    }
  }

  private static func refuseLegacy(_ fields: Fields) throws(KubeconfigError) {
    let legacy = [try fields.string("username"), try fields.string("password")]
    if legacy.contains(where: { $0 != nil }) {
      throw fields.unsupported(
        "logs in with username and password, which API servers no longer take (since 1.19)",
        advice: "use a token, a client certificate or an exec plugin")
    }
    if let provider = try fields.mapping("auth-provider") {
      let name = try provider.string("name").map { " (\($0.quoted))" } ?? ""
      throw fields.unsupported(
        "logs in with an auth-provider\(name), which Kubernetes removed in 1.26",
        advice: "use the provider's exec plugin")
    }
  }

  private static func identity(_ fields: Fields, _ reader: FileReader) throws(KubeconfigError)
    -> TLSIdentity?
  {
    let certificate = try fields.content("client-certificate", reader)
    let key = try fields.content("client-key", reader)
    switch (certificate, key) {
    case (nil, nil): return nil
    case (nil, _?):
      throw fields.contradiction(
        "has a client-key but no client-certificate", advice: "add client-certificate-data")
    case (_?, nil):
      throw fields.contradiction(
        "has a client-certificate but no client-key", advice: "add client-key-data")
    case (let certificate?, let key?):
      try PEM.check(certificate, is: .certificate, "client-certificate", fields)
      try PEM.check(key, is: .key, "client-key", fields)
      return TLSIdentity(certificate: certificate, key: Secret(key))
    }
  }

  private static func impersonation(_ fields: Fields) throws(KubeconfigError) -> Impersonation? {
    var extra: [String: [String]] = [:]
    if let mapping = try fields.mapping("as-user-extra") {
      for key in mapping.object.keys { extra[key] = try mapping.strings(key) }
    }
    let groups = try fields.strings("as-groups")
    let uid = try fields.string("as-uid")
    guard let user = try fields.string("as") else {
      if !groups.isEmpty || uid != nil || !extra.isEmpty {
        throw fields.contradiction(
          "has as-groups, as-uid or as-user-extra without as", advice: "say whom to act as")
      }
      return nil
    }
    return Impersonation(user: user, groups: groups, uid: uid, extra: extra)
  }
}
