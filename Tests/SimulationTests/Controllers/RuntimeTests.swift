import ControlPlane
import Manifest
import Testing

@testable import Simulation

/// Copies ConfigMap "source" of a namespace to "copy" in the same one.
private struct CopyController: Controller {
  let name = "copy-controller"
  var pace = Pace(
    latency: .milliseconds(10)...(.milliseconds(10)),
    service: .milliseconds(100)...(.milliseconds(100)), workers: 1,
    backOff: .milliseconds(100)...(.seconds(300)))

  func keys(after change: Change, in view: FleetView) -> [ObjectKey] {
    guard change.type.id == "configmaps", change.object.name == "source" else { return [] }
    return [change.key]
  }

  func step(_ key: ObjectKey, in view: FleetView) -> [Action] {
    guard let source = view.object(key) else { return [] }
    var copy = key
    copy.name = "copy"
    let data = source.value["data"] ?? [:]
    guard let old = view.object(copy) else {
      let object: JSONValue = [
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "copy"], "data": data,
      ]
      return [
        .create(
          copy, object,
          onRefusal: [EventNote(about: source.value, "CopyFailed", "no copy: ", isWarning: true)]),
        .event(EventNote(about: source.value, "Copied", "copied \(view.failures) failures")),
      ]
    }
    var new = old.value
    new["data"] = data
    return [.update(copy, new)]
  }
}

/// Counts its own steps for as long as it lives.
private struct Counter: Controller {
  let name = "counter"
  func keys(after change: Change, in view: FleetView) -> [ObjectKey] { [] }
  func startingKeys(in view: FleetView) -> [ObjectKey] { [ObjectKey("count", name: "")] }
  func step(_ key: ObjectKey, in view: FleetView) -> [Action] {
    let count = view.memory?.int ?? 0
    return [
      .remember(.int(Int64(count + 1))), .recur(after: .seconds(10)),
      .event(
        EventNote(
          subject: ["kind": "Namespace", "name": "default", "apiVersion": "v1"], "Counted",
          "counted to \(count + 1)")),
    ]
  }
}

@Suite struct RuntimeTests {
  static let start = SimulatedControlPlane.start

  private func fleet() -> Fleet {
    Fleet(karmada: ObjectStore(registry: .karmada, seed: 1, now: Self.start))
  }

  private func target(_ name: String = "") -> WriteTarget {
    WriteTarget(
      ResourceRegistry.karmada.type(id: "configmaps") ?? ResourceRegistry.karmada.types[0],
      namespace: "default", name: name)
  }

  private func data(_ name: String, _ fleet: Fleet) -> JSONValue? {
    fleet.karmada.objects(target().type)["default/\(name)"]?.value["data"]
  }

  @Test func aChangeTakesItsTimeToArriveAndToBeWorkedOn() throws {
    var fleet = fleet()
    var runtime = ControllerRuntime([CopyController()], fleet: fleet, now: Self.start)
    _ = try fleet.karmada.create(
      Sample.configMap("source", data: ["k": "1"]), at: target(), now: Self.start)
    runtime.run(&fleet, until: Self.start + .milliseconds(9))
    #expect(data("copy", fleet) == nil)
    runtime.run(&fleet, until: Self.start + .milliseconds(10))
    #expect(data("copy", fleet) == ["k": "1"])
    // The one worker is busy for a tenth of a second.
    _ = try fleet.karmada.patch(
      ["data": ["k": "2"]], kind: .merge, at: target("source"), now: Self.start)
    runtime.run(&fleet, until: Self.start + .milliseconds(109))
    #expect(data("copy", fleet) == ["k": "1"])
    runtime.run(&fleet, until: Self.start + .milliseconds(110))
    #expect(data("copy", fleet) == ["k": "2"])
    #expect(runtime.isAtRest)
  }

  @Test func whatIsThereAlreadyCountsAsSettled() throws {
    var fleet = fleet()
    _ = try fleet.karmada.create(Sample.configMap("source"), at: target(), now: Self.start)
    var runtime = ControllerRuntime([CopyController()], fleet: fleet, now: Self.start)
    #expect(runtime.nextMoment() == nil)
    runtime.enqueueAll(fleet, now: Self.start)
    #expect(runtime.settle(&fleet, deadline: Self.start + .seconds(5)))
    #expect(data("copy", fleet) == ["k": "v"])
  }

