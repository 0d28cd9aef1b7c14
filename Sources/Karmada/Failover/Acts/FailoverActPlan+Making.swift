import Manifest

extension FailoverActPlan {
  /// What an act would do, judged on what the server has just said.
  ///
  /// - Parameter name: of the WorkloadRebalancer that a rescheduling creates.
  public static func make(
    _ act: FailoverAct, _ facts: FailoverActFacts, name: String
  ) throws(FailoverActFailure) -> FailoverActPlan {
    switch act {
    case .release(let binding, let from): try release(act, binding, from, facts.object)
    case .reschedule(let workload, let binding):
      reschedule(act, workload, binding, facts.object, name)
    case .taint(let cluster, let taint): try self.taint(act, cluster, taint, facts)
    case .untaint(let cluster, let key, let effect):
      try untaint(act, cluster, key, effect, facts.object)
    }
  }

  private static func version(_ object: JSONValue) throws(FailoverActFailure) -> JSONValue {
    guard let version = object[path: "metadata", "resourceVersion"]?.string, !version.isEmpty else {
      throw FailoverActFailure("the server gave no resourceVersion: nothing can be changed safely")
    }
    return .string(version)
  }

  private mutating func say(_ weight: Weight, _ text: String) {
    sentences.append(Sentence(weight, text))
  }

  // MARK: A suppressed eviction

  private static func release(
    _ act: FailoverAct, _ key: ObjectKey, _ from: String, _ object: JSONValue
  ) throws(FailoverActFailure) -> FailoverActPlan {
    var tasks = object[path: "spec", "gracefulEvictionTasks"]?.array ?? []
    guard let at = tasks.firstIndex(where: { $0["fromCluster"]?.string == from }) else {
      throw FailoverActFailure("\(key) has no eviction from \(from) any more")
    }
    guard tasks[at]["suppressDeletion"]?.bool == true else {
      throw FailoverActFailure("the eviction of \(key) from \(from) is not suppressed")
    }
    tasks[at]["suppressDeletion"] = false
    var plan = FailoverActPlan(
      act, target: .binding(key),
      body: [
        "metadata": ["resourceVersion": try version(object)],
        "spec": ["gracefulEvictionTasks": .array(tasks)],
      ])
    plan.say(.plain, "The copy on \(from) is deleted; the eviction is over.")
    plan.judgeRelease(object, from)
    return plan
  }

  /// What is left once the old copy is gone.
  private mutating func judgeRelease(_ object: JSONValue, _ from: String) {
    let targets = (object[path: "spec", "clusters"]?.array ?? []).compactMap { $0["name"]?.string }
      .filter { $0 != from }
    guard !targets.isEmpty else {
      refusal =
        "the copy on \(from) is the only one: nothing is scheduled elsewhere. Reschedule it first"
      return
    }
    let reports = object[path: "status", "aggregatedStatus"]?.array ?? []
    for target in targets {
      let report = reports.first { $0["clusterName"]?.string == target }
      switch report?["health"]?.string {
      case "Healthy": say(.good, "\(target) reports it healthy.")
      case let health?: say(.bad, "\(target) reports it \(health): it may run nowhere then.")
      case nil: say(.bad, "\(target) has reported nothing yet: it may run nowhere then.")
      }
    }
  }

  // MARK: Scheduling afresh

  private static func reschedule(
    _ act: FailoverAct, _ workload: ObjectReference, _ key: ObjectKey, _ object: JSONValue,
    _ name: String
  ) -> FailoverActPlan {
    var reference: JSONObject = [
      "apiVersion": .string(workload.apiVersion), "kind": .string(workload.kind),
      "name": .string(workload.name),
    ]
    if !workload.namespace.isEmpty { reference["namespace"] = .string(workload.namespace) }
    var plan = FailoverActPlan(
      act, target: .workloadRebalancer(name),
      body: [
        "apiVersion": "apps.karmada.io/v1alpha1", "kind": "WorkloadRebalancer",
        "metadata": ["name": .string(name)],
        "spec": ["workloads": [.object(reference)], "ttlSecondsAfterFinished": 3600],
      ])
    let now = (object[path: "spec", "clusters"]?.array ?? []).compactMap { $0["name"]?.string }
    plan.say(
      .plain,
      now.isEmpty
        ? "It is on no cluster now; the scheduler looks for one again."
        : "It is on \(now.joined(separator: ", ")) now; the scheduler places it afresh, as if it "
          + "were new: it may move, and stop where it is.")
    let tasks = (object[path: "spec", "gracefulEvictionTasks"]?.array ?? [])
      .compactMap { $0["fromCluster"]?.string }
    if !tasks.isEmpty {
      let names = tasks.joined(separator: ", ")
      plan.say(
        .warning, "While its eviction from \(names) is open the scheduler does not use that.")
    }
    plan.say(.plain, "Where it goes is the scheduler's choice, within its policy's placement.")
    return plan
  }

  // MARK: Taints

  private static func taint(
    _ act: FailoverAct, _ name: String, _ taint: Cluster.Taint, _ facts: FailoverActFacts
  ) throws(FailoverActFailure) -> FailoverActPlan {
    var taints = facts.object[path: "spec", "taints"]?.array ?? []
    let isThere = taints.contains {
      $0["key"]?.string == taint.key && $0["effect"]?.string == taint.effect
    }
    guard !isThere else {
      throw FailoverActFailure("\(name) has a taint \(taint.key):\(taint.effect) already")
    }
    var entry: JSONObject = ["key": .string(taint.key), "effect": .string(taint.effect)]
    if !taint.value.isEmpty { entry["value"] = .string(taint.value) }
    taints.append(.object(entry))
    var plan = FailoverActPlan(
      act, target: .cluster(name),
      body: [
        "metadata": ["resourceVersion": try version(facts.object)],
        "spec": ["taints": .array(taints)],
      ])
    guard taint.effect == "NoExecute" else {
      plan.say(.plain, "Nothing moves now; nothing new is scheduled to \(name).")
      return plan
    }
    plan.tellMoves(taint, name, facts)
    return plan
  }

