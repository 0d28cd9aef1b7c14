import Manifest
import Testing

@testable import Simulation

@Suite struct PatchTests {
  private static func json(_ text: String) throws -> JSONValue { try JSONValue(parsing: text) }

  @Test(arguments: [
    (
      #"{"containers":[{"name":"b","image":"2"}]}"#,
      #"{"containers":[{"name":"a","image":"1"},{"name":"b","image":"2"}]}"#
    ),
    (#"{"containers":[{"name":"a","image":"3"}]}"#, #"{"containers":[{"name":"a","image":"3"}]}"#),
    (#"{"containers":[{"name":"a","$patch":"delete"}]}"#, #"{"containers":[]}"#),
    (#"{"containers":[{"$patch":"replace"},{"name":"z"}]}"#, #"{"containers":[{"name":"z"}]}"#),
    (
      #"{"$setElementOrder/containers":[{"name":"a"}],"containers":[{"name":"a","x":1}]}"#,
      #"{"containers":[{"name":"a","image":"1","x":1}]}"#
    ),
    (#"{"containers":null}"#, "{}"),
  ])
  func strategicMergeFindsListElementsByKey(patch: String, expected: String) throws {
    let value = try Self.json(#"{"containers":[{"name":"a","image":"1"}]}"#)
    #expect(StrategicMergePatch.apply(try Self.json(patch), to: value) == (try Self.json(expected)))
  }
}
