import Karmada

extension AppState {
  /// Opens the page of the selected failover and asks for what only a page shows.
  mutating func openFailover() -> [Effect] {
    guard let row = failovers.selected else { return [] }
    let token = newToken()
    let episode = row.episode
    var view = TextView(
      subject: .failover, title: episode.title, row: row.bindingKey, content: .loading,
      token: token)
    view.episode = episode.id
    view.wraps = true
    push(view)
    guard !episode.preservedLabels.isEmpty else { return [] }
    // What the members show of the relayed state, of a few.
    return episode.to.prefix(3).map {
      .readMember(token: token, cluster: $0, episode.binding.resource)
    }
  }

  func failoverLines(of view: TextView) -> [Line] {
    guard let episode = view.episode.flatMap({ history.episodes[$0] }) else {
      return [[Span("it is no longer in the history", .statusEmpty)]]
    }
    let lines = FailoverDetail(self, of: episode, width: layout.textWidth, view: view).lines
    return view.wraps ? lines.flatMap { TextWrap.wrap($0, width: layout.textWidth) } : lines
  }

  /// Failovers go on while their page is open.
  mutating func refreshFailoverPages() {
    let height = layout.textHeight
    for i in overlays.indices {
      guard case .text(var view) = overlays[i], view.subject == .failover else { continue }
      let lines = failoverLines(of: view)
      guard lines != view.lines else { continue }
      view.lines = lines
      view.scroll.move(by: 0, lines: lines.count, height: height)
      overlays[i] = .text(view)
    }
  }
}
