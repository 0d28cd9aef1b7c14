import Manifest

extension OverrideRun {
  /// Where a workload keeps its containers; nil for a kind whose images Karmada does not look for.
  private static func podSpecPath(_ kind: String) -> [String]? {
    switch kind {
    case "Pod": ["spec"]
    case "Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "Job":
      ["spec", "template", "spec"]
    default: nil
    }
  }

  mutating func apply(image: Overriders.Image) throws(OverrideFailure) {
    if let path = image.predicatePath {
      try apply(image, at: path)
      return
    }
    let kind = manifest.member("kind")?.string ?? ""
    guard let path = OverrideRun.podSpecPath(kind) else {
      hazard(
        .targetMissing, .warning, path: nil,
        "imageOverrider without a predicate does nothing on a \(kind): Karmada looks for images "
          + "in Pods, Deployments, ReplicaSets, DaemonSets, StatefulSets and Jobs only.")
      return
    }
    if let mistake = WorkloadSchema.mistake(in: manifest, kind: kind) {
      throw OverrideFailure(
        .invalidResult, "the object is no \(kind): \(mistake.what)", path: mistake.path)
    }
    var podSpec: JSONValue? = manifest
    for key in path { podSpec = podSpec?.member(key) }
    var operations: [JSONPatch.Operation] = []
    for (i, container) in (podSpec?.member("containers")?.array ?? []).enumerated() {
      let pointer = JSONPointer(tokens: path + ["containers", String(i), "image"])
      let current = container.member("image")?.string ?? ""
      let changed = try OverrideRun.changed(current, by: image, at: pointer)
      operations.append(.init(.replace, pointer.description, .string(changed)))
    }
    try patch(operations)
    for operation in operations { judge(operation.value, image, at: operation.path) }
  }

  private mutating func apply(
    _ image: Overriders.Image, at path: String
  ) throws(OverrideFailure) {
    let current = try imageText(at: path)
    guard path.utf8.first == 0x2F else {
      throw OverrideFailure(.invalidOverrider, "the predicate path \(path) must begin with /")
    }
    let pointer = JSONPointer(tokens: OverrideRun.segments(path))
    let changed = try OverrideRun.changed(current, by: image, at: pointer)
    try patch([.init(.replace, path, .string(changed))])
    judge(.string(changed), image, at: path)
  }

  /// The path without the slashes around it, taken apart; escapes are not resolved.
  private static func segments(_ path: String) -> [String] {
    let bytes = path.utf8.drop { $0 == 0x2F }
    let end = bytes.lastIndex { $0 != 0x2F }.map { bytes.index(after: $0) } ?? bytes.startIndex
    return bytes[..<end].split(separator: 0x2F, omittingEmptySubsequences: false)
      .map { String(Substring($0)) }
  }

  /// Follows a predicate's path as Karmada does, which trusts an index to lie within the list and
  /// to lead to an object.
  private func imageText(at path: String) throws(OverrideFailure) -> String {
    let segments = OverrideRun.segments(path)
    let pointer = JSONPointer(tokens: segments)
    guard let last = segments.last else {
      throw OverrideFailure(.targetMissing, "the predicate path is empty", path: pointer)
    }
    var object = manifest
    var i = 0
    while i < segments.count - 1 {
      switch object.member(segments[i]) {
      case .object(let inner)?:
        object = .object(inner)
      case .array(let list)?:
        i += 1
        guard let index = Int32(segments[i]) else {
          throw OverrideFailure(
            .targetMissing,
            "the predicate path \(path) has \(segments[i]) where a list needs an "
              + "index", path: pointer)
        }
        guard list.indices.contains(Int(index)), case .object(let inner) = list[Int(index)] else {
          throw OverrideFailure(
            .karmadaPanics,
            "the predicate path \(path) has index \(index), and the list of "
              + "\(list.count) has no object there", path: pointer)
        }
        object = .object(inner)
      default:
        throw OverrideFailure(
          .targetMissing, "the predicate path \(path) leads nowhere at \(segments[i])",
          path: pointer)
      }
      i += 1
    }
    guard let text = object.member(last)?.string else {
      throw OverrideFailure(
        .invalidImage, "there is no text at the predicate path \(path)", path: pointer)
    }
    return text
  }

  private static func changed(
    _ text: String, by overrider: Overriders.Image, at pointer: JSONPointer
  ) throws(OverrideFailure) -> String {
    var image: ImageReference
    do { image = try ImageReference(parsing: text) } catch {
      throw OverrideFailure(
        .invalidImage,
        "the image \(JSONValue.string(text).jsonText()) at \(pointer) cannot be "
          + "read: \(error)", path: pointer)
    }
    switch (overrider.component, overrider.operator) {
    case ("Registry", "add"): image.registry += overrider.value
    case ("Registry", "replace"): image.registry = overrider.value
    case ("Registry", "remove"): image.registry = ""
    case ("Repository", "add"): image.repository += overrider.value
    case ("Repository", "replace"): image.repository = overrider.value
    case ("Repository", "remove"): image.repository = ""
    case ("Tag", "add"): image.setTagOrDigest(image.tagOrDigest + overrider.value)
    case ("Tag", "replace"): image.setTagOrDigest(overrider.value)
    case ("Tag", "remove"): image.removeTagOrDigest()
    case ("Registry", _), ("Repository", _), ("Tag", _): break
    default:
      throw OverrideFailure(
        .invalidOverrider,
        "the component \(overrider.component) is none of Registry, Repository "
          + "and Tag")
    }
    return image.description
  }

  /// Says so when no registry would take what came out, or a tag was passed over.
  private mutating func judge(_ value: JSONValue, _ overrider: Overriders.Image, at path: String) {
    guard isTracing, let text = value.string else { return }
    let pointer: JSONPointer?
    do { pointer = try JSONPointer(parsing: path) } catch { pointer = nil }
    let image: ImageReference
    do { image = try ImageReference(parsing: text) } catch {
      hazard(
        .invalidImage, .warning, path: pointer,
        "The image becomes \(JSONValue.string(text).jsonText()), which no node can pull: \(error).")
      return
    }
    if overrider.component == "Tag", overrider.operator == "replace",
      image.tagOrDigest != overrider.value
    {
      hazard(
        .invalidImage, .warning, path: pointer,
        "\(JSONValue.string(overrider.value).jsonText()) is neither a tag nor a digest; Karmada "
          + "leaves the image as \(text).")
    }
  }
}
