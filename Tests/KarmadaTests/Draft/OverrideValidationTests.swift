import Karmada
import Manifest
import TestSupport
import Testing

@Suite struct OverrideValidationTests {
  private func problems(_ change: (inout OverrideDraft) throws -> Void) throws -> [String] {
    var draft = DraftSample.draft
    try change(&draft)
    return draft.problems.map { "\($0.source.rawValue) \(FieldPath.text($0.pointer))" }
  }
  private func at(_ path: String) -> JSONPointer { DraftSample.at(path) }

  /// Every write of an override policy in the recordings of Karmada 1.12.5: what it refused is
  /// known beforehand at the very fields it named, and what it took is not refused.
  @Test(arguments: ["field-override", "api-verdicts"])
  func knowsBeforehandWhatTheRealServerRefused(trace: String) throws {
    var present: [String: JSONValue] = [:]
    var (refused, taken) = (0, 0)
    for line in try Fixture.bytes("traces/\(trace).trace.jsonl").split(separator: 0x0A) {
      let entry = try JSONValue(parsing: line)
      guard entry["operator"] != nil, let request = entry["request"],
        let path = request["path"]?.string?.split(separator: "?").first,
        path.contains("overridepolicies"), let body = request["body"], body != .null,
        let status = entry[path: "response", "status"]?.int, status != 409
      else { continue }
      let answer = entry[path: "response", "body"] ?? .null
      var policy = body
      if request["method"] == "PATCH" {
        policy = MergePatch.apply(body, to: present[String(path)] ?? [:])
      }
      let found = OverrideValidation.problems(in: policy).filter(\.isRefusal)
      if status < 300 {
        taken += 1
        #expect(found.isEmpty, "\(entry["operator"] ?? .null): \(found)")
        if request["method"] != "POST" { present[String(path)] = answer }
        if let name = answer[path: "metadata", "name"]?.string {
          present["\(path)/\(name)"] = answer
        }
      } else {
        refused += 1
        let said = ServerRefusal.complaints(
          message: answer["message"]?.string ?? "",
          causes: (answer[path: "details", "causes"]?.array ?? []).map {
            ($0["field"]?.string ?? "", $0["message"]?.string ?? "")
          })
        #expect(!said.isEmpty)
        #expect(
          Set(said.map(\.pointer)) == Set(found.map(\.pointer)),
          "\(entry["operator"] ?? .null): \(said) \(found)")
      }
    }
    if trace == "field-override" { #expect(refused == 4 && taken >= 5) }
  }

