/// What one word says about a binding, the most urgent first. A binding may be several of these
/// at once; the screen shows the first that holds.
public enum BindingState: UInt8, CaseIterable, Comparable, Sendable {
  /// Scheduled to no cluster at all: the workload runs nowhere (KARMADA: cluster failover 2).
  case stranded
  /// A graceful eviction task is open.
  case evicting
  /// The scheduler has not placed it, or says it cannot.
  case unscheduled
  /// Some target cluster has not taken the manifest.
  case notApplied
  /// Some target cluster reports it unhealthy.
  case unhealthy
  case deleting
  /// Dispatching to members is suspended by its policy.
  case suspended
  /// Applied everywhere; some cluster's health is not known (yet), or the kind has none.
  case unknown
  case healthy

  public static func < (a: BindingState, b: BindingState) -> Bool { a.rawValue < b.rawValue }

  /// Needs a person's attention now.
  public var isWrong: Bool { self <= .unhealthy }

  /// As the STATE column, `health:` filters and JSON output write it.
  public var word: String {
    switch self {
    case .stranded: "STRANDED"
    case .evicting: "evicting"
    case .unscheduled: "unscheduled"
    case .notApplied: "not-applied"
    case .unhealthy: "unhealthy"
    case .deleting: "deleting"
    case .suspended: "suspended"
    case .unknown: "unknown"
    case .healthy: "healthy"
    }
  }
}

extension ResourceBinding {
  /// The most urgent thing to say about this binding.
  ///
  /// Only clusters in `spec.clusters` count: `aggregatedStatus` may still list a cluster that the
  /// workload has left (KARMADA: application failover 2).
  public var state: BindingState {
    if metadata.deletionTimestamp != nil { return .deleting }
    if isStranded { return .stranded }
    if !gracefulEvictionTasks.isEmpty { return .evicting }
    let expected = expectedClusters
    if expected.isEmpty || conditions["Scheduled"]?.status == .false {
      return isAttached ? .unknown : .unscheduled
    }
    let reported = expected.map { name in
      aggregatedStatus.first { $0.clusterName == name }
    }
    if isDispatchingSuspended { return .suspended }
    if reported.contains(where: { $0?.applied != true }) { return .notApplied }
    if reported.contains(where: { $0?.health == .unhealthy }) { return .unhealthy }
    if reported.contains(where: { $0?.health != .healthy }) { return .unknown }
    return .healthy
  }

  /// Why the state is what it is, in one line; empty when there is nothing to explain.
  public var stateReason: String {
    switch state {
    case .stranded, .unscheduled:
      guard let scheduled = conditions["Scheduled"] else { return "not yet seen by the scheduler" }
      return Self.joined(scheduled.reason, scheduled.message)
    case .evicting:
      return gracefulEvictionTasks.map { task in
        let held = task.suppressDeletion == true ? " (held until confirmed)" : ""
        return "from \(task.fromCluster): \(task.reason)\(held)"
      }.joined(separator: ", ")
    case .notApplied:
      let failed = expectedClusters.compactMap { name -> String? in
        let item = aggregatedStatus.first { $0.clusterName == name }
        guard item?.applied != true else { return nil }
        let message = item?.appliedMessage ?? ""
        return message.isEmpty ? "\(name): no report yet" : "\(name): \(message)"
      }
      return failed.joined(separator: ", ")
    case .unhealthy:
      let bad = expectedClusters.filter { name in
        aggregatedStatus.contains { $0.clusterName == name && $0.health == .unhealthy }
      }
      return "on " + bad.joined(separator: ", ")
    case .deleting:
      return metadata.finalizers.isEmpty
        ? "" : "waits for " + metadata.finalizers.joined(separator: ", ")
    case .suspended: return "dispatching is suspended by its policy"
    case .unknown, .healthy: return ""
    }
  }

  private static func joined(_ reason: String, _ message: String) -> String {
    if reason.isEmpty { return message }
    return message.isEmpty ? reason : "\(reason): \(message)"
  }
}
