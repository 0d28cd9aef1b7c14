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
    for group in plan.hazardGroups { add(group, plan.options) }
    heading("Templates \(plan.templates.count)")
    for template in plan.templates {
      row(
        template.object.title,
        template.clusters.isEmpty ? "nowhere" : template.clusters.joined(separator: " "))
    }
    if !plan.dependents.isEmpty { heading("Go with them") }
    for dependent in plan.dependents {
      let owners = dependent.sharedWith.map(\.description).joined(separator: ", ")
      row(
        dependent.object.title,
        dependent.sharedWith.isEmpty ? "" : "also needed by \(owners)")
    }
    heading("Clusters")
    for cluster in plan.clusters {
      lines.append([
        Span("  " + padded(cluster.name, 18)),
        cluster.isReady
          ? Span("ready", .clusterReady) : Span("NOT READY  \(cluster.reason)", .clusterNotReady),
        Span("  \(counted(plan.works.count { $0.cluster == cluster.name }, "Work"))", .muted),
      ])
    }
    if !plan.overrides.isEmpty {
      heading("Override policies that no longer reach the members")
      for name in plan.overrides { say("  " + name, .text) }
    }
    heading("Steps")
    for step in Self.steps(of: plan) { say("  " + step.title, .muted) }
    options(plan.options)
  }

  private mutating func verdict(on plan: RollbackPlan) {
    let blockers = plan.blockers
    if plan.templates.isEmpty, blockers.isEmpty {
      return lines.append([Span("NOTHING TO ROLL BACK", .bad)])
    }
    if let first = blockers.first {
      let more = blockers.count > 1 ? " and \(blockers.count - 1) more" : ""
      lines.append([
        Span(" BLOCKED ", .headerBad), Span(" by \(first.id.rawValue)\(more)", .bad),
        Span("; nothing can be run", .text),
      ])
      return
    }
    let open = Set(plan.unaccepted.map(\.id.rawValue)).sorted()
    if !open.isEmpty {
      return lines.append([
        Span(" ASKS ", .headerWarn), Span(" for ", .text),
        Span(open.map { ":accept \($0)" }.joined(separator: " "), .key),
      ])
    }
    lines.append([
      Span(" READY ", .headerGood), Span(" ", .text), Span(":run", .key),
      Span(" sets the flag and waits at the gate; nothing is deleted before you confirm", .text),
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
    wrap([
      Span(padded(word, 9), role), Span(hazard.id.rawValue + accepted, role),
      Span("  " + group.subjects, .emphasis),
    ])
    say("         " + (group.count > 1 ? "The first: " : "") + hazard.evidence, .text)
    if !hazard.remedy.isEmpty { say("         " + hazard.remedy, .note) }
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
    heading("Member objects that Karmada takes over")
    for member in plan.original.members {
      row("\(member.object.title) in \(member.cluster)", member.object.uid)
    }
  }

  // MARK: Parts

  mutating func append(_ line: Line) { lines.append(line) }

  mutating func heading(_ text: String) {
    lines.append([])
    lines.append([Span(text, .title)])
  }

  mutating func say(_ text: String, _ role: Role) { wrap([Span(text, role)]) }

  mutating func wrap(_ line: Line) { lines += TextWrap.wrap(line, width: width) }

  mutating func row(_ left: String, _ right: String) {
    let room = min(52, max(24, width * 3 / 5))
    wrap([Span("  " + padded(left, room)), Span(right, .muted)])
  }

  func padded(_ text: String, _ width: Int) -> String {
    text.count >= width ? text + " " : text + String(repeating: " ", count: width - text.count)
  }

  func counted(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }
}
