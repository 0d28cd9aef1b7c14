import Karmada
import Manifest
import Testing

@testable import Dashboard

/// The mouse, and screens of every size.
@Suite struct ScreenSizeTests {
  private static func story(isMouseOn: Bool = true) throws -> Story {
    var state = AppState.loaded(
      bindings: (0..<50).map { Sample.binding("shop/b\($0 < 10 ? "0" : "")\($0)") })
    state.options.isMouseOn = isMouseOn
    try state.press("2")
    return Story(state)
  }

  private static func mouse(_ kind: MouseEvent.Kind, x: Int = 3, y: Int = 0) -> AppEvent {
    .input(.mouse(MouseEvent(kind, x: x, y: y)))
  }

  @Test func aClickChoosesTheRowUnderIt() throws {
    var story = try Self.story()
    let top = story.state.layout.listTop
    story.step(Self.mouse(.click, y: top + 2)) { $0.list.selected = "shop/b02" }
    story.step(Self.mouse(.doubleClick, y: top)) { $0.list.selected = "shop/b00" }
    // The column titles and what lies outside are no rows.
    story.step(Self.mouse(.click, y: top - 1))
    story.step(Self.mouse(.click, y: top + story.state.layout.listHeight))
    story.step(Self.mouse(.click, x: 500, y: top))
    story.step(Self.mouse(.click, y: .min))
    story.step(Self.mouse(.click, y: .max))
  }

  @Test func aClickBelowTheLastRowChoosesNothing() throws {
    var story = try Self.story()
    try story.press("/ b 0 1 Enter") {
      $0.list.filter = "b01"
      $0.list.rows = ["shop/b01"]
      $0.list.selected = "shop/b01"
    }
    try story.press("Esc") {
      $0.list.filter = ""
      $0.list.rows = (0..<50).map { "shop/b\($0 < 10 ? "0" : "")\($0)" }
      $0.list.selected = "shop/b00"
    }
    try story.press("/ n a m e : b 0 * Enter") {
      $0.list.filter = "name:b0*"
      $0.list.rows = (0..<10).map { "shop/b0\($0)" }
    }
    story.step(.input(.resize(width: 80, height: 40))) { $0.height = 40 }
    let layout = story.state.layout
    story.step(Self.mouse(.click, y: layout.listTop + 10))
    story.step(Self.mouse(.click, y: layout.listTop + 9)) { $0.list.selected = "shop/b09" }
  }

  @Test func tabsCanBeClicked() throws {
    var story = try Self.story()
    let y = try #require(story.state.layout.tabs?.y)
    for tab in TabStrip(story.state).tabs.reversed() {
      story.step(Self.mouse(.click, x: tab.x, y: y)) { $0.pane = tab.pane }
    }
    story.step(Self.mouse(.click, x: 79, y: y))
  }

  @Test func theWheelScrollsAndTakesTheCursorAlong() throws {
    var story = try Self.story()
    story.step(Self.mouse(.wheelDown)) {
      $0.list.top = 3
      $0.list.selected = "shop/b03"
    }
    story.step(Self.mouse(.wheelUp)) { $0.list.top = 0 }
    story.step(Self.mouse(.wheelUp))
  }

  @Test func withTheMouseOffNothingHappens() throws {
    var story = try Self.story(isMouseOn: false)
    story.step(Self.mouse(.wheelDown))
    story.step(Self.mouse(.click, y: story.state.layout.listTop + 1))
  }

  @Test func theWheelScrollsAPageAndClicksDoNothingThere() throws {
    var state = try Self.story().state
    try state.press("y")
    let words = JSONValue.array((0..<100).map { .string("w\($0)") })
    state.take(.objectRead(token: 2, .success(words)))
    var story = Story(state)
    story.step(Self.mouse(.wheelDown)) { $0.page?.line = 3 }
    story.step(Self.mouse(.click, y: 5))
  }

  @Test func nothingIsLostOnTheWayThroughOneCell() throws {
    var story = try Self.story()
    try story.press("j j j Space /") {
      $0.list.marks = ["shop/b03"]
      $0.list.selected = "shop/b04"
      $0.layers = [.prompt(.init(kind: .filter(before: "")))]
    }
    story.step(.input(.resize(width: 1, height: 1))) {
      ($0.width, $0.height) = (1, 1)
      $0.list.top = 4
    }
    story.step(.input(.resize(width: 0, height: -4))) { ($0.width, $0.height) = (0, 0) }
    story.step(.input(.resize(width: .max, height: .max))) {
      ($0.width, $0.height) = (4096, 4096)
      $0.list.top = 0
    }
    story.step(.input(.resize(width: 80, height: 24))) { ($0.width, $0.height) = (80, 24) }
  }
}
