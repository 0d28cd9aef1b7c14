import Manifest

extension ResourceInterpreter {
  private static let templateGeneration = "resourcetemplate.karmada.io/generation"

  private static let counts: [String: [String]] = [
    "Deployment": [
      "replicas", "updatedReplicas", "readyReplicas", "availableReplicas", "unavailableReplicas",
    ],
    "StatefulSet": [
      "availableReplicas", "currentReplicas", "readyReplicas", "replicas", "updatedReplicas",
    ],
    "DaemonSet": [
      "currentNumberScheduled", "desiredNumberScheduled", "numberAvailable", "numberMisscheduled",
      "numberReady", "updatedNumberScheduled", "numberUnavailable",
    ],
  ]

  // MARK: Reflecting

  /// What of a member's status Karmada reports; nil when there is nothing to report.
  static func reflectedStatus(of object: JSONValue) -> JSONValue? {
    guard let status = object["status"] else { return nil }
    switch (object.apiVersion, object.kind) {
    case ("apps/v1", let kind) where counts[kind] != nil:
      var reflected: [String: Int] = [:]
      for name in counts[kind] ?? [] { reflected[name] = status[name]?.int32 ?? 0 }
      reflected["observedGeneration"] =
        kind == "StatefulSet" ? 0 : status["observedGeneration"]?.int ?? 0
      reflected["generation"] = object.generation
      reflected["resourceTemplateGeneration"] =
        object.annotation(templateGeneration).flatMap(Int.init) ?? 0
      // Go's omitempty: noughts are not written, except a DaemonSet's that have none.
      let kept = reflected.filter { $0.value != 0 || isAlwaysWritten($0.key, kind: kind) }
      return .object(
        JSONObject(
          JSONObject.Members(
            kept.sorted { $0.key < $1.key }.map { ($0.key, .int(Int64($0.value))) },
            uniquingKeysWith: { $1 })))
    case ("v1", "Service"):
      guard object[path: "spec", "type"]?.string == "LoadBalancer" else { return nil }
      return ["loadBalancer": status["loadBalancer"] ?? [:]]
    case ("batch/v1", "Job"):
      return picked(
        ["active", "succeeded", "failed", "conditions", "startTime", "completionTime"], of: status)
    case ("autoscaling/v2", "HorizontalPodAutoscaler"):
      return picked(["currentReplicas", "desiredReplicas"], of: status)
    case ("policy/v1", "PodDisruptionBudget"):
      return picked(
        ["disruptionsAllowed", "expectedPods", "desiredHealthy", "currentHealthy"], of: status)
    default: return isFlink(object) ? flinkStatus(status) : status
    }
  }

  private static func isAlwaysWritten(_ name: String, kind: String) -> Bool {
    kind == "DaemonSet"
      && ["currentNumberScheduled", "desiredNumberScheduled", "numberMisscheduled", "numberReady"]
        .contains(name)
      || kind == "StatefulSet" && name == "replicas"
      || kind == "StatefulSet"
        && name == "availableReplicas"
  }

  private static func picked(_ names: [String], of status: JSONValue) -> JSONValue {
    var picked: JSONObject = [:]
    for name in names { picked[name] = status[name] }
    return .object(picked)
  }

  private static func flinkStatus(_ status: JSONValue) -> JSONValue {
    picked(
      [
        "clusterInfo", "jobManagerDeploymentStatus", "jobStatus", "lifecycleState",
        "observedGeneration", "error", "taskManager",
      ], of: status)
  }

  // MARK: Aggregating

