import ControlPlane
import Manifest
import Testing

@testable import Dashboard

@Suite struct ArmingTests {
  private func keys(_ text: String) -> [AppEvent] {
    text.map { .input(.key(.character($0))) } + [.input(.key(.enter))]
  }

  private func line(_ text: String, _ state: inout AppState) {
    for event in keys(":" + text) { _ = update(&state, event) }
  }

  @Test func countsDownAndDisarmsByItself() throws {
    var story = Story(AppState.blank())
    story.step(keys(":arm 15m INC-7 web back")) {
      $0.arming = Arming(until: Sample.start + .seconds(900), reason: "INC-7 web back")
      $0.message = StatusMessage(.info, "armed for 15m: INC-7 web back; :disarm ends it")
      $0.history = ["arm 15m INC-7 web back"]
    }
    #expect(header(story.state).contains("ARMED 15:00"))
    story.step(.tick(Sample.start + .seconds(28))) { $0.now = Sample.start + .seconds(28) }
    #expect(header(story.state).contains("ARMED 14:32"))
    #expect(story.state.writeRefusal == nil)
    story.step(.tick(Sample.start + .seconds(900))) {
      $0.now = Sample.start + .seconds(900)
      $0.arming = nil
      $0.message = StatusMessage(.info, "the armed time is over: read-only again")
    }
    #expect(header(story.state).contains("READ-ONLY"))
    #expect(story.state.writeRefusal?.contains(":arm") == true)
  }

  private func header(_ state: AppState) -> String {
    let parts = HeaderLine(state).fitting(200) { $0.count }
    return (parts.leading + parts.trailing).flatMap { $0 }.map(\.text).joined(separator: " ")
  }

  @Test(arguments: [
    ("arm 15m", "why?"), ("arm soon INC-7", "how long"), ("arm 0m INC-7", "how long"),
    ("arm 2h INC-7", "at most 60m"), ("arm 99999999999999999999m x", "how long"),
  ])
  func isNotArmedWithoutATimeAndAReason(_ text: String, _ complaint: String) {
    var state = AppState.blank()
    line(text, &state)
    #expect(state.arming == nil)
    #expect(state.message?.kind == .error)
    #expect(state.message?.text.contains(complaint) == true)
  }

  @Test func readOnlyPinsTheSession() {
    var state = AppState.blank()
    state.options.isReadOnly = true
    line("arm 15m INC-7", &state)
    #expect(state.arming == nil)
    #expect(state.message?.text.contains("--read-only") == true)
  }

  @Test func aRecordingIsNeverArmed() {
    var state = AppState.blank()
    _ = update(&state, .replay(ReplayStatus(position: 1, duration: 2, speed: 0)))
    line("arm 15m INC-7", &state)
    #expect(state.arming == nil)
    #expect(state.writeRefusal?.contains("recording") == true)
  }

  @Test func withoutAJournalNobodyArms() {
    var state = AppState.blank()
    state.options.armRefusal = "the journal cannot be written"
    line("arm 15m INC-7", &state)
    #expect(state.arming == nil)
    #expect(state.message?.text == "the journal cannot be written")
  }

  @Test func disarmEndsIt() {
    var state = AppState.blank()
    line("arm 15m INC-7", &state)
    line("disarm", &state)
    #expect(state.arming == nil)
  }
}

@Suite struct ConfirmationTests {
  private static let effect = Effect.setSpeed(7)

  private func story(armed: Bool = true, shown: Bool = true) -> Story {
    var state = AppState.blank()
    if armed { state.arming = Arming(until: Sample.start + .seconds(60), reason: "INC-7") }
    state.ask(
      Confirmation(
        title: "Delete 3 templates", lines: [[Span("web, api, db")]], word: "web-pp",
        button: "Delete", effects: [Self.effect]))
    if shown { _ = update(&state, .drawn) }
    return Story(state)
  }

  @Test func theTypedNameAndEnterConfirm() throws {
    var story = story()
    try story.press("w e b - p") { $0.question?.typed = "web-p" }
    try story.press("p") {
      $0.question?.typed = "web-pp"
      $0.question?.focus = .confirm
    }
    try story.press("Enter") {
      $0.layers = []
      $0.effects = [Self.effect]
    }
  }

  @Test func enterAloneCancels() throws {
    var story = story()
    try story.press("Enter") {
      $0.layers = []
      $0.message = StatusMessage(.info, "cancelled; nothing was changed")
    }
  }

  @Test func theOtherButtonAloneDoesNotConfirm() throws {
    var story = story()
    try story.press("Tab") { $0.question?.focus = .confirm }
    try story.press("Enter") {
      $0.message = StatusMessage(.error, "type web-pp to confirm; Esc cancels")
    }
  }

  @Test(arguments: ["w e b - P P", "w e b - p p p", "Space w e b - p p"])
  func anotherWordDoesNotConfirm(_ keys: String) throws {
    var story = story()
    _ = try story.press(keys) {
      $0.question?.typed = keys.split(separator: " ").map { $0 == "Space" ? " " : String($0) }
        .joined()
    }
    #expect(story.state.confirmation?.focus == .cancel)
  }

  @Test func whatWasTypedBeforeItWasSeenIsDropped() throws {
    var story = story(shown: false)
    #expect(story.state.awaitsDrawing)
    try story.press("w e b - p p Enter Esc q")
    story.step(.drawn) { $0.question?.isShown = true }
    #expect(!story.state.awaitsDrawing)
  }

  @Test func pastingDoesNotConfirm() {
    var story = story()
    story.step(.input(.paste("web-pp\n"))) {
      $0.message = StatusMessage(.info, "a confirmation is typed, not pasted")
    }
  }

  @Test func theArmedTimeMayRunOutMeanwhile() throws {
    var story = story()
    try story.press("w e b - p p") {
      $0.question?.typed = "web-pp"
      $0.question?.focus = .confirm
    }
    story.step(.tick(Sample.start + .seconds(60))) {
      $0.now = Sample.start + .seconds(60)
      $0.arming = nil
      $0.message = StatusMessage(.info, "the armed time is over: read-only again")
    }
    try story.press("Enter") {
      $0.message = StatusMessage(.error, "read-only; :arm 15m REASON allows changes for a while")
    }
  }

  @Test func escapeLeavesItAndTheFooterSaysWhatEnterDoes() throws {
    var story = story()
    #expect(KeyHints.hints(for: story.state).first?.title == "cancel")
    try story.press("w e b - p p") {
      $0.question?.typed = "web-pp"
      $0.question?.focus = .confirm
    }
    #expect(KeyHints.hints(for: story.state).first?.title == "Delete")
    try story.press("Backspace") {
      $0.question?.typed = "web-p"
      $0.question?.focus = .cancel
    }
    try story.press("Esc") {
      $0.layers = []
      $0.message = StatusMessage(.info, "cancelled; nothing was changed")
    }
  }
}
