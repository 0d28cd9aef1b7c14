import ControlPlane
import Manifest
import Simulation
import Testing

@Suite struct ScenarioTests {
  static let now = Time(seconds: 1_795_348_800)

  @Test func quickstartIsABelievableFleet() throws {
    let scenario = try Scenario.embedded("quickstart")
    let fleet = FleetSeeder.fleet(of: scenario, now: Self.now)
    func count(_ api: APIResource) throws -> Int {
      fleet.karmada.count(try #require(fleet.karmada.registry.type(api)))
    }
    #expect(try count(.clusters) == 6)
    #expect(scenario.namespaces.count == 8)
    #expect(Set(scenario.templates.map(\.kind)).count >= 10)
    #expect(try count(.resourceBindings) + count(.clusterResourceBindings) >= 55)
    #expect(try count(.works) > 100)
    #expect(try count(.events) > 30)
    #expect(fleet.members.values.filter { !$0.isReachable }.count == 1)
  }

  @Test func noTwoObjectsShareAnId() throws {
    let fleet = FleetSeeder.fleet(of: try Scenario.embedded("quickstart"), now: Self.now)
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
    let scenario = try Scenario.embedded("quickstart")
    let fleets = [1, 1, 2].map {
      FleetSeeder.fleet(of: scenario, seed: $0, now: Self.now).karmada
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
      "name: x\nnamespaces: [ns]\ntemplates: [{kind: ConfigMap, namespace: ns, name: c, clusters: [z]}]",
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
}
