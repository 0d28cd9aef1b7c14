import ControlPlane
import Dashboard
import Foundation
import Journal
import Karmada
import Manifest
import Session
import Synchronization

/// Tells plans, progress and reports on standard output.
struct OverrideConsole: Sendable {
  private let format: OverrideFormat

  init(_ format: OverrideFormat) { self.format = format }

  /// For people only.
  func say(_ line: String) {
    if format == .table { Output.write(Array("\(line)\n".utf8)) }
  }

  // MARK: Plans

  func show(_ plan: SavePlan) {
    switch format {
    case .json:
      let value = plan.json { Self.diff($0, $1).joined(separator: "\n") }
      Output.write(value.serialized(pretty: true) + [0x0A])
    case .table: say(Self.lines(plan).joined(separator: "\n"))
    }
  }

  private static func lines(_ plan: SavePlan) -> [String] {
    let name = "\(plan.intent.policy.kind) \(plan.intent.policy.key)"
    if plan.standing == .nothingToDo { return ["\(name): \(plan.obstacle ?? "")"] }
    var lines: [String] = []
    if case .contested(let merge) = plan.standing {
      for conflict in merge.conflicts {
        lines.append("CONTESTED \(FieldPath.text(conflict.pointer))")
        lines.append("  theirs  \(conflict.theirs?.jsonText() ?? "nothing")")
        lines.append("  mine    \(conflict.mine?.jsonText() ?? "nothing")")
      }
    }
    if plan.request != nil {
      lines.append("\(plan.request?.verb ?? "") \(name): \(plan.reach.sentence)")
    }
    if !plan.production.isEmpty {
      lines.append("production: \(plan.production.joined(separator: " "))")
    }
    for problem in plan.problems { lines.append("REFUSED   \(problem.description)") }
    for hazard in plan.hazards {
      let old = hazard.isOld ? " (as it is now)" : ""
      lines.append("\(padded(hazard.severity.rawValue, 9)) \(hazard.id)\(old)")
      lines.append("          \(hazard.sentence)")
    }
    if plan.request != nil {
      lines +=
        ["", name] + diff(plan.current.map(OverrideDraft.editable) ?? [:], plan.result ?? [:])
    }
    for change in plan.reach.changes {
      for group in change.groups {
        lines += ["", "\(change.title) on \(group.clusters.joined(separator: " "))"]
        if let before = group.before.manifest, let after = group.after.manifest {
          lines += diff(before, after)
        } else if let failure = group.after.failure {
          lines.append("Karmada fails: \(failure)")
        } else {
          lines.append("Karmada failed on it; now it is sent")
        }
      }
      if !change.heldBack.isEmpty {
        lines.append("held back: \(change.title) on \(change.heldBack.joined(separator: " "))")
      }
    }
    if !lines.isEmpty { lines.append("") }
    lines.append(verdict(plan))
    return lines
  }

  private static func verdict(_ plan: SavePlan) -> String {
    if let obstacle = plan.obstacle { return "It cannot be saved: \(obstacle)" }
    let flags = plan.open.map { " --accept \($0.id)" }.joined()
    let name = plan.intent.policy.key.name
    return "The server would take it: --confirm \(name) --reason WHY\(flags) saves it."
  }

  /// Secrets' data hidden.
  private static func diff(_ before: JSONValue, _ after: JSONValue) -> [String] {
    let (old, new) = Redaction.pair(before, after)
    func text(_ value: JSONValue) -> String? {
      value == [:] ? nil : String(YAML.write(value).dropLast())
    }
    let diff = LineDiff(from: text(old), to: text(new))
    return diff.hunks().flatMap { hunk in
      [hunk.header]
        + diff.edits[hunk.edits].map { edit in
          switch edit {
          case .kept(let i, _): " \(diff.old[i])"
          case .removed(let i): "-\(diff.old[i])"
          case .added(let i): "+\(diff.new[i])"
          }
        }
    }
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text.padding(toLength: max(width, text.count), withPad: " ", startingAt: 0)
  }

  // MARK: Saving

  /// Only shows a plan where that is all that is asked for, or there is nothing to do; the exit code.
  func carryOut(
    _ plan: SavePlan, at desk: OverrideDesk, _ consent: OverrideConsent
  ) async throws -> Int32 {
    let isDone = plan.standing == .nothingToDo
    guard consent.dryRun || isDone else { return try await save(plan, at: desk, consent) }
    show(plan)
    return isDone || plan.obstacle == nil ? 0 : Failure.Code.blocked.rawValue
  }

