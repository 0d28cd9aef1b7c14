import ControlPlane
import Karmada
import Manifest
import Testing

@testable import Dashboard

/// What becomes of a draft when its policy is saved, whoever saves it and whatever was typed since.
@Suite struct EditingTests {
  private func forming() throws -> EditingStage {
    var stage = try EditingStage()
    try stage.press("e")
    return stage
  }

  private func labels(_ body: JSONValue) -> JSONValue? { body[path: "metadata", "labels"] }

  // MARK: Canaries

  @Test func wideningACanaryKeepsWhatSomebodyElseHasChanged() throws {
    var stage = try forming()
    stage.type("two")
    stage.others { policy in
      policy["metadata"]?["labels"] = ["team": "theirs"]
    }
    let plan = try stage.plan(try stage.run("canary m1"))
    guard case .merged = plan.standing else {
      Issue.record("\(plan.standing)")
      return
    }
    stage.end(try stage.save())
    try stage.press("Esc")
    let body = try stage.body()
    #expect(labels(body) == ["team": "theirs"])
    #expect(body["spec"] == EditingStage.policy("two")["spec"])
  }

  @Test func aCanaryThatWasNotSavedLeavesNoTrace() throws {
    var stage = try forming()
    stage.type("two")
    try stage.plan(try stage.run("canary m1"))
    try stage.press("Esc")
    stage.others { $0["metadata"]?["labels"] = ["team": "theirs"] }
    try stage.plan(try stage.press("ctrl-s"))
    stage.end(try stage.save())
    try stage.press("Esc")
    #expect(stage.draft?[EditingStage.team] == "theirs")
    #expect(stage.draft?.isChanged == false && stage.state.drafts.isEmpty)
    stage.type("three")
    #expect(labels(try stage.body()) == ["team": "theirs"])
  }

  // MARK: Typing while it is watched

