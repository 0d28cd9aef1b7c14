import Manifest

/// An object as one API object names another.
public struct ObjectReference: Hashable, Codable, Sendable {
  public var apiVersion = ""
  public var kind = ""
  public var namespace = ""
  public var name = ""
  public var uid: String {
    get { compactUID.text }
    set { compactUID = CompactID(newValue) }
  }
  private var compactUID = CompactID.text("")

  private enum CodingKeys: String, CodingKey {
    case apiVersion, kind, namespace, name
    case compactUID = "uid"
  }
  public init() {}
}

/// work.karmada.io/v1alpha2 ResourceBinding or ClusterResourceBinding: where one resource
/// template runs. A cluster-scoped one has an empty namespace.
public struct ResourceBinding: Hashable, Sendable {
  public struct TargetCluster: Hashable, Sendable {
    public var name = ""
    public var replicas = 0
    public init() {}
  }
  public struct GracefulEvictionTask: Hashable, Sendable {
    public var fromCluster = ""
    public var purgeMode = ""
    public var replicas: Int?
    public var reason = ""
    public var message = ""
    public var producer = ""
    public var gracePeriodSeconds: Int?
    public var suppressDeletion: Bool?
    /// Labels relayed to the next cluster (1.12 stateful failover).
    public var preservedLabelState: [String: String] = [:]
    public var clustersBeforeFailover: [String] = []
    /// A task may be seen first without it (KARMADA: application failover 2).
    public var creationTimestamp: Time?
    public init() {}
  }
  public enum Health: String, Hashable, Sendable {
    case healthy = "Healthy"
    case unhealthy = "Unhealthy"
    case unknown = "Unknown"
  }
  public struct AggregatedStatusItem: Hashable, Sendable {
    public var clusterName = ""
    public var applied = false
    public var appliedMessage = ""
    public var health = Health.unknown
    public init() {}
  }
  public struct StatePreservationRule: Hashable, Sendable {
    public var aliasLabelName = ""
    public var jsonPath = ""
    public init() {}
  }
  /// spec.failover.application.
  public struct ApplicationFailover: Hashable, Sendable {
    public var tolerationSeconds: Int?
    public var purgeMode = ""
    public var gracePeriodSeconds: Int?
    public var statePreservation: [StatePreservationRule] = []
    public init() {}
  }

  public var metadata = ObjectMeta()
  /// The resource template.
  public var resource = ObjectReference()
  public var replicas = 0
  public var clusters: [TargetCluster] = []
  public var gracefulEvictionTasks: [GracefulEvictionTask] = []
  /// Bindings that need this one as a dependency.
  public var requiredBy: [ObjectReference] = []
  public var conflictResolution = ""
  public var preserveResourcesOnDeletion = false
  public var propagateDeps = false
  /// spec.suspension.dispatching, or a non-empty spec.suspension.dispatchingOnClusters.
  public var isDispatchingSuspended = false
  public var failover: ApplicationFailover? {
    get { failoverOrNone.first }
    set { failoverOrNone = newValue.map { [$0] } ?? [] }
  }
  // One or none: most rows have none, and need not make room for it.
  var failoverOrNone: [ApplicationFailover] = []
  public var conditions: [Condition] = []
  public var aggregatedStatus: [AggregatedStatusItem] = []
  public var lastScheduledTime: Time?
  public var schedulerObservedGeneration = 0
  /// What each state-preservation rule finds in each reported status, in the order of clusters,
  /// then rules. Empty without such rules, as in most bindings.
  public var stateFindings: [StateFinding] = []

  public init() {}
}
