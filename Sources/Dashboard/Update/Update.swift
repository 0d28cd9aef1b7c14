import ControlPlane
import Karmada
import Manifest

/// Takes one event into the state and says what is to be done outside. Pure: the same state and
/// event give the same result.
public func update(_ state: inout AppState, _ event: AppEvent) -> [Effect] {
  let effects = take(event, into: &state)
  return effects + state.followLook()
}

private func take(_ event: AppEvent, into state: inout AppState) -> [Effect] {
  switch event {
  case .input(let input): return state.take(input)
  case .tick(let now):
    state.now = now
    state.disarmIfOver()
    state.relayRollbackPages()
    return state.passFailoverTime()
  case .feed(let id, let news):
    let effects = state.take(news, from: id)
    state.settle()
    return effects
  case .failovers(let news): return state.take(news)
  case .failoverAct(let news):
    state.take(news)
    return []
  case .serverVersion(let version):
    state.connection.serverVersion = version
    return []
  case .objectRead(let token, let result):
    state.updateText(token: token) { view in
      switch result {
      case .success(let document): view.content = .document(document)
      case .failure(let error): view.content = .failed(error)
      }
    }
    return []
  case .worksRead(let token, let result):
    state.updateText(token: token) { $0.works = result }
    return []
  case .overridesRead(let token, let reading): return state.take(reading, token: token)
  case .memberRead(let token, let cluster, let member):
    state.updateText(token: token) { $0.members[cluster] = member }
    return state.take(member, of: cluster, token: token)
  case .overridesCompared(let token, let findings):
    state.take(findings, token: token)
    return []
  case .rollback(let news): return state.take(news)
  case .override(let news): return state.take(news)
  case .replay(let status):
    state.replay = status
    return []
  case .demo(let status):
    state.demo = status
    return []
  case .drawn:
    state.noteDrawn()
    return []
  case .notice(let message):
    state.message = message
    return []
  case .themeChanged(let name):
    state.options.theme = name
    state.message = StatusMessage(.info, "theme \(name)")
    return []
  case .mouseChanged(let isOn):
    state.options.isMouseOn = isOn
    state.message = StatusMessage(
      .info, isOn ? "mouse on: click chooses, wheel scrolls" : "mouse given back to the terminal")
    return []
  }
}

extension AppState {
  /// Puts every cursor where it belongs after rows or the screen's size have changed.
  mutating func settle() {
    let height = layout.listHeight
    let isFiltering = if case .filter? = prompt?.kind { true } else { false }
    let held = heldPane
    clusters.settle(
      height: height, keepsHiddenMarks: isFiltering, holdsCursor: held == .clusters)
    bindings.settle(
      height: height, keepsHiddenMarks: isFiltering, holdsCursor: held == .bindings)
    failovers.settle(
      height: height, keepsHiddenMarks: isFiltering, holdsCursor: held == .failovers)
    rollbacks.list.settle(
      height: height, keepsHiddenMarks: isFiltering, holdsCursor: held == .rollbacks)
    policies.settle(
      height: height, keepsHiddenMarks: isFiltering, holdsCursor: held == .policies)
    events.settle(height: height, keepsHiddenMarks: isFiltering, holdsCursor: held == .events)
    overrides.list.settle(
      height: height, keepsHiddenMarks: isFiltering, holdsCursor: held == .overrides)
  }

  /// The pane whose selected row a page is about, or a command that is being typed.
  var heldPane: PaneID? {
    let isHeld = overlays.contains { overlay in
      switch overlay {
      case .help: false
      case .prompt(let prompt): if case .filter = prompt.kind { false } else { true }
      case .text, .rollback, .save, .form, .confirmation: true
      }
    }
    return isHeld ? pane : nil
  }

  mutating func updateText(token: Int, _ change: (inout TextView) -> Void) {
    for i in overlays.indices {
      if case .text(var view) = overlays[i], view.token == token {
        change(&view)
        view.lines = textLines(of: view)
        view.scroll.line = max(0, min(view.scroll.line, view.lines.count - 1))
        overlays[i] = .text(view)
      }
    }
  }

  mutating func newToken() -> Int {
    nextToken += 1
    return nextToken
  }
}
