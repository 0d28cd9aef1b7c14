/// RFC 7386: a document whose members replace those of another, and whose nulls remove them.
public enum MergePatch {
  public static func apply(_ patch: JSONValue, to value: JSONValue) -> JSONValue {
    guard let members = patch.object else { return patch }
    var result = value.object ?? [:]
    for (key, change) in members.members {
      if change == .null {
        result[key] = nil
      } else {
        result[key] = apply(change, to: result[key] ?? .null)
      }
    }
    return .object(result)
  }

  /// The smallest patch that turns `old` into `new`; nil when there is none, because `new` holds
  /// a null that a merge patch cannot write.
  public static func difference(from old: JSONValue, to new: JSONValue) -> JSONValue? {
    guard let old = old.object, let target = new.object else {
      // Spelt out, because a JSON value can itself be written as nil.
      return holdsNull(new) ? Optional<JSONValue>.none : .some(new)
    }
    var patch = JSONObject()
    for key in old.keys where target[key] == nil { patch[key] = .null }
    for (key, value) in target.members where old[key] != value {
      guard value != .null,
        let change = difference(from: old[key] ?? .null, to: value)
      else { return nil }
      patch[key] = change
    }
    return .object(patch)
  }

  /// Nulls in lists stay, those of members would remove them.
  private static func holdsNull(_ value: JSONValue) -> Bool {
    guard let object = value.object else { return false }
    return object.members.values.contains { $0 == .null || holdsNull($0) }
  }
}
