import Manifest

/// What Karmada's override policies make of a template for one cluster.
///
/// Cluster policies come first, then those of the object's namespace; in each scope those that
/// select it least precisely come first (everything, labels, name), then by name; in a policy the
/// rules that are for the cluster, in their order; in a rule the kinds of `OverriderKind` in
/// theirs.
public struct OverrideEngine: Hashable, Sendable {
  /// Ordered by name.
  public let clusterOverridePolicies: [OverridePolicySpec]
  public let overridePolicies: [OverridePolicySpec]

  /// Policies of any namespaces; for each object only those of its own count.
  public init(
    overridePolicies: [OverridePolicySpec], clusterOverridePolicies: [OverridePolicySpec]
  ) {
    func byName(_ policies: [OverridePolicySpec]) -> [OverridePolicySpec] {
      policies.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }
    self.overridePolicies = byName(overridePolicies)
    self.clusterOverridePolicies = byName(clusterOverridePolicies)
  }

  /// Reads the policies' JSON. Fails on the first that is not of the API's form.
  public init(
    decoding overridePolicies: [JSONValue], clusterOverridePolicies: [JSONValue]
  ) throws(MalformedPolicy) {
    var namespaced: [OverridePolicySpec] = []
    var cluster: [OverridePolicySpec] = []
    for policy in overridePolicies {
      namespaced.append(try OverridePolicySpec(decoding: policy, scope: .namespaced))
    }
    for policy in clusterOverridePolicies {
      cluster.append(try OverridePolicySpec(decoding: policy, scope: .cluster))
    }
    self.init(overridePolicies: namespaced, clusterOverridePolicies: cluster)
  }

  /// What comes out for one cluster.
  public struct Rendered: Hashable, Sendable {
    public var manifest: JSONValue
    /// `[{policyName, overriders}]` as the annotation policy.karmada.io/applied-overrides of the
    /// Work has them: a rule each, by policy name. Empty when nothing applied.
    public var appliedOverrides: [JSONValue] = []
    /// The same for policy.karmada.io/applied-cluster-overrides.
    public var appliedClusterOverrides: [JSONValue] = []
    public var trace = OverrideTrace()
    /// The worst first.
    public var hazards: [OverrideHazard] = []
  }

  /// Renders a manifest. Without `tracing` the trace and the hazards stay empty, which is several
  /// times quicker. Fails where Karmada fails; the failure then has the trace.
  public func render(
    _ manifest: JSONValue, for cluster: OverrideTarget, tracing: Bool = true
  ) throws(OverrideFailure) -> Rendered {
    var run = OverrideRun(manifest: manifest, isTracing: tracing)
    var rendered = Rendered(manifest: .null)
    do {
      rendered.appliedClusterOverrides = try apply(clusterOverridePolicies, for: cluster, to: &run)
      rendered.appliedOverrides = try apply(overridePolicies, for: cluster, to: &run)
    } catch {
      throw run.finished(error)
    }
    rendered.manifest = run.manifest
    rendered.trace = run.trace
    rendered.hazards = run.sortedHazards
    return rendered
  }

  private func apply(
    _ policies: [OverridePolicySpec], for cluster: OverrideTarget, to run: inout OverrideRun
  ) throws(OverrideFailure) -> [JSONValue] {
    let object = OverrideSubject(run.manifest)
    var selected: [(policy: OverridePolicySpec, precision: Int)] = []
    for policy in policies {
      switch policy.selection(of: object) {
      case .selected(let precision): selected.append((policy, precision))
      case .unmet(let unmet): run.note(policy, .notSelected(unmet()), rules: [])
      }
    }
    // Equal ones stay in the order of their names: sorting a small list so keeps them stable.
    let ordered = selected.enumerated().sorted {
      ($0.element.precision, $0.offset) < ($1.element.precision, $1.offset)
    }
    var applied: [(name: String, shadow: JSONValue)] = []
    for (i, (_, (policy, _))) in ordered.enumerated() {
      let rules = policy.rules.map { $0.targetCluster?.unmet(by: cluster) }
      run.note(policy, rules)
      do {
        for (r, rule) in policy.rules.enumerated() where rules[r] == nil {
          try run.apply(rule.overriders, of: policy, rule: r)
          let shadow: JSONValue = [
            "policyName": .string(policy.name), "overriders": rule.overriders.jsonValue,
          ]
          applied.append((policy.name, shadow))
        }
      } catch {
        run.noteNotReached(ordered[(i + 1)...].map(\.element.policy), after: policy)
        throw error
      }
    }
    return applied.enumerated().sorted {
      $0.element.name == $1.element.name
        ? $0.offset < $1.offset
        : $0.element.name.utf8.lexicographicallyPrecedes($1.element.name.utf8)
    }.map(\.element.shadow)
  }

  /// What is wrong with the policies whatever the object: rules that are for none of the clusters,
  /// and deprecated fields that are passed over.
  public func hazards(clusters: [OverrideTarget]) -> [OverrideHazard] {
    var hazards: [OverrideHazard] = []
    for policy in clusterOverridePolicies + overridePolicies {
      hazards += [policy.ignoredTopLevel].compactMap { $0 }
      for (r, rule) in policy.rules.enumerated() {
        guard let affinity = rule.targetCluster,
          clusters.allSatisfy({ affinity.unmet(by: $0) != nil })
        else { continue }
        hazards.append(
          OverrideHazard(
            .noTargetMatches, .warning, OverridePlace(policy, rule: r),
            "Rule \(r + 1) of \(policy.title) is for none of the \(clusters.count) clusters; it "
              + "does nothing until one matches."))
      }
    }
    return hazards.sorted { $0.severity > $1.severity }
  }
}

extension OverridePolicySpec {
  var ignoredTopLevel: OverrideHazard? {
    guard ignoresTopLevel else { return nil }
    return OverrideHazard(
      .ignoredTopLevel, .warning, OverridePlace(self),
      "\(title) has spec.overriders or spec.targetCluster beside spec.overrideRules; Karmada "
        + "passes over them without a word. Move them into a rule.")
  }
}
