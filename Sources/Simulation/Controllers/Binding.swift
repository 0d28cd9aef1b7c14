import ControlPlane
import Manifest

/// A ResourceBinding or ClusterResourceBinding as the controllers work with it.
struct Binding {
  /// A cluster and how many replicas it gets; 0 for kinds without.
  struct Target: Hashable {
    var name: String
    var replicas: Int

    init(_ name: String, _ replicas: Int) {
      self.name = name
      self.replicas = replicas
    }

    init(_ value: JSONValue) {
      name = value["name"]?.string ?? ""
      replicas = value["replicas"]?.int32 ?? 0
    }

    var value: JSONValue {
      var value: JSONValue = ["name": .string(name)]
      if replicas != 0 { value["replicas"] = .int(Int64(replicas)) }
      return value
    }
  }

  static let types = [
    APIResource.resourceBindings.qualifiedName, APIResource.clusterResourceBindings.qualifiedName,
  ]

  /// The kind of a binding in a namespace, or in none.
  static func type(namespace: some StringProtocol) -> String { types[namespace.isEmpty ? 1 : 0] }

  /// The key of a stored binding of either kind.
  static func key(of stored: StoredObject) -> ObjectKey {
    ObjectKey(
      type(namespace: stored.namespace), namespace: String(stored.namespace),
      name: String(stored.name))
  }

  /// The key of the binding of a template.
  static func key(kind: String, namespace: String, name: String) -> ObjectKey {
    ObjectKey(
      type(namespace: namespace), namespace: namespace,
      name: KarmadaName.binding(kind: kind, name: name))
  }

  /// Whether the change is of a binding that is there and says something new (its generation moved),
  /// which is what makes most controllers look at it.
  static func isNews(_ change: Change) -> Bool {
    types.contains(change.type.id) && change.kind != .deleted
      && change.changes { $0[path: "metadata", "generation"] }
  }

  let key: ObjectKey
  var value: JSONValue

  /// The binding behind a key; nil when it is gone.
  init?(_ key: ObjectKey, in view: FleetView) {
    guard let object = view.object(key) else { return nil }
    self.key = key
    value = object.value
  }

  var isClusterScoped: Bool { key.type == Self.types[1] }

  /// "resourcebinding" or "clusterresourcebinding": the prefix of labels and annotations.
  var prefix: String { isClusterScoped ? "clusterresourcebinding" : "resourcebinding" }

  var permanentIDLabel: String { "\(prefix).karmada.io/permanent-id" }
  var permanentID: String { value.label(permanentIDLabel) ?? "" }
  var display: String { value.display }
  var spec: JSONValue { value["spec"] ?? [:] }
  var resource: JSONValue { spec["resource"] ?? [:] }
  var placement: JSONValue? { spec["placement"] }
  var replicas: Int { spec["replicas"]?.int32 ?? 0 }

  var targets: [Target] { (spec["clusters"]?.array ?? []).map(Target.init) }

  var evictionTasks: [JSONValue] { spec["gracefulEvictionTasks"]?.array ?? [] }

  /// Clusters scheduled, and those of the bindings that need this one as a dependency.
  var allTargets: [Target] {
    var targets = targets
    for snapshot in spec["requiredBy"]?.array ?? [] {
      for target in (snapshot["clusters"]?.array ?? []).map(Target.init)
      where !targets.contains(where: { $0.name == target.name }) {
        targets.append(target)
      }
    }
    return targets
  }

  /// Where a Work is still wanted: all targets, and clusters being evicted whose copy is to stay
  /// for now.
  var clustersWithWork: Set<String> {
    var names = Set(allTargets.map(\.name))
    for task in evictionTasks where task["purgeMode"]?.string != "Immediately" {
      names.insert(task["fromCluster"]?.string ?? "")
    }
    return names
  }

  /// The template; nil when it is gone.
  func template(in view: FleetView) -> StoredObject? {
    templateKey(in: view).flatMap(view.object)
  }

  func templateKey(in view: FleetView) -> ObjectKey? {
    view.key(
      apiVersion: resource["apiVersion"]?.string ?? "", kind: resource["kind"]?.string ?? "",
      namespace: resource["namespace"]?.string ?? "", name: resource["name"]?.string ?? "")
  }

  var workName: String {
    KarmadaName.work(
      kind: resource["kind"]?.string ?? "", namespace: resource["namespace"]?.string ?? "",
      name: resource["name"]?.string ?? "")
  }

  /// The key of its Work for a cluster.
  func workKey(on cluster: String) -> ObjectKey {
    ObjectKey(
      APIResource.works.qualifiedName, namespace: KarmadaName.executionSpace(cluster),
      name: workName)
  }

  /// Its Works by cluster, in the clusters' order. Works of another binding are not among them.
  func works(in view: FleetView) -> [(cluster: String, work: StoredObject)] {
    var key = workKey(on: "")
    return view.clusterNames.compactMap { cluster in
      key.namespace = KarmadaName.executionSpace(cluster)
      guard let work = view.object(key), work.labels[permanentIDLabel] == permanentID else {
        return nil
      }
      return (cluster, work)
    }
  }

  /// What it is about, as an Event's involvedObject.
  var subject: JSONValue { resource }

  /// The same Event on the binding and on its template, as Karmada's components record them.
  func events(
    _ reason: String, _ message: String, component: String = "", isWarning: Bool = false
  ) -> [EventNote] {
    [
      EventNote(
        about: value, reason, message, component: component, isWarning: isWarning),
      EventNote(
        subject: subject, reason, message, component: component, isWarning: isWarning),
    ]
  }
}

extension FleetView {
  /// The names of all Cluster objects in order.
  var clusterNames: [String] {
    guard let type = fleet.karmada.registry.type(.clusters) else { return [] }
    return fleet.karmada.all(type).map { String($0.name) }
  }

  /// The Cluster object of a member; nil when there is none.
  func cluster(_ name: String) -> JSONValue? { object(.clusters, name: name)?.value }

  /// The member whose Works lie in a namespace; nil when it is not such a namespace.
  static func cluster(ofExecutionSpace namespace: some StringProtocol) -> String? {
    namespace.hasPrefix("karmada-es-") ? String(namespace.dropFirst(11)) : nil
  }
}
