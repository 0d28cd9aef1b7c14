import Manifest

/// An amount of a member's machines.
public struct MemberUse: Hashable, Sendable {
  /// In thousandths of a core.
  public var milliCPU: Int
  public var memoryMiB: Int
  public var pods: Int

  public init(milliCPU: Int = 0, memoryMiB: Int = 0, pods: Int = 0) {
    self.milliCPU = milliCPU
    self.memoryMiB = memoryMiB
    self.pods = pods
  }

  init(_ value: JSONValue) {
    self.init(
      milliCPU: value["cpu"]?.int ?? 0, memoryMiB: value["memory"]?.int ?? 0,
      pods: value["pods"]?.int ?? 0)
  }

  var value: JSONValue {
    [
      "cpu": .int(Int64(milliCPU)), "memory": .int(Int64(memoryMiB)), "pods": .int(Int64(pods)),
    ]
  }

  /// As a resource list: `{"cpu":"1500m","memory":"2Gi","pods":"3"}`.
  var resources: JSONValue {
    [
      "cpu": .string(Quantity(thousandths: Int64(milliCPU)).text),
      "memory": .string(
        (Quantity(1_048_576, isBinary: true) * memoryMiB).text), "pods": .string(String(pods)),
    ]
  }

  static func + (a: MemberUse, b: MemberUse) -> MemberUse {
    MemberUse(
      milliCPU: a.milliCPU &+ b.milliCPU, memoryMiB: a.memoryMiB &+ b.memoryMiB,
      pods: a.pods &+ b.pods)
  }
}

/// What a member tells of itself: version, kinds, nodes, resources.
struct MemberReport {
  let name: String
  let cluster: JSONValue
  let memory: ClusterStatusController.Memory
  let view: FleetView

  init(
    name: String, cluster: JSONValue, memory: ClusterStatusController.Memory, in view: FleetView
  ) {
    self.name = name
    self.cluster = cluster
    self.memory = memory
    self.view = view
  }

  func status(memory: inout ClusterStatusController.Memory) -> JSONValue {
    var status = cluster["status"] ?? [:]
    guard let member = view.fleet.members[name] else { return status }
    let nodes = view.all(.nodes, on: .member(name)).map(\.value)
    if let version = nodes.first?[path: "status", "nodeInfo", "kubeletVersion"] {
      status["kubernetesVersion"] = version
    }
    if status["apiEnablements"] == nil {
      status["apiEnablements"] = Self.enablements(of: member.store.registry)
    }
    var withCondition: JSONValue = ["status": status]
    withCondition.setCondition(
      "CompleteAPIEnablements", "True", reason: "Complete",
      message: "collected complete APIEnablements from the cluster", now: view.now)
    status = withCondition["status"] ?? status
    let ready = nodes.filter { $0.isTrue("Ready") }.count
    status["nodeSummary"] = [
      "totalNum": .int(Int64(nodes.count)), "readyNum": .int(Int64(ready)),
    ]
    status["resourceSummary"] = resources(of: member, nodes: nodes, memory: &memory)
    return status
  }

  static func enablements(of registry: ResourceRegistry) -> JSONValue {
    let groups = [(name: "", versions: ["v1"])] + registry.groups
    return .array(
      groups.flatMap { group in
        group.versions.map { version -> JSONValue in
          let types = registry.types(group: group.name, version: version).filter { !$0.isReview }
          return [
            "groupVersion": .string(group.name.isEmpty ? version : "\(group.name)/\(version)"),
            "resources": .array(
              types.sorted { $0.api.plural < $1.api.plural }.map {
                ["name": .string($0.api.plural), "kind": .string($0.api.kind)]
              }),
          ]
        }
      }.filter { $0["resources"]?.array?.isEmpty == false }
        .sorted { ($0["groupVersion"]?.string ?? "") < ($1["groupVersion"]?.string ?? "") })
  }

  private func resources(
    of member: Member, nodes: [JSONValue], memory: inout ClusterStatusController.Memory
  ) -> JSONValue {
    var summary = cluster[path: "status", "resourceSummary"] ?? [:]
    let allocatable = nodes.reduce(MemberUse()) { sum, node in
      let resources = node[path: "status", "allocatable"]
      func amount(_ name: String) -> Quantity {
        resources?[name]?.string.flatMap(Quantity.init) ?? Quantity(0)
      }
      return sum
        + MemberUse(
          milliCPU: Int(amount("cpu").thousandths),
          memoryMiB: Int(amount("memory").thousandths / 1_000 / 1_048_576),
          pods: Int(amount("pods").thousandths / 1_000))
    }
    if allocatable != MemberUse() { summary["allocatable"] = allocatable.resources }
    // Adding up takes a look at every workload: only when something in the member has changed,
    // and not at the very first look, when the object says what was true.
    let isFirst = memory.version == nil
    if memory.version != member.store.resourceVersion {
      memory.version = member.store.resourceVersion
      if !isFirst || summary["allocated"] == nil { memory.used = Self.used(in: member) }
    }
    if memory.used != nil || member.background != MemberUse() {
      var allocated = (memory.used ?? MemberUse()) + member.background
      if member.background.pods > 3 { allocated.pods += wander }
      summary["allocated"] = allocated.resources
    }
    return summary
  }

  /// Pods come and go, a few every half minute.
  private var wander: Int {
    let minute = view.now.nanoseconds / 30_000_000_000
    return Int(FNV.hash("\(name)/\(minute)".utf8) % 7) - 3
  }

  /// What the workloads of a member ask for, as far as they run.
  static func used(in member: Member) -> MemberUse {
    var sum = MemberUse()
    for kind in ["deployments.apps", "statefulsets.apps", "flinkdeployments.flink.apache.org"] {
      guard let type = member.store.registry.type(id: kind) else { continue }
      for object in member.store.all(type) {
        let value = object.value
        guard let wanted = ResourceInterpreter.replicas(of: value) else { continue }
        let count = value[path: "status", "replicas"]?.int32 ?? wanted.count
        sum = sum + use(of: wanted.requirements, times: count)
      }
    }
    return sum
  }

  static func use(of requirements: JSONValue?, times count: Int) -> MemberUse {
    func amount(_ name: String) -> Quantity {
      requirements?[path: "resourceRequest", name]?.string.flatMap(Quantity.init) ?? Quantity(0)
    }
    let bytes = (amount("memory") * count).thousandths / 1_000
    return MemberUse(
      milliCPU: Int((amount("cpu") * count).thousandths), memoryMiB: Int(bytes / 1_048_576),
      pods: count)
  }
}
