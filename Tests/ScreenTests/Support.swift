import ControlPlane
import Dashboard
import Manifest
import Screen
import Session
import Simulation
import TestSupport
import Testing

/// States to draw, from the control planes that the program itself opens.
enum Stage {
  private static let now = Time(seconds: 1_795_348_800)
  private static let fleet = Result {
    try Scenario.embedded("quickstart").fleet(now: now)
  }

  /// The demo's fleet as it is when it opens, at a fixed moment.
  static func quickstart(size: Size) async throws -> AppState {
    let plane = SimulatedControlPlane(fleet: try fleet.get(), time: ManualTime(now))
    return await state(of: plane, now: now, size: size)
  }

  /// A recorded incident at a second.
  static func trace(_ name: String, at position: Double, size: Size) async throws -> AppState {
    let trace = try Trace(try Fixture.bytes("traces/\(name).trace.jsonl"))
    let plane = TraceControlPlane(trace, name: name, at: position)
    var state = await state(of: plane, now: plane.now, size: size)
    _ = update(
      &state,
      .replay(ReplayStatus(position: position, duration: trace.duration, speed: 0)))
    _ = update(&state, .failovers(.recorded(trace.failovers(until: position))))
    _ = update(&state, .rollback(.recorded(trace.rollbacks(until: position))))
    return state
  }

  private static func state(of plane: any ControlPlane, now: Time, size: Size) async -> AppState {
    var state = await Snapshot(of: plane, now: now).state
    _ = update(&state, .input(.resize(width: size.width, height: size.height)))
    return state
  }

  /// Presses keys; effects that read something are answered from the plane's own objects never:
  /// tests that need an answer give it.
  static func press(_ keys: String, _ state: inout AppState) throws {
    for key in try Key.sequence(parsing: keys) { _ = update(&state, .input(.key(key))) }
  }

  static func lines(_ state: AppState, glyphs: Glyphs = .unicode) -> [String] {
    ScreenRenderer(glyphs: glyphs).draw(state).canvas.text
  }
}
