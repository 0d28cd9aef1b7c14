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
    facts.otherPolicies = try await otherPolicies(of: facts.bindings, besides: scope.policy)
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
    try await lookForOwned(&facts)
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
    let related = own + dependents
    let others = Set(related.flatMap { $0.requiredBy.map(\.binding) })
      .subtracting(related.map(\.key))
    let known = bindings.filter { others.contains($0.key) }
    // Where the policy itself sends nothing along, the others have not been listed.
    let unlisted = others.subtracting(known.map(\.key))
    return try await related + known + self.bindings(unlisted.sorted())
  }

  /// The policies of others that have a say in the flag of these bindings.
  private func otherPolicies(
    of bindings: [LiveObject], besides own: PolicyReference
  ) async throws -> [LiveObject] {
    let claims = Set(bindings.compactMap(\.claim)).subtracting([own])
    return try await sideBySide(claims.sorted { $0.title < $1.title }) { claim in
      do {
        return try await policy(claim)
      } catch let error as APIError where error.kind == .forbidden {
        return nil
      }
    }.compactMap { $0 }
  }

  /// Propagated objects that the garbage collector takes along with these templates. Looked for
  /// among the kinds that are propagated beside them; nothing but metadata is read. A kind that may
  /// not be listed is a permission that is missing: what cannot be seen is not taken for nothing.
  private func lookForOwned(_ facts: inout RollbackFacts) async throws {
    let uids = Set(facts.templates.map(\.uid))
    // What is cluster-scoped may own something in any namespace.
    let isWide = facts.templates.contains { $0.namespace.isEmpty }
    let spaces: [String?] =
      isWide ? [nil] : Set(facts.templates.map(\.namespace)).sorted().map { $0 }
    for space in spaces {
      var bound = try await metadata(ofAll: .resourceBindings, in: space, &facts)
      if isWide {
        bound += try await metadata(ofAll: .clusterResourceBindings, in: nil, &facts)
      }
      // A binding belongs to its template.
      let kinds = Set(bound.compactMap(\.controllerKind))
      for kind in kinds.sorted(by: { ($0.apiVersion, $0.kind) < ($1.apiVersion, $1.kind) }) {
        guard let resource = try await served(kind) else { continue }
        let found = try await metadata(ofAll: resource, in: space, &facts)
        facts.owned += found.filter { object in
          let owners = Set(object.ownerUIDs)
          return !owners.isEmpty && owners.isSubset(of: uids)
        }
      }
    }
  }

  /// nil where the kind is no longer served.
  private func served(_ kind: ObjectReference) async throws -> APIResource? {
    do {
      return try await discovery.resource(of: kind)
    } catch let error as APIError where error.kind == .notFound {
      return nil
    }
  }

  private func metadata(
    ofAll resource: APIResource, in space: String?, _ facts: inout RollbackFacts
  ) async throws -> [LiveObject] {
    let namespace = resource.isNamespaced ? space : nil
    do {
      return try await list(resource, namespace: namespace, isMetadataOnly: true)
    } catch let error as APIError where error.kind == .notFound {
      return []
    } catch let error as APIError where error.kind == .forbidden {
      facts.permissions.append(
        Permission(
          verb: "list", group: resource.group, resource: resource.plural,
          namespace: namespace ?? "", isAllowed: false))
      return []
    }
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

  /// What a gate is decided from. Read against the stream: the Works first, what writes their flag
  /// after them and the policy last. A change that is on its way down is met somewhere, and one
  /// that comes after has the whole way before it.
  func gate(_ plan: RollbackPlan, _ templates: [ObjectReference]) async throws -> RollbackFacts {
    var facts = RollbackFacts()
    let wanted = Set(templates)
    let planned = plan.templates.filter { wanted.contains($0.object.identity) }
    let keys = Set(planned.compactMap(\.binding))
    let dependents = plan.dependents.filter { !keys.isDisjoint(with: $0.neededBy) }
    let ids = Set(
      planned.compactMap(\.permanentID) + dependents.compactMap(\.permanentID))
    facts.works = try await works(ofIDs: ids, in: plan)
    let bindings = try await bindings((keys.union(dependents.map(\.binding))).sorted())
    // A binding that was made anew has other Works.
    let fresh = bindings.filter { $0.bindingPermanentID.map { !ids.contains($0) } ?? false }
    facts.works += try await works(of: fresh)
    let known = Set(bindings.map(\.key))
    let owners = Set(bindings.flatMap { $0.requiredBy.map(\.binding) }).subtracting(known)
    facts.bindings = try await bindings + self.bindings(owners.sorted())
    facts.templates = try await objects(templates)
    if !facts.works.isEmpty, facts.works.allSatisfy(\.preserves) {
      // It may be about to open.
      facts.clusters = try await clusters(Set(plan.clusters.map(\.name)))
    }
    facts.otherPolicies = try await otherPolicies(of: facts.bindings, besides: plan.scope.policy)
    facts.policy = try await policy(plan.scope.policy)
    return facts
  }

  /// Works by the ids of their bindings, as a plan knows these.
  private func works(
    ofIDs ids: Set<String>, in plan: RollbackPlan
  ) async throws -> [LiveObject] {
    let wide = Set(
      plan.templates.filter { $0.binding?.namespace.isEmpty == true }.compactMap(\.permanentID))
    return try await works(ofIDs: ids.subtracting(wide).sorted(), isClusterScoped: false)
      + works(ofIDs: ids.intersection(wide).sorted(), isClusterScoped: true)
  }

  /// What is left of everything in the plan. Works are found by the ids from the plan: their
  /// bindings may be gone.
  func leftovers(_ plan: RollbackPlan) async throws -> RollbackFacts {
    var facts = RollbackFacts()
    async let policy = policy(plan.scope.policy)
    async let templates = objects(plan.templates.map(\.object.identity))
    let keys = plan.templates.compactMap(\.binding) + plan.dependents.map(\.binding)
    facts.bindings = try await bindings(Set(keys).sorted())
    facts.works = try await works(ofIDs: Set(plan.permanentIDs), in: plan)
    facts.templates = try await templates
    facts.policy = try await policy
    facts.clusters = try await clusters(Set(plan.clusters.map(\.name)))
    return facts
  }

  func members(_ plan: RollbackPlan) async throws -> RollbackFacts {
    var facts = RollbackFacts()
    // One that somebody creates again is Karmada's again.
    facts.templates = try await objects(plan.templates.map(\.object.identity))
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
