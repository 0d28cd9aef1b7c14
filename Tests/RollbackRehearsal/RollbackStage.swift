import ControlPlane
import Foundation
import Journal
import Karmada
import Logging
import Manifest
import Session
import Simulation

/// An embedded Karmada with all its controllers, in a time that passes only when somebody asks it
/// something or waits: a whole rollback takes milliseconds and is the same for the same seed.
package final class RollbackStage: Sendable {
  package static let policy = PolicyReference(
    kind: "PropagationPolicy", key: Karmada.ObjectKey(namespace: "shop", name: "web-pp"))

  package let plane: SimulatedControlPlane
  package let time: ManualTime
  package let folder: String
  package var clock: StageClock { StageClock(stage: self) }

  private static let scenario = """
    name: stage
    title: a stage
    settings: standard
    clusters:
      - {name: member1, region: west}
      - {name: member2, region: east}
      - {name: member3, region: south}
    namespaces: [shop]
    """

  package init(seed: UInt64 = 1) throws {
    let time = ManualTime(Time(seconds: 1_795_348_800))
    self.time = time
    folder = Self.newFolder
    let fleet = FleetSeeder.frame(of: try Scenario(yaml: Self.scenario), seed: seed, now: time.now)
    let runtime = ControllerRuntime(
      KarmadaControllers.all, fleet: fleet, seed: seed, now: time.now)
    plane = SimulatedControlPlane(
      fleet: fleet, controllers: runtime, time: time, clock: TimeClock(time: time))
  }

  /// As it was left on another stage.
  package init(_ fleet: Fleet, _ runtime: ControllerRuntime, at moment: Time) {
    let time = ManualTime(moment)
    self.time = time
    folder = Self.newFolder
    plane = SimulatedControlPlane(
      fleet: fleet, controllers: runtime, time: time, clock: TimeClock(time: time))
  }

  private static let quiet = Logger(label: "stage") { _ in SwiftLogNoOpLogHandler() }

  private static var newFolder: String {
    NSTemporaryDirectory() + "quarterdeck-\(UUID().uuidString)"
  }

  deinit {
    do { try FileManager.default.removeItem(atPath: folder) } catch {}
  }

  // MARK: Time

  package func advance(by duration: Duration) {
    time.advance(by: duration)
    plane.runControllers()
  }

  /// Until nothing is under way but heartbeats.
  package func rest() {
    for _ in 0..<2000 where plane.controllers?.isAtRest == false {
      advance(by: .milliseconds(50))
    }
  }

  // MARK: What users do

  package func create(_ resource: APIResource, _ object: JSONValue) async throws {
    let namespace = object[path: "metadata", "namespace"]?.string
    _ = try await plane.create(resource, namespace: namespace, object: object)
  }

  package func addPolicy(
    _ name: String = "web-pp", kinds: [(String, String)] = [("v1", "ConfigMap")],
    names: [String]? = nil, clusters: [String] = ["member1", "member2"],
    more: [String: JSONValue] = [:]
  ) async throws {
    let selectors = kinds.flatMap { version, kind in
      (names ?? [""]).map { name in
        var selector: JSONValue = ["apiVersion": .string(version), "kind": .string(kind)]
        if !name.isEmpty { selector["name"] = .string(name) }
        return selector
      }
    }
    var spec: JSONValue = [
      "resourceSelectors": .array(selectors), "conflictResolution": "Overwrite",
      "placement": [
        "clusterAffinity": ["clusterNames": .array(clusters.map { .string($0) })]
      ],
    ]
    for (key, value) in more { spec[key] = value }
    try await create(
      .propagationPolicies,
      [
        "apiVersion": "policy.karmada.io/v1alpha1", "kind": "PropagationPolicy",
        "metadata": ["name": .string(name), "namespace": "shop"], "spec": spec,
      ])
  }

  package func addConfigMap(_ name: String, labels: JSONValue = [:]) async throws {
    try await create(
      .configMaps,
      [
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": ["name": .string(name), "namespace": "shop", "labels": labels],
        "data": ["key": "value"],
      ])
  }

  /// A Deployment that mounts ConfigMaps.
  package func addDeployment(
    _ name: String, mounting maps: [String] = [], labels: JSONValue? = nil
  ) async throws {
    let volumes: [JSONValue] = maps.map {
      ["name": .string($0), "configMap": ["name": .string($0)]]
    }
    try await create(
      .deployments,
      [
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": [
          "name": .string(name), "namespace": "shop",
          "labels": labels ?? ["app": .string(name)],
        ],
        "spec": [
          "replicas": 2, "selector": ["matchLabels": ["app": .string(name)]],
          "template": [
            "metadata": ["labels": ["app": .string(name)]],
            "spec": [
              "containers": [["name": "main", "image": "nginx:1.27"]],
              "volumes": .array(volumes),
            ],
          ],
        ],
      ])
  }

  /// `count` ConfigMaps of one policy, on two members.
  package func addWebs(_ count: Int, more: [String: JSONValue] = [:]) async throws {
    try await addPolicy(more: more)
    for i in 0..<count { try await addConfigMap("web-\(i)") }
    rest()
  }

  package func setFlag(_ value: JSONValue, on name: String = "web-pp") async throws {
    _ = try await plane.patch(
      .propagationPolicies, namespace: "shop", name: name,
      patch: ["spec": ["preserveResourcesOnDeletion": value]])
  }

  // MARK: Looking

  /// "member1 web-0": uid, of every ConfigMap and Deployment in every member.
  package func memberObjects() async throws -> [String: String] {
    var found: [String: String] = [:]
    for cluster in ["member1", "member2", "member3"] {
      guard plane.fleet.members[cluster]?.isReachable == true else { continue }
      for resource in [APIResource.configMaps, .deployments, .clusterRoles] {
        let page = try await plane.listPage(
          ListScope(
            resource, namespace: resource.isNamespaced ? "shop" : nil, cluster: cluster))
        for item in try JSONValue(parsing: page.bytes)["items"]?.array ?? [] {
          let live = LiveObject(item)
          found["\(cluster) \(live.name)"] = live.uid
        }
      }
    }
    return found
  }

  package func works() async throws -> [LiveObject] {
    let page = try await plane.listPage(ListScope(.works))
    return try (JSONValue(parsing: page.bytes)["items"]?.array ?? []).map(LiveObject.init)
      .filter { $0.bindingPermanentID != nil }
  }

  package func policy() async throws -> LiveObject {
    LiveObject(try await plane.get(.propagationPolicies, namespace: "shop", name: "web-pp"))
  }

  // MARK: Rolling back

  package var journalPath: String { folder + "/journal.sqlite" }

  package func journal() throws -> Journal { try Journal(path: journalPath) }

  /// - Parameter through: where requests go; the stage's own plane by default.
  package func desk(
    through plane: (any ControlPlane)? = nil, person: String = "ada@deck",
    journal: Journal? = nil
  ) throws -> RollbackDesk {
    var desk = RollbackDesk(
      plane ?? StagePlane(stage: self), journal: try journal ?? self.journal(), person: person,
      clock: clock,
      now: { [time] in time.now },
      log: Self.quiet)
    // One request after the other: the same seed then is the same run.
    desk.width = 1
    return desk
  }

  package func plan(
    _ templates: [String]? = nil, kind: (String, String) = ("v1", "ConfigMap"),
    of policy: PolicyReference = RollbackStage.policy,
    options: RollbackOptions = RollbackOptions(), through plane: (any ControlPlane)? = nil
  ) async throws -> RollbackPlan {
    let scope = RollbackScope(
      policy: policy, templates: templates?.map { Self.identity($0, kind) })
    return try await RollbackDesk.plan(
      scope, options: options, on: plane ?? StagePlane(stage: self))
  }

  package static func identity(
    _ name: String, _ kind: (String, String) = ("v1", "ConfigMap")
  ) -> ObjectReference {
    var reference = ObjectReference()
    (reference.apiVersion, reference.kind) = kind
    (reference.namespace, reference.name) = ("shop", name)
    return reference
  }
}

extension APIResource {
  package static let configMaps = APIResource(
    group: "", version: "v1", plural: "configmaps", kind: "ConfigMap", isNamespaced: true)
  package static let deployments = APIResource(
    group: "apps", version: "v1", plural: "deployments", kind: "Deployment", isNamespaced: true)
  package static let clusterRoles = APIResource(
    group: "rbac.authorization.k8s.io", version: "v1", plural: "clusterroles",
    kind: "ClusterRole", isNamespaced: false)
}
