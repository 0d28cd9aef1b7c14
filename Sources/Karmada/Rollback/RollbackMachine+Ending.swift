import Manifest

extension RollbackMachine {
  // MARK: Waiting for Karmada to let go

  mutating func startDrain(at now: Time) -> [RollbackAction] {
    move(to: .drain, at: now)
    return [entry(.begun), .read(.leftovers)]
  }

  mutating func takeLeftovers(_ facts: RollbackFacts, at now: Time) -> [RollbackAction] {
    stragglers = RollbackLeftovers(plan, facts, deleted: deleted).stragglers
    if stragglers.isEmpty { return [entry(.done)] + startVerification(at: now) }
    // Whoever wants out still wants to know what became of it.
    let limit = wantsAbort ? min(patience.drain, patience.verification) : patience.drain
    guard isOver(limit, at: now) else { return pause() }
    let told = stragglers.prefix(50).map { one -> JSONValue in
      ["subject": .string(one.subject), "why": .string(one.why)]
    }
    return [entry(.failed, ["stragglers": .array(told)])] + startVerification(at: now)
  }

  private mutating func startVerification(at now: Time) -> [RollbackAction] {
    move(to: .verification, at: now)
    return [entry(.begun), .read(.members)]
  }

  mutating func takeMembers(_ facts: RollbackFacts, at now: Time) -> [RollbackAction] {
    recreated = deleted.filter { template in
      facts.template(template).map { $0.uid != plan.template(template)?.object.uid } ?? false
    }
    members = RollbackVerdicts(plan, facts, deleted: deleted, recreated: recreated).members
    let isLate = members.contains { $0.verdict == .managed } && stragglers.isEmpty
    if isLate, !isOver(patience.verification, at: now) { return pause() }
    var counts: JSONValue = [:]
    for member in members {
      let key = member.verdict.rawValue
      counts[key] = .int(Int64((counts[key]?.int ?? 0) + 1))
    }
    let note = entry(hasVerified ? .done : .failed, counts)
    return [note] + afterVerification(at: now)
  }

  /// Every member object is there, let go, and was looked at or accepted as not to be looked at.
  private var hasVerified: Bool {
    members.allSatisfy { member in
      switch member.verdict {
      case .kept, .changed, .adopted, .untouched: true
      case .unverified: plan.options.accepted.contains(.memberNotVerifiable)
      case .managed, .replaced, .lost: false
      }
    }
  }

  // MARK: The flag

  private mutating func afterVerification(at now: Time) -> [RollbackAction] {
    if leaseTrouble != nil {
      outcome = outcome ?? settledOutcome
      closingWords = "The Lease was lost on the way; nothing was written after that."
      return finish()
    }
    guard plan.options.restoresFlag else { return announce(at: now) }
    move(to: .restoreCheck, at: now)
    let isComplete = states.values.allSatisfy { $0 == .deleted }
    // While something is still going, the flag is what protects it.
    guard flag == .set, isComplete, stragglers.isEmpty, hasVerified else {
      let why = flag == .set ? "the run is not complete" : "this run did not set it"
      return [entry(.skipped, ["why": .string(why)])] + announce(at: now)
    }
    return [.read(.policy)]
  }

  mutating func checkRestore(_ facts: RollbackFacts, at now: Time) -> [RollbackAction] {
    guard let policy = facts.policy, policy.uid == plan.policy.uid, policy.preserves else {
      flag = .putBack
      return [entry(.done, ["answer": "it was read back"])] + announce(at: now)
    }
    let others = Set(facts.claimed.map(\.identity)).subtracting(deleted)
    guard !others.isEmpty, (attempts[ObjectReference()] ?? 0) < Self.attemptLimit else {
      return [entry(.skipped, ["why": "the policy serves nothing else"])] + announce(at: now)
    }
    attempts[ObjectReference(), default: 0] += 1
    move(to: .restore, at: now)
    return [
      entry(.begun, ["to": plan.policy.flag.map { .bool($0) } ?? .null]),
      .write(
        .setFlag(
          plan.scope.policy, uid: policy.uid, resourceVersion: policy.resourceVersion,
          to: plan.policy.flag)),
    ]
  }

  mutating func restored(at now: Time) -> [RollbackAction] {
    flag = .putBack
    return [entry(.done)] + announce(at: now)
  }

  mutating func restoreFailed(_ failure: RollbackFailure, at now: Time) -> [RollbackAction] {
    if failure.isPassing || failure.kind == .conflict {
      move(to: .restoreCheck, at: now)
      question = .read(.policy)
      return pause()
    }
    return [entry(.failed, ["why": .string(failure.description)])] + announce(at: now)
  }

  // MARK: The end

  mutating func announce(at now: Time) -> [RollbackAction] {
    outcome = outcome ?? settledOutcome
    move(to: .announcement, at: now)
    let report = makeReport()
    let isGood = report.outcome == .done || report.outcome == .aborted
    let word = report.outcome.rawValue
    let event = RollbackEvent(
      policy: plan.scope.policy, policyUID: plan.policy.uid,
      reason: "Rollback" + word.prefix(1).uppercased() + word.dropFirst(),
      message: report.summary, isWarning: !isGood)
    return [entry(.begun), .write(.event(event))]
  }

  private var settledOutcome: RollbackReport.Outcome {
    if turningBack != nil { return .aborted }
    if members.contains(where: { $0.verdict == .lost || $0.verdict == .replaced }) {
      return .lost
    }
    // What somebody else puts back cannot be waited out.
    if !recreated.isEmpty { return .stopped }
    guard states.values.allSatisfy({ $0 == .deleted }) else {
      return wantsAbort ? .stopped : .unfinished
    }
    return stragglers.isEmpty && hasVerified ? .done : .unfinished
  }

  /// An Event is a courtesy: the run is what it is without it.
  mutating func announced(_ failure: RollbackFailure?, at now: Time) -> [RollbackAction] {
    guard leaseTrouble == nil else { return finish() }
    let note =
      failure.map { entry(.failed, ["why": .string($0.description)]) } ?? entry(.done)
    return [note] + release(at: now)
  }

  mutating func release(at now: Time) -> [RollbackAction] {
    move(to: .release, at: now)
    return [.releaseLease]
  }
}
