import Manifest

/// What becomes of an object in a member: its status as time goes by.
struct SimulatedWorkload {
  /// The status for now.
  struct Next {
    /// nil: nothing to say.
    var status: JSONValue?
    /// When it changes again; nil once it has come to rest.
    var after: Duration?
    /// When it changes again though it has come to rest.
    var upkeep: Duration?
  }

  let object: JSONValue
  let isBroken: Bool
  let nodes: Int
  /// How many more of its pods fit.
  let room: Int
  /// How long what is wanted now has been wanted.
  let elapsed: Duration

  private var chance: UInt64 {
    FNV.hash("\(object.uid)/\(object.generation)".utf8)
  }

  /// Two to six seconds, the same each time for one generation of one object.
  private var startTime: Duration { .milliseconds(2_000 + Int(chance % 4_000)) }

  private var old: JSONValue { object["status"] ?? [:] }

  private func count(_ name: String) -> Int { old[name]?.int32 ?? 0 }

  func status(now: Time) -> Next {
    switch object.kind {
    case "Deployment", "StatefulSet", "ReplicaSet": replicated(now: now)
    case "DaemonSet": daemonSet()
    case "Job": job(now: now)
    case "CronJob": cronJob(now: now)
    case "FlinkDeployment": flink()
    case "Service", "Ingress": address()
    case "PersistentVolumeClaim": claim()
    case "Pod": pod(now: now)
    default: Next()
    }
  }

  /// The object with what the member's controllers put on it beside its status; nil when it has
  /// that.
  func written(revision: Int) -> JSONValue? {
    var object = object
    switch object.kind {
    case "Deployment":
      object.setAnnotation("deployment.kubernetes.io/revision", String(revision))
    case "Service":
      guard object["spec"] != nil, object[path: "spec", "clusterIP"] == nil,
        object[path: "spec", "type"]?.string != "ExternalName"
      else { return nil }
      let number = FNV.hash(object.uid.utf8)
      let address = JSONValue.string("10.96.\(number % 256).\(number / 256 % 254 + 1)")
      object["spec"]?["clusterIP"] = address
      object["spec"]?["clusterIPs"] = [address]
    default: return nil
    }
    guard object != self.object else { return nil }
    return object
  }

  // MARK: Kinds with replicas

  private func replicated(now: Time) -> Next {
    let wanted = object[path: "spec", "replicas"]?.int32 ?? 1
    let isDone = elapsed >= startTime
    let isRolling =
      count("observedGeneration") != 0 && count("updatedReplicas") > 0
      && !isDone && !isBroken
    // Those that run go on running while new ones start.
    let running = min(count("readyReplicas"), wanted)
    let fits = running + min(room, wanted - running)
    let ready = isBroken ? 0 : isDone ? min(wanted, fits) : running
    var counts: [String: Int] = [
      "observedGeneration": object.generation, "replicas": wanted,
      "updatedReplicas": isRolling && wanted > 1 ? max(1, min(wanted - 1, running)) : wanted,
      "readyReplicas": ready, "availableReplicas": ready,
    ]
    if object.kind == "Deployment" { counts["unavailableReplicas"] = wanted - ready }
    if object.kind == "StatefulSet" { counts["currentReplicas"] = counts["updatedReplicas"] }
    if object.kind == "ReplicaSet" { counts["updatedReplicas"] = nil }
    var status = filled(counts, always: object.kind == "Deployment" ? [] : ["replicas"])
    if object.kind == "Deployment" {
      status = withAvailability(status, isAvailable: ready > 0 || wanted == 0, now: now)
    }
    if isBroken || isDone {
      // Without room it waits for some; nobody tells it, so it looks again now and then.
      return Next(
        status: status, upkeep: isDone && ready < wanted && !isBroken ? .seconds(10) : nil)
    }
    return Next(status: status, after: startTime - elapsed)
  }

