import Dashboard

/// Lines of text in a window that moves over them.
public struct ScrollText {
  public var lines: [Line]
  /// The first row that shows. With `wraps` a line may take several rows.
  public var top: Int
  /// The first column that shows; without meaning when lines are wrapped.
  public var left: Int
  public var wraps: Bool

  public init(_ lines: [Line], top: Int = 0, left: Int = 0, wraps: Bool = false) {
    self.lines = lines
    self.top = top
    self.left = left
    self.wraps = wraps
  }

  /// How many rows it has in a rectangle of that width, one column of it for the scrollbar.
  public func rowCount(width: Int, glyphs: Glyphs = .unicode) -> Int {
    wraps
      ? lines.reduce(0) { $0 + $1.wrapped(width: width - 1, glyphs: glyphs).count } : lines.count
  }

  public func draw(on canvas: inout Canvas, in rect: Rect) {
    guard !rect.isEmpty else { return }
    let rows = wraps ? wrappedLines(width: rect.width - 1, glyphs: canvas.glyphs) : lines[...]
    let top = Scroll.clamped(top: top, count: rows.count, height: rect.height)
    let hasScrollbar = rows.count > rect.height && rect.width > 3
    let room = rect.inset(right: hasScrollbar ? 1 : 0)
    for (y, line) in rows.dropFirst(top).prefix(rect.height).enumerated() {
      canvas.put(
        line, at: 0, y, in: room, overflow: wraps ? .clip : .ellipsis, scroll: wraps ? 0 : left)
    }
    if hasScrollbar { canvas.scrollbar(in: rect, top: top, count: rows.count) }
  }

  private func wrappedLines(width: Int, glyphs: Glyphs) -> ArraySlice<Line> {
    lines.flatMap { $0.wrapped(width: width, glyphs: glyphs) }[...]
  }
}

extension Line {
  /// The line broken at spaces into rows of at most `width` columns; words longer than a row are
  /// broken where it ends. At least one row.
  public func wrapped(width: Int, glyphs: Glyphs = .unicode) -> [Line] {
    guard width > 0 else { return [self] }
    var rows = Wrapping(width: width)
    for span in self {
      Cluster.each(in: span.text, glyphs: glyphs) { cluster in
        rows.append(cluster, role: span.role)
        return true
      }
    }
    return rows.finish()
  }
}

private struct Wrapping {
  let width: Int
  private var rows: [Line] = []
  private var row: [(Cluster, Role)] = []
  private var columns = 0

  init(width: Int) { self.width = width }

  mutating func append(_ cluster: Cluster, role: Role) {
    if columns + cluster.columns > width {
      if cluster.text == " " {
        end()
        return
      }
      let space = row.lastIndex { $0.0.text == " " }
      let word = space.map { Array(row[($0 + 1)...]) } ?? []
      // A word that began with its row has to be broken.
      if let space, row[..<space].contains(where: { $0.0.text != " " }) {
        row = Array(row[..<space])
        end()
        row = word
        columns = word.reduce(0) { $0 + $1.0.columns }
      } else {
        end()
      }
    }
    row.append((cluster, role))
    columns += cluster.columns
  }

  private mutating func end() {
    var line: Line = []
    for (cluster, role) in row {
      if line.last?.role == role {
        line[line.count - 1].text.append(cluster.text)
      } else {
        line.append(Span(String(cluster.text), role))
      }
    }
    rows.append(line)
    row = []
    columns = 0
  }

  mutating func finish() -> [Line] {
    if !row.isEmpty || rows.isEmpty { end() }
    return rows
  }
}
