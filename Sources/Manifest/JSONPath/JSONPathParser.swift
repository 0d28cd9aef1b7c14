/// Reads templates; the rules are those of client-go's parser, down to what it lets pass.
struct JSONPathParser {
  private typealias Failure = JSONPath.Failure
  typealias Node = JSONPath.Node

  private let input: [Unicode.Scalar]
  private var pos = 0
  /// Filters and unions inside one another.
  private let depth: Int
  private static let depthLimit = 100

  static func parse(_ template: String) throws(JSONPath.Failure) -> [Node] {
    var parser = JSONPathParser(Array(template.unicodeScalars), depth: 0)
    return try parser.template()
  }

  private init(_ input: [Unicode.Scalar], depth: Int) {
    self.input = input
    self.depth = depth
  }

  private func failure(_ what: String) -> Failure { Failure(.parse, what) }

  private mutating func template() throws(JSONPath.Failure) -> [Node] {
    var nodes: [Node] = []
    while pos < input.count {
      let start = pos
      while pos < input.count, input[pos] != "{" { pos += 1 }
      if pos > start { nodes.append(.text(text(start..<pos))) }
      guard pos < input.count else { break }
      pos += 1
      nodes.append(.list(try action()))
    }
    return nodes
  }

  /// What stands in braces, as a part of its own: `text` with braces around it.
  private func nested(_ text: some Collection<Unicode.Scalar>) throws(JSONPath.Failure) -> [Node] {
    guard depth < JSONPathParser.depthLimit else { throw failure("nested too deeply") }
    var parser = JSONPathParser(["{"] + text + ["}"], depth: depth + 1)
    guard case .list(let steps)? = try parser.template().first else { return [] }
    return steps
  }

  private func text(_ range: Range<Int>) -> String {
    String(String.UnicodeScalarView(input[range]))
  }

  private func starts(with text: StaticString) -> Bool {
    let scalars = "\(text)".unicodeScalars
    return input[pos...].starts(with: scalars)
  }

  // MARK: Inside braces

  private mutating func action() throws(JSONPath.Failure) -> [Node] {
    var steps: [Node] = []
    while true {
      guard pos < input.count else { throw failure("a { is not closed") }
      if input[pos] == "}" {
        pos += 1
        return steps
      }
      if starts(with: "[?(") {
        steps.append(try filter())
        continue
      }
      if starts(with: "..") {
        guard steps.last != .recursive else { throw failure(".. cannot follow ..") }
        pos += 2
        steps.append(.recursive)
        if pos < input.count, isWord(input[pos]) { steps.append(field()) }
        continue
      }
      try step(into: &steps)
    }
  }

  private mutating func step(into steps: inout [Node]) throws(JSONPath.Failure) {
    let scalar = input[pos]
    switch scalar {
    case "\r", "\n": throw failure("a { is not closed on its line")
    case " ", "@", "$": pos += 1
    case "[": try array(into: &steps)
    case "\"", "'": steps.append(.text(try quoted(scalar)))
    case ".":
      pos += 1
      steps.append(field())
    case "+", "-": steps.append(try number())
    case _ where isDigit(scalar): steps.append(try number())
    case _ where isWord(scalar): steps.append(identifier())
    default:
      throw failure("\(JSONValue.string(String(scalar)).jsonText()) has no meaning here")
    }
  }

  /// From after the point to before the next step.
  private mutating func field() -> Node {
    var name = String.UnicodeScalarView()
    var escapes = 0
    while pos < input.count {
      if input[pos] == "\\" {
        // What follows is taken as it stands; the backslash itself goes.
        escapes += 1
        pos += 1
        if pos < input.count {
          if input[pos] != "\\" { name.append(input[pos]) }
          pos += 1
        }
        continue
      }
      if isTerminator(input[pos]) { break }
      name.append(input[pos])
      pos += 1
    }
    let text = String(name)
    return text == "*" && escapes == 0 ? .wildcard : .field(text)
  }

  private mutating func identifier() -> Node {
    let start = pos
    while pos < input.count, !isTerminator(input[pos]) { pos += 1 }
    switch text(start..<pos) {
    case "true": return .bool(true)
    case "false": return .bool(false)
    case let name: return .identifier(name)
    }
  }

