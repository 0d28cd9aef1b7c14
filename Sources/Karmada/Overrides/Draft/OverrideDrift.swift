import Manifest

/// Overriders that make one manifest into another.
enum OverrideDrift {
  /// Empty when nothing differs that an override can say; identity is never changed.
  static func overriders(
    from old: JSONValue, to new: JSONValue, owners: FieldOwners? = nil
  ) -> JSONObject {
    var found = Overriders()
    var rest = new
    for key in ["apiVersion", "kind"] { rest[key] = old[key] }
    for (member, kind) in [("labels", OverriderKind.labels), ("annotations", .annotations)] {
      let (before, after) = (old[path: "metadata", member], new[path: "metadata", member])
      let changes = labels(from: before, to: after)
      if kind == .labels { found.labels = changes } else { found.annotations = changes }
    }
    rest["metadata"] = old["metadata"]
    if let owners { rest = withoutDefaults(rest, old, owners, []) ?? rest }
    for operation in JSONPatch.difference(from: old, to: rest).operations {
      if let field = field(operation, in: old) {
        found.field.append(field)
      } else {
        var patch = Overriders.Patch()
        patch.operator = operation.kind.rawValue
        patch.path = operation.path
        patch.value = operation.value
        found.plaintext.append(patch)
      }
    }
    guard case .object(let overriders) = found.policyJSON else { return [:] }
    return overriders
  }

  /// The new value without members that only a server's defaults put there.
  private static func withoutDefaults(
    _ new: JSONValue, _ old: JSONValue?, _ owners: FieldOwners, _ path: [String]
  ) -> JSONValue? {
    // What is data is never a default.
    if let first = path.first, ["data", "binaryData", "stringData"].contains(first) { return new }
    switch (new, old) {
    case (_, nil):
      return owners.isSetByOthers(JSONPointer(tokens: path)) ? .some(new) : .none
    case (.object(let a), .object(let b)?):
      var kept = JSONObject()
      for (key, value) in a.members {
        kept[key] = withoutDefaults(value, b[key], owners, path + [key])
      }
      return .object(kept)
    case (.array(let a), .array(let b)?) where a.count == b.count:
      return .array(
        a.enumerated().map { i, value in
          withoutDefaults(value, b[i], owners, path + [String(i)]) ?? value
        })
    default: return new
    }
  }

  private static func labels(from old: JSONValue?, to new: JSONValue?) -> [Overriders.Labels] {
    let (old, new) = (old?.object ?? [:], new?.object ?? [:])
    var changes: [String: [String: String]] = [:]
    for (key, value) in new.members {
      guard old[key] != value, let text = value.string else { continue }
      changes[old[key] == nil ? "add" : "replace", default: [:]][key] = text
    }
    for (key, value) in old.members where new[key] == nil {
      changes["remove", default: [:]][key] = value.string ?? ""
    }
    return ["add", "replace", "remove"].compactMap { name in
      guard let value = changes[name] else { return nil }
      var labels = Overriders.Labels()
      labels.operator = name
      labels.value = value
      return labels
    }
  }

  /// The same as changes inside a document, where those give the very text that is wanted.
  private static func field(
    _ operation: JSONPatch.Operation, in old: JSONValue
  ) -> Overriders.Field? {
    guard operation.kind == .replace, case .string(let wanted) = operation.value else {
      return nil
    }
    do {
      let pointer = try JSONPointer(parsing: operation.path)
      guard case .string(let text) = try pointer.value(in: old) else { return nil }
      for format in EmbeddedDocument.Format.allCases {
        guard let before = EmbeddedDocument(text, as: format),
          let after = EmbeddedDocument(wanted, as: format), before != after
        else { continue }
        let field = change(of: operation.path, from: before, to: after)
        var run = OverrideRun(manifest: old, isTracing: false)
        try run.apply(field: field)
        if try pointer.value(in: run.manifest) == .string(wanted) { return field }
      }
    } catch {
      // What the engine cannot do the field as a whole can.
    }
    return nil
  }

  private static func change(
    of path: String, from before: EmbeddedDocument, to after: EmbeddedDocument
  ) -> Overriders.Field {
    var field = Overriders.Field()
    field.fieldPath = path
    let patches = JSONPatch.difference(from: before.value, to: after.value).operations.map {
      var patch = Overriders.Patch()
      patch.operator = $0.kind.rawValue
      patch.path = $0.path
      patch.value = $0.value
      return patch
    }
    if before.format == .json { field.json = patches } else { field.yaml = patches }
    return field
  }
}

extension Overriders {
  /// As a policy holds it: a value only where there is one.
  var policyJSON: JSONValue {
    var value = jsonValue
    func trim(_ patches: JSONValue?) -> JSONValue? {
      guard case .array(let list)? = patches else { return patches }
      return .array(
        list.map { patch in
          var patch = patch
          if patch["value"] == .null { patch["value"] = nil }
          return patch
        })
    }
    value["plaintext"] = trim(value["plaintext"])
    if case .array(let fields)? = value["fieldOverrider"] {
      value["fieldOverrider"] = .array(
        fields.map { field in
          var field = field
          for key in ["json", "yaml"] { field[key] = trim(field[key]) }
          return field
        })
    }
    return value
  }
}
