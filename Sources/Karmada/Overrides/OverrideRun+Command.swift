import Manifest

extension OverrideRun {
  /// command or args of the containers of one name; `member` is which.
  mutating func apply(
    _ overrider: Overriders.Command, to member: String
  ) throws(OverrideFailure) {
    let kind = manifest.member("kind")?.string ?? ""
    let path: [String]
    switch kind {
    case "Pod": path = ["spec", "containers"]
    case "Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "Job":
      path = ["spec", "template", "spec", "containers"]
    default:
      hazard(
        .targetMissing, .warning, path: nil,
        "\(member)Overrider does nothing on a \(kind): Karmada looks for containers in Pods, "
          + "Deployments, ReplicaSets, DaemonSets, StatefulSets and Jobs only.")
      return
    }
    var operations: [JSONPatch.Operation] = []
    for (i, container) in try containers(at: path).enumerated() {
      let pointer = JSONPointer(tokens: path + [String(i), member])
      guard case .object(let object) = container else {
        throw OverrideFailure(
          .karmadaPanics, "container \(i) is \(container.typeName ?? "null"), not an object",
          path: pointer)
      }
      guard object["name"] == .string(overrider.containerName) else { continue }
      let words: [String]
      switch object[member] {
      case nil, .null?: words = []
      case .array(let list)?: words = list.map(GoFormat.text)
      case let other?:
        throw OverrideFailure(
          .karmadaPanics, "\(pointer) is \(other.typeName ?? "null"), not a list", path: pointer)
      }
      let isNew = (object[member] ?? .null) == .null
      let changed = JSONValue.array(overrider.changed(words).map { .string($0) })
      operations.append(.init(isNew ? .add : .replace, pointer.description, changed))
    }
    if operations.isEmpty {
      hazard(
        .targetMissing, .warning, path: JSONPointer(tokens: path),
        "No container is called \(JSONValue.string(overrider.containerName).jsonText()), so "
          + "\(member)Overrider does nothing.")
    }
    try patch(operations)
  }

  /// None when there is no such list; a failure when it is no list.
  private func containers(at path: [String]) throws(OverrideFailure) -> [JSONValue] {
    var value = manifest
    for (i, key) in path.enumerated() {
      let pointer = JSONPointer(tokens: Array(path.prefix(i)))
      switch value {
      case .null where i > 0: return []
      case .object(let object):
        guard let next = object[key] else { return [] }
        value = next
      default: throw OverrideFailure(.invalidResult, "\(pointer) is no object", path: pointer)
      }
    }
    guard let list = value.array else {
      let pointer = JSONPointer(tokens: path)
      throw OverrideFailure(.invalidResult, "\(pointer) is no list", path: pointer)
    }
    return list
  }
}

extension Overriders.Command {
  /// Any operator but add and remove leaves the words as they are.
  fileprivate func changed(_ words: [String]) -> [String] {
    switch `operator` {
    case "add": return words + value
    case "remove":
      let gone = Set(value)
      return words.filter { !gone.contains($0) }
    default: return words
    }
  }
}

/// Values as Go's `%s` prints them; only texts are meant to come here.
enum GoFormat {
  static func text(_ value: JSONValue) -> String {
    switch value {
    case .string(let text): text
    case .null: "%!s(<nil>)"
    case .bool(let flag): "%!s(bool=\(flag))"
    case .int(let number): "%!s(int64=\(number))"
    case .double(let number): "%!s(float64=\(GoNumber.general(number)))"
    case .number(let text): "%!s(float64=\(Double(text).map(GoNumber.general) ?? text))"
    case .array(let elements): "[\(elements.map(text).joined(separator: " "))]"
    case .object(let object):
      "map[\(object.sortedByKey.map { "\($0.key):\(text($0.value))" }.joined(separator: " "))]"
    }
  }
}
