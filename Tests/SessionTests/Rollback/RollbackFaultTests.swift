import ControlPlane
import Karmada
import Manifest
import RollbackRehearsal
import Session
import Synchronization
import Testing

/// Bad input and faults on the embedded Karmada: whatever somebody else or fate does, at whatever
/// moment, no member object is lost and the report says how it stands.
@Suite struct RollbackFaultTests {
  /// What somebody else does to policy or templates.
  enum Meddling: CaseIterable {
    case policyChanged, policyGone, policyRecreated, flagFlipped
    case templateChanged, templateGone, templateRecreated, preempted

    func happen(on stage: RollbackStage) async throws {
      let plane = stage.plane
      switch self {
      case .policyChanged:
        _ = try await plane.patch(
          .propagationPolicies, namespace: "shop", name: "web-pp", patch: ["spec": ["priority": 3]])
      case .policyGone:
        try await plane.delete(.propagationPolicies, namespace: "shop", name: "web-pp")
      case .policyRecreated:
        try await plane.delete(.propagationPolicies, namespace: "shop", name: "web-pp")
        stage.advance(by: .milliseconds(300))
        try await stage.addPolicy()
      case .flagFlipped: try await stage.setFlag(false)
      case .templateChanged:
        _ = try await plane.patch(
          .configMaps, namespace: "shop", name: "web-1", patch: ["data": ["key": "other"]])
      case .templateGone: try await plane.delete(.configMaps, namespace: "shop", name: "web-1")
      case .templateRecreated:
        try await plane.delete(.configMaps, namespace: "shop", name: "web-1")
        try await stage.addConfigMap("web-1")
      case .preempted:
        try await stage.addPolicy(
          "grab", names: ["web-1"], more: ["preemption": "Always", "priority": 9])
      }
    }

    /// Nobody can save a template that somebody deletes before its Works show the flag.
    func isOurs(at moment: RunMoment) -> Bool {
      moment == .deletion || ![.templateGone, .templateRecreated].contains(self)
    }
  }

  private static func run(
    _ stage: RollbackStage, through plane: StagePlane, control: RunControl? = nil,
    options: RollbackOptions = RollbackOptions()
  ) async throws -> RollbackReport {
    try await stage.desk(through: plane).run(
      stage.plan(options: options), reason: "INC-7",
      control: control ?? RunControl(answering: "web-pp"))
  }

  @Test(arguments: Meddling.allCases, [RunMoment.flag, .gate, .reread])
  func meddlingBeforeTheFirstDeletionTurnsItBack(_ meddling: Meddling, _ moment: RunMoment)
    async throws
  {
    let stage = try RollbackStage()
    try await stage.addWebs(4)
    let before = try await stage.memberObjects()
    let report = try await Self.run(
      stage,
      through: stage.plane(at: moment) {
        try await meddling.happen(on: stage)
        return .none
      })
    if meddling == .flagFlipped, moment == .flag {
      // It was not set yet.
      #expect(report.outcome == .done, "\(report.summary)")
    } else {
      #expect([.aborted, .blocked].contains(report.outcome), "\(report.summary)")
      #expect(report.templates.allSatisfy { $0.state == .standing })
    }
    #expect(!report.isResumable)
    stage.rest()
    let after = try await stage.memberObjects()
    for (place, uid) in before where meddling.isOurs(at: moment) || !place.hasSuffix("web-1") {
      #expect(after[place] == uid, "\(place)")
    }
  }

  /// Between the last look and the deletion: preconditions hold what can be held, and a change of
  /// the policy has too long a way to the Works.
  @Test(arguments: Meddling.allCases)
  func meddlingInTheLastMomentLosesNothing(_ meddling: Meddling) async throws {
    let stage = try RollbackStage()
    try await stage.addWebs(4)
    let before = try await stage.memberObjects()
    let report = try await Self.run(
      stage,
      through: stage.plane(at: .deletion) {
        try await meddling.happen(on: stage)
        return .none
      })
    stage.rest()
    #expect(try await stage.memberObjects() == before, "\(report.summary)")
    switch meddling {
    case .templateChanged:
      #expect(report.outcome == .unfinished)
      #expect(report.templates.first { $0.object.name == "web-1" }?.state == .kept)
    case .templateRecreated:
      #expect(report.outcome == .stopped)
      #expect(report.summary.contains("created ConfigMap shop/web-1 again"))
    default: break
    }
  }

