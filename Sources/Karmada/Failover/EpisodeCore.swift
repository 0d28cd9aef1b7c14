import Manifest

/// What a binding's own versions tell of one episode. Works, clusters and Events are joined to it
/// when it is read (`EpisodeBuilder.episodes`), so that it does not matter which arrived first.
struct EpisodeCore: Hashable, Sendable {
  /// How it left the state of being open.
  enum End: Hashable, Sendable {
    case recovered
    /// The cluster that was to be left has the workload again.
    case keptByItsCluster
    /// The binding was deleted before it was over.
    case deleted
    /// The workload became healthy by itself before anything was evicted.
    case healedByItself
    /// The scheduler took it away, or its policy wants no failover any more.
    case noLongerDue
    /// It ended while nobody watched, and what is there now does not tell how.
    case unseen
  }

  var from: String
  /// Taken over from the journal with the id it has there.
  var knownID: String?
  var unhealthy: Moment?
  /// It was due and did not happen, for a while at least.
  var wasOverdue = false
  /// The rules' findings on the cluster, the last time they could be evaluated.
  var findings: [StateFinding] = []
  var failover: ResourceBinding.ApplicationFailover?

  /// Nil for a failover that is due and has no task, and for a workload found nowhere.
  var task: ResourceBinding.GracefulEvictionTask?
  /// Its task is the last of the binding's, the only one whose labels are injected.
  var isLastTask = true
  var taskCreated: Time?
  var evicted: Moment?
  /// Not later than this was it there.
  var known: Time
  /// It was there when somebody first looked, or came while nobody did.
  var wasFound = false
  /// Replicas by cluster once `from` was left, before the scheduler did anything; nil: not known.
  var remaining: [String: Int]?
  var lastScheduledBefore: Time?

  var to: [String] = []
  var targetCount = 0
  var scheduled: Moment?
  var applied: Moment?
  var healthy: Moment?
  var isPlaced = false
  var isAppliedNow = false
  /// Some target has reported it as not applied.
  var wasUnapplied = false
  /// What the first target that does not apply it says: "member2: …".
  var refusal: String?
  var isHealthyNow = false
  var isHealthKnown = true
  /// The workload is on no cluster, and the scheduler's word for it; nil while it is on one.
  var nowhere: Nowhere?
  var wasNowhere = false
  /// When it was on no cluster first; kept once it is on one again.
  var lost: Time?

  /// How the targets were when a later eviction took the workload on from them.
  var wentOn: Departure?
  enum Departure: Hashable, Sendable { case healthy, unhealthy }

  var isSuppressed = false
  var released: Moment?
  /// The task is no longer there.
  var isTaskGone = false
  var taskGone: Moment?
  var end: End?
  var ended: Moment?
  /// Written by the journal that it was resumed from.
  var carried: [Evidence] = []
  var carriedSightings: [RelaySighting] = []
  var carriedRelayed: Bool?
  var wasReconstructed = false

  struct Nowhere: Hashable, Sendable {
    var since: Moment?
    var known: Time
    var words: String
    /// The scheduler has said so after this eviction, not of something before it.
    var isConfirmed: Bool
  }

  /// Why the taint manager evicts (work/v1alpha2 EvictionReasonTaintUntolerated), and the
  /// application failover controllers.
  static let taintReason = "TaintUntolerated"
  static let applicationReason = "ApplicationFailure"

  /// So long the scheduler may take before what it said of an earlier try is taken for its word.
  static let patience = Duration.seconds(5)

  /// When its grace is over for good; nil without one, or once the task is gone.
  var stuckAfter: Time? {
    guard let task, !isTaskGone, !isSuppressed else { return nil }
    return Grace.end(task.purgeMode, task.gracePeriodSeconds, since: taskCreated)
      .map { $0 + Grace.slack }
  }

  init(from: String, known: Time) {
    self.from = from
    self.known = known
  }

  var isOver: Bool { end != nil }

  /// A target ran some of it before: its report of having applied it says nothing of now.
  var hadItBefore: Bool { to.contains { remaining?[$0] != nil } }

  /// Takes up an episode that the journal has and that was not over when it was written.
  init(resuming episode: Episode) {
    from = episode.from
    knownID = episode.id
    unhealthy = episode.unhealthy
    known = episode.latest ?? episode.began ?? Time(nanoseconds: 0)
    if episode.evicted != nil || episode.taskCreated != nil {
      var task = ResourceBinding.GracefulEvictionTask()
      task.fromCluster = episode.from
      task.reason = episode.reason
      task.producer = episode.producer
      task.purgeMode = episode.purgeMode
      task.replicas = episode.replicas
      task.gracePeriodSeconds = episode.gracePeriodSeconds
      task.preservedLabelState = episode.preservedLabels
      self.task = task
    }
    taskCreated = episode.taskCreated
    evicted = episode.evicted
    to = episode.to
    targetCount = episode.to.count
    isPlaced = !episode.to.isEmpty
    scheduled = episode.scheduled
    applied = episode.applied
    healthy = episode.healthy
    isAppliedNow = applied != nil
    isHealthyNow = healthy != nil
    isSuppressed = episode.outcome == .suppressed
    wasNowhere = episode.outcome == .stranded
    // A task that was over already does not end again.
    isTaskGone = episode.finished != nil
    taskGone = episode.finished
    carried = episode.evidence
    carriedSightings = episode.relaySightings
    carriedRelayed = episode.relayed
    wasReconstructed = episode.isReconstructed
  }

  /// The same from whichever dashboard saw it.
  func id(in binding: BindingIdentity) -> String {
    if let knownID { return knownID }
    let (kind, moment): (String, Time?) =
      wasOverdue
      ? ("due", unhealthy?.time)
      : task == nil
        ? ("nowhere", lost) : ("task", taskCreated ?? evicted?.time)
    let second = (moment ?? known).nanoseconds / 1_000_000_000
    return StableID.make(binding.kind, binding.uid, from, kind, String(second))
  }
}
