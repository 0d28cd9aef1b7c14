import Karmada
import Manifest

extension AppState {
  mutating func take(_ input: TerminalInput) -> [Effect] {
    switch input {
    case .key(let key): return press(key)
    case .mouse(let mouse):
      point(mouse)
      return []
    case .paste(let text):
      return paste(text)
    case .resize(let width, let height):
      size = Size(width: width, height: height)
      rewrapTexts()
      layOutOverrides()
      settle()
      return []
    case .resumed: return [.repaint]
    case .hangUp: return [.quit]
    }
  }

  private mutating func press(_ key: Key) -> [Effect] {
    message = nil
    if context == .prompt {
      if let command = keymap.command(for: key, in: .prompt) { return perform(command) }
      return confirmation == nil ? type(key) : answer(key)
    }
    if key == .ctrl("c") { return perform(.quit) }
    guard let id = keymap.command(for: key, in: context) else {
      message = StatusMessage(.info, "\(key.name) does nothing here; ? shows what does")
      return []
    }
    return run(id, argument: "")
  }

  /// Runs a command unless something stands against it, which is then said.
  mutating func run(_ id: CommandID, argument: String) -> [Effect] {
    let command = Command.named(id)
    let isNamed = command?.argumentSuffices == true && !argument.isEmpty
    if !isNamed, let reason = command?.disabledReason(self) {
      message = StatusMessage(.info, reason)
      return []
    }
    if command?.writes == true, let refusal = writeRefusal {
      message = StatusMessage(.error, refusal)
      return []
    }
    return perform(id, argument: argument)
  }

  /// A paste goes where one types; elsewhere it is not taken for keys, which could do anything.
  private mutating func paste(_ text: String) -> [Effect] {
    if confirmation != nil {
      message = StatusMessage(.info, "a confirmation is typed, not pasted")
      return []
    }
    guard var prompt else {
      message = StatusMessage(.info, "pasted text is taken in prompts only; / or : opens one")
      return []
    }
    let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    prompt.insert(line)
    return replacePrompt(prompt)
  }

  private mutating func point(_ mouse: MouseEvent) {
    guard options.isMouseOn else { return }
    let step = mouse.kind == .wheelUp ? -3 : 3
    switch mouse.kind {
    case .wheelUp, .wheelDown:
      if overlays.isEmpty { scrollList(by: step) } else { scrollText(by: step) }
    case .click, .doubleClick:
      guard overlays.isEmpty else { return }
      let layout = layout
      if let tabs = layout.tabs, mouse.y == tabs.y {
        if let hit = TabStrip(self).pane(at: mouse.x) { show(hit) }
        return
      }
      let rows = layout.listTop..<layout.listTop + layout.listHeight
      guard rows.contains(mouse.y), mouse.x < layout.list.x + layout.list.width else { return }
      selectRow(onScreen: mouse.y - layout.listTop)
    }
  }

  // MARK: Lists

  mutating func moveList(by step: Int) {
    let height = layout.listHeight
    switch pane {
    case .clusters: clusters.move(by: step, height: height)
    case .bindings: bindings.move(by: step, height: height)
    case .failovers: failovers.move(by: step, height: height)
    case .overrides: overrides.list.move(by: step, height: height)
    case .rollbacks: rollbacks.list.move(by: step, height: height)
    case .policies: policies.move(by: step, height: height)
    case .events: events.move(by: step, height: height)
    }
  }

  private mutating func scrollList(by step: Int) {
    let height = layout.listHeight
    switch pane {
    case .clusters: clusters.scroll(by: step, height: height)
    case .bindings: bindings.scroll(by: step, height: height)
    case .failovers: failovers.scroll(by: step, height: height)
    case .overrides: overrides.list.scroll(by: step, height: height)
    case .rollbacks: rollbacks.list.scroll(by: step, height: height)
    case .policies: policies.scroll(by: step, height: height)
    case .events: events.scroll(by: step, height: height)
    }
  }

