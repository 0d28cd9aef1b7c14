import Foundation
import TestSupport
import Testing

@Suite struct ReplayTests {
  static let traces = [
    "api-verdicts", "cluster-outage", "failover-purge-never", "field-override",
    "migrate-and-rollback", "stateful-failover-twice",
  ].map { "\($0).trace.jsonl" }

  static func path(_ trace: String) -> String {
    Fixture.directory.appending(path: "traces/\(trace)").path
  }

  /// Every second is drawn in ScreenTests; here the program itself, at the ends and beyond.
  @Test(arguments: traces)
  func aWholeScreenIsPrinted(trace: String) async throws {
    let workspace = try Workspace()
    for (width, height) in [(80, 24), (200, 50)] {
      for second in ["0", "7.5", "100000"] {
        let outcome = try await Quarterdeck.run(
          "replay", Self.path(trace), "--at", second, "--dump", "\(width)x\(height)",
          in: workspace)
        let place = "\(trace) at \(second), \(width)x\(height)"
        #expect(outcome.status == 0, "\(place): \(outcome.errors)")
        #expect(outcome.errors == "", "\(place)")
        #expect(outcome.lines.count == height, "\(place)")
        #expect(outcome.lines.allSatisfy { $0.count <= width }, "\(place)")
        #expect(!outcome.output.unicodeScalars.contains(where: Self.isControl), "\(place)")
        #expect(outcome.output.contains("member1"), "\(place):\n\(outcome.output)")
      }
    }
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar != "\n" && scalar.properties.generalCategory == .control
  }

  @Test func aDeadClusterIsNotReadySinceThenAndWhy() async throws {
    let outcome = try await Quarterdeck.run(
      "replay", Self.path("cluster-outage.trace.jsonl"), "--at", "97", "--dump", "120x36",
      "--keys", "1", in: try Workspace())
    #expect(outcome.status == 0)
    let row = try #require(
      outcome.lines.first { $0.contains("NOT READY") && $0.contains("member3") })
    #expect(row.contains("78s"))
    #expect(outcome.output.contains("2026-11-22T11:44:35Z"))
    #expect(outcome.output.contains("cluster is not reachable"))
    #expect(outcome.output.contains("2/3 clusters ready"))
  }

  @Test func keysArePressedBeforeTheScreenIsPrinted() async throws {
    let outcome = try await Quarterdeck.run(
      "replay", Self.path("cluster-outage.trace.jsonl"), "--at", "97", "--dump", "80x24",
      "--keys", "2 / p i n n e d Enter", in: try Workspace())
    #expect(outcome.output.contains("/pinned"))
    #expect(outcome.output.contains("STRANDED"))
    #expect(!outcome.output.contains("fleet"))
  }

  @Test func aRecordingThatWasCutOffIsReplayedUpToThere() async throws {
    let workspace = try Workspace()
    let whole = try Fixture.bytes("traces/cluster-outage.trace.jsonl")
    let cut = try workspace.write("cut.trace.jsonl", whole.prefix(whole.count - 200))
    let outcome = try await Quarterdeck.run(
      "replay", cut, "--at", "97", "--dump", "120x36", "--keys", "1", in: workspace)
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("NOT READY"))
    #expect(outcome.errors.contains("cut off"))
  }

  @Test(arguments: [
    ("", "nothing to replay"), ("\n\n", "nothing to replay"), ("hello\n", "line 1"),
    ("{\"t\":0,\"note\":\"nothing else\"}\n", "nothing to replay"),
    ("{\"t\":0,\n{\"t\":1,\"note\":\"x\"}\n", "line 1"),
  ])
  func whatIsNoRecordingIsRefusedInOneLine(text: String, why: String) async throws {
    let workspace = try Workspace()
    let file = try workspace.write("broken.trace.jsonl", text)
    let outcome = try await Quarterdeck.run("replay", file, "--dump", "80x24", in: workspace)
    #expect(outcome.status == 1)
    #expect(outcome.output == "")
    #expect(outcome.errors.contains(why), "\(outcome.errors)")
    #expect(outcome.errors.contains("broken.trace.jsonl"))
    #expect(outcome.errors.filter { $0 == "\n" }.count == 1)
  }
}
