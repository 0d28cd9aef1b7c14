import Manifest

@testable import Simulation

/// What an observer remembers of an incident, times and ids aside: for each binding, Work and
/// cluster how each of its parts went, for each member object what was seen of it, for each call
/// the verdict.
///
/// Every part is a sequence of its own, each value different from the one before. How two parts
/// interleave differs from run to run on the real system too, and is not part of the story.
struct Story: Equatable {
  /// "ResourceBinding default/web-deployment" → "clusters" → values in order.
  private(set) var parts: [String: [String: [JSONValue]]] = [:]
  /// What calls came to, in order.
  private(set) var calls: [Verdict] = []
  /// uid → the letter it is told apart by, for each object.
  private var letters: [String: [String]] = [:]

  struct Verdict: Equatable, CustomStringConvertible {
    var call: String
    var status: Int
    var reason: String
    var message: String

    var description: String { "\(call): \(status) \(reason) \(message)" }
  }

  // MARK: Telling it

  /// One change of an object of the control plane.
  mutating func tell(_ plural: String, _ object: JSONValue, isDeleted: Bool) {
    guard let subject = Self.subject(plural, object) else { return }
    switch plural {
    case "resourcebindings", "clusterresourcebindings":
      tellExistence(subject, object, isDeleted: isDeleted)
      guard !isDeleted else { return }
      let spec = object["spec"]
      add(subject, "clusters", Self.targets(spec?["clusters"]))
      add(subject, "tasks", .array((spec?["gracefulEvictionTasks"]?.array ?? []).map(Self.task)))
      add(subject, "preserve", spec?["preserveResourcesOnDeletion"] ?? false)
      tellConditions(subject, object[path: "status", "conditions"]?.array ?? [])
    case "works":
      tellExistence(subject, object, isDeleted: isDeleted)
      guard !isDeleted else { return }
      add(subject, "preserve", object[path: "spec", "preserveResourcesOnDeletion"] ?? false)
      for kind in ["applied-overrides", "applied-cluster-overrides"] {
        let text = object[path: "metadata", "annotations"]?["policy.karmada.io/\(kind)"]?.string
        add(subject, kind, text.map(Self.parsed) ?? .null)
      }
      let manifests = object[path: "spec", "workload", "manifests"]?.array ?? []
      add(subject, "manifest", .array(manifests.map(RecordedCall.shape)))
    case "clusters":
      let ready = object[path: "status", "conditions"]?.array?.first { $0["type"] == "Ready" }
      add(subject, "ready", .array([ready?["status"] ?? "", ready?["reason"] ?? ""]))
      let taints = object[path: "spec", "taints"]?.array ?? []
      add(
        subject, "taints",
        .array(
          taints.map {
            .string("\($0["key"]?.string ?? ""):\($0["effect"]?.string ?? "")")
          }))
    default: break
    }
  }

  /// What was seen of an object in a member.
  mutating func tell(_ object: JSONValue, in member: String) {
    let subject =
      "\(member) \(object["kind"]?.string ?? "") "
      + "\(object[path: "metadata", "namespace"]?.string ?? "")/"
      + "\(object[path: "metadata", "name"]?.string ?? "")"
    let labels = object[path: "metadata", "labels"] ?? [:]
    add(subject, "labels", RecordedCall.shape(labels))
    add(subject, "managed", .bool(labels["karmada.io/managed"] == "true"))
    guard let uid = object[path: "metadata", "uid"]?.string else { return }
    if letters[subject, default: []].firstIndex(of: uid) == nil {
      letters[subject, default: []].append(uid)
    }
    let letter = letters[subject, default: []].firstIndex(of: uid) ?? 0
    add(subject, "identity", .int(Int64(letter)))
  }

  /// What a call came to.
  mutating func tell(_ call: String, status: Int, answer: JSONValue) {
    let isRefusal = status >= 400
    let shape = RecordedCall.shape(answer)
    calls.append(
      Verdict(
        call: call, status: status, reason: isRefusal ? shape["reason"]?.string ?? "" : "",
        message: isRefusal ? shape["message"]?.string ?? "" : ""))
  }

