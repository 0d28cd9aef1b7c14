import ControlPlane
import Karmada
import Manifest

/// resource-detector: finds the policy of each resource template, claims the template for it, and
/// makes and keeps the template's binding (1.12: pkg/detector).
public struct Detector: Controller {
  public let name = "resource-detector"
  public var pace: Pace { Pace() }

  /// Looked at because of something Karmada itself did, such as a policy: a Lazy policy lets
  /// nothing through then.
  static let byKarmada = "by-karmada"

  public init() {}

  // MARK: What makes it look

  public func keys(after change: Change, in view: FleetView) -> [ObjectKey] {
    guard change.server == .karmada else { return [] }
    if PropagationPolicy.types.contains(change.type.id) {
      return keys(afterPolicy: change, in: view)
    }
    guard Self.isTemplate(change.type, namespace: change.object.namespace) else { return [] }
    var key = change.key
    if let previous = change.previous, change.kind != .deleted {
      let (old, new) = (previous.value, change.object.value)
      guard Self.specification(old) != Self.specification(new) else { return [] }
      if Self.withoutClaims(old) == Self.withoutClaims(new) { key.tag = Self.byKarmada }
    }
    return [key]
  }

  /// Kinds and namespaces that Karmada does not propagate.
  static func isTemplate(_ type: ResourceType, namespace: some StringProtocol) -> Bool {
    if namespace.hasPrefix("karmada-") || namespace.hasPrefix("kube-") { return false }
    if type.api.group.hasSuffix("karmada.io") || type.isReview { return false }
    return !["events", "nodes", "namespaces", "leases.coordination.k8s.io"].contains(type.id)
  }

  /// What of an object counts as its specification: all but status and the server's own notes.
  private static func specification(_ value: JSONValue) -> JSONValue {
    var value = value
    value["status"] = nil
    for field in ["resourceVersion", "generation", "managedFields"] {
      value["metadata"]?[field] = nil
    }
    return value
  }

  private static func withoutClaims(_ value: JSONValue) -> JSONValue {
    var value = specification(value)
    Claim.unmark(&value, isCluster: false)
    Claim.unmark(&value, isCluster: true)
    return value
  }

  /// The templates a policy has claimed, and those that wait for one like it.
  private func keys(afterPolicy change: Change, in view: FleetView) -> [ObjectKey] {
    guard change.kind != .deleted else { return [] }
    if change.kind == .modified, !change.changes({ $0["spec"] }) { return [] }
    let policy = PropagationPolicy(value: change.object.value)
    guard !policy.value.isTerminating else { return [] }
    let claimed = Claim.bindings(
      ofPolicy: policy.permanentID, isCluster: policy.isCluster,
      namespace: policy.value.objectNamespace, in: view
    ).compactMap { Binding(Binding.key(of: $0), in: view)?.templateKey(in: view) }
    let waiting = templates(selectedBy: policy, in: view).filter { Claim(of: $0.value) == nil }
    return (claimed + waiting.map(\.key)).map { key in
      var key = key
      key.tag = Self.byKarmada
      return key
    }
  }

  /// The templates a policy's selectors name.
  private func templates(
    selectedBy policy: PropagationPolicy, in view: FleetView
  ) -> [(key: ObjectKey, value: JSONValue)] {
    var found: [(key: ObjectKey, value: JSONValue)] = []
    for selector in policy.selectors {
      guard
        let type = view.fleet.karmada.registry.type(
          apiVersion: selector["apiVersion"]?.string ?? "",
          kind: selector["kind"]?.string ?? "")
      else { continue }
      let given = selector["namespace"]?.string ?? ""
      let namespace = policy.isCluster ? given : policy.value.objectNamespace
      for object in view.all(type.api, namespace: type.api.isNamespaced ? namespace : "")
      where Self.isTemplate(type, namespace: object.namespace) {
        let value = object.value
        guard policy.precision(of: value) > 0 else { continue }
        found.append(
          (
            ObjectKey(type.id, namespace: String(object.namespace), name: String(object.name)),
            value
          ))
      }
    }
    return found
  }

