import ControlPlane
import Karmada
import Manifest

/// A PropagationPolicy or ClusterPropagationPolicy as the detector works with it.
struct PropagationPolicy {
  static let types = [
    APIResource.propagationPolicies.qualifiedName,
    APIResource.clusterPropagationPolicies.qualifiedName,
  ]

  let value: JSONValue

  var isCluster: Bool { value.kind == "ClusterPropagationPolicy" }
  var spec: JSONValue { value["spec"] ?? [:] }
  var priority: Int { spec["priority"]?.int ?? 0 }
  var isLazy: Bool { spec["activationPreference"] == "Lazy" }
  var preempts: Bool { spec["preemption"] == "Always" }
  var permanentID: String { value.label(Claim.label(isCluster: isCluster)) ?? "" }
  var selectors: [JSONValue] { spec["resourceSelectors"]?.array ?? [] }

  /// "default/nginx-pp", as Events name it.
  var display: String { value.display }

  /// How precisely it selects an object: 3 by name, 2 by labels, 1 as any of its kind, 0 not. A
  /// selector that cannot be read selects nothing.
  func precision(of object: JSONValue) -> Int {
    selectors.reduce(0) { best, selector in
      do {
        return max(best, try OverridePolicySpec.Selector(decoding: selector).precision(of: object))
      } catch {
        return best
      }
    }
  }

  /// The one that wins an object nobody has claimed: the highest priority, then the most precise
  /// selector, then the first by name.
  static func best(of policies: [PropagationPolicy], for object: JSONValue) -> PropagationPolicy? {
    var best: (policy: PropagationPolicy, precision: Int)?
    for policy in policies where !policy.value.isTerminating {
      let precision = policy.precision(of: object)
      guard precision > 0 else { continue }
      guard let known = best else {
        best = (policy, precision)
        continue
      }
      let isBetter =
        policy.priority != known.policy.priority
        ? policy.priority > known.policy.priority
        : precision != known.precision
          ? precision > known.precision
          : policy.value.objectName < known.policy.value.objectName
      if isBetter { best = (policy, precision) }
    }
    return best?.policy
  }
}

/// The marks by which a template and its binding say which policy has claimed them.
struct Claim: Hashable {
  var isCluster: Bool
  var namespace: String
  var name: String
  var permanentID: String

  static func label(isCluster: Bool) -> String {
    "\(isCluster ? "clusterpropagationpolicy" : "propagationpolicy").karmada.io/permanent-id"
  }

  static func nameAnnotation(isCluster: Bool) -> String {
    "\(isCluster ? "clusterpropagationpolicy" : "propagationpolicy").karmada.io/name"
  }

  static let namespaceAnnotation = "propagationpolicy.karmada.io/namespace"

  init(_ policy: PropagationPolicy) {
    isCluster = policy.isCluster
    namespace = policy.value.objectNamespace
    name = policy.value.objectName
    permanentID = policy.permanentID
  }

  /// What an object says; a PropagationPolicy goes before a ClusterPropagationPolicy.
  init?(of object: JSONValue) {
    for isCluster in [false, true] {
      let name = object.annotation(Self.nameAnnotation(isCluster: isCluster)) ?? ""
      let id = object.label(Self.label(isCluster: isCluster)) ?? ""
      let namespace = isCluster ? "" : object.annotation(Self.namespaceAnnotation) ?? ""
      guard !name.isEmpty, !id.isEmpty, isCluster || !namespace.isEmpty else { continue }
      self.isCluster = isCluster
      self.name = name
      self.namespace = namespace
      permanentID = id
      return
    }
    return nil
  }

  var policyKey: ObjectKey {
    ObjectKey(PropagationPolicy.types[isCluster ? 1 : 0], namespace: namespace, name: name)
  }

  /// Its marks on an object; those of the other kind go.
  func mark(_ object: inout JSONValue) {
    Self.unmark(&object, isCluster: !isCluster)
    object.setLabel(Self.label(isCluster: isCluster), permanentID)
    object.setAnnotation(Self.nameAnnotation(isCluster: isCluster), name)
    if !isCluster { object.setAnnotation(Self.namespaceAnnotation, namespace) }
  }

  static func unmark(_ object: inout JSONValue, isCluster: Bool) {
    object.setLabel(label(isCluster: isCluster), nil)
    object.setAnnotation(nameAnnotation(isCluster: isCluster), nil)
    if !isCluster { object.setAnnotation(namespaceAnnotation, nil) }
  }

  /// Takes the claims of a policy off templates and bindings alike.
  static func release(
    _ bindings: [StoredObject], isCluster: Bool, in view: FleetView
  ) -> [Action] {
    bindings.flatMap { stored -> [Action] in
      guard let type = bindingType(of: stored),
        let binding = Binding(
          ObjectKey(type, namespace: String(stored.namespace), name: String(stored.name)),
          in: view)
      else { return [] }
      var actions: [Action] = []
      if let key = binding.templateKey(in: view), var template = view.object(key)?.value {
        unmark(&template, isCluster: isCluster)
        actions.append(.update(key, template))
      }
      var value = binding.value
      unmark(&value, isCluster: isCluster)
      return actions + [.update(binding.key, value)]
    }
  }

  private static func bindingType(of object: StoredObject) -> String? {
    Binding.type(namespace: object.namespace)
  }

  /// The bindings a policy has claimed.
  static func bindings(
    ofPolicy permanentID: String, isCluster: Bool, namespace: String, in view: FleetView
  ) -> [StoredObject] {
    guard !permanentID.isEmpty else { return [] }
    let label = label(isCluster: isCluster)
    let bound =
      view.all(.resourceBindings, namespace: isCluster ? "" : namespace)
      + (isCluster ? view.all(.clusterResourceBindings) : [])
    return bound.filter { $0.labels[label] == permanentID }
  }
}
