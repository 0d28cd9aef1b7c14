import Manifest

/// What becomes of a binding when its cluster is tainted.
public enum TaintEffect: Hashable, Sendable {
  /// It tolerates the taint.
  case stays
  /// It leaves, after so many seconds, and may go to these.
  case moves(after: Int, to: [String])
  /// It leaves, and the others that run it already go on.
  case shrinks(after: Int, others: [String])
  /// It leaves, and no cluster that is ready and not tainted meets its placement.
  case strands(after: Int)

  /// - Parameter clusters: all that there are, as they are now.
  public init(
    _ binding: PlacedBinding, _ taint: Cluster.Taint, on name: String, _ clusters: [Cluster]
  ) {
    let matching = binding.tolerations.filter { $0.tolerates(taint) }
    var after = 0
    if !matching.isEmpty {
      guard let seconds = matching.compactMap(\.seconds).min() else {
        self = .stays
        return
      }
      after = max(0, seconds)
    }
    let usable = clusters.filter { cluster in
      cluster.metadata.name != name && Self.isUsable(cluster, by: binding)
        && Self.meets(binding.affinities, cluster)
    }.map(\.metadata.name).sorted()
    let others = binding.clusters.filter { $0 != name }.sorted()
    let fresh = usable.filter { !others.contains($0) }
    if !fresh.isEmpty {
      self = .moves(after: after, to: fresh)
    } else if !others.isEmpty {
      self = .shrinks(after: after, others: others)
    } else {
      self = .strands(after: after)
    }
  }

  private static func isUsable(_ cluster: Cluster, by binding: PlacedBinding) -> Bool {
    guard cluster.isReady, cluster.metadata.deletionTimestamp == nil else { return false }
    return cluster.taints.allSatisfy { taint in
      taint.effect == "PreferNoSchedule" || binding.tolerations.contains { $0.tolerates(taint) }
    }
  }

  private static func meets(_ affinities: [JSONValue], _ cluster: Cluster) -> Bool {
    affinities.isEmpty
      || affinities.contains { affinity in
        do throws(MalformedPolicy) {
          let read = try OverridePolicySpec.Affinity(decoding: affinity)
          return read?.matches(OverrideTarget(cluster)) ?? true
        } catch {
          // Not understood: not promised to anybody as a way out.
          return false
        }
      }
  }
}
