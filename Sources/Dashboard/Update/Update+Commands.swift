import Karmada
import Manifest

extension AppState {
  mutating func perform(_ id: CommandID, argument: String = "") -> [Effect] {
    switch id {
    case .up: move(by: -1)
    case .down: move(by: 1)
    case .pageUp: move(by: -pageHeight)
    case .pageDown: move(by: pageHeight)
    case .halfPageUp: move(by: -max(1, pageHeight / 2))
    case .halfPageDown: move(by: max(1, pageHeight / 2))
    case .top: move(by: .min)
    case .bottom: move(by: .max)
    case .left: changeTopText { $0.scroll.column = max(0, $0.scroll.column - 8) }
    case .right: changeTopText { $0.scroll.column = min(4096, $0.scroll.column + 8) }
    case .open: return open()
    case .back: back()
    case .clusters: show(.clusters, filter: argument)
    case .bindings: show(.bindings, filter: argument)
    case .failovers: show(.failovers, filter: argument)
    case .overrides: show(.overrides, filter: argument)
    case .rollbacks: show(.rollbacks, filter: argument)
    case .policies: show(.policies, filter: argument)
    case .events: show(.events, filter: argument)
    case .nextPane: show(pane.neighbour(1))
    case .previousPane: show(pane.neighbour(-1))
    case .nextCluster where form != nil, .previousCluster where form != nil, .edit, .editor, .draft,
      .discard, .newPolicy, .clone, .canary, .change, .additions, .nextObject, .remove, .duplicate,
      .moveUp, .moveDown, .toRule, .adoptTopLevel, .takeBack, .redo, .guide:
      return performInForm(id, argument)
    case .diff, .split, .nextCluster, .previousCluster: return performInOverrides(id)
    case .describe: return pane == .failovers ? openFailover() : openText(.describe)
    case .yaml: return openText(.yaml)
    case .template: return openTemplate()
    case .timeline: return openFailover()
    case .acknowledge: return acknowledge(argument)
    case .release: return release()
    case .reschedule: return reschedule()
    case .taint: return taint(argument)
    case .untaint: return untaint(argument)
    case .since: setFailoverWindow(argument)
    case .managedFields, .wrap, .find, .findNext, .findPrevious: performInText(id)
    case .filter: startFilter(argument)
    case .sort, .sortNext, .sortInvert: sort(id, argument)
    case .mark: toggleMark()
    case .clearMarks: clearMarks()
    case .copy: return copy()
    case .freeze: toggleFreeze()
    case .refresh: return refresh()
    case .poll: return setPolling(argument)
    case .theme: return setTheme(argument)
    case .arm: arm(argument)
    case .disarm: disarm()
    case .save where form != nil: return openSaveOfForm()
    case .save, .acknowledgeHazard, .chooseMine, .chooseTheirs, .chooseBoth, .chooseBase, .undecide,
      .replan, .saveAsNew, .stopWatching, .edits:
      return performOnSavePage(id)
    case .delete: return selectedOverridePolicy.map { openSave(.delete($0)) } ?? []
    case .rollback, .run, .confirm, .abort, .resume, .undo, .accept, .restoreFlag, .keepSecrets:
      return performRollback(id, argument)
    case .mouse: return [.setMouse(!options.isMouseOn)]
    case .seek, .speed: return moveReplay(id, argument)
    case .scenario: showScenario()
    case .fault: return performFault(argument)
    case .command: overlays.append(.prompt(Prompt(.command)))
    case .help: openHelp()
    case .repaint: return [.repaint]
    case .suspend: return [.suspend]
    case .quit: return quit()
    }
    return []
  }

  private var pageHeight: Int {
    if form != nil { return layout.formHeight }
    return overlays.isEmpty ? layout.listHeight : layout.textHeight
  }

  private mutating func move(by step: Int) {
    if form != nil {
      let height = layout.formHeight
      changeForm { $0.moveCursor(by: step, height: height) }
    } else if overlays.isEmpty {
      moveList(by: step)
    } else {
      scrollText(by: step)
    }
  }

  // MARK: Going places

  private mutating func show(_ pane: PaneID, filter: String) {
    show(pane)
    if !filter.isEmpty { setFilter(filter, of: pane) }
  }

