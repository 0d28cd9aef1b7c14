import Manifest

extension BindingTrack {
  /// On no cluster although it has run before, and the scheduler says it cannot be otherwise.
  static func isNowhere(_ binding: ResourceBinding) -> Bool {
    binding.clusters.isEmpty && binding.lastScheduledTime != nil
      && binding.metadata.deletionTimestamp == nil
      && binding.conditions["Scheduled"]?.status == .false
  }

  mutating func takePlacement(_ binding: ResourceBinding, _ sighting: Sighting) {
    if Self.isNowhere(binding), !cores.contains(where: { !$0.isOver }) {
      openNowhere(binding, sighting)
    }
    for at in cores.indices where !cores[at].isOver {
      if cores[at].isPlaced, isContinued(at) {
        cores[at].goOn()
      } else if binding.clusters.isEmpty {
        cores[at].lose(binding, sighting)
      } else {
        cores[at].place(binding, sighting)
      }
    }
  }

  /// It lost its last cluster without a task: graceful eviction switched off, a policy that fits
  /// no cluster any more, or a task that was over before anybody looked.
  private mutating func openNowhere(_ binding: ResourceBinding, _ sighting: Sighting) {
    var names = (clusters ?? []).map(\.name)
    if names.isEmpty { names = binding.aggregatedStatus.map(\.clusterName) }
    if names.isEmpty { names = [""] }
    for name in Set(names).sorted().prefix(16) {
      var core = EpisodeCore(from: name, known: sighting.time)
      core.evicted = sighting.moment()
      if case .found = sighting { core.wasFound = true }
      core.isTaskGone = true
      core.remaining = [:]
      cores.append(core)
    }
  }

  /// It is on no cluster since an eviction that an Event tells of.
  mutating func strand(
    _ binding: ResourceBinding, from cluster: String, gone: Time, _ sighting: Sighting
  ) {
    // Found nowhere already, with nothing to tell where it had been.
    let found = cores.firstIndex {
      !$0.isOver && $0.task == nil && ["", cluster].contains($0.from)
    }
    if found == nil { cores.append(EpisodeCore(from: cluster, known: sighting.time)) }
    let at = found ?? cores.count - 1
    if found != nil { cores[at].knownID = cores[at].id(in: identity) }
    cores[at].from = cluster
    cores[at].wasFound = true
    cores[at].isTaskGone = true
    cores[at].taskGone = Moment(gone, isExact: false)
    cores[at].remaining = [:]
    cores[at].lose(binding, sighting)
  }

  /// Takes in from where a binding came that was found nowhere; false when none is in doubt.
  mutating func tell(whence cluster: String, knownAs id: String) -> Bool {
    guard
      let at = cores.firstIndex(where: {
        !$0.isOver && $0.task == nil && $0.from.isEmpty && $0.nowhere != nil
      })
    else { return false }
    cores[at].from = cluster
    cores[at].knownID = id
    return true
  }

  /// A later eviction has taken the workload on from where this one brought it.
  private func isContinued(_ at: Int) -> Bool {
    cores[(at + 1)...].contains { later in later.task != nil && cores[at].to.contains(later.from) }
  }
}

extension EpisodeCore {
  /// A later eviction takes the workload on from this one's targets: what they came to stays, and
  /// where it goes next is the later one's story.
  mutating func goOn() {
    if wentOn == nil { wentOn = isHealthyNow ? .healthy : .unhealthy }
  }

  /// Takes in that the binding is on no cluster.
  mutating func lose(_ binding: ResourceBinding, _ sighting: Sighting) {
    isHealthyNow = false
    guard let scheduled = binding.conditions["Scheduled"], scheduled.status == .false else {
      // A task that is over with nobody to take the workload has let it go all the same
      // (karmada#7455). Until then the scheduler may just not have looked yet.
      guard isTaskGone else { return }
      wasNowhere = true
      if nowhere == nil {
        nowhere = Nowhere(
          since: sighting.moment(), known: sighting.time, words: "", isConfirmed: true)
      }
      return
    }
    let begun = taskCreated ?? evicted?.time ?? known
    let isNews = scheduled.lastTransitionTime.map { $0 >= begun - .seconds(2) } ?? true
    if let before = nowhere {
      let isConfirmed = before.isConfirmed || isTaskGone || before.words != scheduled.words
      nowhere?.isConfirmed = isConfirmed
      nowhere?.words = scheduled.words
    } else {
      nowhere = Nowhere(
        since: sighting.moment(noted: scheduled.lastTransitionTime), known: sighting.time,
        words: scheduled.words, isConfirmed: isNews || isTaskGone)
    }
    if nowhere?.isConfirmed == true { wasNowhere = true }
    lost = lost ?? nowhere?.since?.time
  }

