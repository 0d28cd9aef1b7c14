import ControlPlane
import Karmada
import Manifest

extension AppState {
  mutating func performRollback(_ id: CommandID, _ argument: String) -> [Effect] {
    switch id {
    case .rollback: return openPlan()
    case .run: askToRun()
    case .confirm: askForDeletion()
    case .abort: return abort()
    case .resume: askToResume()
    case .undo: return openUndo(argument)
    case .accept: return accept(argument)
    case .restoreFlag: return changeOptions { $0.restoresFlag.toggle() }
    case .keepSecrets: return changeOptions { $0.keepsSecrets.toggle() }
    default: break
    }
    return []
  }

  // MARK: Plans

  /// What the selected row, or the marked ones, would be rolled back by; or why not.
  enum RollbackTarget {
    case scope(RollbackScope)
    case none(String)
  }

  var rollbackTarget: RollbackTarget {
    switch pane {
    case .policies:
      guard let row = policies.selected else { return .none("there is no row here") }
      guard case .propagation(let policy) = row.policy else {
        return .none("an override policy propagates nothing; there is nothing to roll back")
      }
      return .scope(RollbackScope(policy: PolicyReference(policy.metadata)))
    case .bindings:
      let rows = bindings.targets.compactMap { bindings.table.row($0) }
      let claims = Set(rows.map(\.binding.policy))
      guard let first = claims.first, claims.count == 1 else {
        return .none(
          rows.isEmpty
            ? "there is no row here"
            : "the marked bindings belong to \(claims.count) policies; "
              + "a rollback is of one")
      }
      guard let policy = first else { return .none("no policy claims this binding") }
      return .scope(RollbackScope(policy: policy, templates: rows.map(\.binding.resource)))
    case .rollbacks:
      guard let row = rollbacks.list.selected else { return .none("there is no row here") }
      return .scope(RollbackScope(policy: row.policy))
    default:
      return .none("choose a policy or bindings first")
    }
  }

  private mutating func openPlan() -> [Effect] {
    guard case .scope(let scope) = rollbackTarget else { return [] }
    return plan(scope, RollbackOptions())
  }

  private mutating func plan(_ scope: RollbackScope, _ options: RollbackOptions) -> [Effect] {
    if replay != nil {
      message = StatusMessage(.info, "a recording can be looked at, not rolled back")
      return []
    }
    var page = RollbackPage(.plan(scope), content: .loading, options: options)
    page.token = newToken()
    push(page)
    return [.rollback(.plan(token: page.token, scope, options))]
  }

  /// Makes the plan on top anew, with other wishes.
  private mutating func changeOptions(
    _ change: (inout RollbackOptions) -> Void
  ) -> [Effect] {
    guard let page = rollbackPage, case .plan(let scope) = page.subject,
      let at = overlays.lastIndex(where: { if case .rollback = $0 { true } else { false } })
    else { return [] }
    var options = page.options
    change(&options)
    overlays.removeSubrange(at...)
    return plan(scope, options)
  }

  private mutating func accept(_ word: String) -> [Effect] {
    guard let id = RollbackHazard.ID(rawValue: word) else {
      message = StatusMessage(.error, "no hazard “\(word)”; Tab completes")
      return []
    }
    return changeOptions { $0.accepted.formSymmetricDifference([id]) }
  }

  /// Hazards of the plan on top that may be accepted, for completion.
  var acceptableHazards: [String] {
    guard case .plan(let plan)? = rollbackPage?.content else { return [] }
    return Set(plan.hazards.filter(\.needsAcceptance).map(\.id.rawValue)).sorted()
  }

  // MARK: Running

  private mutating func askToRun() {
    switch rollbackPage?.content {
    case .plan(let plan):
      guard let reason = arming?.reason else { return }
      var lines: [Line] = [
        [Span(plan.sentence, .emphasis)], [],
        [
          Span(
            "First preserveResourcesOnDeletion is set on \(plan.scope.policy.title), and every one "
              + "of \(plan.works.count) Works is waited for. Nothing is deleted before you confirm "
              + "once more.")
        ],
      ]
      for hazard in plan.hazards where hazard.severity == .warning {
        lines.append([])
        lines.append([
          Span(hazard.id.rawValue, .warning), Span("  \(hazard.subject): \(hazard.evidence)"),
        ])
      }
      lines += [[], [Span("Reason on record: ", .label), Span(reason)]]
      ask(
        Confirmation(
          title: "Set the flag and wait", lines: lines, word: plan.confirmationWord,
          button: "Set the flag", effects: [.rollback(.start(plan, reason: reason))]))
    case .undoPlan(let plan):
      guard let reason = arming?.reason else { return }
      ask(
        Confirmation(
          title: "Create them again",
          lines: [
            [Span(plan.sentence, .emphasis)], [],
            [Span("Reason on record: ", .label), Span(reason)],
          ], word: plan.original.confirmationWord, button: "Create",
          effects: [.rollback(.startUndo(plan, reason: reason))]))
    default: break
    }
  }

