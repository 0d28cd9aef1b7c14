import Manifest

/// One reason why a failover would not take the workload's state along, or would not happen.
///
/// Karmada 1.12: binding/common.go `injectReservedLabelState` and applicationfailover/common.go
/// `buildTaskOptions` (KARMADA: application failover 3 to 6).
public struct InjectionObstacle: Hashable, Sendable {
  public enum Weight: String, Hashable, Sendable, Comparable {
    /// Nothing is wrong; it just cannot be proved from outside.
    case note
    /// The failover happens and the labels do not arrive.
    case noInjection
    /// The failover does not happen at all.
    case blocksFailover
    private var rank: Int { self == .note ? 0 : self == .noInjection ? 1 : 2 }
    public static func < (a: Weight, b: Weight) -> Bool { a.rank < b.rank }
  }

  public var weight: Weight
  /// The cluster it concerns; nil for all.
  public var cluster: String?
  public var sentence: String

  public init(_ weight: Weight, cluster: String? = nil, _ sentence: String) {
    self.weight = weight
    self.cluster = cluster
    self.sentence = sentence
  }

  /// Purge modes with which the labels are injected; Directly is 1.15's name for Immediately.
  static let injectingModes: Set<String> = ["Immediately", "Directly"]
}

/// What a failover of a workload would do to its state, were it to happen now.
public struct StateInspection: Hashable, Sendable {
  public var findings: [StateFinding]
  public var obstacles: [InjectionObstacle]

  /// Nil for a binding without state preservation: there is nothing to inspect.
  ///
  /// - Parameter proven: when labels were last seen to arrive on this control plane, which proves
  ///   that its feature gate is on.
  public init?(_ binding: ResourceBinding, proven: Time? = nil) {
    guard let failover = binding.failover, !failover.statePreservation.isEmpty else { return nil }
    findings = binding.stateFindings
    obstacles = []
    if !InjectionObstacle.injectingModes.contains(failover.purgeMode) {
      add(.noInjection, "purgeMode \(failover.purgeMode) never injects: only Immediately does")
    }
    if binding.clusters.count > 1 {
      add(.noInjection, "it runs on \(binding.clusters.count) clusters: state goes from one to one")
    }
    if !binding.gracefulEvictionTasks.isEmpty {
      let names = binding.gracefulEvictionTasks.map(\.fromCluster).joined(separator: ", ")
      add(
        .noInjection,
        "an eviction from \(names) is open: of several only the last one's labels are injected")
    }
    if !binding.propagateDeps {
      add(.note, "propagateDeps is off, which 1.12 refuses beside failover")
    }
    for finding in findings {
      if finding.problem != nil {
        add(.blocksFailover, finding.sentence, on: finding.cluster)
      } else if let complaint = finding.labelComplaint {
        add(
          .noInjection, "\(finding.rule.aliasLabelName): \(complaint); the target will refuse it",
          on: finding.cluster)
      } else if finding.value?.isEmpty == true {
        add(.note, "\(finding.rule.aliasLabelName) is empty", on: finding.cluster)
      }
    }
    if binding.clusters.isEmpty { add(.note, "it is scheduled nowhere: there is no status") }
    if proven == nil {
      add(
        .note,
        "feature gate StatefulFailoverInjection: cannot be read, and no labels have been seen to "
          + "arrive yet")
    }
  }

  private mutating func add(
    _ weight: InjectionObstacle.Weight, _ sentence: String, on cluster: String? = nil
  ) {
    obstacles.append(InjectionObstacle(weight, cluster: cluster, sentence))
  }

  /// The heaviest obstacle; nil when there is none.
  public var worst: InjectionObstacle.Weight? { obstacles.map(\.weight).max() }
}
