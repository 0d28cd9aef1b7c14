import Manifest

/// What a draft would do to the fleet: the predicted manifest of every object on every cluster it
/// goes to, before and after.
///
/// It follows each keystroke. Clusters that no rule tells apart are one group and rendered once;
/// of a rule that is being typed, only that rule and what comes after it is applied anew, and only
/// to objects that its policy selects.
public struct DraftPreview: Sendable {
  /// What comes out for some clusters of an object.
  public enum Outcome: Hashable, Sendable {
    case manifest(JSONValue)
    /// Karmada would fail, and send nothing new.
    case failure(OverrideFailure)

    public var manifest: JSONValue? { if case .manifest(let value) = self { value } else { nil } }
    public var failure: OverrideFailure? {
      if case .failure(let failure) = self { failure } else { nil }
    }
  }

  public enum Change: Hashable, Sendable {
    case changed
    /// Rendered before, and fails now.
    case breaks
    /// Failed before, and is rendered now.
    case mends
    /// Fails as it did before, or for another reason.
    case failsStill
  }

  /// Clusters of one object on which the same happens.
  public struct Group: Hashable, Sendable {
    /// In the order of the fleet.
    public var clusters: [String]
    public var change: Change
    public var before: Outcome
    public var after: Outcome
  }

  /// An object for which something is different.
  public struct ObjectChange: Hashable, Sendable {
    /// Which of the fleet's objects.
    public var index: Int
    /// "ConfigMap default/example-configmap"
    public var title: String
    /// Without the clusters where everything stays as it is.
    public var groups: [Group]
    /// Clusters that get nothing new because the object fails on one before them in the order of
    /// its binding (Karmada 1.12 stops there).
    public var heldBack: [String]
  }

  /// Those with a change, in the order of the fleet.
  public private(set) var changes: [ObjectChange] = []
  public let fleet: OverrideFleet
  /// The policy as the server has it; nil when it is new.
  public let base: OverridePolicySpec?
  /// As the draft has it; nil when it would be deleted.
  public private(set) var policy: OverridePolicySpec?

  private var rules: PreviewRules
  private var objects: [PreviewObject]
  private var found: [ObjectChange?]

  /// A preview of a draft that changes nothing yet.
  ///
  /// - Parameter base: the draft's policy as it is; it is taken out of the fleet's policies
  ///   wherever it stands there.
  public init(_ fleet: OverrideFleet, base: OverridePolicySpec?, scope: OverridePolicySpec.Scope) {
    self.fleet = fleet
    self.base = base
    policy = base
    rules = PreviewRules(clusters: fleet.clusters)
    let others = PreviewOthers(fleet, without: base, rules: &rules)
    let rules = rules
    objects = fleet.objects.map { PreviewObject($0, others: others, rules: rules) }
    found = Array(repeating: nil, count: objects.count)
  }

  /// Follows the draft; nil means the policy would be deleted.
  public mutating func update(_ policy: OverridePolicySpec?) {
    self.policy = policy
    let before = base.map { PreviewPolicy($0, isDraft: true, rules: &rules) }
    let after = policy.map { PreviewPolicy($0, isDraft: true, rules: &rules) }
    for i in objects.indices {
      found[i] = objects[i].change(from: before, to: after, at: i, rules: rules)
    }
    rules.forgetUnused(keeping: [before, after])
    changes = found.compactMap { $0 }
  }

  /// The hazards of the draft's policy on all objects it reaches, the worst first, each once. One
  /// cluster of each group is looked at, since what happens there happens on all of it.
  public func hazards() -> [OverrideHazard] {
    guard let policy else { return [] }
    let engine = fleet.engine(replacing: base, with: policy)
    var found = OverrideEngine(
      overridePolicies: policy.scope == .namespaced ? [policy] : [],
      clusterOverridePolicies: policy.scope == .cluster ? [policy] : []
    ).hazards(clusters: fleet.clusters)
    for (i, object) in objects.enumerated() {
      for cluster in object.representatives(of: policy, rules: rules) {
        let name = fleet.clusters[cluster].name
        do throws(OverrideFailure) {
          found += try engine.render(
            fleet.objects[i].manifest(on: name), for: fleet.clusters[cluster]
          ).hazards
        } catch {
          found += error.hazards
        }
      }
    }
    var seen: Set<OverrideHazard> = []
    return found.filter { isPlace($0.place, of: policy) && seen.insert($0).inserted }
      .enumerated().sorted {
        $0.element.severity == $1.element.severity
          ? $0.offset < $1.offset : $0.element.severity > $1.element.severity
      }.map(\.element)
  }

  private func isPlace(_ place: OverridePlace, of policy: OverridePolicySpec) -> Bool {
    place.scope == policy.scope && place.policy == policy.name
      && place.namespace == policy.namespace
  }
}

extension OverridePolicySpec {
  /// Of the same kind, namespace and name.
  func isSame(as other: OverridePolicySpec?) -> Bool {
    guard let other else { return false }
    return scope == other.scope && namespace == other.namespace && name == other.name
  }
}

extension OverrideFleet.Object {
  /// The template with the replicas that the scheduler gave the cluster, which is what overrides
  /// are applied to (Karmada 1.12, native ReviseReplica).
  public func manifest(on cluster: String) -> JSONValue {
    replicas[cluster].map { OverrideFleet.Object.revised(template, replicas: $0) } ?? template
  }

  static func revised(_ template: JSONValue, replicas: Int) -> JSONValue {
    let field: String
    switch (template["apiVersion"]?.string, template["kind"]?.string) {
    case ("apps/v1"?, "Deployment"?), ("apps/v1"?, "StatefulSet"?): field = "replicas"
    case ("batch/v1"?, "Job"?): field = "parallelism"
    default: return template
    }
    guard let there = template["spec"]?[field], there != .int(Int64(replicas)) else {
      return template
    }
    var manifest = template
    manifest["spec"]?[field] = .int(Int64(replicas))
    return manifest
  }
}
