import Karmada
import Manifest
import Testing

struct OverrideHazardTests {
  private let yaml = """
    # the database
    app:
      database:
        port: 5432
        flag: yes
    """

  private func configMap(_ text: String) -> JSONValue {
    [
      "apiVersion": "v1", "kind": "ConfigMap",
      "metadata": ["name": "cfg", "namespace": "default"],
      "data": ["config": .string(text)],
    ]
  }

  private func policy(
    _ overriders: JSONValue, target: JSONValue = .null, extra: JSONValue = .null
  ) -> JSONValue {
    [
      "metadata": ["name": "p", "namespace": "default"],
      "spec": [
        "overrideRules": [["overriders": overriders, "targetCluster": target]],
        "overriders": extra,
      ],
    ]
  }

  private func field(_ member: String, _ operations: [JSONValue]) -> JSONValue {
    ["fieldOverrider": [["fieldPath": "/data/config", .init(member): .array(operations)]]]
  }

  private func port(_ value: JSONValue) -> JSONValue {
    ["operator": "replace", "subPath": "/app/database/port", "value": value]
  }

  private func render(
    _ object: JSONValue, _ policies: [JSONValue]
  ) throws -> OverrideEngine.Rendered {
    var cluster = OverrideTarget()
    cluster.name = "member1"
    return try OverrideEngine(decoding: policies, clusterOverridePolicies: [])
      .render(object, for: cluster)
  }

  @Test func aTextWhereANumberStoodIsToldWithItsPlaceInTheDocument() throws {
    let rendered = try render(configMap(yaml), [policy(field("yaml", [port("3306")]))])
    #expect(
      rendered.manifest[path: "data", "config"]
        == "app:\n  database:\n    flag: true\n    port: \"3306\"\n")
    let change = try #require(rendered.trace.changes.first)
    #expect(rendered.trace.changes.count == 1)
    #expect(change.path.description == "/data/config")
    #expect(change.subPath?.description == "/app/database/port")
    #expect(rendered.hazards.map(\.kind) == [.typeChanged, .yamlRewritten])
    let sentence = rendered.hazards[1].sentence
    #expect(sentence.contains("comments are lost"))
    #expect(sentence.contains("keys are sorted"))
    #expect(sentence.contains("yes becomes true"))
  }

  @Test func aNumberForANumberInASortedDocumentIsNoHazard() throws {
    let object = configMap("app:\n  database:\n    port: 5432\n")
    #expect(try render(object, [policy(field("yaml", [port(3306)]))]).hazards.isEmpty)
  }

  @Test func aFieldOverriderWithNothingToDoEmptiesTheField() throws {
    let rendered = try render(
      configMap(yaml), [policy(["fieldOverrider": [["fieldPath": "/data/config"]]])])
    #expect(rendered.manifest[path: "data", "config"] == "")
    #expect(rendered.hazards.first?.kind == .fieldEmptied)
    #expect(rendered.hazards.first?.severity == .blocker)
  }

  @Test func deprecatedFieldsBesideRulesAreIgnored() throws {
    let extra: JSONValue = ["labelsOverrider": [["operator": "add", "value": ["a": "b"]]]]
    let rendered = try render(configMap(yaml), [policy([:], extra: extra)])
    #expect(rendered.manifest == configMap(yaml))
    #expect(rendered.hazards.map(\.kind) == [.ignoredTopLevel])
  }

  @Test func aRuleForNoClusterIsFoundWithoutAnObject() throws {
    let engine = try OverrideEngine(
      decoding: [policy([:], target: ["clusterNames": ["gone"]])], clusterOverridePolicies: [])
    var cluster = OverrideTarget()
    cluster.name = "member1"
    #expect(engine.hazards(clusters: [cluster]).map(\.kind) == [.noTargetMatches])
    cluster.name = "gone"
    #expect(engine.hazards(clusters: [cluster]).isEmpty)
  }

  private var pod: JSONValue {
    [
      "apiVersion": "v1", "kind": "Pod", "metadata": ["name": "p", "namespace": "default"],
      "spec": ["containers": [["name": "c0", "image": "nginx:1"]]],
    ]
  }

  private func image(_ component: String, _ value: String) -> JSONValue {
    policy([
      "imageOverrider": [
        ["component": .string(component), "operator": "replace", "value": .string(value)]
      ]
    ])
  }

  @Test func imagesThatCannotBePulledAreTold() throws {
    #expect(
      try render(pod, [image("Registry", "http://m.io")]).hazards.map(\.kind) == [
        .invalidImage
      ])
    let ignored = try render(pod, [image("Tag", "not a tag")])
    #expect(ignored.manifest == pod)
    #expect(ignored.hazards.map(\.kind) == [.invalidImage])
    #expect(try render(pod, [image("Tag", "2")]).hazards.isEmpty)
  }

  @Test func overridersThatFindNothingAreTold() throws {
    let command: JSONValue = ["containerName": "x", "operator": "add", "value": ["-v"]]
    let labels: JSONValue = ["operator": "remove", "value": ["gone": ""]]
    let rendered = try render(
      pod, [policy(["commandOverrider": [command], "labelsOverrider": [labels]])])
    #expect(rendered.manifest == pod)
    #expect(rendered.hazards.map(\.kind) == [.targetMissing, .targetMissing])
  }

  @Test(
    arguments: [
      ["spec": ["containers": [["name": "c0", "image": "a", "command": "sh"]]]],
      ["spec": ["containers": ["c0"]]],
    ] as [JSONValue])
  func whatMakesKarmadaCrashIsAnError(change: JSONValue) throws {
    let object = MergePatch.apply(change, to: pod)
    let command: JSONValue = ["containerName": "c0", "operator": "add", "value": ["-v"]]
    let failure = #expect(throws: OverrideFailure.self) {
      try render(object, [policy(["commandOverrider": [command]])])
    }
    #expect(failure?.kind == .karmadaPanics)
  }

  @Test func aWorkloadOfTheWrongTypesCannotHaveItsImagesOverridden() throws {
    var object = pod
    object["spec"]?["priority"] = "high"
    let failure = #expect(throws: OverrideFailure.self) {
      try render(object, [image("Tag", "2")])
    }
    #expect(failure?.kind == .invalidResult)
    #expect(failure?.path?.description == "/spec/priority")
  }

  @Test func aDocumentThatExplodesIsRefused() throws {
    var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for i in 1...8 {
      let aliases = Array(repeating: "*a\(i - 1)", count: 10).joined(separator: ", ")
      bomb += "a\(i): &a\(i) [\(aliases)]\n"
    }
    let failure = #expect(throws: OverrideFailure.self) {
      try render(configMap(bomb), [policy(field("yaml", [port(1)]))])
    }
    #expect(failure?.kind == .invalidDocument)
  }

  @Test func aMegabyteOfTextIsRendered() throws {
    let text = String(repeating: "0123456789abcdef\n", count: 61_000)
    var object = configMap("app:\n  database:\n    port: 1\n")
    object["data"]?["big"] = .string(text)
    let rendered = try render(object, [policy(field("yaml", [port(2)]))])
    #expect(rendered.trace.changes.count == 1)
    #expect(rendered.manifest[path: "data", "big"] == .string(text))
  }
}
