import Manifest
import OrderedCollections

/// What every Kubernetes object has.
extension JSONValue {
  var objectName: String { self[path: "metadata", "name"]?.string ?? "" }
  var objectNamespace: String { self[path: "metadata", "namespace"]?.string ?? "" }
  var uid: String { self[path: "metadata", "uid"]?.string ?? "" }
  /// A number that Kubernetes keeps in an int32: replicas, weights, seconds of a grace. A member takes
  /// whatever it is sent, and sums of such numbers must not trap: beyond is the nearest there is.
  var int32: Int? {
    int.map { min(max($0, Int(Int32.min)), Int(Int32.max)) }
  }

  var kind: String { self["kind"]?.string ?? "" }
  var apiVersion: String { self["apiVersion"]?.string ?? "" }
  var generation: Int { self[path: "metadata", "generation"]?.int ?? 0 }
  var resourceVersion: String { self[path: "metadata", "resourceVersion"]?.string ?? "" }

  /// Deleted, and waiting for its finalizers.
  var isTerminating: Bool { self[path: "metadata", "deletionTimestamp"] != nil }

  var finalizers: [String] {
    self[path: "metadata", "finalizers"]?.array?.compactMap(\.string) ?? []
  }

  /// Itself, or nil when it is null, an empty list or an empty object: what Go's omitempty leaves
  /// out. (`condition ? nil : value` will not do: a bare nil there is JSON's null.)
  var nonEmpty: JSONValue? {
    switch self {
    case .null: nil
    case .array(let elements): elements.isEmpty ? Optional<JSONValue>.none : self
    case .object(let object): object.isEmpty ? Optional<JSONValue>.none : self
    default: self
    }
  }

  /// "namespace/name", or the name of a cluster-scoped object.
  var display: String {
    objectNamespace.isEmpty ? objectName : "\(objectNamespace)/\(objectName)"
  }

  func label(_ key: String) -> String? { self[path: "metadata", "labels"]?[key]?.string }

  func annotation(_ key: String) -> String? { self[path: "metadata", "annotations"]?[key]?.string }

  var labels: [String: String] { texts(self[path: "metadata", "labels"]) }

  private func texts(_ value: JSONValue?) -> [String: String] {
    var texts: [String: String] = [:]
    for (key, value) in value?.object?.members ?? [:] { texts[key] = value.string }
    return texts
  }

  /// Sets a label; nil takes it away.
  mutating func setLabel(_ key: String, _ value: String?) { set("labels", key, value) }

  /// Sets an annotation; nil takes it away.
  mutating func setAnnotation(_ key: String, _ value: String?) { set("annotations", key, value) }

  private mutating func set(_ part: String, _ key: String, _ value: String?) {
    var map = self[path: "metadata", part] ?? [:]
    guard value != nil || map[key] != nil else { return }
    map[key] = value.map { .string($0) }
    self["metadata"]?[part] = map.nonEmpty
  }

  mutating func removeFinalizer(_ name: String) {
    let rest = finalizers.filter { $0 != name }
    self["metadata"]?["finalizers"] = JSONValue.array(rest.map { .string($0) }).nonEmpty
  }

  /// The reference to its controller, if it has one.
  var controllerReference: JSONValue? {
    self[path: "metadata", "ownerReferences"]?.array?.first { $0["controller"]?.bool == true }
  }

  /// An ownerReference that makes this object the controller of another.
  var asController: JSONValue {
    [
      "apiVersion": .string(apiVersion), "kind": .string(kind), "name": .string(objectName),
      "uid": .string(uid), "controller": true, "blockOwnerDeletion": true,
    ]
  }

  /// status.conditions[type].
  func condition(_ type: String) -> JSONValue? {
    self[path: "status", "conditions"]?.array?.first { $0["type"]?.string == type }
  }

  /// Sets a condition as apimachinery does: the transition time moves with the status only.
  mutating func setCondition(
    _ type: String, _ status: String, reason: String, message: String, now: Time
  ) {
    var conditions = self[path: "status", "conditions"]?.array ?? []
    let index = conditions.firstIndex { $0["type"]?.string == type }
    var condition: JSONValue = [
      "type": .string(type), "status": .string(status),
      "lastTransitionTime": .string(now.rfc3339), "reason": .string(reason),
      "message": .string(message),
    ]
    if let index {
      if conditions[index]["status"]?.string == status {
        condition["lastTransitionTime"] = conditions[index]["lastTransitionTime"]
      }
      conditions[index] = condition
    } else {
      conditions.append(condition)
    }
    var statusValue = self["status"] ?? [:]
    statusValue["conditions"] = .array(conditions)
    self["status"] = statusValue
  }

  /// Whether a condition stands at "True".
  func isTrue(_ condition: String) -> Bool { self.condition(condition)?["status"] == "True" }
}

extension JSONObject {
  /// An object of texts, in the order of the keys.
  init(sorted texts: [String: String]) {
    self.init(
      Members(
        texts.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) },
        uniquingKeysWith: { $1 }))
  }
}