  /// Everything that a NoExecute taint would drive out, the worst first.
  private mutating func tellMoves(
    _ taint: Cluster.Taint, _ name: String, _ facts: FailoverActFacts
  ) {
    var (stranded, moving, shrinking, staying): ([String], [String], [String], [String]) =
      ([], [], [], [])
    for binding in facts.placed ?? [] where binding.clusters.contains(name) {
      switch TaintEffect(binding, taint, on: name, facts.clusters) {
      case .strands(let after): stranded.append(binding.title + Self.delay(after))
      case .moves(let after, let to):
        moving.append("\(binding.title) → \(to.joined(separator: " or "))\(Self.delay(after))")
      case .shrinks(let after, let others):
        shrinking.append(
          "\(binding.title), which stays on \(others.joined(separator: ", "))\(Self.delay(after))")
      case .stays: staying.append(binding.title)
      }
    }
    let leaving = stranded.count + moving.count + shrinking.count
    let leave = leaving == 1 ? "1 workload leaves" : "\(leaving) workloads leave"
    let stay =
      staying.count == 1 ? "1 tolerates it and stays" : "\(staying.count) tolerate it and stay"
    say(.plain, "\(leave) \(name), \(stay).")
    list(.bad, "Will run NOWHERE, nothing else fits (\(stranded.count)):", stranded)
    list(.plain, "Move (\(moving.count)):", moving)
    list(.warning, "Lose this copy and get no other (\(shrinking.count)):", shrinking)
    list(.plain, "Stay (\(staying.count)):", staying)
  }

  private static func delay(_ seconds: Int) -> String {
    seconds == 0 ? "" : " after \(seconds) s"
  }

  private mutating func list(_ weight: Weight, _ head: String, _ items: [String]) {
    guard !items.isEmpty else { return }
    say(weight, head)
    for item in items.sorted() { say(weight, "  " + item) }
  }

  private static func untaint(
    _ act: FailoverAct, _ name: String, _ key: String, _ effect: String?, _ object: JSONValue
  ) throws(FailoverActFailure) -> FailoverActPlan {
    let taints = object[path: "spec", "taints"]?.array ?? []
    let kept = taints.filter {
      $0["key"]?.string != key || (effect != nil && $0["effect"]?.string != effect)
    }
    guard kept.count < taints.count else {
      let there = taints.compactMap { $0["key"]?.string }
      let list = there.isEmpty ? "it has none" : "it has \(there.joined(separator: ", "))"
      throw FailoverActFailure("\(name) has no such taint; \(list)")
    }
    var plan = FailoverActPlan(
      act, target: .cluster(name),
      body: [
        "metadata": ["resourceVersion": try version(object)],
        "spec": ["taints": .array(kept)],
      ])
    plan.say(.plain, "Workloads may be scheduled to \(name) again.")
    plan.say(.plain, "What has left it does not come back by itself: reschedule it for that.")
    if key.hasPrefix("cluster.karmada.io/") {
      plan.say(
        .warning, "\(key) is Karmada's own: it comes back as long as the cluster is as it is.")
    }
    return plan
  }

  // MARK: Afterwards

  /// Whether it would change the same and lead to the same, whatever versions it was read at.
  public func doesTheSame(as other: FailoverActPlan) -> Bool {
    var (a, b) = (body, other.body)
    a["metadata"]?["resourceVersion"] = nil
    b["metadata"]?["resourceVersion"] = nil
    return act == other.act && a == b && sentences == other.sentences
      && refusal == other.refusal
  }

  /// Whether the act has taken effect in the object it changed, as that is now.
  public func isDone(in object: JSONValue) -> Bool {
    switch act {
    case .release(_, let from):
      return !(object[path: "spec", "gracefulEvictionTasks"]?.array ?? [])
        .contains { $0["fromCluster"]?.string == from }
    case .reschedule:
      return Self.rebalanced(object)?["result"] == "Successful"
    case .taint(_, let taint):
      return (object[path: "spec", "taints"]?.array ?? []).contains {
        $0["key"]?.string == taint.key && $0["effect"]?.string == taint.effect
      }
    case .untaint(_, let key, let effect):
      return !(object[path: "spec", "taints"]?.array ?? []).contains {
        $0["key"]?.string == key && (effect == nil || $0["effect"]?.string == effect)
      }
    }
  }

  /// Why it has come to nothing and will not come to more; nil while it still may.
  public func failure(in object: JSONValue) -> String? {
    guard case .reschedule = act, let workload = Self.rebalanced(object),
      workload["result"] == "Failed"
    else { return nil }
    let reason = workload["reason"]?.string ?? ""
    return "the WorkloadRebalancer says Failed" + (reason.isEmpty ? "" : ": \(reason)")
  }

  /// What a WorkloadRebalancer reports of its one workload (apps.karmada.io/v1alpha1,
  /// ObservedWorkload).
  private static func rebalanced(_ object: JSONValue) -> JSONValue? {
    object[path: "status", "observedWorkloads"]?.array?.first
  }
}
