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
  private var policyOfBinding: [ObjectKey: PolicyReference] = [:]

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
    if all[reference] == nil, !policy.preserveResourcesOnDeletion { return }
    var sighting = all[reference] ?? RollbackSighting(policy: reference)
    if policy.preserveResourcesOnDeletion != sighting.isFlagSet {
      sighting.isFlagSet = policy.preserveResourcesOnDeletion
      sighting.flagSince = sighting.isFlagSet ? time : nil
    }
    sighting.policyGoneAt = nil
    all[reference] = sighting
    forgetIfDull(reference)
  }

  public mutating func policyGone(_ reference: PolicyReference, at time: Time) {
    all[reference]?.policyGoneAt = time
    all[reference]?.isFlagSet = false
    forgetIfDull(reference)
  }

  // MARK: Bindings

  public mutating func see(_ binding: ResourceBinding, at time: Time) {
    let key = binding.metadata.key
    guard let policy = binding.policy else { return }
    policyOfBinding[key] = policy
    let isLeaving = binding.metadata.deletionTimestamp != nil
    // Of the many thousand bindings of policies without a flag nothing is kept.
    guard all[policy] != nil || binding.preserveResourcesOnDeletion else { return }
    var sighting = all[policy] ?? RollbackSighting(policy: policy)
    var workload =
      sighting.workloads[key]
      ?? RollbackSighting.Workload(
        object: binding.resource, isClusterScoped: key.namespace.isEmpty)
    if workload.binding.goneAt != nil {
      // Another object of the same name.
      workload = RollbackSighting.Workload(
        object: binding.resource, isClusterScoped: key.namespace.isEmpty)
    }
    workload.permanentID = binding.permanentID
    workload.binding.preserves = binding.preserveResourcesOnDeletion
    if isLeaving { Self.leave(&workload.binding, at: time) }
    sighting.workloads[key] = workload
    all[policy] = sighting
    forgetIfDull(policy)
  }

  public mutating func bindingGone(_ key: ObjectKey, at time: Time) {
    guard let policy = policyOfBinding.removeValue(forKey: key),
      var sighting = all[policy], var workload = sighting.workloads[key]
    else { return }
    Self.leave(&workload.binding, at: time)
    workload.binding.goneAt = time
    sighting.workloads[key] = workload
    if sighting.workloads.count > Self.memory,
      let oldest = sighting.workloads.filter({ $0.value.binding.goneAt != nil })
        .min(by: { ($0.value.binding.goneAt ?? time) < ($1.value.binding.goneAt ?? time) })
    {
      sighting.workloads[oldest.key] = nil
    }
    all[policy] = sighting
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
    guard let cluster = work.cluster, let key = work.bindingKey else { return }
    let policy = policyOfBinding[key] ?? all.first { $0.value.workloads[key] != nil }?.key
    guard let policy, var workload = all[policy]?.workloads[key] else { return }
    var piece = workload.works[cluster] ?? RollbackSighting.Piece()
    change(&piece)
    workload.works[cluster] = piece
    all[policy]?.workloads[key] = workload
  }

  private static func leave(_ piece: inout RollbackSighting.Piece, at time: Time) {
    guard piece.leavingSince == nil else { return }
    piece.leavingSince = time
    piece.preservedWhenLeaving = piece.preserves
  }

  private mutating func forgetIfDull(_ policy: PolicyReference) {
    guard let sighting = all[policy], !sighting.isWorthTelling,
      sighting.workloads.values.allSatisfy({ !$0.binding.preserves })
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
