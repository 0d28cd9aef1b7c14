import Dashboard

/// The form over an override policy: its rows, and what one cluster gets beside or below them.
struct FormView {
  private let state: AppState

  init(_ state: AppState) { self.state = state }

  func draw(_ layout: ScreenLayout, on canvas: inout Canvas) {
    let (list, detail) = layout.form
    var rect = Rect(list)
    if layout.hasBorders {
      rect = canvas.box(rect, title: state.formTitle, focused: true)
    }
    for (y, row) in state.formRows(height: rect.height).prefix(rect.height).enumerated() {
      let place = rect.row(y)
      canvas.put(row.line, at: 0, 0, in: place, overflow: .ellipsis)
      if row.isSelected { canvas.highlight(place, background: .selection) }
    }
    guard let detail else { return }
    let inside = canvas.box(Rect(detail), title: [Span(state.formDetailTitle, .emphasis)])
      .inset(left: 1)
    let lines = state.formDetail(width: inside.width, height: inside.height)
    ScrollText(Array(lines.prefix(inside.height)), left: 0).draw(on: &canvas, in: inside)
    if lines.count > inside.height, inside.height > 0 {
      let row = inside.row(inside.height - 1)
      canvas.fill(row)
      canvas.put(
        [Span("\(lines.count - inside.height + 1) more lines", .muted)], at: 0, 0, in: row)
    }
  }
}
