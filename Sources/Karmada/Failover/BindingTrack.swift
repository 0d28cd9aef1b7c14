import Manifest

/// Follows one binding from version to version and tells its evictions apart. Fed only with what
/// the binding itself says; its versions come in the order in which they were made.
struct BindingTrack: Sendable {
  /// A workload that its cluster reports unhealthy, and for how long.
  struct Unhealthy: Hashable, Sendable {
    /// Nil when it was so at the first look.
    var since: Moment?
    var known: Time
    var knownID: String?
    var carried: [Evidence] = []

    var time: Time { since?.time ?? known }
  }

  private(set) var identity: BindingIdentity
  var cores: [EpisodeCore] = []
  /// Clusters that report it unhealthy, where an application failover would follow.
  private(set) var unhealthy: [String: Unhealthy] = [:]
  private(set) var failover: ResourceBinding.ApplicationFailover?
  private(set) var findings: [StateFinding] = []
  private(set) var clusters: [ResourceBinding.TargetCluster]?
  private(set) var isDeleted = false
  private var version: Int64?
  /// Until when it was watched before a list named it.
  private var watched = Time(nanoseconds: .max)

  /// A controller is up to a second late by rounding (KARMADA: application failover; 10.6 to
  /// 10.9 s for 10 s in the recordings): not before this long after it was due is it blocked.
  static let slack = Duration.milliseconds(1500)

  /// - Parameter before: the clusters it had in the version before, where that is known.
  init(_ identity: BindingIdentity, before: [ResourceBinding.TargetCluster]? = nil) {
    self.identity = identity
    clusters = before
  }

  /// Whether a binding tells anything of failovers, so that it is worth following.
  static func concerns(_ binding: ResourceBinding) -> Bool {
    if !binding.gracefulEvictionTasks.isEmpty { return true }
    if binding.clusters.isEmpty { return isNowhere(binding) }
    guard binding.failover != nil else { return false }
    return binding.aggregatedStatus.contains { item in
      item.health == .unhealthy && binding.clusters.contains { $0.name == item.clusterName }
    }
  }

  /// Nothing is going on and nothing has been: the track may be forgotten.
  var isQuiet: Bool { unhealthy.isEmpty && cores.allSatisfy(\.isOver) }

  /// Events tell since when a cluster has reported it unhealthy that was so at the first look.
  mutating func note(unhealthySince time: Time, on cluster: String) {
    guard let state = unhealthy[cluster], state.since?.isExact != true, time <= state.known
    else { return }
    unhealthy[cluster]?.since = Moment(time, isExact: false)
  }

  /// How much its Works would tell that nothing else does, the most first: state is on its way to
  /// another cluster, may soon be, or a cluster that had the workload before took more of it.
  var worksRank: Int {
    let open = cores.filter { !$0.isOver }
    if open.contains(where: { $0.task?.preservedLabelState.isEmpty == false }) {
      return isEvicting ? 0 : 1
    }
    if !unhealthy.isEmpty, failover?.statePreservation.isEmpty == false { return 2 }
    return open.contains { $0.hadItBefore && $0.applied == nil } ? 3 : Self.restingRank
  }
  static let restingRank = 4

  /// When its episodes change by themselves next: something becomes due, or overdue.
  func nextDeadline(after time: Time = Time(nanoseconds: .min)) -> Time? {
    let waiting = unhealthy.values.compactMap { due($0) }.map { $0 + Self.slack }
    let open = cores.lazy.filter { !$0.isOver }
    let unsure = open.compactMap { core in
      core.nowhere.flatMap { $0.isConfirmed ? nil : $0.known + EpisodeCore.patience }
    }
    let all: [Time] = waiting + unsure + open.compactMap(\.stuckAfter)
    return all.filter { $0 > time }.min()
  }

  var isEvicting: Bool { cores.contains { !$0.isOver && $0.task != nil && !$0.isTaskGone } }

  mutating func rename(_ id: String, to new: String) {
    for at in cores.indices where cores[at].id(in: identity) == id { cores[at].knownID = new }
    for (name, state) in unhealthy where overdueCore(name, state).id(in: identity) == id {
      unhealthy[name]?.knownID = new
    }
  }

  mutating func resume(_ episode: Episode) {
    if episode.evicted == nil, episode.taskCreated == nil, episode.outcome == .blocked {
      unhealthy[episode.from] = Unhealthy(
        since: episode.unhealthy, known: episode.began ?? Time(nanoseconds: 0),
        knownID: episode.id, carried: episode.evidence)
    } else {
      cores.append(EpisodeCore(resuming: episode))
    }
  }

  // MARK: Versions

