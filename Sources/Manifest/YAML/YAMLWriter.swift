/// Writes block style; `YAML.write` says how it looks.
struct YAMLWriter {
  private(set) var out: [UInt8] = []
  /// Where each line came from; stays empty unless places are asked for.
  private(set) var places: [YAML.Place] = []
  private let sortedKeys: Bool
  private let tracksPlaces: Bool
  private var path: [String] = []

  init(sortedKeys: Bool, tracksPlaces: Bool = false) {
    self.sortedKeys = sortedKeys
    self.tracksPlaces = tracksPlaces
  }

  mutating func write(document value: JSONValue) {
    switch value {
    case .object(let object) where !object.isEmpty: write(members: object, indent: 0)
    case .array(let elements) where !elements.isEmpty: write(elements: elements, indent: 0)
    default: write(inline: value, indent: 0)
    }
  }

  // MARK: Collections

  /// Each member on its own line; the first starts where the line stands.
  private mutating func write(members object: JSONObject, indent: Int) {
    let members = sortedKeys ? object.sortedByKey : object.members.map { ($0.key, $0.value) }
    for (i, member) in members.enumerated() {
      if i > 0 { pad(indent) }
      enter(member.key)
      let key = YAMLWriter.scalar(member.key)
      if key.utf8.count > 1000 {
        // Longer than libyaml looks ahead for the colon.
        append("? \(key)")
        endLine()
        pad(indent)
      } else {
        append(key)
      }
      append(":")
      write(afterColon: member.value, indent: indent)
      leave()
    }
  }

  private mutating func write(afterColon value: JSONValue, indent: Int) {
    switch value {
    case .object(let object) where !object.isEmpty:
      endLine()
      pad(indent + 2)
      write(members: object, indent: indent + 2)
    case .array(let elements) where !elements.isEmpty:
      endLine()
      pad(indent)
      write(elements: elements, indent: indent)
    default:
      append(" ")
      write(inline: value, indent: indent)
    }
  }

  private mutating func write(elements: [JSONValue], indent: Int) {
    for (i, element) in elements.enumerated() {
      if i > 0 { pad(indent) }
      if tracksPlaces { enter(String(i)) }
      append("- ")
      switch element {
      case .object(let object) where !object.isEmpty: write(members: object, indent: indent + 2)
      case .array(let inner) where !inner.isEmpty: write(elements: inner, indent: indent + 2)
      default: write(inline: element, indent: indent)
      }
      leave()
    }
  }

  /// A value that starts on this line, and the line break after it. `indent` is that of the
  /// collection it stands in.
  private mutating func write(inline value: JSONValue, indent: Int) {
    switch value {
    case .null: append("null")
    case .bool(let flag): append(flag ? "true" : "false")
    case .int(let number): append(String(number))
    case .double(let number): append(YAMLWriter.text(of: number))
    case .number(let text): append(text)
    case .array: append("[]")
    case .object: append("{}")
    case .string(let text):
      if YAMLWriter.isBlock(text) {
        write(block: text, indent: indent + 2)
        return
      }
      append(YAMLWriter.scalar(text))
    }
    endLine()
  }

  static func text(of number: Double) -> String {
    JSONValue.text(of: number) ?? (number.isNaN ? ".nan" : number < 0 ? "-.inf" : ".inf")
  }

  // MARK: Literal blocks

  /// Several lines that a literal block can hold and a person can read.
  static func isBlock(_ text: String) -> Bool {
    let bytes = text.utf8
    guard let newline = bytes.firstIndex(of: 0x0A), newline != bytes.startIndex,
      bytes.last != 0x20, bytes.last != 0x09, bytes.contains(where: { $0 > 0x20 })
    else { return false }
    return text.unicodeScalars.allSatisfy {
      $0 == "\n" || $0 == "\t" || isPrintable($0)
    }
  }

