import ControlPlane
import Dashboard
import Journal
import Karmada
import Manifest
import Testing

@testable import Session
@testable import Simulation

/// Acts on failovers, against the embedded Karmada.
@MainActor
@Suite(.timeLimit(.minutes(5))) struct FailoverActTests {
  private static let taint = "maintenance:NoExecute"

  /// A Deployment on member1 that may run on two clusters.
  private func stage() throws -> LivingStage {
    let stage = try LivingStage()
    try stage.apply(
      yaml: """
        apiVersion: policy.karmada.io/v1alpha1
        kind: PropagationPolicy
        metadata: {name: web, namespace: default}
        spec:
          resourceSelectors: [{apiVersion: apps/v1, kind: Deployment}]
          placement:
            clusterAffinity: {clusterNames: [member1, member2]}
            spreadConstraints: [{spreadByField: cluster, minGroups: 1, maxGroups: 1}]
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, namespace: default, labels: {app: web}}
        spec:
          replicas: 2
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: main, image: "nginx:1.25"}]}
        """)
    stage.settle()
    return stage
  }

  private func acts(_ stage: LivingStage) -> FailoverActs {
    FailoverActs(
      plane: stage.plane, clock: stage.clock, now: { [time = stage.time] in time.now },
      log: Stage.quiet)
  }

  private func taints(_ stage: LivingStage) async throws -> [JSONValue] {
    let object = try await stage.plane.get(.clusters, name: "member1")
    return object[path: "spec", "taints"]?.array ?? []
  }

  @Test func aPlanChangesNothing() async throws {
    let stage = try stage()
    let taint = try #require(Cluster.Taint(parsing: Self.taint))
    let plan = try await acts(stage).plan(.taint(cluster: "member1", taint)).get()
    #expect(plan.sentences.first?.text == "1 workload leaves member1, 0 tolerate it and stay.")
    #expect(plan.sentences.contains { $0.text == "  default/Deployment/web → member2" })
    #expect(try await taints(stage) == [])
  }

  @Test func whatIsDoneIsNotedAndVerified() async throws {
    let stage = try stage()
    let journal = try Journal(path: stage.journalPath)
    let taint = try #require(Cluster.Taint(parsing: Self.taint))
    let plan = try await acts(stage).plan(.taint(cluster: "member1", taint)).get()
    let words = try await acts(stage).run(plan, journal: journal, reason: "INC-7").get()
    #expect(words == "done, and it has taken effect")
    #expect(try await taints(stage).map { $0["key"] } == ["maintenance"])
    let audit = try #require(try journal.audits().first)
    #expect(audit.reason == "INC-7" && audit.outcome == "200")
    #expect(audit.request.hasPrefix("PATCH /apis/cluster.karmada.io/v1alpha1/clusters/member1"))
  }

  /// A status is written every few seconds: that does not void what was confirmed.
  @Test func whatDoesNotMatterInBetweenDoesNotVoidIt() async throws {
    let stage = try stage()
    let journal = try Journal(path: stage.journalPath)
    let taint = try #require(Cluster.Taint(parsing: Self.taint))
    let plan = try await acts(stage).plan(.taint(cluster: "member1", taint)).get()
    _ = try await stage.plane.patch(
      .clusters, name: "member1", patch: ["metadata": ["labels": ["someone": "else"]]])
    _ = try await acts(stage).run(plan, journal: journal, reason: "INC-7").get()
    #expect(try await taints(stage).map { $0["key"] } == ["maintenance"])
  }

  /// Somebody else tainted the cluster after it was planned: what was confirmed is not done.
  @Test func aChangeInBetweenIsAConflict() async throws {
    let stage = try stage()
    let journal = try Journal(path: stage.journalPath)
    let taint = try #require(Cluster.Taint(parsing: Self.taint))
    let plan = try await acts(stage).plan(.taint(cluster: "member1", taint)).get()
    _ = try await stage.plane.patch(
      .clusters, name: "member1",
      patch: ["spec": ["taints": [["key": "other", "effect": "NoSchedule"]]]])
    let result = await acts(stage).run(plan, journal: journal, reason: "INC-7")
    guard case .failure(let failure) = result else {
      Issue.record("done all the same")
      return
    }
    #expect(failure.description.contains("has changed since you looked"))
    #expect(try await taints(stage).map { $0["key"] } == ["other"])
  }

  /// The whole way: a command, a plan to read, a word to type; without the word nothing happens.
  @Test func theOperatorIsAskedFirst() async throws {
    let stage = try stage()
    try await stage.open()
    let session = try #require(stage.session)
    func press(_ keys: String) throws {
      for key in try Key.sequence(parsing: keys) { session.send(.input(.key(key))) }
    }
    try press("1 g")
    session.send(.input(.key(.character(":"))))
    session.send(.input(.paste("taint \(Self.taint)")))
    try press("Enter")
    #expect(session.state.message?.text.hasPrefix("read-only") == true)
    session.send(.input(.key(.character(":"))))
    session.send(.input(.paste("arm 15m INC-7")))
    try press("Enter")
    session.send(.input(.key(.character(":"))))
    session.send(.input(.paste("taint \(Self.taint)")))
    try press("Enter")
    try await stage.until { $0.confirmation != nil }
    #expect(session.state.confirmation?.word == session.state.selectedClusterForTests)
    session.send(.drawn)
    try press("Enter")
    #expect(session.state.confirmation == nil)
    #expect(try await taints(stage) == [])
    await stage.close()
  }
}

extension AppState {
  fileprivate var selectedClusterForTests: String? { clusters.selected?.cluster.metadata.name }
}