  private mutating func selectRow(onScreen row: Int) {
    let height = layout.listHeight
    switch pane {
    case .clusters: clusters.select(position: clusters.top + row, height: height)
    case .bindings: bindings.select(position: bindings.top + row, height: height)
    case .failovers: failovers.select(position: failovers.top + row, height: height)
    case .overrides: overrides.list.select(position: overrides.list.top + row, height: height)
    case .rollbacks:
      rollbacks.list.select(position: rollbacks.list.top + row, height: height)
    case .policies: policies.select(position: policies.top + row, height: height)
    case .events: events.select(position: events.top + row, height: height)
    }
  }

  mutating func setFilter(_ text: String, of pane: PaneID) {
    switch pane {
    case .clusters: clusters.setFilter(text)
    case .bindings: bindings.setFilter(text)
    case .failovers: failovers.setFilter(text)
    case .overrides: overrides.list.setFilter(text)
    case .rollbacks: rollbacks.list.setFilter(text)
    case .policies: policies.setFilter(text)
    case .events: events.setFilter(text)
    }
    settle()
  }

  mutating func toggleMark() {
    let height = layout.listHeight
    switch pane {
    case .clusters: clusters.toggleMark(height: height)
    case .bindings: bindings.toggleMark(height: height)
    case .failovers: failovers.toggleMark(height: height)
    case .overrides: overrides.list.toggleMark(height: height)
    case .rollbacks: rollbacks.list.toggleMark(height: height)
    case .policies: policies.toggleMark(height: height)
    case .events: events.toggleMark(height: height)
    }
  }

  mutating func clearMarks() {
    switch pane {
    case .clusters: clusters.clearMarks()
    case .bindings: bindings.clearMarks()
    case .failovers: failovers.clearMarks()
    case .overrides: overrides.list.clearMarks()
    case .rollbacks: rollbacks.list.clearMarks()
    case .policies: policies.clearMarks()
    case .events: events.clearMarks()
    }
  }

  /// Opens a pane as from its tab: pages over it close, the way back is forgotten.
  mutating func show(_ pane: PaneID) {
    overlays = []
    trail = []
    self.pane = pane
    // Panes give their lists different heights.
    settle()
  }

  // MARK: Texts

  mutating func scrollText(by step: Int) {
    let height = layout.textHeight
    for i in overlays.indices.reversed() {
      switch overlays[i] {
      case .prompt, .confirmation: continue
      case .form(var page):
        page.moveCursor(by: step, height: layout.formHeight)
        overlays[i] = .form(page)
      case .text(var view):
        view.scroll.move(by: step, lines: view.lines.count, height: height)
        overlays[i] = .text(view)
      case .help(var view):
        view.scroll.move(by: step, lines: view.lines.count, height: height)
        overlays[i] = .help(view)
      case .rollback(var page):
        page.scroll.move(by: step, lines: page.lines.count, height: height)
        overlays[i] = .rollback(page)
      case .save(var page):
        page.scroll.move(by: step, lines: page.lines.count, height: height)
        overlays[i] = .save(page)
      }
      return
    }
  }

  /// Changes what `topText` is.
  mutating func changeTopText(_ change: (inout TextView) -> Void) {
    for i in overlays.indices.reversed() {
      switch overlays[i] {
      case .prompt, .confirmation: continue
      case .help, .rollback, .save, .form: return
      case .text(var view):
        change(&view)
        overlays[i] = .text(view)
        return
      }
    }
  }

  private mutating func rewrapTexts() {
    relayRollbackPages()
    relaySavePages()
    for i in overlays.indices {
      switch overlays[i] {
      case .prompt, .confirmation, .rollback, .save: continue
      case .form(var page):
        page.scroll(height: layout.formHeight)
        overlays[i] = .form(page)
      case .text(var view):
        view.lines = textLines(of: view)
        view.scroll.move(by: 0, lines: view.lines.count, height: layout.textHeight)
        overlays[i] = .text(view)
      case .help(var view):
        // Of the place it was opened from, as when it was.
        var below = self
        below.overlays.removeSubrange(i...)
        view.lines = below.helpLines(width: layout.textWidth)
        view.scroll.move(by: 0, lines: view.lines.count, height: layout.textHeight)
        overlays[i] = .help(view)
      }
    }
  }
}
