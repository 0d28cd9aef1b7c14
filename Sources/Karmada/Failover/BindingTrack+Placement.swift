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
      if binding.clusters.isEmpty {
        cores[at].lose(binding, sighting)
      } else {
        cores[at].place(binding, sighting, isContinued: isContinued(at))
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

  /// A later eviction has taken the workload on from where this one brought it.
  private func isContinued(_ at: Int) -> Bool {
    cores[(at + 1)...].contains { later in later.task != nil && cores[at].to.contains(later.from) }
  }
}

extension EpisodeCore {
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
  }

  /// Takes in where the binding is scheduled to.
  /// - Parameter isContinued: a later eviction goes on from this one's targets, which then stay.
  mutating func place(_ binding: ResourceBinding, _ sighting: Sighting, isContinued: Bool) {
    nowhere = nil
    guard !isContinued || !isPlaced, let takers = takers(binding) else { return }
    if !isPlaced { scheduled = sighting.moment(noted: binding.lastScheduledTime) }
    isPlaced = true
    to = takers
    targetCount = binding.clusters.count
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
    guard isPlaced, !binding.clusters.isEmpty else { return }
    let reports = binding.clusters.map { target in
      binding.aggregatedStatus.first { $0.clusterName == target.name }
    }
    let isApplied = reports.allSatisfy { $0?.applied == true }
    if isApplied, !isAppliedNow, applied == nil { applied = sighting.moment() }
    isAppliedNow = isApplied
    isHealthKnown = reports.allSatisfy { $0?.health != .unknown }
    let isHealthy = reports.allSatisfy { $0?.health == .healthy }
    if isHealthy, !isHealthyNow { healthy = sighting.moment() ?? healthy }
    if !isHealthy { healthy = nil }
    isHealthyNow = isHealthy
    guard isTaskGone, isHealthy else { return }
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
