import ControlPlane
import Manifest

/// Makes a fleet of a scenario: everything Karmada would have derived from its templates and
/// policies (bindings, Works, ids, annotations, events), under Karmada's own names.
public struct FleetSeeder {
  private let scenario: Scenario
  private let now: Time
  private var random: SeededRandom
  var fleet: Fleet
  /// "PropagationPolicy/ns/name" → the loaded object.
  private var policies: [String: JSONValue] = [:]

  private init(scenario: Scenario, seed: UInt64, now: Time) {
    self.scenario = scenario
    self.now = now
    random = SeededRandom(seed: seed)
    fleet = Fleet(
      karmada: ObjectStore(registry: .karmada, seed: random.next(), now: now - .seconds(7_776_000)))
  }

  /// The fleet of a scenario at a moment. The same seed and moment give the same fleet.
  public static func fleet(of scenario: Scenario, seed: UInt64 = 1, now: Time) -> Fleet {
    var seeder = FleetSeeder(scenario: scenario, seed: seed, now: now)
    seeder.seedNamespaces()
    for cluster in scenario.clusters { seeder.seed(cluster) }
    for policy in scenario.policies { seeder.seedPolicy(policy) }
    for template in scenario.templates { seeder.seed(template) }
    seeder.fleet.karmada.enforceKarmada()
    return seeder.fleet
  }

  // MARK: Loading

  /// Gives an object the metadata a server would have and puts it in.
  @discardableResult
  mutating func load(_ value: JSONValue, at created: Time, manager: String) -> JSONValue {
    guard let version = value["apiVersion"]?.string, let kind = value["kind"]?.string,
      let type = fleet.karmada.registry.type(apiVersion: version, kind: kind)
    else { return value }
    var value = value
    var metadata = value["metadata"] ?? [:]
    if metadata["uid"] == nil { metadata["uid"] = .string(random.uuid()) }
    metadata["creationTimestamp"] = .string(created.rfc3339)
    if type.hasGeneration, metadata["generation"] == nil { metadata["generation"] = 1 }
    value["metadata"] = metadata
    var spec = value
    spec["status"] = nil
    ManagedFields.record(
      old: .null, new: &spec, target: WriteTarget(type), options: .by(manager), now: created)
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
    value["metadata"]?["resourceVersion"] = .string(String(fleet.karmada.resourceVersion))
    return value
  }

  mutating func uuid() -> String { random.uuid() }

  private mutating func seedNamespaces() {
    for name in ["karmada-system", "karmada-cluster"] + scenario.namespaces {
      load(Self.namespace(name), at: now - .seconds(7_000_000), manager: "kubectl-create")
    }
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
    let value = load(
      ClusterManifest(cluster: cluster, now: now, id: uuid()).value, at: created,
      manager: "karmadactl")
    load(
      Self.namespace(KarmadaName.executionSpace(cluster.name)), at: created,
      manager: "karmada-controller-manager")
    event(
      on: value, reason: "CreateExecutionSpaceSucceed", component: "cluster-controller",
      message: "Created execution space(\(KarmadaName.executionSpace(cluster.name))) for "
        + "cluster(\(cluster.name)).", age: .seconds(3_000))
    if let gone = cluster.notReadyFor {
      event(
        on: value, reason: "TaintClusterSucceed", component: "cluster-controller",
        message: "Taint cluster succeed: cluster now has taints([{Key:cluster.karmada.io/not-ready,"
          + "Effect:NoSchedule}]).", age: gone)
    }
    fleet.members[cluster.name] = Member(
      store: MemberSeed.store(
        cluster, namespaces: scenario.namespaces, seed: random.next(), now: created),
      isReachable: cluster.notReadyFor == nil,
      background: MemberUse(
        milliCPU: cluster.cpu[1] * 1_000, memoryMiB: cluster.memory[1] * 1_024,
        pods: cluster.pods[1]))
  }

