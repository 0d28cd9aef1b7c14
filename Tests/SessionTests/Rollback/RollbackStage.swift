import ControlPlane
import Foundation
import Journal
import Karmada
import Logging
import Manifest
import Session
import Simulation
import Synchronization
import Testing

/// An embedded Karmada with all its controllers, in a time that passes only when somebody asks it
/// something or waits: a whole rollback takes milliseconds and is the same for the same seed.
final class RollbackStage: Sendable {
  static let policy = PolicyReference(
    kind: "PropagationPolicy", key: Karmada.ObjectKey(namespace: "shop", name: "web-pp"))

  let plane: SimulatedControlPlane
  let time: ManualTime
  let folder = NSTemporaryDirectory() + "quarterdeck-\(UUID().uuidString)"
  var clock: StageClock { StageClock(stage: self) }

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

  init(seed: UInt64 = 1) throws {
    let time = ManualTime(Time(seconds: 1_795_348_800))
    self.time = time
    let fleet = FleetSeeder.frame(of: try Scenario(yaml: Self.scenario), seed: seed, now: time.now)
    let runtime = ControllerRuntime(
      KarmadaControllers.all, fleet: fleet, seed: seed, now: time.now)
    plane = SimulatedControlPlane(fleet: fleet, controllers: runtime, time: time)
  }

  deinit {
    do { try FileManager.default.removeItem(atPath: folder) } catch {}
  }

  // MARK: Time

  func advance(by duration: Duration) {
    time.advance(by: duration)
    plane.runControllers()
  }

  /// Until nothing is under way but heartbeats.
  func rest() {
    for _ in 0..<2000 where plane.controllers?.isAtRest == false {
      advance(by: .milliseconds(50))
    }
  }

  // MARK: What users do

  func create(_ resource: APIResource, _ object: JSONValue) async throws {
    let namespace = object[path: "metadata", "namespace"]?.string
    _ = try await plane.create(resource, namespace: namespace, object: object)
  }