  /// The run waits for its name to be typed. Where its page is not in sight it only says so.
  mutating func askForDeletion() {
    guard let live = rollbacks.live, let word = live.asks, let machine = live.rollback else {
      return
    }
    guard rollbackPage?.subject == .run(live.id), confirmation == nil, prompt == nil else {
      message = StatusMessage(.info, "\(live.policy.key) waits for you: :rollbacks, then Enter")
      return
    }
    let standing = machine.plan.templates.filter {
      machine.states[$0.object.identity] == .standing
    }
    let names = standing.prefix(8).map { [Span("  " + $0.object.title)] }
    let more = standing.count > 8 ? [[Span("  and \(standing.count - 8) more", .muted)]] : []
    let count = "\(standing.count) template\(standing.count == 1 ? "" : "s")"
    let degraded = machine.plan.hazards.filter { $0.id == .memberNotVerifiable }
    var lines: [Line] = [
      [
        Span("Every Work shows the flag. ", .good),
        Span("Now \(count) of \(live.policy.title) go from the control plane:"),
      ]
    ]
    lines += names + more
    if !degraded.isEmpty {
      lines += [
        [],
        [
          Span("Not verifiable: ", .warning),
          Span("\(degraded.count) member objects cannot be looked at afterwards."),
        ],
      ]
    }
    lines += [[], [Span("There is no way back but undo.", .warning)]]
    var question = Confirmation(
      title: "Delete \(count)", lines: lines, word: word, button: "Delete \(count)",
      effects: [.rollback(.confirm(word))])
    question.whenCancelled =
      "nothing was deleted; :confirm asks again, :abort puts everything back"
    ask(question)
  }

  mutating func dropRollbackQuestion() {
    guard let effects = confirmation?.effects,
      effects.contains(where: { if case .rollback = $0 { true } else { false } })
    else { return }
    overlays.removeLast()
  }

  private mutating func abort() -> [Effect] {
    if rollbacks.running != nil {
      dropRollbackQuestion()
      message = StatusMessage(.info, "turning back")
      return [.rollback(.abortLive)]
    }
    guard let run = resumableRun else { return [] }
    if let refusal = writeRefusal {
      message = StatusMessage(.error, refusal)
      return []
    }
    let canGoBack = run.machine?.canBeAborted == true
    ask(
      Confirmation(
        title: canGoBack ? "Put it back" : "Stop it",
        lines: [
          [
            Span(
              canGoBack
                ? "The policy's flag goes back to what it was; nothing has been deleted."
                : "Something has been deleted, so nothing can be put back: what is gone is verified, "
                  + "what stands is left alone.")
          ]
        ], word: run.policy.key.name, button: canGoBack ? "Put back" : "Stop",
        effects: [.rollback(.abort(run.id))]))
    return []
  }

  private mutating func askToResume() {
    guard let run = resumableRun, let machine = run.machine else { return }
    let deleted = machine.states.values.count { $0 == .deleted }
    ask(
      Confirmation(
        title: "Go on with it",
        lines: [
          [
            Span(
              "\(deleted) of \(machine.plan.templates.count) templates are deleted. Everything is read "
                + "again; nothing more is deleted before you confirm once more.")
          ]
        ], word: run.policy.key.name, button: "Go on", effects: [.rollback(.resume(run.id))]))
  }

  /// An unfinished run of the journal that the open page or the selected row is about.
  var resumableRun: RollbackRun? {
    guard let run = chosenRun, run.isUnfinished, run.machine != nil,
      rollbacks.running == nil
    else { return nil }
    return run
  }

  /// The run that the open page or the selected row is about.
  var chosenRun: RollbackRun? {
    if let page = rollbackPage {
      guard case .run(let id) = page.subject else { return nil }
      return rollbacks.runs[id]
    }
    guard overlays.isEmpty, pane == .rollbacks, let row = rollbacks.list.selected else {
      return nil
    }
    switch row.content {
    case .run(let run): return run
    case .live(let live): return rollbacks.runs[live.id]
    case .sighting: return nil
    }
  }

  private mutating func openUndo(_ name: String) -> [Effect] {
    if !name.isEmpty { return openUndo(of: .named(name)) }
    guard let run = chosenRun else {
      return undoablePolicy.map { openUndo(of: .newest($0)) } ?? []
    }
    var page = RollbackPage(.undoPlan(run.id), content: .loading)
    page.token = newToken()
    push(page)
    return [.rollback(.planUndo(token: page.token, run.id))]
  }

  /// Enter in the pane.
  mutating func openRollback() {
    guard let row = rollbacks.list.selected else { return }
    switch row.content {
    case .run(let run): push(RollbackPage(.run(run.id), content: .board))
    case .live(let live):
      push(RollbackPage(.run(live.id), content: .board))
      askForDeletion()
    case .sighting(let sighting):
      push(RollbackPage(.sighting(sighting.policy), content: .board))
    }
  }
}
