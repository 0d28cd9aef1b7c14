import ControlPlane
import Dashboard
import Karmada
import Manifest
import TestSupport
import Testing

@testable import Session

@Suite(.timeLimit(.minutes(5))) @MainActor struct SessionTests {
  private static func fleet() -> SmallServer {
    let server = SmallServer()
    server.put("clusters", .cluster("member1"))
    server.put("resourcebindings", .binding("web", on: "member1", id: "id-1"))
    server.put("resourcebindings", .binding("db", on: "member1"))
    return server
  }

  private static func started(_ server: SmallServer) async -> Stage {
    let stage = Stage(server)
    stage.session.start()
    await stage.session.settled()
    return stage
  }

  // MARK: Following

  @Test func settlesOnceEveryFeedHasAnswered() async {
    let stage = await Self.started(Self.fleet())
    #expect(stage.state.areAllLive)
    #expect(stage.rows == ["shop/db", "shop/web"])
    #expect(stage.state.clusters.table.count == 1)
    #expect(stage.state.clusters.table.row(at: 0)?.tally.bindings == 2)
    #expect(stage.state.connection.serverVersion == "v1.31.3")
    await stage.session.settled()
    await stage.session.stop()
  }

  @Test func changesArriveByThemselves() async throws {
    let server = Self.fleet()
    let stage = await Self.started(server)
    server.put("resourcebindings", .binding("new", on: "member1"))
    server.remove("resourcebindings", .binding("db"))
    try await stage.until { _ in stage.rows == ["shop/new", "shop/web"] }
    await stage.session.stop()
  }

  @Test func aServerThatDiesMakesEverythingStaleAndComesBackByItself() async throws {
    let server = Self.fleet()
    let stage = await Self.started(server)
    server.die()
    try await stage.until(\.areAllStale)
    #expect(stage.clock.now.offset == .zero)
    #expect(stage.state.staleSince == Stage.start)
    #expect(stage.rows == ["shop/db", "shop/web"])
    // The world goes on while nobody can look.
    server.remove("resourcebindings", .binding("db"))
    server.put("resourcebindings", .binding("new", on: "member1"))
    server.put("clusters", .cluster("member2"))
    server.rise()
    try await stage.passTime(until: \.areAllLive)
    try await stage.until { $0.clusters.table.count == 2 }
    try await stage.until { _ in stage.rows == ["shop/new", "shop/web"] }
    #expect(stage.state.staleSince == nil)
    await stage.session.stop()
  }

  @Test func aServerDownFromTheStartIsNotWaitedForForEver() async throws {
    let server = Self.fleet()
    server.die()
    let stage = await Self.started(server)
    #expect(stage.state.areAllStale)
    #expect(stage.state.status(of: .clusters) == .stale(since: nil, SmallServer.down))
    server.rise()
    try await stage.passTime(until: \.areAllLive)
    try await stage.until { $0.connection.serverVersion == "v1.31.3" }
    #expect(stage.rows == ["shop/db", "shop/web"])
    await stage.session.stop()
  }

  @Test func aSlowVersionHoldsNothingUp() async throws {
    let server = Self.fleet()
    server.hang("/version")
    let stage = Stage(server)
    stage.session.start()
    try await stage.passTime(until: \.areAllLive)
    #expect(stage.rows == ["shop/db", "shop/web"])
    #expect(stage.state.connection.serverVersion == nil)
    await stage.session.stop()
  }

  @Test func whatIsNotPermittedLeavesTheRest() async {
    let server = Self.fleet()
    server.deny("clusterresourcebindings")
    server.deny("events")
    let stage = await Self.started(server)
    guard case .partlyDenied(let error) = stage.state.status(of: .bindings) else {
      Issue.record("bindings are \(stage.state.status(of: .bindings))")
      return
    }
    #expect(error.kind == .forbidden)
    guard case .denied = stage.state.status(of: .events) else {
      Issue.record("events are \(stage.state.status(of: .events))")
      return
    }
    #expect(stage.state.status(of: .clusters) == .live)
    #expect(stage.rows == ["shop/db", "shop/web"])
    await stage.session.stop()
  }

  @Test func oneMalformedObjectDoesNotHideTheOthers() async throws {
    let server = Self.fleet()
    for odd: JSONValue in [5, "text", nil, [1, 2]] { server.put("resourcebindings", odd) }
    let shapeless: JSONValue = [
      "metadata": ["namespace": "shop", "name": "odd", "labels": "none"],
      "spec": ["clusters": ["x": 1], "resource": [1], "gracefulEvictionTasks": "no"], "status": 7,
    ]
    server.put("resourcebindings", shapeless)
    let stage = await Self.started(server)
    #expect(stage.rows.sorted() == ["shop/db", "shop/odd", "shop/web"])
    #expect(stage.state.message?.kind == .error)
    #expect(stage.state.message?.text.contains("resourcebindings.work.karmada.io") == true)
    // In a watch it is no event at all: the list is read again.
    server.put("resourcebindings", 7)
    server.put("resourcebindings", .binding("new", on: "member1"))
    try await stage.passTime { _ in stage.rows.contains("shop/new") }
    try await stage.passTime(until: \.areAllLive)
    await stage.session.stop()
  }

  @Test func pollingIsSetAndEnded() async throws {
    let server = Self.fleet()
    let stage = await Self.started(server)
    for key in ":poll 5" { stage.session.send(.input(.key(.character(key)))) }
    try stage.press("Enter")
    try await stage.until { $0.status(of: .bindings) == .polling(every: .seconds(5)) }
    server.put("resourcebindings", .binding("new", on: "member1"))
    try await stage.passTime { _ in stage.rows.contains("shop/new") }
    for key in ":poll off" { stage.session.send(.input(.key(.character(key)))) }
    try stage.press("Enter")
    try await stage.until(\.areAllLive)
    await stage.session.stop()
  }

  @Test func aRefreshReadsAgainAndIsWaitedFor() async throws {
    let server = Self.fleet()
    let stage = await Self.started(server)
    let path = "/apis/work.karmada.io/v1alpha2/resourcebindings"
    let lists = server.requests.count { $0.path == path && $0.query("watch") == nil }
    try stage.press("r")
    await stage.session.settled()
    #expect(server.requests.count { $0.path == path && $0.query("watch") == nil } == lists + 1)
    #expect(stage.rows == ["shop/db", "shop/web"])
    await stage.session.stop()
  }

  // MARK: The end

  @Test func stopEndsAllThatRuns() async throws {
    let server = Self.fleet()
    server.hang("/apis/work.karmada.io/v1alpha2/namespaces/shop/resourcebindings/db")
    let stage = await Self.started(server)
    try stage.press("y")
    let waiter = Task { await stage.session.settled() }
    await stage.session.stop()
    await waiter.value
    #expect(server.openWatches == 0)
    let before = stage.state
    stage.session.send(.input(.key(.escape)))
    #expect(stage.state.overlays.count == before.overlays.count)
    server.put("resourcebindings", .binding("new"))
    stage.clock.advance(by: .seconds(600))
    #expect(stage.rows == ["shop/db", "shop/web"])
    await stage.session.stop()
  }

  @Test func stopDoesNotWaitForAServerThatHangs() async {
    let server = Self.fleet()
    server.hang("/version")
    for feed in FeedID.allCases { server.hang(feed.resource.path()) }
    let stage = Stage(server)
    stage.session.start()
    await stage.session.stop()
    let second = Stage(server)
    await second.session.stop()
    second.session.start()
    #expect(server.openWatches == 0)
  }

  @Test func theTerminalGetsWhatOnlyItCanDo() async throws {
    let stage = await Self.started(Self.fleet())
    try stage.press("ctrl-z ctrl-l c m q")
    #expect(
      stage.terminalEffects == [.suspend, .repaint, .copy("shop/db"), .setMouse(true), .quit])
    await stage.session.stop()
  }
}
