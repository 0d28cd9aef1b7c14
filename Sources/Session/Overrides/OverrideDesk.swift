import ControlPlane
import Dashboard
import Journal
import Karmada
import Logging
import Manifest

/// Where changes of override policies are planned, saved and undone, on one control plane and with
/// one journal. The dashboard and the command line both come here.
public struct OverrideDesk: Sendable {
  /// What cannot be done, and why.
  public struct Refusal: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String
    public init(_ description: String) { self.description = description }
  }

  public let plane: any ControlPlane
  /// "ada@deck"
  public let person: String
  public var patience = SaveMachine.Patience()
  public var caution = SaveCaution()
  let discovery: Discovery
  let clock: any Clock<Duration>
  let now: @Sendable () -> Time
  let log: Logger

  public init(
    _ plane: any ControlPlane, person: String, clock: any Clock<Duration> = ContinuousClock(),
    now: @escaping @Sendable () -> Time, log: Logger
  ) {
    self.init(
      plane, discovery: Discovery(plane), person: person, clock: clock, now: now, log: log)
  }

  init(
    _ plane: any ControlPlane, discovery: Discovery, person: String, clock: any Clock<Duration>,
    now: @escaping @Sendable () -> Time, log: Logger
  ) {
    self.plane = plane
    self.discovery = discovery
    self.person = person
    self.clock = clock
    self.now = now
    self.log = log
  }

  /// The same desk, with somebody sitting at it.
  func naming(_ person: String, on plane: any ControlPlane) -> OverrideDesk {
    var desk = OverrideDesk(
      plane, discovery: discovery, person: person, clock: clock, now: now, log: log)
    (desk.patience, desk.caution) = (patience, caution)
    return desk
  }

  private var reader: OverrideReader { OverrideReader(plane, discovery: discovery) }

  // MARK: Reading

  /// nil when there is none. Throws an `APIError`.
  public func policy(_ reference: PolicyReference) async throws -> JSONValue? {
    try await reader.policy(reference)
  }

  /// What a draft is held against, and the policy as it is. Throws an `APIError`.
  ///
  /// - Parameter wanted: the draft as it stands; it may select other objects than the policy does.
  public func facts(
    for policy: PolicyReference, wanted: [JSONValue] = []
  ) async throws -> SaveFacts {
    try await reader.facts(for: policy, wanted: wanted)
  }

  // MARK: Plans

  /// Reads everything, has the server check the change (dryRun=All, fieldValidation=Strict), and
  /// changes nothing. What the server says no to, whatever its reason, blocks the plan. Throws an `APIError` when something could not be read, or the server did not
  /// answer the dry run.
  public func plan(_ intent: SaveIntent) async throws -> SavePlan {
    let facts = try await facts(for: intent)
    var plan = SavePlan(intent, facts, caution: caution)
    guard let request = plan.request, plan.problems.isEmpty else { return plan }
    do {
      let answer = try await plane.sendForValue(
        request.apiRequest(for: intent.policy, dryRun: true))
      plan.take(checked: .success(request.body.map { _ in answer }))
    } catch let error as APIError {
      let failure = SaveFailure(error)
      guard [.refused, .missing, .conflict].contains(failure.kind) else { throw error }
      plan.take(checked: .failure(failure))
    }
    return plan
  }

  private func facts(for intent: SaveIntent) async throws -> SaveFacts {
    let versions = [intent.base, intent.wanted].compactMap { $0 }
    return try await reader.facts(for: intent.policy, wanted: versions)
  }

  /// What undoing an edit would do. Throws a `JournalError`, a `Refusal`, or what `plan` throws.
  public func planUndo(of id: String, in journal: Journal) async throws -> SavePlan {
    try await plan(try undoIntent(of: id, in: journal))
  }

  /// The newest edit of a policy that changed something and that no later one has undone; nil when
  /// there is none. Throws a `JournalError`.
  public static func undoable(
    _ policy: PolicyReference, on plane: any ControlPlane, in journal: Journal
  ) throws -> String? {
    let edits = try journal.overrideEdits(server: plane.endpoint.server, of: policy)
      .filter { SaveReport.Outcome.mayHaveSaved($0.outcome) }
    let undone = Set(edits.compactMap(\.undoes))
    // An undo is undone by undoing what it undid again: it is an edit like any other.
    return edits.first { !undone.contains($0.id) && $0.undoes == nil }?.id
      ?? edits.first { !undone.contains($0.id) }?.id
  }

  /// The edit that somebody means. Throws a `JournalError`, or a `Refusal` when there is none.
  public static func edit(
    _ subject: UndoSubject, on plane: any ControlPlane, in journal: Journal
  ) throws -> String {
    let policies: Set<PolicyReference>
    switch subject {
    case .newest(let policy): policies = [policy]
    case .named(let name):
      if try journal.overrideEdit(name) != nil { return name }
      policies = Set(
        try journal.overrideEdits(server: plane.endpoint.server).map(\.policy)
          .filter { $0.key.description == name })
      guard !policies.isEmpty else {
        throw Refusal("the journal knows of no edit or policy “\(name)”; :edits lists them")
      }
    }
    for policy in policies {
      if let id = try undoable(policy, on: plane, in: journal) { return id }
    }
    let names = policies.map { "\($0.kind) \($0.key)" }.joined(separator: ", ")
    throw Refusal("the journal knows of no change of \(names) to undo")
  }

  /// The earlier version wanted again, from the version that the edit left behind.
  public func undoIntent(of id: String, in journal: Journal) throws -> SaveIntent {
    guard let record = try journal.overrideEdit(id) else {
      throw Refusal("no edit \(id) in \(journal.path); `quarterdeck override list` shows them")
    }
    guard record.server == plane.endpoint.server else {
      throw Refusal(
        "\(id) belongs to \(record.server) (context \(record.context)), and this is "
          + plane.endpoint.server)
    }
    guard SaveReport.Outcome.mayHaveSaved(record.outcome) else {
      throw Refusal("\(id) changed nothing; there is nothing to undo")
    }
    return SaveIntent(
      policy: record.policy, base: record.after, wanted: record.before, undoes: id)
  }

  // MARK: Saving

  /// Carries a plan out and watches until every Work is as predicted. Never throws: what went wrong
  /// is in the report.
  ///
  /// - Parameters:
  ///   - isStopped: asked between two looks; true ends the watching.
  ///   - onChange: told after every decision.
  public func save(
    _ plan: SavePlan, reason: String, journal: Journal,
    isStopped: @escaping @Sendable () -> Bool = { false },
    onChange: @escaping @Sendable (SaveMachine) -> Void = { _ in }
  ) async -> SaveReport {
    let runner = SaveRunner(
      desk: self, journal: journal, reason: reason,
      id: RunID.make(of: plan.intent.policy, at: now()),
      isStopped: isStopped, onChange: onChange)
    return await runner.run(SaveMachine(plan, patience: patience))
  }

  func refreshedFacts(for plan: SavePlan) async throws -> SaveFacts {
    try await facts(for: plan.intent)
  }

  func works(of bindings: [SaveMachine.Binding]) async throws -> [JSONValue] {
    try await reader.works(of: bindings)
  }
}

extension SaveRequest {
  func apiRequest(for policy: PolicyReference, dryRun: Bool) -> APIRequest {
    let resource = policy.overrideResource
    let namespace = policy.key.namespace.isEmpty ? nil : policy.key.namespace
    let options = WriteOptions(dryRun: dryRun, fieldValidation: .strict)
    switch self {
    case .create(let body):
      return .create(resource, namespace: namespace, object: body, options: options)
    case .update(let body):
      return .update(
        resource, namespace: namespace, name: policy.key.name, object: body, options: options)
    case .delete(let uid, let version):
      return .delete(
        resource, namespace: namespace, name: policy.key.name,
        preconditions: Preconditions(uid: uid, resourceVersion: version), dryRun: dryRun)
    }
  }
}
