import Manifest
import TestSupport
import Testing

@testable import Karmada

@Suite struct OverrideDraftTests {
  private func at(_ path: String) -> JSONPointer { DraftSample.at(path) }
  private let port = "spec.overrideRules[0].overriders.fieldOverrider[0].yaml[0].value"

  @Test func aChangedFieldIsAChangedLineAndNothingElse() throws {
    var draft = DraftSample.draft
    try draft.set(3306, at: at(port))
    #expect(draft.text == DraftSample.text.replacing("\"3306\"", with: "3306"))
    #expect(draft[at(port)] == 3306)
    #expect(draft.line(of: at(port)) == 21)
    #expect(draft.isChanged)
  }

  @Test func typingIsUndoneAsOneAndOtherChangesByThemselves() throws {
    var draft = DraftSample.draft
    for text in ["3", "33", "330", "3307"] {
      try draft.set(.string(text), at: at(port), isTyping: true)
    }
    try draft.set("other", at: at("metadata.name"), isTyping: true)
    draft.endTyping()
    try draft.set("third", at: at("metadata.name"), isTyping: true)
    #expect(draft.name == "third")
    draft.undo()
    #expect(draft.name == "other")
    draft.undo()
    #expect(draft.name == "example" && draft[at(port)] == "3307")
    draft.undo()
    #expect(draft.text == DraftSample.text && !draft.canUndo && !draft.isChanged)
    while draft.redo() {}
    #expect(draft.name == "third" && draft[at(port)] == "3307")
    draft.undo()
    try draft.set("fourth", at: at("metadata.name"))
    #expect(!draft.canRedo)
  }

  @Test func rulesAreAddedDuplicatedMovedAndRemovedWithTheirComments() throws {
    var draft = DraftSample.draft
    try draft.addRule(["overriders": [:]])
    #expect(draft.ruleCount == 3)
    try draft.duplicate(OverrideDraft.pointer(rule: 0))
    #expect(draft.ruleCount == 4)
    #expect(draft[OverrideDraft.pointer(rule: 1)] == draft[OverrideDraft.pointer(rule: 0)])
    try draft.remove(OverrideDraft.pointer(rule: 1))
    try draft.remove(OverrideDraft.pointer(rule: 2))
    #expect(draft.text == DraftSample.text)
    try draft.move(OverrideDraft.pointer(rule: 0), to: 1)
    #expect(draft.text.contains("    # the first to move\n    - targetCluster:"))
    #expect(draft.document?.place(of: OverrideDraft.pointer(rule: 0))?.lines.lowerBound == 12)
  }

  @Test(arguments: OverriderKind.allCases)
  func everyKindOfOverriderIsAddedAndRemovedWithoutATrace(kind: OverriderKind) throws {
    var draft = DraftSample.draft
    try draft.addRule(["overriders": [:]])
    let before = draft.text
    try draft.addOverrider(kind, toRule: 2)
    let pointer = OverrideDraft.pointer(rule: 2, kind, 0)
    #expect(draft[pointer]?.object != nil)
    let missing = draft.problems.filter(\.isRefusal)
    #expect(missing.allSatisfy { $0.pointer.tokens.starts(with: pointer.tokens) })
    try draft.remove(pointer)
    #expect(draft.value == OverrideDraft(text: before).value)
  }

  @Test func anOverriderMovesToAnotherRuleAsOneStep() throws {
    var draft = DraftSample.draft
    try draft.moveOverrider(.labels, 0, ofRule: 1, toRule: 0)
    #expect(draft[at("spec.overrideRules[0].overriders.labelsOverrider")]?.array?.count == 1)
    #expect(draft[at("spec.overrideRules[1].overriders")] == [:])
    draft.undo()
    #expect(draft.text == DraftSample.text)
  }

