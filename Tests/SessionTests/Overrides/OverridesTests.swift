import ControlPlane
import Dashboard
import Karmada
import Manifest
import Simulation
import TestSupport
import Testing

@testable import Session

/// The Overrides pane in front of a server and of a recorded incident.
@Suite(.timeLimit(.minutes(10))) @MainActor struct OverridesTests {
  // MARK: The recording

  private static func replay(at second: Double) async throws -> Stage {
    let trace = try Trace(try Fixture.bytes("traces/field-override.trace.jsonl"))
    let plane = TraceControlPlane(trace, name: "field-override", at: second)
    let stage = Stage(plane, pane: .overrides, now: { plane.now })
    stage.session.start()
    await stage.session.settled()
    return stage
  }

  private static func preview(_ stage: Stage) throws -> OverridePreview {
    try #require(stage.state.overrides.look?.reading).preview.get()
  }

  private static func config(_ preview: OverridePreview, _ cluster: String) -> String? {
    preview.variant(of: cluster)?.manifest?[path: "data", "config.yaml"]?.string
  }

  @Test func atFiveSecondsThePortIsAText() async throws {
    let stage = try await Self.replay(at: 5)
    let preview = try Self.preview(stage)
    #expect(Self.config(preview, "member1")?.contains("port: \"3306\"") == true)
    #expect(preview.hazards.map(\.hazard.kind) == [.typeChanged, .yamlRewritten])
    #expect(preview.hazards.allSatisfy { $0.clusters == ["member1"] })
    await stage.session.stop()
  }

  @Test func atEightSecondsItIsANumberAndMember2IsAnother() async throws {
    let stage = try await Self.replay(at: 8)
    let preview = try Self.preview(stage)
    #expect(Self.config(preview, "member1")?.contains("port: 3306\n") == true)
    let second = try #require(Self.config(preview, "member2"))
    #expect(!second.contains("zone") && second.contains("user: svc"))
    #expect(!preview.hazards.contains { $0.hazard.kind == .typeChanged })
    await stage.session.stop()
  }

  @Test func atElevenSecondsItFailsAndTheOthersAreNotReached() async throws {
    let stage = try await Self.replay(at: 11)
    let preview = try Self.preview(stage)
    #expect(
      preview.members.map(\.reach) == [
        .fails, .notReached(after: "member1"), .notReached(after: "member1"),
      ])
    let worst = try #require(preview.hazards.first)
    #expect(worst.hazard.kind == .targetMissing && worst.hazard.severity == .blocker)
    #expect(worst.hazard.sentence.contains("/app/nope/port"))
    #expect(worst.clusters == ["member1"])
    let text = stage.state.overrides.lines.map { $0.map(\.text).joined() }.joined(separator: "\n")
    #expect(stage.state.overrides.lines.isEmpty || text.contains("member2 member3"))
    await stage.session.stop()
  }

  @Test func atFifteenSecondsTheFieldIsEmptiedAndTwoAnnotationsLie() async throws {
    let stage = try await Self.replay(at: 15)
    let preview = try Self.preview(stage)
    #expect(Self.config(preview, "member3") == "")
    #expect(preview.hazards.first?.hazard.kind == .fieldEmptied)
    #expect(preview.hazards.first?.clusters == ["member3"])
    let works = try #require(stage.state.overrides.look?.reading).comparisons
    #expect(works["member1"]?.outdatedRecords == ["example"])
    #expect(works["member2"]?.outdatedRecords == ["example"])
    #expect(works["member3"]?.outdatedRecords == [])
    await stage.session.stop()
  }

  /// At every moment but the few milliseconds in which the controller was at work.
  @Test(arguments: [0.5, 3, 4.3, 5, 6.5, 7.3, 8, 9.9, 14.4, 15, 16.9, 17.5, 18, 19.2, 19.6, 21])
  func predictionsAgreeWithTheWorksWhereverTheControllerSucceeded(second: Double) async throws {
    let stage = try await Self.replay(at: second)
    // Before and after the policies no row is there: the binding leads to it all the same.
    for row in ["example-configmap-configmap", "web-deployment"] {
      stage.session.send(.input(.key(.character("2"))))
      try stage.press("/ ctrl-u")
      for key in "name:" + (row.split(separator: "-").first ?? "") + "*" {
        stage.session.send(.input(.key(.character(key))))
      }
      try stage.press("Enter D")
      await stage.session.settled()
      let look = try #require(stage.state.overrides.look)
      #expect(look.key.object.name == row)
      let reading = try #require(look.reading)
      let preview = try reading.preview.get()
      #expect(!preview.members.isEmpty)
      for member in preview.members {
        #expect(
          reading.comparisons[member.cluster]?.differences == [], "\(row) on \(member.cluster)")
      }
    }
    await stage.session.stop()
  }

  @Test func aMembersObjectIsReadThroughItsProxy() async throws {
    let stage = try await Self.replay(at: 19.325)
    try stage.press("]")
    await stage.session.settled()
    let look = try #require(stage.state.overrides.look)
    let drift = try #require(look.findings?.drift).get()
    #expect(drift.differences == [])
    #expect(drift.leftOut.contains { $0.path.description == "/metadata/uid" })
    await stage.session.stop()
  }

  // MARK: A server

  nonisolated private static let template = "/apis/apps/v1/namespaces/shop/deployments/web"

  private static func server() -> SmallServer {
    let server = SmallServer()
    for name in ["m1", "m2"] { server.put("clusters", .cluster(name)) }
    server.put("resourcebindings", .binding("web", on: "m1", "m2", id: "id-1"))
    server.answer(
      "/apis/work.karmada.io/v1alpha2/namespaces/shop/resourcebindings/web",
      .binding("web", on: "m1", "m2", id: "id-1"))
    server.answer(
      "/apis/apps/v1",
      ["resources": [["name": "deployments", "kind": "Deployment", "namespaced": true]]])
    server.answer(
      template,
      [
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": ["namespace": "shop", "name": "web"], "spec": ["replicas": 2],
      ])
    server.put("overridepolicies", policy(5))
    return server
  }

  private static func policy(_ replicas: Int64) -> JSONValue {
    [
      "metadata": ["namespace": "shop", "name": "p"],
      "spec": [
        "resourceSelectors": [["apiVersion": "apps/v1", "kind": "Deployment", "name": "web"]],
        "overrideRules": [
          [
            "overriders": [
              "plaintext": [
                ["operator": "replace", "path": "/spec/replicas", "value": .int(replicas)]
              ]
            ]
          ]
        ],
      ],
    ]
  }

  private static func started(_ server: SmallServer) async -> Stage {
    let stage = Stage(server, pane: .overrides)
    stage.session.start()
    await stage.session.settled()
    return stage
  }

  private static func replicas(_ state: AppState) -> JSONValue? {
    guard case .success(let preview)? = state.overrides.look?.reading?.preview else { return nil }
    return preview.variants.first?.manifest?[path: "spec", "replicas"]
  }

  @Test func aPolicyThatChangesIsRenderedAnew() async throws {
    let server = Self.server()
    let stage = await Self.started(server)
    #expect(Self.replicas(stage.state) == 5)
    server.put("overridepolicies", Self.policy(6))
    try await stage.until { Self.replicas($0) == 6 }
    await stage.session.stop()
  }

  @Test func aClusterThatVanishesIsTold() async throws {
    let server = Self.server()
    let stage = await Self.started(server)
    server.remove("clusters", .cluster("m2"))
    try await stage.until { state in
      guard case .success(let preview)? = state.overrides.look?.reading?.preview else {
        return false
      }
      return preview.member("m2")?.reach == .vanished
    }
    await stage.session.stop()
  }

  @Test func aTemplateThatMayNotBeReadIsToldApart() async throws {
    let server = Self.server()
    server.lay { request in
      if request.path == Self.template {
        throw APIError(.forbidden, status: 403, message: "not yours", subject: "get it")
      }
      return nil
    }
    let stage = await Self.started(server)
    guard case .failure(let obstacle)? = stage.state.overrides.look?.reading?.preview else {
      Issue.record("there is a prediction without a template")
      return
    }
    #expect(obstacle.isForbidden)
    #expect(obstacle.reasons.contains { $0.contains("not yours") })
    await stage.session.stop()
  }

  /// A prediction from half of the policies would be worse than none.
  @Test(arguments: ["overridepolicies", "clusteroverridepolicies"])
  func withoutAllPoliciesNothingIsPredicted(plural: String) async throws {
    let server = Self.server()
    server.lay { request in
      // The watch has read them; now the permission is gone.
      if request.path.hasSuffix("/\(plural)"), request.query("limit") == "500",
        request.query("resourceVersion") == nil
      {
        throw APIError(.forbidden, status: 403, message: "not yours", subject: "list")
      }
      return nil
    }
    let stage = Stage(server, pane: .bindings)
    stage.session.start()
    await stage.session.settled()
    try stage.press("D")
    await stage.session.settled()
    guard case .failure(let obstacle)? = stage.state.overrides.look?.reading?.preview else {
      Issue.record("there is a prediction")
      return
    }
    #expect(obstacle.reasons.count == 1)
    await stage.session.stop()
  }

  @Test func onlyTheRowWhereOneStopsIsRead() async throws {
    let server = Self.server()
    for i in 1...5 {
      server.put("resourcebindings", .binding("web\(i)", on: "m1", id: "id-1"))
    }
    var everything = Self.policy(5)
    everything["spec"]?["resourceSelectors"] = []
    server.put("overridepolicies", everything)
    let stage = await Self.started(server)
    let before = server.requests.count { $0.path.hasPrefix("/apis/apps/v1/namespaces") }
    try stage.press("j j j j")
    await stage.session.settled()
    let after = server.requests.count { $0.path.hasPrefix("/apis/apps/v1/namespaces") }
    #expect(after - before <= 1)
    #expect(stage.state.overrides.look?.key.object.name == "web4")
    await stage.session.stop()
  }

  @Test func aMemberThatCannotBeReadSaysWhy() async throws {
    let server = Self.server()
    server.put(
      "works",
      [
        "metadata": ["namespace": "karmada-es-m1", "name": "w"],
        "spec": ["workload": ["manifests": [["kind": "Deployment", "spec": ["replicas": 5]]]]],
      ])
    server.lay { request in
      if request.path.contains("/proxy/") {
        throw APIError(.timeout, message: "the cluster does not answer", subject: "get it")
      }
      return nil
    }
    let stage = await Self.started(server)
    try stage.press("]")
    await stage.session.settled()
    guard case .failure(let error)? = stage.state.overrides.look?.findings?.drift else {
      Issue.record("the member was read")
      return
    }
    #expect(error.kind == .timeout)
    await stage.session.stop()
  }
}
