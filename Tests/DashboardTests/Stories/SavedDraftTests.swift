import ControlPlane
import Karmada
import Manifest
import Testing

@testable import Dashboard

/// A draft goes on from what was saved as soon as the server has it, not when the watching is over:
/// until then it would hold one's own change for somebody else's.
@Suite struct SavedDraftTests {
  private static let name = JSONPointer(tokens: ["metadata", "name"])
  private static let named = PolicyReference(
    kind: "OverridePolicy", key: ObjectKey(namespace: "shop", name: "named"))

  private func stage() throws -> EditingStage {
    var stage = try EditingStage()
    stage.haveWorks()
    return stage
  }

  /// `:clone copy`, with the original read and nothing of the new name on the server.
  private func clone(_ stage: inout EditingStage) throws {
    let orders = stage.effects(try stage.run("clone copy"))
    guard case .readPolicy(let token, EditingStage.reference)? = orders.first else {
      Issue.record("\(orders)")
      return
    }
    stage.take(.policy(token: token, .success(stage.facts.current)))
    (stage.facts.current, stage.facts.overridePolicies) = (nil, [])
  }

  // MARK: While it is watched

  @Test func onesOwnChangeIsNotContestedWhileItIsWatched() throws {
    var stage = try stage()
    try stage.press("e")
    stage.type("two")
    try stage.plan(try stage.press("ctrl-s"))
    let (saving, _) = try stage.watch()
    try stage.press("Esc")
    stage.type("three")
    let plan = try stage.plan(try stage.press("ctrl-s"))
    #expect(plan.standing == .asExpected)
    #expect(plan.request?.body?["spec"] == EditingStage.policy("three")["spec"])
    // The end of the watching has nothing to add.
    try stage.press("Esc")
    stage.end(saving)
    #expect(stage.draft?[EditingStage.value] == "three" && stage.draft?.isChanged == true)
  }

  /// Whoever quits now hears of no end.
  @Test func aSavedDraftIsOffTheDiskBeforeTheWatchingEnds() throws {
    var stage = try stage()
    try stage.press("e")
    stage.type("two")
    try stage.plan(try stage.press("ctrl-s"))
    let (saving, orders) = try stage.watch()
    let drop = OverrideOrder.dropDraft(EditingStage.reference, origin: "")
    #expect(orders.count { $0 == drop } == 1 && stage.state.drafts.isEmpty)
    #expect(!stage.effects(stage.end(saving)).contains(drop))
  }

  @Test func aNewPolicyIsNotNewWhileItIsWatched() throws {
    var stage = try stage()
    try clone(&stage)
    try stage.plan(try stage.press("ctrl-s"))
    _ = try stage.watch()
    try stage.press("Esc")
    #expect(stage.state.form?.isNew == false)
    stage.type("two")
    let plan = try stage.plan(try stage.press("ctrl-s"))
    #expect(plan.standing == .asExpected && plan.request?.verb == "update")
  }

  /// Without a Work to wait for there is no watching.
  @Test func aSaveThatNothingFollowsIsNotedAtItsEnd() throws {
    var stage = try EditingStage()
    try stage.press("e")
    stage.type("two")
    try stage.plan(try stage.press("ctrl-s"))
    let plan = try #require(stage.state.savePage?.plan)
    let before = stage.facts
    var saving = try stage.save()
    stage.state.runningSave = nil
    saving.machine = SaveMachine(plan)
    for input: SaveInput in [
      .begin, .facts(.success(before)), .noted, .sent(.success(stage.facts.current)),
    ] {
      _ = saving.machine.handle(input, at: stage.state.now)
      stage.take(.progress(token: saving.token, saving.machine))
    }
    #expect(saving.machine.report != nil && stage.state.drafts.count == 1)
    let orders = stage.effects(stage.end(saving))
    #expect(orders.contains(.dropDraft(EditingStage.reference, origin: "")))
    #expect(stage.state.drafts.isEmpty && stage.state.runningSave == nil)
  }

  // MARK: Renamed

  @Test func theClosedFormOfARenamedNewPolicyIsFoundWhenItIsSaved() throws {
    var stage = try stage()
    try clone(&stage)
    _ = stage.state.changeDraft { try $0.draft.set("named", at: Self.name) }
    try stage.plan(try stage.press("ctrl-s"))
    let saving = try stage.save()
    try stage.press("Esc Esc")
    #expect(stage.state.overlays.isEmpty && stage.state.drafts.count == 1)
    let orders = stage.effects(stage.end(saving))
    let copy = PolicyReference(
      kind: "OverridePolicy", key: ObjectKey(namespace: "shop", name: "copy"))
    #expect(stage.state.drafts.isEmpty && orders.contains(.dropDraft(copy, origin: "")))
  }

  /// A draft of a new policy that is called like one that was changed stays what it is.
  @Test func anotherNewPolicyOfTheNameIsNotTakenForIt() throws {
    var stage = try stage()
    try clone(&stage)
    _ = stage.state.changeDraft { try $0.draft.set("settings", at: Self.name) }
    try stage.press("Esc")
    stage.facts.current = EditingStage.policy("one")
    // No form is open over the one that is changed.
    let orders = stage.effects(try stage.run("undo"))
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
    #expect(stage.state.drafts.values.first?.base == nil)
    #expect(stage.state.drafts.keys.first?.key.name == "copy")
  }

  @Test func theCanaryOfARenamedNewPolicyIsSavedUnderItsName() throws {
    var stage = try stage()
    try clone(&stage)
    _ = stage.state.changeDraft { try $0.draft.set("named", at: Self.name) }
    let plan = try stage.plan(try stage.run("canary m1"))
    #expect(plan.obstacle == nil && plan.intent.policy == Self.named, "\(plan.obstacle ?? "")")
  }

  @Test func aCanaryOfATextThatCannotBeReadIsRefusedAloud() throws {
    var stage = try stage()
    try stage.press("e")
    stage.state.changeForm { $0.draft.setText("broken: [\n") }
    #expect(stage.effects(try stage.run("canary m1")).isEmpty)
    #expect(stage.state.message?.kind == .error)
  }

  // MARK: Undo

  /// Hazards that were acknowledged there stay acknowledged.
  @Test func anUndoLeavesAPageThatHasNotEndedWhereItIs() throws {
    var stage = try stage()
    try stage.press("e")
    stage.type("two")
    try stage.plan(try stage.press("ctrl-s"))
    let token = try #require(stage.state.savePage?.token)
    try stage.run("undo shop/settings")
    #expect(stage.state.savePage?.token != token)
    try stage.press("Esc")
    #expect(stage.state.savePage?.token == token)
    // One that has ended has said all it had to say.
    stage.end(try stage.save())
    try stage.run("undo shop/settings")
    try stage.press("Esc")
    #expect(stage.state.savePage == nil && stage.state.form != nil)
  }
}
