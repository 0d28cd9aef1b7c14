import Manifest

/// One template on all of its clusters: what each gets by its policies, which get the same, and
/// where Karmada stops.
///
/// Clusters for which the same rules hold, and that get the same replicas, are rendered once: a
/// fleet of a hundred costs as much as the few kinds of cluster in it.
public struct OverridePreview: Hashable, Sendable {
  /// All that a preview is made of. A draft of a policy takes its place in the lists.
  public struct Input: Hashable, Sendable {
    public var template: JSONValue
    public var targets: BindingTargets
    public var overridePolicies: [JSONValue]
    public var clusterOverridePolicies: [JSONValue]
    /// The clusters there are; a target that is not among them has vanished.
    public var clusters: [OverrideTarget]

    public init(
      template: JSONValue, targets: BindingTargets, overridePolicies: [JSONValue],
      clusterOverridePolicies: [JSONValue], clusters: [OverrideTarget]
    ) {
      self.template = template
      self.targets = targets
      self.overridePolicies = overridePolicies
      self.clusterOverridePolicies = clusterOverridePolicies
      self.clusters = clusters
    }
  }

  public enum Reach: Hashable, Sendable {
    case updated
    /// Its own overrides fail.
    case fails
    /// A cluster before it in the binding fails, and Karmada 1.12 gives up there: the Work stays
    /// as it was.
    case notReached(after: String)
    /// There is no Cluster of that name any more; Karmada fails on that too.
    case vanished
  }

  public struct Member: Hashable, Sendable {
    public var cluster: String
    public var replicas: Int64
    public var reach: Reach
    /// Which of `variants`; nil when the cluster has vanished.
    public var variant: Int?
  }

  /// What one or several clusters get.
  public struct Variant: Hashable, Sendable {
    /// The template as it would go out without any override.
    public var base: JSONValue
    public var result: Result<OverrideEngine.Rendered, OverrideFailure>
    public var clusters: [String]

    /// As it goes into the Work; nil where Karmada fails.
    public var manifest: JSONValue? {
      if case .success(let rendered) = result { rendered.manifest } else { nil }
    }
    public var trace: OverrideTrace {
      switch result {
      case .success(let rendered): rendered.trace
      case .failure(let failure): failure.trace
      }
    }
    public var hazards: [OverrideHazard] {
      switch result {
      case .success(let rendered): rendered.hazards
      case .failure(let failure): failure.hazards
      }
    }
    public var failure: OverrideFailure? {
      if case .failure(let failure) = result { failure } else { nil }
    }
  }

  /// A hazard and the clusters that it is about; none when it concerns a policy as such.
  public struct Hazard: Hashable, Sendable {
    public var hazard: OverrideHazard
    public var clusters: [String]
  }

  /// In the order in which Karmada goes through them.
  public private(set) var members: [Member] = []
  public private(set) var variants: [Variant] = []
  /// The worst first.
  public private(set) var hazards: [Hazard] = []
  /// The kind's replicas are divided by rules that only a customised interpreter knows.
  public private(set) var replicasAreUnknown = false

  /// Throws when a policy is not of the API's form.
  public init(_ input: Input) throws(MalformedPolicy) {
    let engine = try OverrideEngine(
      decoding: input.overridePolicies, clusterOverridePolicies: input.clusterOverridePolicies)
    self.init(input, engine: engine)
  }

