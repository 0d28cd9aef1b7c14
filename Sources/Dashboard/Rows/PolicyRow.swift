import Karmada
import Manifest

/// A line of the Policies pane: propagation and override policies of both scopes.
public struct PolicyRow: ListRow {
  public enum Policy: Sendable {
    case propagation(PropagationPolicy)
    case override(OverridePolicy)
  }
  public var policy: Policy
  /// Bindings that a propagation policy has claimed.
  public var claimed: Int

  public init(_ policy: Policy, claimed: Int = 0) {
    self.policy = policy
    self.claimed = claimed
  }

  public var metadata: ObjectMeta {
    switch policy {
    case .propagation(let p): p.metadata
    case .override(let p): p.metadata
    }
  }

  public var selectors: [ResourceSelector] {
    switch policy {
    case .propagation(let p): p.resourceSelectors
    case .override(let p): p.resourceSelectors
    }
  }

  public var key: RowKey {
    let isNamespaced = !metadata.namespace.isEmpty
    let feed: FeedID =
      switch policy {
      case .propagation: isNamespaced ? .propagationPolicies : .clusterPropagationPolicies
      case .override: isNamespaced ? .overridePolicies : .clusterOverridePolicies
      }
    return RowKey(feed, metadata.key)
  }

  public var kind: String { key.feed.resource.kind }

  /// "Deployment/web" for one resource, "3 selectors", "everything".
  public var selectsText: String {
    if selectors.isEmpty { return "everything" }
    if let only = selectors.first, selectors.count == 1 {
      if !only.name.isEmpty { return "\(only.kind)/\(only.name)" }
      if only.matchLabels.isEmpty && !only.hasMatchExpressions { return "every \(only.kind)" }
      return "\(only.kind) by label"
    }
    return "\(selectors.count) selectors"
  }

  private var selectsCell: Line {
    guard let only = selectors.first, selectors.count == 1, !only.name.isEmpty else {
      return [Span(selectsText)]
    }
    return [Span("\(ShortKind.brief(only.kind))/\(only.name)")]
  }

  /// Where it sends or changes things: cluster names, or "by affinity".
  public var targetsText: String { targets { $0.joined(separator: " ") } }

  private func targets(_ text: ([String]) -> String) -> String {
    switch policy {
    case .propagation(let p):
      return p.placementClusterNames.isEmpty ? "by affinity" : text(p.placementClusterNames)
    case .override(let p):
      var parts = p.targetClusterNames.isEmpty ? [] : [text(p.targetClusterNames)]
      if p.targetsOthersByAffinity { parts.append(parts.isEmpty ? "by affinity" : "+affinity") }
      return parts.isEmpty ? "every cluster" : parts.joined(separator: " ")
    }
  }

  /// The settings that change what happens in an incident, in the API's words.
  public var notes: [Span] {
    switch policy {
    case .propagation(let p):
      var notes: [Span] = []
      if p.preserveResourcesOnDeletion { notes.append(Span("preserve", .good)) }
      if p.activationPreference == "Lazy" { notes.append(Span("Lazy", .warning)) }
      if p.isDispatchingSuspended { notes.append(Span("suspended", .warning)) }
      if let failover = p.failover {
        notes.append(Span("failover:\(failover.purgeMode)", .note))
        if !failover.statePreservation.isEmpty { notes.append(Span("state relay", .note)) }
      }
      if p.propagateDeps { notes.append(Span("deps", .muted)) }
      return notes
    case .override(let p):
      var notes = p.overriderKinds.map { Span($0, .note) }
      if p.usesDeprecatedFields { notes.append(Span("deprecated fields", .warning)) }
      return notes
    }
  }

  public var searchTexts: [String] {
    [kind, metadata.namespace, metadata.name, selectsText, targetsText] + notes.map(\.text)
  }

  public static let filterFields: [FilterField] = [.ns, .kind, .name, .cluster, .policy, .label]

  public func values(of field: FilterField) -> [String]? {
    switch field {
    case .ns: [metadata.namespace]
    case .kind: [kind, key.feed.shortKind]
    case .name, .policy: [metadata.name, "\(metadata.key)"]
    case .cluster:
      switch policy {
      case .propagation(let p): p.placementClusterNames
      case .override(let p): p.targetClusterNames
      }
    case .label: metadata.labels.flatMap { [$0.key, "\($0.key)=\($0.value)"] }
    case .health, .applied, .reason, .type, .outcome, .when: nil
    }
  }

  public static let defaultSort = Sort("kind")

  public static let columns: [Column<PolicyRow>] = [
    Column("kind", "KIND", width: 5...5, rank: 0) {
      SortKey($0.key.feed.policyOrder, "\($0.metadata.key)")
    } cell: { row, _ in
      [Span(row.key.feed.shortKind, .muted)]
    },
    Column("namespace", "NAMESPACE", width: 9...24, rank: 2) {
      SortKey(0, $0.metadata.namespace)
    } cell: { row, _ in
      let namespace = row.metadata.namespace
      return [namespace.isEmpty ? Span("(cluster)", .muted) : Span(namespace)]
    },
    Column("name", "NAME", width: 12...40, rank: 0) {
      SortKey(0, $0.metadata.name)
    } cell: { row, _ in
      [Span(row.metadata.name, .emphasis)]
    },
    Column("selects", "SELECTS", width: 11...32, rank: 2) {
      SortKey(0, $0.selectsText)
    } cell: { row, _ in
      row.selectsCell
    },
    Column("claimed", "BINDINGS", width: 8...8, rank: 5, alignment: .right) {
      SortKey(-Int64($0.claimed))
    } cell: { row, _ in
      guard case .propagation = row.policy else { return [Span("-", .muted)] }
      return [Span("\(row.claimed)", row.claimed == 0 ? .muted : .text)]
    },
    Column("targets", "CLUSTERS", width: 8...30, rank: 1) {
      SortKey(0, $0.targetsText)
    } cell: { row, _ in
      [Span(row.targets(ClusterNames.short))]
    },
    Column("age", "AGE", width: 5...6, rank: 6, alignment: .right) {
      SortKey(-($0.metadata.creationTimestamp?.nanoseconds ?? 0))
    } cell: { row, now in
      [Span(Age.since(row.metadata.creationTimestamp, now: now), .muted)]
    },
    Column("notes", "NOTES", width: 14...400, rank: 4) {
      SortKey(0, $0.notes.map(\.text).joined(separator: " "))
    } cell: { row, _ in
      row.notes.flatMap { [$0, Span(" ")] }
    },
  ]
}

extension FeedID {
  /// The API's short name in capitals, as operators say it ("PP").
  public var shortKind: String {
    switch self {
    case .propagationPolicies: "PP"
    case .clusterPropagationPolicies: "CPP"
    case .overridePolicies: "OP"
    case .clusterOverridePolicies: "COP"
    case .resourceBindings: "RB"
    case .clusterResourceBindings: "CRB"
    case .clusters: "Cluster"
    case .events: "Event"
    }
  }

  var policyOrder: Int64 {
    switch self {
    case .propagationPolicies: 0
    case .clusterPropagationPolicies: 1
    case .overridePolicies: 2
    case .clusterOverridePolicies: 3
    case .clusters, .resourceBindings, .clusterResourceBindings, .events: 4
    }
  }
}
