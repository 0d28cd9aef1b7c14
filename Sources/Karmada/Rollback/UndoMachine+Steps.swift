import Manifest

extension UndoMachine {
  // MARK: Before anything is created

  mutating func takePermissions(_ facts: RollbackFacts, at now: Time) -> [RollbackAction] {
    let denied = facts.permissions.filter { !$0.isOptional && $0.isAllowed != true }
    guard denied.isEmpty else {
      let names = RollbackHazards.listed(denied.map(\.title))
      return [entry(.failed)] + end(.notPermitted, "Not allowed: \(names).", at: now)
    }
    if let refusal = facts.refusals.min(by: { $0.key.sortsBefore($1.key) }) {
      let words = "A dry run of creating \(refusal.key.title) was refused: \(refusal.value)"
      return [entry(.failed, ["why": .string(words)])] + end(.blocked, words, at: now)
    }
    let done = entry(.done)
    move(to: .lease, at: now)
    return [done, entry(.begun), .acquireLease]
  }

  mutating func takeLease(
    _ answer: RollbackInput.LeaseAnswer, at now: Time
  ) -> [RollbackAction] {
    switch answer {
    case .held:
      let done = entry(.done)
      move(to: .planning, at: now)
      return [done, entry(.begun), .read(.gate(plan.templates))]
    case .heldBy(let holder):
      self.holder = holder
      return [entry(.failed)]
        + end(.held, "\(holder.identity) holds the Lease of this policy.", at: now)
    case .failed(let failure): return failed(failure, .lease(answer), at: now)
    }
  }

  mutating func takePlan(_ facts: RollbackFacts, at now: Time) -> [RollbackAction] {
    guard let policy = facts.policy, !policy.isTerminating else {
      let words =
        "\(plan.scope.policy.title) is gone: nothing would propagate the templates. Create it first."
      return [entry(.failed, ["why": .string(words)])]
        + end(
          .blocked, words, releasing: true, at: now)
    }
    take(facts, comparing: true)
    let done = entry(.done, ["create": .int(Int64(plan.templates.count { states[$0] == nil }))])
    guard plan.templates.contains(where: { states[$0] == nil }) else {
      return [done] + startAdoption(at: now)
    }
    move(to: .confirmation, at: now)
    return [done, entry(.begun), .ask(word: plan.original.confirmationWord)]
  }

  /// What is there is there: by us before a crash, or by somebody else.
  private mutating func take(_ facts: RollbackFacts, comparing: Bool) {
    for object in plan.objects {
      let identity = object.reference.identity
      guard let live = facts.template(identity) else { continue }
      states[identity] = .created
      if comparing, live.digest != object.digest {
        why[identity] = "it is there, and not as it was kept"
      }
    }
  }

  // MARK: Creating

  mutating func createNext(at now: Time) -> [RollbackAction] {
    guard
      let at = plan.objects.firstIndex(where: { states[$0.reference.identity] == nil })
    else { return startAdoption(at: now) }
    current = at
    move(to: .creation, at: now)
    hasCreated = true
    return [
      entry(.begun, ["template": plan.templates[at].json]), .write(.create(plan.objects[at])),
    ]
  }

  mutating func created(at now: Time) -> [RollbackAction] {
    states[plan.templates[current]] = .created
    attempts = 0
    return [entry(.done)] + createNext(at: now)
  }

  mutating func creationFailed(
    _ failure: RollbackFailure, at now: Time
  ) -> [RollbackAction] {
    switch failure.kind {
    case .unanswered, .throttled, .conflict:
      move(to: .creationCheck, at: now)
      return [.wait(patience.interval)]
    case .forbidden, .refused, .notFound:
      states[plan.templates[current]] = .kept
      why[plan.templates[current]] = failure.description
      return [entry(.failed, ["why": .string(failure.description)])] + createNext(at: now)
    }
  }

  mutating func checkCreation(_ facts: RollbackFacts, at now: Time) -> [RollbackAction] {
    take(facts, comparing: false)
    attempts += 1
    if states[plan.templates[current]] == nil, attempts >= RollbackMachine.attemptLimit {
      states[plan.templates[current]] = .kept
      why[plan.templates[current]] = "it could not be created in \(attempts) attempts"
      attempts = 0
    }
    return createNext(at: now)
  }

