/// Something that makes a rollback dangerous, impossible, or other than expected.
public struct RollbackHazard: Hashable, Codable, Sendable {
  /// The names are a contract (README, "rollback plan -o json").
  public enum ID: String, Hashable, Codable, Sendable, CaseIterable {
    case workNotPreserving = "work-not-preserving"
    case dependentShared = "dependent-shared"
    case lazyActivation = "lazy-activation"
    case clusterNotReady = "cluster-not-ready"
    case memberObjectMissing = "member-object-missing"
    case memberNotVerifiable = "member-not-verifiable"
    case workNotApplied = "work-not-applied"
    case workTerminating = "work-terminating"
    case deletionProtected = "deletion-protected"
    case missingPermission = "missing-permission"
    case policySelectsMore = "policy-selects-more"
    case templateReconciledElsewhere = "template-reconciled-elsewhere"
    case autoscalerReferences = "autoscaler-references"
    case serverTooOld = "server-too-old"
    case policyClaimedByOther = "policy-claimed-by-other"
    case namespaceNotCovered = "namespace-not-covered"
    /// The policy or a template is not there, or is being deleted.
    case objectMissing = "object-missing"
    /// A template has no binding: nothing was propagated, or not yet.
    case notPropagated = "not-propagated"
    case evictionInProgress = "eviction-in-progress"
    /// The server would not take the flag.
    case flagRefused = "flag-refused"
    /// Letting go of a suspended Work writes its manifest to the member first.
    case workSuspended = "work-suspended"
    /// Deleting a template deletes other objects of the control plane with it.
    case deletesOthers = "deletes-others"
  }

  public enum Severity: String, Hashable, Codable, Sendable, Comparable, CaseIterable {
    /// Nothing is changed while it stands.
    case blocker
    case warning
    case note

    public static func < (a: Severity, b: Severity) -> Bool { a.rank < b.rank }
    private var rank: Int {
      switch self {
      case .blocker: 0
      case .warning: 1
      case .note: 2
      }
    }
  }

  public var id: ID
  public var severity: Severity
  /// What it is about: "Work karmada-es-member1/web-5dc5b7c484".
  public var subject: String
  /// What was seen, in one sentence.
  public var evidence: String
  /// What would clear it, in one sentence; empty for a note that needs nothing.
  public var remedy: String
  /// The run does not start before the operator says that they take it.
  public var needsAcceptance = false

  public init(
    _ id: ID, _ severity: Severity, subject: String, evidence: String, remedy: String = "",
    needsAcceptance: Bool = false
  ) {
    self.id = id
    self.severity = severity
    self.subject = subject
    self.evidence = evidence
    self.remedy = remedy
    self.needsAcceptance = needsAcceptance
  }
}