  // MARK: What it does

  public func step(_ key: ObjectKey, in view: FleetView) -> [Action] {
    guard let template = view.object(key)?.value else { return [] }
    if let claim = Claim(of: template) {
      guard let policy = policy(of: claim, in: view) else {
        // The policy is gone: whatever it claimed is free for others.
        return Claim.release(
          Claim.bindings(
            ofPolicy: claim.permanentID, isCluster: claim.isCluster, namespace: claim.namespace,
            in: view), isCluster: claim.isCluster, in: view)
          + releaseAlone(template, key: key, isCluster: claim.isCluster, in: view)
      }
      guard policy.precision(of: template) > 0 else { return [] }
      return apply(policy, to: template, key: key, in: view)
    }
    guard let policy = match(template, in: view) else { return [] }
    return apply(policy, to: template, key: key, in: view)
  }

  private func policy(of claim: Claim, in view: FleetView) -> PropagationPolicy? {
    view.object(claim.policyKey).map { PropagationPolicy(value: $0.value) }
  }

  /// A claimed template without a binding, or whose binding is claimed no more.
  private func releaseAlone(
    _ template: JSONValue, key: ObjectKey, isCluster: Bool, in view: FleetView
  ) -> [Action] {
    let bound = binding(of: template, in: view).flatMap(view.object)
    if let bound, bound.labels[Claim.label(isCluster: isCluster)] != nil { return [] }
    var value = template
    Claim.unmark(&value, isCluster: isCluster)
    return [.update(key, value)]
  }

  private func match(_ template: JSONValue, in view: FleetView) -> PropagationPolicy? {
    func policies(_ api: APIResource, _ namespace: String) -> [PropagationPolicy] {
      view.all(api, namespace: namespace).map { PropagationPolicy(value: $0.value) }
    }
    let namespace = template.objectNamespace
    if !namespace.isEmpty,
      let policy = PropagationPolicy.best(
        of: policies(.propagationPolicies, namespace), for: template)
    {
      return policy
    }
    return PropagationPolicy.best(
      of: policies(.clusterPropagationPolicies, ""), for: template)
  }

  /// The key of a template's binding.
  func binding(of template: JSONValue, in view: FleetView) -> ObjectKey? {
    Binding.key(
      kind: template.kind, namespace: template.objectNamespace, name: template.objectName)
  }

  private func apply(
    _ policy: PropagationPolicy, to template: JSONValue, key: ObjectKey, in view: FleetView
  ) -> [Action] {
    let refused = EventNote(
      about: template, "ApplyPolicyFailed", "Apply policy(\(policy.display)) failed: ",
      isWarning: true)
    var actions: [Action] = []
    var claimed = template
    Claim(policy).mark(&claimed)
    if claimed != template { actions.append(.update(key, claimed, onRefusal: [refused])) }
    if key.tag == Self.byKarmada, policy.isLazy { return actions }
    guard let bindingKey = binding(of: template, in: view) else { return actions }
    let wanted = BindingManifest(policy: policy, template: template)
    let written: Action
    if let existing = view.object(bindingKey)?.value {
      if let owner = existing.controllerReference?["uid"]?.string, owner != template.uid {
        // The binding of a template of the same name that is gone: the garbage collector takes
        // it away first (karmada#2090).
        return actions + [
          .event(
            EventNote(
              subject: refused.subject, refused.reason,
              refused.message
                + "failed to update binding due to different owner reference UID, will try again "
                + "later after binding is garbage collected, see "
                + "https://github.com/karmada-io/karmada/issues/2090", isWarning: true)), .retry,
        ]
      }
      let updated = wanted.merged(into: existing)
      if updated == existing { return actions }
      written = .update(bindingKey, updated, onRefusal: [refused])
    } else {
      written = .create(bindingKey, wanted.value, onRefusal: [refused])
    }
    return actions + [
      written,
      .event(
        EventNote(
          about: template, "ApplyPolicySucceed", "Apply policy(\(policy.display)) succeed")),
    ]
  }
}
