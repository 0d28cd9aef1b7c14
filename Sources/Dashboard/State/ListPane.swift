/// A list with its cursor, marks, filter and sort.
public struct ListPane<Row: ListRow>: Sendable {
  public private(set) var table = RowTable<Row>()
  /// The row the operator chose; nil until they move, so that while nobody has chosen the cursor
  /// stays on the first row, which the default sort makes the most urgent one.
  public private(set) var chosen: RowKey?
  /// The row under the cursor when everything had last settled.
  private var selectedBefore: RowKey?
  /// Where the cursor stands in the filtered list.
  public private(set) var position = 0
  /// The first row on the screen.
  public private(set) var top = 0
  public private(set) var marks: Set<RowKey> = []

  public init() {}

  public var selected: Row? { table.row(at: position) }

  /// Marked rows, or the selected one when none is marked.
  public var targets: [RowKey] {
    marks.isEmpty ? selected.map { [$0.key] } ?? [] : marks.sorted()
  }

  // MARK: Rows

  mutating func upsert(_ rows: [Row], generation: UInt32) {
    table.upsert(rows, generation: generation)
  }

  /// Replaces rows by newer views of the same objects.
  mutating func refresh(_ rows: [Row]) {
    if !rows.isEmpty { table.upsert(rows, generation: nil) }
  }

  mutating func remove(_ keys: [RowKey]) {
    table.remove(keys)
    marks.subtract(keys)
  }

  mutating func removeRows(of feed: FeedID, olderThan generation: UInt32) -> [Row] {
    let gone = table.removeRows(of: feed, olderThan: generation)
    marks.subtract(gone.map(\.key))
    return gone
  }

  /// Puts the cursor where its row went and keeps it on a screen of `height` rows. Called after
  /// every change; a row that vanished leaves the cursor where it stood, and loses its mark.
  ///
  /// - Parameters:
  ///   - keepsHiddenMarks: while a filter is being typed, of which half a word may hide everything.
  ///   - holdsCursor: the operator does something with the selected row, which nothing more urgent
  ///     may take the place of.
  mutating func settle(height: Int, keepsHiddenMarks: Bool = false, holdsCursor: Bool = false) {
    let last = max(0, table.visibleCount - 1)
    if holdsCursor, chosen == nil { chosen = selectedBefore }
    defer { selectedBefore = selected?.key }
    if let chosen, let found = table.position(of: chosen) {
      position = found
    } else if chosen == nil {
      position = 0
    } else {
      position = min(position, last)
    }
    keepOnScreen(height: height)
    // What no longer shows must not be acted on by accident.
    if !marks.isEmpty, !keepsHiddenMarks {
      marks = marks.filter { table.position(of: $0) != nil }
    }
  }

  private mutating func keepOnScreen(height: Int) {
    let height = max(1, height)
    if position < top { top = position }
    if position >= top + height { top = position - height + 1 }
    top = max(0, min(top, table.visibleCount - height))
  }

  // MARK: The operator's hand

  mutating func move(by step: Int, height: Int) {
    let last = max(0, table.visibleCount - 1)
    let (target, overflow) = position.addingReportingOverflow(step)
    position = overflow ? (step < 0 ? 0 : last) : min(last, max(0, target))
    chosen = selected?.key
    keepOnScreen(height: height)
  }

  /// Scrolls without leaving the cursor behind, as a wheel does.
  mutating func scroll(by step: Int, height: Int) {
    let height = max(1, height)
    top = max(0, min(top + step, table.visibleCount - height))
    let onScreen = min(max(position, top), top + height - 1)
    if onScreen != position { move(by: onScreen - position, height: height) }
  }

  /// Does nothing where there is no row.
  mutating func select(position: Int, height: Int) {
    guard (0..<table.visibleCount).contains(position) else { return }
    move(by: position - self.position, height: height)
  }

  /// Puts the cursor on a row even before that row has arrived.
  mutating func choose(_ key: RowKey) { chosen = key }

  mutating func toggleMark(height: Int) {
    guard let key = selected?.key else { return }
    if marks.remove(key) == nil { marks.insert(key) }
    move(by: 1, height: height)
  }

  mutating func clearMarks() { marks = [] }

  mutating func setFilter(_ text: String) {
    let filter = Filter(text, fields: Row.filterFields)
    guard filter != table.filter else { return }
    table.setFilter(filter)
  }

  mutating func setSort(_ sort: Sort) {
    table.setSort(sort)
  }
}

extension ListPane {
  /// Carries out one of the sort commands; returns what to tell the operator.
  mutating func sort(_ id: CommandID, _ name: String) -> StatusMessage {
    let ids = Row.columns.map(\.id)
    var sort = table.sort
    switch id {
    case .sortNext:
      let at = ids.firstIndex(of: sort.column) ?? 0
      sort = Sort(ids[(at + 1) % ids.count])
    case .sortInvert: sort.descending.toggle()
    default:
      guard ids.contains(name) else {
        return StatusMessage(
          .error, "no column “\(name)”; columns here: \(ids.joined(separator: " "))")
      }
      sort = Sort(name, descending: sort.column == name ? !sort.descending : false)
    }
    setSort(sort)
    let title = Row.columns.first { $0.id == sort.column }?.title ?? sort.column
    return StatusMessage(.info, "sorted by \(title)\(sort.descending ? ", descending" : "")")
  }
}