  private mutating func number() throws(JSONPath.Failure) -> Node {
    let start = pos
    if input[pos] == "+" || input[pos] == "-" { pos += 1 }
    while pos < input.count, input[pos] == "." || isDigit(input[pos]) { pos += 1 }
    let text = text(start..<pos)
    if let value = Int(text) { return .int(value) }
    if text.contains(where: { $0.isNumber }), text.filter({ $0 == "." }).count <= 1,
      let value = Double(text.hasSuffix(".") ? text + "0" : text), value.isFinite
    {
      return .double(value)
    }
    throw failure("\(text) is not a number")
  }

  private mutating func quoted(_ quote: Unicode.Scalar) throws(JSONPath.Failure) -> String {
    pos += 1
    let start = pos
    while true {
      guard pos < input.count, input[pos] != "\n" else { throw failure("a text is not closed") }
      pos += 1
      if input[pos - 1] == quote, input[pos - 2] != "\\" { break }
    }
    guard pos - 1 >= start,
      let text = GoQuote.unquoted(input[start..<pos - 1], quote: quote)
    else { throw failure("a text holds an escape that has no meaning") }
    return text
  }

  // MARK: Brackets

  private mutating func array(into steps: inout [Node]) throws(JSONPath.Failure) {
    pos += 1
    let start = pos
    while pos < input.count, input[pos] != "]" {
      guard input[pos] != "\n" else { throw failure("a [ is not closed") }
      pos += 1
    }
    guard pos < input.count else { throw failure("a [ is not closed") }
    let inside = input[start..<pos]
    pos += 1
    if inside.contains(",") {
      var union: [[Node]] = []
      for part in inside.split(separator: ",", omittingEmptySubsequences: false) {
        union.append(try nested(["["] + trimmed(part) + ["]"]))
      }
      steps.append(.union(union))
    } else if inside.count >= 2, inside.first == "'", inside.last == "'",
      !inside.dropFirst().dropLast().contains("'")
    {
      steps += try nested(["."] + inside.dropFirst().dropLast())
    } else {
      steps.append(.array(try slice(inside)))
    }
  }

  private func trimmed(_ scalars: ArraySlice<Unicode.Scalar>) -> ArraySlice<Unicode.Scalar> {
    let rest = scalars.drop { $0 == " " }
    return rest.prefix(rest.lastIndex { $0 != " " }.map { $0 - rest.startIndex + 1 } ?? 0)
  }

  private func slice(
    _ inside: ArraySlice<Unicode.Scalar>
  ) throws(JSONPath.Failure) -> JSONPath.Slice {
    let written = String(String.UnicodeScalarView(inside))
    if written == "*" { return JSONPath.Slice() }
    let parts = inside.split(separator: ":", omittingEmptySubsequences: false)
    func isNumeral(_ part: ArraySlice<Unicode.Scalar>) -> Bool {
      (part.first == "-" ? part.dropFirst() : part).allSatisfy { "0"..."9" ~= $0 }
    }
    guard parts.count <= 3, parts.allSatisfy(isNumeral) else {
      throw failure("\(written) is no index of a list")
    }
    var values: [Int?] = []
    for part in parts {
      let text = String(String.UnicodeScalarView(part))
      let value = Int(text)
      guard text.isEmpty || value != nil else { throw failure("\(text) is no index of a list") }
      values.append(value)
    }
    guard parts.count > 1 else {
      let (next, overflow) = (values[0] ?? 0).addingReportingOverflow(1)
      guard !overflow else { throw failure("\(written) is no index of a list") }
      return JSONPath.Slice(first: values[0], end: next, isIndex: true)
    }
    return JSONPath.Slice(first: values[0], end: values[1], step: parts.count > 2 ? values[2] : nil)
  }

