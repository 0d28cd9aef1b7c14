import Manifest

// What an object says about itself, once it is read as Karmada 1.12 means it.

extension Cluster {
  /// The Ready condition (cluster.karmada.io ClusterConditionReady); nil while the cluster status
  /// controller has set none.
  public var readyCondition: Condition? { conditions["Ready"] }

  /// Ready is True. False, Unknown and not yet reported are all not ready.
  public var isReady: Bool { readyCondition?.status == .true }
}

/// A policy by name: the one that a binding or template was claimed by, or one that is edited.
public struct PolicyReference: Hashable, Codable, Sendable {
  /// PropagationPolicy, ClusterPropagationPolicy, OverridePolicy or ClusterOverridePolicy.
  public var kind: String
  public var key: ObjectKey

  public init(kind: String, key: ObjectKey) {
    self.kind = kind
    self.key = key
  }
}

extension ResourceBinding {
  /// The Scheduled condition is True (work.karmada.io Scheduled).
  public var isScheduled: Bool { conditions["Scheduled"]?.status == .true }

  /// The FullyApplied condition is True (work.karmada.io FullyApplied).
  public var isFullyApplied: Bool { conditions["FullyApplied"]?.status == .true }

  /// It had a place to run or was refused one, and has none now: the scheduler leaves
  /// `clusters: []` behind and says no more than the reason NoClusterFit (karmada#7455). A binding
  /// that the scheduler has not looked at yet, or one that is being deleted, is not stranded.
  public var isStranded: Bool {
    guard clusters.isEmpty, !isAttached, metadata.deletionTimestamp == nil else { return false }
    return lastScheduledTime != nil || conditions["Scheduled"]?.reason == "NoClusterFit"
  }

  /// It goes where workloads that need it go, and no policy places it: the scheduler leaves it
  /// alone, its spec names no cluster (1.12 pkg/dependenciesdistributor).
  public var isAttached: Bool {
    clusters.isEmpty && !requiredBy.isEmpty && lastScheduledTime == nil
      && conditions["Scheduled"] == nil
  }

  /// Clusters that are to have it, as far as the binding itself tells.
  public var expectedClusters: [String] {
    isAttached ? aggregatedStatus.map(\.clusterName) : clusters.map(\.name)
  }

  /// Some cluster is being left: spec.gracefulEvictionTasks is not empty. A suppressed eviction
  /// (purgeMode Never) is one too, until a person releases it.
  public var isEvicting: Bool { !gracefulEvictionTasks.isEmpty }

  /// The worst health that the clusters of spec.clusters report; one that has not reported is
  /// unknown. aggregatedStatus may still list clusters that were left, which do not count. Nil
  /// when it runs nowhere.
  public var worstHealth: Health? {
    if clusters.isEmpty { return nil }
    var worst = Health.healthy
    for cluster in clusters {
      let item = aggregatedStatus.first { $0.clusterName == cluster.name }
      switch item?.health ?? .unknown {
      case .unhealthy: return .unhealthy
      case .unknown: worst = .unknown
      case .healthy: break
      }
    }
    return worst
  }

  /// The policy in its annotations (the policy detector writes them on template and binding
  /// alike); a ClusterPropagationPolicy counts only where there is no PropagationPolicy.
  public var policy: PolicyReference? {
    if let name = metadata.annotation("propagationpolicy.karmada.io/name"), !name.isEmpty {
      let namespace = metadata.annotation("propagationpolicy.karmada.io/namespace")
      return PolicyReference(
        kind: "PropagationPolicy",
        key: ObjectKey(namespace: namespace ?? metadata.namespace, name: name))
    }
    if let name = metadata.annotation("clusterpropagationpolicy.karmada.io/name"), !name.isEmpty {
      return PolicyReference(kind: "ClusterPropagationPolicy", key: ObjectKey(name: name))
    }
    return nil
  }

  /// The id that its Works carry too (label resourcebinding.karmada.io/permanent-id, or
  /// clusterresourcebinding.karmada.io/permanent-id); nil before the binding controller set it.
  public var permanentID: String? { metadata.bindingPermanentID }
}

extension ObjectMeta {
  fileprivate var bindingPermanentID: String? {
    label("resourcebinding.karmada.io/permanent-id")
      ?? label("clusterresourcebinding.karmada.io/permanent-id")
  }
}

extension Work {
  /// The Applied condition is True (work.karmada.io WorkApplied).
  public var isApplied: Bool { conditions["Applied"]?.status == .true }

  /// The binding it was made for, from its annotations; nil for Karmada's own Works. A
  /// ClusterResourceBinding's key has no namespace.
  public var bindingKey: ObjectKey? {
    if let name = metadata.annotation("resourcebinding.karmada.io/name"), !name.isEmpty {
      let namespace = metadata.annotation("resourcebinding.karmada.io/namespace") ?? ""
      return ObjectKey(namespace: namespace, name: name)
    }
    if let name = metadata.annotation("clusterresourcebinding.karmada.io/name"), !name.isEmpty {
      return ObjectKey(name: name)
    }
    return nil
  }

  /// The `permanentID` of the binding it was made for.
  public var bindingPermanentID: String? { metadata.bindingPermanentID }

  /// The OverridePolicies that changed the manifest at some time, in the order they were applied.
  /// Karmada never takes the annotation away: this is what once applied, not what applies.
  public var appliedOverridePolicies: [String] {
    Work.policyNames(metadata.annotation("policy.karmada.io/applied-overrides"))
  }

  /// The same for ClusterOverridePolicies.
  public var appliedClusterOverridePolicies: [String] {
    Work.policyNames(metadata.annotation("policy.karmada.io/applied-cluster-overrides"))
  }

  /// The names in `[{"policyName": …, "overriders": …}]`; none when the annotation is missing or
  /// was written by somebody else.
  private static func policyNames(_ annotation: String?) -> [String] {
    guard let annotation else { return [] }
    do {
      let applied = try JSONValue(parsing: annotation)
      return applied.array?.compactMap { $0["policyName"]?.string } ?? []
    } catch {
      return []
    }
  }
}
