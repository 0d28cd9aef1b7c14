import Karmada
import Manifest
import Testing

@testable import Dashboard

/// What is typed into the form over an override policy, and where its cursor stands.
@Suite struct TypingTests {
  private static let text = """
    apiVersion: policy.karmada.io/v1alpha1
    kind: OverridePolicy
    metadata:
      name: settings
      namespace: shop
    spec:
      resourceSelectors:
      - apiVersion: v1
        kind: ConfigMap
      overrideRules:
      - overriders:
          plaintext:
          - path: /data/key
            operator: replace
            value: &a x
          - path: /data/other
            operator: replace
            value: *a

    """

  private func atTheAnchor() throws -> EditingStage {
    var stage = try EditingStage()
    try stage.press("e")
    stage.state.changeForm { page in
      page.draft.setText(Self.text)
      page.refresh()
      page.select(EditingStage.value)
    }
    return stage
  }

  /// The place is repeated elsewhere, and cannot be changed by itself: what was typed is still there.
  @Test func whatCannotBeTypedInPlaceStaysInThePromptAndIsSaidSo() throws {
    var stage = try atTheAnchor()
    try stage.press("Enter ctrl-u f o o Enter")
    #expect(stage.state.prompt?.text == "foo")
    #expect(stage.state.message?.kind == .error)
    #expect(stage.state.message?.text.contains("alias *a") == true)
    #expect(stage.draft?.text == Self.text)
    // Esc gives it up, as anywhere.
    try stage.press("Esc")
    #expect(stage.state.prompt == nil && stage.draft?.text == Self.text)
  }

  @Test func enterWithoutAChangeChangesNothing() throws {
    var stage = try atTheAnchor()
    try stage.press("Enter Enter")
    #expect(stage.state.prompt == nil && stage.state.message?.kind != .error)
    #expect(stage.draft?.text == Self.text)
    // Nor does one at what is not there.
    try stage.press("+")
    let labels = JSONPointer(tokens: ["metadata", "labels"])
    stage.state.changeForm { $0.select(labels) }
    let text = stage.draft?.text
    stage.state.changeForm {
      $0.select(JSONPointer(tokens: ["spec", "resourceSelectors", "0", "name"]))
    }
    try stage.press("Enter Enter")
    #expect(stage.state.prompt == nil && stage.draft?.text == text)
  }

  // MARK: The cursor

  @Test func aFormOpensAtItsFirstRule() throws {
    var stage = try EditingStage()
    try stage.press("e")
    let rule = OverrideDraft.pointer(rule: 0)
    #expect(stage.state.form?.row?.pointer == rule)
    // And over a draft, before the fleet has been read.
    stage.type("two")
    try stage.press("Esc")
    _ = try stage.state.press("e")
    #expect(stage.state.form?.sights == nil && stage.state.form?.row?.pointer == rule)
  }

  /// Facts come again after each save; who has gone to the first row stays there.
  @Test func theCursorStaysInTheFirstRowWhenTheFleetIsReadAgain() throws {
    var stage = try EditingStage()
    try stage.press("e")
    stage.type("two")
    try stage.press("g")
    #expect(stage.state.form?.cursor == 0)
    try stage.plan(try stage.press("ctrl-s"))
    stage.end(try stage.save())
    try stage.press("Esc")
    #expect(stage.state.form?.cursor == 0)
  }

  @Test func aTextWithCarriageReturnsIsShownLineByLine() throws {
    var stage = try EditingStage()
    try stage.press("e")
    stage.state.changeForm { $0.draft.setText("a: b\r\nc: [\r\nd: e\r\n") }
    let rows = stage.state.formRows(height: 12).map { $0.line.map(\.text).joined() }
    #expect(rows.contains { $0.hasPrefix("  1  a: b") }, "\(rows)")
    #expect(rows.contains { $0.hasPrefix("  3  d: e") }, "\(rows)")
  }
}
