import Manifest
import Testing

@testable import Simulation

/// An application that does not get well is moved, with what it has to remember.
@Suite struct FailoverTests {
  private static let label = "application.karmada.io/failover-jobid"

  /// A stage on which the FlinkDeployment `wordcount` runs in member1.
  private static func stage(_ failover: String) throws -> Stage {
    var stage = try Stage()
    try stage.apply(
      yaml: Manifests.policy(
        "flink", clusters: ["member1", "member2"],
        selectors: "[{apiVersion: flink.apache.org/v1beta1, kind: FlinkDeployment}]",
        more: """
          spreadConstraints: [{spreadByField: cluster, minGroups: 1, maxGroups: 1}]
            propagateDeps: true
            failover: {application: \(failover)}
          """.replacing("spreadConstraints", with: "  spreadConstraints")))
    try stage.apply(
      yaml: """
        apiVersion: flink.apache.org/v1beta1
        kind: FlinkDeployment
        metadata: {name: wordcount, namespace: default}
        spec:
          image: flink:1.17
          jobManager: {replicas: 1, resource: {memory: 1Gi, cpu: 1}}
          taskManager: {replicas: 1, resource: {memory: 1Gi, cpu: 1}}
        """)
    stage.rest()
    return stage
  }

  private static func failover(
    _ mode: String, seconds: Int = 20, path: String? = "{ .jobStatus.jobID }", more: String = ""
  ) -> String {
    let preservation = path.map {
      ", statePreservation: {rules: [{aliasLabelName: \(label), jsonPath: \"\($0)\"}]}"
    }
    return "{decisionConditions: {tolerationSeconds: \(seconds)}, purgeMode: \(mode)"
      + "\(preservation ?? "")\(more)}"
  }

  private static func breakIt(_ stage: inout Stage, on cluster: String) {
    stage.fleet.troubles.broken.insert(
      ApplicationID(
        kind: "FlinkDeployment", namespace: "default", name: "wordcount", cluster: cluster))
    stage.runtime.observe(stage.fleet, now: stage.now)
  }

  private static func tasks(_ stage: Stage) throws -> [JSONValue] {
    try stage.binding("FlinkDeployment", "wordcount")[path: "spec", "gracefulEvictionTasks"]?
      .array ?? []
  }

  private static func jobID(_ stage: Stage, _ cluster: String) throws -> String? {
    try stage.copy("FlinkDeployment", "wordcount", cluster)?[
      path: "status", "jobStatus", "jobID"]?.string
  }

  // MARK: Immediately

