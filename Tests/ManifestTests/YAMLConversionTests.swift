import Manifest
import TestSupport
import Testing

struct YAMLConversionTests {
  @Test(
    arguments: [
      ("", nil), ("# nothing", nil), ("yes", true), ("n", false), ("0755", 493), ("0o17", 15),
      ("0b11", 3), ("0x1F", 31), ("1_000", 1000), ("1e3", 1000.0), (".5", 0.5),
      ("2024-01-02", "2024-01-02"),
      ("~", nil), ("12:30", "12:30"), ("'yes'", "yes"),
      ("12345678901234567890123", 1.2345678901234568e22),
      ("1e400", "1e400"), ("!!binary aGk=", "hi"), ("!!str 5", "5"), ("a: 1\n---\nb: [", ["a": 1]),
      ("{n: 1, 2: b, 1.5: c, true: d}", ["false": 1, "2": "b", "1.5": "c", "true": "d"]),
      ("a: &x {k: v}\nb: *x", ["a": ["k": "v"], "b": ["k": "v"]]),
      ("x: &x {a: 1, b: 1}\nw: {a: 2, <<: *x}", ["x": ["a": 1, "b": 1], "w": ["a": 1, "b": 1]]),
      ("x: &x {a: 1, b: 1}\nw: {<<: *x, a: 2}", ["x": ["a": 1, "b": 1], "w": ["a": 2, "b": 1]]),
      (
        "x: &x {a: 1}\nz: &z {a: 2}\nw: {<<: [*x, *z]}",
        ["x": ["a": 1], "z": ["a": 2], "w": ["a": 1]]
      ),
    ] as [(String, JSONValue)])
  func readsWhatGoReads(yaml: String, json: JSONValue) throws {
    #expect(try YAMLConversion.json(fromYAML: yaml) == json)
  }

  @Test(arguments: [
    "a: [1,2\nb: c", "a: .inf", "*x", "a: &a [*a]", "? [a]\n: b", "~: a", "a: b: c", "\t",
    "!!binary _", "a: !!int x",
  ])
  func refusesWhatGoRefuses(yaml: String) {
    #expect(throws: YAML.Failure.self) { try YAMLConversion.json(fromYAML: yaml) }
  }

  @Test(
    arguments: [
      (nil, "null\n"), ([:], "{}\n"), ([], "[]\n"), ("", "\"\"\n"), ("a", "a\n"), (1.5, "1.5\n"),
      (1_234_567.5, "1.2345675e+06\n"), (100.0, "100\n"), (1e21, "1e+21\n"), (1e20, "1e+20\n"),
      ("true", "\"true\"\n"), ("y", "\"y\"\n"), ("12:30", "\"12:30\"\n"), ("0x1F", "\"0x1F\"\n"),
      ("2024-01-02", "\"2024-01-02\"\n"), ("2024-13-02", "2024-13-02\n"), ("1.2.3", "1.2.3\n"),
      ("a: b", "'a: b'\n"), ("a #b", "'a #b'\n"), ("it's", "it's\n"), ("- a", "'- a'\n"),
      ("-", "'-'\n"), (" a", "' a'\n"), ("a\tb", "\"a\\tb\"\n"), ("é", "é\n"),
      ("\u{1F600}", "\"\\U0001F600\"\n"), ("a\nb\n", "|\n  a\n  b\n"), ("a\nb", "|-\n  a\n  b\n"),
      ("a\n\n", "|+\n  a\n\n"), ("\na", "|2-\n\n  a\n"), ("a \nb", "\"a \\nb\"\n"),
      ("---", "'---'\n"),
      (["a": [1, ["b": [[], ["c"]]]]], "a:\n- 1\n- b:\n  - []\n  - - c\n"),
      (
        ["b": 1, "a10": 2, "a2": 3, "A": 4, "_": 5, "1": 6],
        "_: 5\n\"1\": 6\nA: 4\na2: 3\na10: 2\nb: 1\n"
      ),
      (["k": "x\ny"], "k: |-\n  x\n  y\n"), ([["k": "x\ny"], "z"], "- k: |-\n    x\n    y\n- z\n"),
      (["a\nb": 1], "? |-\n  a\n  b\n: 1\n"), (["": ""], "\"\": \"\"\n"),
    ] as [(JSONValue, String)])
  func writesWhatGoWrites(json: JSONValue, yaml: String) throws {
    #expect(try YAMLConversion.yaml(fromJSON: json) == yaml)
  }

  @Test func foldsLongTexts() throws {
    let words = Array(repeating: "word", count: 30).joined(separator: " ")
    #expect(
      try YAMLConversion.yaml(fromJSON: ["k": .string(words)])
        == "k: word word word word word word word word word word word word word word word word\n"
        + "  word word word word word word word word word word word word word word\n")
    let key = String(repeating: "k", count: 129)
    #expect(try YAMLConversion.yaml(fromJSON: [.init(key): 1]) == "? \(key)\n: 1\n")
  }

  @Test func controlCharactersHaveNoPlace() {
    #expect(throws: YAML.Failure.self) { try YAMLConversion.yaml(fromJSON: "a\u{7F}") }
    #expect(throws: YAML.Failure.self) { try YAMLConversion.yaml(fromJSON: ["\u{80}": 1]) }
  }

  @Test func whatIsWrittenIsReadBack() throws {
    var random = RandomJSON(seed: 61)
    var count = 0
    for _ in 0..<3_000 {
      let value = random.value()
      let yaml: String
      do { yaml = try YAMLConversion.yaml(fromJSON: value) } catch { continue }
      // Yams drops a byte order mark at the start, and what is not LF breaks lines for libyaml.
      if yaml.unicodeScalars.contains(where: { [0xFEFF, 0x85, 0x2028].contains($0.value) }) {
        continue
      }
      count += 1
      let back = try YAMLConversion.json(fromYAML: yaml)
      #expect(try YAMLConversion.yaml(fromJSON: back) == yaml, "\(value.jsonText())")
    }
    #expect(count > 2_000)
  }

  @Test func anyTextIsReadOrRefused() {
    var random = RandomJSON(seed: 62)
    let pieces = [
      "a", ": ", "- ", "\n", "  ", "{", "}", "[", "]", ", ", "&x ", "*x", "|", ">-", "'", "\"",
      "#", "!!str ", "? ", "<<: ", "---\n", "~", "0x1", "1e9", "%", "\t", "é", "\\",
    ]
    for _ in 0..<8_000 {
      let text = (0..<Int.random(in: 1..<16, using: &random.generator))
        .map { _ in pieces.randomElement(using: &random.generator, or: "") }.joined()
      do {
        let value = try YAMLConversion.json(fromYAML: text)
        _ = try YAMLConversion.yaml(fromJSON: value)
      } catch {
        #expect(!"\(error)".isEmpty)
      }
      _ = YAMLRewrite(of: text)
    }
  }

  @Test func tellsWhatIsLost() {
    let rewrite = YAMLRewrite(
      of: "b: 0755 # octal\na: &x 1.10\nc: *x\nd: yes\ne: 'no # comment'\n---\nlater: 1\n")
    #expect(
      rewrite.losses == [
        "its comments are lost", "every document after the first is lost", "its keys are sorted",
        "its anchors are written out", "0755 becomes 493", "yes becomes true",
      ])
    #expect(YAMLRewrite(of: "a: 1\nb: 'x # y'\n").losses.isEmpty)
  }
}
