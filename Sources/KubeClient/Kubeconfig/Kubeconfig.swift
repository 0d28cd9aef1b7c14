import Manifest

/// What one kubeconfig file says, or several merged.
///
/// Entries are looked into only when a context that needs them is resolved, so that a broken
/// entry does not stand in the way of the others.
public struct Kubeconfig: Hashable, Sendable {
  /// One named cluster, user or context.
  struct Entry: Hashable, Sendable {
    var name: String
    /// The file it stands in: relative paths inside start there.
    var file: String
    var fields: JSONObject
  }

  /// In the order read.
  public internal(set) var files: [String] = []
  public internal(set) var currentContext: String?
  var clusters: [Entry] = []
  var users: [Entry] = []
  var contexts: [Entry] = []

  init() {}

  /// The names of the contexts, in the order written.
  public var contextNames: [String] { contexts.map(\.name) }

  /// Reads one file's bytes. A file that only holds empty lists is fine: others may add to it.
  public init(parsing bytes: [UInt8], file: String) throws(KubeconfigError) {
    let root = try Self.root(bytes, file)
    files = [file]
    switch root["current-context"] {
    case nil, .null?: break
    case .string(let name)?: currentContext = name.isEmpty ? nil : name
    case .int(let number)?: currentContext = String(number)
    default:
      throw KubeconfigError(
        .malformed, file: file, "current-context is not a string",
        advice: "write the name of a context")
    }
    clusters = try Self.entries(root, file, list: "clusters", holding: "cluster")
    users = try Self.entries(root, file, list: "users", holding: "user")
    contexts = try Self.entries(root, file, list: "contexts", holding: "context")
  }

  private static func root(_ bytes: [UInt8], _ file: String) throws(KubeconfigError) -> JSONObject {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw KubeconfigError(
        .notYAML, file: file, "it is not UTF-8 text", advice: "is this path a kubeconfig?")
    }
    let documents: [JSONValue]
    do {
      documents = try YAML.parse(text)
    } catch {
      throw KubeconfigError(
        .notYAML, file: file, "it is not YAML (\(error))", advice: "correct that line")
    }
    guard let first = documents.first(where: { $0 != .null }) else {
      throw KubeconfigError(
        .empty, file: file, "it is empty",
        advice: "put a kubeconfig there or choose another with --kubeconfig")
    }
    guard let root = first.object else {
      throw KubeconfigError(
        .notAMapping, file: file, "it is YAML, but not a mapping",
        advice: "is this path a kubeconfig?")
    }
    return root
  }

  private static func entries(
    _ root: JSONObject, _ file: String, list: String, holding key: String
  ) throws(KubeconfigError) -> [Entry] {
    func malformed(_ what: String) -> KubeconfigError {
      KubeconfigError(
        .malformed, file: file, what, advice: "each of \(list) is a mapping of name and \(key)")
    }
    let items: [JSONValue]
    switch root[list] {
    case nil, .null?: return []
    case .array(let array)?: items = array
    default: throw malformed("\(list) is not a list")
    }
    var entries: [Entry] = []
    for (index, item) in items.enumerated() {
      guard let object = item.object else {
        throw malformed("entry \(index + 1) of \(list) is not a mapping")
      }
      guard let name = object["name"].flatMap(Fields.text) else {
        throw malformed("entry \(index + 1) of \(list) has no name")
      }
      guard !entries.contains(where: { $0.name == name }) else {
        throw KubeconfigError(
          .malformed, file: file, "\(list) has two entries named \(name.quoted)",
          advice: "remove one of them")
      }
      let fields: JSONObject
      switch object[key] {
      case nil, .null?: fields = JSONObject()
      case .object(let object)?: fields = object
      default: throw malformed("\(key) of \(name.quoted) is not a mapping")
      }
      entries.append(Entry(name: name, file: file, fields: fields))
    }
    return entries
  }

  /// Takes from `other` what is not here yet: the first file to name an entry, or to set the
  /// current context, wins as a whole.
  mutating func merge(_ other: Kubeconfig) {
    files += other.files
    if currentContext == nil { currentContext = other.currentContext }
    Self.merge(&clusters, other.clusters)
    Self.merge(&users, other.users)
    Self.merge(&contexts, other.contexts)
  }

  private static func merge(_ entries: inout [Entry], _ others: [Entry]) {
    let names = Set(entries.map(\.name))
    entries += others.filter { !names.contains($0.name) }
  }
}

extension Kubeconfig {
  /// Finds and reads the kubeconfig the way kubectl does: the file named, and that one only; or
  /// those of KUBECONFIG, merged, missing ones left out; or ~/.kube/config.
  public static func load(
    explicitPath: String? = nil, environment: [String: String], reader: FileReader = .disk
  ) throws(KubeconfigError) -> Kubeconfig {
    if let explicitPath {
      return try read(
        explicitPath, reader, advice: "--kubeconfig has to name a file that exists")
    }
    let paths = (environment["KUBECONFIG"] ?? "").split(separator: ":").map(String.init)
    if paths.isEmpty { return try read(defaultPath(environment), reader, advice: whereToPutIt) }
    return try merged(paths, reader)
  }

  private static let whereToPutIt = "put a kubeconfig there, set KUBECONFIG or use --kubeconfig"

  private static func defaultPath(_ environment: [String: String]) throws(KubeconfigError) -> String
  {
    guard let home = environment["HOME"], !home.isEmpty else {
      throw KubeconfigError(
        .missing, "there is no kubeconfig: neither KUBECONFIG nor HOME is set",
        advice: "use --kubeconfig")
    }
    return home + "/.kube/config"
  }

  private static func merged(_ paths: [String], _ reader: FileReader) throws(KubeconfigError)
    -> Kubeconfig
  {
    var merged = Kubeconfig()
    var firstEmpty: KubeconfigError?
    var seen: Set<String> = []
    for path in paths where seen.insert(path).inserted {
      do {
        merged.merge(try read(path, reader, advice: ""))
      } catch  where error.kind == .missing {
        continue
      } catch  where error.kind == .empty {
        firstEmpty = firstEmpty ?? error
      }
    }
    guard merged.files.isEmpty else { return merged }
    throw firstEmpty
      ?? KubeconfigError(
        .missing, "no file that KUBECONFIG names exists (\(paths.joined(separator: ", ")))",
        advice: "correct KUBECONFIG or use --kubeconfig")
  }

  private static func read(_ path: String, _ reader: FileReader, advice: String)
    throws(KubeconfigError) -> Kubeconfig
  {
    let bytes: [UInt8]
    do {
      bytes = try reader.read(path)
    } catch {
      switch error {
      case .missing:
        throw KubeconfigError(.missing, file: path, "there is no such file", advice: advice)
      case .unreadable(let why):
        throw KubeconfigError(
          .unreadable, file: path, "it cannot be read: \(why)",
          advice: "check its permissions or use --kubeconfig")
      }
    }
    return try Kubeconfig(parsing: bytes, file: path)
  }
}
