import ControlPlane
import Karmada
import Manifest
import Testing

@testable import Dashboard

/// Pages of text: YAML, descriptions, help.
@Suite struct PageTests {
  private static let key = RowKey(.resourceBindings, Sample.key("shop/web"))

  private static func story() throws -> Story {
    var state = AppState.loaded(bindings: [Sample.binding("shop/web", on: ["member1"])])
    try state.press("2")
    return Story(state)
  }

  /// A list of words, one a line.
  private static func document(_ words: [String]) -> JSONValue {
    .array(words.map { .string($0) })
  }

  private static func opened(_ words: [String]) throws -> Story {
    var state = try story().state
    try state.press("y")
    state.take(.objectRead(token: 2, .success(document(words))))
    return Story(state)
  }

  @Test func aPageLoadsAndCloses() throws {
    var story = try Self.story()
    try story.press("y") {
      $0.layers = [
        .page(
          .init(
            kind: .yaml, title: "ResourceBinding shop/web",
            lines: ["reading it from the server …"]))
      ]
      $0.effects = [.fetchRow(token: 2, Self.key)]
    }
    story.step(.objectRead(token: 2, .success(["kind": "ResourceBinding", "spec": ["a": 1]]))) {
      $0.page?.lines = ["kind: ResourceBinding", "spec:", "  a: 1"]
    }
    try story.press("Esc") { $0.layers = [] }
  }

  @Test func anAnswerToAnEarlierQuestionIsDropped() throws {
    var story = try Self.story()
    try story.press("y Esc y") {
      $0.layers = [
        .page(
          .init(
            kind: .yaml, title: "ResourceBinding shop/web",
            lines: ["reading it from the server …"]))
      ]
      $0.effects = [.fetchRow(token: 2, Self.key), .fetchRow(token: 3, Self.key)]
    }
    story.step(.objectRead(token: 2, .success("late")))
    story.step(.worksRead(token: 2, .success([])))
    story.step(.objectRead(token: 3, .success("fresh"))) { $0.page?.lines = ["fresh"] }
    try story.press("q") { $0.layers = [] }
    story.step(.objectRead(token: 3, .failure(Sample.unreachable)))
  }

  @Test func aFailureIsToldInThePage() throws {
    var story = try Self.story()
    try story.press("y") {
      $0.layers = [
        .page(
          .init(
            kind: .yaml, title: "ResourceBinding shop/web",
            lines: ["reading it from the server …"]))
      ]
      $0.effects = [.fetchRow(token: 2, Self.key)]
    }
    story.step(.objectRead(token: 2, .failure(Sample.forbidden))) {
      $0.page?.lines = [Sample.forbidden.description]
    }
  }

