import Dashboard

/// Draws the whole dashboard. Pure: the same state gives the same canvas.
public struct ScreenRenderer: Sendable {
  public var glyphs: Glyphs

  public init(glyphs: Glyphs = .unicode) { self.glyphs = glyphs }

  /// A screen, and where the terminal's cursor stands on it (nil: hidden).
  public struct Drawn: Equatable, Sendable {
    public var canvas: Canvas
    public var cursor: CursorPosition?
  }

  public func draw(_ state: AppState) -> Drawn {
    var canvas = Canvas(width: state.size.width, height: state.size.height, glyphs: glyphs)
    let layout = state.layout
    if let header = layout.header { drawHeader(state, on: &canvas, in: Rect(header)) }
    if let tabs = layout.tabs { drawTabs(state, on: &canvas, in: Rect(tabs)) }
    drawBody(state, layout, on: &canvas)
    var cursor = layout.footer.flatMap { drawFooter(state, on: &canvas, in: Rect($0)) }
    if layout.footer != nil, let message = state.message {
      switch state.prompt?.kind {
      case nil: drawMessage(message, on: &canvas)
      // Why what is typed cannot stand there: above it, as it seldom has room beside it.
      case .field? where message.kind == .error: drawMessage(message, on: &canvas, below: 1)
      default: break
      }
    }
    if let confirmation = state.confirmation {
      cursor = ConfirmationDialog(confirmation).draw(on: &canvas, in: Rect(layout.body))
    }
    return Drawn(canvas: canvas, cursor: cursor)
  }

  private func drawHeader(_ state: AppState, on canvas: inout Canvas, in rect: Rect) {
    canvas.fill(rect, Style(.headerBar, background: .headerBar))
    let glyphs = canvas.glyphs
    let parts = HeaderLine(state).fitting(rect.width) {
      TextWidth.columns(of: $0, glyphs: glyphs)
    }
    var x = 1
    for part in parts.leading {
      x += canvas.put(part, at: x, 0, in: rect, background: .headerBar) + 2
    }
    let right = Line(parts.trailing.joined(separator: [Span("  ", .headerBar)]))
    let room = rect.inset(left: x, right: 1)
    canvas.put(
      right, at: 0, 0, in: room, width: room.width, alignment: .right, background: .headerBar)
  }

  private func drawTabs(_ state: AppState, on canvas: inout Canvas, in rect: Rect) {
    for tab in TabStrip(state).tabs {
      canvas.put(
        tab.text, at: tab.x, 0, in: rect, role: tab.role,
        background: tab.pane == state.pane ? .tabActive : nil)
    }
  }

  private func drawBody(_ state: AppState, _ layout: ScreenLayout, on canvas: inout Canvas) {
    let overlay = state.overlays.last { overlay in
      switch overlay {
      case .prompt, .confirmation: false
      case .text, .help, .rollback, .save, .form: true
      }
    }
    switch overlay {
    case .text(let view) where view.subject == .overrides:
      let tabs = OverrideTabs.line(of: state, width: layout.textWidth - 40)
      TextPage(view, tabs: tabs).draw(layout, on: &canvas)
    case .text(let view): TextPage(view).draw(layout, on: &canvas)
    case .help(let view): TextPage(view).draw(layout, on: &canvas)
    case .rollback(let page): TextPage(page).draw(layout, on: &canvas)
    case .save(let page): TextPage(page).draw(layout, on: &canvas)
    case .form: FormView(state).draw(layout, on: &canvas)
    case .prompt, .confirmation, nil: drawPane(state, layout, on: &canvas)
    }
  }

  private func drawPane(_ state: AppState, _ layout: ScreenLayout, on canvas: inout Canvas) {
    var layout = layout
    // Without a row there is nothing to tell more of.
    if state.selectedRowKey == nil { (layout.list, layout.detail) = (layout.body, nil) }
    switch state.pane {
    case .clusters: ListPaneView(state.clusters, state).draw(layout, on: &canvas)
    case .bindings: ListPaneView(state.bindings, state).draw(layout, on: &canvas)
    case .failovers: ListPaneView(state.failovers, state).draw(layout, on: &canvas)
    case .overrides: ListPaneView(state.overrides.list, state).draw(layout, on: &canvas)
    case .rollbacks: ListPaneView(state.rollbacks.list, state).draw(layout, on: &canvas)
    case .policies: ListPaneView(state.policies, state).draw(layout, on: &canvas)
    case .events: ListPaneView(state.events, state).draw(layout, on: &canvas)
    }
    drawDetail(state, layout, on: &canvas)
  }

