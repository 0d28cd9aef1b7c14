import Dashboard

/// Draws a question over what it is about.
struct ConfirmationDialog {
  private let confirmation: Confirmation

  init(_ confirmation: Confirmation) { self.confirmation = confirmation }

  /// Returns where the terminal's cursor goes: into the line that is typed.
  func draw(on canvas: inout Canvas, in rect: Rect) -> CursorPosition? {
    let width = min(76, max(1, rect.width - 4))
    let rows = confirmation.lines.flatMap { $0.wrapped(width: width, glyphs: canvas.glyphs) }
    // What is typed stands last; the text gives way first.
    let drawn = DialogFrame(
      title: confirmation.title, width: width, height: rows.count + 2,
      buttons: ["Cancel", confirmation.button],
      focusedButton: confirmation.focus == .cancel ? 0 : 1
    ).draw(on: &canvas, in: rect)
    let content = drawn.content
    guard content.height > 0 else { return nil }
    let text = content.inset(bottom: min(content.height, 2))
    let hasScrollbar = rows.count > text.height
    let top = Scroll.clamped(
      top: confirmation.scroll.line, count: rows.count, height: text.height)
    for (y, line) in rows.dropFirst(top).prefix(text.height).enumerated() {
      canvas.put(line, at: 0, y, in: text)
    }
    if hasScrollbar, text.height > 0 {
      canvas.scrollbar(in: text, top: top, count: rows.count)
    }
    return drawInput(on: &canvas, in: content.row(content.height - 1))
  }

  private func drawInput(on canvas: inout Canvas, in row: Rect) -> CursorPosition? {
    let role: Role = confirmation.isAnswered ? .good : .promptText
    let question: Line = [
      Span("Type ", .text), Span(confirmation.word, .emphasis), Span(": ", .text),
    ]
    let used = canvas.put(question, at: 0, 0, in: row)
    let field = row.inset(left: used)
    guard field.width > 0 else { return nil }
    let columns = TextWidth.columns(of: confirmation.typed, glyphs: canvas.glyphs)
    let scroll = max(0, columns - field.width + 1)
    canvas.put([Span(confirmation.typed, role)], at: 0, 0, in: field, scroll: scroll)
    return CursorPosition(x: field.x + columns - scroll, y: field.y)
  }
}
