/// The rows of one list: found by key, kept sorted, filtered.
///
/// Watches change a few rows of many thousand at a time, so every change costs the change and a
/// binary search, never a pass over all rows; only a new sort or filter costs a pass. What such a
/// pass reads of each row lies side by side in arrays of a few bytes a row; the rows themselves
/// are hundreds of bytes and stay where they are.
public struct RowTable<Row: ListRow>: Sendable {
  typealias SlotID = Int32

  /// Holds a row, so that looking at it and moving it about copies nothing of it.
  final class Box: Sendable {
    let row: Row
    init(_ row: Row) { self.row = row }

    // From in here a row is read in place; read out of its box it would be copied, and a copy of
    // a row counts references in a dozen places of memory.
    @inline(never) func values(of field: FilterField) -> [String]? { row.values(of: field) }
    @inline(never) func sortKey(_ make: (Row) -> SortKey) -> SortKey { make(row) }
    @inline(never) var key: RowKey { row.key }
  }

  // One element a slot. A slot that is free has no box and waits in `free`.
  var boxes: ContiguousArray<Box?> = []
  private var searches: ContiguousArray<SearchArena.Slice> = []
  private var generations: ContiguousArray<UInt32> = []
  private var tags: ContiguousArray<UInt32> = []
  private var free: [SlotID] = []

  private var index: [RowKey: SlotID] = [:]
  private var arena = SearchArena()

  /// All rows in the order of their keys: what rows that sort alike stand in.
  var byKey: ContiguousArray<SlotID> = []
  /// All rows in sort order.
  var sorted: ContiguousArray<SlotID> = []
  /// Those of `sorted` that the filter lets through; nil while there is no filter, so that an
  /// unfiltered list keeps no third order.
  var matching: ContiguousArray<SlotID>?

  public private(set) var sort: Sort
  public private(set) var filter: Filter
  private(set) var sortKey: @Sendable (Row) -> SortKey

  public init() {
    sort = Row.defaultSort
    filter = Filter()
    sortKey = Self.sortKey(for: Row.defaultSort)
  }

  public var count: Int { index.count }
  public var visibleCount: Int { matching?.count ?? sorted.count }

  /// The row at a position of the filtered list; nil outside it.
  public func row(at position: Int) -> Row? {
    let order = matching ?? sorted
    guard order.indices.contains(position) else { return nil }
    return boxes[Int(order[position])]?.row
  }

  public func row(_ key: RowKey) -> Row? {
    index[key].flatMap { boxes[Int($0)]?.row }
  }

  /// Every row, in no order.
  public var rows: some Sequence<Row> { boxes.lazy.compactMap { $0?.row } }

  /// The rows with that tag, in no order; the others are not looked at.
  public func rows(tagged tag: UInt32) -> some Sequence<Row> {
    tags.indices.lazy.filter { tags[$0] == tag }.compactMap { boxes[$0]?.row }
  }

  /// How many rows have that tag.
  public func count(tagged tag: UInt32) -> Int {
    // Rows that are gone keep their tag until the slot is used again.
    var count = 0
    for at in tags.indices where tags[at] == tag && boxes[at] != nil { count += 1 }
    return count
  }

  /// Where a key stands in the filtered list; nil when it is not there.
  public func position(of key: RowKey) -> Int? {
    index[key].flatMap { place(of: $0, in: matching ?? sorted) }
  }

  // MARK: Changing rows

  /// From so many rows on it pays to go over an order once instead of searching it for each.
  private static var many: Int { 64 }

  /// Adds rows and replaces those that are there. `generation` marks them as seen by the list
  /// that is under way (see `removeRows(of:olderThan:)`).
  /// With nil a row keeps the mark it has.
  public mutating func upsert(_ rows: [Row], generation: UInt32?) {
    var touched: [SlotID] = []
    touched.reserveCapacity(rows.count)
    var added: [SlotID] = []
    // A key may come twice in one batch; the later one wins.
    var seen: Set<SlotID> = []
    for row in rows {
      let key = row.key
      if let id = index[key] {
        if seen.insert(id).inserted {
          if rows.count < Self.many { removeFromOrders(id) }
          touched.append(id)
        }
        fill(id, row, generation)
      } else {
        let id = free.popLast() ?? newSlot()
        index[key] = id
        seen.insert(id)
        touched.append(id)
        added.append(id)
        fill(id, row, generation)
      }
    }
    if rows.count >= Self.many { removeFromOrders(seen) }
    insert(touched, added: added)
    compactIfWorthIt()
  }

  public mutating func remove(_ keys: [RowKey]) {
    let ids = keys.compactMap { index.removeValue(forKey: $0) }
    if ids.count < Self.many {
      for id in ids {
        removeFromOrders(id)
        if let at = place(of: id, inKeyOrder: byKey) { byKey.remove(at: at) }
      }
    } else {
      let gone = Set(ids)
      removeFromOrders(gone)
      byKey.removeAll { gone.contains($0) }
    }
    for id in ids { vacate(id) }
    compactIfWorthIt()
  }

