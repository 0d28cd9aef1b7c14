import Manifest

/// Which templates a policy selects.
public struct ResourceSelector: Hashable, Sendable {
  public var apiVersion = ""
  public var kind = ""
  public var namespace = ""
  public var name = ""
  /// labelSelector.matchLabels; the whole selector is read again where rules need it.
  public var matchLabels: [String: String] = [:]
  /// labelSelector has matchExpressions, which a row does not keep.
  public var hasMatchExpressions = false
  public init() {}
}

/// policy.karmada.io/v1alpha1 PropagationPolicy or ClusterPropagationPolicy (empty namespace).
public struct PropagationPolicy: Hashable, Sendable {
  public var metadata = ObjectMeta()
  public var resourceSelectors: [ResourceSelector] = []
  /// One line on where it sends things: cluster names, or the affinity in short.
  public var placementClusterNames: [String] = []
  /// "Duplicated" or "Divided"; empty when the policy leaves it out.
  public var replicaSchedulingType = ""
  public var priority = 0
  public var preemption = ""
  public var conflictResolution = ""
  /// "Lazy" or empty.
  public var activationPreference = ""
  public var preserveResourcesOnDeletion = false
  public var propagateDeps = false
  public var isDispatchingSuspended = false
  public var failover: ResourceBinding.ApplicationFailover?
  public init() {}
}

/// policy.karmada.io/v1alpha1 OverridePolicy or ClusterOverridePolicy (empty namespace): what
/// its row shows. The engine reads the whole object.
public struct OverridePolicy: Hashable, Sendable {
  public var metadata = ObjectMeta()
  public var resourceSelectors: [ResourceSelector] = []
  public var ruleCount = 0
  /// The kinds of overrider used, as the API names them, in the API's order: "imageOverrider",
  /// "plaintext", …
  public var overriderKinds: [String] = []
  /// Names in targetCluster.clusterNames of all rules, in order, once each.
  public var targetClusterNames: [String] = []
  /// Some rule has no targetCluster, or one without clusterNames.
  public var targetsOthersByAffinity = false
  /// The deprecated spec.overriders or spec.targetCluster is set (ignored beside overrideRules).
  public var usesDeprecatedFields = false
  public init() {}
}