  private mutating func seedPolicy(_ manifest: JSONValue) {
    var value = manifest
    let kind = manifest["kind"]?.string ?? ""
    if kind.hasSuffix("PropagationPolicy") {
      let prefix = kind.hasPrefix("Cluster") ? "clusterpropagationpolicy" : "propagationpolicy"
      var metadata = value["metadata"] ?? [:]
      metadata["labels"] = ["\(prefix).karmada.io/permanent-id": .string(uuid())]
      metadata["finalizers"] = [
        kind.hasPrefix("Cluster")
          ? "karmada.io/cluster-propagation-policy-controller"
          : "karmada.io/propagation-policy-controller"
      ]
      value["metadata"] = metadata
      value["spec"] = MergePatch.apply(
        value["spec"] ?? [:],
        to: [
          "conflictResolution": "Abort", "preemption": "Never", "priority": 0,
          "schedulerName": "default-scheduler",
        ])
    }
    let loaded = load(value, at: now - .seconds(1_900_000), manager: "kubectl-client-side-apply")
    let namespace = loaded[path: "metadata", "namespace"]?.string ?? ""
    let name = loaded[path: "metadata", "name"]?.string ?? ""
    policies["\(namespace)/\(name)"] = loaded
  }

  private mutating func seed(_ template: Scenario.Template) {
    let isClusterPolicy = template.policy.hasPrefix("cluster/")
    let name = isClusterPolicy ? String(template.policy.dropFirst(8)) : template.policy
    let policy = policies["\(isClusterPolicy ? "" : template.namespace)/\(name)"]
    // A generator of its own: a copy of the seeder's would draw the same ids again.
    var propagation = Propagation(
      template: template, policy: policy, random: SeededRandom(seed: random.next()), now: now,
      clusters: scenario.clusters)
    propagation.seed(into: &self)
    seedTroubles(of: template)
  }

  /// What is wrong with a template's copies stays wrong when controllers look at them.
  private mutating func seedTroubles(of template: Scenario.Template) {
    for cluster in template.unhealthyOn {
      fleet.troubles.broken.insert(
        ApplicationID(
          kind: template.kind, namespace: template.namespace, name: template.name,
          cluster: cluster))
    }
    for (cluster, refusal) in template.notAppliedOn {
      fleet.members[cluster]?.store.admission.append(
        AdmissionRule("refusal of \(template.name)") { (request, _) throws(StatusError) in
          guard request.operation != .delete, request.type.api.kind == template.kind,
            request.namespace == template.namespace, request.name == template.name
          else { return }
          throw StatusError(code: 403, reason: "Forbidden", message: refusal)
        })
    }
  }

  // MARK: Events

  /// An event as Karmada's components record it, on an object already loaded. One of more than an
  /// hour ago would have expired and is left out.
  mutating func event(
    on object: JSONValue, reason: String, component: String, message: String, age: Duration,
    isWarning: Bool = false, count: Int = 1
  ) {
    guard age < EventExpiry.lifetime else { return }
    let name = object[path: "metadata", "name"]?.string ?? ""
    let own = object[path: "metadata", "namespace"]?.string ?? ""
    let namespace = own.isEmpty ? "default" : own
    let last = now - age
    let suffix = String(
      UInt64(bitPattern: last.nanoseconds) &+ random.next() % 1_000_000, radix: 16)
    var involved: JSONObject = ["kind": object["kind"] ?? ""]
    if !own.isEmpty { involved["namespace"] = .string(own) }
    involved["name"] = .string(name)
    involved["uid"] = object[path: "metadata", "uid"]
    involved["apiVersion"] = object["apiVersion"]
    let first = count > 1 ? last - .seconds(30 * count) : last
    load(
      [
        "kind": "Event", "apiVersion": "v1",
        "metadata": ["name": .string("\(name).\(suffix)"), "namespace": .string(namespace)],
        "involvedObject": .object(involved), "reason": .string(reason),
        "message": .string(message), "source": ["component": .string(component)],
        "firstTimestamp": .string(first.rfc3339), "lastTimestamp": .string(last.rfc3339),
        "count": .int(Int64(count)), "type": isWarning ? "Warning" : "Normal", "eventTime": nil,
        "reportingComponent": .string(component), "reportingInstance": "",
      ], at: first, manager: component)
  }
}

extension ObjectStore.WriteOptions {
  fileprivate static func by(_ manager: String) -> ObjectStore.WriteOptions {
    var options = ObjectStore.WriteOptions()
    options.fieldManager = manager
    return options
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

  /// The embedded Karmada with a scenario's fleet.
  public convenience init(
    scenario: Scenario, time: any TimeSource, seed: UInt64 = 1,
    clock: any Clock<Duration> = ContinuousClock()
  ) {
    self.init(
      fleet: FleetSeeder.fleet(of: scenario, seed: seed, now: time.now), time: time,
      clock: clock)
  }
}
