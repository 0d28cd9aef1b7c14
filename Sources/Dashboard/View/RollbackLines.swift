import Karmada
import Manifest

/// The pages of the Rollbacks pane as lines: what stops it first, then what will happen or happens,
/// then to what.
struct RollbackLines {
  private(set) var lines: [Line] = []
  let width: Int
  let now: Time

  init(width: Int, now: Time) {
    self.width = max(20, width)
    self.now = now
  }

  // MARK: Plan

  mutating func add(_ plan: RollbackPlan) {
    verdict(on: plan)
    say(plan.sentence, .emphasis)
    let groups = plan.hazardGroups
    for group in groups where group.first.severity != .note { add(group, plan.options) }
    heading("Templates \(plan.templates.count)")
    table(
      plan.templates.map {
        ($0.object.title, $0.clusters.isEmpty ? "nowhere" : ClusterNames.short($0.clusters))
      })
    if !plan.dependents.isEmpty { heading("Go with them \(plan.dependents.count)") }
    for dependent in plan.dependents {
      let owners = dependent.sharedWith.map(\.description).joined(separator: ", ")
      wrap([
        Span("  " + dependent.object.title),
        Span(owners.isEmpty ? "" : "  also needed by \(owners)", .muted),
      ])
    }
    heading("Clusters \(plan.clusters.count)")
    let room = (plan.clusters.map(\.name.count).max() ?? 0) + 2
    // What is not ready must not be below the edge of the screen.
    for cluster in plan.clusters.sorted(by: { !$0.isReady && $1.isReady }) {
      wrap([
        Span("  " + padded(cluster.name, room)),
        cluster.isReady
          ? Span("ready", .clusterReady) : Span("NOT READY  \(cluster.reason)", .clusterNotReady),
        Span("  \(counted(plan.works.count { $0.cluster == cluster.name }, "Work"))", .muted),
      ])
    }
    if !plan.overrides.isEmpty {
      heading("Override policies that no longer reach the members")
      for name in plan.overrides { say("  " + name, .text) }
    }
    for group in groups where group.first.severity == .note { add(group, plan.options) }
    heading("Steps")
    say("  " + Self.steps(of: plan).map(\.title).joined(separator: ", "), .muted)
    options(plan.options)
  }

  private mutating func verdict(on plan: RollbackPlan) {
    let blockers = plan.blockers
    if plan.templates.isEmpty, blockers.isEmpty {
      return lines.append([Span("NOTHING TO ROLL BACK", .bad)])
    }
    if let first = blockers.first {
      let more = blockers.count > 1 ? " and \(blockers.count - 1) more" : ""
      return wrap([
        Span(" BLOCKED ", .headerBad), Span(" by \(first.id.rawValue)\(more)", .bad),
        Span(": nothing can be run before that is cleared", .text),
      ])
    }
    let open = Set(plan.unaccepted.map(\.id.rawValue)).sorted()
    if !open.isEmpty {
      return wrap([
        Span(" ASKS ", .headerWarn), Span(" for ", .text),
        Span(open.map { ":accept \($0)" }.joined(separator: " "), .key),
      ])
    }
    wrap([
      Span(" READY ", .headerGood), Span(" ", .text), Span(":run", .key),
      Span(" sets the flag and waits; nothing is deleted before you confirm", .text),
    ])
  }

  private mutating func add(_ group: RollbackPlan.HazardGroup, _ options: RollbackOptions) {
    let hazard = group.first
    let (word, role): (String, Role) =
      switch hazard.severity {
      case .blocker: ("BLOCKER", .bad)
      case .warning: ("warning", .warning)
      case .note: ("note", .note)
      }
    lines.append([])
    let accepted = options.accepted.contains(hazard.id) ? " (accepted)" : ""
    let more = group.count > 1 ? " and \(group.count - 1) more" : ""
    wrap([
      Span(padded(word, 9), role), Span(hazard.id.rawValue + accepted, role),
      Span("  " + hazard.subject + more, .emphasis),
    ])
    say("         " + hazard.evidence, .text)
    guard !hazard.remedy.isEmpty else { return }
    let clears = hazard.severity == .blocker ? "To clear it: " : ""
    say("         " + clears + hazard.remedy, hazard.severity == .blocker ? .key : .note)
  }

  private static func steps(of plan: RollbackPlan) -> [RollbackStep] {
    var steps: [RollbackStep] = [.permissions, .lease, .plan, .snapshot]
    if plan.policy.flag != true { steps.append(.flag) }
    if plan.policy.isLazy { steps.append(.nudge) }
    steps += [.gate, .confirm, .reread, .delete, .drain, .verify]
    if plan.options.restoresFlag { steps.append(.restore) }
    return steps + [.event, .release]
  }

  private mutating func options(_ options: RollbackOptions) {
    heading("Besides")
    toggle(
      "restore-flag",
      options.restoresFlag
        ? "the flag is put back where the policy still serves others" : "the flag stays set")
    toggle(
      "keep-secrets",
      options.keepsSecrets
        ? "Secrets' data goes into the journal"
        : "Secrets' data is not kept, undo cannot restore it"
    )
  }

  private mutating func toggle(_ command: String, _ text: String) {
    lines.append([Span("  " + padded(":" + command, 16), .key), Span(text, .text)])
  }

  // MARK: Undo

  mutating func add(_ plan: UndoPlan) {
    if plan.objects.isEmpty {
      lines.append([Span(" BLOCKED ", .headerBad), Span(" nothing can be created again", .bad)])
    } else {
      lines.append([
        Span(" READY ", .headerGood), Span(" "), Span(":run", .key),
        Span(" creates them again", .text),
      ])
    }
    say(plan.sentence, .emphasis)
    for (object, why) in plan.missing.sorted(by: { $0.key.title < $1.key.title }) {
      lines.append([])
      wrap([Span(padded("missing", 9), .warning), Span(object.title, .emphasis)])
      say("         " + why, .text)
    }
    heading("Templates \(plan.objects.count)")
    for object in plan.objects { say("  " + object.reference.title, .text) }
    let places = Dictionary(grouping: plan.original.members) { $0.object.title }
    heading("Karmada takes over, each with the uid it has")
    table(
      places.sorted { $0.key < $1.key }.map { title, members in
        (title, ClusterNames.short(members.map(\.cluster).sorted()))
      })
  }

  // MARK: Parts

  mutating func append(_ line: Line) { lines.append(line) }

  mutating func heading(_ text: String) {
    lines.append([])
    lines.append([Span(text, .title)])
  }

  mutating func say(_ text: String, _ role: Role) { wrap([Span(text, role)]) }

  mutating func wrap(_ line: Line) { lines += TextWrap.wrap(line, width: width) }

  func padded(_ text: String, _ width: Int) -> String {
    text.count >= width ? text + " " : text + String(repeating: " ", count: width - text.count)
  }

  func counted(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }
}
