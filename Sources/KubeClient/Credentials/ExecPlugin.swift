import FoundationEssentials
import Manifest

/// An exec credential plugin as a kubeconfig describes it.
struct ExecPlugin: Hashable, Sendable {
  enum Version: String, Hashable, Sendable {
    case v1 = "client.authentication.k8s.io/v1"
    case v1beta1 = "client.authentication.k8s.io/v1beta1"
  }

  /// "user "admin", exec", for messages.
  var owner: String
  var version: Version
  /// A name to look up in PATH, or a path.
  var command: String
  var arguments: [String]
  var environment: [String: Secret<String>]
  var installHint: String
  /// What KUBERNETES_EXEC_INFO holds; a proxy's password may be inside.
  var info: Secret<JSONValue>

  static let commandAdvice = "write the command that prints the credential"

  init(_ fields: Fields, cluster: Kubeconfig.Entry, resolved: ResolvedContext)
    throws(KubeconfigError)
  {
    owner = fields.owner
    version = try Self.version(fields)
    guard let command = try fields.string("command") else {
      throw KubeconfigError(
        .malformed, file: fields.file, "\(fields.owner) has no command",
        advice: Self.commandAdvice)
    }
    self.command = command.contains("/") ? fields.resolve(command) : command
    arguments = try fields.strings("args")
    environment = try Self.environment(fields)
    installHint = try fields.string("installHint") ?? ""
    try Self.checkInteraction(fields, version)
    var spec: JSONValue = ["interactive": false]
    if try fields.bool("provideClusterInfo") {
      spec["cluster"] = Self.clusterInfo(cluster, resolved)
    }
    info = Secret([
      "kind": "ExecCredential", "apiVersion": .string(version.rawValue), "spec": spec,
    ])
  }

  private static func version(_ fields: Fields) throws(KubeconfigError) -> Version {
    guard let text = try fields.string("apiVersion") else {
      throw fields.malformed("apiVersion", "is not set")
    }
    if let version = Version(rawValue: text) { return version }
    throw fields.unsupported(
      text.hasSuffix("/v1alpha1")
        ? "uses the plugin protocol v1alpha1, which Kubernetes removed in 1.24"
        : "uses the plugin protocol \(text.quoted), which is not known",
      advice: "update the plugin and write \(Version.v1.rawValue)")
  }

  private static func environment(_ fields: Fields) throws(KubeconfigError)
    -> [String: Secret<String>]
  {
    var environment: [String: Secret<String>] = [:]
    for (index, item) in try fields.list("env").enumerated() {
      guard let name = item["name"].flatMap(Fields.text), !name.isEmpty, !name.contains("=") else {
        throw fields.malformed("env[\(index)]", "has no usable name")
      }
      environment[name] = Secret(item["value"].flatMap(Fields.text) ?? "")
    }
    return environment
  }

  private static func checkInteraction(_ fields: Fields, _ version: Version)
    throws(KubeconfigError)
  {
    switch try fields.string("interactiveMode") {
    case "Never", "IfAvailable": return
    case nil where version == .v1beta1: return
    case nil:
      throw fields.malformed("interactiveMode", "is not set, as \(version.rawValue) requires")
    case "Always":
      throw fields.unsupported(
        "wants to ask on the terminal (interactiveMode Always), which this program draws on",
        advice: "log in with kubectl first and use a plugin that can do without asking")
    case let other?:
      throw fields.malformed(
        "interactiveMode", "is \(other.quoted), not Never, IfAvailable or Always")
    }
  }

  private static func clusterInfo(_ cluster: Kubeconfig.Entry, _ resolved: ResolvedContext)
    -> JSONValue
  {
    var info: JSONValue = ["server": .string(resolved.server.description)]
    if let name = resolved.tls.serverName { info["tls-server-name"] = .string(name) }
    if !resolved.tls.isVerified { info["insecure-skip-tls-verify"] = true }
    if let authorities = resolved.tls.authorities {
      info["certificate-authority-data"] = .string(Data(authorities).base64EncodedString())
    }
    if let proxy = resolved.proxy { info["proxy-url"] = .string(proxy.revealed) }
    if resolved.compression == .none { info["disable-compression"] = true }
    for entry in cluster.fields["extensions"]?.array ?? []
    where entry["name"]?.string == "client.authentication.k8s.io/exec" {
      info["config"] = entry["extension"]
    }
    return info
  }
}
