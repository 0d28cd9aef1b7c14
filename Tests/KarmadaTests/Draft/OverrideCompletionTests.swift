import Karmada
import Manifest
import Testing

@Suite struct OverrideCompletionTests {
  private func texts(
    _ path: String, typed: String = "", _ change: (inout OverrideDraft) throws -> Void = { _ in }
  ) throws -> [String] {
    var draft = DraftSample.draft
    try change(&draft)
    return OverrideCompletion(DraftSample.fleet, for: draft)
      .candidates(at: DraftSample.at(path), typed: typed).map(\.text)
  }
  private let rule = "spec.overrideRules[0]"

  @Test func offersClustersThatAreNotNamedYet() throws {
    #expect(try texts("\(rule).targetCluster.clusterNames[1]") == ["member2", "member3"])
    #expect(try texts("\(rule).targetCluster.clusterNames[1]", typed: "3") == ["member3"])
  }

  @Test func offersLabelsRegionsAndZonesOfRealClusters() throws {
    let labels = "\(rule).targetCluster.labelSelector.matchLabels"
    #expect(try texts("\(labels).env") == ["env"])
    #expect(
      try texts("\(labels).env") { draft in
        try draft.set("", at: DraftSample.at("\(labels).env"))
      }
        == ["prod", "test"])
    let field = "\(rule).targetCluster.fieldSelector.matchExpressions"
    func values(_ key: String) throws -> [String] {
      try texts("\(field)[0].values[0]") { draft in
        try draft.set([["key": .string(key), "operator": "In"]], at: DraftSample.at(field))
      }
    }
    #expect(try values("region") == ["us", "eu"])
    #expect(try values("zone") == ["eu-a", "us-a", "us-b"])
    #expect(try values("provider") == ["aws", "gcp"])
  }

  @Test func offersDocumentsAndWhatIsInThem() throws {
    let field = "\(rule).overriders.fieldOverrider[0]"
    #expect(try texts("\(field).fieldPath") == ["/data/config.yaml", "/data/settings.json"])
    #expect(try texts("\(field).yaml[0].subPath") == ["/app"])
    #expect(
      try texts("\(field).yaml[0].subPath", typed: "/app/database/")
        == ["/app/database/ip", "/app/database/port", "/app/database/tls"])
    #expect(try texts("\(field).yaml[0].value") == ["5432"])
  }

  @Test func offersWhatTheSelectedObjectsHave() throws {
    func ofWeb(_ path: String, typed: String = "", _ overriders: JSONValue) throws -> [String] {
      try texts("\(rule).overriders.\(path)", typed: typed) { draft in
        try draft.set(
          ["apiVersion": "apps/v1", "kind": "Deployment"],
          at: DraftSample.at("spec.resourceSelectors[0]"))
        try draft.set(overriders, at: DraftSample.at("\(rule).overriders"))
      }
    }
    let image: JSONValue = [["component": "Registry", "operator": "replace", "predicate": [:]]]
    #expect(
      try ofWeb("imageOverrider[0].value", ["imageOverrider": image]) == ["docker.io", "quay.io"])
    #expect(
      try ofWeb("imageOverrider[0].predicate.path", ["imageOverrider": image]) == [
        "/spec/template/spec/containers/0/image", "/spec/template/spec/containers/1/image",
      ])
    let args: JSONValue = ["argsOverrider": [["containerName": "web", "operator": "remove"]]]
    #expect(try ofWeb("argsOverrider[0].containerName", args) == ["side", "web"])
    #expect(try ofWeb("argsOverrider[0].value[0]", args) == ["-v", "2"].sorted())
    let patch: JSONValue = ["plaintext": [["path": "/spec/replicas", "operator": "replace"]]]
    #expect(try ofWeb("plaintext[0].path", typed: "/spec/re", patch) == ["/spec/replicas"])
    #expect(try ofWeb("plaintext[0].value", patch) == ["3"])
    #expect(
      try ofWeb("labelsOverrider[0].value.app", ["labelsOverrider": [["value": ["app": ""]]]])
        == ["web"])
  }

  @Test func choicesAreTheSchemas() throws {
    #expect(
      try texts("\(rule).overriders.imageOverrider[0].component") == [
        "Tag", "Registry", "Repository",
      ])
    #expect(try texts("spec.resourceSelectors[0].kind") == ["ConfigMap", "Secret"])
    #expect(try texts("spec.resourceSelectors[0].name") == ["example-configmap"])
    #expect(try texts("nope.nothing").isEmpty)
  }

  @Test func neverShowsWhatASecretKeeps() throws {
    let all = try texts("\(rule).overriders.plaintext[0].path", typed: "/data/") { draft in
      try draft.set(
        ["apiVersion": "v1", "kind": "Secret"], at: DraftSample.at("spec.resourceSelectors[0]"))
    }
    #expect(all == ["/data/token"])
    var draft = DraftSample.draft
    try draft.set(
      ["apiVersion": "v1", "kind": "Secret"], at: DraftSample.at("spec.resourceSelectors[0]"))
    try draft.set(
      ["plaintext": [["path": "/data/token", "operator": "replace"]]],
      at: DraftSample.at("\(rule).overriders"))
    let completion = OverrideCompletion(DraftSample.fleet, for: draft)
    for path in ["path", "value"] {
      for candidate in completion.candidates(
        at: DraftSample.at("\(rule).overriders.plaintext[0].\(path)"), typed: "/data/")
      { #expect(!"\(candidate)".contains("aHVzaA")) }
    }
  }

  @Test func theGuideLeadsFromTheObjectToTheValue() throws {
    var guide = FieldOverrideGuide(objects: [DraftSample.deployment, DraftSample.configMap])
    #expect(guide.choices.map(\.detail) == ["0 documents", "2 documents"])
    func choose(_ title: String) {
      if let choice = guide.choices.first(where: { $0.title == title }) { guide.choose(choice) }
    }
    choose("ConfigMap default/example-configmap")
    choose("/data/config.yaml")
    for title in ["app", "database", "port"] { choose(title) }
    #expect(guide.step == .value && guide.typed == "5432")
    guide.type("\"3306\"")
    #expect(guide.typeChange == "the number 5432 becomes the text \"3306\"")
    guide.type("3306")
    #expect(guide.typeChange == nil)
    #expect(
      guide.result == "app:\n  database:\n    ip: 127.0.0.1\n    port: 3306\n    tls: true\n")
    var draft = DraftSample.draft
    try guide.apply(to: &draft, rule: 0)
    #expect(
      draft[DraftSample.at("\(rule).overriders.fieldOverrider[0].yaml[1]")]
        == ["subPath": "/app/database/port", "operator": "replace", "value": 3306])
    try guide.apply(to: &draft, rule: 1)
    #expect(draft.problems.isEmpty)
    guide.type("null")
    #expect(guide.operation == nil)
    let wentBack = guide.goBack()
    #expect(wentBack && guide.step == .place)
    #expect(guide.subPath.description == "/app/database")
  }

  @Test(
    arguments: [
      ("3306", 3306), ("\"3306\"", "3306"), ("yes", true), ("a: [", "a: ["), ("", ""),
      ("{a: 1}", ["a": 1]), ("plain words", "plain words"),
    ] as [(String, JSONValue)])
  func whatIsTypedHasTheTypeItLooksLike(text: String, value: JSONValue) {
    #expect(TypedValue.value(text) == value)
    #expect(TypedValue.value(TypedValue.text(value)) == value)
  }
}