  /// Removes the rows of a feed that the list of that generation did not bring; returns them.
  public mutating func removeRows(of feed: FeedID, olderThan generation: UInt32) -> [Row] {
    let gone = boxes.indices.compactMap { at -> Row? in
      guard generations[at] != generation, let box = boxes[at], box.key.feed == feed
      else { return nil }
      return box.row
    }
    remove(gone.map(\.key))
    return gone
  }

  // MARK: Sort and filter

  public mutating func setSort(_ sort: Sort) {
    self.sort = sort
    sortKey = Self.sortKey(for: sort)
    sorted = inSortOrder(byKey)
    rematch(from: sorted)
  }

  public mutating func setFilter(_ filter: Filter) {
    let narrows = filter.narrows(self.filter)
    self.filter = filter
    rematch(from: narrows ? matching ?? sorted : sorted)
  }

  private mutating func rematch(from order: ContiguousArray<SlotID>) {
    guard !filter.isEmpty else {
      matching = nil
      return
    }
    // Slots are judged as they lie, so that memory is read forward; only the verdicts are looked
    // up in the order's turn.
    var verdicts = ContiguousArray(repeating: false, count: boxes.count)
    for id in order { verdicts[Int(id)] = true }
    let (boxes, searches) = (boxes, searches)
    arena.withTexts { texts in
      filter.sift(
        &verdicts, texts: { texts[searches[$0]] }, values: { boxes[$0]?.values(of: $1) })
    }
    matching = order.filter { verdicts[Int($0)] }
  }

  private func passes(_ id: SlotID) -> Bool {
    guard let box = boxes[Int(id)] else { return false }
    return arena.withText(of: searches[Int(id)]) { text in
      filter.matches(text) { box.values(of: $0) }
    }
  }

  private static func sortKey(for sort: Sort) -> @Sendable (Row) -> SortKey {
    guard let column = Row.columns.first(where: { $0.id == sort.column }) ?? Row.columns.first
    else { return { _ in SortKey() } }
    return column.sortKey
  }

  // MARK: Orders

  private mutating func removeFromOrders(_ id: SlotID) {
    if let at = place(of: id, in: sorted) { sorted.remove(at: at) }
    // The place is found before the change, so that the array is never shared and copied.
    if let at = matching.flatMap({ order in place(of: id, in: order) }) {
      matching?.remove(at: at)
    }
  }

  private mutating func removeFromOrders(_ ids: Set<SlotID>) {
    sorted.removeAll { ids.contains($0) }
    matching?.removeAll { ids.contains($0) }
  }

  /// Puts slots that are in neither into `sorted` and `matching`, and those `added` into `byKey`:
  /// one by one when few, by a merge when many.
  private mutating func insert(_ ids: [SlotID], added: [SlotID]) {
    guard ids.count >= Self.many else {
      for id in added { byKey.insert(id, at: lowerBound(id, inKeyOrder: byKey)) }
      for id in ids {
        sorted.insert(id, at: lowerBound(id, in: sorted))
        guard passes(id), let at = matching.map({ lowerBound(id, in: $0) }) else { continue }
        matching?.insert(id, at: at)
      }
      return
    }
    byKey = merged(byKey, inKeyOrder(added), isBefore: isBeforeByKey)
    let fresh = inSortOrder(inKeyOrder(ids))
    sorted = merged(sorted, fresh, isBefore: isBefore)
    if let order = matching {
      matching = merged(order, fresh.filter { passes($0) }, isBefore: isBefore)
    }
  }

  // MARK: Slots

  private mutating func newSlot() -> SlotID {
    boxes.append(nil)
    searches.append(SearchArena.Slice())
    generations.append(0)
    tags.append(0)
    return SlotID(boxes.count - 1)
  }

  private mutating func fill(_ id: SlotID, _ row: Row, _ generation: UInt32?) {
    let at = Int(id)
    let isNew = boxes[at] == nil
    if !isNew { arena.drop(searches[at]) }
    searches[at] = arena.append { bytes in
      for text in row.searchTexts {
        // The arena makes ASCII lower case; letters beyond it are rare and dearer.
        let isASCII = text.utf8.allSatisfy { $0 < 0x80 }
        bytes.append(contentsOf: isASCII ? text.utf8 : text.lowercased().utf8)
        bytes.append(0x20)
      }
    }
    generations[at] = generation ?? (isNew ? 0 : generations[at])
    tags[at] = row.tag
    boxes[at] = Box(row)
  }

  private mutating func vacate(_ id: SlotID) {
    arena.drop(searches[Int(id)])
    searches[Int(id)] = SearchArena.Slice()
    boxes[Int(id)] = nil
    free.append(id)
  }

  private mutating func compactIfWorthIt() {
    guard arena.wantsCompaction else { return }
    // An empty slice, as a free slot has, stays empty.
    searches = ContiguousArray(arena.compact(Array(searches)))
  }
}