  private mutating func open() -> [Effect] {
    switch pane {
    case .clusters:
      if let row = clusters.selected { enter(.bindings, "cluster:\(row.cluster.metadata.name)") }
    case .policies:
      guard let row = policies.selected else { return [] }
      guard case .propagation = row.policy else { return openText(.describe) }
      enter(.bindings, "policy:\(row.metadata.key)")
    case .overrides: openOverrideRow()
    case .rollbacks: openRollback()
    case .bindings: return openText(.describe)
    case .failovers: return openFailover()
    case .events: return openInvolvedObject()
    }
    return []
  }

  /// Goes from a row into another pane, narrowed to what belongs to it; Esc comes back.
  mutating func enter(_ target: PaneID, _ filter: String) {
    trail.append(TrailStep(pane: pane, filter: filterText(of: target), filteredPane: target))
    pane = target
    setFilter(filter, of: target)
  }

  private mutating func openInvolvedObject() -> [Effect] {
    guard let object = events.selected?.event.involvedObject else { return [] }
    switch object.kind {
    case "Cluster": enter(.clusters, "name:\(object.name)")
    case "PropagationPolicy", "ClusterPropagationPolicy", "OverridePolicy",
      "ClusterOverridePolicy":
      enter(.policies, "kind:\(object.kind) name:\(object.name)")
    case "ResourceBinding", "ClusterResourceBinding":
      enter(.bindings, namespaced("name:\(object.name)", object))
    case "Work": return openTemplate()
    default: enter(.bindings, namespaced("kind:\(object.kind) name:\(object.name)", object))
    }
    return []
  }

  private func namespaced(_ filter: String, _ object: ObjectReference) -> String {
    object.namespace.isEmpty ? filter : "ns:\(object.namespace) \(filter)"
  }

  private mutating func back() {
    if stepBackInWalk() { return }
    if !overlays.isEmpty {
      noteLeaving(overlays.removeLast())
    } else if let step = trail.popLast() {
      pane = step.pane
      setFilter(step.filter, of: step.filteredPane)
    } else if !filterText(of: pane).isEmpty {
      setFilter("", of: pane)
    } else if activeMarkCount > 0 {
      clearMarks()
    }
  }

  private mutating func quit() -> [Effect] {
    guard overlays.isEmpty else {
      noteLeaving(overlays.removeLast())
      return []
    }
    if runningSave == .sending {
      message = StatusMessage(.error, "a policy is being sent this very moment; a second, please")
      return []
    }
    if let live = rollbacks.running, !rollbacks.hasWarnedOfLeaving {
      rollbacks.hasWarnedOfLeaving = true
      message = StatusMessage(
        .error,
        "\(live.policy.key) is being rolled back here: once more leaves it unfinished, to "
          + "be resumed")
      return []
    }
    return [.quit]
  }

  // MARK: Looking

  private mutating func openText(_ subject: TextView.Subject) -> [Effect] {
    guard let key = selectedRowKey else { return [] }
    let token = newToken()
    var view = TextView(
      subject: subject, title: "\(key.feed.resource.kind) \(key.object)", row: key,
      content: .loading, token: token)
    // Prose is to be read whole; YAML keeps its lines, which mean something.
    view.wraps = subject == .describe
    push(view)
    var effects = [Effect.fetchRow(token: token, key)]
    if subject == .describe, let id = bindings.selected?.binding.permanentID, pane == .bindings {
      effects.append(.fetchWorks(token: token, of: key.feed, permanentID: id))
    }
    return effects
  }

  private mutating func openTemplate() -> [Effect] {
    guard let reference = selectedReference else { return [] }
    let token = newToken()
    let key = ObjectKey(namespace: reference.namespace, name: reference.name)
    push(
      TextView(
        subject: .yaml, title: "\(reference.kind) \(key)", row: nil, content: .loading,
        token: token))
    return [.fetchObject(token: token, reference)]
  }

  mutating func push(_ view: TextView) {
    var view = view
    view.lines = textLines(of: view)
    overlays.append(.text(view))
  }

  private mutating func openHelp() {
    if case .help? = overlays.last { return }
    overlays.append(.help(HelpView(lines: helpLines(width: layout.textWidth))))
  }

  private mutating func performInText(_ id: CommandID) {
    switch id {
    case .managedFields:
      changeTopText { $0.showsManagedFields.toggle() }
      relayTopText()
    case .wrap:
      changeTopText {
        $0.wraps.toggle()
        $0.scroll.column = 0
      }
      relayTopText()
    case .find:
      let before = topText?.find ?? ""
      overlays.append(.prompt(Prompt(.find(before: before), text: before)))
    case .findNext: findMatch(forward: true)
    case .findPrevious: findMatch(forward: false)
    default: break
    }
  }

