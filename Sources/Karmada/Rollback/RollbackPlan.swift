import Manifest

/// What a rollback would do, to what, and what speaks against it. Made from facts alone, so that
/// the same look at the server always gives the same plan.
public struct RollbackPlan: Hashable, Codable, Sendable {
  public struct Policy: Hashable, Codable, Sendable {
    public var reference: PolicyReference
    public var uid = ""
    /// The flag before anything was changed; nil where it was never set.
    public var flag: Bool?
    public var isLazy = false
    public var conflictResolution = ""
    /// What it says apart from the flag.
    public var digest = ""
    /// The same once the flag is set: a webhook may fill in what an older Karmada had left out.
    /// nil where no server was asked, and in plans of before this was kept.
    public var flaggedDigest: String?
    /// metadata.generation with the flag set: a later one tells that somebody wrote to the policy,
    /// even if it reads the same again.
    public var generation: Int?

    /// Nobody but a run has changed it.
    func isUnchanged(_ live: LiveObject) -> Bool {
      let now = live.policyDigest
      return now == digest || now == flaggedDigest
    }
  }

  public struct Template: Hashable, Codable, Sendable {
    public var object: ObjectReference
    public var resourceVersion: String
    public var digest: String
    /// Its binding; nil when nothing was propagated.
    public var binding: ObjectKey?
    /// Shared by the binding and its Works.
    public var permanentID: String?
    /// Where it runs.
    public var clusters: [String]
  }

  /// Something that goes where a template goes because the template needs it.
  public struct Dependent: Hashable, Codable, Sendable {
    public var object: ObjectReference
    public var binding: ObjectKey
    public var permanentID: String?
    /// Bindings of this rollback that need it.
    public var neededBy: [ObjectKey]
    /// Other bindings that need it too.
    public var sharedWith: [ObjectKey]
    /// A policy propagates it by itself as well.
    public var isPropagated: Bool
    public var clusters: [String]

    /// It stays in Karmada's hands when the templates are gone.
    public var outlivesRollback: Bool { !sharedWith.isEmpty || isPropagated }
  }

  public struct Work: Hashable, Codable, Sendable {
    public var key: ObjectKey
    public var uid: String
    public var cluster: String
    /// Of its binding.
    public var permanentID: String
    /// What it sends to the member.
    public var object: ObjectReference
    public var preserves: Bool
    public var isDependent: Bool
  }

  public struct Member: Hashable, Codable, Sendable {
    public enum State: String, Hashable, Codable, Sendable {
      case present, absent, unverifiable
    }
    public var cluster: String
    /// Its address; the uid is the member's own.
    public var object: ObjectReference
    public var state: State
    public var digest: String
    /// Why it could not be looked at.
    public var why: String
    public var isDependent: Bool
  }

  public struct ClusterState: Hashable, Codable, Sendable {
    public var name: String
    public var isReady: Bool
    public var reason: String
  }

  public var scope: RollbackScope
  public var options: RollbackOptions
  public var policy: Policy
  public var templates: [Template] = []
  public var dependents: [Dependent] = []
  public var clusters: [ClusterState] = []
  public var works: [Work] = []
  public var members: [Member] = []
  /// Names of override policies whose effect stays in the members and is no longer kept up.
  public var overrides: [String] = []
  /// The gravest first.
  public var hazards: [RollbackHazard] = []

  /// Put on templates to let a Lazy policy's change through (KARMADA.md "Migration rollback" 6).
  public static let nudgeAnnotation = "quarterdeck.dev/rollback"

  public var blockers: [RollbackHazard] { hazards.filter { $0.severity == .blocker } }

  /// Hazards that the operator has to take upon themselves and has not.
  public var unaccepted: [RollbackHazard] {
    hazards.filter { $0.needsAcceptance && !options.accepted.contains($0.id) }
  }

  /// Nothing forbids it. What still wants accepting is in `unaccepted`.
  public var isExecutable: Bool { blockers.isEmpty && !templates.isEmpty }

  /// Every binding whose Works must preserve before a template may go.
  public var permanentIDs: [String] {
    (templates.compactMap(\.permanentID) + dependents.compactMap(\.permanentID)).sorted()
  }

  /// Set only by what somebody types: "shop/web-pp" is confirmed by "web-pp".
  public var confirmationWord: String { scope.policy.key.name }
}

