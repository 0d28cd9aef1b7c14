import Karmada
import Manifest
import TestSupport
import Testing

/// One template on many clusters.
struct OverridePreviewTests {
  private let configMap: JSONValue = [
    "apiVersion": "v1", "kind": "ConfigMap",
    "metadata": ["name": "cfg", "namespace": "shop", "uid": "1", "resourceVersion": "7"],
    "data": ["config": "app:\n  port: 5432\n", "other": "x"],
  ]

  private func policy(_ rules: [JSONValue], name: String = "p") -> JSONValue {
    [
      "metadata": ["name": .string(name), "namespace": "shop"],
      "spec": ["overrideRules": .array(rules)],
    ]
  }

  private func rule(_ clusters: [String], _ overriders: JSONValue) -> JSONValue {
    [
      "targetCluster": clusters.isEmpty
        ? nil : ["clusterNames": .array(clusters.map { .string($0) })],
      "overriders": overriders,
    ]
  }

  private func set(_ path: String, _ value: JSONValue) -> JSONValue {
    ["plaintext": [["operator": "replace", "path": .string(path), "value": value]]]
  }

  private func binding(_ clusters: [String], extra: JSONValue = [:]) -> JSONValue {
    var spec: JSONValue = ["clusters": .array(clusters.map { ["name": .string($0)] })]
    for (key, value) in extra.object?.members ?? [:] { spec[key] = value }
    return ["spec": spec]
  }

  private func targets(_ names: [String]) -> [OverrideTarget] {
    names.map { name in
      var target = OverrideTarget()
      target.name = name
      return target
    }
  }

  private func preview(
    _ policies: [JSONValue], on clusters: [String], known: [String]? = nil,
    template: JSONValue? = nil, binding: JSONValue? = nil
  ) throws -> OverridePreview {
    let template = template ?? configMap
    return try OverridePreview(
      OverridePreview.Input(
        template: template,
        targets: BindingTargets(
          decoding: binding ?? self.binding(clusters), template: template),
        overridePolicies: policies, clusterOverridePolicies: [],
        clusters: targets(known ?? clusters)))
  }

  @Test func clustersWithTheSameManifestStandTogether() throws {
    let preview = try preview(
      [policy([rule(["m2"], set("/data/other", "y")), rule(["m4"], set("/data/other", "x"))])],
      on: ["m1", "m2", "m3", "m4"])
    #expect(preview.groups.map(\.clusters) == [["m1", "m3", "m4"], ["m2"]])
    #expect(preview.variants.count == 3)
    #expect(preview.stopsAt == nil)
    #expect(preview.members.map(\.reach) == Array(repeating: .updated, count: 4))
  }

  @Test func aHundredClustersCostAsManyRenderingsAsThereAreKinds() throws {
    let names = (0..<100).map { "m\($0)" }
    let preview = try preview([policy([rule(["m7"], set("/data/other", "y"))])], on: names)
    #expect(preview.variants.count == 2)
    #expect(preview.groups.map(\.clusters.count) == [99, 1])
  }

  @Test func whatAnAPIServerFillsInIsNotSent() throws {
    let manifest = try preview([], on: ["m1"]).variants[0].manifest
    #expect(manifest?["metadata"] == ["name": "cfg", "namespace": "shop"])
  }

  @Test func afterAFailureKarmadaReachesNoClusterMore() throws {
    let preview = try preview(
      [policy([rule(["m2"], set("/data/none/x", "y"))])], on: ["m1", "m2", "m3"])
    #expect(preview.members.map(\.reach) == [.updated, .fails, .notReached(after: "m2")])
    #expect(preview.stopsAt == "m2")
    #expect(preview.hazards.first?.hazard.kind == .targetMissing)
    #expect(preview.hazards.first?.clusters == ["m2"])
    #expect(preview.groups.map(\.clusters) == [["m1", "m3"], ["m2"]])
  }

  @Test func aClusterThatHasVanishedStopsItToo() throws {
    let preview = try preview([], on: ["m1", "gone", "m3"], known: ["m1", "m3"])
    #expect(preview.members.map(\.reach) == [.updated, .vanished, .notReached(after: "gone")])
    #expect(preview.variant(of: "gone") == nil)
    #expect(preview.stopsAt == "gone")
  }

  @Test func whatMakesKarmadaCrashIsAHazardOfItsOwn() throws {
    let pod: JSONValue = [
      "apiVersion": "v1", "kind": "Pod", "metadata": ["name": "p", "namespace": "shop"],
      "spec": ["containers": ["c0"]],
    ]
    let command: JSONValue = ["containerName": "c0", "operator": "add", "value": ["-v"]]
    let preview = try preview(
      [policy([rule([], ["commandOverrider": [command]])])], on: ["m1", "m2"], template: pod)
    #expect(preview.hazards.first?.hazard.kind == .karmadaPanics)
    #expect(preview.hazards.first?.hazard.severity == .blocker)
    #expect(preview.hazards.first?.clusters == ["m1", "m2"])
  }

