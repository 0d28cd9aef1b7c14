extension RowTable {
  func isBefore(_ a: SlotID, _ b: SlotID) -> Bool {
    guard a != b, let x = boxes[Int(a)], let y = boxes[Int(b)] else { return false }
    let (kx, ky) = (x.sortKey(sortKey), y.sortKey(sortKey))
    if kx < ky { return !sort.descending }
    if ky < kx { return sort.descending }
    return x.key < y.key
  }

  func isBeforeByKey(_ a: SlotID, _ b: SlotID) -> Bool {
    guard a != b, let x = boxes[Int(a)], let y = boxes[Int(b)] else { return false }
    return x.key < y.key
  }

  /// The first position whose row does not come before this one.
  func lowerBound(_ id: SlotID, in order: ContiguousArray<SlotID>) -> Int {
    Self.lowerBound(id, in: order, from: 0, isBefore: isBefore)
  }

  func lowerBound(_ id: SlotID, inKeyOrder order: ContiguousArray<SlotID>) -> Int {
    Self.lowerBound(id, in: order, from: 0, isBefore: isBeforeByKey)
  }

  private static func lowerBound(
    _ id: SlotID, in order: ContiguousArray<SlotID>, from start: Int,
    isBefore: (SlotID, SlotID) -> Bool
  ) -> Int {
    var (low, high) = (start, order.count)
    while low < high {
      let middle = low + (high - low) / 2
      if isBefore(order[middle], id) { low = middle + 1 } else { high = middle }
    }
    return low
  }

  func place(of id: SlotID, in order: ContiguousArray<SlotID>) -> Int? {
    let at = lowerBound(id, in: order)
    return at < order.count && order[at] == id ? at : nil
  }

  func place(of id: SlotID, inKeyOrder order: ContiguousArray<SlotID>) -> Int? {
    let at = lowerBound(id, inKeyOrder: order)
    return at < order.count && order[at] == id ? at : nil
  }

  /// Two orders in one. The second is the shorter as a rule: what lies between two of its rows is
  /// found by a binary search and taken as one piece.
  func merged(
    _ long: ContiguousArray<SlotID>, _ short: ContiguousArray<SlotID>,
    isBefore: (SlotID, SlotID) -> Bool
  ) -> ContiguousArray<SlotID> {
    var out = ContiguousArray<SlotID>()
    out.reserveCapacity(long.count + short.count)
    var taken = 0
    for id in short {
      let at = Self.lowerBound(id, in: long, from: taken, isBefore: isBefore)
      out += long[taken..<at]
      out.append(id)
      taken = at
    }
    out += long[taken...]
    return out
  }

  // MARK: Sorting

  func inKeyOrder(_ ids: [SlotID]) -> ContiguousArray<SlotID> {
    var keyed = ids.compactMap { id in boxes[Int(id)].map { (key: $0.key, id: id) } }
    keyed.sort { $0.key < $1.key }
    return ContiguousArray(keyed.map(\.id))
  }

  /// Sorts rows that are in the order of their keys.
  ///
  /// Each row's sort key is made once, not once a comparison, and most comparisons see no more of
  /// it than two numbers.
  func inSortOrder(_ ids: ContiguousArray<SlotID>) -> ContiguousArray<SlotID> {
    var ranks = ContiguousArray<Int32>(repeating: -1, count: boxes.count)
    for (rank, id) in ids.enumerated() { ranks[Int(id)] = Int32(clamping: rank) }
    var texts = ContiguousArray(repeating: "", count: ids.count)
    var entries = ContiguousArray<SortEntry>()
    entries.reserveCapacity(ids.count)
    // Rows are looked at as they lie in memory.
    for at in ranks.indices where ranks[at] >= 0 {
      guard let key = boxes[at]?.sortKey(sortKey) else { continue }
      entries.append(SortEntry(number: key.number, rank: ranks[at]))
      texts[Int(ranks[at])] = key.text
    }
    let isTold = SortEntry.addPrefixes(of: texts, to: &entries)
    let descending = sort.descending
    entries.sort { a, b in
      if a.number != b.number { return (a.number < b.number) != descending }
      if a.prefix.0 != b.prefix.0 { return (a.prefix.0 < b.prefix.0) != descending }
      if a.prefix.1 != b.prefix.1 { return (a.prefix.1 < b.prefix.1) != descending }
      if isTold { return a.rank < b.rank }
      let (x, y) = (texts[Int(a.rank)], texts[Int(b.rank)])
      return x == y ? a.rank < b.rank : (x < y) != descending
    }
    return ContiguousArray(entries.lazy.map { ids[Int($0.rank)] })
  }
}

/// What sorting moves about of one row.
private struct SortEntry {
  var number: Int64
  /// A 1 and fifteen bytes of the text, or nothing for an empty one; they order as the text does,
  /// as far as they tell texts apart.
  var prefix: (UInt64, UInt64) = (0, 0)
  /// Where the row stands by its key, and where its text is.
  var rank: Int32

  /// Makes prefixes of what comes after the bytes that all texts but empty ones begin with. Only
  /// where all are ASCII: only there bytes and characters order alike. True when texts with the
  /// same prefix are the same.
  static func addPrefixes(
    of texts: ContiguousArray<String>, to entries: inout ContiguousArray<SortEntry>
  ) -> Bool {
    guard var first = texts.first(where: { !$0.isEmpty }) else { return true }
    return first.withUTF8 { first in
      var (common, longest) = (first.count, 0)
      for text in texts where !text.isEmpty {
        var text = text
        let isPlain = text.withUTF8 { bytes in
          longest = max(longest, bytes.count)
          common = min(common, bytes.count)
          var same = 0
          while same < common, bytes[same] == first[same] { same += 1 }
          common = same
          return bytes.allSatisfy { $0 > 0 && $0 < 0x80 }
        }
        guard isPlain else { return false }
      }
      for at in entries.indices {
        var text = texts[Int(entries[at].rank)]
        // Without the 1 an empty text and one that is all common would look alike.
        entries[at].prefix = text.withUTF8 { bytes in
          bytes.isEmpty
            ? (0, 0)
            : (1 << 56 | number(bytes, from: common) >> 8, number(bytes, from: common + 7))
        }
      }
      return longest <= common + 15
    }
  }

  /// Eight bytes, zeros beyond the end.
  private static func number(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> UInt64 {
    var number: UInt64 = 0
    for at in start..<start + 8 {
      number = number << 8 | (at < bytes.count ? UInt64(bytes[at]) : 0)
    }
    return number
  }
}
