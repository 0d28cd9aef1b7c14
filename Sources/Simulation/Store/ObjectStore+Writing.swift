import Manifest

extension ObjectStore {
  /// How a write is to be done.
  public struct WriteOptions: Hashable, Sendable {
    public enum FieldValidation: String, Hashable, Sendable {
      case ignore = "Ignore"
      case warn = "Warn"
      case strict = "Strict"
    }
    /// dryRun=All: everything is checked, nothing is stored.
    public var isDryRun = false
    public var fieldValidation = FieldValidation.warn
    /// Who writes, for metadata.managedFields; empty leaves them alone.
    public var fieldManager = ""
    public init() {}
  }
}

/// Where a write goes.
public struct WriteTarget: Hashable, Sendable {
  public var type: ResourceType
  /// Empty for a cluster-scoped object.
  public var namespace: String
  /// Empty when creating: the object says it.
  public var name: String
  /// "status" or empty.
  public var subresource: String

  public init(
    _ type: ResourceType, namespace: String = "", name: String = "", subresource: String = ""
  ) {
    self.type = type
    self.namespace = namespace
    self.name = name
    self.subresource = subresource
  }

  var key: String { StoredObject.key(namespace: namespace, name: name) }
}

extension ObjectStore {
  // MARK: Create

  /// Stores a new object: 409 when it is there, 404 when its namespace is not, 422 when its
  /// name is not one.
  public mutating func create(
    _ value: JSONValue, at target: WriteTarget, options: WriteOptions = .init(), now: Time
  ) throws(StatusError) -> StoredObject {
    let type = target.type
    var value = try decoded(value, as: target)
    if let version = value[path: "metadata", "resourceVersion"]?.string, !version.isEmpty {
      throw .badRequest("resourceVersion should not be set on objects to be created")
    }
    try checkNamespace(target)
    var name = value[path: "metadata", "name"]?.string ?? ""
    let prefix = value[path: "metadata", "generateName"]?.string ?? ""
    if name.isEmpty, !prefix.isEmpty { name = prefix + random.nameSuffix() }
    try checkUnknownFields(value, target: target, options: options)
    if type.hasStatus { value["status"] = nil }
    value["metadata"] = newMetadata(value["metadata"] ?? [:], name: name, target: target, now: now)
    try checkMetadata(value, name: name, type: type)
    var request = AdmissionRequest(
      operation: .create, type: type, namespace: target.namespace, name: name,
      subresource: target.subresource, object: value, oldObject: .null,
      isDryRun: options.isDryRun, now: now)
    try admit(&request)
    value = request.object
    ManagedFields.record(old: .null, new: &value, target: target, options: options, now: now)
    let key = StoredObject.key(namespace: target.namespace, name: name)
    if objects(type)[key] != nil { throw .alreadyExists(type, name) }
    if options.isDryRun {
      return Self.version(value, type: type, key: key, resourceVersion: nil)
    }
    return put(value, type: type, key: key)
  }

  private mutating func newMetadata(
    _ given: JSONValue, name: String, target: WriteTarget, now: Time
  ) -> JSONValue {
    var metadata = given
    metadata["name"] = .string(name)
    metadata["namespace"] = target.type.api.isNamespaced ? .string(target.namespace) : nil
    metadata["uid"] = .string(random.uuid())
    metadata["creationTimestamp"] = .string(now.rfc3339)
    metadata["generation"] = target.type.hasGeneration ? 1 : nil
    metadata["resourceVersion"] = nil
    metadata["deletionTimestamp"] = nil
    metadata["deletionGracePeriodSeconds"] = nil
    metadata["managedFields"] = nil
    return metadata
  }

  /// A namespace to write in must be there and not on its way out.
  private func checkNamespace(_ target: WriteTarget) throws(StatusError) {
    guard target.type.api.isNamespaced else { return }
    guard let namespaces = registry.type(.namespaces),
      let namespace = objects(namespaces)[target.namespace]
    else {
      throw StatusError(
        code: 404, reason: "NotFound", message: "namespaces \"\(target.namespace)\" not found",
        details: ["name": .string(target.namespace), "kind": "namespaces"])
    }
    if namespace.value[path: "metadata", "deletionTimestamp"] != nil {
      throw .forbidden(
        target.type, target.name,
        "unable to create new content in namespace \(target.namespace) because it is being "
          + "terminated")
    }
  }

  /// Puts a namespace in without any question.
  mutating func addNamespace(_ name: String, now: Time) {
    guard let type = registry.type(.namespaces) else { return }
    _ = put(
      [
        "kind": "Namespace", "apiVersion": "v1",
        "metadata": [
          "name": .string(name), "uid": .string(random.uuid()),
          "creationTimestamp": .string(now.rfc3339),
          "labels": ["kubernetes.io/metadata.name": .string(name)],
        ],
        "spec": ["finalizers": ["kubernetes"]], "status": ["phase": "Active"],
      ], type: type, key: name)
  }

  // MARK: Update

