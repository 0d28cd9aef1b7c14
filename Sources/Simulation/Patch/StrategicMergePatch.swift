import Manifest

/// Kubernetes' strategic merge patch: a merge patch in which some lists are merged element by
/// element, found by a key.
///
/// Which lists those are is part of each kind's Go type; here they are recognised by their name,
/// which is the same in all built-in kinds. Known: `$patch: delete|replace|merge`,
/// `$setElementOrder/…` (not needed to get the same elements; ignored), `$retainKeys`,
/// `$deleteFromPrimitiveList/…`.
enum StrategicMergePatch {
  /// Merge key candidates, the first one that an element has wins.
  private static let mergeKeys: [String: [String]] = [
    "containers": ["name"], "initContainers": ["name"], "ephemeralContainers": ["name"],
    "env": ["name"], "volumes": ["name"], "volumeMounts": ["mountPath"],
    "volumeDevices": ["devicePath"], "imagePullSecrets": ["name"], "hostAliases": ["ip"],
    "topologySpreadConstraints": ["topologyKey"], "ports": ["containerPort", "port"],
    "conditions": ["type"], "ownerReferences": ["uid"], "secrets": ["name"],
    "subjects": ["name"], "addresses": ["type"],
  ]
  private static let primitiveLists: Set<String> = ["finalizers"]

  static func apply(_ patch: JSONValue, to value: JSONValue) -> JSONValue {
    guard let members = patch.object else { return patch }
    if members["$patch"] == "replace" {
      var replacement = members
      replacement["$patch"] = nil
      return .object(replacement)
    }
    if members["$patch"] == "delete" { return [:] }
    var result = value.object ?? [:]
    if let kept = members["$retainKeys"]?.array?.compactMap(\.string) {
      for key in Array(result.keys) where !kept.contains(key) { result[key] = nil }
    }
    for (key, change) in members.members where key != "$retainKeys" && key != "$patch" {
      if let list = key.strippingPrefix("$deleteFromPrimitiveList/") {
        let gone = change.array ?? []
        if let elements = result[list]?.array {
          result[list] = .array(elements.filter { !gone.contains($0) })
        }
      } else if key.hasPrefix("$") {
        continue
      } else if change == .null {
        result[key] = nil
      } else {
        result[key] = merged(change, over: result[key] ?? .null, name: key)
      }
    }
    return .object(result)
  }

  private static func merged(_ change: JSONValue, over old: JSONValue, name: String) -> JSONValue {
    guard let changes = change.array else { return apply(change, to: old) }
    let elements = old.array ?? []
    if primitiveLists.contains(name) {
      return .array(elements + changes.filter { !elements.contains($0) })
    }
    guard let keys = mergeKeys[name], changes.allSatisfy({ $0.object != nil }) else {
      return change
    }
    if changes.contains(where: { $0["$patch"] == "replace" }) {
      return .array(changes.filter { $0["$patch"] == nil })
    }
    var result = elements
    for change in changes {
      let key = keys.first { change[$0] != nil }
      let place = key.flatMap { key in result.firstIndex { $0[key] == change[key] } }
      if change["$patch"] == "delete" {
        if let place { result.remove(at: place) }
      } else if let place {
        result[place] = apply(change, to: result[place])
      } else {
        result.append(apply(change, to: [:]))
      }
    }
    return .array(result)
  }
}

extension String {
  fileprivate func strippingPrefix(_ prefix: String) -> String? {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
  }
}
