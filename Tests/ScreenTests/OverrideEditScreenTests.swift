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

/// The form over an override policy and the page that saves it, step by step.
@Suite(.timeLimit(.minutes(10))) @MainActor struct OverrideEditScreenTests {
  nonisolated private static let sizes = [
    Size(width: 80, height: 24), Size(width: 140, height: 40),
  ]
  fileprivate static let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

  /// The demo's scenario `overrides` with somebody in front of it.
  @MainActor private final class Desk {
    let plane: SimulatedControlPlane
    let session: Session
    let name: String
    /// Takes over from the session where a server would take its time.
    var state: AppState

    init(_ size: Size) async throws {
      let now = try #require(Time(rfc3339: "2026-11-22T12:00:00Z"))
      plane = try SimulatedControlPlane(
        playing: try Scenario.embedded("overrides"), time: ManualTime(now), seed: 1)
      var state = AppState(now: now, endpoint: plane.endpoint)
      state.size = size
      name = "\(size.width)x\(size.height)"
      session = Session(
        state: state, plane: plane, clock: ManualClock(), now: { now },
        log: OverrideEditScreenTests.quiet)
      session.start()
      await session.settled()
      self.state = session.state
    }

    func press(_ keys: String) async throws {
      for key in try Key.sequence(parsing: keys) {
        session.send(.input(.key(key)))
        await session.settled()
        session.send(.drawn)
      }
      state = session.state
    }

    func type(_ line: String) async throws {
      session.send(.input(.key(.character(":"))))
      session.send(.input(.paste(line)))
      try await press("Enter")
    }

    func looks(_ step: String) throws {
      try Golden.expect(Stage.lines(state), matches: "override-\(step)-\(name)")
    }

    func openForm() async throws {
      try await press("6 /")
      session.send(.input(.paste("name:settings")))
      try await press("Enter e")
    }

    /// The port becomes a number on every cluster, and the rule that empties the file goes.
    func mend() async throws {
      try await press("j x j j j j j j j j Enter ctrl-u")
      for digit in "3306" { try await press(String(digit)) }
      try await press("Enter j x")
    }

    var machine: SaveMachine {
      get throws { SaveMachine(try #require(state.savePage?.plan)) }
    }
  }

  /// The machine after everything went well, with the Works that it sees.
  private static func converged(_ machine: SaveMachine, at now: Time) async throws -> SaveMachine {
    var machine = machine
    let works = machine.plan.expectations.flatMap { expectation in
      expectation.cells.map { cell -> JSONValue in
        let id = expectation.permanentID ?? ""
        return [
          "metadata": [
            "name": "w", "namespace": .string("karmada-es-\(cell.cluster)"),
            "labels": ["resourcebinding.karmada.io/permanent-id": .string(id)],
          ],
          "spec": ["workload": ["manifests": [cell.variant?.manifest ?? .null]]],
          "status": ["conditions": [["type": "Applied", "status": "True"]]],
        ]
      }
    }
    _ = machine.handle(.works(.success(works)), at: now)
    return machine
  }

  @Test(arguments: sizes) func everyStepLooksAsAgreed(_ size: Size) async throws {
    let desk = try await Desk(size)
    let now = desk.state.now
    try await desk.openForm()
    try desk.looks("form")
    try await desk.mend()
    try desk.looks("form-changed")
    try await desk.press("ctrl-s")
    try desk.looks("save")
    try await desk.type("arm 15m INC-7")
    try await desk.press("ctrl-s s a v e")
    try desk.looks("save-question")

    // What a server and its controllers would take their time for.
    let token = try #require(desk.state.savePage?.token)
    var machine = try desk.machine
    let facts = try await OverrideDesk(
      desk.plane, person: "", now: { now }, log: Self.quiet
    ).facts(
      for: machine.plan.intent.policy, wanted: [try #require(machine.plan.intent.wanted)])
    _ = machine.handle(.begin, at: now)
    _ = machine.handle(.facts(.success(facts)), at: now)
    _ = machine.handle(.noted, at: now)
    _ = machine.handle(.sent(.success(machine.plan.checked)), at: now)
    _ = machine.handle(.works(.success([])), at: now)
    _ = update(&desk.state, .input(.key(.enter)))
    _ = update(&desk.state, .override(.progress(token: token, machine)))
    try desk.looks("saving")
    machine = try await Self.converged(machine, at: now)
    let report = try #require(machine.report)
    _ = update(&desk.state, .override(.progress(token: token, machine)))
    _ = update(&desk.state, .override(.ended(token: token, machine, report)))
    try desk.looks("saved")

    _ = update(&desk.state, .input(.key(.character(":"))))
    _ = update(&desk.state, .input(.paste("undo")))
    _ = update(&desk.state, .input(.key(.enter)))
    var after = facts
    after.current = machine.plan.checked
    after.overridePolicies =
      facts.overridePolicies.filter {
        $0[path: "metadata", "name"] != "settings"
      } + [machine.plan.checked].compactMap { $0 }
    var undo = SavePlan(
      SaveIntent(
        policy: machine.plan.intent.policy, base: machine.plan.checked,
        wanted: machine.plan.current, undoes: "settings-1"), after)
    undo.take(checked: .success(undo.result))
    let next = try #require(desk.state.savePage?.token)
    _ = update(&desk.state, .override(.planned(token: next, .success(undo))))
    try desk.looks("undo")
    await desk.session.stop()
  }

  @Test(arguments: sizes) func twoPeoplesChangesLookAsAgreed(_ size: Size) async throws {
    let desk = try await Desk(size)
    try await desk.openForm()
    try await desk.mend()
    _ = try await desk.plane.patch(
      .overridePolicies, namespace: "shop", name: "settings", type: .json,
      patch: [
        [
          "op": "replace",
          "path": "/spec/overrideRules/0/overriders/fieldOverrider/0/yaml/0/value",
          "value": 9999,
        ]
      ])
    try await desk.press("ctrl-s")
    try desk.looks("contested")
    let merge = try #require(desk.state.savePage?.merge)
    for _ in merge.conflicts { try await desk.press("i") }
    #expect(desk.state.savePage?.plan?.obstacle == nil)
    await desk.session.stop()
  }

  @Test(arguments: sizes) func aRefusalIsToldAtItsField(_ size: Size) async throws {
    let desk = try await Desk(size)
    try await desk.openForm()
    try await desk.press("j j j j j j j Enter ctrl-u")
    for letter in "data" { try await desk.press(String(letter)) }
    try await desk.press("Enter")
    try desk.looks("form-refused")
    await desk.session.stop()
  }
}
