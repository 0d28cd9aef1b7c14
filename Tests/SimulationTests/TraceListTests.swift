import ControlPlane
import Manifest
import Testing

@testable import Simulation

/// A later list beside what watches told: which of them knew more.
@Suite struct TraceListTests {
  private static let path = "/apis/work.karmada.io/v1alpha2/resourcebindings"

  private static func object(_ name: String, _ version: Int) -> JSONValue {
    [
      "metadata": [
        "namespace": "shop", "name": .string(name), "resourceVersion": .string(String(version)),
      ]
    ]
  }

  private static func list(
    at t: Double, _ version: Int, _ objects: [JSONValue], query: String = "", next: String = ""
  ) -> JSONValue {
    [
      "t": .double(t), "list": "resourcebindings", "path": .string(path + query),
      "body": [
        "metadata": ["resourceVersion": .string(String(version)), "continue": .string(next)],
        "items": .array(objects),
      ],
    ]
  }

  private static func told(
    at t: Double, _ type: String, _ name: String, _ version: Int
  ) -> JSONValue {
    [
      "t": .double(t), "resource": "resourcebindings",
      "event": ["type": .string(type), "object": object(name, version)],
    ]
  }

  private static func trace(_ lines: [JSONValue]) throws -> Trace {
    try Trace(Array(lines.map { $0.serialized() }.joined(separator: [UInt8(ascii: "\n")])))
  }

  private static func story(_ trace: Trace) -> [String] {
    trace.changes.map { change in
      let name = change.object[path: "metadata", "name"]?.string ?? ""
      return "\(change.t) \(change.kind.rawValue) \(name)"
    }
  }

  // MARK: Lists that are older than what a watch told

  @Test func aListFromBeforeItWasMadeDoesNotDeleteIt() throws {
    let lines = [
      Self.list(at: 0, 50, [Self.object("old", 10), Self.object("kept", 20)]),
      Self.told(at: 39.9, "ADDED", "new", 101), Self.list(at: 40, 100, [Self.object("kept", 20)]),
    ]
    let trace = try Self.trace(lines)
    #expect(Self.story(trace) == ["39.9 ADDED new", "40.0 DELETED old"])
    #expect(trace.objects("resourcebindings", at: 50).map(\.key) == ["shop/kept", "shop/new"])
  }

  /// Without a version of its own a list is as new as its line.
  @Test func aListWithoutAVersionCountsAsItStands() throws {
    var later = Self.list(at: 40, 0, [Self.object("kept", 20)])
    later["body"]?["metadata"] = [:]
    let trace = try Self.trace([
      Self.list(at: 0, 50, [Self.object("kept", 20)]), Self.told(at: 39.9, "ADDED", "new", 101),
      later,
    ])
    #expect(Self.story(trace) == ["39.9 ADDED new", "40.0 DELETED new"])
  }

  @Test func aListFromBeforeItWentDoesNotBringItBack() throws {
    let lines = [
      Self.list(at: 0, 50, [Self.object("gone", 10)]),
      Self.told(at: 39.9, "DELETED", "gone", 101),
      Self.list(at: 40, 100, [Self.object("gone", 10)]),
    ]
    #expect(Self.story(try Self.trace(lines)) == ["39.9 DELETED gone"])
    // Made anew since, it is there.
    let anew = Self.list(at: 44, 110, [Self.object("gone", 105)])
    #expect(Self.story(try Self.trace(lines + [anew])) == ["39.9 DELETED gone", "44.0 ADDED gone"])
  }

  // MARK: Pages

  /// How a first page is told from the next one: by its path, or where that has no query by what
  /// all pages of one list share.
  @Test(arguments: ["?limit=1", ""])
  func aListBeginsAnewWhenTheNextPageNeverCame(query: String) throws {
    let trace = try Self.trace([
      Self.list(at: 0, 50, [Self.object("first", 10)], query: query, next: "token"),
      Self.list(at: 30, 100, [Self.object("second", 60)], query: query),
    ])
    #expect(trace.start["resourcebindings"] == [Self.object("first", 10)])
    #expect(Self.story(trace) == ["30.0 ADDED second", "30.0 DELETED first"])
    #expect(trace.objects("resourcebindings", at: 29).map(\.key) == ["shop/first"])
  }

