import Dashboard

/// The close look at one object, beside or under the list of the Overrides pane.
struct OverridesView {
  private let state: AppState

  init(_ state: AppState) { self.state = state }

  func draw(on canvas: inout Canvas, in rect: Rect) {
    let row = state.overrides.list.selected
    var title: Line = [Span(row.map { "\($0.kind) \($0.name)" } ?? "", .emphasis), Span(" ")]
    let room = rect.width - 6 - TextWidth.columns(of: title.map(\.text).joined())
    title += OverrideTabs.line(of: state, width: max(16, room))
    let inside = canvas.box(rect, title: title).inset(dx: 1, dy: 0)
    let lines = state.overrides.lines
    for (y, line) in lines.prefix(max(0, inside.height)).enumerated() {
      canvas.put(line, at: 0, y, in: inside, overflow: .ellipsis)
    }
    guard lines.count > inside.height, inside.height > 0 else { return }
    let last = inside.row(inside.height - 1)
    canvas.fill(last)
    let key = state.keymap.keyName(of: .open) ?? ":diff"
    canvas.put(
      [
        Span("\(lines.count - inside.height + 1) more lines, ", .muted), Span(key, .key),
        Span(" shows all", .muted),
      ], at: 0, 0, in: last)
  }
}
