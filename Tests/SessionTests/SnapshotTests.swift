import ControlPlane
import Dashboard
import Karmada
import Manifest
import TestSupport
import Testing

@testable import Session

@Suite(.timeLimit(.minutes(5))) struct SnapshotTests {
  private static let path = "/apis/work.karmada.io/v1alpha2/resourcebindings"
  private static let gone = APIError(.gone, status: 410, message: "the token is too old")

  private static func page(_ names: [String], next: String = "") -> JSONValue {
    [
      "kind": "ResourceBindingList",
      "metadata": ["resourceVersion": "9", "continue": .string(next)],
      "items": .array(names.map { .binding($0, on: "member1") }),
    ]
  }

  private static func names(_ snapshot: Snapshot) -> [String] {
    snapshot.state.bindings.table.rows.map(\.key.object.name).sorted()
  }

  private static func taken(_ server: SmallServer) async -> Snapshot {
    await Snapshot(of: server, now: Stage.start)
  }

  @Test func looksAtEveryFeedOnce() async {
    let server = SmallServer()
    server.put("clusters", .cluster("member1"))
    server.put("resourcebindings", .binding("web", on: "member1"))
    let snapshot = await Self.taken(server)
    #expect(Self.names(snapshot) == ["web"])
    #expect(snapshot.state.clusters.table.count == 1)
    #expect(snapshot.state.areAllLive)
    #expect(snapshot.state.connection.serverVersion == "v1.31.3")
    #expect(snapshot.failures.isEmpty)
    #expect(snapshot.timings.map(\.feed) == FeedID.allCases.sorted { $0.rawValue < $1.rawValue })
    let timing = snapshot.timings.first { $0.feed == .resourceBindings }
    #expect(timing?.objects == 1)
    #expect((timing?.bytes ?? 0) > 100)
    #expect(server.openWatches == 0)
  }

  @Test func pagesArePutTogether() async {
    let server = SmallServer()
    server.lay { request in
      guard request.path == Self.path else { return nil }
      switch request.query("continue") {
      case nil: return Self.page(["a", "b"], next: "2")
      case "2": return Self.page(["c"], next: "3")
      default: return Self.page(["d"])
      }
    }
    let snapshot = await Self.taken(server)
    #expect(Self.names(snapshot) == ["a", "b", "c", "d"])
    #expect(snapshot.timings.first { $0.feed == .resourceBindings }?.objects == 4)
  }

  @Test func aTokenThatExpiresBeginsTheListAnew() async {
    let server = SmallServer()
    let asked = Noted()
    server.lay { request in
      guard request.path == Self.path else { return nil }
      asked.add(request.query("continue") ?? "first")
      // The list changes between the two tries: what the first brought must not remain.
      if asked.lines.count == 1 { return Self.page(["old", "a"], next: "2") }
      if asked.lines.count == 2 { throw Self.gone }
      if request.query("continue") == nil { return Self.page(["a"], next: "2") }
      return Self.page(["b"])
    }
    let snapshot = await Self.taken(server)
    #expect(asked.lines == ["first", "2", "first", "2"])
    #expect(Self.names(snapshot) == ["a", "b"])
    #expect(snapshot.failures.isEmpty)
    #expect(snapshot.timings.first { $0.feed == .resourceBindings }?.objects == 2)
  }

  @Test func aListThatOutlivesItsTokensIsFetchedInOnePiece() async {
    let server = SmallServer()
    let asked = Noted()
    server.lay { request in
      guard request.path == Self.path else { return nil }
      asked.add(request.query("limit") ?? "all")
      if request.query("continue") != nil { throw Self.gone }
      return Self.page(["a"], next: request.query("limit") == nil ? "" : "2")
    }
    let snapshot = await Self.taken(server)
    #expect(asked.lines == ["500", "500", "500", "500", "all"])
    #expect(Self.names(snapshot) == ["a"])
  }

  @Test func pagesInACircleAreAFailure() async {
    let server = SmallServer()
    server.lay { request in
      guard request.path == Self.path else { return nil }
      return Self.page(["a"], next: "same")
    }
    let snapshot = await Self.taken(server)
    #expect(snapshot.failures[.resourceBindings]?.kind == .protocol)
    #expect(snapshot.failures.count == 1)
  }

  @Test func whatFailsLeavesTheRest() async {
    let server = SmallServer()
    server.put("clusters", .cluster("member1"))
    server.deny("events")
    server.lay { request in
      guard request.path == Self.path else { return nil }
      if request.query("continue") != nil { throw SmallServer.down }
      return Self.page(["a"], next: "2")
    }
    let snapshot = await Self.taken(server)
    #expect(Set(snapshot.failures.keys) == [.events, .resourceBindings])
    #expect(snapshot.failures[.events]?.kind == .forbidden)
    #expect(snapshot.failures[.resourceBindings] == SmallServer.down)
    #expect(snapshot.state.clusters.table.count == 1)
    #expect(snapshot.state.feeds[.events]?.isComplete == false)
    #expect(snapshot.state.feeds[.clusters]?.isComplete == true)
  }

  @Test func onlyTheNamespaceAskedForIsRead() async {
    let server = SmallServer()
    _ = await Snapshot(of: server, namespace: "shop", now: Stage.start)
    #expect(server.count("/apis/work.karmada.io/v1alpha2/namespaces/shop/resourcebindings") == 1)
    #expect(server.count(Self.path) == 0)
    #expect(server.count("/apis/cluster.karmada.io/v1alpha1/clusters") == 1)
  }
}
