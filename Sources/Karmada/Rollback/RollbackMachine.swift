import Manifest

/// Decides what a rollback does next. Pure: it is told what happened and says what to do; whoever
/// runs it does that and tells what came of it.
///
/// It can be built again from what the journal has noted, however the run before it ended, and goes
/// on from there.
public struct RollbackMachine: Sendable {
  /// How long it waits for what.
  public struct Patience: Hashable, Sendable {
    /// For every Work to show the flag.
    public var gate = Duration.seconds(600)
    /// For bindings and Works to go.
    public var drain = Duration.seconds(300)
    /// For members to show that they were let go, once the Works are gone.
    public var verification = Duration.seconds(30)
    /// For Works to show what they showed before, after an abort.
    public var proof = Duration.seconds(120)
    /// For a server that does not answer.
    public var connection = Duration.seconds(300)
    /// Between two looks.
    public var interval = Duration.seconds(1)
    public init() {}
  }

  /// How the policy's flag stands.
  public enum Flag: Hashable, Sendable {
    case untouched
    /// It was set before the run.
    case wasSet
    /// Begun, and nobody knows whether the server took it.
    case unknown
    case set
    /// Set by somebody else while the run began; it is theirs to take away.
    case setByOther
    case putBack
  }

  public enum TemplateState: Hashable, Sendable {
    case standing
    /// The server was asked; its answer is not known.
    case unknown
    case deleted
    case kept(String)
  }

  public let run: String
  public internal(set) var plan: RollbackPlan
  public let patience: Patience

  public internal(set) var phase = RollbackPhase.permissions
  public internal(set) var flag = Flag.untouched
  public internal(set) var states: [ObjectReference: TemplateState] = [:]
  public internal(set) var gate: RollbackGate?
  public internal(set) var stragglers: [RollbackReport.Straggler] = []
  public internal(set) var members: [RollbackReport.Member] = []
  public internal(set) var report: RollbackReport?
  /// Templates that somebody created again after this run had deleted them.
  public internal(set) var recreated: Set<ObjectReference> = []
  /// The Lease is another's.
  public internal(set) var holder: LeaseHolder?
  /// What fails just now, since when.
  public internal(set) var trouble: (failure: RollbackFailure, since: Time)?
  /// When the present phase began.
  public internal(set) var phaseBegan = Time(nanoseconds: 0)
  /// Something has been deleted, or may have been: there is no way back but undo.
  public internal(set) var isPastReturn = false
  /// The operator has typed the name.
  public internal(set) var isConfirmed = false
  /// Why it turns back.
  public internal(set) var turningBack: String?

  var hasSnapshot = false
  /// Templates whose nudge is known to have arrived.
  var nudged: Set<ObjectReference> = []
  /// Those that it was begun for, arrived or not.
  var begunNudges: Set<ObjectReference> = []
  var currentNudge = ObjectReference()
  var isResumed = false
  /// The policy and templates as last read, for the versions that writes depend on.
  var facts = RollbackFacts()
  var currentBatch: [ObjectReference] = []
  var attempts: [ObjectReference: Int] = [:]
  var stopReason: String?
  var wantsAbort = false
  var leaseTrouble: String?
  var journalTrouble: String?
  /// What to do again once a failure has passed.
  var question: RollbackAction?
  /// What was true before something was noted as begun: the journal may fail to take the note, and
  /// then it is not done.
  var beforeNote: Before?
  var tries = 0
  var outcome: RollbackReport.Outcome?
  var closingWords = ""

  struct Before: Sendable {
    var flag: Flag
    var states: [ObjectReference: TemplateState]
    var isPastReturn: Bool
    var begunNudges: Set<ObjectReference>
  }

  /// How many templates are deleted at once. Small, so that what was read is still true.
  static let batchSize = 10
  /// How often a template's deletion is tried, or the flag is set, against changes that mean
  /// nothing (a status that Karmada writes).
  static let attemptLimit = 20

  public init(run: String, plan: RollbackPlan, patience: Patience = Patience()) {
    self.run = run
    self.plan = plan
    self.patience = patience
    for template in plan.templates { states[template.object.identity] = .standing }
  }

  /// Whether anything on the server, the Lease aside, is or may be other than it was.
  public var hasChanged: Bool {
    switch flag {
    case .set, .unknown: true
    case .untouched, .wasSet, .setByOther, .putBack: isPastReturn || !begunNudges.isEmpty
    }
  }

  // MARK: Input