  private mutating func relayTopText() {
    guard let view = topText else { return }
    let lines = textLines(of: view)
    let height = layout.textHeight
    changeTopText {
      $0.lines = lines
      $0.scroll.move(by: 0, lines: lines.count, height: height)
    }
  }

  /// Goes to the next line that holds what was searched for, around the end if need be.
  /// `fromHere`: the line shown first counts too.
  mutating func findMatch(forward: Bool, fromHere: Bool = false) {
    guard let view = topText, !view.find.isEmpty else { return }
    let needle = view.find.lowercased()
    let count = view.lines.count
    let step = forward ? 1 : -1
    for distance in 0..<count {
      let offset = step * (fromHere ? distance : distance + 1)
      let at = ((view.scroll.line + offset) % count + count) % count
      let text = view.lines[at].map(\.text).joined().lowercased()
      if text.contains(needle) {
        changeTopText { $0.scroll.line = at }
        return
      }
    }
    message = StatusMessage(.info, "“\(view.find)” does not occur in this page")
  }

  /// The page on top; wrapping is for the eyes only.
  private var linesToCopy: [Line]? {
    if case .help(let view)? = overlays.last { return view.lines }
    if case .rollback(let page)? = overlays.last { return page.lines }
    if case .save(let page)? = overlays.last { return page.lines }
    if case .form(let page)? = overlays.last {
      return page.draft.text.split(separator: "\n", omittingEmptySubsequences: false)
        .map { [Span(String($0))] }
    }
    guard var view = topText else { return nil }
    view.wraps = false
    return textLines(of: view)
  }

  private mutating func copy() -> [Effect] {
    if let lines = linesToCopy {
      message = StatusMessage(.info, "copied \(lines.count) lines")
      return [.copy(lines.map { $0.map(\.text).joined() }.joined(separator: "\n") + "\n")]
    }
    guard let key = selectedRowKey else { return [] }
    message = StatusMessage(.info, "copied \(key.object)")
    return [.copy("\(key.object)")]
  }

  // MARK: Narrowing

  private mutating func startFilter(_ argument: String) {
    guard argument.isEmpty else { return setFilter(argument, of: pane) }
    let before = filterText(of: pane)
    overlays.append(.prompt(Prompt(.filter(before: before), text: before)))
  }

  private mutating func sort(_ id: CommandID, _ argument: String) {
    message =
      switch pane {
      case .clusters: clusters.sort(id, argument)
      case .bindings: bindings.sort(id, argument)
      case .failovers: failovers.sort(id, argument)
      case .overrides: overrides.list.sort(id, argument)
      case .rollbacks: rollbacks.list.sort(id, argument)
      case .policies: policies.sort(id, argument)
      case .events: events.sort(id, argument)
      }
    settle()
  }
  // MARK: Data

  private mutating func toggleFreeze() {
    if freeze == nil {
      freeze = Freeze(since: now)
    } else {
      thaw()
    }
  }

  private mutating func refresh() -> [Effect] {
    if freeze != nil { thaw() }
    overrides.look?.isOutdated = true
    message = StatusMessage(.info, "reading \(pane.nouns.many) again")
    let more: [Effect] = pane == .rollbacks ? [.rollback(.readJournal)] : []
    return [.refresh(pane.feeds)] + more
  }

  private mutating func setPolling(_ argument: String) -> [Effect] {
    if argument == "off" {
      options.poll = nil
      message = StatusMessage(.info, "watching")
      return [.setPolling(nil)]
    }
    guard let seconds = Double(argument), seconds >= 1, seconds <= 3600 else {
      message = StatusMessage(.error, "poll takes 1 to 3600 seconds, or off; not “\(argument)”")
      return []
    }
    options.poll = .milliseconds(Int64(seconds * 1000))
    message = StatusMessage(.info, "listing every \(argument) s")
    return [.setPolling(options.poll)]
  }

  private mutating func setTheme(_ name: String) -> [Effect] {
    guard options.themes.contains(name) else {
      message = StatusMessage(
        .error, "no theme “\(name)”; there are: \(options.themes.joined(separator: " "))")
      return []
    }
    return [.setTheme(name)]
  }

  private mutating func moveReplay(_ id: CommandID, _ argument: String) -> [Effect] {
    guard let number = Double(argument), number.isFinite, number >= 0, number <= 1e6 else {
      message = StatusMessage(.error, "\(id.rawValue) takes a number; not “\(argument)”")
      return []
    }
    return [id == .seek ? .seek(number) : .setSpeed(number)]
  }
}