  func addPolicy(
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

  func addConfigMap(_ name: String, labels: JSONValue = [:]) async throws {
    try await create(
      .configMaps,
      [
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": ["name": .string(name), "namespace": "shop", "labels": labels],
        "data": ["key": "value"],
      ])
  }

  /// A Deployment that mounts ConfigMaps.
  func addDeployment(_ name: String, mounting maps: [String] = []) async throws {
    let volumes: [JSONValue] = maps.map {
      ["name": .string($0), "configMap": ["name": .string($0)]]
    }
    try await create(
      .deployments,
      [
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": ["name": .string(name), "namespace": "shop", "labels": ["app": .string(name)]],
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
  func addWebs(_ count: Int, more: [String: JSONValue] = [:]) async throws {
    try await addPolicy(more: more)
    for i in 0..<count { try await addConfigMap("web-\(i)") }
    rest()
  }

  func setFlag(_ value: JSONValue, on name: String = "web-pp") async throws {
    _ = try await plane.patch(
      .propagationPolicies, namespace: "shop", name: name,
      patch: ["spec": ["preserveResourcesOnDeletion": value]])
  }

  // MARK: Looking

  /// "member1 web-0": uid, of every ConfigMap and Deployment in every member.
  func memberObjects() async throws -> [String: String] {
    var found: [String: String] = [:]
    for cluster in ["member1", "member2", "member3"] {
      guard plane.fleet.members[cluster]?.isReachable == true else { continue }
      for resource in [APIResource.configMaps, .deployments] {
        let page = try await plane.listPage(
          ListScope(resource, namespace: "shop", cluster: cluster))
        for item in try JSONValue(parsing: page.bytes)["items"]?.array ?? [] {
          let live = LiveObject(item)
          found["\(cluster) \(live.name)"] = live.uid
        }
      }
    }
    return found
  }

  func works() async throws -> [LiveObject] {
    let page = try await plane.listPage(ListScope(.works))
    return try (JSONValue(parsing: page.bytes)["items"]?.array ?? []).map(LiveObject.init)
      .filter { $0.bindingPermanentID != nil }
  }

  func policy() async throws -> LiveObject {
    LiveObject(try await plane.get(.propagationPolicies, namespace: "shop", name: "web-pp"))
  }

  // MARK: Rolling back

  func journal() throws -> Journal { try Journal(path: folder + "/journal.sqlite") }

  /// - Parameter through: where requests go; the stage's own plane by default.
  func desk(through plane: (any ControlPlane)? = nil, person: String = "ada@deck") throws
    -> RollbackDesk
  {
    var desk = RollbackDesk(
      plane ?? StagePlane(stage: self), journal: try journal(), person: person, clock: clock,
      now: { [time] in time.now }, log: Logger(label: "test"))
    // One request after the other: the same seed then is the same run.
    desk.width = 1
    return desk
  }

  func plan(
    _ templates: [String]? = nil, kind: (String, String) = ("v1", "ConfigMap"),
    options: RollbackOptions = RollbackOptions(), through plane: (any ControlPlane)? = nil
  ) async throws -> RollbackPlan {
    let scope = RollbackScope(
      policy: Self.policy, templates: templates?.map { Self.identity($0, kind) })
    return try await RollbackDesk.plan(
      scope, options: options, on: plane ?? StagePlane(stage: self))
  }

  static func identity(
    _ name: String, _ kind: (String, String) = ("v1", "ConfigMap")
  ) -> ObjectReference {
    var reference = ObjectReference()
    (reference.apiVersion, reference.kind) = kind
    (reference.namespace, reference.name) = ("shop", name)
    return reference
  }
}

extension APIResource {
  static let configMaps = APIResource(
    group: "", version: "v1", plural: "configmaps", kind: "ConfigMap", isNamespaced: true)
  static let deployments = APIResource(
    group: "apps", version: "v1", plural: "deployments", kind: "Deployment", isNamespaced: true)
}

/// Sleeping moves the stage's time on.
struct StageClock: Clock {
  struct Instant: InstantProtocol {
    var time: Time
    func advanced(by duration: Duration) -> Instant { Instant(time: time + duration) }
    func duration(to other: Instant) -> Duration { other.time - time }
    static func < (a: Instant, b: Instant) -> Bool { a.time < b.time }
  }
  let stage: RollbackStage

  var now: Instant { Instant(time: stage.time.now) }
  var minimumResolution: Duration { .nanoseconds(1) }

  func sleep(until deadline: Instant, tolerance: Duration?) async throws {
    try Task.checkCancellation()
    let left = deadline.time - stage.time.now
    if left > .zero { stage.advance(by: left) }
    await Task.yield()
  }
}

/// The stage's control plane as somebody at the other end of a line sees it: each request takes a
/// few milliseconds, and may go wrong.
struct StagePlane: ControlPlane {
  let stage: RollbackStage
  /// Called before a request is sent; returns what to do instead of sending it, or after it.
  var meddle: @Sendable (APIRequest) async throws -> Meddling = { _ in .none }

  enum Meddling: Sendable {
    case none
    /// The request never arrives.
    case failBefore(APIError)
    /// It is carried out, and its answer gets lost.
    case failAfter(APIError)
    /// The answer is another.
    case change(@Sendable (APIResponse) throws -> APIResponse)
  }

  var endpoint: Endpoint { stage.plane.endpoint }

  func stream(_ request: APIRequest) -> AsyncThrowingStream<[UInt8], any Error> {
    stage.plane.stream(request)
  }

  func send(_ request: APIRequest) async throws -> APIResponse {
    stage.advance(by: .milliseconds(4))
    switch try await meddle(request) {
    case .none: return try await stage.plane.send(request)
    case .failBefore(let error): throw error
    case .failAfter(let error):
      _ = try await stage.plane.send(request)
      throw error
    case .change(let change): return try change(try await stage.plane.send(request))
    }
  }
}

extension APIError {
  static let lost = APIError(.timeout, message: "no answer in 30 seconds")
  static let down = APIError(.unreachable, message: "no route to host")
  static let busy = APIError(.throttled, status: 429, message: "too many requests")
}