  /// Takes one answer or message in; says what to do now.
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
      journalTrouble = why
      // What was to be noted was not begun.
      if let beforeNote { restore(beforeNote) }
      return end(.unfinished, "The journal failed: \(why)", at: now)
    case .withheld(let why):
      leaseTrouble = why
      if let beforeNote { restore(beforeNote) }
      return end(.unfinished, "The Lease was lost: \(why)", at: now)
    case .interrupt:
      return end(.unfinished, "It was interrupted.", at: now)
    default: break
    }
    beforeNote = nil
    if let leaseTrouble, mayWrite {
      note(answer: input)
      return end(.unfinished, "The Lease was lost: \(leaseTrouble)", at: now)
    }
    if let failure = input.failure { return handle(failure, of: input, at: now) }
    if case .waited = input, let question { return [question] }
    trouble = nil
    tries = 0
    question = nil
    if wantsAbort, let actions = abort(at: now) { return actions }
    return proceed(input, at: now)
  }

  private mutating func proceed(_ input: RollbackInput, at now: Time) -> [RollbackAction] {
    switch (phase, input) {
    case (.permissions, .begin): return begin(at: now)
    case (.permissions, .facts(.success(let facts))): return takePermissions(facts, at: now)
    case (.lease, .lease(let answer)): return takeLease(answer, at: now)
    case (.planning, .facts(.success(let facts))): return takePlan(facts, at: now)
    case (.snapshot, .snapshotKept): return afterSnapshot(at: now)
    case (.flag, .wrote(.success(let policy))): return flagWritten(policy, at: now)
    case (.flagCheck, .waited), (.nudgeCheck, .waited): return [.read(.gate(standing))]
    case (.flagCheck, .facts(.success(let facts))): return checkFlag(facts, at: now)
    case (.nudge, .wrote(.success)): return nudgeWritten(at: now)
    case (.nudgeCheck, .facts(.success(let facts))): return checkNudge(facts, at: now)
    case (.gate, .facts(.success(let facts))): return takeGate(facts, at: now)
    case (.gate, .waited): return lookAtGate(at: now)
    case (.confirmation, .confirmed(let word)): return confirm(word, at: now)
    case (.confirmation, .declined): return turnBack("the operator declined", at: now)
    case (.reread, .facts(.success(let facts))): return takeReread(facts, at: now)
    case (.batch, .facts(.success(let facts))): return takeBatch(facts, at: now)
    case (.batch, .waited): return nextBatch(at: now)
    case (.deletion, .deleted(let results)): return takeDeletions(results, at: now)
    case (.deletionCheck, .facts(.success(let facts))): return checkDeletions(facts, at: now)
    case (.deletionCheck, .waited): return [.read(.gate(unknownTemplates))]
    case (.drain, .facts(.success(let facts))): return takeLeftovers(facts, at: now)
    case (.drain, .waited): return [.read(.leftovers)]
    case (.verification, .facts(.success(let facts))): return takeMembers(facts, at: now)
    case (.verification, .waited): return [.read(.members)]
    case (.restoreCheck, .facts(.success(let facts))): return checkRestore(facts, at: now)
    case (.restore, .wrote(.success)): return restored(at: now)
    case (.putBackCheck, .facts(.success(let facts))): return checkPutBack(facts, at: now)
    case (.putBackCheck, .waited): return [.read(.gate(plan.templates.map(\.object.identity)))]
    case (.putBack, .wrote(.success)): return putBackWritten(at: now)
    case (.proof, .facts(.success(let facts))): return takeProof(facts, at: now)
    case (.proof, .waited): return [.read(.gate(plan.templates.map(\.object.identity)))]
    case (.announcement, .wrote): return announced(nil, at: now)
    case (.release, .released): return finish()
    // An answer to nothing that was asked: the question still stands.
    default: return []
    }
  }

  // MARK: Moving on

  var before: Before {
    Before(
      flag: flag, states: states, isPastReturn: isPastReturn, begunNudges: begunNudges)
  }

  /// Nothing may be written without the Lease; looking is free.
  private var mayWrite: Bool {
    switch phase {
    case .permissions, .lease, .drain, .verification, .announcement, .release, .finished: false
    default: true
    }
  }

  private mutating func restore(_ before: Before) {
    flag = before.flag
    states = before.states
    isPastReturn = before.isPastReturn
    begunNudges = before.begunNudges
  }

  /// The answer to a write came together with the end: what it says is still true.
  private mutating func note(answer input: RollbackInput) {
    switch input {
    case .wrote(.success) where phase == .flag: flag = .set
    case .wrote(.success) where phase == .restore: flag = .putBack
    case .deleted(let results): sort(results)
    default: break
    }
  }

  mutating func move(to next: RollbackPhase, at now: Time) {
    assert(
      phase == next || phase.next.contains(next), "\(phase) may not be followed by \(next)")
    if phase != next { phaseBegan = now }
    phase = next
  }

  /// Waits, then comes back with `waited`.
  func pause() -> [RollbackAction] { [.wait(patience.interval)] }

  func isOver(_ limit: Duration, at now: Time) -> Bool { now - phaseBegan >= limit }

  func entry(
    _ state: RollbackEntry.State, _ detail: JSONValue = [:]
  ) -> RollbackAction {
    .note(RollbackEntry(phase.step, state, detail))
  }

  var standing: [ObjectReference] {
    plan.templates.map(\.object.identity).filter { states[$0] == .standing }
  }

  var unknownTemplates: [ObjectReference] {
    plan.templates.map(\.object.identity).filter { states[$0] == .unknown }
  }

  var deleted: Set<ObjectReference> {
    Set(states.filter { $0.value == .deleted }.keys)
  }
}

extension RollbackInput {
  /// A single failure that an answer consists of; deletions have one each and are looked at there.
  var failure: RollbackFailure? {
    switch self {
    case .facts(.failure(let failure)), .wrote(.failure(let failure)), .lease(.failed(let failure)):
      failure
    default: nil
    }
  }
}
