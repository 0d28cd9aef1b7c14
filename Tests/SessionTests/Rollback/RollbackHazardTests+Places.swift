import ControlPlane
import Karmada
import Manifest
import RollbackRehearsal
import Session
import Simulation
import Testing

/// Clusters, Works, members, and what stands around them.
extension RollbackHazardTests {
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
    #expect(!plan.isExecutable)
    // Ignored, and really gone: the Work waits for ever to clean up what is not there.
    try await stage.setFlag(true)
    stage.rest()
    try stage.plane.inject(.member("member1", .killed))
    try await stage.plane.delete(.configMaps, namespace: "shop", name: "web-0")
    stage.advance(by: .seconds(5))
    try stage.plane.change { fleet, now in
      guard let type = fleet.members["member1"]?.store.registry.type(.configMaps) else { return }
      _ = try fleet.members["member1"]?.store.delete(
        at: WriteTarget(type, namespace: "shop", name: "web-0"), now: now)
    }
    stage.plane.restore(member: "member1")
    for _ in 0..<30 { stage.advance(by: .seconds(10)) }
    #expect(try await stage.works().contains { $0.isTerminating && $0.workCluster == "member1" })
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
    // There is no flag to set any more, and what goes now is gone.
    try await stage.plane.delete(.configMaps, namespace: "shop", name: "web-0")
    stage.rest()
    #expect(try await !Self.isThere(stage))
  }

  @Test func notPropagated() async throws {
    let stage = try RollbackStage()
    try await stage.addPolicy()
    try await stage.addConfigMap("web-0")
    // Nothing has happened yet.
    let plan = try await stage.plan(["web-0"], through: stage.plane)
    #expect(Self.severities(.notPropagated, in: plan) == [.blocker])
  }

  /// With the flag set the end of an eviction keeps what it was to remove: a second copy, which
  /// nobody manages.
  @Test func evictionInProgress() async throws {
    let stage = try RollbackStage()
    let single: JSONValue = ["spreadByField": "cluster", "minGroups": 1, "maxGroups": 1]
    try await stage.addWebs(1, more: ["placement": ["spreadConstraints": [single]]])
    let old = try #require(try await stage.works().first?.workCluster)
    let new = old == "member1" ? "member2" : "member1"
    _ = try await stage.plane.patch(
      .resourceBindings, namespace: "shop", name: "web-0-configmap",
      patch: [
        "spec": [
          "clusters": [["name": .string(new)]],
          "gracefulEvictionTasks": [
            [
              "fromCluster": .string(old), "reason": "ManualEviction", "producer": "operator",
              "purgeMode": "Graciously", "gracePeriodSeconds": 30,
            ]
          ],
        ]
      ])
    let plan = try await stage.plan(through: stage.plane)
    #expect(Self.severities(.evictionInProgress, in: plan) == [.warning])
    try await stage.setFlag(true)
    for _ in 0..<30 { stage.advance(by: .seconds(10)) }
    #expect(try await stage.works().count == 1)
    #expect(try await stage.memberObjects().count == 2)
  }
}
