import Manifest
import Testing

@testable import Simulation

@Suite struct SchedulerTests {
  private func policy(_ placement: String) -> String {
    """
    apiVersion: policy.karmada.io/v1alpha1
    kind: PropagationPolicy
    metadata: {name: pp, namespace: default}
    spec:
      resourceSelectors: [{apiVersion: apps/v1, kind: Deployment}]
      placement: {\(placement)}
    """
  }

  private func placed(_ placement: String, replicas: Int = 9, members: Int = 3) throws -> Stage {
    var stage = try Stage(members: (1...members).map { "member\($0)" })
    try stage.apply(yaml: policy(placement))
    try stage.apply(yaml: Manifests.deployment("web", replicas: replicas))
    stage.rest()
    return stage
  }

  private func sorted(_ placement: String) -> String {
    placement.split(separator: " ").sorted().joined(separator: " ")
  }

  /// placement → where a Deployment of nine replicas goes on three members.
  @Test(arguments: [
    ("clusterAffinity: {clusterNames: [member2]}", "member2:9"),
    ("clusterAffinity: {exclude: [member2]}", "member1:9 member3:9"),
    (
      "clusterAffinity: {fieldSelector: {matchExpressions: "
        + "[{key: region, operator: In, values: [region3]}]}}", "member3:9"
    ),
    ("spreadConstraints: [{spreadByField: cluster, maxGroups: 1, minGroups: 1}]", "member1:9"),
    (
      "spreadConstraints: [{spreadByField: region, maxGroups: 2, minGroups: 2}, "
        + "{spreadByField: cluster, maxGroups: 2, minGroups: 1}]", "member1:9 member2:9"
    ),
    (
      "replicaScheduling: {replicaSchedulingType: Divided, replicaDivisionPreference: Weighted}",
      "member1:3 member2:3 member3:3"
    ),
    (
      "replicaScheduling: {replicaSchedulingType: Divided, replicaDivisionPreference: Weighted, "
        + "weightPreference: {staticWeightList: ["
        + "{targetCluster: {clusterNames: [member1]}, weight: 2}, "
        + "{targetCluster: {clusterNames: [member2]}, weight: 1}]}}", "member1:6 member2:3"
    ),
    (
      "replicaScheduling: {replicaSchedulingType: Divided, "
        + "replicaDivisionPreference: Aggregated}", "member1:9"
    ),
  ])
  func placementsLeadToClusters(placement: String, expected: String) throws {
    let stage = try placed(placement)
    #expect(sorted(try stage.placement("Deployment", "web")) == expected)
    for target in expected.split(separator: " ") {
      let parts = target.split(separator: ":").map(String.init)
      #expect(
        try stage.copy("Deployment", "web", parts[0])?[path: "spec", "replicas"]?.int
          == Int(parts[1]))
    }
  }

  @Test func whatIsLeftOverGoesOneByOne() throws {
    let stage = try placed(
      "replicaScheduling: {replicaSchedulingType: Divided, replicaDivisionPreference: Weighted}",
      replicas: 8)
    let counts = try stage.placement("Deployment", "web").split(separator: " ")
      .compactMap { $0.split(separator: ":").last.flatMap { Int($0) } }
    #expect(counts.sorted() == [2, 3, 3])
  }

  @Test func aTaintKeepsNewWorkAwayAndATolerationLetsItIn() throws {
    var stage = try Stage(members: ["member1"])
    try stage.patch(
      "Cluster", "member1",
      ["spec": ["taints": [["key": "maintenance", "effect": "NoSchedule"]]]])
    try stage.apply(yaml: policy(""))
    try stage.apply(yaml: Manifests.deployment("web"))
    stage.rest()
    let binding = try stage.binding("Deployment", "web")
    let why =
      "0/1 clusters are available: 1 cluster(s) had untolerated taint {maintenance:NoSchedule}."
    #expect(binding.condition("Scheduled")?["reason"] == "NoClusterFit")
    #expect(binding.condition("Scheduled")?["message"]?.string == why)
    #expect(binding[path: "spec", "clusters"] == nil)
    #expect(
      stage.events(about: "Deployment", "web").contains(
        "default-scheduler ScheduleBindingFailed \(why)"))
    try stage.patch(
      "PropagationPolicy", "pp",
      ["spec": ["placement": ["clusterTolerations": [["operator": "Exists"]]]]])
    stage.rest()
    #expect(try stage.placement("Deployment", "web") == "member1:2")
  }

  @Test func aTaintDoesNotDriveAwayWhatIsThere() throws {
    var stage = try placed("")
    try stage.patch(
      "Cluster", "member1",
      ["spec": ["taints": [["key": "maintenance", "effect": "NoSchedule"]]]])
    stage.rest()
    #expect(sorted(try stage.placement("Deployment", "web")) == "member1:9 member2:9 member3:9")
  }

  @Test func aClusterInEvictionIsNoTarget() throws {
    var stage = try placed("clusterAffinity: {clusterNames: [member3]}")
    try stage.patch(
      "ResourceBinding", "web-deployment",
      [
        "spec": [
          "clusters": nil,
          "gracefulEvictionTasks": [
            [
              "fromCluster": "member3", "purgeMode": "Graciously", "reason": "TaintUntolerated",
              "producer": "TaintManager",
            ]
          ],
        ]
      ])
    stage.rest()
    let binding = try stage.binding("Deployment", "web")
    #expect(
      binding.condition("Scheduled")?["message"]?.string
        == "0/3 clusters are available: 1 cluster(s) is in the process of eviction, 2 cluster(s) "
        + "did not match the placement cluster affinity constraint.")
    // Its copy stays while it is being evicted gracefully.
    #expect(try stage.copy("Deployment", "web", "member3") != nil)
  }

  @Test func affinityGroupsAreTriedInOrder() throws {
    var stage = try placed(
      "clusterAffinities: [{affinityName: first, clusterNames: [ghost]}, "
        + "{affinityName: second, clusterNames: [member2]}]")
    #expect(try stage.placement("Deployment", "web") == "member2:9")
    #expect(
      try stage.binding("Deployment", "web")[path: "status", "schedulerObservingAffinityName"]
        == "second")
    try stage.patch("Deployment", "web", ["spec": ["replicas": 3]])
    stage.rest()
    #expect(try stage.placement("Deployment", "web") == "member2:3")
  }

  @Test func tooFewClustersForAConstraintAreUnschedulable() throws {
    var stage = try Stage(members: ["member1"])
    try stage.apply(
      yaml: policy("spreadConstraints: [{spreadByField: cluster, maxGroups: 2, minGroups: 2}]"))
    try stage.apply(yaml: Manifests.deployment("web"))
    stage.run(.seconds(3))
    let condition = try stage.binding("Deployment", "web").condition("Scheduled")
    #expect(condition?["reason"] == "Unschedulable")
    #expect(
      condition?["message"]
        == "the number of feasible clusters is less than spreadConstraint.MinGroups")
  }

  @Test func scalingMovesOnlyWhatItMust() throws {
    var stage = try placed(
      "replicaScheduling: {replicaSchedulingType: Divided, replicaDivisionPreference: Aggregated}",
      replicas: 4)
    let before = try stage.placement("Deployment", "web")
    try stage.patch("Deployment", "web", ["spec": ["replicas": 6]])
    stage.rest()
    let after = try stage.placement("Deployment", "web")
    #expect(before.split(separator: ":").first == after.split(separator: ":").first)
    #expect(after.hasSuffix(":6"))
  }

  @Test func theAppliedPlacementIsWrittenInGosOrder() throws {
    let stage = try placed(
      "clusterTolerations: [{effect: NoExecute, key: k, operator: Exists, tolerationSeconds: 30}], "
        + "clusterAffinity: {clusterNames: [member1]}")
    #expect(
      try stage.binding("Deployment", "web").annotation("policy.karmada.io/applied-placement")
        == #"{"clusterAffinity":{"clusterNames":["member1"]},"clusterTolerations":[{"key":"k","#
        + #""operator":"Exists","effect":"NoExecute","tolerationSeconds":30},"#
        + #"{"key":"cluster.karmada.io/not-ready","operator":"Exists","effect":"NoExecute","#
        + #""tolerationSeconds":300},{"key":"cluster.karmada.io/unreachable","#
        + #""operator":"Exists","effect":"NoExecute","tolerationSeconds":300}]}"#)
  }

  @Test func aRebalancerSchedulesAnewAndSaysSo() throws {
    var stage = try placed("clusterAffinity: {clusterNames: [member1, member2, member3]}")
    try stage.patch(
      "PropagationPolicy", "pp",
      [
        "spec": [
          "placement": [
            "replicaScheduling": [
              "replicaSchedulingType": "Divided", "replicaDivisionPreference": "Weighted",
              "weightPreference": ["dynamicWeight": "AvailableReplicas"],
            ]
          ]
        ]
      ])
    stage.rest()
    let before = try stage.binding("Deployment", "web")[path: "status", "lastScheduledTime"]
    stage.run(.seconds(5))
    try stage.apply(
      yaml: """
        apiVersion: apps.karmada.io/v1alpha1
        kind: WorkloadRebalancer
        metadata: {name: wr}
        spec:
          ttlSecondsAfterFinished: 60
          workloads:
          - {apiVersion: apps/v1, kind: Deployment, namespace: default, name: web}
          - {apiVersion: apps/v1, kind: Deployment, namespace: default, name: ghost}
        """)
    stage.run(.seconds(3))
    let status = try stage.get("WorkloadRebalancer", "wr")["status"]
    let observed = status?["observedWorkloads"]?.array ?? []
    #expect(
      observed.map { "\($0[path: "workload", "name"]?.string ?? "") \($0["result"]?.string ?? "")" }
        == ["ghost Failed", "web Successful"])
    #expect(observed.first?["reason"] == "ReferencedBindingNotFound")
    #expect(status?["finishTime"] != nil)
    #expect(
      try stage.binding("Deployment", "web")[path: "status", "lastScheduledTime"] != before)
    stage.run(.seconds(70))
    #expect(try stage.find("WorkloadRebalancer", "wr") == nil)
  }

  @Test func deletingASchedulesBindingIsNotedAsKarmadaNotesIt() throws {
    var stage = try placed("")
    try stage.delete("Deployment", "web")
    stage.rest()
    #expect(
      stage.events(about: "Deployment", "web").contains(
        "default-scheduler ScheduleBindingFailed skip schedule deleting resourceBinding: "
          + "default/web-deployment"))
  }
}
