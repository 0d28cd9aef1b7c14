import ControlPlane
import Karmada
import Testing

@testable import Dashboard

@Suite struct CommandPromptTests {
  private static func typed(_ state: AppState) -> String? { state.prompt?.text }

  private static var state: AppState {
    var state = AppState.loaded(bindings: [Sample.binding("shop/web")])
    state.options.themes = ["mono", "quarterdeck", "quarterdeck-light"]
    return state
  }

  /// Types a line at the `:` prompt, spaces included, and presses Enter.
  @discardableResult
  private static func run(_ line: String, in state: inout AppState) -> [Effect] {
    var effects = state.take(.input(.key(.character(":"))))
    for character in line { effects += state.take(.input(.key(.character(character)))) }
    return effects + state.take(.input(.key(.enter)))
  }

  @Test(
    arguments: [
      ("q", [Effect.quit]), ("quit", [.quit]), ("QUIT", [.quit]), ("  quit  ", [.quit]),
      ("poll 5", [.setPolling(.seconds(5))]), ("poll 1.5", [.setPolling(.milliseconds(1500))]),
      ("poll off", [.setPolling(nil)]), ("theme mono", [.setTheme("mono")]),
      ("ref", [.refresh([.clusters])]), ("susp", [.suspend]), ("", []), ("   ", []),
    ] as [(String, [Effect])])
  func runs(line: String, effects: [Effect]) {
    var state = Self.state
    #expect(Self.run(line, in: &state) == effects)
    #expect(state.overlays.isEmpty)
    #expect(state.message?.kind != .error)
  }

  @Test(arguments: [
    ("zzz", "no command “zzz”; Tab completes, ? lists them"),
    ("up", "no command “up”; Tab completes, ? lists them"),
    (
      "re", "“re” may be any of: refresh remove redo release reschedule resume restore-flag repaint"
    ),
    ("theme", ":theme needs NAME"), ("theme   ", ":theme needs NAME"),
    ("theme blue", "no theme “blue”; there are: mono quarterdeck quarterdeck-light"),
    ("quit now", ":quit takes nothing after its name"), ("poll", ":poll needs SECONDS|off"),
    ("poll 0", "poll takes 1 to 3600 seconds, or off; not “0”"),
    ("poll nan", "poll takes 1 to 3600 seconds, or off; not “nan”"),
    ("poll 1e99", "poll takes 1 to 3600 seconds, or off; not “1e99”"),
    ("poll x", "poll takes 1 to 3600 seconds, or off; not “x”"),
  ])
  func saysWhatIsWrong(line: String, complaint: String) {
    var state = Self.state
    #expect(Self.run(line, in: &state) == [])
    #expect(state.message == StatusMessage(.error, complaint))
    #expect(state.overlays.isEmpty)
  }

  @Test func pagesOnlyCommandsSaySo() {
    var state = Self.state
    #expect(Self.run("wrap", in: &state) == [])
    #expect(state.message == StatusMessage(.info, ":wrap works in a page only"))
  }

  @Test(arguments: [
    ("th Tab", "theme "), ("theme Space Tab", "theme "), ("theme Space q Tab", "theme quarterdeck"),
    ("theme Space m Tab", "theme mono "), ("re Tab", "re"), ("zz Tab", "zz"),
    ("sort Space w Tab", "sort w"), ("sort Space wr Tab", "sort wrong "),
    ("bindings Space cl Tab", "bindings cluster:"), ("poll Space o Tab", "poll off "),
    ("quit Space x Tab", "quit x"), ("nonsense Space x Tab", "nonsense x"), ("so Tab", "sort"),
  ])
  func tabCompletes(keys: String, text: String) throws {
    var state = Self.state
    let script = keys.split(separator: " ").map { word in
      Key(name: String(word)) == nil ? word.map(String.init).joined(separator: " ") : String(word)
    }
    try state.press(": " + script.joined(separator: " "))
    #expect(Self.typed(state) == text)
    #expect(state.prompt?.cursor == text.count)
  }