  /// False when the version is not newer than what is known.
  ///
  /// - Parameter watched: until when it was watched, where a list names it.
  mutating func take(
    _ binding: ResourceBinding, _ sighting: Sighting, watched: Time
  ) -> Bool {
    let new = Int64(binding.metadata.resourceVersion)
    if let new, let version, new <= version { return false }
    version = new ?? version
    identity = BindingIdentity(binding)
    if binding.metadata.deletionTimestamp != nil {
      delete(sighting, noted: binding.metadata.deletionTimestamp, watched: watched)
      return true
    }
    self.watched = watched
    takeHealth(binding, sighting)
    takeTasks(binding, sighting)
    takePlacement(binding, sighting)
    for at in cores.indices where !cores[at].isOver {
      cores[at].takeReports(of: binding, sighting)
    }
    clusters = binding.clusters
    if !binding.stateFindings.isEmpty { findings = binding.stateFindings }
    return true
  }

  /// - Parameter watched: until when it was watched, where a list no longer names it.
  mutating func delete(_ sighting: Sighting, noted: Time? = nil, watched: Time) {
    guard !isDeleted else { return }
    isDeleted = true
    self.watched = watched
    // What became of it before it was deleted unwatched, nobody can say.
    let end: EpisodeCore.End
    if case .found = sighting { end = .unseen } else { end = .deleted }
    for (cluster, state) in unhealthy {
      closeOverdue(cluster, state, end, sighting, noted: noted)
    }
    unhealthy = [:]
    for at in cores.indices where !cores[at].isOver {
      cores[at].end = end
      cores[at].ended = sighting.moment(noted: noted)
    }
  }

  // MARK: Health

  func toleration(_ failover: ResourceBinding.ApplicationFailover) -> Duration {
    // The API's default (policy/v1alpha1 DecisionConditions).
    .seconds(min(max(0, failover.tolerationSeconds ?? 300), 1_000_000_000))
  }

  /// When an unhealthy workload should have been evicted; nil without application failover.
  func due(_ state: Unhealthy) -> Time? {
    failover.map { state.time + toleration($0) }
  }

  func isOverdue(_ state: Unhealthy, at time: Time) -> Bool {
    due(state).map { time >= $0 + Self.slack } ?? false
  }

  private mutating func takeHealth(_ binding: ResourceBinding, _ sighting: Sighting) {
    let isWanted = binding.failover != nil
    if !isWanted {
      for (cluster, state) in unhealthy {
        closeOverdue(cluster, state, .noLongerDue, sighting)
      }
      unhealthy = [:]
    }
    failover = binding.failover
    guard isWanted else { return }
    // Without any status the controller forgets since when (bindingFilter); what is blocked stays so.
    if binding.aggregatedStatus.isEmpty {
      unhealthy = unhealthy.filter { wasBlocked($0.value, sighting) }
    }
    for item in binding.aggregatedStatus {
      let name = item.clusterName
      switch item.health {
      case .unhealthy:
        guard unhealthy[name] == nil, binding.clusters.contains(where: { $0.name == name })
        else { continue }
        unhealthy[name] = Unhealthy(since: sighting.moment(), known: sighting.time)
      // Unknown begins the toleration anew in 1.12 (applicationfailover/common.go). What is blocked
      // is not healed by it.
      case .unknown:
        guard let state = unhealthy[name], !wasBlocked(state, sighting) else { continue }
        unhealthy[name] = nil
      case .healthy:
        guard let state = unhealthy.removeValue(forKey: name) else { continue }
        closeOverdue(name, state, .healedByItself, sighting)
      }
    }
    let tasks = binding.gracefulEvictionTasks
    for (name, state) in unhealthy
    where !binding.clusters.contains(where: { $0.name == name })
      && !tasks.contains(where: { $0.fromCluster == name })
    {
      unhealthy[name] = nil
      closeOverdue(name, state, .noLongerDue, sighting)
    }
  }

  /// What the journal has as blocked was; else it must have been overdue while it was watched. What
  /// a list tells happened unwatched: it may have come in time.
  private func wasBlocked(_ state: Unhealthy, _ sighting: Sighting) -> Bool {
    if state.knownID != nil { return true }
    if case .found(let time) = sighting { return isOverdue(state, at: min(time, watched)) }
    return isOverdue(state, at: sighting.time)
  }

  /// A failover that was blocked and no longer is due remains as an episode.
  private mutating func closeOverdue(
    _ cluster: String, _ state: Unhealthy, _ end: EpisodeCore.End, _ sighting: Sighting,
    noted: Time? = nil
  ) {
    guard wasBlocked(state, sighting) else { return }
    var core = overdueCore(cluster, state)
    core.end = end
    core.ended = sighting.moment(noted: noted)
    cores.append(core)
  }

  /// The episode of a failover that is due, as long as nothing has been evicted.
  func overdueCore(_ cluster: String, _ state: Unhealthy) -> EpisodeCore {
    var core = EpisodeCore(from: cluster, known: state.known)
    core.knownID = state.knownID
    core.carried = state.carried
    core.unhealthy = state.since
    core.wasFound = state.since == nil
    core.wasOverdue = true
    core.failover = failover
    core.findings = findings.filter { $0.cluster == cluster }
    return core
  }