  @Test func whatIsTypedWhileASaveIsWatchedStays() throws {
    var stage = try forming()
    stage.type("two")
    try stage.plan(try stage.press("ctrl-s"))
    let saving = try stage.save()
    try stage.press("Esc")
    stage.type("three")
    let orders = stage.effects(stage.end(saving))
    #expect(stage.draft?[EditingStage.value] == "three")
    #expect(stage.draft?.isChanged == true)
    #expect(
      orders.contains {
        if case .keepDraft(let kept) = $0 { kept.text.contains("three") } else { false }
      })
    #expect(!orders.contains { if case .dropDraft = $0 { true } else { false } })
    let plan = try stage.plan(try stage.press("ctrl-s"))
    #expect(plan.standing == .asExpected)
    #expect(plan.request?.body?["spec"] == EditingStage.policy("three")["spec"])
  }

  @Test func theSameGoesForADraftWhoseFormIsClosed() throws {
    var stage = try forming()
    stage.type("two")
    try stage.plan(try stage.press("ctrl-s"))
    let saving = try stage.save()
    try stage.press("Esc")
    stage.type("three")
    try stage.press("Esc")
    stage.end(saving)
    try stage.press("e")
    #expect(stage.draft?[EditingStage.value] == "three")
    #expect(try stage.body()["spec"] == EditingStage.policy("three")["spec"])
  }

  /// Both changed the same: it is asked when it is saved, not decided by who was last.
  @Test func whatContradictsSomebodyElsesChangeIsAsked() throws {
    var stage = try forming()
    try stage.press("ctrl-s")
    _ = stage.state.changeDraft {
      try $0.draft.set("x", at: JSONPointer(tokens: ["metadata", "labels", "mine"]))
    }
    stage.others { policy in
      policy["spec"] = EditingStage.policy("theirs")["spec"]
    }
    try stage.plan(try stage.press("ctrl-s"))
    let saving = try stage.save()
    try stage.press("Esc")
    stage.type("mine")
    stage.end(saving)
    #expect(stage.draft?[EditingStage.value] == "mine")
    let plan = try stage.plan(try stage.press("ctrl-s"))
    guard case .contested(let merge) = plan.standing else {
      Issue.record("\(plan.standing)")
      return
    }
    #expect(merge.conflicts.map(\.theirs) == ["theirs"])
  }

  /// What a person has decided of two changes is not turned round by the next save.
  @Test func aDecisionForTheirsStays() throws {
    var stage = try forming()
    stage.type("mine")
    stage.others { $0["spec"] = EditingStage.policy("theirs")["spec"] }
    try stage.plan(try stage.press("ctrl-s"))
    _ = stage.state.changeDraft { _ in }
    try stage.plan(try stage.press("t"))
    let page = try #require(stage.state.savePage)
    // It says what the server says already, but for a label that comes with it.
    #expect(page.plan?.standing == .nothingToDo)
    try stage.press("Esc")
    _ = stage.state.changeDraft {
      try $0.draft.set("x", at: JSONPointer(tokens: ["metadata", "labels", "mine"]))
    }
    try stage.plan(try stage.press("ctrl-s"))
    try stage.plan(try stage.press("t"))
    stage.end(try stage.save())
    try stage.press("Esc")
    #expect(stage.draft?[EditingStage.value] == "theirs")
    #expect(stage.draft?.isChanged == false)
  }

  private func rule(_ value: JSONValue) -> JSONValue {
    [
      "overriders": [
        "plaintext": [["path": "/data/key", "operator": "replace", "value": value]]
      ]
    ]
  }

  /// The form over a policy with a rule for each of these values.
  private func formingRules(_ values: JSONValue...) throws -> EditingStage {
    var stage = try EditingStage()
    stage.facts.current?["spec"]?["overrideRules"] = .array(values.map(rule))
    try stage.press("e")
    return stage
  }

  /// Somebody types at a place of the text: nothing moves under the hands.
  @Test func whileAFieldIsTypedNothingMovesUnderTheHands() throws {
    var stage = try formingRules("a", "b")
    let place = OverrideDraft.pointer(rule: 1, .plaintext, 0).appending("value")
    _ = stage.state.changeDraft { try $0.draft.set("c", at: place) }
    stage.others { $0["spec"]?["overrideRules"] = [rule("new"), rule("a"), rule("b")] }
    try stage.plan(try stage.press("ctrl-s"))
    let saving = try stage.save()
    try stage.press("Esc")
    stage.state.changeForm { $0.select(place) }
    try stage.press("Enter ctrl-u 3")
    stage.end(saving)
    try stage.press("3 Enter")
    #expect(
      try stage.body()[path: "spec", "overrideRules"] == [rule("new"), rule("a"), rule(33)])
  }

  /// What is typed after a save goes into the field that the cursor was on, wherever that stands now.
  @Test func theCursorStaysAtItsFieldWhenOthersChangesComeIn() throws {
    var stage = try formingRules("a", "b")
    let place = OverrideDraft.pointer(rule: 1, .plaintext, 0).appending("value")
    stage.state.changeForm { $0.select(place) }
    _ = stage.state.changeDraft { try $0.draft.set("mine", at: EditingStage.team) }
    #expect(stage.state.form?.row?.pointer == place)
    stage.others { $0["spec"]?["overrideRules"] = [rule("new"), rule("a"), rule("b")] }
    try stage.plan(try stage.press("ctrl-s"))
    stage.end(try stage.save())
    try stage.press("Esc")
    let moved = OverrideDraft.pointer(rule: 2, .plaintext, 0).appending("value")
    #expect(stage.state.form?.row?.pointer == moved)
    try stage.press("Enter ctrl-u 3 Enter")
    #expect(try stage.body()[path: "spec", "overrideRules"] == [rule("new"), rule("a"), rule(3)])
  }

  @Test func aStepBackDoesNotTakeSomebodyElsesChangeOut() throws {
    var stage = try forming()
    stage.type("two")
    stage.others { $0["metadata"]?["labels"] = ["team": "theirs"] }
    try stage.plan(try stage.press("ctrl-s"))
    stage.end(try stage.save())
    try stage.press("Esc u")
    #expect(stage.draft?[EditingStage.team] == "theirs")
  }

  @Test func aTextThatCannotBeReadIsKeptAndLosesNothing() throws {
    var stage = try forming()
    stage.type("two")
    stage.others { $0["metadata"]?["labels"] = ["team": "theirs"] }
    try stage.plan(try stage.press("ctrl-s"))
    let saving = try stage.save()
    try stage.press("Esc")
    let text = try #require(stage.draft?.text)
    stage.state.changeForm { $0.draft.setText(text + "  broken: [\n") }
    stage.end(saving)
    #expect(stage.draft?.value == nil && stage.draft?.text.hasSuffix("broken: [\n") == true)
    stage.state.changeForm { $0.draft.setText(text.replacing("two", with: "three")) }
    let body = try stage.body()
    #expect(labels(body) == ["team": "theirs"])
    #expect(body["spec"] == EditingStage.policy("three")["spec"])
  }

  // MARK: $EDITOR

  private func handOut(_ stage: inout EditingStage) throws -> (token: Int, text: String) {
    let orders = stage.effects(try stage.press("E"))
    let found = orders.compactMap { order -> (Int, String)? in
      if case .edit(let token, let draft) = order { (token, draft.text) } else { nil }
    }
    return try #require(found.first)
  }

  @Test func aTextFromTheEditorIsTakenWhenASaveHasEndedMeanwhile() throws {
    var stage = try forming()
    stage.type("two")
    stage.others { $0["metadata"]?["labels"] = ["team": "theirs"] }
    try stage.plan(try stage.press("ctrl-s"))
    let saving = try stage.save()
    try stage.press("Esc")
    let (token, text) = try handOut(&stage)
    stage.end(saving)
    let written = text.replacing("two", with: "edited")
    let orders = stage.effects(stage.take(.edited(token: token, .success(written))))
    #expect(stage.draft?[EditingStage.value] == "edited")
    #expect(
      orders.contains {
        if case .keepDraft(let kept) = $0 { kept.text.contains("edited") } else { false }
      })
    #expect(orders.last == .endEditing(EditingStage.reference, failure: nil))
    let body = try stage.body()
    #expect(labels(body) == ["team": "theirs"])
    #expect(body["spec"] == EditingStage.policy("edited")["spec"])
  }

  /// A key in the moment before the editor came up.
  @Test func whatChangedHereWhileTheEditorRanStaysToo() throws {
    var stage = try forming()
    let (token, text) = try handOut(&stage)
    _ = stage.state.changeDraft { try $0.draft.set("mine", at: EditingStage.team) }
    stage.take(.edited(token: token, .success(text.replacing("one", with: "edited"))))
    #expect(stage.draft?[EditingStage.value] == "edited")
    #expect(stage.draft?[EditingStage.team] == "mine")
  }

  @Test func aTextWhoseFormIsClosedIsKeptAsADraft() throws {
    var stage = try forming()
    let (token, text) = try handOut(&stage)
    try stage.press("Esc")
    let orders = stage.effects(
      stage.take(.edited(token: token, .success(text.replacing("one", with: "edited")))))
    #expect(orders.contains { if case .keepDraft = $0 { true } else { false } })
    try stage.press("e")
    #expect(stage.draft?[EditingStage.value] == "edited")
  }

  @Test func anEditorThatFailsChangesNothingAndItsTextIsLaidAside() throws {
    var stage = try forming()
    let (token, text) = try handOut(&stage)
    let orders = stage.effects(
      stage.take(.edited(token: token, .failure(OverrideComplaint("vi ended with 1")))))
    #expect(orders == [.endEditing(EditingStage.reference, failure: "vi ended with 1")])
    #expect(stage.draft?.text == text && stage.state.message?.kind == .error)
    // And the next one finds its way again.
    #expect(try handOut(&stage).text == text)
  }

  // MARK: Undo and deletion from the list

  @Test func anUndoKeepsADraftOfItsOwn() throws {
    var stage = try forming()
    _ = stage.state.changeDraft { try $0.draft.set("mine", at: EditingStage.team) }
    try stage.press("Esc")
    let effects = try stage.run("undo")
    let orders = stage.effects(effects)
    guard case .planUndo(let token, .newest(EditingStage.reference))? = orders.first else {
      Issue.record("\(orders)")
      return
    }
    stage.plan(
      SaveIntent(
        policy: EditingStage.reference, base: stage.facts.current,
        wanted: EditingStage.policy("before"), undoes: "settings-0"), token)
    stage.end(try stage.save())
    #expect(stage.state.drafts.count == 1)
    try stage.press("Esc e")
    #expect(stage.draft?[EditingStage.team] == "mine")
    #expect(stage.draft?[EditingStage.value] == "before")
    let body = try stage.body()
    #expect(labels(body) == ["team": "mine"])
    #expect(body["spec"] == EditingStage.policy("before")["spec"])
  }

  @Test func aDeletionKeepsADraftThatSaysSomethingElse() throws {
    var stage = try forming()
    stage.type("two")
    try stage.press("Esc")
    let orders = stage.effects(try stage.run("delete"))
    guard case .planDeletion(let token, _)? = orders.first else {
      Issue.record("\(orders)")
      return
    }
    stage.plan(SaveIntent(deleting: try #require(stage.facts.current)), token)
    stage.end(try stage.save())
    #expect(stage.state.drafts.count == 1)
    try stage.press("Esc e")
    #expect(stage.draft?[EditingStage.value] == "two")
    #expect(stage.state.form?.staleness?.contains("deleted") == true)
  }

  @Test func whatWasSavedIsNoDraftAnyMore() throws {
    var stage = try forming()
    stage.type("two")
    try stage.plan(try stage.press("ctrl-s"))
    let orders = stage.effects(stage.end(try stage.save()))
    #expect(stage.state.drafts.isEmpty)
    #expect(orders.contains(.dropDraft(EditingStage.reference, origin: "")))
  }
}
