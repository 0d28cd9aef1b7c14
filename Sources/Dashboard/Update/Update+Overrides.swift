import ControlPlane
import Karmada
import Manifest

/// How long an answer is good for, while nothing says that it is not.
private let lookLifetime = Duration.seconds(15)
/// And while something is not as it should be, which Karmada may be about to mend.
private let unsettledLifetime = Duration.seconds(2)

extension AppState {
  // MARK: The list

  /// Makes the list anew when policies have changed and somebody looks at it.
  private mutating func remakeOverridesIfOutdated() {
    guard overrides.isOutdated else { return }
    overrides.isOutdated = false
    var rows: [OverrideRow] = []
    var selecting: [OverridePolicy] = []
    for row in policies.table.rows {
      if case .override(let policy) = row.policy { selecting.append(policy) }
    }
    rows = selecting.map(OverrideRow.init)
    overrides.index = OverrideIndex(selecting)
    for binding in bindings.table.rows {
      if let row = overrideRow(binding) { rows.append(row) }
    }
    let kept = Set(rows.map(\.key))
    overrides.list.remove(overrides.list.table.rows.map(\.key).filter { !kept.contains($0) })
    overrides.list.upsert(rows, generation: 0)
    settle()
  }

  private func overrideRow(_ binding: BindingRow) -> OverrideRow? {
    let match = overrides.index.match(binding.binding.resource)
    guard !match.isEmpty || binding.key == overrides.pinned else { return nil }
    return OverrideRow(binding, match)
  }

  /// Bindings have come or changed.
  mutating func followOverrides(of rows: [BindingRow]) {
    if let key = overrides.look?.key, rows.contains(where: { $0.key == key }) {
      overrides.look?.isOutdated = true
    }
    // A list that nobody looks at is made when somebody does.
    guard pane == .overrides, !overrides.isOutdated else {
      overrides.isOutdated = true
      return
    }
    let shown = rows.compactMap(overrideRow)
    let gone = Set(rows.map(\.key)).subtracting(shown.map(\.key))
    overrides.list.remove(Array(gone))
    overrides.list.upsert(shown, generation: 0)
  }

  mutating func followOverrides(ofRemoved keys: [RowKey]) {
    overrides.list.remove(keys)
  }

  mutating func followOverridePolicies() {
    overrides.isOutdated = true
    overrides.look?.isOutdated = true
  }

  /// A cluster's heartbeats are many and change nothing that policies look at.
  mutating func followOverrides(of clusters: [Cluster]) {
    guard overrides.look != nil else { return }
    let changed = clusters.contains { cluster in
      let before = self.clusters.table.row(RowKey(.clusters, cluster.metadata.key))
      return before.map { OverrideTarget($0.cluster) } != OverrideTarget(cluster)
    }
    if changed { overrides.look?.isOutdated = true }
  }

  // MARK: The look

  /// Asks for what the pane wants to show now. Called after every event; cheap when nothing is
  /// wanted.
  mutating func followLook() -> [Effect] {
    guard pane == .overrides, freeze == nil else { return [] }
    remakeOverridesIfOutdated()
    guard let row = overrides.list.selected, row.object != nil else {
      overrides.look = nil
      overrides.lines = []
      return []
    }
    guard let look = overrides.look, look.key == row.key else { return startLook(at: row) }
    guard !look.isReading, isDue(look) else { return [] }
    return readLook(again: row)
  }

  private func isDue(_ look: OverrideLook) -> Bool {
    guard !look.isOutdated, let readAt = look.triedAt, let reading = look.reading else {
      return true
    }
    // A recording that stands still says the same again.
    if replay?.speed == 0 { return readAt != now }
    let age = now > readAt ? now - readAt : readAt - now
    let isUnsettled = reading.isUnsettled || look.staleBecause != nil
    return age >= (isUnsettled ? unsettledLifetime : lookLifetime)
  }

  private mutating func startLook(at row: OverrideRow) -> [Effect] {
    let token = newToken()
    overrides.look = OverrideLook(row.key, token: token)
    let wanted = overrides.cluster
    if let wanted, row.object?.clusters.contains(wanted) != true { overrides.cluster = nil }
    layOutOverrides()
    return [.readOverrides(token: token, question(row))]
  }

  private mutating func readLook(again row: OverrideRow) -> [Effect] {
    let token = newToken()
    overrides.look?.token = token
    overrides.look?.isReading = true
    overrides.look?.isOutdated = false
    return [.readOverrides(token: token, question(row))]
  }

  private func question(_ row: OverrideRow) -> OverrideQuestion {
    OverrideQuestion(
      binding: row.key, resource: row.object?.resource ?? ObjectReference(),
      permanentID: row.object?.permanentID,
      clusters: clusters.table.rows.map { OverrideTarget($0.cluster) }
        .sorted { $0.name < $1.name })
  }

