import Manifest
import Testing

@testable import Simulation

/// KARMADA.md, "Migration rollback": what the embedded Karmada must do to whoever is careless.
@Suite struct RollbackRaceTests {
  private static let names = (1...40).map { "cm\($0)" }

  private func fleet(seed: UInt64) throws -> Stage {
    var stage = try Stage(members: ["member1", "member2"], seed: seed)
    try stage.apply(
      yaml: Manifests.policy(
        "pp", selectors: "[{apiVersion: v1, kind: ConfigMap}]",
        more: "conflictResolution: Overwrite"))
    for name in Self.names { try stage.apply(yaml: Manifests.configMap(name)) }
    stage.rest()
    #expect(try survivors(stage) == 80)
    return stage
  }

  /// How many of the 80 member objects are there.
  private func survivors(_ stage: Stage) throws -> Int {
    try Self.names.reduce(0) { sum, name in
      try sum
        + ["member1", "member2"].filter { try stage.copy("ConfigMap", name, $0) != nil }.count
    }
  }

  private func setFlag(_ stage: inout Stage) throws {
    try stage.patch("PropagationPolicy", "pp", ["spec": ["preserveResourcesOnDeletion": true]])
  }

  /// One after the other, as kubectl does: a request takes its time.
  private func deleteAll(_ stage: inout Stage) throws {
    for name in Self.names {
      try stage.delete("ConfigMap", name)
      stage.run(.milliseconds(8))
    }
  }

  @Test(arguments: [1, 2])
  func deletingAtOnceDestroysSomeWorkloads(seed: UInt64) throws {
    var stage = try fleet(seed: seed)
    try setFlag(&stage)
    try deleteAll(&stage)
    stage.rest()
    let left = try survivors(stage)
    #expect((1..<80).contains(left), "some are lost, not all: \(left) of 80 left")
  }

  @Test(arguments: [1, 2])
  func waitingForEveryWorkLosesNothing(seed: UInt64) throws {
    var stage = try fleet(seed: seed)
    let before = try Self.names.map { try stage.copy("ConfigMap", $0, "member1")?.uid }
    try setFlag(&stage)
    while try !everyWorkPreserves(stage) { stage.run(.milliseconds(50)) }
    try deleteAll(&stage)
    stage.rest()
    #expect(try survivors(stage) == 80)
    for (name, uid) in zip(Self.names, before) {
      let copy = try #require(try stage.copy("ConfigMap", name, "member1"))
      #expect(copy.uid == uid)
      #expect(copy.labels.isEmpty)
      let annotations = copy[path: "metadata", "annotations"]
      #expect(annotations == ["work.karmada.io/conflict-resolution": "overwrite"])
      #expect(copy["data"] == ["key": "value"])
    }
    #expect(try stage.find("ResourceBinding", "cm1-configmap") == nil)
  }

  private func everyWorkPreserves(_ stage: Stage) throws -> Bool {
    try Self.names.allSatisfy { name in
      try ["member1", "member2"].allSatisfy { cluster in
        try stage.work("ConfigMap", name, on: cluster)?[
          path: "spec", "preserveResourcesOnDeletion"] == true
      }
    }
  }