  /// - Parameter tracing: without it there are no traces and no hazards.
  public init(_ input: Input, engine: OverrideEngine, tracing: Bool = true) {
    let selected = engine.policies(selecting: input.template)
    let known = Dictionary(
      input.clusters.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    var found: [Signature: Int] = [:]
    var failed: String?
    for target in input.targets.targets {
      let share = input.targets.isDivided ? target.replicas : 0
      guard let cluster = known[target.cluster] else {
        members.append(
          Member(cluster: target.cluster, replicas: target.replicas, reach: .vanished))
        failed = failed ?? target.cluster
        continue
      }
      let signature = Signature(
        rules: selected.flatMap { $0.rules.map { $0.targetCluster?.unmet(by: cluster) == nil } },
        replicas: share, completions: target.completions)
      let variant: Int
      if let same = found[signature] {
        variant = same
      } else {
        variant = variants.count
        found[signature] = variant
        variants.append(
          Self.render(input, target, on: cluster, with: engine, tracing: tracing))
      }
      variants[variant].clusters.append(target.cluster)
      let reach: Reach =
        failed.map { .notReached(after: $0) }
        ?? (variants[variant].failure == nil ? .updated : .fails)
      if reach == .fails { failed = target.cluster }
      members.append(
        Member(
          cluster: target.cluster, replicas: target.replicas, reach: reach, variant: variant))
    }
    replicasAreUnknown =
      input.targets.isDivided && !Self.knownKinds.contains(input.template["kind"]?.string ?? "")
    if tracing { gatherHazards(engine, selected, input) }
  }

  private static let knownKinds: Set<String> = ["Deployment", "StatefulSet", "ReplicaSet", "Job"]

  /// Clusters with the same one get the same.
  private struct Signature: Hashable {
    var rules: [Bool]
    var replicas: Int64
    var completions: Int64?
  }

  private static func render(
    _ input: Input, _ target: BindingTargets.Target, on cluster: OverrideTarget,
    with engine: OverrideEngine, tracing: Bool
  ) -> Variant {
    let revised =
      input.targets.isDivided
      ? WorkManifest.revised(
        input.template, replicas: target.replicas, completions: target.completions)
      : input.template
    let base = WorkManifest.pruned(revised)
    do throws(OverrideFailure) {
      var rendered = try engine.render(revised, for: cluster, tracing: tracing)
      rendered.manifest = WorkManifest.pruned(rendered.manifest)
      return Variant(base: base, result: .success(rendered), clusters: [])
    } catch {
      return Variant(base: base, result: .failure(error), clusters: [])
    }
  }

  private mutating func gatherHazards(
    _ engine: OverrideEngine, _ selected: [OverridePolicySpec], _ input: Input
  ) {
    var places: [OverrideHazard: Int] = [:]
    for variant in variants {
      for hazard in variant.hazards {
        if let at = places[hazard] {
          hazards[at].clusters += variant.clusters
        } else {
          places[hazard] = hazards.count
          hazards.append(Hazard(hazard: hazard, clusters: variant.clusters))
        }
      }
    }
    // What the policies that select it do wrong whatever the cluster.
    let fleet = OverrideEngine(
      overridePolicies: selected.filter { $0.scope == .namespaced },
      clusterOverridePolicies: selected.filter { $0.scope == .cluster })
    for hazard in fleet.hazards(clusters: input.clusters) where places[hazard] == nil {
      hazards.append(Hazard(hazard: hazard, clusters: []))
    }
    hazards = hazards.enumerated().sorted {
      let (a, b) = ($0.element.hazard.severity, $1.element.hazard.severity)
      return a == b ? $0.offset < $1.offset : a > b
    }.map(\.element)
  }

  // MARK: Looking at it

  public func member(_ cluster: String) -> Member? { members.first { $0.cluster == cluster } }

  public func variant(of cluster: String) -> Variant? {
    member(cluster)?.variant.map { variants[$0] }
  }

  /// The cluster on whose account Karmada stops, if it does.
  public var stopsAt: String? {
    members.first { $0.reach == .fails || $0.reach == .vanished }?.cluster
  }

  /// Clusters that get the very same manifest, the largest group first; what Karmada fails on
  /// groups by its failure.
  public var groups: [Group] {
    var groups: [Group] = []
    for (i, variant) in variants.enumerated() {
      if let at = groups.firstIndex(where: { isSame(variants[$0.variant], variant) }) {
        groups[at].clusters += variant.clusters
      } else {
        groups.append(Group(variant: i, clusters: variant.clusters))
      }
    }
    return groups.enumerated().sorted {
      ($1.element.clusters.count, $0.offset) < ($0.element.clusters.count, $1.offset)
    }.map(\.element)
  }

  public struct Group: Hashable, Sendable {
    /// Which of `variants` stands for all.
    public var variant: Int
    public var clusters: [String]
  }

  private func isSame(_ a: Variant, _ b: Variant) -> Bool {
    switch (a.result, b.result) {
    case (.success(let x), .success(let y)): x.manifest == y.manifest
    case (.failure(let x), .failure(let y)): x.description == y.description
    default: false
    }
  }
}

extension OverridePreview.Input {
  /// What becomes of each policy on one cluster, whether the template goes there or not; nil when
  /// a policy is not of the API's form.
  public func decisions(for cluster: OverrideTarget) -> [OverrideTrace.Decision]? {
    let engine: OverrideEngine
    do {
      engine = try OverrideEngine(
        decoding: overridePolicies, clusterOverridePolicies: clusterOverridePolicies)
    } catch { return nil }
    do throws(OverrideFailure) {
      return try engine.render(template, for: cluster).trace.decisions
    } catch {
      return error.trace.decisions
    }
  }
}

extension OverrideEngine {
  /// The policies that select an object, whatever the cluster.
  public func policies(selecting manifest: JSONValue) -> [OverridePolicySpec] {
    let subject = OverrideSubject(manifest)
    return (clusterOverridePolicies + overridePolicies).filter {
      if case .selected = $0.selection(of: subject) { true } else { false }
    }
  }
}
