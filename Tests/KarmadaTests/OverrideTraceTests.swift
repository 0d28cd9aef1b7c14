import Karmada
import Manifest
import Testing

struct OverrideTraceTests {
  private let object: JSONValue = [
    "apiVersion": "apps/v1", "kind": "Deployment",
    "metadata": ["name": "web", "namespace": "default", "labels": ["app": "web"]],
    "spec": [
      "replicas": 3,
      "template": ["spec": ["containers": [["name": "c0", "image": "nginx:1.25"]]]],
    ],
  ]

  private func policy(
    _ name: String, namespace: String = "default", selectors: JSONValue = .null,
    rules: [JSONValue]
  ) -> JSONValue {
    [
      "metadata": ["name": .string(name), "namespace": .string(namespace)],
      "spec": ["resourceSelectors": selectors, "overrideRules": .array(rules)],
    ]
  }

  private func rule(_ overriders: JSONValue, target: JSONValue = .null) -> JSONValue {
    ["targetCluster": target, "overriders": overriders]
  }

  private func replicas(_ value: JSONValue) -> JSONValue {
    ["plaintext": [["operator": "replace", "path": "/spec/replicas", "value": value]]]
  }

  private func cluster(_ name: String = "member1", zones: [String] = []) -> OverrideTarget {
    var cluster = OverrideTarget()
    cluster.name = name
    cluster.labels = ["env": "prod"]
    cluster.zones = zones
    return cluster
  }

  private func render(
    _ policies: [JSONValue], cluster policiesOfCluster: [JSONValue] = [], object: JSONValue? = nil
  ) throws -> OverrideEngine.Rendered {
    try OverrideEngine(decoding: policies, clusterOverridePolicies: policiesOfCluster)
      .render(object ?? self.object, for: cluster())
  }

