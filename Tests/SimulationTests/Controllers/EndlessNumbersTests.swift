import Manifest
import TestSupport
import Testing

@testable import Simulation

/// Numbers that no cluster has, in objects that anybody may send: the controllers that reckon with
/// them must not trap.
@Suite struct EndlessNumbersTests {
  private static let numbers: [Int64] = [
    .max, .min, .max - 1, Int64(Int32.max) + 1, Int64(Int32.min) - 1, -1, 0, 1,
  ]

  private static let manifests = [
    "{apiVersion: batch/v1, kind: CronJob, spec: {schedule: \"N N * * *\", jobTemplate: {}}}",
    """
    {apiVersion: batch/v1, kind: Job, spec: {parallelism: N, completions: N, backoffLimit: N,
      template: {spec: {containers: [{name: a, image: a}]}}}}
    """,
    """
    {apiVersion: apps/v1, kind: Deployment, spec: {replicas: N, selector: {matchLabels: {a: b}},
      template: {metadata: {labels: {a: b}}, spec: {containers: [{name: a, image: a,
      resources: {requests: {cpu: N, memory: N}}}]}}}}
    """,
    """
    {apiVersion: flink.apache.org/v1beta1, kind: FlinkDeployment, spec: {job: {parallelism: N},
      jobManager: {replicas: N, resource: {cpu: N, memory: "N"}}, taskManager: {replicas: N},
      flinkConfiguration: {taskmanager.numberOfTaskSlots: "N"}}}
    """,
    """
    {apiVersion: flink.apache.org/v1beta1, kind: FlinkDeployment, spec: {job: {parallelism: N}}}
    """,
  ]

  private static func object(_ manifest: String, _ number: Int64, _ name: String) throws
    -> JSONValue
  {
    let text = manifest.replacing(/\bN\b/, with: String(number))
    var object = try #require(try YAML.parse(text).first)
    object["metadata"] = ["name": .string(name), "namespace": "default"]
    return object
  }

  private static func tryTo(_ body: () throws -> Void) throws {
    // A server that refuses it is as good.
    do { try body() } catch is StatusError {}
  }

  @Test(arguments: manifests.indices)
  func noneTrapsInAMember(_ index: Int) throws {
    var stage = try Stage(members: ["member1"])
    for (position, number) in Self.numbers.enumerated() {
      let name = "a\(position)"
      let object = try Self.object(Self.manifests[index], number, name)
      try Self.tryTo { try stage.apply(object, on: .member("member1")) }
      stage.fleet.troubles.broken.insert(
        ApplicationID(kind: object.kind, namespace: "default", name: name))
      try Self.tryTo {
        try stage.patch(
          object.kind, name,
          ["status": ["readyReplicas": .int(number), "replicas": .int(number)]],
          on: .member("member1"), subresource: "status")
      }
      stage.run(.seconds(60))
      stage.fleet.troubles.broken = []
      stage.run(.seconds(180))
    }
  }

  @Test(arguments: manifests.indices)
  func noneTrapsOnItsWayThroughKarmada(_ index: Int) throws {
    var stage = try Stage()
    for (position, number) in Self.numbers.enumerated() {
      let object = try Self.object(Self.manifests[index], number, "a\(position)")
      let selector =
        "[{apiVersion: \(object.apiVersion), kind: \(object.kind), name: a\(position)}]"
      try stage.apply(
        yaml: Manifests.policy(
          "pp\(position)", selectors: selector,
          more: """
            replicaScheduling:
                  replicaSchedulingType: Divided
                  replicaDivisionPreference: Weighted
                  weightPreference: {staticWeightList: [{targetCluster: {clusterNames: [member1]}, weight: 2}]}
            """))
      try Self.tryTo { try stage.apply(object) }
      stage.run(.seconds(30))
      try Self.tryTo {
        try stage.patch(
          "PropagationPolicy", "pp\(position)",
          ["spec": ["placement": ["replicaScheduling": .null]]])
      }
      try Self.tryTo {
        try stage.patch(object.kind, "a\(position)", ["metadata": ["labels": ["b": "c"]]])
      }
      stage.run(.seconds(30))
    }
  }
}
