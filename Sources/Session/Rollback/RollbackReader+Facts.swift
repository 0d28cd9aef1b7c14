import ControlPlane
import Karmada
import Manifest

extension RollbackReader {
  /// All that a plan is made from.
  func everything(for scope: RollbackScope, isDryRunning: Bool = true) async throws
    -> RollbackFacts
  {
    var facts = RollbackFacts()
    facts.policy = try await policy(scope.policy)
    let bindings = try await bindings(claimedBy: scope.policy, facts.policy)
    let own = bindings.filter { $0.claim == scope.policy }
    facts.claimed = own.map(\.boundResource)
    let wanted = scope.templates ?? facts.claimed.map(\.identity)
    facts.templates = try await objects(wanted)
    // One that another policy has claimed meanwhile has its binding elsewhere.
    let chosen = Set(wanted)
    facts.bindings = try await relevant(bindings, to: chosen)
    facts.works = try await works(of: facts.bindings.filter { isOwn($0, chosen, facts.bindings) })
    let names = Set(facts.works.compactMap(\.workCluster))
      .union(facts.bindings.flatMap(\.neededClusters))
    facts.clusters = try await clusters(names)
    facts.members = try await members(
      facts.works.compactMap { work in
        guard let cluster = work.workCluster, let object = work.workManifest?.reference
        else { return nil }
        return (cluster, object)
      }, clusters: facts.clusters)
    let spaces = Set(facts.templates.map(\.namespace)).filter { !$0.isEmpty }.sorted()
    facts.overrides = try await overrides(of: facts.templates)
    facts.autoscalers = try await autoscalers(in: spaces)
    facts.namespaces = try await namespaces(spaces)
    facts.permissions = try await permissions(
      for: scope.policy, facts.templates.map(\.reference), isLazy: facts.policy?.isLazy == true)
    guard isDryRunning else { return facts }
    facts.refusals = try await deletionRefusals(facts.templates)
    if let policy = facts.policy { try await askAboutFlag(policy, scope.policy, &facts) }
    return facts
  }

  /// The policy's bindings, and where it propagates dependencies all others of their namespaces:
  /// among them are the dependents, and whatever else needs these.
  private func bindings(
    claimedBy reference: PolicyReference, _ policy: LiveObject?
  ) async throws -> [LiveObject] {
    let isWide = reference.kind == "ClusterPropagationPolicy"
    var found: [LiveObject] = []
    if let id = policy?.policyPermanentID {
      let label = isWide ? "clusterpropagationpolicy" : "propagationpolicy"
      let selector = "\(label).karmada.io/permanent-id=\(id)"
      found = try await list(
        .resourceBindings, namespace: isWide ? nil : reference.key.namespace,
        labelSelector: selector)
      if isWide { found += try await list(.clusterResourceBindings, labelSelector: selector) }
    }
    guard policy?.document[path: "spec", "propagateDeps"]?.bool == true else { return found }
    let spaces = Set(found.map(\.namespace) + [reference.key.namespace]).filter { !$0.isEmpty }
    let all = try await sideBySide(spaces.sorted()) { namespace in
      try await list(.resourceBindings, namespace: namespace)
    }.flatMap { $0 }
    let known = Set(all.map(\.key))
    return all + found.filter { !known.contains($0.key) }
  }

  /// Bindings of the templates, of what goes with them, and of whatever else needs that.
  private func relevant(
    _ bindings: [LiveObject], to templates: Set<ObjectReference>
  ) async throws -> [LiveObject] {
    var own = bindings.filter { templates.contains($0.boundResource.identity) }
    let found = Set(own.map(\.boundResource.identity))
    let missing = templates.subtracting(found)
    if !missing.isEmpty {
      // A template of another policy has a binding too; its name follows from the object's (1.12
      // names.GenerateBindingName).
      own += try await self.bindings(missing.map(\.bindingKey)).filter {
        missing.contains($0.boundResource.identity)
      }
    }
    let keys = Set(own.map(\.key))
    let dependents = bindings.filter { binding in
      !keys.contains(binding.key) && binding.requiredBy.contains { keys.contains($0.binding) }
    }
    let others = Set(dependents.flatMap { $0.requiredBy.map(\.binding) }).subtracting(keys)
    return own + dependents + bindings.filter { others.contains($0.key) }
  }

