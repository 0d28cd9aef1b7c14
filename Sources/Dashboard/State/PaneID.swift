/// The panes, by the number that opens them. Numbers are the design's and stay when panes come.
public enum PaneID: Int, CaseIterable, Hashable, Sendable {
  case clusters = 1
  case bindings = 2
  case failovers = 3
  case overrides = 4
  case rollbacks = 5
  case policies = 6
  case events = 8

  public var title: String {
    switch self {
    case .clusters: "Clusters"
    case .bindings: "Bindings"
    case .failovers: "Failovers"
    case .overrides: "Overrides"
    case .rollbacks: "Rollbacks"
    case .policies: "Policies"
    case .events: "Events"
    }
  }

  /// Where its rows come from.
  public var feeds: [FeedID] {
    switch self {
    case .clusters: [.clusters]
    case .bindings, .failovers: [.resourceBindings, .clusterResourceBindings]
    case .overrides:
      [.overridePolicies, .clusterOverridePolicies, .resourceBindings, .clusterResourceBindings]
    // The journal tells of runs; these, of what can be seen of others'.
    case .rollbacks:
      [
        .propagationPolicies, .clusterPropagationPolicies, .resourceBindings,
        .clusterResourceBindings,
      ]
    case .policies:
      [
        .propagationPolicies, .clusterPropagationPolicies, .overridePolicies,
        .clusterOverridePolicies,
      ]
    case .events: [.events]
    }
  }

  /// What its rows are called, one and many.
  public var nouns: (one: String, many: String) {
    switch self {
    case .clusters: ("cluster", "clusters")
    case .bindings: ("binding", "bindings")
    case .failovers: ("failover", "failovers")
    case .overrides: ("object or override policy", "objects and override policies")
    case .rollbacks: ("rollback", "rollbacks")
    case .policies: ("policy", "policies")
    case .events: ("event", "events")
    }
  }

  func neighbour(_ step: Int) -> PaneID {
    let all = Self.allCases
    guard let at = all.firstIndex(of: self) else { return self }
    return all[((at + step) % all.count + all.count) % all.count]
  }
}
