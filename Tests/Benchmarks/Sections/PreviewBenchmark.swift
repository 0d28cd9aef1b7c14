import Karmada
import Manifest

/// From a key in a draft of an override policy to the predicted manifests of 200 objects on 100
/// clusters: the text changed in place, what the server would refuse, and what changes where.
enum PreviewBenchmark {
  private static let (objectCount, clusterCount) = (200, 100)

  static func run() throws {
    let fleet = try Self.fleet()
    var draft = OverrideDraft(text: text)
    let base = try spec(draft)
    var preview = DraftPreview(fleet, base: base, scope: .namespaced)
    preview.update(base)
    Figures.show(
      "the draft",
      "\(draft.ruleCount) rules, \(draft.text.utf8.count.text) bytes of YAML; "
        + "\(fleet.overridePolicies.count + fleet.clusterOverridePolicies.count - 1) other policies"
    )
    let sights = DraftSights(fleet, base: draft.value, scope: .namespaced)
    var (seen, whole): ([Double], [Double]) = ([], [])
    var kept = 0
    for (what, keys) in try script() {
      var (near, far): ([Double], [Double]) = ([], [])
      for key in keys {
        let before = ThreadTime.now
        try key(&draft)
        // What a key waits for: the form's rows, what would be refused, the object in sight.
        let rows = OverrideForm(draft.value ?? .null, scope: .namespaced).rows.count
        let problems = draft.problems
        let first = sights.objects(of: draft.value).first ?? 0
        let glance = sights.glance(draft.value, object: first, cluster: "member-042")
        near.append((ThreadTime.now - before).milliseconds)
        kept += rows + problems.count + (glance == nil ? 0 : 1)
        // What follows beside the screen's own thread: all objects on all clusters.
        if draft.value != nil { preview.update(try spec(draft)) }
        far.append((ThreadTime.now - before).milliseconds)
      }
      let (a, b) = (Samples(near), Samples(far))
      Figures.show(
        what,
        "in sight p99 \(a.percentile(99).text(2)) ms, all p50 \(b.median.text(2)) p99 "
          + "\(b.percentile(99).text(2)) ms, \(keys.count) keys, then "
          + "\(SaveReach(preview).cells(.changed, .breaks, .mends).text) of \((objectCount * clusterCount).text) change"
      )
      seen += near
      whole += far
    }
    if kept == 0 { Figures.show("in sight", "nothing: the draft is broken") }
    let all = Samples(whole)
    Figures.show("key to whole blast radius, p50", "\(all.median.text(2)) ms")
    try compare(fleet, draft, all.median)
    Figures.check(
      "key to preview in sight, p99", Samples(seen).percentile(99), atMost: 16, unit: "ms")
    Figures.check(
      "key to whole blast radius, p99", all.percentile(99), atMost: 250, unit: "ms")
  }

  /// Against rendering every object on every cluster anew, in the same run.
  private static func compare(
    _ fleet: OverrideFleet, _ draft: OverrideDraft, _ median: Double
  ) throws {
    let policy = try spec(draft)
    let engine = OverrideEngine(
      overridePolicies: fleet.overridePolicies.filter { $0.name != policy.name } + [policy],
      clusterOverridePolicies: fleet.clusterOverridePolicies)
    let before = ThreadTime.now
    var rendered = 0
    for object in fleet.objects {
      for cluster in fleet.clusters {
        rendered +=
          try engine.render(object.template, for: cluster, tracing: false).manifest == .null ? 0 : 1
      }
    }
    let whole = (ThreadTime.now - before).milliseconds
    Figures.show(
      "rendering all \(rendered.text) anew",
      "\(whole.text(0)) ms: \((whole / max(median, 0.001)).text(0)) times the median key")
  }

  private static func spec(_ draft: OverrideDraft) throws -> OverridePolicySpec {
    try OverridePolicySpec(decoding: draft.value ?? .null, scope: draft.scope)
  }

  // MARK: What is typed

  private typealias KeyStroke = (inout OverrideDraft) throws -> Void

  private static func typed(_ text: String, at path: String) -> [KeyStroke] {
    guard let pointer = FieldPath.pointer(path) else { return [] }
    return text.indices.map { end in
      { draft in
        let value = draft.value(typed: String(text[...end]), at: pointer)
        try draft.set(value, at: pointer, isTyping: true)
      }
    }
  }

  /// A list of one, typed; the list is not there before.
  private static func named(_ text: String, at path: String) -> [KeyStroke] {
    guard let pointer = FieldPath.pointer(path) else { return [] }
    return text.indices.map { end in
      { draft in
        try draft.set(.array([.string(String(text[...end]))]), at: pointer, isTyping: true)
      }
    }
  }

