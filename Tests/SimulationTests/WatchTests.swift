import ControlPlane
import Manifest
import Simulation
import Testing

private let configMaps = "/api/v1/namespaces/default/configmaps"
private let bindings = "/apis/work.karmada.io/v1alpha2/resourcebindings"

/// The lines of an open watch, one JSON document each.
private struct Lines {
  private var pieces: AsyncThrowingStream<[UInt8], any Error>.Iterator
  private var buffer: [UInt8] = []

  init(_ stream: AsyncThrowingStream<[UInt8], any Error>) { pieces = stream.makeAsyncIterator() }

  /// nil when the server has ended the watch.
  mutating func next() async throws -> JSONValue? {
    while true {
      if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
        let line = Array(buffer[..<end])
        buffer.removeSubrange(...end)
        return try JSONValue(parsing: line)
      }
      guard let piece = try await pieces.next() else { return nil }
      buffer += piece
    }
  }

  mutating func told() async throws -> String? {
    try await next().map {
      "\($0["type"]?.string ?? "") \($0[path: "object", "metadata", "name"]?.string ?? "")"
    }
  }
}

@Suite(.serialized) struct WatchTests {
  @Test(arguments: Entrance.allCases)
  func tellsChangesInOrder(_ entrance: Entrance) async throws {
    try await entrance.with(.empty()) { client async throws in
      let list = try await client.value(Call.get(configMaps))
      let version = list[path: "metadata", "resourceVersion"]?.string ?? ""
      _ = try await client.send(Call.post(configMaps, Sample.configMap("before")))
      var lines = Lines(
        client.stream(Call.get(configMaps, query: "watch=1&resourceVersion=\(version)")))
      #expect(try await lines.told() == "ADDED before")
      _ = try await client.send(Call.post(configMaps, Sample.configMap("a")))
      _ = try await client.send(Call.patch("\(configMaps)/a", ["data": ["k": "2"]]))
      _ = try await client.send(Call.delete("\(configMaps)/a"))
      #expect(try await lines.told() == "ADDED a")
      #expect(try await lines.told() == "MODIFIED a")
      #expect(try await lines.told() == "DELETED a")
    }
  }

  @Test(arguments: Entrance.allCases)
  func selectorTurnsChangesIntoArrivalsAndDepartures(_ entrance: Entrance) async throws {
    try await entrance.with(.empty()) { client async throws in
      _ = try await client.send(Call.post(configMaps, Sample.configMap("a")))
      let list = try await client.value(Call.get(configMaps))
      let version = list[path: "metadata", "resourceVersion"]?.string ?? ""
      var lines = Lines(
        client.stream(
          Call.get(configMaps, query: "watch=1&labelSelector=on&resourceVersion=\(version)")))
      let label: (JSONValue) -> JSONValue = { ["metadata": ["labels": ["on": $0]]] }
      _ = try await client.send(Call.patch("\(configMaps)/a", ["data": ["k": "unseen"]]))
      _ = try await client.send(Call.patch("\(configMaps)/a", label("yes")))
      _ = try await client.send(Call.patch("\(configMaps)/a", label(nil)))
      #expect(try await lines.told() == "ADDED a")
      #expect(try await lines.told() == "DELETED a")
    }
  }

  @Test(arguments: Entrance.allCases)
  func streamingListEndsWithABookmark(_ entrance: Entrance) async throws {
    try await entrance.with(try .quickstart()) { client async throws in
      var lines = Lines(
        client.stream(
          Call.get(
            bindings,
            query: "watch=1&allowWatchBookmarks=true&sendInitialEvents=true"
              + "&resourceVersionMatch=NotOlderThan")))
      var count = 0
      while let line = try await lines.next(), line["type"] != "BOOKMARK" { count += 1 }
      let list = try await client.value(Call.get(bindings))
      #expect(count == list["items"]?.array?.count)
      #expect(count > 50)
    }
  }

  @Test(arguments: Entrance.allCases)
  func forgottenVersionIsAnErrorEventAndTheEnd(_ entrance: Entrance) async throws {
    try await entrance.with(try .quickstart()) { client async throws in
      var lines = Lines(client.stream(Call.get(bindings, query: "watch=1&resourceVersion=1")))
      let error = try await lines.next()
      #expect(error?["type"] == "ERROR")
      #expect(error?[path: "object", "code"]?.int == 410)
      #expect(error?[path: "object", "reason"] == "Expired")
      let message = error?[path: "object", "message"]?.string ?? ""
      #expect(message.hasPrefix("too old resource version: 1 ("))
      #expect(try await lines.next() == nil)
    }
  }

  @Test(arguments: Entrance.allCases)
  func watchEndsWhenItsTimeIsUp(_ entrance: Entrance) async throws {
    try await entrance.with(.empty()) { client async throws in
      var lines = Lines(
        client.stream(
          Call.get(
            configMaps,
            query: "watch=1&allowWatchBookmarks=true&sendInitialEvents=true&timeoutSeconds=1")))
      // The certificates' ConfigMap of a real server is not here: only the bookmark comes.
      #expect(try await lines.next()?["type"] == "BOOKMARK")
      #expect(try await lines.next() == nil)
    }
  }

  @Test(arguments: Entrance.allCases)
  func restartEndsWatchesInGoodOrder(_ entrance: Entrance) async throws {
    let plane = SimulatedControlPlane.empty()
    try await entrance.with(plane) { client async throws in
      var lines = Lines(
        client.stream(
          Call.get(
            configMaps, query: "watch=1&allowWatchBookmarks=true&sendInitialEvents=true")))
      #expect(try await lines.next()?["type"] == "BOOKMARK")
      plane.sendBookmarks()
      #expect(try await lines.next()?["type"] == "BOOKMARK")
      #expect(plane.watchCount == 1)
      plane.closeWatches()
      #expect(try await lines.next() == nil)
      #expect(plane.watchCount == 0)
    }
  }

  @Test func clientThatLeavesIsForgotten() async throws {
    let plane = SimulatedControlPlane.empty()
    try await Entrance.http.with(plane) { client async throws in
      let reader = Task {
        var lines = Lines(
          client.stream(
            Call.get(
              configMaps, query: "watch=1&allowWatchBookmarks=true&sendInitialEvents=true")))
        _ = try await lines.next()
        return plane.watchCount
      }
      #expect(try await reader.value == 1)
      // Its reader is gone: the server notices without having anything to write.
      try await plane.waitForWatches(0)
    }
  }

  @Test func doorClosesWithWatchesOpen() async throws {
    let plane = SimulatedControlPlane.empty()
    try await OpenDoor.with(plane) { door in
      let client = try door.client()
      var lines = Lines(
        client.stream(
          Call.get(
            configMaps, query: "watch=1&allowWatchBookmarks=true&sendInitialEvents=true")))
      #expect(try await lines.next()?["type"] == "BOOKMARK")
      await client.shutdown()
    }
    try await plane.waitForWatches(0)
  }

  @Test func watcherFollowsTheEmbeddedKarmada() async throws {
    let plane = try SimulatedControlPlane.quickstart()
    let watcher = Watcher(ListScope(.clusters), on: plane, clock: ContinuousClock(), seed: 1)
    await watcher.run { update in
      switch update {
      case .commit:
        plane.change { fleet, now in
          guard let type = fleet.karmada.registry.type(.clusters) else { return }
          do {
            _ = try fleet.karmada.delete(
              at: WriteTarget(type, name: "member6"), now: now)
          } catch {
            Issue.record(error)
          }
        }
      case .frames(let frames):
        #expect(!frames.isEmpty)
        watcher.stop()
      default: break
      }
    }
  }
}
