import ControlPlane
import Karmada
import Manifest
import Testing

@testable import Dashboard

/// Rollbacks as the dashboard hears of them.
@Suite struct RollbackTests {
  private static let policy = PolicyReference(
    kind: "PropagationPolicy", key: ObjectKey(namespace: "shop", name: "web-pp"))

  /// Announced, and then the journal could not begin it: nothing runs.
  @Test func aRunThatIsRefusedDoesNotGoOnRunning() throws {
    var state = AppState.loaded()
    state.take(.rollback(.journal([])))
    #expect(state.take(.rollback(.started(id: "run-1", Self.policy))) == [])
    #expect(state.rollbacks.running?.id == "run-1")
    #expect(Self.header(state).contains("ROLLBACK"))
    let why = "cannot write the journal: the disk is full"
    #expect(state.take(.rollback(.refused(why))) == [.rollback(.readJournal)])
    #expect(state.rollbacks.running == nil && state.rollbacks.list.table.count == 0)
    #expect(!Self.header(state).contains("ROLLBACK"))
    #expect(state.message == StatusMessage(.error, why))
    #expect(state.rollbackPage?.lines.map { $0.map(\.text).joined() } == [why])
    // Leaving is not warned of, and the next one may begin.
    #expect(try state.press("Esc q") == [.quit])
  }

  /// What ended before keeps its report.
  @Test func aRefusalTakesNothingFromARunThatIsOver() {
    var state = AppState.loaded()
    state.take(.rollback(.started(id: "run-1", Self.policy)))
    let report = RollbackReport(
      run: "run-1", scope: RollbackScope(policy: Self.policy), outcome: .done, summary: "done",
      flag: "set by this run")
    state.take(.rollback(.ended(report)))
    state.take(.rollback(.refused("run-1 has ended: done")))
    #expect(state.rollbacks.live?.report == report)
  }

  private static func header(_ state: AppState) -> String {
    HeaderLine(state).parts.map { $0.spans.map(\.text).joined() }.joined(separator: "  ")
  }
}