  @Test func eachChangeNamesItsPolicyRuleAndOverrider() throws {
    let rendered = try render([
      policy(
        "p",
        rules: [
          rule(replicas(5), target: ["clusterNames": ["other"]]),
          rule([
            "imageOverrider": [["component": "Tag", "operator": "replace", "value": "1.26"]],
            "labelsOverrider": [["operator": "add", "value": ["tier": "edge"]]],
          ]),
        ])
    ])
    #expect(
      rendered.trace.changes.map(\.path.description) == [
        "/spec/template/spec/containers/0/image", "/metadata/labels/tier",
      ])
    let change = rendered.trace.changes[0]
    #expect((change.before, change.after) == ("nginx:1.25", "nginx:1.26"))
    #expect(change.place.description == "OverridePolicy default/p, rule 2, imageOverrider 1")
    #expect(rendered.trace.decisions.first?.rules.map { $0?.kind } == [.clusterName, nil])
    let origin = rendered.trace.origin(of: JSONPointer(tokens: ["metadata", "labels", "tier"]))
    #expect(origin?.place.overrider == .labels)
    #expect(rendered.trace.origin(of: JSONPointer(tokens: ["spec", "replicas"])) == nil)
  }

  @Test func saysWhyAPolicyDidNothing() throws {
    func why(_ policies: [JSONValue]) throws -> OverrideTrace.Unmet.Kind? {
      try render(policies).trace.decisions.first?.unmet?.kind
    }
    func selecting(_ selector: JSONValue) -> [JSONValue] {
      [policy("p", selectors: [selector], rules: [rule(replicas(5))])]
    }
    let deployment: JSONValue = ["apiVersion": "apps/v1", "kind": "Deployment"]
    func only(_ key: String, _ value: JSONValue) -> JSONValue {
      var selector = deployment
      selector[key] = value
      return selector
    }
    #expect(try why(selecting(deployment)) == nil)
    #expect(try why(selecting(["apiVersion": "v1", "kind": "Pod"])) == .kind)
    #expect(try why(selecting(["apiVersion": "v1", "kind": "Deployment"])) == .apiVersion)
    #expect(try why(selecting(only("namespace", "x"))) == .namespace)
    #expect(try why(selecting(only("name", "x"))) == .name)
    let labels: JSONValue = ["matchLabels": ["app": "db"]]
    #expect(try why(selecting(only("labelSelector", labels))) == .labels)
    let invalid: JSONValue = ["matchLabels": ["app": "not a value"]]
    #expect(try why(selecting(only("labelSelector", invalid))) == .invalidSelector)
    #expect(try why([policy("p", namespace: "x", rules: [rule(replicas(5))])]) == .otherNamespace)

    func targeting(_ target: JSONValue) -> [JSONValue] {
      [policy("p", rules: [rule(replicas(5), target: target)])]
    }
    #expect(try why(targeting(["exclude": ["member1"]])) == .excluded)
    #expect(try why(targeting(["clusterNames": ["member2"]])) == .clusterName)
    let staging: JSONValue = ["labelSelector": ["matchLabels": ["env": "dev"]]]
    #expect(try why(targeting(staging)) == .clusterLabels)
    func field(_ key: String, _ operator: String) -> JSONValue {
      let values: JSONValue = `operator` == "Exists" ? [] : ["a"]
      return [
        "fieldSelector": [
          "matchExpressions": [
            ["key": .string(key), "operator": .string(`operator`), "values": values]
          ]
        ]
      ]
    }
    #expect(try why(targeting(field("zone", "In"))) == .clusterZone)
    #expect(try why(targeting(field("zone", "NotIn"))) == nil)
    #expect(try why(targeting(field("provider", "Exists"))) == .clusterField)
    #expect(try why(targeting(field("region", "Like"))) == .invalidSelector)
  }

  @Test func aClusterScopedObjectKnowsNoNamespacedPolicies() throws {
    let role: JSONValue = ["apiVersion": "v1", "kind": "Role", "metadata": ["name": "r"]]
    let rendered = try render([policy("p", rules: [rule([:])])], object: role)
    #expect(rendered.trace.decisions.first?.unmet?.kind == .clusterScopedObject)
    #expect(rendered.appliedOverrides.isEmpty)
  }

  @Test func theMorePreciseSelectorComesLater() throws {
    let byName: JSONValue = ["apiVersion": "apps/v1", "kind": "Deployment", "name": "web"]
    let byLabel: JSONValue = [
      "apiVersion": "apps/v1", "kind": "Deployment",
      "labelSelector": ["matchLabels": ["app": "web"]],
    ]
    let rendered = try render(
      [
        policy("a", selectors: [byName], rules: [rule(replicas(1))]),
        policy("b", selectors: [byLabel], rules: [rule(replicas(2))]),
        policy("c", rules: [rule(replicas(4))]),
      ], cluster: [policy("z", rules: [rule(replicas(9))])])
    #expect(rendered.manifest[path: "spec", "replicas"] == 1)
    #expect(rendered.trace.changes.map(\.place.policy) == ["z", "c", "b", "a"])
    #expect(rendered.appliedOverrides.map { $0["policyName"] } == ["a", "b", "c"])
    #expect(rendered.hazards.map(\.kind) == [.laterRuleWins, .laterRuleWins, .laterRuleWins])
  }

  @Test func policiesAfterAFailureAreNotReached() throws {
    let bad = rule(["plaintext": [["operator": "remove", "path": "/spec/nope"]]])
    let engine = try OverrideEngine(
      decoding: [policy("a", rules: [bad]), policy("b", rules: [rule(replicas(1))])],
      clusterOverridePolicies: [])
    let failure = try #require(
      #expect(throws: OverrideFailure.self) { try engine.render(object, for: cluster()) })
    #expect(failure.kind == .targetMissing)
    #expect(failure.path?.description == "/spec/nope")
    #expect(failure.hazards.first?.kind == .targetMissing)
    #expect(failure.trace.decisions.map { $0.unmet?.kind } == [nil, .notReached])
    #expect(failure.description.hasPrefix("OverridePolicy default/a, rule 1, plaintext 1: "))
  }

  @Test func aPolicyOfTheWrongFormIsNamed() {
    let malformed = policy("p", rules: [["overriders": ["plaintext": "x"]]])
    let failure = #expect(throws: MalformedPolicy.self) {
      try OverrideEngine(decoding: [malformed], clusterOverridePolicies: [])
    }
    #expect(
      failure?.description
        == "OverridePolicy default/p: spec.overrideRules[0].overriders.plaintext must be a list")
  }
}