  @Test func aRefusedWriteIsTriedAgainEverMoreSlowly() throws {
    var fleet = fleet()
    fleet.karmada.admission = [
      AdmissionRule("no copies") { (request, _) throws(StatusError) in
        if request.name == "copy", request.now < Self.start + .seconds(2) {
          throw .denied(byWebhook: "no.copies", "not yet")
        }
      }
    ]
    var runtime = ControllerRuntime([CopyController()], fleet: fleet, now: Self.start)
    _ = try fleet.karmada.create(Sample.configMap("source"), at: target(), now: Self.start)
    #expect(runtime.settle(&fleet, deadline: Self.start + .seconds(60)))
    #expect(data("copy", fleet) == ["k": "v"])
    let events = FleetView(fleet, now: Self.start).all(.events).map(\.value)
    let failed = try #require(events.first { $0["reason"] == "CopyFailed" })
    #expect(
      failed["message"]
        == "no copy: admission webhook \"no.copies\" denied the request: not yet")
    // 0.1 s, 0.2 s, 0.4 s … until two seconds are over: one Event that counts.
    #expect(failed["count"] == 5)
    #expect(failed[path: "source", "component"] == "copy-controller")
    #expect(events.contains { $0["message"] == "copied 5 failures" })
    #expect(events.count == 2)
  }

  @Test func sameSeedSameRun() throws {
    func run(seed: UInt64) throws -> [[UInt8]] {
      var fleet = fleet()
      var runtime = ControllerRuntime(
        [CopyController(pace: Pace()), Counter()], fleet: fleet, seed: seed, now: Self.start)
      _ = try fleet.karmada.create(Sample.configMap("source"), at: target(), now: Self.start)
      runtime.run(&fleet, until: Self.start + .seconds(60))
      return FleetView(fleet, now: Self.start).all(.events).map(\.bytes)
    }
    #expect(try run(seed: 1) == run(seed: 1))
    #expect(try run(seed: 1) != run(seed: 2))
  }

  @Test func upkeepGoesOnWithoutKeepingTheFleetFromRest() {
    var fleet = fleet()
    var runtime = ControllerRuntime([Counter()], fleet: fleet, now: Self.start)
    #expect(runtime.isAtRest)
    runtime.run(&fleet, until: Self.start + .seconds(95))
    #expect(runtime.stepCount == 10)
    #expect(runtime.isAtRest)
  }

  @Test func aServerWhoseHistoryIsForgottenIsLookedAtAnew() throws {
    var fleet = fleet()
    var runtime = ControllerRuntime([CopyController()], fleet: fleet, now: Self.start)
    _ = try fleet.karmada.create(Sample.configMap("source"), at: target(), now: Self.start)
    fleet.karmada.compact(through: fleet.karmada.resourceVersion)
    #expect(runtime.settle(&fleet, deadline: Self.start + .seconds(5)))
    #expect(data("copy", fleet) == ["k": "v"])
  }

  @Test func aControlPlaneRunsThemAndTellsItsWatches() async throws {
    let fleet = fleet()
    let time = ManualTime(Self.start)
    let plane = SimulatedControlPlane(
      fleet: fleet,
      controllers: ControllerRuntime([CopyController()], fleet: fleet, now: Self.start), time: time)
    let path = "/api/v1/namespaces/default/configmaps"
    var watch = plane.stream(Call.get(path, query: "watch=1&fieldSelector=metadata.name=copy"))
      .makeAsyncIterator()
    #expect(try await watch.next() == [])
    _ = try await plane.send(Call.post(path, Sample.configMap("source")))
    #expect(plane.runControllers() == Self.start + .milliseconds(10))
    time.advance(by: .seconds(1))
    #expect(plane.runControllers() == nil)
    let event = try JSONValue(parsing: try #require(try await watch.next()))
    #expect(event["type"] == "ADDED")
    #expect(event[path: "object", "data"] == ["k": "v"])
  }

  @Test func eventsLiveForAnHour() throws {
    var fleet = fleet()
    var runtime = ControllerRuntime(
      [Counter(), EventExpiry()], fleet: fleet, now: Self.start)
    runtime.run(&fleet, until: Self.start + .seconds(3 * 3_600))
    let count = FleetView(fleet, now: Self.start).all(.events).count
    #expect((358...362).contains(count))
  }

  @Test func aWorkMarksWhatItCarries() throws {
    var fleet = fleet()
    fleet.karmada.admission = [.permanentIDs]
    fleet.karmada.addNamespace("karmada-es-member1", now: Self.start)
    let type = try #require(fleet.karmada.registry.type(.works))
    let work = try fleet.karmada.create(
      [
        "apiVersion": "work.karmada.io/v1alpha1", "kind": "Work", "metadata": ["name": "w"],
        "spec": ["workload": ["manifests": [Sample.configMap("c", labels: ["a": "b"])]]],
      ], at: WriteTarget(type, namespace: "karmada-es-member1"), now: Self.start
    ).value
    let id = work[path: "metadata", "labels"]?["work.karmada.io/permanent-id"]
    #expect(id?.string?.isEmpty == false)
    let sent = try #require(work[path: "spec", "workload", "manifests"]?.array?.first)
    #expect(sent[path: "metadata", "labels"]?["work.karmada.io/permanent-id"] == id)
    #expect(
      sent[path: "metadata", "annotations"]?["resourcetemplate.karmada.io/managed-labels"]
        == "a,work.karmada.io/permanent-id")
    #expect(
      sent[path: "metadata", "annotations"]?["resourcetemplate.karmada.io/managed-annotations"]
        == "resourcetemplate.karmada.io/managed-annotations,resourcetemplate.karmada.io/managed-labels,work.karmada.io/name,work.karmada.io/namespace"
    )
  }
}
