import Dashboard

/// One row of a table: a line for each column.
public struct TableRow: Hashable, Sendable {
  public var cells: [Line]
  public var isMarked: Bool
  /// For each column the ranges of characters that a filter matched; may be shorter than `cells`.
  public var matches: [[Range<Int>]]

  public init(_ cells: [Line], isMarked: Bool = false, matches: [[Range<Int>]] = []) {
    self.cells = cells
    self.isMarked = isMarked
    self.matches = matches
  }
}

/// A header, rows under it, a scrollbar when they are many. Rows are asked for only when they
/// show, so there may be any number.
public struct TableWidget {
  public var columns: [TableColumn]
  public var rowCount: Int
  /// The first row that shows.
  public var top: Int
  public var selected: Int?
  public var isFocused: Bool
  /// Gives the row of an index 0..<rowCount.
  public var row: (Int) -> TableRow

  public init(
    columns: [TableColumn], rowCount: Int, top: Int = 0, selected: Int? = nil,
    isFocused: Bool = true, row: @escaping (Int) -> TableRow
  ) {
    self.columns = columns
    self.rowCount = rowCount
    self.top = top
    self.selected = selected
    self.isFocused = isFocused
    self.row = row
  }

  /// How many rows show in a rectangle of that height.
  public static func visibleRows(height: Int) -> Int { max(0, height - 1) }

  /// The row drawn at a line of the rectangle (0 is the header); nil where there is none.
  public func row(atLine line: Int, height: Int) -> Int? {
    guard line >= 1, line < height else { return nil }
    let shown = Self.visibleRows(height: height)
    let index = Scroll.clamped(top: top, count: rowCount, height: shown) + line - 1
    return index < rowCount ? index : nil
  }

  /// Draws the table. The first column of the rectangle is for marks.
  public func draw(on canvas: inout Canvas, in rect: Rect) {
    guard !rect.isEmpty else { return }
    let rows = rect.inset(top: 1)
    let hasScrollbar = rowCount > rows.height && rows.width > 3
    let room = rect.inset(left: 1, right: hasScrollbar ? 1 : 0)
    let fitted = TableColumn.fit(columns, width: room.width)
    drawHeader(fitted, on: &canvas, in: room.row(0))
    let top = Scroll.clamped(top: self.top, count: rowCount, height: rows.height)
    for line in 0..<max(0, min(rows.height, rowCount - top)) {
      draw(
        row(top + line), fitted, isSelected: top + line == selected, on: &canvas,
        in: rows.row(line).inset(right: hasScrollbar ? 1 : 0))
    }
    if hasScrollbar { canvas.scrollbar(in: rows, top: top, count: rowCount) }
  }

  private func drawHeader(
    _ fitted: [(index: Int, width: Int)], on canvas: inout Canvas, in rect: Rect
  ) {
    var x = 0
    for (index, width) in fitted {
      let column = columns[index]
      let role: Role = column.order == nil ? .columnHeader : .columnSorted
      var title = column.title
      if let order = column.order {
        title.append(order == .ascending ? canvas.glyphs.sortedUp : canvas.glyphs.sortedDown)
      }
      canvas.put(
        title, at: x, 0, in: rect, role: role, width: width, alignment: column.alignment,
        overflow: .ellipsis)
      x += width + TableColumn.gap
    }
  }

  private func draw(
    _ row: TableRow, _ fitted: [(index: Int, width: Int)], isSelected: Bool,
    on canvas: inout Canvas, in rect: Rect
  ) {
    if row.isMarked {
      canvas.put(String(canvas.glyphs.mark), at: 0, 0, in: rect, role: .mark)
    }
    var x = 1
    for (index, width) in fitted {
      if index < row.cells.count {
        var line = row.cells[index]
        if index < row.matches.count { line = line.highlighted(row.matches[index]) }
        canvas.put(
          line, at: x, 0, in: rect, width: width, alignment: columns[index].alignment,
          overflow: .ellipsis)
      }
      x += width + TableColumn.gap
    }
    if isSelected {
      canvas.highlight(rect, background: isFocused ? .selection : .selectionUnfocused)
    }
  }
}

extension Line {
  /// The line with those ranges of its characters in another role. Ranges may overlap and reach
  /// beyond the end.
  public func highlighted(_ ranges: [Range<Int>], as role: Role = .match) -> Line {
    guard !ranges.isEmpty else { return self }
    var result: Line = []
    var offset = 0
    for span in self {
      for character in span.text {
        let role = ranges.contains { $0.contains(offset) } ? role : span.role
        if result.last?.role == role {
          result[result.count - 1].text.append(character)
        } else {
          result.append(Span(String(character), role))
        }
        offset += 1
      }
    }
    return result
  }
}
