import ControlPlane
import Dashboard
import Manifest

/// A pane's list: its title with how many rows there are, the rows, or why there are none.
struct ListPaneView<Row: ListRow> {
  private let pane: ListPane<Row>
  private let state: AppState

  init(_ pane: ListPane<Row>, _ state: AppState) {
    self.pane = pane
    self.state = state
  }

  func draw(_ layout: ScreenLayout, on canvas: inout Canvas) {
    var rect = Rect(layout.list)
    let status = state.status(of: state.pane)
    if layout.hasBorders {
      rect = canvas.box(rect, title: title, note: note(for: status), focused: true)
    }
    guard pane.table.visibleCount > 0 else {
      drawEmpty(status, on: &canvas, in: rect)
      return
    }
    let columns = shownColumns
    let rows = shownRows(columns, height: max(0, rect.height - 1))
    TableWidget(
      columns: columns.enumerated().map { tableColumn($1, at: $0, rows, canvas.glyphs) },
      rowCount: pane.table.visibleCount, top: pane.top, selected: pane.position
    ) { index in
      let at = index - pane.top
      return rows.indices.contains(at) ? rows[at] : TableRow([])
    }.draw(on: &canvas, in: rect)
  }

  /// Those the operator has chosen, in their order; else all, of which what fits is shown.
  private var shownColumns: [Column<Row>] {
    guard let chosen = state.options.columns[state.pane] else { return Row.columns }
    return chosen.compactMap { id in Row.columns.first { $0.id == id } }
  }

  /// The rows on the screen, from `pane.top` on.
  private func shownRows(_ columns: [Column<Row>], height: Int) -> [TableRow] {
    let filter = pane.table.filter
    return (pane.top..<pane.top + height).compactMap { pane.table.row(at: $0) }.map { row in
      let cells = columns.map { $0.cell(row, state.now) }
      let matches =
        filter.isEmpty ? [] : cells.map { filter.highlights(in: $0.map(\.text).joined()) }
      return TableRow(cells, isMarked: pane.marks.contains(row.key), matches: matches)
    }
  }

  /// A column wants to be as wide as what it shows, within its bounds; what is left over goes to
  /// the column that explains.
  private func tableColumn(
    _ column: Column<Row>, at index: Int, _ rows: [TableRow], _ glyphs: Glyphs
  ) -> TableColumn {
    let sort = pane.table.sort
    let order: TableColumn.Order? =
      sort.column == column.id ? (sort.descending ? .descending : .ascending) : nil
    let title = column.title.count + (order == nil ? 0 : 1)
    let content = rows.reduce(title) { widest, row in
      max(
        widest, row.cells[index].reduce(0) { $0 + TextWidth.columns(of: $1.text, glyphs: glyphs) })
    }
    let isFlexible = column.maxWidth >= 400
    return TableColumn(
      column.title, minimum: min(column.minWidth, max(content, title)),
      ideal: min(isFlexible ? Self.enough : column.maxWidth, content),
      priority: column.rank, isFlexible: isFlexible,
      alignment: column.alignment == .right ? .right : .left, order: order)
  }

  /// So much of an explanation says what it is about; the detail has all of it.
  private static var enough: Int { 28 }

  // MARK: Words

  private var title: Line {
    var line: Line = [Span(state.pane.title, .title)]
    let (shown, all) = (pane.table.visibleCount, pane.table.count)
    line.append(Span(shown == all ? " \(all)" : " \(shown) of \(all)", .muted))
    if !pane.marks.isEmpty { line.append(Span(", \(pane.marks.count) marked", .mark)) }
    if !pane.table.filter.text.isEmpty {
      line.append(Span("  /\(pane.table.filter.text)", .match))
    }
    return line
  }

  /// How good the rows are, where they are not simply live.
  private func note(for status: PaneStatus) -> Line {
    switch status {
    case .live: []
    case .loading(let received):
      [Span(received > 0 ? "loading, \(received) so far" : "loading", .statusLoading)]
    case .polling(let interval): [Span("every \(Age.short(interval))", .statusStale)]
    case .stale(nil, let error): [Span(error.title, .statusStale)]
    case .stale(let since, let error):
      [Span("\(error.title), STALE since \(Age.ago(since, now: state.now))", .statusStale)]
    case .denied, .partlyDenied: [Span("not permitted", .statusDenied)]
    }
  }

  /// Loading, empty, filtered away, not permitted and unreachable are five different things.
  private func drawEmpty(_ status: PaneStatus, on canvas: inout Canvas, in rect: Rect) {
    let (one, many) = state.pane.nouns
    var lines: [Line]
    switch status {
    case .loading(let received):
      let count = received > 0 ? " \(received) so far" : ""
      lines = [[Span("loading \(many) …\(count)", .statusLoading)]]
    case .denied(let error):
      lines = [[Span("not permitted", .statusDenied)], [Span(error.description, .text)]]
    case .stale(let since, let error):
      let when =
        since == nil ? "nothing was ever read" : "stale since \(Age.ago(since, now: state.now))"
      lines = [[Span(when, .statusStale)], [Span(error.description, .text)]]
    case .live, .polling, .partlyDenied:
      if pane.table.count > 0 {
        let key = state.keymap.keyName(of: .back) ?? "Esc"
        lines = [
          [Span("no \(one) matches /\(pane.table.filter.text)", .statusEmpty)],
          [
            Span(key, .key),
            Span(" clears the filter; \(pane.table.count) \(many) are there", .muted),
          ],
        ]
      } else {
        lines = [[Span("there are no \(many)", .statusEmpty)]]
      }
      if case .partlyDenied(let error) = status {
        lines.append([Span(error.description, .statusDenied)])
      }
    }
    let room = rect.inset(dx: 2, dy: 0)
    let rows = lines.flatMap { $0.wrapped(width: room.width, glyphs: canvas.glyphs) }
    let top = rect.height > rows.count + 1 ? 1 : 0
    for (y, line) in rows.enumerated() { canvas.put(line, at: 0, top + y, in: room) }
  }
}
