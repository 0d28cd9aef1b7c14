import ControlPlane
import Karmada
import Manifest

extension AppState {
  // MARK: Pages

  /// Opens the page that saves a change, and asks the server what it would do.
  mutating func openSave(_ subject: SavePage.Subject) -> [Effect] {
    if refusesInRecording() { return [] }
    var page = SavePage(subject)
    page.token = newToken()
    let order = Self.order(for: page)
    push(page)
    return [.override(order)]
  }

  private static func order(for page: SavePage) -> OverrideOrder {
    switch page.subject {
    case .save(let intent): .plan(token: page.token, intent)
    case .undo(let subject): .planUndo(token: page.token, subject)
    case .delete(let policy): .planDeletion(token: page.token, policy)
    }
  }

  /// Asks again, for the same or for something else; what was acknowledged stays so where it reads
  /// the same.
  mutating func replan(_ subject: SavePage.Subject? = nil) -> [Effect] {
    var order: OverrideOrder?
    let token = newToken()
    changeSavePage { page in
      if let subject { page.subject = subject }
      page.content = .loading
      page.choices = [:]
      page.token = token
      order = Self.order(for: page)
    }
    return order.map { [.override($0)] } ?? []
  }

  mutating func push(_ page: SavePage) {
    var page = page
    page.lines = saveLines(of: page)
    overlays.append(.save(page))
  }

  /// The page on top, under a question or a prompt if there is one.
  public var savePage: SavePage? {
    if case .save(let page)? = topPage { page } else { nil }
  }

  private mutating func changeSavePage(_ token: Int? = nil, _ change: (inout SavePage) -> Void) {
    for i in overlays.indices.reversed() {
      guard case .save(var page) = overlays[i], token == nil || page.token == token else {
        continue
      }
      change(&page)
      page.lines = saveLines(of: page)
      page.scroll.move(by: 0, lines: page.lines.count, height: layout.textHeight)
      overlays[i] = .save(page)
      return
    }
  }

  /// Lays the pages out anew: the screen has another size.
  mutating func relaySavePages() {
    for i in overlays.indices {
      guard case .save(var page) = overlays[i] else { continue }
      page.lines = saveLines(of: page)
      page.scroll.move(by: 0, lines: page.lines.count, height: layout.textHeight)
      overlays[i] = .save(page)
    }
  }

  func saveLines(of page: SavePage) -> [Line] {
    var lines = SaveLines(width: layout.textWidth, page: page, saves: saveKeys)
    lines.addAll()
    return lines.lines
  }

  /// How the keys are called that the page speaks of.
  private var saveKeys: SaveLines.Keys {
    func name(_ id: CommandID) -> String { keymap.keyName(of: id) ?? ":\(id.rawValue)" }
    return SaveLines.Keys(
      acknowledge: name(.acknowledgeHazard), save: name(.save), mine: name(.chooseMine),
      theirs: name(.chooseTheirs), both: name(.chooseBoth), base: name(.chooseBase),
      undecide: name(.undecide), again: name(.replan), undo: name(.undo),
      stop: name(.stopWatching), saveAsNew: name(.saveAsNew))
  }

  // MARK: News

  mutating func take(_ news: OverrideNews) -> [Effect] {
    switch news {
    case .planned(let token, let result):
      changeSavePage(token) { page in
        switch result {
        case .success(let plan):
          page.subject = .save(plan.intent)
          page.content = .plan(plan)
        case .failure(let complaint): page.content = .failed(complaint.text)
        }
      }
      return []
    case .progress(let token, let machine):
      changeSavePage(token) { $0.content = .running(machine) }
      return follow(machine)
    case .ended(let token, let machine, let report): return take(report, of: machine, token: token)
    case .facts, .previewed, .drafts, .draftTrouble, .policy, .edits, .edited:
      return takeEditing(news)
    }
  }

  /// The server has the policy once its Works are watched: drafts go on from that at once. At the
  /// end of the watching nobody may be here any more, and until then a draft would take one's own
  /// change for somebody else's.
  private mutating func follow(_ machine: SaveMachine) -> [Effect] {
    switch machine.phase {
    case .rereading, .noting, .sending, .resolving: runningSave = .sending
    case .converging where runningSave != .watching:
      runningSave = .watching
      return noteSaved(machine.plan, saved: machine.saved)
    // What came of it is about to be told.
    case .converging, .finished: break
    }
    return []
  }

