import Karmada
import Manifest
import Testing

/// What a person may do about failovers, planned on what the server says.
struct FailoverActTests {
  private static let key = ObjectKey(namespace: "shop", name: "web-deployment")

  private func binding(
    clusters: [String], suppressed: Bool? = true, health: [String: String] = [:]
  ) -> JSONValue {
    var task: JSONValue = ["fromCluster": "member1", "purgeMode": "Never"]
    if let suppressed { task["suppressDeletion"] = .bool(suppressed) }
    return [
      "metadata": ["name": "web-deployment", "namespace": "shop", "resourceVersion": "7"],
      "spec": [
        "clusters": .array(clusters.map { ["name": .string($0)] }),
        "gracefulEvictionTasks": [["fromCluster": "member9"], task],
      ],
      "status": [
        "aggregatedStatus": .array(
          health.sorted { $0.key < $1.key }.map {
            ["clusterName": .string($0.key), "health": .string($0.value)]
          })
      ],
    ]
  }

  private func plan(
    _ act: FailoverAct, _ object: JSONValue, placed: [PlacedBinding]? = nil,
    clusters: [Cluster] = []
  ) throws -> FailoverActPlan {
    var facts = FailoverActFacts(object: object)
    facts.placed = placed
    facts.clusters = clusters
    return try FailoverActPlan.make(act, facts, name: "quarterdeck-1")
  }

