import Manifest

/// Decides what undoing a rollback does next: creates the templates again, waits until Karmada has
/// taken the same member objects over, and puts the flag back. Pure, as `RollbackMachine` is.
///
/// It needs no memory: what is there already is not created again, so a run that was cut off is
/// simply begun anew.
public struct UndoMachine: Sendable {
  public enum Phase: String, Hashable, Sendable, CaseIterable {
    case permissions, lease, planning, confirmation, creation, creationCheck, adoption
    case verification, flagCheck, flag, announcement, release, finished

    /// The phases that may follow; `finished` may follow any.
    public var next: Set<Phase> {
      switch self {
      case .permissions: [.lease]
      case .lease: [.planning]
      case .planning: [.confirmation, .creation, .adoption, .release]
      case .confirmation: [.creation, .adoption, .release]
      case .creation: [.creation, .creationCheck, .adoption]
      case .creationCheck: [.creation, .creationCheck, .adoption]
      case .adoption: [.adoption, .verification]
      case .verification: [.verification, .adoption, .flagCheck, .announcement]
      case .flagCheck: [.flag, .announcement]
      case .flag: [.flagCheck, .announcement]
      case .announcement: [.release]
      case .release: [.finished]
      case .finished: []
      }
    }

    var step: RollbackStep {
      switch self {
      case .permissions: .permissions
      case .lease: .lease
      case .planning: .plan
      case .confirmation: .confirm
      case .creation, .creationCheck: .create
      case .adoption: .adopt
      case .verification: .verify
      case .flagCheck, .flag: .restore
      case .announcement: .event
      case .release: .release
      case .finished: .report
      }
    }
  }

  public let run: String
  public let plan: UndoPlan
  public let patience: RollbackMachine.Patience
  public internal(set) var phase = Phase.permissions
  public internal(set) var phaseBegan = Time(nanoseconds: 0)
  public internal(set) var states: [ObjectReference: RollbackReport.Template.State] = [:]
  public internal(set) var members: [RollbackReport.Member] = []
  public internal(set) var stragglers: [RollbackReport.Straggler] = []
  public internal(set) var holder: LeaseHolder?
  public internal(set) var trouble: (failure: RollbackFailure, since: Time)?
  public internal(set) var report: RollbackReport?

  var why: [ObjectReference: String] = [:]
  var current = 0
  var hasCreated = false
  var wantsAbort = false
  var leaseTrouble: String?
  var hasJournal = true
  var question: RollbackAction?
  var attempts = 0
  var outcome: RollbackReport.Outcome?
  var closingWords = ""
  var isFlagBack = false

  public init(
    run: String, plan: UndoPlan, patience: RollbackMachine.Patience = RollbackMachine.Patience()
  ) {
    self.run = run
    self.plan = plan
    self.patience = patience
  }

  public mutating func handle(_ input: RollbackInput, at now: Time) -> [RollbackAction] {
    guard phase != .finished else { return [] }
    switch input {
    case .abort:
      wantsAbort = true
      return []
    case .leaseLost(let why):
      leaseTrouble = why
      return []
    case .journalFailed(let why):
      hasJournal = false
      return end(.unfinished, "The journal failed: \(why)", at: now)
    case .withheld(let why):
      leaseTrouble = why
      return end(.unfinished, "The Lease was lost: \(why)", at: now)
    case .interrupt: return end(.unfinished, "It was interrupted.", at: now)
    default: break
    }
    if let leaseTrouble, ![.permissions, .lease, .release].contains(phase) {
      return end(.unfinished, "The Lease was lost: \(leaseTrouble)", at: now)
    }
    if let failure = input.failure { return failed(failure, input, at: now) }
    if case .waited = input, let question { return [question] }
    (trouble, question) = (nil, nil)
    if wantsAbort, ![.announcement, .release].contains(phase) {
      return end(.stopped, "The operator stopped it.", releasing: phase != .permissions, at: now)
    }
    return proceed(input, at: now)
  }

  private mutating func proceed(_ input: RollbackInput, at now: Time) -> [RollbackAction] {
    switch (phase, input) {
    case (.permissions, .begin):
      phaseBegan = now
      return [entry(.begun), .read(.creation(plan.objects))]
    case (.permissions, .facts(.success(let facts))): return takePermissions(facts, at: now)
    case (.lease, .lease(let answer)): return takeLease(answer, at: now)
    case (.planning, .facts(.success(let facts))): return takePlan(facts, at: now)
    case (.confirmation, .confirmed(let word)):
      guard word == plan.original.confirmationWord else {
        return [.ask(word: plan.original.confirmationWord)]
      }
      return [entry(.done)] + createNext(at: now)
    case (.confirmation, .declined):
      return end(.aborted, "Nothing was changed.", releasing: true, at: now)
    case (.creation, .wrote(.success)): return created(at: now)
    case (.creationCheck, .facts(.success(let facts))): return checkCreation(facts, at: now)
    case (.creationCheck, .waited): return [.read(.gate(plan.templates))]
    case (.adoption, .facts(.success(let facts))): return takeWorks(facts, at: now)
    case (.adoption, .waited): return [.read(.gate(plan.templates))]
    case (.verification, .facts(.success(let facts))): return takeMembers(facts, at: now)
    case (.flagCheck, .facts(.success(let facts))): return checkFlag(facts, at: now)
    case (.flagCheck, .waited): return [.read(.policy)]
    case (.flag, .wrote(.success)):
      isFlagBack = true
      return [entry(.done)] + announce(at: now)
    case (.announcement, .wrote): return announced(nil, at: now)
    case (.release, .released): return finish()
    default: return []
    }
  }

  mutating func move(to next: Phase, at now: Time) {
    assert(phase == next || phase.next.contains(next), "\(phase) may not be followed by \(next)")
    if phase != next { phaseBegan = now }
    phase = next
  }

  func entry(_ state: RollbackEntry.State, _ detail: JSONValue = [:]) -> RollbackAction {
    .note(RollbackEntry(phase.step, state, detail))
  }

  func isOver(_ limit: Duration, at now: Time) -> Bool { now - phaseBegan >= limit }
}