  /// Saves a plan that nothing stands against; the exit code. ctrl-c ends the watching.
  private func save(
    _ plan: SavePlan, at desk: OverrideDesk, _ consent: OverrideConsent
  ) async throws -> Int32 {
    do { try consent.check(plan) } catch {
      if plan.obstacle != nil || !plan.open.isEmpty { show(plan) }
      throw error
    }
    let reason = try Confirmations.reason(consent.reason)
    var desk = desk
    desk.patience.convergence = .seconds(consent.timeout)
    let stopped = Mutex(false)
    let signals = StopSignals()
    let listener = Task {
      for await _ in signals.arrivals { stopped.withLock { $0 = true } }
    }
    defer { listener.cancel() }
    say("\(plan.request?.verb ?? "save") \(plan.intent.policy.key): \(plan.reach.sentence)")
    let told = Mutex("")
    let report = await desk.save(
      plan, reason: reason, journal: try Journal(path: Paths.journal),
      isStopped: { stopped.withLock { $0 } },
      onChange: { machine in
        let line = Self.progress(machine)
        let isNews = told.withLock { last in
          defer { last = line }
          return last != line
        }
        if isNews, machine.report == nil { step(machine, line) }
      })
    show(report)
    return report.outcome.exitCode
  }

  private static func progress(_ machine: SaveMachine) -> String {
    let agreeing = machine.cells.count { !$0.isMissing }
    let trouble = machine.trouble.map { "; \($0)" } ?? ""
    switch machine.phase {
    case .rereading: return "reading everything once more\(trouble)"
    case .noting: return "noting it in the journal"
    case .sending: return "sending it"
    case .resolving: return "no answer: finding out what became of it\(trouble)"
    case .converging, .finished:
      return "\(agreeing) of \(machine.cells.count) Works are as predicted\(trouble)"
    }
  }

  private func step(_ machine: SaveMachine, _ line: String) {
    switch format {
    case .json:
      let value: JSONValue = [
        "phase": .string(machine.phase.rawValue), "at": .string(Time.now.rfc3339Micro),
        "works": .int(Int64(machine.cells.count)),
        "asPredicted": .int(Int64(machine.cells.count { !$0.isMissing })),
        "trouble": machine.trouble.map { .string($0) } ?? .null,
      ]
      Output.write(value.serialized() + [0x0A])
    case .table: say("\(Time.now.rfc3339.dropFirst(11).dropLast())  \(line)")
    }
  }

  private func show(_ report: SaveReport) {
    switch format {
    case .json: Output.write(report.json.serialized() + [0x0A])
    case .table:
      say(report.sentence)
      for problem in report.problems { say("REFUSED   \(problem.description)") }
      for cell in report.cells {
        switch cell.state {
        case .agrees, .waiting: continue
        case .notApplied(let why): say("sent      \(cell.title) on \(cell.cluster): \(why)")
        case .differs(let why): say("NOT SO    \(cell.title) on \(cell.cluster): \(why)")
        }
      }
      if let edit = report.edit, report.outcome.isSaved {
        let name = report.policy.key.name
        say("undo: quarterdeck override undo \(edit) --confirm \(name) --reason WHY")
      }
    }
  }

  // MARK: The journal

  func show(_ edits: [OverrideEditRecord]) {
    switch format {
    case .json:
      let values = edits.map { edit -> JSONValue in
        [
          "edit": .string(edit.id), "at": .string(edit.at.rfc3339), "by": .string(edit.by),
          "reason": .string(edit.reason), "action": .string(edit.action),
          "policy": [
            "kind": .string(edit.policy.kind), "namespace": .string(edit.policy.key.namespace),
            "name": .string(edit.policy.key.name),
          ],
          "outcome": edit.outcome.map { .string($0) } ?? .null,
          "undoes": edit.undoes.map { .string($0) } ?? .null,
        ]
      }
      Output.write(JSONValue.array(values).serialized(pretty: true) + [0x0A])
    case .table:
      let rows = edits.map { edit in
        [
          edit.id, "\(edit.policy.kind) \(edit.policy.key)", edit.action,
          edit.outcome ?? "unknown", edit.at.rfc3339, edit.by, edit.reason,
        ]
      }
      Listing.print([["EDIT", "POLICY", "ACTION", "OUTCOME", "AT", "BY", "REASON"]] + rows)
    }
  }
}