  @Test func releasingChangesOneTaskAndHoldsTheVersion() throws {
    let plan = try plan(
      .release(binding: Self.key, from: "member1"),
      binding(clusters: ["member2"], health: ["member2": "Healthy"]))
    #expect(plan.refusal == nil && plan.target == .binding(Self.key))
    #expect(plan.body[path: "metadata", "resourceVersion"] == "7")
    let tasks = plan.body[path: "spec", "gracefulEvictionTasks"]?.array ?? []
    #expect(
      tasks == [
        ["fromCluster": "member9"],
        ["fromCluster": "member1", "purgeMode": "Never", "suppressDeletion": false],
      ])
    #expect(plan.sentences.map(\.weight) == [.plain, .good])
  }

  @Test func theOnlyCopyIsNeverReleased() throws {
    let plan = try plan(
      .release(binding: Self.key, from: "member1"), binding(clusters: []))
    #expect(plan.refusal?.contains("is the only one") == true)
  }

  @Test func releasingToAnUnhealthyTargetIsWarnedOf() throws {
    for (health, words) in [
      (["member2": "Unhealthy"], "reports it Unhealthy"), ([:], "has reported nothing yet"),
    ] {
      let plan = try plan(
        .release(binding: Self.key, from: "member1"),
        binding(clusters: ["member2"], health: health))
      #expect(plan.sentences.last?.weight == .bad)
      #expect(plan.sentences.last?.text.contains(words) == true)
    }
  }

  @Test func whatIsNotSuppressedIsNotReleased() {
    #expect(throws: FailoverActFailure.self) {
      try plan(
        .release(binding: Self.key, from: "member1"),
        binding(clusters: ["member2"], suppressed: nil))
    }
    #expect(throws: FailoverActFailure.self) {
      try plan(
        .release(binding: Self.key, from: "gone"), binding(clusters: ["member2"]))
    }
  }

  @Test func withoutAVersionNothingIsPlanned() {
    var object = binding(clusters: ["member2"])
    object["metadata"]?["resourceVersion"] = nil
    #expect(throws: FailoverActFailure.self) {
      try plan(.release(binding: Self.key, from: "member1"), object)
    }
  }

  @Test func reschedulingNamesTheWorkload() throws {
    var workload = ObjectReference()
    (workload.apiVersion, workload.kind) = ("apps/v1", "Deployment")
    (workload.namespace, workload.name) = ("shop", "web")
    let plan = try plan(
      .reschedule(workload, binding: Self.key), binding(clusters: ["member2"]))
    #expect(plan.target == .workloadRebalancer("quarterdeck-1") && plan.act.word == "web")
    #expect(
      plan.body[path: "spec", "workloads"] == [
        ["apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "namespace": "shop"]
      ])
    #expect(plan.sentences.contains { $0.weight == .warning && $0.text.contains("member1") })
  }

  @Test func aRebalancerThatHasFailedSaysSo() throws {
    let plan = try plan(
      .reschedule(ObjectReference(), binding: Self.key), binding(clusters: ["member2"]))
    func object(_ workload: JSONValue...) -> JSONValue {
      ["status": ["observedWorkloads": .array(workload)]]
    }
    let (done, failed): (JSONValue, JSONValue) = (
      ["result": "Successful"], ["result": "Failed", "reason": "ReferencedBindingNotFound"]
    )
    #expect(plan.isDone(in: object(done)) && plan.failure(in: object(done)) == nil)
    #expect(!plan.isDone(in: object(failed)))
    #expect(
      plan.failure(in: object(failed))
        == "the WorkloadRebalancer says Failed: ReferencedBindingNotFound")
    for early in [object(), object([:]), [:]] {
      #expect(!plan.isDone(in: early) && plan.failure(in: early) == nil)
    }
  }

  // MARK: Taints

  private func cluster(_ name: String, ready: Bool = true, taints: [Cluster.Taint] = [])
    -> Cluster
  {
    var cluster = Cluster()
    cluster.metadata.name = name
    cluster.taints = taints
    var condition = Condition()
    (condition.type, condition.status) = ("Ready", ready ? .true : .false)
    cluster.conditions = [condition]
    return cluster
  }

  private func placed(
    _ name: String, on clusters: [String], affinity: [String] = [], tolerates: String? = nil,
    seconds: Int? = nil
  ) -> PlacedBinding {
    var binding = PlacedBinding()
    (binding.resource.kind, binding.resource.name) = ("Deployment", name)
    binding.resource.namespace = "shop"
    binding.clusters = clusters
    if !affinity.isEmpty {
      binding.affinities = [["clusterNames": .array(affinity.map { .string($0) })]]
    }
    if let tolerates {
      var toleration = PlacedBinding.Toleration()
      (toleration.key, toleration.operator, toleration.seconds) = (tolerates, "Exists", seconds)
      binding.tolerations = [toleration]
    }
    return binding
  }

  @Test func taintingShowsEverythingThatWouldMove() throws {
    let taint = try #require(Cluster.Taint(parsing: "maintenance=now:NoExecute"))
    let clusters = [
      cluster("member1"), cluster("member2"), cluster("member3", ready: false),
    ]
    let object: JSONValue = ["metadata": ["name": "member1", "resourceVersion": "9"]]
    let plan = try plan(
      .taint(cluster: "member1", taint), object,
      placed: [
        placed("moves", on: ["member1"]),
        placed("pinned", on: ["member1"], affinity: ["member1", "member3"]),
        placed("spread", on: ["member1", "member2"], affinity: ["member1", "member2"]),
        placed("patient", on: ["member1"], tolerates: "maintenance", seconds: 60),
        placed("stoic", on: ["member1"], tolerates: "maintenance"),
        placed("elsewhere", on: ["member2"]),
      ], clusters: clusters)
    #expect(
      plan.body[path: "spec", "taints"] == [
        ["key": "maintenance", "value": "now", "effect": "NoExecute"]
      ])
    #expect(
      plan.sentences.map(\.text) == [
        "4 workloads leave member1, 1 tolerates it and stays.",
        "Will run NOWHERE, nothing else fits (1):", "  shop/Deployment/pinned", "Move (2):",
        "  shop/Deployment/moves → member2", "  shop/Deployment/patient → member2 after 60 s",
        "Lose this copy and get no other (1):",
        "  shop/Deployment/spread, which stays on member2", "Stay (1):", "  shop/Deployment/stoic",
      ])
    #expect(plan.sentences[1].weight == .bad)
  }

  @Test func taintsThatAreThereAreKept() throws {
    let object: JSONValue = [
      "metadata": ["resourceVersion": "9"],
      "spec": ["taints": [["key": "a", "effect": "NoSchedule", "timeAdded": "t"]]],
    ]
    let taint = try #require(Cluster.Taint(parsing: "b:NoSchedule"))
    let added = try plan(.taint(cluster: "member1", taint), object)
    #expect(
      added.body[path: "spec", "taints"] == [
        ["key": "a", "effect": "NoSchedule", "timeAdded": "t"],
        ["key": "b", "effect": "NoSchedule"],
      ])
    let gone = try plan(.untaint(cluster: "member1", key: "a", effect: nil), object)
    #expect(gone.body[path: "spec", "taints"] == [])
    #expect(throws: FailoverActFailure.self) {
      try plan(.untaint(cluster: "member1", key: "a", effect: "NoExecute"), object)
    }
    let same = try #require(Cluster.Taint(parsing: "a:NoSchedule"))
    #expect(throws: FailoverActFailure.self) {
      try plan(.taint(cluster: "member1", same), object)
    }
  }

  @Test(arguments: ["", "a", "a:", ":NoExecute", "a:Never", "a=b c:NoExecute", "a:NoExecute:x"])
  func whatIsNoTaintIsRefused(_ text: String) {
    #expect(Cluster.Taint(parsing: text) == nil)
  }
}
