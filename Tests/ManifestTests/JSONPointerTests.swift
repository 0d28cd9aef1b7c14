import Manifest
import TestSupport
import Testing

struct JSONPointerTests {
  private let document: JSONValue = [
    "foo": ["bar", "baz"], "": 0, "a/b": 1, "m~n": 8, "deep": ["x": [["y": nil]]],
  ]

  @Test(
    arguments: [
      ("/foo/0", "bar"), ("/foo/01", "baz"), ("/", 0), ("/a~1b", 1), ("/m~0n", 8), ("/m~n", 8),
      ("/deep/x/0/y", nil),
    ] as [(String, JSONValue)])
  func findsValues(text: String, value: JSONValue) throws {
    #expect(try JSONPointer(parsing: text).value(in: document) == value)
  }

  @Test func theEmptyPointerIsTheWholeDocument() throws {
    #expect(try JSONPointer(parsing: "").value(in: document) == document)
  }

  @Test(arguments: ["/no", "/foo/2", "/foo/-1", "/foo/x", "/foo/0/x", "/deep/x/0/y/z"])
  func leadsNowhere(text: String) throws {
    let pointer = try JSONPointer(parsing: text)
    #expect(throws: JSONPointer.Failure.self) { try pointer.value(in: document) }
    #expect(document[pointer] == nil)
  }

  @Test func mustBeginWithASlash() {
    #expect(throws: JSONPointer.Failure.noLeadingSlash("a/b")) {
      try JSONPointer(parsing: "a/b")
    }
  }

  @Test func setsMembersAndElementsThatAreThere() throws {
    var value = document
    try JSONPointer(parsing: "/deep/new").set(5, in: &value)
    try JSONPointer(parsing: "/foo/1").set("z", in: &value)
    #expect(value[path: "deep", "new"] == 5)
    #expect(value["foo"] == ["bar", "z"])
    #expect(throws: JSONPointer.Failure.self) {
      try JSONPointer(parsing: "/foo/2").set("z", in: &value)
    }
    #expect(throws: JSONPointer.Failure.self) {
      try JSONPointer(parsing: "/no/where").set("z", in: &value)
    }
  }

  @Test func escapingIsUndoneByReading() throws {
    var random = RandomJSON(seed: 11)
    for _ in 0..<2_000 {
      let tokens = (0..<3).map { _ in
        random.string()
          + ["~", "/", "~1", "~0", ""].randomElement(
            using: &random.generator, or: "")
      }
      let pointer = JSONPointer(tokens: tokens)
      #expect(try JSONPointer(parsing: pointer.description) == pointer)
    }
  }

  @Test func anyTextIsReadOrRefused() {
    var random = RandomJSON(seed: 12)
    for _ in 0..<5_000 {
      let text = (0..<4).map { _ in "/" + random.string() }.joined()
      var value = random.value()
      let pointer: JSONPointer
      do { pointer = try JSONPointer(parsing: text) } catch { continue }
      do { try pointer.set(1, in: &value) } catch { continue }
      #expect(value[pointer] == 1)
    }
  }
}

extension Array {
  /// Never nil: `fallback` for an empty list.
  func randomElement(using generator: inout SeededGenerator, or fallback: Element) -> Element {
    randomElement(using: &generator) ?? fallback
  }
}
