import Manifest
import TestSupport
import Testing

@Suite struct YAMLTests {
  @Test(arguments: 0..<40)
  func readsBackWhatItWrites(seed: UInt64) throws {
    var random = RandomJSON(seed: seed)
    for _ in 0..<100 {
      let value = random.value()
      let text = YAML.write(value)
      do {
        let read = try YAML.parse(text)
        #expect(read == [value], "\(value.jsonText())\n\(read[0].jsonText())\n\(text)")
      } catch {
        Issue.record("\(error)\n\(value.jsonText())\n\(text)")
      }
    }
  }

  @Test(
    arguments: [
      ("yes", true), ("Yes", true), ("YES", true), ("y", true), ("on", true), ("true", true),
      ("no", false), ("N", false), ("Off", false), ("FALSE", false),
      ("~", nil), ("null", nil), ("Null", nil), ("", nil),
      ("yEs", "yEs"), ("nUll", "nUll"), ("'yes'", "yes"), ("\"null\"", "null"),
      ("0", 0), ("-0", 0), ("12", 12), ("+12", 12), ("-12", -12), ("0755", 493), ("-0755", -493),
      ("0o17", 15), ("0x1F", 31), ("-0x1f", -31), ("0b101", 5), ("1_000", 1000), ("0_7", 7),
      ("_1", "_1"), ("0x", "0x"), ("1a", "1a"), ("-a", "-a"), ("+", "+"), ("0xG", "0xG"),
      ("089", 89.0), ("1.5", 1.5), ("1.", 1.0), (".5", 0.5), ("1e3", 1000.0), ("1_0.5", 10.5),
      ("-1.5e-3", -0.0015), ("1.e2", 100.0), ("+.5", 0.5), (".5_0", ".5_0"), ("1e", "1e"),
      ("1.2.3", "1.2.3"), ("127.0.0.1", "127.0.0.1"), (".", "."), ("12:30", "12:30"),
      ("9223372036854775807", .int(.max)), ("-9223372036854775808", .int(.min)),
      ("9223372036854775808", .number("9223372036854775808")),
      ("0xFFFFFFFFFFFFFFFF", .number("18446744073709551615")),
      ("-9223372036854775809", .number("-9223372036854775809")),
      ("1e400", .number("1e400")),
      ("2026-11-22", "2026-11-22"), ("2026-11-22T11:44:16Z", "2026-11-22T11:44:16Z"),
      ("!!str 12", "12"), ("!!int '12'", 12), ("!!float 1", 1.0), ("!!str yes", "yes"),
      ("!custom 12", "12"), ("! 12", "12"),
    ] as [(String, JSONValue)])
  func readsScalarsAsGoYAMLDoes(text: String, value: JSONValue) throws {
    #expect(try YAML.parse("v: \(text)") == [["v": value]])
  }

  @Test(arguments: [
    ("yes: 1", "true"), ("n: 1", "false"), ("1: 1", "1"), ("0x10: 1", "16"), ("1.5: 1", "1.5"),
    ("0.1: 1", "0.1"), ("2.0: 1", "2"), ("'yes': 1", "yes"), ("2026-11-22: 1", "2026-11-22"),
    ("&a k: *a", "k"),
  ])
  func turnsKeysIntoStrings(text: String, key: String) throws {
    #expect(try YAML.parse(text).first?.object?.keys.first == key)
  }