  @Test func creatingTheTemplateAgainReadoptsTheSameObject() throws {
    var stage = try fleet(seed: 1)
    let uid = try stage.copy("ConfigMap", "cm1", "member1")?.uid
    try setFlag(&stage)
    stage.rest()
    try stage.delete("ConfigMap", "cm1")
    stage.rest()
    #expect(
      try stage.copy("ConfigMap", "cm1", "member1")?.label("karmada.io/managed") == nil)
    try stage.apply(yaml: Manifests.configMap("cm1"))
    stage.rest()
    let copy = try #require(try stage.copy("ConfigMap", "cm1", "member1"))
    #expect(copy.uid == uid)
    #expect(copy.label("karmada.io/managed") == "true")
  }

  @Test func whatRunsUnmanagedIsTakenOverOnlyWithOverwrite() throws {
    var stage = try Stage(members: ["member1"])
    try stage.apply(
      [
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": ["name": "cm", "namespace": "default", "labels": ["own": "yes"]],
        "data": ["key": "old"],
      ], on: .member("member1"))
    let uid = try stage.copy("ConfigMap", "cm", "member1")?.uid
    try stage.apply(yaml: Manifests.configMap("cm"))
    try stage.apply(yaml: Manifests.policy("pp", clusters: ["member1"]))
    stage.run(.seconds(5))
    #expect(try stage.copy("ConfigMap", "cm", "member1")?["data"] == ["key": "old"])
    let applied = try #require(
      try stage.work("ConfigMap", "cm", on: "member1")?.condition("Applied"))
    #expect(applied["status"] == "False")
    #expect(
      applied["message"]?.string
        == "Failed to apply all manifests (0/1): resource(kind=ConfigMap, default/cm) already "
        + "exists in the cluster member1 and the work.karmada.io/conflict-resolution strategy "
        + "value is empty, Karmada will not manage this resource")
    #expect(
      try stage.binding("ConfigMap", "cm")[path: "status", "aggregatedStatus"]?.array?.first?[
        "applied"] == nil)
    try stage.patch("PropagationPolicy", "pp", ["spec": ["conflictResolution": "Overwrite"]])
    stage.rest()
    let copy = try #require(try stage.copy("ConfigMap", "cm", "member1"))
    #expect(copy.uid == uid)
    #expect(copy["data"] == ["key": "value"])
    #expect(copy.label("own") == "yes")
    #expect(copy.label("karmada.io/managed") == "true")
  }

  @Test func aLazyPolicyLetsTheFlagThroughWithTheTemplatesNextChange() throws {
    var stage = try Stage(members: ["member1"])
    try stage.apply(
      yaml: Manifests.policy("pp", clusters: ["member1"], more: "activationPreference: Lazy"))
    try stage.apply(yaml: Manifests.configMap("cm"))
    stage.rest()
    #expect(try stage.copy("ConfigMap", "cm", "member1") != nil)
    try setFlag(&stage)
    stage.rest()
    let flag = { (stage: Stage) in
      try stage.binding("ConfigMap", "cm")[path: "spec", "preserveResourcesOnDeletion"]
    }
    #expect(try flag(stage) == nil)
    try stage.patch("ConfigMap", "cm", ["metadata": ["annotations": ["nudge": "1"]]])
    stage.rest()
    #expect(try flag(stage) == true)
  }

  @Test func aDependentSharedByTwoWorkloadsTakesTheLastWritersFlag() throws {
    var stage = try Stage(members: ["member1"])
    let mounts = "      volumes: [{name: v, configMap: {name: shared}}]"
    try stage.apply(yaml: Manifests.configMap("shared"))
    for (name, preserves) in [("a", true), ("b", false)] {
      try stage.apply(yaml: Manifests.deployment(name, more: mounts))
      try stage.apply(
        yaml: Manifests.policy(
          name, clusters: ["member1"],
          selectors: "[{apiVersion: apps/v1, kind: Deployment, name: \(name)}]",
          more: "propagateDeps: true\n  preserveResourcesOnDeletion: \(preserves)"))
      stage.rest()
    }
    #expect(try stage.copy("ConfigMap", "shared", "member1") != nil)
    func preserved() throws -> Bool? {
      try stage.work("ConfigMap", "shared", on: "member1")?[
        path: "spec", "preserveResourcesOnDeletion"]?.bool
    }
    try stage.patch("Deployment", "a", ["spec": ["replicas": 3]])
    stage.rest()
    #expect(try preserved() == true)
    try stage.patch("Deployment", "b", ["spec": ["replicas": 3]])
    stage.rest()
    #expect(try preserved() == false)
    try stage.delete("Deployment", "a")
    stage.rest()
    #expect(try stage.copy("Deployment", "a", "member1") != nil)
    try stage.delete("Deployment", "b")
    stage.rest()
    // Preserved a still mounts it.
    #expect(try stage.copy("ConfigMap", "shared", "member1") == nil)
  }

  @Test func aPreservedWorkWhoseObjectIsGoneStaysTerminating() throws {
    var stage = try fleet(seed: 1)
    try setFlag(&stage)
    stage.rest()
    // The member's own people delete it while nobody puts it back.
    stage.fleet.members["member1"]?.isReachable = false
    try stage.delete("ConfigMap", "cm1")
    stage.run(.seconds(30))
    #expect(try stage.work("ConfigMap", "cm1", on: "member1")?.isTerminating == true)
    #expect(try stage.work("ConfigMap", "cm1", on: "member2") == nil)
    try stage.delete("ConfigMap", "cm1", on: .member("member1"))
    stage.fleet.members["member1"]?.isReachable = true
    stage.run(.seconds(300))
    #expect(try stage.work("ConfigMap", "cm1", on: "member1")?.isTerminating == true)
  }
}
