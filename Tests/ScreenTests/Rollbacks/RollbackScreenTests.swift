import Dashboard
import Karmada
import Manifest
import TestSupport
import Testing

/// A rollback as it looks at each of its moments, on an embedded Karmada.
@Suite(.timeLimit(.minutes(10))) struct RollbackScreenTests {
  private static let sizes = [Size(width: 80, height: 24), Size(width: 140, height: 40)]

  /// Compares a state at both sizes.
  private func expect(_ state: AppState, looksLike name: String) throws {
    for size in Self.sizes {
      var state = state
      _ = update(&state, .input(.resize(width: size.width, height: size.height)))
      try Golden.expect(
        Stage.lines(state), matches: "rollback-\(name)-\(size.width)x\(size.height)")
    }
  }

  /// Types a line after ":", and Enter.
  @discardableResult
  private func type(_ line: String, _ state: inout AppState) -> [Effect] {
    let keys = [Key.character(":")] + line.map(Key.character) + [.enter]
    return keys.flatMap { update(&state, .input(.key($0))) }
  }

  private func tell(_ news: [RollbackNews], _ state: inout AppState, at now: Time) {
    for one in news { _ = update(&state, .rollback(one)) }
    _ = update(&state, .tick(now))
  }

  /// A dashboard that has asked for the plan and run it, told of what came of it so far.
  private func dashboard(
    _ rehearsal: RollbackRehearsal, _ plan: RollbackPlan, told news: [RollbackNews]
  ) async throws -> AppState {
    var state = try await rehearsal.dashboard(showing: plan)
    type("arm 15m INC-7", &state)
    tell(news, &state, at: rehearsal.time.now)
    state.message = nil
    return state
  }

  // MARK: Plan

  @Test func planThatCanBeRun() async throws {
    let rehearsal = try RollbackRehearsal(RollbackScenarios.shop)
    let plan = try await rehearsal.plan()
    #expect(plan.isExecutable && plan.unaccepted.isEmpty)
    try expect(await rehearsal.dashboard(showing: plan), looksLike: "plan")
  }

  @Test func planThatIsBlockedSaysSoFirstAndWhatWouldClearIt() async throws {
    let rehearsal = try RollbackRehearsal(RollbackScenarios.shared)
    let plan = try await rehearsal.plan()
    #expect(plan.blockers.map(\.id) == [.dependentShared])
    var state = try await rehearsal.dashboard(showing: plan)
    try expect(state, looksLike: "plan-blocked")
    type("arm 15m INC-7", &state)
    #expect(type("run", &state) == [])
    #expect(state.confirmation == nil)
    #expect(state.message?.text.contains("dependent-shared") == true)
  }

  @Test func theFirstQuestionSaysWhatIsSetAndWhatIsNotYetDeleted() async throws {
    let rehearsal = try RollbackRehearsal(RollbackScenarios.shop)
    let plan = try await rehearsal.plan()
    var state = try await rehearsal.dashboard(showing: plan)
    type("arm 15m INC-7", &state)
    type("run", &state)
    try expect(state, looksLike: "question")
    // Enter alone, and keys from before it was seen, start nothing.
    _ = update(&state, .drawn)
    var early = state
    #expect(update(&early, .input(.key(.enter))) == [])
    for key in "web-pp" { _ = update(&state, .input(.key(.character(key)))) }
    #expect(
      update(&state, .input(.key(.enter))) == [.rollback(.start(plan, reason: "INC-7"))])
  }

  @Test func readOnlyUntilArmed() async throws {
    let rehearsal = try RollbackRehearsal(RollbackScenarios.shop)
    var state = try await rehearsal.dashboard(showing: await rehearsal.plan())
    #expect(type("run", &state) == [])
    #expect(state.confirmation == nil)
    try expect(state, looksLike: "read-only")
  }

  @Test func markedBindingsOpenThePlanOfTheirsAlone() async throws {
    let rehearsal = try RollbackRehearsal(RollbackScenarios.shop)
    var state = try await rehearsal.dashboard()
    try Stage.press("2 / k i n d : d e p l o y m e n t Enter Space Space", &state)
    let effects = update(&state, .input(.key(.character("R"))))
    guard case .rollback(.plan(_, let scope, _))? = effects.first, effects.count == 1 else {
      Issue.record("R asked for \(effects)")
      return
    }
    #expect(scope.policy == RollbackRehearsal.policy)
    #expect(scope.templates?.count == 2)
    // Nothing else was asked for, so nothing can have changed; the server agrees.
    let before = try await rehearsal.versions()
    let plan = try await rehearsal.plan(scope.templates)
    #expect(plan.templates.count == 2)
    #expect(try await rehearsal.versions() == before)
  }

  /// Without a mark it is the one under the cursor, and from a policy all that it propagates.
  @Test(arguments: [
    ("2 / k i n d : d e p l o y m e n t Enter", true), ("6", false),
  ])
  func onePressOfRTakesWhatIsUnderTheCursor(_ keys: String, _ isBinding: Bool) async throws {
    let rehearsal = try RollbackRehearsal(RollbackScenarios.shop)
    var state = try await rehearsal.dashboard()
    try Stage.press(keys, &state)
    let effects = update(&state, .input(.key(.character("R"))))
    guard case .rollback(.plan(_, let scope, _))? = effects.first, effects.count == 1 else {
      Issue.record("R asked for \(effects)")
      return
    }
    #expect(scope.policy == RollbackRehearsal.policy)
    #expect(scope.templates?.count == (isBinding ? 1 : nil))
  }

  // MARK: Run

  @Test func gateHalfOpen() async throws {
    let rehearsal = try RollbackRehearsal(
      RollbackScenarios.shop, latency: .microseconds(200))
    let plan = try await rehearsal.plan()
    let news = try await rehearsal.news(of: plan) { machine in
      guard machine.phase == .gate, let (done, all) = machine.gate?.progress else { return false }
      return done > 0 && done < all
    }
    guard
      case .progress(.rollback(let machine))? = news.last(where: { one in
        if case .progress = one { true } else { false }
      })
    else { return }
    #expect(machine.phase == .gate)
    try expect(await dashboard(rehearsal, plan, told: news), looksLike: "gate")
  }

  @Test func confirmation() async throws {
    let rehearsal = try RollbackRehearsal(RollbackScenarios.shop)
    let plan = try await rehearsal.plan()
    let news = try await rehearsal.news(of: plan, confirmed: false) { $0.phase == .confirmation }
    var state = try await dashboard(rehearsal, plan, told: news)
    #expect(state.confirmation?.word == "web-pp")
    try expect(state, looksLike: "confirmation")
    // Cancelled, the run goes on waiting and says what to do.
    _ = update(&state, .drawn)
    try Stage.press("Esc", &state)
    state.message = nil
    try expect(state, looksLike: "waits")
  }

  @Test func runThatWaitsForItsWorksToGo() async throws {
    let rehearsal = try RollbackRehearsal(RollbackScenarios.shop)
    let plan = try await rehearsal.plan()
    let news = try await rehearsal.news(of: plan) { $0.phase == .drain }
    try expect(await dashboard(rehearsal, plan, told: news), looksLike: "run")
  }

  /// A member dies while its Works go: which Work, what it waits for, in which cluster, and why.
  @Test func stuckNamesItsStragglers() async throws {
    let rehearsal = try RollbackRehearsal(RollbackScenarios.shop)
    let plan = try await rehearsal.plan()
    rehearsal.beforeDeletion { try rehearsal.inject("kill prod-eu-west-1") }
    let news = try await rehearsal.news(of: plan) { machine in
      machine.phase == .drain && machine.stragglers.contains { $0.why.contains("not ready") }
    }
    try expect(await dashboard(rehearsal, plan, told: news), looksLike: "stuck")
  }

  // MARK: The end

  @Test func reportUndoPlanAndUndo() async throws {
    let rehearsal = try RollbackRehearsal(RollbackScenarios.shop)
    let plan = try await rehearsal.plan()
    let news = try await rehearsal.news(of: plan)
    rehearsal.rest()
    var state = try await dashboard(rehearsal, plan, told: news)
    #expect(state.rollbacks.live?.report?.outcome == .done)
    try expect(state, looksLike: "report")

    _ = update(&state, .rollback(await rehearsal.journalNews()))
    guard case .rollback(.planUndo(let token, _))? = type("undo", &state).first else {
      Issue.record("no undo was asked for")
      return
    }
    let undo = try rehearsal.desk().undoPlan(of: RollbackRehearsal.run)
    _ = update(&state, .rollback(.undoPlanned(token: token, .success(undo))))
    try expect(state, looksLike: "undo-plan")

    let told = try await rehearsal.news(ofUndoing: undo)
    tell(told, &state, at: rehearsal.time.now)
    #expect(state.rollbacks.live?.report?.outcome == .done)
    state.message = nil
    try expect(state, looksLike: "undo")

    rehearsal.rest()
    state = try await rehearsal.dashboard()
    _ = update(&state, .rollback(await rehearsal.journalNews()))
    try Stage.press("5", &state)
    try expect(state, looksLike: "list")
  }

  @Test func abortedBeforeThePointOfNoReturn() async throws {
    let rehearsal = try RollbackRehearsal(RollbackScenarios.shop)
    let plan = try await rehearsal.plan()
    let news = try await rehearsal.news(
      of: plan, atWait: { machine, control in if machine.phase == .gate { control.abort() } })
    let state = try await dashboard(rehearsal, plan, told: news)
    #expect(state.rollbacks.live?.report?.outcome == .aborted)
    try expect(state, looksLike: "aborted")
  }

  /// What the next start finds of a run that was cut off.
  @Test func unfinishedRunOffersBothWays() async throws {
    let rehearsal = try RollbackRehearsal(RollbackScenarios.shop)
    let plan = try await rehearsal.plan()
    _ = try await rehearsal.news(of: plan) { $0.phase == .gate }
    var state = try await rehearsal.dashboard()
    _ = update(&state, .rollback(await rehearsal.journalNews()))
    try Stage.press("5", &state)
    try expect(state, looksLike: "unfinished-list")
    try Stage.press("Enter", &state)
    try expect(state, looksLike: "unfinished")
  }

  @Test func secondOperatorSeesWhoHoldsItAndSinceWhen() async throws {
    let rehearsal = try RollbackRehearsal(RollbackScenarios.shop)
    let plan = try await rehearsal.plan()
    let news = try await rehearsal.news(ofSecondTo: "grace@laptop", plan)
    let state = try await dashboard(rehearsal, plan, told: news)
    #expect(state.rollbacks.live?.report?.outcome == .held)
    let lines = Stage.lines(state)
    #expect(lines.contains { $0.contains("grace@laptop") })
    try expect(state, looksLike: "held")
  }
}
