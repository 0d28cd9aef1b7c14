import Manifest

/// What a draft is held against: the clusters, the objects that are propagated with the clusters
/// each goes to, and the override policies as they are.
public struct OverrideFleet: Hashable, Sendable {
  /// A template and where it goes.
  public struct Object: Hashable, Sendable {
    /// As it stands on the control plane.
    public var template: JSONValue
    /// Names, in the binding's order.
    public var clusters: [String]
    /// What the scheduler gave each cluster; none where the object has no replicas to divide.
    public var replicas: [String: Int]

    public init(_ template: JSONValue, clusters: [String], replicas: [String: Int] = [:]) {
      self.template = template
      self.clusters = clusters
      self.replicas = replicas
    }
  }

  public var clusters: [OverrideTarget]
  public var objects: [Object]
  /// The draft's own policy among them, as the server has it.
  public var overridePolicies: [OverridePolicySpec]
  public var clusterOverridePolicies: [OverridePolicySpec]

  public init(
    clusters: [OverrideTarget] = [], objects: [Object] = [],
    overridePolicies: [OverridePolicySpec] = [],
    clusterOverridePolicies: [OverridePolicySpec] = []
  ) {
    self.clusters = clusters
    self.objects = objects
    self.overridePolicies = overridePolicies
    self.clusterOverridePolicies = clusterOverridePolicies
  }

  /// Renders with the fleet's policies, one of them in another version.
  ///
  /// - Parameters:
  ///   - base: as the server has it; nil when it is new.
  ///   - policy: as it is to be; nil when it is to go.
  func engine(
    replacing base: OverridePolicySpec?, with policy: OverridePolicySpec?
  ) -> OverrideEngine {
    func others(_ policies: [OverridePolicySpec]) -> [OverridePolicySpec] {
      policies.filter { !($0.isSame(as: base) || $0.isSame(as: policy)) }
    }
    let added = [policy].compactMap { $0 }
    return OverrideEngine(
      overridePolicies: others(overridePolicies) + added.filter { $0.scope == .namespaced },
      clusterOverridePolicies: others(clusterOverridePolicies)
        + added.filter { $0.scope == .cluster })
  }

  /// The templates that a policy selects; all of its scope when it cannot be read yet.
  public func selected(by policy: JSONValue, scope: OverridePolicySpec.Scope) -> [JSONValue] {
    let spec: OverridePolicySpec?
    do { spec = try OverridePolicySpec(decoding: policy, scope: scope) } catch { spec = nil }
    let namespace = policy[path: "metadata", "namespace"]?.string ?? ""
    return objects.lazy.map(\.template).filter { template in
      let subject = OverrideSubject(template)
      guard let spec else { return scope == .cluster || subject.namespace == namespace }
      if case .selected = spec.selection(of: subject) { return true }
      return false
    }
  }
}
