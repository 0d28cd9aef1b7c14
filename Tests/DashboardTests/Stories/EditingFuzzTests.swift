import Karmada
import Manifest
import TestSupport
import Testing

@testable import Dashboard

/// Two people change one policy in any order, with saves that overlap what is typed: at the end the
/// server has the last word of each on everything that only one of them changed.
@Suite struct EditingFuzzTests {
  private struct Story {
    var stage: EditingStage
    var random: SeededGenerator
    /// The labels that each has set last.
    var mine: [String: String] = [:]
    var theirs: [String: String] = [:]
    var saving: EditingStage.Saving?
    var counter = 0

    init(seed: UInt64) throws {
      stage = try EditingStage()
      random = SeededGenerator(seed: seed)
      try stage.press("e")
    }

    private mutating func word() -> String {
      counter += 1
      return "w\(counter)"
    }

    private mutating func key(_ prefix: String) -> String {
      "\(prefix)\(Int.random(in: 0..<3, using: &random))"
    }

    mutating func step() throws {
      switch Int.random(in: 0..<8, using: &random) {
      case 0, 1: typeInForm()
      case 2: writeInEditor()
      case 3: change()
      case 4: try beginSaving()
      case 5: endSaving()
      case 6:
        try stage.press("Esc e")
        #expect(stage.state.form?.isLoading == false)
      default: if stage.draft?.canUndo == true { try stage.press("u ctrl-r") }
      }
    }

    private mutating func typeInForm() {
      let (key, word) = (key("mine"), word())
      mine[key] = word
      _ = stage.state.changeDraft {
        try $0.draft.set(.string(word), at: JSONPointer(tokens: ["metadata", "labels", key]))
      }
    }

    /// A text that was handed out and comes back later, with something saved in between.
    private mutating func writeInEditor() {
      guard let draft = stage.draft, let form = stage.state.form else { return }
      let stored = StoredDraft(
        draft, of: form.policy, server: "https://test", at: stage.state.now)
      stage.state.inEditor = DraftInEditor(token: form.token, draft: stored)
      if Bool.random(using: &random) { change() }
      if Bool.random(using: &random) { endSaving() }
      let (key, word) = (key("mine"), word())
      mine[key] = word
      var copy = draft
      do {
        try copy.set(.string(word), at: JSONPointer(tokens: ["metadata", "labels", key]))
      } catch { Issue.record(error) }
      stage.take(.edited(token: form.token, .success(copy.text)))
    }

    private mutating func change() {
      let (key, word) = (key("theirs"), word())
      theirs[key] = word
      stage.others { policy in
        var labels = policy[path: "metadata", "labels"] ?? [:]
        labels[key] = .string(word)
        policy["metadata"]?["labels"] = labels
      }
    }

    private mutating func beginSaving() throws {
      guard saving == nil, stage.draft?.isChanged == true else { return }
      let plan = try stage.plan(try stage.press("ctrl-s"))
      if case .contested(let merge) = plan.standing { Issue.record("\(merge.conflicts)") }
      if plan.request != nil { saving = try stage.save() }
      try stage.press("Esc")
    }

    private mutating func endSaving() {
      if let saving { stage.end(saving) }
      saving = nil
    }

    mutating func finish() throws {
      endSaving()
      try beginSaving()
      endSaving()
    }
  }

  @Test(arguments: 0..<80 as Range<UInt64>) func nobodysLastWordIsLost(seed: UInt64) throws {
    var story = try Story(seed: seed)
    for _ in 0..<30 { try story.step() }
    try story.finish()
    let all = story.mine.merging(story.theirs) { a, _ in a }
    let server = story.stage.facts.current?[path: "metadata", "labels"]
    #expect((server?.object?.members.count ?? 0) == all.count)
    for (key, word) in all { #expect(server?[key] == .string(word), "\(key)") }
    #expect(story.stage.draft?.isChanged == false)
    #expect(story.stage.state.drafts.isEmpty)
  }
}
