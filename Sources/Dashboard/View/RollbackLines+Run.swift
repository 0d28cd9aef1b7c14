import Karmada
import Manifest

extension RollbackLines {
  // MARK: The run that goes on here

  mutating func add(_ live: LiveRollback) {
    if let report = live.report {
      add(report, steps: live.steps)
      return
    }
    headline(live)
    switch live.machine {
    case .rollback(let machine): add(machine)
    case .undo(let machine): add(machine)
    case nil: say("starting …", .statusLoading)
    }
    add(live.steps)
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
    if let gate = machine.gate, machine.phase.rawValue != "verification" { add(gate) }
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
    let clusters = Set(gate.cells.map(\.cluster)).sorted()
    let column = min(16, max(8, clusters.map(\.count).max() ?? 8)) + 2
    let room = max(16, min(44, width - clusters.count * column - 2))
    append([
      Span("  " + padded("", room), .columnHeader),
      Span(clusters.map { fit($0, column) }.joined(), .columnHeader),
    ])
    let rows = Dictionary(grouping: gate.cells) { $0.object }
    let order = rows.sorted { a, b in
      let (x, y) = (isClosed(a.value), isClosed(b.value))
      return x == y ? a.key.title < b.key.title : x
    }
    for (object, cells) in order {
      let mark = cells.first?.isDependent == true ? "+ " : "  "
      var line: Line = [Span(mark + fit(object.title, room))]
      for cluster in clusters {
        line.append(cell(cells.first { $0.cluster == cluster }, column))
      }
      append(line)
    }
    if gate.cells.contains(where: \.isDependent) {
      say("+ goes with a template that needs it", .muted)
    }
  }

  private func isClosed(_ cells: [RollbackGate.Cell]) -> Bool {
    cells.contains { $0.state != .preserving }
  }

  private func cell(_ cell: RollbackGate.Cell?, _ column: Int) -> Span {
    switch cell?.state {
    case nil: Span(fit("-", column), .muted)
    case .preserving: Span(fit("kept", column), .good)
    case .notPreserving: Span(fit("NOT YET", column), .bad)
    case .missing: Span(fit("no Work", column), .warning)
    case .terminating: Span(fit("going", column), .warning)
    }
  }

  private func fit(_ text: String, _ width: Int) -> String {
    text.count >= width ? String(text.prefix(width - 2)) + "… " : padded(text, width)
  }

  // MARK: Steps, stragglers, verdicts

  mutating func add(_ steps: [RollbackRun.Step]) {
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
        case "begun": ("now", .progress)
        case "skipped": ("skipped", .muted)
        default: (state, .bad)
        }
      let title = RollbackStep(rawValue: step.name)?.title ?? step.name
      var line: Line = [
        Span("  \(step.at.rfc3339.dropFirst(11).dropLast())  ", .muted),
        Span(padded(word, 9), role), Span(title),
      ]
      if !step.note.isEmpty { line.append(Span("  \(step.note)", .muted)) }
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

  private mutating func verdicts(_ members: [RollbackReport.Member]) {
    guard !members.isEmpty else { return }
    heading("Members")
    let order = members.sorted {
      ($0.verdict.rank, $0.object.title) < ($1.verdict.rank, $1.object.title)
    }
    for member in order {
      var line: Line = [
        Span("  " + padded(member.verdict.word, 12), member.verdict.role),
        Span("\(member.object.title) in \(member.cluster)"),
      ]
      if !member.why.isEmpty { line.append(Span("  \(member.why)", .muted)) }
      wrap(line)
    }
  }

  // MARK: Reports

  mutating func add(_ report: RollbackReport, steps: [RollbackRun.Step]) {
    let role: Role =
      switch report.outcome {
      case .done: .headerGood
      case .lost: .headerBad
      default: .headerWarn
      }
    wrap([Span(" \(report.outcome.word) ", role), Span(" \(report.summary)", .emphasis)])
    if report.isResumable {
      wrap([
        Span(":resume", .key), Span(" goes on"), Span("   "), Span(":abort", .key),
        Span(" puts back what can be put back"),
      ])
    } else if report.outcome == .done || report.outcome == .stopped || report.outcome == .lost {
      wrap([Span(":undo", .key), Span(" shows how to take it back")])
    }
    say("flag: \(report.flag)", .text)
    for template in report.templates where template.state != .deleted && template.state != .created
    {
      wrap([
        Span(padded(template.state.rawValue, 10), .warning), Span(template.object.title),
        Span(template.why.isEmpty ? "" : "  \(template.why)", .muted),
      ])
    }
    stuck(report.stragglers)
    verdicts(report.members)
    add(steps)
  }

  mutating func add(_ run: RollbackRun) {
    wrap([
      Span("by \(run.by), "), Span("\(Age.ago(run.startedAt, now: now)): "),
      Span(run.reason, .emphasis),
    ])
    if let undone = run.undoes { say("undoes \(undone)", .muted) }
    if let report = run.report {
      add(report, steps: run.steps)
      return
    }
    guard let machine = run.machine else {
      say("its plan cannot be read here", .bad)
      add(run.steps)
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
    add(run.steps)
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
