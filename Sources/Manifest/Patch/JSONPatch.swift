/// RFC 6902 as the library behind Karmada and kube-apiserver applies it.
///
/// Beyond the RFC: an index may be negative and counts from the end, or have leading zeros;
/// `replace` of the empty member name always succeeds. A null is no place to put something into.
public struct JSONPatch: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case add, remove, replace, move, copy, test
  }

  public struct Operation: Hashable, Sendable {
    public var kind: Kind
    /// Where, as it was written: it is only read when the operation is applied.
    public var path: String
    /// The source of move and copy.
    public var from: String
    /// What add, replace and test need; null when it was left out.
    public var value: JSONValue

    public init(_ kind: Kind, _ path: String, _ value: JSONValue = .null, from: String = "") {
      self.kind = kind
      self.path = path
      self.value = value
      self.from = from
    }
  }

  public var operations: [Operation]

  public init(_ operations: [Operation]) { self.operations = operations }

  /// Why a patch is none, or does not fit the document.
  public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Reason: Error, Hashable, Sendable {
      /// The patch, or the text it is for, is not what it should be.
      case malformed(String)
      /// Nothing the operation could go into: the parent is missing or a plain value.
      case noParent
      /// The parent is there, what should be replaced, removed, moved or compared is not.
      case missing
      case outOfRange(index: Int, count: Int)
      case notAnIndex(String)
      /// The document is null or the like, and has no members.
      case notAnObject
      /// A test found another value.
      case differs
    }
    public var reason: Reason
    /// Which operation, from 0; nil when the fault is in the document or in the patch as a whole.
    public var operation: Int?
    /// "replace", …; empty when the fault is in no operation.
    public var kind = ""
    /// The path as it was written.
    public var path = ""

    public init(_ reason: Reason, operation: Int? = nil, kind: String = "", path: String = "") {
      self.reason = reason
      self.operation = operation
      self.kind = kind
      self.path = path
    }

    /// The patch itself is at fault, whatever the document.
    public var isMalformed: Bool { if case .malformed = reason { true } else { false } }

    public var description: String {
      let place = path.isEmpty ? "the whole document" : path
      return switch reason {
      case .malformed(let what): what
      case .noParent: "\(kind) \(place): there is nothing this could be inside of"
      case .missing: "\(kind) \(place): there is nothing at this path"
      case .outOfRange(let index, let count):
        "\(kind) \(place): index \(index) is outside a list of \(count)"
      case .notAnIndex(let token):
        "\(kind) \(place): \(JSONValue.string(token).jsonText()) is no index of a list"
      case .notAnObject: "\(kind) \(place): the document is empty, not an object"
      case .differs: "\(kind) \(place): the value is another one"
      }
    }
  }

  // MARK: Reading and writing

  /// Reads a patch as a request carries it. Fails when it is not a list of known operations.
  public init(decoding value: JSONValue) throws(Failure) {
    guard let list = value.array else {
      throw Failure(.malformed("a JSON patch must be a list of operations"))
    }
    operations = []
    for (i, element) in list.enumerated() {
      func malformed(_ what: String) -> Failure { Failure(.malformed(what), operation: i) }
      guard let object = element.object else { throw malformed("operation \(i) is no object") }
      guard let name = object["op"]?.string, let kind = Kind(rawValue: name) else {
        throw malformed("operation \(i) has no op that is known")
      }
      guard let path = object["path"]?.string else { throw malformed("operation \(i) has no path") }
      if kind == .add || kind == .replace, object["value"] == nil {
        throw malformed("operation \(i), \(name) \(path), has no value")
      }
      let from = object["from"]?.string
      if kind == .move || kind == .copy, from == nil {
        throw malformed("operation \(i), \(name) \(path), has no from")
      }
      operations.append(Operation(kind, path, object["value"] ?? .null, from: from ?? ""))
    }
  }

  /// The patch as a request carries it.
  public var jsonValue: JSONValue {
    .array(
      operations.map { operation in
        var object: JSONObject = [
          "op": .string(operation.kind.rawValue), "path": .string(operation.path),
        ]
        switch operation.kind {
        case .add, .replace, .test: object["value"] = operation.value
        case .move, .copy: object["from"] = .string(operation.from)
        case .remove: break
        }
        return .object(object)
      })
  }

  // MARK: Applying

  /// The patched document; all operations or none.
  public func apply(to document: JSONValue) throws(Failure) -> JSONValue {
    guard document.isContainer || document == .null else { throw JSONPatch.noContainer }
    var application = PatchApplication(document)
    try application.apply(operations)
    return try application.result()
  }

  private static var noContainer: Failure {
    Failure(.malformed("the document is neither an object nor a list"))
  }

  /// Patches in place, without copying what it touches. After a failure the document may hold
  /// some of the operations.
  public func apply(inPlace document: inout JSONValue) throws(Failure) {
    var application = PatchApplication(document, keepsOriginal: operations.contains(where: \.isOdd))
    document = .null
    defer { if application.root.isContainer { document = application.root } }
    try application.apply(operations)
    document = try application.result()
  }

  /// Patches JSON text. Values the patch does not touch keep the form they have, white space
  /// goes, members keep their order. An empty text stays empty.
  public func apply(toText text: [UInt8]) throws(Failure) -> [UInt8] {
    if text.isEmpty { return text }
    let tree: PatchText
    do { tree = try PatchText(parsing: text) } catch {
      throw Failure(.malformed("the text is not JSON: \(error)"))
    }
    guard tree.isContainer || tree.jsonValue == .null else { throw JSONPatch.noContainer }
    // The library looks at the first byte alone to tell a list from an object.
    if case .raw(let bytes) = tree, bytes.first == 0x5B, text.first != 0x5B {
      throw Failure(.malformed("the text is a list that does not begin with its bracket"))
    }
    var application = PatchApplication(tree)
    try application.apply(operations)
    var out: [UInt8] = []
    try application.result().write(to: &out)
    return out
  }
}

extension JSONPatch.Operation {
  /// Its path runs through the empty name at the root, which the library resolves against the
  /// document as it was before the patch.
  var isOdd: Bool { path.hasPrefix("//") || from.hasPrefix("//") }
}