  @Test func dividedReplicasComeBeforeTheOverrides() throws {
    let deployment: JSONValue = [
      "apiVersion": "apps/v1", "kind": "Deployment",
      "metadata": ["name": "web", "namespace": "shop"], "spec": ["replicas": 5],
    ]
    let divided = binding(
      [],
      extra: [
        "replicas": 5,
        "clusters": [["name": "m1", "replicas": 3], ["name": "m2", "replicas": 2]],
        "placement": ["replicaScheduling": ["replicaSchedulingType": "Divided"]],
      ])
    func replicas(_ policies: [JSONValue], _ binding: JSONValue) throws -> [JSONValue?] {
      let preview = try preview(
        policies, on: ["m1", "m2"], template: deployment, binding: binding)
      return ["m1", "m2"].map { preview.variant(of: $0)?.manifest?[path: "spec", "replicas"] }
    }
    #expect(try replicas([], divided) == [3, 2])
    #expect(
      try replicas([policy([rule(["m2"], set("/spec/replicas", 9))])], divided) == [3, 9])
    var duplicated = divided
    duplicated["spec"]?["placement"] = [:]
    #expect(try replicas([], duplicated) == [5, 5])
  }

  @Test func completionsOfAJobAreDividedByItsReplicas() throws {
    let job: JSONValue = [
      "apiVersion": "batch/v1", "kind": "Job", "metadata": ["name": "j", "namespace": "shop"],
      "spec": ["parallelism": 4, "completions": 10, "ttlSecondsAfterFinished": 5],
    ]
    let divided = binding(
      [],
      extra: [
        "replicas": 4,
        "clusters": [["name": "m1", "replicas": 1], ["name": "m2", "replicas": 3]],
        "placement": ["replicaScheduling": ["replicaSchedulingType": "Divided"]],
      ])
    let preview = try preview([], on: ["m1", "m2"], template: job, binding: divided)
    #expect(preview.variant(of: "m1")?.manifest?["spec"] == ["parallelism": 1, "completions": 2])
    #expect(preview.variant(of: "m2")?.manifest?["spec"] == ["parallelism": 3, "completions": 8])
  }

  @Test func bindingsThatNeedItElsewhereAddTheirClusters() throws {
    let needed = binding(
      ["m1"], extra: ["requiredBy": [["clusters": [["name": "m2"], ["name": "m1"]]]]])
    let preview = try preview([], on: ["m1", "m2"], binding: needed)
    #expect(preview.members.map(\.cluster) == ["m1", "m2"])
  }

  @Test func aDraftTakesThePlaceOfAPolicy() throws {
    var input = OverridePreview.Input(
      template: configMap,
      targets: BindingTargets(decoding: binding(["m1"]), template: configMap),
      overridePolicies: [policy([rule([], set("/data/other", "old"))])],
      clusterOverridePolicies: [], clusters: targets(["m1"]))
    input.overridePolicies[0] = policy([rule([], set("/data/other", "new"))])
    let manifest = try OverridePreview(input).variants[0].manifest
    #expect(manifest?[path: "data", "other"] == "new")
  }

  @Test func aSecretsValuesStandInNoSentence() throws {
    let secret: JSONValue = [
      "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "s", "namespace": "shop"],
      "stringData": ["config": "# note\nport: 0755\npin: hunter2\n"], "data": ["k": "aHVudGVy"],
    ]
    let overriders: JSONValue = [
      "fieldOverrider": [
        [
          "fieldPath": "/stringData/config",
          "yaml": [["operator": "replace", "subPath": "/pin", "value": 4711]],
        ]
      ],
      "plaintext": [["operator": "replace", "path": "/data/k", "value": 12345]],
    ]
    let preview = try preview([policy([rule([], overriders)])], on: ["m1"], template: secret)
    let text = preview.hazards.map(\.hazard.sentence).joined()
    #expect(preview.hazards.map(\.hazard.kind).contains(.typeChanged))
    #expect(preview.hazards.map(\.hazard.kind).contains(.yamlRewritten))
    for value in ["hunter2", "4711", "12345", "aHVudGVy", "0755", "493"] {
      #expect(!text.contains(value), "\(text)")
    }
  }

  @Test func bindingsOfAnyShapeAreRead() {
    var random = RandomShapes(seed: 71)
    for _ in 0..<3_000 {
      let spec = random.value()
      let targets = BindingTargets(decoding: ["spec": spec], template: ["kind": "Job"])
      #expect(Set(targets.targets.map(\.cluster)).count == targets.targets.count)
    }
  }
}

/// Objects that look somewhat like a binding's spec.
private struct RandomShapes {
  private var generator: SeededGenerator
  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  mutating func value(depth: Int = 4) -> JSONValue {
    let texts: [JSONValue] = ["m1", "m2", "Divided", "Immediately", "Job"]
    switch Int.random(in: 0..<(depth > 0 ? 7 : 4), using: &generator) {
    case 0: return nil
    case 1: return .int(.random(in: .min ... .max, using: &generator))
    case 2: return texts.randomElement(using: &generator) ?? nil
    case 3: return .double(1e300)
    case 4: return .array((0..<3).map { _ in value(depth: depth - 1) })
    default:
      var object = JSONObject()
      for key in [
        "clusters", "name", "replicas", "placement", "replicaScheduling", "requiredBy",
        "gracefulEvictionTasks", "purgeMode", "preservedLabelState", "replicaSchedulingType",
      ] where Bool.random(using: &generator) { object[key] = value(depth: depth - 1) }
      return .object(object)
    }
  }
}
