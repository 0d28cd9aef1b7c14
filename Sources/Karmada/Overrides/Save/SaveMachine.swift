import Manifest

/// What a machine asks for next.
public enum SaveAction: Hashable, Sendable {
  /// Everything the plan was made from, once more.
  case reread
  /// Keep the policy as it was and as it will be, before anything is sent.
  case note
  case send(SaveRequest)
  /// Only the policy: the answer to a change got lost.
  case look
  /// The Works of these bindings.
  case readWorks([SaveMachine.Binding])
  case wait(Duration)
  case finish(SaveReport)
}

/// What came of it.
public enum SaveInput: Sendable {
  case begin
  case facts(Result<SaveFacts, SaveFailure>)
  case noted
  case journalFailed(String)
  /// The policy as the server has it now; nil after a deletion.
  case sent(Result<JSONValue?, SaveFailure>)
  case looked(Result<JSONValue?, SaveFailure>)
  case works(Result<[JSONValue], SaveFailure>)
  case waited
  /// Nobody watches any longer.
  case stop
}

/// Decides how a policy is saved: looks once more, notes, sends once, finds out what became of it
/// where no answer came, and watches until every cluster's Work is what was predicted or it is
/// known why not. Pure: it is told what happened and says what to do.
public struct SaveMachine: Sendable {
  public enum Phase: String, Hashable, Sendable {
    case rereading, noting, sending
    /// The answer got lost: was it done?
    case resolving
    case converging
    case finished
  }

  public struct Patience: Hashable, Sendable {
    /// For every Work to become what was predicted.
    public var convergence = Duration.seconds(90)
    /// For a server that does not answer, after the change was sent.
    public var connection = Duration.seconds(120)
    /// Between two looks.
    public var interval = Duration.seconds(1)
    public init() {}
  }

  /// How a binding's Works are found.
  public struct Binding: Hashable, Sendable {
    public var permanentID: String
    public var isClusterScoped: Bool

    public init(permanentID: String, isClusterScoped: Bool) {
      self.permanentID = permanentID
      self.isClusterScoped = isClusterScoped
    }
  }

  /// One object on one cluster.
  public struct Cell: Hashable, Sendable {
    public enum State: Hashable, Sendable {
      case waiting
      /// The Work is what was predicted.
      case agrees
      /// It is, and the member has not taken it: why.
      case notApplied(String)
      /// It is not, and why.
      case differs(String)
    }
    public var title: String
    public var cluster: String
    public var state: State
  }

  public let plan: SavePlan
  public let patience: Patience
  public private(set) var phase = Phase.rereading
  public private(set) var cells: [Cell]
  /// The policy as the server has it after the change; nil before, and after a deletion.
  public private(set) var saved: JSONValue?
  public private(set) var report: SaveReport?
  /// What goes wrong just now.
  public internal(set) var trouble: String?
  private(set) var phaseBegan = Time(nanoseconds: 0)
  /// What keeps a cell from agreeing, as last seen; by its place in `cells`.
  private var sightings: [Int: String] = [:]

  public init(_ plan: SavePlan, patience: Patience = Patience()) {
    self.plan = plan
    self.patience = patience
    cells = plan.expectations.flatMap { expectation in
      expectation.cells.map { cell in
        Cell(
          title: expectation.title, cluster: cell.cluster,
          state: cell.obstacle.map { .differs($0) } ?? .waiting)
      }
    }
  }

  // MARK: Input

  public mutating func handle(_ input: SaveInput, at now: Time) -> SaveAction? {
    guard phase != .finished else { return nil }
    switch (phase, input) {
    case (_, .stop): return stop()
    case (.rereading, .begin): return enter(.rereading, .reread, at: now)
    case (.rereading, .facts(.success(let facts))): return judge(facts, at: now)
    case (.rereading, .facts(.failure(let failure))):
      return finish(failure.kind == .forbidden ? .notPermitted : .unreachable, "\(failure)")
    case (.noting, .noted):
      guard let request = plan.request else { return finish(.changed, "there is nothing to send") }
      return enter(.sending, .send(request), at: now)
    case (.noting, .journalFailed(let why)), (.sending, .journalFailed(let why)):
      return finish(.blocked, "nothing was sent: \(why)")
    case (.sending, .sent(.success(let policy))): return converge(from: policy, at: now)
    case (.sending, .sent(.failure(let failure))): return take(failure, at: now)
    case (.resolving, .looked(.success(let policy))): return resolve(policy, at: now)
    case (.resolving, .looked(.failure(let failure))): return lookAgain(after: failure, at: now)
    case (.resolving, .waited): return .look
    case (.converging, .works(let works)): return compare(works, at: now)
    case (.converging, .waited): return .readWorks(openBindings)
    default: return nil
    }
  }

  mutating func enter(_ phase: Phase, _ action: SaveAction, at now: Time) -> SaveAction {
    self.phase = phase
    phaseBegan = now
    trouble = nil
    return action
  }

  mutating func finish(
    _ outcome: SaveReport.Outcome, _ words: String, problems: [OverrideProblem] = []
  ) -> SaveAction {
    phase = .finished
    let report = SaveReport(
      policy: plan.intent.policy, action: plan.request?.verb ?? plan.intent.action.rawValue,
      outcome: outcome, words: words, cells: cells, saved: saved, problems: problems)
    self.report = report
    return .finish(report)
  }

