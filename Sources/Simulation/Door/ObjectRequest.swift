import ControlPlane
import Manifest

/// A request for objects of one kind, read and carried out.
struct ObjectRequest {
  let request: APIRequest
  let target: WriteTarget
  let server: ServerID
  let now: Time

  static func isWatch(_ request: APIRequest) -> Bool {
    ["1", "true"].contains(request.query("watch") ?? "")
  }

  func answer(caller: Caller, fleet: inout Fleet) throws(StatusError) -> APIAnswer {
    if target.type.isReview {
      guard request.method == .post, target.name.isEmpty else { throw .methodNotAllowed() }
      return APIAnswer(201, try review(caller: caller, access: fleet.access))
    }
    guard target.subresource.isEmpty || (target.subresource == "status" && target.type.hasStatus)
    else { throw Self.unknownSubresource }
    // Takes the store out while it changes, so that it is not copied.
    switch server {
    case .karmada: return try answer(in: &fleet.karmada)
    case .member(let name):
      guard var member = fleet.members.removeValue(forKey: name) else {
        throw Self.unknownSubresource
      }
      defer { fleet.members[name] = member }
      return try answer(in: &member.store)
    }
  }

  private static let unknownSubresource = StatusError(
    code: 404, reason: "NotFound", message: "the server could not find the requested resource",
    details: [:])

  private func answer(in store: inout ObjectStore) throws(StatusError) -> APIAnswer {
    guard let form = ObjectForm(accept: request.accept) else { throw ObjectForm.notAcceptable }
    let writer = ObjectWriter(type: target.type, form: form, now: now)
    switch (request.method, target.name.isEmpty) {
    case (.get, true):
      if Self.isWatch(request) {
        return APIAnswer(watch: try watch(in: store, form: form))
      }
      let page = try store.list(
        target.type, namespace: target.namespace, options: try listOptions())
      return APIAnswer(200, bytes: writer.list(page))
    case (.get, false):
      let object = try store.get(target.type, namespace: target.namespace, name: target.name)
      return APIAnswer(200, bytes: writer.object(object))
    case (.post, true):
      let object = try store.create(
        try body(), at: target, options: try writeOptions(), now: now)
      return APIAnswer(201, bytes: writer.object(object))
    case (.put, false):
      let object = try store.update(
        try body(), at: target, options: try writeOptions(), now: now)
      return APIAnswer(200, bytes: writer.object(object))
    case (.patch, false): return try patch(in: &store, writer: writer)
    case (.delete, _): return try delete(in: &store, writer: writer)
    default: throw .methodNotAllowed()
    }
  }

  // MARK: Reading the request

  private func listOptions() throws(StatusError) -> ObjectStore.ListOptions {
    var options = ObjectStore.ListOptions()
    options.labelSelector = try LabelSelector(parsing: request.query("labelSelector") ?? "")
    options.fieldSelector = try FieldSelector(
      parsing: request.query("fieldSelector") ?? "", for: target.type)
    if let text = request.query("limit"), !text.isEmpty {
      guard let limit = Int(text), limit >= 0 else {
        throw .badRequest("limit: Invalid value: \"\(text)\": must be a non-negative integer")
      }
      options.limit = limit
    }
    options.continueToken = request.query("continue") ?? ""
    options.resourceVersion = request.query("resourceVersion") ?? ""
    options.resourceVersionMatch = request.query("resourceVersionMatch") ?? ""
    if !options.continueToken.isEmpty, !options.resourceVersion.isEmpty,
      options.resourceVersion != "0"
    {
      throw .badRequest("specifying resource version is not allowed when using continue")
    }
    return options
  }

  private func writeOptions() throws(StatusError) -> ObjectStore.WriteOptions {
    var options = ObjectStore.WriteOptions()
    options.isDryRun = try isDryRun()
    if let text = request.query("fieldValidation"), !text.isEmpty {
      guard let validation = ObjectStore.WriteOptions.FieldValidation(rawValue: text) else {
        throw StatusError(
          code: 422, reason: "Invalid",
          message: "CreateOptions.meta.k8s.io \"\" is invalid: fieldValidation: Unsupported value: "
            + "\"\(text)\": supported values: \"\", \"Ignore\", \"Strict\", \"Warn\"")
      }
      options.fieldValidation = validation
    }
    options.fieldManager = request.query("fieldManager") ?? "unknown"
    return options
  }