  private mutating func filter() throws(JSONPath.Failure) -> Node {
    pos += 3
    let start = pos
    var (begun, ended) = (false, false)
    var pair: Unicode.Scalar = "\""
    scan: while true {
      guard pos < input.count, input[pos] != "\n" else { throw failure("a [?( is not closed") }
      let scalar = input[pos]
      pos += 1
      switch scalar {
      case "\"", "'":
        if !begun {
          (begun, pair) = (true, scalar)
        } else if pos >= 2, input[pos - 2] != "\\", scalar == pair {
          ended = true
        }
      case ")": if begun == ended { break scan }
      default: break
      }
    }
    guard pos < input.count, input[pos] == "]" else { throw failure("a [?( needs )] at its end") }
    pos += 1
    let inside = input[start..<pos - 2]
    guard let split = JSONPathParser.comparison(in: inside) else {
      return .filter(left: try nested(inside), right: [], comparison: .exists)
    }
    let left = try nested(inside[..<split.lowerBound])
    let right = try nested(inside[split.upperBound...])
    let written = String(String.UnicodeScalarView(inside[split]))
    return .filter(left: left, right: right, comparison: JSONPath.Comparison(written))
  }

  /// Where the operator stands: the regular expression `^([^!<>=]+)([!<>=~]+)(.+?)$`.
  private static func comparison(in text: ArraySlice<Unicode.Scalar>) -> Range<Int>? {
    let signs: Set<Unicode.Scalar> = ["!", "<", ">", "="]
    let longest = text.firstIndex { signs.contains($0) } ?? text.endIndex
    for start in (text.startIndex...longest).reversed()
    where start > text.startIndex && start < text.endIndex {
      guard signs.contains(text[start]) || text[start] == "~" else { continue }
      var end = start
      while end < text.endIndex, signs.contains(text[end]) || text[end] == "~" { end += 1 }
      if end == text.endIndex { end -= 1 }
      if end > start { return start..<end }
    }
    return nil
  }

  // MARK: Characters

  private func isTerminator(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case " ", "\t", "\r", "\n", ".", ",", "[", "]", "$", "@", "{", "}": true
    default: false
    }
  }
  private func isDigit(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .decimalNumber
  }
  private func isWord(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .decimalNumber:
      true
    default: scalar == "_"
    }
  }
}

extension JSONPath.Comparison {
  init(_ text: String) {
    switch text {
    case "<": self = .less
    case ">": self = .greater
    case "==": self = .equal
    case "!=": self = .notEqual
    case "<=": self = .lessOrEqual
    case ">=": self = .greaterOrEqual
    case "=~": self = .matches
    default: self = .unknown(text)
    }
  }
}

/// Texts in quotes as Go reads them.
enum GoQuote {
  /// The text between quotes, its escapes resolved; nil when one has no meaning.
  static func unquoted(_ text: ArraySlice<Unicode.Scalar>, quote: Unicode.Scalar) -> String? {
    var out: [UInt8] = []
    var rest = text
    while let scalar = rest.popFirst() {
      if scalar == quote { return nil }
      guard scalar == "\\" else {
        out += Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        continue
      }
      guard let escape = rest.popFirst() else { return nil }
      let simple: [Unicode.Scalar: UInt8] = [
        "a": 0x07, "b": 0x08, "f": 0x0C, "n": 0x0A, "r": 0x0D, "t": 0x09, "v": 0x0B, "\\": 0x5C,
      ]
      if let byte = simple[escape] {
        out.append(byte)
        continue
      }
      switch escape {
      case quote: out += Array(String(quote).utf8)
      case "x":
        guard let value = digits(2, radix: 16, from: &rest) else { return nil }
        out.append(UInt8(truncatingIfNeeded: value))
      case "u", "U":
        guard let value = digits(escape == "u" ? 4 : 8, radix: 16, from: &rest),
          let scalar = Unicode.Scalar(value)
        else { return nil }
        out += Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      case "0"..."7":
        rest = [escape] + rest
        guard let value = digits(3, radix: 8, from: &rest), value <= 255 else { return nil }
        out.append(UInt8(truncatingIfNeeded: value))
      default: return nil
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  private static func digits(
    _ count: Int, radix: UInt32, from rest: inout ArraySlice<Unicode.Scalar>
  ) -> UInt32? {
    var value: UInt32 = 0
    for _ in 0..<count {
      guard let scalar = rest.popFirst(), scalar.isASCII,
        let digit = JSONScanner.hexDigit(UInt8(truncatingIfNeeded: scalar.value)), digit < radix
      else { return nil }
      value = value &* radix &+ digit
    }
    return value
  }
}
