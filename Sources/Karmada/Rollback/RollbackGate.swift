import Manifest

/// Whether templates may be deleted now, decided from one fresh look at the server.
///
/// It is open only when every Work of every needed cluster, of the templates and of what goes with
/// them, shows preserveResourcesOnDeletion, nothing is still on its way to them, nobody can turn it
/// back, every member answers, and everything is still what the plan was made for. Only the Work's
/// own flag counts when a template goes (KARMADA.md "Migration rollback" 1).
public struct RollbackGate: Hashable, Sendable {
  public struct Cell: Hashable, Sendable {
    public enum State: String, Hashable, Sendable {
      case preserving
      case notPreserving
      /// The cluster is needed and has no Work yet.
      case missing
      case terminating
    }
    /// What the Work sends, or would.
    public var object: ObjectReference
    public var isDependent: Bool
    public var cluster: String
    public var work: ObjectKey?
    public var state: State
  }

  /// Something that makes the plan void: it does not pass by waiting.
  public struct Violation: Hashable, Codable, Sendable {
    public var subject: String
    public var what: String
    public init(subject: String, what: String) {
      self.subject = subject
      self.what = what
    }
    public var description: String { "\(subject): \(what)" }
  }

  public private(set) var cells: [Cell] = []
  /// What has not arrived yet, besides the cells: "binding shop/web-deployment does not show it".
  public private(set) var waiting: [String] = []
  public private(set) var violations: [Violation] = []

  public var isOpen: Bool {
    violations.isEmpty && waiting.isEmpty && cells.allSatisfy { $0.state == .preserving }
  }

  /// Cells that show the flag, of all.
  public var progress: (done: Int, all: Int) {
    (cells.count { $0.state == .preserving }, cells.count)
  }

  /// - Parameters:
  ///   - templates: those that may be about to go; all of the plan's when nil.
  ///   - facts: policy, templates, bindings and Works, read after the flag was set.
  ///   - gone: templates that this run has deleted; they are not missed.
  public init(
    _ plan: RollbackPlan, _ facts: RollbackFacts, templates: [ObjectReference]? = nil,
    gone: Set<ObjectReference> = []
  ) {
    checkPolicy(plan, facts)
    let wanted = plan.templates.filter {
      (templates?.contains($0.object.identity) ?? true) && !gone.contains($0.object.identity)
    }
    let bindings = Dictionary(facts.bindings.map { ($0.key, $0) }, uniquingKeysWith: { a, _ in a })
    let works = Dictionary(grouping: facts.works) { $0.bindingPermanentID ?? "" }
    for template in wanted {
      check(template, plan, facts.template(template.object.identity))
      guard let key = template.binding, let binding = bindings[key] else {
        violate(template.object.title, "its binding is gone")
        continue
      }
      if binding.boundResource.uid != template.object.uid, !binding.boundResource.uid.isEmpty {
        violate(template.object.title, "its binding is of another object of that name")
      }
      check(binding, of: template.object, isDependent: false, works)
      checkSharing(of: binding, plan, facts, bindings)
    }
    let own = Set(wanted.compactMap(\.binding))
    let planned = Set(plan.templates.compactMap(\.binding))
    for binding in facts.bindings
    where !planned.contains(binding.key)
      && binding.requiredBy.contains(where: { own.contains($0.binding) })
    {
      check(binding, of: binding.boundResource, isDependent: true, works)
      checkSharing(of: binding, plan, facts, bindings)
    }
    for cluster in facts.clusters where !cluster.isReady {
      waiting.append("cluster \(cluster.metadata.name) is not ready")
    }
    cells.sort { ($0.object.title, $0.cluster) < ($1.object.title, $1.cluster) }
  }

  // MARK: Checks

  private mutating func violate(_ subject: String, _ what: String) {
    violations.append(Violation(subject: subject, what: what))
  }

  private mutating func checkPolicy(_ plan: RollbackPlan, _ facts: RollbackFacts) {
    let title = plan.scope.policy.title
    guard let policy = facts.policy else { return violate(title, "it is gone") }
    if policy.uid != plan.policy.uid { return violate(title, "it was deleted and created again") }
    if policy.isTerminating { violate(title, "it is being deleted") }
    if !plan.policy.isUnchanged(policy) { violate(title, "somebody changed it") }
    if !policy.preserves { violate(title, "its flag is not set") }
    // Taken away and set again is not the same as never taken away: both changes travel to the
    // Works, and the first may arrive when the second has been seen here.
    if let generation = plan.policy.generation, policy.preserves, generation != policy.generation {
      violate(title, "somebody wrote to it since its flag was set")
    }
  }

  private mutating func check(
    _ template: RollbackPlan.Template, _ plan: RollbackPlan, _ live: LiveObject?
  ) {
    let title = template.object.title
    guard let live else { return violate(title, "it is gone") }
    if live.uid != template.object.uid {
      return violate(title, "it was deleted and created again")
    }
    if live.isTerminating { violate(title, "it is being deleted by somebody else") }
    if live.digest != template.digest { violate(title, "somebody changed it") }
    if let claim = live.claim, claim != plan.scope.policy {
      violate(title, "\(claim.title) has taken it over")
    }
  }

  private mutating func check(
    _ binding: LiveObject, of object: ObjectReference, isDependent: Bool,
    _ works: [String: [LiveObject]]
  ) {
    let title = "\(binding.kind) \(binding.key)"
    if binding.isTerminating { violate(title, "it is being deleted") }
    if !binding.preserves { waiting.append("\(title) does not show the flag") }
    if !binding.isSchedulingSettled { waiting.append("\(title) is not yet seen by the scheduler") }
    guard let id = binding.bindingPermanentID else {
      waiting.append("\(title) has no id yet")
      return
    }
    let own = works[id] ?? []
    for work in own {
      cells.append(
        Cell(
          object: object.identity, isDependent: isDependent,
          cluster: work.workCluster ?? work.namespace, work: work.key,
          state: work.isTerminating
            ? .terminating : work.preserves ? .preserving : .notPreserving))
    }
    for cluster in binding.neededClusters.subtracting(own.compactMap(\.workCluster)) {
      cells.append(
        Cell(
          object: object.identity, isDependent: isDependent, cluster: cluster, work: nil,
          state: .missing))
    }
  }

  /// Whoever needs the object as well, or claims it, may turn its flag back at any moment: the
  /// last of them that Karmada looks at writes it (KARMADA.md "Migration rollback" 5).
  private mutating func checkSharing(
    of binding: LiveObject, _ plan: RollbackPlan, _ facts: RollbackFacts,
    _ bindings: [ObjectKey: LiveObject]
  ) {
    let own = Set(plan.templates.compactMap(\.binding))
    let title = binding.boundResource.title
    for key in binding.requiredBy.map(\.binding) {
      let owner = bindings[key]
      if own.contains(key) || owner?.claim == plan.scope.policy {
        // The same flag is on its way to it; one of ours may be gone already.
        if let owner, !owner.preserves {
          waiting.append("\(owner.kind) \(key), which needs \(title), does not show the flag")
        }
        continue
      }
      guard owner.map(facts.keepsPreserving) != true else { continue }
      let name = owner?.boundResource.title ?? "binding \(key)"
      violate(title, "\(name) needs it as well and is not preserved")
    }
    guard let claim = binding.claim, claim != plan.scope.policy, !own.contains(binding.key),
      facts.otherPolicy(claim)?.preserves != true
    else { return }
    violate(title, "\(claim.title) propagates it as well and does not preserve")
  }
}
