import Manifest

/// A rollback as anybody who watches the control plane can see it, with no journal to tell: a flag
/// on a policy, its way to the Works, templates that go, and what becomes of the Works.
public struct RollbackSighting: Hashable, Sendable {
  public enum Stage: Int, Hashable, Sendable, Comparable {
    /// Some Work went without showing the flag: its object is gone from the member.
    case lost
    /// Something is going.
    case leaving
    /// The flag is on its way.
    case arriving
    /// Every Work that is known shows it: a template may go.
    case ready
    /// All that went is gone.
    case over
    public static func < (a: Stage, b: Stage) -> Bool { a.rawValue < b.rawValue }
  }

  public struct Piece: Hashable, Sendable {
    public var preserves = false
    public var leavingSince: Time?
    public var goneAt: Time?
    /// It had this flag when it began to go; nil while it stays.
    public var preservedWhenLeaving: Bool?
  }

  /// One template with its Works.
  public struct Workload: Hashable, Sendable {
    public var object: ObjectReference
    public var isClusterScoped: Bool
    public var permanentID: String?
    public var binding = Piece()
    /// By member cluster; empty while nobody has looked at them.
    public var works: [String: Piece] = [:]
  }

  public var policy: PolicyReference
  public var isFlagSet = false
  public var flagSince: Time?
  /// The policy is gone.
  public var policyGoneAt: Time?
  /// By the binding's key.
  public var workloads: [ObjectKey: Workload] = [:]

  /// Something that happened first and last.
  public var since: Time? {
    ([flagSince] + workloads.values.flatMap { [$0.binding.leavingSince, $0.binding.goneAt] })
      .compactMap { $0 }.min()
  }

  /// "member1 Deployment shop/web", of what was lost.
  public var losses: [(cluster: String, object: ObjectReference)] {
    workloads.values.flatMap { workload in
      workload.works.filter { $0.value.preservedWhenLeaving == false }
        .map { ($0.key, workload.object) }
    }.sorted { ($0.1.title, $0.0) < ($1.1.title, $1.0) }
  }

  public var stage: Stage {
    if !losses.isEmpty { return .lost }
    let leaving = workloads.values.filter { $0.binding.leavingSince != nil }
    let isOver = leaving.allSatisfy { workload in
      workload.binding.goneAt != nil && workload.works.values.allSatisfy { $0.goneAt != nil }
    }
    if !isOver { return .leaving }
    let standing = workloads.values.filter { $0.binding.leavingSince == nil }
    if standing.isEmpty, !leaving.isEmpty { return .over }
    let isReady = standing.allSatisfy { workload in
      workload.binding.preserves && workload.works.values.allSatisfy(\.preserves)
    }
    return isReady && isFlagSet ? .ready : isFlagSet ? .arriving : .over
  }

  /// Works that show the flag, of those that are known and stay.
  public var progress: (showing: Int, all: Int) {
    let works = workloads.values.filter { $0.binding.leavingSince == nil }
      .flatMap { $0.works.values }
    return (works.count(where: \.preserves), works.count)
  }

  /// There is something to tell: the flag is set, or something left while it was.
  public var isWorthTelling: Bool {
    isFlagSet || workloads.values.contains { $0.binding.leavingSince != nil }
  }
}

/// Puts sightings together from policies, bindings and Works as they are seen.
public struct RollbackSightings: Sendable {
  public private(set) var all: [PolicyReference: RollbackSighting] = [:]
  /// Grows with every change.
  public private(set) var revision = 0

  /// Workloads that are gone are remembered for the story, but not without end.
  private static let memory = 500

  public init() {}

  /// What there is to tell, what needs somebody first.
  public var told: [RollbackSighting] {
    all.values.filter(\.isWorthTelling).sorted {
      ($0.stage, $0.policy.key) < ($1.stage, $1.policy.key)
    }
  }

  // MARK: Policies

  public mutating func see(_ policy: PropagationPolicy, at time: Time) {
    let reference = PolicyReference(policy.metadata)
    let isSet = policy.preserveResourcesOnDeletion
    guard all[reference] != nil || isSet else { return }
    change(reference) { sighting in
      if isSet != sighting.isFlagSet {
        sighting.isFlagSet = isSet
        sighting.flagSince = isSet ? time : nil
      }
      sighting.policyGoneAt = nil
    }
    forgetIfDull(reference)
  }

