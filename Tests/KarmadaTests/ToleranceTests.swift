import Karmada
import Manifest
import TestSupport
import Testing

@Suite struct ToleranceTests {
  @Test(arguments: [
    #"{}"#, #"{"metadata":null,"spec":null,"status":null}"#,
    #"{"metadata":[],"spec":"x","status":7}"#,
    #"{"spec":{"replicas":"3","clusters":{},"resource":[],"failover":1,"suspension":[]}}"#,
    #"{"spec":{"replicas":1.5,"clusters":[1,null,"x"],"requiredBy":true,"propagateDeps":"yes"}}"#,
    #"{"metadata":{"name":5,"labels":["x"],"annotations":{"a":{}},"creationTimestamp":"soon"}}"#,
    #"{"status":{"conditions":[[]],"aggregatedStatus":{"a":1},"lastScheduledTime":{}}}"#,
    #"{"metadata":{"generation":1e99,"finalizers":[{},7],"labels":{"a":1}}}"#,
  ])
  func wrongTypesKeepTheDefaults(json: String) throws {
    #expect(try ResourceBinding(json: Array(json.utf8)) == ResourceBinding())
  }

  @Test func keepsWhatIsRightBesideWhatIsWrong() throws {
    let json = #"""
      {"spec":{"clusters":[{"name":"a","replicas":"2","new":{"x":[1]}},7,{"replicas":3}],
       "replicas":2.0,"suspension":{"dispatchingOnClusters":{"clusterNames":["a"]}},"future":[{}]},
       "metadata":{"name":"x","labels":{"b":"2","a":"1","c":3,"b":"4"}},
       "status":{"conditions":[{"type":"Scheduled","status":"Perhaps","reason":"R"}],
       "aggregatedStatus":[{"clusterName":"a","health":"Fine","applied":true}]}}
      """#
    let binding = try ResourceBinding(json: Array(json.utf8))
    #expect(
      binding.clusters.map(\.name) == ["a", ""] && binding.clusters.map(\.replicas) == [0, 3])
    #expect(binding.replicas == 2 && binding.isDispatchingSuspended)
    #expect(binding.metadata.labels == ["a": "1", "b": "4"] && binding.metadata.label("b") == "4")
    #expect(binding.conditions["Scheduled"]?.status == .unknown)
    #expect(binding.aggregatedStatus.first?.health == .unknown)
    #expect(binding.aggregatedStatus.first?.applied == true)
  }

  @Test(arguments: [
    "", "[]", "null", "7", "{", #"{"spec":{"clusters":[}}"#, "{} {}", #"{"a":"\x"}"#,
  ])
  func whatIsNoObjectFails(json: String) {
    #expect(throws: JSONScanner.Failure.self) { try ResourceBinding(json: Array(json.utf8)) }
    #expect(throws: JSONScanner.Failure.self) {
      try ObjectList<ResourceBinding>(json: Array(json.utf8))
    }
  }

  @Test func listsCountWhatIsNoObject() throws {
    let json =
      #"{"items":[{},null,7,{"metadata":{"name":"b"}},[{}],"x"],"metadata":{"continue":"t"}}"#
    let list = try ObjectList<Cluster>(json: Array(json.utf8))
    #expect(list.items.map(\.metadata.name) == ["", "b"] && list.skipped == 4)
    #expect(list.continueToken == "t" && list.remainingItemCount == nil)
    #expect(
      try ObjectList<Cluster>(json: Array(#"{"items":null,"metadata":3}"#.utf8)).items.isEmpty)
  }

  /// One Work that cannot be made sense of leaves the others on its page.
  @Test func aWorkOfAForeignShapeHidesNoOther() throws {
    let json =
      #"{"items":[{"metadata":{"name":"a"}},{"metadata":7,"spec":{"workload":[{"manifests":1}]}},"#
      + #"{"spec":{"workload":{"manifests":[7]}},"status":[]},"w",{"metadata":{"name":"b"}}]}"#
    let list = try ObjectList<Work>(json: Array(json.utf8))
    #expect(list.items.map(\.metadata.name) == ["a", "", "", "b"] && list.skipped == 1)
  }

  /// Every object, cut and changed at random: either it reads or it fails with a place.
  @Test(arguments: ["bindings", "clusters", "works", "events", "karmadas", "policies"], 0..<3)
  func survivesMutations(name: String, seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let whole = try Fixture.bytes("karmada/\(name).json")
    for _ in 0..<60 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
        let at = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes.remove(at: at)
        case 1: bytes[at] = UInt8.random(in: 0...255, using: &generator)
        case 2: bytes[at] = Array("[]{}\",:0n".utf8).randomElement(using: &generator) ?? 0
        default: bytes.removeLast(min(bytes.count - at, 50))
        }
      }
      #expect(outcome(ResourceBinding.self, bytes) == outcome(KarmadaInstance.self, bytes))
      #expect(outcome(Cluster.self, bytes) == outcome(Work.self, bytes))
      #expect(outcome(Event.self, bytes) == outcome(PropagationPolicy.self, bytes))
      #expect(outcome(OverridePolicy.self, bytes) == outcome(WorkloadRebalancer.self, bytes))
    }
  }

  /// What is malformed does not depend on who reads it.
  private func outcome<T: KubernetesObject>(_ type: T.Type, _ bytes: [UInt8]) -> String {
    do {
      return "\(try ObjectList<T>(json: bytes).skipped)"
    } catch {
      return error.description
    }
  }
}
