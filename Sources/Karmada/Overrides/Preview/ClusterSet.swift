/// Some of a fleet's clusters, by their place in the fleet: what rules select and objects go to is
/// compared 64 clusters at a time.
struct ClusterSet: Hashable, Sendable {
  private var words: [UInt64]

  /// None of `count` clusters.
  init(count: Int) { words = Array(repeating: 0, count: (count + 63) / 64) }

  mutating func insert(_ index: Int) { words[index >> 6] |= 1 << UInt64(index & 63) }

  func contains(_ index: Int) -> Bool { words[index >> 6] & (1 << UInt64(index & 63)) != 0 }

  var isEmpty: Bool { words.allSatisfy { $0 == 0 } }
  var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  /// The one that comes first in the fleet; nil when there is none.
  var first: Int? {
    guard let word = words.firstIndex(where: { $0 != 0 }) else { return nil }
    return word << 6 + words[word].trailingZeroBitCount
  }

  func intersection(_ other: ClusterSet) -> ClusterSet {
    var set = self
    for i in words.indices { set.words[i] &= other.words[i] }
    return set
  }

  func subtracting(_ other: ClusterSet) -> ClusterSet {
    var set = self
    for i in words.indices { set.words[i] &= ~other.words[i] }
    return set
  }

  /// In the order of the fleet.
  var indices: [Int] {
    var found: [Int] = []
    for (i, word) in words.enumerated() {
      var rest = word
      while rest != 0 {
        found.append(i << 6 + rest.trailingZeroBitCount)
        rest &= rest - 1
      }
    }
    return found
  }
}
