import Karmada
import Manifest

/// A line of the Rollbacks pane: a run, or what can be seen of a rollback that no journal here
/// tells of.
public struct RollbackRow: ListRow {
  public enum Content: Sendable {
    case run(RollbackRun)
    case live(LiveRollback)
    case sighting(RollbackSighting)
  }
  public var content: Content

  public init(_ content: Content) { self.content = content }

  // Runs are no objects of the API: what they are called stands where an object's name does.

  public static func key(run id: String) -> RowKey {
    RowKey(.propagationPolicies, ObjectKey(namespace: "(rollback)", name: id))
  }

  public static func key(sighting policy: PolicyReference) -> RowKey {
    RowKey(
      policy.key.namespace.isEmpty ? .clusterPropagationPolicies : .propagationPolicies,
      ObjectKey(namespace: "(seen)", name: policy.key.description))
  }

  public var key: RowKey {
    switch content {
    case .run(let run): Self.key(run: run.id)
    case .live(let live): Self.key(run: live.id)
    case .sighting(let sighting): Self.key(sighting: sighting.policy)
    }
  }

  public var policy: PolicyReference {
    switch content {
    case .run(let run): run.policy
    case .live(let live): live.policy
    case .sighting(let sighting): sighting.policy
    }
  }

  /// What the STATE column says, with its meaning and how urgent it is.
  public var state: (word: String, role: Role, rank: Int64) {
    switch content {
    case .live(let live):
      guard let report = live.report else {
        let step = live.step?.rawValue ?? "starting"
        return live.asks == nil
          ? ("running: \(step)", .progress, 1) : ("WAITS FOR YOU", .warning, 0)
      }
      return Self.state(of: report.isResumable ? nil : report.outcome)
    case .run(let run): return Self.state(of: run.outcome)
    case .sighting(let sighting):
      switch sighting.stage {
      case .lost: return ("LOST", .bad, 0)
      case .leaving: return ("going", .progress, 3)
      case .arriving: return ("flag arriving", .warning, 4)
      case .ready where sighting.progress.all == 0: return ("flag on bindings", .warning, 4)
      case .ready: return ("flag everywhere", .good, 5)
      case .over: return ("gone", .muted, 7)
      }
    }
  }

  private static func state(
    of outcome: RollbackReport.Outcome?
  ) -> (word: String, role: Role, rank: Int64) {
    switch outcome {
    case nil, .unfinished: ("UNFINISHED", .bad, 2)
    case .lost: ("LOST", .bad, 2)
    case .stopped: ("stopped", .warning, 6)
    case .done: ("done", .good, 8)
    case .aborted: ("put back", .muted, 8)
    case .blocked, .held, .notPermitted, .unreachable: ("not begun", .muted, 9)
    }
  }

  /// Needs a person.
  public var isRaised: Bool { state.rank <= 2 }

  public static let raisedTag: UInt32 = 1
  public var tag: UInt32 { isRaised ? Self.raisedTag : 0 }

  public var when: Time? {
    switch content {
    case .run(let run): run.startedAt
    case .live(let live): live.startedAt
    case .sighting(let sighting): sighting.since
    }
  }

  /// "3/3", templates that are gone of all; for what is only seen, Works that show the flag.
  var progressText: String {
    switch content {
    case .run(let run): return Self.progress(run.machine)
    case .live(let live): return Self.progress(live.rollback)
    case .sighting(let sighting):
      let leaving = sighting.workloads.values.count { $0.binding.leavingSince != nil }
      if leaving > 0 { return "\(leaving)/\(sighting.workloads.count)" }
      let (showing, all) = sighting.progress
      return all == 0 ? "" : "\(showing)/\(all)"
    }
  }

  private static func progress(_ machine: RollbackMachine?) -> String {
    guard let machine else { return "" }
    return "\(machine.states.values.count { $0 == .deleted })/\(machine.plan.templates.count)"
  }

  var by: String {
    switch content {
    case .run(let run): run.by
    case .live: "you"
    case .sighting: "?"
    }
  }

  /// What stands behind the state, in one line.
  public var why: String {
    switch content {
    case .live(let live):
      guard let report = live.report else { return live.step?.title ?? "" }
      return Self.ending(report, isUndo: live.undo != nil)
    case .run(let run):
      let ending = run.report.map { Self.ending($0, isUndo: run.undoes != nil) } ?? "cut off"
      return "\(run.reason): \(ending)"
    case .sighting(let sighting): return RollbackLines.sentence(sighting)
    }
  }

  /// What came of it without what other columns say.
  private static func ending(_ report: RollbackReport, isUndo: Bool) -> String {
    guard report.outcome == .done else { return report.summary }
    let good = report.members.count { [.kept, .changed, .adopted].contains($0.verdict) }
    let all = report.members.count { $0.verdict != .untouched }
    return isUndo
      ? "undone, \(good) of \(all) member objects taken over again"
      : "\(good) of \(all) member objects kept"
  }

  public var searchTexts: [String] {
    [policy.key.namespace, policy.key.name, state.word, by, why, key.object.name]
  }

  public static let filterFields: [FilterField] = [.ns, .name, .policy, .reason]

  public func values(of field: FilterField) -> [String]? {
    switch field {
    case .ns: [policy.key.namespace]
    case .name, .policy: [policy.key.name, "\(policy.key)"]
    case .reason: [state.word]
    default: nil
    }
  }

  public static let defaultSort = Sort("state")

  public static let columns: [Column<RollbackRow>] = [
    Column("state", "STATE", width: 10...16, rank: 0) {
      SortKey($0.state.rank, "\($0.when.map { Int64.max - $0.sortable } ?? 0)".padded20)
    } cell: { row, _ in
      [Span(row.state.word, row.state.role)]
    },
    Column("when", "WHEN", width: 4...6, rank: 1, alignment: .right) {
      SortKey(-($0.when?.sortable ?? 0))
    } cell: { row, now in
      [Span(row.when.map { Age.since($0, now: now) } ?? "", .muted)]
    },
    Column("policy", "POLICY", width: 12...40, rank: 0) {
      SortKey(0, "\($0.policy.key)")
    } cell: { row, _ in
      [
        Span(
          row.policy.key.namespace.isEmpty ? "" : row.policy.key.namespace + "/", .muted),
        Span(row.policy.key.name, .emphasis),
      ]
    },
    Column("gone", "GONE", width: 5...11, rank: 3, alignment: .right) {
      SortKey(0, $0.progressText)
    } cell: { row, _ in
      [Span(row.progressText)]
    },
    Column("by", "BY", width: 4...16, rank: 4) {
      SortKey(0, $0.by)
    } cell: { row, _ in
      [Span(row.by, .muted)]
    },
    Column("why", "WHY", width: 16...400, rank: 2) {
      SortKey(0, $0.why)
    } cell: { row, _ in
      [Span(row.why)]
    },
  ]
}

extension String {
  /// Numbers as texts that sort like numbers.
  fileprivate var padded20: String { String(repeating: "0", count: max(0, 20 - count)) + self }
}

extension Time {
  /// Nanoseconds since 1970 that can be subtracted from anything: a server may say any year.
  fileprivate var sortable: Int64 { max(0, nanoseconds) }
}
