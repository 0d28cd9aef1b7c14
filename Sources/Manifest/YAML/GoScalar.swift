/// What a text allows of the ways to write it in YAML: libyaml's analysis.
struct GoScalar {
  enum Style { case plain, single, double, literal }

  let scalars: [Unicode.Scalar]
  private(set) var isMultiline = false
  /// Read back plainly it would be something else than this text.
  private let resolvesToOther: Bool
  private var allowsPlain = true
  private var allowsSingle = true
  private var allowsBlock = true

  init(_ text: String) throws(YAML.Failure) {
    scalars = Array(text.unicodeScalars)
    // On its way through JSON text these would stop the reader.
    if let bad = scalars.first(where: GoScalar.isForbidden) {
      let code = String(bad.value, radix: 16, uppercase: true)
      throw YAML.Failure(
        line: 0, column: 0, message: "YAML cannot hold the control character U+\(code)")
    }
    resolvesToOther = !GoScalar.resolvesToText(text)
    analyze()
  }

  /// Go asks for a literal block where there are several lines, for double quotes where plain
  /// would mean something else; what the text does not allow is changed here.
  func style(isKey: Bool) -> Style {
    var style: Style = scalars.contains("\n") ? .literal : resolvesToOther ? .double : .plain
    if isKey, isMultiline { style = .double }
    if style == .plain, !allowsPlain || scalars.isEmpty && isKey { style = .single }
    if style == .single, !allowsSingle { style = .double }
    if style == .literal, !allowsBlock || isKey { style = .double }
    return style
  }

  private mutating func analyze() {
    guard let first = scalars.first, let last = scalars.last else {
      allowsBlock = false
      return
    }
    var blockIndicators = scalars.starts(with: "---".unicodeScalars)
    if scalars.starts(with: "...".unicodeScalars) { blockIndicators = true }
    var (breakSpace, spaceBreak, special) = (false, false, false)
    var (previousSpace, previousBreak) = (false, false)
    var precededByWhitespace = true
    for (i, scalar) in scalars.enumerated() {
      let followed = i + 1 >= scalars.count || GoScalar.isBlank(scalars[i + 1])
      if i == 0 {
        switch scalar {
        case "#", ",", "[", "]", "{", "}", "&", "*", "!", "|", ">", "'", "\"", "%", "@", "`":
          blockIndicators = true
        case "?", ":", "-": if followed { blockIndicators = true }
        default: break
        }
      } else if scalar == ":" && followed || scalar == "#" && precededByWhitespace {
        blockIndicators = true
      }
      if !GoScalar.isPrintable(scalar) { special = true }
      if scalar == " " {
        if previousBreak { breakSpace = true }
        (previousSpace, previousBreak) = (true, false)
      } else if GoScalar.isBreak(scalar) {
        isMultiline = true
        if previousSpace { spaceBreak = true }
        (previousSpace, previousBreak) = (false, true)
      } else {
        (previousSpace, previousBreak) = (false, false)
      }
      precededByWhitespace = GoScalar.isBlank(scalar)
    }
    let isOpenEnded = [first, last].contains { $0 == " " || GoScalar.isBreak($0) }
    if isOpenEnded || isMultiline || blockIndicators { allowsPlain = false }
    if last == " " { allowsBlock = false }
    if breakSpace { (allowsPlain, allowsSingle) = (false, false) }
    if spaceBreak || special { (allowsPlain, allowsSingle, allowsBlock) = (false, false, false) }
  }

  // MARK: Resolution

  /// A plain scalar of this text would be read as the text itself.
  static func resolvesToText(_ text: String) -> Bool {
    guard let first = text.utf8.first else { return false }
    switch first {
    case 0x2B, 0x2D, 0x2E, 0x30...0x39:
      if isBase60(text) { return false }
      switch YAML.resolve(text) {
      case .value(.string): return true
      case .value(.number(let number)):
        // What no double can hold stays a text.
        return UInt64(number) == nil && !(Double(number)?.isFinite ?? false)
      case .timestamp: return !GoTimestamp.isOne(text)
      default: return false
      }
    default:
      if case .value(.string) = YAML.resolve(text) { return true }
      return false
    }
  }

