import Dashboard

/// Where the terminal's cursor goes.
public struct CursorPosition: Hashable, Sendable {
  public var x: Int
  public var y: Int
  public init(x: Int, y: Int) {
    self.x = x
    self.y = y
  }
}

/// A line to type in: `:`, `/` or a question before it, what completion would add behind it.
public struct Prompt: Hashable, Sendable {
  public var prefix: String
  public var text: String
  /// In characters of `text`, 0…count.
  public var cursor: Int
  /// Shown after the text while the cursor stands at its end.
  public var hint: String
  /// Shown at the right where there is room, such as how many rows match.
  public var note: Line

  public init(
    prefix: String, text: String, cursor: Int? = nil, hint: String = "", note: Line = []
  ) {
    self.prefix = prefix
    self.text = text
    self.cursor = cursor ?? text.count
    self.hint = hint
    self.note = note
  }

  /// Draws it in the first row of the rectangle; a long text is scrolled so that the cursor shows.
  @discardableResult
  public func draw(on canvas: inout Canvas, in rect: Rect) -> CursorPosition {
    let row = rect.row(0)
    let noteWidth = note.reduce(0) {
      $0 + TextWidth.columns(of: $1.text, glyphs: canvas.glyphs)
    }
    let used = canvas.put(prefix, at: 0, 0, in: row, role: .promptPrefix)
    var field = row.inset(left: used)
    if noteWidth > 0, field.width > noteWidth + 20 {
      canvas.put(note, at: 0, 0, in: field, alignment: .right)
      field = field.inset(right: noteWidth + 1)
    }
    let cursor = min(max(0, self.cursor), text.count)
    let before = TextWidth.columns(of: String(text.prefix(cursor)), glyphs: canvas.glyphs)
    let scroll = max(0, before - max(0, field.width - 1))
    var line = [Span(text, .promptText)]
    if cursor == text.count, !hint.isEmpty { line.append(Span(hint, .promptHint)) }
    canvas.put(line, at: 0, 0, in: field, scroll: scroll)
    let x = min(field.x + before - scroll, max(rect.x, row.maxX - 1))
    return CursorPosition(x: x, y: rect.y)
  }
}
