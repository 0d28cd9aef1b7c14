import ControlPlane
import Karmada
import Testing

@testable import Dashboard

/// Filter, sort, marks.
@Suite struct NarrowingTests {
  private static let columns = BindingRow.columns.map(\.id).joined(separator: " ")

  private static var bindings: AppState {
    var state = AppState.loaded(bindings: [
      Sample.binding("shop/web"), Sample.binding("shop/web-cache"), Sample.binding("bank/ledger"),
      Sample.binding("bank/vault", on: []),
    ])
    state.take(.input(.key(.character("2"))))
    return state
  }

  @Test func theListFollowsTheFilterAsItIsTyped() throws {
    var story = Story(Self.bindings)
    let prompt = Prompt.Kind.filter(before: "")
    try story.press("/") { $0.layers = [.prompt(.init(kind: prompt))] }
    try story.press("w e") {
      $0.layers = [.prompt(.init(kind: prompt, text: "we", cursor: 2))]
      $0.list.filter = "we"
      $0.list.rows = ["shop/web", "shop/web-cache"]
      $0.list.selected = "shop/web"
    }
    try story.press("b - x") {
      $0.layers = [.prompt(.init(kind: prompt, text: "web-x", cursor: 5))]
      $0.list.filter = "web-x"
      $0.list.rows = []
      $0.list.selected = nil
    }
    try story.press("Backspace") {
      $0.layers = [.prompt(.init(kind: prompt, text: "web-", cursor: 4))]
      $0.list.filter = "web-"
      $0.list.rows = ["shop/web-cache"]
      $0.list.selected = "shop/web-cache"
    }
    try story.press("Enter") { $0.layers = [] }
    try story.press("Esc") {
      $0.list.filter = ""
      $0.list.rows = ["bank/vault", "bank/ledger", "shop/web", "shop/web-cache"]
      $0.list.selected = "bank/vault"
    }
  }

  @Test(arguments: ["Esc", "ctrl-c", "ctrl-u Backspace"])
  func aFilterThatIsCancelledIsAsItWas(keys: String) throws {
    var story = Story(Self.bindings)
    try story.press("/ l e d Enter") {
      $0.list.filter = "led"
      $0.list.rows = ["bank/ledger"]
      $0.list.selected = "bank/ledger"
    }
    try story.press("/ z \(keys)")
  }

  @Test func anUnknownFieldIsSaid() throws {
    var state = Self.bindings
    try state.press("/ n o d e : x")
    let fields = "ns kind name cluster policy health applied reason label"
    #expect(state.filterComplaint == "no field “node” here; fields: \(fields)")
    try state.press("Esc")
    #expect(state.filterComplaint == nil)
  }

  @Test(arguments: [
    ("/ c l u Tab", "cluster:"), ("/ n Tab", "n"), ("/ n s Tab", "ns:"),
    ("/ x Space c l Tab", "x cluster:"), ("/ z Tab", "z"), ("/ n s : Tab", "ns:"), ("/ Tab", ""),
  ])
  func tabCompletesFields(keys: String, text: String) throws {
    var state = Self.bindings
    try state.press(keys)
    #expect(state.prompt?.text == text)
    #expect(state.prompt?.cursor == text.count)
    #expect(state.bindings.table.filter.text == text)
  }

