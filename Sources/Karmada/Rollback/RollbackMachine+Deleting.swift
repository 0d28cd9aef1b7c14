import Manifest

extension RollbackMachine {
  /// The next few templates; or what comes after the last.
  mutating func nextBatch(at now: Time) -> [RollbackAction] {
    if wantsAbort { return stopOrTurnBack("the operator aborted", at: now) }
    if stopReason != nil { return startDrain(at: now) }
    let batch = Array(standing.prefix(Self.batchSize))
    guard !batch.isEmpty else { return startDrain(at: now) }
    move(to: .batch, at: now)
    currentBatch = batch
    return [.read(.gate(batch))]
  }

  mutating func takeBatch(_ facts: RollbackFacts, at now: Time) -> [RollbackAction] {
    self.facts = facts
    let gate = RollbackGate(plan, facts, templates: currentBatch, gone: deleted)
    if !gate.violations.isEmpty {
      self.gate = gate
      let why = RollbackHazards.listed(gate.violations.map(\.description))
      if isPastReturn { keep(gate.violations) }
      return [entry(.failed, ["why": .string(why)])] + stopOrTurnBack(why, at: now)
    }
    guard gate.isOpen else {
      self.gate = gate
      return startGate(at: now)
    }
    let deletions = currentBatch.compactMap { identity -> RollbackDeletion? in
      guard let planned = plan.template(identity), let live = facts.template(identity)
      else { return nil }
      return RollbackDeletion(object: planned.object, resourceVersion: live.resourceVersion)
    }
    beforeNote = before
    for identity in currentBatch { states[identity] = .unknown }
    isPastReturn = true
    move(to: .deletion, at: now)
    return [
      entry(.begun, ["templates": .array(currentBatch.map(\.json))]), .delete(deletions),
    ]
  }

  mutating func takeDeletions(
    _ results: [Result<Bool, RollbackFailure>], at now: Time
  ) -> [RollbackAction] {
    let note = sort(results)
    guard unknownTemplates.isEmpty else {
      move(to: .deletionCheck, at: now)
      return [note, .read(.gate(unknownTemplates))]
    }
    if stopReason == nil, currentBatch.contains(where: { states[$0] == .standing }) {
      // The server wants to be left alone for a moment.
      move(to: .batch, at: now)
      return [note] + pause()
    }
    return [note] + nextBatch(at: now)
  }

  /// What the server said to each deletion of the batch. One that it did not answer, or refused as
  /// outdated, stays unknown.
  @discardableResult
  mutating func sort(_ results: [Result<Bool, RollbackFailure>]) -> RollbackAction {
    var told: [JSONValue] = []
    for (template, result) in zip(currentBatch, results) {
      var word = "deleted"
      var why = ""
      switch result {
      case .success: states[template] = .deleted
      case .failure(let failure):
        (word, why) = (failure.kind.rawValue, failure.description)
        switch failure.kind {
        case .notFound: states[template] = .deleted
        case .unanswered, .conflict: break
        case .throttled: countAttempt(at: template)
        case .forbidden, .refused:
          states[template] = .kept(failure.description)
          stopReason = stopReason ?? failure.description
        }
      }
      var one = template.json
      one["result"] = .string(word)
      if !why.isEmpty { one["why"] = .string(why) }
      told.append(one)
    }
    return entry(.done, ["results": .array(told)])
  }

  private mutating func countAttempt(at template: ObjectReference) {
    let count = (attempts[template] ?? 0) + 1
    attempts[template] = count
    states[template] = .standing
    guard count >= Self.attemptLimit else { return }
    let why = "it could not be deleted in \(count) attempts"
    states[template] = .kept(why)
    stopReason = stopReason ?? "\(template.title): \(why)"
  }

  /// Looks at what is not known: gone is gone, and what still stands may be tried again if it is
  /// what was planned.
  mutating func checkDeletions(_ facts: RollbackFacts, at now: Time) -> [RollbackAction] {
    self.facts = facts
    let checked = unknownTemplates
    for template in checked { settle(template, facts) }
    let told = checked.map { template -> JSONValue in
      var one = template.json
      one["result"] = .string(states[template] == .deleted ? "deleted" : "standing")
      return one
    }
    return [entry(.done, ["results": .array(told), "checked": true])] + nextBatch(at: now)
  }

  private mutating func settle(_ template: ObjectReference, _ facts: RollbackFacts) {
    guard let planned = plan.template(template), let live = facts.template(template),
      live.uid == planned.object.uid, !live.isTerminating
    else {
      states[template] = .deleted
      return
    }
    guard live.digest == planned.digest else {
      states[template] = .kept("somebody changed it")
      stopReason = stopReason ?? "somebody changed \(template.title)"
      return
    }
    countAttempt(at: template)
  }

  /// A resumed run that had begun to delete: what really happened is read from the server.
  mutating func reconcile(_ facts: RollbackFacts, at now: Time) -> [RollbackAction] {
    for template in plan.templates.map(\.object.identity) where states[template] != .deleted {
      states[template] = .unknown
      settle(template, facts)
    }
    attempts = [:]
    let note = entry(.done, ["standing": .int(Int64(standing.count))])
    if wantsAbort || standing.isEmpty || stopReason != nil { return [note] + startDrain(at: now) }
    // Whatever was written to the policy meanwhile, the gate waits for what came of it.
    plan.policy.generation = facts.policy?.generation
    return [note, .notePlan(plan)] + startGate(at: now)
  }

  /// Leaves alone what has become something else.
  mutating func keep(_ violations: [RollbackGate.Violation]) {
    for violation in violations {
      for template in standing where template.title == violation.subject {
        states[template] = .kept(violation.what)
      }
    }
  }

  /// After the first deletion there is no way back: what is left stays as it is. Before it,
  /// everything is put back.
  mutating func stopOrTurnBack(_ why: String, at now: Time) -> [RollbackAction] {
    guard isPastReturn else { return turnBack(why, at: now) }
    stopReason = stopReason ?? why
    return startDrain(at: now)
  }
}
