import ControlPlane
import Foundation
import Journal
import Karmada
import Manifest
import RollbackRehearsal
import Session
import Synchronization
import Testing

/// Operators on the embedded Karmada: two at once, one who changes their mind, one whose machine
/// dies.
@Suite struct RollbackOperatorTests {
  // MARK: Two at once

  @Test func whileOneRunsAnotherIsToldWho() async throws {
    let stage = try RollbackStage()
    try await stage.addWebs(2)
    let second = Mutex<RollbackReport?>(nil)
    let plan = try await stage.plan()
    let report = try await stage.desk(
      through: stage.plane(at: .gate) {
        let report = try await stage.desk(person: "bob@desk").run(
          plan, reason: "INC-7", control: RunControl(answering: "web-pp"))
        second.withLock { $0 = report }
        return .none
      }
    ).run(plan, reason: "INC-7", control: RunControl(answering: "web-pp"))
    #expect(report.outcome == .done, "\(report.summary)")
    let other = try #require(second.withLock { $0 })
    #expect(other.outcome == .held)
    #expect(other.outcome.exitCode == 6)
    #expect(other.summary.contains("ada@deck"))
  }

  @Test(arguments: [RunMoment.flag, .gate, .reread, .deletion])
  func whoeverLosesTheLeaseWritesNothingMore(_ moment: RunMoment) async throws {
    let stage = try RollbackStage()
    try await stage.addWebs(2)
    let before = try await stage.memberObjects()
    let taken = Mutex(false)
    let once = Once(at: moment) {
      try await Self.takeLease(stage)
      // Long enough for the next renewal to see it.
      stage.advance(by: .seconds(50))
      taken.withLock { $0 = true }
      return .none
    }
    let writes = Mutex<[String]>([])
    let plane = StagePlane(stage: stage) { request in
      let isTaken = taken.withLock { $0 }
      let meddling = try await once.meet(request)
      if isTaken, request.isFlag || request.isDeletion || request.path.hasSuffix("/events") {
        writes.withLock { $0.append("\(request.method) \(request.path)") }
      }
      return meddling
    }
    let report = try await stage.desk(through: plane).run(
      stage.plan(), reason: "INC-7", control: RunControl(answering: "web-pp"))
    #expect(report.outcome != .done, "\(report.summary)")
    // Deletions that were sent side by side with the first may still be on their way.
    if moment != .deletion { #expect(writes.withLock { $0 } == []) }
    stage.rest()
    #expect(try await stage.memberObjects() == before)
  }

  private static func takeLease(_ stage: RollbackStage) async throws {
    let scope = RollbackScope(policy: RollbackStage.policy)
    var lease = Lease(
      LiveObject(
        try await stage.plane.get(.leases, namespace: "shop", name: scope.leaseName)))
    lease.holder = "bob@desk"
    lease.renewTime = stage.time.now + .seconds(50)
    _ = try await stage.plane.update(
      .leases, namespace: "shop", name: scope.leaseName,
      object: lease.document(name: scope.leaseName, namespace: "shop"))
  }

  // MARK: Changing one's mind

  @Test func controlCAtTheGatePutsEverythingBack() async throws {
    let stage = try RollbackStage()
    try await stage.addWebs(3)
    let before = try await stage.memberObjects()
    let control = RunControl(answering: "web-pp")
    let report = try await stage.desk(
      through: stage.plane(at: .gate) {
        control.abort()
        return .none
      }
    ).run(stage.plan(), reason: "INC-7", control: control)
    #expect(report.outcome == .aborted, "\(report.summary)")
    #expect(report.flag == "put back as it was")
    stage.rest()
    #expect(try await stage.policy().preserves == false)
    #expect(try await stage.works().allSatisfy { !$0.preserves })
    #expect(try await stage.memberObjects() == before)
  }

  @Test func controlCAfterTheFirstDeletionsSaysWhatIsDone() async throws {
    let stage = try RollbackStage()
    try await stage.addWebs(12)
    let before = try await stage.memberObjects()
    let control = RunControl(answering: "web-pp")
    let report = try await stage.desk(
      through: stage.plane(at: .deletion) {
        control.abort()
        return .none
      }
    ).run(stage.plan(), reason: "INC-7", control: control)
    #expect(report.outcome == .stopped, "\(report.summary)")
    #expect(report.templates.count { $0.state == .deleted } == 10)
    #expect(report.templates.count { $0.state == .standing } == 2)
    #expect(report.members.count { $0.verdict == .kept } == 20)
    stage.rest()
    #expect(try await stage.memberObjects() == before)
  }

  // MARK: A machine that dies

  /// Runs until the journal has taken so many steps, and dies: what it sends after that never
  /// arrives, and its journal stays as it is. Returns the run's name and the journal's path.
  private static func dying(
    _ stage: RollbackStage, after steps: Int, of plan: RollbackPlan
  ) async throws -> (run: String, journal: String) {
    let isDead = Mutex(false)
    let copy = stage.folder + "/copy-\(steps)"
    let control = RunControl(answering: "web-pp")
    let desk = try stage.desk(
      through: StagePlane(stage: stage) { _ in
        isDead.withLock { $0 } ? .failBefore(.down) : .none
      })
    let report = try await desk.run(
      plan, reason: "INC-7", control: control,
      onStep: { step in
        guard step.sequence == steps else { return }
        isDead.withLock { $0 = true }
        control.interrupt()
        do {
          try FileManager.default.createDirectory(
            atPath: copy, withIntermediateDirectories: true)
          for tail in ["", "-wal"]
          where FileManager.default.fileExists(atPath: stage.journalPath + tail) {
            try FileManager.default.copyItem(
              atPath: stage.journalPath + tail, toPath: copy + "/journal.sqlite" + tail)
          }
        } catch { Issue.record("\(error)") }
      })
    return (report.run, copy + "/journal.sqlite")
  }

  /// As many as a run of two templates notes before its end.
  private static let stepCount = 24

  @Test(arguments: 1...stepCount)
  func killedAtAnyStepItIsTakenUpAtOnceAndDone(_ step: Int) async throws {
    let stage = try RollbackStage()
    try await stage.addWebs(2)
    let before = try await stage.memberObjects()
    let (run, path) = try await Self.dying(stage, after: step, of: stage.plan())
    let died = stage.time.now
    let resumed = try await stage.desk(journal: Journal(path: path)).resume(
      run, control: RunControl(answering: "web-pp"))
    #expect(resumed.outcome == .done, "step \(step): \(resumed.summary)")
    #expect(resumed.members.allSatisfy { $0.verdict == .kept })
    // Its own Lease is not waited for.
    #expect(stage.time.now - died < .seconds(30), "step \(step)")
    stage.rest()
    #expect(try await stage.memberObjects() == before)
  }

  @Test(arguments: 1...stepCount)
  func killedAtAnyStepItCanBeAbortedOrIsStopped(_ step: Int) async throws {
    let stage = try RollbackStage()
    try await stage.addWebs(2)
    let before = try await stage.memberObjects()
    let (run, path) = try await Self.dying(stage, after: step, of: stage.plan())
    let control = RunControl()
    control.abort()
    let report = try await stage.desk(journal: Journal(path: path)).resume(
      run, control: control)
    #expect(!report.isResumable, "step \(step): \(report.summary)")
    stage.rest()
    #expect(try await stage.memberObjects() == before)
    if report.outcome == .aborted {
      #expect(try await stage.policy().preserves == false)
      #expect(report.templates.allSatisfy { $0.state == .standing })
    }
  }

  /// Plans of before `flaggedDigest` was kept do not have it.
  @Test(arguments: [12, 16, 20])
  func aRunOfAnOlderVersionIsTakenUp(_ step: Int) async throws {
    let stage = try RollbackStage()
    try await stage.addWebs(2)
    let (run, path) = try await Self.dying(stage, after: step, of: stage.plan())
    let journal = try Journal(path: path)
    var plan = try #require(try journal.rollback(run)?.plan)
    plan["policy"]?["flaggedDigest"] = nil
    plan["policy"]?["generation"] = nil
    try journal.setPlan(plan, of: run)
    let report = try await stage.desk(journal: journal).resume(
      run, control: RunControl(answering: "web-pp"))
    #expect(report.outcome == .done, "\(report.summary)")
    #expect(report.members.allSatisfy { $0.verdict == .kept })
  }

  @Test func somebodyElsesDeadRunIsWaitedOut() async throws {
    let stage = try RollbackStage()
    try await stage.addWebs(1)
    let plan = try await stage.plan()
    _ = try await Self.dying(stage, after: 10, of: plan)
    let report = try await stage.desk(person: "bob@desk").run(
      plan, reason: "INC-7", control: RunControl(answering: "web-pp"))
    #expect(report.outcome == .held, "\(report.summary)")
    // Nobody renews it: after a minute of watching it is free.
    stage.advance(by: .seconds(120))
    let later = try await stage.desk(person: "bob@desk").run(
      stage.plan(), reason: "INC-7", control: RunControl(answering: "web-pp"))
    #expect(later.outcome == .done, "\(later.summary)")
  }

  @Test func aRunThatIsAliveIsNotTakenUpTwice() async throws {
    let stage = try RollbackStage()
    try await stage.addWebs(1)
    let second = Mutex<RollbackReport?>(nil)
    let report = try await stage.desk(
      through: stage.plane(at: .gate) {
        let desk = try stage.desk()
        guard let run = try desk.journal.rollbacks().first?.id else { return .none }
        let report = try await desk.resume(run, control: RunControl(answering: "web-pp"))
        second.withLock { $0 = report }
        return .none
      }
    ).run(stage.plan(), reason: "INC-7", control: RunControl(answering: "web-pp"))
    #expect(second.withLock { $0 }?.outcome == .held)
    #expect(report.outcome == .done, "\(report.summary)")
  }
}