  /// Replaces an object (PUT), or with subresource "status" only its status.
  ///
  /// 409 when the object carries a resourceVersion that is no longer the current one. Without
  /// one the write is unconditional, except for custom resources, which insist on it.
  public mutating func update(
    _ value: JSONValue, at target: WriteTarget, options: WriteOptions = .init(), now: Time
  ) throws(StatusError) -> StoredObject {
    let old = try get(target.type, namespace: target.namespace, name: target.name)
    let new = try decoded(value, as: target)
    if target.type.origin == .custom,
      (new[path: "metadata", "resourceVersion"]?.string ?? "").isEmpty
    {
      throw .invalid(
        target.type, target.name,
        [
          .init(
            field: "metadata.resourceVersion", reason: "FieldValueInvalid",
            message: "Invalid value: 0x0: must be specified for an update")
        ])
    }
    try checkUnknownFields(new, target: target, options: options)
    return try replace(old, with: new, at: target, options: options, now: now)
  }

  /// The part of an update that PUT and PATCH share.
  mutating func replace(
    _ stored: StoredObject, with given: JSONValue, at target: WriteTarget, options: WriteOptions,
    now: Time
  ) throws(StatusError) -> StoredObject {
    let type = target.type
    let old = stored.value
    try checkVersions(given, stored: stored, old: old, target: target)
    var request = AdmissionRequest(
      operation: .update, type: type, namespace: target.namespace, name: target.name,
      subresource: target.subresource,
      object: Self.merged(given, over: old, target: target), oldObject: old,
      isDryRun: options.isDryRun, now: now)
    try checkFinalizers(request.object, old: old, target: target)
    try checkMetadata(request.object, name: target.name, type: type)
    try admit(&request)
    var new = request.object
    if Self.withoutBookkeeping(new) == Self.withoutBookkeeping(old) { return stored }
    if type.hasGeneration, Self.desired(new, type) != Self.desired(old, type) {
      let generation = old[path: "metadata", "generation"]?.int ?? 0
      new["metadata"]?["generation"] = .int(Int64(clamping: generation &+ 1))
    }
    ManagedFields.record(old: old, new: &new, target: target, options: options, now: now)
    if options.isDryRun {
      return Self.version(new, type: type, key: stored.key, resourceVersion: nil)
    }
    let isDone =
      new[path: "metadata", "deletionTimestamp"] != nil
      && (new[path: "metadata", "finalizers"]?.array ?? []).isEmpty
    guard isDone else { return put(new, type: type, key: stored.key) }
    let removed = remove(new, type: type, key: stored.key)
    finishNamespace(target.namespace)
    return removed
  }

  private func checkVersions(
    _ given: JSONValue, stored: StoredObject, old: JSONValue, target: WriteTarget
  ) throws(StatusError) {
    let version = given[path: "metadata", "resourceVersion"]?.string ?? ""
    if !version.isEmpty, version != "0", version != String(stored.resourceVersion) {
      throw .staleVersion(target.type, target.name)
    }
    if let uid = given[path: "metadata", "uid"]?.string, !uid.isEmpty,
      let known = old[path: "metadata", "uid"]?.string, uid != known
    {
      throw StatusError(
        code: 409, reason: "Conflict",
        message: "Operation cannot be fulfilled on \(target.type.api.qualifiedName) "
          + "\"\(target.name)\": StorageError: invalid object, Code: 4, Key: "
          + "/registry/\(target.type.api.group)/\(target.type.api.plural)/\(target.key), "
          + "ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: "
          + "\(uid), UID in object meta: \(known)",
        details: StatusError.details(target.type, target.name))
    }
  }

  /// What would be stored: the writer's object with the server's own fields put back.
  private static func merged(_ given: JSONValue, over old: JSONValue, target: WriteTarget)
    -> JSONValue
  {
    if target.subresource == "status" {
      var new = old
      new["status"] = given["status"]
      return new
    }
    var new = given
    if target.type.hasStatus { new["status"] = old["status"] }
    var metadata = given["metadata"] ?? [:]
    for key in [
      "name", "namespace", "uid", "creationTimestamp", "generation", "deletionTimestamp",
      "deletionGracePeriodSeconds", "generateName", "resourceVersion", "managedFields",
    ] {
      metadata[key] = old["metadata"]?[key]
    }
    new["metadata"] = metadata
    return new
  }

  /// The object without what changes by writing alone.
  private static func withoutBookkeeping(_ value: JSONValue) -> JSONValue {
    var value = value
    value["metadata"]?["managedFields"] = nil
    value["metadata"]?["resourceVersion"] = nil
    return value
  }

  /// What a new generation stands for: everything but metadata and status; of a Deployment its
  /// annotations too.
  private static func desired(_ value: JSONValue, _ type: ResourceType) -> JSONValue {
    var value = value
    let annotations = value[path: "metadata", "annotations"]
    value["metadata"] = type.id == "deployments.apps" ? annotations : nil
    value["status"] = nil
    return value
  }

