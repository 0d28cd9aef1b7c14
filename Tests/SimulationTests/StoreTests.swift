import ControlPlane
import Manifest
import TestSupport
import Testing

@testable import Simulation

@Suite struct StoreTests {
  static let now = SimulatedControlPlane.start

  static func store(historyLimit: Int = 20_000) -> ObjectStore {
    ObjectStore(registry: .karmada, seed: 1, now: now, historyLimit: historyLimit)
  }

  static func type(_ kind: String, _ version: String = "v1") throws -> ResourceType {
    try #require(ResourceRegistry.karmada.type(apiVersion: version, kind: kind))
  }

  /// The sorted runs against a plain dictionary, with random keys.
  @Test(arguments: [1, 2, 3] as [UInt64])
  func orderedObjectsBehaveLikeASortedDictionary(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var objects = OrderedObjects()
    var model: [String: Int64] = [:]
    for step in 0..<6_000 {
      let key =
        "ns\(Int.random(in: 0..<9, using: &random))/o\(Int.random(in: 0..<900, using: &random))"
      if Int.random(in: 0..<4, using: &random) == 0 {
        objects.remove(key)
        model[key] = nil
      } else {
        objects.set(
          StoredObject(
            key: key, resourceVersion: Int64(step), bytes: [], labels: [:], value: .null))
        model[key] = Int64(step)
      }
    }
    var seen: [String] = []
    objects.scan(from: "") { object in
      seen.append(object.key)
      return true
    }
    #expect(seen == model.keys.sorted())
    #expect(objects.count == model.count)
    #expect(model.allSatisfy { objects[$0.key]?.resourceVersion == $0.value })
    #expect(
      objects.count(from: "ns3/", to: "ns30") == model.keys.filter { $0.hasPrefix("ns3/") }.count)
    #expect(objects.object(at: model.count) == nil)
    #expect(objects.object(at: 0)?.key == seen.first)
  }

  @Test func sameCallsGiveTheSameStore() throws {
    let type = try Self.type("ConfigMap")
    func run() throws -> [[UInt8]] {
      var store = Self.store()
      for name in ["b", "a"] {
        _ = try store.create(
          Sample.configMap(name), at: WriteTarget(type, namespace: "default"), now: Self.now)
      }
      return store.all(type).map(\.bytes)
    }
    #expect(try run() == run())
  }

  @Test func aCopyIsASnapshot() throws {
    let type = try Self.type("ConfigMap")
    var store = Self.store()
    let before = store
    _ = try store.create(
      Sample.configMap("a"), at: WriteTarget(type, namespace: "default"), now: Self.now)
    #expect(before.count(type) == 0)
    #expect(store.count(type) == 1)
  }

  @Test func historyIsBounded() throws {
    let type = try Self.type("ConfigMap")
    var store = Self.store(historyLimit: 10)
    let target = WriteTarget(type, namespace: "default", name: "a")
    _ = try store.create(Sample.configMap("a"), at: target, now: Self.now)
    let start = store.resourceVersion
    for number in 0..<25 {
      _ = try store.patch(
        ["data": ["k": .string(String(number))]], kind: .merge, at: target, now: Self.now)
    }
    let filter = WatchFilter(type: type)
    #expect(try store.events(for: filter, after: store.resourceVersion - 10).count == 10)
    #expect {
      try store.events(for: filter, after: start)
    } throws: { error in
      (error as? StatusError)?.code == 410
    }
  }

  @Test func writingTheSameAgainIsNoChange() throws {
    let type = try Self.type("ConfigMap")
    var store = Self.store()
    let target = WriteTarget(type, namespace: "default", name: "a")
    let first = try store.create(Sample.configMap("a"), at: target, now: Self.now)
    let again = try store.patch(
      ["data": ["k": "v"]], kind: .merge, at: target, now: Self.now + .seconds(9))
    #expect(again.object.resourceVersion == first.resourceVersion)
  }

  @Test func generatedNamesAreNew() throws {
    let type = try Self.type("Event")
    var store = Self.store()
    var names: Set<String> = []
    for _ in 0..<50 {
      let event = try store.create(
        ["metadata": ["generateName": "nginx."], "reason": "Tested"],
        at: WriteTarget(type, namespace: "default"), now: Self.now)
      names.insert(String(event.name))
    }
    #expect(names.count == 50)
    #expect(names.allSatisfy { $0.hasPrefix("nginx.") && $0.count == 11 })
  }

  @Test(arguments: [
    ("", "Required value: name or generateName is required"), ("Upper", "RFC 1123"),
    ("-dash", "RFC 1123"), ("a..b", "RFC 1123"), (String(repeating: "a", count: 254), "253"),
    ("with space", "RFC 1123"), ("ünï", "RFC 1123"),
  ])
  func badNamesAreRefused(name: String, expected: String) throws {
    let type = try Self.type("ConfigMap")
    var store = Self.store()
    #expect {
      try store.create(
        Sample.configMap(name), at: WriteTarget(type, namespace: "default"), now: Self.now)
    } throws: { error in
      let error = error as? StatusError
      return error?.code == 422 && error?.message.contains(expected) == true
    }
  }

  @Test func admissionFillsInAndRefuses() throws {
    let type = try Self.type("ConfigMap")
    var store = Self.store()
    store.admission = [
      AdmissionRule("label") { request, random throws(StatusError) in
        if request.operation == .create {
          request.object["metadata"]?["labels"] = ["id": .string(random.uuid())]
        }
      },
      AdmissionRule("guard") { request, _ throws(StatusError) in
        if request.operation == .delete {
          throw .denied(byWebhook: "guard.example.com", "it is protected")
        }
      },
    ]
    let target = WriteTarget(type, namespace: "default", name: "a")
    let created = try store.create(Sample.configMap("a"), at: target, now: Self.now)
    #expect(created.labels["id"]?.count == 36)
    var dry = ObjectStore.DeleteOptions()
    dry.isDryRun = true
    for options in [dry, .init()] {
      #expect {
        try store.delete(at: target, options: options, now: Self.now)
      } throws: { error in
        (error as? StatusError)?.message
          == "admission webhook \"guard.example.com\" denied the request: it is protected"
      }
    }
  }

  @Test func strictValidationNamesTheField() throws {
    let type = try Self.type("OverridePolicy", "policy.karmada.io/v1alpha1")
    var store = Self.store()
    store.fieldChecks = [
      FieldCheck { _, value in
        value[path: "spec", "overrideRulez"] == nil ? [] : ["spec.overrideRulez"]
      }
    ]
    var options = ObjectStore.WriteOptions()
    options.fieldValidation = .strict
    let object: JSONValue = [
      "apiVersion": "policy.karmada.io/v1alpha1", "kind": "OverridePolicy",
      "metadata": ["name": "example"], "spec": ["overrideRulez": []],
    ]
    #expect {
      try store.create(
        object, at: WriteTarget(type, namespace: "default"), options: options, now: Self.now)
    } throws: { error in
      (error as? StatusError)?.message
        == "OverridePolicy in version \"v1alpha1\" cannot be handled "
        + "as a OverridePolicy: strict decoding error: unknown field \"spec.overrideRulez\""
    }
    _ = try store.create(object, at: WriteTarget(type, namespace: "default"), now: Self.now)
  }

  @Test func syntheticFleetIsWhole() throws {
    let fleet = SyntheticFleet(clusters: 10, bindings: 500).fleet(now: Self.now)
    let store = fleet.karmada
    let bindings = store.all(try Self.type("ResourceBinding", "work.karmada.io/v1alpha2"))
    #expect(bindings.count == 500)
    #expect(store.count(try Self.type("Cluster", "cluster.karmada.io/v1alpha1")) == 10)
    let sizes = bindings.map(\.bytes.count)
    #expect((6_000...7_500).contains(sizes.reduce(0, +) / sizes.count))
    var uids: Set<String> = []
    for binding in bindings {
      let value = try JSONValue(parsing: binding.bytes)
      let text = String(decoding: binding.bytes, as: UTF8.self)
      #expect(!text.contains("zq"))
      #expect(value[path: "metadata", "resourceVersion"]?.string == String(binding.resourceVersion))
      #expect(
        value[path: "metadata", "labels"]?.object?.members[
          "resourcebinding.karmada.io/permanent-id"]?.string
          == binding.labels["resourcebinding.karmada.io/permanent-id"])
      uids.insert(value[path: "metadata", "uid"]?.string ?? "")
    }
    #expect(uids.count == 500)
    let works = store.all(try Self.type("Work", "work.karmada.io/v1alpha1"))
    #expect(works.count > 900)
    let id = bindings[0].labels["resourcebinding.karmada.io/permanent-id"]
    #expect(works.contains { $0.labels["resourcebinding.karmada.io/permanent-id"] == id })
  }

  /// What an overnight demo does, in little: its story, and something that goes wrong and is put
  /// right again every ten minutes.
  @Test func hoursOfControllersMoveThingsWithoutGrowing() throws {
    let time = ManualTime(Self.now)
    let plane = try SimulatedControlPlane(
      playing: try Scenario.embedded("quickstart"), time: time)
    let before = plane.fleet.karmada
    func hour() throws -> (objects: Int, bytes: Int, history: Int, queued: Int) {
      for _ in 0..<6 {
        try plane.perform(FaultLine(parsing: "break Deployment shop/cart member1"))
        time.advance(by: .seconds(300))
        plane.runControllers()
        try plane.perform(FaultLine(parsing: "heal Deployment shop/cart member1"))
        time.advance(by: .seconds(300))
        plane.runControllers()
      }
      let stores = [plane.fleet.karmada] + plane.fleet.members.values.map(\.store)
      let all = stores.flatMap { store in store.registry.types.flatMap { store.all($0) } }
      return (
        all.count, all.reduce(0) { $0 + $1.bytes.count },
        plane.fleet.karmada.history.entries(after: 0).count, plane.controllers?.queuedCount ?? 0
      )
    }
    _ = try hour()
    let second = try hour()
    let third = try hour()
    // Ready members report what they are busy with; Events of an hour ago have gone.
    #expect(plane.fleet.karmada.resourceVersion > before.resourceVersion + 100)
    #expect(abs(third.objects - second.objects) <= 5)
    #expect(abs(third.bytes - second.bytes) < second.bytes / 50)
    #expect(third.queued <= second.queued + 2)
    #expect(third.history <= plane.fleet.karmada.history.capacity)
    #expect(plane.faults.count == 8)
    // Only what nobody can take off a member that does not answer, and what a member refuses, is
    // tried again and again.
    let underWay = plane.controllers?.underWay ?? ["no controllers"]
    #expect(
      underWay.allSatisfy { $0.contains("karmada-es-member3/") || $0.contains("/pricing") },
      "\(underWay)")
  }
}
