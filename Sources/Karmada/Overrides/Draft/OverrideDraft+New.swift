import Manifest

extension OverrideDraft {
  /// A draft of a policy as the server has it: without what only the server writes, and without
  /// comments, which a server does not keep.
  public init(editing policy: JSONValue) {
    self.init(text: YAML.write(OverrideDraft.editable(policy)), base: policy)
  }

  /// kubectl's own copy of what was applied last; it is kubectl's to change.
  static let lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

  /// What a person may change of a policy, in the order in which people write it.
  public static func editable(_ policy: JSONValue) -> JSONValue {
    var value = JSONObject()
    value["apiVersion"] = policy["apiVersion"] ?? .string(OverrideSchema.apiVersion)
    value["kind"] = policy["kind"]
    var metadata = JSONObject()
    for key in ["name", "namespace", "labels", "annotations"] {
      metadata[key] = policy[path: "metadata", key]
    }
    metadata["annotations"]?[lastApplied] = nil
    if metadata["annotations"] == [:] { metadata["annotations"] = nil }
    value["metadata"] = .object(metadata)
    var spec = policy["spec"] ?? [:]
    // The webhook writes this whether or not anything is in it.
    if spec["overriders"] == [:] { spec["overriders"] = nil }
    value["spec"] = spec
    return .object(value)
  }

  /// A new policy.
  public init(
    new scope: OverridePolicySpec.Scope, namespace: String = "", name: String,
    selectors: [JSONValue] = [], rules: [JSONValue] = []
  ) {
    var metadata: JSONObject = ["name": .string(name)]
    if scope == .namespaced { metadata["namespace"] = .string(namespace) }
    var spec = JSONObject()
    if !selectors.isEmpty { spec["resourceSelectors"] = .array(selectors) }
    spec["overrideRules"] = .array(rules)
    let value: JSONValue = [
      "apiVersion": .string(OverrideSchema.apiVersion), "kind": .string(scope.rawValue),
      "metadata": .object(metadata), "spec": .object(spec),
    ]
    self.init(text: YAML.write(value), baseText: "")
  }

  /// A new policy for one object, with one rule for the clusters named that changes nothing yet.
  public init(newFor object: JSONValue, clusters: [String] = []) {
    let subject = OverrideSubject(object)
    self.init(
      new: subject.namespace.isEmpty ? .cluster : .namespaced, namespace: subject.namespace,
      name: OverrideDraft.name(for: subject, clusters), selectors: [subject.selector],
      rules: [OverrideDraft.rule(clusters, [:])])
  }

  /// A new policy that makes one cluster's object what it is there already: what differs from the
  /// prediction becomes a rule for that cluster. nil when nothing differs that an override can say,
  /// and for a Secret, whose values would stand in the policy for all to read.
  ///
  /// - Parameters:
  ///   - predicted: what Karmada sends now.
  ///   - actual: what the member has. What only servers write is not looked at.
  public init?(drift actual: JSONValue, from predicted: JSONValue, on cluster: String) {
    guard predicted["kind"] != "Secret" else { return nil }
    let (old, new) = (MemberObject.comparable(predicted), MemberObject.comparable(actual))
    let overriders = OverrideDrift.overriders(
      from: old, to: new, owners: FieldOwners(of: actual))
    guard !overriders.isEmpty else { return nil }
    let subject = OverrideSubject(predicted)
    self.init(
      new: subject.namespace.isEmpty ? .cluster : .namespaced, namespace: subject.namespace,
      name: OverrideDraft.name(for: subject, [cluster]), selectors: [subject.selector],
      rules: [OverrideDraft.rule([cluster], .object(overriders))])
  }

  /// A copy under another name: a new policy, comments and all. Fails when the text cannot be
  /// changed.
  public func clone(
    name: String, namespace: String? = nil
  ) throws(OverrideDraftFailure) -> OverrideDraft {
    var copy = OverrideDraft(text: text, baseText: "")
    try copy.together { draft throws(OverrideDraftFailure) in
      try draft.set(.string(name), at: JSONPointer(tokens: ["metadata", "name"]))
      if let namespace, draft.scope == .namespaced {
        try draft.set(.string(namespace), at: JSONPointer(tokens: ["metadata", "namespace"]))
      }
    }
    return OverrideDraft(text: copy.text, baseText: "")
  }

  private static func rule(_ clusters: [String], _ overriders: JSONValue) -> JSONValue {
    var rule = JSONObject()
    if !clusters.isEmpty {
      rule["targetCluster"] = ["clusterNames": .array(clusters.map { .string($0) })]
    }
    rule["overriders"] = overriders
    return .object(rule)
  }

  /// A name that says what for, short enough to be one.
  private static func name(for subject: OverrideSubject, _ clusters: [String]) -> String {
    let words = [subject.name] + (clusters.count == 1 ? clusters : [])
    let text = words.joined(separator: "-").lowercased().map { character in
      character.isASCII && (character.isLetter || character.isNumber || character == "-")
        ? character : "-"
    }
    let trimmed = String(text.prefix(50)).split(separator: "-").joined(separator: "-")
    return trimmed.isEmpty ? "override" : trimmed
  }
}

extension OverrideSubject {
  /// The one that selects this object and no other.
  var selector: JSONValue {
    var selector: JSONObject = ["apiVersion": .string(apiVersion), "kind": .string(kind)]
    if !namespace.isEmpty { selector["namespace"] = .string(namespace) }
    selector["name"] = .string(name)
    return .object(selector)
  }
}
