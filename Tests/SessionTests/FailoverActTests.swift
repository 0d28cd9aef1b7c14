import ControlPlane
import Dashboard
import Journal
import Karmada
import Manifest
import Synchronization
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

  // MARK: Answers that do not come

  /// The embedded Karmada at the end of a bad line.
  private struct BadLine: ControlPlane {
    let plane: any ControlPlane
    let meet: @Sendable (APIRequest) async throws -> APIResponse?
    var endpoint: Endpoint { plane.endpoint }
    func stream(_ request: APIRequest) -> AsyncThrowingStream<[UInt8], any Error> {
      plane.stream(request)
    }
    func send(_ request: APIRequest) async throws -> APIResponse {
      if let answer = try await meet(request) { return answer }
      return try await plane.send(request)
    }
  }

  nonisolated private static let silence = APIError(.timeout, message: "no answer in 30 seconds")

  /// Plans on a good line and runs on a bad one.
  private func run(
    _ stage: LivingStage, _ act: FailoverAct? = nil,
    _ meet: @escaping @Sendable (APIRequest) async throws -> APIResponse?
  ) async throws -> Result<String, FailoverActFailure> {
    let taint = try #require(Cluster.Taint(parsing: Self.taint))
    let plan = try await acts(stage).plan(act ?? .taint(cluster: "member1", taint)).get()
    let journal = try Journal(path: stage.journalPath)
    return await FailoverActs(
      plane: BadLine(plane: stage.plane, meet: meet), clock: stage.clock,
      now: { [clock = stage.clock] in LivingStage.start + clock.now.offset }, log: Stage.quiet
    ).run(plan, journal: journal, reason: "INC-7")
  }

  nonisolated private static func isWrite(_ request: APIRequest) -> Bool {
    request.method != .get && request.query("dryRun") == nil
  }

  /// The answer to the write is lost: it is looked at, and told as done.
  @Test func aWriteWithoutAnAnswerIsLookedFor() async throws {
    let stage = try stage()
    let plane = stage.plane
    let result = try await run(stage) { request in
      guard Self.isWrite(request) else { return nil }
      _ = try await plane.send(request)
      throw Self.silence
    }
    #expect(
      try result.get() == "no answer (no answer in 30 seconds), but it is done and has taken effect"
    )
    #expect(try await taints(stage).map { $0["key"] } == ["maintenance"])
  }

  /// It never arrived, as far as anybody can see.
  @Test func aWriteThatIsNotToBeFoundMayStillCome() async throws {
    let stage = try stage()
    async let running = run(stage) { request in
      guard Self.isWrite(request) else { return nil }
      throw Self.silence
    }
    for _ in 0..<30 { try await stage.clock.advanceWhenAwaited(by: .seconds(1)) }
    guard case .failure(let failure) = try await running else {
      Issue.record("told as done")
      return
    }
    #expect(
      failure.description
        == "no answer (no answer in 30 seconds): it may have been done and shows no effect yet; "
        + "look at the row before planning it again")
    #expect(try await taints(stage) == [])
  }

  /// The server has said yes; that nobody may look afterwards makes no failure of it.
  @Test func whatWasTakenIsNoFailureWhenItCannotBeReadBack() async throws {
    let stage = try stage()
    let isWritten = Mutex(false)
    let result = try await run(stage) { request in
      if Self.isWrite(request) { isWritten.withLock { $0 = true } }
      guard request.method == .get, isWritten.withLock({ $0 }) else { return nil }
      throw APIError(.forbidden, status: 403, message: "not yours")
    }
    #expect(
      try result.get() == "the server has taken it; its effect could not be read: not yours")
    #expect(try await taints(stage).map { $0["key"] } == ["maintenance"])
  }

  /// For half a minute nothing can be read; then it can.
  @Test func readingBackIsTriedForAWhile() async throws {
    let stage = try stage()
    let failures = Mutex(-1)
    async let running = run(stage) { request in
      if Self.isWrite(request) { failures.withLock { $0 = 5 } }
      guard request.method == .get, failures.withLock({ $0 > 0 }) else { return nil }
      failures.withLock { $0 -= 1 }
      throw APIError(.server, status: 500, message: "etcdserver: request timed out")
    }
    for _ in 0..<5 { try await stage.clock.advanceWhenAwaited(by: .seconds(1)) }
    #expect(try await running.get() == "done, and it has taken effect")
  }

  /// What has failed for good is not waited for.
  @Test func aRebalancerThatFailsIsToldAtOnce() async throws {
    let stage = try stage()
    var workload = ObjectReference()
    (workload.apiVersion, workload.kind) = ("apps/v1", "Deployment")
    (workload.namespace, workload.name) = ("default", "web")
    let key = Karmada.ObjectKey(namespace: "default", name: "web-deployment")
    let result = try await run(stage, .reschedule(workload, binding: key)) { request in
      guard request.method == .get, request.path.contains("workloadrebalancers") else {
        return nil
      }
      let object: JSONValue = [
        "status": [
          "observedWorkloads": [["result": "Failed", "reason": "ReferencedBindingNotFound"]]
        ]
      ]
      return APIResponse(status: 200, body: object.serialized())
    }
    guard case .failure(let failure) = result else {
      Issue.record("told as done")
      return
    }
    #expect(
      failure.description
        == "the server has taken it, but the WorkloadRebalancer says Failed: "
        + "ReferencedBindingNotFound")
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