extension RollbackPlan {
  /// Reads the plan out of one look at the server.
  public init(scope: RollbackScope, facts: RollbackFacts, options: RollbackOptions) {
    self.scope = scope
    self.options = options
    policy = Policy(reference: scope.policy)
    if let live = facts.policy {
      policy.uid = live.uid
      policy.flag = live.preservesOrNil
      policy.isLazy = live.isLazy
      policy.conflictResolution = live.conflictResolution
      policy.digest = live.policyDigest
      policy.flaggedDigest = facts.flaggedPolicy?.policyDigest
    }
    templates = Self.templates(facts, in: scope)
    dependents = Self.dependents(facts, of: templates)
    works = Self.works(facts, templates, dependents)
    members = Self.members(facts, works)
    let names = Set(
      works.map(\.cluster) + templates.flatMap(\.clusters) + dependents.flatMap(\.clusters))
    clusters = names.sorted().map { name in
      let cluster = facts.cluster(name)
      let ready = cluster?.readyCondition
      return ClusterState(
        name: name, isReady: cluster?.isReady ?? false,
        reason: cluster == nil
          ? "there is no such cluster" : ready?.reason ?? "nothing reported yet")
    }
    overrides = facts.overrides.sorted()
    hazards = RollbackHazards(self, facts).found
  }

  private static func templates(_ facts: RollbackFacts, in scope: RollbackScope) -> [Template] {
    let bindings = Dictionary(
      facts.bindings.map { ($0.boundResource.identity, $0) }, uniquingKeysWith: { a, _ in a })
    let wanted = scope.templates.map(Set.init)
    let chosen = facts.templates.filter { wanted?.contains($0.reference.identity) ?? true }
    return chosen.map { template in
      let binding = bindings[template.reference.identity]
      return Template(
        object: template.reference, resourceVersion: template.resourceVersion,
        digest: template.digest, binding: binding?.key, permanentID: binding?.bindingPermanentID,
        clusters: binding?.scheduledClusters ?? [])
    }.sorted { $0.object.sortsBefore($1.object) }
  }

  private static func dependents(
    _ facts: RollbackFacts, of templates: [Template]
  ) -> [Dependent] {
    let own = Set(templates.compactMap(\.binding))
    return facts.bindings.compactMap { binding in
      guard !own.contains(binding.key) else { return nil }
      let owners = binding.requiredBy.map(\.binding)
      let needing = owners.filter(own.contains)
      guard !needing.isEmpty else { return nil }
      return Dependent(
        object: binding.boundResource, binding: binding.key,
        permanentID: binding.bindingPermanentID, neededBy: needing.sorted(),
        sharedWith: owners.filter { !own.contains($0) }.sorted(), isPropagated: binding.isPlaced,
        clusters: binding.neededClusters.sorted())
    }.sorted { $0.object.sortsBefore($1.object) }
  }

  private static func works(
    _ facts: RollbackFacts, _ templates: [Template], _ dependents: [Dependent]
  ) -> [Work] {
    let ids = Set(templates.compactMap(\.permanentID))
    let dependentIDs = Set(dependents.compactMap(\.permanentID))
    return facts.works.compactMap { work -> Work? in
      guard let id = work.bindingPermanentID, ids.contains(id) || dependentIDs.contains(id)
      else { return nil }
      return Work(
        key: work.key, uid: work.uid, cluster: work.workCluster ?? work.namespace,
        permanentID: id, object: (work.workManifest?.reference ?? ObjectReference()).identity,
        preserves: work.preserves, isDependent: !ids.contains(id))
    }.sorted { ($0.object.title, $0.cluster) < ($1.object.title, $1.cluster) }
  }

  private static func members(_ facts: RollbackFacts, _ works: [Work]) -> [Member] {
    let facts = Dictionary(
      facts.members.map { (MemberPlace(cluster: $0.cluster, object: $0.object), $0.state) },
      uniquingKeysWith: { a, _ in a })
    return works.map { work in
      var member = Member(
        cluster: work.cluster, object: work.object, state: .unverifiable, digest: "",
        why: "it was not looked at", isDependent: work.isDependent)
      switch facts[MemberPlace(cluster: work.cluster, object: work.object)] {
      case .present(let live):
        member.state = .present
        member.object.uid = live.uid
        member.digest = live.digest
        member.why = ""
      case .absent:
        member.state = .absent
        member.why = "it is not there"
      case .unverifiable(let why): member.why = why
      case nil: break
      }
      return member
    }
  }
}

/// One object in one member cluster.
struct MemberPlace: Hashable {
  var cluster: String
  var object: ObjectReference
}

extension ObjectReference {
  /// By kind, namespace and name, as people look for things.
  func sortsBefore(_ other: ObjectReference) -> Bool {
    (kind, namespace, name) < (other.kind, other.namespace, other.name)
  }
}
