import Journal
import Karmada
import Manifest
import Session

/// Plans, steps and reports as plain text.
enum RollbackText {
  static func lines(_ plan: RollbackPlan) -> [String] {
    var lines = [plan.sentence, ""]
    for group in plan.hazardGroups {
      let hazard = group.first
      let word = hazard.severity == .blocker ? "BLOCKER" : hazard.severity.rawValue
      lines.append("\(padded(word, 8)) \(hazard.id.rawValue)  \(group.subjects)")
      lines.append("         \(group.count > 1 ? "The first: " : "")\(hazard.evidence)")
      if !hazard.remedy.isEmpty { lines.append("         → \(hazard.remedy)") }
    }
    if !plan.hazards.isEmpty { lines.append("") }
    for template in plan.templates {
      let places = template.clusters.isEmpty ? "nowhere" : template.clusters.joined(separator: " ")
      lines.append("template \(template.object.title)  in \(places)")
    }
    for dependent in plan.dependents {
      let shared =
        dependent.sharedWith.isEmpty
        ? "" : ", also for \(dependent.sharedWith.map(\.description).joined(separator: ", "))"
      lines.append("with it  \(dependent.object.title)\(shared)")
    }
    if !plan.overrides.isEmpty {
      lines.append("overrides no longer kept up: \(plan.overrides.joined(separator: ", "))")
    }
    lines.append("")
    let count = plan.blockers.count
    lines.append(
      count > 0
        ? "It cannot be run: \(count) blocker\(count == 1 ? "" : "s")."
        : plan.unaccepted.isEmpty
          ? "It can be run."
          : "It can be run with "
            + Set(plan.unaccepted.map { "--accept \($0.id.rawValue)" }).sorted()
            .joined(separator: " ") + ".")
    return lines
  }

  static func lines(_ report: RollbackReport) -> [String] {
    var lines = ["", report.summary]
    for template in report.templates where template.state != .deleted {
      let why = template.why.isEmpty ? "" : ": \(template.why)"
      lines.append("\(padded(template.state.rawValue, 10)) \(template.object.title)\(why)")
    }
    for straggler in report.stragglers {
      lines.append("\(padded("stuck", 10)) \(straggler.subject): \(straggler.why)")
    }
    for member in report.members {
      let why = member.why.isEmpty ? "" : ": \(member.why)"
      lines.append(
        "\(padded(member.verdict.rawValue, 10)) \(member.object.title) in \(member.cluster)"
          + "  \(member.uidAfter ?? "")\(why)")
    }
    lines.append("flag \(report.flag); run \(report.run)")
    if !report.advice.isEmpty { lines.append("next: \(report.advice)") }
    return lines
  }

  /// What is worth saying of a step beside its name.
  static func detail(of step: StepRecord) -> String {
    if let why = step.detail["why"]?.string { return ": \(why)" }
    if let count = step.detail["templates"]?.array?.count { return ": \(count) templates" }
    if let works = step.detail["works"]?.int { return ": \(works) Works" }
    return ""
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}

/// The journal's runs, for `rollback list`.
struct RollbackListing {
  struct Row {
    var record: RollbackRecord
    var deleted: Int
    var templates: Int
    var next: [String]

    var outcome: String { record.outcome ?? "unfinished" }

    var json: JSONValue {
      [
        "run": .string(record.id), "action": .string(record.action.rawValue),
        "undoes": record.undoes.map { .string($0) } ?? .null,
        "context": .string(record.context), "server": .string(record.server),
        "policy": [
          "kind": .string(record.policy.kind),
          "namespace": .string(record.policy.key.namespace),
          "name": .string(record.policy.key.name),
        ],
        "outcome": .string(outcome), "by": .string(record.by), "reason": .string(record.reason),
        "startedAt": .string(record.startedAt.rfc3339),
        "updatedAt": .string(record.updatedAt.rfc3339), "templates": .int(Int64(templates)),
        "deleted": .int(Int64(deleted)), "next": .array(next.map { .string($0) }),
      ]
    }

    var cells: [String] {
      [
        record.id, "\(record.policy.key)",
        next.isEmpty ? outcome : "\(outcome): \(next.joined(separator: " or "))",
        record.action == .undo ? "undo" : "\(deleted) of \(templates)",
        record.startedAt.rfc3339, record.by, record.reason,
      ]
    }
  }

  private(set) var rows: [Row] = []

  /// Throws a `JournalError`.
  init(path: String) throws {
    let journal = try Journal(path: path)
    for record in try journal.rollbacks() {
      var row = Row(record: record, deleted: 0, templates: 0, next: [])
      if let machine = try RollbackDesk.machine(of: record, in: journal) {
        row.templates = machine.plan.templates.count
        row.deleted = machine.states.values.count { $0 == .deleted }
        if record.outcome == nil, record.action == .rollback {
          row.next = machine.canBeAborted ? ["resume", "abort"] : ["resume"]
        }
      }
      rows.append(row)
    }
    // What needs somebody comes first; the sort is stable.
    rows = rows.filter { $0.record.outcome == nil } + rows.filter { $0.record.outcome != nil }
  }
}
