import Karmada
import Manifest

/// A line of the Bindings pane: one resource template and where it runs.
public struct BindingRow: ListRow {
  public var binding: ResourceBinding
  /// Kept, because sorting and counting ask for it far more often than the binding changes.
  public let state: BindingState

  public init(_ binding: ResourceBinding) {
    self.binding = binding
    state = binding.state
  }

  public var key: RowKey {
    RowKey(
      binding.metadata.namespace.isEmpty ? .clusterResourceBindings : .resourceBindings,
      binding.metadata.key)
  }

  /// Why the state is what it is, as far as the columns beside do not say it; empty when there is nothing
  /// to explain, as for most rows.
  public var why: String {
    switch state {
    case .evicting:
      // From where is said by CLUSTERS.
      binding.gracefulEvictionTasks.map { task in
        task.suppressDeletion == true ? "\(task.reason), held until confirmed" : task.reason
      }.joined(separator: ", ")
    case .suspended: "by its policy"
    case .unknown, .healthy: ""
    case .stranded, .unscheduled, .notApplied, .unhealthy, .deleting: binding.stateReason
    }
  }

  /// "Deployment/web".
  public var resourceText: String { "\(binding.resource.kind)/\(binding.resource.name)" }

  /// Target clusters that report the manifest applied, and how many there are.
  public var applied: (count: Int, of: Int) { tally { $0.applied } }
  public var healthy: (count: Int, of: Int) { tally { $0.health == .healthy } }

  private func tally(_ holds: (ResourceBinding.AggregatedStatusItem) -> Bool) -> (Int, Int) {
    let count = binding.clusters.count { target in
      binding.aggregatedStatus.contains { $0.clusterName == target.name && holds($0) }
    }
    return (count, binding.clusters.count)
  }

  /// The tag of bindings that need a person.
  public static let wrongTag: UInt32 = 1
  public var tag: UInt32 { state.isWrong ? Self.wrongTag : 0 }

  public var searchTexts: [String] {
    [
      state.word, binding.metadata.namespace, binding.resource.kind,
      "\(ShortKind.of(binding.resource.kind))/\(binding.resource.name)",
    ] + binding.clusters.map(\.name) + binding.gracefulEvictionTasks.map(\.fromCluster) + [
      why
    ]
  }

  public static let filterFields: [FilterField] = [
    .ns, .kind, .name, .cluster, .policy, .health, .applied, .reason, .label,
  ]

  public func values(of field: FilterField) -> [String]? {
    switch field {
    case .ns: [binding.metadata.namespace]
    case .kind: [binding.resource.kind]
    case .name: [binding.resource.name, binding.metadata.name]
    case .cluster:
      binding.clusters.map(\.name) + binding.gracefulEvictionTasks.map(\.fromCluster)
    case .policy: binding.policy.map { [$0.key.name, "\($0.key)"] } ?? []
    case .health: [state.word]
    case .applied: [applied.count == applied.of && applied.of > 0 ? "true" : "false"]
    case .reason:
      binding.conditions.map(\.reason) + binding.gracefulEvictionTasks.map(\.reason)
    case .label: binding.metadata.labels.flatMap { [$0.key, "\($0.key)=\($0.value)"] }
    case .type, .outcome, .when: nil
    }
  }

  public static let defaultSort = Sort("state")

  public static let columns: [Column<BindingRow>] = [
    Column("state", "STATE", width: 11...11, rank: 0) {
      SortKey(Int64($0.state.rawValue))
    } cell: { row, _ in
      [Span(row.state.word, row.state.role)]
    },
    Column("namespace", "NAMESPACE", width: 9...24, rank: 2) {
      SortKey(0, $0.binding.metadata.namespace)
    } cell: { row, _ in
      let namespace = row.binding.metadata.namespace
      return [namespace.isEmpty ? Span("(cluster)", .muted) : Span(namespace)]
    },
    Column("name", "RESOURCE", width: 20...44, rank: 0, whole: { $0.resourceText }) {
      SortKey(0, "\($0.binding.resource.name) \($0.binding.resource.kind)")
    } cell: { row, _ in
      ShortKind.cell(row.binding.resource.kind, row.binding.resource.name)
    },
    Column("clusters", "CLUSTERS", width: 12...40, rank: 1, whole: { $0.clustersText }) {
      SortKey(Int64($0.binding.clusters.count), $0.clusterNames)
    } cell: { row, _ in
      row.clustersCell
    },
    Column("applied", "APPLIED", width: 7...7, rank: 5, alignment: .right) {
      SortKey(Int64($0.applied.count - $0.applied.of))
    } cell: { row, _ in
      fraction(row.applied, short: .bad)
    },
    Column("healthy", "HEALTHY", width: 7...7, rank: 6, alignment: .right) {
      SortKey(Int64($0.healthy.count - $0.healthy.of))
    } cell: { row, _ in
      fraction(row.healthy, short: row.state == .unhealthy ? .bad : .muted)
    },
    Column("age", "AGE", width: 5...6, rank: 7, alignment: .right) {
      SortKey(-($0.binding.metadata.creationTimestamp?.nanoseconds ?? 0))
    } cell: { row, now in
      [Span(Age.since(row.binding.metadata.creationTimestamp, now: now), .muted)]
    },
    Column("why", "WHY", width: 15...400, rank: 3) {
      let why = $0.why
      return SortKey(why.isEmpty ? 1 : 0, why)
    } cell: { row, _ in
      [
        Span(
          row.why,
          row.state == .stranded ? .stranded : row.state.isWrong ? .text : .muted)
      ]
    },
  ]

  private var clusterNames: String {
    binding.clusters.reduce(into: "") { text, target in
      if !text.isEmpty { text += " " }
      text += target.name
    }
  }

  private var clustersText: String {
    if state == .stranded { return "none" }
    let leaving = binding.gracefulEvictionTasks.map(\.fromCluster).joined(separator: " ")
    let targets = clusterNames.isEmpty ? "-" : clusterNames
    return leaving.isEmpty ? targets : "\(leaving)→\(targets)"
  }

  /// Where it runs, and where it is leaving: "member3→member1".
  private var clustersCell: Line {
    if state == .stranded { return [Span("none", .stranded)] }
    let leaving = binding.gracefulEvictionTasks.map(\.fromCluster)
    let targets = binding.clusters.map(\.name)
    var line: Line = leaving.isEmpty ? [] : [Span(ClusterNames.short(leaving) + "→", .evicting)]
    line.append(targets.isEmpty ? Span("-", .muted) : Span(ClusterNames.short(targets)))
    return line
  }

  private static func fraction(_ value: (count: Int, of: Int), short: Role) -> Line {
    if value.of == 0 { return [Span("-", .muted)] }
    return [Span("\(value.count)/\(value.of)", value.count < value.of ? short : .text)]
  }
}

extension BindingState {
  public var role: Role {
    switch self {
    case .stranded: .stranded
    case .evicting: .evicting
    case .unscheduled, .notApplied: .bad
    case .unhealthy: .healthUnhealthy
    case .deleting, .suspended: .warning
    case .unknown: .healthUnknown
    case .healthy: .healthHealthy
    }
  }
}