  mutating func take(_ reading: OverrideReading, token: Int) -> [Effect] {
    guard overrides.look?.token == token else { return [] }
    overrides.look?.isReading = false
    if case .failure(let obstacle) = reading.preview, obstacle.isTransient,
      case .success? = overrides.look?.reading?.preview
    {
      overrides.look?.staleBecause = obstacle.reasons.first
      overrides.look?.triedAt = now
      layOutOverrides()
      return []
    }
    overrides.look?.reading = reading
    overrides.look?.readAt = now
    overrides.look?.triedAt = now
    overrides.look?.staleBecause = nil
    // The tab's cluster may have gone meanwhile.
    if let cluster = overrides.cluster, overrides.look?.clusters.contains(cluster) != true {
      overrides.cluster = nil
    }
    let known = overrides.look?.members.keys.map { $0 } ?? []
    overrides.look?.outdatedMembers = Set(known)
    return askAboutTab()
  }

  /// Asks for what the open tab shows, the member's object included.
  private mutating func askAboutTab() -> [Effect] {
    var effects = compareTab()
    if let cluster = overrides.cluster, let look = overrides.look, let reading = look.reading,
      look.members[cluster] == nil || look.outdatedMembers.contains(cluster),
      !look.asked.contains(cluster),
      reading.comparisons[cluster]?.manifest != nil
    {
      overrides.look?.asked.insert(cluster)
      effects.append(
        .readMember(token: look.id, cluster: cluster, reading.question.resource))
    }
    layOutOverrides()
    return effects
  }

  private mutating func compareTab() -> [Effect] {
    guard let look = overrides.look, let reading = look.reading else { return [] }
    let token = newToken()
    overrides.look?.comparisonToken = token
    return [
      .compareOverrides(
        token: token, reading, cluster: overrides.cluster,
        member: overrides.cluster.flatMap { look.members[$0] })
    ]
  }

  mutating func take(
    _ member: Result<JSONValue, APIError>, of cluster: String, token: Int
  ) -> [Effect] {
    guard overrides.look?.id == token else { return [] }
    overrides.look?.asked.remove(cluster)
    overrides.look?.outdatedMembers.remove(cluster)
    overrides.look?.members[cluster] = member
    return overrides.cluster == cluster ? compareTab() : []
  }

  mutating func take(_ findings: OverrideFindings, token: Int) {
    guard overrides.look?.comparisonToken == token else { return }
    overrides.look?.findings = findings
    layOutOverrides()
  }

  // MARK: The operator's hand

  mutating func performInOverrides(_ id: CommandID) -> [Effect] {
    switch id {
    case .diff: openOverrides()
    case .split: toggleSideBySide()
    case .nextCluster: return moveTab(by: 1)
    case .previousCluster: return moveTab(by: -1)
    default: break
    }
    return []
  }

  /// Goes to the tab of the next cluster, or the one before; past the last comes "all clusters".
  mutating func moveTab(by step: Int) -> [Effect] {
    guard let look = overrides.look else { return [] }
    let tabs: [String?] = [nil] + look.clusters
    let at = tabs.firstIndex(of: overrides.cluster) ?? 0
    let next = tabs[((at + step) % tabs.count + tabs.count) % tabs.count]
    guard next != overrides.cluster else { return [] }
    overrides.cluster = next
    overrides.look?.findings = nil
    changeTopText { $0.scroll = TextScroll() }
    return askAboutTab()
  }

  mutating func toggleSideBySide() {
    overrides.isSideBySide.toggle()
    layOutOverrides()
  }

  /// The look over the whole screen.
  mutating func openLook() {
    guard let row = overrides.list.selected, row.object != nil else { return }
    var view = TextView(
      subject: .overrides, title: "\(row.kind) \(row.name)", row: row.key, content: .loading,
      token: newToken())
    view.lines = textLines(of: view)
    overlays.append(.text(view))
  }

  /// Lays out anew what depends on the look: beside the list and over it.
  mutating func layOutOverrides() {
    let width = layout.detail.map { max(1, $0.inside.width - 2) }
    overrides.lines = width.map { OverrideLines(self, width: $0).lines } ?? []
    let height = layout.textHeight
    for i in overlays.indices {
      guard case .text(var view) = overlays[i], view.subject == .overrides else { continue }
      view.lines = textLines(of: view)
      view.scroll.move(by: 0, lines: view.lines.count, height: height)
      overlays[i] = .text(view)
    }
  }

  /// Enter: the look over the whole screen, or what a policy selects.
  mutating func openOverrideRow() {
    guard let row = overrides.list.selected else { return }
    if row.object != nil { return openLook() }
    enter(.overrides, "policy:\(row.key.object)")
  }

  /// Leads from a row of another pane to what override policies do about it.
  mutating func openOverrides() {
    switch pane {
    case .clusters:
      guard let row = clusters.selected else { return }
      let name = row.cluster.metadata.name
      overrides.cluster = name
      // An object looked at before may not go there: then it has no such tab.
      if overrides.look?.clusters.contains(name) == false { overrides.look = nil }
      enter(.overrides, "cluster:\(row.cluster.metadata.name)")
    case .bindings:
      guard let row = bindings.selected else { return }
      overrides.pinned = row.key
      overrides.isOutdated = true
      enter(.overrides, "")
      remakeOverridesIfOutdated()
      overrides.list.choose(row.key)
      settle()
    case .policies:
      guard let row = policies.selected else { return }
      enter(.overrides, "policy:\(row.metadata.key)")
    case .overrides: openLook()
    default: break
    }
  }
}
