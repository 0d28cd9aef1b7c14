import Manifest

/// An OverridePolicy or ClusterOverridePolicy as the engine works with it.
public struct OverridePolicySpec: Hashable, Sendable {
  public enum Scope: String, Hashable, Sendable {
    case cluster = "ClusterOverridePolicy"
    case namespaced = "OverridePolicy"
  }

  /// Which objects are meant; one selector that matches is enough.
  public struct Selector: Hashable, Sendable {
    public var apiVersion = ""
    public var kind = ""
    public var namespace = ""
    /// When it is set, the label selector is not looked at.
    public var name = ""
    public var labels: SelectorState = .absent
    public init() {}
  }

  /// A selector that may be left out, or be none.
  public enum SelectorState: Hashable, Sendable {
    case absent
    case selector(LabelSelector)
    /// Cannot be read: it matches nothing.
    case invalid(String)
  }

  /// targetCluster of a rule: which clusters are meant. All that is set must hold.
  public struct Affinity: Hashable, Sendable {
    public var clusterNames: [String] = []
    public var exclude: [String] = []
    public var labels: SelectorState = .absent
    /// fieldSelector without the expressions on zones: on provider and region.
    public var fields: SelectorState = .absent
    public var zones: [ZoneExpression] = []
    public init() {}
  }

  public struct Rule: Hashable, Sendable {
    /// nil means every cluster.
    public var targetCluster: Affinity?
    public var overriders: Overriders

    public init(targetCluster: Affinity? = nil, overriders: Overriders = Overriders()) {
      self.targetCluster = targetCluster
      self.overriders = overriders
    }
  }

  public var scope: Scope
  /// Empty for a ClusterOverridePolicy.
  public var namespace = ""
  public var name = ""
  /// Empty means every object in scope.
  public var resourceSelectors: [Selector] = []
  /// spec.overrideRules, or the one rule that the deprecated fields make.
  public var rules: [Rule] = []
  /// The deprecated spec.targetCluster or spec.overriders stands beside overrideRules.
  public var ignoresTopLevel = false
  /// The one rule comes from the deprecated fields.
  public var usesTopLevel = false

  public init(_ scope: Scope) { self.scope = scope }

  /// "OverridePolicy default/example"
  public var title: String {
    scope == .cluster ? "\(scope.rawValue) \(name)" : "\(scope.rawValue) \(namespace)/\(name)"
  }
}

/// A condition on a cluster's zones, which has rules of its own.
public struct ZoneExpression: Hashable, Sendable {
  /// In, NotIn, Exists, DoesNotExist; any other matches nothing.
  public var `operator`: String
  public var values: [String]

  public init(operator: String, values: [String]) {
    self.operator = `operator`
    self.values = values
  }

  /// `In` needs every zone of the cluster to be in the list, and at least one zone.
  public func matches(_ zones: [String]) -> Bool {
    switch `operator` {
    case "In": !zones.isEmpty && zones.allSatisfy(values.contains)
    case "NotIn": !zones.contains(where: values.contains)
    case "Exists": !zones.isEmpty
    case "DoesNotExist": zones.isEmpty
    default: false
    }
  }
}
