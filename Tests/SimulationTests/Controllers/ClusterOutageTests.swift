import Manifest
import Testing

@testable import Simulation

/// A member that dies takes its workloads with it, or not, as their policies say.
@Suite struct ClusterOutageTests {
  private static func stage(tolerations: String = "") throws -> Stage {
    var stage = try Stage(controllers: KarmadaControllers.all(.quick))
    stage.fleet.karmada.enforceKarmada(tolerations: KarmadaSettings.quick.tolerations)
    let more = tolerations.isEmpty ? "" : "  clusterTolerations: \(tolerations)"
    try stage.apply(
      yaml: Manifests.policy(
        "pinned", clusters: ["member3"], selectors: "[{apiVersion: apps/v1, kind: Deployment}]",
        more: more))
    try stage.apply(yaml: Manifests.deployment("web"))
    stage.rest()
    return stage
  }

  private static func taints(_ stage: Stage) throws -> [String] {
    (try stage.get("Cluster", "member3")[path: "spec", "taints"]?.array ?? []).map {
      "\($0["key"]?.string ?? ""):\($0["effect"]?.string ?? "")"
    }
  }

  private static func ready(_ stage: Stage) throws -> JSONValue? {
    try stage.get("Cluster", "member3").condition("Ready")?["status"]
  }

  @Test func stepByStepItIsGivenUp() throws {
    var stage = try Self.stage()
    stage.fleet.members["member3"]?.isReachable = false
    stage.run(.seconds(9))
    #expect(try Self.ready(stage) == "True")
    stage.run(.seconds(16))
    #expect(try Self.ready(stage) == "False")
    #expect(try Self.taints(stage) == ["cluster.karmada.io/not-ready:NoSchedule"])
    stage.run(.seconds(40))
    #expect(
      try Self.taints(stage) == [
        "cluster.karmada.io/not-ready:NoSchedule", "cluster.karmada.io/not-ready:NoExecute",
      ])
    #expect(try stage.placement("Deployment", "web") == "member3:2")
    stage.run(.seconds(40))
    // Nowhere to go: no cluster, and no alarm but the condition (karmada#7455).
    let binding = try stage.binding("Deployment", "web")
    #expect(binding[path: "spec", "clusters"] == nil)
    #expect(binding.condition("Scheduled")?["reason"] == "NoClusterFit")
    let task = binding[path: "spec", "gracefulEvictionTasks"]?.array?.first
    #expect(task?["reason"] == "TaintUntolerated")
    #expect(task?["producer"] == "TaintManager")
    #expect(task?["purgeMode"] == "Graciously")
    #expect(
      stage.events(about: "Cluster", "member3").contains {
        $0.contains(
          "TaintClusterSucceed Taint cluster succeed: cluster now has taints(["
            + "{Key:cluster.karmada.io/not-ready,Effect:NoSchedule},"
            + "{Key:cluster.karmada.io/not-ready,Effect:NoExecute}]).")
      })
  }

  @Test func whenItIsBackTheTaintsGo() throws {
    var stage = try Self.stage()
    stage.fleet.members["member3"]?.isReachable = false
    stage.run(.seconds(70))
    stage.fleet.members["member3"]?.isReachable = true
    stage.run(.seconds(25))
    #expect(try Self.ready(stage) == "False")
    stage.run(.seconds(40))
    #expect(try Self.ready(stage) == "True")
    #expect(try Self.taints(stage) == [])
    #expect(
      stage.events(about: "Cluster", "member3").contains {
        $0.hasSuffix("Taint cluster succeed: cluster now does not have taints.")
      })
  }

  @Test func whoToleratesItForGoodStays() throws {
    var stage = try Self.stage(
      tolerations: "[{key: cluster.karmada.io/not-ready, operator: Exists, effect: NoExecute}]")
    stage.fleet.members["member3"]?.isReachable = false
    stage.run(.seconds(600))
    #expect(try stage.placement("Deployment", "web") == "member3:2")
    #expect(try Self.taints(stage).count == 2)
  }

  @Test func aPersonsTaintEvictsAtOnce() throws {
    var stage = try Self.stage()
    try stage.patch(
      "Cluster", "member3", ["spec": ["taints": [["key": "drain", "effect": "NoExecute"]]]])
    stage.run(.seconds(2))
    let tasks = try stage.binding("Deployment", "web")[path: "spec", "gracefulEvictionTasks"]
    #expect(tasks?.array?.first?["fromCluster"] == "member3")
    // A taint of somebody's own is nobody else's to take away.
    stage.run(.seconds(60))
    #expect(try Self.taints(stage) == ["drain:NoExecute"])
  }

  @Test func withTheGateOffNothingIsEvicted() throws {
    var settings = KarmadaSettings.quick
    settings.taints.isFailoverOn = false
    let taints = ClusterTaints(settings.taints)
    var stage = try Stage(
      controllers: KarmadaControllers.all(.quick).filter { $0.name != taints.name } + [taints])
    stage.fleet.members["member3"]?.isReachable = false
    stage.run(.seconds(600))
    #expect(try Self.taints(stage) == ["cluster.karmada.io/not-ready:NoSchedule"])
  }
}
