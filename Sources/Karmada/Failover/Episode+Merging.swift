import Manifest

extension Episode {
  /// Two accounts of one eviction, by dashboards that watched at the same time or one after the
  /// other. There is only ever one task from a cluster in a binding; its creationTimestamp says
  /// which, and until it has one, that both are open at the same time does.
  public func isSame(as other: Episode) -> Bool {
    if id == other.id { return true }
    guard binding.uid == other.binding.uid, !binding.uid.isEmpty else { return false }
    guard from == other.from else { return isSamePlight(as: other) }
    if let a = taskCreated, let b = other.taskCreated { return a == b }
    // One that is over before the other began is another one.
    func ended(_ a: Episode, before b: Episode) -> Bool {
      guard let end = a.finished?.time, let start = b.began else { return false }
      return end + .seconds(3) < start
    }
    if ended(self, before: other) || ended(other, before: self) { return false }
    if isOpen, other.isOpen { return true }
    guard let a = evicted?.time ?? taskCreated ?? finished?.time,
      let b = other.evicted?.time ?? other.taskCreated ?? other.finished?.time
    else { return unhealthy != nil && unhealthy?.time == other.unhealthy?.time }
    return a <= b + .seconds(3) && b <= a + .seconds(3)
  }

  /// A binding is nowhere once: whoever found it there with nothing to tell where it had been
  /// means what another knows the cluster of.
  private func isSamePlight(as other: Episode) -> Bool {
    let areNowhere = [self, other].allSatisfy { $0.isOpen && $0.outcome == .stranded }
    return areNowhere && (from.isEmpty || other.from.isEmpty)
  }

  /// This account, completed by a later one of the same eviction; the id stays.
  public func merged(with later: Episode) -> Episode {
    var all = later
    all.id = id
    if all.from.isEmpty { all.from = from }
    if all.to.isEmpty { all.to = to }
    if all.reason.isEmpty {
      (all.reason, all.producer, all.purgeMode) = (reason, producer, purgeMode)
    }
    all.replicas = all.replicas ?? replicas
    all.gracePeriodSeconds = all.gracePeriodSeconds ?? gracePeriodSeconds
    all.preservedLabels.merge(preservedLabels) { new, _ in new }
    all.unhealthy = Moment.better(unhealthy, later.unhealthy)
    all.evicted = Moment.better(evicted, later.evicted)
    all.scheduled = Moment.better(scheduled, later.scheduled)
    all.applied = Moment.better(applied, later.applied)
    all.healthy = Moment.better(healthy, later.healthy)
    all.finished = Moment.better(finished, later.finished)
    all.taskCreated = later.taskCreated ?? taskCreated
    all.previous = later.previous ?? previous
    all.incident = later.incident ?? incident
    // Seen once is seen; and whoever saw the end knows better than who only found it over.
    if relayed == true || later.relayed == nil { all.relayed = relayed }
    for sighting in relaySightings where !all.relaySightings.contains(sighting) {
      all.relaySightings.append(sighting)
    }
    if later.outcome == .unknown, outcome != .unknown, !isOpen || later.isReconstructed == false {
      (all.outcome, all.why) = (outcome, why)
    } else if !isOpen, later.isOpen, outcome != .unknown {
      (all.outcome, all.why) = (outcome, why)
    }
    all.isReconstructed = isReconstructed && later.isReconstructed
    for one in evidence
    where !all.evidence.contains(where: { $0.subject == one.subject && $0.what == one.what }) {
      all.evidence.append(one)
    }
    all.evidence.sort { ($0.at.time, $0.subject, $0.what) < ($1.at.time, $1.subject, $1.what) }
    return all
  }
}
