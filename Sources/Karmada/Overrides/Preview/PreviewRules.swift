import Manifest

/// The rules of all policies, numbered by what they say, with the clusters that each is for.
struct PreviewRules: Sendable {
  private struct Key: Hashable {
    var policy: String
    var index: Int
    var rule: OverridePolicySpec.Rule
  }
  struct Rule: Sendable {
    var number: Int
    var index: Int
    var overriders: Overriders
    var clusters: ClusterSet
  }

  let clusters: [OverrideTarget]
  let places: [String: Int]
  private var numbers: [Key: Int] = [:]
  private var next = 0
  private var affinities: [OverridePolicySpec.Affinity: ClusterSet] = [:]
  /// All clusters.
  let all: ClusterSet

  init(clusters: [OverrideTarget]) {
    self.clusters = clusters
    var places: [String: Int] = [:]
    var all = ClusterSet(count: clusters.count)
    for (i, cluster) in clusters.enumerated() {
      places[cluster.name] = i
      all.insert(i)
    }
    self.places = places
    self.all = all
  }

  mutating func number(_ policy: OverridePolicySpec) -> [Rule] {
    let title = policy.title
    return policy.rules.enumerated().map { index, rule in
      let key = Key(policy: title, index: index, rule: rule)
      let number = numbers[key] ?? next
      if number == next {
        numbers[key] = next
        next += 1
      }
      return Rule(
        number: number, index: index, overriders: rule.overriders,
        clusters: clusters(of: rule.targetCluster))
    }
  }

  private mutating func clusters(of affinity: OverridePolicySpec.Affinity?) -> ClusterSet {
    guard let affinity else { return all }
    if let known = affinities[affinity] { return known }
    var set = ClusterSet(count: clusters.count)
    for (i, cluster) in clusters.enumerated() where affinity.unmet(by: cluster) == nil {
      set.insert(i)
    }
    affinities[affinity] = set
    return set
  }

  /// What was typed on the way is forgotten once there is much of it.
  mutating func forgetUnused(keeping policies: [PreviewPolicy?]) {
    if affinities.count > 1000 { affinities = [:] }
    guard numbers.count > 10_000 else { return }
    let kept = Set(policies.compactMap { $0 }.flatMap { $0.rules.map(\.number) })
    numbers = numbers.filter { kept.contains($0.value) }
  }
}

/// A policy, ready to be applied to many objects.
struct PreviewPolicy: Sendable {
  var spec: OverridePolicySpec
  var rules: [PreviewRules.Rule]
  var isDraft: Bool
  /// It may change what other policies select by: an object's labels, name or kind.
  var altersIdentity: Bool

  init(_ spec: OverridePolicySpec, isDraft: Bool, rules table: inout PreviewRules) {
    self.spec = spec
    self.isDraft = isDraft
    rules = table.number(spec)
    altersIdentity = spec.rules.contains { rule in
      !rule.overriders.labels.isEmpty
        || rule.overriders.plaintext.contains { patch in
          let path = patch.path
          return path.isEmpty || !path.hasPrefix("/spec/") && !path.hasPrefix("/data/")
        }
    }
  }

  /// 0 when it does not select the object.
  func precision(for subject: OverrideSubject) -> Int {
    if case .selected(let precision) = spec.selection(of: subject) { precision } else { 0 }
  }
}

/// The fleet's policies but the draft's own.
struct PreviewOthers: Sendable {
  var cluster: [PreviewPolicy] = []
  var namespaced: [String: [PreviewPolicy]] = [:]

  init(_ fleet: OverrideFleet, without base: OverridePolicySpec?, rules: inout PreviewRules) {
    let engine = OverrideEngine(
      overridePolicies: fleet.overridePolicies,
      clusterOverridePolicies: fleet.clusterOverridePolicies)
    for spec in engine.clusterOverridePolicies where !spec.isSame(as: base) {
      cluster.append(PreviewPolicy(spec, isDraft: false, rules: &rules))
    }
    for spec in engine.overridePolicies where !spec.isSame(as: base) {
      namespaced[spec.namespace, default: []].append(
        PreviewPolicy(spec, isDraft: false, rules: &rules))
    }
  }
}
