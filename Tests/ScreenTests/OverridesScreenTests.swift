import ControlPlane
import Dashboard
import Logging
import Manifest
import Screen
import Session
import Simulation
import TestSupport
import Testing

/// The Overrides pane as it looks.
@Suite(.timeLimit(.minutes(10))) @MainActor struct OverridesScreenTests {
  nonisolated private static let sizes = [
    Size(width: 80, height: 24), Size(width: 140, height: 40), Size(width: 200, height: 50),
  ]

  /// A recorded incident at a second, the keys pressed, all effects carried out.
  private static func replayed(at second: Double, _ size: Size, _ keys: String) async throws
    -> AppState
  {
    let trace = try Trace(try Fixture.bytes("traces/field-override.trace.jsonl"))
    let plane = TraceControlPlane(trace, name: "field-override", at: second)
    var state = AppState(now: plane.now, endpoint: plane.endpoint)
    state.size = size
    let session = Session(
      state: state, plane: plane, clock: ManualClock(), now: { plane.now },
      log: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    session.start()
    await session.settled()
    for key in try Key.sequence(parsing: keys) {
      session.send(.input(.key(key)))
      await session.settled()
    }
    let result = session.state
    await session.stop()
    return result
  }

  @Test(arguments: [5.0, 8, 11, 15], sizes)
  func theRecordedIncidentLooksAsAgreed(_ second: Double, _ size: Size) async throws {
    let state = try await Self.replayed(at: second, size, "4")
    try Golden.expect(
      Stage.lines(state),
      matches: "overrides-at-\(Int(second))-\(size.width)x\(size.height)")
  }

  @Test(arguments: [
    ("member1-unified", 8.0, "4 ] Enter"), ("member2-beside", 8.0, "4 ] ] Enter |"),
    ("member2-not-reached", 11.0, "4 ] ] Enter"), ("all-page", 15.0, "4 Enter"),
    ("member1-read", 19.325, "4 ] Enter"), ("policy", 15.0, "4 j"),
    ("cluster", 18.0, "1 D"), ("from-binding", 18.0, "2 / w e b Enter D"),
  ])
  func tabsAndPagesLookAsAgreed(_ name: String, _ second: Double, _ keys: String) async throws {
    for size in Self.sizes.prefix(2) {
      let state = try await Self.replayed(at: second, size, keys)
      try Golden.expect(
        Stage.lines(state), matches: "overrides-\(name)-\(size.width)x\(size.height)")
    }
  }

  @Test func theEmptiedFieldIsTheFirstThingInRed() async throws {
    for size in Self.sizes {
      let state = try await Self.replayed(at: 15, size, "4")
      let first = try #require(state.overrides.lines.first)
      #expect(first.first?.role == .bad)
      #expect(first.map(\.text).joined().hasPrefix("! field-emptied on member3"))
    }
  }

  @Test func withoutUnicodeItIsASCII() async throws {
    let state = try await Self.replayed(at: 8, Self.sizes[1], "4 ] Enter |")
    for line in Stage.lines(state, glyphs: .ascii) {
      #expect(line.utf8.allSatisfy { $0 < 0x80 }, "\(line)")
    }
  }
}