  /// Its Works count: it is a template's or goes with one. The others are only asked for the flag.
  private func isOwn(
    _ binding: LiveObject, _ templates: Set<ObjectReference>, _ all: [LiveObject]
  ) -> Bool {
    if templates.contains(binding.boundResource.identity) { return true }
    let keys = Set(
      all.filter { templates.contains($0.boundResource.identity) }.map(\.key))
    return binding.requiredBy.contains { keys.contains($0.binding) }
  }

  // MARK: Looks at a plan that is under way

  /// What a gate is decided from.
  func gate(_ plan: RollbackPlan, _ templates: [ObjectReference]) async throws -> RollbackFacts {
    var facts = RollbackFacts()
    let wanted = Set(templates)
    let planned = plan.templates.filter { wanted.contains($0.object.identity) }
    let keys = Set(planned.compactMap(\.binding))
    let dependents = plan.dependents.filter { !keys.isDisjoint(with: $0.neededBy) }
    async let policy = policy(plan.scope.policy)
    async let templateObjects = objects(templates)
    let bindings = try await bindings((keys.union(dependents.map(\.binding))).sorted())
    let known = Set(bindings.map(\.key))
    let owners = Set(bindings.flatMap { $0.requiredBy.map(\.binding) }).subtracting(known)
    // Works last: what matters most is what is newest.
    facts.bindings = try await bindings + self.bindings(owners.sorted())
    facts.templates = try await templateObjects
    facts.policy = try await policy
    facts.works = try await works(of: bindings)
    return facts
  }

  /// What is left of everything in the plan. Works are found by the ids from the plan: their
  /// bindings may be gone.
  func leftovers(_ plan: RollbackPlan) async throws -> RollbackFacts {
    var facts = RollbackFacts()
    async let policy = policy(plan.scope.policy)
    async let templates = objects(plan.templates.map(\.object.identity))
    let keys = plan.templates.compactMap(\.binding) + plan.dependents.map(\.binding)
    facts.bindings = try await bindings(Set(keys).sorted())
    let wide = Set(
      plan.templates.filter { $0.binding?.namespace.isEmpty == true }.compactMap(\.permanentID))
    let ids = Set(plan.permanentIDs)
    facts.works =
      try await works(ofIDs: ids.subtracting(wide).sorted(), isClusterScoped: false)
      + works(ofIDs: wide.sorted(), isClusterScoped: true)
    facts.templates = try await templates
    facts.policy = try await policy
    facts.clusters = try await clusters(Set(plan.clusters.map(\.name)))
    return facts
  }

  func members(_ plan: RollbackPlan) async throws -> RollbackFacts {
    var facts = RollbackFacts()
    facts.clusters = try await clusters(Set(plan.members.map(\.cluster)))
    facts.members = try await members(
      plan.members.map { ($0.cluster, $0.object) }, clusters: facts.clusters)
    return facts
  }

  /// The policy and what it claims.
  func policyAndClaims(_ reference: PolicyReference) async throws -> RollbackFacts {
    var facts = RollbackFacts()
    facts.policy = try await policy(reference)
    let found = try await bindings(claimedBy: reference, facts.policy)
    facts.claimed = found.filter { $0.claim == reference && !$0.isTerminating }
      .map(\.boundResource)
    return facts
  }
}

extension ObjectReference {
  /// Where the binding of this template lies.
  var bindingKey: ObjectKey {
    let safe = name.map { $0 == ":" ? "." : $0 }
    return ObjectKey(namespace: namespace, name: "\(String(safe))-\(kind.lowercased())")
  }
}
