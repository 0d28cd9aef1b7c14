import Manifest
import TestSupport
import Testing

struct JSONPatchTests {
  struct Case: CustomTestStringConvertible {
    var patch: [JSONPatch.Operation]
    var want: JSONValue?
    var testDescription: String { "\(patch.map { "\($0.kind) \($0.path)" })" }
    init(_ operations: JSONPatch.Operation..., want: JSONValue?) {
      patch = operations
      self.want = want
    }
  }

  private let document: JSONValue = ["a": ["b": 1], "list": [1, 2, 3], "null": nil, "s": "x"]

  private func with(_ change: (inout JSONValue) -> Void) -> JSONValue {
    var value = document
    change(&value)
    return value
  }

  @Test func addsMembersAndElements() throws {
    for (path, list) in [
      ("/list/0", [9, 1, 2, 3]), ("/list/-", [1, 2, 3, 9]), ("/list/3", [1, 2, 3, 9]),
      ("/list/-1", [1, 2, 3, 9]), ("/list/-4", [9, 1, 2, 3]), ("/list/01", [1, 9, 2, 3]),
      ("/list/+1", [1, 9, 2, 3]),
    ] as [(String, JSONValue)] {
      let patched = try JSONPatch([.init(.add, path, 9)]).apply(to: document)
      #expect(patched["list"] == list, "\(path)")
    }
    let patched = try JSONPatch([.init(.add, "/a/x~1y", nil), .init(.add, "/a/b", 2)])
      .apply(to: document)
    #expect(patched["a"] == ["b": 2, "x/y": nil])
  }

