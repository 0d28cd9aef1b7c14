import OrderedCollections

/// One JSON value as Kubernetes sends it.
///
/// Integers and doubles are kept apart, because a manifest that says `1` must not come back as
/// `1.0`; a number that fits neither (`1e400`, 30 digits) is kept as its text.
public enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case int(Int64)
  case double(Double)
  /// A legal JSON number that fits neither `Int64` nor a finite `Double`, as it was written.
  case number(String)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)
}

/// The members of a JSON object in the order they were written.
///
/// Order is kept for showing and writing, and ignored by `==` and `hash`: two manifests that
/// differ only in the order of their keys are the same manifest.
public struct JSONObject: Sendable {
  public typealias Members = OrderedDictionary<String, JSONValue>
  public var members: Members

  public init(_ members: Members = [:]) { self.members = members }

  public subscript(key: String) -> JSONValue? {
    get { members[key] }
    set { members[key] = newValue }
  }
  public var keys: some Collection<String> { members.keys }
  public var count: Int { members.count }
  public var isEmpty: Bool { members.isEmpty }
}

extension JSONObject: Hashable {
  public static func == (a: JSONObject, b: JSONObject) -> Bool {
    a.count == b.count && a.members.allSatisfy { b.members[$0.key] == $0.value }
  }
  public func hash(into hasher: inout Hasher) {
    var sum = 0
    for (key, value) in members {
      var one = Hasher()
      one.combine(key)
      one.combine(value)
      sum ^= one.finalize()
    }
    hasher.combine(sum)
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    members = Members(elements, uniquingKeysWith: { $1 })
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByFloatLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int64) { self = .int(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(floatLiteral value: Double) { self = .double(value) }
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(JSONObject(.init(elements, uniquingKeysWith: { $1 })))
  }
  public init(nilLiteral: ()) { self = .null }
}

extension JSONValue {
  public var string: String? { if case .string(let s) = self { s } else { nil } }
  public var bool: Bool? { if case .bool(let b) = self { b } else { nil } }
  public var int: Int? { if case .int(let i) = self { Int(i) } else { nil } }
  public var array: [JSONValue]? { if case .array(let a) = self { a } else { nil } }
  public var object: JSONObject? { if case .object(let o) = self { o } else { nil } }

  /// The member `key` of an object; nil when there is none or this is not an object.
  ///
  /// Setting on a value that is not an object makes it one, as an API server does when it fills
  /// in `metadata`; setting nil removes the member.
  public subscript(key: String) -> JSONValue? {
    get { object?[key] }
    set {
      var o = object ?? JSONObject()
      self = .null  // keeps `o` unshared, so that a deep write does not copy every level
      o[key] = newValue
      self = .object(o)
    }
  }

  /// The value under a path of object keys; nil when any step is missing.
  public subscript(path first: String, _ rest: String...) -> JSONValue? {
    rest.reduce(self[first]) { $0?[$1] }
  }
}
