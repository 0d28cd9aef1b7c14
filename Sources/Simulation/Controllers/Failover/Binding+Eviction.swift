import Manifest

/// A graceful eviction that is about to begin.
struct EvictionOrder {
  var reason: String
  var producer: String
  var purgeMode: String
  var gracePeriodSeconds: Int?
  /// nil: the old copy goes when the new one is healthy. true: only when somebody says so.
  var suppressDeletion: Bool?
  /// Labels for the new place; nil when the policy preserves no state.
  var preservedLabels: [String: String]?
  /// Where it ran before, told together with the labels.
  var clustersBefore: [String] = []
}

extension Binding {
  /// Moves a cluster from the schedule result to the eviction tasks, as 1.12's
  /// `GracefulEvictCluster` does: the task has no creationTimestamp yet, and an eviction that is
  /// under way is not begun again.
  ///
  /// - Returns: false when the binding is not on that cluster.
  mutating func evict(from cluster: String, _ order: EvictionOrder) -> Bool {
    guard let index = targets.firstIndex(where: { $0.name == cluster }) else { return false }
    let replicas = targets[index].replicas
    var rest = spec["clusters"]?.array ?? []
    rest.remove(at: index)
    value["spec"]?["clusters"] = rest.isEmpty ? nil : .array(rest)
    guard !isBeingEvicted(from: cluster) else { return true }
    var task: JSONValue = [
      "fromCluster": .string(cluster), "producer": .string(order.producer),
      "purgeMode": .string(order.purgeMode), "reason": .string(order.reason),
    ]
    if replicas > 0 { task["replicas"] = .int(Int64(replicas)) }
    task["gracePeriodSeconds"] = order.gracePeriodSeconds.map { .int(Int64($0)) }
    task["suppressDeletion"] = order.suppressDeletion.map { .bool($0) }
    if let labels = order.preservedLabels {
      task["preservedLabelState"] = .object(JSONObject(sorted: labels))
      task["clustersBeforeFailover"] = .array(order.clustersBefore.map { .string($0) })
    }
    let tasks = evictionTasks + [task]
    value["spec"]?["gracefulEvictionTasks"] = .array(tasks)
    return true
  }

  /// Whether there is a task for that cluster.
  func isBeingEvicted(from cluster: String) -> Bool {
    evictionTasks.contains { $0["fromCluster"]?.string == cluster }
  }

  /// status.aggregatedStatus of a cluster; nil when nothing was collected from there.
  func observed(on cluster: String) -> JSONValue? {
    value[path: "status", "aggregatedStatus"]?.array?
      .first { $0["clusterName"]?.string == cluster }
  }

  /// The Events 1.12 records when an eviction ends, on the binding and on its template.
  func evictionEvents(from cluster: String) -> [Action] {
    events("EvictWorkloadFromClusterSucceed", "Evict from cluster \(cluster) succeed.")
      .map { .event($0) }
  }
}
