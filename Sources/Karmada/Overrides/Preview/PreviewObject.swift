import Manifest

/// One object of the fleet with what has been rendered of it.
struct PreviewObject: Sendable {
  /// A policy that selects the object, at its place in the order of application.
  private struct Selected {
    var policy: PreviewPolicy
    var precision: Int
  }
  /// A rule on its way to the object.
  private struct Step {
    var policy: OverridePolicySpec
    var rule: PreviewRules.Rule
    var isDraft: Bool
  }
  /// The replicas that were given, and the numbers of the rules that are applied.
  private struct Key: Hashable {
    var replicas: Int?
    var rules: [Int]
  }

  private let object: OverrideFleet.Object
  private let subject: OverrideSubject
  private let title: String
  private let others: PreviewOthers
  private let clusterPolicies: [Selected]
  private let namespacedPolicies: [Selected]
  /// The clusters it goes to, by the replicas they were given.
  private let targets: [(replicas: Int?, clusters: ClusterSet)]
  private var outcomes: [Key: DraftPreview.Outcome] = [:]
  /// Manifests as they are when the draft's first rule comes.
  private var prefixes: [Key: DraftPreview.Outcome] = [:]

  init(_ object: OverrideFleet.Object, others: PreviewOthers, rules: PreviewRules) {
    self.object = object
    self.others = others
    let subject = OverrideSubject(object.template)
    self.subject = subject
    title = subject.title
    func selected(_ policies: [PreviewPolicy]) -> [Selected] {
      policies.compactMap { policy in
        let precision = policy.precision(for: subject)
        return precision > 0 ? Selected(policy: policy, precision: precision) : nil
      }
    }
    clusterPolicies = selected(others.cluster)
    namespacedPolicies = selected(others.namespaced[subject.namespace] ?? [])
    var byReplicas: [Int?: ClusterSet] = [:]
    for name in object.clusters {
      guard let place = rules.places[name] else { continue }
      byReplicas[object.replicas[name], default: ClusterSet(count: rules.clusters.count)]
        .insert(place)
    }
    targets = byReplicas.map { ($0.key, $0.value) }.sorted { ($0.0 ?? -1) < ($1.0 ?? -1) }
  }

  // MARK: What a draft changes

  /// nil when everything stays as it is.
  mutating func change(
    from before: PreviewPolicy?, to after: PreviewPolicy?, at index: Int, rules: PreviewRules
  ) -> DraftPreview.ObjectChange? {
    let wasSelected = (before?.precision(for: subject) ?? 0) > 0
    let isSelected = (after?.precision(for: subject) ?? 0) > 0
    var groups: [DraftPreview.Group] = []
    var fails = ClusterSet(count: rules.clusters.count)
    let mayAlter = altersIdentity(before, wasSelected) || altersIdentity(after, isSelected)
    if !wasSelected, !isSelected, !mayAlter { return nil }
    let steps = (self.steps(with: before), self.steps(with: after))
    var keptOutcomes: [Key: DraftPreview.Outcome] = [:]
    for (replicas, clusters) in targets {
      let sets =
        mayAlter ? singles(clusters, rules) : split(clusters, by: steps.0 + steps.1)
      for set in sets {
        guard let one = set.first else { continue }
        let old = outcome(
          steps.0, with: before, on: one, replicas, mayAlter, rules, keeping: &keptOutcomes)
        let new = outcome(
          steps.1, with: after, on: one, replicas, mayAlter, rules, keeping: &keptOutcomes)
        if new.failure != nil { for i in set.indices { fails.insert(i) } }
        guard let change = PreviewObject.change(old, new) else { continue }
        groups.append(
          DraftPreview.Group(
            clusters: set.indices.map { rules.clusters[$0].name }, change: change, before: old,
            after: new))
      }
    }
    outcomes = keptOutcomes
    if prefixes.count > 256 { prefixes = [:] }
    guard !groups.isEmpty else { return nil }
    return DraftPreview.ObjectChange(
      index: index, title: title, groups: groups, heldBack: heldBack(fails, rules))
  }

  private static func change(
    _ old: DraftPreview.Outcome, _ new: DraftPreview.Outcome
  ) -> DraftPreview.Change? {
    switch (old, new) {
    case (.manifest(let a), .manifest(let b)): a == b ? nil : .changed
    case (.manifest, .failure): .breaks
    case (.failure, .manifest): .mends
    case (.failure(let a), .failure(let b)): a == b ? nil : .failsStill
    }
  }

  /// Karmada goes through a binding's clusters in their order and stops at the first that fails.
  private func heldBack(_ fails: ClusterSet, _ rules: PreviewRules) -> [String] {
    guard !fails.isEmpty,
      let first = object.clusters.firstIndex(where: { name in
        rules.places[name].map(fails.contains) ?? false
      })
    else { return [] }
    return object.clusters[(first + 1)...].filter { name in
      rules.places[name].map { !fails.contains($0) } ?? false
    }
  }

  // MARK: Order

  /// A cluster policy that selects the object may make namespaced ones select it, or not.
  private func altersIdentity(_ draft: PreviewPolicy?, _ isSelected: Bool) -> Bool {
    if clusterPolicies.contains(where: \.policy.altersIdentity) {
      return draft?.spec.scope == .namespaced
        ? draft?.spec.namespace == subject.namespace : isSelected
    }
    guard let draft, isSelected else { return false }
    return draft.spec.scope == .cluster && draft.altersIdentity
      && !(others.namespaced[subject.namespace] ?? []).isEmpty
  }

