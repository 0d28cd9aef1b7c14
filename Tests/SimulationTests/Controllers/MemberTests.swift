import Manifest
import Testing

@testable import Simulation

/// Members: workloads that take their time, faults, and what Karmada makes of both.
@Suite struct MemberTests {
  private static let flink = """
    apiVersion: flink.apache.org/v1beta1
    kind: FlinkDeployment
    metadata: {name: wordcount, namespace: default}
    spec:
      image: flink:1.17
      flinkConfiguration: {taskmanager.numberOfTaskSlots: "2"}
      jobManager: {replicas: 1, resource: {cpu: 1, memory: 2048m}}
      taskManager: {replicas: 1, resource: {cpu: 1, memory: 2048m}}
      job: {parallelism: 2}
    """

  private func flinkStage(_ clusters: [String]) throws -> Stage {
    // Evictions here are begun and ended by hand.
    var stage = try Stage(controllers: KarmadaControllers.all.filter { !($0 is GracefulEviction) })
    try stage.apply(
      yaml: Manifests.policy(
        "pp", clusters: clusters,
        selectors: "[{apiVersion: flink.apache.org/v1beta1, kind: FlinkDeployment}]"))
    try stage.apply(yaml: Self.flink)
    return stage
  }

  private func jobID(_ stage: Stage, _ member: String) throws -> String? {
    try stage.copy("FlinkDeployment", "wordcount", member)?[
      path: "status", "jobStatus", "jobID"]?.string
  }

  private func health(_ stage: Stage, _ kind: String, _ name: String) throws -> [String] {
    (try stage.binding(kind, name)[path: "status", "aggregatedStatus"]?.array ?? [])
      .map { $0["health"]?.string ?? "" }
  }

