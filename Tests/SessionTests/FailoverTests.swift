import Dashboard
import Karmada
import Manifest
import Testing

@testable import Session
@testable import Simulation

/// Failovers of the embedded Karmada, as dashboards tell them that come and go.
@MainActor
@Suite(.timeLimit(.minutes(5))) struct FailoverTests {
  private func stage(
    rule: String = "{ .jobStatus.jobID }", clusters: String = "member1, member2"
  ) throws -> LivingStage {
    let stage = try LivingStage()
    try stage.apply(
      yaml: """
        apiVersion: policy.karmada.io/v1alpha1
        kind: PropagationPolicy
        metadata: {name: flink, namespace: default}
        spec:
          resourceSelectors: [{apiVersion: flink.apache.org/v1beta1, kind: FlinkDeployment}]
          placement:
            clusterAffinity: {clusterNames: [\(clusters)]}
            spreadConstraints: [{spreadByField: cluster, minGroups: 1, maxGroups: 1}]
          propagateDeps: true
          failover:
            application:
              decisionConditions: {tolerationSeconds: 20}
              purgeMode: Immediately
              statePreservation:
                rules:
                  - aliasLabelName: application.karmada.io/failover-jobid
                    jsonPath: "\(rule)"
        ---
        apiVersion: flink.apache.org/v1beta1
        kind: FlinkDeployment
        metadata: {name: wordcount, namespace: default}
        spec:
          image: flink:1.17
          jobManager: {replicas: 1, resource: {memory: 1Gi, cpu: 1}}
          taskManager: {replicas: 1, resource: {memory: 1Gi, cpu: 1}}
        """)
    stage.settle()
    return stage
  }

  private func breakIt(_ stage: LivingStage) throws {
    try stage.inject("break FlinkDeployment default/wordcount member1")
  }

  private func unhealthy(_ stage: LivingStage) async throws -> Time {
    while true {
      let row = stage.session?.state.bindings.table.rows.first { $0.binding.failover != nil }
      if row?.binding.worstHealth == .unhealthy { return stage.time.now }
      try await stage.pass(0.1)
    }
  }

  /// The labels stand on the Work for as long as the eviction is open: they are seen.
  @Test func stateIsSeenToArrive() async throws {
    let stage = try stage()
    try await stage.open()
    try breakIt(stage)
    try await stage.pass(90)
    try await stage.until { $0.history.episodes.values.contains { $0.outcome == .recovered } }
    let episode = try #require(stage.episodes.first)
    #expect(stage.episodes.count == 1 && episode.relayed == true)
    #expect(episode.from == "member1" && episode.to == ["member2"])
    #expect(episode.preservedLabels.keys.sorted() == ["application.karmada.io/failover-jobid"])
    let steps = [
      episode.unhealthy, episode.evicted, episode.scheduled, episode.applied, episode.healthy,
      episode.finished,
    ].compactMap { $0 }
    #expect(steps.count == 6 && steps.allSatisfy(\.isExact))
    #expect(zip(steps, steps.dropFirst()).allSatisfy { $0.time <= $1.time })
    // It has been on the Work only while the task was there, and only then was it watched.
    #expect(stage.session?.state.history.builder.worksWanted(limit: 9) == [])
    await stage.close()
  }

  @Test func aBlockedFailoverIsNamedWithinTwoSecondsOfBecomingDue() async throws {
    let stage = try stage(rule: "{ .jobStatus.nope }")
    try await stage.open()
    try breakIt(stage)
    let since = try await unhealthy(stage)
    let due = since + .seconds(20)
    while stage.time.now < due { try await stage.pass(0.1) }
    #expect(stage.episodes == [])
    while stage.time.now < due + .seconds(2) { try await stage.pass(0.1) }
    try await stage.until { !$0.history.episodes.isEmpty }
    let episode = try #require(stage.episodes.first)
    #expect(episode.outcome == .blocked && stage.time.now == due + .seconds(2))
    #expect(
      episode.why
        == "unhealthy on member1 for longer than 20 s and not evicted: "
        + "application.karmada.io/failover-jobid ← { .jobStatus.nope }: nope is not found")
    let header = HeaderLine(try #require(stage.session).state).parts
    #expect(header.contains { $0.spans.map(\.text).joined() == "1 BLOCKED" })
    await stage.close()
  }

  /// A dashboard leaves in the middle of a failover; another comes when it is over.
  @Test func historySurvivesARestartAndInventsNothing() async throws {
    let stage = try stage()
    try await stage.open()
    try breakIt(stage)
    while stage.episodes.first?.taskCreated == nil { try await stage.pass(0.1) }
    try await stage.pass(0.5)
    let before = try #require(stage.episodes.first)
    #expect(before.outcome == .inProgress)
    await stage.close()
    let closed = stage.time.now
    // Nobody looks.
    try await stage.pass(120)
    try await stage.open()
    let after = try #require(stage.episodes.first)
    #expect(stage.episodes.count == 1 && after.id == before.id)
    #expect(after.outcome == .recovered && after.relayed == before.relayed)
    #expect(after.unhealthy == before.unhealthy && after.evicted == before.evicted)
    // When it became healthy nobody saw; that it was over, the server had noted in an Event.
    #expect(after.healthy == nil && after.finished?.isExact == false)
    // The journal answers when it has written.
    try await stage.until { !$0.history.builder.gaps.isEmpty }
    let gaps = try #require(stage.session).state.history.builder.gaps
    #expect(gaps.map(\.from) == [closed])
    #expect(gaps.allSatisfy { $0.until >= closed + .seconds(120) })
    #expect(gaps.map(\.why) == ["no dashboard was watching"])
    // And once more: nothing has happened, nothing is added.
    await stage.close()
    try await stage.open()
    #expect(stage.episodes.map(\.id) == [before.id])
    #expect(stage.session?.state.history.builder.gaps.count == 1)
    await stage.close()
  }

  /// A failover that began and ended while nobody looked is known by its Event, and says so.
  @Test func whatHappenedUnseenIsMarked() async throws {
    let stage = try stage()
    try breakIt(stage)
    try await stage.pass(120)
    try await stage.open()
    let episode = try #require(stage.episodes.first)
    #expect(stage.episodes.count == 1 && episode.isReconstructed)
    #expect(episode.from == "member1" && episode.to == ["member2"])
    #expect(episode.unhealthy == nil && episode.evicted == nil && episode.healthy == nil)
    #expect(episode.finished?.isExact == false)
    await stage.close()
  }

  /// With one cluster to run on, losing it strands the workload, and that is said while the
  /// eviction is still open.
  @Test func anOutageStrandsWhatFitsNowhereElse() async throws {
    let stage = try stage(clusters: "member1")
    try await stage.open()
    try stage.inject("kill member1")
    while !stage.episodes.contains(where: { $0.outcome == .stranded }) { try await stage.pass(0.5) }
    let episode = try #require(stage.episodes.first { $0.outcome == .stranded })
    #expect(episode.reason == "TaintUntolerated" && episode.incident != nil)
    #expect(episode.needsPerson && episode.why.contains("the eviction from member1 is still open"))
    await stage.close()
  }
}