  @Test func aPaneOpensWithItsFilter() {
    var state = Self.state
    Self.run("bindings ns:shop web", in: &state)
    #expect(state.pane == .bindings)
    #expect(state.filterText(of: .bindings) == "ns:shop web")
    Self.run("clusters", in: &state)
    #expect(state.pane == .clusters)
    Self.run("filter m1", in: &state)
    #expect(state.filterText(of: .clusters) == "m1")
  }

  @Test func aCommandOfTheListClosesThePageFirst() throws {
    var state = Self.state
    try state.press("2 y")
    #expect(state.overlays.count == 1)
    Self.run("sort name", in: &state)
    #expect(state.overlays.isEmpty)
    #expect(state.bindings.table.sort == Sort("name"))
    try state.press("y")
    Self.run("wrap", in: &state)
    #expect(state.topText?.wraps == true)
    Self.run("quit", in: &state)
    #expect(state.overlays.isEmpty)
  }

  @Test func historyIsWalkedAndTheDraftKept() throws {
    var state = Self.state
    Self.run("poll 5", in: &state)
    Self.run("poll 5", in: &state)
    Self.run("theme mono", in: &state)
    Self.run("  ", in: &state)
    #expect(state.commandHistory == ["poll 5", "theme mono"])
    try state.press(": d r a f t Up")
    #expect(Self.typed(state) == "theme mono")
    try state.press("Up Up Up")
    #expect(Self.typed(state) == "poll 5")
    try state.press("ctrl-n")
    #expect(Self.typed(state) == "theme mono")
    try state.press("Down")
    #expect(Self.typed(state) == "draft")
    try state.press("Down ctrl-p ctrl-p Enter")
    #expect(state.commandHistory == ["poll 5", "theme mono", "poll 5"])
    #expect(state.overlays.isEmpty)
  }

  @Test func historyHasAnEnd() {
    var state = Self.state
    for i in 0..<300 { Self.run("nothing\(i)", in: &state) }
    #expect(state.commandHistory.count == 200)
    #expect(state.commandHistory.last == "nothing299")
  }

  @Test func escLeavesThePromptAlone() throws {
    var story = Story(Self.state)
    try story.press(": q u Esc")
    try story.press(": Backspace")
    try story.press(": ctrl-c")
    try story.press(": F3") {
      $0.layers = [.prompt(.init(kind: .command))]
      $0.message = StatusMessage(.info, "F3 does nothing in a prompt; Esc leaves it")
    }
    // What belongs to the terminal works here too.
    try story.press("ctrl-z") {
      $0.message = nil
      $0.effects = [.suspend]
    }
  }

  @Test func pollingIsRemembered() {
    var story = Story(Self.state)
    let keys = ":poll 15".map { AppEvent.input(.key(.character($0))) } + [.input(.key(.enter))]
    story.step(keys) {
      $0.options.poll = .seconds(15)
      $0.message = StatusMessage(.info, "listing every 15 s")
      $0.history = ["poll 15"]
      $0.effects = [.setPolling(.seconds(15))]
    }
  }

  @Test func aReplayIsMovedAndPaused() {
    var state = Self.state
    state.take(.replay(ReplayStatus(position: 0, duration: 100, speed: 1)))
    #expect(Self.run("seek 42.5", in: &state) == [.seek(42.5)])
    #expect(Self.run("speed 0", in: &state) == [.setSpeed(0)])
    for bad in ["seek -1", "seek inf", "seek x", "speed nan", "seek 1e7"] {
      #expect(Self.run(bad, in: &state) == [])
      #expect(state.message?.kind == .error, "\(bad)")
    }
  }

  // MARK: Pasting

  @Test func aPasteGoesIntoPromptsOnly() throws {
    var story = Story(Self.state)
    story.step(.input(.paste("q\nq"))) {
      $0.message = StatusMessage(
        .info, "pasted text is taken in prompts only; / or : opens one")
    }
    try story.press("2 /") {
      $0.message = nil
      $0.pane = .bindings
      $0.layers = [.prompt(.init(kind: .filter(before: "")))]
    }
    story.step(.input(.paste("we\r\nb\u{1b}[31m\n"))) {
      $0.layers = [.prompt(.init(kind: .filter(before: ""), text: "we b\u{1b}[31m", cursor: 9))]
      $0.list.filter = "we b\u{1b}[31m"
      $0.list.rows = []
      $0.list.selected = nil
    }
  }
}
