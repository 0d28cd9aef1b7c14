import ControlPlane
import Dashboard
import Karmada
import Manifest
import TestSupport
import Testing

@testable import Session

/// What effects ask for is fetched, and the answer goes where it was asked for.
@Suite(.timeLimit(.minutes(5))) @MainActor struct EffectTests {
  private static let row = "/apis/work.karmada.io/v1alpha2/namespaces/shop/resourcebindings/web"

  private static func started(_ server: SmallServer) async -> Stage {
    let stage = Stage(server)
    stage.session.start()
    await stage.session.settled()
    return stage
  }

  private static func server() -> SmallServer {
    let server = SmallServer()
    server.put("resourcebindings", .binding("web", on: "member1", id: "id-1"))
    return server
  }

  @Test func aRowIsReadWhole() async throws {
    let server = Self.server()
    server.answer(Self.row, ["kind": "ResourceBinding", "spec": ["whole": true]])
    let stage = await Self.started(server)
    try stage.press("y")
    await stage.session.settled()
    #expect(stage.page == "kind: ResourceBinding\nspec:\n  whole: true")
    await stage.session.stop()
  }

  @Test func anObjectThatIsGoneIsToldInThePage() async throws {
    let stage = await Self.started(Self.server())
    try stage.press("y")
    await stage.session.settled()
    #expect(stage.page.contains("not there"))
    guard case .failed(let error)? = stage.state.topText?.content else {
      Issue.record("the page did not fail")
      return
    }
    #expect(error.kind == .notFound)
    await stage.session.stop()
  }

  @Test func aTemplateIsFoundByDiscoveryWhichIsAskedOnce() async throws {
    let server = Self.server()
    server.answer(
      "/apis/apps/v1",
      [
        "kind": "APIResourceList",
        "resources": [
          ["name": "deployments/status", "kind": "Deployment", "namespaced": true],
          ["name": "deployments", "kind": "Deployment", "namespaced": true], ["name": 5], "odd",
        ],
      ])
    server.answer("/apis/apps/v1/namespaces/shop/deployments/web", ["kind": "Deployment"])
    let stage = await Self.started(server)
    for _ in 0..<2 {
      try stage.press("T")
      await stage.session.settled()
      #expect(stage.page == "kind: Deployment")
      try stage.press("Esc")
    }
    #expect(server.count("/apis/apps/v1") == 1)
    await stage.session.stop()
  }

  @Test(arguments: [
    ("", "ConfigMap", "/api/v1", "/api/v1/namespaces/shop/configmaps/web"),
    ("v1", "ConfigMap", "/api/v1", "/api/v1/namespaces/shop/configmaps/web"),
    (
      "apps/v1", "Deployment", "/apis/apps/v1", "/apis/apps/v1/namespaces/shop/deployments/web"
    ),
  ])
  func groupsAndTheCoreAreAddressed(
    version: String, kind: String, discovery: String, path: String
  ) async throws {
    let server = SmallServer()
    server.answer(
      discovery,
      [
        "resources": [
          ["name": .string(kind.lowercased() + "s"), "kind": .string(kind), "namespaced": true]
        ]
      ])
    server.answer(path, ["found": true])
    var reference = ObjectReference()
    (reference.apiVersion, reference.kind) = (version, kind)
    (reference.namespace, reference.name) = ("shop", "web")
    let resource = try await Discovery(server).resource(of: reference)
    let found = try await server.get(resource, namespace: "shop", name: "web")
    #expect(found == ["found": true])
  }

  @Test func aKindThatIsNotServedIsToldApart() async throws {
    let server = Self.server()
    server.answer("/apis/apps/v1", ["resources": []])
    let stage = await Self.started(server)
    try stage.press("T")
    await stage.session.settled()
    #expect(stage.page.contains("the server does not serve Deployment in apps/v1"))
    await stage.session.stop()
  }

  @Test(arguments: [
    (FeedID.resourceBindings, "resourcebinding.karmada.io/permanent-id=id-1"),
    (.clusterResourceBindings, "clusterresourcebinding.karmada.io/permanent-id=id-1"),
  ])
  func worksAreReadPageByPage(feed: FeedID, selector: String) async throws {
    let server = Self.server()
    server.answer(Self.row, ["kind": "ResourceBinding"])
    let asked = Noted()
    server.lay { request in
      guard request.path == "/apis/work.karmada.io/v1alpha1/works" else { return nil }
      asked.add("\(request.query("labelSelector") ?? "-") \(request.query("continue") ?? "-")")
      let page = request.query("continue") == nil ? 1 : 2
      return [
        "kind": "WorkList", "metadata": page == 1 ? ["continue": "more"] : [:],
        "items": [["metadata": ["namespace": "karmada-es-m", "name": .string("w\(page)")]]],
      ]
    }
    let stage = await Self.started(server)
    try stage.press("d")
    await stage.session.settled()
    let token = stage.state.overlays.count
    #expect(token == 1)
    #expect(asked.lines.map { $0.split(separator: " ").last.map(String.init) } == ["-", "more"])
    guard case .success(let works)? = stage.state.topText?.works else {
      Issue.record("no works: \(String(describing: stage.state.topText?.works))")
      return
    }
    #expect(works.map(\.metadata.name) == ["w1", "w2"])
    await stage.session.stop()

    let result = await Session.works(of: feed, permanentID: "id-1", from: server)
    #expect(try result.get().count == 2)
    #expect(asked.lines.suffix(2) == ["\(selector) -", "\(selector) more"])
  }

  @Test func worksThatCannotBeReadAreToldInTheirPlace() async throws {
    let server = Self.server()
    server.answer(Self.row, ["kind": "ResourceBinding"])
    server.deny("works")
    let stage = await Self.started(server)
    try stage.press("d")
    await stage.session.settled()
    #expect(stage.page.contains("not yours"))
    await stage.session.stop()
  }
}
