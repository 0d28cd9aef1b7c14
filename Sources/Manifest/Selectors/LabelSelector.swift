/// Conditions on labels that must all hold.
///
/// Written as an object (`matchLabels`, `matchExpressions`), as the text of a query
/// (`a=b,c!=d,e in (f,g),!h`), or as the expressions of a node selector, which know `Gt` and `Lt`
/// too.
public struct LabelSelector: Hashable, Sendable {
  public struct Requirement: Hashable, Sendable, CustomStringConvertible {
    public enum Operator: String, Hashable, Sendable, CaseIterable {
      case `in` = "In"
      /// Also holds where the label is missing.
      case notIn = "NotIn"
      case exists = "Exists"
      case doesNotExist = "DoesNotExist"
      /// Whole numbers only.
      case greaterThan = "Gt"
      case lessThan = "Lt"
    }
    public var key: String
    public var `operator`: Operator
    public var values: [String]

    /// Fails when no label could be named so, or the values do not fit the operator.
    public init(
      key: String, operator: Operator, values: [String] = []
    ) throws(Failure) {
      guard LabelName.isKey(key) else { throw Failure("\(quoted(key)) is not the name of a label") }
      let wants: ClosedRange<Int> =
        switch `operator` {
        case .in, .notIn: 1...Int.max
        case .exists, .doesNotExist: 0...0
        case .greaterThan, .lessThan: 1...1
        }
      guard wants.contains(values.count) else {
        throw Failure("\(key) \(`operator`.rawValue) cannot have \(values.count) values")
      }
      if `operator` == .greaterThan || `operator` == .lessThan, Int64(values[0]) == nil {
        throw Failure(
          "\(key) \(`operator`.rawValue) needs a whole number, not \(quoted(values[0]))")
      }
      if let value = values.first(where: { !LabelName.isValue($0) }) {
        throw Failure("\(quoted(value)) cannot be the value of a label")
      }
      self.key = key
      self.operator = `operator`
      self.values = values
    }

    public func matches(_ labels: [String: String]) -> Bool { matches(labels[key]) }

    /// Whether a label of this value, or none, satisfies it.
    public func matches(_ value: String?) -> Bool {
      switch `operator` {
      case .in: value.map(values.contains) ?? false
      case .notIn: !(value.map(values.contains) ?? false)
      case .exists: value != nil
      case .doesNotExist: value == nil
      case .greaterThan: compare(value, >)
      case .lessThan: compare(value, <)
      }
    }

    private func compare(_ value: String?, _ holds: (Int64, Int64) -> Bool) -> Bool {
      guard let value = value.flatMap({ Int64($0) }),
        let limit = values.first.flatMap({ Int64($0) })
      else { return false }
      return holds(value, limit)
    }

    public var description: String {
      switch `operator` {
      case .in where values.count == 1: "\(key)=\(values[0])"
      case .in: "\(key) in (\(values.joined(separator: ",")))"
      case .notIn where values.count == 1: "\(key)!=\(values[0])"
      case .notIn: "\(key) notin (\(values.joined(separator: ",")))"
      case .exists: key
      case .doesNotExist: "!\(key)"
      case .greaterThan: "\(key)>\(values.first ?? "")"
      case .lessThan: "\(key)<\(values.first ?? "")"
      }
    }
  }

