import Manifest

extension ResourceInterpreter {
  /// A template without what belongs to the control plane's own copy, as it goes into a Work.
  static func pruned(_ template: JSONValue) -> JSONValue {
    var object = template
    var metadata = template["metadata"] ?? [:]
    for field in [
      "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation",
      "managedFields", "resourceVersion", "selfLink", "uid", "ownerReferences", "finalizers",
    ] {
      metadata[field] = nil
    }
    object["metadata"] = metadata
    object["status"] = nil
    switch (template.apiVersion, template.kind) {
    case ("apps/v1", "Deployment"):
      object.setAnnotation("deployment.kubernetes.io/revision", nil)
    case ("v1", "Service"):
      for field in ["clusterIP", "clusterIPs"] { object["spec"]?[field] = nil }
    case ("v1", "ServiceAccount"): object["secrets"] = nil
    case ("batch/v1", "Job"):
      // The job controller's own marks would select the wrong pods in a member.
      for label in ["controller-uid", "batch.kubernetes.io/controller-uid"] {
        object["spec"]?["template"]?["metadata"]?["labels"]?[label] = nil
        object["spec"]?["selector"]?["matchLabels"]?[label] = nil
      }
    default: break
    }
    return object
  }

  /// What is to be sent to a member that has the object already: the manifest, with what the
  /// member and others there put on it.
  static func retained(_ manifest: JSONValue, observed: JSONValue) -> JSONValue {
    var desired = manifest
    for field in ["resourceVersion", "uid", "finalizers", "ownerReferences"] {
      desired["metadata"]?[field] = observed["metadata"]?[field]
    }
    retain("annotations", managed: "resourcetemplate.karmada.io/managed-annotations")
    retain("labels", managed: "resourcetemplate.karmada.io/managed-labels")
    /// Keeps what others set; what Karmada once set and no longer does goes.
    func retain(_ part: String, managed: String) {
      let own = Set(
        (observed.annotation(managed) ?? "").split(separator: ",").map(String.init))
      var map = desired[path: "metadata", part] ?? [:]
      for (key, value) in observed[path: "metadata", part]?.object?.members ?? [:]
      where map[key] == nil && !own.contains(key) {
        map[key] = value
      }
      desired["metadata"]?[part] = map.nonEmpty
    }
    func keep(_ fields: [String], in part: String) {
      for field in fields where observed[part]?[field] != nil && desired[part]?[field] == nil {
        desired[part]?[field] = observed[part]?[field]
      }
    }
    switch (manifest.apiVersion, manifest.kind) {
    case ("apps/v1", "Deployment"), ("apps/v1", "StatefulSet"):
      if manifest.label("resourcetemplate.karmada.io/retain-replicas") == "true" {
        desired["spec"]?["replicas"] = observed[path: "spec", "replicas"]
      }
    case ("v1", "Service"): keep(["clusterIP", "clusterIPs", "healthCheckNodePort"], in: "spec")
    case ("v1", "PersistentVolumeClaim"): keep(["volumeName"], in: "spec")
    case ("v1", "ServiceAccount"): desired["secrets"] = observed["secrets"]
    case ("batch/v1", "Job"): keep(["selector"], in: "spec")
    case ("v1", "Namespace"): keep(["finalizers"], in: "spec")
    default: break
    }
    return desired
  }
}