  public mutating func policyGone(_ reference: PolicyReference, at time: Time) {
    guard all[reference] != nil else { return }
    change(reference) {
      $0.policyGoneAt = time
      $0.isFlagSet = false
    }
    forgetIfDull(reference)
  }

  // MARK: Bindings

  public mutating func see(_ binding: ResourceBinding, at time: Time) {
    // Of the many thousand bindings of policies without a flag nothing is kept.
    guard binding.preserveResourcesOnDeletion || !all.isEmpty, let policy = binding.policy,
      binding.preserveResourcesOnDeletion || all[policy] != nil
    else { return }
    let key = binding.metadata.key
    let old = all[policy]?.workloads[key]
    var workload =
      old ?? Workload(object: binding.resource, isClusterScoped: key.namespace.isEmpty)
    if workload.binding.goneAt != nil {
      // Another object of the same name.
      workload = Workload(object: binding.resource, isClusterScoped: key.namespace.isEmpty)
    }
    workload.permanentID = binding.permanentID
    if workload.binding.leavingSince == nil {
      workload.binding.preserves = binding.preserveResourcesOnDeletion
    }
    if binding.metadata.deletionTimestamp != nil { Self.leave(&workload.binding, at: time) }
    guard workload != old else { return }
    change(policy) { $0.workloads[key] = workload }
    forgetIfDull(policy)
  }

  /// - Parameter binding: as it was last.
  public mutating func bindingGone(_ binding: ResourceBinding, at time: Time) {
    let key = binding.metadata.key
    guard !all.isEmpty, let policy = binding.policy,
      all[policy]?.workloads[key] != nil
    else { return }
    change(policy) { sighting in
      guard var workload = sighting.workloads[key] else { return }
      Self.leave(&workload.binding, at: time)
      workload.binding.goneAt = time
      sighting.workloads[key] = workload
      guard sighting.workloads.count > Self.memory else { return }
      let oldest = sighting.workloads.filter { $0.value.binding.goneAt != nil }
        .min { ($0.value.binding.goneAt ?? time) < ($1.value.binding.goneAt ?? time) }
      if let oldest { sighting.workloads[oldest.key] = nil }
    }
    forgetIfDull(policy)
  }

  // MARK: Works

  public mutating func see(_ work: Work, at time: Time) {
    change(work) { piece in
      // What is going keeps the flag it had.
      if piece.leavingSince == nil { piece.preserves = work.preserveResourcesOnDeletion }
      guard work.metadata.deletionTimestamp != nil else { return }
      Self.leave(&piece, at: time)
    }
  }

  public mutating func workGone(_ work: Work, at time: Time) {
    change(work) { piece in
      if piece.leavingSince == nil { piece.preserves = work.preserveResourcesOnDeletion }
      Self.leave(&piece, at: time)
      piece.goneAt = time
    }
  }

  private mutating func change(
    _ work: Work, _ change: (inout RollbackSighting.Piece) -> Void
  ) {
    guard let cluster = work.cluster, let key = work.bindingKey,
      let policy = all.first(where: { $0.value.workloads[key] != nil })?.key
    else { return }
    var piece = all[policy]?.workloads[key]?.works[cluster] ?? RollbackSighting.Piece()
    let old = all[policy]?.workloads[key]?.works[cluster]
    change(&piece)
    guard piece != old else { return }
    self.change(policy) { $0.workloads[key]?.works[cluster] = piece }
  }

  // MARK: Changing

  private typealias Workload = RollbackSighting.Workload

  /// In place: a policy may have ten thousand bindings.
  private mutating func change(
    _ policy: PolicyReference, _ change: (inout RollbackSighting) -> Void
  ) {
    change(&all[policy, default: RollbackSighting(policy: policy)])
    revision &+= 1
  }

  private static func leave(_ piece: inout RollbackSighting.Piece, at time: Time) {
    guard piece.leavingSince == nil else { return }
    piece.leavingSince = time
    piece.preservedWhenLeaving = piece.preserves
  }

  private mutating func forgetIfDull(_ policy: PolicyReference) {
    guard let sighting = all[policy], !sighting.isFlagSet,
      sighting.workloads.values.allSatisfy({
        $0.binding.leavingSince == nil && !$0.binding.preserves
      })
    else { return }
    all[policy] = nil
  }
}

extension PolicyReference {
  /// Of a propagation policy of either scope.
  public init(_ metadata: ObjectMeta) {
    self.init(
      kind: metadata.namespace.isEmpty ? "ClusterPropagationPolicy" : "PropagationPolicy",
      key: metadata.key)
  }
}
