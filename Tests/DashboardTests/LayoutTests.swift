import ControlPlane
import Testing

@testable import Dashboard

@Suite struct LayoutTests {
  @Test func everyPartLiesInsideEveryScreen() {
    for width in 0...300 {
      for height in 0...100 {
        let size = Size(width: width, height: height)
        if let complaint = Self.complaint(ScreenLayout(size), size) {
          Issue.record("\(width)x\(height): \(complaint)")
        }
      }
    }
  }

  private static func complaint(_ layout: ScreenLayout, _ size: Size) -> String? {
    let frames = [
      layout.header, layout.tabs, layout.footer, layout.body, layout.list, layout.detail,
    ]
    for frame in frames.compactMap({ $0 }) {
      if frame.x < 0 || frame.y < 0 || frame.width < 0 || frame.height < 0
        || frame.x + frame.width > size.width || frame.y + frame.height > size.height
      {
        return "\(frame) sticks out"
      }
    }
    if size.width > 0, size.height > 0, layout.list.isEmpty { return "no list" }
    if layout.list.inside.width < 0 || layout.listHeight < 1 || layout.textWidth < 1 {
      return "negative room"
    }
    if let detail = layout.detail, detail.isEmpty { return "an empty detail" }
    // Parts of the screen do not lie over each other: together they are the screen.
    let parts = [layout.header, layout.tabs, layout.footer, layout.list, layout.detail]
    let area = parts.compactMap { $0 }.reduce(0) { $0 + $1.width * $1.height }
    return area == size.width * size.height ? nil : "\(area) cells of the screen are used"
  }

  @Test(arguments: [
    (80, 24, true, true), (110, 24, true, true), (80, 10, false, true), (20, 5, false, false),
    (1, 1, false, false),
  ])
  func showsAsMuchAsThereIsRoomFor(width: Int, height: Int, hasDetail: Bool, hasBorders: Bool) {
    let layout = ScreenLayout(Size(width: width, height: height))
    #expect((layout.detail != nil) == hasDetail)
    #expect(layout.hasBorders == hasBorders)
  }

  // MARK: Tabs

  @Test func tabsStandSideBySideAndAreFound() {
    for width in 1...120 {
      let strip = TabStrip(.blank(width: width))
      var x = 0
      for tab in strip.tabs {
        #expect(tab.x == x)
        x += tab.text.count
        #expect(strip.pane(at: tab.x) == tab.pane)
        #expect(strip.pane(at: x - 1) == tab.pane)
      }
      #expect(strip.tabs.map(\.pane) == PaneID.allCases)
      #expect(strip.pane(at: x) == nil)
      #expect(strip.pane(at: -1) == nil)
    }
  }

  @Test func narrowTabsKeepTheOpenPanesName() {
    var state = AppState.blank(width: 30)
    state.take(.input(.key(.character("6"))))
    #expect(
      TabStrip(state).tabs.map(\.text) == [
        " 1 ", " 2 ", " 3 ", " 4 ", " 5 ", " 6 Policies ", " 8 ",
      ])
  }

  @Test func tabsTellWhereAPersonIsNeeded() {
    func alerts(_ state: AppState) -> [PaneID] {
      TabStrip(state).tabs.filter { $0.role == .tabAlert }.map(\.pane)
    }
    var state = AppState.loaded(
      clusters: [Sample.cluster("member1")], bindings: [Sample.binding("shop/a")])
    state.take(.input(.key(.character("8"))))
    #expect(alerts(state) == [])
    state.list(.clusters, .clusters([Sample.cluster("member1", ready: nil)]))
    #expect(alerts(state) == [.clusters])
    state.list(.resourceBindings, .bindings([Sample.binding("shop/a", on: [])]))
    #expect(alerts(state) == [.clusters, .bindings])
  }

  // MARK: The key line

  private static func hints(_ state: AppState) -> [String] {
    KeyHints.hints(for: state).map { "\($0.key) \($0.title)" }
  }

  @Test func theKeyLineTellsWhatCanBeDoneNow() throws {
    var state = AppState.loaded(clusters: [Sample.cluster("member1")])
    let list = [
      "Enter its bindings", "d describe", "y YAML", "/ filter", "D diff", "s sort", ": command",
      "? help", "q quit",
    ]
    #expect(Self.hints(state) == list)
    try state.press("Space")
    #expect(Self.hints(state) == list.dropLast() + ["Esc back", "q quit"])
    try state.press("y")
    #expect(Self.hints(state) == ["/ find", ": command", "? help", "Esc back", "q close"])
    try state.press("?")
    #expect(Self.hints(state) == [": command", "? help", "Esc back", "q close"])
    #expect(Self.hints(.loaded()) == ["/ filter", "s sort", ": command", "? help", "q quit"])
  }
}
