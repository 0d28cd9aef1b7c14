import Manifest

/// One version of one object: immutable, with its text ready to be sent.
public struct StoredObject: Sendable {
  /// "namespace/name", or the name alone: the order of a list is the order of these keys.
  public let key: String
  public let resourceVersion: Int64
  /// The whole object as JSON, `resourceVersion` included. Serialized once, when it was written.
  public let bytes: [UInt8]
  public let labels: [String: String]
  /// Kept for what is written one by one; nil for what was loaded in bulk, and parsed on demand.
  private let parsed: JSONValue?

  init(
    key: String, resourceVersion: Int64, bytes: [UInt8], labels: [String: String],
    value: JSONValue?
  ) {
    self.key = key
    self.resourceVersion = resourceVersion
    self.bytes = bytes
    self.labels = labels
    self.parsed = value
  }

  /// The object as a value. The store only ever holds text it wrote itself or has parsed, so the
  /// null for unreadable text is never seen.
  public var value: JSONValue {
    if let parsed { return parsed }
    do { return try JSONValue(parsing: bytes) } catch { return .null }
  }

  /// The same without the parsed value: for keeping old versions.
  var unparsed: StoredObject {
    StoredObject(
      key: key, resourceVersion: resourceVersion, bytes: bytes, labels: labels, value: nil)
  }

  /// The same with its value at hand.
  var parsedOnce: StoredObject {
    parsed != nil
      ? self
      : StoredObject(
        key: key, resourceVersion: resourceVersion, bytes: bytes, labels: labels, value: value)
  }

  /// The name, which is the key's last part.
  public var name: Substring {
    guard let slash = key.utf8.firstIndex(of: UInt8(ascii: "/")) else { return key[...] }
    return key[key.utf8.index(after: slash)...]
  }

  /// Empty for a cluster-scoped object.
  public var namespace: Substring {
    guard let slash = key.utf8.firstIndex(of: UInt8(ascii: "/")) else { return "" }
    return key[..<slash]
  }

  static func key(namespace: String, name: String) -> String {
    namespace.isEmpty ? name : "\(namespace)/\(name)"
  }
}

extension StoredObject {
  /// metadata.creationTimestamp.
  var created: Time? {
    value[path: "metadata", "creationTimestamp"]?.string.flatMap(Time.init(rfc3339:))
  }
}
