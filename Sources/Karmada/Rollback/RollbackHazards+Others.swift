import Manifest

// What a rollback does to objects that it does not name, and what their owners may do to it.
extension RollbackHazards {
  mutating func lookAtDependents() {
    let bindings = Dictionary(
      facts.bindings.map { ($0.key, $0) }, uniquingKeysWith: { a, _ in a })
    for dependent in plan.dependents {
      for key in dependent.sharedWith {
        lookAtSharer(of: dependent.object, bindings[key], key, outlives: true)
      }
      if let binding = bindings[dependent.binding] {
        lookAtOtherClaim(on: binding, dependent.object)
      }
      if dependent.permanentID == nil {
        add(
          .notPropagated, .blocker, dependent.object.title,
          "Its binding \(dependent.binding) has no id, so its Works cannot be found.",
          remedy: "Wait until Karmada has propagated it.")
      }
    }
    // A template may be what another workload needs: then that one writes its flag as well.
    let own = Set(plan.templates.compactMap(\.binding))
    for template in plan.templates {
      guard let key = template.binding, let binding = bindings[key] else { continue }
      for owner in binding.requiredBy.map(\.binding) where !own.contains(owner) {
        lookAtSharer(of: template.object, bindings[owner], owner, outlives: false)
      }
    }
  }

  /// - Parameters:
  ///   - owner: the binding of what needs the object as well; nil when it cannot be found.
  ///   - outlives: the object stays Karmada's for its sake.
  private mutating func lookAtSharer(
    of object: ObjectReference, _ owner: LiveObject?, _ key: ObjectKey, outlives: Bool
  ) {
    let name = owner?.boundResource.title ?? "binding \(key)"
    let policy = owner?.claim?.title ?? "its policy"
    let isSibling = owner?.claim == plan.scope.policy
    let isSafe =
      if let owner { isSibling ? !plan.options.restoresFlag : facts.keepsPreserving(owner) } else {
        false
      }
    let later =
      "deleting \(name) later deletes \(object.title) in the members under what was kept"
    guard !isSafe else {
      guard outlives else { return }
      add(
        .dependentShared, .warning, object.title,
        "\(name) needs it as well, so it stays Karmada's. \(policy) preserves now; once it no "
          + "longer does, \(later).",
        remedy: "Keep the flag on \(policy) for as long as \(name) is propagated.")
      return
    }
    add(
      .dependentShared, .blocker, object.title,
      "\(name) needs it as well and \(doubt(about: owner, isSibling: isSibling))"
        + ": Karmada 1.12 lets the last one touched decide"
        + (outlives ? ", and \(later)." : "."),
      remedy: isSibling
        ? "Leave the flag set, or roll \(name) back in the same run."
        : "Set preserveResourcesOnDeletion on \(policy) too, or roll \(name) back first.")
  }

  private func doubt(about owner: LiveObject?, isSibling: Bool) -> String {
    if isSibling { return "will not be preserved" }
    guard let owner, owner.preserves, let claim = owner.claim, facts.otherPolicy(claim) == nil
    else { return "is not preserved" }
    return "its policy cannot be read, so nothing says that it is preserved"
  }

  /// Somebody else's policy that propagates a dependent by itself writes its flag as well.
  private mutating func lookAtOtherClaim(on binding: LiveObject, _ object: ObjectReference) {
    guard let claim = binding.claim, claim != plan.scope.policy,
      facts.otherPolicy(claim)?.preserves != true
    else { return }
    add(
      .dependentShared, .blocker, object.title,
      "\(claim.title) propagates it as well and does not preserve: Karmada 1.12 lets the last one "
        + "touched decide, and deleting it there deletes it in the members under what was kept.",
      remedy: "Set preserveResourcesOnDeletion on \(claim.title) too.")
  }

  /// What the control plane's garbage collector takes along, and what goes with a definition.
  mutating func lookAtOwned() {
    let chosen = Set(plan.templates.map(\.object))
    for template in facts.templates where chosen.contains(template.reference) {
      guard template.kind == "CustomResourceDefinition" else { continue }
      add(
        .deletesOthers, .blocker, template.reference.title,
        "Deleting it deletes every object of its kind on the control plane, and with them those in "
          + "the members.", remedy: "Leave it out; keep it on the control plane.")
    }
    for object in facts.owned where !chosen.contains(object.reference) {
      add(
        .deletesOthers, .blocker, object.reference.title,
        "It is propagated, and its ownerReferences name a template: deleting that deletes it on "
          + "the control plane, and with it what the members have.",
        remedy: "Take the ownerReference off, or roll it back in the same run.")
    }
  }
}
