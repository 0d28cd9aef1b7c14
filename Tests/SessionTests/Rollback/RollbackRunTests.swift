import ControlPlane
import Journal
import Karmada
import Manifest
import RollbackRehearsal
import Session
import Testing

/// Rollbacks on the embedded Karmada, as the program runs them.
@Suite struct RollbackRunTests {
  /// Forty in few batches, and five hundred in many and more than a page of each kind.
  @Test(arguments: [40, 500]) func allTemplatesGoAndAllObjectsStay(_ count: Int) async throws {
    let stage = try RollbackStage()
    try await stage.addWebs(count)
    let before = try await stage.memberObjects()
    #expect(before.count == 2 * count)
    let plan = try await stage.plan()
    #expect(plan.isExecutable)
    #expect(plan.templates.count == count)
    #expect(plan.works.count == 2 * count)
    let report = try await stage.desk().run(
      plan, reason: "INC-7", control: RunControl(answering: "web-pp"))
    #expect(report.outcome == .done, "\(report.summary)")
    #expect(report.templates.count { $0.state == .deleted } == count)
    #expect(report.members.count { $0.verdict == .kept } == 2 * count)
    stage.rest()
    #expect(try await stage.memberObjects() == before)
    #expect(try await stage.works().isEmpty)
  }

  /// The documented procedure on the same fleet.
  @Test func withoutUsSomeAreDestroyed() async throws {
    let stage = try RollbackStage()
    try await stage.addWebs(40)
    let plane = StagePlane(stage: stage)
    _ = try await plane.patch(
      .propagationPolicies, namespace: "shop", name: "web-pp",
      patch: ["spec": ["preserveResourcesOnDeletion": true]])
    for i in 0..<40 {
      try await plane.delete(.configMaps, namespace: "shop", name: "web-\(i)")
    }
    stage.rest()
    #expect(try await stage.memberObjects().count < 80)
  }

  @Test func theJournalKnowsEveryStepAndEveryChange() async throws {
    let stage = try RollbackStage()
    try await stage.addWebs(2)
    let report = try await stage.desk().run(
      stage.plan(), reason: "INC-7", control: RunControl(answering: "web-pp"))
    let journal = try stage.journal()
    let record = try #require(try journal.rollback(report.run))
    #expect(record.outcome == "done")
    #expect(record.reason == "INC-7")
    #expect(record.by == "ada@deck")
    let steps = try journal.steps(of: report.run)
    #expect(steps.filter { $0.state == "done" }.map(\.step).contains("delete"))
    #expect(steps.last?.detail["outcome"] == "done")
    let changes = try journal.audits()
    #expect(changes.allSatisfy { $0.rollback == report.run && $0.reason == "INC-7" })
    #expect(changes.allSatisfy { $0.outcome != nil })
    let verbs = changes.reversed().map { $0.request.split(separator: " ").first ?? "" }
    // Lease, flag, two deletions, Event, Lease.
    #expect(verbs == ["POST", "PATCH", "DELETE", "DELETE", "POST", "DELETE"])
    let snapshots = try journal.snapshots(of: report.run)
    #expect(snapshots.count { $0.role == .template } == 2)
    #expect(snapshots.count { $0.role == .member } == 4)
  }

  @Test func theLeaseIsGivenBackAndAnEventTells() async throws {
    let stage = try RollbackStage()
    try await stage.addWebs(1)
    _ = try await stage.desk().run(
      stage.plan(), reason: "INC-7", control: RunControl(answering: "web-pp"))
    let leases = try await stage.plane.listPage(ListScope(.leases, namespace: "shop"))
    #expect(leases.itemCount == 0)
    let events = try await stage.plane.listPage(ListScope(.events, namespace: "shop"))
    let items = try JSONValue(parsing: events.bytes)["items"]?.array ?? []
    #expect(
      items.contains {
        $0["reason"] == "RollbackDone" && $0["involvedObject"]?["name"] == "web-pp"
          && $0["source"]?["component"] == "quarterdeck"
      })
  }

  @Test func undoTakesTheSameObjectsBack() async throws {
    let stage = try RollbackStage()
    // Even where the policy itself would not overwrite.
    try await stage.addWebs(3, more: ["conflictResolution": "Abort"])
    let before = try await stage.memberObjects()
    let desk = try stage.desk()
    let report = try await desk.run(
      stage.plan(), reason: "INC-7", control: RunControl(answering: "web-pp"))
    #expect(report.outcome == .done)
    let plan = try desk.undoPlan(of: report.run)
    #expect(plan.objects.count == 3)
    let undone = try await desk.undo(
      plan, reason: "INC-7 was wrong", control: RunControl(answering: "web-pp"))
    #expect(undone.outcome == .done, "\(undone.summary)")
    #expect(undone.members.allSatisfy { $0.verdict == .adopted })
    #expect(undone.flag == "put back as it was")
    stage.rest()
    #expect(try await stage.memberObjects() == before)
    #expect(try await stage.policy().preserves == false)
    #expect(try await stage.works().allSatisfy { $0.preserves == false })
  }

  @Test func aLazyPolicyIsLetThrough() async throws {
    let stage = try RollbackStage()
    try await stage.addWebs(3, more: ["activationPreference": "Lazy"])
    let plan = try await stage.plan()
    #expect(plan.hazards.contains { $0.id == .lazyActivation })
    let report = try await stage.desk().run(
      plan, reason: "INC-7", control: RunControl(answering: "web-pp"))
    #expect(report.outcome == .done, "\(report.summary)")
    #expect(try await stage.memberObjects().count == 6)
  }

  @Test func someOfManyAreTakenAndTheFlagIsPutBack() async throws {
    let stage = try RollbackStage()
    try await stage.addWebs(5)
    var options = RollbackOptions()
    options.restoresFlag = true
    let plan = try await stage.plan(["web-1", "web-3"], options: options)
    #expect(plan.hazards.contains { $0.id == .policySelectsMore })
    let report = try await stage.desk().run(
      plan, reason: "INC-7", control: RunControl(answering: "web-pp"))
    #expect(report.outcome == .done, "\(report.summary)")
    stage.rest()
    #expect(try await stage.policy().preserves == false)
    #expect(try await stage.works().count == 6)
    #expect(try await stage.memberObjects().count == 10)
  }
}
