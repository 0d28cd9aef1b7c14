import Manifest
import TestSupport
import Testing

@testable import Dashboard

/// YAML in colours, ages, wrapped text.
@Suite struct TextTests {
  private static func text(_ lines: [Line]) -> String {
    lines.map { $0.map(\.text).joined() + "\n" }.joined()
  }

  @Test(arguments: 0..<8)
  func colouredYAMLIsTheYAML(seed: Int) {
    var random = RandomJSON(seed: UInt64(seed))
    for _ in 0..<250 {
      let value = random.value()
      let lines = YAMLLines.lines(of: value, foldingManagedFields: false)
      #expect(Self.text(lines) == YAML.write(value))
      #expect(!lines.contains { line in line.contains { $0.text.isEmpty } && line.count > 1 })
    }
  }

  @Test func foldsManagedFieldsOfTheObjectItself() {
    let fields: JSONValue = [["manager": "karmada"], ["manager": "kubectl"]]
    let object: JSONValue = [
      "metadata": ["name": "a", "managedFields": fields],
      "spec": ["metadata": ["managedFields": fields]],
    ]
    let folded = Self.text(YAMLLines.lines(of: object, foldingManagedFields: true))
    #expect(
      folded == """
        metadata:
          name: a
          managedFields: 2 entries, m unfolds
        spec:
          metadata:
            managedFields:
            - manager: karmada
            - manager: kubectl

        """)
    let none: JSONValue = ["metadata": ["managedFields": []]]
    #expect(Self.text(YAMLLines.lines(of: none, foldingManagedFields: true)) == YAML.write(none))
  }

  @Test(
    arguments: [
      ("kind: Work", [Span("kind:", .yamlKey), Span(" Work", .yamlString)]),
      ("a: 5", [Span("a:", .yamlKey), Span(" 5", .yamlNumber)]),
      ("a: true", [Span("a:", .yamlKey), Span(" true", .yamlBool)]),
      ("a: null", [Span("a:", .yamlKey), Span(" null", .yamlNull)]),
      ("a: \"5\"", [Span("a:", .yamlKey), Span(" \"5\"", .yamlString)]),
      ("- x", [Span("- ", .muted), Span("x", .yamlString)]),
      ("- a: b", [Span("- ", .muted), Span("a:", .yamlKey), Span(" b", .yamlString)]),
      ("a:b", [Span("a:b", .yamlString)]),
    ] as [(String, Line)])
  func coloursByMeaning(yaml: String, line: Line) throws {
    let value = try #require(try YAML.parse(yaml).first)
    #expect(YAMLLines.lines(of: value, foldingManagedFields: false) == [line])
  }

  @Test func aBlockOfTextIsNoYAMLInside() {
    let value: JSONValue = ["script": "a: 1\n- b\n", "next": 1]
    let roles = YAMLLines.lines(of: value, foldingManagedFields: false).map { $0.map(\.role) }
    #expect(
      roles == [
        [.yamlKey, .yamlString], [.yamlString], [.yamlString], [.yamlKey, .yamlNumber],
      ])
  }

  // MARK: Ages

  @Test(
    arguments: [
      (-5, "0s"), (0, "0s"), (59, "59s"), (119, "119s"), (120, "2m"), (200, "3m20s"),
      (599, "9m59s"),
      (600, "10m"), (10_799, "179m"), (10_800, "3h"), (11_100, "3h5m"), (28_799, "7h59m"),
      (28_800, "8h"), (172_799, "47h"), (172_800, "2d"), (356_400, "4d3h"), (691_200, "8d"),
      (63_071_999, "729d"), (63_072_000, "2y"), (Int64.max, "292471208677y"), (Int64.min, "0s"),
    ] as [(Int64, String)])
  func agesReadAsKubectlPrintsThem(seconds: Int64, text: String) {
    #expect(Age.short(.seconds(seconds)) == text)
  }

  @Test func agesOfMoments() {
    let now = Sample.start
    #expect(Age.since(nil, now: now) == "?")
    #expect(Age.since(now - .seconds(90), now: now) == "90s")
    #expect(Age.since(now + .seconds(90), now: now) == "0s")
    #expect(Age.ago(now - .seconds(90), now: now) == "90s ago")
    #expect(Age.ago(nil, now: now) == "unknown when")
    #expect(Age.since(Time(nanoseconds: .min), now: Time(nanoseconds: .max)).hasSuffix("y"))
  }

  // MARK: Wrapping

  @Test(arguments: [
    ("", 5, [""]), ("abc", 5, ["abc"]), ("ab cd", 5, ["ab cd"]), ("ab cd e", 5, ["ab cd", "e"]),
    ("abcdefg", 3, ["abc", "def", "g"]), ("a bcdef", 3, ["a b", "cde", "f"]),
    ("a b", 0, ["a", "b"]),
    ("日本 語", 2, ["日本", "語"]),
    // A word without end breaks after a mark, where there is one in the second half of the row.
    ("see [{Key:a/b,Effect:NoSchedule}]", 16, ["see [{Key:a/b,", "Effect:NoSchedul", "e}]"]),
    ("https://member3.example:6443", 24, ["https://member3.example:", "6443"]),
    ("a,bcdefghijklmno", 8, ["a,bcdefg", "hijklmno"]),
  ])
  func wrapsAtSpaces(text: String, width: Int, lines: [String]) {
    #expect(TextWrap.wrap(text, width: width) == lines)
  }

  @Test func wrappingLosesNothingButSpaces() {
    var random = RandomJSON(seed: 4)
    for _ in 0..<2000 {
      let text = random.string() + " " + random.string()
      let width = Int.random(in: 1...30, using: &random.generator)
      let lines = TextWrap.wrap(text, width: width)
      #expect(!lines.isEmpty)
      #expect(lines.allSatisfy { $0.count <= width })
      #expect(lines.joined().filter { $0 != " " } == text.filter { $0 != " " })
    }
  }
}