  /// `[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?`: 12:30:45
  private static func isBase60(_ text: String) -> Bool {
    guard text.utf8.contains(0x3A) else { return false }
    func isDigit(_ byte: UInt8) -> Bool { 0x30...0x39 ~= byte }
    var rest = Array(text.utf8)[...]
    if rest.first == 0x2B || rest.first == 0x2D { rest = rest.dropFirst() }
    if let point = rest.firstIndex(of: 0x2E) {
      guard rest[(point + 1)...].allSatisfy({ isDigit($0) || $0 == 0x5F }) else { return false }
      rest = rest[..<point]
    }
    let parts = rest.split(separator: 0x3A, omittingEmptySubsequences: false)
    guard let first = parts.first, let lead = first.first, isDigit(lead), parts.count > 1,
      first.allSatisfy({ isDigit($0) || $0 == 0x5F })
    else { return false }
    return parts.dropFirst().allSatisfy { part in
      guard 1...2 ~= part.count, part.allSatisfy(isDigit), let tens = part.first else {
        return false
      }
      return part.count == 1 || tens <= 0x35
    }
  }

  // MARK: Characters

  static func isBreak(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0A, 0x0D, 0x85, 0x2028, 0x2029: true
    default: false
    }
  }

  private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
    scalar == " " || scalar == "\t" || isBreak(scalar)
  }

  /// Characters of four bytes are not: libyaml does not know them.
  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0A, 0x20...0x7E: true
    case 0xFEFF, 0xFFFE, 0xFFFF: false
    case 0xA0...0xD7FF, 0xE000...0xFFFD: true
    default: false
    }
  }

  private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x7F...0x84, 0x86...0x9F, 0xFFFE, 0xFFFF: true
    default: false
    }
  }

  /// How a double-quoted text writes a character; nil when it stands for itself.
  static func escape(_ scalar: Unicode.Scalar) -> String? {
    switch scalar.value {
    case 0x00: return "\\0"
    case 0x07: return "\\a"
    case 0x08: return "\\b"
    case 0x09: return "\\t"
    case 0x0A: return "\\n"
    case 0x0B: return "\\v"
    case 0x0C: return "\\f"
    case 0x0D: return "\\r"
    case 0x1B: return "\\e"
    case 0x22: return "\\\""
    case 0x5C: return "\\\\"
    case 0x85: return "\\N"
    case 0x2028: return "\\L"
    case 0x2029: return "\\P"
    default: break
    }
    if isPrintable(scalar) { return nil }
    let hex = String(scalar.value, radix: 16, uppercase: true)
    let (mark, width) =
      scalar.value < 0x100 ? ("\\x", 2) : scalar.value < 0x10000 ? ("\\u", 4) : ("\\U", 8)
    return mark + String(repeating: "0", count: width - hex.count) + hex
  }
}

/// The texts go-yaml takes for a time: a day that exists, by itself or with a time of day.
enum GoTimestamp {
  static func isOne(_ text: String) -> Bool {
    var rest = Array(text.utf8)[...]
    func number(_ digits: ClosedRange<Int>) -> Int? {
      let run = rest.prefix(digits.upperBound).prefix { 0x30...0x39 ~= $0 }
      guard digits.contains(run.count) else { return nil }
      rest = rest.dropFirst(run.count)
      return run.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
    func take(_ bytes: UInt8...) -> Bool {
      guard let first = rest.first, bytes.contains(first) else { return false }
      rest = rest.dropFirst()
      return true
    }
    guard let year = number(4...4), take(0x2D), let month = number(1...2), take(0x2D),
      let day = number(1...2), isDay(year, month, day)
    else { return false }
    if rest.isEmpty { return true }
    let isZoned = rest.first != 0x20
    guard take(0x54, 0x74, 0x20), let hour = number(1...2), hour < 24, take(0x3A),
      let minute = number(1...2), minute < 60, take(0x3A), let second = number(1...2), second < 60
    else { return false }
    if let point = rest.first, point == 0x2E || point == 0x2C {
      rest = rest.dropFirst()
      let fraction = rest.prefix { 0x30...0x39 ~= $0 }
      guard !fraction.isEmpty else { return false }
      rest = rest.dropFirst(fraction.count)
    }
    guard isZoned else { return rest.isEmpty }
    if take(0x5A) { return rest.isEmpty }
    guard take(0x2B, 0x2D), let hours = number(2...2), hours <= 24, take(0x3A),
      let minutes = number(2...2), minutes <= 60
    else { return false }
    return rest.isEmpty
  }

  private static func isDay(_ year: Int, _ month: Int, _ day: Int) -> Bool {
    guard 1...12 ~= month else { return false }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return 1...days[month - 1] ~= day
  }
}
