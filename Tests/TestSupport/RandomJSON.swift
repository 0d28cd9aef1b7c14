import Manifest

/// Random JSON values that lean towards what readers get wrong.
public struct RandomJSON {
  public var generator: SeededGenerator

  public init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  private static let words = [
    "", "yes", "No", "on", "y", "N", "~", "null", "Null", "true", "TRUE", "0755", "0o17", "0x1F",
    "1_000", "1e3", "1.", ".5", "+1", "-", "--", "---", "...", "--- a", "- a", "? a", ": a", "a:",
    "a: b", "a #b", "#a", "*a", "&a", "!a", "%a", "@a", "`a", "|", ">", "'", "\"", "{}", "[a]",
    "a,b", "{a: b}", ".inf", "-.Inf", ".NaN", "2026-11-22", "2026-11-22T11:44:16Z", "12:30:45",
    "=", "<<", "1e400", "123456789012345678901234567890", " a", "a ", "\ta", "a\t", "a\nb",
    "a\n", "a\n\n", "\na", "  a\nb", "a\n b\n", "a\n \n", "a\n ", "\n", "\n\n", " \n", "a\tb\n\tc",
    "\tc\nd", "\r\n", "a\rb", "a\u{85}b", "a\u{2028}b", "a\u{FEFF}", "\0", "\u{7F}", "\u{9F}",
    "é", "日本", "👩‍👩‍👧", "e\u{301}", "\u{E000}*", "\u{FFFF}", "\\", "\\n", "'a", "a'b", "it's: a",
    "a\n---\nb", "a\n...\nb", "# a\nb", "- a\n- b\n", "key: |\n  x\n",
  ]

  private mutating func pick<T>(_ choices: [T]) -> T {
    choices[Int.random(in: 0..<choices.count, using: &generator)]
  }

  public mutating func string() -> String {
    switch Int.random(in: 0..<4, using: &generator) {
    case 0, 1: return pick(RandomJSON.words)
    case 2:
      return pick(RandomJSON.words) + pick(["", " ", "\n", ":", "#"]) + pick(RandomJSON.words)
    default:
      var scalars = String.UnicodeScalarView()
      let alphabet = Array("ab 1-:#*&!\n\t\"'{}[],|>%@`\\é\u{1F600}~.0_?<=".unicodeScalars)
      for _ in 0..<Int.random(in: 0..<12, using: &generator) { scalars.append(pick(alphabet)) }
      return String(scalars)
    }
  }

  public mutating func number() -> JSONValue {
    switch Int.random(in: 0..<4, using: &generator) {
    case 0: return .int(Int64(Int.random(in: -20...20, using: &generator)))
    case 1: return .int(pick([.min, .max, 0, 8, 1 << 53, -(1 << 53)]))
    case 2:
      let bits = Double(bitPattern: generator.next())
      let nice = [
        0.1, -0.0, 1, 1e21, 1e20, 1e-6, 1e-7, Double.leastNonzeroMagnitude,
        .greatestFiniteMagnitude, 123.456,
      ]
      return .double(bits.isFinite && Bool.random(using: &generator) ? bits : pick(nice))
    default:
      return .number(
        pick(["1e400", "-1e400", "9223372036854775808", "123456789012345678901234567890"]))
    }
  }

  public mutating func value(depth: Int = 4) -> JSONValue {
    switch Int.random(in: 0..<(depth > 0 ? 10 : 6), using: &generator) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &generator))
    case 2: return number()
    case 3...5: return .string(string())
    case 6, 7:
      return .array(
        (0..<Int.random(in: 0..<4, using: &generator)).map { _ in value(depth: depth - 1) })
    default:
      var object = JSONObject()
      for _ in 0..<Int.random(in: 0..<5, using: &generator) {
        let key =
          Int.random(in: 0..<60, using: &generator) == 0
          ? String(repeating: "long ", count: 300) : string()
        object[key] = value(depth: depth - 1)
      }
      return .object(object)
    }
  }
}
