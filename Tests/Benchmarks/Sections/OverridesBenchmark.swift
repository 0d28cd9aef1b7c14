import Foundation
import Karmada
import Manifest

/// Override policies applied, case by case and to a fleet.
enum OverridesBenchmark {
  private static let runs = 5

  static func run() throws {
    try cases()
    try fleet()
  }

  // MARK: Cases

  private static let fixture = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures/conformance/overrides.jsonl")

  /// What `render --cases` does, without the file: JSON in, JSON out, on one core.
  private static func cases() throws {
    let lines = [UInt8](try Data(contentsOf: fixture)).split(separator: UInt8(ascii: "\n"))
    let times = 30
    var speeds: [Double] = []
    var parsing: [Double] = []
    for _ in 0..<runs {
      var bytes = 0
      speeds.append(
        try casesASecond(lines.count * times) {
          for _ in 0..<times { for line in lines { bytes += OverrideCase.answer(line).count } }
        })
      guard bytes > 0 else { throw Obstacle("no answers") }
      parsing.append(
        try casesASecond(lines.count * times) {
          for _ in 0..<times { for line in lines { _ = try JSONValue(parsing: line) } }
        })
    }
    Figures.show("cases", "\(lines.count.text), \(times) times over")
    Figures.check(
      "  rendered a second on one core", Samples(speeds).median, atLeast: 20_000, digits: 0)
    Figures.show(
      "  times as long as reading them",
      Samples(zip(parsing, speeds).map { $0 / $1 }).median.text(1))
  }

  private static func casesASecond(_ count: Int, _ work: () throws -> Void) throws -> Double {
    Double(count) / (try seconds(work))
  }

  // MARK: A fleet

  private static let objects = 1_000
  private static let clusters = 100

  /// A thousand objects, each for a hundred clusters of ten regions, under twenty policies.
  private static func fleet() throws {
    let targets = (0..<clusters).map { i in
      var target = OverrideTarget()
      target.name = "member\(i)"
      target.region = "region\(i % 10)"
      target.labels = ["tier": i % 3 == 0 ? "edge" : "core"]
      return target
    }
    let engine = try OverrideEngine(
      decoding: (0..<20).map(policy), clusterOverridePolicies: [])
    var members: JSONValue = []
    members = .array(targets.map { ["name": .string($0.name)] })
    let inputs = (0..<objects).map { i in
      let template = deployment(i)
      return OverridePreview.Input(
        template: template,
        targets: BindingTargets(
          decoding: ["spec": ["clusters": members]], template: template),
        overridePolicies: [], clusterOverridePolicies: [], clusters: targets)
    }
    var (previews, single): ([Double], [Double]) = ([], [])
    for _ in 0..<runs {
      var manifests = 0
      previews.append(
        try seconds {
          for input in inputs {
            let preview = OverridePreview(input, engine: engine)
            manifests += preview.members.count
          }
        })
      guard manifests == objects * clusters else { throw Obstacle("\(manifests) manifests") }
      // The same without sharing: a tenth of the objects, counted ten times.
      single.append(
        try seconds {
          for input in inputs.prefix(objects / 10) {
            for target in targets { _ = try engine.render(input.template, for: target) }
          }
        } * 10)
    }
    Figures.show(
      "\(objects.text) objects × \(clusters) clusters",
      "\(Samples(previews).median.text(2)) s of processor time")
    Figures.show(
      "  one object on all clusters",
      "\((Samples(previews).median / Double(objects) * 1000).text(2)) ms")
    Figures.check(
      "  of rendering each cluster by itself",
      Samples(zip(previews, single).map { $0 / $1 }).median, atMost: 0.5)
  }

  /// Processor time: of one core, whatever else the machine is doing.
  private static func seconds(_ work: () throws -> Void) throws -> Double {
    let before = ThreadTime.now
    try work()
    return (ThreadTime.now - before) / .seconds(1)
  }

  private static func policy(_ i: Int) -> JSONValue {
    [
      "metadata": ["name": .string("policy\(i)"), "namespace": "shop"],
      "spec": [
        "resourceSelectors": [["apiVersion": "apps/v1", "kind": "Deployment"]],
        "overrideRules": [
          [
            "targetCluster": [
              "fieldSelector": [
                "matchExpressions": [
                  [
                    "key": "region", "operator": "In",
                    "values": [.string("region\(i % 10)")],
                  ]
                ]
              ]
            ],
            "overriders": [
              "imageOverrider": [
                [
                  "component": "Registry", "operator": "replace",
                  "value": .string("mirror\(i).example.com"),
                ]
              ],
              "labelsOverrider": [
                ["operator": "add", "value": [.init("label\(i)"): "edge"]]
              ],
            ],
          ]
        ],
      ],
    ]
  }

  private static func deployment(_ i: Int) -> JSONValue {
    [
      "apiVersion": "apps/v1", "kind": "Deployment",
      "metadata": ["name": .string("web\(i)"), "namespace": "shop", "labels": ["app": "web"]],
      "spec": [
        "replicas": 3, "selector": ["matchLabels": ["app": "web"]],
        "template": [
          "metadata": ["labels": ["app": "web"]],
          "spec": [
            "containers": [
              [
                "name": "web", "image": "registry.example.com/shop/web:1.25",
                "env": [["name": "MODE", "value": "prod"]],
                "resources": ["limits": ["cpu": "500m", "memory": "256Mi"]],
              ]
            ]
          ],
        ],
      ],
    ]
  }
}
