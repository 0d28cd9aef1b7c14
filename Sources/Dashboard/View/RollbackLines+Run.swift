import Karmada
import Manifest

extension RollbackLines {
  // MARK: The run that goes on here

  mutating func add(_ live: LiveRollback) {
    if let report = live.report {
      add(report, steps: live.steps, isUndo: live.undo != nil)
      return
    }
    headline(live)
    switch live.machine {
    case .rollback(let machine): add(machine)
    case .undo(let machine): add(machine)
    case nil: say("starting …", .statusLoading)
    }
    add(live.steps, isOver: false)
  }

  private mutating func headline(_ live: LiveRollback) {
    let step = live.step
    let began =
      switch live.machine {
      case .rollback(let machine): machine.phaseBegan
      case .undo(let machine): machine.phaseBegan
      case nil: live.startedAt
      }
    let title = step?.title ?? "starting"
    if live.asks != nil {
      append([
        Span(" YOUR TURN ", .headerWarn), Span(" "), Span(":confirm", .key),
        Span(" deletes the templates, "), Span(":abort", .key),
        Span(" puts everything back"),
      ])
    } else {
      append([
        Span(" \((step?.rawValue ?? "start").uppercased()) ", .headerWarn),
        Span(" \(title)", .emphasis), Span("  \(Age.since(began, now: now))", .muted),
        Span("   "), Span(":abort", .key), Span(isPastReturn(live) ? " stops" : " puts it back"),
      ])
    }
  }

  private func isPastReturn(_ live: LiveRollback) -> Bool {
    live.rollback?.isPastReturn == true || live.undo != nil
  }

  private mutating func add(_ machine: RollbackMachine) {
    if let trouble = machine.trouble {
      let since = Age.since(trouble.since, now: now)
      say("no answer for \(since), trying again: \(trouble.failure.description)", .bad)
    }
    if let why = machine.turningBack { say("turning back: \(why)", .warning) }
    if machine.isPastReturn {
      let count = machine.states.values.count { $0 == .deleted }
      say("\(count) of \(machine.plan.templates.count) templates deleted", .text)
      for (template, state) in machine.states.sorted(by: { $0.key.title < $1.key.title }) {
        if case .kept(let why) = state { say("kept \(template.title): \(why)", .bad) }
      }
    }
    stuck(machine.stragglers)
    // Once something is deleted the gate is history.
    if let gate = machine.gate, !machine.isPastReturn { add(gate) }
    verdicts(machine.members)
  }

  private mutating func add(_ machine: UndoMachine) {
    if let trouble = machine.trouble {
      say("no answer, trying again: \(trouble.failure.description)", .bad)
    }
    let count = machine.states.values.count { $0 == .created }
    say("\(count) of \(machine.plan.objects.count) templates created", .text)
    stuck(machine.stragglers)
    verdicts(machine.members)
  }

  // MARK: Gate

  /// One line a workload, one column a cluster; what does not show the flag stands first.
  private mutating func add(_ gate: RollbackGate) {
    let (done, all) = gate.progress
    append([])
    append([
      Span("Gate", .title), Span("  \(done) of \(all) Works show the flag", .text),
      Span(gate.isOpen ? "  open" : "  closed", gate.isOpen ? .good : .warning),
    ])
    for violation in gate.violations { say("  \(violation.description)", .bad) }
    for text in gate.waiting.prefix(5) { say("  \(text)", .warning) }
    if gate.waiting.count > 5 { say("  and \(gate.waiting.count - 5) more", .muted) }
    let objects = Dictionary(grouping: gate.cells) { $0.object }
    matrix(
      objects.map { object, cells in
        MatrixRow(
          title: object.title, mark: cells.first?.isDependent == true ? "+" : " ",
          cells: Dictionary(
            cells.map { ($0.cluster, Self.cell($0.state)) }, uniquingKeysWith: { $1 }))
      })
    if gate.cells.contains(where: \.isDependent) {
      say("+ goes with a template that needs it", .muted)
    }
  }

  private static func cell(_ state: RollbackGate.Cell.State) -> Cell {
    switch state {
    case .preserving: Cell(text: "kept", role: .good)
    case .notPreserving: Cell(text: "NOT YET", role: .bad, isTrouble: true)
    case .missing: Cell(text: "no Work", role: .warning, isTrouble: true)
    case .terminating: Cell(text: "going", role: .warning, isTrouble: true)
    }
  }

