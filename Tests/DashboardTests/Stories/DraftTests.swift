import ControlPlane
import Karmada
import Manifest
import Testing

@testable import Dashboard

/// Beginning, leaving and finding drafts of override policies again, and what their form can do.
@Suite struct DraftTests {
  private static let copy = PolicyReference(
    kind: "OverridePolicy", key: ObjectKey(namespace: "shop", name: "copy"))

  /// `:clone copy`, with the original read.
  private func clone(_ stage: inout EditingStage) throws {
    let orders = stage.effects(try stage.run("clone copy"))
    guard case .readPolicy(let token, EditingStage.reference)? = orders.first else {
      Issue.record("\(orders)")
      return
    }
    stage.take(.policy(token: token, .success(stage.facts.current)))
  }

  // MARK: New policies

  @Test func aNewPolicysDraftIsFoundAgainByItsName() throws {
    var stage = try EditingStage()
    try clone(&stage)
    stage.type("two")
    try stage.press("Esc")
    #expect(stage.state.message?.text.contains(":draft shop/copy") == true)
    try stage.run("draft shop/copy")
    #expect(stage.state.form?.policy == Self.copy)
    #expect(stage.draft?[EditingStage.value] == "two")
    try stage.press("Esc")
    try stage.run("draft copy")
    #expect(stage.draft?[EditingStage.value] == "two")
    try stage.press("Esc")
    try stage.run("draft nobody")
    #expect(stage.state.form == nil && stage.state.message?.text.contains("shop/copy") == true)
  }

  @Test func beginningItAgainGoesOnWithIt() throws {
    var stage = try EditingStage()
    try clone(&stage)
    stage.type("two")
    try stage.press("Esc")
    try clone(&stage)
    #expect(stage.draft?[EditingStage.value] == "two")
    #expect(stage.state.message?.text.contains("begun before") == true)
  }

  @Test func aNewPolicyThatWasSavedIsNotNewAnyMore() throws {
    var stage = try EditingStage()
    try clone(&stage)
    // Another name, typed in the form.
    _ = stage.state.changeDraft {
      try $0.draft.set("named", at: JSONPointer(tokens: ["metadata", "name"]))
    }
    stage.facts.current = nil
    try stage.plan(try stage.press("ctrl-s"))
    stage.end(try stage.save())
    #expect(stage.state.drafts.isEmpty)
    try stage.press("Esc")
    #expect(stage.state.form?.isNew == false && stage.state.form?.policy.key.name == "named")
  }

  @Test func aDraftOfAnotherSessionIsTakenOverOnce() throws {
    var stage = try EditingStage()
    var left = StoredDraft(
      OverrideDraft(editing: EditingStage.policy("one")), of: EditingStage.reference,
      server: "https://test", at: Sample.start)
    left.text = left.text.replacing("one", with: "left")
    left.origin = "settings-1.gone.draft.json"
    stage.take(.drafts([left]))
    #expect(stage.state.message?.text.contains(":draft shop/settings") == true)
    try stage.run("draft")
    let orders = stage.effects(stage.type("two"))
    let origins = orders.compactMap { order -> String? in
      if case .keepDraft(let kept) = order { kept.origin } else { nil }
    }
    #expect(origins == ["settings-1.gone.draft.json"])
    #expect(stage.state.drafts[EditingStage.reference]?.origin == "")
    try stage.press("Esc")
    try stage.run("draft")
    #expect(stage.draft?[EditingStage.value] == "two" && stage.state.form?.origin == "")
  }

  @Test func ofSeveralDraftsOfOnePolicyTheNewestIsOffered() throws {
    var stage = try EditingStage()
    func left(_ value: String, seconds: Int64) -> StoredDraft {
      var draft = StoredDraft(
        OverrideDraft(editing: EditingStage.policy("one")), of: EditingStage.reference,
        server: "https://test", at: Sample.start + .seconds(seconds))
      draft.text = draft.text.replacing("one", with: value)
      draft.origin = "settings-\(value).gone.draft.json"
      return draft
    }
    stage.take(.drafts([left("newer", seconds: 60), left("older", seconds: 1)]))
    #expect(stage.state.message?.text.contains("more)") == false)
    try stage.run("draft")
    #expect(stage.draft?[EditingStage.value] == "newer")
  }

  /// Another new policy of the name that was just changed is no version of that one.
  @Test func aNewPolicyIsNotTakenForTheOneOfItsName() throws {
    let stage = try EditingStage()
    let plan = SavePlan(
      SaveIntent(
        policy: EditingStage.reference, base: stage.facts.current,
        wanted: EditingStage.policy("two")), stage.facts)
    var draft = OverrideDraft(text: OverrideDraft(editing: EditingStage.policy("new")).text)
    draft.goOn(after: plan, saved: EditingStage.policy("two"))
    #expect(draft.base == nil)
  }

