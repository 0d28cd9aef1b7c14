import ControlPlane
import Dashboard
import Karmada
import Manifest
import Simulation
import TestSupport
import Testing

@testable import Session

/// A recorded incident under the session, moved in time by hand.
@Suite(.timeLimit(.minutes(5))) @MainActor struct ReplayTests {
  /// One cluster fails at 10 and recovers at 20; a binding comes at 15 and another goes at 25.
  private static let recording = """
    {"t":0,"list":"clusters","body":{"metadata":{"resourceVersion":"10"},"items":[{"metadata":{"name":"member1","creationTimestamp":"2026-11-22T11:00:00Z","resourceVersion":"5"},"status":{"conditions":[{"type":"Ready","status":"True"}]}}]}}
    {"t":0,"list":"resourcebindings","body":{"metadata":{"resourceVersion":"10"},"items":[{"metadata":{"namespace":"shop","name":"first","resourceVersion":"6"},"spec":{"resource":{"apiVersion":"apps/v1","kind":"Deployment","namespace":"shop","name":"first"},"clusters":[{"name":"member1"}]}}]}}
    {"t":10,"resource":"clusters","event":{"type":"MODIFIED","object":{"metadata":{"name":"member1","resourceVersion":"11"},"status":{"conditions":[{"type":"Ready","status":"False"}]}}}}
    {"t":12,"note":"member1 is down"}
    {"t":15,"resource":"resourcebindings","event":{"type":"ADDED","object":{"metadata":{"namespace":"shop","name":"second","resourceVersion":"12"},"spec":{"resource":{"kind":"Deployment","name":"second"},"clusters":[]}}}}
    {"t":20,"resource":"clusters","event":{"type":"MODIFIED","object":{"metadata":{"name":"member1","resourceVersion":"13"},"status":{"conditions":[{"type":"Ready","status":"True"}]}}}}
    {"t":25,"resource":"resourcebindings","event":{"type":"DELETED","object":{"metadata":{"namespace":"shop","name":"first","resourceVersion":"14"}}}}
    {"t":30,"note":"the end"}

    """

  private static func control(_ plane: TraceControlPlane) -> Session.ReplayControl {
    Session.ReplayControl(
      seek: { plane.seek(to: $0) }, setSpeed: { plane.setSpeed($0) },
      status: {
        ReplayStatus(
          position: plane.position, duration: plane.trace.duration, speed: plane.speed,
          note: plane.lastNote)
      })
  }

  private static func started(_ plane: TraceControlPlane) async -> Stage {
    let stage = Stage(plane, now: { plane.now }, replay: control(plane))
    stage.session.start()
    await stage.session.settled()
    return stage
  }

  private static func type(_ line: String, into stage: Stage) {
    for key in ":" + line { stage.session.send(.input(.key(.character(key)))) }
    stage.session.send(.input(.key(.enter)))
  }

  private static func isReady(_ stage: Stage) -> Bool? {
    stage.state.clusters.table.row(at: 0)?.cluster.isReady
  }

  @Test func goesForwardsAndBackwardsInTime() async throws {
    let plane = TraceControlPlane(try Trace(Array(Self.recording.utf8)), name: "small")
    let stage = await Self.started(plane)
    #expect(stage.rows == ["shop/first"])
    #expect(Self.isReady(stage) == true)
    let moments: [(Double, Bool, [String], String)] = [
      (16, false, ["shop/first", "shop/second"], "member1 is down"),
      (30, true, ["shop/second"], "the end"), (11, false, ["shop/first"], ""),
      (26, true, ["shop/second"], "member1 is down"), (0, true, ["shop/first"], ""),
      (999, true, ["shop/second"], "the end"),
    ]
    for (moment, isReady, rows, note) in moments {
      Self.type("seek \(moment)", into: stage)
      // The watches tell it, or end and begin again: each in its own time.
      try await stage.until { state in
        state.replay?.position == min(moment, 30) && stage.rows.sorted() == rows
          && Self.isReady(stage) == isReady
      }
      #expect(stage.state.replay?.note == note)
      #expect(stage.state.now == plane.now)
    }
    await stage.session.stop()
  }

  @Test func newsArrivesAsTimePasses() async throws {
    let plane = TraceControlPlane(try Trace(Array(Self.recording.utf8)), name: "small")
    let stage = await Self.started(plane)
    plane.advance(to: 12)
    try await stage.until { _ in Self.isReady(stage) == false }
    plane.advance(to: 26)
    try await stage.until { _ in stage.rows == ["shop/second"] && Self.isReady(stage) == true }
    await stage.session.stop()
  }

  @Test func speedIsSet() async throws {
    let plane = TraceControlPlane(try Trace(Array(Self.recording.utf8)), name: "small")
    let stage = await Self.started(plane)
    Self.type("speed 4", into: stage)
    await stage.session.settled()
    #expect(plane.speed == 4)
    #expect(stage.state.replay?.speed == 4)
    await stage.session.stop()
  }

  /// At any moment of a real incident the screen knows what a list of that moment shows.
  @Test(arguments: ["cluster-outage", "stateful-failover-twice"])
  func everyMomentOfARealIncidentCanBeVisited(name: String) async throws {
    let trace = try Trace(try Fixture.bytes("traces/\(name).trace.jsonl"))
    let plane = TraceControlPlane(trace, name: name)
    let stage = await Self.started(plane)
    var random = SeededGenerator(seed: 5)
    for _ in 0..<12 {
      let moment = Double.random(in: 0...trace.duration, using: &random)
      let there = TraceControlPlane(trace, name: name, at: moment)
      let fresh = await Snapshot(of: there, now: there.now).state
      Self.type("seek \(moment)", into: stage)
      // The watches tell it, or end and begin again: each in its own time.
      try await stage.until { state in
        Set(state.bindings.table.rows.map(\.binding))
          == Set(fresh.bindings.table.rows.map(\.binding))
          && Set(state.clusters.table.rows.map(\.cluster))
            == Set(fresh.clusters.table.rows.map(\.cluster))
          && state.summary == fresh.summary
      }
    }
    await stage.session.stop()
  }
}
