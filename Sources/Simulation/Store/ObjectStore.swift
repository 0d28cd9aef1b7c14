import Manifest

/// One API server's objects, with Kubernetes' rules for reading and writing them.
///
/// A value: no I/O and no clock of its own. Time comes with each write, randomness from a seed,
/// so the same calls give the same store, and a copy is a snapshot. Reading is in
/// `ObjectStore+Reading`, writing in `ObjectStore+Writing` and the files beside it.
public struct ObjectStore: Sendable {
  public let registry: ResourceRegistry
  /// The newest version handed out: one counter for all kinds, as in etcd.
  public private(set) var resourceVersion: Int64
  /// Asked in order about every write, dry runs included.
  public var admission: [AdmissionRule] = []
  /// The rules that stand for webhooks cannot be asked: what they look at is refused.
  public var areWebhooksDown = false
  /// Asked about unknown fields.
  public var fieldChecks: [FieldCheck] = []

  private var collections: [String: OrderedObjects] = [:]
  private(set) var history: WatchHistory
  var random: SeededRandom

  /// An empty store with the namespaces every server has.
  ///
  /// - Parameters:
  ///   - historyLimit: how many changes a watch may lie behind before it is told 410.
  ///   - startVersion: the first resourceVersion is one more.
  public init(
    registry: ResourceRegistry, seed: UInt64, now: Time, historyLimit: Int = 20_000,
    startVersion: Int64 = 100
  ) {
    self.registry = registry
    resourceVersion = startVersion
    history = WatchHistory(capacity: historyLimit, startingAfter: startVersion)
    random = SeededRandom(seed: seed)
    for name in Self.systemNamespaces {
      addNamespace(name, now: now)
    }
  }

  static let systemNamespaces = ["default", "kube-node-lease", "kube-public", "kube-system"]

  func objects(_ type: ResourceType) -> OrderedObjects {
    collections[type.id] ?? OrderedObjects()
  }

  // MARK: Changing what is stored

  /// Stores a new state of an object under the next version and remembers the change.
  mutating func put(_ value: JSONValue, type: ResourceType, key: String) -> StoredObject {
    resourceVersion += 1
    let object = Self.version(value, type: type, key: key, resourceVersion: resourceVersion)
    let previous = collections[type.id]?[key]
    collections[type.id, default: OrderedObjects()].set(object)
    history.append(
      WatchHistory.Entry(
        resourceVersion: resourceVersion, type: type.id,
        change: previous == nil ? .added : .modified, object: object, previous: previous))
    return object
  }

  /// Takes an object away; the deletion has a version of its own.
  mutating func remove(_ value: JSONValue, type: ResourceType, key: String) -> StoredObject {
    resourceVersion += 1
    let object = Self.version(value, type: type, key: key, resourceVersion: resourceVersion)
    let previous = collections[type.id]?[key]
    collections[type.id]?.remove(key)
    history.append(
      WatchHistory.Entry(
        resourceVersion: resourceVersion, type: type.id, change: .deleted, object: object,
        previous: previous))
    return object
  }

  /// An object's text and what is indexed of it. Without a version (a dry run) it has none.
  static func version(
    _ value: JSONValue, type: ResourceType, key: String, resourceVersion: Int64?
  ) -> StoredObject {
    var value = value
    var metadata = value["metadata"] ?? [:]
    metadata["resourceVersion"] = resourceVersion.map { .string(String($0)) }
    var labels: [String: String] = [:]
    for (name, text) in metadata["labels"]?.object?.members ?? [:] {
      labels[name] = text.string
    }
    value["metadata"] = metadata
    if type.origin != .custom { value = KeyOrder.canonical(value) }
    return StoredObject(
      key: key, resourceVersion: resourceVersion ?? 0,
      bytes: value.serialized(sortedKeys: type.origin == .custom), labels: labels, value: value)
  }

  /// Forgets the changes up to a version, so that whoever is further behind is told 410.
  public mutating func compact(through version: Int64) {
    history.forget(through: min(version, resourceVersion))
  }

  /// Stores an object as it is, its metadata complete, without admission and without a trace in
  /// the history: for filling a new store.
  public mutating func load(_ value: JSONValue, as type: ResourceType) {
    resourceVersion += 1
    let metadata = value["metadata"]
    let key = StoredObject.key(
      namespace: metadata?["namespace"]?.string ?? "", name: metadata?["name"]?.string ?? "")
    collections[type.id, default: OrderedObjects()].set(
      Self.version(value, type: type, key: key, resourceVersion: resourceVersion))
    history.forget(through: resourceVersion)
  }

  /// Like `load`, for text that is ready: `text` is given the version it must carry. It is parsed
  /// only when somebody needs it.
  ///
  /// The caller vouches that it is an object of the kind with that name and those labels, written
  /// as the store itself writes it.
  mutating func load(
    as type: ResourceType, key: String, labels: [String: String], text: (Int64) -> [UInt8]
  ) {
    resourceVersion += 1
    collections[type.id, default: OrderedObjects()].set(
      StoredObject(
        key: key, resourceVersion: resourceVersion, bytes: text(resourceVersion), labels: labels,
        value: nil))
    history.forget(through: resourceVersion)
  }

  /// Puts in an object that has been there all along and was never written down; its namespace
  /// too. Nobody is told, its version is one of the past. Does nothing when it is there.
  mutating func recall(_ value: JSONValue) {
    guard let type = registry.type(apiVersion: value.apiVersion, kind: value.kind) else { return }
    let key = StoredObject.key(namespace: value.objectNamespace, name: value.objectName)
    guard collections[type.id]?[key] == nil else { return }
    collections[type.id, default: OrderedObjects()].set(
      Self.version(value, type: type, key: key, resourceVersion: history.forgotten))
    guard !value.objectNamespace.isEmpty else { return }
    var namespace = FleetSeeder.namespace(value.objectNamespace)
    namespace["metadata"]?["uid"] = .string(random.uuid())
    namespace["metadata"]?["creationTimestamp"] = value[path: "metadata", "creationTimestamp"]
    recall(namespace)
  }

  /// A fresh uid from the store's seed.
  public mutating func newUID() -> String { random.uuid() }
}

/// The order of keys in which Go's typed encoders write an object.
enum KeyOrder {
  private static let metadata = [
    "name", "generateName", "namespace", "uid", "resourceVersion", "generation",
    "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "labels",
    "annotations", "ownerReferences", "finalizers", "managedFields",
  ]

  static func canonical(_ value: JSONValue) -> JSONValue {
    guard let object = value.object else { return value }
    var ordered = sorted(object, by: ["kind", "apiVersion", "metadata"])
    if let metadata = object["metadata"]?.object {
      ordered["metadata"] = .object(sorted(metadata, by: self.metadata))
    }
    return .object(ordered)
  }

  private static func sorted(_ object: JSONObject, by first: [String]) -> JSONObject {
    var out: JSONObject = [:]
    for key in first where object[key] != nil { out[key] = object[key] }
    for (key, value) in object.members where out[key] == nil { out[key] = value }
    return out
  }
}
