import Manifest

/// A binding as far as it matters to whether a cluster can be emptied: where it is, what taints it
/// puts up with, which clusters it may go to.
public struct PlacedBinding: KubernetesObject {
  public struct Toleration: Hashable, Sendable {
    public var key = ""
    /// Exists or Equal; empty is Equal.
    public var `operator` = ""
    public var value = ""
    /// Empty is every effect.
    public var effect = ""
    /// nil is for ever.
    public var seconds: Int?
    public init() {}

    /// As Kubernetes matches (core/v1 Toleration.ToleratesTaint).
    public func tolerates(_ taint: Cluster.Taint) -> Bool {
      if !effect.isEmpty, effect != taint.effect { return false }
      if !key.isEmpty, key != taint.key { return false }
      switch `operator` {
      case "", "Equal": return !key.isEmpty && value == taint.value
      case "Exists": return true
      default: return false
      }
    }
  }

  public var metadata = ObjectMeta()
  public var resource = ObjectReference()
  public var clusters: [String] = []
  public var tolerations: [Toleration] = []
  /// spec.placement.clusterAffinity, or the affinities of clusterAffinities, any of which may be
  /// chosen; empty is every cluster.
  public var affinities: [JSONValue] = []

  public init() {}

  public init(
    scanning scanner: inout JSONScanner, interning interner: inout Interner
  ) throws(JSONScanner.Failure) {
    self.init()
    try scanner.members { key, scanner throws(JSONScanner.Failure) in
      switch key {
      case "metadata": try metadata.read(&scanner, &interner)
      case "spec": try readSpec(&scanner, &interner)
      default: try scanner.skip()
      }
    }
  }

  private mutating func readSpec(
    _ scanner: inout JSONScanner, _ interner: inout Interner
  ) throws(JSONScanner.Failure) {
    try scanner.members { key, scanner throws(JSONScanner.Failure) in
      switch key {
      case "resource": try resource.read(&scanner, &interner)
      case "clusters":
        var targets: [ResourceBinding.TargetCluster] = []
        try scanner.read(&targets, &interner)
        clusters = targets.map(\.name)
      case "placement": readPlacement(try JSONValue(scanning: &scanner))
      default: try scanner.skip()
      }
    }
  }

  private mutating func readPlacement(_ placement: JSONValue) {
    if let affinity = placement["clusterAffinity"], affinity.object != nil {
      affinities = [affinity]
    } else {
      affinities = (placement["clusterAffinities"]?.array ?? []).filter { $0.object != nil }
    }
    tolerations = (placement["clusterTolerations"]?.array ?? []).map { item in
      var toleration = Toleration()
      toleration.key = item["key"]?.string ?? ""
      toleration.operator = item["operator"]?.string ?? ""
      toleration.value = item["value"]?.string ?? ""
      toleration.effect = item["effect"]?.string ?? ""
      toleration.seconds = item["tolerationSeconds"]?.int
      return toleration
    }
  }

  /// "default/Deployment/web".
  public var title: String {
    let place = resource.namespace.isEmpty ? "" : resource.namespace + "/"
    return "\(place)\(resource.kind)/\(resource.name)"
  }
}