  /// Counts as Go writes them: what is nought is left out.
  private func filled(_ counts: [String: Int], always: Set<String> = []) -> JSONValue {
    let kept = counts.filter { $0.value != 0 || always.contains($0.key) }.sorted { $0.key < $1.key }
    return .object(
      JSONObject(
        JSONObject.Members(kept.map { ($0.key, .int(Int64($0.value))) }, uniquingKeysWith: { $1 })))
  }

  private func withAvailability(_ status: JSONValue, isAvailable: Bool, now: Time) -> JSONValue {
    var value: JSONValue = ["status": status]
    value["status"]?["conditions"] = old["conditions"] ?? []
    value.setCondition(
      "Available", isAvailable ? "True" : "False",
      reason: isAvailable ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
      message: isAvailable
        ? "Deployment has minimum availability."
        : "Deployment does not have minimum availability.", now: now)
    return value["status"] ?? status
  }

  private func daemonSet() -> Next {
    let isDone = elapsed >= startTime
    let ready = isBroken ? nodes / 3 : isDone ? nodes : min(count("numberReady"), nodes)
    let status = filled(
      [
        "observedGeneration": object.generation, "currentNumberScheduled": nodes,
        "desiredNumberScheduled": nodes, "updatedNumberScheduled": nodes, "numberReady": ready,
        "numberAvailable": ready, "numberUnavailable": nodes - ready,
      ],
      always: [
        "currentNumberScheduled", "desiredNumberScheduled", "numberMisscheduled", "numberReady",
      ])
    return isBroken || isDone
      ? Next(status: status) : Next(status: status, after: startTime - elapsed)
  }

  // MARK: Jobs

  private func job(now: Time) -> Next {
    if object.isTrue("Complete") || object.isTrue("Failed") { return Next(status: old) }
    let parallelism = object[path: "spec", "parallelism"]?.int32 ?? 1
    let completions = object[path: "spec", "completions"]?.int32 ?? parallelism
    var value: JSONValue = ["status": ["startTime": old["startTime"] ?? .string(now.rfc3339)]]
    // A job takes ten times as long as a pod takes to start.
    let duration = startTime * 10
    if isBroken, elapsed >= startTime {
      let limit = object[path: "spec", "backoffLimit"]?.int32 ?? 6
      value["status"]?["failed"] = .int(Int64(limit + 1))
      value.setCondition(
        "Failed", "True", reason: "BackoffLimitExceeded",
        message: "Job has reached the specified backoff limit", now: now)
      return Next(status: value["status"])
    }
    guard elapsed >= duration else {
      value["status"]?["active"] = .int(Int64(min(parallelism, completions)))
      if elapsed >= startTime {
        value["status"]?["ready"] = .int(Int64(min(parallelism, completions)))
        return Next(status: value["status"], after: duration - elapsed)
      }
      return Next(status: value["status"], after: startTime - elapsed)
    }
    value["status"]?["succeeded"] = .int(Int64(completions))
    value["status"]?["completionTime"] = .string(now.rfc3339)
    value.setCondition(
      "Complete", "True", reason: "CompletionsReached",
      message: "Reached expected number of succeeded pods", now: now)
    return Next(status: value["status"])
  }

  /// The last time its schedule came round: minute and hour are read, days are not.
  private func cronJob(now: Time) -> Next {
    let fields = (object[path: "spec", "schedule"]?.string ?? "").split(separator: " ")
    func number(_ index: Int, below end: Int) -> Int? {
      guard index < fields.count, let number = Int(fields[index]) else { return nil }
      return (0..<end).contains(number) ? number : nil
    }
    let minute = number(0, below: 60) ?? 0
    let hour = number(1, below: 24)
    let period = hour == nil ? 3_600 : 86_400
    let offset = minute * 60 + (hour ?? 0) * 3_600
    let seconds = Int(now.nanoseconds / 1_000_000_000)
    let last = (seconds - offset) / period * period + offset
    let next = Duration.seconds(last + period - seconds)
    guard
      let created = object[path: "metadata", "creationTimestamp"]?.string
        .flatMap(Time.init(rfc3339:)),
      Time(seconds: Double(last)) > created, object[path: "spec", "suspend"]?.bool != true
    else { return Next(status: old, upkeep: next) }
    let text = Time(seconds: Double(last)).rfc3339
    return Next(
      status: ["lastScheduleTime": .string(text), "lastSuccessfulTime": .string(text)],
      upkeep: next)
  }

