import ControlPlane
import Manifest
import Testing

@testable import Simulation

@Suite struct ScenarioTests {
  static let now = Time(seconds: 1_795_348_800)

  @Test func quickstartIsABelievableFleet() throws {
    let scenario = try Scenario.embedded("quickstart")
    let fleet = try SimulatedControlPlane.quickstart().fleet
    func count(_ api: APIResource) throws -> Int {
      fleet.karmada.count(try #require(fleet.karmada.registry.type(api)))
    }
    #expect(try count(.clusters) == 6)
    #expect(scenario.namespaces.count == 9)
    #expect(Set(scenario.templates.map(\.kind)).count >= 10)
    #expect(try count(.resourceBindings) + count(.clusterResourceBindings) >= 55)
    #expect(try count(.works) > 100)
    #expect(try count(.events) > 30)
    #expect(fleet.members.values.filter { !$0.isReachable }.count == 1)
  }

  @Test func noTwoObjectsShareAnId() throws {
    let fleet = try SimulatedControlPlane.quickstart().fleet
    var ids: [String] = []
    for type in fleet.karmada.registry.types {
      for object in fleet.karmada.all(type) {
        ids.append(object.value[path: "metadata", "uid"]?.string ?? "")
        if type.api == .resourceBindings {
          ids.append(object.labels["resourcebinding.karmada.io/permanent-id"] ?? "")
        }
        if type.api == .works { ids.append(object.labels["work.karmada.io/permanent-id"] ?? "") }
      }
    }
    #expect(Set(ids).count == ids.count)
    #expect(!ids.contains(""))
  }

  @Test func sameSeedAndMomentGiveTheSameFleet() throws {
    let scenario = try Scenario.embedded("migration")
    let fleets = try [1, 1, 2].map {
      try scenario.fleet(seed: $0, now: Self.now).karmada
    }
    let works = try fleets.map { store in
      store.all(try #require(store.registry.type(.works))).map(\.bytes)
    }
    #expect(works[0] == works[1])
    #expect(works[0] != works[2])
  }

  @Test func worksAreNamedAsKarmadaNamesThem() {
    // Recorded names.
    #expect(
      KarmadaName.work(kind: "Deployment", namespace: "default", name: "nginx")
        == "nginx-687f7fb96f")
    #expect(
      KarmadaName.work(kind: "FlinkDeployment", namespace: "default", name: "wordcount")
        == "wordcount-5dc5b7c484")
    #expect(
      KarmadaName.work(kind: "ClusterRole", namespace: "", name: "karmada-impersonator")
        == "karmada-impersonator-7cbb6bd5c9")
  }

  @Test(arguments: [
    ("", "empty"), ("name: [", "not YAML"), ("name: x\nfoo: 1", "no field \"foo\""),
    ("name: x\nclusters: [{mode: Push}]", "clusters[0].name is missing"),
    ("name: x\nclusters: [{name: a, notReadyFor: soon}]", "time span"),
    (
      "name: x\nnamespaces: [ns]\ntemplates: [{kind: ConfigMap, namespace: ns, name: c, brokenOn: [z]}]",
      "cluster \"z\""
    ),
  ])
  func brokenScenariosSayWhere(text: String, expected: String) {
    #expect {
      try Scenario(yaml: text)
    } throws: { error in
      "\(error)".contains(expected)
    }
  }

  /// Each of them plays, and shows within its time what its story promises.
  @Test(arguments: [
    ("flink-failover", 90, "streaming", "wordcount-flinkdeployment", "member2:2"),
    ("flink-failover", 90, "streaming", "blocked-flinkdeployment", "member1:2"),
    ("cluster-outage", 140, "shop", "pinned-deployment", ""),
    ("migration", 5, "legacy", "web-deployment", "member1:2 member2:2"),
    ("overrides", 5, "shop", "settings-configmap", "member1:0 member2:0 member3:0"),
  ])
  func playsWhatItPromises(
    name: String, seconds: Int, namespace: String, binding: String, placement: String
  ) throws {
    let time = ManualTime(Self.now)
    let plane = try SimulatedControlPlane(playing: try Scenario.embedded(name), time: time)
    for _ in 0..<seconds {
      time.advance(by: .seconds(1))
      plane.runControllers()
    }
    let type = try #require(plane.fleet.karmada.registry.type(.resourceBindings))
    let object = try plane.fleet.karmada.get(type, namespace: namespace, name: binding).value
    let targets = (object[path: "spec", "clusters"]?.array ?? []).map {
      "\($0["name"]?.string ?? ""):\($0["replicas"]?.int ?? 0)"
    }
    #expect(targets.sorted().joined(separator: " ") == placement)
  }

  @Test func overridesEmptyAField() throws {
    let plane = try SimulatedControlPlane(
      playing: try Scenario.embedded("overrides"), time: ManualTime(Self.now))
    let member = try #require(plane.fleet.members["member3"])
    let type = try #require(member.store.registry.type(apiVersion: "v1", kind: "ConfigMap"))
    let copy = try member.store.get(type, namespace: "shop", name: "settings").value
    #expect(copy["data"]?["config.yaml"] == "")
  }

  @Test func migrationsObjectsAreTheOldOnes() throws {
    let plane = try SimulatedControlPlane(
      playing: try Scenario.embedded("migration"), time: ManualTime(Self.now))
    for name in ["member1", "member2"] {
      let member = try #require(plane.fleet.members[name])
      let type = try #require(member.store.registry.type(apiVersion: "v1", kind: "ConfigMap"))
      let copy = try member.store.get(type, namespace: "legacy", name: "settings").value
      #expect(copy[path: "metadata", "labels"]?["karmada.io/managed"] == "true")
    }
  }

  // MARK: A large fleet

  private func big() throws -> SimulatedControlPlane {
    var scenario = try Scenario.embedded("big")
    scenario.synthetic?.bindings = 300
    return try SimulatedControlPlane(playing: scenario, time: ManualTime(Self.now))
  }

  @Test func whatStandsBehindABindingIsMadeWhenSomebodyComesNear() async throws {
    let plane = try big()
    let list = try await plane.value(Call.get("/apis/work.karmada.io/v1alpha2/resourcebindings"))
    let items = list["items"]?.array ?? []
    #expect(items.count == 300)
    let binding = try #require(
      items.first { ($0[path: "spec", "clusters"]?.array ?? []).count == 2 })
    let resource = try #require(binding[path: "spec", "resource"])
    let name = resource["name"]?.string ?? ""
    let namespace = resource["namespace"]?.string ?? ""
    let kind = resource["kind"]?.string ?? ""
    let path =
      (kind == "ConfigMap" ? "/api/v1" : "/apis/apps/v1") + "/namespaces/\(namespace)/"
      + "\(kind.lowercased())s/\(name)"
    let id =
      binding[path: "metadata", "labels"]?["resourcebinding.karmada.io/permanent-id"]?.string ?? ""
    let version = plane.fleet.karmada.resourceVersion
    // Works are found by the label that they share with the binding, before anything else is.
    let works = try await plane.value(
      Call.get(
        "/apis/work.karmada.io/v1alpha1/works",
        query: "labelSelector=resourcebinding.karmada.io/permanent-id=\(id)"))
    #expect(works["items"]?.array?.count == 2)
    let template = try await plane.value(Call.get(path))
    #expect(template[path: "metadata", "uid"] == resource["uid"])
    for target in binding[path: "spec", "clusters"]?.array ?? [] {
      let copy = try await plane.value(
        Call.get(
          "/apis/cluster.karmada.io/v1alpha1/clusters/\(target["name"]?.string ?? "")/proxy\(path)")
      )
      #expect(copy[path: "metadata", "labels"]?["karmada.io/managed"] == "true")
      #expect(copy[path: "metadata", "uid"] != template[path: "metadata", "uid"])
    }
    // Nobody who watches hears of it.
    #expect(plane.fleet.karmada.resourceVersion == version)
  }

  @Test func controllersFindNothingToDoInALargeFleetUntilSomethingHappens() throws {
    var fleet = try big().fleet
    let type = try #require(fleet.karmada.registry.type(.resourceBindings))
    for number in 0..<300 { fleet.awaken(number) }
    let before = fleet.karmada.all(type).map(\.resourceVersion)
    var runtime = ControllerRuntime(KarmadaControllers.all, fleet: fleet, now: Self.now)
    runtime.run(&fleet, until: Self.now + .seconds(120))
    #expect(fleet.karmada.all(type).map(\.resourceVersion) == before)
    let name = try #require(
      fleet.karmada.all(type).map(\.value).first {
        $0[path: "spec", "clusters"]?.array?.isEmpty == false
          && $0[path: "spec", "resource", "kind"] == "Deployment"
      })
    let deployments = try #require(fleet.karmada.registry.type(id: "deployments.apps"))
    let target = WriteTarget(
      deployments, namespace: name.objectNamespace,
      name: name[path: "spec", "resource", "name"]?.string ?? "")
    _ = try fleet.karmada.delete(at: target, now: runtime.clock)
    let isAtRest = runtime.settle(&fleet, deadline: runtime.clock + .seconds(60))
    #expect(isAtRest)
    #expect(!fleet.karmada.contains(type, namespace: name.objectNamespace, name: name.objectName))
    for cluster in name[path: "spec", "clusters"]?.array ?? [] {
      let store = try #require(fleet.members[cluster["name"]?.string ?? ""]?.store)
      #expect(!store.contains(deployments, namespace: target.namespace, name: target.name))
    }
  }
}
