import Dashboard

/// A framed box in the middle of the screen with buttons at its foot. The first button is the
/// harmless one and has the focus unless said otherwise.
public struct DialogFrame: Hashable, Sendable {
  public var title: Line
  public var buttons: [String]
  public var focusedButton: Int
  /// The size of what is inside, frame and buttons not counted.
  public var width: Int
  public var height: Int

  public init(
    title: String, width: Int, height: Int, buttons: [String] = ["Cancel"], focusedButton: Int = 0
  ) {
    self.title = [Span(title, .dialogTitle)]
    self.buttons = buttons
    self.focusedButton = focusedButton
    self.width = width
    self.height = height
  }

  /// A dialog as large as its text needs, `maximum` columns at most.
  public init(
    title: String, body: [Line], buttons: [String] = ["Cancel"], focusedButton: Int = 0,
    maximum: Int = 76, glyphs: Glyphs = .unicode
  ) {
    let lineWidth = body.map { line in
      line.reduce(0) { $0 + TextWidth.columns(of: $1.text, glyphs: glyphs) }
    }.max()
    let width = min(max(lineWidth ?? 0, TextWidth.columns(of: title) + 2, 24), maximum)
    let height = body.reduce(0) { $0 + $1.wrapped(width: width, glyphs: glyphs).count }
    self.init(
      title: title, width: width, height: height, buttons: buttons, focusedButton: focusedButton)
  }

  /// What was drawn where.
  public struct Drawn: Hashable, Sendable {
    public var content: Rect
    /// One a button that fits, in order.
    public var buttons: [Rect]
  }

  /// Clears its place, draws frame and buttons, and says where the content goes.
  @discardableResult
  public func draw(on canvas: inout Canvas, in rect: Rect) -> Drawn {
    let foot = buttons.isEmpty ? 0 : 2
    let frame = rect.centred(
      width: Rect.clamped(width) + 4, height: Rect.clamped(height) + 2 + foot)
    canvas.fill(frame)
    let inside = canvas.box(frame, title: title, role: .dialogBorder).inset(dx: 1, dy: 0)
    guard !buttons.isEmpty, inside.height >= 1 else { return Drawn(content: inside, buttons: []) }
    let row = inside.row(inside.height - 1)
    let content = inside.inset(bottom: min(foot, inside.height))
    return Drawn(content: content, buttons: drawButtons(on: &canvas, in: row))
  }

  /// Draws a dialog with its text in it.
  @discardableResult
  public func draw(body: [Line], on canvas: inout Canvas, in rect: Rect) -> Drawn {
    let drawn = draw(on: &canvas, in: rect)
    let rows = body.flatMap { $0.wrapped(width: drawn.content.width, glyphs: canvas.glyphs) }
    for (y, line) in rows.prefix(drawn.content.height).enumerated() {
      canvas.put(line, at: 0, y, in: drawn.content)
    }
    return drawn
  }

  private func drawButtons(on canvas: inout Canvas, in row: Rect) -> [Rect] {
    let labels = buttons.map { "[ \($0) ]" }
    let widths = labels.map { TextWidth.columns(of: $0, glyphs: canvas.glyphs) }
    let total = widths.reduce(0, +) + max(0, labels.count - 1) * 2
    var x = max(0, row.width - total)
    var places: [Rect] = []
    for (index, label) in labels.enumerated() {
      let role: Role = index == focusedButton ? .dialogButtonFocused : .dialogButton
      canvas.put(label, at: x, 0, in: row, role: role, background: role)
      places.append(
        Rect(x: row.x + x, y: row.y, width: widths[index], height: 1).intersection(row))
      x += widths[index] + 2
    }
    return places
  }
}