  @Test func aDescriptionFallsBackOnWhatTheListKnows() throws {
    var state = try Self.story().state
    #expect(
      try state.press("d") == [
        .fetchRow(token: 2, Self.key),
        .fetchWorks(token: 2, of: .resourceBindings, permanentID: "id-of-shop/web"),
      ])
    state.take(.objectRead(token: 2, .failure(Sample.unreachable)))
    let text = state.topText?.lines.map { $0.map(\.text).joined() } ?? []
    #expect(text.first == Sample.unreachable.description)
    #expect(text.contains { $0.contains("member1") })
  }

  @Test func worksOfABindingArriveBesideIt() throws {
    var state = try Self.story().state
    try state.press("d")
    func text() -> String {
      (state.topText?.lines ?? []).map { $0.map(\.text).joined() }.joined(separator: "\n")
    }
    state.take(.objectRead(token: 2, .success(["metadata": ["labels": ["tier": "front"]]])))
    #expect(text().contains("tier"))
    #expect(!text().contains("web-6c5d"))
    var work = Work()
    work.metadata = Sample.metadata("karmada-es-member1/web-6c5d")
    state.take(.worksRead(token: 2, .success([work])))
    #expect(text().contains("web-6c5d"))
    state.take(.worksRead(token: 2, .failure(Sample.forbidden)))
    #expect(text().contains(Sample.forbidden.description))
  }

  @Test func aClusterScopedBindingNamesItsFeed() throws {
    var state = AppState.loaded(bindings: [Sample.binding("crd", kind: "Namespace")])
    let effects = try state.press("2 d")
    let key = RowKey(.clusterResourceBindings, Sample.key("crd"))
    #expect(
      effects == [
        .fetchRow(token: 2, key),
        .fetchWorks(token: 2, of: .clusterResourceBindings, permanentID: "id-of-crd"),
      ])
  }

  @Test func theTemplateIsFoundByReference() throws {
    var story = try Self.story()
    let reference = Sample.binding("shop/web").resource
    try story.press("T") {
      $0.layers = [
        .page(
          .init(
            kind: .yaml, title: "Deployment shop/web", lines: ["reading it from the server …"]))
      ]
      $0.effects = [.fetchObject(token: 2, reference)]
    }
  }

  // MARK: Moving about

  @Test func scrollsWithinItsLines() throws {
    var story = try Self.opened((0..<100).map { "w\($0)" })
    let height = story.state.layout.textHeight
    try story.press("j j k") { $0.page?.line = 1 }
    try story.press("G") { $0.page?.line = 100 - height }
    try story.press("j")
    try story.press("g") { $0.page?.line = 0 }
    try story.press("k PgUp")
    try story.press("PgDn") { $0.page?.line = height }
    try story.press("Right Right Left") { $0.page?.column = 8 }
    try story.press("Left Left") { $0.page?.column = 0 }
  }

  @Test func wrapsLongLines() throws {
    var story = try Self.opened([String(repeating: "ab", count: 50)])
    let width = story.state.layout.textWidth
    try story.press("Right w") {
      let text = "- " + String(repeating: "ab", count: 50)
      $0.page?.lines = [String(text.prefix(width)), String(text.dropFirst(width))]
      $0.page?.wraps = true
    }
    // What is copied is the text itself.
    try story.press("c") {
      $0.message = StatusMessage(.info, "copied 1 lines")
      $0.effects = [.copy("- " + String(repeating: "ab", count: 50) + "\n")]
    }
  }

  @Test func managedFieldsUnfold() throws {
    var state = try Self.story().state
    try state.press("y")
    let document: JSONValue = ["metadata": ["managedFields": [["manager": "a"], ["manager": "b"]]]]
    state.take(.objectRead(token: 2, .success(document)))
    var story = Story(state)
    #expect(story.seen.page?.lines == ["metadata:", "  managedFields: 2 entries, m unfolds"])
    try story.press("m") {
      $0.page?.lines = ["metadata:", "  managedFields:", "  - manager: a", "  - manager: b"]
    }
    try story.press("m") {
      $0.page?.lines = ["metadata:", "  managedFields: 2 entries, m unfolds"]
    }
  }

  // MARK: Finding

  @Test func findsOnwardsAndBackAroundTheEnd() throws {
    var story = try Self.opened(["one", "two", "ONE more", "three", "none"])
    try story.press("/ o n e") {
      $0.page?.find = "one"
      $0.layers.append(.prompt(.init(kind: .find(before: ""), text: "one", cursor: 3)))
    }
    try story.press("Enter") { $0.layers.removeLast() }
    try story.press("n") { $0.page?.line = 2 }
    try story.press("n") { $0.page?.line = 4 }
    try story.press("n") { $0.page?.line = 0 }
    try story.press("N") { $0.page?.line = 4 }
    try story.press("/") {
      $0.layers.append(.prompt(.init(kind: .find(before: "one"), text: "one", cursor: 3)))
    }
    try story.press("x Esc") { $0.layers.removeLast() }
    try story.press("n") { $0.page?.line = 0 }
  }

  @Test func findingNothingLeavesThePageWhereItWas() throws {
    var story = try Self.opened((0..<100).map { "w\($0)" })
    try story.press("n") {
      $0.message = StatusMessage(.info, "nothing was searched for; / searches")
    }
    try story.press("j j j") {
      $0.message = nil
      $0.page?.line = 3
    }
    try story.press("/ Enter")
    try story.press("/ z z Enter") {
      $0.page?.find = "zz"
      $0.message = StatusMessage(.info, "“zz” does not occur in this page")
    }
    try story.press("/ ctrl-u w 3 Enter") {
      $0.page?.find = "w3"
      $0.message = nil
    }
  }

  // MARK: Help

  @Test func helpLiesOverWhateverItIsAbout() throws {
    var story = try Self.opened((0..<100).map { "w\($0)" })
    func help() -> [String] {
      guard case .help(let view)? = story.state.overlays.last else { return [] }
      return view.lines.map { $0.map(\.text).joined() }
    }
    try story.press("?") { $0.layers.append(.page(.init(kind: .help))) }
    let first = help()
    #expect(first.contains { $0.contains("Unfolds and folds managedFields") })
    try story.press("? ?")
    // Keys go to help, not to the page below it.
    try story.press("Right")
    try story.press("/") { $0.message = StatusMessage(.info, "help has no search") }
    try story.press("c") {
      $0.message = StatusMessage(.info, "copied \(first.count) lines")
      $0.effects = [.copy(first.joined(separator: "\n") + "\n")]
    }
    // It stays about the page, whatever the size of the screen.
    story.step([.input(.resize(width: 40, height: 10)), .input(.resize(width: 80, height: 24))])
    #expect(help() == first)
    try story.press("Esc") {
      $0.message = nil
      $0.layers.removeLast()
    }
  }

  @Test func helpNamesEveryCommandThatAppliesHere() throws {
    var state = try Self.story().state
    try state.press("?")
    guard case .help(let view)? = state.overlays.last else {
      Issue.record("no help")
      return
    }
    let text = view.lines.map { $0.map(\.text).joined() }.joined(separator: "\n")
    for command in Command.table where command.contexts.contains(.list) {
      let name = command.keys.first?.name ?? ":\(command.id.rawValue)"
      #expect(text.contains("  \(name)"), "\(command.id)")
    }
  }
}