  // MARK: Steps, stragglers, verdicts

  /// - Parameter isOver: nobody is at it any more; what was begun was cut off.
  mutating func add(_ steps: [RollbackRun.Step], isOver: Bool) {
    heading("Steps")
    // What began and ended is one line.
    var shown: [(step: RollbackRun.Step, state: String)] = []
    for step in steps {
      if let last = shown.indices.last, shown[last].step.name == step.name, step.state != "begun",
        shown[last].state == "begun"
      {
        shown[last].state = step.state
        if !step.note.isEmpty { shown[last].step.note = step.note }
      } else {
        shown.append((step, step.state))
      }
    }
    for (step, state) in shown {
      let (word, role): (String, Role) =
        switch state {
        case "done": ("done", .good)
        case "begun" where isOver: ("cut off", .warning)
        case "begun": ("now", .progress)
        case "skipped": ("skipped", .muted)
        default: (state, .bad)
        }
      let title = RollbackStep(rawValue: step.name)?.title ?? step.name
      var line: Line = [
        Span("  \(step.at.rfc3339.dropFirst(11).dropLast())  ", .muted),
        Span(padded(word, 9), role), Span(title),
      ]
      // What went wrong stands above in full.
      let note = step.note.count > 60 ? step.note.prefix(59) + "…" : step.note
      if !note.isEmpty { line.append(Span("  \(note)", .muted)) }
      wrap(line)
    }
  }

  private mutating func stuck(_ stragglers: [RollbackReport.Straggler]) {
    guard !stragglers.isEmpty else { return }
    heading("Still there \(stragglers.count)")
    for one in stragglers.prefix(200) {
      wrap([Span("  \(one.subject)", .warning), Span("  \(one.why)")])
    }
    if stragglers.count > 200 { say("  and \(stragglers.count - 200) more", .muted) }
  }

  /// What was lost by name; then one line a workload, one column a cluster, and why where there
  /// is something to say.
  private mutating func verdicts(_ members: [RollbackReport.Member]) {
    guard !members.isEmpty else { return }
    heading("Members")
    let lost = members.filter { $0.verdict.isLoss }.sorted { $0.object.title < $1.object.title }
    for member in lost.prefix(20) {
      wrap([
        Span("  " + padded(member.verdict.word, 10), .bad),
        Span("\(member.object.title) in \(member.cluster)", .emphasis),
        Span("  uid \(member.object.uid)", .muted),
      ])
    }
    if lost.count > 20 { say("  and \(lost.count - 20) more", .bad) }
    let objects = Dictionary(grouping: members) { $0.object.title }
    matrix(
      objects.map { title, members in
        MatrixRow(
          title: title,
          cells: Dictionary(
            members.map {
              let verdict = $0.verdict
              return (
                $0.cluster,
                Cell(text: verdict.word, role: verdict.role, isTrouble: verdict.isTrouble)
              )
            }, uniquingKeysWith: { $1 }))
      })
    reasons(members)
  }

  /// A dead cluster says the same of each of its objects: once is enough.
  private mutating func reasons(_ members: [RollbackReport.Member]) {
    let told = Dictionary(grouping: members.filter { !$0.why.isEmpty }) {
      "\($0.verdict.word) in \($0.cluster): \($0.why)"
    }
    let order = told.sorted { a, b in
      let (x, y) = (a.value.map(\.verdict.rank).min() ?? 9, b.value.map(\.verdict.rank).min() ?? 9)
      return (x, a.key) < (y, b.key)
    }
    for (text, members) in order.prefix(50) {
      let count = members.count > 1 ? " (\(members.count) objects)" : ""
      wrap([Span("  " + text, members.first?.verdict.role ?? .text), Span(count, .muted)])
    }
    if order.count > 50 { say("  and \(order.count - 50) more", .muted) }
  }

  // MARK: Reports

