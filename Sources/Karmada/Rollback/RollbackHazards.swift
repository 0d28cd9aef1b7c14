import Manifest

/// Looks for everything that makes a rollback dangerous. One method a hazard; each says what was
/// seen and what would clear it.
struct RollbackHazards {
  let plan: RollbackPlan
  let facts: RollbackFacts
  private(set) var found: [RollbackHazard] = []

  init(_ plan: RollbackPlan, _ facts: RollbackFacts) {
    self.plan = plan
    self.facts = facts
    lookAtPolicy()
    lookAtServer()
    lookAtPermissions()
    lookAtTemplates()
    lookAtDependents()
    lookAtOwned()
    lookAtClusters()
    lookAtWorks()
    lookAtMembers()
    lookAtNamespaces()
    lookAtAutoscalers()
    found.sort {
      ($0.severity, $0.id.rawValue, $0.subject) < ($1.severity, $1.id.rawValue, $1.subject)
    }
  }

  mutating func add(
    _ id: RollbackHazard.ID, _ severity: RollbackHazard.Severity, _ subject: String,
    _ evidence: String, remedy: String = "", needsAcceptance: Bool = false
  ) {
    found.append(
      RollbackHazard(
        id, severity, subject: subject, evidence: evidence, remedy: remedy,
        needsAcceptance: needsAcceptance))
  }

  var policyTitle: String { plan.scope.policy.title }

  // MARK: Policy and server

  private mutating func lookAtPolicy() {
    guard let policy = facts.policy else {
      add(
        .objectMissing, .blocker, policyTitle, "There is no such policy.",
        remedy: "Name the policy that propagates the templates; without one nothing can be "
          + "preserved.")
      return
    }
    if policy.isTerminating {
      add(
        .objectMissing, .blocker, policyTitle, "The policy is being deleted.",
        remedy: "Create it again, or roll back under the policy that takes over.")
    }
    if plan.policy.isLazy {
      add(
        .lazyActivation, .warning, policyTitle,
        "activationPreference is Lazy: the flag reaches a binding only when its template changes.",
        remedy: "The run puts an annotation on each template, which lets the flag through.")
    }
    let scope = Set(plan.templates.map(\.object.identity))
    let others = facts.claimed.map(\.identity).filter { !scope.contains($0) }
    if !others.isEmpty {
      let names = Self.listed(others.map(\.title).sorted())
      let after =
        plan.options.restoresFlag
        ? "It is put back at the end." : "It stays set; --restore-flag puts it back at the end."
      add(
        .policySelectsMore, .warning, policyTitle,
        "It also propagates \(names): while the flag is set, deleting one of these keeps it in the "
          + "members too. \(after)")
    }
  }

  private mutating func lookAtServer() {
    if let refusal = facts.refusals[plan.scope.policy.object] {
      add(
        .flagRefused, .blocker, policyTitle,
        "A dry run of setting its flag was refused: \(refusal)",
        remedy: "Meet the condition of whoever refuses.")
    }
    guard let flagged = facts.flaggedPolicy, !flagged.preserves else { return }
    add(
      .serverTooOld, .blocker, policyTitle,
      "The server does not keep preserveResourcesOnDeletion.",
      remedy: "Upgrade Karmada to 1.12 or newer, its CRDs included.")
  }

  private mutating func lookAtPermissions() {
    for permission in facts.permissions where permission.isAllowed != true {
      if permission.isOptional {
        add(
          .missingPermission, .note, permission.title,
          "It is not allowed; the run does without.",
          remedy: "Ask for it if the run is to leave an Event and verify the members.")
      } else {
        add(
          .missingPermission, .blocker, permission.title, "It is not allowed.",
          remedy: "Ask for a role that allows it.")
      }
    }
  }

  // MARK: Templates

  private mutating func lookAtTemplates() {
    let live = Set(facts.templates.map(\.reference.identity))
    for wanted in plan.scope.templates ?? [] where !live.contains(wanted) {
      add(
        .objectMissing, .blocker, wanted.title, "There is no such template.",
        remedy: "Leave it out; if it went while the flag was not set, its members have lost it.")
    }
    if plan.scope.templates == nil, plan.templates.isEmpty, facts.policy != nil {
      add(
        .objectMissing, .blocker, policyTitle, "It propagates no template.",
        remedy: "There is nothing to roll back.")
    }
    let chosen = Set(plan.templates.map(\.object))
    for template in facts.templates where chosen.contains(template.reference) {
      look(at: template)
    }
  }

