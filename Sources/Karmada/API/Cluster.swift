import Manifest

/// cluster.karmada.io/v1alpha1 Cluster, without apiEnablements and resource models (large).
public struct Cluster: Hashable, Sendable {
  public struct Taint: Hashable, Sendable {
    public var key = ""
    public var value = ""
    /// NoSchedule, PreferNoSchedule or NoExecute.
    public var effect = ""
    public var timeAdded: Time?
    public init() {}
  }
  public struct NodeSummary: Hashable, Sendable {
    public var totalNum = 0
    public var readyNum = 0
    public init() {}
  }
  /// Quantities as the API writes them ("3910m", "16Gi"), by resource name.
  public struct ResourceSummary: Hashable, Sendable {
    public var allocatable: [String: String] = [:]
    public var allocating: [String: String] = [:]
    public var allocated: [String: String] = [:]
    public init() {}
  }

  public var metadata = ObjectMeta()
  /// Push or Pull.
  public var syncMode = ""
  public var apiEndpoint = ""
  public var provider = ""
  public var region = ""
  /// spec.zones; the deprecated spec.zone is read as its only member when zones is absent.
  public var zones: [String] = []
  public var taints: [Taint] = []
  public var kubernetesVersion = ""
  public var conditions: [Condition] = []
  /// nil while the cluster status collector has reported nothing.
  public var nodeSummary: NodeSummary?
  public var resourceSummary = ResourceSummary()

  public init() {}
}
