/// Writes YAML in the layout of go-yaml v2, to the byte: the rules are libyaml's.
struct GoYAMLEmitter {
  private(set) var out: [UInt8] = []
  private var column = 0
  /// What was written last is white space, so that nothing need be put between.
  private var whitespace = true
  /// Nothing but white space and indicators stands on the line.
  private var indention = true
  private var indents: [Int] = []
  private var indent = -1

  private static let width = 80
  private static let keyLimit = 128

  private enum Context { case root, sequence, mapping }

  mutating func write(document value: JSONValue) throws(YAML.Failure) {
    try write(value, in: .root)
    writeIndent()
  }

  // MARK: Nodes

  private mutating func write(_ value: JSONValue, in context: Context) throws(YAML.Failure) {
    switch value {
    case .object(let object) where !object.isEmpty:
      push(indentless: false)
      for key in GoYAMLEmitter.order(object.keys) {
        guard let member = object[key] else { continue }
        writeIndent()
        try write(key: key)
        try write(member, in: .mapping)
      }
      pop()
    case .array(let elements) where !elements.isEmpty:
      push(indentless: context == .mapping && !indention)
      for element in elements {
        writeIndent()
        indicator("-", needsSpace: true, keepsIndention: true)
        try write(element, in: .sequence)
      }
      pop()
    case .object: indicator("{}", needsSpace: true)
    case .array: indicator("[]", needsSpace: true)
    default: try write(scalar: value)
    }
  }

  private mutating func write(key: String) throws(YAML.Failure) {
    let analysis = try GoScalar(key)
    if !analysis.isMultiline, key.utf8.count <= GoYAMLEmitter.keyLimit {
      write(analysis, isKey: true)
      indicator(":", needsSpace: false)
    } else {
      indicator("?", needsSpace: true, keepsIndention: true)
      pushForScalar()
      write(analysis, isKey: false)
      pop()
      writeIndent()
      indicator(":", needsSpace: true, keepsIndention: true)
    }
  }

  private mutating func write(scalar value: JSONValue) throws(YAML.Failure) {
    let plain: String
    switch value {
    case .null, .array, .object: plain = "null"
    case .bool(let flag): plain = flag ? "true" : "false"
    case .int(let number): plain = String(number)
    case .double(let number): plain = GoYAMLEmitter.text(of: GoNumber.json(number), number)
    case .number(let text): plain = GoYAMLEmitter.text(of: text, Double(text) ?? .infinity)
    case .string(let text):
      pushForScalar()
      write(try GoScalar(text), isKey: false)
      pop()
      return
    }
    if !whitespace { put(0x20) }
    for byte in plain.utf8 { put(byte) }
    (whitespace, indention) = (false, false)
  }

  /// A JSON number as YAML 1.1 reads and writes it again.
  private static func text(of json: String, _ number: Double) -> String {
    if let whole = Int64(json) { return String(whole) }
    if let whole = UInt64(json) { return String(whole) }
    return number.isFinite ? GoNumber.general(number) : json
  }

  // MARK: Order of keys

  /// Letters after everything else, digits that stand together by the number they make.
  static func order(_ keys: some Collection<String>) -> [String] {
    keys.map { ($0, Array($0.unicodeScalars)) }.sorted { isLess($0.1, $1.1) }.map(\.0)
  }