  private mutating func look(at template: LiveObject) {
    let title = template.reference.title
    if template.isTerminating {
      add(
        .objectMissing, .blocker, title,
        "It is being deleted already and waits for \(Self.listed(template.finalizers)).",
        remedy: "See whether its Works preserve; this run can no longer protect it.")
    }
    if let claim = template.claim, claim != plan.scope.policy {
      add(
        .policyClaimedByOther, .blocker, title, "\(claim.title) propagates it.",
        remedy: "Roll it back under that policy: the flag of another does not reach it.")
    }
    protect(template, title)
    lookForOwners(of: template, title)
    if template.kind == "Namespace", template.apiVersion == "v1" {
      add(
        .namespaceNotCovered, .blocker, title,
        "Karmada deletes a namespace in the members, and all that is in it, whatever the flag "
          + "says.", remedy: "Leave namespaces out; keep them on the control plane.")
    }
    let planned = plan.templates.first { $0.object == template.reference }
    guard planned?.permanentID != nil else {
      add(
        .notPropagated, .blocker, title, "It has no binding, so nothing is known of its Works.",
        remedy: "Wait until Karmada has propagated it, or leave it out.")
      return
    }
  }

  private mutating func protect(_ template: LiveObject, _ title: String) {
    let refusal = facts.refusals[template.reference.identity]
    // DeletionProtectionLabelKey of the work API's v1alpha2 package, 1.12.
    if template.label("resourcetemplate.karmada.io/deletion-protected") == "Always" {
      add(
        .deletionProtected, .blocker, title,
        "The label resourcetemplate.karmada.io/deletion-protected is set.",
        remedy: "Take the label off if its owner agrees.")
    } else if let refusal {
      add(
        .deletionProtected, .blocker, title, "A dry run of its deletion was refused: \(refusal)",
        remedy: "Meet the condition of whoever refuses.")
    }
  }

  /// Signs of somebody who creates it again: labels and annotations that Argo CD, Flux and Helm
  /// put on what they apply, and owner references.
  private mutating func lookForOwners(of template: LiveObject, _ title: String) {
    let signs: [(String, String?)] = [
      ("Argo CD", template.annotation("argocd.argoproj.io/tracking-id")),
      ("Argo CD", template.label("argocd.argoproj.io/instance")),
      ("Flux", template.label("kustomize.toolkit.fluxcd.io/name")),
      ("Flux", template.label("helm.toolkit.fluxcd.io/name")),
      ("Helm", template.annotation("meta.helm.sh/release-name")),
    ]
    if let (tool, value) = signs.first(where: { $0.1 != nil }) {
      add(
        .templateReconciledElsewhere, .warning, title,
        "\(tool) applies it (\(value ?? "")) and would create it again.",
        remedy: "Suspend or remove it there first.")
    }
    let owners = template.document[path: "metadata", "ownerReferences"]?.array ?? []
    for owner in owners where owner["controller"]?.bool == true {
      let name = "\(owner["kind"]?.string ?? "?") \(owner["name"]?.string ?? "?")"
      add(
        .templateReconciledElsewhere, .warning, title,
        "\(name) owns it and would create it again.", remedy: "Roll its owner back instead.")
    }
  }

  // MARK: Clusters, Works, members

  private mutating func lookAtClusters() {
    for cluster in plan.clusters where !cluster.isReady {
      add(
        .clusterNotReady, .blocker, cluster.name,
        "The cluster is not ready (\(cluster.reason)): its Works would stay Terminating, and "
          + "nobody could see what becomes of its objects.",
        remedy: "Wait until it is back; an eviction may move the workload away meanwhile.")
    }
    for binding in facts.bindings where isOwn(binding) {
      for source in binding.evictionSources {
        add(
          .evictionInProgress, .warning, binding.boundResource.title,
          "It is being evicted from \(source); its Works change while the run waits.",
          remedy: "Wait until the eviction is over.")
      }
    }
  }

  private func isOwn(_ binding: LiveObject) -> Bool {
    guard let id = binding.bindingPermanentID else { return false }
    return plan.permanentIDs.contains(id)
  }