  private mutating func take(
    _ report: SaveReport, of machine: SaveMachine, token: Int
  ) -> [Effect] {
    let isNoted = runningSave == .watching
    runningSave = nil
    let isExpected = report.outcome == .saved || report.isUnwatched
    message = StatusMessage(isExpected ? .info : .error, report.sentence)
    changeSavePage(token) { $0.content = .ended(machine, report) }
    var effects: [Effect] = []
    if report.outcome.isSaved {
      overrides.look?.isOutdated = true
      if !isNoted { effects = noteSaved(machine.plan, saved: report.saved) }
    }
    // What was confirmed is not what there is now: here is what there is.
    if report.outcome == .changed, savePage?.token == token { effects += replan() }
    return effects
  }

  // MARK: Commands

  mutating func performOnSavePage(_ id: CommandID) -> [Effect] {
    switch id {
    case .acknowledgeHazard:
      let first = savePage?.openHazards.first
      changeSavePage { page in if let first { page.acknowledged.insert(first) } }
    case .chooseMine: return choose(.mine)
    case .chooseTheirs: return choose(.theirs)
    case .chooseBoth: return choose(.both)
    case .chooseBase: return choose(.base)
    case .undecide:
      changeSavePage { page in
        if let last = page.choices.keys.max() { page.choices[last] = nil }
      }
    case .replan: return replan()
    case .saveAsNew:
      guard case .save(var intent)? = savePage?.subject else { return [] }
      intent.base = nil
      return replan(.save(intent))
    case .save: askToSave()
    case .stopWatching: return [.override(.stopWatching)]
    case .edits: return listEdits()
    default: break
    }
    return []
  }

  private mutating func choose(_ choice: OverrideMerge.Choice) -> [Effect] {
    guard let page = savePage, let merge = page.merge, let conflict = page.nextConflict,
      case .save(let intent) = page.subject
    else { return [] }
    guard conflict.choices.contains(choice) else {
      message = StatusMessage(.info, "only of elements of a list can both stay")
      return []
    }
    changeSavePage { $0.choices[conflict.id] = choice }
    guard let merged = savePage.flatMap({ merge.merged($0.choices) }) else { return [] }
    message = StatusMessage(.info, "all is decided; asking the server again")
    return replan(.save(intent.resolved(as: merged, onto: page.plan?.current)))
  }

  private mutating func askToSave() {
    if let refusal = writeRefusal {
      message = StatusMessage(.error, refusal)
      return
    }
    guard let page = savePage, case .plan(let plan) = page.content, let reason = arming?.reason
    else { return }
    if let obstacle = page.obstacle {
      message = StatusMessage(.error, obstacle)
      return
    }
    let policy = plan.intent.policy
    var lines: [Line] = [[Span(plan.reach.sentence, .emphasis)]]
    if !plan.production.isEmpty {
      lines.append([
        Span("Production: ", .warning), Span(plan.production.joined(separator: ", ")),
      ])
    }
    for hazard in plan.open {
      lines += [[], [Span(hazard.id, .warning), Span("  \(hazard.sentence)")]]
    }
    lines += [[], [Span("Reason on record: ", .label), Span(reason)]]
    if let why = plan.nameReason {
      lines.append([Span("Its name is asked for because \(why).", .muted)])
    }
    let verb = plan.request?.verb ?? ""
    let title = "\(verb.prefix(1).uppercased())\(verb.dropFirst()) \(policy.kind) \(policy.key)"
    ask(
      Confirmation(
        title: title, lines: lines, word: plan.word,
        button: plan.intent.wanted == nil ? "Delete" : "Save",
        effects: [.override(.save(token: page.token, plan, reason: reason))]))
  }

  /// An override policy that the selected row is; nil for other rows.
  var selectedOverridePolicy: PolicyReference? {
    switch pane {
    case .policies:
      guard let row = policies.selected, case .override = row.policy else { return nil }
      return PolicyReference(kind: row.kind, key: row.key.object)
    case .overrides:
      guard let row = overrides.list.selected, row.object == nil else { return nil }
      return PolicyReference(kind: row.key.feed.resource.kind, key: row.key.object)
    default: return nil
    }
  }

  /// The policy whose last change `undo` would take back: of the page that has saved it, or of the
  /// selected row.
  var undoablePolicy: PolicyReference? {
    if let page = savePage {
      guard case .ended(_, let report) = page.content, report.outcome.isSaved else { return nil }
      return report.policy
    }
    return overlays.isEmpty ? selectedOverridePolicy : nil
  }

  mutating func openUndo(of subject: UndoSubject) -> [Effect] {
    // The page that has saved it has said all it had to say; any other is still to be decided.
    if case .save(let page)? = overlays.last, case .ended = page.content { overlays.removeLast() }
    return openSave(.undo(subject))
  }
}
