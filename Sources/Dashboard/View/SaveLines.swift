import Karmada
import Manifest

/// The page that saves a policy, as lines: whether it can be saved first, then how far it reaches,
/// what speaks against it, and at last the differences in full.
struct SaveLines {
  /// What the keys are called that the page speaks of.
  struct Keys {
    var acknowledge: String
    var save: String
    var mine: String
    var theirs: String
    var both: String
    var base: String
    var undecide: String
    var again: String
    var undo: String
    var stop: String
    var saveAsNew: String
  }

  private(set) var lines: [Line] = []
  let width: Int
  let page: SavePage
  let keys: Keys

  /// More objects than this are counted, not shown.
  private static let objectLimit = 50

  init(width: Int, page: SavePage, saves keys: Keys) {
    self.width = max(20, width)
    self.page = page
    self.keys = keys
  }

  mutating func addAll() {
    switch page.content {
    case .loading:
      say("reading the policy and the fleet, and asking the server …", .statusLoading)
    case .failed(let why):
      wrap([Span(" FAILED ", .headerBad), Span(" nothing was changed", .text)])
      say(why, .bad)
      lines.append([Span(keys.again, .key), Span(" asks again")])
    case .plan(let plan): add(plan)
    case .running(let machine): add(machine)
    case .ended(let machine, let report): add(machine, report)
    }
  }

  // MARK: Plan

  private mutating func add(_ plan: SavePlan) {
    verdict(plan)
    if let edit = plan.intent.undoes { wrap([Span("undoes ", .label), Span(edit, .value)]) }
    if case .contested(let merge) = plan.standing { return add(merge) }
    if plan.standing == .deletedByOther {
      wrap([Span(keys.saveAsNew, .key), Span(" shows what making it anew would do")])
    }
    guard plan.request != nil else { return }
    say(plan.reach.sentence, .emphasis)
    if !plan.production.isEmpty {
      wrap([
        Span("production: ", .warning), Span(plan.production.joined(separator: " ")),
      ])
    }
    for problem in plan.problems { add(problem) }
    for hazard in plan.hazards { add(hazard) }
    diffs(plan)
  }

  private mutating func verdict(_ plan: SavePlan) {
    let open = page.openHazards
    if case .contested(let merge) = plan.standing {
      return wrap([
        Span(" CONTESTED ", .headerBad),
        Span(
          " somebody else changed the same: \(page.choices.count) of \(merge.conflicts.count) decided"
        ),
      ])
    }
    if !plan.problems.isEmpty {
      let count = plan.problems.count
      return wrap([
        Span(" BLOCKED ", .headerBad),
        Span(
          " the server would refuse it"
            + (count == 1 ? ", as is told below" : " for \(count) reasons, told below")),
      ])
    }
    if let obstacle = plan.obstacle {
      let isDone = plan.standing == .nothingToDo
      return wrap([
        Span(isDone ? " NOTHING TO SAVE " : " BLOCKED ", isDone ? .headerWarn : .headerBad),
        Span(" \(obstacle)"),
      ])
    }
    if let first = open.first {
      return wrap([
        Span(" ASKS ", .headerWarn), Span(" "), Span(keys.acknowledge, .key),
        Span(" acknowledges \(first.id)"),
        Span(open.count > 1 ? ", and \(open.count - 1) more after it" : "", .muted),
      ])
    }
    let verb = plan.request?.verb ?? "save"
    wrap([
      Span(" READY ", .headerGood), Span(" the server has checked it; "), Span(keys.save, .key),
      Span(" \(verb)s it once you have typed \(plan.word)"),
    ])
  }

  private mutating func add(_ problem: OverrideProblem) {
    heading(
      [Span(padded("REFUSED", 9), .bad), Span(problem.line.map { "line \($0)  " } ?? "", .muted)],
      at: Span(FieldPath.text(problem.pointer), .emphasis))
    say(Self.indent + problem.sentence, .text)
  }

  private mutating func add(_ hazard: SaveHazard) {
    let (word, role): (String, Role) =
      switch hazard.severity {
      case .blocker: ("DANGER", .bad)
      case .warning: ("warning", .warning)
      case .note: ("note", .note)
      }
    var note = ""
    if hazard.isOld {
      note = "as it is now  "
    } else if hazard.needsAcknowledgement {
      note = page.acknowledged.contains(hazard) ? "acknowledged  " : ""
    }
    heading(
      [
        Span(padded(word, 9), hazard.isOld ? .muted : role),
        Span(hazard.id + "  ", hazard.isOld ? .muted : role), Span(note, .good),
      ], at: Span(hazard.pointer.map { FieldPath.text($0) } ?? "", .muted))
    say(Self.indent + hazard.sentence, hazard.isOld ? .muted : .text)
  }

