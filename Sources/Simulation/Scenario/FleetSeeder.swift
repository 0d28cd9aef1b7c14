import ControlPlane
import Manifest

/// Makes a fleet with nothing in it but what no controller makes: clusters and their members,
/// namespaces, machines. What users apply to it comes after (`ScenarioHistory`).
public struct FleetSeeder {
  private let scenario: Scenario
  private let now: Time
  private var random: SeededRandom
  private var fleet: Fleet

  private init(scenario: Scenario, seed: UInt64, now: Time) {
    self.scenario = scenario
    self.now = now
    random = SeededRandom(seed: seed)
    fleet = Fleet(
      karmada: ObjectStore(registry: .karmada, seed: random.next(), now: now - .seconds(7_776_000)))
  }

  /// The clusters and namespaces of a scenario, with Karmada's admission. The same seed and moment
  /// give the same fleet.
  public static func frame(of scenario: Scenario, seed: UInt64 = 1, now: Time) -> Fleet {
    var seeder = FleetSeeder(scenario: scenario, seed: seed, now: now)
    for name in ["karmada-system", "karmada-cluster"] + scenario.namespaces {
      seeder.load(namespace(name), at: now - .seconds(7_000_000), manager: "kubectl-create")
    }
    for cluster in scenario.clusters { seeder.seed(cluster) }
    seeder.fleet.karmada.enforceKarmada(tolerations: scenario.settings.tolerations)
    for name in seeder.fleet.members.keys {
      seeder.fleet.members[name]?.store.enforceKubernetes()
    }
    return seeder.fleet
  }

  /// Gives an object the metadata a server would have and puts it in.
  private mutating func load(_ value: JSONValue, at created: Time, manager: String) {
    guard let version = value["apiVersion"]?.string, let kind = value["kind"]?.string,
      let type = fleet.karmada.registry.type(apiVersion: version, kind: kind)
    else { return }
    var value = value
    var metadata = value["metadata"] ?? [:]
    metadata["uid"] = .string(random.uuid())
    metadata["creationTimestamp"] = .string(created.rfc3339)
    if type.hasGeneration { metadata["generation"] = 1 }
    value["metadata"] = metadata
    var spec = value
    spec["status"] = nil
    var options = ObjectStore.WriteOptions()
    options.fieldManager = manager
    ManagedFields.record(
      old: .null, new: &spec, target: WriteTarget(type), options: options, now: created)
    value["metadata"] = spec["metadata"]
    if let status = value["status"] {
      let fields: JSONValue = [
        "f:status": ManagedFields.all(of: ["status": status])["f:status"] ?? [:]
      ]
      let entry: JSONValue = [
        "manager": .string(manager), "operation": "Update", "apiVersion": .string(version),
        "time": .string(created.rfc3339), "fieldsType": "FieldsV1", "fieldsV1": fields,
        "subresource": "status",
      ]
      let entries = value[path: "metadata", "managedFields"]?.array ?? []
      value["metadata"]?["managedFields"] = .array(entries + [entry])
    }
    fleet.karmada.load(value, as: type)
  }

  static func namespace(_ name: String) -> JSONValue {
    [
      "kind": "Namespace", "apiVersion": "v1",
      "metadata": [
        "name": .string(name), "labels": ["kubernetes.io/metadata.name": .string(name)],
      ],
      "spec": ["finalizers": ["kubernetes"]], "status": ["phase": "Active"],
    ]
  }

  private mutating func seed(_ cluster: Scenario.ClusterSpec) {
    let created = now - cluster.age
    load(
      ClusterManifest(cluster: cluster, now: now, id: random.uuid()).value, at: created,
      manager: "karmadactl")
    load(
      Self.namespace(KarmadaName.executionSpace(cluster.name)), at: created,
      manager: "karmada-controller-manager")
    fleet.members[cluster.name] = Member(
      store: MemberSeed.store(
        cluster, namespaces: scenario.namespaces, seed: random.next(), now: created),
      isReachable: cluster.notReadyFor == nil,
      background: MemberUse(
        milliCPU: cluster.cpu[1] * 1_000, memoryMiB: cluster.memory[1] * 1_024,
        pods: cluster.pods[1]))
  }
}

extension SimulatedControlPlane {
  /// The embedded Karmada as a fleet in which things happen: with Karmada's admission and its
  /// controllers, which take what is there for settled. `ControllerLoop` lets them run.
  public convenience init(
    living fleet: Fleet, time: any TimeSource, seed: UInt64 = 1,
    clock: any Clock<Duration> = ContinuousClock()
  ) {
    var fleet = fleet
    fleet.karmada.enforceKarmada()
    let controllers = ControllerRuntime(
      KarmadaControllers.all, fleet: fleet, seed: seed, now: time.now)
    self.init(fleet: fleet, controllers: controllers, time: time, clock: clock)
  }
}