  private func steps(with draft: PreviewPolicy?) -> [Step] {
    func ordered(_ policies: [Selected], _ scope: OverridePolicySpec.Scope) -> [Selected] {
      var policies = policies.filter { !$0.policy.spec.isSame(as: draft?.spec) }
      if let draft, draft.spec.scope == scope {
        let precision = draft.precision(for: subject)
        if precision > 0 { policies.append(Selected(policy: draft, precision: precision)) }
      }
      return policies.enumerated().sorted { a, b in
        if a.element.precision != b.element.precision {
          return a.element.precision < b.element.precision
        }
        let (x, y) = (a.element.policy.spec.name, b.element.policy.spec.name)
        return x == y ? a.offset < b.offset : x.utf8.lexicographicallyPrecedes(y.utf8)
      }.map(\.element)
    }
    return (ordered(clusterPolicies, .cluster) + ordered(namespacedPolicies, .namespaced)).flatMap {
      selected in
      selected.policy.rules.map {
        Step(policy: selected.policy.spec, rule: $0, isDraft: selected.policy.isDraft)
      }
    }
  }

  // MARK: Groups

  /// Clusters that none of the rules tells apart.
  private func split(_ clusters: ClusterSet, by steps: [Step]) -> [ClusterSet] {
    var groups = [clusters]
    var seen: Set<ClusterSet> = []
    for step in steps where seen.insert(step.rule.clusters).inserted {
      groups = groups.flatMap { group -> [ClusterSet] in
        let inside = group.intersection(step.rule.clusters)
        if inside.isEmpty || inside == group { return [group] }
        return [inside, group.subtracting(step.rule.clusters)]
      }
    }
    return groups
  }

  private func singles(_ clusters: ClusterSet, _ rules: PreviewRules) -> [ClusterSet] {
    clusters.indices.map { index in
      var set = ClusterSet(count: rules.clusters.count)
      set.insert(index)
      return set
    }
  }

  /// One cluster of each group that a policy reaches.
  func representatives(of policy: OverridePolicySpec, rules: PreviewRules) -> [Int] {
    var table = rules
    let draft = PreviewPolicy(policy, isDraft: true, rules: &table)
    guard draft.precision(for: subject) > 0 || altersIdentity(draft, false) else { return [] }
    let steps = steps(with: draft)
    return targets.flatMap { split($0.clusters, by: steps) }.compactMap(\.first)
  }

  // MARK: Rendering

  private mutating func outcome(
    _ steps: [Step], with draft: PreviewPolicy?, on cluster: Int, _ replicas: Int?,
    _ mayAlter: Bool, _ rules: PreviewRules,
    keeping kept: inout [Key: DraftPreview.Outcome]
  ) -> DraftPreview.Outcome {
    if mayAlter { return whole(with: draft, on: rules.clusters[cluster]) }
    let applied = steps.filter { $0.rule.clusters.contains(cluster) }
    let key = Key(replicas: replicas, rules: applied.map(\.rule.number))
    if let known = kept[key] { return known }
    let found = outcomes[key] ?? rendered(applied, replicas)
    kept[key] = found
    return found
  }

  private mutating func rendered(_ steps: [Step], _ replicas: Int?) -> DraftPreview.Outcome {
    let start = steps.firstIndex(where: \.isDraft) ?? steps.count
    let key = Key(replicas: replicas, rules: steps[..<start].map(\.rule.number))
    let prefix: DraftPreview.Outcome
    if let known = prefixes[key] {
      prefix = known
    } else {
      let manifest =
        replicas.map { OverrideFleet.Object.revised(object.template, replicas: $0) }
        ?? object.template
      prefix = PreviewObject.apply(steps[..<start], to: .manifest(manifest))
      prefixes[key] = prefix
    }
    return PreviewObject.apply(steps[start...], to: prefix)
  }

  private static func apply(
    _ steps: ArraySlice<Step>, to outcome: DraftPreview.Outcome
  ) -> DraftPreview.Outcome {
    guard case .manifest(let manifest) = outcome, !steps.isEmpty else { return outcome }
    var run = OverrideRun(manifest: manifest, isTracing: false)
    do throws(OverrideFailure) {
      for step in steps {
        try run.apply(step.rule.overriders, of: step.policy, rule: step.rule.index)
      }
      return .manifest(run.manifest)
    } catch {
      return .failure(error)
    }
  }

  /// By the engine as a whole, for what cannot be told apart beforehand.
  private func whole(
    with draft: PreviewPolicy?, on cluster: OverrideTarget
  ) -> DraftPreview.Outcome {
    func specs(_ policies: [PreviewPolicy], _ scope: OverridePolicySpec.Scope)
      -> [OverridePolicySpec]
    {
      var specs = policies.map(\.spec).filter { !$0.isSame(as: draft?.spec) }
      if let draft, draft.spec.scope == scope { specs.append(draft.spec) }
      return specs
    }
    let engine = OverrideEngine(
      overridePolicies: specs(others.namespaced[subject.namespace] ?? [], .namespaced),
      clusterOverridePolicies: specs(others.cluster, .cluster))
    do throws(OverrideFailure) {
      return .manifest(
        try engine.render(object.manifest(on: cluster.name), for: cluster, tracing: false)
          .manifest)
    } catch {
      return .failure(error)
    }
  }
}