  // MARK: Tasks

  private mutating func takeTasks(_ binding: ResourceBinding, _ sighting: Sighting) {
    let tasks = binding.gracefulEvictionTasks
    for (index, task) in tasks.enumerated() {
      let isLast = index == tasks.count - 1
      if let at = openCore(from: task.fromCluster) {
        let known = cores[at].taskCreated
        if let known, let created = task.creationTimestamp, known != created {
          // Another task from the same cluster: the end of the first was missed.
          taskVanishes(at, binding, sighting, unseen: true)
        } else {
          follow(at, task, isLast: isLast, sighting)
          continue
        }
      }
      open(task, isLast: isLast, binding, sighting)
    }
    for at in cores.indices
    where !cores[at].isOver && cores[at].task != nil && !cores[at].isTaskGone
      && !tasks.contains(where: { $0.fromCluster == cores[at].from })
    {
      taskVanishes(at, binding, sighting, unseen: false)
    }
  }

  private func openCore(from cluster: String) -> Int? {
    cores.lastIndex {
      $0.from == cluster && !$0.isOver && $0.task != nil && !$0.isTaskGone
    }
  }

  private mutating func follow(
    _ at: Int, _ task: ResourceBinding.GracefulEvictionTask, isLast: Bool, _ sighting: Sighting
  ) {
    cores[at].task = task
    cores[at].isLastTask = isLast
    cores[at].taskCreated = task.creationTimestamp ?? cores[at].taskCreated
    // Found before it was stamped: the controller does that within moments.
    cores[at].evicted =
      cores[at].evicted ?? cores[at].taskCreated.map { Moment($0, isExact: false) }
    let isSuppressed = task.suppressDeletion == true
    if cores[at].isSuppressed, !isSuppressed { cores[at].released = sighting.moment() }
    cores[at].isSuppressed = isSuppressed
  }

  private mutating func open(
    _ task: ResourceBinding.GracefulEvictionTask, isLast: Bool, _ binding: ResourceBinding,
    _ sighting: Sighting
  ) {
    var core = EpisodeCore(from: task.fromCluster, known: sighting.time)
    core.evicted = sighting.moment(noted: task.creationTimestamp)
    if let state = unhealthy.removeValue(forKey: task.fromCluster) {
      // A taint drives out the healthy too: what led to it is its cluster's story.
      if task.reason != EpisodeCore.taintReason { core.unhealthy = state.since }
      core.knownID = state.knownID
      core.carried = state.carried
      core.wasOverdue = isOverdue(state, at: core.evicted?.time ?? sighting.time)
      core.findings = findings.filter { $0.cluster == task.fromCluster }
    }
    core.failover = binding.failover
    if case .found = sighting { core.wasFound = true }
    core.remaining = remaining(after: task, binding, sighting)
    core.lastScheduledBefore = binding.lastScheduledTime
    cores.append(core)
    follow(cores.count - 1, task, isLast: isLast, sighting)
  }

  /// Where it still ran once it had left the task's cluster. A list that names the task first may
  /// show what the scheduler has done since.
  private func remaining(
    after task: ResourceBinding.GracefulEvictionTask, _ binding: ResourceBinding,
    _ sighting: Sighting
  ) -> [String: Int]? {
    if let clusters {
      let leaving = Set(binding.gracefulEvictionTasks.map(\.fromCluster))
      return Dictionary(
        clusters.filter { !leaving.contains($0.name) }.map { ($0.name, $0.replicas) },
        uniquingKeysWith: { $1 })
    }
    if case .seen = sighting {
      return Dictionary(
        binding.clusters.map { ($0.name, $0.replicas) }, uniquingKeysWith: { $1 })
    }
    if binding.clusters.isEmpty { return [:] }
    guard !task.clustersBeforeFailover.isEmpty else { return nil }
    return Dictionary(
      task.clustersBeforeFailover.filter { $0 != task.fromCluster }.map { ($0, Int.max) },
      uniquingKeysWith: { $1 })
  }

  private mutating func taskVanishes(
    _ at: Int, _ binding: ResourceBinding, _ sighting: Sighting, unseen: Bool
  ) {
    cores[at].isTaskGone = true
    cores[at].taskGone = unseen ? nil : sighting.moment()
    if cores[at].isSuppressed, cores[at].released == nil {
      cores[at].released = cores[at].taskGone
    }
    if unseen {
      cores[at].end = .unseen
      return
    }
    guard binding.clusters.contains(where: { $0.name == cores[at].from }), !cores[at].wasNowhere
    else { return }
    // Seen at once it was called off; after a gap it may as well have gone and come back.
    if case .seen = sighting {
      cores[at].end = .keptByItsCluster
    } else {
      cores[at].end = .unseen
    }
    cores[at].ended = cores[at].taskGone
  }
}
