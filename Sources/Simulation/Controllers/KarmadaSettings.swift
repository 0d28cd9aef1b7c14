/// How an embedded Karmada is set up: the flags and gates of its components that show from
/// outside, with Karmada's own defaults, except that the gates for failover are on.
public struct KarmadaSettings: Hashable, Sendable {
  public var clusterStatus = ClusterStatusController.Settings()
  public var taints = ClusterTaints.Settings()
  /// karmada-webhook's --default-not-ready-toleration-seconds and its sibling.
  public var tolerations = KarmadaAdmission.Tolerations()
  /// --graceful-eviction-timeout
  public var gracefulEvictionTimeout = Duration.seconds(600)
  /// --cluster-taint-eviction-retry-frequency
  public var taintEvictionRetryFrequency = Duration.seconds(5)
  /// The gate StatefulFailoverInjection.
  public var injectsState = true

  public init() {}

  /// A Karmada that does in a minute what others take ten for: as the recordings were made.
  public static let quick: KarmadaSettings = {
    var settings = KarmadaSettings()
    settings.clusterStatus.failureThreshold = .seconds(10)
    settings.clusterStatus.successThreshold = .seconds(30)
    settings.taints.evictionTimeout = .seconds(30)
    settings.tolerations = .init(notReadySeconds: 30, unreachableSeconds: 30)
    return settings
  }()
}
