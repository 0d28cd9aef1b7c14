import Karmada
import Manifest
import TestSupport
import Testing

@Suite struct DraftPreviewTests {
  private func spec(_ value: JSONValue?) throws -> OverridePolicySpec {
    try OverridePolicySpec(decoding: value ?? .null, scope: .namespaced)
  }

  @Test func tellsWhatChangesWhere() throws {
    var draft = DraftSample.draft
    var preview = DraftPreview(DraftSample.fleet, base: nil, scope: .namespaced)
    preview.update(try spec(draft.value))
    let reach = SaveReach(preview)
    #expect(reach.objects == 1 && reach.cells(.changed) == 2)
    #expect(reach.clusters == ["member1", "member2"])
    let change = try #require(preview.changes.first)
    #expect(change.title == "ConfigMap default/example-configmap")
    #expect(change.groups.map(\.clusters) == [["member1"], ["member2"]])
    #expect(change.groups.allSatisfy { $0.change == .changed })
    #expect(preview.hazards().map(\.kind) == [.typeChanged])

    try draft.set(
      "/app/nope/port",
      at: DraftSample.at("spec.overrideRules[0].overriders.fieldOverrider[0].yaml[0].subPath"))
    preview.update(try spec(draft.value))
    let broken = SaveReach(preview)
    #expect(broken.cells(.breaks) == 1 && broken.cells(.changed) == 1)
    #expect(preview.changes.first?.heldBack == ["member2", "member3"])
    #expect(preview.hazards().first?.severity == .blocker)
    let group = try #require(preview.changes.first?.groups.first { $0.clusters == ["member1"] })
    #expect(group.before.manifest == DraftSample.configMap)
    let failure = try #require(group.after.failure)
    #expect(draft.problem(of: failure)?.line == 17)

    preview.update(nil)
    #expect(SaveReach(preview).isEmpty)
  }

  @Test func aPolicyThatGoesGivesTheTemplateBack() throws {
    let base = try spec(DraftSample.draft.value)
    var fleet = DraftSample.fleet
    fleet.overridePolicies = [base]
    var preview = DraftPreview(fleet, base: base, scope: .namespaced)
    preview.update(base)
    #expect(preview.changes.isEmpty)
    preview.update(nil)
    #expect(SaveReach(preview).cells(.changed) == 2)
    #expect(preview.changes.first?.groups.first?.after.manifest == DraftSample.configMap)
  }

  @Test func replicasAreTheSchedulers() throws {
    var fleet = DraftSample.fleet
    fleet.objects = [
      .init(
        DraftSample.deployment, clusters: ["member1", "member2"],
        replicas: ["member1": 1, "member2": 2])
    ]
    var preview = DraftPreview(fleet, base: nil, scope: .namespaced)
    preview.update(
      try spec([
        "metadata": ["name": "p", "namespace": "default"],
        "spec": [
          "overrideRules": [
            [
              "overriders": [
                "plaintext": [["path": "/spec/paused", "operator": "add", "value": true]]
              ]
            ]
          ]
        ],
      ]))
    let groups = try #require(preview.changes.first?.groups)
    #expect(groups.map { $0.after.manifest?[path: "spec", "replicas"] } == [1, 2])
  }

  /// Whatever the fleet, the policies and the way the draft went, the groups say of each object on
  /// each cluster what the engine says.
  @Test(arguments: 0..<40)
  func saysWhatTheEngineSays(seed: UInt64) throws {
    var random = RandomFleet(seed: seed)
    let fleet = random.fleet()
    let scope: OverridePolicySpec.Scope = random.chance(2) ? .namespaced : .cluster
    let existing = scope == .cluster ? fleet.clusterOverridePolicies : fleet.overridePolicies
    let base = random.chance(3) ? nil : existing.first
    var policy = base ?? random.policy(scope, name: "m")
    var preview = DraftPreview(fleet, base: base, scope: scope)
    for _ in 0..<8 {
      random.change(&policy)
      let draft = random.chance(8) ? nil : policy
      preview.update(draft)
      try expectTrue(preview, fleet, base, draft)
    }
  }

  private func expectTrue(
    _ preview: DraftPreview, _ fleet: OverrideFleet, _ base: OverridePolicySpec?,
    _ draft: OverridePolicySpec?
  ) throws {
    func engine(_ policy: OverridePolicySpec?) -> OverrideEngine {
      func with(_ policies: [OverridePolicySpec], _ scope: OverridePolicySpec.Scope)
        -> [OverridePolicySpec]
      {
        policies.filter { $0.title != base?.title && $0.title != policy?.title }
          + [policy].compactMap { $0 }.filter { $0.scope == scope }
      }
      return OverrideEngine(
        overridePolicies: with(fleet.overridePolicies, .namespaced),
        clusterOverridePolicies: with(fleet.clusterOverridePolicies, .cluster))
    }
    func outcome(
      _ engine: OverrideEngine, _ object: OverrideFleet.Object, _ cluster: OverrideTarget
    ) -> DraftPreview.Outcome {
      do throws(OverrideFailure) {
        return .manifest(
          try engine.render(object.manifest(on: cluster.name), for: cluster, tracing: false)
            .manifest)
      } catch { return .failure(error) }
    }
    let (before, after) = (engine(base), engine(draft))
    for (i, object) in fleet.objects.enumerated() {
      let change = preview.changes.first { $0.index == i }
      for cluster in fleet.clusters where object.clusters.contains(cluster.name) {
        let (old, new) = (outcome(before, object, cluster), outcome(after, object, cluster))
        let groups = change?.groups.filter { $0.clusters.contains(cluster.name) } ?? []
        if old == new {
          #expect(groups.isEmpty)
        } else {
          #expect(groups.count == 1)
          #expect(groups.first?.before == old && groups.first?.after == new)
        }
      }
    }
  }
}