  private func isDryRun() throws(StatusError) -> Bool {
    guard let text = request.query("dryRun"), !text.isEmpty else { return false }
    guard text == "All" else {
      throw StatusError(
        code: 422, reason: "Invalid",
        message: "CreateOptions.meta.k8s.io \"\" is invalid: dryRun: Unsupported value: "
          + "\"\(text)\": supported values: \"All\"")
    }
    return true
  }

  private var mediaType: String {
    let type = request.contentType ?? ""
    return String(trim(type.split(separator: ";").first ?? "")).lowercased()
  }

  private func body() throws(StatusError) -> JSONValue {
    if mediaType == KubernetesProtobuf.mediaType { return try binaryBody() }
    guard ["", "application/json", "application/yaml"].contains(mediaType) else {
      throw Self.unsupportedBody
    }
    return try parsedBody()
  }

  private static let unsupportedBody = StatusError.unsupportedMediaType(
    accepted: ["application/json", "application/yaml", KubernetesProtobuf.mediaType])

  private func binaryBody() throws(StatusError) -> JSONValue {
    do throws(KubernetesProtobuf.Failure) {
      return try KubernetesProtobuf.decode(request.body ?? [])
    } catch {
      switch error {
      case .malformed: throw .badRequest("the body is not Kubernetes protobuf")
      case .unknownKind(let kind):
        throw StatusError(
          code: 415, reason: "UnsupportedMediaType",
          message: "the embedded Karmada reads \(kind) as JSON or YAML only, not as protobuf")
      }
    }
  }

  /// JSON, or YAML where the media type says so.
  private func parsedBody() throws(StatusError) -> JSONValue {
    guard let body = request.body, !body.isEmpty else {
      throw .badRequest("the request has no body")
    }
    if mediaType.hasSuffix("yaml"), let first = body.first(where: { $0 > 0x20 }),
      first != UInt8(ascii: "{")
    {
      guard let text = String(validating: body, as: UTF8.self) else {
        throw .badRequest("error decoding YAML: it is not UTF-8")
      }
      do throws(YAML.Failure) {
        return try YAML.parse(text).first ?? .null
      } catch {
        throw .badRequest("error decoding YAML: \(error)")
      }
    }
    do throws(JSONScanner.Failure) {
      return try JSONValue(parsing: body)
    } catch {
      throw .badRequest(
        "the object provided is unrecognized: offset \(error.offset): \(error.what)")
    }
  }

  // MARK: Verbs with more to them

  private func patch(in store: inout ObjectStore, writer: ObjectWriter) throws(StatusError)
    -> APIAnswer
  {
    guard let kind = PatchKind(rawValue: mediaType) else {
      throw .unsupportedMediaType(accepted: PatchKind.accepted(by: target.type).map(\.rawValue))
    }
    let result = try store.patch(
      try parsedBody(), kind: kind, at: target,
      force: ["1", "true"].contains(request.query("force") ?? ""), options: try writeOptions(),
      now: now)
    return APIAnswer(result.isNew ? 201 : 200, bytes: writer.object(result.object))
  }

