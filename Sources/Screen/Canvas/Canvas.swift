import Dashboard

/// A screenful of cells to draw on. Everything is clipped to the rectangle it is drawn in, so no
/// size and no position is wrong. Within a rectangle, positions count from its top left corner.
public struct Canvas: Equatable, Sendable {
  public let width: Int
  public let height: Int
  public let glyphs: Glyphs
  /// Row by row, `width * height` of them.
  public private(set) var cells: [Cell]

  /// A blank canvas. Sizes are held within 0…5,000 columns and 0…2,000 rows.
  public init(width: Int, height: Int, glyphs: Glyphs = .unicode) {
    self.width = min(max(0, width), 5_000)
    self.height = min(max(0, height), 2_000)
    self.glyphs = glyphs
    cells = Array(repeating: Cell(), count: self.width * self.height)
  }

  public var bounds: Rect { Rect(x: 0, y: 0, width: width, height: height) }

  /// The cell in that column and row; nil outside the canvas.
  public subscript(x: Int, y: Int) -> Cell? {
    guard x >= 0, y >= 0, x < width, y < height else { return nil }
    return cells[y * width + x]
  }

  /// What stands in each row, `width` columns each.
  public var text: [String] {
    (0..<height).map { y in
      var row = ""
      for cell in cells[(y * width)..<((y + 1) * width)] where !cell.isContinuation {
        row.append(cell.text)
      }
      return row
    }
  }

  /// Puts one cluster of 1 or 2 columns there; false when it does not fit on the canvas. What is
  /// left of a wide cluster it covers in part becomes a space.
  @discardableResult
  mutating func set(_ text: Character, columns: Int, x: Int, y: Int, style: Style) -> Bool {
    guard x >= 0, y >= 0, y < height, columns > 0, columns <= 2, x + columns <= width else {
      return false
    }
    let index = y * width + x
    if cells[index].isContinuation, x > 0 { cells[index - 1].text = " " }
    let next = index + columns
    if x + columns < width, cells[next].isContinuation { cells[next].isContinuation = false }
    cells[index] = Cell(text, style: style)
    if columns == 2 { cells[index + 1] = Cell(" ", style: style, isContinuation: true) }
    return true
  }

  /// Overwrites neighbouring cells, whatever they hold.
  mutating func blank(_ range: Range<Int>, _ text: Character, _ style: Style) {
    let cell = Cell(text, style: style)
    for index in range { cells[index] = cell }
  }

  /// Changes the look of cells, leaving their text.
  mutating func restyle(_ rect: Rect, _ change: (inout Style) -> Void) {
    let area = rect.intersection(bounds)
    for y in area.y..<area.maxY {
      for index in (y * width + area.x)..<(y * width + area.maxX) { change(&cells[index].style) }
    }
  }
}

extension Canvas {
  /// Blanks a rectangle.
  public mutating func fill(_ rect: Rect, _ style: Style = Style(), with text: Character = " ") {
    let area = rect.intersection(bounds)
    let text = TextWidth.columns(of: text) == 1 ? text : " "
    guard area.width > 0 else { return }
    for y in area.y..<area.maxY {
      // A wide character may lie across either end.
      set(text, columns: 1, x: area.x, y: y, style: style)
      set(text, columns: 1, x: area.maxX - 1, y: y, style: style)
      blank(y * width + area.x..<y * width + area.maxX, text, style)
    }
  }

  /// Lays a background under what is drawn already, such as the selection under a row.
  public mutating func highlight(
    _ rect: Rect, background: Role, attributes: Attributes = []
  ) {
    restyle(rect) { style in
      style.background = background
      style.attributes.formUnion(attributes)
    }
  }

  /// A frame just inside the rectangle, with a title in its top line and a note at the right end
  /// of it. Returns what is inside; a rectangle under 2×2 gets no frame and has no inside.
  @discardableResult
  public mutating func box(
    _ rect: Rect, title: Line = [], note: Line = [], focused: Bool = false, role: Role? = nil
  ) -> Rect {
    guard rect.width >= 2, rect.height >= 2 else {
      return Rect(x: rect.x, y: rect.y, width: 0, height: 0)
    }
    let style = Style(role ?? (focused ? .borderFocused : .border))
    let right = rect.maxX - 1
    let bottom = rect.maxY - 1
    rule(rect.row(0), style)
    rule(rect.row(rect.height - 1), style)
    for y in max(rect.y, 0)..<max(min(rect.maxY, height), rect.y, 0) {
      set(glyphs.vertical, columns: 1, x: rect.x, y: y, style: style)
      set(glyphs.vertical, columns: 1, x: right, y: y, style: style)
    }
    set(glyphs.topLeft, columns: 1, x: rect.x, y: rect.y, style: style)
    set(glyphs.topRight, columns: 1, x: right, y: rect.y, style: style)
    set(glyphs.bottomLeft, columns: 1, x: rect.x, y: bottom, style: style)
    set(glyphs.bottomRight, columns: 1, x: right, y: bottom, style: style)
    let top = rect.row(0).inset(dx: 1, dy: 0)
    var used = 0
    if !title.isEmpty {
      let line = [Span(" ", style.role)] + title + [Span(" ", style.role)]
      used = put(line, at: 0, 0, in: top, overflow: .ellipsis)
    }
    let noteColumns = note.reduce(2) { $0 + TextWidth.columns(of: $1.text, glyphs: glyphs) }
    if !note.isEmpty, noteColumns < top.width - used {
      let line = [Span(" ", style.role)] + note + [Span(" ", style.role)]
      put(line, at: 0, 0, in: top, alignment: .right)
    }
    return rect.inset(dx: 1, dy: 1)
  }

  /// A horizontal line through the first row of a rectangle.
  public mutating func rule(_ rect: Rect, _ style: Style = Style(.border)) {
    fill(rect.row(0), style, with: glyphs.horizontal)
  }
}
