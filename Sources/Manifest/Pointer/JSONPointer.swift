/// RFC 6901: the place of a value inside a JSON document.
///
/// An index into a list may be written as Go's Atoi reads it ("01" and "+1" are 1), because that
/// is what the policies that hold pointers are read with.
public struct JSONPointer: Hashable, Sendable, CustomStringConvertible {
  /// Names of members and indices, their escapes resolved; empty for the whole document.
  public var tokens: [String]

  public init(tokens: [String] = []) { self.tokens = tokens }

  /// Why a pointer is none, or leads nowhere.
  public enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The text is neither empty nor begins with "/".
    case noLeadingSlash(String)
    /// There is no member of this name; the pointer leads to it.
    case noMember(JSONPointer)
    /// The list is shorter than that.
    case outOfRange(JSONPointer, count: Int)
    /// A list is asked for something that is no index.
    case notAnIndex(JSONPointer)
    /// The parent is neither an object nor a list.
    case notAContainer(JSONPointer)

    public var description: String {
      switch self {
      case .noLeadingSlash(let text):
        "the pointer \(quoted(text)) must be empty or begin with /"
      case .noMember(let pointer): "there is nothing at \(pointer)"
      case .outOfRange(let pointer, let count):
        "\(pointer) is outside a list of \(count)"
      case .notAnIndex(let pointer): "\(pointer) does not end in the index of a list"
      case .notAContainer(let pointer):
        "\(pointer) lies inside a value that is neither an object nor a list"
      }
    }

    private func quoted(_ text: String) -> String { JSONValue.string(text).jsonText() }
  }

  /// Reads "/spec/replicas" or "".
  public init(parsing text: String) throws(Failure) {
    if text.isEmpty {
      tokens = []
      return
    }
    guard text.utf8.first == 0x2F else { throw .noLeadingSlash(text) }
    tokens = text.utf8.dropFirst()
      .split(separator: 0x2F, omittingEmptySubsequences: false)
      .map { JSONPointer.unescaped(Substring($0)) }
  }

  public var description: String {
    tokens.map { "/" + JSONPointer.escaped($0) }.joined()
  }

  public func appending(_ token: String) -> JSONPointer { JSONPointer(tokens: tokens + [token]) }

  /// `~` becomes `~0` and `/` becomes `~1`.
  public static func escaped(_ token: String) -> String {
    guard token.utf8.contains(where: { $0 == 0x7E || $0 == 0x2F }) else { return token }
    var bytes: [UInt8] = []
    for byte in token.utf8 {
      switch byte {
      case 0x7E: bytes += [0x7E, 0x30]
      case 0x2F: bytes += [0x7E, 0x31]
      default: bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The reverse of `escaped`; a `~` before anything else stands for itself.
  public static func unescaped(_ token: Substring) -> String {
    guard token.utf8.contains(0x7E) else { return String(token) }
    var bytes: [UInt8] = []
    var rest = token.utf8[...]
    while let byte = rest.popFirst() {
      if byte == 0x7E, let next = rest.first, next == 0x30 || next == 0x31 {
        rest.removeFirst()
        bytes.append(next == 0x30 ? 0x7E : 0x2F)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  // MARK: Use

  /// The value the pointer leads to.
  public func value(in document: JSONValue) throws(Failure) -> JSONValue {
    var value = document
    for depth in tokens.indices {
      switch value {
      case .object(let object):
        guard let member = object[tokens[depth]] else { throw .noMember(prefix(depth)) }
        value = member
      case .array(let array):
        value = array[try index(depth, count: array.count)]
      default:
        throw .notAContainer(prefix(depth))
      }
    }
    return value
  }

  /// Puts a value where the pointer leads to: a member that may be new, or an element that must
  /// be there. Everything above it must be there.
  public func set(_ new: JSONValue, in document: inout JSONValue) throws(Failure) {
    try set(new, in: &document, depth: 0)
  }

  private func set(
    _ new: JSONValue, in value: inout JSONValue, depth: Int
  ) throws(Failure) {
    guard depth < tokens.count else {
      value = new
      return
    }
    let isLast = depth == tokens.count - 1
    switch value {
    case .object(var object):
      let token = tokens[depth]
      guard var child = isLast ? new : object[token] else { throw .noMember(prefix(depth)) }
      value = .null  // keeps `object` unshared while it is changed
      object[token] = .null
      defer { value = .object(object) }
      try set(new, in: &child, depth: depth + 1)
      object[token] = child
    case .array(var array):
      let i = try index(depth, count: array.count)
      value = .null
      defer { value = .array(array) }
      try set(new, in: &array[i], depth: depth + 1)
    default:
      throw .notAContainer(prefix(depth))
    }
  }

  private func prefix(_ depth: Int) -> JSONPointer {
    JSONPointer(tokens: Array(tokens.prefix(depth + 1)))
  }

  private func index(_ depth: Int, count: Int) throws(Failure) -> Int {
    guard let index = Int(tokens[depth]) else { throw .notAnIndex(prefix(depth)) }
    guard 0..<count ~= index else { throw .outOfRange(prefix(depth), count: count) }
    return index
  }
}

extension JSONValue {
  /// The value at a pointer; nil when it leads nowhere.
  public subscript(pointer: JSONPointer) -> JSONValue? {
    do { return try pointer.value(in: self) } catch { return nil }
  }
}