  private func drawDetail(_ state: AppState, _ layout: ScreenLayout, on canvas: inout Canvas) {
    guard let frame = layout.detail, let key = state.selectedRowKey else { return }
    let rect = Rect(frame)
    if state.pane == .overrides, state.overrides.look != nil {
      OverridesView(state).draw(on: &canvas, in: rect)
      return
    }
    let (title, lines) = detail(of: key, state, width: rect.width - 4)
    let inside = canvas.box(rect, title: [Span(title, .emphasis)]).inset(dx: 1, dy: 0)
    let rows = lines.flatMap { line in
      TextWrap.wrap(line, width: inside.width) { TextWidth.columns(of: String($0), glyphs: glyphs) }
    }
    for (y, line) in rows.prefix(inside.height).enumerated() {
      canvas.put(line, at: 0, y, in: inside)
    }
    if rows.count > inside.height, inside.height > 0 {
      let hidden = rows.count - inside.height + 1
      let row = inside.row(inside.height - 1)
      canvas.fill(row)
      let key = state.keymap.keyName(of: .describe) ?? ":describe"
      canvas.put(
        [Span("\(hidden) more lines, ", .muted), Span(key, .key), Span(" shows all", .muted)],
        at: 0, 0, in: row)
    }
  }

  private func detail(
    of key: RowKey, _ state: AppState, width: Int
  ) -> (title: String, lines: [Line]) {
    guard state.pane == .failovers, let row = state.failovers.selected else {
      let detail = Detail(state, of: key)
      return (detail.title, detail.lines)
    }
    let detail = FailoverDetail(state, of: row.episode, width: width)
    return (detail.title, detail.lines)
  }

  /// What there is to say, in the last line, and over those above it where it needs more: where to
  /// find something, or what to type, comes last in it.
  ///
  /// - Parameter below: how many lines of the screen stay free under it.
  private func drawMessage(
    _ message: StatusMessage, on canvas: inout Canvas, below: Int = 0
  ) {
    let role: Role = message.kind == .error ? .messageError : .messageInfo
    let lines = TextWrap.wrap([Span(message.text, role)], width: canvas.width - 2) {
      TextWidth.columns(of: String($0), glyphs: glyphs)
    }
    let shown = lines.prefix(min(Self.messageLimit, max(1, canvas.height - 1 - below)))
    let all = Rect(x: 0, y: 0, width: canvas.width, height: canvas.height)
    for (i, line) in shown.enumerated() {
      let row = all.row(canvas.height - below - shown.count + i)
      canvas.fill(row)
      canvas.put(line, at: 1, 0, in: row, overflow: .ellipsis)
    }
  }

  /// Lines that a message may take.
  private static let messageLimit = 4

  /// The prompt, or what the keys do.
  private func drawFooter(
    _ state: AppState, on canvas: inout Canvas, in rect: Rect
  ) -> CursorPosition? {
    if let prompt = state.prompt { return drawPrompt(prompt, state, on: &canvas, in: rect) }
    if state.message != nil { return nil }
    KeyLine(
      KeyHints.hints(for: state).map { KeyLine.Item($0.key, $0.title, priority: $0.priority) }
    ).draw(on: &canvas, in: rect)
    return nil
  }

  private func drawPrompt(
    _ prompt: Dashboard.Prompt, _ state: AppState, on canvas: inout Canvas, in rect: Rect
  ) -> CursorPosition {
    let prefix =
      switch prompt.kind {
      case .command: ":"
      case .filter, .find: "/"
      case .acknowledgement: "known because: "
      case .field(let pointer, _): "\(pointer.tokens.last ?? ""): "
      case .key, .guidedKey: "key: "
      case .guided: "value: "
      }
    let completions = CommandWords.completions(of: prompt, in: state)
    var hint = ""
    if let first = completions.first, first.hasPrefix(prompt.text) {
      hint = String(first.dropFirst(prompt.text.count))
    }
    var note: Line = []
    switch prompt.kind {
    case .filter:
      note = filterNote(state)
    case .command where completions.count > 1:
      note = [Span(completions.prefix(6).joined(separator: " "), .promptHint)]
    case .acknowledgement:
      note = [Span("Enter keeps it, Esc does not", .promptHint)]
    case .guided, .guidedKey:
      note = [Span("Enter takes it, Esc goes back", .promptHint)]
    case .field, .key:
      note = [Span(completions.prefix(6).joined(separator: " "), .promptHint)]
    case .command, .find: break
    }
    return Prompt(
      prefix: prefix, text: prompt.text, cursor: prompt.cursor, hint: hint, note: note
    ).draw(on: &canvas, in: rect)
  }

  private func filterNote(_ state: AppState) -> Line {
    if let complaint = state.filterComplaint { return [Span(complaint, .messageError)] }
    let (shown, all) = state.rowCounts
    return [Span("\(shown) of \(all)", shown == 0 ? .messageError : .promptHint)]
  }
}

extension Rect {
  init(_ frame: Frame) {
    self.init(x: frame.x, y: frame.y, width: frame.width, height: frame.height)
  }
}
