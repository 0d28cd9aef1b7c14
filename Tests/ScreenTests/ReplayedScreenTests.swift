import ControlPlane
import Dashboard
import Manifest
import Screen
import Session
import Simulation
import TestSupport
import Testing

/// Recorded incidents, each second of them.
@Suite struct ReplayedScreenTests {
  private static let sizes = [Size(width: 80, height: 24), Size(width: 200, height: 50)]

  /// From the first second to beyond the last: every pane is drawn whole, says how the fleet
  /// stands, and lists what the recording has.
  @Test(arguments: [
    "api-verdicts", "cluster-outage", "failover-purge-never", "field-override",
    "migrate-and-rollback", "stateful-failover-twice",
  ])
  func everySecondGivesWholeScreens(name: String) async throws {
    let trace = try Trace(try Fixture.bytes("traces/\(name).trace.jsonl"))
    let plane = TraceControlPlane(trace, name: name)
    for second in 0...Int(trace.duration) + 2 {
      plane.seek(to: Double(second))
      var state = await Snapshot(of: plane, now: plane.now).state
      let replay = ReplayStatus(
        position: plane.position, duration: trace.duration, speed: 0, note: plane.lastNote)
      _ = update(&state, .replay(replay))
      let ready = state.clusters.table.rows.count { $0.cluster.isReady }
      for size in Self.sizes {
        _ = update(&state, .input(.resize(width: size.width, height: size.height)))
        for pane in PaneID.allCases {
          try Stage.press("\(pane.rawValue)", &state)
          let lines = Stage.lines(state)
          let place = "second \(second), \(pane), \(size.width)x\(size.height)"
          #expect(lines.count == size.height, "\(place)")
          #expect(lines.allSatisfy { TextWidth.columns(of: $0) == size.width }, "\(place)")
          #expect(!lines.contains { $0.unicodeScalars.contains(where: Self.isControl) }, "\(place)")
          let header = lines[0]
          #expect(header.contains("\(ready)/3 "), "\(place): \(header)")
          #expect(header.contains("replay "), "\(place): \(header)")
          #expect(!header.contains("loading") && !header.contains("STALE"), "\(place): \(header)")
          let first = state.rowCounts.all == 0 ? "there are no \(pane.nouns.many)" : "│"
          #expect(lines[4].contains(first), "\(place): \(lines[4])")
        }
      }
    }
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .control
  }
}
