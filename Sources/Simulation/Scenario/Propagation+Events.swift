import Manifest

extension Propagation {
  /// Events live for an hour: only what happened lately has left any.
  private var isRecent: Bool { template.age < .seconds(3_600) || !template.evictions.isEmpty }

  private var display: String {
    template.namespace.isEmpty ? template.name : "\(template.namespace)/\(template.name)"
  }

  private var bindingDisplay: String {
    let name = KarmadaName.binding(kind: template.kind, name: template.name)
    return template.namespace.isEmpty ? name : "\(template.namespace)/\(name)"
  }

  /// On the template and its binding: claimed, scheduled, sent, evicted.
  func events(on loaded: JSONValue, binding: JSONValue, seeder: inout FleetSeeder) {
    if !template.unschedulable.isEmpty {
      for object in [binding, loaded] {
        seeder.event(
          on: object, reason: "ScheduleBindingFailed", component: "default-scheduler",
          message: template.unschedulable, age: .seconds(240), isWarning: true, count: 14)
      }
    }
    for eviction in template.evictions {
      seeder.event(
        on: binding, reason: "EvictWorkloadFromClusterSucceed",
        component: eviction.producer == "TaintManager"
          ? "taint-manager" : "resource-binding-application-failover-controller",
        message: "Evict from cluster \(eviction.from) succeed.", age: eviction.age)
    }
    guard isRecent else { return }
    let age = min(template.age, template.evictions.map(\.age).min() ?? template.age)
    let placed = template.targets.map { "\($0.cluster):\($0.replicas)" }.joined(separator: ", ")
    if template.age < .seconds(3_600), let policy {
      let name = policy[path: "metadata", "name"]?.string ?? ""
      let place = policy[path: "metadata", "namespace"]?.string.map { "\($0)/" } ?? ""
      seeder.event(
        on: loaded, reason: "ApplyPolicySucceed", component: "resource-detector",
        message: "Apply policy(\(place)\(name)) succeed", age: age)
    }
    guard !template.targets.isEmpty else { return }
    for object in [binding, loaded] {
      seeder.event(
        on: object, reason: "ScheduleBindingSucceed", component: "default-scheduler",
        message: "Binding has been scheduled successfully. Result: {\(placed)}", age: age)
      seeder.event(
        on: object, reason: "SyncWorkSucceed", component: "binding-controller",
        message: "Sync work of resourceBinding(\(bindingDisplay)) successful.", age: age, count: 3)
    }
  }

  /// On a Work: what the member said.
  func workEvents(on work: JSONValue, target: Scenario.Target, seeder: inout FleetSeeder) {
    let space = KarmadaName.executionSpace(target.cluster)
    let name = work[path: "metadata", "name"]?.string ?? ""
    if let refusal = template.notAppliedOn[target.cluster] {
      seeder.event(
        on: work, reason: "SyncFailed", component: "execution-controller",
        message: "Failed to sync work(\(space)/\(name)) to cluster(\(target.cluster)): \(refusal)",
        age: .seconds(90), isWarning: true, count: 22)
      return
    }
    if template.unhealthyOn.contains(target.cluster) {
      seeder.event(
        on: work, reason: "InterpretHealthSucceed", component: "work-status-controller",
        message: "Interpret health of object(\(template.kind)/\(display)) as unhealthy.",
        age: .seconds(150), count: 6)
    }
    guard isRecent else { return }
    seeder.event(
      on: work, reason: "SyncSucceed", component: "execution-controller",
      message: "Sync work(\(space)/\(name)) to cluster(\(target.cluster)) successful.",
      age: min(template.age, template.evictions.map(\.age).min() ?? template.age))
  }
}
