import Karmada
import Manifest

// The guided way to a fieldOverrider: the object, the field, the place, the value.

extension AppState {
  /// Begins the walk for the rule under the cursor, or the last; without a rule one is made.
  mutating func startGuide() -> [Effect] {
    guard let page = form, let sights = page.sights else { return [] }
    // What a Secret keeps is not shown, so there is nothing to walk into.
    let objects = sights.objects(of: page.draft.value).map { sights.fleet.objects[$0].template }
      .filter { $0["kind"] != "Secret" }
    var effects: [Effect] = []
    if page.draft.ruleCount == 0 {
      effects = changeDraft { try $0.draft.addRule() }
    }
    guard let count = form?.draft.ruleCount, count > 0 else { return effects }
    let rule = min(page.rule ?? count - 1, count - 1)
    changeForm { $0.walk = GuideWalk(FieldOverrideGuide(objects: objects), rule: rule) }
    return effects
  }

  /// Keys of the form while somebody walks; nil for those that mean the same as ever.
  mutating func performInWalk(_ id: CommandID) -> [Effect]? {
    guard let walk = form?.walk else { return nil }
    switch id {
    case .change: return chooseInWalk(walk)
    case .remove:
      guard let choice = walk.choice, walk.guide.step == .place else { return [] }
      changeWalk { $0.guide.remove(choice) }
      message = StatusMessage(.info, "Enter has it removed, Esc does not")
      return []
    case .additions:
      guard walk.guide.step == .place else { return [] }
      overlays.append(.prompt(Prompt(.guidedKey)))
      return []
    case .nextObject, .nextCluster, .previousCluster, .duplicate, .moveUp, .moveDown, .toRule,
      .adoptTopLevel, .takeBack, .redo, .guide:
      message = StatusMessage(.info, "first the way to the value; Esc goes back")
      return []
    default: return nil
    }
  }

  private mutating func chooseInWalk(_ walk: GuideWalk) -> [Effect] {
    if walk.guide.step == .value {
      return walk.guide.operator == "remove" ? finishWalk() : startGuidedValue()
    }
    guard let choice = walk.choice else { return [] }
    changeWalk { walk in
      walk.guide.choose(choice)
      walk.restart()
    }
    return form?.walk?.guide.step == .value ? startGuidedValue() : []
  }

  private mutating func startGuidedValue() -> [Effect] {
    guard let walk = form?.walk else { return [] }
    overlays.append(.prompt(Prompt(.guided, text: walk.guide.typed)))
    return []
  }

  mutating func changeWalk(_ change: (inout GuideWalk) -> Void) {
    changeForm { page in
      guard var walk = page.walk else { return }
      change(&walk)
      page.walk = walk
    }
  }

  /// The value follows each key.
  mutating func followGuided(_ text: String) { changeWalk { $0.guide.type(text) } }

  /// A key that is not there yet, in what was walked into.
  mutating func finishGuidedKey(_ key: String) -> [Effect] {
    guard !key.isEmpty else { return [] }
    changeWalk { $0.guide.add(key) }
    return startGuidedValue()
  }

  /// Puts the operation into the rule.
  mutating func finishWalk() -> [Effect] {
    guard let walk = form?.walk else { return [] }
    guard walk.guide.operation != nil else {
      message = StatusMessage(.error, "null is no value to Karmada's webhook: x removes it instead")
      return []
    }
    let effects = changeDraft { page in
      try walk.guide.apply(to: &page.draft, rule: walk.rule)
      page.walk = nil
      page.refresh()
      let list = OverrideDraft.pointer(rule: walk.rule, .field)
      page.select(list.appending(String(max(0, (page.draft[list]?.array?.count ?? 1) - 1))))
    }
    if !effects.isEmpty { message = StatusMessage(.info, "rule \(walk.rule + 1) changes it now") }
    return effects
  }

  /// Esc: one step back, and out of the walk at its first. False where nobody walks.
  mutating func stepBackInWalk() -> Bool {
    guard form?.walk != nil else { return false }
    changeForm { page in
      guard var walk = page.walk, walk.guide.goBack() else {
        page.walk = nil
        return
      }
      walk.restart()
      page.walk = walk
    }
    return true
  }
}