  /// What is said below a heading stands under its second word.
  private static let indent = String(repeating: " ", count: 9)

  /// A place stands beside what is said of it, or below where there is no room.
  private mutating func heading(_ words: Line, at place: Span) {
    lines.append([])
    if (words + [place]).reduce(0, { $0 + $1.text.count }) <= width {
      lines.append(words + [place])
    } else {
      lines.append(words)
      say(Self.indent + place.text, place.role)
    }
  }

  // MARK: Differences

  private mutating func diffs(_ plan: SavePlan) {
    heading("The policy")
    lines += DiffLines.lines(plan.policyDiff, width: width, sideBySide: false)
    let changes = plan.reach.changes
    if !changes.isEmpty { heading("What clusters get") }
    for change in changes.prefix(Self.objectLimit) {
      for group in change.groups { add(group, of: change) }
      if !change.heldBack.isEmpty {
        wrap([
          Span(change.title, .emphasis), Span("  held back on ", .warning),
          Span(change.heldBack.joined(separator: " ")),
        ])
      }
    }
    if changes.count > Self.objectLimit {
      say("and \(changes.count - Self.objectLimit) more objects", .muted)
    }
  }

  private mutating func add(_ group: DraftPreview.Group, of change: DraftPreview.ObjectChange) {
    let names = group.clusters.prefix(8).joined(separator: " ")
    let more = group.clusters.count > 8 ? " and \(group.clusters.count - 8) more" : ""
    wrap([Span(change.title, .emphasis), Span("  on "), Span(names + more, .label)])
    switch (group.before, group.after) {
    case (.manifest(let before), .manifest(let after)):
      let (a, b) = Redaction.pair(before, after)
      lines += DiffLines.lines(ManifestDiff(from: a, to: b), width: width, sideBySide: false)
    case (_, .failure(let failure)):
      say("  Karmada \(group.change == .failsStill ? "still " : "")fails: \(failure)", .bad)
    case (.failure, .manifest):
      say("  Karmada failed on it; now it is sent", .good)
    }
  }

  // MARK: Conflicts

  private mutating func add(_ merge: OverrideMerge) {
    var choices: Line = [
      Span(keys.mine, .key), Span(" mine  "), Span(keys.theirs, .key), Span(" theirs  "),
    ]
    if page.nextConflict?.isElements == true {
      choices += [Span(keys.both, .key), Span(" both  ")]
    }
    choices += [Span(keys.base, .key), Span(" as it was  ")]
    if !page.choices.isEmpty {
      choices += [Span(keys.undecide, .key), Span(" takes the last decision back")]
    }
    wrap(choices)
    let next = page.nextConflict?.id
    for conflict in merge.conflicts {
      lines.append([])
      let choice = page.choices[conflict.id]
      let isNext = conflict.id == next
      wrap([
        Span(isNext ? "> " : "  ", .key), Span("\(conflict.id + 1)  ", .muted),
        Span(choice.map { "\($0.rawValue)  " } ?? (isNext ? "to be decided  " : ""), .good),
        Span(FieldPath.text(conflict.pointer), .emphasis),
      ])
      side("as it was", conflict.base, .muted)
      side("theirs", conflict.theirs, choice == .theirs || choice == .both ? .good : .text)
      side("mine", conflict.mine, choice == .mine || choice == .both ? .good : .text)
    }
    let others = merge.theirChanges.count
    heading("All that they changed (\(others) place\(others == 1 ? "" : "s"))")
    lines += DiffLines.lines(
      ManifestDiff(from: merge.base, to: merge.theirs), width: width, sideBySide: false)
    heading("All that I changed")
    lines += DiffLines.lines(
      ManifestDiff(from: merge.base, to: merge.mine), width: width, sideBySide: false)
  }

  private mutating func side(_ title: String, _ value: JSONValue?, _ role: Role) {
    let text = value.map { YAML.write($0) } ?? "nothing"
    for (i, line) in text.split(separator: "\n").prefix(20).enumerated() {
      lines.append([
        Span("     " + padded(i == 0 ? title : "", 11), .label), Span(String(line), role),
      ])
    }
  }

  // MARK: Saving

  private mutating func add(_ machine: SaveMachine) {
    let (word, text): (String, String) =
      switch machine.phase {
      case .rereading: ("CHECKING", "reading everything once more before it is sent")
      case .noting, .sending: ("SAVING", "sending it")
      case .resolving: ("NO ANSWER", "finding out what became of it; it is not sent again")
      case .converging, .finished: ("SAVED", progress(machine))
      }
    wrap([Span(" \(word) ", .headerWarn), Span(" \(text)")])
    if let trouble = machine.trouble { say(trouble, .bad) }
    if machine.phase == .converging {
      wrap([Span(keys.stop, .key), Span(" stops watching; the policy stays saved", .muted)])
    }
    matrix(machine.cells)
  }

