// What a plain scalar means: YAML 1.1 as go-yaml v2 reads it, where JSON has such a value.

extension YAML {
  /// A scalar that is legal YAML and has no place in JSON, or not the type its tag claims.
  struct Unrepresentable: Error {
    var what: String
  }

  /// What a plain scalar resolves to.
  enum Plain: Hashable {
    case value(JSONValue)
    /// A string to JSON, a timestamp to other readers of YAML 1.1.
    case timestamp
    /// .inf or .nan
    case notFinite
    /// <<
    case merge
  }

  static func value(ofPlain text: String) throws(Unrepresentable) -> JSONValue {
    switch resolve(text) {
    case .value(let value): return value
    case .timestamp, .merge: return .string(text)
    case .notFinite: throw Unrepresentable(what: "\(text) has no place in JSON")
    }
  }

  /// The value of a scalar with an explicit tag.
  static func value(of text: String, tag: String) throws(Unrepresentable) -> JSONValue {
    let prefix = "tag:yaml.org,2002:"
    guard tag.hasPrefix(prefix) else { return .string(text) }
    let kind = tag.dropFirst(prefix.count)
    switch (kind, resolve(text)) {
    case ("str", _), ("timestamp", _):
      return .string(text)
    case ("null", .value(.null)), ("bool", .value(.bool)), ("int", .value(.int)),
      ("int", .value(.number)), ("float", .value(.double)), ("float", .value(.number)):
      return try value(ofPlain: text)
    case ("float", .value(.int(let number))):
      return .double(Double(number))
    case ("null", _), ("bool", _), ("int", _), ("float", _):
      throw Unrepresentable(what: "cannot read this as !!\(kind)")
    default:
      throw Unrepresentable(what: "!!\(kind) has no place in JSON")
    }
  }

  /// A number as a key, in the form Go gives a 32-bit float.
  static func key(of number: Double) -> String {
    let narrow = Double(Float(number).description) ?? number
    var text = JSONValue.text(of: narrow) ?? number.description
    if text.hasSuffix(".0") { text.removeLast(2) }
    return text
  }

  static func resolve(_ text: String) -> Plain {
    let bytes = Array(text.utf8)
    guard let first = bytes.first else { return .value(.null) }
    switch first {
    case 0x2B, 0x2D, 0x2E, 0x30...0x39:
      return resolveNumber(text, bytes)
    case 0x3C:
      return text == "<<" ? .merge : .value(.string(text))
    default:
      return .value(words[text] ?? .string(text))
    }
  }

  private static let words: [String: JSONValue] = {
    var words: [String: JSONValue] = [:]
    for word in ["y", "yes", "true", "on"] { words[word] = true }
    for word in ["n", "no", "false", "off"] { words[word] = false }
    words["null"] = .null
    for (word, value) in words {
      words[word.uppercased()] = value
      words[word.prefix(1).uppercased() + word.dropFirst()] = value
    }
    words["~"] = .null
    return words
  }()

  private static func resolveNumber(_ text: String, _ bytes: [UInt8]) -> Plain {
    switch text.lowercased() {
    case ".inf", "+.inf", "-.inf", ".nan": return isCapitalizedEvenly(text) ? .notFinite : string()
    default: break
    }
    func string() -> Plain { .value(.string(text)) }

    if isTimestamp(bytes) { return .timestamp }
    if bytes[0] == 0x2E {
      // Here alone go-yaml does not take underscores away.
      return decimal(bytes).map { .value($0) } ?? string()
    }
    let plain = bytes.filter { $0 != 0x5F }
    return (integer(plain) ?? decimal(plain)).map { .value($0) } ?? string()
  }

  /// .inf, .Inf and .INF, but not .iNf; .nan, .NaN and .NAN.
  private static func isCapitalizedEvenly(_ text: String) -> Bool {
    let word = text.drop { $0 != "." }
    return [".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"].contains(word)
  }

