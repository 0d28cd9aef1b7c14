import Manifest

extension RollbackMachine {
  func makeReport() -> RollbackReport {
    var report = RollbackReport(
      run: run, scope: plan.scope, outcome: outcome ?? .unfinished, summary: "", flag: flagWords)
    report.templates = plan.templates.map { template in
      var one = RollbackReport.Template(object: template.object, state: .standing, why: "")
      switch states[template.object.identity] {
      case .deleted:
        one.state = .deleted
        if recreated.contains(template.object.identity) {
          one.why = "somebody created it again, so Karmada takes its objects over again"
        }
      case .unknown:
        one.state = .unknown
        one.why = "the server did not say whether it was deleted"
      case .kept(let why):
        one.state = .kept
        one.why = why
      case .standing, nil: break
      }
      return one
    }
    report.members = members
    report.stragglers = stragglers
    report.isResumable = isResumable(report.outcome)
    report.summary = summary(report)
    report.advice = advice(report)
    return report
  }

  /// Something was changed and is neither finished nor put back.
  private func isResumable(_ outcome: RollbackReport.Outcome) -> Bool {
    switch outcome {
    case .done, .aborted, .stopped, .lost: false
    case .unfinished: true
    case .blocked, .held, .notPermitted, .unreachable: hasChanged
    }
  }

  private var flagWords: String {
    switch flag {
    case .untouched: "as it was"
    case .wasSet: "set before this run"
    case .unknown: "not known: the server did not say whether it was set"
    case .set: "set by this run"
    case .setByOther: "set by somebody else"
    case .putBack: "put back as it was"
    }
  }

  private func summary(_ report: RollbackReport) -> String {
    let count = report.templates.count { $0.state == .deleted }
    let all = report.templates.count
    let kept = report.members.count { $0.verdict == .kept || $0.verdict == .changed }
    let things = report.members.count { $0.verdict != .untouched }
    let policy = plan.scope.policy.title
    let tail = closingWords.isEmpty ? "" : " \(closingWords)"
    switch report.outcome {
    case .done:
      return "\(count) \(count == 1 ? "template" : "templates") of \(policy) deleted; "
        + "\(kept) of \(things) member objects verified as kept."
    case .lost:
      let lost = report.members.filter { $0.verdict == .lost || $0.verdict == .replaced }
      let names = RollbackHazards.listed(lost.map { "\($0.object.title) in \($0.cluster)" })
      return "\(lost.count) of \(things) member objects are not what they were: \(names)."
    case .aborted:
      return "Nothing was deleted and everything is as it was: "
        + "\(turningBack ?? "the operator aborted")."
    case .blocked, .held, .notPermitted, .unreachable:
      let start = hasChanged ? "It stands where it was." : "Nothing was changed."
      return closingWords.contains("Nothing was changed") ? closingWords : "\(start)\(tail)"
    case .stopped, .unfinished:
      let why = recreatedWords ?? (stopReason ?? turningBack).map { " \($0)." } ?? ""
      return "\(count) of \(all) templates of \(policy) deleted, \(kept) of \(things) member "
        + "objects verified as kept.\(stragglerWords)\(why)\(tail)"
    }
  }

  private var recreatedWords: String? {
    guard !recreated.isEmpty else { return nil }
    let names = RollbackHazards.listed(recreated.map(\.title).sorted())
    return " Somebody created \(names) again after that, so Karmada takes the objects over again."
  }

  private var stragglerWords: String {
    guard let first = stragglers.first else { return "" }
    let more = stragglers.count > 1 ? " (and \(stragglers.count - 1) more)" : ""
    return " Still there: \(first.subject): \(first.why)\(more)."
  }

  private func advice(_ report: RollbackReport) -> String {
    if report.isResumable {
      return canBeAborted
        ? "quarterdeck rollback resume \(run), or abort \(run)"
        : "quarterdeck rollback resume \(run)"
    }
    switch report.outcome {
    case .lost: return "Apply them again from the snapshot: quarterdeck rollback undo \(run)"
    case .stopped where !recreated.isEmpty:
      return "Stop whoever creates them (see template-reconciled-elsewhere), then roll back again."
    case .stopped where flag == .set:
      return "The policy's flag is still set; what stands is safe."
    case .done where flag == .set:
      return "The policy's flag is still set; quarterdeck rollback undo \(run) takes it all back."
    default: return ""
    }
  }
}
