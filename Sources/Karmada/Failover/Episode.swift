import Manifest

/// One eviction of one binding from one cluster: where the workload went, when, why, and whether
/// its state arrived. Also a failover that is due and does not happen.
///
/// Karmada 1.12 keeps no history: the task disappears when the eviction is over, Events expire.
/// An episode is put together from what watches told (`EpisodeBuilder`), and kept.
public struct Episode: Hashable, Sendable, Identifiable {
  public enum Outcome: String, CaseIterable, Hashable, Sendable {
    /// Not over: the target is not healthy yet.
    case inProgress
    /// Every cluster it was scheduled to is healthy and the eviction is over.
    case recovered
    /// Scheduled to no cluster: it runs nowhere, or will run nowhere once the eviction is over.
    case stranded
    /// purgeMode Never: the old copy stays until a person confirms.
    case suppressed
    /// Unhealthy for longer than tolerated, and nothing is evicted.
    case blocked
    /// Called off: the cluster it was to leave has it again, or it was deleted meanwhile.
    case cancelled
    /// It ended while nobody watched, or nothing tells how.
    case unknown
  }

  public var id: String
  public var binding: BindingIdentity
  public var from: String
  /// Clusters that took over, by name: those that are new or run more replicas than before; where
  /// none did, those that were left.
  public var to: [String] = []
  /// ApplicationFailure, TaintUntolerated, or what else the task says; empty before a task exists.
  public var reason = ""
  public var producer = ""
  /// As the server has it: Immediately, Graciously, Never; Directly and Gracefully since 1.15.
  public var purgeMode = ""
  public var replicas: Int?
  public var gracePeriodSeconds: Int?
  public var preservedLabels: [String: String] = [:]
  /// The labels were seen on the target's Work; false: they should have been and were not; nil:
  /// nothing to relay, or nobody saw the Work in time.
  public var relayed: Bool?
  /// Where the labels were seen.
  public var relaySightings: [RelaySighting] = []

  /// The workload became unhealthy; for an eviction by a taint, its cluster stopped being ready.
  public var unhealthy: Moment?
  /// A task to leave the cluster appeared.
  public var evicted: Moment?
  /// The scheduler gave it other clusters.
  public var scheduled: Moment?
  /// Their Works were applied.
  public var applied: Moment?
  /// All of them were healthy.
  public var healthy: Moment?
  /// It was over; nil while it goes on, or when nobody saw the end.
  public var finished: Moment?

  public var outcome = Outcome.unknown
  /// One sentence for an operator; empty when there is nothing to explain.
  public var why = ""
  /// The creationTimestamp of the task: with binding and cluster it says which eviction this is.
  public var taskCreated: Time?
  /// Some of it was not seen as it happened but read afterwards from tasks, conditions, Events.
  public var isReconstructed = false
  /// The episode that brought the workload to the cluster that this one takes it from.
  public var previous: String?
  /// The outage it belongs to.
  public var incident: String?
  public var evidence: [Evidence] = []

  public init(id: String, binding: BindingIdentity, from: String) {
    self.id = id
    self.binding = binding
    self.from = from
  }

  /// Something is still going to happen, or a person has to act.
  public var isOpen: Bool {
    switch outcome {
    case .inProgress, .suppressed: true
    case .stranded, .blocked: finished == nil
    case .recovered, .cancelled, .unknown: false
    }
  }

  /// When it began, as far as anybody knows.
  public var began: Time? {
    unhealthy?.time ?? evicted?.time ?? taskCreated ?? finished?.time ?? evidence.first?.at.time
  }

  /// The newest thing known of it.
  public var latest: Time? {
    [unhealthy, evicted, scheduled, applied, healthy, finished].compactMap { $0?.time }.max()
  }

  /// A person has to look at it: it runs nowhere, or cannot leave where it does not work.
  public var needsPerson: Bool { isOpen && (outcome == .stranded || outcome == .blocked) }
}

/// Which binding an episode is about, and what that binds.
public struct BindingIdentity: Hashable, Sendable {
  public var key: ObjectKey
  public var uid: String
  /// Its Works carry it as a label; empty before the binding controller has set it.
  public var permanentID: String
  public var resource: ObjectReference

  public init(
    key: ObjectKey, uid: String = "", permanentID: String = "",
    resource: ObjectReference = ObjectReference()
  ) {
    self.key = key
    self.uid = uid
    self.permanentID = permanentID
    self.resource = resource
  }

  init(_ binding: ResourceBinding) {
    self.init(
      key: binding.metadata.key, uid: binding.metadata.uid,
      permanentID: binding.permanentID ?? "", resource: binding.resource)
  }

  /// Only a ClusterResourceBinding lies in no namespace.
  public var kind: String { key.namespace.isEmpty ? "ClusterResourceBinding" : "ResourceBinding" }
}

/// Preserved labels, seen on something.
public struct RelaySighting: Hashable, Sendable {
  public var cluster: String
  /// "Work karmada-es-member2/wordcount-5dc5b7c484", or `memberSubject`.
  public var subject: String
  public var at: Moment

  /// The subject of a sighting on the object in the cluster itself.
  public static let memberSubject = "object in the member"
  public var isOnMember: Bool { subject == Self.memberSubject }

  public init(cluster: String, subject: String, at: Moment) {
    self.cluster = cluster
    self.subject = subject
    self.at = at
  }
}

/// One thing that an episode was concluded from.
public struct Evidence: Hashable, Sendable {
  public var at: Moment
  /// "ResourceBinding default/wordcount-flinkdeployment".
  public var subject: String
  public var what: String
  public init(_ subject: String, _ what: String, at: Moment) {
    self.at = at
    self.subject = subject
    self.what = what
  }
}
