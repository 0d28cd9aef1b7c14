import Manifest

extension UndoMachine {
  mutating func failed(
    _ failure: RollbackFailure, _ input: RollbackInput, at now: Time
  ) -> [RollbackAction] {
    switch phase {
    case .creation: return creationFailed(failure, at: now)
    case .announcement: return announced(failure, at: now)
    case .flag:
      move(to: .flagCheck, at: now)
      if failure.isPassing || failure.kind == .conflict { return [.wait(patience.interval)] }
      return [entry(.failed, ["why": .string(failure.description)])] + announce(at: now)
    case .lease: return giveUp(failure, at: now)
    default: break
    }
    guard failure.isPassing else { return giveUp(failure, at: now) }
    let since = trouble?.since ?? now
    trouble = (failure, since)
    guard now - since < patience.connection else { return giveUp(failure, at: now) }
    question = .read(reading)
    return [.wait(patience.interval)]
  }

  private var reading: RollbackReading {
    switch phase {
    case .permissions: .creation(plan.objects)
    case .verification: .members
    case .flagCheck: .policy
    default: .gate(plan.templates)
    }
  }

  private mutating func giveUp(_ failure: RollbackFailure, at now: Time) -> [RollbackAction] {
    let outcome: RollbackReport.Outcome =
      hasCreated
      ? .unfinished
      : failure.isPassing ? .unreachable : failure.kind == .forbidden ? .notPermitted : .blocked
    return end(outcome, failure.description, at: now)
  }

  mutating func end(
    _ outcome: RollbackReport.Outcome, _ words: String, releasing: Bool = false, at now: Time
  ) -> [RollbackAction] {
    switch outcome {
    case .unfinished where !hasCreated: self.outcome = .blocked
    case .stopped where !hasCreated: self.outcome = .aborted
    default: self.outcome = outcome
    }
    closingWords = words
    guard releasing, hasJournal, leaseTrouble == nil else { return finish() }
    phase = .release
    return [.releaseLease]
  }

  mutating func announce(at now: Time) -> [RollbackAction] {
    let hasAll = plan.templates.allSatisfy { states[$0] == .created } && plan.missing.isEmpty
    let isWrong = members.contains { $0.verdict == .replaced || $0.verdict == .lost }
    outcome = outcome ?? (isWrong ? .lost : hasAll && isVerified ? .done : .unfinished)
    move(to: .announcement, at: now)
    let event = RollbackEvent(
      policy: plan.scope.policy, policyUID: plan.original.policy.uid,
      reason: outcome == .done ? "RollbackUndone" : "RollbackUndoUnfinished",
      message: makeReport().summary, isWarning: outcome != .done)
    return [entry(.begun), .write(.event(event))]
  }

  mutating func announced(_ failure: RollbackFailure?, at now: Time) -> [RollbackAction] {
    let note =
      failure.map { entry(.failed, ["why": .string($0.description)]) } ?? entry(.done)
    move(to: .release, at: now)
    return [note, .releaseLease]
  }

  mutating func finish() -> [RollbackAction] {
    let report = makeReport()
    phase = .finished
    self.report = report
    return [.finish(report)]
  }

  func makeReport() -> RollbackReport {
    let outcome = outcome ?? .unfinished
    let count = states.values.count { $0 == .created }
    let adopted = members.count { $0.verdict == .adopted }
    let all = members.count { $0.verdict != .untouched }
    var summary =
      "\(RollbackPlan.counted(count, "template")) of \(plan.scope.policy.title) created again; "
      + "\(adopted) of \(all) member objects are Karmada's again, the same as before."
    if !hasCreated, outcome != .done {
      summary = closingWords
    } else if !closingWords.isEmpty {
      summary += " \(closingWords)"
    }
    if let first = stragglers.first { summary += " Open: \(first.subject): \(first.why)." }
    if !plan.missing.isEmpty {
      let names = RollbackHazards.listed(plan.missing.keys.map(\.title).sorted())
      summary += " Not restored: \(names)."
    }
    var report = RollbackReport(
      run: run, scope: plan.scope, outcome: outcome, summary: summary,
      flag: isFlagBack ? "put back as it was" : "left as it is")
    report.templates = plan.original.templates.map { template in
      let identity = template.object.identity
      return RollbackReport.Template(
        object: template.object, state: states[identity] ?? .deleted,
        why: why[identity] ?? plan.missing[identity] ?? "")
    }
    report.members = members
    report.stragglers = stragglers
    report.isResumable = false
    if outcome == .unfinished || outcome == .stopped {
      report.advice = "quarterdeck rollback undo \(plan.rollback)"
    }
    return report
  }
}
