import Manifest
import TestSupport
import Testing

@Suite struct YAMLEditTests {
  private static func edited(_ text: String, _ edits: YAMLEdit...) throws -> String {
    var document = try YAMLDocument(parsing: text)
    for edit in edits { try document.apply(edit) }
    return document.text
  }
  private static func pointer(_ text: String) -> JSONPointer {
    JSONPointer(tokens: text.split(separator: "/").map(String.init))
  }

  static let policy = """
    # what the shop needs
    apiVersion: policy.karmada.io/v1alpha1
    kind: OverridePolicy
    metadata:
      name: example   # do not rename
      namespace: 'default'
    spec:
      overrideRules:
        # the eu first
        - targetCluster:
            clusterNames: [member1, member2]  # both
          overriders:
            plaintext:
              - path: "/spec/replicas"
                operator: replace
                value: 3
              # - path: /spec/paused

        # then the rest
        - overriders:
            labelsOverrider:
              - operator: add
                value: {tier: edge}

    """

  @Test(
    arguments: [
      ("/metadata/name", "other", "name: example   #", "name: other   #"),
      ("/metadata/namespace", "prod", "'default'", "'prod'"),
      (
        "/spec/overrideRules/0/overriders/plaintext/0/path", "/spec/x", "\"/spec/replicas\"",
        "\"/spec/x\""
      ),
      ("/spec/overrideRules/0/overriders/plaintext/0/value", 4, "value: 3", "value: 4"),
      ("/spec/overrideRules/0/overriders/plaintext/0/value", "3", "value: 3", "value: \"3\""),
      ("/spec/overrideRules/0/targetCluster/clusterNames/1", "m, 3", "member2]", "'m, 3']"),
      ("/spec/overrideRules/1/overriders/labelsOverrider/0/value/tier", "a: b", "edge", "'a: b'"),
      (
        "/spec/overrideRules/0/overriders/plaintext/0/value", ["a": [1]], "value: 3\n",
        "value:\n              a:\n                - 1\n"
      ),
    ] as [(String, JSONValue, String, String)])
  func changesOneValueAndNothingElse(
    pointer: String, value: JSONValue, old: String, new: String
  ) throws {
    let text = try Self.edited(Self.policy, .set(value, at: Self.pointer(pointer)))
    #expect(text == Self.policy.replacing(old, with: new))
  }

