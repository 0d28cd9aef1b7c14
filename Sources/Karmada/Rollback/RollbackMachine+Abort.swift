import Manifest

extension RollbackMachine {
  /// The operator wants it undone. nil where the present answer has to be taken in first.
  mutating func abort(at now: Time) -> [RollbackAction]? {
    guard turningBack == nil else { return nil }
    switch phase {
    case .permissions: return hasChanged ? nil : end(.aborted, "Nothing was changed.", at: now)
    case .planning: return isPastReturn ? nil : turnBack("the operator aborted", at: now)
    case .gate, .confirmation, .reread, .batch:
      return stopOrTurnBack("the operator aborted", at: now)
    default: return nil
    }
  }

  /// Puts everything back as it was. Only before the first deletion.
  mutating func turnBack(_ why: String, at now: Time) -> [RollbackAction] {
    guard hasChanged else {
      let outcome: RollbackReport.Outcome = wantsAbort ? .aborted : .blocked
      return end(outcome, "\(why). Nothing was changed.", releasing: true, at: now)
    }
    turningBack = why
    move(to: .putBackCheck, at: now)
    return [
      entry(.begun, ["why": .string(why)]), .read(.gate(plan.templates.map(\.object.identity))),
    ]
  }

  /// One thing at a time, each after a fresh look: what is back already is left alone.
  mutating func checkPutBack(_ facts: RollbackFacts, at now: Time) -> [RollbackAction] {
    self.facts = facts
    if let policy = facts.policy, policy.uid == plan.policy.uid, flag == .set || flag == .unknown,
      policy.preserves
    {
      move(to: .putBack, at: now)
      return [
        .write(
          .setFlag(
            plan.scope.policy, uid: policy.uid, resourceVersion: policy.resourceVersion,
            to: plan.policy.flag))
      ]
    }
    if flag == .set || flag == .unknown { flag = .putBack }
    for template in begunNudges.sorted(by: { $0.sortsBefore($1) }) {
      guard let planned = plan.template(template), let live = facts.template(template),
        live.uid == planned.object.uid,
        live.annotation(RollbackPlan.nudgeAnnotation) == run
      else { continue }
      move(to: .putBack, at: now)
      return [
        .write(.nudge(planned.object, resourceVersion: live.resourceVersion, to: nil))
      ]
    }
    begunNudges = []
    move(to: .proof, at: now)
    return takeProof(facts, at: now)
  }

  mutating func putBackWritten(at now: Time) -> [RollbackAction] {
    move(to: .putBackCheck, at: now)
    return [.read(.gate(plan.templates.map(\.object.identity)))]
  }

  mutating func putBackFailed(_ failure: RollbackFailure, at now: Time) -> [RollbackAction] {
    tries += 1
    attempts[ObjectReference(), default: 0] += 1
    let isWorthIt = (attempts[ObjectReference()] ?? 0) < 4 * Self.attemptLimit
    guard failure.isPassing || failure.kind == .conflict || failure.kind == .notFound, isWorthIt
    else {
      return [entry(.failed, ["why": .string(failure.description)])]
        + end(.unfinished, "It cannot be put back: \(failure.description)", at: now)
    }
    move(to: .putBackCheck, at: now)
    return pause()
  }

  /// Put back is what the Works show, not what was asked for.
  mutating func takeProof(_ facts: RollbackFacts, at now: Time) -> [RollbackAction] {
    let live = Dictionary(facts.works.map { ($0.key, $0) }, uniquingKeysWith: { a, _ in a })
    let late = plan.works.filter { work in
      live[work.key].map { $0.uid == work.uid && $0.preserves != work.preserves } ?? false
    }
    // Without its policy nothing carries the flag back.
    let isPolicyThere = facts.policy?.uid == plan.policy.uid
    if late.isEmpty || !isPolicyThere {
      let proof: JSONValue = [
        "works": .int(Int64(plan.works.count)), "policy": .bool(isPolicyThere),
      ]
      return [entry(.done, proof)] + announce(at: now)
    }
    guard isOver(patience.proof, at: now) else { return pause() }
    let names = RollbackHazards.listed(late.map { "Work \($0.key)" })
    outcome = .unfinished
    closingWords = "The policy is as it was, but these do not show it yet: \(names)."
    return [entry(.failed, ["late": .int(Int64(late.count))])] + announce(at: now)
  }
}
