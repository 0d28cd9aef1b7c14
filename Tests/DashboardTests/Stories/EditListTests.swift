import ControlPlane
import Karmada
import Manifest
import Testing

@testable import Dashboard

/// The page that lists the edits of the journal.
@Suite struct EditListTests {
  private static func edit(_ id: String, outcome: String?, undoes: String? = nil) -> OverrideEdit {
    OverrideEdit(
      id: id, at: Sample.start, policy: EditingStage.reference, by: "ada@deck", reason: "INC-7",
      action: "update", outcome: outcome, undoes: undoes)
  }

  private func ask(_ stage: inout EditingStage) throws -> Int {
    let orders = stage.effects(try stage.run("edits"))
    let tokens = orders.compactMap { if case .listEdits(let token) = $0 { token } else { nil } }
    return try #require(tokens.first)
  }

  private func page(_ stage: EditingStage) -> [String] {
    guard case .help(let view)? = stage.state.overlays.last else { return [] }
    return view.lines.map { $0.map(\.text).joined() }
  }

  @Test(arguments: [
    ("refused", false), ("blocked", false), ("changed", false), ("notTaken", false),
    ("saved", true), ("diverged", true), ("unknown", true), (nil, true),
  ])
  func onlyAnUndoThatMayHaveBeenSavedMarksAnEditUndone(
    _ outcome: String?, _ isUndone: Bool
  ) throws {
    var stage = try EditingStage()
    let token = try ask(&stage)
    let edits = [
      Self.edit("settings-2", outcome: outcome, undoes: "settings-1"),
      Self.edit("settings-1", outcome: "saved"),
    ]
    stage.take(.edits(token: token, .success(edits)))
    #expect(page(stage).contains { $0.hasSuffix("  undone") } == isUndone, "\(page(stage))")
  }

  /// What somebody types next is meant for the prompt.
  @Test func theListDoesNotComeOverAPrompt() throws {
    var stage = try EditingStage()
    let token = try ask(&stage)
    try stage.press(": u n d")
    stage.take(.edits(token: token, .success([Self.edit("settings-1", outcome: "saved")])))
    #expect(stage.state.prompt?.text == "und")
    #expect(stage.state.message?.text.contains(":edits again") == true)
    // Completion knows of it.
    #expect(stage.state.undoable.contains("settings-1"))
  }

  @Test func theListDoesNotComeOverAQuestion() throws {
    var stage = try EditingStage()
    try stage.run("arm 15m INC-7")
    try stage.press("e")
    stage.type("two")
    try stage.plan(try stage.press("ctrl-s"))
    let token = try ask(&stage)
    try stage.press("ctrl-s")
    try #require(stage.state.confirmation != nil)
    stage.take(.edits(token: token, .success([])))
    #expect(stage.state.confirmation != nil)
  }
}