  @Test func whatAFieldStandsInIsMadeWithIt() throws {
    var draft = DraftSample.draft
    try draft.set(
      "1.26", at: at("spec.overrideRules[1].overriders.imageOverrider"))
    try draft.set(
      ["a": "b"], at: at("spec.overrideRules[0].targetCluster.labelSelector.matchLabels"))
    #expect(
      draft[at("spec.overrideRules[0].targetCluster.labelSelector")] == ["matchLabels": ["a": "b"]])
  }

  @Test func aTextThatCannotBeReadIsKeptWithItsLine() throws {
    var draft = DraftSample.draft
    let broken = DraftSample.text.replacing("kind: Over", with: "kind: [Over")
    draft.setText(broken)
    #expect(draft.text == broken && draft.value == nil && draft.failure != nil)
    #expect(draft.problems.count == 1 && draft.problems.first?.source == .yaml)
    #expect(draft.problems.first?.line == 3)
    #expect(throws: OverrideDraftFailure.self) { try draft.set(1, at: at("spec.x")) }
    #expect(draft.text == broken)
    draft.undo()
    #expect(draft.text == DraftSample.text && draft.failure == nil)
  }

  @Test func aPasteOf10000LinesIsTaken() {
    var draft = DraftSample.draft
    var text = DraftSample.text
    for i in 0..<2500 {
      text += "    - overriders:\n        labelsOverrider:\n        - operator: add\n"
      text += "          value: {k: \"\(i)\"}\n"
    }
    draft.setText(text)
    #expect(draft.ruleCount == 2502)
    draft.undo()
    #expect(draft.text == DraftSample.text)
  }

  /// What can be undone is bounded in bytes: the history alone, since reading 40 texts of 2 MB would
  /// tell no more of it.
  @Test func manyLargeTextsDoNotPileUp() {
    var history = DraftHistory()
    let large = String(repeating: "# a comment of some length\n", count: 80_000)
    for i in 0..<40 { history.note("@\(i)\n\(large)", at: nil, isTyping: false) }
    var (steps, text) = (0, "@40\n\(large)")
    while let earlier = history.undo(from: text) {
      (steps, text) = (steps + 1, earlier)
      #expect(earlier.hasPrefix("@\(40 - steps)\n"))
    }
    #expect(steps > 5 && steps < 20)
  }

  @Test func deprecatedFieldsMoveIntoARule() throws {
    var draft = DraftSample.draft
    try draft.set(["plaintext": [["path": "/a", "operator": "remove"]]], at: at("spec.overriders"))
    #expect(draft.problems.map(\.pointer) == [at("spec.overriders")])
    try draft.adoptTopLevel()
    #expect(draft.problems.isEmpty && draft.ruleCount == 3)
    #expect(draft[at("spec.overriders")] == nil)
    #expect(
      draft[at("spec.overrideRules[0].overriders.plaintext[0].path")] == "/a")
  }

  @Test func aServersPolicyIsEditedWithoutWhatServersWrite() throws {
    let policy: JSONValue = [
      "apiVersion": "policy.karmada.io/v1alpha1", "kind": "OverridePolicy",
      "metadata": [
        "name": "p", "namespace": "default", "uid": "u", "resourceVersion": "7",
        "managedFields": [[:]],
        "annotations": [
          "kubectl.kubernetes.io/last-applied-configuration": "{}"
        ],
      ],
      "spec": ["overrideRules": [["overriders": [:]]], "overriders": [:]],
    ]
    let draft = OverrideDraft(editing: policy)
    #expect(
      draft.text == """
        apiVersion: policy.karmada.io/v1alpha1
        kind: OverridePolicy
        metadata:
          name: p
          namespace: default
        spec:
          overrideRules:
          - overriders: {}

        """)
    #expect(draft.base == policy && !draft.isChanged && draft.problems.isEmpty)
  }

  @Test func aNewPolicySelectsItsObjectAlone() {
    let draft = OverrideDraft(newFor: DraftSample.deployment, clusters: ["member1"])
    #expect(draft.scope == .namespaced && draft.namespace == "default")
    #expect(draft.name == "web-member1" && draft.isChanged && draft.problems.isEmpty)
    #expect(
      DraftSample.fleet.selected(by: draft.value ?? .null, scope: .namespaced)
        == [DraftSample.deployment])
    var clusterWide = DraftSample.deployment
    clusterWide["metadata"] = ["name": "Über:Rolle"]
    let other = OverrideDraft(newFor: clusterWide)
    #expect(other.scope == .cluster && other.problems.isEmpty)
  }

  @Test func aCloneKeepsCommentsAndIsNew() throws {
    let clone = try DraftSample.draft.clone(name: "copy")
    #expect(
      clone.text == DraftSample.text.replacing("name: example\n", with: "name: copy\n"))
    #expect(clone.base == nil && clone.isChanged)
  }

  @Test func theFormHasEveryFieldAndEveryAddition() {
    let form = OverrideForm(DraftSample.draft.value ?? .null, scope: .namespaced)
    let rows = form.rows
    func row(_ path: String) -> OverrideForm.Row? { rows.first { $0.pointer == at(path) } }
    #expect(row("spec.overrideRules[0]")?.title == "rule 1")
    #expect(row("spec.overrideRules[0]")?.summary == "member1: fieldOverrider")
    #expect(row("spec.overrideRules[2]")?.kind == .addition)
    #expect(row("spec.overrideRules[0].targetCluster.labelSelector")?.kind == .addition)
    #expect(
      row("spec.overrideRules[0].overriders.fieldOverrider[0].yaml[0]")?.summary
        == "replace /app/database/port 3306")
    #expect(row("spec.overriders") == nil)
    #expect(rows.allSatisfy { !$0.field.help.isEmpty })
    let odd = OverrideForm(["spec": ["overrideRulez": []]], scope: .namespaced)
    #expect(odd.rows.contains { $0.kind == .unknown && $0.title == "overrideRulez" })
  }

  @Test(arguments: 0..<40)
  func noSequenceOfOperationsLosesTheAgreementOfTextAndValue(seed: UInt64) throws {
    var random = RandomJSON(seed: seed)
    func number(_ range: Range<Int>) -> Int { Int.random(in: range, using: &random.generator) }
    var draft = DraftSample.draft
    var texts = [draft.text]
    for _ in 0..<40 {
      let rows = OverrideForm(draft.value ?? .null, scope: draft.scope).rows
      let row = rows[number(0..<rows.count)]
      do {
        switch number(0..<6) {
        case 0: try draft.set(random.value(depth: 1), at: row.pointer)
        case 1: try draft.add(to: row.pointer)
        case 2: try draft.remove(row.pointer)
        case 3: try draft.duplicate(row.pointer)
        case 4: try draft.move(row.pointer, to: number(0..<3))
        default:
          try draft.addOverrider(
            OverriderKind.allCases[number(0..<7)], toRule: number(0..<3))
        }
      } catch {}
      #expect(draft.value == OverrideDraft(text: draft.text).value)
      _ = draft.problems
      if draft.text != texts.last { texts.append(draft.text) }
    }
    for text in texts.reversed().dropFirst() {
      draft.undo()
      #expect(draft.text == text)
    }
    #expect(!draft.canUndo)
  }
}