  private mutating func lookAtWorks() {
    let live = Dictionary(facts.works.map { ($0.key, $0) }, uniquingKeysWith: { a, _ in a })
    for work in plan.works {
      guard let found = live[work.key] else { continue }
      let title = "Work \(work.key)"
      if found.isTerminating {
        add(
          .workTerminating, .blocker, title,
          work.preserves
            ? "It is being deleted already and waits for \(Self.listed(found.finalizers))."
            : "It is being deleted and does not preserve: \(work.object.title) in "
              + "\(work.cluster) is lost when that ends.",
          remedy: "See what deleted it before touching anything else.")
        continue
      }
      if !work.preserves {
        let isSet = plan.policy.flag == true
        add(
          .workNotPreserving, isSet ? .warning : .note, title,
          isSet
            ? "The policy's flag is set and the Work does not show it: deleting the template now "
              + "would delete \(work.object.title) in \(work.cluster)."
            : "Deleting the template now would delete \(work.object.title) in \(work.cluster).",
          remedy: "The run sets the flag and waits until every Work shows it.")
      }
      if found.isSuspended { lookAtSuspended(found, work, title) }
      if !found.isApplied {
        add(
          .workNotApplied, .warning, title,
          "The member has not taken it: \(found.appliedMessage)",
          remedy: "What is in \(work.cluster) now is what stays.")
      }
    }
  }

  /// Letting go ends with an update of the member's object from the Work's manifest (1.12,
  /// execution controller), which may be old news there.
  private mutating func lookAtSuspended(
    _ work: LiveObject, _ planned: RollbackPlan.Work, _ title: String
  ) {
    let fact = facts.members.first {
      $0.cluster == planned.cluster && $0.object == planned.object
    }
    guard case .present(let live)? = fact?.state, let manifest = work.workManifest,
      !live.carries(manifest)
    else { return }
    add(
      .workSuspended, .warning, title,
      "Its dispatching is suspended and \(planned.object.title) in \(planned.cluster) is not what "
        + "it says: letting go writes its manifest there first.",
      remedy: "Let it be dispatched again and look at what comes of it, or accept the change.",
      needsAcceptance: true)
  }

  private mutating func lookAtMembers() {
    for member in plan.members {
      let title = "\(member.object.title) in \(member.cluster)"
      switch member.state {
      case .present: continue
      case .absent:
        add(
          .memberObjectMissing, .blocker, title,
          "The member does not have it: its Work would stay Terminating for good (karmada#7463).",
          remedy: "Have Karmada apply it again, or find out who deleted it.")
      case .unverifiable:
        // A cluster that is not ready has a hazard of its own, which nobody can accept.
        guard plan.clusters.first(where: { $0.name == member.cluster })?.isReady == true
        else { continue }
        add(
          .memberNotVerifiable, .warning, title,
          "It cannot be looked at: \(member.why) The run could not prove that it was kept.",
          remedy: "Ask for get on clusters/proxy, or accept that nothing is verified there.",
          needsAcceptance: true)
      }
    }
  }

  // MARK: Surroundings

  private mutating func lookAtNamespaces() {
    for namespace in facts.namespaces {
      if namespace.isTerminating {
        add(
          .namespaceNotCovered, .blocker, "Namespace \(namespace.name)",
          "The namespace is being deleted on the control plane, which deletes all that is in it in "
            + "the members, preserved or not.",
          remedy: "Nothing here can stop that; save what is in the members.")
      } else {
        add(
          .namespaceNotCovered, .note, "Namespace \(namespace.name)",
          "The flag does not cover it: deleting the namespace on the control plane deletes all that "
            + "is in it in the members, preserved or not.",
          remedy: "Keep the namespace on the control plane.")
      }
    }
  }

  private mutating func lookAtAutoscalers() {
    for scaler in facts.autoscalers {
      let target = scaler.document[path: "spec", "scaleTargetRef"]
      let hit = plan.templates.first { template in
        template.object.kind == target?["kind"]?.string
          && template.object.name == target?["name"]?.string
          && template.object.namespace == scaler.namespace
      }
      guard let hit else { continue }
      add(
        .autoscalerReferences, .warning, scaler.reference.title,
        "It scales \(hit.object.title), which it will no longer find.",
        remedy: "Delete it, or put an autoscaler into the members.")
    }
  }

  /// The first few of many names.
  static func listed(_ names: [String]) -> String {
    guard names.count > 3 else { return names.isEmpty ? "nothing" : names.joined(separator: ", ") }
    return names.prefix(3).joined(separator: ", ") + " and \(names.count - 3) more"
  }
}

extension PolicyReference {
  /// Its address.
  public var object: ObjectReference {
    var reference = ObjectReference()
    reference.apiVersion = "policy.karmada.io/v1alpha1"
    reference.kind = kind
    reference.namespace = key.namespace
    reference.name = key.name
    return reference
  }

  /// "PropagationPolicy shop/web-pp"
  public var title: String { "\(kind) \(key)" }
}