  @Test func whatIsWrongIsToldAtItsFieldAndLine() throws {
    var draft = DraftSample.draft
    draft.setText(
      DraftSample.text.replacing("operator: replace", with: "operator: swap")
        .replacing("fieldPath: /data", with: "fieldPath: data"))
    #expect(
      draft.problems.map(\.description) == [
        "line 20, spec.overrideRules[0].overriders.fieldOverrider[0].yaml[0].operator: \"swap\" is "
          + "none of add, remove, replace",
        "line 17, spec.overrideRules[0].overriders.fieldOverrider[0].fieldPath: a JSON pointer must "
          + "be empty or begin with /",
      ])
  }

  @Test func anUnknownFieldIsToldWithTheOneThatWasMeant() throws {
    var draft = DraftSample.draft
    try draft.apply(.rename(at("spec.overrideRules"), to: "overrideRulez"))
    let problem = try #require(draft.problems.first)
    #expect(problem.sentence.contains("is overrideRules meant?") && problem.line == 11)
  }

  @Test(
    arguments: [
      ("metadata.name", "Example", "schema metadata.name"),
      ("metadata.name", "", "schema metadata.name"),
      ("metadata.namespace", nil, "schema metadata.namespace"),
      ("metadata.labels", ["a b": "c"], "schema metadata.labels[a b]"),
      ("kind", "Override", "schema kind"), ("apiVersion", "v1", "schema apiVersion"),
      ("spec.overrideRules", "x", "schema spec.overrideRules"),
      ("spec.overrideRules[0].overriders", nil, "schema spec.overrideRules[0].overriders"),
      (
        "spec.overrideRules[0].targetCluster.clusterNames", [1],
        "schema spec.overrideRules[0].targetCluster.clusterNames[0]"
      ),
      (
        "spec.overrideRules[1].overriders.labelsOverrider[0].value", ["tier": "a b"],
        "webhook spec.overrideRules[1].overriders.labelsOverrider[0].value.tier"
      ),
      (
        "spec.overrideRules[1].overriders.annotationsOverrider",
        [["operator": "add", "value": ["a/b/c": "x"]]],
        "webhook spec.overrideRules[1].overriders.annotationsOverrider[0].value[a/b/c]"
      ),
      (
        "spec.overrideRules[1].overriders.imageOverrider",
        [["component": "Tag", "operator": "add", "predicate": ["path": "spec"]]],
        "webhook spec.overrideRules[1].overriders.imageOverrider[0].predicate.path"
      ),
      (
        "spec.overrideRules[0].overriders.fieldOverrider[0].json",
        [["subPath": "/a", "operator": "remove"]],
        "webhook spec.overrideRules[0].overriders.fieldOverrider[0]"
      ),
      (
        "spec.overrideRules[0].overriders.fieldOverrider[0].yaml[0].value", nil,
        "webhook spec.overrideRules[0].overriders.fieldOverrider[0].yaml[0].value"
      ),
      (
        "spec.overrideRules[0].overriders.fieldOverrider[0].yaml[0].operator", "remove",
        "webhook spec.overrideRules[0].overriders.fieldOverrider[0].yaml[0].value"
      ),
      (
        "spec.overrideRules[0].targetCluster.fieldSelector",
        ["matchExpressions": [["key": "country", "operator": "In"]]],
        "webhook spec.overrideRules[0].targetCluster.fieldSelector.matchExpressions[0].key"
      ),
      ("spec.targetCluster", ["clusterNames": ["m"]], "webhook spec.targetCluster"),
      (
        "spec.overriders", ["plaintext": [["path": "/a", "operator": "remove"]]],
        "webhook spec.overriders"
      ),
    ] as [(String, JSONValue?, String)])
  func refuses(path: String, value: JSONValue?, wanted: String) throws {
    let found = try problems { draft in
      if let value {
        try draft.set(value, at: at(path))
      } else {
        try draft.apply(.remove(at(path)))
      }
    }
    #expect(found == [wanted])
  }

  @Test func whatTheWebhookForgetsIsNoRefusal() throws {
    let found = try problems { draft in
      try draft.set(
        ["fieldOverrider": [["fieldPath": "/data/a"]]], at: at("spec.overriders"))
      try draft.set(
        [["fieldPath": "/data/a"]],
        at: at("spec.overrideRules[1].overriders.fieldOverrider"))
    }
    #expect(found.isEmpty)
  }

  @Test func hazardsStandAtTheirOverrider() throws {
    let draft = DraftSample.draft
    let engine = try OverrideEngine(
      decoding: [draft.value ?? .null], clusterOverridePolicies: [])
    let rendered = try engine.render(DraftSample.configMap, for: DraftSample.clusters[0])
    let found = draft.problems(of: rendered.hazards)
    #expect(found.map(\.hazard) == [.typeChanged])
    #expect(found.first?.line == 17)
    #expect(
      found.first?.pointer == at("spec.overrideRules[0].overriders.fieldOverrider[0]"))
    #expect(
      draft.problems(of: engine.hazards(clusters: [])).map(\.pointer) == [
        at("spec.overrideRules[0].targetCluster"), at("spec.overrideRules[1].targetCluster"),
      ])
  }

  @Test(
    arguments: [
      (
        "spec.overrideRules[0].overriders.yaml[1]",
        ["spec", "overrideRules", "0", "overriders", "yaml", "1"]
      ),
      (".spec.overrideRules", ["spec", "overrideRules"]),
      ("metadata.labels[a.b/c]", ["metadata", "labels", "a.b/c"]),
    ] as [(String, [String])])
  func readsTheServersPaths(text: String, tokens: [String]) {
    #expect(FieldPath.pointer(text)?.tokens == tokens)
    #expect(
      FieldPath.text(JSONPointer(tokens: tokens))
        == (text.first == "." ? String(text.dropFirst()) : text))
  }

  @Test func aRefusalInNobodysWordsIsStillTold() {
    let problems = DraftSample.draft.problems(ofRefusal: "etcd is full, [sorry]: no")
    #expect(problems.map(\.sentence) == ["etcd is full, [sorry]: no"])
    #expect(problems.first?.pointer == JSONPointer())
  }

  @Test(arguments: 0..<20)
  func survivesAnyPolicyAndAnyRefusal(seed: UInt64) {
    var random = RandomJSON(seed: seed)
    for _ in 0..<200 {
      _ = OverrideValidation.problems(in: random.value())
      _ = OverrideValidation.problems(in: ["kind": "OverridePolicy", "spec": random.value()])
      _ = OverrideValidation.problems(
        in: ["spec": ["overrideRules": [["overriders": random.value()], random.value()]]])
      _ = ServerRefusal.complaints(message: random.string() + ": Invalid value: " + random.string())
      _ = FieldPath.pointer(random.string())
      _ = OverrideForm(["spec": random.value()], scope: .cluster)
    }
  }
}