  @Test func sortsByTheNextColumnTheOtherWayRoundAndByName() throws {
    var story = Story(Self.bindings)
    #expect(story.seen.list.sort == "state")
    try story.press("s") {
      $0.list.sort = "namespace"
      $0.list.rows = ["bank/ledger", "bank/vault", "shop/web", "shop/web-cache"]
      $0.list.selected = "bank/ledger"
      $0.message = StatusMessage(.info, "sorted by NAMESPACE")
    }
    try story.press("S") {
      $0.list.sort = "namespace↓"
      $0.list.rows = ["shop/web", "shop/web-cache", "bank/ledger", "bank/vault"]
      $0.list.selected = "shop/web"
      $0.message = StatusMessage(.info, "sorted by NAMESPACE, descending")
    }
    try story.press(": s o r t Space n a m e Enter") {
      $0.list.sort = "name"
      $0.list.rows = ["bank/ledger", "bank/vault", "shop/web", "shop/web-cache"]
      $0.list.selected = "bank/ledger"
      $0.message = StatusMessage(.info, "sorted by RESOURCE")
      $0.history = ["sort name"]
    }
    try story.press(": s o r t Space n a m e Enter") {
      $0.list.sort = "name↓"
      $0.list.rows = ["shop/web-cache", "shop/web", "bank/vault", "bank/ledger"]
      $0.list.selected = "shop/web-cache"
      $0.message = StatusMessage(.info, "sorted by RESOURCE, descending")
    }
    try story.press(": s o r t Space c o l o u r Enter") {
      $0.history.append("sort colour")
      $0.message = StatusMessage(
        .error, "no column “colour”; columns here: \(Self.columns)")
    }
  }

  @Test func theChosenRowStaysUnderTheCursorWhenSorted() throws {
    var story = Story(Self.bindings)
    try story.press("j") { $0.list.selected = "bank/ledger" }
    try story.press("s") {
      $0.list.sort = "namespace"
      $0.list.rows = ["bank/ledger", "bank/vault", "shop/web", "shop/web-cache"]
      $0.message = StatusMessage(.info, "sorted by NAMESPACE")
    }
  }

  @Test func marksComeAndGo() throws {
    var story = Story(Self.bindings)
    try story.press("Space") {
      $0.list.marks = ["bank/vault"]
      $0.list.selected = "bank/ledger"
    }
    try story.press("Space Space") {
      $0.list.marks = ["bank/vault", "bank/ledger", "shop/web"]
      $0.list.selected = "shop/web-cache"
    }
    try story.press("k Space") { $0.list.marks = ["bank/vault", "bank/ledger"] }
    #expect(story.state.bindings.targets.map(\.object.name) == ["ledger", "vault"])
    try story.press("Esc") { $0.list.marks = [] }
    #expect(story.state.bindings.targets.map(\.object.name) == ["web-cache"])
    try story.press("Space U")
  }

  @Test func marksSurviveAFilterThatIsCancelled() throws {
    var story = Story(Self.bindings)
    try story.press("Space") {
      $0.list.marks = ["bank/vault"]
      $0.list.selected = "bank/ledger"
    }
    try story.press("/ z z Esc")
  }

  @Test func marksDoNotOutliveTheirRowsOnTheScreen() throws {
    var story = Story(Self.bindings)
    try story.press("Space Space Space Space") {
      $0.list.marks = ["bank/vault", "bank/ledger", "shop/web", "shop/web-cache"]
      $0.list.selected = "shop/web-cache"
    }
    // Filtered away.
    try story.press("/ h e a l t h : h e a l t h y Enter") {
      $0.list.filter = "health:healthy"
      $0.list.rows = ["bank/ledger", "shop/web", "shop/web-cache"]
      $0.list.marks = ["bank/ledger", "shop/web", "shop/web-cache"]
    }
    // Changed, so that the filter no longer lets it through.
    let lost = FeedUpdate.objects(.bindings([Sample.binding("bank/ledger", on: [])]))
    story.step(.feed(.resourceBindings, lost)) {
      $0.list.rows = ["shop/web", "shop/web-cache"]
      $0.list.marks = ["shop/web", "shop/web-cache"]
    }
    // Removed.
    story.step(.feed(.resourceBindings, .removed([Sample.key("shop/web")]))) {
      $0.bindings = 3
      $0.list.all = 3
      $0.list.rows = ["shop/web-cache"]
      $0.list.marks = ["shop/web-cache"]
    }
    // Not in the new list.
    story.step(
      [
        .feed(.resourceBindings, .listBegins),
        .feed(.resourceBindings, .objects(.bindings([Sample.binding("shop/new")]))),
        .feed(.resourceBindings, .listEnds),
      ]
    ) {
      $0.bindings = 1
      $0.list.all = 1
      $0.list.rows = ["shop/new"]
      $0.list.marks = []
      $0.list.selected = "shop/new"
    }
  }
}