  /// Why a selector is none.
  public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String
    public init(_ description: String) { self.description = description }
  }

  public var requirements: [Requirement]

  /// Without requirements it matches everything.
  public init(_ requirements: [Requirement] = []) { self.requirements = requirements }

  public var isEmpty: Bool { requirements.isEmpty }

  public func matches(_ labels: [String: String]) -> Bool {
    requirements.allSatisfy { $0.matches(labels) }
  }

  /// The first requirement that does not hold; nil when all do.
  public func firstUnmet(_ labels: [String: String]) -> Requirement? {
    requirements.first { !$0.matches(labels) }
  }

  // MARK: As an object

  /// Reads `{matchLabels, matchExpressions}`.
  public init(decoding value: JSONValue) throws(Failure) {
    requirements = []
    guard let object = value.object else { throw Failure("a label selector must be an object") }
    switch object["matchLabels"] {
    case nil, .null: break
    case .object(let labels):
      for (key, value) in labels.sortedByKey {
        guard let value = value.string else { throw Failure("matchLabels.\(key) is no text") }
        requirements.append(try Requirement(key: key, operator: .in, values: [value]))
      }
    default: throw Failure("matchLabels must be an object")
    }
    let operators: [Requirement.Operator] = [.in, .notIn, .exists, .doesNotExist]
    requirements += try LabelSelector.expressions(object["matchExpressions"], operators)
  }

  /// Reads `{matchExpressions}` of a node selector.
  public init(decodingExpressions value: JSONValue?) throws(Failure) {
    requirements = try LabelSelector.expressions(value, Requirement.Operator.allCases)
  }

  private static func expressions(
    _ value: JSONValue?, _ operators: [Requirement.Operator]
  ) throws(Failure) -> [Requirement] {
    var requirements: [Requirement] = []
    switch value {
    case nil, .null: return []
    case .array(let list):
      for element in list {
        let (key, name, values) = try expression(element)
        guard let known = Requirement.Operator(rawValue: name), operators.contains(known) else {
          throw Failure("\(quoted(name)) is not an operator that is known here")
        }
        requirements.append(try Requirement(key: key, operator: known, values: values))
      }
      return requirements
    default: throw Failure("matchExpressions must be a list")
    }
  }

  /// Key, operator and values of one expression, of the right types but not judged.
  static func expression(
    _ value: JSONValue
  ) throws(Failure) -> (key: String, name: String, values: [String]) {
    guard let object = value.object else { throw Failure("an expression must be an object") }
    func text(_ name: String) throws(Failure) -> String {
      switch object[name] {
      case nil, .null: return ""
      case .string(let text): return text
      default: throw Failure("\(name) of an expression must be a text")
      }
    }
    var values: [String] = []
    switch object["values"] {
    case nil, .null: break
    case .array(let list):
      for element in list {
        guard let text = element.string else { throw Failure("values must be texts") }
        values.append(text)
      }
    default: throw Failure("values of an expression must be a list")
    }
    return (try text("key"), try text("operator"), values)
  }
}

private func quoted(_ text: String) -> String { JSONValue.string(text).jsonText() }

/// What may name a label, and be its value.
public enum LabelName {
  /// `[prefix/]name`: the name of up to 63 letters, digits, `-`, `_` and `.`, the prefix a DNS
  /// name of up to 253.
  public static func isKey(_ text: String) -> Bool {
    let parts = text.utf8.split(separator: 0x2F, omittingEmptySubsequences: false)
    guard let name = parts.last, parts.count <= 2, !name.isEmpty, isName(name) else { return false }
    guard parts.count == 2 else { return true }
    guard 1...253 ~= parts[0].count else { return false }
    return parts[0].split(separator: 0x2E, omittingEmptySubsequences: false).allSatisfy { word in
      guard let first = word.first, let last = word.last else { return false }
      return first != 0x2D && last != 0x2D
        && word.allSatisfy { 0x61...0x7A ~= $0 || 0x30...0x39 ~= $0 || $0 == 0x2D }
    }
  }

  /// Up to 63 letters, digits, `-`, `_` and `.`, or nothing.
  public static func isValue(_ text: String) -> Bool {
    text.isEmpty || isName(Substring(text).utf8)
  }

  private static func isName(_ bytes: Substring.UTF8View) -> Bool {
    func isAlphanumeric(_ byte: UInt8) -> Bool {
      0x61...0x7A ~= byte | 0x20 || 0x30...0x39 ~= byte
    }
    guard bytes.count <= 63, let first = bytes.first, let last = bytes.last else { return false }
    return isAlphanumeric(first) && isAlphanumeric(last)
      && bytes.allSatisfy { isAlphanumeric($0) || $0 == 0x2D || $0 == 0x2E || $0 == 0x5F }
  }
}
