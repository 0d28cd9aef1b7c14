import Karmada
import Manifest
import TestSupport
import Testing

/// Who made each changed line.
struct ManifestDiffTests {
  private let object: JSONValue = [
    "apiVersion": "v1", "kind": "ConfigMap",
    "metadata": ["name": "cfg", "namespace": "shop", "labels": ["app": "web"]],
    "data": ["config": "app:\n  port: 5432\n  user: a\n", "other": "x"],
  ]

  private func rendered(_ policies: [JSONValue]) throws -> OverrideEngine.Rendered {
    try OverrideEngine(decoding: policies, clusterOverridePolicies: [])
      .render(object, for: OverrideTarget())
  }

  private func policy(_ name: String, _ overriders: JSONValue) -> JSONValue {
    [
      "metadata": ["name": .string(name), "namespace": "shop"],
      "spec": ["overrideRules": [["overriders": overriders]]],
    ]
  }

  /// The changed lines with the policy behind each.
  private func told(_ diff: ManifestDiff) -> [String] {
    diff.lines.edits.enumerated().compactMap { at, edit in
      let name = diff.origins[at].map { diff.places[$0].policy } ?? "?"
      switch edit {
      case .kept: return nil
      case .removed(let i): return "\(name) -\(diff.lines.old[i])"
      case .added(let i): return "\(name) +\(diff.lines.new[i])"
      }
    }
  }

  @Test func eachLineHasItsPolicy() throws {
    let rendered = try rendered([
      policy("a", ["labelsOverrider": [["operator": "add", "value": ["tier": "edge"]]]]),
      policy(
        "b", ["plaintext": [["operator": "replace", "path": "/data/other", "value": "y"]]]),
    ])
    let diff = ManifestDiff(from: object, to: rendered.manifest, trace: rendered.trace)
    #expect(told(diff) == ["b -  other: x", "b +  other: \"y\"", "a +    tier: edge"])
    #expect(diff.places.map(\.policy) == ["b", "a"])
  }

  @Test func linesOfADocumentInsideAFieldHaveTheirsToo() throws {
    func field(_ path: String, _ value: JSONValue) -> JSONValue {
      [
        "fieldOverrider": [
          [
            "fieldPath": "/data/config",
            "yaml": [["operator": "replace", "subPath": .string(path), "value": value]],
          ]
        ]
      ]
    }
    let rendered = try rendered([
      policy("a", field("/app/port", 3306)), policy("b", field("/app/user", "svc")),
    ])
    let diff = ManifestDiff(from: object, to: rendered.manifest, trace: rendered.trace)
    #expect(
      told(diff) == [
        "a -      port: 5432", "b -      user: a", "a +      port: 3306", "b +      user: svc",
      ])
  }

  @Test func aChangeThatNobodyMadeIsNobodys() {
    let diff = ManifestDiff(from: ["a": 1], to: ["a": 2])
    #expect(told(diff) == ["? -a: 1", "? +a: 2"])
    #expect(ManifestDiff(from: ["a": 1], to: ["a": 1]).isEmpty)
  }

  @Test func aMegabyteOfTextIsComparedLineByLine() throws {
    var object = object
    object["data"]?["big"] = .string(
      (0..<60_000).map { "line \($0) of it" }.joined(separator: "\n") + "\n")
    let engine = try OverrideEngine(
      decoding: [
        policy(
          "a", ["plaintext": [["operator": "replace", "path": "/data/other", "value": "y"]]])
      ], clusterOverridePolicies: [])
    let rendered = try engine.render(object, for: OverrideTarget())
    let diff = ManifestDiff(from: object, to: rendered.manifest, trace: rendered.trace)
    #expect(told(diff) == ["a -  other: x", "a +  other: \"y\""])
    #expect(diff.lines.old.count > 60_000)
  }

  @Test func anyTwoManifestsAreCompared() {
    var random = RandomJSON(seed: 72)
    for _ in 0..<400 {
      let (a, b) = (random.value(), random.value())
      let diff = ManifestDiff(from: a, to: b)
      #expect(diff.origins.count == diff.lines.edits.count)
      #expect(diff.lines.applied() + "\n" == YAML.write(b, sortedKeys: true))
    }
  }

  @Test func everyLineOfYAMLKnowsItsPlace() throws {
    var random = RandomJSON(seed: 73)
    for _ in 0..<600 {
      let value = random.value()
      let (text, places) = YAML.writeWithPlaces(value)
      #expect(text == YAML.write(value, sortedKeys: true))
      #expect(places.count == text.utf8.count { $0 == 0x0A })
      for place in places { #expect(throws: Never.self) { try place.path.value(in: value) } }
    }
  }
}
