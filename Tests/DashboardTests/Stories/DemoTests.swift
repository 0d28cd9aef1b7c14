import Testing

@testable import Dashboard

/// What an embedded Karmada adds: its story, and trouble made on purpose.
@Suite struct DemoTests {
  private static let status = DemoStatus(
    title: "a small fleet",
    hints: ["Look at ledger: it runs nowhere.", "", "Kill member1 and see what follows."],
    faults: [
      .init(name: "kill", arguments: "MEMBER", help: "its API server dies"),
      .init(name: "slow", arguments: "MEMBER SECONDS", help: "its answers take longer"),
      .init(name: "break", arguments: "KIND NAMESPACE/NAME [MEMBER]", help: "turns unhealthy"),
      .init(name: "gone", arguments: "", help: "410"),
      .init(name: "clear", arguments: "[NUMBER]", help: "ends one, or all"),
    ], members: ["member1", "member2"], active: ["3  slow member2 1"])

  private static var demo: AppState {
    var state = AppState.loaded(bindings: [
      Sample.binding("shop/web"), Sample.binding("shop/cart"), Sample.binding("pay/web"),
    ])
    _ = update(&state, .demo(status))
    return state
  }

  @Test func theScenarioIsTold() throws {
    var story = Story(Self.demo)
    try story.press(": s c e n Enter") {
      $0.history = ["scen"]
      $0.layers = [
        .page(
          Visible.Page(
            kind: .help, title: "a small fleet",
            lines: [
              "• Look at ledger: it runs nowhere.", "", "• Kill member1 and see what follows.",
              "", ":fault breaks things on purpose, :speed 10 makes time fly", "In force",
              "  3  slow member2 1",
              "  :fault clear ends them all, :fault clear NUMBER one",
            ]))
      ]
    }
    try story.press("Esc") { $0.layers = [] }
  }

  @Test func aFaultIsAskedFor() throws {
    var story = Story(Self.demo)
    try story.press(": f a u l t Space k i l l Space m e m b e r 1 Enter") {
      $0.history = ["fault kill member1"]
      $0.effects = [.fault("kill member1")]
    }
    try story.press(": s p e e d Space 1 0 Enter") {
      $0.history.append("speed 10")
      $0.effects = [.setSpeed(10)]
    }
  }

  @Test func aloneItTellsWhatCanGoWrong() throws {
    var state = Self.demo
    try state.press(": f a u l t Enter")
    guard case .help(let page)? = state.overlays.last else {
      Issue.record("no page")
      return
    }
    #expect(page.title == "Faults")
    let lines = page.lines.map { $0.map(\.text).joined() }
    #expect(lines.first == "kill MEMBER                         its API server dies")
    #expect(lines.contains("  3  slow member2 1"))
  }

  @Test(arguments: [
    ("", ["kill", "slow", "break", "gone", "clear"]), ("s", ["slow"]),
    ("kill ", ["kill member1", "kill member2"]), ("slow member2", ["slow member2"]),
    ("slow member1 ", []), ("gone ", []), ("break ", ["break Deployment"]),
    ("break Deployment sh", ["break Deployment shop/cart", "break Deployment shop/web"]),
    (
      "break Deployment pay/web ",
      [
        "break Deployment pay/web member1", "break Deployment pay/web member2",
      ]
    ), ("break Job ", []), ("clear ", ["clear 3"]), ("nonsense ", []),
    ("kill member1 more", []),
  ])
  func tabKnowsTheFleet(typed: String, wanted: [String]) {
    #expect(Self.demo.faultCompletions(typed) == wanted)
  }

  @Test(arguments: ["fault gone", "scenario", "speed 2"])
  func nothingOfItOnARealControlPlane(line: String) {
    var state = AppState.loaded(bindings: [Sample.binding("shop/web")])
    #expect(state.runLine(line) == [])
    #expect(state.message?.text.contains("demo") == true)
    #expect(state.overlays.isEmpty)
  }

  @Test func theHeaderCountsFaults() {
    let parts = HeaderLine(Self.demo).parts.map { $0.spans.map(\.text).joined() }
    #expect(parts.contains("1 fault"))
  }
}
