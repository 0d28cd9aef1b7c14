import FoundationEssentials
import Manifest

/// Reads the fields of one kubeconfig entry, naming entry and file in what it throws.
struct Fields {
  /// "user "admin"", for messages.
  var owner: String
  var file: String
  var object: JSONObject

  init(_ kind: String, _ entry: Kubeconfig.Entry) {
    owner = "\(kind) \(entry.name.quoted)"
    file = entry.file
    object = entry.fields
  }

  private init(owner: String, file: String, object: JSONObject) {
    (self.owner, self.file, self.object) = (owner, file, object)
  }

  /// YAML reads a bare number as one; in a kubeconfig it is a name or a token.
  static func text(_ value: JSONValue) -> String? {
    switch value {
    case .string(let text): text
    case .int(let number): String(number)
    default: nil
    }
  }

  /// nil when absent, null or empty.
  func string(_ key: String) throws(KubeconfigError) -> String? {
    guard let value = object[key], value != .null else { return nil }
    guard let text = Self.text(value) else { throw malformed(key, "is not a string") }
    return text.isEmpty ? nil : text
  }

  /// False when absent.
  func bool(_ key: String) throws(KubeconfigError) -> Bool {
    guard let value = object[key], value != .null else { return false }
    guard let flag = value.bool else { throw malformed(key, "is neither true nor false") }
    return flag
  }

  func strings(_ key: String) throws(KubeconfigError) -> [String] {
    try list(key).enumerated().map { index, value throws(KubeconfigError) in
      guard let text = Self.text(value) else {
        throw malformed("\(key)[\(index)]", "is not a string")
      }
      return text
    }
  }

  func list(_ key: String) throws(KubeconfigError) -> [JSONValue] {
    guard let value = object[key], value != .null else { return [] }
    guard let items = value.array else { throw malformed(key, "is not a list") }
    return items
  }

  /// The mapping below a key, with the key in its name; nil when absent.
  func mapping(_ key: String) throws(KubeconfigError) -> Fields? {
    guard let value = object[key], value != .null else { return nil }
    guard let object = value.object else { throw malformed(key, "is not a mapping") }
    return Fields(owner: "\(owner), \(key)", file: file, object: object)
  }

  /// A path as it stands, or, where it is relative, from the folder of the file it stands in.
  func path(_ key: String) throws(KubeconfigError) -> String? {
    try string(key).map { resolve($0) }
  }

  func resolve(_ path: String) -> String {
    guard !path.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return path }
    return file[...slash] + path
  }

  /// What `key`-data holds, or else the file that `key` names. nil when neither is set.
  func content(_ key: String, _ reader: FileReader) throws(KubeconfigError) -> [UInt8]? {
    if let encoded = try string("\(key)-data") {
      guard let data = Data(base64Encoded: encoded.filter { !$0.isWhitespace }) else {
        throw KubeconfigError(
          .badCertificate, file: file, "\(key)-data of \(owner) is not base64",
          advice: "take it again from a fresh kubeconfig")
      }
      return [UInt8](data)
    }
    guard let path = try path(key) else { return nil }
    do {
      return try reader.read(path)
    } catch {
      let why =
        switch error {
        case .missing: "does not exist"
        case .unreadable(let why): "cannot be read: \(why)"
        }
      throw KubeconfigError(
        .unreadable, file: file, "\(key) of \(owner): \(path) \(why)",
        advice: "correct the path or the file's permissions")
    }
  }

  func malformed(_ key: String, _ what: String) -> KubeconfigError {
    KubeconfigError(
      .malformed, file: file, "\(key) of \(owner) \(what)", advice: "correct that field")
  }

  func contradiction(_ what: String, advice: String) -> KubeconfigError {
    KubeconfigError(.contradiction, file: file, "\(owner) \(what)", advice: advice)
  }

  func unsupported(_ what: String, advice: String) -> KubeconfigError {
    KubeconfigError(.unsupported, file: file, "\(owner) \(what)", advice: advice)
  }
}
