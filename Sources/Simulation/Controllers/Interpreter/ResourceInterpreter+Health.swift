import Manifest

extension ResourceInterpreter {
  /// Whether an object as a member has it is healthy; nil for kinds whose health Karmada does
  /// not know, which it takes for healthy without asking (1.12: ConfigMap, Job, CronJob …).
  static func health(of object: JSONValue) -> Bool? {
    let spec = object["spec"]
    let status = object["status"]
    func count(_ name: String) -> Int { status?[name]?.int32 ?? 0 }
    let isObserved = count("observedGeneration") == object.generation
    switch (object.apiVersion, object.kind) {
    case ("apps/v1", "Deployment"), ("apps/v1", "StatefulSet"), ("apps/v1", "ReplicaSet"):
      let updated = count(object.kind == "ReplicaSet" ? "replicas" : "updatedReplicas")
      return isObserved && updated >= spec?["replicas"]?.int32 ?? 1
        && count("availableReplicas") >= updated
    case ("apps/v1", "DaemonSet"):
      let updated = count("updatedNumberScheduled")
      return isObserved && updated >= count("desiredNumberScheduled")
        && count("numberAvailable") >= updated
    case ("v1", "Service"):
      return spec?["type"]?.string != "LoadBalancer" || hasAddress(status)
    case ("networking.k8s.io/v1", "Ingress"): return hasAddress(status)
    case ("v1", "PersistentVolumeClaim"): return status?["phase"] == "Bound"
    case ("v1", "Pod"):
      return status?["phase"] == "Succeeded"
        || (status?["phase"] == "Running" && object.isTrue("Ready"))
    case ("policy/v1", "PodDisruptionBudget"):
      return count("currentHealthy") >= count("desiredHealthy")
    default: return isFlink(object) ? flinkHealth(status) : nil
    }
  }

  private static func hasAddress(_ status: JSONValue?) -> Bool {
    !(status?[path: "loadBalancer", "ingress"]?.array ?? []).isEmpty
  }

  private static func flinkHealth(_ status: JSONValue?) -> Bool {
    guard let job = status?["jobStatus"] else { return false }
    let state = job["state"]?.string ?? ""
    return (state != "CREATED" && state != "RECONCILING")
      || status?["jobManagerDeploymentStatus"] == "ERROR"
  }
}
