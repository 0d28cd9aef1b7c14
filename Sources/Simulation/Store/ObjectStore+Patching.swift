import Manifest

extension ObjectStore {
  /// Changes an object by a patch of one of four kinds.
  ///
  /// Server-side apply knows owners (409 names them) and creates what is missing; it does not
  /// take away fields that an earlier apply set and this one leaves out.
  public mutating func patch(
    _ patch: JSONValue, kind: PatchKind, at target: WriteTarget, force: Bool = false,
    options: WriteOptions = .init(), now: Time
  ) throws(StatusError) -> (object: StoredObject, isNew: Bool) {
    let type = target.type
    guard PatchKind.accepted(by: type).contains(kind) else {
      throw .unsupportedMediaType(accepted: PatchKind.accepted(by: type).map(\.rawValue))
    }
    guard contains(type, namespace: target.namespace, name: target.name) || kind != .apply else {
      return (try create(patch, at: target, options: options, now: now), true)
    }
    let stored = try get(type, namespace: target.namespace, name: target.name)
    let old = stored.value
    let new = try patched(old, by: patch, kind: kind, target: target)
    if kind == .apply, !force {
      try checkOwners(of: patch, stored: old, manager: options.fieldManager)
    }
    if options.fieldValidation == .strict {
      let unknown = unknownFields(new, type: type)
      if !unknown.isEmpty { throw Self.unknownInPatch(new, unknown) }
    }
    return (try replace(stored, with: new, at: target, options: options, now: now), false)
  }

  private func patched(
    _ old: JSONValue, by patch: JSONValue, kind: PatchKind, target: WriteTarget
  ) throws(StatusError) -> JSONValue {
    switch kind {
    case .json:
      return try object(try Self.patched(old, byJSONPatch: patch), target: target)
    case .merge: return try object(MergePatch.apply(patch, to: old), target: target)
    case .strategic:
      return try object(StrategicMergePatch.apply(patch, to: old), target: target)
    case .apply:
      var patch = patch
      patch["metadata"]?["managedFields"] = nil
      let merged =
        target.type.origin == .custom
        ? Self.overlaid(patch, on: old) : StrategicMergePatch.apply(patch, to: old)
      return try object(merged, target: target)
    }
  }

  /// As many operations as kube-apiserver takes in one JSON patch.
  private static let operationLimit = 10_000

  private static func patched(
    _ old: JSONValue, byJSONPatch patch: JSONValue
  ) throws(StatusError) -> JSONValue {
    if let count = patch.array?.count, count > operationLimit {
      throw .badRequest(
        "The allowed maximum operations in a JSON patch is \(operationLimit), got \(count)")
    }
    do throws(JSONPatch.Failure) {
      return try Self.applied(try JSONPatch(decoding: patch), to: old)
    } catch {
      throw error.isMalformed
        ? .badRequest(error.description)
        : StatusError(
          code: 422, reason: "Invalid",
          message: "the server rejected our request due to an error in our request",
          details: ["causes": [["message": .string(error.description), "field": "patch"]]])
    }
  }

  /// An API server's library is an older one than Karmada's own: its `replace` of a member that
  /// is not there puts it there (recorded in migrate-and-rollback).
  private static func applied(_ patch: JSONPatch, to old: JSONValue) throws(JSONPatch.Failure)
    -> JSONValue
  {
    var value = old
    for (index, operation) in patch.operations.enumerated() {
      do throws(JSONPatch.Failure) {
        try JSONPatch([operation]).apply(inPlace: &value)
      } catch {
        guard error.reason == .missing, operation.kind == .replace else {
          var failure = error
          failure.operation = failure.operation.map { _ in index }
          throw failure
        }
        try JSONPatch([.init(.add, operation.path, operation.value)]).apply(inPlace: &value)
      }
    }
    return value
  }

  /// A merge in which null is a value: apply has no way to say "remove".
  private static func overlaid(_ patch: JSONValue, on value: JSONValue) -> JSONValue {
    guard let members = patch.object, var result = value.object else { return patch }
    for (key, new) in members.members {
      result[key] = result[key].map { overlaid(new, on: $0) } ?? new
    }
    return .object(result)
  }

  private func object(_ value: JSONValue, target: WriteTarget) throws(StatusError) -> JSONValue {
    guard value.object != nil, value["metadata"]?.object != nil else {
      throw .badRequest("the patch does not leave an object")
    }
    for (part, wanted) in [("name", target.name), ("namespace", target.namespace)] {
      let found = value[path: "metadata", part]?.string ?? ""
      if found != wanted {
        throw .badRequest(
          "the \(part) of the object (\(found)) does not match the \(part) on the URL (\(wanted))")
      }
    }
    if value["kind"]?.string != target.type.api.kind
      || value["apiVersion"]?.string != target.type.api.apiVersion
    {
      throw .badRequest("a patch may not change apiVersion or kind")
    }
    return value
  }

  private func checkOwners(of patch: JSONValue, stored: JSONValue, manager: String)
    throws(StatusError)
  {
    let conflicts = ManagedFields.conflicts(of: patch, with: stored, manager: manager)
    let count = conflicts.reduce(0) { $0 + $1.fields.count }
    guard count > 0 else { return }
    let causes = conflicts.flatMap { conflict in
      conflict.fields.map { field in
        JSONValue.object([
          "reason": "FieldManagerConflict",
          "message": .string("conflict with \"\(conflict.manager)\" using \(conflict.apiVersion)"),
          "field": .string(field),
        ])
      }
    }
    let text = conflicts.map { conflict in
      "conflicts with \"\(conflict.manager)\" using \(conflict.apiVersion):\n"
        + conflict.fields.map { "- \($0)" }.joined(separator: "\n")
    }.joined(separator: "\n")
    throw StatusError(
      code: 409, reason: "Conflict",
      message: count == 1
        ? "Apply failed with 1 conflict: conflict with \"\(conflicts[0].manager)\" using "
          + "\(conflicts[0].apiVersion): \(conflicts[0].fields[0])"
        : "Apply failed with \(count) conflicts: \(text)",
      details: ["causes": .array(causes)])
  }

  /// The real server's words for a patch that leads to an unknown field, its odd ` ""` included.
  private static func unknownInPatch(_ value: JSONValue, _ unknown: String) -> StatusError {
    let text = JSONValue.string(value.jsonText(sortedKeys: true)).jsonText()
    let what = "Invalid value: \(text): strict decoding error: \(unknown)"
    return StatusError(
      code: 422, reason: "Invalid", message: " \"\" is invalid: patch: \(what)",
      details: [
        "causes": [
          ["reason": "FieldValueInvalid", "message": .string(what), "field": "patch"]
        ]
      ])
  }
}
