import Manifest

/// What could stand in a field of a draft, by what is in the fleet.
public struct OverrideCompletion: Sendable {
  public struct Candidate: Hashable, Sendable {
    public var value: JSONValue
    /// As it is typed.
    public var text: String
    /// What it is, in few words: "eu, provider aws", "number 5432".
    public var detail: String
    /// A pointer that leads on: what is typed next begins with "/".
    public var leadsOn = false
  }

  /// More than anybody reads.
  static let limit = 200

  let fleet: OverrideFleet
  let policy: JSONValue
  let scope: OverridePolicySpec.Scope
  let selected: [JSONValue]

  public init(_ fleet: OverrideFleet, for draft: OverrideDraft) {
    self.fleet = fleet
    policy = draft.value ?? .null
    scope = draft.scope
    selected = fleet.selected(by: policy, scope: draft.scope).map(\.withoutSecrets)
  }

  /// What could stand at a pointer, given what has been typed; those that begin with it first,
  /// then those that have it somewhere.
  public func candidates(at pointer: JSONPointer, typed: String = "") -> [Candidate] {
    guard let field = OverrideSchema.field(at: pointer, of: scope) else { return [] }
    let all: [Candidate]
    if case .choice(let choices) = field.shape {
      all = choices.map { Candidate(value: .string($0), text: $0, detail: "") }
    } else {
      all = candidates(for: field.subject, at: pointer, typed: typed)
    }
    var seen: Set<String> = []
    let unique = all.filter { seen.insert($0.text).inserted }
    let typed = typed.lowercased()
    guard !typed.isEmpty else { return Array(unique.prefix(Self.limit)) }
    let begins = unique.filter { $0.text.lowercased().hasPrefix(typed) }
    let holds = unique.filter { candidate in
      let text = candidate.text.lowercased()
      return !text.hasPrefix(typed) && text.contains(typed)
    }
    return Array((begins + holds).prefix(Self.limit))
  }

  private func candidates(
    for subject: OverrideField.Subject, at pointer: JSONPointer, typed: String
  ) -> [Candidate] {
    switch subject {
    case .none, .policyName: []
    case .namespace: texts(objects.map(\.namespace))
    case .apiVersion: texts(objects.filter { matches($0, pointer, "kind") }.map(\.apiVersion))
    case .kind: texts(objects.filter { matches($0, pointer, "apiVersion") }.map(\.kind))
    case .objectName:
      texts(
        objects.filter { matches($0, pointer, "kind") && matches($0, pointer, "namespace") }
          .map(\.name))
    case .objectLabels, .objectLabelKey: pairs(objects.map(\.labels), at: pointer)
    case .objectLabelChange: pairs(selected.map { OverrideSubject($0).labels }, at: pointer)
    case .objectAnnotationChange: pairs(selected.map(annotations), at: pointer)
    case .cluster: clusters(at: pointer)
    case .clusterLabels, .clusterLabelKey:
      pairs(fleet.clusters.map(\.labels), at: pointer)
    case .clusterField: texts(["provider", "region", "zone"])
    case .expressionValue: expressionValues(at: pointer)
    case .container: texts(selected.flatMap { WorkloadContainer.all(in: $0) }.map(\.name))
    case .commandWord: words(at: pointer)
    case .imageValue: imageParts(at: pointer)
    case .imagePointer: imagePointers
    case .manifestPointer: steps(into: selected, typed: typed)
    case .documentPointer: documents
    case .subPath: steps(into: documents(for: pointer), typed: typed)
    case .pointedValue: pointed(at: pointer)
    }
  }

  // MARK: Objects and clusters

  private var objects: [OverrideSubject] { fleet.objects.map { OverrideSubject($0.template) } }

  /// Whether an object is what a field beside the one at the pointer says, if it says anything.
  private func matches(_ object: OverrideSubject, _ pointer: JSONPointer, _ key: String) -> Bool {
    guard let wanted = sibling(key, of: pointer)?.string, !wanted.isEmpty else { return true }
    return switch key {
    case "kind": wanted == object.kind
    case "namespace": wanted == object.namespace
    default: wanted == object.apiVersion
    }
  }

  func sibling(_ key: String, of pointer: JSONPointer, up: Int = 1) -> JSONValue? {
    policy[JSONPointer(tokens: pointer.tokens.dropLast(up) + [key])]
  }

  func texts(_ values: [String]) -> [Candidate] {
    var counts: [String: Int] = [:]
    for value in values where !value.isEmpty { counts[value, default: 0] += 1 }
    return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { text, count in
      Candidate(value: .string(text), text: text, detail: count > 1 ? "\(count)" : "")
    }
  }

  private func clusters(at pointer: JSONPointer) -> [Candidate] {
    var list = pointer
    if list.tokens.last.map({ Int($0) != nil }) ?? false { list.tokens.removeLast() }
    let taken = Set((policy[list]?.array ?? []).compactMap(\.string))
    return fleet.clusters.filter { !taken.contains($0.name) }.map { cluster in
      let place = [cluster.provider, cluster.region].filter { !$0.isEmpty } + cluster.zones
      return Candidate(
        value: .string(cluster.name), text: cluster.name, detail: place.joined(separator: ", "))
    }
  }

  /// Keys where a key is asked for, the values of a key below it.
  private func pairs(_ all: [[String: String]], at pointer: JSONPointer) -> [Candidate] {
    let last = pointer.tokens.last ?? ""
    let parent = JSONPointer(tokens: pointer.tokens.dropLast())
    let isValue = policy[parent]?.object?[last] != nil && last != "key"
    return texts(isValue ? all.compactMap { $0[last] } : all.flatMap(\.keys))
  }

  private func annotations(_ template: JSONValue) -> [String: String] {
    var found: [String: String] = [:]
    for (key, value) in template[path: "metadata", "annotations"]?.object?.members ?? [:]
    where !MemberObject.isWritten(key) { found[key] = value.string }
    return found
  }

  private func expressionValues(at pointer: JSONPointer) -> [Candidate] {
    let up = pointer.tokens.last == "values" ? 1 : 2
    guard let key = sibling("key", of: pointer, up: up)?.string else { return [] }
    if pointer.tokens.contains("fieldSelector") {
      switch key {
      case "provider": return texts(fleet.clusters.map(\.provider))
      case "region": return texts(fleet.clusters.map(\.region))
      case "zone": return texts(fleet.clusters.flatMap(\.zones))
      default: return []
      }
    }
    let labels =
      pointer.tokens.contains("targetCluster")
      ? fleet.clusters.map(\.labels) : objects.map(\.labels)
    return texts(labels.compactMap { $0[key] })
  }
}

extension JSONValue {
  /// A Secret without what it keeps: its keys, and nothing behind them.
  fileprivate var withoutSecrets: JSONValue {
    guard self["kind"] == "Secret" else { return self }
    var secret = self
    for key in ["data", "stringData"] {
      guard let members = secret[key]?.object?.members else { continue }
      secret[key] = .object(JSONObject(members.mapValues { _ in .null }))
    }
    secret["metadata"]?["annotations"] = nil
    return secret
  }
}