  // MARK: In the form

  @Test func whatWasAddedToTypeIntoGoesWithEsc() throws {
    var stage = try EditingStage()
    try stage.press("e")
    let text = stage.draft?.text
    let list = JSONPointer(
      tokens: ["spec", "overrideRules", "0", "targetCluster", "clusterNames"])
    _ = stage.state.changeDraft { try $0.draft.add("m1", to: list) }
    let begun = stage.draft?.text
    try stage.press("+")
    stage.state.changeForm { $0.select(list.appending("1")) }
    try stage.press("Enter m 2")
    #expect(stage.draft?[list] == ["m1", "m2"])
    try stage.press("Esc")
    #expect(stage.draft?.text == begun)
    try stage.press("u")
    #expect(stage.draft?.text == text && stage.draft?.isChanged == false)
  }

  @Test func whatStandsBesideTheFormIsOfTheRuleUnderTheCursor() throws {
    var stage = try EditingStage()
    stage.facts.current?["spec"]?["overrideRules"] = [
      ["targetCluster": ["clusterNames": ["m1"]], "overriders": [:]],
      ["targetCluster": ["clusterNames": ["m2"]], "overriders": [:]],
    ]
    try stage.press("e")
    try stage.press("G")
    #expect(stage.state.form?.glance?.cluster == "m2")
    try stage.press("+")
    #expect(stage.state.form?.rule == 1 && stage.state.form?.glance?.cluster == "m2")
  }

  @Test func whatCannotBeMovedIsToldAsItIs() throws {
    var stage = try EditingStage()
    try stage.press("e")
    try stage.press("K")
    #expect(stage.state.message?.text == "it is the first of its list")
    try stage.press("J")
    #expect(stage.state.message?.text == "it is the last of its list")
    try stage.press("j d")
    #expect(stage.state.message?.text.contains("is no element of a list") == true)
  }

  @Test func aTextThatCannotBeReadIsShownAroundItsPlace() throws {
    var stage = try EditingStage()
    try stage.press("e")
    stage.state.changeForm { $0.draft.setText("a: b\nc: [\nd: e\n") }
    let rows = stage.state.formRows(height: 12).map { $0.line.map(\.text).joined() }
    #expect(rows.contains("  3  d: e") && rows.last?.hasPrefix("> 4") == true, "\(rows)")
    let beside = stage.state.formDetail(width: 60, height: 12).map { $0.map(\.text).joined() }
    #expect(beside == ["What it does can be told once its text can be read."])
  }

  // MARK: The row beneath

  /// Nothing more urgent takes the place of what somebody is at.
  @Test func theRowUnderAPageStaysTheSelectedOne() throws {
    var stage = try EditingStage()
    try stage.press("e")
    stage.state.list(
      .overridePolicies,
      .overridePolicies([Sample.override("app/first"), Sample.override("shop/settings")]))
    try stage.press("Esc")
    #expect(stage.state.selectedOverridePolicy == EditingStage.reference)
  }

  @Test func aPageThatSavesTellsWhatCanBeTyped() throws {
    var stage = try EditingStage()
    try stage.press("e")
    stage.type("two")
    try stage.plan(try stage.press("ctrl-s"))
    let hints = KeyHints.hints(for: stage.state).map { "\($0.key) \($0.title)" }
    #expect(hints.prefix(2) == [":arm 15m WHY first", "ctrl-s save"])
    #expect(!hints.contains { $0.hasPrefix("]") || $0.hasPrefix("|") })
    try stage.press("Esc")
    stage.facts.current = nil
    try stage.plan(try stage.press("ctrl-s"))
    #expect(KeyHints.hints(for: stage.state).first?.key == ":save-as-new")
    let lines = stage.state.savePage?.lines.map { $0.map(\.text).joined() } ?? []
    #expect(lines.contains { $0.contains(":save-as-new") })
  }

  // MARK: Clones

  @Test func aCloneIsMadeOfThePolicyAndNotOfItsDraft() throws {
    var stage = try EditingStage()
    try stage.press("e")
    stage.type("two")
    try stage.press("Esc")
    try clone(&stage)
    #expect(stage.state.form?.policy == Self.copy && stage.state.form?.isNew == true)
    #expect(stage.draft?[EditingStage.value] == "one")
    // The draft of the original lies where it lay.
    #expect(stage.state.drafts[EditingStage.reference]?.text.contains("two") == true)
    #expect(stage.state.drafts[Self.copy] != nil)
    // Nothing of the name is there: what clusters get before is without it.
    let glance = try #require(stage.state.form?.glance)
    #expect(glance.before.manifest?[path: "data", "key"] == "one")
    stage.facts.current = nil
    let body = try stage.plan(try stage.press("ctrl-s")).request
    guard case .create(let policy)? = body else {
      Issue.record("\(String(describing: body))")
      return
    }
    #expect(policy[path: "metadata", "name"] == "copy")
  }