  /// A recorder that leaves queries out.
  @Test func pagesWithoutTheirQueryAreOneList() throws {
    let trace = try Self.trace([
      Self.list(at: 0, 50, [Self.object("first", 10)], next: "token"),
      Self.list(at: 0.1, 50, [Self.object("second", 20)]),
    ])
    #expect(Self.story(trace) == [])
    #expect(trace.objects("resourcebindings", at: 1).count == 2)
  }

  @Test func aGapShowsWhicheverPageHadTheNews() throws {
    let trace = try Self.trace([
      Self.list(at: 0, 50, [Self.object("first", 10), Self.object("second", 20)]),
      Self.list(at: 30, 100, [Self.object("first", 60)], query: "?limit=1", next: "token"),
      Self.list(at: 30.1, 100, [Self.object("second", 20)], query: "?limit=1&continue=token"),
    ])
    #expect(Self.story(trace) == ["30.0 MODIFIED first"])
    #expect(trace.gaps == [Trace.Gap(from: 0, until: 30.1, plural: "resourcebindings")])
  }

  // MARK: Watching it played

  /// Names and what was said of them, from a watch that a replay has ended.
  private static func heard(
    _ stream: AsyncThrowingStream<[UInt8], any Error>
  ) async throws -> [String] {
    var body: [UInt8] = []
    for try await piece in stream { body += piece }
    return try body.split(separator: UInt8(ascii: "\n")).map { line in
      let event = try JSONValue(parsing: line)
      let name = event[path: "object", "metadata", "name"]?.string ?? ""
      return "\(event["type"]?.string ?? "") \(name)"
    }
  }

  private static func watch(
    _ plane: TraceControlPlane, from version: Int
  ) -> AsyncThrowingStream<[UInt8], any Error> {
    plane.stream(Call.get(path, query: "watch=1&resourceVersion=\(version)"))
  }

  /// Its deletions share its version, and its items come by name.
  @Test func playingOverALaterListTellsAllOfIt() async throws {
    let trace = try Self.trace([
      Self.list(at: 0, 50, ["a", "b", "c", "d"].map { Self.object($0, 10) }),
      Self.list(at: 30, 100, [Self.object("a", 90), Self.object("b", 60)]),
    ])
    let plane = TraceControlPlane(trace, name: "gap")
    let stream = Self.watch(plane, from: 50)
    plane.advance(to: 30)
    plane.seek(to: 0)
    #expect(
      try await Self.heard(stream) == ["MODIFIED a", "MODIFIED b", "DELETED c", "DELETED d"])
  }

  /// Listed before a list that is older than what the watch said, watched after it.
  @Test func whatCameBetweenListAndWatchIsToldWhateverItsVersion() async throws {
    let trace = try Self.trace([
      Self.list(at: 0, 50, [Self.object("a", 10)]), Self.told(at: 39.9, "ADDED", "new", 101),
      Self.list(at: 40, 100, [Self.object("a", 90)]), Self.told(at: 41, "DELETED", "new", 102),
    ])
    let plane = TraceControlPlane(trace, name: "gap", at: 39.95)
    let list = try await plane.value(Call.get(Self.path))
    #expect(list[path: "metadata", "resourceVersion"] == "101")
    plane.advance(to: 40.5)
    let stream = Self.watch(plane, from: 101)
    plane.advance(to: 41)
    plane.seek(to: 0)
    #expect(try await Self.heard(stream) == ["MODIFIED a", "DELETED new"])
  }

  // MARK: Clocks

  /// The earliest moment there is, less the seconds of its line, is not the latest.
  @Test(arguments: ["resourcebindings", "anything"])
  func aStampAtTheEndOfTimeDoesNotTurnItRound(plural: String) throws {
    var line = Self.told(at: 1000, "ADDED", "old", 10)
    line["resource"] = .string(plural)
    line["event"]?["object"]?["metadata"]?["creationTimestamp"] = "1677-09-21T00:12:44Z"
    #expect(try Self.trace([line]).startTime == Time(nanoseconds: 0))
  }
}