  private static func isLess(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Bool {
    guard let i = zip(a, b).enumerated().first(where: { $0.element.0 != $0.element.1 })?.offset
    else { return a.count < b.count }
    let (x, y) = (a[i], b[i])
    switch (isLetter(x), isLetter(y)) {
    case (true, true): return x < y
    case (true, false): return false
    case (false, true): return true
    case (false, false): break
    }
    // Zeros count when they continue a number that has begun.
    var start: Int64 = 0
    if x == "0" || y == "0" {
      let digits = a[..<i].reversed().prefix(while: isDigit)
      if digits.contains(where: { $0 != "0" }) { start = 1 }
    }
    let (m, mEnd) = number(in: a, from: i, start)
    let (n, nEnd) = number(in: b, from: i, start)
    return m != n ? m < n : mEnd != nEnd ? mEnd < nEnd : x < y
  }

  private static func number(
    in text: [Unicode.Scalar], from start: Int, _ value: Int64
  ) -> (Int64, end: Int) {
    var (value, i) = (value, start)
    while i < text.count, isDigit(text[i]) {
      value = value &* 10 &+ (Int64(text[i].value) - 0x30)
      i += 1
    }
    return (value, i)
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII
      ? "0"..."9" ~= scalar : scalar.properties.generalCategory == .decimalNumber
  }
  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return "a"..."z" ~= Unicode.Scalar(scalar.value | 0x20) ?? scalar }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      return true
    default: return false
    }
  }

  // MARK: Layout

  private mutating func push(indentless: Bool) {
    indents.append(indent)
    if indent < 0 { indent = 0 } else if !indentless { indent += 2 }
  }
  private mutating func pushForScalar() {
    indents.append(indent)
    indent = indent < 0 ? 2 : indent + 2
  }
  private mutating func pop() { indent = indents.popLast() ?? -1 }

  private mutating func put(_ byte: UInt8) {
    out.append(byte)
    if byte & 0xC0 != 0x80 { column += 1 }
  }

  private mutating func put(_ scalar: Unicode.Scalar) {
    for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { put(byte) }
  }

  private mutating func lineBreak() {
    out.append(0x0A)
    column = 0
  }

  private mutating func writeIndent() {
    let target = max(indent, 0)
    if !indention || column > target || column == target && !whitespace { lineBreak() }
    while column < target { put(0x20) }
    (whitespace, indention) = (true, true)
  }

  private mutating func indicator(
    _ text: StaticString, needsSpace: Bool, keepsIndention: Bool = false
  ) {
    if needsSpace, !whitespace { put(0x20) }
    for i in 0..<text.utf8CodeUnitCount { put(text.utf8Start[i]) }
    whitespace = false
    indention = indention && keepsIndention
  }

  // MARK: Texts

  private mutating func write(_ scalar: GoScalar, isKey: Bool) {
    switch scalar.style(isKey: isKey) {
    case .plain: write(plain: scalar.scalars, folds: !isKey)
    case .single: write(single: scalar.scalars, folds: !isKey)
    case .double: write(double: scalar.scalars, folds: !isKey)
    case .literal: write(literal: scalar.scalars)
    }
  }

  private mutating func write(plain text: [Unicode.Scalar], folds: Bool) {
    if !text.isEmpty, !whitespace { put(0x20) }
    writeFolded(text, folds: folds, doublesQuotes: false)
    (whitespace, indention) = (false, false)
  }

  private mutating func write(single text: [Unicode.Scalar], folds: Bool) {
    indicator("'", needsSpace: true)
    writeFolded(text, folds: folds, doublesQuotes: true)
    indicator("'", needsSpace: false)
    (whitespace, indention) = (false, false)
  }

  /// Plain and single-quoted texts: a space past the width becomes a line break, a line break two.
  private mutating func writeFolded(
    _ text: [Unicode.Scalar], folds: Bool, doublesQuotes isQuoted: Bool
  ) {
    var (spaces, breaks) = (false, false)
    for (i, scalar) in text.enumerated() {
      if scalar == " " {
        let isInside = !isQuoted || i > 0 && i < text.count - 1
        let nextIsSpace = i + 1 < text.count && text[i + 1] == " "
        if folds, !spaces, column > GoYAMLEmitter.width, isInside, !nextIsSpace {
          writeIndent()
        } else {
          put(0x20)
        }
        spaces = true
      } else if GoScalar.isBreak(scalar) {
        if !breaks, scalar == "\n" { lineBreak() }
        writeBreak(scalar)
        indention = true
        breaks = true
      } else {
        if breaks { writeIndent() }
        if isQuoted, scalar == "'" { put(0x27) }
        put(scalar)
        indention = false
        (spaces, breaks) = (false, false)
      }
    }
  }

  private mutating func writeBreak(_ scalar: Unicode.Scalar) {
    if scalar == "\n" {
      lineBreak()
    } else {
      put(scalar)
      column = 0
    }
  }

  private mutating func write(double text: [Unicode.Scalar], folds: Bool) {
    indicator("\"", needsSpace: true)
    var spaces = false
    for (i, scalar) in text.enumerated() {
      if let escape = GoScalar.escape(scalar) {
        for byte in escape.utf8 { put(byte) }
        spaces = false
      } else if scalar == " " {
        if folds, !spaces, column > GoYAMLEmitter.width, i > 0, i < text.count - 1 {
          writeIndent()
          if text[i + 1] == " " { put(0x5C) }
        } else {
          put(0x20)
        }
        spaces = true
      } else {
        put(scalar)
        spaces = false
      }
    }
    indicator("\"", needsSpace: false)
    (whitespace, indention) = (false, false)
  }

  private mutating func write(literal text: [Unicode.Scalar]) {
    indicator("|", needsSpace: true)
    if let first = text.first, first == " " || GoScalar.isBreak(first) {
      indicator("2", needsSpace: false)
    }
    if let last = text.last, GoScalar.isBreak(last) {
      if text.count == 1 || GoScalar.isBreak(text[text.count - 2]) {
        indicator("+", needsSpace: false)
      }
    } else {
      indicator("-", needsSpace: false)
    }
    lineBreak()
    (whitespace, indention) = (true, true)
    var breaks = true
    for scalar in text {
      if GoScalar.isBreak(scalar) {
        writeBreak(scalar)
        indention = true
        breaks = true
      } else {
        if breaks { writeIndent() }
        put(scalar)
        indention = false
        breaks = false
      }
    }
  }
}
