import Karmada
import Manifest

/// What a failover would do to a workload's state now, as lines.
enum StateInspectionLines {
  static func lines(_ inspection: StateInspection, proven: Time?, now: Time) -> [Line] {
    var lines: [Line] = [[], [Span("State a failover would take along now", .title)]]
    for finding in inspection.findings {
      var line: Line = [
        Span("  \(finding.cluster)  ", .text),
        Span("\(finding.rule.aliasLabelName) ← \(finding.rule.jsonPath)  ", .label),
      ]
      if let problem = finding.problem {
        line.append(Span(problem.words, .bad))
      } else {
        let value = finding.value ?? ""
        line.append(Span(value.isEmpty ? "\"\"" : String(value.prefix(80)), .value))
        line.append(
          finding.labelComplaint.map { Span("  \($0)", .bad) } ?? Span("  a legal label", .good))
      }
      lines.append(line)
    }
    if inspection.findings.isEmpty {
      lines.append([Span("  no cluster to evaluate the rules on", .muted)])
    }
    for obstacle in inspection.obstacles {
      // What a rule finds stands above already.
      guard obstacle.cluster == nil else { continue }
      lines.append([
        Span("  " + word(obstacle.weight), role(obstacle.weight)), Span(obstacle.sentence),
      ])
    }
    if inspection.findings.contains(where: { $0.problem != nil }) {
      lines.append([
        Span("  BLOCKS    ", .bad),
        Span("a rule that finds nothing keeps the failover from happening"),
      ])
    }
    if let proven {
      lines.append([
        Span("  proven    ", .good),
        Span(
          "labels were last seen to arrive \(Age.ago(proven, now: now)): the feature gate is on"),
      ])
    }
    return lines
  }

  private static func word(_ weight: InjectionObstacle.Weight) -> String {
    switch weight {
    case .blocksFailover: "BLOCKS    "
    case .noInjection: "LOSES IT  "
    case .note: "note      "
    }
  }

  private static func role(_ weight: InjectionObstacle.Weight) -> Role {
    switch weight {
    case .blocksFailover: .bad
    case .noInjection: .warning
    case .note: .muted
    }
  }
}

extension FailoverHistory {
  /// When labels were last seen to arrive: until then at least the feature gate was on.
  var lastRelay: Time? {
    episodes.values.lazy.filter { $0.relayed == true }
      .flatMap { $0.relaySightings.map(\.at.time) }.max()
  }
}
