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

  static func severities(
    _ id: ID, in plan: RollbackPlan
  ) -> [Severity] {
    plan.hazards.filter { $0.id == id }.map(\.severity)
  }

  /// "Patch the policy, delete the template", with all the time in the world in between.
  static func takeBackSlowly(
    _ stage: RollbackStage, _ name: String = "web-0", _ resource: APIResource = .configMaps
  ) async throws {
    try await stage.setFlag(true)
    stage.rest()
    try await stage.plane.delete(resource, namespace: "shop", name: name)
    stage.rest()
  }

  static func isThere(
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
    // Whoever goes on without the flag deletes.
    try await stage.plane.delete(.configMaps, namespace: "shop", name: "web-0")
    stage.rest()
    #expect(try await !Self.isThere(stage))
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

  /// What a run has kept, the namespace takes along afterwards.
  @Test func namespaceNotCovered() async throws {
    let stage = try RollbackStage()
    try await stage.create(
      .namespaces, ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "team"]])
    stage.rest()
    for (resource, object) in Self.team { try await stage.create(resource, object) }
    stage.rest()
    let kept = ListScope(.configMaps, namespace: "team", cluster: "member1")
    let policy = PolicyReference(
      kind: "PropagationPolicy", key: Karmada.ObjectKey(namespace: "team", name: "maps-pp"))
    let plan = try await stage.plan(of: policy)
    #expect(Self.severities(.namespaceNotCovered, in: plan) == [.note])
    let report = try await stage.desk().run(
      plan, reason: "INC-7", control: RunControl(answering: "maps-pp"))
    #expect(report.outcome == .done, "\(report.summary)")
    #expect(try await Self.names(kept, on: stage) == ["maps"])
    try await stage.plane.delete(.namespaces, name: "team")
    stage.rest()
    #expect(try await Self.names(kept, on: stage) == [])
  }

  private static let team: [(APIResource, JSONValue)] = [
    (
      .propagationPolicies,
      [
        "apiVersion": "policy.karmada.io/v1alpha1", "kind": "PropagationPolicy",
        "metadata": ["name": "maps-pp", "namespace": "team"],
        "spec": [
          "resourceSelectors": [["apiVersion": "v1", "kind": "ConfigMap"]],
          "placement": ["clusterAffinity": ["clusterNames": ["member1"]]],
        ],
      ]
    ),
    (
      .configMaps,
      [
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "maps", "namespace": "team"],
        "data": ["a": "b"],
      ]
    ),
  ]

  private static func names(_ scope: ListScope, on stage: RollbackStage) async throws -> [String] {
    let page = try await stage.plane.listPage(scope)
    return (try JSONValue(parsing: page.bytes)["items"]?.array ?? []).map { LiveObject($0).name }
  }
}

extension APIError {
  fileprivate static let notYours = APIError(.forbidden, status: 403, message: "not yours")
}