  // MARK: Before it is sent

  /// What was confirmed must still be what would happen.
  private mutating func judge(_ facts: SaveFacts, at now: Time) -> SaveAction {
    let fresh = SavePlan(plan.intent, facts, caution: plan.caution)
    guard fresh.request == plan.request else {
      return finish(
        .changed,
        "somebody has changed the policy since you looked; nothing was sent. Look at it again")
    }
    guard fresh.isSame(as: plan) else {
      return finish(
        .changed,
        "the fleet has changed under the preview: \(fresh.reach.sentence) Nothing was sent; look "
          + "at it again")
    }
    return enter(.noting, .note, at: now)
  }

  // MARK: Convergence

  mutating func converge(from policy: JSONValue?, at now: Time) -> SaveAction {
    saved = policy
    let bindings = openBindings
    if bindings.isEmpty { return conclude() }
    return enter(.converging, .readWorks(bindings), at: now)
  }

  /// Those with a cell that is not settled.
  private var openBindings: [Binding] {
    var index = 0
    return plan.expectations.compactMap { expectation in
      let range = index..<index + expectation.cells.count
      index = range.upperBound
      guard let id = expectation.permanentID,
        cells[range].contains(where: { !isSettled($0) })
      else { return nil }
      return Binding(permanentID: id, isClusterScoped: expectation.isClusterScoped)
    }
  }

  private mutating func compare(
    _ works: Result<[JSONValue], SaveFailure>, at now: Time
  ) -> SaveAction {
    switch works {
    case .success(let works):
      trouble = nil
      see(works)
    case .failure(let failure):
      trouble = "\(failure)"
      if failure.kind == .forbidden { return conclude("the Works cannot be read: \(failure)") }
    }
    if openBindings.isEmpty { return conclude() }
    guard now - phaseBegan < patience.convergence else {
      return conclude(trouble.map { "the Works cannot be read: \($0)" })
    }
    return .wait(patience.interval)
  }

  private mutating func see(_ works: [JSONValue]) {
    var byBinding: [String: [JSONValue]] = [:]
    for work in works {
      let labels = work[path: "metadata", "labels"]
      for key in ["resourcebinding", "clusterresourcebinding"] {
        guard let id = labels?["\(key).karmada.io/permanent-id"]?.string else { continue }
        byBinding[id, default: []].append(work)
      }
    }
    var index = 0
    for expectation in plan.expectations {
      let mine = expectation.permanentID.flatMap { byBinding[$0] } ?? []
      for cell in expectation.cells {
        if !isSettled(cells[index]) {
          let (state, sighting) = Self.state(of: cell, expectation, mine)
          cells[index].state = state
          sightings[index] = sighting
        }
        index += 1
      }
    }
  }

  private static func state(
    of cell: SaveExpectation.Cell, _ expectation: SaveExpectation, _ works: [JSONValue]
  ) -> (Cell.State, String?) {
    let namespace = "karmada-es-\(cell.cluster)"
    guard
      let work = works.first(where: { $0[path: "metadata", "namespace"]?.string == namespace })
    else { return (.waiting, "it has no Work there") }
    let comparison = WorkComparison(
      work, prediction: cell.variant, relayed: expectation.relayedLabels)
    guard comparison.agrees else {
      let places = (comparison.differences ?? []).map(\.description)
      return (.waiting, "its Work is another at \(SavePlan.some(places))")
    }
    if comparison.isSuspended { return (.notApplied("its dispatching is suspended"), nil) }
    if comparison.isApplied { return (.agrees, nil) }
    let message = comparison.appliedMessage
    return (.notApplied(message.isEmpty ? "the member has not taken it yet" : message), nil)
  }

  /// Nothing more is expected of it. A member that is not ready is not waited for.
  private func isSettled(_ cell: Cell) -> Bool {
    switch cell.state {
    case .agrees, .differs: true
    case .notApplied: plan.notReady.contains(cell.cluster)
    case .waiting: false
    }
  }

  /// It is over; what has not come to agree says why not, as far as can be seen.
  private mutating func conclude(_ why: String? = nil) -> SaveAction {
    for i in cells.indices where cells[i].state == .waiting {
      cells[i].state = .differs(why ?? sightings[i] ?? "its binding has no Works yet")
    }
    let missing = cells.count { $0.isMissing }
    if missing == 0 {
      return finish(.saved, cells.isEmpty ? "no Work changes" : "every Work is as predicted")
    }
    return finish(.diverged, "\(missing) of \(cells.count) Works are not as predicted")
  }

  /// Nobody watches any longer: what has not come to agree may still.
  private mutating func leave() -> SaveAction {
    let waiting = cells.count { $0.state == .waiting }
    if waiting == 0 { return conclude() }
    return finish(
      .diverged,
      "not watched any longer; \(waiting) of \(cells.count) Works were not as predicted yet")
  }

  private mutating func stop() -> SaveAction {
    switch phase {
    case .rereading, .noting: return finish(.blocked, "stopped; nothing was sent")
    case .sending, .resolving:
      return finish(
        .unknown, "stopped while no answer had come; look at the policy before you save again")
    case .converging, .finished: return leave()
    }
  }
}

extension SaveMachine.Cell {
  /// Its Work is not what was predicted.
  public var isMissing: Bool {
    switch state {
    case .agrees, .notApplied: false
    case .waiting, .differs: true
    }
  }
}