  @Test func removesAndReplaces() throws {
    let patch = JSONPatch([
      .init(.remove, "/a/b"), .init(.replace, "/list/-1", "z"), .init(.remove, "/list/0"),
      .init(.replace, "/null", 5), .init(.replace, "/", "empty name"),
    ])
    #expect(
      try patch.apply(to: document) == [
        "a": [:], "list": [2, "z"], "null": 5, "s": "x", "": "empty name",
      ])
  }

  @Test(
    arguments: [
      .init(.add, "/no/x", 1), .init(.add, "/list/4", 1), .init(.add, "/list/-5", 1),
      .init(.add, "/list/x", 1), .init(.add, "/null/x", 1), .init(.add, "/s/x", 1),
      .init(.add, "a", 1), .init(.add, "", "text"), .init(.remove, "/no"), .init(.remove, ""),
      .init(.remove, "/list/3"), .init(.remove, "/list/-"), .init(.remove, "/list/-4"),
      .init(.replace, "/no", 1), .init(.replace, "/list/3", 1), .init(.replace, "/list/-", 1),
      .init(.replace, "", nil), .init(.move, "/x", from: "/no"), .init(.move, "/x", from: ""),
      .init(.copy, "/x", from: "/no"), .init(.copy, "/no/x", from: "/a"), .init(.test, "/a/b", 2),
      .init(.test, "/no", 1), .init(.test, "/no/x", nil), .init(.test, "/list/9", nil),
      .init(.add, "/list/9223372036854775807", 1), .init(.add, "/list/-9223372036854775808", 1),
    ] as [JSONPatch.Operation])
  func doesNotApply(operation: JSONPatch.Operation) {
    #expect(throws: JSONPatch.Failure.self) { try JSONPatch([operation]).apply(to: document) }
    var inPlace = document
    #expect(throws: JSONPatch.Failure.self) {
      try JSONPatch([operation]).apply(inPlace: &inPlace)
    }
  }

  @Test func movesCopiesAndTests() throws {
    let patch = JSONPatch([
      .init(.test, "/a", ["b": 1.0]), .init(.test, "/no", nil), .init(.test, "/null", nil),
      .init(.copy, "/list/0", from: "/a/b"), .init(.move, "/moved", from: "/a"),
      .init(.test, "/moved/b", 1),
    ])
    #expect(
      try patch.apply(to: document)
        == ["list": [1, 1, 2, 3], "null": nil, "s": "x", "moved": ["b": 1]])
  }

  @Test func theWholeDocumentCanBeReplaced() throws {
    for kind in [JSONPatch.Kind.add, .replace] {
      let patch = JSONPatch([.init(kind, "", ["x": 1]), .init(.add, "/y", 2)])
      #expect(try patch.apply(to: document) == ["x": 1, "y": 2])
    }
    // The library passes over a replacement by a plain value.
    #expect(try JSONPatch([.init(.replace, "", 5)]).apply(to: document) == document)
  }

  @Test func changesBelowTheEmptyNameOfTheRootAreLost() throws {
    #expect(try JSONPatch([.init(.add, "//x", 1)]).apply(to: document) == document)
  }

  @Test func textKeepsItsFormWhereThePatchDoesNotGo() throws {
    let text = #" { "z": 1.10, "a": {"u": "\u00e9\/<", "n": 1E5}, "l": [ 1 , 2 ] } "#
    let patched = try JSONPatch([.init(.add, "/l/-", 1.0), .init(.replace, "/z", "new")])
      .apply(toText: Array(text.utf8))
    #expect(
      String(decoding: patched, as: UTF8.self)
        == #"{"z":"new","a":{"u":"\u00e9\/\u003c","n":1E5},"l":[1,2,1]}"#)
  }

  @Test(arguments: ["{", "5", "\"x\"", " [1]", "{} x", "tru"])
  func textThatIsNoDocumentIsRefused(text: String) {
    #expect(throws: JSONPatch.Failure.self) {
      try JSONPatch([.init(.add, "/x", 1)]).apply(toText: Array(text.utf8))
    }
  }

  @Test func anEmptyTextStaysEmpty() throws {
    #expect(try JSONPatch([.init(.add, "/x", 1)]).apply(toText: []) == [])
  }

  @Test(
    arguments: [
      [:], 5, [5], [["op": "add"]], [["op": "add", "path": "/x"]], [["op": "no", "path": "/x"]],
      [["op": "move", "path": "/x"]], [["path": "/x"]],
    ] as [JSONValue])
  func malformedPatchesAreRefused(patch: JSONValue) {
    let failure = #expect(throws: JSONPatch.Failure.self) { try JSONPatch(decoding: patch) }
    #expect(failure?.isMalformed == true)
  }

  @Test func aDifferenceTurnsOneDocumentIntoTheOtherAndBack() throws {
    var random = RandomJSON(seed: 21)
    for _ in 0..<1_500 {
      let a: JSONValue = ["root": random.value(), "x": random.value()]
      let b: JSONValue = ["root": random.value(), "x": random.value()]
      let forth = JSONPatch.difference(from: a, to: b)
      let back = JSONPatch.difference(from: b, to: a)
      #expect(try forth.apply(to: a) == b)
      #expect(try back.apply(to: try forth.apply(to: a)) == a)
      #expect(try JSONPatch(decoding: forth.jsonValue).apply(to: a) == b)
      #expect(JSONPatch.difference(from: a, to: a).operations.isEmpty)
      var inPlace = a
      try forth.apply(inPlace: &inPlace)
      #expect(inPlace == b)
    }
  }

  @Test func aMergeDifferenceTurnsOneDocumentIntoTheOther() throws {
    var random = RandomJSON(seed: 22)
    for _ in 0..<1_500 {
      let (a, b) = (random.value(), random.value())
      if let patch = MergePatch.difference(from: a, to: b) {
        #expect(MergePatch.apply(patch, to: a) == b)
      }
    }
    #expect(MergePatch.difference(from: ["a": 1, "b": 2], to: ["b": 2]) == ["a": nil])
    #expect(MergePatch.apply(["a": ["b": nil, "c": 1]], to: ["a": ["b": 1]]) == ["a": ["c": 1]])
  }

  @Test func randomPatchesApplyAlikeToValuesAndToText() throws {
    var random = RandomJSON(seed: 23)
    var applied = 0
    let steps = ["a", "b", "x", "a", "b", "x", "0", "1", "-1", "-", "01", "~1", ""]
    for _ in 0..<8_000 {
      let document: JSONValue = [
        "a": ["x": random.value(depth: 2), "b": [1, [2]]], "x": 5,
        "b": [random.value(depth: 1), ["x": 1, "a": nil], [], [1, 2]],
      ]
      let operations = (0..<2).map { _ in
        func path() -> String {
          (0..<Int.random(in: 0..<4, using: &random.generator))
            .map { _ in "/" + steps.randomElement(using: &random.generator, or: "") }.joined()
        }
        return JSONPatch.Operation(
          JSONPatch.Kind.allCases.randomElement(using: &random.generator, or: .add), path(),
          random.value(depth: 1), from: path())
      }
      let patch = JSONPatch(operations)
      let byValue = Result { try patch.apply(to: document) }
      let byText = Result {
        try JSONValue(parsing: try patch.apply(toText: document.serialized()))
      }
      switch (byValue, byText) {
      case (.success(let a), .success(let b)):
        applied += 1
        #expect(a.goJSON() == b.goJSON())
      case (.failure, .failure): break
      default: Issue.record("\(operations) on \(document.jsonText()): \(byValue) \(byText)")
      }
    }
    #expect(applied > 300)
  }
}
