import ControlPlane
import Manifest

/// workload-rebalancer: asks for a fresh scheduling of the workloads a WorkloadRebalancer lists
/// (1.12: pkg/controllers/workloadrebalancer).
public struct WorkloadRebalancerController: Controller {
  public let name = "workload-rebalancer"

  public init() {}

  public func keys(after change: Change, in view: FleetView) -> [ObjectKey] {
    guard change.server == .karmada, change.type.api == .workloadRebalancers,
      change.kind != .deleted, change.changes({ $0["spec"] })
    else { return [] }
    return [change.key]
  }

  public func step(_ key: ObjectKey, in view: FleetView) -> [Action] {
    guard let rebalancer = view.object(key)?.value else { return [] }
    if let finish = rebalancer[path: "status", "finishTime"]?.string,
      rebalancer[path: "status", "observedGeneration"]?.int == rebalancer.generation
    {
      return expiry(of: rebalancer, finished: finish, key: key, now: view.now)
    }
    let triggered = rebalancer[path: "metadata", "creationTimestamp"] ?? ""
    var actions: [Action] = []
    var observed: [JSONValue] = []
    let known = rebalancer[path: "status", "observedWorkloads"]?.array ?? []
    for workload in sorted(rebalancer[path: "spec", "workloads"]?.array ?? []) {
      if let done = known.first(where: {
        $0["workload"] == workload && $0["result"] == "Successful"
      }) {
        observed.append(done)
        continue
      }
      guard let binding = binding(of: workload, in: view) else {
        observed.append([
          "workload": workload, "result": "Failed", "reason": "ReferencedBindingNotFound",
        ])
        continue
      }
      if binding.value[path: "spec", "rescheduleTriggeredAt"] != triggered {
        actions.append(.patch(binding.key, ["spec": ["rescheduleTriggeredAt": triggered]]))
      }
      observed.append(["workload": workload, "result": "Successful"])
    }
    let status: JSONValue = [
      "observedWorkloads": .array(observed),
      "observedGeneration": .int(Int64(rebalancer.generation)),
      "finishTime": .string(view.now.rfc3339),
    ]
    return actions + [
      .write(Write(.mergeStatus, key, ["status": status]), onRefusal: []),
      .requeue(after: .seconds(1)),
    ]
  }

  private func binding(of workload: JSONValue, in view: FleetView) -> Binding? {
    let namespace = workload["namespace"]?.string ?? ""
    return Binding(
      Binding.key(
        kind: workload["kind"]?.string ?? "", namespace: namespace,
        name: workload["name"]?.string ?? ""),
      in: view)
  }

  /// In the order in which the status lists them: by what they are.
  private func sorted(_ workloads: [JSONValue]) -> [JSONValue] {
    func text(_ workload: JSONValue) -> String {
      ["apiVersion", "kind", "namespace", "name"].map { workload[$0]?.string ?? "" }
        .joined(separator: "#")
    }
    return workloads.sorted { text($0) < text($1) }
  }

  /// ttlSecondsAfterFinished.
  private func expiry(of rebalancer: JSONValue, finished: String, key: ObjectKey, now: Time)
    -> [Action]
  {
    guard let seconds = rebalancer[path: "spec", "ttlSecondsAfterFinished"]?.int32,
      let finished = Time(rfc3339: finished)
    else { return [] }
    let rest = finished + .seconds(seconds) - now
    return rest > .zero ? [.requeue(after: rest)] : [.delete(key, uid: rebalancer.uid)]
  }
}