  private func progress(_ machine: SaveMachine) -> String {
    let done = machine.cells.count { !$0.isMissing }
    return "\(done) of \(machine.cells.count) Works are as predicted"
  }

  private mutating func add(_ machine: SaveMachine, _ report: SaveReport) {
    let role: Role =
      switch report.outcome {
      case .saved: .headerGood
      case .diverged, .changed, .refused, .blocked, .notTaken: .headerWarn
      case .unknown, .notPermitted, .unreachable: .headerBad
      }
    let word = report.isUnwatched ? "SAVED, NOT WATCHED" : report.outcome.word
    wrap([Span(" \(word) ", role), Span(" \(report.words)", .emphasis)])
    for problem in report.problems { add(problem) }
    if report.outcome.isSaved {
      wrap([Span(keys.undo, .key), Span(" puts back what was there before, the same way")])
    } else {
      wrap([Span(keys.again, .key), Span(" looks at it again")])
    }
    matrix(machine.cells)
    if report.outcome.isSaved {
      heading("The policy")
      lines += DiffLines.lines(machine.plan.policyDiff, width: width, sideBySide: false)
    }
  }

  // MARK: Matrix

  /// One line an object, one column a cluster; where there are too many, only what is not as
  /// predicted is told.
  private mutating func matrix(_ cells: [SaveMachine.Cell]) {
    guard !cells.isEmpty else { return }
    let clusters = Set(cells.map(\.cluster)).sorted()
    let column = min(16, max(9, clusters.map(\.count).max() ?? 9)) + 2
    let room = min(48, width - clusters.count * column - 2)
    lines.append([])
    if room >= 20 {
      lines.append([
        Span("  " + padded("", room), .columnHeader),
        Span(clusters.map { fit($0, column) }.joined(), .columnHeader),
      ])
      let rows = Dictionary(grouping: cells) { $0.title }
      let order = rows.keys.sorted {
        let (a, b) = (isOpen(rows[$0]), isOpen(rows[$1]))
        return a == b ? $0 < $1 : a
      }
      for title in order {
        lines.append(
          [Span("  " + fit(title, room))]
            + clusters.map { name in
              state(rows[title]?.first { $0.cluster == name }, column)
            })
      }
    }
    let open = cells.filter { $0.why != nil }
    for cell in open.prefix(100) {
      wrap([
        Span("  \(cell.title) on \(cell.cluster)", .warning), Span("  \(cell.why ?? "")"),
      ])
    }
    if open.count > 100 { say("  and \(open.count - 100) more", .muted) }
  }

  private func isOpen(_ cells: [SaveMachine.Cell]?) -> Bool {
    cells?.contains { $0.isMissing } ?? false
  }

  private func state(_ cell: SaveMachine.Cell?, _ column: Int) -> Span {
    switch cell?.state {
    case nil: Span(fit("-", column), .muted)
    case .waiting: Span(fit("waiting", column), .progress)
    case .agrees: Span(fit("as said", column), .good)
    case .notApplied: Span(fit("sent", column), .warning)
    case .differs: Span(fit("NOT SO", column), .bad)
    }
  }

  // MARK: Parts

  private mutating func heading(_ text: String) {
    lines.append([])
    lines.append([Span(text, .title)])
  }

  private mutating func say(_ text: String, _ role: Role) { wrap([Span(text, role)]) }

  private mutating func wrap(_ line: Line) { lines += TextWrap.wrap(line, width: width) }

  private func padded(_ text: String, _ width: Int) -> String {
    text.count >= width ? text + " " : text + String(repeating: " ", count: width - text.count)
  }

  private func fit(_ text: String, _ width: Int) -> String {
    text.count >= width ? String(text.prefix(max(0, width - 2))) + "… " : padded(text, width)
  }
}

extension SaveMachine.Cell {
  /// What is to be said of it; nil when it is as it should be, or still waited for.
  fileprivate var why: String? {
    switch state {
    case .waiting, .agrees: nil
    case .notApplied(let why), .differs(let why): why
    }
  }
}

extension SaveReport.Outcome {
  fileprivate var word: String {
    switch self {
    case .saved: "SAVED"
    case .diverged: "SAVED, NOT EVERYWHERE"
    case .changed: "CHANGED MEANWHILE"
    case .refused: "REFUSED"
    case .blocked: "NOT SENT"
    case .notTaken: "NOT TAKEN"
    case .unknown: "NOBODY KNOWS"
    case .notPermitted: "NOT PERMITTED"
    case .unreachable: "NOT REACHABLE"
    }
  }
}
