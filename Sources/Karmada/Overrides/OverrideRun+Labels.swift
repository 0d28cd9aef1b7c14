import Manifest

extension OverrideRun {
  /// labels or annotations of the object itself; `member` is which.
  mutating func apply(_ overrider: Overriders.Labels, to member: String) throws(OverrideFailure) {
    var operations: [JSONPatch.Operation] = []
    let keys = overrider.value.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    for key in keys {
      let pointer = JSONPointer(tokens: ["metadata", member, key])
      switch overrider.operator {
      case "remove", "replace":
        guard texts(member)?[key] != nil else {
          hazard(
            .targetMissing, .warning, path: pointer,
            "There is nothing at \(pointer), so \(overrider.operator) does nothing there.")
          continue
        }
      case "add":
        if texts(member) == nil, !makeRoom(for: member) { continue }
      default: break
      }
      guard let kind = JSONPatch.Kind(rawValue: overrider.operator), kind != .move, kind != .copy
      else {
        throw OverrideFailure(
          .invalidOverrider,
          "the operator \(JSONValue.string(overrider.operator).jsonText()) is none of add, remove "
            + "and replace", path: pointer)
      }
      operations.append(
        .init(kind, pointer.description, .string(overrider.value[key] ?? "")))
    }
    try patch(operations)
  }

  /// The labels; nil when there are none or one of them is no text.
  private func texts(_ member: String) -> JSONObject? {
    guard case .object(let labels)? = manifest.member("metadata")?.member(member),
      labels.members.values.allSatisfy({ $0.string != nil })
    else { return nil }
    return labels
  }

  /// Puts an empty object where there is none, or where one of its values is no text: all the
  /// others go with it, as in Karmada. False when there is no place for it.
  private mutating func makeRoom(for member: String) -> Bool {
    switch manifest.member("metadata") {
    case nil: manifest["metadata"] = [:]
    case .object?: break
    default: return false
    }
    var metadata = manifest.member("metadata") ?? [:]
    metadata[member] = [:]
    manifest["metadata"] = metadata
    return true
  }
}
