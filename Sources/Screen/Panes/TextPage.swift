import Dashboard

/// A page of text over the panes: YAML, a description, help.
struct TextPage {
  private let title: Line
  private let lines: [Line]
  private let scroll: TextScroll
  private let find: String

  /// - Parameter tabs: after the title.
  init(_ view: TextView, tabs: Line = []) {
    let kind =
      switch view.subject {
      case .yaml: "YAML"
      case .describe: "Description"
      case .failover: "Failover"
      case .overrides: "Overrides"
      }
    title =
      [Span("\(kind)  ", .muted), Span(view.title, .title)]
      + (tabs.isEmpty ? [] : [Span("  ")] + tabs)
    (lines, scroll, find) = (view.lines, view.scroll, view.find)
  }

  init(_ view: HelpView) {
    title = [Span(view.title, .title)]
    (lines, scroll, find) = (view.lines, view.scroll, "")
  }

  init(_ page: RollbackPage) {
    let (kind, name): (String, String) =
      switch page.subject {
      case .plan(let scope): ("Rollback plan  ", scope.policy.key.description)
      case .undoPlan(let run): ("Undo plan  ", run)
      case .run(let run): ("Rollback  ", run)
      case .sighting(let policy): ("Rollback seen  ", policy.key.description)
      }
    title = [Span(kind, .muted), Span(name, .title)]
    (lines, scroll, find) = (page.lines, page.scroll, "")
  }

  init(_ page: SavePage) {
    let kind =
      switch page.subject {
      case .save(let intent) where intent.undoes != nil: "Undo  "
      case .save(let intent) where intent.wanted == nil: "Delete  "
      case .save: "Save  "
      case .undo: "Undo  "
      case .delete: "Delete  "
      }
    title = [Span(kind, .muted), Span(page.subject.title, .title)]
    (lines, scroll, find) = (page.lines, page.scroll, "")
  }

  func draw(_ layout: ScreenLayout, on canvas: inout Canvas) {
    var rect = Rect(layout.body)
    if layout.hasBorders {
      let last = min(lines.count, scroll.line + layout.textHeight)
      let note = lines.count > layout.textHeight ? "\(last)/\(lines.count)" : ""
      rect = canvas.box(
        rect, title: title, note: note.isEmpty ? [] : [Span(note, .muted)], focused: true
      ).inset(left: 1)
    }
    let shown = lines.dropFirst(scroll.line).prefix(rect.height).map { highlighted($0) }
    ScrollText(shown, left: scroll.column).draw(on: &canvas, in: rect)
    if lines.count > rect.height {
      canvas.scrollbar(in: rect, top: scroll.line, count: lines.count)
    }
  }

  private func highlighted(_ line: Line) -> Line {
    guard !find.isEmpty else { return line }
    let text = Array(line.map(\.text).joined().lowercased())
    let needle = Array(find.lowercased())
    guard needle.count <= text.count else { return line }
    let starts = (0...(text.count - needle.count)).filter {
      text[$0..<$0 + needle.count].elementsEqual(needle)
    }
    return line.highlighted(starts.map { $0..<$0 + needle.count })
  }
}
