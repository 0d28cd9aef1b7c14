import Manifest

/// Which of the feasible clusters a binding goes to: spread constraints (1.12:
/// pkg/scheduler/core/spreadconstraint).
struct ClusterSelection {
  /// A feasible cluster and what the choice goes by.
  struct Candidate {
    var cluster: JSONValue
    /// 100 for clusters the binding is on already (ClusterLocality), else 0.
    var score: Int
    /// How many more replicas it could take, those it has of this binding included.
    var available: Int

    var name: String { cluster.objectName }
  }

  /// In the order of preference.
  let candidates: [Candidate]
  let placement: JSONValue
  /// Replicas wanted; 0 for kinds without.
  let replicas: Int

  struct Failure: Error, Hashable {
    var message: String
  }

  /// Higher score, then more room, then by name.
  static func ordered(_ candidates: [Candidate]) -> [Candidate] {
    candidates.sorted { a, b in
      if a.score != b.score { return a.score > b.score }
      return a.available != b.available ? a.available > b.available : a.name < b.name
    }
  }

  private struct Constraint {
    var minGroups: Int
    /// 0: no limit.
    var maxGroups: Int
  }

  private func constraint(_ field: String) -> Constraint? {
    guard
      let found = (placement["spreadConstraints"]?.array ?? []).first(where: {
        $0["spreadByField"]?.string == field
      })
    else { return nil }
    return Constraint(
      minGroups: found["minGroups"]?.int32 ?? 1, maxGroups: found["maxGroups"]?.int32 ?? 0)
  }

  private var scheduling: JSONValue { placement["replicaScheduling"] ?? [:] }

  private var isDivided: Bool { scheduling["replicaSchedulingType"]?.string == "Divided" }

  /// Static weights say themselves who gets what, so constraints do not count.
  private var ignoresConstraints: Bool {
    isDivided && scheduling["replicaDivisionPreference"]?.string == "Weighted"
      && (scheduling["weightPreference"] == nil
        || scheduling[path: "weightPreference", "dynamicWeight"] == nil)
  }

  func selected() throws(Failure) -> [Candidate] {
    guard !ignoresConstraints, placement["spreadConstraints"]?.array?.isEmpty == false else {
      return candidates
    }
    if let region = constraint("region") { return try byRegion(region) }
    if let cluster = constraint("cluster") { return try byCluster(cluster, of: candidates) }
    throw Failure(message: "just support cluster and region spread constraint")
  }

  private func byCluster(_ constraint: Constraint, of candidates: [Candidate])
    throws(Failure) -> [Candidate]
  {
    guard candidates.count >= constraint.minGroups else {
      throw Failure(
        message: "the number of feasible clusters is less than spreadConstraint.MinGroups")
    }
    let limit = constraint.maxGroups > 0 ? constraint.maxGroups : candidates.count
    let count = min(limit, candidates.count)
    // Only dividing by what is available asks whether there is room.
    guard isDivided, replicas > 0 else { return Array(candidates.prefix(count)) }
    guard let chosen = Self.withRoom(candidates, count: count, for: replicas) else {
      throw Failure(message: "no enough resource when selecting \(count) clusters")
    }
    return chosen
  }

  /// The first ones; where they have too little room, the last of them give way to roomier ones.
  private static func withRoom(_ candidates: [Candidate], count: Int, for replicas: Int)
    -> [Candidate]?
  {
    var chosen = Array(candidates.prefix(count))
    var rest = Array(candidates.dropFirst(count)).sorted { $0.available > $1.available }
    func room() -> Int { chosen.reduce(0) { $0 &+ min($1.available, replicas) } }
    var index = chosen.count - 1
    while room() < replicas, index >= 0, !rest.isEmpty {
      if rest[0].available > chosen[index].available {
        let given = chosen[index]
        chosen[index] = rest.removeFirst()
        rest.append(given)
        rest.sort { $0.available > $1.available }
      }
      index -= 1
    }
    return room() < replicas ? nil : chosen
  }

  /// As many regions as asked for, the best cluster of each, then the best of what is left.
  private func byRegion(_ region: Constraint) throws(Failure) -> [Candidate] {
    var regions: [(name: String, members: [Candidate])] = []
    for candidate in candidates {
      let name = candidate.cluster[path: "spec", "region"]?.string ?? ""
      if let index = regions.firstIndex(where: { $0.name == name }) {
        regions[index].members.append(candidate)
      } else {
        regions.append((name, [candidate]))
      }
    }
    guard regions.count >= region.minGroups else {
      throw Failure(
        message: "the number of feasible region is less than spreadConstraint.MinGroups")
    }
    let limit = region.maxGroups > 0 ? min(region.maxGroups, regions.count) : regions.count
    let chosenRegions = regions.prefix(limit)
    let cluster = constraint("cluster") ?? Constraint(minGroups: 0, maxGroups: 0)
    let pool = chosenRegions.reduce(0) { $0 + $1.members.count }
    guard pool >= cluster.minGroups else {
      throw Failure(
        message: "the number of clusters is less than the cluster spreadConstraint.MinGroups")
    }
    var chosen = chosenRegions.compactMap(\.members.first)
    let wanted = cluster.maxGroups > 0 ? min(cluster.maxGroups, pool) : pool
    let others = Self.ordered(chosenRegions.flatMap { $0.members.dropFirst() })
    chosen += others.prefix(max(0, wanted - chosen.count))
    return chosen
  }
}
