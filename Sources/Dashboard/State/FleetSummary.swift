import Karmada

/// Counts over all bindings, kept by adding and taking away one binding at a time.
public struct FleetSummary: Hashable, Sendable {
  public private(set) var bindings = 0
  public private(set) var byState: [BindingState: Int] = [:]
  public private(set) var byCluster: [String: ClusterTally] = [:]
  /// Bindings claimed by each propagation policy.
  public private(set) var byPolicy: [RowKey: Int] = [:]

  public init() {}

  public func count(_ state: BindingState) -> Int { byState[state] ?? 0 }

  mutating func add(_ row: BindingRow) { count(row, by: 1) }
  mutating func remove(_ row: BindingRow) { count(row, by: -1) }

  private mutating func count(_ row: BindingRow, by step: Int) {
    bindings += step
    Self.add(step, to: row.state, in: &byState)
    for target in row.binding.clusters {
      var tally = byCluster[target.name] ?? ClusterTally()
      tally.bindings += step
      byCluster[target.name] = tally == ClusterTally() ? nil : tally
    }
    guard row.state.isWrong else { return countClaim(row, by: step) }
    for name in row.clusterNamesInPlay where row.isWrong(on: name) {
      var tally = byCluster[name] ?? ClusterTally()
      tally.wrong += step
      byCluster[name] = tally == ClusterTally() ? nil : tally
    }
    countClaim(row, by: step)
  }

  private mutating func countClaim(_ row: BindingRow, by step: Int) {
    if let policy = row.policyKey { Self.add(step, to: policy, in: &byPolicy) }
  }

  /// A count of none is no entry: what is gone for good must not pile up.
  private static func add<Key>(_ step: Int, to key: Key, in counts: inout [Key: Int]) {
    let count = (counts[key] ?? 0) + step
    counts[key] = count == 0 ? nil : count
  }
}

/// What bindings say of one cluster.
public struct ClusterTally: Hashable, Sendable {
  /// Those scheduled there.
  public var bindings = 0
  /// Those that are wrong there, or are being evicted from there and so need not be scheduled there
  /// any more.
  public var wrong = 0
  public init(bindings: Int = 0, wrong: Int = 0) {
    self.bindings = bindings
    self.wrong = wrong
  }
}

extension BindingRow {
  /// The clusters it is scheduled to and those it is being evicted from, each once.
  var clusterNamesInPlay: Set<String> {
    Set(binding.clusters.map(\.name)).union(binding.gracefulEvictionTasks.map(\.fromCluster))
  }

  /// Being evicted from that cluster, or not applied or unhealthy on it though scheduled there.
  func isWrong(on cluster: String) -> Bool {
    guard state.isWrong else { return false }
    if binding.gracefulEvictionTasks.contains(where: { $0.fromCluster == cluster }) { return true }
    guard binding.clusters.contains(where: { $0.name == cluster }) else { return false }
    let item = binding.aggregatedStatus.first { $0.clusterName == cluster }
    return item?.applied != true || item?.health == .unhealthy
  }

  /// The propagation policy that claims the binding, as the Policies pane keys it.
  var policyKey: RowKey? {
    guard let policy = binding.policy else { return nil }
    return RowKey(
      policy.key.namespace.isEmpty ? .clusterPropagationPolicies : .propagationPolicies, policy.key)
  }
}
