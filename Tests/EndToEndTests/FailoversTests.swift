import Foundation
import Manifest
import Testing

/// `quarterdeck failovers` and `replay --view failovers`, as scripts use them.
@Suite struct FailoversTests {
  private func json(_ outcome: Outcome) throws -> JSONValue {
    try JSONValue(parsing: Array(outcome.output.utf8))
  }

  @Test func aRecordingsFailoversAreToldAsJSON() async throws {
    let workspace = try Workspace()
    let outcome = try await Quarterdeck.run(
      "replay", ReplayTests.path("stateful-failover-twice.trace.jsonl"), "--view", "failovers",
      "-o", "json", in: workspace)
    #expect(outcome.status == 0 && outcome.errors == "")
    let episodes = try #require(try json(outcome)["episodes"]?.array)
    #expect(episodes.map { $0["outcome"] } == ["recovered", "recovered"])
    #expect(episodes.map { $0["relayed"] } == [true, true])
    let label = "application.karmada.io/failover-jobid"
    #expect(
      episodes.map { $0["preservedLabels"]?.object?[label] }
        == ["4f2c1bd09a6e4c55", "9be07d1100aa42f1"])
    let keys = [
      "id", "binding", "resource", "from", "to", "reason", "producer", "purgeMode",
      "preservedLabels", "relayed", "unhealthyAt", "evictedAt", "scheduledAt", "appliedAt",
      "healthyAt", "finishedAt", "outcome", "why",
    ]
    for key in keys { #expect(episodes.allSatisfy { $0[key] != nil }, "\(key)") }
    let early = try await Quarterdeck.run(
      "replay", ReplayTests.path("stateful-failover-twice.trace.jsonl"), "--view", "failovers",
      "-o", "json", "--at", "15.7", in: workspace)
    #expect(try json(early)["episodes"]?.array?.map { $0["outcome"] } == ["inProgress"])
  }

  @Test(arguments: ["field-override", "migrate-and-rollback", "api-verdicts"])
  func recordingsWithoutFailoversHaveNone(_ name: String) async throws {
    let outcome = try await Quarterdeck.run(
      "replay", ReplayTests.path("\(name).trace.jsonl"), "--view", "failovers", "-o", "json",
      in: try Workspace())
    #expect(try json(outcome)["episodes"] == [])
  }

  /// A live look at the embedded Karmada: as a table and as JSON, narrowed, and as an alarm.
  @Test func aLiveFleetsFailoversAreToldAndAlarm() async throws {
    let workspace = try Workspace()
    try await DemoServer.with(in: workspace) { server in
      func run(_ arguments: String...) async throws -> Outcome {
        try await Tool.run(
          "\(Quarterdeck.folder)/quarterdeck",
          ["failovers", "--kubeconfig", server.kubeconfig] + arguments, in: workspace)
      }
      let table = try await run()
      #expect(table.status == 0 && table.errors == "", "\(table.errors)")
      #expect(table.output.contains("STRANDED") && table.output.contains("ledger"))
      let whole = try json(try await run("-o", "json"))
      let episodes = try #require(whole["episodes"]?.array)
      #expect(episodes.contains { $0["outcome"] == "stranded" })
      let stranded = try json(try await run("-o", "json", "--outcome", "stranded"))
      let only = stranded["episodes"]?.array ?? []
      #expect(!only.isEmpty && only.allSatisfy { $0["outcome"] == "stranded" })
      // What is open is listed however old it is; --since only takes away what is over.
      let recent = try json(try await run("-o", "json", "--since", "1s"))
      #expect(recent["episodes"]?.array?.allSatisfy { $0["open"] == true } == true)
      let alarm = try await run("--fail-on", "stranded,blocked")
      #expect(alarm.status == 1 && alarm.errors == "" && alarm.output.contains("STRANDED"))
      let calm = try await run("--outcome", "cancelled", "--fail-on", "stranded")
      #expect(calm.status == 0)
      // The same once more, from the journal: nothing is told twice.
      let again = try json(try await run("-o", "json"))
      let ids = again["episodes"]?.array?.compactMap { $0["id"]?.string } ?? []
      #expect(Set(ids).count == ids.count && ids.count >= episodes.count)
    }
    // The server is gone: what the journal has is still told, and that it is not the whole.
    let late = try await Quarterdeck.run(
      "failovers", "-o", "json", "--kubeconfig", workspace.file("kubeconfig"), in: workspace)
    #expect(late.status == 1)
    #expect(try json(late)["episodes"]?.array?.isEmpty == false)
    #expect(late.errors.contains("resourcebindings"))
  }

  @Test(arguments: [
    ["failovers", "--since", "yesterday"], ["failovers", "--outcome", "lost"],
    ["failovers", "--fail-on", "stranded,lost"], ["replay", "x", "--view", "everything"],
  ])
  func whatIsNotUnderstoodIsRefused(_ arguments: [String]) async throws {
    let workspace = try Workspace()
    let outcome = try await Tool.run("\(Quarterdeck.folder)/quarterdeck", arguments, in: workspace)
    #expect(outcome.status == 64 && outcome.output == "")
  }
}
