/// Regular expressions as Go's regexp finds them, in time that grows with pattern × text whatever
/// the pattern: all alternatives are followed at once.
///
/// Not known: `\p{…}`, `\Q…\E` and POSIX classes; they are refused.
struct GoRegex {
  struct Failure: Error, Hashable {
    var what: String
  }

  indirect enum Node {
    case empty
    case set(CharacterSet)
    case sequence([Node])
    case either([Node])
    case repeated(Node, min: Int, max: Int?)
    case assertion(Assertion)
  }
  enum Assertion { case textStart, textEnd, lineStart, lineEnd, wordBoundary, noWordBoundary }

  struct CharacterSet {
    var ranges: [ClosedRange<UInt32>]
    var isNegated = false
    var ignoresCase = false

    func contains(_ scalar: Unicode.Scalar) -> Bool {
      var found = has(scalar.value)
      if ignoresCase, !found {
        found =
          has(GoRegex.single(scalar.properties.lowercaseMapping, or: scalar))
          || has(GoRegex.single(scalar.properties.uppercaseMapping, or: scalar))
      }
      return found != isNegated
    }
    private func has(_ value: UInt32) -> Bool { ranges.contains { $0.contains(value) } }
  }

  private enum Instruction {
    case match
    case set(CharacterSet)
    case assertion(Assertion)
    case jump(Int)
    case split(Int, Int)
  }

  private var program: [Instruction] = []
  private static let programLimit = 20_000

  init(_ pattern: String) throws(Failure) {
    var parser = GoRegexParser(pattern)
    try compile(try parser.whole())
    program.append(.match)
  }

  fileprivate static func single(_ text: String, or scalar: Unicode.Scalar) -> UInt32 {
    let scalars = text.unicodeScalars
    return scalars.count == 1 ? scalars.first?.value ?? scalar.value : scalar.value
  }

  private mutating func compile(_ node: Node) throws(Failure) {
    guard program.count < GoRegex.programLimit else {
      throw Failure(what: "the regular expression is too large")
    }
    switch node {
    case .empty: break
    case .set(let set): program.append(.set(set))
    case .assertion(let assertion): program.append(.assertion(assertion))
    case .sequence(let parts): for part in parts { try compile(part) }
    case .either(let parts):
      var jumps: [Int] = []
      for (i, part) in parts.enumerated() {
        guard i < parts.count - 1 else {
          try compile(part)
          break
        }
        let split = program.count
        program.append(.match)
        try compile(part)
        jumps.append(program.count)
        program.append(.match)
        program[split] = .split(split + 1, program.count)
      }
      for jump in jumps { program[jump] = .jump(program.count) }
    case .repeated(let part, let min, let max):
      for _ in 0..<min { try compile(part) }
      if let max {
        var splits: [Int] = []
        for _ in min..<Swift.max(min, max) {
          splits.append(program.count)
          program.append(.match)
          try compile(part)
        }
        for split in splits { program[split] = .split(split + 1, program.count) }
      } else {
        let split = program.count
        program.append(.match)
        try compile(part)
        program.append(.jump(split))
        program[split] = .split(split + 1, program.count)
      }
    }
  }

  /// Whether the text holds a match anywhere.
  func isFound(in text: String) -> Bool {
    let scalars = Array(text.unicodeScalars)
    var current = States(count: program.count)
    for i in 0...scalars.count {
      if add(0, to: &current, scalars, i) { return true }
      guard i < scalars.count else { return false }
      var next = States(count: program.count)
      for state in current.order {
        if case .set(let set) = program[state], set.contains(scalars[i]),
          add(state + 1, to: &next, scalars, i + 1)
        {
          return true
        }
      }
      current = next
    }
    return false
  }

  private struct States {
    var order: [Int] = []
    var seen: [Bool]
    init(count: Int) { seen = Array(repeating: false, count: count) }
  }

  /// Follows everything that takes no character; true when that reaches the end.
  private func add(
    _ first: Int, to states: inout States, _ text: [Unicode.Scalar], _ i: Int
  ) -> Bool {
    var pending = [first]
    while let state = pending.popLast() {
      guard !states.seen[state] else { continue }
      states.seen[state] = true
      switch program[state] {
      case .match: return true
      case .set: states.order.append(state)
      case .jump(let target): pending.append(target)
      case .split(let a, let b): pending += [b, a]
      case .assertion(let assertion):
        if holds(assertion, text, i) { pending.append(state + 1) }
      }
    }
    return false
  }

