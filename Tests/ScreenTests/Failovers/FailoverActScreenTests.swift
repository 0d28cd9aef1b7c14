import ControlPlane
import Dashboard
import Karmada
import Logging
import Manifest
import Simulation
import TestSupport
import Testing

@testable import Session

/// What a person does about failovers, as it is shown before it is done: on the demo's own
/// scenario of stateful failovers, two minutes on.
@Suite(.timeLimit(.minutes(10))) @MainActor struct FailoverActScreenTests {
  nonisolated private static let sizes = [
    Size(width: 80, height: 24), Size(width: 140, height: 40),
  ]
  nonisolated private static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  private func rehearsal() throws -> RollbackRehearsal {
    let rehearsal = try RollbackRehearsal(try Scenario.embedded("flink-failover"))
    for _ in 0..<240 { rehearsal.advance(by: .milliseconds(500)) }
    return rehearsal
  }

  /// A dashboard that has just been opened on it.
  private func dashboard(_ rehearsal: RollbackRehearsal) async throws -> AppState {
    var state = AppState(now: rehearsal.time.now, endpoint: rehearsal.plane.endpoint)
    state.size = Self.sizes[1]
    let session = Session(
      state: state, plane: rehearsal.plane, clock: ManualClock(),
      now: { [time = rehearsal.time] in time.now }, log: Self.quiet)
    session.start()
    await session.settled()
    let result = session.state
    await session.stop()
    return result
  }

  private func expect(_ state: AppState, looksLike name: String) throws {
    for size in Self.sizes {
      var state = state
      _ = update(&state, .input(.resize(width: size.width, height: size.height)))
      try Golden.expect(
        Stage.lines(state), matches: "failover-\(name)-\(size.width)x\(size.height)")
    }
  }

  @discardableResult
  private func type(_ line: String, _ state: inout AppState) -> [Effect] {
    let keys = [Key.character(":")] + line.map(Key.character) + [.enter]
    return keys.flatMap { update(&state, .input(.key($0))) }
  }

  /// Chooses a row, asks for an act, and is told what the server says to it.
  private func ask(
    _ line: String, at keys: String, _ state: inout AppState, _ rehearsal: RollbackRehearsal
  ) async throws {
    try Stage.press(keys, &state)
    type("arm 15m CHG-12 new kernel", &state)
    let effects = type(line, &state)
    guard case .planAct(let token, let act)? = effects.first, effects.count == 1 else {
      Issue.record("\(line) asked for \(effects); \(state.message?.text ?? "")")
      return
    }
    let acts = FailoverActs(
      plane: UnhurriedPlane(rehearsal: rehearsal), clock: ManualClock(),
      now: { [time = rehearsal.time] in time.now }, log: Self.quiet)
    _ = update(&state, .failoverAct(.planned(token: token, await acts.plan(act))))
  }

  @Test(arguments: [
    ("taint", "taint maintenance:NoExecute", "1 / n a m e : m e m b e r 2 Enter"),
    ("reschedule", "reschedule", "2 / w o r d c o u n t Enter"),
    ("release", "release", "3 / c a r e f u l Enter"),
  ])
  func actsAreShownBeforeTheyAreDone(_ name: String, _ line: String, _ keys: String) async throws {
    let rehearsal = try rehearsal()
    var state = try await dashboard(rehearsal)
    try await ask(line, at: keys, &state, rehearsal)
    #expect(state.confirmation != nil)
    try expect(state, looksLike: "act-\(name)")
    // What was typed blindly, and Enter alone, do nothing.
    #expect(update(&state, .input(.key(.enter))) == [])
    _ = update(&state, .drawn)
    #expect(update(&state, .input(.key(.enter))) == [])
    #expect(state.confirmation == nil)
  }

  @Test func untaintSaysWhatMayComeBack() async throws {
    let rehearsal = try rehearsal()
    _ = try await rehearsal.plane.patch(
      .clusters, name: "member2",
      patch: ["spec": ["taints": [["key": "maintenance", "effect": "NoExecute"]]]])
    var state = try await dashboard(rehearsal)
    try await ask(
      "untaint maintenance", at: "1 / n a m e : m e m b e r 2 Enter", &state, rehearsal)
    try expect(state, looksLike: "act-untaint")
  }

  /// Blocked and stranded stand in the header until somebody says that they know, and why.
  @Test func raisedUntilAcknowledged() async throws {
    let rehearsal = try rehearsal()
    var state = try await dashboard(rehearsal)
    try Stage.press("3", &state)
    #expect(Stage.lines(state)[0].contains("1 BLOCKED"), "\(Stage.lines(state)[0])")
    try expect(state, looksLike: "raised")
    try Stage.press("/ b l o c k e d Enter a", &state)
    for character in "INC-9 fixing the path" {
      _ = update(&state, .input(.key(.character(character))))
    }
    try expect(state, looksLike: "acknowledging")
    _ = update(&state, .input(.key(.enter)))
    let header = Stage.lines(state)[0]
    #expect(!header.contains("BLOCKED") && header.contains("1 acknowledged"), "\(header)")
    state.message = nil
    try expect(state, looksLike: "acknowledged")
  }
}