  private func checkFinalizers(_ new: JSONValue, old: JSONValue, target: WriteTarget)
    throws(StatusError)
  {
    guard old[path: "metadata", "deletionTimestamp"] != nil else { return }
    let before = Set(old[path: "metadata", "finalizers"]?.array?.compactMap(\.string) ?? [])
    let added = (new[path: "metadata", "finalizers"]?.array?.compactMap(\.string) ?? [])
      .filter { !before.contains($0) }
    guard !added.isEmpty else { return }
    let list = added.map { "\"\($0)\"" }.joined(separator: ", ")
    throw .invalid(
      target.type, target.name,
      [
        .init(
          field: "metadata.finalizers", reason: "FieldValueForbidden",
          message: "Forbidden: no new finalizers can be added if the object is being deleted, "
            + "found new finalizers []string{\(list)}")
      ])
  }

  // MARK: What all writes check

  mutating func admit(_ request: inout AdmissionRequest) throws(StatusError) {
    for rule in admission {
      if let webhook = rule.webhook {
        guard webhook.covers(request) else { continue }
        if areWebhooksDown { throw .webhookUnavailable(rule.name, path: webhook.path) }
      }
      try rule.review(&request, &random)
    }
  }

  /// The body as an object of the right kind.
  private func decoded(_ value: JSONValue, as target: WriteTarget) throws(StatusError)
    -> JSONValue
  {
    let api = target.type.api
    guard value.object != nil else {
      throw .badRequest("the object provided is unrecognized: it must be a JSON object")
    }
    var value = value
    if value["metadata"] == nil || value["metadata"] == .null { value["metadata"] = [:] }
    guard value["metadata"]?.object != nil else {
      throw .badRequest(
        "\(api.kind) in version \"\(api.version)\" cannot be handled as a \(api.kind): json: "
          + "cannot unmarshal metadata into Go struct field .metadata of type v1.ObjectMeta")
    }
    let kind = value["kind"]?.string ?? ""
    let version = value["apiVersion"]?.string ?? ""
    if target.type.origin == .custom, kind.isEmpty {
      throw .badRequest("Object 'Kind' is missing in '\(value.jsonText())'")
    }
    if !version.isEmpty, version != api.apiVersion {
      throw .badRequest(
        "the API version in the data (\(version)) does not match the expected API version "
          + "(\(api.apiVersion))")
    }
    if !kind.isEmpty, kind != api.kind {
      throw .badRequest(
        "\(kind) in version \"\(api.version)\" cannot be handled as a \(api.kind): converting "
          + "(\(kind)) to (\(api.kind)): unknown conversion")
    }
    value["apiVersion"] = .string(api.apiVersion)
    value["kind"] = .string(api.kind)
    let namespace = value[path: "metadata", "namespace"]?.string ?? ""
    if !namespace.isEmpty, namespace != target.namespace {
      throw .badRequest(
        "the namespace of the provided object does not match the namespace sent on the request")
    }
    let name = value[path: "metadata", "name"]?.string ?? ""
    if !target.name.isEmpty, !name.isEmpty, name != target.name {
      throw .badRequest(
        "the name of the object (\(name)) does not match the name on the URL (\(target.name))")
    }
    return value
  }

  private func checkMetadata(_ value: JSONValue, name: String, type: ResourceType)
    throws(StatusError)
  {
    var problems: [StatusError.FieldProblem] = []
    func refuse(_ field: String, _ value: String, _ why: String) {
      problems.append(
        .init(
          field: field, reason: "FieldValueInvalid",
          message: "Invalid value: \(JSONValue.string(value).jsonText()): \(why)"))
    }
    if name.isEmpty {
      problems.append(
        .init(
          field: "metadata.name", reason: "FieldValueRequired",
          message: "Required value: name or generateName is required"))
    } else if let why = NameValidation.problem(withName: name, of: type) {
      refuse("metadata.name", name, why)
    }
    for (key, text) in value[path: "metadata", "labels"]?.object?.members ?? [:] {
      if let why = NameValidation.problem(withLabelKey: key) {
        refuse("metadata.labels", key, why)
      }
      guard let text = text.string else {
        throw .badRequest(
          "\(type.api.kind) in version \"\(type.api.version)\" cannot be handled as a "
            + "\(type.api.kind): json: cannot unmarshal into Go struct field "
            + "ObjectMeta.metadata.labels of type string")
      }
      if let why = NameValidation.problem(withLabelValue: text) {
        refuse("metadata.labels", text, why)
      }
    }
    if !problems.isEmpty { throw .invalid(type, name, problems) }
  }

  private func checkUnknownFields(
    _ value: JSONValue, target: WriteTarget, options: WriteOptions
  ) throws(StatusError) {
    guard options.fieldValidation == .strict else { return }
    let unknown = unknownFields(value, type: target.type)
    guard !unknown.isEmpty else { return }
    let api = target.type.api
    throw .badRequest(
      "\(api.kind) in version \"\(api.version)\" cannot be handled as a \(api.kind): strict "
        + "decoding error: \(unknown)")
  }

  /// `unknown field "spec.overrideRulez"`, several with commas; empty when all are known.
  func unknownFields(_ value: JSONValue, type: ResourceType) -> String {
    fieldChecks.flatMap { $0.unknownFields(type, value) }
      .map { "unknown field \"\($0)\"" }.joined(separator: ", ")
  }
}