  private static func script() throws -> [(String, [KeyStroke])] {
    let rules = "spec.overrideRules"
    let places = ["", "a1 "].flatMap { word in
      (0..<20).map { i -> KeyStroke in
        { draft in draft.setText(draft.text + "# \(word)\(i)\n", isTyping: true) }
      }
    }
    return [
      (
        "a value on every cluster",
        typed("12345678901234567890", at: "\(rules)[5].overriders.plaintext[0].value")
      ),
      (
        "an image tag on every cluster",
        typed("1.27.3-alpine-slim-otel", at: "\(rules)[5].overriders.imageOverrider[0].value")
      ),
      (
        "a value in a document",
        typed(
          "db.eu-west.example.com", at: "\(rules)[0].overriders.fieldOverrider[0].yaml[0].value")
      ),
      (
        "a pointer that leads nowhere yet",
        typed("/spec/template/spec/paused", at: "\(rules)[5].overriders.plaintext[0].path")
      ),
      (
        "the pointer again", typed("/spec/replicas", at: "\(rules)[5].overriders.plaintext[0].path")
      ),
      ("a cluster's name", named("member-042", at: "\(rules)[1].targetCluster.clusterNames")),
      (
        "a region",
        typed(
          "region-3", at: "\(rules)[2].targetCluster.fieldSelector.matchExpressions[0].values[0]")
      ),
      ("an object's name", typed("app-0042", at: "spec.resourceSelectors[0].name")),
      ("undone", (0..<8).map { _ in { $0.undo() } }),
      ("in the YAML itself", places),
    ]
  }

  // MARK: The fleet

  private static let text = """
    # one rule for each region, then one for all
    apiVersion: policy.karmada.io/v1alpha1
    kind: OverridePolicy
    metadata:
      name: regions
      namespace: shop
    spec:
      resourceSelectors:
      - apiVersion: apps/v1
        kind: Deployment
      overrideRules:
    \((0..<5).map(region).joined())
      - overriders:
          imageOverrider:
          - component: Tag
            operator: replace
            value: "1.26"
          plaintext:
          - path: /spec/replicas
            operator: replace
            value: 5

    """

  private static func region(_ i: Int) -> String {
    """
      - targetCluster:  # region \(i)
          fieldSelector:
            matchExpressions:
            - {key: region, operator: In, values: [region-\(i)]}
        overriders:
          fieldOverrider:
          - fieldPath: /metadata/annotations/config
            yaml:
            - subPath: /database/host
              operator: replace
              value: db-\(i)

    """
  }

  private static func fleet() throws -> OverrideFleet {
    let clusters = (0..<clusterCount).map { i in
      var cluster = OverrideTarget()
      let number = String(1000 + i).dropFirst()
      cluster.name = "member-\(number)"
      cluster.region = "region-\(i % 5)"
      cluster.provider = i % 2 == 0 ? "aws" : "gcp"
      cluster.labels = ["env": i % 3 == 0 ? "prod" : "test"]
      return cluster
    }
    let objects = (0..<objectCount).map { i in
      OverrideFleet.Object(deployment(i), clusters: clusters.map(\.name))
    }
    let others = (0..<10).map { i in
      policy(
        "other-\(i)", ["member-00\(i)"],
        ["argsOverrider": [["containerName": "app", "operator": "add", "value": ["-v"]]]])
    }
    return OverrideFleet(
      clusters: clusters, objects: objects,
      overridePolicies: try (others + [YAML.parse(text).first ?? .null]).map {
        try OverridePolicySpec(decoding: $0, scope: .namespaced)
      },
      clusterOverridePolicies: [
        try OverridePolicySpec(
          decoding: policy(
            "registry", [],
            [
              "imageOverrider": [
                ["component": "Registry", "operator": "replace", "value": "mirror.example.com"]
              ]
            ]), scope: .cluster)
      ])
  }

  private static func policy(
    _ name: String, _ clusters: [String], _ overriders: JSONValue
  ) -> JSONValue {
    [
      "metadata": ["name": .string(name), "namespace": "shop"],
      "spec": [
        "overrideRules": [
          [
            "targetCluster": ["clusterNames": .array(clusters.map { .string($0) })],
            "overriders": overriders,
          ]
        ]
      ],
    ]
  }

  /// About 3 KB, as a Deployment with a probe, a few variables and volumes has.
  private static func deployment(_ i: Int) -> JSONValue {
    let variables = (0..<20).map { n -> JSONValue in
      ["name": .string("SETTING_\(n)"), "value": .string("value \(n) of app \(i)")]
    }
    let container: JSONValue = [
      "name": "app", "image": "docker.io/library/nginx:1.25", "env": .array(variables),
      "args": ["--config", "/etc/app/config.yaml"],
      "resources": ["limits": ["cpu": "2", "memory": "1Gi"], "requests": ["cpu": "100m"]],
      "livenessProbe": ["httpGet": ["path": "/healthz", "port": 8080], "periodSeconds": 10],
      "volumeMounts": [["name": "config", "mountPath": "/etc/app"]],
    ]
    let number = String(10_000 + i).dropFirst()
    return [
      "apiVersion": "apps/v1", "kind": "Deployment",
      "metadata": [
        "name": .string("app-\(number)"), "namespace": "shop",
        "labels": ["app": .string("app-\(number)"), "team": .string("team-\(i % 7)")],
        "annotations": [
          "config": "database:\n  host: localhost\n  port: 5432\ncache:\n  size: 10\n"
        ],
      ],
      "spec": [
        "replicas": 3, "selector": ["matchLabels": ["app": .string("app-\(number)")]],
        "template": [
          "metadata": ["labels": ["app": .string("app-\(number)")]],
          "spec": [
            "containers": [container],
            "volumes": [["name": "config", "configMap": ["name": "config"]]],
          ],
        ],
      ],
    ]
  }
}
