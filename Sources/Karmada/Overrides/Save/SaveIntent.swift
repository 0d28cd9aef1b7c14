import Manifest

/// What somebody wants of an override policy: that it says something else, that there is a new one,
/// or that there is none any more.
public struct SaveIntent: Hashable, Sendable {
  public enum Action: String, Hashable, Sendable {
    case create, update, delete
  }

  /// OverridePolicy or ClusterOverridePolicy, by kind.
  public var policy: PolicyReference
  /// The policy as the server had it when the change began; nil for a new one.
  public var base: JSONValue?
  /// As it is to be; nil when it is to go.
  public var wanted: JSONValue?
  /// What a person wanted before deciding what of two people's changes is to stay; nil where nothing
  /// had to be decided.
  public var drafted: JSONValue?
  /// The text in which it was written, for the lines of what is wrong with it.
  public var text: String?
  /// The edit in the journal that this one undoes.
  public var undoes: String?

  public init(
    policy: PolicyReference, base: JSONValue?, wanted: JSONValue?, text: String? = nil,
    undoes: String? = nil
  ) {
    self.policy = policy
    self.base = base
    self.wanted = wanted
    self.text = text
    self.undoes = undoes
  }

  /// Saves a draft; nil while its text cannot be read or names no policy.
  public init?(saving draft: OverrideDraft) {
    guard let value = draft.value, !draft.name.isEmpty else { return nil }
    self.init(
      policy: PolicyReference(overridePolicy: value), base: draft.base, wanted: value,
      text: draft.text)
  }

  /// Deletes a policy as the server has it.
  public init(deleting policy: JSONValue) {
    self.init(policy: PolicyReference(overridePolicy: policy), base: policy, wanted: nil)
  }

  public var scope: OverridePolicySpec.Scope { policy.overrideScope }

  public var action: Action {
    if wanted == nil { return .delete }
    return base == nil ? .create : .update
  }
}

extension PolicyReference {
  /// Of an override policy's JSON; one that names no kind counts as namespaced.
  public init(overridePolicy value: JSONValue) {
    let isCluster = value["kind"]?.string == OverridePolicySpec.Scope.cluster.rawValue
    let namespace = isCluster ? "" : value[path: "metadata", "namespace"]?.string ?? ""
    self.init(
      kind: (isCluster ? OverridePolicySpec.Scope.cluster : .namespaced).rawValue,
      key: ObjectKey(namespace: namespace, name: value[path: "metadata", "name"]?.string ?? ""))
  }

  public init(_ policy: OverridePolicySpec) {
    self.init(
      kind: policy.scope.rawValue, key: ObjectKey(namespace: policy.namespace, name: policy.name))
  }

  /// Which kind of override policy it names.
  public var overrideScope: OverridePolicySpec.Scope {
    kind == OverridePolicySpec.Scope.cluster.rawValue ? .cluster : .namespaced
  }
}
