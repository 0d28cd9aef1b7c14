import Manifest

/// What makes a hazard the same in another version of the policy, wherever its rule stands.
struct OldHazard: Hashable {
  var kind: OverrideHazard.Kind
  var path: JSONPointer?
  var overrider: OverriderKind?
  var sentence: String

  init(_ hazard: OverrideHazard) {
    kind = hazard.kind
    path = hazard.path
    overrider = hazard.place.overrider
    sentence = hazard.sentence
  }
}

extension SavePlan {
  static func hazards(
    _ preview: DraftPreview, _ old: Set<OldHazard>, _ reach: SaveReach, _ facts: SaveFacts,
    _ standing: Standing, placedBy intent: SaveIntent
  ) -> [SaveHazard] {
    var hazards = ofEngine(preview, old, reach, intent)
    hazards += ofReach(reach, facts)
    if case .merged(let merge) = standing {
      let places = some(merge.theirChanges.map(FieldPath.text))
      hazards.append(
        SaveHazard(
          "merged", .warning,
          "Somebody has changed the policy since you began, elsewhere than you: \(places). Both "
            + "changes are saved."))
    }
    if case .asExpected = standing, intent.wanted == nil, let base = intent.base,
      let current = facts.current,
      OverrideDraft.editable(base) != OverrideDraft.editable(current)
    {
      hazards.append(
        SaveHazard(
          "changed-since", .warning,
          "Somebody has changed the policy since you looked at it; their change goes with it."))
    }
    for line in facts.unread + facts.unreadablePolicies {
      hazards.append(
        SaveHazard("unread", .warning, "What changes there is not known: \(line)"))
    }
    return hazards
  }

  /// Each of the engine's once, at its field.
  private static func ofEngine(
    _ preview: DraftPreview, _ old: Set<OldHazard>, _ reach: SaveReach, _ intent: SaveIntent
  ) -> [SaveHazard] {
    let written = intent.wanted.map { Self.draft(intent, saying: OverrideDraft.editable($0)) }
    var seen: Set<OldHazard> = []
    return preview.hazards().compactMap { hazard -> SaveHazard? in
      let key = OldHazard(hazard)
      guard seen.insert(key).inserted else { return nil }
      return SaveHazard(
        hazard.kind.rawValue, hazard.severity, hazard.sentence,
        pointer: written?.problems(of: [hazard]).first?.pointer, isOld: old.contains(key))
    }
  }

  private static func ofReach(_ reach: SaveReach, _ facts: SaveFacts) -> [SaveHazard] {
    var hazards: [SaveHazard] = []
    var failures: [String: [String]] = [:]
    for change in reach.changes {
      for group in change.groups where group.change == .breaks {
        failures[group.after.failure?.description ?? "", default: []] += group.clusters.map {
          "\(change.title) on \($0)"
        }
      }
    }
    for (failure, places) in failures.sorted(by: { $0.key < $1.key }) {
      hazards.append(
        SaveHazard(
          "karmada-fails", .blocker, "Karmada will fail on \(some(places)): \(failure)."))
    }
    let held = reach.changes.filter { !$0.heldBack.isEmpty }
    if !held.isEmpty {
      let places = held.flatMap { change in change.heldBack.map { "\(change.title) on \($0)" } }
      hazards.append(
        SaveHazard(
          "held-back", .warning,
          "Karmada 1.12 gives up at the first cluster that fails; nothing new reaches "
            + "\(some(places))."))
    }
    let waiting = reach.clusters.filter(facts.notReady.contains)
    if !waiting.isEmpty {
      hazards.append(
        SaveHazard(
          "cluster-not-ready", .note,
          "\(some(waiting)) \(waiting.count == 1 ? "is" : "are") not ready: the Work changes at "
            + "once, the member when it is back."))
    }
    return hazards
  }
}