  // MARK: Flink

  /// A job keeps its id for as long as it lives; a new copy starts a new job, unless a label
  /// tells it which one to go on with.
  private var jobID: String {
    if let known = old[path: "jobStatus", "jobID"]?.string, !known.isEmpty { return known }
    let relayed = object.labels.sorted { $0.key < $1.key }
      .first { $0.key.lowercased().hasSuffix("jobid") }
    if let relayed { return relayed.value }
    return FNV.hex(object.uid.utf8)
  }

  private func flink() -> Next {
    let isRunning = old[path: "jobStatus", "state"]?.string == "RUNNING"
    let starts = startTime / 2
    if !isBroken, !isRunning, elapsed < starts, old["jobStatus"] == nil {
      return Next(status: [:], after: starts - elapsed)
    }
    let isUp = !isBroken && (elapsed >= startTime + .seconds(2))
    let isKept = !isBroken && isRunning
    let status: JSONValue = [
      "clusterInfo": ["flink-version": "1.17.2"],
      "jobManagerDeploymentStatus": isUp || isKept ? "READY" : "DEPLOYING",
      "jobStatus": [
        "jobID": .string(jobID), "jobName": .string(object.objectName),
        "startTime": old[path: "jobStatus", "startTime"] ?? "1700000000000",
        "state": isUp || isKept ? "RUNNING" : "RECONCILING",
      ],
      "lifecycleState": isBroken
        ? old["lifecycleState"] ?? "DEPLOYED"
        : isUp || isKept ? "STABLE" : "DEPLOYED",
      "observedGeneration": .int(Int64(object.generation)),
    ]
    if isBroken || isUp || isKept { return Next(status: status) }
    return Next(status: status, after: startTime + .seconds(2) - elapsed)
  }

  // MARK: Others

  private func address() -> Next {
    guard object.kind == "Ingress" || object[path: "spec", "type"]?.string == "LoadBalancer" else {
      return Next(status: ["loadBalancer": [:]])
    }
    if isBroken { return Next(status: ["loadBalancer": [:]]) }
    if old[path: "loadBalancer", "ingress"] != nil { return Next(status: old) }
    guard elapsed >= startTime else {
      return Next(status: ["loadBalancer": [:]], after: startTime - elapsed)
    }
    // 192.0.2.0/24 is for documentation (RFC 5737).
    let number = FNV.hash(object.uid.utf8) % 254 + 1
    return Next(
      status: ["loadBalancer": ["ingress": [["ip": .string("192.0.2.\(number)")]]]])
  }

  private func claim() -> Next {
    if old["phase"] == "Bound" { return Next(status: old) }
    guard elapsed >= startTime, !isBroken else {
      return Next(
        status: ["phase": "Pending"], after: isBroken ? nil : startTime - elapsed)
    }
    return Next(status: ["phase": "Bound"])
  }

  private func pod(now: Time) -> Next {
    let isUp = elapsed >= startTime && !isBroken
    var value: JSONValue = ["status": ["phase": .string(isUp || isBroken ? "Running" : "Pending")]]
    value["status"]?["conditions"] = old["conditions"] ?? []
    value.setCondition(
      "Ready", isUp ? "True" : "False", reason: isUp ? "PodReady" : "ContainersNotReady",
      message: "", now: now)
    return isUp || isBroken
      ? Next(status: value["status"])
      : Next(status: value["status"], after: startTime - elapsed)
  }
}
