import Manifest

/// Propagation policies select objects and clusters by the same rules as override policies.
extension OverridePolicySpec.Selector {
  /// Reads one element of `resourceSelectors`.
  public init(decoding value: JSONValue) throws(MalformedPolicy) {
    try self.init(decoding: value, "resourceSelectors", PolicyReader(policy: "the policy"))
  }

  /// How precisely an object is selected: 3 by name, 2 by labels, 1 as any of its kind, 0 not.
  public func precision(of object: JSONValue) -> Int { precision(for: OverrideSubject(object)) }
}

extension OverridePolicySpec.Affinity {
  /// Reads a `clusterAffinity`; nil when there is none.
  public init?(decoding value: JSONValue?) throws(MalformedPolicy) {
    try self.init(decoding: value, "placement", PolicyReader(policy: "the policy"))
  }

  /// Whether a cluster meets all that is set (1.12: util.ClusterMatches).
  public func matches(_ cluster: OverrideTarget) -> Bool { unmet(by: cluster) == nil }
}
