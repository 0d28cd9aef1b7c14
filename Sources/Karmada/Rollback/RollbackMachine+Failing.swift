import Manifest

extension RollbackMachine {
  /// Something outside failed. What may pass is tried again; a write without an answer is looked at
  /// before anything else; what will not pass ends the run or turns it back.
  mutating func handle(
    _ failure: RollbackFailure, of input: RollbackInput, at now: Time
  ) -> [RollbackAction] {
    if case .wrote = input { return writeFailed(failure, at: now) }
    if case .lease = input { return leaseFailed(failure, at: now) }
    guard failure.isPassing else { return giveUp(failure, at: now) }
    let since = trouble?.since ?? now
    trouble = (failure, since)
    guard now - since < patience.connection else { return giveUp(failure, at: now) }
    if wantsAbort, phase == .permissions || phase == .planning || phase == .putBackCheck {
      return giveUp(failure, at: now)
    }
    question = .read(reading)
    tries += 1
    return [.wait(backOff)]
  }

  /// Half a second, doubled each time up to the interval's eight.
  private var backOff: Duration {
    patience.interval / 2 * (1 << min(tries - 1, 4))
  }

  /// What the present phase reads.
  private var reading: RollbackReading {
    switch phase {
    case .permissions: .permissions
    case .batch: .gate(currentBatch)
    case .deletionCheck: .gate(unknownTemplates)
    case .drain: .leftovers
    case .verification: .members
    case .restoreCheck: .policy
    case .planning, .reread: .everything
    default: .gate(standing)
    }
  }

  private mutating func writeFailed(
    _ failure: RollbackFailure, at now: Time
  ) -> [RollbackAction] {
    switch phase {
    case .flag: return flagFailed(failure, at: now)
    case .nudge: return nudgeFailed(failure, at: now)
    case .restore: return restoreFailed(failure, at: now)
    case .putBack: return putBackFailed(failure, at: now)
    case .announcement: return announced(failure, at: now)
    default: return giveUp(failure, at: now)
    }
  }

  /// It does not go on. Before the point of no return everything is put back, if that is possible.
  mutating func giveUp(_ failure: RollbackFailure, at now: Time) -> [RollbackAction] {
    let why = failure.description
    guard hasChanged else {
      let outcome: RollbackReport.Outcome =
        failure.isPassing ? .unreachable : failure.kind == .forbidden ? .notPermitted : .blocked
      return end(outcome, why, releasing: phase != .permissions && phase != .lease, at: now)
    }
    let isTurning =
      turningBack != nil || [.putBack, .putBackCheck, .proof].contains(phase)
    guard !isPastReturn, !isTurning, !failure.isPassing else {
      return end(.unfinished, why, at: now)
    }
    return turnBack(why, at: now)
  }

  /// Ends here and now, without another word to the server unless the Lease is to be given back.
  mutating func end(
    _ outcome: RollbackReport.Outcome, _ words: String, releasing: Bool = false, at now: Time
  ) -> [RollbackAction] {
    // Nothing was changed: then it is not unfinished either.
    self.outcome = outcome == .unfinished && !hasChanged ? .blocked : outcome
    closingWords = words
    guard releasing, journalTrouble == nil, leaseTrouble == nil else { return finish() }
    return release(at: now)
  }

  /// The last thing: what came of it.
  mutating func finish() -> [RollbackAction] {
    let report = makeReport()
    phase = .finished
    self.report = report
    return [.finish(report)]
  }
}