  /// An integer with Go's prefixes: 0x, 0b, 0o, and 0 alone for octal.
  private static func integer(_ bytes: [UInt8]) -> JSONValue? {
    let negative = bytes.first == 0x2D
    var digits = bytes[...]
    if negative || digits.first == 0x2B { digits = digits.dropFirst() }
    var radix: UInt64 = 10
    if digits.first == 0x30, digits.count > 1 {
      switch digits[digits.startIndex + 1] | 0x20 {
      case 0x78: (radix, digits) = (16, digits.dropFirst(2))
      case 0x62: (radix, digits) = (2, digits.dropFirst(2))
      case 0x6F: (radix, digits) = (8, digits.dropFirst(2))
      default: (radix, digits) = (8, digits.dropFirst())
      }
    }
    let numerals = digits.map { JSONScanner.hexDigit($0).map(UInt64.init) ?? 16 }
    guard !numerals.isEmpty, numerals.allSatisfy({ $0 < radix }) else { return nil }
    var value: UInt64 = 0
    for digit in numerals {
      let (high, overflow) = value.multipliedReportingOverflow(by: radix)
      let (sum, overflow2) = high.addingReportingOverflow(digit)
      if overflow || overflow2 {
        return radix == 10 && bytes.first != 0x2B ? .number(text(bytes)) : nil
      }
      value = sum
    }
    if negative {
      if value <= UInt64(Int64.max) { return .int(-Int64(value)) }
      return value == UInt64(Int64.max) + 1 ? .int(.min) : radix == 10 ? .number(text(bytes)) : nil
    }
    return Int64(exactly: value).map { .int($0) } ?? .number(String(value))
  }

  /// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`; what a double cannot hold is kept as
  /// text where JSON allows the text.
  private static func decimal(_ bytes: [UInt8]) -> JSONValue? {
    var rest = bytes[...]
    func digits() -> Int {
      let count = rest.prefix { $0 &- 0x30 < 10 }.count
      rest = rest.dropFirst(count)
      return count
    }
    if rest.first == 0x2B || rest.first == 0x2D { rest = rest.dropFirst() }
    let whole = digits()
    var fraction = 0
    if rest.first == 0x2E {
      rest = rest.dropFirst()
      fraction = digits()
    }
    guard whole + fraction > 0 else { return nil }
    if let mark = rest.first, mark | 0x20 == 0x65 {
      rest = rest.dropFirst()
      if rest.first == 0x2B || rest.first == 0x2D { rest = rest.dropFirst() }
      guard digits() > 0 else { return nil }
    }
    guard rest.isEmpty else { return nil }
    let padded = text(bytes).replacingPointWithoutDigits
    guard let value = Double(padded) else { return nil }
    if value.isFinite { return .double(value) }
    guard case .number(let kept)? = numberInJSON(padded) else { return nil }
    return .number(kept)
  }

  /// The text as a JSON number that fits no double; nil when it is no JSON number.
  private static func numberInJSON(_ text: String) -> JSONValue? {
    do { return try JSONValue(parsing: text) } catch { return nil }
  }

  private static func text(_ bytes: some Collection<UInt8>) -> String {
    String(decoding: bytes, as: UTF8.self)
  }

  /// A day, by itself or with a time of day after it; years have four digits.
  static func isTimestamp(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    func digits(_ allowed: ClosedRange<Int>) -> Bool {
      let count = rest.prefix { $0 &- 0x30 < 10 }.count
      rest = rest.dropFirst(count)
      return allowed.contains(count)
    }
    func take(_ byte: UInt8) -> Bool {
      guard rest.first == byte else { return false }
      rest = rest.dropFirst()
      return true
    }
    guard digits(4...4), take(0x2D), digits(1...2), take(0x2D), digits(1...2) else { return false }
    return rest.isEmpty || rest.first == 0x54 || rest.first == 0x74 || rest.first == 0x20
  }
}

extension String {
  /// Go reads "1." and ".5" and "1.e3"; Swift's `Double` wants digits on both sides.
  fileprivate var replacingPointWithoutDigits: String {
    guard let point = utf8.firstIndex(of: 0x2E) else { return self }
    var text = self
    let after = utf8.index(after: point)
    if after == utf8.endIndex || !(0x30...0x39).contains(utf8[after]) {
      text.insert("0", at: after)
    }
    if point == utf8.startIndex || !(0x30...0x39).contains(utf8[utf8.index(before: point)]) {
      text.insert("0", at: point)
    }
    return text
  }
}
