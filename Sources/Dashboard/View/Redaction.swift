import Manifest

/// Keeps Secrets' data off the screen and the clipboard, wherever a Secret may be wrapped: itself,
/// in a Work's manifests, in a List.
public enum Redaction {
  /// The same document with every value of a Secret's `data` and `stringData` replaced by its
  /// length, and the annotation that repeats the whole Secret emptied.
  public static func redacted(_ value: JSONValue) -> JSONValue {
    switch value {
    case .array(let items): return .array(items.map(redacted))
    case .object(let object):
      var copy = object
      for (key, member) in object.members { copy[key] = redacted(member) }
      if object["kind"] == "Secret" { hide(&copy) }
      return .object(copy)
    case .null, .bool, .int, .double, .number, .string: return value
    }
  }

  /// Two versions of one object, to be compared: what is hidden and differs still shows as a
  /// difference.
  public static func pair(_ old: JSONValue, _ new: JSONValue) -> (JSONValue, JSONValue) {
    guard old["kind"] == "Secret" || new["kind"] == "Secret" else {
      return (redacted(old), redacted(new))
    }
    let before = redacted(old)
    var after = redacted(new)
    for field in ["data", "stringData"] {
      for (key, value) in new[field]?.object?.members ?? [:] where value != old[field]?[key] {
        guard old[field]?[key] != nil, let shown = after[field]?[key]?.string else { continue }
        after[field]?[key] = .string(shown + ", another value")
      }
    }
    return (before, after)
  }

  private static func hide(_ secret: inout JSONObject) {
    for field in ["data", "stringData"] {
      guard let value = secret[field], value != .null else { continue }
      guard let values = value.object else {
        secret[field] = "hidden"
        continue
      }
      var hidden = JSONObject()
      for key in values.keys {
        let length = values[key]?.string?.utf8.count ?? 0
        hidden[key] = .string("hidden, \(length) characters")
      }
      secret[field] = .object(hidden)
    }
    let annotation = "kubectl.kubernetes.io/last-applied-configuration"
    if var metadata = secret["metadata"], metadata["annotations"]?[annotation] != nil {
      var annotations = metadata["annotations"] ?? .null
      annotations[annotation] = "hidden: it repeats the Secret"
      metadata["annotations"] = annotations
      secret["metadata"] = metadata
    }
  }
}
