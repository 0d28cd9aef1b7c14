import Karmada
import Manifest

/// How a binding's replicas are divided over its clusters (1.12: pkg/scheduler/core, assignment
/// and division algorithm).
struct ReplicaDivision {
  let candidates: [ClusterSelection.Candidate]
  let binding: Binding
  let placement: JSONValue
  /// As if it were scheduled for the first time: somebody asked for that.
  let isFresh: Bool
  /// Breaks ties the same way every time for one binding.
  let seed: UInt64

  struct Failure: Error, Hashable {
    var message: String
  }

  private var replicas: Int { binding.replicas }
  private var scheduling: JSONValue { placement["replicaScheduling"] ?? [:] }

  static func isDivided(_ placement: JSONValue) -> Bool {
    placement[path: "replicaScheduling", "replicaSchedulingType"]?.string == "Divided"
  }

  func targets() throws(Failure) -> [Binding.Target] {
    guard replicas > 0 else { return candidates.map { Binding.Target($0.name, 0) } }
    guard Self.isDivided(placement) else {
      return candidates.map { Binding.Target($0.name, replicas) }
    }
    if scheduling["replicaDivisionPreference"]?.string == "Aggregated" {
      return try dynamic(isAggregated: true)
    }
    if scheduling[path: "weightPreference", "dynamicWeight"] != nil {
      return try dynamic(isAggregated: false)
    }
    return byStaticWeight()
  }

  // MARK: Static weights

  /// Nobody's rule names a cluster: it gets none. No rules at all: all weigh the same.
  private func byStaticWeight() -> [Binding.Target] {
    let rules = scheduling[path: "weightPreference", "staticWeightList"]?.array
    let affinities = (rules ?? []).map { rule in
      (affinity: Self.affinity(rule["targetCluster"]), weight: rule["weight"]?.int32 ?? 0)
    }
    var weights: [(name: String, weight: Int)] = candidates.map { candidate in
      guard rules != nil else { return (candidate.name, 1) }
      let target = OverrideTarget(decoding: candidate.cluster)
      return (
        candidate.name,
        affinities.reduce(0) { max($0, ($1.affinity?.matches(target) ?? false) ? $1.weight : 0) }
      )
    }.filter { $0.weight > 0 }
    // No cluster has a weight: each weighs the same.
    if weights.isEmpty { weights = candidates.map { ($0.name, 1) } }
    return divide(replicas, by: weights)
  }

  private static func affinity(_ value: JSONValue?) -> OverridePolicySpec.Affinity? {
    do { return try OverridePolicySpec.Affinity(decoding: value) } catch { return nil }
  }

  /// By weight, rounded down; what is left goes one by one to the heaviest, to those that have
  /// more already, and then by chance.
  private func divide(_ count: Int, by weights: [(name: String, weight: Int)])
    -> [Binding.Target]
  {
    let sum = weights.reduce(0) { $0 &+ $1.weight }
    guard sum > 0 else { return [] }
    let before = Dictionary(
      binding.targets.map { ($0.name, $0.replicas) }, uniquingKeysWith: { a, _ in a })
    var random = SeededRandom(seed: seed)
    let chances = weights.map { _ in random.next() }
    let order = weights.indices.sorted { a, b in
      if weights[a].weight != weights[b].weight { return weights[a].weight > weights[b].weight }
      let (old, other) = (before[weights[a].name] ?? 0, before[weights[b].name] ?? 0)
      return old != other ? old > other : (chances[a], a) < (chances[b], b)
    }
    var rest = count
    var targets = order.map { index -> Binding.Target in
      let (product, overflow) = weights[index].weight.multipliedReportingOverflow(by: count)
      let share = overflow ? 0 : product / sum
      rest -= share
      return Binding.Target(weights[index].name, share)
    }
    for index in targets.indices where rest > 0 {
      targets[index].replicas += 1
      rest -= 1
    }
    return targets.filter { $0.replicas > 0 }
  }

  // MARK: By what is available

  private func dynamic(isAggregated: Bool) throws(Failure) -> [Binding.Target] {
    let names = Set(candidates.map(\.name))
    let scheduled = isFresh ? [] : binding.targets.filter { names.contains($0.name) }
    let assigned = scheduled.reduce(0) { $0 &+ $1.replicas }
    if assigned == replicas, !scheduled.isEmpty { return scheduled }
    if assigned > replicas {
      // Shrinks in proportion to what each has.
      let present = scheduled.sorted { $0.replicas > $1.replicas }
      return try share(
        replicas, isAggregated: isAggregated, over: present.map { ($0.name, $0.replicas) },
        scheduled: [])
    }
    let room = candidates.map { candidate in
      let own = isFresh ? 0 : binding.targets.first { $0.name == candidate.name }?.replicas ?? 0
      return (name: candidate.name, available: max(0, candidate.available - own))
    }.sorted { $0.available > $1.available }
    let more = try share(
      replicas - assigned, isAggregated: isAggregated, over: room, scheduled: scheduled)
    return Self.merged(scheduled, more)
  }

  private func share(
    _ count: Int, isAggregated: Bool, over room: [(name: String, available: Int)],
    scheduled: [Binding.Target]
  ) throws(Failure) -> [Binding.Target] {
    let sum = room.reduce(0) { $0 &+ min($1.available, Int(Int32.max)) }
    guard sum >= count else {
      throw Failure(
        message: "Clusters available replicas \(sum) are not enough to schedule.")
    }
    var used = room.filter { $0.available > 0 }
    if isAggregated {
      // Clusters that have some come first, then the roomiest, and no more than are needed.
      let known = Set(scheduled.map(\.name))
      used = used.filter { known.contains($0.name) } + used.filter { !known.contains($0.name) }
      var reached = 0
      var needed = 0
      while needed < used.count, reached < count {
        reached += used[needed].available
        needed += 1
      }
      used = Array(used.prefix(needed))
    }
    return divide(count, by: used.map { ($0.name, $0.available) })
  }

  private static func merged(_ a: [Binding.Target], _ b: [Binding.Target]) -> [Binding.Target] {
    var merged = a
    for target in b {
      if let index = merged.firstIndex(where: { $0.name == target.name }) {
        merged[index].replicas += target.replicas
      } else {
        merged.append(target)
      }
    }
    return merged
  }
}