/// Small fleets whose policies get into each other's way.
struct RandomFleet {
  var generator: SeededGenerator

  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  mutating func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &generator) == 0 }
  mutating func pick<T>(_ choices: [T]) -> T {
    choices[Int.random(in: 0..<choices.count, using: &generator)]
  }

  mutating func fleet() -> OverrideFleet {
    var clusters: [OverrideTarget] = []
    for i in 0..<Int.random(in: 1...70, using: &generator) {
      clusters.append(
        DraftSample.cluster(
          "c\(i)", provider: pick(["aws", "gcp"]), region: pick(["eu", "us", ""]),
          zones: pick([["a"], ["a", "b"], []]), labels: pick([["env": "prod"], [:]])))
    }
    var objects: [OverrideFleet.Object] = []
    for i in 0..<Int.random(in: 1...5, using: &generator) {
      var template = chance(2) ? DraftSample.configMap : DraftSample.deployment
      template["metadata"]?["name"] = .string("o\(i)")
      template["metadata"]?["namespace"] = .string(pick(["default", "default", "other"]))
      if chance(2) { template["metadata"]?["labels"] = ["team": .string(pick(["a", "b"]))] }
      let names = clusters.map(\.name).shuffled(using: &generator)
        .prefix(Int.random(in: 0...clusters.count, using: &generator))
      var replicas: [String: Int] = [:]
      for name in names where chance(3) {
        replicas[name] = Int.random(in: 0...2, using: &generator)
      }
      objects.append(.init(template, clusters: Array(names), replicas: replicas))
    }
    var fleet = OverrideFleet(clusters: clusters, objects: objects)
    for i in 0..<3 {
      if chance(2) {
        fleet.overridePolicies.append(policy(.namespaced, name: pick(["a", "m", "z"]) + "\(i)"))
      }
      if chance(2) {
        fleet.clusterOverridePolicies.append(
          policy(.cluster, name: pick(["a", "m", "z"]) + "\(i)"))
      }
    }
    return fleet
  }

  mutating func policy(_ scope: OverridePolicySpec.Scope, name: String) -> OverridePolicySpec {
    var policy = OverridePolicySpec(scope)
    policy.name = name
    if scope == .namespaced { policy.namespace = pick(["default", "default", "other"]) }
    policy.resourceSelectors = selectors()
    policy.rules = (0..<Int.random(in: 0...3, using: &generator)).map { _ in rule() }
    return policy
  }

  mutating func change(_ policy: inout OverridePolicySpec) {
    switch Int.random(in: 0..<6, using: &generator) {
    case 0: policy.resourceSelectors = selectors()
    case 1: policy.rules.append(rule())
    case 2 where !policy.rules.isEmpty: policy.rules.removeLast()
    case 3: policy.rules.shuffle(using: &generator)
    default:
      if policy.rules.isEmpty { policy.rules = [rule()] }
      let index = Int.random(in: 0..<policy.rules.count, using: &generator)
      if chance(2) {
        policy.rules[index].targetCluster = affinity()
      } else {
        policy.rules[index].overriders = overriders()
      }
    }
  }

  private mutating func selectors() -> [OverridePolicySpec.Selector] {
    (0..<Int.random(in: 0...2, using: &generator)).map { _ in
      var selector = OverridePolicySpec.Selector()
      (selector.apiVersion, selector.kind) = pick([("v1", "ConfigMap"), ("apps/v1", "Deployment")])
      if chance(3) { selector.name = pick(["o0", "o1"]) }
      if chance(2) {
        do {
          selector.labels = .selector(
            LabelSelector([try .init(key: "team", operator: .in, values: [pick(["a", "b"])])]))
        } catch { selector.labels = .invalid("\(error)") }
      }
      return selector
    }
  }

  private mutating func rule() -> OverridePolicySpec.Rule {
    OverridePolicySpec.Rule(targetCluster: affinity(), overriders: overriders())
  }

  private mutating func affinity() -> OverridePolicySpec.Affinity? {
    if chance(3) { return nil }
    var affinity = OverridePolicySpec.Affinity()
    if chance(3) { affinity.clusterNames = ["c0", "c1", "c65"] }
    if chance(3) { affinity.exclude = ["c1", "c2"] }
    if chance(3) {
      affinity.zones = [ZoneExpression(operator: pick(["In", "NotIn"]), values: ["a"])]
    }
    return affinity
  }

  private mutating func overriders() -> Overriders {
    var overriders = Overriders()
    if chance(2) {
      var patch = Overriders.Patch()
      (patch.operator, patch.path, patch.value) = pick([
        ("replace", "/spec/replicas", 5), ("add", "/data/new", "x"), ("remove", "/data/note", nil),
        ("add", "/metadata/labels/team", "b"), ("replace", "/kind", "Other"),
      ])
      overriders.plaintext = [patch]
    }
    if chance(3) {
      var labels = Overriders.Labels()
      labels.operator = "add"
      labels.value = ["team": pick(["a", "b"])]
      overriders.labels = [labels]
    }
    if chance(3) {
      var image = Overriders.Image()
      (image.component, image.operator, image.value) = ("Tag", "replace", pick(["2", "3"]))
      overriders.image = [image]
    }
    return overriders
  }
}
