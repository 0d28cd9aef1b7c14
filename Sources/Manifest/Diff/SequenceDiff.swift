/// The longest common part of two sequences, by Myers' greedy algorithm.
///
/// Where the sequences differ so much that it would take too long, they are first cut at elements
/// that occur once in each, and what still differs too much counts as replaced: the result is
/// then a true difference, not always the smallest.
public enum SequenceDiff {
  /// An element that stands in both.
  public struct Match: Hashable, Sendable {
    public var old: Int
    public var new: Int
  }

  private static let editLimit = 1_000

  /// Matches in ascending order on both sides.
  public static func matches<Element: Hashable>(_ old: [Element], _ new: [Element]) -> [Match] {
    var found: [Match] = []
    collect(old[...], new[...], into: &found, depth: 0)
    return found
  }

  private static func collect<Element: Hashable>(
    _ old: ArraySlice<Element>, _ new: ArraySlice<Element>, into found: inout [Match], depth: Int
  ) {
    var (a, b) = (old, new)
    while let x = a.first, let y = b.first, x == y {
      found.append(Match(old: a.startIndex, new: b.startIndex))
      (a, b) = (a.dropFirst(), b.dropFirst())
    }
    var tail: [Match] = []
    while let x = a.last, let y = b.last, x == y {
      tail.append(Match(old: a.endIndex - 1, new: b.endIndex - 1))
      (a, b) = (a.dropLast(), b.dropLast())
    }
    if !a.isEmpty, !b.isEmpty {
      if let middle = myers(a, b) {
        found += middle
      } else if depth < 50 {
        var (i, j) = (a.startIndex, b.startIndex)
        for anchor in anchors(a, b) {
          collect(a[i..<anchor.old], b[j..<anchor.new], into: &found, depth: depth + 1)
          found.append(anchor)
          (i, j) = (anchor.old + 1, anchor.new + 1)
        }
        if i > a.startIndex {
          collect(a[i...], b[j...], into: &found, depth: depth + 1)
        }
      }
    }
    found += tail.reversed()
  }

  /// nil when there are more edits than the limit.
  private static func myers<Element: Hashable>(
    _ a: ArraySlice<Element>, _ b: ArraySlice<Element>
  ) -> [Match]? {
    let (n, m) = (a.count, b.count)
    let limit = min(n + m, editLimit)
    let (aStart, bStart) = (a.startIndex, b.startIndex)
    // furthest[k + limit + 1]: how far down `a` diagonal k reaches.
    var furthest = Array(repeating: 0, count: 2 * limit + 3)
    var trace: [[Int]] = []
    for edits in 0...limit {
      trace.append(Array(furthest[(limit + 1 - edits)...(limit + 1 + edits)]))
      for k in stride(from: -edits, through: edits, by: 2) {
        let goesDown =
          k == -edits || k != edits && furthest[k + limit] < furthest[k + limit + 2]
        var x = goesDown ? furthest[k + limit + 2] : furthest[k + limit] + 1
        while x < n, x - k >= 0, x - k < m, a[aStart + x] == b[bStart + x - k] { x += 1 }
        furthest[k + limit + 1] = x
        if x >= n, x - k >= m {
          return backtrack(trace, edits, n, m, aStart, bStart)
        }
      }
    }
    return nil
  }

  private static func backtrack(
    _ trace: [[Int]], _ edits: Int, _ n: Int, _ m: Int, _ aStart: Int, _ bStart: Int
  ) -> [Match] {
    var matches: [Match] = []
    var (x, y) = (n, m)
    for d in stride(from: edits, through: 0, by: -1) {
      let (k, row) = (x - y, trace[d])
      func reach(_ k: Int) -> Int { row.indices.contains(k + d) ? row[k + d] : 0 }
      let goesDown = k == -d || k != d && reach(k - 1) < reach(k + 1)
      let previousK = goesDown ? k + 1 : k - 1
      let previousX = d == 0 ? 0 : reach(previousK)
      let previousY = d == 0 ? 0 : previousX - previousK
      while x > previousX, y > previousY {
        (x, y) = (x - 1, y - 1)
        matches.append(Match(old: aStart + x, new: bStart + y))
      }
      (x, y) = (previousX, previousY)
    }
    return matches.reversed()
  }

  /// Elements that occur once on each side, the longest run of them that keeps its order.
  private static func anchors<Element: Hashable>(
    _ a: ArraySlice<Element>, _ b: ArraySlice<Element>
  ) -> [Match] {
    func unique(_ slice: ArraySlice<Element>) -> [Element: Int] {
      var places: [Element: Int] = [:]
      var repeated: Set<Element> = []
      for i in slice.indices where places.updateValue(i, forKey: slice[i]) != nil {
        repeated.insert(slice[i])
      }
      for element in repeated { places[element] = nil }
      return places
    }
    let inOld = unique(a)
    let inNew = unique(b)
    let pairs = a.indices.compactMap { i -> Match? in
      guard inOld[a[i]] == i, let j = inNew[a[i]] else { return nil }
      return Match(old: i, new: j)
    }
    // Patience: the piles' tops ascend, each card remembers the top of the pile to its left.
    var piles: [Int] = []
    var before: [Int?] = []
    for (i, pair) in pairs.enumerated() {
      var (low, high) = (0, piles.count)
      while low < high {
        let middle = (low + high) / 2
        if pairs[piles[middle]].new < pair.new { low = middle + 1 } else { high = middle }
      }
      before.append(low > 0 ? piles[low - 1] : nil)
      if low < piles.count { piles[low] = i } else { piles.append(i) }
    }
    var longest: [Match] = []
    var next = piles.last
    while let i = next {
      longest.append(pairs[i])
      next = before[i]
    }
    return longest.reversed()
  }
}
