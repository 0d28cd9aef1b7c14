import ControlPlane
import Manifest
import Testing

@testable import Simulation

/// A small Karmada with all its controllers, in a time that a test moves.
struct Stage {
  static let start = SimulatedControlPlane.start

  var fleet: Fleet
  var runtime: ControllerRuntime
  var now: Time { runtime.clock }

  /// - Parameter members: names of ready clusters, each in a region of its own.
  init(
    members: [String] = ["member1", "member2", "member3"],
    controllers: [any Controller] = KarmadaControllers.all, seed: UInt64 = 1
  ) throws {
    fleet = Fleet(
      karmada: ObjectStore(registry: .karmada, seed: seed, now: Self.start))
    fleet.karmada.admission = KarmadaControllers.admission
    for name in ["karmada-system", "karmada-cluster"] {
      fleet.karmada.addNamespace(name, now: Self.start)
    }
    runtime = ControllerRuntime(controllers, fleet: fleet, seed: seed, now: Self.start)
    for (index, name) in members.enumerated() {
      var cluster = Scenario.ClusterSpec()
      cluster.name = name
      cluster.region = "region\(index + 1)"
      cluster.provider = "provider\(index % 2 + 1)"
      try join(cluster)
    }
    rest()
  }

  mutating func join(_ cluster: Scenario.ClusterSpec) throws {
    fleet.members[cluster.name] = Member(
      store: MemberSeed.store(
        cluster, namespaces: [], seed: 7 + UInt64(fleet.members.count), now: now))
    try apply(ClusterManifest(cluster: cluster, now: now, id: "id-\(cluster.name)").value)
  }

  // MARK: Time

  mutating func run(_ duration: Duration) { runtime.run(&fleet, until: now + duration) }

  /// Runs until nothing is under way but upkeep.
  mutating func rest(
    within duration: Duration = .seconds(120), _ location: SourceLocation = #_sourceLocation
  ) {
    let isAtRest = runtime.settle(&fleet, deadline: now + duration)
    let open = isAtRest ? [] : runtime.underWay
    #expect(open == [], "comes to rest", sourceLocation: location)
  }

  // MARK: What a user does