  @Test func whatCannotBeReadIsNotCloned() throws {
    var stage = try EditingStage()
    let orders = stage.effects(try stage.run("clone copy"))
    guard case .readPolicy(let token, _)? = orders.first else {
      Issue.record("\(orders)")
      return
    }
    stage.take(.policy(token: token, .success(nil)))
    #expect(stage.state.form == nil && stage.state.message?.kind == .error)
    stage.take(.policy(token: token, .success(stage.facts.current)))
    #expect(stage.state.form == nil)
  }

  // MARK: Rules

  @Test func anOverriderGoesIntoAnotherRule() throws {
    var stage = try EditingStage()
    try stage.press("e")
    _ = stage.state.changeDraft { try $0.draft.addRule() }
    stage.state.changeForm { $0.select(EditingStage.value) }
    try stage.run("to-rule 2")
    #expect(stage.draft?[EditingStage.value] == nil)
    let moved = OverrideDraft.pointer(rule: 1, .plaintext, 0)
    #expect(stage.draft?[moved]?["value"] == "one")
    #expect(stage.state.form?.row?.pointer == moved)
    try stage.run("to-rule 3")
    #expect(stage.state.message == StatusMessage(.error, "there is no rule 3; there are 2"))
    try stage.press("u")
    #expect(stage.draft?[EditingStage.value] == "one")
  }

  @Test func whatStandsOutsideOfRulesIsMadeOne() throws {
    var stage = try EditingStage()
    stage.facts.current?["spec"]?["overriders"] = [
      "labelsOverrider": [["operator": "add", "value": ["a": "b"]]]
    ]
    try stage.press("e")
    try stage.run("adopt-top-level")
    #expect(stage.draft?[JSONPointer(tokens: ["spec", "overriders"])] == nil)
    #expect(stage.draft?.ruleCount == 2)
    #expect(stage.draft?[OverrideDraft.pointer(rule: 0, .labels, 0)] != nil)
    try stage.run("adopt-top-level")
    #expect(stage.state.message?.text == "everything is in rules already")
  }

  // MARK: Watching and edits

  @Test func aWatchThatNeverEndsCanBeEnded() throws {
    var stage = try EditingStage()
    try stage.run("stop-watching")
    #expect(stage.state.message?.text.contains("nothing is watched") == true)
    try stage.press("e")
    stage.type("two")
    try stage.plan(try stage.press("ctrl-s"))
    let saving = try stage.save()
    stage.state.runningSave = .sending
    #expect(stage.effects(try stage.run("stop-watching")).isEmpty)
    stage.state.runningSave = .watching
    try stage.press("Esc")
    #expect(stage.effects(try stage.run("stop-watching")) == [.stopWatching])
    stage.end(saving)
    #expect(stage.state.runningSave == nil)
  }

  @Test func anyEditOfTheJournalCanBeUndone() throws {
    var stage = try EditingStage()
    let orders = stage.effects(try stage.run("edits"))
    guard case .listEdits(let token)? = orders.first else {
      Issue.record("\(orders)")
      return
    }
    let edit = OverrideEdit(
      id: "gone-20261122T114416Z-3f2a", at: Sample.start,
      policy: PolicyReference(
        kind: "OverridePolicy", key: ObjectKey(namespace: "shop", name: "gone")),
      by: "ada@deck", reason: "INC-7", action: "delete", outcome: "saved", undoes: nil)
    stage.take(.edits(token: token, .success([edit])))
    guard case .help(let view)? = stage.state.overlays.last else {
      Issue.record("no page")
      return
    }
    let text = view.lines.map { $0.map(\.text).joined() }.joined(separator: "\n")
    #expect(text.contains(edit.id) && text.contains("INC-7") && text.contains("shop/gone"))
    try stage.press(": u n d o Space g Tab")
    #expect(stage.state.prompt?.text == "undo gone-20261122T114416Z-3f2a ")
    let undo = stage.effects(try stage.press("Enter"))
    guard case .planUndo(_, .named(edit.id))? = undo.first else {
      Issue.record("\(undo)")
      return
    }
    // By its name, though there is no row of it any more.
    let again = stage.effects(try stage.run("undo shop/gone"))
    guard case .planUndo(_, .named("shop/gone"))? = again.first else {
      Issue.record("\(again)")
      return
    }
  }
}
