import Manifest

extension RollbackMachine {
  mutating func begin(at now: Time) -> [RollbackAction] {
    phaseBegan = now
    return [entry(.begun), .read(.permissions)]
  }

  mutating func takePermissions(_ facts: RollbackFacts, at now: Time) -> [RollbackAction] {
    let denied = facts.permissions.filter { !$0.isOptional && $0.isAllowed != true }
    guard denied.isEmpty else {
      let names = RollbackHazards.listed(denied.map(\.title))
      return [entry(.failed, ["denied": .array(denied.map { .string($0.title) })])]
        + end(.notPermitted, "Not allowed: \(names).", at: now)
    }
    let done = entry(.done, ["checked": .int(Int64(facts.permissions.count))])
    move(to: .lease, at: now)
    return [done, entry(.begun, ["lease": .string(leaseTitle)]), .acquireLease]
  }

  private var leaseTitle: String { "\(plan.scope.leaseNamespace)/\(plan.scope.leaseName)" }

  // MARK: Lease

  mutating func takeLease(
    _ answer: RollbackInput.LeaseAnswer, at now: Time
  ) -> [RollbackAction] {
    switch answer {
    case .held:
      let done = entry(.done)
      move(to: .planning, at: now)
      return [done, entry(.begun), .read(.everything)]
    case .heldBy(let holder):
      self.holder = holder
      let since = holder.since.map { " since \($0.rfc3339)" } ?? ""
      let words = "\(holder.identity) holds the Lease \(leaseTitle)\(since)."
      return [entry(.failed, ["holder": .string(holder.identity)])] + end(.held, words, at: now)
    case .failed(let failure): return leaseFailed(failure, at: now)
    }
  }

  mutating func leaseFailed(_ failure: RollbackFailure, at now: Time) -> [RollbackAction] {
    let outcome: RollbackReport.Outcome =
      failure.isPassing ? .unreachable : failure.kind == .forbidden ? .notPermitted : .blocked
    return [entry(.failed, ["why": .string(failure.description)])]
      + end(outcome, failure.description, at: now)
  }

  // MARK: Plan and snapshot

  /// The scope with its templates by name: what was added since is somebody else's.
  private var namedScope: RollbackScope {
    RollbackScope(policy: plan.scope.policy, templates: plan.templates.map(\.object))
  }

  /// What speaks against going on, according to a fresh look; nil when nothing does.
  mutating func objection(to facts: RollbackFacts) -> (words: String, fresh: RollbackPlan)? {
    let fresh = RollbackPlan(scope: namedScope, facts: facts, options: plan.options)
    let changes = plan.changes(in: fresh)
    if !changes.isEmpty {
      return ("Changed since the plan: \(RollbackHazards.listed(changes)).", fresh)
    }
    let open = fresh.blockers + fresh.unaccepted
    guard let worst = open.first else { return nil }
    let more = open.count > 1 ? " (and \(open.count - 1) more)" : ""
    return ("\(worst.id.rawValue): \(worst.subject): \(worst.evidence)\(more)", fresh)
  }

  mutating func takePlan(_ facts: RollbackFacts, at now: Time) -> [RollbackAction] {
    self.facts = facts
    if isPastReturn { return reconcile(facts, at: now) }
    if let objection = objection(to: facts) {
      return [entry(.failed, ["why": .string(objection.words)])]
        + turnBack(objection.words, at: now)
    }
    var actions = [entry(.done)]
    if !hasSnapshot {
      plan = plan.refreshed(
        by: RollbackPlan(scope: namedScope, facts: facts, options: plan.options),
        keepingFlag: hasChanged)
      actions.append(.notePlan(plan))
      move(to: .snapshot, at: now)
      return actions + [entry(.begun), .keepSnapshot(facts)]
    }
    return actions + startFlag(at: now)
  }

  mutating func afterSnapshot(at now: Time) -> [RollbackAction] {
    hasSnapshot = true
    return [entry(.done)] + startFlag(at: now)
  }

