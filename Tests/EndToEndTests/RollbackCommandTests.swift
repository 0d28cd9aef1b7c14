import Manifest
import Subprocess
import Testing

/// `quarterdeck rollback …` against `demo --serve-only`: what it prints, how it ends, and that the
/// exit codes mean what README says.
@Suite struct RollbackCommandTests {
  private static let slowDemo = ["--scenario", "migration", "--speed", "0.02"]

  private static func rollback(
    _ arguments: String..., in workspace: Workspace
  ) async throws -> Outcome {
    try await Tool.run(
      "\(Quarterdeck.folder)/quarterdeck", ["rollback"] + arguments, in: workspace,
      environment: ["KUBECONFIG": workspace.file("kubeconfig")])
  }

  private static func lines(_ outcome: Outcome) throws -> [JSONValue] {
    try outcome.lines.map { try JSONValue(parsing: Array($0.utf8)) }
  }

  private static func runs(in workspace: Workspace) async throws -> [JSONValue] {
    let list = try await rollback("list", "-o", "json", in: workspace)
    #expect(list.status == 0)
    return try JSONValue(parsing: Array(list.output.utf8)).array ?? []
  }

  /// Starts a run and, once its flag is set, does something and kills it. Returns the run's name.
  private static func killedAtTheGate(
    in workspace: Workspace, _ meanwhile: @Sendable () async throws -> Void
  ) async throws {
    let arguments = [
      "rollback", "run", "legacy/legacy", "--confirm", "legacy", "--reason", "INC-7", "-o", "json",
    ]
    let result = try await Subprocess.run(
      .path(.init("\(Quarterdeck.folder)/quarterdeck")), arguments: Arguments(arguments),
      environment: .custom(
        Tool.variables(of: workspace, ["KUBECONFIG": workspace.file("kubeconfig")])),
      input: .none, output: .sequence, error: .string(limit: 1 << 20)
    ) { execution in
      for try await line in execution.standardOutput.strings() {
        let step = try JSONValue(parsing: Array(line.utf8))
        guard step["step"] == "flag", step["state"] == "done" else { continue }
        // Stands still, with its Lease held: on a busy machine it would be over before the second came.
        try execution.send(signal: .suspend)
        try await meanwhile()
        try execution.send(signal: .kill)
      }
    }
    #expect(result.terminationStatus == .signaled(9))
  }

  @Test func exitCodesMeanWhatTheySay() async throws {
    let workspace = try Workspace()
    try await DemoServer.with(in: workspace, options: Self.slowDemo) { _ in
      try await Self.plansAndRefusals(in: workspace)
      // 6: somebody else is at it.
      try await Self.killedAtTheGate(in: workspace) {
        let second = try await Self.rollback(
          "run", "legacy/legacy", "--confirm", "legacy", "--reason", "INC-8", in: workspace)
        #expect(second.status == 6, "\(second.output)\(second.errors)")
        #expect(second.output.contains("holds the Lease"))
      }
      // 4: cut off, and put back; its own Lease is not waited for.
      let cut = try await Self.runs(in: workspace).first { $0["outcome"] == "unfinished" }
      #expect(cut?["next"] == ["resume", "abort"])
      let name = try #require(cut?["run"]?.string)
      #expect(try await Self.rollback("resume", name, in: workspace).status == 2)
      let aborted = try await Self.rollback("abort", name, "-o", "json", in: workspace)
      #expect(aborted.status == 4, "\(aborted.output)\(aborted.errors)")
      #expect(try Self.lines(aborted).last?["flag"] == "put back as it was")
      try await Self.finishedAndUndone(in: workspace)
    }
    // 7: nobody is there any more.
    let gone = try await Self.rollback("plan", "legacy/legacy", in: workspace)
    #expect(gone.status == 7)
    #expect(gone.lines == [])
    #expect(gone.errors.hasPrefix("quarterdeck: "))
  }

  private static func plansAndRefusals(in workspace: Workspace) async throws {
    let plan = try await rollback("plan", "legacy/legacy", "-o", "json", in: workspace)
    #expect(plan.status == 0, "\(plan.errors)")
    let json = try JSONValue(parsing: Array(plan.output.utf8))
    for key in ["templates", "clusters", "works", "dependents", "hazards"] {
      #expect(json[key]?.array != nil, "\(key)")
    }
    #expect(json["executable"] == true)
    #expect(json[path: "policy", "name"] == "legacy")
    let hazards = json["hazards"]?.array ?? []
    for key in ["id", "severity", "subject", "evidence"] {
      #expect(hazards.allSatisfy { $0[key]?.string != nil }, "\(key)")
    }
    // 2: not confirmed, or wrongly.
    for arguments in [["--reason", "INC-7"], ["--reason", "INC-7", "--confirm", "Legacy"]] {
      let run = try await Tool.run(
        "\(Quarterdeck.folder)/quarterdeck", ["rollback", "run", "legacy/legacy"] + arguments,
        in: workspace, environment: ["KUBECONFIG": workspace.file("kubeconfig")])
      #expect(run.status == 2)
      #expect(run.errors.contains("nothing was changed"))
    }
    // 3: nothing to roll back.
    let blocked = try await rollback(
      "run", "legacy/nothing", "--confirm", "nothing", "--reason", "INC-7", in: workspace)
    #expect(blocked.status == 3)
    #expect(blocked.errors.contains("object-missing"))
    #expect(try await runs(in: workspace) == [])
    let again = try await rollback("plan", "legacy/legacy", "-o", "json", in: workspace)
    let policy = try JSONValue(parsing: Array(again.output.utf8))["policy"]
    #expect(policy?["preserveResourcesOnDeletion"] != true)
  }

  /// 5: not finished, and taken up again; 0: done and verified, and undone.
  private static func finishedAndUndone(in workspace: Workspace) async throws {
    // Nothing goes as quickly as that.
    let hasty = try await rollback(
      "run", "legacy/legacy", "--confirm", "legacy", "--reason", "INC-7", "--drain-timeout", "1",
      "-o", "json", in: workspace)
    #expect(hasty.status == 5, "\(hasty.output)\(hasty.errors)")
    let half = try #require(try lines(hasty).last)
    #expect(half["outcome"] == "unfinished")
    let listed = try await runs(in: workspace).first { $0["run"] == half["run"] }
    #expect(listed?["next"]?.array?.contains("resume") == true)

    let run = try await rollback(
      "resume", half["run"]?.string ?? "", "-o", "json", in: workspace)
    #expect(run.status == 0, "\(run.output)\(run.errors)")
    let steps = try lines(run)
    for step in steps.dropLast() {
      #expect(
        step["step"]?.string != nil && step["state"]?.string != nil && step["at"]?.string != nil
          && step["detail"] != nil)
    }
    let end = try #require(steps.last)
    #expect(end["outcome"] == "done")
    let name = try #require(end["run"]?.string)
    let members = end["members"]?.array ?? []
    #expect(!members.isEmpty)
    for member in members {
      #expect(member["verdict"] == "kept")
      #expect(member["uidBefore"] == member["uidAfter"])
      #expect(member["managed"] == false)
    }
    let undone = try await rollback(
      "undo", name, "--confirm", "legacy", "--reason", "INC-7 was wrong", "-o", "json",
      in: workspace)
    #expect(undone.status == 0, "\(undone.output)\(undone.errors)")
    #expect(try lines(undone).last?["outcome"] == "done")
  }
}
