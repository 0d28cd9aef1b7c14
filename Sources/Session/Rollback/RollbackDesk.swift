import ControlPlane
import Journal
import Karmada
import Logging
import Manifest

/// Where rollbacks are planned, run, taken up again and undone, on one control plane and with one
/// journal. The dashboard and the command line both come here.
public struct RollbackDesk: Sendable {
  /// What cannot be done, and why.
  public struct Refusal: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String
  }

  public let plane: any ControlPlane
  public let journal: Journal
  /// "ada@deck"
  public let person: String
  public var patience = RollbackMachine.Patience()
  public var leaseDuration = Duration.seconds(60)
  /// How many requests are under way at a time.
  /// No fewer than a batch of deletions, which go side by side right after the last look.
  public var width = 10
  let clock: any Clock<Duration>
  let now: @Sendable () -> Time
  let log: Logger

  public init(
    _ plane: any ControlPlane, journal: Journal, person: String,
    clock: any Clock<Duration> = ContinuousClock(), now: @escaping @Sendable () -> Time,
    log: Logger
  ) {
    self.plane = plane
    self.journal = journal
    self.person = person
    self.clock = clock
    self.now = now
    self.log = log
  }

  // MARK: Plan

  /// Reads everything and changes nothing. Throws an `APIError`.
  public static func plan(
    _ scope: RollbackScope, options: RollbackOptions = RollbackOptions(),
    on plane: any ControlPlane
  ) async throws -> RollbackPlan {
    let facts = try await RollbackReader(plane).everything(for: scope)
    return RollbackPlan(scope: scope, facts: facts, options: options)
  }

  /// The templates that a policy propagates. Throws an `APIError`.
  public static func claims(
    of policy: PolicyReference, on plane: any ControlPlane
  ) async throws -> [ObjectReference] {
    try await RollbackReader(plane).policyAndClaims(policy).claimed
  }

  // MARK: Runs

  /// Runs a plan from the beginning. Throws a `JournalError` before anything is done.
  public func run(
    _ plan: RollbackPlan, reason: String, control: RunControl, id: String? = nil,
    onChange: @escaping @Sendable (RollbackMachine) -> Void = { _ in },
    onStep: @escaping @Sendable (StepRecord) -> Void = { _ in }
  ) async throws -> RollbackReport {
    let id = id ?? RunID.make(of: plan.scope.policy, at: now())
    let record = RollbackRecord(
      id: id, server: plane.endpoint.server, context: plane.endpoint.context,
      policy: plan.scope.policy, by: person, reason: reason, startedAt: now(),
      plan: try plan.journalJSON())
    try journal.begin(record)
    let machine = RollbackMachine(run: id, plan: plan, patience: patience)
    return await runner(
      id, plan, reason, control, onChange: onChange, onStep: onStep
    ).run(machine)
  }

  /// Takes a run up where its journal says that it stands. With `control.abort()` called before, it
  /// is put back instead, or stopped where nothing can be put back any more.
  public func resume(
    _ id: String, control: RunControl,
    onChange: @escaping @Sendable (RollbackMachine) -> Void = { _ in },
    onStep: @escaping @Sendable (StepRecord) -> Void = { _ in }
  ) async throws -> RollbackReport {
    let (record, machine) = try standing(of: id)
    guard record.outcome == nil else {
      throw Refusal(description: "\(id) has ended: \(record.outcome ?? "")")
    }
    return await runner(
      id, machine.plan, record.reason, control, onChange: onChange, onStep: onStep
    ).run(machine)
  }

  /// A run as its journal tells it, without doing anything.
  public func standing(of id: String) throws -> (RollbackRecord, RollbackMachine) {
    let record = try record(id)
    guard record.action == .rollback else {
      throw Refusal(
        description: "\(id) is an undo: `quarterdeck rollback undo \(record.undoes ?? "")` goes on "
          + "with it")
    }
    guard let machine = try Self.machine(of: record, in: journal, patience: patience) else {
      throw Refusal(
        description: "the plan of \(id) cannot be read; another version may have written it")
    }
    return (record, machine)
  }

  private func record(_ id: String) throws -> RollbackRecord {
    guard let record = try journal.rollback(id) else {
      throw Refusal(
        description: "no run \(id) in \(journal.path); `quarterdeck rollback list` shows them")
    }
    guard record.server == plane.endpoint.server else {
      throw Refusal(
        description: "\(id) belongs to \(record.server) (context \(record.context)), and this is "
          + plane.endpoint.server)
    }
    return record
  }

  /// A run as its steps tell it; nil when its plan cannot be read. Throws a `JournalError`.
  public static func machine(
    of record: RollbackRecord, in journal: Journal,
    patience: RollbackMachine.Patience = RollbackMachine.Patience()
  ) throws(JournalError) -> RollbackMachine? {
    let entries = try journal.steps(of: record.id).compactMap(RollbackEntry.init)
    do {
      let plan = try RollbackPlan(journalJSON: record.plan)
      return RollbackMachine(
        resuming: record.id, plan: plan, entries: entries, patience: patience)
    } catch {
      return nil
    }
  }

  // MARK: Undo

  /// What undoing a rollback would do, from its journal alone.
  public func undoPlan(of id: String) throws -> UndoPlan {
    let (_, machine) = try standing(of: id)
    let deleted = machine.states.filter { $0.value == .deleted || $0.value == .unknown }
    guard !deleted.isEmpty else {
      throw Refusal(description: "\(id) deleted nothing; there is nothing to undo")
    }
    let snapshots = try journal.snapshots(of: id).filter { $0.role == .template }
    return UndoPlan(
      rollback: id, plan: machine.plan, flagWasSet: machine.flag == .set,
      deleted: Set(deleted.keys),
      snapshots: snapshots.map { (LiveObject($0.body), $0.isComplete) })
  }

  public func undo(
    _ plan: UndoPlan, reason: String, control: RunControl, id: String? = nil,
    onChange: @escaping @Sendable (UndoMachine) -> Void = { _ in },
    onStep: @escaping @Sendable (StepRecord) -> Void = { _ in }
  ) async throws -> RollbackReport {
    let id = id ?? RunID.make(of: plan.scope.policy, at: now())
    let record = RollbackRecord(
      id: id, action: .undo, undoes: plan.rollback, server: plane.endpoint.server,
      context: plane.endpoint.context, policy: plan.scope.policy, by: person, reason: reason,
      startedAt: now(), plan: try plan.original.journalJSON())
    try journal.begin(record)
    let machine = UndoMachine(run: id, plan: plan, patience: patience)
    return await runner(
      id, plan.original, reason, control, onChange: onChange, onStep: onStep
    ).run(machine)
  }

  // MARK: Making runners

  private func runner<Machine: RollbackDecisions>(
    _ id: String, _ plan: RollbackPlan, _ reason: String, _ control: RunControl,
    onChange: @escaping @Sendable (Machine) -> Void,
    onStep: @escaping @Sendable (StepRecord) -> Void
  ) -> RollbackRunner<Machine> {
    let audited = AuditedControlPlane(
      plane, journal: journal, reason: reason, rollback: id, now: now, log: log)
    let mark = ProcessMark()
    let nonce = String(UInt64.random(in: .min ... .max), radix: 16)
    let identity = LeaseIdentity(person: person, run: id, process: mark?.description ?? nonce)
    let keeper = LeaseKeeper(
      plan.scope, on: audited, identity: "\(identity)", mark: mark, duration: leaseDuration,
      now: now
    ) { [clock, now] duration in
      await RollbackRunner<Machine>.pause(duration, control, clock, now)
    }
    let leased = LeasedControlPlane(plane: audited, keeper: keeper)
    return RollbackRunner(
      run: id, control: control, journal: journal, keeper: keeper, plane: leased,
      reader: RollbackReader(leased, width: width), keepsSecrets: plan.options.keepsSecrets,
      now: now,
      clock: clock, log: log, onChange: onChange, onStep: onStep)
  }
}
