import Manifest

/// What one object becomes on one cluster by a draft: the part of a preview that somebody looks at,
/// told at once whatever the size of the fleet.
public struct DraftGlance: Hashable, Sendable {
  /// "ConfigMap default/example-configmap"
  public var title: String
  public var cluster: String
  /// By the policy as the server has it.
  public var before: DraftPreview.Outcome
  public var after: DraftPreview.Outcome
  /// Of the draft on this object and cluster.
  public var hazards: [OverrideHazard]

  public var isChanged: Bool { before != after }
}

/// The objects and clusters that a draft is looked at on, ready to be asked for any one of them.
public struct DraftSights: Hashable, Sendable {
  public let fleet: OverrideFleet
  private let base: OverridePolicySpec?
  private let scope: OverridePolicySpec.Scope

  /// - Parameter base: the policy as the server has it; nil when it is new.
  public init(_ fleet: OverrideFleet, base: JSONValue?, scope: OverridePolicySpec.Scope) {
    self.fleet = fleet
    self.scope = scope
    self.base = base.flatMap { OverridePolicySpec(readable: $0, scope: scope) }
  }

  /// Which of the fleet's objects a draft selects, or its base did.
  public func objects(of policy: JSONValue?) -> [Int] {
    let versions = [base, policy.flatMap { OverridePolicySpec(readable: $0, scope: scope) }]
      .compactMap { $0 }
    return fleet.objects.indices.filter { i in
      versions.contains { version in
        if case .selected = version.selection(of: OverrideSubject(fleet.objects[i].template)) {
          return true
        }
        return false
      }
    }
  }

  /// The first of an object's clusters that a rule is for; nil when it is for none of them.
  public func cluster(forRule rule: Int, of policy: JSONValue?, object: Int) -> String? {
    guard let spec = policy.flatMap({ OverridePolicySpec(readable: $0, scope: scope) }),
      spec.rules.indices.contains(rule),
      fleet.objects.indices.contains(object)
    else { return nil }
    let names = Set(fleet.objects[object].clusters)
    let affinity = spec.rules[rule].targetCluster
    return fleet.clusters.first { cluster in
      names.contains(cluster.name) && affinity?.unmet(by: cluster) == nil
    }?.name
  }

  /// nil when there is no such object or cluster, or the draft cannot be read.
  public func glance(
    _ policy: JSONValue?, object: Int, cluster name: String
  ) -> DraftGlance? {
    guard fleet.objects.indices.contains(object),
      let target = fleet.clusters.first(where: { $0.name == name }),
      let spec = policy.flatMap({ OverridePolicySpec(readable: $0, scope: scope) })
    else { return nil }
    let template = fleet.objects[object].manifest(on: name)
    let (before, _) = Self.outcome(
      of: template, on: target, by: fleet.engine(replacing: base, with: base))
    let (after, hazards) = Self.outcome(
      of: template, on: target, by: fleet.engine(replacing: base, with: spec))
    return DraftGlance(
      title: OverrideSubject(template).title, cluster: name, before: before, after: after,
      hazards: hazards.filter { $0.place.policy == spec.name && $0.place.scope == scope })
  }

  private static func outcome(
    of template: JSONValue, on target: OverrideTarget, by engine: OverrideEngine
  ) -> (DraftPreview.Outcome, [OverrideHazard]) {
    do throws(OverrideFailure) {
      let rendered = try engine.render(template, for: target)
      let sent = WorkManifest.withoutMarks(WorkManifest.pruned(rendered.manifest))
      return (.manifest(sent), rendered.hazards)
    } catch {
      return (.failure(error), error.hazards)
    }
  }
}