  // MARK: Flag

  private mutating func startFlag(at now: Time) -> [RollbackAction] {
    guard let policy = facts.policy else {
      return turnBack("\(plan.scope.policy.title) is gone", at: now)
    }
    move(to: .flag, at: now)
    if policy.preserves {
      switch flag {
      case .unknown, .set: flag = .set
      case .untouched, .wasSet, .setByOther, .putBack:
        flag = plan.policy.flag == true ? .wasSet : .setByOther
      }
      plan.policy.generation = policy.generation
      return [entry(.skipped, ["why": "it is set already"]), .notePlan(plan)]
        + startNudge(at: now)
    }
    return writeFlag(policy, at: now)
  }

  private mutating func writeFlag(_ policy: LiveObject, at now: Time) -> [RollbackAction] {
    beforeNote = before
    flag = .unknown
    let from: JSONValue = plan.policy.flag.map { .bool($0) } ?? .null
    return [
      entry(.begun, ["from": from, "to": true]),
      .write(
        .setFlag(
          plan.scope.policy, uid: plan.policy.uid, resourceVersion: policy.resourceVersion,
          to: true)),
    ]
  }

  mutating func flagWritten(_ policy: LiveObject, at now: Time) -> [RollbackAction] {
    flag = .set
    facts.policy = policy
    // Nothing lies between what was read and this answer but the write itself.
    plan.policy.flaggedDigest = policy.policyDigest
    plan.policy.generation = policy.generation
    return [entry(.done), .notePlan(plan)] + startNudge(at: now)
  }

  mutating func flagFailed(_ failure: RollbackFailure, at now: Time) -> [RollbackAction] {
    let note = entry(.failed, ["why": .string(failure.description)])
    switch failure.kind {
    case .unanswered:
      move(to: .flagCheck, at: now)
      return [.read(.gate(standing))]
    case .throttled, .conflict:
      flag = .untouched
      move(to: .flagCheck, at: now)
      return [note] + pause()
    case .forbidden, .refused, .notFound:
      flag = .untouched
      return [note] + turnBack(failure.description, at: now)
    }
  }

  /// Nobody knows whether the flag was taken, or somebody wrote to the policy meanwhile.
  mutating func checkFlag(_ facts: RollbackFacts, at now: Time) -> [RollbackAction] {
    self.facts = facts
    guard let policy = facts.policy, policy.uid == plan.policy.uid,
      plan.policy.isUnchanged(policy)
    else { return turnBack("somebody changed \(plan.scope.policy.title)", at: now) }
    if policy.preserves {
      flag = flag == .unknown ? .set : .setByOther
      plan.policy.generation = policy.generation
      return [entry(.done, ["answer": "none; it was read back"]), .notePlan(plan)]
        + startNudge(at: now)
    }
    let count = (attempts[ObjectReference()] ?? 0) + 1
    attempts[ObjectReference()] = count
    guard count < Self.attemptLimit else {
      flag = .untouched
      return turnBack("the flag could not be set in \(count) attempts", at: now)
    }
    move(to: .flag, at: now)
    return writeFlag(policy, at: now)
  }

  // MARK: Nudge

  /// Lets a Lazy policy's flag through, template by template.
  private mutating func startNudge(at now: Time) -> [RollbackAction] {
    if wantsAbort { return turnBack("the operator aborted", at: now) }
    let isThrough = facts.works.allSatisfy(\.preserves) && !facts.works.isEmpty
    guard plan.policy.isLazy, !isThrough else { return startGate(at: now) }
    return nextNudge(at: now)
  }