  private func holds(_ assertion: Assertion, _ text: [Unicode.Scalar], _ i: Int) -> Bool {
    func isWord(_ i: Int) -> Bool {
      guard text.indices.contains(i), text[i].isASCII else { return false }
      return text[i] == "_" || text[i].properties.isAlphabetic || "0"..."9" ~= text[i]
    }
    return switch assertion {
    case .textStart: i == 0
    case .textEnd: i == text.count
    case .lineStart: i == 0 || text[i - 1] == "\n"
    case .lineEnd: i == text.count || text[i] == "\n"
    case .wordBoundary: isWord(i - 1) != isWord(i)
    case .noWordBoundary: isWord(i - 1) == isWord(i)
    }
  }
}

private struct GoRegexParser {
  private typealias Failure = GoRegex.Failure
  private var rest: ArraySlice<Unicode.Scalar>
  private var depth = 0
  private var (ignoresCase, dotMatchesNewline, isMultiline) = (false, false, false)

  init(_ pattern: String) { rest = Array(pattern.unicodeScalars)[...] }

  mutating func whole() throws(GoRegex.Failure) -> GoRegex.Node {
    let node = try alternatives()
    guard rest.isEmpty else { throw Failure(what: "unexpected ) in the regular expression") }
    return node
  }

  private mutating func alternatives() throws(GoRegex.Failure) -> GoRegex.Node {
    depth += 1
    defer { depth -= 1 }
    guard depth < 100 else { throw Failure(what: "the regular expression is nested too deeply") }
    var branches: [GoRegex.Node] = []
    while true {
      var parts: [GoRegex.Node] = []
      while let next = rest.first, next != "|", next != ")" {
        parts.append(try repeated(try atom()))
      }
      branches.append(.sequence(parts))
      guard rest.first == "|" else { break }
      rest.removeFirst()
    }
    return branches.count == 1 ? branches[0] : .either(branches)
  }

  private mutating func repeated(_ atom: GoRegex.Node) throws(GoRegex.Failure) -> GoRegex.Node {
    let result: GoRegex.Node
    switch rest.first {
    case "*": result = .repeated(atom, min: 0, max: nil)
    case "+": result = .repeated(atom, min: 1, max: nil)
    case "?": result = .repeated(atom, min: 0, max: 1)
    case "{":
      guard let (min, max, length) = counts() else { return atom }
      guard min <= 1000, (max ?? 0) <= 1000, max.map({ $0 >= min }) ?? true else {
        throw Failure(what: "a repetition of the regular expression is out of range")
      }
      rest = rest.dropFirst(length - 1)
      result = .repeated(atom, min: min, max: max)
    default: return atom
    }
    rest.removeFirst()
    if rest.first == "?" { rest.removeFirst() }
    if let next = rest.first, next == "*" || next == "+" || next == "?" {
      throw Failure(what: "a repetition of the regular expression follows another")
    }
    return result
  }

  /// `{n}`, `{n,}` or `{n,m}`; nil when the brace stands for itself.
  private func counts() -> (min: Int, max: Int?, length: Int)? {
    guard let close = rest.firstIndex(of: "}") else { return nil }
    let inside = rest[(rest.startIndex + 1)..<close]
    let parts = inside.split(separator: ",", omittingEmptySubsequences: false)
      .map { String(String.UnicodeScalarView($0)) }
    guard let first = parts.first, parts.count <= 2,
      parts.allSatisfy({ $0.utf8.allSatisfy { 0x30...0x39 ~= $0 } }), let min = Int(first)
    else { return nil }
    let max = parts.count == 1 ? min : parts[1].isEmpty ? nil : Int(parts[1]) ?? .max
    return (min, max, close - rest.startIndex + 1)
  }

  private mutating func atom() throws(GoRegex.Failure) -> GoRegex.Node {
    guard let scalar = rest.popFirst() else { return .empty }
    switch scalar {
    case ".":
      return .set(
        GoRegex.CharacterSet(ranges: dotMatchesNewline ? [] : [10...10], isNegated: true))
    case "^": return .assertion(isMultiline ? .lineStart : .textStart)
    case "$": return .assertion(isMultiline ? .lineEnd : .textEnd)
    case "(": return try group()
    case "[": return try bracket()
    case "\\": return try escape()
    case "*", "+", "?": throw Failure(what: "a repetition of the regular expression has nothing")
    default: return literal(scalar)
    }
  }

  private func literal(_ scalar: Unicode.Scalar) -> GoRegex.Node {
    .set(
      GoRegex.CharacterSet(ranges: [scalar.value...scalar.value], ignoresCase: ignoresCase))
  }