  /// Takes in where the binding is scheduled to.
  mutating func place(_ binding: ResourceBinding, _ sighting: Sighting) {
    nowhere = nil
    guard let takers = takers(binding) else { return }
    let noted = noted(binding.lastScheduledTime)
    if !isPlaced {
      scheduled = sighting.moment(noted: noted)
    } else if scheduled == nil {
      scheduled = noted.map { Moment($0, isExact: false) }
    }
    isPlaced = true
    to = takers
    targetCount = binding.clusters.count
  }

  /// When the scheduler looked, where that was for this eviction and not before it.
  private func noted(_ lastScheduled: Time?) -> Time? {
    guard let lastScheduled, lastScheduled != lastScheduledBefore || wasFound else { return nil }
    guard let begun = taskCreated ?? evicted?.time else {
      return lastScheduled == lastScheduledBefore ? nil : lastScheduled
    }
    return lastScheduled >= begun - .seconds(1) ? lastScheduled : nil
  }

  /// The clusters that took the workload over; nil while the scheduler has done nothing yet.
  private func takers(_ binding: ResourceBinding) -> [String]? {
    let all = binding.clusters.map(\.name).sorted()
    guard let remaining else {
      // Not known where it was before: scheduled since the task was made, or still as it was.
      if isPlaced { return all }
      guard let created = taskCreated, let scheduled = binding.lastScheduledTime else { return nil }
      return scheduled >= created ? all : nil
    }
    let gained = binding.clusters.filter { target in
      remaining[target.name].map { target.replicas > $0 } ?? true
    }
    if !gained.isEmpty { return gained.map(\.name).sorted() }
    // The same clusters as before run it on, once the scheduler has looked at it again.
    let hasLooked =
      binding.schedulerObservedGeneration == binding.metadata.generation
      || binding.lastScheduledTime != lastScheduledBefore
    return hasLooked || isPlaced ? all : nil
  }

  /// Takes in what the targets report, and whether that is the end of it.
  mutating func takeReports(of binding: ResourceBinding, _ sighting: Sighting) {
    guard isPlaced, wentOn != nil || !binding.clusters.isEmpty else { return }
    let reports = binding.clusters.map { target in
      binding.aggregatedStatus.first { $0.clusterName == target.name }
    }
    guard wentOn == nil else {
      let isWell = !reports.isEmpty && reports.allSatisfy { $0?.health == .healthy }
      if isTaskGone, isWell || wentOn == .healthy { recover() }
      return
    }
    takeApplied(reports, sighting)
    isHealthKnown = reports.allSatisfy { $0?.health != .unknown }
    let isHealthy = reports.allSatisfy { $0?.health == .healthy }
    if isHealthy, !isHealthyNow { healthy = sighting.moment() ?? healthy }
    if !isHealthy { healthy = nil }
    isHealthyNow = isHealthy
    if isTaskGone, isHealthy { recover() }
  }

  private mutating func takeApplied(
    _ reports: [ResourceBinding.AggregatedStatusItem?], _ sighting: Sighting
  ) {
    let isApplied = reports.allSatisfy { $0?.applied == true }
    if !isApplied { wasUnapplied = true }
    // What a cluster that had it before reports as applied may be what it had before.
    if isApplied, !isAppliedNow, applied == nil, wasUnapplied || !hadItBefore {
      applied = sighting.moment()
    }
    isAppliedNow = isApplied
    let refused = reports.lazy.compactMap { $0 }.first { !$0.applied && !$0.appliedMessage.isEmpty }
    refusal = refused.map { "\($0.clusterName): \($0.appliedMessage.prefix(300))" }
  }

  private mutating func recover() {
    end = .recovered
    guard let gone = taskGone else { return }
    let isLater = healthy.map { $0.isExact && $0.time > gone.time } ?? false
    ended = isLater ? healthy : gone
  }
}

extension Condition {
  /// "NoClusterFit: 0/3 clusters are available …".
  var words: String {
    if reason.isEmpty { return message }
    return message.isEmpty ? reason : "\(reason): \(message)"
  }
}
