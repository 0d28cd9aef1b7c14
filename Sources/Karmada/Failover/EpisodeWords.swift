import Manifest

/// The one sentence that says why an episode stands as it does.
struct EpisodeWords {
  private let core: EpisodeCore
  private let episode: Episode
  private let relay: Relay
  private let now: Time

  init(_ core: EpisodeCore, _ episode: Episode, _ relay: Relay, at now: Time) {
    self.core = core
    self.episode = episode
    self.relay = relay
    self.now = now
  }

  var sentence: String {
    var parts = [outcome]
    if episode.outcome != .blocked, core.wasOverdue, core.task != nil { parts.append(wasBlocked) }
    if let stuck = core.stuckAfter, stuck <= now {
      let grace = core.task?.gracePeriodSeconds.map { "\($0) s" } ?? "10 minutes"
      parts.append(
        "past its grace of \(grace): until the task is gone \(core.from) is not used again")
    }
    if episode.relayed == false || episode.outcome != .inProgress { parts.append(state) }
    parts += illegalLabels
    if !relay.missing.isEmpty {
      parts.append(
        "the object on \(relay.missing.joined(separator: ", ")) did not carry the labels")
    }
    return parts.filter { !$0.isEmpty }.joined(separator: "; ")
  }

  private var outcome: String {
    switch episode.outcome {
    case .recovered: recovered
    case .stranded: stranded
    case .suppressed: suppressed
    case .blocked: blocked
    case .cancelled: cancelled
    case .inProgress: inProgress
    case .unknown: unknown
    }
  }

  private var recovered: String {
    if core.wentOn == .unhealthy, core.taskGone != nil {
      return "\(targets) never became healthy; a later failover took the workload on"
    }
    return core.wasNowhere ? "it was on no cluster for a while" : ""
  }

  private var targets: String { core.to.joined(separator: ", ") }

  private var stranded: String {
    let words = core.nowhere?.words ?? ""
    let said = words.isEmpty ? "no cluster took it over" : words
    if core.end == .deleted { return "deleted while on no cluster: \(said)" }
    if core.isSuppressed { return "\(said); the copy on \(core.from) is kept until released" }
    if core.task != nil, !core.isTaskGone {
      return "\(said); the eviction from \(core.from) is still open"
    }
    return said
  }

  private var suppressed: String {
    let state = core.isHealthyNow ? ", healthy on \(targets)" : ""
    return "purgeMode \(episode.purgeMode): the copy on \(core.from) stays until a person "
      + "releases it\(state)"
  }

  private var blocked: String {
    let seconds = core.failover?.tolerationSeconds ?? 300
    let due = "unhealthy on \(core.from) for longer than \(seconds) s and not evicted"
    let failing = core.findings.filter { $0.problem != nil }.map(\.sentence)
    let cause =
      failing.isEmpty
      ? "no rule stands in its way: is the feature gate Failover on, is karmada-controller-manager "
        + "running?"
      : failing.joined(separator: "; ")
    let end = core.end == .deleted ? " (deleted since)" : ""
    return "\(due)\(end): \(cause)"
  }

  /// Of a failover that did come in the end.
  private var wasBlocked: String {
    let failing = core.findings.filter { $0.problem != nil }.map(\.sentence)
    let cause = failing.isEmpty ? "" : ": " + failing.joined(separator: "; ")
    return "it was blocked before that\(cause)"
  }

  private var cancelled: String {
    switch core.end {
    case .healedByItself: "blocked, then healthy again on \(core.from) by itself\(cause)"
    case .noLongerDue: "blocked, then no longer due\(cause)"
    case .deleted: "the binding was deleted before it was over"
    default: "called off: \(core.from) has it again"
    }
  }

  private var cause: String {
    let failing = core.findings.filter { $0.problem != nil }.map(\.sentence)
    return failing.isEmpty ? "" : " (\(failing.joined(separator: "; ")))"
  }

  private var inProgress: String {
    if !core.isPlaced { return "waits for the scheduler" }
    if core.wentOn == .unhealthy {
      return "\(targets) has not become healthy; a later failover takes the workload on"
    }
    if core.wentOn == .healthy {
      return "was healthy on \(targets), and is evicted from there; the eviction is still open"
    }
    if core.isHealthyNow { return "healthy on \(targets); the eviction is still open" }
    if core.isTaskGone {
      return "the copy on \(core.from) is gone and \(targets) has not become healthy"
    }
    if core.isAppliedNow { return "\(targets) is not healthy yet" }
    return core.refusal.map { "not applied: \($0)" } ?? "not applied on \(targets) yet"
  }

  private var unknown: String {
    if core.end == .unseen { return "how it ended nobody saw" }
    return "over, and \(core.to.joined(separator: ", ")) reports no health"
  }

  /// Preserved labels that no API server takes: the target's member refuses the whole manifest.
  private var illegalLabels: [String] {
    guard episode.outcome != .recovered, episode.outcome != .cancelled else { return [] }
    return episode.preservedLabels.sorted { $0.key < $1.key }.compactMap { name, value in
      var rule = ResourceBinding.StatePreservationRule()
      rule.aliasLabelName = name
      let finding = StateFinding(cluster: core.from, rule: rule, value: value)
      return finding.labelComplaint.map { "\(name): \($0), so that no member takes the manifest" }
    }
  }

  private var state: String {
    guard episode.relayed != true, !relay.why.isEmpty else { return "" }
    let lead = episode.relayed == false ? "state not relayed" : "state"
    return "\(lead): \(relay.why)"
  }
}
