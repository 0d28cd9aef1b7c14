import Manifest

/// Where in the policies something came from.
public struct OverridePlace: Hashable, Sendable, CustomStringConvertible {
  public var scope: OverridePolicySpec.Scope
  /// Empty for a ClusterOverridePolicy.
  public var namespace: String
  public var policy: String
  /// Which of overrideRules, from 0.
  public var rule: Int
  /// nil for what concerns the whole rule.
  public var overrider: OverriderKind?
  /// Which of that kind's list, from 0.
  public var index: Int

  public init(
    _ policy: OverridePolicySpec, rule: Int = 0, overrider: OverriderKind? = nil, index: Int = 0
  ) {
    scope = policy.scope
    namespace = policy.namespace
    self.policy = policy.name
    self.rule = rule
    self.overrider = overrider
    self.index = index
  }

  /// "OverridePolicy default/example", rule 1, fieldOverrider 2": counted from 1 as people do.
  public var description: String {
    let name = namespace.isEmpty ? policy : "\(namespace)/\(policy)"
    let item = overrider.map { ", \($0.rawValue) \(index + 1)" } ?? ""
    return "\(scope.rawValue) \(name), rule \(rule + 1)\(item)"
  }
}

/// How a manifest came about: what each overrider changed, and what each policy came to.
public struct OverrideTrace: Hashable, Sendable {
  public struct Change: Hashable, Sendable {
    /// In the manifest.
    public var path: JSONPointer
    /// In the document that stands in the field at `path`; nil for the field itself.
    public var subPath: JSONPointer?
    /// nil where there was nothing.
    public var before: JSONValue?
    /// nil where nothing is left.
    public var after: JSONValue?
    public var place: OverridePlace
  }

  /// The first condition that kept a policy, or one of its rules, from applying.
  public struct Unmet: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable {
      case clusterScopedObject, otherNamespace
      case apiVersion, kind, namespace, name, labels
      case excluded, clusterLabels, clusterZone, clusterField, clusterName
      case invalidSelector
      /// A policy before it failed, so Karmada never came to it.
      case notReached
    }
    public var kind: Kind
    /// One sentence for an operator.
    public var sentence: String

    public init(_ kind: Kind, _ sentence: String) {
      self.kind = kind
      self.sentence = sentence
    }
  }

  public struct Decision: Hashable, Sendable {
    public enum Verdict: Hashable, Sendable {
      /// At least one rule applies to the cluster.
      case applies
      /// The policy does not select the object.
      case notSelected(Unmet)
      /// It selects the object, and none of its rules is for this cluster; the first rule's reason.
      case noRule(Unmet)
      case notReached(Unmet)
    }
    public var place: OverridePlace
    public var verdict: Verdict
    /// For each rule why it is not for the cluster; nil where it is. Empty when not selected.
    public var rules: [Unmet?]

    /// Why the policy did nothing; nil when it applies.
    public var unmet: Unmet? {
      switch verdict {
      case .applies: nil
      case .notSelected(let unmet), .noRule(let unmet), .notReached(let unmet): unmet
      }
    }
  }

  /// In the order in which they were made.
  public var changes: [Change] = []
  /// Cluster policies first, each scope in the order in which Karmada applies it, then those that
  /// do not select the object.
  public var decisions: [Decision] = []

  public init() {}

  /// Who made the line of the manifest at a path what it is: the last change to it or to what it
  /// stands in; nil when it is the template's own.
  public func origin(of path: JSONPointer) -> Change? {
    changes.last { change in path.tokens.starts(with: change.path.tokens) }
  }
}
