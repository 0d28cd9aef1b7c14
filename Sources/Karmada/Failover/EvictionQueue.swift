import Manifest

/// How long it takes until a failing cluster is empty.
///
/// Since 1.16 Karmada evicts at a rate (`--resource-eviction-rate`, 0.5 a second by default);
/// 1.12 evicts as fast as it can. So what was seen counts, where enough was seen.
public struct EvictionQueue: Hashable, Sendable {
  public static let defaultRate = 0.5

  /// Workloads that are still scheduled to it.
  public var waiting: Int
  /// Evictions a second.
  public var rate: Double
  /// The rate was seen, not assumed.
  public var isMeasured: Bool

  /// - Parameter evictions: when workloads were evicted from the cluster, in any order.
  public init(waiting: Int, evictions: some Sequence<Time>, now: Time) {
    self.waiting = max(0, waiting)
    let recent = evictions.filter { $0 <= now && now - $0 <= .seconds(60) }
    guard recent.count >= 5, let first = recent.min() else {
      (rate, isMeasured) = (Self.defaultRate, false)
      return
    }
    rate = Double(recent.count) / max(1, (now - first) / .seconds(1))
    isMeasured = true
  }

  /// Until the last one has been evicted.
  public var estimate: Duration {
    .milliseconds(Int64(min(Double(waiting) / max(rate, 0.001), 1e9) * 1000))
  }
}

extension Episode {
  /// When a graceful eviction lets go of the old copy even without a healthy target; nil for
  /// others.
  public var graceEnds: Time? { Grace.end(purgeMode, gracePeriodSeconds, since: taskCreated) }

  /// Its task should be gone by now and is still there (karmada#5782): while it is, the scheduler
  /// does not use the cluster again.
  public func isPastGrace(at now: Time) -> Bool {
    guard isOpen, outcome != .suppressed, let graceEnds else { return false }
    return now > graceEnds + Grace.slack
  }
}