  private func delete(in store: inout ObjectStore, writer: ObjectWriter) throws(StatusError)
    -> APIAnswer
  {
    var options = ObjectStore.DeleteOptions()
    if let body = request.body, body.contains(where: { $0 > 0x20 }) {
      options = try ObjectStore.DeleteOptions(parsing: try parsedBody())
    }
    options.isDryRun = try isDryRun() || options.isDryRun
    guard target.subresource.isEmpty else { throw .methodNotAllowed() }
    if target.name.isEmpty {
      let version = String(store.resourceVersion)
      let deleted = try store.deleteCollection(
        target.type, namespace: target.namespace, matching: try listOptions(), options: options,
        now: now)
      var page = try store.list(target.type, namespace: target.namespace)
      page.objects = deleted
      page.resourceVersion = Int64(version) ?? page.resourceVersion
      return APIAnswer(200, bytes: writer.list(page))
    }
    switch try store.delete(at: target, options: options, now: now) {
    case .terminating(let object): return APIAnswer(200, bytes: writer.object(object))
    case .removed(let object):
      // Services and pods answer with the object, the rest with a Status.
      if ["services", "pods"].contains(target.type.id) {
        return APIAnswer(200, bytes: writer.object(object))
      }
      var details = StatusError.details(target.type, target.name)
      details["uid"] = object.value[path: "metadata", "uid"]
      return APIAnswer(
        200,
        [
          "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success",
          "details": details,
        ])
    }
  }

  private func watch(in store: ObjectStore, form: ObjectForm) throws(StatusError) -> WatchStart {
    let options = try listOptions()
    let filter = WatchFilter(
      type: target.type, namespace: target.namespace, labelSelector: options.labelSelector,
      fieldSelector: options.fieldSelector)
    let wantsBookmarks = ["1", "true"].contains(request.query("allowWatchBookmarks") ?? "")
    var start = WatchStart(
      server: server, filter: filter, form: form, version: store.resourceVersion,
      wantsBookmarks: wantsBookmarks, timeout: nil)
    if let seconds = request.query("timeoutSeconds").flatMap(Int.init), seconds > 0 {
      start.timeout = .seconds(min(seconds, 86_400))
    }
    let writer = ObjectWriter(type: target.type, form: form, now: now)
    let sendsInitial = ["1", "true"].contains(request.query("sendInitialEvents") ?? "")
    let version = options.resourceVersion
    if sendsInitial || version.isEmpty || version == "0" {
      start.opening.events = store.initialEvents(for: filter)[...]
      if wantsBookmarks, sendsInitial || (version == "0" && target.type.origin == .custom) {
        start.opening.rest = writer.bookmark(store.resourceVersion, endsInitialEvents: true)
      }
      return start
    }
    guard let after = Int64(version), after > 0 else {
      throw .badRequest("resourceVersion: Invalid value: \"\(version)\"")
    }
    do throws(StatusError) {
      start.opening.events = try store.events(for: filter, after: after)[...]
    } catch {
      start.opening.rest = ObjectWriter.error(error)
      start.isOver = true
    }
    return start
  }

  // MARK: Access reviews

  private func review(caller: Caller, access: AccessRules) throws(StatusError) -> JSONValue {
    var answer = try body()
    guard answer.object != nil else { throw .badRequest("a review must be a JSON object") }
    answer["kind"] = .string(target.type.api.kind)
    answer["apiVersion"] = .string(target.type.api.apiVersion)
    if answer["metadata"] == nil { answer["metadata"] = [:] }
    switch target.type.api.kind {
    case "SelfSubjectAccessReview":
      let wanted = answer[path: "spec", "resourceAttributes"]
      let resource = wanted?["resource"]?.string ?? ""
      let subresource = wanted?["subresource"]?.string ?? ""
      let isAllowed = access.allows(
        verb: wanted?["verb"]?.string ?? "", group: wanted?["group"]?.string ?? "",
        resource: subresource.isEmpty ? resource : "\(resource)/\(subresource)",
        namespace: wanted?["namespace"]?.string ?? "")
      answer["status"] = ["allowed": .bool(isAllowed)]
    case "SelfSubjectRulesReview":
      answer["status"] = [
        "resourceRules": [["verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]]],
        "nonResourceRules": [["verbs": ["*"], "nonResourceURLs": ["*"]]],
        "incomplete": .bool(!access.denials.isEmpty),
      ]
    default:
      answer["status"] = [
        "userInfo": [
          "username": .string(caller.name), "groups": ["system:masters", "system:authenticated"],
        ]
      ]
    }
    return answer
  }
}