  private mutating func write(block text: String, indent: Int) {
    append("|")
    // Without it a reader would take the first line's own spaces for the indentation.
    if let first = text.utf8.first, first == 0x20 || first == 0x09 { append("2") }
    var lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true {
      lines.removeLast()
      if lines.last?.isEmpty == true { append("+") }
    } else {
      append("-")
    }
    endLine()
    for (i, line) in lines.enumerated() {
      if !line.isEmpty { pad(indent) }
      out.append(contentsOf: line)
      endLine(ofText: i)
    }
  }

  // MARK: Scalars on one line

  /// A string as it is written on one line: plain, 'single' or "double".
  static func scalar(_ text: String) -> String {
    let scalars = text.unicodeScalars
    guard scalars.allSatisfy(isPrintable), let first = scalars.first, let last = scalars.last else {
      return doubleQuoted(text)
    }
    switch YAML.resolve(text) {
    case .value(.string): if isOtherType(text) { return doubleQuoted(text) }
    case .value, .timestamp, .notFinite, .merge: return doubleQuoted(text)
    }
    let plain =
      first != " " && last != " " && last != ":" && isPlainStart(scalars)
      && !contains(": ", in: text) && !contains(" #", in: text)
    return plain ? text : "'\(doublingQuotes(text))'"
  }

  /// Strings to go-yaml, something else to other readers of YAML 1.1: `=`, and numbers to the
  /// base of 60 such as 12:30.
  private static func isOtherType(_ text: String) -> Bool {
    if text == "=" { return true }
    guard text.utf8.contains(0x3A) else { return false }
    return text.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x3A, 0x2E, 0x5F, 0x2B, 0x2D: true
      default: false
      }
    }
  }

  private static func isPlainStart(_ scalars: String.UnicodeScalarView) -> Bool {
    guard let first = scalars.first else { return false }
    switch first {
    case "#", ",", "[", "]", "{", "}", "&", "*", "!", "|", ">", "'", "\"", "%", "@", "`":
      return false
    case "-", "?", ":":
      let second = scalars.dropFirst().first
      if second == nil || second == " " { return false }
    default: break
    }
    let head = String(String.UnicodeScalarView(scalars.prefix(3)))
    return head != "---" && head != "..."
  }

  private static func contains(_ pair: StaticString, in text: String) -> Bool {
    let (a, b) = (pair.utf8Start[0], pair.utf8Start[1])
    var previous: UInt8 = 0
    for byte in text.utf8 {
      if previous == a, byte == b { return true }
      previous = byte
    }
    return false
  }

  static func doublingQuotes(_ text: String) -> String {
    var out = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      out.append(scalar)
      if scalar == "'" { out.append(scalar) }
    }
    return String(out)
  }

  static func doubleQuoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\t": out += "\\t"
      case "\r": out += "\\r"
      case "\0": out += "\\0"
      case _ where isPrintable(scalar): out.unicodeScalars.append(scalar)
      default:
        let hex = String(scalar.value, radix: 16, uppercase: true)
        let (mark, width) =
          scalar.value < 0x100 ? ("\\x", 2) : scalar.value < 0x10000 ? ("\\u", 4) : ("\\U", 8)
        out += mark + String(repeating: "0", count: width - hex.count) + hex
      }
    }
    return out + "\""
  }

  /// May stand unescaped on one line: printable to YAML, and neither a tab, a line break of any
  /// kind nor a byte order mark.
  static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x20...0x7E: true
    case 0x2028, 0x2029, 0xFEFF: false
    case 0xA0...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
    default: false
    }
  }

  // MARK: Lines

  private mutating func enter(_ token: String) { if tracksPlaces { path.append(token) } }
  private mutating func leave() { if tracksPlaces { path.removeLast() } }

  /// `ofText`: which line of the text whose block this line stands in.
  private mutating func endLine(ofText line: Int? = nil) {
    out.append(0x0A)
    if tracksPlaces {
      places.append(YAML.Place(path: JSONPointer(tokens: path), textLine: line))
    }
  }

  private mutating func append(_ text: String) { out.append(contentsOf: text.utf8) }
  private mutating func pad(_ count: Int) {
    out.append(contentsOf: repeatElement(0x20, count: count))
  }
}
