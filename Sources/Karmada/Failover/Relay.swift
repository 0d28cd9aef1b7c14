import Manifest

/// Whether the state that a task preserved arrived in the target's Work.
struct Relay: Hashable, Sendable {
  var relayed: Bool?
  var sightings: [RelaySighting] = []
  /// Why it did not arrive, or why nobody knows.
  var why = ""
  /// Clusters whose object was read while it should have carried the labels, and did not.
  var missing: [String] = []

  /// Karmada 1.12 injects the labels when it writes the target's Work and takes them away again
  /// when the task is gone (`ensureWork`, `injectReservedLabelState`): only what was seen in
  /// between says anything.
  init(_ core: EpisodeCore, _ works: WorkTrack?) {
    guard let task = core.task else { return }
    let labels = task.preservedLabelState
    guard !labels.isEmpty else {
      judgeUnpreserved(core, task)
      return
    }
    let begun = core.evicted?.time ?? core.known
    var sawWithout = false
    for cluster in core.to {
      for life in works?.lives(on: cluster) ?? [] {
        for change in life.changes {
          // The Work's watch may be a little ahead of the binding's.
          if labels.allSatisfy({ change.labels[$0.key] == $0.value }),
            Self.counts(change, of: life, since: begun - .seconds(3))
          {
            note(life, change, on: cluster)
            break
          }
          if change.isApplied, Self.counts(change, of: life, since: begun),
            Self.wasOpen(core, at: change.at.time)
          {
            sawWithout = true
          }
        }
      }
    }
    takeLooks(core, works, labels, since: begun)
    for known in core.carriedSightings
    where !sightings.contains(where: { $0.subject == known.subject && $0.cluster == known.cluster })
    {
      sightings.append(known)
    }
    if !sightings.isEmpty {
      relayed = true
    } else if let obstacle = Self.obstacle(core, task), core.isPlaced {
      relayed = false
      why = obstacle
    } else if sawWithout || core.carriedRelayed == false {
      relayed = false
      why =
        core.isLastTask
        ? "the target's Work was written without the preserved labels"
        : "a later eviction's labels took their place"
    } else if core.isTaskGone {
      relayed = core.carriedRelayed
      if relayed == nil { why = "nobody saw the target's Work while the labels were due on it" }
    }
  }

  /// What was read of the objects in the members. Labels there prove that they were on the Work.
  private mutating func takeLooks(
    _ core: EpisodeCore, _ works: WorkTrack?, _ labels: [String: String], since begun: Time
  ) {
    for cluster in core.to {
      let looks = (works?.looks[cluster] ?? []).filter { $0.at >= begun }
      let carries = looks.first { look in labels.allSatisfy { look.labels[$0.key] == $0.value } }
      if let carries {
        sightings.append(
          RelaySighting(
            cluster: cluster, subject: RelaySighting.memberSubject, at: Moment(carries.at)))
      } else if looks.contains(where: { Self.wasOpen(core, at: $0.at) }) {
        missing.append(cluster)
      }
    }
  }

  /// No labels in the task. With rules in the policy that is a loss; the gate is the only reason
  /// left, since a rule that finds nothing keeps the task from being made.
  private mutating func judgeUnpreserved(
    _ core: EpisodeCore, _ task: ResourceBinding.GracefulEvictionTask
  ) {
    guard task.reason == EpisodeCore.applicationReason,
      core.failover?.statePreservation.isEmpty == false
    else { return }
    relayed = false
    why = "the task preserves nothing: is the feature gate StatefulFailoverInjection off?"
  }

  /// The Work as it was written for this eviction, not what was left from earlier ones.
  private static func counts(
    _ change: WorkTrack.Life.Change, of life: WorkTrack.Life, since begun: Time
  ) -> Bool {
    if let gone = life.gone, gone.time < begun { return false }
    if case .found = change.at, let created = life.created { return created >= begun - .seconds(2) }
    return change.at.time >= begun
  }

  private static func wasOpen(_ core: EpisodeCore, at time: Time) -> Bool {
    guard core.isTaskGone else { return true }
    return core.taskGone.map { time < $0.time } ?? false
  }

  private mutating func note(
    _ life: WorkTrack.Life, _ change: WorkTrack.Life.Change, on cluster: String
  ) {
    let moment = change.at.moment(noted: life.created) ?? Moment(change.at.time, isExact: false)
    sightings.append(RelaySighting(cluster: cluster, subject: "Work \(life.key)", at: moment))
  }

  /// Why Karmada 1.12 does not inject the labels into any target's Work, as far as the task and
  /// the placement tell; nil when it should.
  private static func obstacle(
    _ core: EpisodeCore, _ task: ResourceBinding.GracefulEvictionTask
  ) -> String? {
    if !InjectionObstacle.injectingModes.contains(task.purgeMode) {
      return "purgeMode \(task.purgeMode) never injects: only Immediately does"
    }
    if core.targetCount > 1 { return "more than one target cluster: nothing is injected then" }
    let old = core.to.filter { task.clustersBeforeFailover.contains($0) }
    return old.isEmpty ? nil : "\(old.joined(separator: ", ")) had the workload before as well"
  }
}
