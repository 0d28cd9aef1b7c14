import ControlPlane
import Manifest

/// A member's own controllers and machines in one: workloads become ready a few seconds after
/// they were made or changed, jobs finish, services get addresses. What a fault has broken does
/// not get ready until it is healed.
public struct MemberWorkloads: Controller {
  public let name = "member-workloads"
  public var manager: String { "kube-controller-manager" }
  public var pace: Pace {
    Pace(
      latency: .milliseconds(5)...(.milliseconds(30)),
      service: .milliseconds(1)...(.milliseconds(4)), workers: 50)
  }

  static let types: Set<String> = [
    "deployments.apps", "statefulsets.apps", "daemonsets.apps", "replicasets.apps", "jobs.batch",
    "cronjobs.batch", "services", "ingresses.networking.k8s.io", "persistentvolumeclaims", "pods",
    "flinkdeployments.flink.apache.org",
  ]

  public init() {}

  public func keys(after change: Change, in view: FleetView) -> [ObjectKey] {
    guard case .member = change.server, Self.types.contains(change.type.id),
      change.kind != .deleted
    else { return [] }
    if change.kind == .modified {
      guard change.changes({ $0["spec"] }) || change.changes({ $0[path: "metadata", "labels"] })
      else { return [] }
    }
    return [change.key]
  }

  public func step(_ key: ObjectKey, in view: FleetView) -> [Action] {
    guard case .member(let cluster) = key.server else { return [] }
    guard let object = view.object(key)?.value else { return [.remember(nil)] }
    // When it is back, everything in it is looked at again.
    guard view.reachableMember(cluster) != nil else { return [] }
    let isBroken = view.fleet.troubles.isBroken(
      kind: object.kind, namespace: key.namespace, name: key.name, cluster: cluster)
    let rollout = Rollout(view.memory, object: object, isBroken: isBroken, now: view.now)
    let workload = SimulatedWorkload(
      object: object, isBroken: isBroken, nodes: view.all(.nodes, on: key.server).count,
      room: Self.room(on: cluster, for: object, in: view), elapsed: view.now - rollout.begun)
    let next = workload.status(now: view.now)
    var actions: [Action] = []
    if let changed = workload.written(revision: rollout.revision) {
      actions.append(.update(key, changed))
    }
    if let status = next.status, status != object["status"] {
      actions.append(
        .write(Write(.replaceStatus, key, ["status": status]), onRefusal: []))
    }
    actions.append(.remember(rollout.value))
    if let after = next.after { actions.append(.requeue(after: after)) }
    if let after = next.upkeep { actions.append(.recur(after: after)) }
    return actions
  }

  /// How many pods of a workload fit beside everything else, by what the cluster last reported.
  private static func room(on cluster: String, for object: JSONValue, in view: FleetView) -> Int {
    guard let summary = view.cluster(cluster)?[path: "status", "resourceSummary"],
      let request = ResourceInterpreter.replicas(of: object)?.requirements?["resourceRequest"]
    else { return .max }
    var room = Int.max
    for (name, value) in request.object?.members ?? [:] {
      guard let each = value.string.flatMap(Quantity.init),
        let all = summary[path: "allocatable", name]?.string.flatMap(Quantity.init)
      else { continue }
      let used = summary[path: "allocated", name]?.string.flatMap(Quantity.init) ?? Quantity(0)
      guard let fits = (all - used).dividedBy(each) else { continue }
      room = min(room, max(0, fits))
    }
    return room
  }

  /// How far a workload has come with what is wanted of it now.
  struct Rollout {
    var generation: Int
    var begun: Time
    var wasBroken: Bool
    /// A number that changes with the pods' template.
    var template: Int
    /// How often the template has changed.
    var revision: Int

    init(_ memory: JSONValue?, object: JSONValue, isBroken: Bool, now: Time) {
      let template = Self.fingerprint(object[path: "spec", "template"])
      generation = memory?["generation"]?.int ?? -1
      wasBroken = memory?["broken"]?.bool ?? false
      self.template = memory?["template"]?.int ?? template
      revision = memory?["revision"]?.int ?? 1
      begun = now
      if case .int(let nanoseconds)? = memory?["begun"] { begun = Time(nanoseconds: nanoseconds) }
      if template != self.template {
        self.template = template
        revision += 1
      }
      if generation != object.generation || wasBroken != isBroken {
        if memory != nil { begun = now }
      }
      generation = object.generation
      wasBroken = isBroken
    }

    private static func fingerprint(_ value: JSONValue?) -> Int {
      guard let value else { return 0 }
      let bytes = value.serialized(sortedKeys: true)
      return Int(truncatingIfNeeded: FNV.hash(bytes) >> 2)
    }

    var value: JSONValue {
      [
        "generation": .int(Int64(generation)), "begun": .int(begun.nanoseconds),
        "broken": .bool(wasBroken),
        "template": .int(Int64(template)), "revision": .int(Int64(revision)),
      ]
    }
  }
}