  mutating func add(_ report: RollbackReport, steps: [RollbackRun.Step], isUndo: Bool) {
    let role: Role =
      switch report.outcome {
      case .done: .headerGood
      case .lost: .headerBad
      default: .headerWarn
      }
    wrap([Span(" \(report.outcome.word) ", role), Span(" \(report.summary)", .emphasis)])
    if report.isResumable {
      let isDeleted = report.templates.contains { $0.state == .deleted || $0.state == .unknown }
      wrap([
        Span(":resume", .key), Span(" goes on"), Span("   "), Span(":abort", .key),
        Span(isDeleted ? " leaves the rest alone" : " puts everything back"),
      ])
    } else if !isUndo, [.done, .stopped, .lost].contains(report.outcome) {
      wrap([Span(":undo", .key), Span(" shows how to take it back")])
    } else if report.outcome == .held {
      say("It is free again when that run ends; a holder that died loses it by itself.", .text)
    }
    say("flag: \(report.flag)", .text)
    templates(report)
    stuck(report.stragglers)
    verdicts(report.members)
    add(steps, isOver: true)
  }

  /// Those that were not deleted, or not created again.
  private mutating func templates(_ report: RollbackReport) {
    let rest = report.templates.filter { $0.state != .deleted && $0.state != .created }
    guard
      rest.contains(where: { $0.state != .standing || !$0.why.isEmpty })
        || rest.count < report.templates.count
    else {
      if !rest.isEmpty { say("templates: all \(rest.count) stand as they were", .text) }
      return
    }
    for template in rest.prefix(50) {
      wrap([
        Span(padded(template.state.rawValue, 10), .warning), Span(template.object.title),
        Span(template.why.isEmpty ? "" : "  \(template.why)", .muted),
      ])
    }
    if rest.count > 50 { say("and \(rest.count - 50) more", .muted) }
  }

  mutating func add(_ run: RollbackRun) {
    wrap([
      Span("by \(run.by), "), Span("\(Age.ago(run.startedAt, now: now)): "),
      Span(run.reason, .emphasis),
    ])
    if let undone = run.undoes { say("undoes \(undone)", .muted) }
    if let report = run.report {
      add(report, steps: run.steps, isUndo: run.undoes != nil)
      return
    }
    guard let machine = run.machine else {
      say("its plan cannot be read here", .bad)
      add(run.steps, isOver: true)
      return
    }
    let deleted = machine.states.values.count { $0 == .deleted }
    wrap([
      Span(" UNFINISHED ", .headerBad),
      Span(" \(deleted) of \(machine.plan.templates.count) templates deleted; it was cut off "),
      Span(Age.ago(run.updatedAt, now: now), .muted),
    ])
    wrap([
      Span(":resume", .key), Span(" goes on from here"), Span("   "), Span(":abort", .key),
      Span(machine.canBeAborted ? " puts everything back" : " stops it and says what is done"),
    ])
    heading("Templates")
    for template in machine.plan.templates {
      let (word, role): (String, Role) =
        switch machine.states[template.object.identity] {
        case .deleted: ("deleted", .good)
        case .unknown: ("not known", .warning)
        case .kept: ("kept", .warning)
        case .standing, nil: ("standing", .muted)
        }
      append([Span("  " + padded(word, 11), role), Span(template.object.title)])
    }
    add(run.steps, isOver: true)
  }
}

extension RollbackReport.Outcome {
  /// For the screen.
  var word: String {
    switch self {
    case .done: "DONE"
    case .lost: "LOST"
    case .aborted: "PUT BACK"
    case .stopped: "STOPPED"
    case .unfinished: "UNFINISHED"
    case .blocked: "BLOCKED"
    case .held: "HELD BY ANOTHER"
    case .notPermitted: "NOT PERMITTED"
    case .unreachable: "NOT REACHABLE"
    }
  }
}

extension RollbackReport.Member.Verdict {
  var word: String {
    switch self {
    case .lost: "LOST"
    case .replaced: "REPLACED"
    case .managed: "MANAGED"
    default: rawValue
    }
  }

  var role: Role {
    switch self {
    case .kept, .adopted: .good
    case .changed, .unverified, .managed: .warning
    case .lost, .replaced: .bad
    case .untouched: .muted
    }
  }

  var isLoss: Bool { self == .lost || self == .replaced }

  /// Somebody should look at it.
  var isTrouble: Bool { rank < 5 }

  /// What needs somebody stands first.
  var rank: Int {
    switch self {
    case .lost: 0
    case .replaced: 1
    case .managed: 2
    case .unverified: 3
    case .changed: 4
    case .kept, .adopted: 5
    case .untouched: 6
    }
  }
}
