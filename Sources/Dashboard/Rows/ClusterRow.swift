import Karmada
import Manifest

/// How a member cluster stands, the most urgent first.
public enum ClusterState: Int, Comparable, Sendable {
  case notReady
  /// Ready is Unknown, or was never reported.
  case unknown
  /// Ready, but a NoExecute taint is evicting what does not tolerate it.
  case evictingTaint
  case tainted
  case ready

  public static func < (a: ClusterState, b: ClusterState) -> Bool { a.rawValue < b.rawValue }
}

/// A line of the Clusters pane.
public struct ClusterRow: ListRow {
  public var cluster: Cluster
  /// How many bindings place something here, and how many of those are wrong here.
  public var tally: ClusterTally

  public init(_ cluster: Cluster, tally: ClusterTally = ClusterTally()) {
    self.cluster = cluster
    self.tally = tally
  }

  public var key: RowKey { RowKey(.clusters, cluster.metadata.key) }

  public var state: ClusterState {
    switch cluster.conditions["Ready"]?.status {
    case .false: .notReady
    case .unknown, nil: .unknown
    case .true:
      if cluster.taints.contains(where: { $0.effect == "NoExecute" }) {
        .evictingTaint
      } else {
        cluster.taints.isEmpty ? .ready : .tainted
      }
    }
  }

  public var stateWord: String {
    switch state {
    case .notReady: "NOT READY"
    case .unknown: "UNKNOWN"
    case .evictingTaint: "ready, evicting"
    case .tainted: "ready, tainted"
    case .ready: "ready"
    }
  }

  public var stateRole: Role {
    switch state {
    case .notReady: .clusterNotReady
    case .unknown: .clusterUnknown
    case .evictingTaint, .tainted: .clusterTainted
    case .ready: .clusterReady
    }
  }

  /// Since when the Ready condition says what it says.
  public var since: Time? { cluster.conditions["Ready"]?.lastTransitionTime }

  /// Why it is not simply ready; empty when it is.
  public var why: String {
    let ready = cluster.conditions["Ready"]
    var parts: [String] = []
    if ready?.status != .true {
      let reason = ready?.reason ?? "no Ready condition"
      let message = ready?.message ?? "the cluster has reported no status yet"
      parts.append(message.isEmpty ? reason : "\(reason): \(message)")
    }
    // Karmada adds its own taints to a cluster that is not ready: they say nothing new.
    let taints = cluster.taints.filter { !$0.key.hasPrefix("cluster.karmada.io/") }
    if !taints.isEmpty {
      parts.append(taints.map { "\($0.key):\($0.effect)" }.joined(separator: " "))
    }
    return parts.joined(separator: "; ")
  }

  /// The tag of clusters that are not ready, or not known to be.
  public static let downTag: UInt32 = 1
  public var tag: UInt32 { state <= .unknown ? Self.downTag : 0 }

  public var searchTexts: [String] {
    [
      stateWord, cluster.metadata.name, cluster.syncMode, cluster.kubernetesVersion,
      cluster.provider, cluster.region, why,
    ] + cluster.zones
  }

  public static let filterFields: [FilterField] = [.name, .cluster, .health, .reason, .label]

  public func values(of field: FilterField) -> [String]? {
    switch field {
    case .name, .cluster: [cluster.metadata.name]
    case .health: [state == .ready ? "ready" : stateWord]
    case .reason: cluster.conditions.map(\.reason) + cluster.taints.map(\.key)
    case .label: cluster.metadata.labels.flatMap { [$0.key, "\($0.key)=\($0.value)"] }
    case .ns, .kind, .policy, .applied, .type, .outcome, .when: nil
    }
  }

  public static let defaultSort = Sort("state")

  public static let columns: [Column<ClusterRow>] = [
    Column("state", "STATE", width: 9...16, rank: 0) {
      SortKey(Int64($0.state.rawValue))
    } cell: { row, _ in
      [Span(row.stateWord, row.stateRole)]
    },
    Column("name", "NAME", width: 8...32, rank: 0) {
      SortKey(0, $0.cluster.metadata.name)
    } cell: { row, _ in
      [Span(row.cluster.metadata.name, .emphasis)]
    },
    Column("since", "SINCE", width: 6...7, rank: 1, alignment: .right) {
      SortKey($0.since?.nanoseconds ?? .max)
    } cell: { row, now in
      [Span(Age.since(row.since, now: now))]
    },
    Column("bindings", "BINDINGS", width: 8...8, rank: 2, alignment: .right) {
      SortKey(Int64($0.tally.bindings))
    } cell: { row, _ in
      [Span("\(row.tally.bindings)", row.tally.bindings == 0 ? .muted : .text)]
    },
    Column("wrong", "WRONG", width: 5...6, rank: 1, alignment: .right) {
      SortKey(-Int64($0.tally.wrong))
    } cell: { row, _ in
      [row.tally.wrong == 0 ? Span("0", .muted) : Span("\(row.tally.wrong)", .bad)]
    },
    Column("mode", "MODE", width: 4...4, rank: 5) {
      SortKey(0, $0.cluster.syncMode)
    } cell: { row, _ in
      [Span(row.cluster.syncMode, .muted)]
    },
    Column("nodes", "NODES", width: 5...7, rank: 4, alignment: .right) {
      SortKey(Int64($0.cluster.nodeSummary?.totalNum ?? -1))
    } cell: { row, _ in
      row.nodesCell
    },
    Column("version", "VERSION", width: 7...12, rank: 6) {
      SortKey(0, $0.cluster.kubernetesVersion)
    } cell: { row, _ in
      [Span(row.shownVersion, .muted)]
    },
    Column("region", "REGION", width: 6...18, rank: 7) {
      SortKey(0, $0.regionText)
    } cell: { row, _ in
      [Span(row.regionText, .muted)]
    },
    Column("why", "WHY", width: 15...400, rank: 3) {
      SortKey($0.why.isEmpty ? 1 : 0, $0.why)
    } cell: { row, _ in
      [Span(row.why, row.state <= .unknown ? .bad : .warning)]
    },
  ]

  private var nodesCell: Line {
    guard let nodes = cluster.nodeSummary, nodes.totalNum > 0 else { return [Span("-", .muted)] }
    let short = nodes.readyNum < nodes.totalNum
    return [Span("\(nodes.readyNum)/\(nodes.totalNum)", short ? .warning : .text)]
  }

  /// Builds without version stamps report "v0.0.0-master+$Format:%H$": the tail says nothing.
  public var shownVersion: String {
    let version = cluster.kubernetesVersion
    return version.contains("$Format") ? String(version.prefix { $0 != "+" }) : version
  }

  /// "aws/eu", or whichever of the two is known.
  public var regionText: String {
    [cluster.provider, cluster.region].filter { !$0.isEmpty }.joined(separator: "/")
  }
}