  @Test func aTemplateThatAnotherOperatorAddsIsLeftAlone() async throws {
    let stage = try RollbackStage()
    try await stage.addWebs(3)
    let report = try await Self.run(
      stage,
      through: stage.plane(at: .gate) {
        try await stage.addConfigMap("newcomer")
        return .none
      })
    #expect(report.outcome == .done, "\(report.summary)")
    stage.rest()
    let works = try await stage.works()
    #expect(Set(works.compactMap { $0.workManifest?.name }) == ["newcomer"])
    #expect(try await stage.memberObjects()["member1 newcomer"] != nil)
  }

  /// A workload that needs the same ConfigMap is touched while the gate waits.
  @Test(arguments: [RunMoment.gate, .reread])
  func aSiblingThatFlipsADependentTurnsItBack(_ moment: RunMoment) async throws {
    let stage = try await RollbackFleet.dependents.stage()
    let before = try await stage.memberObjects()
    let report = try await Self.run(
      stage,
      through: stage.plane(at: moment) {
        _ = try await stage.plane.patch(
          .propagationPolicies, namespace: "shop", name: "other-pp",
          patch: ["spec": ["preserveResourcesOnDeletion": false]])
        _ = try await stage.plane.patch(
          .deployments, namespace: "shop", name: "other",
          patch: ["spec": ["replicas": 3]])
        stage.advance(by: .milliseconds(200))
        return .none
      })
    // At the last moment ConfigMaps may have gone, which have nothing to do with it.
    #expect([.aborted, .unfinished].contains(report.outcome), "\(report.summary)")
    #expect(report.summary.contains("ConfigMap shop/shared"))
    #expect(
      report.templates.allSatisfy { $0.object.kind == "ConfigMap" || $0.state != .deleted })
    stage.rest()
    #expect(try await stage.memberObjects() == before)
  }

  // MARK: Members

  @Test func aMemberThatIsDownBeforehandBlocks() async throws {
    let stage = try RollbackStage()
    try await stage.addWebs(2)
    try stage.plane.inject(.member("member2", .killed))
    for _ in 0..<8 { stage.advance(by: .seconds(10)) }
    let plan = try await stage.plan()
    #expect(!plan.isExecutable)
    #expect(plan.blockers.contains { $0.id == .clusterNotReady && $0.subject == "member2" })
  }

  @Test func aMemberThatGoesDownAtTheGateIsWaitedFor() async throws {
    let stage = try RollbackStage()
    try await stage.addWebs(2)
    let before = try await stage.memberObjects()
    // Down from the flag on; the gate sees it when it is noticed.
    let plane = stage.plane(at: .flag) {
      try stage.plane.inject(.member("member2", .killed))
      for _ in 0..<9 { stage.advance(by: .seconds(5)) }
      return .none
    }
    let desk = try stage.desk(through: plane)
    let control = RunControl(answering: "web-pp")
    let waited = Mutex(0)
    let report = try await desk.run(
      stage.plan(), reason: "INC-7", control: control,
      onChange: { machine in
        guard machine.gate?.waiting.contains("cluster member2 is not ready") == true else { return }
        let count = waited.withLock { count in
          count += 1
          return count
        }
        if count == 5 { stage.plane.restore(member: "member2") }
      })
    #expect(waited.withLock { $0 } >= 5)
    #expect(report.outcome == .done, "\(report.summary)")
    stage.rest()
    #expect(try await stage.memberObjects() == before)
  }

  @Test func aMemberThatGoesDownAfterTheDeletionIsNamedAndFinishedLater() async throws {
    let stage = try RollbackStage()
    try await stage.addWebs(2)
    let before = try await stage.memberObjects()
    var desk = try stage.desk(
      through: stage.plane(at: .deletion) {
        try stage.plane.inject(.member("member2", .killed))
        return .none
      })
    desk.patience.drain = .seconds(90)
    let report = try await desk.run(
      stage.plan(), reason: "INC-7", control: RunControl(answering: "web-pp"))
    #expect(report.outcome == .unfinished)
    #expect(report.stragglers.contains { $0.why.contains("member2 is not ready") })
    #expect(report.isResumable)
    stage.plane.restore(member: "member2")
    for _ in 0..<8 { stage.advance(by: .seconds(10)) }
    let resumed = try await stage.desk().resume(
      report.run, control: RunControl(answering: "web-pp"))
    #expect(resumed.outcome == .done, "\(resumed.summary)")
    #expect(try await stage.memberObjects() == before)
  }

  @Test func aMemberObjectThatSomebodyChangesIsKeptAndSaidToBeChanged() async throws {
    let stage = try RollbackStage()
    try await stage.addWebs(1)
    let report = try await Self.run(
      stage,
      through: StagePlane(stage: stage) { request in
        // Once Karmada has let go of it, it is anybody's.
        guard request.path.hasSuffix("/proxy/api/v1/namespaces/shop/configmaps/web-0") else {
          return .none
        }
        return .change { response in
          var value = try JSONValue(parsing: response.body)
          let isFree = value[path: "metadata", "labels", "karmada.io/managed"] == nil
          if isFree { value["data"] = ["key": "hotfix"] }
          var answer = response
          answer.body = value.serialized()
          return answer
        }
      })
    #expect(report.outcome == .done, "\(report.summary)")
    #expect(report.members.allSatisfy { $0.verdict == .changed })
  }

  @Test func withoutTheProxyItHasToBeAcceptedThatNothingIsVerified() async throws {
    let stage = try RollbackStage()
    try await stage.addWebs(1)
    stage.plane.change { fleet, _ in
      fleet.access.denials.append(
        .init(verb: "get", group: "cluster.karmada.io", resource: "clusters/proxy"))
    }
    let plan = try await stage.plan()
    #expect(plan.isExecutable)
    #expect(Set(plan.unaccepted.map(\.id)) == [.memberNotVerifiable])
    #expect(
      plan.hazards.contains { $0.id == .missingPermission && $0.severity == .note })
    // Not accepted, nothing is changed.
    let refused = try await stage.desk().run(
      plan, reason: "INC-7", control: RunControl(answering: "web-pp"))
    #expect(refused.outcome == .blocked)
    #expect(try await stage.policy().preserves == false)
    var options = RollbackOptions()
    options.accepted = [.memberNotVerifiable]
    let report = try await Self.run(stage, through: StagePlane(stage: stage), options: options)
    #expect(report.outcome == .done, "\(report.summary)")
    #expect(report.members.allSatisfy { $0.verdict == .unverified })
    #expect(report.summary.contains("0 of 2 member objects verified"))
  }

  // MARK: The server

  @Test func aDeletionThatAWebhookRefusesStopsTheRest() async throws {
    let stage = try RollbackStage()
    try await stage.addWebs(12)
    let before = try await stage.memberObjects()
    let report = try await Self.run(
      stage,
      through: stage.plane(at: .deletion) {
        _ = try await stage.plane.patch(
          .configMaps, namespace: "shop", name: "web-3",
          patch: [
            "metadata": ["labels": ["resourcetemplate.karmada.io/deletion-protected": "Always"]]
          ])
        return .none
      })
    #expect(report.outcome == .unfinished)
    #expect(report.templates.first { $0.object.name == "web-3" }?.state == .kept)
    stage.rest()
    #expect(try await stage.memberObjects() == before)
  }

  /// How a write may go wrong without anybody knowing whether it was made.
  enum Doubt: CaseIterable {
    case answerLost, requestLost, storeTimedOut, tooManyRequests
    var meddling: StagePlane.Meddling {
      switch self {
      case .answerLost: .failAfter(.lost)
      case .requestLost: .failBefore(.down)
      case .storeTimedOut:
        .failAfter(APIError(.server, status: 500, message: "etcdserver: request timed out"))
      case .tooManyRequests: .failBefore(.busy)
      }
    }
  }

  @Test(arguments: Doubt.allCases, [RunMoment.flag, .deletion])
  func aWriteInDoubtIsLookedAtBeforeAnythingElse(_ doubt: Doubt, _ moment: RunMoment) async throws {
    let stage = try RollbackStage()
    try await stage.addWebs(2)
    let before = try await stage.memberObjects()
    let once = Once(at: moment) { doubt.meddling }
    let after = Mutex<[APIRequest]>([])
    let plane = StagePlane(stage: stage) { request in
      if once.isDone { after.withLock { $0.append(request) } }
      return try await once.meet(request)
    }
    let report = try await Self.run(stage, through: plane)
    #expect(report.outcome == .done, "\(report.summary)")
    #expect(try await stage.memberObjects() == before)
    let next = after.withLock { $0 }.first { !$0.isDeletion }
    #expect(next?.isRead == true, "reads before it writes again")
  }

  @Test(arguments: RunMoment.allCases)
  func aConnectionThatIsLostForAMinuteIsWaitedFor(_ moment: RunMoment) async throws {
    let stage = try RollbackStage()
    try await stage.addWebs(2)
    let before = try await stage.memberObjects()
    let once = Once(at: moment) { .none }
    let until = Mutex<Time?>(nil)
    let plane = StagePlane(stage: stage) { request in
      if once.isDone == false {
        _ = try await once.meet(request)
        if once.isDone { until.withLock { $0 = stage.time.now + .seconds(60) } }
      }
      let isDown = until.withLock { $0.map { stage.time.now < $0 } ?? false }
      return isDown ? .failBefore(.down) : .none
    }
    var report = try await Self.run(stage, through: plane)
    // A Lease that could not be renewed for a minute is lost, and then nothing more is written.
    if report.isResumable {
      report = try await stage.desk().resume(
        report.run, control: RunControl(answering: "web-pp"))
    }
    #expect(report.outcome == .done, "\(report.summary)")
    stage.rest()
    #expect(try await stage.memberObjects() == before)
  }

  // MARK: The journal

  @Test(arguments: RunMoment.allCases)
  func withoutItsJournalNothingIsWritten(_ moment: RunMoment) async throws {
    let stage = try RollbackStage()
    try await stage.addWebs(2)
    let before = try await stage.memberObjects()
    let once = Once(at: moment) {
      try FullDisk.begin(stage.journalPath)
      return .none
    }
    let writes = Mutex(0)
    let plane = StagePlane(stage: stage) { request in
      // What is noted already may be on its way.
      if once.isDone, !request.isRead, !request.isDryRun, !request.path.contains("reviews") {
        writes.withLock { $0 += 1 }
      }
      return try await once.meet(request)
    }
    let report = try await stage.desk(through: plane).run(
      stage.plan(), reason: "INC-7", control: RunControl(answering: "web-pp"))
    #expect(report.outcome == .unfinished || report.outcome == .blocked, "\(report.summary)")
    #expect(writes.withLock { $0 } == 0)
    try FullDisk.end(stage.journalPath)
    let resumed = try await stage.desk().resume(
      report.run, control: RunControl(answering: "web-pp"))
    #expect(resumed.outcome == .done, "\(resumed.summary)")
    stage.rest()
    #expect(try await stage.memberObjects() == before)
  }

  // MARK: Many, and wide

  @Test func clusterScopedPoliciesAndTemplatesAreTakenBackToo() async throws {
    let stage = try await RollbackFleet.wide.stage()
    let before = try await stage.memberObjects()
    let plan = try await stage.plan(of: RollbackFleet.wide.policy)
    #expect(plan.isExecutable)
    #expect(plan.templates.count { $0.object.kind == "ClusterRole" } == 8)
    let report = try await stage.desk().run(
      plan, reason: "INC-7", control: RunControl(answering: "web-pp"))
    #expect(report.outcome == .done, "\(report.summary)")
    #expect(report.members.count == 80)
    #expect(report.members.allSatisfy { $0.verdict == .kept })
    stage.rest()
    #expect(try await stage.memberObjects() == before)
  }
}