  @Test(
    arguments: [
      ("a: b\na: c", 1, "key \"a\" is given twice"),
      ("yes: 1\ntrue: 2", 2, "key \"true\" is given twice"),
      ("~: 1", 1, "a key cannot be null"),
      ("? [a]\n: b", 1, "a key must be a single value"),
      ("a:\n  b: .inf", 2, ".inf has no place in JSON"),
      ("a: !!binary aGk=", 1, "!!binary has no place in JSON"),
      ("a: !!int x", 1, "cannot read this as !!int"),
      ("a: *b", 1, "found undefined alias b"),
      ("a: &x\n  b: *x", 2, "alias x stands inside itself"),
      ("a: *b c", 1, "* must be followed by the name of an anchor; quote the text"),
      ("a: **", 1, "* must be followed by the name of an anchor; quote the text"),
      ("<<: 1", 1, "<< needs a mapping or a list of mappings"),
      ("a: [1, 2", 2, "while parsing a flow sequence: did not find expected ',' or ']'"),
      ("a: b: c", 1, "mapping values are not allowed in this context"),
      ("a: b\n\u{01}", 2, "control characters are not allowed"),
      ("a: '*x\nb: c", 2, ""),
    ] as [(String, Int, String)])
  func refuses(text: String, line: Int, message: String) {
    #expect {
      try YAML.parse(text)
    } throws: { error in
      guard let failure = error as? YAML.Failure else { return false }
      return (message.isEmpty || failure.message == message) && failure.line == line
        && failure.column > 0
    }
  }

  @Test func mergesWhatIsNotWrittenOut() throws {
    let text = """
      base: &base {a: 1, b: 2}
      more: &more {b: 3, c: 4}
      one: {<<: *base, b: 9}
      two: {b: 9, <<: [*more, *base]}
      quoted: {"<<": x}
      """
    let document = try #require(try YAML.parse(text).first)
    #expect(document["one"] == ["a": 1, "b": 9])
    #expect(document["two"] == ["a": 1, "b": 9, "c": 4])
  }

  @Test func aliasesKeepTheStarsInTexts() throws {
    let text =
      "verbs: ['*', \"*x\"]\ncron: &c '*/5 * * * *'\nsame: *c\nplain: a*b *c\nblock: |\n  * one\n"
    #expect(
      try YAML.parse(text) == [
        [
          "verbs": ["*", "*x"], "cron": "*/5 * * * *", "same": "*/5 * * * *", "plain": "a*b *c",
          "block": "* one\n",
        ]
      ])
  }

  @Test func readsEveryDocument() throws {
    #expect(try YAML.parse("") == [])
    #expect(try YAML.parse("# only a comment\n") == [])
    #expect(try YAML.parse("a: 1\n---\n---\nb: 2\n...\n") == [["a": 1], nil, ["b": 2]])
    #expect(try YAML.parse("a: &x 1\n---\nb: 2") == [["a": 1], ["b": 2]])
    #expect(throws: YAML.Failure.self) { try YAML.parse("a: &x 1\n---\nb: *x") }
  }

  @Test(arguments: [true, false])
  func refusesABillionLaughs(asKeys: Bool) {
    var text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
    for i in 1..<60 {
      let many = Array(repeating: "*a\(i - 1)", count: 9).joined(separator: ", ")
      text += "a\(i): &a\(i) [\(many)]\n"
    }
    if asKeys { text = "? &k [&x [a], *x, *x]\n: 1\n? [*k, *k]\n: 2\n" + text }
    #expect(throws: YAML.Failure.self) { try YAML.parse(text) }
  }

  @Test(arguments: ["[", "{", "- ", "? ", "[{a: ", "{? "])
  func refusesBottomlessNesting(opener: String) {
    for count in [501, 999, 1001, 50_000] {
      #expect(throws: YAML.Failure.self) {
        try YAML.parse(String(repeating: opener, count: count))
      }
    }
  }

  @Test func refusesNestingThroughAliases() {
    var text = "a0: &a0 [x]\n"
    for i in 1..<2000 { text += "a\(i): &a\(i) [*a\(i - 1)]\n" }
    #expect(throws: YAML.Failure.self) { try YAML.parse(text) }
  }

  @Test func writesAsKubectlPrints() throws {
    let value: JSONValue = [
      "apiVersion": "v1",
      "metadata": [
        "name": "a", "labels": [:], "finalizers": [],
        "creationTimestamp": "2026-11-22T11:44:16Z",
      ],
      "spec": [
        "items": [["key": "a", "values": [1, 2.5]], ["x", ["y"]], [], "- z"],
        "on": "yes", "port": "3306", "star": "*", "script": "a: b\n  c\n", "kept": "a\n\n",
        "bare": "x\ny", "json": "{\"a\":1}", "none": nil, "url": "https://a:80/b#c",
      ],
    ]
    #expect(
      YAML.write(value) == """
        apiVersion: v1
        metadata:
          name: a
          labels: {}
          finalizers: []
          creationTimestamp: "2026-11-22T11:44:16Z"
        spec:
          items:
          - key: a
            values:
            - 1
            - 2.5
          - - x
            - - "y"
          - []
          - '- z'
          "on": "yes"
          port: "3306"
          star: '*'
          script: |
            a: b
              c
          kept: |+
            a

          bare: |-
            x
            y
          json: '{"a":1}'
          none: null
          url: https://a:80/b#c

        """)
    #expect(YAML.write(["b": 1, "a": 2], sortedKeys: true) == "a: 2\nb: 1\n")
  }

  @Test(arguments: 0..<20)
  func survivesAnyText(seed: UInt64) {
    var random = RandomJSON(seed: seed)
    let seeds = [
      "a: &x [1, *x]\nb: {c: *x, <<: *x}\n--- |\n  text\n...\n",
      "- !!str a\n- ? b\n  : c\n- \"\\u00e9\\x\"\n- 'it''s'\n- >+\n\n  x\n",
      "%YAML 1.1\n%TAG ! tag:x,2000:\n---\na: !b c\n", YAML.write(random.value()),
    ]
    let parts = Array("&*!|>'\"%@`{}[],?:-# \n\tab0.~<\u{FEFF}\u{E000}é\0\r\u{85}".unicodeScalars)
    for _ in 0..<150 {
      var scalars = Array(
        seeds.randomElement(using: &random.generator)?.unicodeScalars ?? "".unicodeScalars)
      for _ in 0..<Int.random(in: 1..<8, using: &random.generator) {
        let at = Int.random(in: 0...scalars.count, using: &random.generator)
        if Bool.random(using: &random.generator), at < scalars.count {
          scalars.remove(at: at)
        } else if let part = parts.randomElement(using: &random.generator) {
          scalars.insert(part, at: at)
        }
      }
      do {
        // `write` says why a byte order mark may be lost.
        let keeps = !scalars.contains("\u{FEFF}")
        for value in try YAML.parse(String(String.UnicodeScalarView(scalars))) {
          let text = YAML.write(value)
          let again = try YAML.parse(text)
          #expect(again == [value] || !keeps, "\(value.jsonText())\n\(text)")
        }
      } catch {
        #expect(!"\(error)".isEmpty)
      }
    }
  }
}
