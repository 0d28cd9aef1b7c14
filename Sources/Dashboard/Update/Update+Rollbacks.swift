import ControlPlane
import Karmada
import Manifest

extension AppState {
  // MARK: News

  mutating func take(_ news: RollbackNews) -> [Effect] {
    switch news {
    case .journal(let runs):
      rollbacks.runs = Dictionary(runs.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
      rollbacks.isRead = true
      rollbacks.journalTrouble = nil
    case .noJournal(let why):
      rollbacks.isRead = true
      rollbacks.journalTrouble = why
      options.armRefusal = options.armRefusal ?? why
    case .planned(let token, let result):
      changePage(token) { page in
        switch result {
        case .success(let plan): page.content = .plan(plan)
        case .failure(let complaint): page.content = .failed(complaint.text)
        }
      }
    case .undoPlanned(let token, let result):
      changePage(token) { page in
        switch result {
        case .success(let plan): page.content = .undoPlan(plan)
        case .failure(let complaint): page.content = .failed(complaint.text)
        }
      }
    case .started, .progress, .step, .asks, .ended, .refused: takeLive(news)
    case .recorded(let sightings):
      rollbacks.isRecorded = true
      rollbacks.sightings = sightings
    }
    relistRollbacks()
    switch news {
    // What was begun before it was refused is in the journal.
    case .ended, .refused: return [.rollback(.readJournal)]
    default: return []
    }
  }

  private mutating func takeLive(_ news: RollbackNews) {
    switch news {
    case .started(let id, let policy):
      rollbacks.live = LiveRollback(id: id, policy: policy, startedAt: now)
      rollbacks.hasWarnedOfLeaving = false
      showRun(id)
    case .progress(let machine):
      rollbacks.live?.machine = machine
      // Whatever it asked is answered, or void, once it does something else.
      guard rollbacks.live?.asks != nil, rollbacks.live?.step != .confirm else { return }
      rollbacks.live?.asks = nil
      dropRollbackQuestion()
    case .step(let step): rollbacks.live?.steps.append(step)
    case .asks(let word):
      guard rollbacks.live?.asks == nil else { return }
      rollbacks.live?.asks = word
      askForDeletion()
    case .ended(let report):
      rollbacks.live?.report = report
      rollbacks.live?.asks = nil
      dropRollbackQuestion()
      message = StatusMessage(report.outcome == .done ? .info : .error, report.summary)
    case .refused(let why):
      message = StatusMessage(.error, why)
      takeBackStart(why)
    case .journal, .noJournal, .planned, .undoPlanned, .recorded: break
    }
  }

  /// The page that showed the plan goes on with its run.
  private mutating func showRun(_ id: String) {
    for i in overlays.indices.reversed() {
      guard case .rollback(var page) = overlays[i] else { continue }
      page.subject = .run(id)
      page.content = .board
      page.scroll = TextScroll()
      overlays[i] = .rollback(page)
      return
    }
    push(RollbackPage(.run(id), content: .board))
  }

  /// Nothing runs, whatever was announced.
  private mutating func takeBackStart(_ why: String) {
    guard let live = rollbacks.running else { return }
    rollbacks.live = nil
    guard rollbacks.runs[live.id] == nil else { return }
    for i in overlays.indices {
      guard case .rollback(var page) = overlays[i], page.subject == .run(live.id) else { continue }
      page.content = .failed(why)
      overlays[i] = .rollback(page)
    }
  }

  // MARK: The list

  /// Runs, and what is seen of policies that no run here is about.
  mutating func listRollbacks() {
    rollbacks.generation &+= 1
    var rows = rollbacks.runs.values.filter { $0.id != rollbacks.live?.id }
      .map { RollbackRow(.run($0)) }
    var told = Set(rollbacks.runs.values.filter(\.isUnfinished).map(\.policy))
    if let live = rollbacks.live {
      rows.append(RollbackRow(.live(live)))
      if live.report == nil { told.insert(live.policy) }
    }
    rows += rollbacks.sightings.told.filter { !told.contains($0.policy) }
      .map { RollbackRow(.sighting($0)) }
    rollbacks.list.upsert(rows, generation: rollbacks.generation)
    for feed in [FeedID.propagationPolicies, .clusterPropagationPolicies] {
      _ = rollbacks.list.removeRows(of: feed, olderThan: rollbacks.generation)
    }
    settle()
  }

  private mutating func relistRollbacks() {
    listRollbacks()
    relayRollbackPages()
  }

  /// The rollback that a row of this pane is about; nil for rows of other panes.
  func rollbackRow(_ key: RowKey) -> RollbackRow? { rollbacks.list.table.row(key) }

  // MARK: Sightings from the feeds

  mutating func see(_ bindings: [ResourceBinding]) {
    guard !rollbacks.isRecorded else { return }
    let before = rollbacks.sightings.revision
    for binding in bindings { rollbacks.sightings.see(binding, at: now) }
    if rollbacks.sightings.revision != before { relistRollbacks() }
  }

  mutating func seeGone(_ bindings: [ResourceBinding]) {
    guard !rollbacks.isRecorded, !rollbacks.sightings.all.isEmpty else { return }
    let before = rollbacks.sightings.revision
    for binding in bindings { rollbacks.sightings.bindingGone(binding, at: now) }
    if rollbacks.sightings.revision != before { relistRollbacks() }
  }

  mutating func see(_ policies: [PropagationPolicy]) {
    guard !rollbacks.isRecorded else { return }
    let before = rollbacks.sightings.revision
    for policy in policies {
      let reference = PolicyReference(policy.metadata)
      let isNew = rollbacks.sightings.all[reference] == nil
      guard !isNew || policy.preserveResourcesOnDeletion else { continue }
      rollbacks.sightings.see(policy, at: now)
      guard isNew else { continue }
      // Its bindings came before it, and were not remembered.
      for row in bindings.table.rows where row.binding.policy == reference {
        rollbacks.sightings.see(row.binding, at: now)
      }
    }
    if rollbacks.sightings.revision != before { relistRollbacks() }
  }

  mutating func seePoliciesGone(_ keys: [RowKey]) {
    guard !rollbacks.isRecorded, !rollbacks.sightings.all.isEmpty else { return }
    for key in keys {
      let reference = PolicyReference(kind: key.feed.resource.kind, key: key.object)
      rollbacks.sightings.policyGone(reference, at: now)
    }
    relistRollbacks()
  }

  // MARK: Pages

  mutating func push(_ page: RollbackPage) {
    var page = page
    page.lines = rollbackLines(of: page)
    overlays.append(.rollback(page))
  }

  /// The page on top, under a question if there is one.
  public var rollbackPage: RollbackPage? {
    if case .rollback(let page)? = topPage { page } else { nil }
  }

  private mutating func changePage(_ token: Int, _ change: (inout RollbackPage) -> Void) {
    for i in overlays.indices {
      guard case .rollback(var page) = overlays[i], page.token == token else { continue }
      change(&page)
      overlays[i] = .rollback(page)
    }
  }

  /// Lays the pages out anew: their story has gone on, or the screen has another size.
  mutating func relayRollbackPages() {
    for i in overlays.indices {
      guard case .rollback(var page) = overlays[i] else { continue }
      page.lines = rollbackLines(of: page)
      page.scroll.move(by: 0, lines: page.lines.count, height: layout.textHeight)
      overlays[i] = .rollback(page)
    }
  }

  func rollbackLines(of page: RollbackPage) -> [Line] {
    var lines = RollbackLines(width: layout.textWidth, now: now)
    switch page.content {
    case .loading:
      lines.say("reading templates, bindings, Works and members …", .statusLoading)
    case .failed(let why): lines.say(why, .bad)
    case .plan(let plan): lines.add(plan)
    case .undoPlan(let plan): lines.add(plan)
    case .board:
      switch page.subject {
      case .run(let id):
        if let live = rollbacks.live, live.id == id {
          lines.add(live)
        } else if let run = rollbacks.runs[id] {
          lines.add(run)
        } else {
          lines.say("it is no longer in the journal", .statusEmpty)
        }
      case .sighting(let policy):
        if let sighting = rollbacks.sightings.all[policy] {
          lines.add(sighting)
        } else {
          lines.say("there is nothing to be seen of it any more", .statusEmpty)
        }
      case .plan, .undoPlan: break
      }
    }
    return lines.lines
  }
}
