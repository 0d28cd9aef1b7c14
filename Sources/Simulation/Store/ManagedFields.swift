import Manifest

/// `metadata.managedFields`: who wrote which field last.
///
/// As the server keeps it, with one simplification: lists belong to one writer as a whole, also
/// where Kubernetes merges them by key.
enum ManagedFields {
  /// Notes in `new` that the writer of `options` set whatever differs from `old`.
  static func record(
    old: JSONValue, new: inout JSONValue, target: WriteTarget, options: ObjectStore.WriteOptions,
    now: Time,
    operation: String = "Update"
  ) {
    guard !options.fieldManager.isEmpty else { return }
    let changed = difference(old: tracked(old), new: tracked(new))
    guard let changed, changed.object?.isEmpty == false else { return }
    var entries: [JSONValue] = []
    var own: JSONValue?
    for entry in old[path: "metadata", "managedFields"]?.array ?? [] {
      if isOwn(entry, target: target, options: options, operation: operation) {
        own = entry
      } else if var fields = entry["fieldsV1"] {
        remove(changed, from: &fields)
        guard fields.object?.isEmpty == false else { continue }
        var entry = entry
        entry["fieldsV1"] = fields
        entries.append(entry)
      }
    }
    var entry: JSONValue = [
      "manager": .string(options.fieldManager), "operation": .string(operation),
      "apiVersion": .string(target.type.api.apiVersion), "time": .string(now.rfc3339),
      "fieldsType": "FieldsV1",
      "fieldsV1": add(changed, to: own?["fieldsV1"] ?? [:]),
    ]
    if !target.subresource.isEmpty { entry["subresource"] = .string(target.subresource) }
    entries.append(entry)
    new["metadata"]?["managedFields"] = .array(entries)
  }

  private static func isOwn(
    _ entry: JSONValue, target: WriteTarget, options: ObjectStore.WriteOptions, operation: String
  ) -> Bool {
    entry["manager"]?.string == options.fieldManager
      && entry["operation"]?.string == operation
      && (entry["subresource"]?.string ?? "") == target.subresource
  }

  /// The fields a writer can own, in the FieldsV1 notation, as one entry's fields.
  static func all(of value: JSONValue) -> JSONValue {
    difference(old: .null, new: tracked(value)) ?? [:]
  }

  /// The others that own a field of `value` whose stored value differs, with the fields' paths
  /// as the server's conflict text names them (".spec.overrideRules").
  static func conflicts(of value: JSONValue, with stored: JSONValue, manager: String)
    -> [(manager: String, apiVersion: String, fields: [String])]
  {
    let changed = contested(wanted: tracked(value), stored: tracked(stored))
    return (stored[path: "metadata", "managedFields"]?.array ?? []).compactMap { entry in
      guard let other = entry["manager"]?.string, other != manager,
        let fields = entry["fieldsV1"]
      else { return nil }
      let paths = shared(changed, fields, path: "")
      return paths.isEmpty
        ? nil : (other, entry["apiVersion"]?.string ?? "", paths)
    }
  }

  private static func tracked(_ value: JSONValue) -> JSONValue {
    guard var object = value.object else { return .null }
    object["kind"] = nil
    object["apiVersion"] = nil
    var metadata: JSONObject = [:]
    for key in ["annotations", "finalizers", "generateName", "labels", "ownerReferences"] {
      metadata[key] = value["metadata"]?[key]
    }
    object["metadata"] = metadata.isEmpty ? nil : .object(metadata)
    return .object(object)
  }

  /// The fields that differ, as a tree; nil when none does. Removed fields belong to nobody.
  private static func difference(old: JSONValue, new: JSONValue) -> JSONValue? {
    guard let members = new.object else { return old == new ? nil : [:] }
    var tree: JSONObject = [:]
    for (key, value) in members.members {
      if let below = difference(old: old[key] ?? .null, new: value) { tree["f:\(key)"] = below }
    }
    return tree.isEmpty && !(members.isEmpty && old.object == nil) ? nil : .object(tree)
  }

  /// The fields that `wanted` sets to something else than what is stored.
  private static func contested(wanted: JSONValue, stored: JSONValue) -> JSONValue {
    difference(old: stored, new: wanted) ?? [:]
  }

  private static func shared(_ tree: JSONValue, _ owned: JSONValue, path: String) -> [String] {
    (tree.object?.members ?? [:]).flatMap { key, below -> [String] in
      guard let owned = owned[key] else { return [] }
      let here = "\(path).\(key.dropFirst(2))"
      let isLeaf = below.object?.isEmpty != false || owned.object?.isEmpty != false
      return isLeaf ? [here] : shared(below, owned, path: here)
    }
  }

  private static func add(_ tree: JSONValue, to fields: JSONValue) -> JSONValue {
    var fields = fields
    for (key, below) in tree.object?.members ?? [:] {
      fields[key] = add(below, to: fields[key] ?? [:])
    }
    return fields
  }

  private static func remove(_ tree: JSONValue, from fields: inout JSONValue) {
    for (key, below) in tree.object?.members ?? [:] {
      guard var owned = fields[key] else { continue }
      if below.object?.isEmpty != false || owned.object?.isEmpty != false {
        fields[key] = nil
      } else {
        remove(below, from: &owned)
        fields[key] = owned.object?.isEmpty == true ? nil : owned
      }
    }
  }
}