  @Test func aWorkloadIsUnhealthyUntilItHasStarted() throws {
    var stage = try flinkStage(["member1"])
    stage.run(.seconds(1))
    #expect(try stage.placement("FlinkDeployment", "wordcount") == "member1:2")
    #expect(try health(stage, "FlinkDeployment", "wordcount") == ["Unhealthy"])
    stage.rest()
    #expect(try health(stage, "FlinkDeployment", "wordcount") == ["Healthy"])
    #expect(
      try stage.get("FlinkDeployment", "wordcount")[path: "status", "jobStatus", "state"]
        == "RUNNING")
  }

  @Test func aFlinkJobGoesOnOnlyWhereTheLabelTellsItsId() throws {
    var stage = try flinkStage(["member1"])
    stage.rest()
    let first = try #require(try jobID(stage, "member1"))
    // As a failover leaves it: one new target, the label preserved, purged immediately.
    let task: JSONValue = [
      "fromCluster": "member1", "purgeMode": "Immediately", "reason": "ApplicationFailure",
      "producer": "test",
      "clustersBeforeFailover": ["member1"],
      "preservedLabelState": ["application.karmada.io/failover-jobid": .string(first)],
    ]
    try stage.patch(
      "PropagationPolicy", "pp",
      ["spec": ["placement": ["clusterAffinity": ["clusterNames": ["member2"]]]]])
    try stage.patch(
      "ResourceBinding", "wordcount-flinkdeployment",
      ["spec": ["clusters": nil, "gracefulEvictionTasks": [task]]])
    stage.rest()
    #expect(try stage.copy("FlinkDeployment", "wordcount", "member1") == nil)
    #expect(
      try stage.copy("FlinkDeployment", "wordcount", "member2")?
        .label("application.karmada.io/failover-jobid") == first)
    #expect(try jobID(stage, "member2") == first)
    // The eviction is over: the label goes, the job stays.
    try stage.patch(
      "ResourceBinding", "wordcount-flinkdeployment", ["spec": ["gracefulEvictionTasks": nil]])
    stage.rest()
    #expect(
      try stage.copy("FlinkDeployment", "wordcount", "member2")?
        .label("application.karmada.io/failover-jobid") == nil)
    #expect(try jobID(stage, "member2") == first)
    // Moved without a label, a new job begins.
    try stage.patch(
      "PropagationPolicy", "pp",
      ["spec": ["placement": ["clusterAffinity": ["clusterNames": ["member3"]]]]])
    stage.rest()
    let last = try #require(try jobID(stage, "member3"))
    #expect(last != first)
    #expect(last.count == 16)
  }

  /// mode, tasks' clustersBeforeFailover, targets → whether the label is injected.
  @Test(arguments: [
    ("Immediately", "member1", ["member2"], true), ("Graciously", "member1", ["member2"], false),
    ("Immediately", "member2", ["member2"], false),
    ("Immediately", "member1", ["member2", "member3"], false),
  ])
  func stateIsInjectedUnderKarmadasConditionsOnly(
    mode: String, before: String, targets: [String], expected: Bool
  ) throws {
    var stage = try flinkStage(targets)
    stage.rest()
    try stage.patch(
      "ResourceBinding", "wordcount-flinkdeployment",
      [
        "spec": [
          "gracefulEvictionTasks": [
            [
              "fromCluster": "member1", "purgeMode": .string(mode),
              "reason": "ApplicationFailure", "producer": "test",
              "clustersBeforeFailover": [.string(before)],
              "preservedLabelState": ["jobid": "abc"],
            ]
          ]
        ]
      ])
    stage.rest()
    let work = try #require(try stage.work("FlinkDeployment", "wordcount", on: "member2"))
    let manifest = work[path: "spec", "workload", "manifests"]?.array?.first
    #expect((manifest?.label("jobid") == "abc") == expected)
  }

  @Test func aBrokenApplicationIsUnhealthyUntilItIsHealed() throws {
    var stage = try Stage()
    try stage.apply(yaml: Manifests.policy("pp"))
    try stage.apply(yaml: Manifests.deployment("web"))
    stage.rest()
    #expect(try health(stage, "Deployment", "web") == ["Healthy", "Healthy"])
    stage.fleet.troubles.broken = [
      ApplicationID(kind: "Deployment", namespace: "default", name: "web", cluster: "member2")
    ]
    stage.runtime.observe(stage.fleet, now: stage.now)
    stage.rest()
    #expect(try health(stage, "Deployment", "web") == ["Healthy", "Unhealthy"])
    stage.fleet.troubles.broken = []
    stage.runtime.observe(stage.fleet, now: stage.now)
    stage.run(.milliseconds(500))
    #expect(try health(stage, "Deployment", "web") == ["Healthy", "Unhealthy"])
    stage.rest()
    #expect(try health(stage, "Deployment", "web") == ["Healthy", "Healthy"])
  }

  @Test func aSilentMemberIsNotReadyAfterAWhileAndReadyAfterAWhile() throws {
    var stage = try Stage(members: ["member1"])
    func readiness() throws -> String? {
      try stage.get("Cluster", "member1").condition("Ready")?["reason"]?.string
    }
    stage.run(.seconds(20))
    stage.fleet.members["member1"]?.isReachable = false
    stage.run(.seconds(25))
    #expect(try readiness() == "ClusterReady")
    stage.run(.seconds(30))
    #expect(try readiness() == "ClusterNotReachable")
    #expect(
      try stage.get("Cluster", "member1").condition("Ready")?["message"]
        == "cluster is not reachable")
    stage.fleet.members["member1"]?.isReachable = true
    stage.run(.seconds(15))
    #expect(try readiness() == "ClusterNotReachable")
    stage.run(.seconds(40))
    #expect(try readiness() == "ClusterReady")
  }

  @Test func whatCouldNotBeAppliedIsAppliedWhenTheMemberIsBack() throws {
    var stage = try Stage(members: ["member1"])
    stage.fleet.members["member1"]?.isReachable = false
    try stage.apply(yaml: Manifests.policy("pp", clusters: ["member1"]))
    try stage.apply(yaml: Manifests.configMap("cm"))
    stage.run(.seconds(10))
    #expect(try stage.copy("ConfigMap", "cm", "member1") == nil)
    stage.fleet.members["member1"]?.isReachable = true
    stage.run(.seconds(30))
    #expect(try stage.copy("ConfigMap", "cm", "member1") != nil)
  }

  @Test func aMembersRefusalStandsInTheWorkAndTheBinding() throws {
    var stage = try Stage(members: ["member1"])
    stage.fleet.members["member1"]?.store.admission = [
      AdmissionRule("quota") { (request, _) throws(StatusError) in
        if request.type.id == "configmaps" {
          throw .forbidden(request.type, request.name, "exceeded quota: objects")
        }
      }
    ]
    try stage.apply(yaml: Manifests.policy("pp", clusters: ["member1"]))
    try stage.apply(yaml: Manifests.configMap("cm"))
    stage.run(.seconds(5))
    let refusal =
      "Failed to apply all manifests (0/1): configmaps \"cm\" is forbidden: exceeded quota: objects"
    let work = try #require(try stage.work("ConfigMap", "cm", on: "member1"))
    #expect(work.condition("Applied")?["message"]?.string == refusal)
    let item = try stage.binding("ConfigMap", "cm")[path: "status", "aggregatedStatus"]?.array?
      .first
    #expect(item?["appliedMessage"]?.string == refusal)
    #expect(item?["applied"] == nil)
    #expect(try stage.binding("ConfigMap", "cm").isTrue("FullyApplied") == false)
    #expect(
      stage.events(about: "Work", work.objectName).contains(
        "execution-controller SyncFailed Failed to sync work(karmada-es-member1/"
          + "\(work.objectName)) to cluster(member1), err: configmaps \"cm\" is forbidden: "
          + "exceeded quota: objects"))
  }

  @Test func aJobRunsToItsEndAndACronJobByTheClock() throws {
    var stage = try Stage(members: ["member1"])
    try stage.apply(
      yaml: Manifests.policy(
        "pp", clusters: ["member1"],
        selectors: "[{apiVersion: batch/v1, kind: Job}, {apiVersion: batch/v1, kind: CronJob}]"))
    try stage.apply(
      yaml: """
        apiVersion: batch/v1
        kind: Job
        metadata: {name: import, namespace: default}
        spec: {parallelism: 2, completions: 4, template: {spec: {containers: []}}}
        ---
        apiVersion: batch/v1
        kind: CronJob
        metadata: {name: nightly, namespace: default}
        spec: {schedule: "15 2 * * *", jobTemplate: {}}
        """)
    stage.run(.seconds(5))
    #expect(try stage.get("Job", "import")[path: "status", "active"] == 2)
    stage.rest()
    let job = try stage.get("Job", "import")
    #expect(job.isTrue("Complete"))
    #expect(job[path: "status", "succeeded"] == 4)
    #expect(
      try stage.copy("CronJob", "nightly", "member1")?[path: "status", "lastScheduleTime"] == nil)
    stage.run(.seconds(86_400))
    #expect(
      try stage.copy("CronJob", "nightly", "member1")?[
        path: "status", "lastScheduleTime"]?.string?.hasSuffix("T02:15:00Z") == true)
  }

  @Test func aClusterThatLeavesTakesItsSpaceWithIt() throws {
    var stage = try Stage(members: ["member1", "member2"])
    try stage.apply(yaml: Manifests.policy("pp"))
    try stage.apply(yaml: Manifests.configMap("cm"))
    stage.rest()
    try stage.delete("Cluster", "member2", namespace: "")
    stage.rest()
    #expect(try stage.find("Cluster", "member2") == nil)
    #expect(try stage.find("Namespace", "karmada-es-member2") == nil)
    #expect(try stage.placement("ConfigMap", "cm") == "member1")
  }
}
