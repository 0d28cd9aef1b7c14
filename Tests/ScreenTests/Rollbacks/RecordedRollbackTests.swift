import Dashboard
import TestSupport
import Testing

/// The recorded rollback, told by panes 5 and 2 at each of its moments: the flag is set at 3.712,
/// on both bindings at 3.726, on both Works at 3.753; the templates go at 3.803 and 3.829, the last
/// of them at 3.874; the policy at 7.859.
@Suite struct RecordedRollbackTests {
  private static let sizes = [Size(width: 80, height: 24), Size(width: 140, height: 40)]

  private func lines(at second: Double, _ keys: String, _ size: Size = sizes[1]) async throws
    -> String
  {
    var state = try await Stage.trace("migrate-and-rollback", at: second, size: size)
    try Stage.press(keys, &state)
    return Stage.lines(state).joined(separator: "\n")
  }

  @Test(arguments: [
    (3.70, "there are no rollbacks"),
    (3.72, "the flag is set; 0 of 2 bindings, 0 of 2 Works show it"),
    (3.725, "the flag is set; 1 of 2 bindings, 0 of 2 Works show it"),
    (3.745, "the flag is set; 2 of 2 bindings, 0 of 2 Works show it"),
    (3.78, "the flag is set, and all 2 Works show it"),
    (3.818, "1 of 2 templates are going; 0 of their bindings are gone"),
    (3.84, "2 of 2 templates are going; 1 of their bindings are gone"),
    (3.9, "2 templates are gone; 2 member objects were left where they are"),
    (7.9, "policy gone"),
  ])
  func pane5TellsHowFarItIs(_ second: Double, _ sentence: String) async throws {
    let keys = second == 3.70 ? "5" : "5 Enter"
    for size in Self.sizes {
      let screen = try await lines(at: second, keys, size)
      #expect(screen.contains(sentence), "\(second):\n\(screen)")
    }
  }

  /// Until every Work shows the flag nothing on the screen may say that it is everywhere.
  @Test(arguments: [3.72, 3.725, 3.745])
  func theFlagIsNotEverywhereBeforeTheWorksShowIt(_ second: Double) async throws {
    let screen = try await lines(at: second, "5")
    #expect(screen.contains("flag arriving") && screen.contains("NOT YET"), "\(screen)")
    #expect(!screen.contains("flag everywhere"), "\(screen)")
  }

  @Test func pane2TellsWhatGoes() async throws {
    let before = try await lines(at: 3.6, "2")
    #expect(before.contains("deploy/nginx") && !before.contains("preserve "), "\(before)")
    let flagged = try await lines(at: 3.745, "2")
    #expect(flagged.contains("set here; only each Work's own flag"), "\(flagged)")
    let going = try await lines(at: 3.84, "2")
    #expect(going.contains("deleting  default    svc/nginx-svc"), "\(going)")
    #expect(!going.contains("deploy/nginx"), "\(going)")
    #expect(try await lines(at: 3.9, "2").contains("there are no bindings"))
  }

  @Test(arguments: [("arriving", 3.745), ("over", 3.9)], sizes)
  func itLooksAsAgreed(_ moment: (name: String, second: Double), _ size: Size) async throws {
    var state = try await Stage.trace("migrate-and-rollback", at: moment.second, size: size)
    try Stage.press("5", &state)
    try Golden.expect(
      Stage.lines(state),
      matches: "rollback-recorded-\(moment.name)-\(size.width)x\(size.height)")
  }
}