  private mutating func nextNudge(at now: Time) -> [RollbackAction] {
    if wantsAbort { return turnBack("the operator aborted", at: now) }
    guard let next = standing.first(where: { !nudged.contains($0) }) else {
      return startGate(at: now)
    }
    guard let live = facts.template(next) else {
      return turnBack("\(next.title) is gone", at: now)
    }
    if live.annotation(RollbackPlan.nudgeAnnotation) == run {
      nudged.insert(next)
      begunNudges.insert(next)
      return nextNudge(at: now)
    }
    move(to: .nudge, at: now)
    beforeNote = before
    begunNudges.insert(next)
    currentNudge = next
    var target = next
    target.uid = plan.template(next)?.object.uid ?? ""
    return [
      entry(.begun, ["template": next.json]),
      .write(.nudge(target, resourceVersion: live.resourceVersion, to: run)),
    ]
  }

  mutating func nudgeWritten(at now: Time) -> [RollbackAction] {
    nudged.insert(currentNudge)
    return [entry(.done)] + nextNudge(at: now)
  }

  mutating func nudgeFailed(_ failure: RollbackFailure, at now: Time) -> [RollbackAction] {
    switch failure.kind {
    case .unanswered, .throttled, .conflict:
      move(to: .nudgeCheck, at: now)
      return pause()
    case .forbidden, .refused, .notFound:
      return [entry(.failed, ["why": .string(failure.description)])]
        + turnBack(failure.description, at: now)
    }
  }

  mutating func checkNudge(_ facts: RollbackFacts, at now: Time) -> [RollbackAction] {
    self.facts = facts
    let template = currentNudge
    guard let live = facts.template(template), live.digest == plan.template(template)?.digest
    else { return turnBack("somebody changed \(template.title)", at: now) }
    let count = (attempts[template] ?? 0) + 1
    attempts[template] = count
    guard count < Self.attemptLimit else {
      return turnBack("\(template.title) could not be nudged", at: now)
    }
    return nextNudge(at: now)
  }
}

extension RollbackPlan {
  func template(_ identity: ObjectReference) -> Template? {
    templates.first { $0.object.identity == identity }
  }

  /// What somebody changed since this plan was made.
  func changes(in fresh: RollbackPlan) -> [String] {
    var changes: [String] = []
    if fresh.policy.uid != policy.uid {
      changes.append(
        fresh.policy.uid.isEmpty
          ? "\(scope.policy.title) is gone" : "\(scope.policy.title) was created again")
    } else if fresh.policy.digest != policy.digest,
      fresh.policy.digest != policy.flaggedDigest
    {
      changes.append("\(scope.policy.title) is different")
    }
    for template in templates {
      let now = fresh.template(template.object.identity)
      if now == nil {
        changes.append("\(template.object.title) is gone")
      } else if now?.object.uid != template.object.uid {
        changes.append("\(template.object.title) was created again")
      } else if now?.digest != template.digest {
        changes.append("\(template.object.title) is different")
      }
    }
    return changes
  }

  /// The newer look, with what was true before anything was changed.
  func refreshed(by fresh: RollbackPlan, keepingFlag: Bool) -> RollbackPlan {
    var plan = fresh
    plan.scope = scope
    guard keepingFlag else { return plan }
    plan.policy.flag = policy.flag
    plan.policy.digest = policy.digest
    plan.policy.flaggedDigest = policy.flaggedDigest
    plan.policy.generation = policy.generation
    let before = Dictionary(works.map { ($0.key, $0.preserves) }, uniquingKeysWith: { a, _ in a })
    for i in plan.works.indices {
      plan.works[i].preserves = before[plan.works[i].key] ?? (policy.flag == true)
    }
    return plan
  }
}

extension ObjectReference {
  /// Its address, as the journal keeps it.
  var json: JSONValue {
    [
      "apiVersion": .string(apiVersion), "kind": .string(kind), "namespace": .string(namespace),
      "name": .string(name),
    ]
  }

  init(json: JSONValue?) {
    self.init()
    apiVersion = json?["apiVersion"]?.string ?? ""
    kind = json?["kind"]?.string ?? ""
    namespace = json?["namespace"]?.string ?? ""
    name = json?["name"]?.string ?? ""
  }
}
