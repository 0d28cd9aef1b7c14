import ControlPlane
import Manifest

extension ObjectStore {
  /// `DeleteOptions` of a request.
  public struct DeleteOptions: Hashable, Sendable {
    public var preconditionUID: String?
    public var preconditionResourceVersion: String?
    public var isDryRun = false
    public init() {}

    /// Reads a DeleteOptions body. `propagationPolicy` and `gracePeriodSeconds` are accepted and
    /// change nothing here: what follows owner references is a controller's business.
    public init(parsing body: JSONValue?) throws(StatusError) {
      guard let body, body != .null else { return }
      guard body.object != nil else { throw .badRequest("DeleteOptions must be a JSON object") }
      preconditionUID = body[path: "preconditions", "uid"]?.string
      preconditionResourceVersion = body[path: "preconditions", "resourceVersion"]?.string
      isDryRun = body["dryRun"]?.array?.contains("All") ?? false
      let policies = ["Background", "Foreground", "Orphan"]
      if let policy = body["propagationPolicy"]?.string, !policies.contains(policy) {
        throw StatusError(
          code: 422, reason: "Invalid",
          message:
            "DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported value: "
            + "\"\(policy)\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\""
        )
      }
    }
  }

  /// What a deletion came to.
  public enum DeleteOutcome: Sendable {
    /// Gone; the object as it was last.
    case removed(StoredObject)
    /// Waits for its finalizers.
    case terminating(StoredObject)

    public var object: StoredObject {
      switch self {
      case .removed(let object), .terminating(let object): object
      }
    }
  }
}

extension ObjectStore {
  /// Deletes an object, or marks it for deletion while finalizers hold it.
  public mutating func delete(
    at target: WriteTarget, options: DeleteOptions = .init(), now: Time
  ) throws(StatusError) -> DeleteOutcome {
    let stored = try get(target.type, namespace: target.namespace, name: target.name)
    var value = stored.value
    try check(options, against: stored, value: value, target: target)
    if target.type.id == "namespaces", Self.systemNamespaces.contains(target.name) {
      throw .forbidden(target.type, target.name, "this namespace may not be deleted")
    }
    var request = AdmissionRequest(
      operation: .delete, type: target.type, namespace: target.namespace, name: target.name,
      subresource: "", object: .null, oldObject: value, isDryRun: options.isDryRun, now: now)
    try admit(&request)
    if target.type.id == "namespaces" {
      return deleteNamespace(stored, target: target, options: options, now: now)
    }
    if (value[path: "metadata", "finalizers"]?.array ?? []).isEmpty {
      if options.isDryRun { return .removed(stored) }
      let removed = remove(value, type: target.type, key: stored.key)
      finishNamespace(target.namespace)
      return .removed(removed)
    }
    if value[path: "metadata", "deletionTimestamp"] != nil { return .terminating(stored) }
    value = Self.marked(value, now: now)
    if options.isDryRun {
      return .terminating(
        Self.version(value, type: target.type, key: stored.key, resourceVersion: nil))
    }
    return .terminating(put(value, type: target.type, key: stored.key))
  }

  private static func marked(_ value: JSONValue, now: Time) -> JSONValue {
    var value = value
    value["metadata"]?["deletionTimestamp"] = .string(now.rfc3339)
    value["metadata"]?["deletionGracePeriodSeconds"] = 0
    if let generation = value[path: "metadata", "generation"]?.int {
      value["metadata"]?["generation"] = .int(Int64(clamping: generation &+ 1))
    }
    return value
  }

  private func check(
    _ options: DeleteOptions, against stored: StoredObject, value: JSONValue, target: WriteTarget
  ) throws(StatusError) {
    let uid = value[path: "metadata", "uid"]?.string ?? ""
    if let wanted = options.preconditionUID, wanted != uid {
      throw .precondition(target.type, target.name, what: "UID", wanted: wanted, found: uid)
    }
    let version = String(stored.resourceVersion)
    if let wanted = options.preconditionResourceVersion, wanted != version {
      throw .precondition(
        target.type, target.name, what: "ResourceVersion", wanted: wanted, found: version)
    }
  }

  /// Deletes what a list would give, each object as `delete` does.
  public mutating func deleteCollection(
    _ type: ResourceType, namespace: String, matching: ListOptions,
    options: DeleteOptions = .init(), now: Time
  ) throws(StatusError) -> [StoredObject] {
    let page = try list(type, namespace: namespace, options: matching)
    var deleted: [StoredObject] = []
    for object in page.objects {
      let target = WriteTarget(
        type, namespace: String(object.namespace), name: String(object.name))
      deleted.append(try delete(at: target, options: options, now: now).object)
    }
    return deleted
  }

  // MARK: Namespaces

  /// A namespace takes its content with it, and goes when the last object has gone.
  private mutating func deleteNamespace(
    _ stored: StoredObject, target: WriteTarget, options: DeleteOptions, now: Time
  ) -> DeleteOutcome {
    var value = stored.value
    if value[path: "metadata", "deletionTimestamp"] != nil { return .terminating(stored) }
    value = Self.marked(value, now: now)
    value["metadata"]?["deletionGracePeriodSeconds"] = nil
    value["status"] = ["phase": "Terminating"]
    if options.isDryRun {
      return .terminating(
        Self.version(value, type: target.type, key: stored.key, resourceVersion: nil))
    }
    let marked = put(value, type: target.type, key: stored.key)
    for type in registry.types where type.api.isNamespaced {
      for object in all(type, namespace: target.name) {
        let value = object.value
        if (value[path: "metadata", "finalizers"]?.array ?? []).isEmpty {
          _ = remove(value, type: type, key: object.key)
        } else if value[path: "metadata", "deletionTimestamp"] == nil {
          _ = put(Self.marked(value, now: now), type: type, key: object.key)
        }
      }
    }
    finishNamespace(target.name)
    return .terminating(marked)
  }

  /// Removes a terminating namespace that has become empty.
  mutating func finishNamespace(_ name: String) {
    guard !name.isEmpty, let namespaces = registry.type(.namespaces),
      let namespace = objects(namespaces)[name]
    else { return }
    let value = namespace.value
    guard value[path: "metadata", "deletionTimestamp"] != nil else { return }
    let isEmpty = registry.types.allSatisfy {
      !$0.api.isNamespaced || objects($0).count(from: "\(name)/", to: "\(name)0") == 0
    }
    if isEmpty { _ = remove(value, type: namespaces, key: name) }
  }
}