  private mutating func tellExistence(_ subject: String, _ object: JSONValue, isDeleted: Bool) {
    let isLeaving = object[path: "metadata", "deletionTimestamp"] != nil
    if isDeleted, parts[subject]?["life"] == nil { return }
    add(subject, "life", isDeleted ? "gone" : isLeaving ? "terminating" : "there")
  }

  /// Each type by itself; null once one that was there has gone.
  private mutating func tellConditions(_ subject: String, _ conditions: [JSONValue]) {
    var gone = Set((parts[subject] ?? [:]).keys.filter { $0.hasPrefix("condition ") })
    for condition in conditions {
      let part = "condition \(condition["type"]?.string ?? "")"
      gone.remove(part)
      add(
        subject, part,
        .array([
          condition["status"] ?? "", condition["reason"] ?? "",
          RecordedCall.shape(condition["message"] ?? ""),
        ]))
    }
    for part in gone { add(subject, part, .null) }
  }

  private mutating func add(_ subject: String, _ part: String, _ value: JSONValue) {
    guard parts[subject]?[part]?.last != value else { return }
    parts[subject, default: [:]][part, default: []].append(value)
  }

  // MARK: Reading objects

  private static func subject(_ plural: String, _ object: JSONValue) -> String? {
    guard let name = object[path: "metadata", "name"]?.string else { return nil }
    let namespace = object[path: "metadata", "namespace"]?.string ?? ""
    return "\(plural) \(namespace)/\(name)"
  }

  /// The order of the clusters is the scheduler's whim.
  private static func targets(_ value: JSONValue?) -> JSONValue {
    let texts = (value?.array ?? []).map { target in
      "\(target["name"]?.string ?? ""):\(target["replicas"]?.int ?? 0)"
    }
    return .array(texts.sorted().map { .string($0) })
  }

  /// A task with all its fields; of its time only that it is known.
  private static func task(_ value: JSONValue) -> JSONValue {
    var task = value
    if task["creationTimestamp"] != nil { task["creationTimestamp"] = "set" }
    return task
  }

  private static func parsed(_ text: String) -> JSONValue {
    do { return try JSONValue(parsing: [UInt8](text.utf8)) } catch { return .string(text) }
  }

  // MARK: Comparing

  struct Difference: Equatable, CustomStringConvertible {
    /// "works karmada-es-member1/web: manifest", or "call 3".
    var place: String
    /// How the part went.
    var recorded: [JSONValue]
    var simulated: [JSONValue]

    var description: String {
      let at =
        zip(recorded, simulated).enumerated().first { $0.element.0 != $0.element.1 }?.offset
        ?? min(recorded.count, simulated.count)
      return "\(place)\n    recorded:  \(text(recorded, from: at))"
        + "\n    simulated: \(text(simulated, from: at))"
    }

    private func text(_ values: [JSONValue], from index: Int) -> String {
      let rest = values.dropFirst(index).map { $0.jsonText(sortedKeys: true) }
      return "[\(index)…\(values.count)] " + rest.joined(separator: " → ")
    }
  }

  /// Where another story tells it otherwise, each place once.
  func differences(from other: Story) -> [Difference] {
    var all: [Difference] = []
    for subject in Set(parts.keys).union(other.parts.keys).sorted() {
      let (mine, theirs) = (parts[subject] ?? [:], other.parts[subject] ?? [:])
      for part in Set(mine.keys).union(theirs.keys).sorted() {
        let (ours, others) = (mine[part] ?? [], theirs[part] ?? [])
        guard ours != others else { continue }
        all.append(
          Difference(place: "\(subject): \(part)", recorded: ours, simulated: others))
      }
    }
    for index in 0..<max(calls.count, other.calls.count) {
      let mine = index < calls.count ? calls[index].description : "none"
      let theirs = index < other.calls.count ? other.calls[index].description : "none"
      guard mine != theirs else { continue }
      all.append(
        Difference(
          place: "call \(index)", recorded: [.string(mine)], simulated: [.string(theirs)]))
    }
    return all
  }
}
