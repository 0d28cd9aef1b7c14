import ControlPlane
import Manifest

/// The detector's other half, for policies: lets go of what a policy no longer selects, takes
/// from weaker policies what it may preempt, and frees everything when the policy goes. Deleting
/// a policy deletes nothing else.
public struct PolicyDetector: Controller {
  public let name = "policy-detector"

  static let finalizers = [
    "karmada.io/propagation-policy-controller",
    "karmada.io/cluster-propagation-policy-controller",
  ]

  public init() {}

  public func keys(after change: Change, in view: FleetView) -> [ObjectKey] {
    guard change.server == .karmada, PropagationPolicy.types.contains(change.type.id) else {
      return []
    }
    if change.kind == .deleted {
      var key = change.key
      key.tag = PropagationPolicy(value: change.object.value).permanentID
      return [key]
    }
    guard change.object.value.isTerminating || change.changes({ $0["spec"] }) else { return [] }
    return [change.key]
  }

  public func step(_ key: ObjectKey, in view: FleetView) -> [Action] {
    if !key.tag.isEmpty {
      let isCluster = key.type == PropagationPolicy.types[1]
      return Claim.release(
        Claim.bindings(
          ofPolicy: key.tag, isCluster: isCluster, namespace: key.namespace, in: view),
        isCluster: isCluster, in: view)
    }
    guard let value = view.object(key)?.value else { return [] }
    let policy = PropagationPolicy(value: value)
    let bindings = Claim.bindings(
      ofPolicy: policy.permanentID, isCluster: policy.isCluster,
      namespace: value.objectNamespace, in: view)
    if value.isTerminating {
      var released = value
      for finalizer in Self.finalizers { released.removeFinalizer(finalizer) }
      return Claim.release(bindings, isCluster: policy.isCluster, in: view)
        + [.update(key, released)]
    }
    let unselected = bindings.filter { stored in
      let binding = Binding(Binding.key(of: stored), in: view)
      guard let template = binding?.template(in: view)?.value else { return false }
      return policy.precision(of: template) == 0
    }
    return Claim.release(unselected, isCluster: policy.isCluster, in: view)
      + (policy.preempts ? preempted(by: policy, in: view) : [])
  }

  /// A PropagationPolicy takes from any ClusterPropagationPolicy and from a PropagationPolicy of
  /// lower priority; a ClusterPropagationPolicy only from one of its kind. Selectors without a
  /// name preempt nothing.
  private func preempted(by policy: PropagationPolicy, in view: FleetView) -> [Action] {
    policy.selectors.compactMap { selector -> Action? in
      guard let name = selector["name"]?.string, !name.isEmpty,
        let key = view.key(
          apiVersion: selector["apiVersion"]?.string ?? "",
          kind: selector["kind"]?.string ?? "",
          namespace: selector["namespace"]?.string ?? policy.value.objectNamespace, name: name),
        var template = view.object(key)?.value, !template.isTerminating,
        let claim = Claim(of: template), claim.policyKey != Claim(policy).policyKey
      else { return nil }
      let isWeaker: Bool
      switch (policy.isCluster, claim.isCluster) {
      case (false, true): isWeaker = true
      case (true, false): isWeaker = false
      case (true, true), (false, false):
        guard let owner = view.object(claim.policyKey) else { return nil }
        isWeaker = policy.priority > PropagationPolicy(value: owner.value).priority
      }
      guard isWeaker else { return nil }
      Claim(policy).mark(&template)
      return .update(key, template)
    }
  }
}