  // MARK: Adoption

  private mutating func startAdoption(at now: Time) -> [RollbackAction] {
    move(to: .adoption, at: now)
    return [entry(.begun), .read(.gate(plan.templates))]
  }

  mutating func takeWorks(_ facts: RollbackFacts, at now: Time) -> [RollbackAction] {
    stragglers = openWorks(facts)
    guard !stragglers.isEmpty else { return [entry(.done)] + startVerification(at: now) }
    guard isOver(patience.drain, at: now) else { return [.wait(patience.interval)] }
    let told = stragglers.prefix(50).map { one -> JSONValue in
      ["subject": .string(one.subject), "why": .string(one.why)]
    }
    return [entry(.failed, ["stragglers": .array(told)])] + startVerification(at: now)
  }

  /// What has not been applied yet, and why.
  private func openWorks(_ facts: RollbackFacts) -> [RollbackReport.Straggler] {
    let bindings = Dictionary(
      facts.bindings.map { ($0.boundResource.identity, $0) }, uniquingKeysWith: { a, _ in a })
    let works = Dictionary(grouping: facts.works) { $0.bindingPermanentID ?? "" }
    var open: [RollbackReport.Straggler] = []
    for template in plan.templates where states[template] == .created {
      guard let binding = bindings[template], let id = binding.bindingPermanentID,
        !binding.neededClusters.isEmpty
      else {
        open.append(.init(subject: template.title, why: "it is not scheduled yet"))
        continue
      }
      let own = works[id] ?? []
      for cluster in binding.neededClusters.sorted() {
        let work = own.first { $0.workCluster == cluster }
        guard work?.isApplied != true else { continue }
        let reason = work.map(\.appliedMessage) ?? "it has no Work yet"
        open.append(.init(subject: "\(template.title) in \(cluster)", why: reason))
      }
    }
    return open
  }

  private mutating func startVerification(at now: Time) -> [RollbackAction] {
    move(to: .verification, at: now)
    return [entry(.begun), .read(.members)]
  }

  mutating func takeMembers(_ facts: RollbackFacts, at now: Time) -> [RollbackAction] {
    let made = Set(states.filter { $0.value == .created }.keys)
    members = RollbackVerdicts(plan.original, facts, deleted: made).members.map { member in
      var member = member
      switch member.verdict {
      // What was a failure to let go is success here, and the other way round.
      case .managed: (member.verdict, member.why) = (.adopted, "")
      case .kept, .changed: (member.verdict, member.why) = (.unverified, "not taken over yet")
      case .adopted, .replaced, .lost, .unverified, .untouched: break
      }
      return member
    }
    let isLate = members.contains { $0.why == "not taken over yet" }
    if isLate, stragglers.isEmpty, !isOver(patience.verification, at: now) {
      question = .read(.members)
      return [.wait(patience.interval)]
    }
    let count = members.count { $0.verdict == .adopted }
    let note = entry(isVerified ? .done : .failed, ["adopted": .int(Int64(count))])
    guard plan.flagWasSet, isVerified else { return [note] + announce(at: now) }
    move(to: .flagCheck, at: now)
    return [note, .read(.policy)]
  }

  var isVerified: Bool {
    members.allSatisfy { $0.verdict == .adopted || $0.verdict == .untouched }
  }

  // MARK: The flag

  mutating func checkFlag(_ facts: RollbackFacts, at now: Time) -> [RollbackAction] {
    guard let policy = facts.policy, policy.uid == plan.original.policy.uid, policy.preserves,
      attempts < RollbackMachine.attemptLimit
    else {
      isFlagBack = facts.policy?.preserves == (plan.original.policy.flag == true)
      return announce(at: now)
    }
    attempts += 1
    move(to: .flag, at: now)
    return [
      entry(.begun),
      .write(
        .setFlag(
          plan.scope.policy, uid: policy.uid, resourceVersion: policy.resourceVersion,
          to: plan.original.policy.flag)),
    ]
  }
}
