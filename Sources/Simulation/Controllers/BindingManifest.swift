import Manifest

/// The binding a policy wants for a template (1.12: BuildResourceBinding).
struct BindingManifest {
  let policy: PropagationPolicy
  let template: JSONValue

  private var isClusterScoped: Bool { template.objectNamespace.isEmpty }

  /// The binding as it is created.
  var value: JSONValue {
    var value: JSONValue = [
      "apiVersion": "work.karmada.io/v1alpha2",
      "kind": isClusterScoped ? "ClusterResourceBinding" : "ResourceBinding",
      "metadata": [
        "name": .string(KarmadaName.binding(kind: template.kind, name: template.objectName)),
        "finalizers": [.string(finalizer)], "ownerReferences": [template.asController],
      ],
      "spec": .object(spec),
    ]
    if !isClusterScoped { value["metadata"]?["namespace"] = .string(template.objectNamespace) }
    Claim(policy).mark(&value)
    return value
  }

  private var finalizer: String {
    isClusterScoped
      ? "karmada.io/cluster-resource-binding-controller" : "karmada.io/binding-controller"
  }

  /// An existing binding with what the policy and the template say now; the scheduler's result
  /// and others' notes stay.
  func merged(into existing: JSONValue) -> JSONValue {
    var value = existing
    Claim(policy).mark(&value)
    let finalizers = value.finalizers
    if !finalizers.contains(finalizer) {
      value["metadata"]?["finalizers"] = .array(
        (finalizers + [finalizer]).map { .string($0) })
    }
    value["metadata"]?["ownerReferences"] = [template.asController]
    let wanted = spec
    for field in [
      "resource", "replicaRequirements", "replicas", "propagateDeps", "schedulerName", "placement",
      "failover", "conflictResolution", "preserveResourcesOnDeletion", "suspension",
    ] {
      value["spec"]?[field] = wanted[field]
    }
    return value
  }

  private var spec: JSONObject {
    var spec: JSONObject = [:]
    for field in [
      "conflictResolution", "failover", "placement", "schedulerName", "suspension",
    ] {
      spec[field] = policy.spec[field]
    }
    // Go's omitempty: what is false or left out is not written.
    if policy.spec["propagateDeps"]?.bool == true { spec["propagateDeps"] = true }
    if let preserves = policy.spec["preserveResourcesOnDeletion"]?.bool {
      spec["preserveResourcesOnDeletion"] = .bool(preserves)
    }
    if let wanted = ResourceInterpreter.replicas(of: template) {
      if wanted.count != 0 { spec["replicas"] = .int(Int64(wanted.count)) }
      if var requirements = wanted.requirements {
        requirements["namespace"] = .string(template.objectNamespace)
        spec["replicaRequirements"] = requirements
      }
    }
    spec["resource"] = Self.reference(to: template)
    return spec
  }

  /// `spec.resource`: which object in which version.
  static func reference(to template: JSONValue) -> JSONValue {
    var reference: JSONValue = [
      "apiVersion": .string(template.apiVersion), "kind": .string(template.kind),
      "name": .string(template.objectName), "uid": .string(template.uid),
      "resourceVersion": .string(template.resourceVersion),
    ]
    if !template.objectNamespace.isEmpty {
      reference["namespace"] = .string(template.objectNamespace)
    }
    return reference
  }
}