  private mutating func group() throws(GoRegex.Failure) -> GoRegex.Node {
    let flags = (ignoresCase, dotMatchesNewline, isMultiline)
    if rest.first == "?" {
      rest.removeFirst()
      if rest.first == "P" || rest.first == "<" {
        guard let close = rest.firstIndex(of: ">") else { throw Failure(what: "unclosed (?<") }
        rest = rest[(close + 1)...]
      } else {
        var value = true
        flags: while true {
          switch rest.popFirst() {
          case "i": ignoresCase = value
          case "s": dotMatchesNewline = value
          case "m": isMultiline = value
          case "U": break
          case "-": value = false
          case ":": break flags
          case ")": return .empty  // the flags hold for the rest of the group around it
          default: throw Failure(what: "the regular expression has an unknown group")
          }
        }
      }
    }
    let node = try alternatives()
    guard rest.popFirst() == ")" else { throw Failure(what: "a ( is not closed") }
    (ignoresCase, dotMatchesNewline, isMultiline) = flags
    return node
  }

  private static let classes: [Unicode.Scalar: [ClosedRange<UInt32>]] = [
    "d": [0x30...0x39], "s": [9...10, 12...13, 32...32],
    "w": [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A],
  ]

  private mutating func escape() throws(GoRegex.Failure) -> GoRegex.Node {
    switch rest.first {
    case "b": return assertion(.wordBoundary)
    case "B": return assertion(.noWordBoundary)
    case "A": return assertion(.textStart)
    case "z": return assertion(.textEnd)
    default: break
    }
    if let set = characterClass() { return .set(set) }
    return literal(try escapedScalar())
  }

  private mutating func assertion(_ assertion: GoRegex.Assertion) -> GoRegex.Node {
    rest.removeFirst()
    return .assertion(assertion)
  }

  /// `\d` and its like, after the backslash.
  private mutating func characterClass() -> GoRegex.CharacterSet? {
    guard let scalar = rest.first else { return nil }
    let lower = Unicode.Scalar(scalar.value | 0x20) ?? scalar
    guard scalar.isASCII, let ranges = GoRegexParser.classes[lower] else { return nil }
    rest.removeFirst()
    return GoRegex.CharacterSet(ranges: ranges, isNegated: scalar != lower)
  }

  private mutating func escapedScalar() throws(GoRegex.Failure) -> Unicode.Scalar {
    guard let scalar = rest.popFirst() else { throw Failure(what: "a \\ ends the expression") }
    switch scalar {
    case "t": return "\t"
    case "n": return "\n"
    case "r": return "\r"
    case "f": return "\u{0C}"
    case "v": return "\u{0B}"
    case "a": return "\u{07}"
    case "x":
      let digits = rest.prefix(2)
      guard digits.count == 2,
        let value = UInt32(String(String.UnicodeScalarView(digits)), radix: 16),
        let scalar = Unicode.Scalar(value)
      else { throw Failure(what: "\\x needs two hexadecimal digits") }
      rest = rest.dropFirst(2)
      return scalar
    default:
      guard scalar.isASCII, !scalar.properties.isAlphabetic, !("0"..."9" ~= scalar) else {
        throw Failure(what: "\\\(scalar) is not known in a regular expression")
      }
      return scalar
    }
  }

  private mutating func bracket() throws(GoRegex.Failure) -> GoRegex.Node {
    var set = GoRegex.CharacterSet(ranges: [], ignoresCase: ignoresCase)
    if rest.first == "^" {
      set.isNegated = true
      rest.removeFirst()
    }
    var isFirst = true
    while let scalar = rest.popFirst() {
      if scalar == "]", !isFirst { return .set(set) }
      isFirst = false
      var low = scalar
      if scalar == "[", rest.first == ":" {
        throw Failure(what: "POSIX classes are not known in a regular expression")
      }
      if scalar == "\\" {
        if let inner = characterClass() {
          if inner.isNegated {
            set.ranges += GoRegexParser.inverse(inner.ranges)
          } else {
            set.ranges += inner.ranges
          }
          continue
        }
        low = try escapedScalar()
      }
      var high = low
      if rest.first == "-", let next = rest.dropFirst().first, next != "]" {
        rest = rest.dropFirst(2)
        high = next == "\\" ? try escapedScalar() : next
      }
      guard low.value <= high.value else { throw Failure(what: "a range in [] runs backwards") }
      set.ranges.append(low.value...high.value)
    }
    throw Failure(what: "a [ is not closed")
  }

  /// What lies between ordered ranges.
  private static func inverse(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
    var (next, gaps): (UInt32, [ClosedRange<UInt32>]) = (0, [])
    for range in ranges {
      if range.lowerBound > next { gaps.append(next...range.lowerBound - 1) }
      next = range.upperBound + 1
    }
    return gaps + [next...0x10FFFF]
  }
}