  @Test func addsAMemberBehindTheOthers() throws {
    let text = try Self.edited(
      Self.policy, .set(["a": "b"], at: Self.pointer("/metadata/labels")))
    #expect(
      text
        == Self.policy.replacing(
          "  namespace: 'default'\n", with: "  namespace: 'default'\n  labels:\n    a: b\n"))
  }

  @Test func takesTheCommentAboveARuleAway() throws {
    let text = try Self.edited(Self.policy, .remove(Self.pointer("/spec/overrideRules/0")))
    #expect(
      text == """
        # what the shop needs
        apiVersion: policy.karmada.io/v1alpha1
        kind: OverridePolicy
        metadata:
          name: example   # do not rename
          namespace: 'default'
        spec:
          overrideRules:

            # then the rest
            - overriders:
                labelsOverrider:
                  - operator: add
                    value: {tier: edge}

        """)
  }

  @Test func movesARuleWithItsComments() throws {
    let text = try Self.edited(Self.policy, .move(Self.pointer("/spec/overrideRules/1"), to: 0))
    #expect(
      text == """
        # what the shop needs
        apiVersion: policy.karmada.io/v1alpha1
        kind: OverridePolicy
        metadata:
          name: example   # do not rename
          namespace: 'default'
        spec:
          overrideRules:
            # then the rest
            - overriders:
                labelsOverrider:
                  - operator: add
                    value: {tier: edge}

            # the eu first
            - targetCluster:
                clusterNames: [member1, member2]  # both
              overriders:
                plaintext:
                  - path: "/spec/replicas"
                    operator: replace
                    value: 3
                  # - path: /spec/paused

        """)
  }

  @Test(
    arguments: [
      // Sequences, deeper than their key and not.
      ("a:\n- 1\n- 2\n", .insert(9, at: "/a/1"), "a:\n- 1\n- 9\n- 2\n"),
      ("a:\n  - 1\n", .insert(9, at: "/a/-"), "a:\n  - 1\n  - 9\n"),
      ("a:\n  - 1", .insert(9, at: "/a/-"), "a:\n  - 1\n  - 9"),
      ("a:\n- 1\n# end\n", .insert(9, at: "/a/-"), "a:\n- 1\n- 9\n# end\n"),
      ("- - 1\n  - 2\n", .insert(9, at: "/0/0"), "- - 9\n  - 1\n  - 2\n"),
      ("- - 1\n  - 2\n", .remove("/0/0"), "- - 2\n"),
      ("- a: 1\n  # of b\n  b: 2\n", .remove("/0/a"), "- # of b\n  b: 2\n"),
      ("- a: 1\n", .remove("/0/a"), "- {}\n"),
      ("- a: 1\n  b: 2\n- c\n", .set("x", at: "/0"), "- x\n- c\n"),
      ("a: 1 # one\nb: 2\n", .remove("/a"), "b: 2\n"),
      ("a: 1\n\nb: 2\n\nc: 3\n", .remove("/b"), "a: 1\n\nc: 3\n"),
      ("a: 1\n\nb: 2\n", .remove("/b"), "a: 1\n"),
      ("a:\n  b: 1\nc: 2\n", .remove("/a/b"), "a: {}\nc: 2\n"),
      ("a:\n- 1\nc: 2\n", .remove("/a/0"), "a: []\nc: 2\n"),
      ("a: [] # none\n", .insert(1, at: "/a/0"), "a: # none\n- 1\n"),
      ("b:\n    c: {}\na: {}\n", .set(1, at: "/a/x"), "b:\n    c: {}\na:\n    x: 1\n"),
      ("a: # none\nb: 1\n", .set([1], at: "/a"), "a: # none\n- 1\nb: 1\n"),
      ("a: # none\nb: 1\n", .set("x", at: "/a"), "a: x # none\nb: 1\n"),
      ("a:\n", .set("x", at: "/a"), "a: x\n"),
      ("-\n- 2\n", .set("x", at: "/0"), "- x\n- 2\n"),
      ("- 1 # one\n", .set(["a": 1, "b": 2], at: "/0"), "- # one\n  a: 1\n  b: 2\n"),
      ("a: # of a\n  # of b\n  b: 1\n  # last\nc: 1\n", .set(1, at: "/a"), "a: 1 # of a\nc: 1\n"),
      // Flow collections.
      ("a: [1, 2] # x\n", .insert(9, at: "/a/1"), "a: [1, 9, 2] # x\n"),
      ("a: [1,2]\n", .insert(9, at: "/a/-"), "a: [1,2,9]\n"),
      ("a: [1, 2]\n", .remove("/a/1"), "a: [1]\n"),
      ("a: [1, 2]\n", .remove("/a/0"), "a: [2]\n"),
      ("a: [1, 2]\n", .move("/a/0", to: 1), "a: [2, 1]\n"),
      ("a: {b: 1}\n", .set("x y", at: "/a/c"), "a: {b: 1, c: x y}\n"),
      ("a: {b, c: 1}\n", .set(1, at: "/a/b"), "a: {b: 1, c: 1}\n"),
      ("a: {b: , c: 1}\n", .set(1, at: "/a/b"), "a: {b: 1 , c: 1}\n"),
      ("a: [b: 1, 2]\n", .set(9, at: "/a/0/b"), "a: [b: 9, 2]\n"),
      (
        "{\n  \"a\": 1,\n  \"b\": [\n    2\n  ]\n}\n", .set("x", at: "/c"),
        "{\n  \"a\": 1,\n  \"b\": [\n    2\n  ],\n  \"c\": \"x\"\n}\n"
      ),
      (
        "{\n  \"a\": 1,\n  \"b\": [\n    2\n  ]\n}\n", .insert(["k": "v"], at: "/b/-"),
        "{\n  \"a\": 1,\n  \"b\": [\n    2,\n    {\"k\": \"v\"}\n  ]\n}\n"
      ),
      // Texts of several lines.
      ("a: |\n  x\n  y\nb: 1\n", .set("x\nz\n", at: "/a"), "a: |\n  x\n  z\nb: 1\n"),
      ("a: | # text\n   x\nb: 1\n", .set("x\n\ny", at: "/a"), "a: |- # text\n   x\n\n   y\nb: 1\n"),
      ("a: | # text\n   x\nb: 1\n", .set("x", at: "/a"), "a: x # text\nb: 1\n"),
      ("a: >\n  x\n  y\nb: 1\n", .set("p\nq\n", at: "/a"), "a: |\n  p\n  q\nb: 1\n"),
      ("a: x # c\nb: 1\n", .set("p\nq\n", at: "/a"), "a: | # c\n  p\n  q\nb: 1\n"),
      ("a: x", .set("p\nq\n", at: "/a"), "a: |\n  p\n  q\n"),
      ("a: \"x\\ny\"\n", .set("p\nq\n", at: "/a"), "a: \"p\\nq\\n\"\n"),
      ("a: |+\n  x\n\n\nb: 1\n", .set("z", at: "/b"), "a: |+\n  x\n\n\nb: z\n"),
      ("a: |+\n  x\n\n\n", .set("z", at: "/b"), "a: |+\n  x\n\n\nb: z\n"),
      ("- |\n  x\n- b\n", .move("/1", to: 0), "- b\n- |\n  x\n"),
      ("- |\n  x\n- |-\n  y", .move("/1", to: 0), "- |-\n  y\n- |\n  x\n"),
      ("a: 'x\n  y'\nb: 1\n", .set("z", at: "/a"), "a: 'z'\nb: 1\n"),
      ("a: x\n  y\nb: 1\n", .set("z", at: "/a"), "a: z\nb: 1\n"),
      // Anchors that nothing repeats, tags, explicit keys, document marks.
      ("a: &x 1\nb: 2\n", .set(3, at: "/a"), "a: 3\nb: 2\n"),
      ("a: !!str 1\nb: 2\n", .set(3, at: "/a"), "a: 3\nb: 2\n"),
      ("a: &x # c\n  b: 1\nc: 1\n", .set(3, at: "/a"), "a: 3\nc: 1\n"),
      ("? a\n: 1\n? b\n: 2\n", .set(3, at: "/a"), "? a\n: 3\n? b\n: 2\n"),
      ("%YAML 1.1\n---\na: 1\n...\n", .set(2, at: "/b"), "%YAML 1.1\n---\na: 1\nb: 2\n...\n"),
      ("x: &x 1\na: *x\n", .set(2, at: "/a"), "x: &x 1\na: 2\n"),
      ("x: &x 1\na: *x\n", .remove("/a"), "x: &x 1\n"),
      // Nothing there yet.
      ("", .set(["a": 1], at: ""), "a: 1\n"),
      ("# head\n", .set(1, at: "/a"), "# head\na: 1\n"),
      ("{}\n", .set(1, at: "/a"), "a: 1\n"),
      ("# head", .set(1, at: "/a"), "# head\na: 1\n"),
      ("---\n", .insert(1, at: "/-"), "---\n- 1\n"),
      // Line breaks and keys.
      (
        "a:\r\n- 1\r\nb: 2\r\n", .insert(["c": 3, "d": 4], at: "/a/-"),
        "a:\r\n- 1\r\n- c: 3\r\n  d: 4\r\nb: 2\r\n"
      ),
      ("a: 1 # x\r\nb: 2\r\n", .set("p\nq\n", at: "/a"), "a: | # x\r\n  p\r\n  q\r\nb: 2\r\n"),
      ("a: 1\r\nb: 2\r\n", .remove("/a"), "b: 2\r\n"),
      ("'a' : 1 # x\n", .rename("/a", to: "no"), "\"no\" : 1 # x\n"),
      ("{a: 1}\n", .rename("/a", to: "b,c"), "{'b,c': 1}\n"),
      ("yes: 1\n", .rename("/true", to: "b"), "b: 1\n"),
      ("é日: 1 # ü\nb: [ü, 1]\n", .set(2, at: "/b/1"), "é日: 1 # ü\nb: [ü, 2]\n"),
      ("a: '*' # *\nb: 1\n", .set("*x", at: "/b"), "a: '*' # *\nb: '*x'\n"),
    ] as [(String, Edit, String)])
  func writesWhatAPersonWould(text: String, edit: Edit, wanted: String) throws {
    let result = try Self.edited(text, edit.edit)
    #expect(result == wanted, "\(JSONValue.string(result).jsonText())")
  }

  @Test(
    arguments: [
      ("a: &x 1\nb: *x\n", .set(2, at: "/a"), .anchored(name: "x", line: 2)),
      ("a: &x 1\nb: *x\n", .remove("/a"), .anchored(name: "x", line: 2)),
      ("a: &x {c: 1}\nb: *x\n", .set(2, at: "/a/c"), .anchored(name: "x", line: 2)),
      ("a: &x [1]\nb: *x\n", .insert(2, at: "/a/0"), .anchored(name: "x", line: 2)),
      ("a: &x {c: 1}\nb: *x\n", .set(2, at: "/b/c"), .alias(name: "x")),
      ("a: &x {c: 1}\nb: {<<: *x}\n", .set(2, at: "/b/c"), .merged),
      ("a: 1\n", .remove("/b"), .missing), ("a: 1\n", .set(1, at: "/a/b"), .missing),
      ("a: [1]\n", .set(1, at: "/a/1"), .missing), ("a: [1]\n", .insert(1, at: "/a/7"), .missing),
      ("a: 1\n", .insert(2, at: "/a"), .keyTaken("a")),
      ("a: 1\nb: 2\n", .rename("/a", to: "b"), .keyTaken("b")),
      ("a: 1\n", .move("/a", to: 0), .notAList), ("a: 1\n", .remove(""), .wholeDocument),
      ("a: 1\rb: 2\n", .set(2, at: "/a"), .lineBreaks),
      ("? a\n? b\n", .set(1, at: "/a"), .unclear),
    ] as [(String, Edit, YAMLEditFailure.Reason)])
  func refusesWithAReason(text: String, edit: Edit, reason: YAMLEditFailure.Reason) throws {
    var document = try YAMLDocument(parsing: text)
    #expect { try document.apply(edit.edit) } throws: {
      ($0 as? YAMLEditFailure)?.reason == reason && !"\($0)".isEmpty
    }
    #expect(document.text == text)
  }

  @Test func anAnchorThatGoesWithItsAliasIsNoObstacle() throws {
    #expect(try Self.edited("a: [&x 1, *x]\nb: 2\n", .remove(Self.pointer("/a"))) == "b: 2\n")
  }

  @Test func moreThanOneDocumentIsNoDraft() {
    #expect(throws: YAML.Failure.self) { try YAMLDocument(parsing: "a: 1\n---\nb: 2\n") }
  }

  @Test func knowsTheLineOfAValueAndTheValueOfALine() throws {
    let document = try YAMLDocument(parsing: Self.policy)
    let rule = Self.pointer("/spec/overrideRules/0")
    #expect(document.place(of: rule)?.lines == 10...16)
    #expect(
      document.place(of: Self.pointer("/spec/overrideRules/1/overriders"))?.lines == 20...23)
    #expect(
      document.pointer(atLine: 15).map { "\($0)" } == "\(rule)/overriders/plaintext/0/operator")
    #expect(document.pointer(atLine: 1) == nil)
    #expect(document.place(of: Self.pointer("/spec/nope")) == nil)
    for line in 2...23 where document.pointer(atLine: line) != nil {
      let pointer = try #require(document.pointer(atLine: line))
      #expect(document.place(of: pointer)?.lines.contains(line) == true)
    }
  }

  @Test func becomesAnotherValueLineByLine() throws {
    var document = try YAMLDocument(parsing: Self.policy)
    var wanted = document.value
    try Self.pointer("/spec/overrideRules/0/overriders/plaintext/0/value").set(5, in: &wanted)
    try Self.pointer("/metadata/labels").set(["x": "y"], in: &wanted)
    try document.become(wanted)
    #expect(document.value == wanted)
    #expect(
      document.text
        == Self.policy.replacing("value: 3", with: "value: 5")
        .replacing("'default'\n", with: "'default'\n  labels:\n    x: \"y\"\n"))
  }
}

/// An edit whose pointer is written as text.
struct Edit: Sendable, CustomTestStringConvertible {
  var edit: YAMLEdit
  var testDescription: String { "\(edit)" }

  private static func pointer(_ text: String) -> JSONPointer {
    JSONPointer(
      tokens: text.utf8.dropFirst().split(separator: 0x2F, omittingEmptySubsequences: false)
        .map { String(Substring($0)) }.filter { _ in !text.isEmpty })
  }
  static func set(_ value: JSONValue, at pointer: String) -> Edit {
    Edit(edit: .set(value, at: Self.pointer(pointer)))
  }
  static func insert(_ value: JSONValue, at pointer: String) -> Edit {
    Edit(edit: .insert(value, at: Self.pointer(pointer)))
  }
  static func remove(_ pointer: String) -> Edit { Edit(edit: .remove(Self.pointer(pointer))) }
  static func move(_ pointer: String, to target: Int) -> Edit {
    Edit(edit: .move(Self.pointer(pointer), to: target))
  }
  static func rename(_ pointer: String, to key: String) -> Edit {
    Edit(edit: .rename(Self.pointer(pointer), to: key))
  }
}
