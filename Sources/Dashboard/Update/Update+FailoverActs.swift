import Karmada
import Manifest

/// What became of an act on a failover.
public enum FailoverActNews: Sendable {
  case planned(token: Int, Result<FailoverActPlan, FailoverActFailure>)
  case done(Result<String, FailoverActFailure>)
}

extension AppState {
  // MARK: Asking for a plan

  mutating func release() -> [Effect] {
    guard let episode = failovers.selected?.episode else { return [] }
    return plan(.release(binding: episode.binding.key, from: episode.from))
  }

  mutating func reschedule() -> [Effect] {
    switch pane {
    case .failovers:
      guard let binding = failovers.selected?.episode.binding else { return [] }
      return plan(.reschedule(binding.resource, binding: binding.key))
    case .bindings:
      guard let binding = bindings.selected?.binding else { return [] }
      return plan(.reschedule(binding.resource, binding: binding.metadata.key))
    default: return []
    }
  }

  mutating func taint(_ argument: String) -> [Effect] {
    guard let cluster = selectedCluster else { return [] }
    guard let taint = Cluster.Taint(parsing: argument) else {
      message = StatusMessage(
        .error, "taint takes KEY[=VALUE]:NoExecute, NoSchedule or PreferNoSchedule")
      return []
    }
    return plan(.taint(cluster: cluster, taint))
  }

  mutating func untaint(_ argument: String) -> [Effect] {
    guard let cluster = selectedCluster else { return [] }
    let parts = argument.split(separator: ":", maxSplits: 1).map(String.init)
    guard let key = parts.first, LabelName.isKey(key) else {
      message = StatusMessage(.error, "untaint takes KEY or KEY:EFFECT; not “\(argument)”")
      return []
    }
    return plan(.untaint(cluster: cluster, key: key, effect: parts.count > 1 ? parts[1] : nil))
  }

  /// The cluster of the selected row: itself, or the one a failover left.
  var selectedCluster: String? {
    switch pane {
    case .clusters: clusters.selected?.cluster.metadata.name
    case .failovers: failovers.selected.map(\.episode.from).flatMap { $0.isEmpty ? nil : $0 }
    default: nil
    }
  }

  private mutating func plan(_ act: FailoverAct) -> [Effect] {
    let token = newToken()
    history.pendingAct = token
    message = StatusMessage(.info, "asking the server what that would do …")
    return [.planAct(token: token, act)]
  }

  // MARK: What came of it

  mutating func take(_ news: FailoverActNews) {
    switch news {
    case .planned(let token, let result):
      // A question that has been asked anew meanwhile, or given up.
      guard history.pendingAct == token else { return }
      history.pendingAct = nil
      switch result {
      case .failure(let failure): message = StatusMessage(.error, failure.description)
      case .success(let plan): confirm(plan)
      }
    case .done(.success(let words)): message = StatusMessage(.info, words)
    case .done(.failure(let failure)): message = StatusMessage(.error, failure.description)
    }
  }

  private mutating func confirm(_ plan: FailoverActPlan) {
    if let refusal = plan.refusal {
      message = StatusMessage(.error, refusal)
      return
    }
    var lines: [Line] = plan.sentences.map { [Span($0.text, $0.weight.role)] }
    if let reason = arming?.reason {
      lines += [[], [Span("Reason on record: ", .label), Span(reason)]]
    }
    lines += [[], [Span("The server has checked this and would take it:", .muted)]]
    lines += YAMLLines.lines(of: Redaction.redacted(plan.body), foldingManagedFields: true)
    message = nil
    ask(
      Confirmation(
        title: plan.title, lines: lines, word: plan.act.word, button: plan.button,
        effects: [.runAct(plan)]))
  }
}

extension FailoverActPlan {
  var title: String {
    switch act {
    case .release(let binding, let from): "Release the eviction of \(binding) from \(from)"
    case .reschedule(let workload, _): "Reschedule \(workload.kind) \(workload.name)"
    case .taint(let cluster, let taint): "Taint \(cluster) with \(taint.text)"
    case .untaint(let cluster, let key, _): "Take the taint \(key) off \(cluster)"
    }
  }

  var button: String {
    switch act {
    case .release: "Release"
    case .reschedule: "Reschedule"
    case .taint: "Taint"
    case .untaint: "Untaint"
    }
  }
}

extension FailoverActPlan.Weight {
  var role: Role {
    switch self {
    case .plain: .text
    case .good: .good
    case .warning: .warning
    case .bad: .bad
    }
  }
}