  /// A template's status as what its clusters report adds up to; nil for kinds whose status
  /// Karmada leaves alone.
  ///
  /// - Parameter items: `status.aggregatedStatus` of the binding.
  static func aggregatedStatus(of template: JSONValue, items: [JSONValue], now: Time)
    -> JSONValue?
  {
    let old = template["status"] ?? [:]
    let reported = items.filter { $0["status"] != nil && $0["status"] != .null }
    switch (template.apiVersion, template.kind) {
    case ("apps/v1", let kind) where counts[kind] != nil:
      return sum(counts[kind] ?? [], of: reported, over: old, template: template)
    case ("v1", "Service"):
      guard template[path: "spec", "type"]?.string == "LoadBalancer" else { return nil }
      return addresses(reported)
    case ("networking.k8s.io/v1", "Ingress"): return addresses(reported)
    case ("batch/v1", "Job"): return jobStatus(of: template, items: items, now: now)
    case ("batch/v1", "CronJob"):
      var status = old
      status["active"] =
        JSONValue.array(reported.flatMap { $0[path: "status", "active"]?.array ?? [] }).nonEmpty
      status["lastScheduleTime"] =
        reported.compactMap { $0[path: "status", "lastScheduleTime"]?.string }.max()
        .map { .string($0) }
      return status
    case ("v1", "PersistentVolumeClaim"):
      let phases = Set(items.map { $0[path: "status", "phase"]?.string ?? "Pending" })
      let phase = ["Lost", "Pending", "Bound"].first(where: phases.contains)
      return phase.map { ["phase": .string($0)] }
    default:
      guard isFlink(template) else { return nil }
      return reported.last?["status"]
    }
  }

  private static func sum(
    _ names: [String], of items: [JSONValue], over old: JSONValue, template: JSONValue
  ) -> JSONValue {
    var status = old
    for name in names {
      let sum = items.reduce(0) { $0 &+ ($1["status"]?[name]?.int32 ?? 0) }
      let isKept = sum != 0 || isAlwaysWritten(name, kind: template.kind)
      status[name] = nil
      if isKept { status[name] = .int(Int64(sum)) }
    }
    // Karmada has "observed" a generation when all members run what was made of it.
    let isObserved = items.allSatisfy { item in
      let reported = item["status"]
      return (reported?["resourceTemplateGeneration"]?.int ?? 0) == template.generation
        && (template.kind == "StatefulSet"
          || reported?["generation"]?.int == reported?["observedGeneration"]?.int)
    }
    if !items.isEmpty, isObserved {
      status["observedGeneration"] = .int(Int64(template.generation))
    }
    return status
  }

  /// All addresses, each with its cluster's name where it has no name of its own.
  private static func addresses(_ items: [JSONValue]) -> JSONValue {
    var ingress: [JSONValue] = []
    for item in items {
      for address in item[path: "status", "loadBalancer", "ingress"]?.array ?? [] {
        var address = address
        if (address["hostname"]?.string ?? "").isEmpty {
          address["hostname"] = item["clusterName"]
        }
        ingress.append(address)
      }
    }
    return ["loadBalancer": ingress.isEmpty ? [:] : ["ingress": .array(ingress)]]
  }

  private static func jobStatus(of job: JSONValue, items: [JSONValue], now: Time) -> JSONValue? {
    if job.isTrue("Complete") || job.isTrue("Failed") { return nil }
    var status: JSONValue = [:]
    func time(_ name: String) -> [String] {
      items.compactMap { $0["status"]?[name]?.string }
    }
    for name in ["active", "succeeded", "failed"] {
      let sum = items.reduce(0) { $0 &+ ($1["status"]?[name]?.int32 ?? 0) }
      if sum != 0 { status[name] = .int(Int64(sum)) }
    }
    if let start = time("startTime").min() { status["startTime"] = .string(start) }
    func clusters(_ type: String) -> [String] {
      items.filter { item in
        (item[path: "status", "conditions"]?.array ?? []).contains {
          $0["type"]?.string == type && $0["status"] == "True"
        }
      }.compactMap { $0["clusterName"]?.string }
    }
    let failed = clusters("Failed")
    func finish(_ type: String, _ reason: String, _ message: String) {
      status["conditions"] = [
        [
          "type": .string(type), "status": "True", "lastProbeTime": .string(now.rfc3339),
          "lastTransitionTime": .string(now.rfc3339), "reason": .string(reason),
          "message": .string(message),
        ]
      ]
    }
    if !failed.isEmpty {
      finish(
        "Failed", "JobFailed",
        "Job executed failed in member clusters: \(failed.joined(separator: ","))")
    } else if !items.isEmpty, clusters("Complete").count == items.count {
      if let end = time("completionTime").max() { status["completionTime"] = .string(end) }
      finish("Complete", "Completed", "Job completed")
    }
    return status
  }
}
