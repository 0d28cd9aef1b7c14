import ControlPlane
import Dashboard
import Karmada
import Logging
import Manifest
import Screen
import Session
import Simulation
import TestSupport
import Testing

/// The form over an override policy as it looks, from opening it to the question before saving.
@Suite(.timeLimit(.minutes(2))) @MainActor struct FormScreenTests {
  nonisolated private static let sizes = [
    Size(width: 80, height: 24), Size(width: 140, height: 40),
  ]

  /// A dashboard on a story of the embedded Karmada.
  @MainActor private final class Desk {
    let session: Session
    private var listeners: [AsyncStream<Void>.Continuation] = []

    init(_ size: Size) throws {
      let now = try #require(Time(rfc3339: "2026-11-22T12:00:00Z"))
      let time = ManualTime(now)
      let plane = try SimulatedControlPlane(
        playing: try Scenario.embedded("overrides"), time: time, seed: 1)
      var state = AppState(now: now, endpoint: plane.endpoint)
      state.size = size
      session = Session(
        state: state, plane: plane, clock: ManualClock(), now: { time.now },
        log: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
      session.onChange = { [weak self] in
        for listener in self?.listeners ?? [] { listener.yield() }
      }
    }

    /// Presses keys, each when what the one before asked for is done, the preview included.
    func press(_ keys: String) async throws {
      for key in try Key.sequence(parsing: keys) {
        session.send(.input(.key(key)))
        try await rest()
      }
    }

    func type(_ text: String) async throws {
      session.send(.input(.paste(text)))
      try await rest()
    }

    private func rest() async throws {
      await session.settled()
      let (changes, listener) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
      listeners = [listener]
      if isAtRest { return }
      for await _ in changes where isAtRest { return }
      throw CancellationError()
    }

    private var isAtRest: Bool {
      guard let form = session.state.form, form.sights != nil, form.draft.value != nil else {
        return true
      }
      return form.isPreviewed
    }

    var lines: [String] { ScreenRenderer().draw(session.state).canvas.text }
  }

  private func desk(_ size: Size, _ keys: String) async throws -> Desk {
    let desk = try Desk(size)
    desk.session.start()
    await desk.session.settled()
    try await desk.press(keys)
    return desk
  }

  @Test(
    arguments: [
      ("open", "6 / s e t t i n g s Enter e", ""),
      ("field", "6 / s e t t i n g s Enter e G", ""),
      ("additions", "6 / s e t t i n g s Enter e G +", ""),
      ("typing", "6 / s e t t i n g s Enter e j j j j j j Enter ctrl-u", "member2"),
      ("guide-field", "6 / s e t t i n g s Enter e G f", ""),
      ("guide-place", "6 / s e t t i n g s Enter e G f Enter Enter", ""),
      ("guide-value", "6 / s e t t i n g s Enter e G f Enter Enter j Enter ctrl-u", "3306"),
      ("guided", "6 / s e t t i n g s Enter e G f Enter Enter j Enter Enter", ""),
    ], sizes)
  func eachStepLooksAsAgreed(_ step: (String, String, String), _ size: Size) async throws {
    let (name, keys, typed) = step
    let desk = try await desk(size, keys)
    if !typed.isEmpty { try await desk.type(typed) }
    try Golden.expect(desk.lines, matches: "form-\(name)-\(size.width)x\(size.height)")
    await desk.session.stop()
  }

  /// The way of the incident: a field that an override empties, put right, and on to the question.
  @Test(arguments: sizes)
  func theWayToSavingLooksAsAgreed(_ size: Size) async throws {
    let desk = try await desk(size, ":")
    try await desk.type("arm 15m INC-7")
    try await desk.press("Enter 6 / s e t t i n g s Enter e G f Enter Enter j Enter Enter")
    // The overrider that empties the field goes.
    try await desk.press("k")
    try await desk.press("ctrl-s")
    try Golden.expect(desk.lines, matches: "form-save-\(size.width)x\(size.height)")
    await desk.session.stop()
  }

  /// What is typed at a place that an alias repeats cannot stand there, and says so while it is typed.
  @Test(arguments: sizes)
  func whatCannotStandThereIsSaidAboveThePrompt(_ size: Size) async throws {
    let desk = try await desk(size, "6")
    let policy = PolicyReference(
      kind: "OverridePolicy", key: Karmada.ObjectKey(namespace: "shop", name: "aliased"))
    let text = """
      apiVersion: policy.karmada.io/v1alpha1
      kind: OverridePolicy
      metadata: {name: aliased, namespace: shop}
      spec:
        resourceSelectors: [{apiVersion: v1, kind: ConfigMap, name: settings}]
        overrideRules:
        - overriders:
            plaintext:
            - {path: /data/a, operator: add, value: &a x}
            - {path: /data/b, operator: add, value: *a}

      """
    let draft = StoredDraft(
      policy: policy, server: "", text: text, base: nil, baseText: "",
      at: desk.session.state.now)
    desk.session.send(.override(.drafts([draft])))
    try await desk.press(":")
    try await desk.type("draft")
    try await desk.press("Enter G k k k k Enter ctrl-u")
    try await desk.type("foo")
    for key in ["", "Enter"] {
      try await desk.press(key)
      #expect(desk.lines.last?.hasPrefix("value: foo") == true, "\(desk.lines)")
      #expect(
        desk.lines.suffix(4).joined().contains("alias *a on line 10"),
        "\(desk.lines)")
    }
    await desk.session.stop()
  }

  @Test func withoutUnicodeItIsASCII() async throws {
    let desk = try await desk(Self.sizes[1], "6 / s e t t i n g s Enter e G f Enter Enter")
    for line in ScreenRenderer(glyphs: .ascii).draw(desk.session.state).canvas.text {
      #expect(line.utf8.allSatisfy { $0 < 0x80 }, "\(line)")
    }
    await desk.session.stop()
  }
}
