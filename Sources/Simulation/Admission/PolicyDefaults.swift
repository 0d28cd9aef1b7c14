import ControlPlane
import Manifest

/// What Karmada's mutating webhooks fill in (1.12: pkg/webhook/propagationpolicy and its
/// neighbours).
enum PolicyDefaults {
  private static let finalizers: [APIResource: JSONValue] = [
    .propagationPolicies: "karmada.io/propagation-policy-controller",
    .clusterPropagationPolicies: "karmada.io/cluster-propagation-policy-controller",
  ]

  static func fill(
    in request: inout AdmissionRequest, tolerations: KarmadaAdmission.Tolerations
  ) throws(StatusError) {
    switch request.type.api {
    case .propagationPolicies, .clusterPropagationPolicies:
      try checkName(request)
      setNamespaces(&request)
      request.object["spec"] = filled(
        request.object["spec"] ?? [:], tolerations: tolerations)
      if request.operation == .create, let finalizer = finalizers[request.type.api] {
        var all = request.object[path: "metadata", "finalizers"]?.array ?? []
        if !all.contains(finalizer) { all.append(finalizer) }
        request.object["metadata"]?["finalizers"] = .array(all)
      }
    case .overridePolicies:
      setNamespaces(&request)
      // The webhook writes the object anew, with the old field that is never left out.
      if request.object[path: "spec", "overriders"] == nil {
        request.object["spec"]?["overriders"] = [:]
      }
    default: break
    }
  }

  /// A policy's name becomes the value of a label.
  private static func checkName(_ request: AdmissionRequest) throws(StatusError) {
    guard request.name.utf8.count > 63 else { return }
    let kind = request.type.api.kind
    throw StatusError(
      code: 400, reason: "BadRequest",
      message: "admission webhook \"\(kind.lowercased()).karmada.io\" denied the request: "
        + "\(kind)'s name should be no more than 63 characters")
  }

  /// A selector without a namespace means the policy's own.
  private static func setNamespaces(_ request: inout AdmissionRequest) {
    guard request.type.api.isNamespaced,
      var selectors = request.object[path: "spec", "resourceSelectors"]?.array
    else { return }
    for index in selectors.indices
    where selectors[index].object != nil
      && (selectors[index]["namespace"]?.string ?? "").isEmpty
    {
      selectors[index]["namespace"] = .string(request.namespace)
    }
    request.object["spec"]?["resourceSelectors"] = .array(selectors)
  }

  private static func filled(
    _ given: JSONValue, tolerations: KarmadaAdmission.Tolerations
  ) -> JSONValue {
    guard given.object != nil else { return given }
    var spec = given
    var placement = spec["placement"] ?? [:]
    if let constraints = placement["spreadConstraints"]?.array {
      placement["spreadConstraints"] = .array(constraints.map(filled(constraint:)))
    }
    var all = placement["clusterTolerations"]?.array ?? []
    let added = [
      toleration("not-ready", seconds: tolerations.notReadySeconds),
      toleration("unreachable", seconds: tolerations.unreachableSeconds),
    ]
    for toleration in added
    where !all.contains(where: {
      $0["key"] == toleration["key"] && $0["effect"] == toleration["effect"]
    }) {
      all.append(toleration)
    }
    placement["clusterTolerations"] = .array(all)
    if isDivided(placement),
      placement[path: "replicaScheduling", "replicaDivisionPreference"] == nil
    {
      placement["replicaScheduling"]?["replicaDivisionPreference"] = "Weighted"
    }
    spec["placement"] = placement
    let selectsImport = (spec["resourceSelectors"]?.array ?? []).contains {
      $0["kind"] == "ServiceImport" && $0["apiVersion"] == "multicluster.x-k8s.io/v1alpha1"
    }
    if selectsImport { spec["propagateDeps"] = true }
    let failover = spec[path: "failover", "application"]
    if failover?["purgeMode"] == "Graciously", failover?["gracePeriodSeconds"] == nil {
      spec["failover"]?["application"]?["gracePeriodSeconds"] = 600
    }
    return spec
  }

  private static func isDivided(_ placement: JSONValue) -> Bool {
    placement[path: "replicaScheduling", "replicaSchedulingType"] == "Divided"
  }

  private static func filled(constraint given: JSONValue) -> JSONValue {
    guard given.object != nil else { return given }
    var constraint = given
    func isEmpty(_ key: String) -> Bool { (given[key]?.string ?? "").isEmpty }
    if isEmpty("spreadByField"), isEmpty("spreadByLabel") {
      constraint["spreadByField"] = "cluster"
    }
    if (constraint["minGroups"]?.int ?? 0) == 0 { constraint["minGroups"] = 1 }
    return constraint
  }

  private static func toleration(_ condition: String, seconds: Int) -> JSONValue {
    [
      "key": .string("cluster.karmada.io/\(condition)"), "operator": "Exists",
      "effect": "NoExecute", "tolerationSeconds": .int(Int64(seconds)),
    ]
  }
}
