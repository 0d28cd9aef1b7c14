import Manifest

/// Makes an episode of what a binding's versions told, joined with its Works and its cluster.
struct EpisodeReading {
  private(set) var core: EpisodeCore
  private let track: BindingTrack
  private let works: WorkTrack?
  private let trouble: ClusterTrack.Span?
  private let now: Time
  private let relay: Relay
  var episode: Episode

  init(
    _ core: EpisodeCore, _ track: BindingTrack, _ works: WorkTrack?, trouble: ClusterTrack.Span?,
    at now: Time
  ) {
    self.core = core
    self.track = track
    self.works = works
    self.trouble = trouble
    self.now = now
    relay = Relay(core, works)
    episode = Episode(id: core.id(in: track.identity), binding: track.identity, from: core.from)
    fillFacts()
    fillTimes()
    episode.outcome = outcome
    episode.finished = core.ended ?? (episode.outcome == .unknown ? core.taskGone : nil)
    episode.why = why
    episode.evidence = evidence
  }

  private mutating func fillFacts() {
    episode.to = core.to
    episode.taskCreated = core.taskCreated
    episode.isReconstructed = core.wasFound || core.wasReconstructed || core.end == .unseen
    episode.relayed = relay.relayed
    episode.relaySightings = relay.sightings
    guard let task = core.task else {
      episode.purgeMode = core.failover?.purgeMode ?? ""
      episode.gracePeriodSeconds = core.failover?.gracePeriodSeconds
      return
    }
    episode.reason = task.reason
    episode.producer = task.producer
    episode.purgeMode = task.purgeMode
    episode.replicas = task.replicas
    episode.gracePeriodSeconds = task.gracePeriodSeconds
    episode.preservedLabels = task.preservedLabelState
  }

  private mutating func fillTimes() {
    episode.unhealthy =
      trouble == nil ? core.unhealthy : Moment.better(core.unhealthy, trouble?.start)
    episode.evicted = core.evicted
    episode.scheduled = core.scheduled
    episode.applied = applied
    episode.healthy = core.healthy
  }

  /// When the targets' Works were applied. The Works say it best: what the binding reports of a
  /// cluster that had the workload before is what it reported before.
  private var applied: Moment? {
    guard core.isPlaced else { return nil }
    let begun = core.evicted?.time ?? core.known
    let each = core.to.map { cluster in
      works?.lives(on: cluster).lazy.compactMap { Self.applied($0, since: begun) }.first
    }
    let seen = each.compactMap { $0 }
    guard seen.count == core.to.count, let last = seen.max(by: { $0.time < $1.time }) else {
      return core.applied
    }
    return last.isExact ? last : Moment.better(core.applied, last)
  }

  private static func applied(_ life: WorkTrack.Life, since begun: Time) -> Moment? {
    let old = life.changes.last { $0.at.time < begun }
    // A Work that was there before has to be written anew first.
    let new = life.changes.first { change in
      change.at.time >= begun && change.isApplied
        && old.map { change.generation > $0.generation } ?? true
    }
    // What was applied before is not what was written for this.
    let moment = new.flatMap { $0.at.moment(noted: $0.appliedNoted) }
    return moment.flatMap { $0.time >= begun - .seconds(2) ? $0 : nil }
  }

  // MARK: Outcome

  private var outcome: Episode.Outcome {
    switch core.end {
    case .recovered: return .recovered
    case .keptByItsCluster: return .cancelled
    case .unseen: return .unknown
    case .healedByItself, .noLongerDue: return .cancelled
    case .deleted:
      if core.task == nil, core.wasOverdue { return .blocked }
      return isNowhere ? .stranded : .cancelled
    case nil: break
    }
    if isNowhere { return .stranded }
    if core.task == nil { return core.wasOverdue ? .blocked : .inProgress }
    if !core.isTaskGone { return core.isSuppressed ? .suppressed : .inProgress }
    return core.isPlaced && core.isAppliedNow && !core.isHealthKnown ? .unknown : .inProgress
  }

  private var isNowhere: Bool {
    guard let nowhere = core.nowhere else { return false }
    return nowhere.isConfirmed || nowhere.known + EpisodeCore.patience <= now
  }

  // MARK: Words

  private var why: String {
    let words = EpisodeWords(core, episode, relay, at: now)
    return words.sentence
  }

  private var evidence: [Evidence] {
    EpisodeEvidence(core, track.identity, works, relay, trouble, episode).list
  }
}
