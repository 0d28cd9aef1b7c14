import Manifest

extension RollbackMachine {
  mutating func startGate(at now: Time) -> [RollbackAction] {
    move(to: .gate, at: now)
    return [entry(.begun, ["works": .int(Int64(plan.works.count))]), .read(.gate(standing))]
  }

  mutating func lookAtGate(at now: Time) -> [RollbackAction] {
    move(to: .gate, at: now)
    return [.read(.gate(standing))]
  }

  mutating func takeGate(_ facts: RollbackFacts, at now: Time) -> [RollbackAction] {
    self.facts = facts
    let gate = RollbackGate(plan, facts, gone: deleted)
    self.gate = gate
    if !gate.violations.isEmpty { return refuse(gate, at: now) }
    guard gate.isOpen else {
      guard isOver(patience.gate, at: now) else { return pause() }
      let late = RollbackHazards.listed(gate.waiting + gate.closedCells)
      let why = "the flag has not arrived everywhere: \(late)"
      return [entry(.failed, ["why": .string(why)])] + stopOrTurnBack(why, at: now)
    }
    let done = entry(.done, ["works": .int(Int64(gate.progress.done))])
    return [done] + (isConfirmed ? startReread(at: now) : askForName(at: now))
  }

  /// Something in the gate does not pass by waiting.
  private mutating func refuse(_ gate: RollbackGate, at now: Time) -> [RollbackAction] {
    let why = RollbackHazards.listed(gate.violations.map(\.description))
    let note = entry(.failed, ["why": .string(why)])
    if isPastReturn { keep(gate.violations) }
    return [note] + stopOrTurnBack(why, at: now)
  }

  mutating func askForName(at now: Time) -> [RollbackAction] {
    move(to: .confirmation, at: now)
    return [entry(.begun), .ask(word: plan.confirmationWord)]
  }

  mutating func confirm(_ word: String, at now: Time) -> [RollbackAction] {
    guard word == plan.confirmationWord else { return [.ask(word: plan.confirmationWord)] }
    isConfirmed = true
    return [entry(.done)] + startReread(at: now)
  }

  private mutating func startReread(at now: Time) -> [RollbackAction] {
    // Once something is deleted the plan as a whole no longer holds; each batch is looked at alone.
    if isPastReturn { return nextBatch(at: now) }
    move(to: .reread, at: now)
    return [entry(.begun), .read(.everything)]
  }

  /// The last look before the first deletion.
  mutating func takeReread(_ facts: RollbackFacts, at now: Time) -> [RollbackAction] {
    self.facts = facts
    if let objection = objection(to: facts) {
      return [entry(.failed, ["why": .string(objection.words)])]
        + turnBack(objection.words, at: now)
    }
    let gate = RollbackGate(plan, facts)
    self.gate = gate
    if !gate.violations.isEmpty { return refuse(gate, at: now) }
    guard gate.isOpen else {
      return [entry(.failed, ["why": "the gate has closed again"])] + startGate(at: now)
    }
    let fresh = RollbackPlan(
      scope: RollbackScope(policy: plan.scope.policy, templates: plan.templates.map(\.object)),
      facts: facts, options: plan.options)
    plan = plan.refreshed(by: fresh, keepingFlag: true)
    return [entry(.done), .notePlan(plan)] + nextBatch(at: now)
  }
}

extension RollbackGate {
  /// "Deployment shop/web in member1 does not show it"
  var closedCells: [String] {
    cells.filter { $0.state != .preserving }.map { cell in
      let what =
        switch cell.state {
        case .preserving: "shows it"
        case .notPreserving: "does not show it"
        case .missing: "has no Work yet"
        case .terminating: "is being deleted"
        }
      return "\(cell.object.title) in \(cell.cluster) \(what)"
    }
  }
}
