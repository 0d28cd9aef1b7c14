import ControlPlane
import Karmada

/// Which bindings' Works share a watch: an outage may drive out thousands, and no server is to be
/// asked for as many watches.
///
/// A watch selects a set of permanent ids, and never changes; it goes when none of them is wanted
/// any more. Where small ones would become too many, they are joined.
struct WorksBatches: Sendable {
  struct Batch: Hashable, Sendable {
    var id: Int
    /// The label by which the Works name their binding.
    var label: String
    var permanentIDs: [String]

    var scope: ListScope {
      let selector =
        permanentIDs.count == 1
        ? "\(label)=\(permanentIDs[0])" : "\(label) in (\(permanentIDs.joined(separator: ",")))"
      return ListScope(.works, labelSelector: selector)
    }
  }

  private(set) var batches: [Batch] = []
  private var lastID = 0
  /// So many ids are 2.5 KB of a request line; servers and proxies take 8.
  static let size = 64
  /// So many watches stand at once before small ones are joined.
  static let most = 16

  /// Follows exactly these, as far as whole batches allow: what is not wanted any more may be
  /// followed on in the company of what is.
  /// - Returns: what is to be watched anew, and what no more, to be ended in this order.
  mutating func follow(_ bindings: [BindingIdentity]) -> (begun: [Batch], ended: [Batch]) {
    let wanted = Dictionary(
      bindings.map { ($0.permanentID, Self.label(of: $0)) }, uniquingKeysWith: { $1 })
    var ended = batches.filter { !$0.permanentIDs.contains { wanted[$0] != nil } }
    batches.removeAll(where: ended.contains)
    let followed = Set(batches.flatMap(\.permanentIDs))
    var missing = wanted.filter { !followed.contains($0.key) }
    if batches.count + Self.count(missing) > Self.most {
      let small = batches.filter { $0.permanentIDs.count { wanted[$0] != nil } < Self.size / 2 }
      for id in small.flatMap(\.permanentIDs) { missing[id] = wanted[id] }
      batches.removeAll(where: small.contains)
      ended += small
    }
    let begun = make(missing)
    batches += begun
    return (begun, ended)
  }

  private static func label(of binding: BindingIdentity) -> String {
    binding.kind == "ClusterResourceBinding"
      ? "clusterresourcebinding.karmada.io/permanent-id"
      : "resourcebinding.karmada.io/permanent-id"
  }

  private static func count(_ labels: [String: String]) -> Int {
    Dictionary(grouping: labels.values) { $0 }.values.reduce(0) {
      $0 + ($1.count + size - 1) / size
    }
  }

  private mutating func make(_ labels: [String: String]) -> [Batch] {
    var made: [Batch] = []
    for (label, ids) in Dictionary(grouping: labels.keys, by: { labels[$0] ?? "" })
      .sorted(by: { $0.key < $1.key })
    {
      let ids = ids.sorted()
      for start in stride(from: 0, to: ids.count, by: Self.size) {
        lastID += 1
        let some = Array(ids[start..<min(start + Self.size, ids.count)])
        made.append(Batch(id: lastID, label: label, permanentIDs: some))
      }
    }
    return made
  }
}
