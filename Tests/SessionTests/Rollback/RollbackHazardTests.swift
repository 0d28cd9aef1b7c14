import ControlPlane
import Karmada
import Manifest
import RollbackRehearsal
import Session
import Simulation
import Testing

/// Hazards as a plan finds them in live objects, each with what becomes of whoever ignores it on the
/// embedded Karmada.
@Suite struct RollbackHazardTests {
  typealias ID = RollbackHazard.ID
  typealias Severity = RollbackHazard.Severity

  private static func severities(
    _ id: ID, in plan: RollbackPlan
  ) -> [Severity] {
    plan.hazards.filter { $0.id == id }.map(\.severity)
  }

  /// "Patch the policy, delete the template", with all the time in the world in between.
  private static func takeBackSlowly(
    _ stage: RollbackStage, _ name: String = "web-0", _ resource: APIResource = .configMaps
  ) async throws {
    try await stage.setFlag(true)
    stage.rest()
    try await stage.plane.delete(resource, namespace: "shop", name: name)
    stage.rest()
  }

  private static func isThere(
    _ stage: RollbackStage, _ name: String = "web-0"
  ) async throws -> Bool {
    try await stage.memberObjects()["member1 \(name)"] != nil
  }

  // MARK: The flag's way

  @Test func workNotPreserving() async throws {
    let stage = try RollbackStage()
    try await stage.addWebs(1)
    #expect(Self.severities(.workNotPreserving, in: try await stage.plan()) == [.note, .note])
    // The flag is set and has not arrived.
    try await stage.setFlag(true)
    #expect(
      Self.severities(.workNotPreserving, in: try await stage.plan(through: stage.plane))
        == [.warning, .warning])
    try await stage.plane.delete(.configMaps, namespace: "shop", name: "web-0")
    stage.rest()
    #expect(try await !Self.isThere(stage))
  }

  @Test func lazyActivation() async throws {
    let stage = try RollbackStage()
    try await stage.addWebs(1, more: ["activationPreference": "Lazy"])
    #expect(Self.severities(.lazyActivation, in: try await stage.plan()) == [.warning])
    // However long one waits.
    try await Self.takeBackSlowly(stage)
    #expect(try await !Self.isThere(stage))
  }

  @Test func policyClaimedByOther() async throws {
    let stage = try RollbackStage()
    try await stage.addWebs(1)
    try await stage.addPolicy(
      "grab", names: ["web-0"], more: ["preemption": "Always", "priority": 9])
    stage.rest()
    #expect(
      Self.severities(.policyClaimedByOther, in: try await stage.plan(["web-0"])) == [.blocker])
    try await Self.takeBackSlowly(stage)
    #expect(try await !Self.isThere(stage))
  }

  @Test func serverTooOld() async throws {
    let stage = try RollbackStage()
    try await stage.addWebs(1)
    // A server that knows nothing of the field drops it.
    let old = StagePlane(stage: stage) { request in
      guard request.method == .patch, request.path.contains("propagationpolicies") else {
        return .none
      }
      return .change { response in
        var value = try JSONValue(parsing: response.body)
        value["spec"]?["preserveResourcesOnDeletion"] = nil
        var answer = response
        answer.body = value.serialized()
        return answer
      }
    }
    let plan = try await stage.plan(through: old)
    #expect(Self.severities(.serverTooOld, in: plan) == [.blocker])
    let report = try await stage.desk(through: old).run(
      plan, reason: "INC-7", control: RunControl(answering: "web-pp"))
    #expect(report.outcome == .blocked)
    #expect(try await stage.policy().preserves == false)
  }

  @Test func flagRefused() async throws {
    let stage = try RollbackStage()
    try await stage.addWebs(1)
    let strict = StagePlane(stage: stage) { request in
      guard request.method == .patch, request.path.contains("propagationpolicies") else {
        return .none
      }
      return .failBefore(
        APIError(.refused, status: 403, message: "admission webhook denied the request: no"))
    }
    let plan = try await stage.plan(through: strict)
    #expect(Self.severities(.flagRefused, in: plan) == [.blocker])
    #expect(!plan.isExecutable)
  }

  // MARK: What is shared

  /// Deployment web-0 mounts `shared`; so does `other`, of another policy.
  private static func sharing(otherPreserves: Bool) async throws -> RollbackStage {
    let stage = try RollbackStage()
    try await stage.addConfigMap("shared")
    try await stage.addPolicy(
      kinds: [("apps/v1", "Deployment")], names: ["web-0"], more: ["propagateDeps": true])
    try await stage.addPolicy(
      "other-pp", kinds: [("apps/v1", "Deployment")], names: ["other"],
      more: ["propagateDeps": true, "preserveResourcesOnDeletion": .bool(otherPreserves)])
    try await stage.addDeployment("web-0", mounting: ["shared"])
    try await stage.addDeployment("other", mounting: ["shared"])
    stage.rest()
    return stage
  }

  @Test func dependentShared() async throws {
    let stage = try await Self.sharing(otherPreserves: false)
    #expect(Self.severities(.dependentShared, in: try await stage.plan()) == [.blocker])
    try await Self.takeBackSlowly(stage, "web-0", .deployments)
    #expect(try await Self.isThere(stage, "shared"))
    // The neighbour is touched, which turns the flag back, and goes: it takes along what was kept for web-0.
    _ = try await stage.plane.patch(
      .deployments, namespace: "shop", name: "other",
      patch: ["metadata": ["labels": ["touched": "yes"]]])
    stage.rest()
    try await stage.plane.delete(.deployments, namespace: "shop", name: "other")
    stage.rest()
    #expect(try await Self.isThere(stage, "web-0"))
    #expect(try await !Self.isThere(stage, "shared"))
  }

  @Test func aDependentSharedWithSomebodyWhoPreservesIsAWarning() async throws {
    let stage = try await Self.sharing(otherPreserves: true)
    let plan = try await stage.plan()
    #expect(Self.severities(.dependentShared, in: plan) == [.warning])
    let report = try await stage.desk().run(
      plan, reason: "INC-7", control: RunControl(answering: "web-pp"))
    #expect(report.outcome == .done, "\(report.summary)")
    try await stage.plane.delete(.deployments, namespace: "shop", name: "other")
    stage.rest()
    #expect(try await Self.isThere(stage, "shared"))
  }

  /// What may not be read promises nothing.
  @Test func aNeighbourWhosePolicyCannotBeReadIsNotTakenToPreserve() async throws {
    let stage = try await Self.sharing(otherPreserves: true)
    let blind = StagePlane(stage: stage) { request in
      request.path.hasSuffix("/propagationpolicies/other-pp") ? .failBefore(.notYours) : .none
    }
    let plan = try await stage.plan(through: blind)
    #expect(Self.severities(.dependentShared, in: plan) == [.blocker])
    let hazard = try #require(plan.hazards.first { $0.id == .dependentShared })
    #expect(hazard.evidence.contains("its policy cannot be read"))
  }

  /// A template may itself be what another workload needs: touching that one takes the flag off.
  @Test func aTemplateThatAnotherWorkloadNeedsIsShared() async throws {
    let stage = try RollbackStage()
    try await stage.addPolicy(names: ["web-0"])
    try await stage.addConfigMap("web-0")
    try await stage.addPolicy(
      "other-pp", kinds: [("apps/v1", "Deployment")], names: ["other"],
      more: ["propagateDeps": true])
    try await stage.addDeployment("other", mounting: ["web-0"])
    stage.rest()
    #expect(Self.severities(.dependentShared, in: try await stage.plan()) == [.blocker])
    try await stage.setFlag(true)
    stage.rest()
    _ = try await stage.plane.patch(
      .deployments, namespace: "shop", name: "other", patch: ["spec": ["replicas": 3]])
    stage.rest()
    try await stage.plane.delete(.configMaps, namespace: "shop", name: "web-0")
    stage.rest()
    #expect(try await !Self.isThere(stage))
  }

  /// A dependent that another policy propagates by itself.
  @Test func aDependentThatAnotherPolicyPropagatesIsShared() async throws {
    let stage = try RollbackStage()
    try await stage.addPolicy("maps-pp", names: ["shared"])
    try await stage.addConfigMap("shared")
    try await stage.addPolicy(
      kinds: [("apps/v1", "Deployment")], names: ["web-0"], more: ["propagateDeps": true])
    try await stage.addDeployment("web-0", mounting: ["shared"])
    stage.rest()
    #expect(Self.severities(.dependentShared, in: try await stage.plan()) == [.blocker])
    try await Self.takeBackSlowly(stage, "web-0", .deployments)
    _ = try await stage.plane.patch(
      .configMaps, namespace: "shop", name: "shared", patch: ["data": ["key": "new"]])
    stage.rest()
    try await stage.plane.delete(.configMaps, namespace: "shop", name: "shared")
    stage.rest()
    #expect(try await Self.isThere(stage, "web-0"))
    #expect(try await !Self.isThere(stage, "shared"))
  }

  @Test func policySelectsMore() async throws {
    let stage = try RollbackStage()
    try await stage.addWebs(2)
    let plan = try await stage.plan(["web-0"])
    #expect(Self.severities(.policySelectsMore, in: plan) == [.warning])
    _ = try await stage.desk().run(
      plan, reason: "INC-7", control: RunControl(answering: "web-pp"))
    // Somebody deletes the other for good, and the members keep it.
    try await stage.plane.delete(.configMaps, namespace: "shop", name: "web-1")
    stage.rest()
    #expect(try await Self.isThere(stage, "web-1"))
  }

  @Test func deletesOthers() async throws {
    let stage = try RollbackStage()
    try await stage.addPolicy(names: ["web-0"])
    try await stage.addConfigMap("web-0")
    let owner = LiveObject(
      try await stage.plane.get(.configMaps, namespace: "shop", name: "web-0"))
    try await stage.addPolicy("child-pp", names: ["child"])
    try await stage.create(
      .configMaps,
      [
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": [
          "name": "child", "namespace": "shop",
          "ownerReferences": [
            ["apiVersion": "v1", "kind": "ConfigMap", "name": "web-0", "uid": .string(owner.uid)]
          ],
        ], "data": ["key": "value"],
      ])
    stage.rest()
    #expect(try await Self.isThere(stage, "child"))
    let plan = try await stage.plan()
    #expect(Self.severities(.deletesOthers, in: plan) == [.blocker])
    #expect(plan.hazards.first { $0.id == .deletesOthers }?.subject == "ConfigMap shop/child")
    try await Self.takeBackSlowly(stage)
    #expect(try await Self.isThere(stage, "web-0"))
    #expect(try await !Self.isThere(stage, "child"))
  }

  /// Where owned objects may not be looked for, nobody can say that there are none.
  @Test func whatMayNotBeListedIsNotTakenForNothing() async throws {
    let stage = try RollbackStage()
    try await stage.addWebs(1)
    let blind = StagePlane(stage: stage) { request in
      request.method == .get && request.path.hasSuffix("/shop/configmaps")
        ? .failBefore(.notYours) : .none
    }
    let plan = try await stage.plan(through: blind)
    #expect(plan.blockers.map(\.id) == [.missingPermission])
    #expect(plan.blockers.map(\.subject) == ["list configmaps in namespace shop"])
    let report = try await stage.desk(through: blind).run(
      plan, reason: "INC-7", control: RunControl(answering: "web-pp"))
    #expect(report.outcome == .blocked, "\(report.summary)")
    #expect(try await stage.policy().preserves == false)
  }

  @Test func namespaceNotCoveredIsNoted() async throws {
    let stage = try RollbackStage()
    try await stage.addWebs(1)
    #expect(Self.severities(.namespaceNotCovered, in: try await stage.plan()) == [.note])
  }

  // MARK: Clusters, Works, members

  @Test func clusterNotReady() async throws {
    let stage = try RollbackStage()
    try await stage.addWebs(1)
    try stage.plane.inject(.member("member1", .killed))
    for _ in 0..<5 { stage.advance(by: .seconds(10)) }
    #expect(Self.severities(.clusterNotReady, in: try await stage.plan()) == [.blocker])
    try await stage.setFlag(true)
    stage.advance(by: .seconds(5))
    try await stage.plane.delete(.configMaps, namespace: "shop", name: "web-0")
    stage.advance(by: .seconds(20))
    // Nobody can say what becomes of it.
    #expect(try await stage.works().contains { $0.isTerminating && $0.workCluster == "member1" })
  }

  @Test func memberObjectMissing() async throws {
    let stage = try RollbackStage()
    try await stage.addWebs(1)
    // Gone in the member, and Karmada does not know yet.
    let gone = StagePlane(stage: stage) { request in
      request.path.contains("clusters/member1/proxy") && request.path.hasSuffix("web-0")
        ? .failBefore(APIError(.notFound, status: 404, message: "configmaps \"web-0\" not found"))
        : .none
    }
    let plan = try await stage.plan(through: gone)
    #expect(Self.severities(.memberObjectMissing, in: plan) == [.blocker])
    // Karmada's own end of it is `aPreservedWorkWhoseObjectIsGoneStaysTerminating`.
    #expect(!plan.isExecutable)
  }

  @Test func memberNotVerifiable() async throws {
    let stage = try RollbackStage()
    try await stage.addWebs(1)
    let blind = StagePlane(stage: stage) { request in
      request.path.contains("/proxy/")
        ? .failBefore(APIError(.forbidden, status: 403, message: "clusters/proxy is forbidden"))
        : .none
    }
    let plan = try await stage.plan(through: blind)
    #expect(Self.severities(.memberNotVerifiable, in: plan) == [.warning, .warning])
    #expect(plan.unaccepted.count == 2)
    var options = RollbackOptions()
    options.accepted = [.memberNotVerifiable]
    let report = try await stage.desk(through: blind).run(
      stage.plan(options: options, through: blind), reason: "INC-7",
      control: RunControl(answering: "web-pp"))
    #expect(report.outcome == .done)
    #expect(report.members.allSatisfy { $0.verdict == .unverified })
  }

  @Test func workNotApplied() async throws {
    let stage = try RollbackStage()
    // The member has one of its own, and Karmada must not touch it.
    try stage.plane.change { fleet, now in
      guard let type = fleet.members["member1"]?.store.registry.type(.configMaps) else { return }
      _ = try fleet.members["member1"]?.store.create(
        [
          "apiVersion": "v1", "kind": "ConfigMap",
          "metadata": ["name": "web-0", "namespace": "shop"], "data": ["own": "yes"],
        ], at: WriteTarget(type, namespace: "shop", name: ""), now: now)
    }
    try await stage.addPolicy(more: ["conflictResolution": "Abort"])
    try await stage.addConfigMap("web-0")
    for _ in 0..<20 { stage.advance(by: .milliseconds(100)) }
    #expect(Self.severities(.workNotApplied, in: try await stage.plan()) == [.warning])
    try await stage.setFlag(true)
    stage.advance(by: .seconds(2))
    try await stage.plane.delete(.configMaps, namespace: "shop", name: "web-0")
    stage.advance(by: .seconds(60))
    // Its Work can never be let go.
    #expect(try await stage.works().contains { $0.isTerminating && $0.workCluster == "member1" })
    #expect(try await Self.isThere(stage))
  }

  @Test func workTerminating() async throws {
    let stage = try RollbackStage()
    try await stage.addWebs(2)
    // Evicted while its member is away: the Work waits, and does not preserve.
    try stage.plane.inject(.member("member1", .killed))
    stage.advance(by: .milliseconds(10))
    let work = try await stage.works().first {
      $0.workManifest?.name == "web-0" && $0.workCluster == "member1"
    }
    let key = try #require(work)
    try await stage.plane.delete(.works, namespace: key.namespace, name: key.name)
    stage.advance(by: .milliseconds(100))
    #expect(Self.severities(.workTerminating, in: try await stage.plan()) == [.blocker])
    try await Self.takeBackSlowlyFrom(stage)
    #expect(try await !Self.isThere(stage))
  }

  private static func takeBackSlowlyFrom(_ stage: RollbackStage) async throws {
    try await stage.setFlag(true)
    stage.advance(by: .seconds(2))
    try await stage.plane.delete(.configMaps, namespace: "shop", name: "web-0")
    stage.advance(by: .seconds(2))
    stage.plane.restore(member: "member1")
    for _ in 0..<20 { stage.advance(by: .seconds(10)) }
  }

  /// Dispatching is suspended, somebody has mended the member by hand, and letting go undoes that.
  @Test func workSuspended() async throws {
    let stage = try RollbackStage()
    try await stage.addWebs(1, more: ["suspension": ["dispatching": true]])
    _ = try await stage.plane.patch(
      .propagationPolicies, namespace: "shop", name: "web-pp",
      patch: ["spec": ["suspension": .null]])
    stage.rest()
    _ = try await stage.plane.patch(
      .propagationPolicies, namespace: "shop", name: "web-pp",
      patch: ["spec": ["suspension": ["dispatching": true]]])
    stage.rest()
    #expect(Self.severities(.workSuspended, in: try await stage.plan()) == [])
    try Self.mend(stage)
    stage.rest()
    let plan = try await stage.plan()
    #expect(Self.severities(.workSuspended, in: plan) == [.warning])
    #expect(plan.unaccepted.map(\.id) == [.workSuspended])
    try await Self.takeBackSlowly(stage)
    let page = try await stage.plane.listPage(
      ListScope(.configMaps, namespace: "shop", cluster: "member1"))
    let live = try JSONValue(parsing: page.bytes)["items"]?.array?.first
    #expect(live?["data"] == ["key": "value"], "what was mended is gone")
  }

  private static func mend(_ stage: RollbackStage) throws {
    try stage.plane.change { fleet, now in
      guard let type = fleet.members["member1"]?.store.registry.type(.configMaps) else { return }
      _ = try fleet.members["member1"]?.store.patch(
        ["data": ["key": "hotfix"]], kind: .merge,
        at: WriteTarget(type, namespace: "shop", name: "web-0"), now: now)
    }
  }

  // MARK: Templates and people

  @Test func deletionProtected() async throws {
    let stage = try RollbackStage()
    try await stage.addPolicy()
    try await stage.addConfigMap(
      "web-0", labels: ["resourcetemplate.karmada.io/deletion-protected": "Always"])
    stage.rest()
    #expect(Self.severities(.deletionProtected, in: try await stage.plan()) == [.blocker])
    try await stage.setFlag(true)
    stage.rest()
    await #expect(throws: APIError.self) {
      try await stage.plane.delete(.configMaps, namespace: "shop", name: "web-0")
    }
  }

  @Test func missingPermission() async throws {
    let stage = try RollbackStage()
    try await stage.addWebs(1)
    stage.plane.change { fleet, _ in
      fleet.access.denials.append(.init(verb: "delete", resource: "configmaps"))
    }
    let plan = try await stage.plan()
    #expect(Self.severities(.missingPermission, in: plan) == [.blocker])
    let report = try await stage.desk().run(
      plan, reason: "INC-7", control: RunControl(answering: "web-pp"))
    #expect(report.outcome == .notPermitted)
    #expect(report.outcome.exitCode == 7)
    #expect(try await stage.policy().preserves == false)
  }

  @Test func templateReconciledElsewhere() async throws {
    let stage = try RollbackStage()
    try await stage.addPolicy()
    try await stage.addConfigMap("web-0", labels: ["argocd.argoproj.io/instance": "shop"])
    stage.rest()
    let before = try await stage.memberObjects()
    let plan = try await stage.plan()
    #expect(Self.severities(.templateReconciledElsewhere, in: plan) == [.warning])
    let report = try await stage.desk(
      through: stage.plane(at: .drain) {
        try await stage.addConfigMap("web-0", labels: ["argocd.argoproj.io/instance": "shop"])
        stage.rest()
        return .none
      }
    ).run(plan, reason: "INC-7", control: RunControl(answering: "web-pp"))
    #expect(report.outcome == .stopped, "\(report.summary)")
    #expect(!report.isResumable)
    #expect(report.members.allSatisfy { $0.verdict == .adopted })
    #expect(report.summary.contains("created ConfigMap shop/web-0 again"))
    #expect(try await stage.memberObjects() == before)
  }

  @Test func autoscalerReferences() async throws {
    let stage = try RollbackStage()
    try await stage.addPolicy(kinds: [("apps/v1", "Deployment")], names: ["web-0"])
    try await stage.addDeployment("web-0")
    try await stage.create(
      APIResource(
        group: "autoscaling", version: "v2", plural: "horizontalpodautoscalers",
        kind: "HorizontalPodAutoscaler", isNamespaced: true),
      [
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
        "metadata": ["name": "web", "namespace": "shop"],
        "spec": [
          "maxReplicas": 5,
          "scaleTargetRef": ["apiVersion": "apps/v1", "kind": "Deployment", "name": "web-0"],
        ],
      ])
    stage.rest()
    let plan = try await stage.plan()
    #expect(Self.severities(.autoscalerReferences, in: plan) == [.warning])
    #expect(plan.isExecutable)
  }

  @Test func objectMissing() async throws {
    let stage = try RollbackStage()
    try await stage.addWebs(1)
    #expect(
      Self.severities(.objectMissing, in: try await stage.plan(["web-0", "web-7"])) == [.blocker])
    try await stage.plane.delete(.propagationPolicies, namespace: "shop", name: "web-pp")
    stage.rest()
    #expect(
      Self.severities(.objectMissing, in: try await stage.plan(["web-0"])) == [.blocker])
  }

  @Test func notPropagated() async throws {
    let stage = try RollbackStage()
    try await stage.addPolicy()
    try await stage.addConfigMap("web-0")
    // Nothing has happened yet.
    let plan = try await stage.plan(["web-0"], through: stage.plane)
    #expect(Self.severities(.notPropagated, in: plan) == [.blocker])
  }

  @Test func evictionInProgress() async throws {
    let stage = try RollbackStage()
    try await stage.addWebs(1)
    _ = try await stage.plane.patch(
      .resourceBindings, namespace: "shop", name: "web-0-configmap",
      patch: [
        "spec": [
          "gracefulEvictionTasks": [
            [
              "fromCluster": "member3", "reason": "ManualEviction", "producer": "operator",
              "purgeMode": "Never", "suppressDeletion": true,
            ]
          ]
        ]
      ])
    let plan = try await stage.plan(through: stage.plane)
    #expect(Self.severities(.evictionInProgress, in: plan) == [.warning])
  }
}

extension APIError {
  fileprivate static let notYours = APIError(.forbidden, status: 403, message: "not yours")
}