  private func target(of object: JSONValue, on server: ServerID) throws -> WriteTarget {
    let store = try #require(fleet[server])
    let type = try #require(
      store.registry.type(apiVersion: object.apiVersion, kind: object.kind),
      "\(object.apiVersion) \(object.kind) is served")
    let namespace = object.objectNamespace.isEmpty ? "default" : object.objectNamespace
    return WriteTarget(
      type, namespace: type.api.isNamespaced ? namespace : "", name: object.objectName)
  }

  /// Creates an object, or merges it into the one there is.
  mutating func apply(_ object: JSONValue, on server: ServerID = .karmada) throws {
    let target = try target(of: object, on: server)
    try change(server) { store, now in
      if store.contains(target.type, namespace: target.namespace, name: target.name) {
        _ = try store.patch(object, kind: .merge, at: target, now: now)
      } else {
        var at = target
        at.name = ""
        let created = try store.create(object, at: at, now: now)
        if let status = object["status"], target.type.hasStatus {
          var value = created.value
          value["status"] = status
          at = target
          at.subresource = "status"
          _ = try store.update(value, at: at, now: now)
        }
      }
    }
  }

  mutating func apply(yaml: String) throws {
    for document in try YAML.parse(yaml) { try apply(document) }
  }

  mutating func delete(
    _ kind: String, _ name: String, namespace: String = "default", on server: ServerID = .karmada
  ) throws {
    let type = try type(kind, on: server)
    let target = WriteTarget(
      type, namespace: type.api.isNamespaced ? namespace : "", name: name)
    try change(server) { store, now in _ = try store.delete(at: target, now: now) }
  }

  mutating func patch(
    _ kind: String, _ name: String, namespace: String = "default", _ patch: JSONValue,
    on server: ServerID = .karmada, subresource: String = ""
  ) throws {
    let type = try type(kind, on: server)
    let target = WriteTarget(
      type, namespace: type.api.isNamespaced ? namespace : "", name: name,
      subresource: subresource)
    try change(server) { store, now in
      _ = try store.patch(patch, kind: .merge, at: target, now: now)
    }
  }

  private mutating func change(
    _ server: ServerID, _ body: (inout ObjectStore, Time) throws -> Void
  ) throws {
    switch server {
    case .karmada: try body(&fleet.karmada, now)
    case .member(let name):
      let found = fleet.members.removeValue(forKey: name)
      var member = try #require(found)
      defer { fleet.members[name] = member }
      try body(&member.store, now)
    }
    runtime.observe(fleet, now: now)
  }

  private func type(_ kind: String, on server: ServerID) throws -> ResourceType {
    try #require(fleet[server]?.registry.types.first { $0.api.kind == kind }, "\(kind) is served")
  }

  // MARK: Looking

  /// An object; nil when there is none.
  func find(
    _ kind: String, _ name: String, namespace: String = "default", on server: ServerID = .karmada
  ) throws -> JSONValue? {
    let type = try type(kind, on: server)
    let key = StoredObject.key(
      namespace: type.api.isNamespaced ? namespace : "", name: name)
    return fleet[server]?.objects(type)[key]?.value
  }

  func get(
    _ kind: String, _ name: String, namespace: String = "default", on server: ServerID = .karmada,
    _ location: SourceLocation = #_sourceLocation
  ) throws -> JSONValue {
    try #require(
      try find(kind, name, namespace: namespace, on: server), "\(kind) \(namespace)/\(name)",
      sourceLocation: location)
  }

  /// A member's object of the default namespace.
  func copy(_ kind: String, _ name: String, _ member: String) throws -> JSONValue? {
    try find(kind, name, on: .member(member))
  }

  func work(_ kind: String, _ name: String, on cluster: String, namespace: String = "default")
    throws -> JSONValue?
  {
    try find(
      "Work", KarmadaName.work(kind: kind, namespace: namespace, name: name),
      namespace: "karmada-es-\(cluster)")
  }

  func binding(_ kind: String, _ name: String) throws -> JSONValue {
    try get("ResourceBinding", KarmadaName.binding(kind: kind, name: name))
  }

  /// "member1:2 member2:3": where a binding is scheduled.
  func placement(_ kind: String, _ name: String) throws -> String {
    (try binding(kind, name)[path: "spec", "clusters"]?.array ?? []).map { target in
      let replicas = target["replicas"]?.int.map { ":\($0)" } ?? ""
      return (target["name"]?.string ?? "") + replicas
    }.joined(separator: " ")
  }

  /// Events as "component reason message", without counts.
  func events(about kind: String, _ name: String) -> [String] {
    FleetView(fleet, now: now).all(.events).map(\.value).filter {
      $0[path: "involvedObject", "kind"]?.string == kind
        && $0[path: "involvedObject", "name"]?.string == name
    }.map {
      "\($0[path: "source", "component"]?.string ?? "") \($0["reason"]?.string ?? "") "
        + "\($0["message"]?.string ?? "")"
    }
  }
}

/// Manifests the tests of controllers begin with.
enum Manifests {
  static func deployment(_ name: String, replicas: Int = 2, more: String = "") -> String {
    """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: \(name), namespace: default, labels: {app: \(name)}}
    spec:
      replicas: \(replicas)
      selector: {matchLabels: {app: \(name)}}
      template:
        metadata: {labels: {app: \(name)}}
        spec:
          containers: [{name: main, image: "nginx:1.25"}]
    \(more)
    """
  }

  static func configMap(_ name: String) -> String {
    """
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: \(name), namespace: default}
    data: {key: value}
    """
  }

  /// A PropagationPolicy for everything of the kinds the tests use, or with selectors of its own.
  static func policy(
    _ name: String, clusters: [String] = ["member1", "member2"],
    selectors: String =
      "[{apiVersion: apps/v1, kind: Deployment}, {apiVersion: v1, kind: ConfigMap}]",
    more: String = ""
  ) -> String {
    """
    apiVersion: policy.karmada.io/v1alpha1
    kind: PropagationPolicy
    metadata: {name: \(name), namespace: default}
    spec:
      resourceSelectors: \(selectors)
      placement:
        clusterAffinity: {clusterNames: [\(clusters.joined(separator: ", "))]}
      \(more)
    """
  }
}
