import Karmada
import Manifest
import TestSupport
import Testing

/// Runs a machine on a small world: carries out its actions, keeps its journal, and lets things go
/// wrong where a test wants it.
struct SmallRun {
  /// What goes wrong with one request.
  enum Fault: CaseIterable {
    /// The server took it, the answer got lost.
    case answerLost
    /// The connection broke before the server took it.
    case notSent
    case throttled
    /// Somebody wrote to the object in between.
    case outdated
    case refused
  }

  var world: SmallWorld
  var machine: RollbackMachine
  var entries: [RollbackEntry] = []
  /// As the journal has it.
  var plan: RollbackPlan
  var report: RollbackReport?
  /// Phases in the order they came.
  var phases: [RollbackPhase] = [.permissions]
  /// What is typed when the machine asks; nil declines.
  var answer: String? = "web-pp"
  /// Asked before every action, with its number from 0; may change the world or the run.
  var before: (inout SmallRun, RollbackAction, Int) -> Fault? = { _, _, _ in nil }
  /// Facts are shown as if every Work preserved.
  var isGateRemoved = false
  /// Notes that the journal takes before it fails; nil for all.
  var journalRoom: Int?
  var leaseHolder: LeaseHolder?
  var wasKilled = false
  var actionCount = 0
  private var writes = 0
  var writeCount: Int { writes }

  init(
    _ world: SmallWorld, templates: [String]? = nil, options: RollbackOptions = RollbackOptions(),
    patience: RollbackMachine.Patience = RollbackMachine.Patience()
  ) {
    self.world = world
    let scope = RollbackScope(
      policy: SmallWorld.reference, templates: templates?.map(SmallWorld.identity))
    plan = RollbackPlan(scope: scope, facts: world.facts(.everything), options: options)
    machine = RollbackMachine(run: "run-1", plan: plan, patience: patience)
  }

  /// Until the end, or until it is killed. Fails the test when it does not end.
  mutating func run(sourceLocation: SourceLocation = #_sourceLocation) {
    wasKilled = false
    report = nil
    var input: RollbackInput? = .begin
    for _ in 0..<20_000 {
      guard let next = input else { break }
      let actions = machine.handle(next, at: world.now)
      if phases.last != machine.phase { phases.append(machine.phase) }
      input = carryOut(actions)
      if report != nil || wasKilled { return }
    }
    Issue.record("it does not end: \(machine.phase)", sourceLocation: sourceLocation)
  }

  /// Builds the machine again from the journal, as a new process would.
  mutating func resume() {
    machine = RollbackMachine(
      resuming: "run-1", plan: plan, entries: entries, patience: machine.patience)
    phases.append(.permissions)
    run()
  }

  private mutating func carryOut(_ actions: [RollbackAction]) -> RollbackInput? {
    for action in actions {
      let fault = before(&self, action, actionCount)
      actionCount += 1
      if wasKilled { return nil }
      world.advance(by: .milliseconds(5))
      switch action {
      case .note(let entry):
        if entries.count == journalRoom { return .journalFailed("the disk is full") }
        entries.append(entry)
      case .notePlan(let plan):
        if entries.count == journalRoom { return .journalFailed("the disk is full") }
        self.plan = plan
      case .finish(let report): self.report = report
      default:
        if let answer = answer(action, fault) { return answer }
      }
    }
    return nil
  }

  private mutating func answer(_ action: RollbackAction, _ fault: Fault?) -> RollbackInput? {
    switch action {
    case .acquireLease: return .lease(leaseHolder.map { .heldBy($0) } ?? .held)
    case .releaseLease: return .released
    case .keepSnapshot: return .snapshotKept
    case .ask(let word):
      #expect(word == "web-pp")
      return answer.map { .confirmed(word: $0) } ?? .declined
    case .wait(let duration):
      world.advance(by: duration)
      return .waited
    case .read(let reading):
      switch fault {
      case nil, .outdated, .refused: return .facts(.success(seen(reading)))
      case .throttled: return .facts(.failure(RollbackFailure(.throttled, "slow down")))
      case .answerLost, .notSent:
        return .facts(.failure(RollbackFailure(.unanswered, "no route to host")))
      }
    case .write(let write):
      writes += 1
      return .wrote(carry(write, fault))
    case .delete(let deletions):
      writes += deletions.count
      let results = deletions.enumerated().map { delete($1, $0 == 0 ? fault : nil) }
      return .deleted(results)
    case .note, .notePlan, .finish: return nil
    }
  }

  private func seen(_ reading: RollbackReading) -> RollbackFacts {
    var facts = world.facts(reading)
    guard isGateRemoved else { return facts }
    for i in facts.works.indices {
      facts.works[i].document["spec"]?["preserveResourcesOnDeletion"] = true
    }
    for i in facts.bindings.indices {
      facts.bindings[i].document["spec"]?["preserveResourcesOnDeletion"] = true
      facts.bindings[i].document["metadata"]?["generation"] = 0
    }
    return facts
  }

  private func failure(_ fault: Fault?) -> RollbackFailure? {
    switch fault {
    case nil, .answerLost: nil
    case .notSent: RollbackFailure(.unanswered, "connection reset")
    case .throttled: RollbackFailure(.throttled, "slow down")
    case .outdated: RollbackFailure(.conflict, "the object has been modified")
    case .refused: RollbackFailure(.refused, "a webhook says no")
    }
  }

  private mutating func carry(
    _ write: RollbackWrite, _ fault: Fault?
  ) -> Result<LiveObject, RollbackFailure> {
    if let failure = failure(fault) { return .failure(failure) }
    var result = LiveObject([:])
    switch write {
    case .setFlag(_, let uid, let version, let value):
      guard let policy = world.policy else { return .failure(RollbackFailure(.notFound, "gone")) }
      guard policy.uid == uid, "p\(policy.version)" == version else {
        return .failure(RollbackFailure(.conflict, "the policy has been modified"))
      }
      world.setFlag(value)
      if let object = world.policyObject { result = object }
    case .nudge(let object, let version, let value):
      guard let template = world.templates[object.name] else {
        return .failure(RollbackFailure(.notFound, "gone"))
      }
      guard template.uid == object.uid, "t\(template.version)" == version else {
        return .failure(RollbackFailure(.conflict, "the template has been modified"))
      }
      world.setNudge(object.name, value)
    case .event(let event): world.events.append(event.reason)
    case .create: Issue.record("a rollback creates nothing")
    }
    if fault == .answerLost { return .failure(RollbackFailure(.unanswered, "timed out")) }
    return .success(result)
  }

  private mutating func delete(
    _ deletion: RollbackDeletion, _ fault: Fault?
  ) -> Result<Bool, RollbackFailure> {
    if let failure = failure(fault) { return .failure(failure) }
    guard let template = world.templates[deletion.object.name] else {
      return .failure(RollbackFailure(.notFound, "not found"))
    }
    guard template.uid == deletion.object.uid, "t\(template.version)" == deletion.resourceVersion
    else { return .failure(RollbackFailure(.conflict, "the precondition does not hold")) }
    guard !template.isProtected else {
      return .failure(RollbackFailure(.refused, "This resource is protected"))
    }
    world.delete(deletion.object.name)
    return fault == .answerLost
      ? .failure(RollbackFailure(.unanswered, "timed out")) : .success(true)
  }
}