  @Test func theJobGoesOnElsewhereUnderItsNumber() throws {
    var stage = try Self.stage(Self.failover("Immediately"))
    let job = try #require(try Self.jobID(stage, "member1"))
    Self.breakIt(&stage, on: "member1")
    stage.run(.seconds(18))
    #expect(try Self.tasks(stage) == [])
    while try Self.tasks(stage).first?["creationTimestamp"] == nil,
      stage.now - Stage.start < .seconds(120)
    {
      stage.run(.milliseconds(20))
    }
    let task = try #require(try Self.tasks(stage).first)
    stage.run(.seconds(1))
    #expect(try stage.placement("FlinkDeployment", "wordcount") == "member2:2")
    #expect(task["fromCluster"] == "member1")
    #expect(task["reason"] == "ApplicationFailure")
    #expect(task["producer"] == "resource-binding-application-failover-controller")
    #expect(task["purgeMode"] == "Immediately")
    #expect(task["replicas"] == 2)
    #expect(task["preservedLabelState"] == [Self.label: .string(job)])
    #expect(task["clustersBeforeFailover"] == ["member1"])
    #expect(task["creationTimestamp"] != nil)
    #expect(
      try stage.copy("FlinkDeployment", "wordcount", "member2")?.label(Self.label) == job)
    #expect(try stage.copy("FlinkDeployment", "wordcount", "member1") == nil)
    stage.run(.seconds(60))
    #expect(try Self.tasks(stage) == [])
    #expect(try Self.jobID(stage, "member2") == job)
    #expect(
      stage.events(about: "FlinkDeployment", "wordcount").contains {
        $0.hasSuffix("EvictWorkloadFromClusterSucceed Evict from cluster member1 succeed.")
      })
  }

  @Test func whoGetsWellInTimeStays() throws {
    var stage = try Self.stage(Self.failover("Immediately", seconds: 30))
    Self.breakIt(&stage, on: "member1")
    stage.run(.seconds(20))
    stage.fleet.troubles.broken = []
    stage.runtime.observe(stage.fleet, now: stage.now)
    stage.run(.seconds(60))
    #expect(try stage.placement("FlinkDeployment", "wordcount") == "member1:2")
    #expect(try Self.tasks(stage) == [])
  }

  /// KARMADA.md, failover 4: no task, no Event, the workload just stays unhealthy.
  @Test(arguments: ["{ .jobStatus.nope }", "{ .jobStatus.jobID", "{range .x[*]}"])
  func aRuleThatFindsNothingBlocksWithoutAWord(path: String) throws {
    var stage = try Self.stage(Self.failover("Immediately", path: path))
    let before = stage.events(about: "ResourceBinding", "wordcount-flinkdeployment")
    Self.breakIt(&stage, on: "member1")
    stage.run(.seconds(300))
    #expect(try Self.tasks(stage) == [])
    #expect(try stage.placement("FlinkDeployment", "wordcount") == "member1:2")
    let after = stage.events(about: "ResourceBinding", "wordcount-flinkdeployment")
    #expect(Set(after).subtracting(before).allSatisfy { $0.contains("AggregateStatusSucceed") })
    #expect(stage.runtime.isAtRest)
  }

  // MARK: Graciously and Never

  @Test func graciouslyTheOldCopyStaysUntilTheNewOneIsWell() throws {
    var stage = try Self.stage(Self.failover("Graciously"))
    Self.breakIt(&stage, on: "member1")
    stage.run(.seconds(22))
    let task = try #require(try Self.tasks(stage).first)
    #expect(task["purgeMode"] == "Graciously")
    #expect(task["gracePeriodSeconds"] == 600)
    // Accepted, noted in the task, and never injected (KARMADA.md, failover 5).
    #expect(task["preservedLabelState"] != nil)
    let copies = try ["member1", "member2"].map {
      try stage.copy("FlinkDeployment", "wordcount", $0)
    }
    #expect(copies[0] != nil)
    #expect(copies[1]?.label(Self.label) == nil)
    stage.run(.seconds(60))
    #expect(try Self.tasks(stage) == [])
    #expect(try stage.copy("FlinkDeployment", "wordcount", "member1") == nil)
  }

  @Test func graciouslyEndsWithTheGracePeriodAtTheLatest() throws {
    var stage = try Self.stage(
      Self.failover("Graciously", seconds: 60, path: nil, more: ", gracePeriodSeconds: 30"))
    Self.breakIt(&stage, on: "member1")
    Self.breakIt(&stage, on: "member2")
    stage.run(.seconds(70))
    #expect(try Self.tasks(stage).map { $0["fromCluster"] } == ["member1"])
    stage.run(.seconds(35))
    #expect(try Self.tasks(stage) == [])
    #expect(try stage.copy("FlinkDeployment", "wordcount", "member1") == nil)
  }

  @Test func neverWaitsForAPerson() throws {
    var stage = try Self.stage(Self.failover("Never", path: nil))
    Self.breakIt(&stage, on: "member1")
    stage.run(.seconds(1_200))
    let task = try #require(try Self.tasks(stage).first)
    #expect(task["suppressDeletion"] == true)
    #expect(task["purgeMode"] == "Never")
    #expect(task["preservedLabelState"] == nil)
    #expect(task["clustersBeforeFailover"] == nil)
    #expect(try stage.copy("FlinkDeployment", "wordcount", "member1") != nil)
    #expect(try stage.copy("FlinkDeployment", "wordcount", "member2") != nil)
    var released = task
    released["suppressDeletion"] = false
    try stage.patch(
      "ResourceBinding", "wordcount-flinkdeployment",
      ["spec": ["gracefulEvictionTasks": [released]]])
    stage.run(.seconds(5))
    #expect(try Self.tasks(stage) == [])
    #expect(try stage.copy("FlinkDeployment", "wordcount", "member1") == nil)
  }

  @Test func theGateOffMeansNoState() throws {
    var settings = KarmadaSettings()
    settings.injectsState = false
    let failover = ApplicationFailover.resourceBindings(preservesState: settings.injectsState)
    var stage = try Self.stage(Self.failover("Immediately", path: "{ .nope }"))
    Self.breakIt(&stage, on: "member1")
    stage.run(.seconds(30))
    let key = ObjectKey(
      Binding.types[0], namespace: "default", name: "wordcount-flinkdeployment")
    let first = failover.step(key, in: FleetView(stage.fleet, now: stage.now))
    guard case .remember(let memory)? = first.first else {
      Issue.record("\(first)")
      return
    }
    let later = failover.step(
      key, in: FleetView(stage.fleet, now: stage.now + .seconds(21), memory: memory))
    guard case .write(let write, _)? = later.first else {
      Issue.record("\(later)")
      return
    }
    let task = write.object[path: "spec", "gracefulEvictionTasks"]?.array?.first
    #expect(task?["fromCluster"] == "member1")
    #expect(task?["preservedLabelState"] == nil)
  }
}
