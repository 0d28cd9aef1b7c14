import ControlPlane
import Manifest
import TestSupport
import Testing

@testable import Simulation

private let configMaps = "/api/v1/namespaces/default/configmaps"

/// The lines of a watch that has ended.
private func lines(_ stream: AsyncThrowingStream<[UInt8], any Error>) async throws -> [String] {
  var body: [UInt8] = []
  for try await piece in stream { body += piece }
  return try body.split(separator: UInt8(ascii: "\n")).map { line in
    let event = try JSONValue(parsing: line)
    let name = event[path: "object", "metadata", "name"]?.string
    return "\(event["type"]?.string ?? "") \(name ?? event[path: "object", "reason"]?.string ?? "")"
  }
}

/// What goes wrong on purpose goes wrong alike in process and over HTTP.
@Suite(.serialized) struct FaultTests {
  private static func names(_ plane: SimulatedControlPlane) -> [String] {
    let registry = plane.fleet.karmada.registry
    guard let type = registry.type(apiVersion: "v1", kind: "ConfigMap") else { return [] }
    return plane.fleet.karmada.all(type).map { String($0.name) }
  }

  // MARK: Requests

  @Test(arguments: Entrance.allCases)
  func theThirdWriteFailsAndNoOther(_ entrance: Entrance) async throws {
    let plane = SimulatedControlPlane.empty()
    try plane.inject(.requests(.writes, .refusal(.storeTimedOut), skipping: 2, times: 1))
    try await entrance.with(plane) { client in
      for name in ["a", "b"] {
        _ = try await client.send(Call.post(configMaps, Sample.configMap(name)))
      }
      _ = try await client.send(
        Call.post(configMaps, Sample.configMap("dry"), query: "dryRun=All"))
      let error = try await client.refusal(Call.post(configMaps, Sample.configMap("c")))
      #expect(error?.kind == .server)
      #expect(error?.message == "etcdserver: request timed out")
      _ = try await client.send(Call.post(configMaps, Sample.configMap("d")))
    }
    #expect(Self.names(plane) == ["a", "b", "d"])
    #expect(plane.faults == [])
  }

  @Test(arguments: Entrance.allCases)
  func aLostAnswerLeavesTheWriteDone(_ entrance: Entrance) async throws {
    let plane = SimulatedControlPlane.empty()
    try plane.inject(.requests(.writes(["create"], to: "configmaps"), .answerLost, times: 1))
    try plane.inject(
      .requests(.writes(["delete"], to: "configmaps", name: "a"), .requestLost, times: 1))
    try await entrance.with(plane) { client in
      let lost = try await client.refusal(Call.post(configMaps, Sample.configMap("a")))
      #expect(lost?.kind == .unreachable)
      #expect(lost?.status == nil)
      #expect(Self.names(plane) == ["a"])
      let unsent = try await client.refusal(Call.delete("\(configMaps)/a"))
      #expect(unsent?.kind == .unreachable)
      #expect(Self.names(plane) == ["a"])
      _ = try await client.send(Call.delete("\(configMaps)/a"))
      #expect(Self.names(plane) == [])
    }
  }

  @Test(arguments: Entrance.allCases, [true, false])
  func aSilentServerMayHaveDoneIt(_ entrance: Entrance, isCarriedOut: Bool) async throws {
    let plane = SimulatedControlPlane.empty()
    try plane.inject(.requests(.writes, .silence(isCarriedOut: isCarriedOut), times: 1))
    try await entrance.with(plane) { client in
      var request = Call.post(configMaps, Sample.configMap("a"))
      request.timeout = .milliseconds(300)
      let error = try await client.refusal(request)
      #expect(error?.kind == .timeout)
      #expect(Self.names(plane) == (isCarriedOut ? ["a"] : []))
    }
  }

  @Test(arguments: Entrance.allCases)
  func throttlesWithRetryAfter(_ entrance: Entrance) async throws {
    let plane = SimulatedControlPlane.empty()
    try await entrance.with(plane) { client in
      try plane.perform(try FaultLine(parsing: "throttle 7 1"))
      let error = try await client.refusal(Call.get(configMaps))
      #expect(error?.kind == .throttled)
      #expect(error?.retryAfter == .seconds(7))
      _ = try await client.send(Call.get(configMaps))
    }
  }

  @Test func slowWritesWaitOnTheClock() async throws {
    let clock = ManualClock()
    let plane = SimulatedControlPlane(
      fleet: SimulatedControlPlane.empty().fleet, time: ManualTime(SimulatedControlPlane.start),
      clock: clock)
    try plane.inject(.requests(.writes, .slow(.seconds(20))))
    async let write = plane.send(Call.post(configMaps, Sample.configMap("a")))
    _ = try await plane.send(Call.get(configMaps))
    try await clock.advanceWhenAwaited(by: .seconds(20))
    #expect(try await write.status == 201)
  }

  @Test(arguments: Entrance.allCases)
  func aRevokedTokenIsGoodForTheAdminPathOnly(_ entrance: Entrance) async throws {
    try await entrance.with(.empty()) { client in
      func fault(_ line: String) -> APIRequest {
        Call.post(FaultDesk.path, ["fault": .string(line)])
      }
      let answer = try await client.value(fault("revoke-token"))
      #expect(answer["message"] == "fault 1: revoke-token")
      #expect(try await client.refusal(Call.get(configMaps))?.kind == .unauthorized)
      _ = try await client.send(fault("clear 1"))
      _ = try await client.send(Call.get(configMaps))
    }
  }

  @Test(arguments: Entrance.allCases)
  func aRestartBreaksWatchesAndIsOverInTime(_ entrance: Entrance) async throws {
    let time = ManualTime(SimulatedControlPlane.start)
    let plane = SimulatedControlPlane.empty(time: time)
    try await entrance.with(plane) { client in
      let watch = client.stream(Call.get(configMaps, query: "watch=1"))
      try await plane.waitForWatches(1)
      try plane.inject(.restart(.seconds(5)))
      #expect(try await lines(watch) == [])
      #expect(try await client.refusal(Call.get(configMaps))?.kind == .unreachable)
      time.advance(by: .seconds(5))
      _ = try await client.send(Call.get(configMaps))
    }
  }

  @Test(arguments: Entrance.allCases)
  func clockSkewShowsInWhatTheServerDates(_ entrance: Entrance) async throws {
    let plane = SimulatedControlPlane.empty()
    try plane.perform(try FaultLine(parsing: "skew -30"))
    try await entrance.with(plane) { client in
      let made = try await client.value(Call.post(configMaps, Sample.configMap("a")))
      #expect(made[path: "metadata", "creationTimestamp"] == "2026-11-22T11:59:30Z")
    }
  }

  // MARK: Watches

  @Test(arguments: [
    (WatchTrouble.drop(1), ["ADDED b", "ADDED c"]),
    (.repeat, ["ADDED a", "ADDED a", "ADDED b", "ADDED b", "ADDED c", "ADDED c"]),
    (.drop(), []), (.silence, []),
  ])
  func watchesMisbehave(trouble: WatchTrouble, wanted: [String]) async throws {
    let plane = SimulatedControlPlane.empty()
    let watch = plane.stream(Call.get(configMaps, query: "watch=1"))
    let other = plane.stream(Call.get("/api/v1/secrets", query: "watch=1"))
    try plane.inject(.watches(trouble, plural: "configmaps"))
    for name in ["a", "b", "c"] {
      _ = try await plane.send(Call.post(configMaps, Sample.configMap(name)))
    }
    _ = try await plane.send(
      Call.post(
        "/api/v1/namespaces/default/secrets",
        ["kind": "Secret", "apiVersion": "v1", "metadata": ["name": "s"]]))
    plane.closeWatches()
    #expect(try await lines(watch) == wanted)
    #expect(try await lines(other) == ["ADDED s"])
  }

  @Test func silenceTellsLaterWhatItHeldBack() async throws {
    let plane = SimulatedControlPlane.empty()
    let watch = plane.stream(Call.get(configMaps, query: "watch=1&allowWatchBookmarks=1"))
    try plane.inject(.watches(.silence))
    _ = try await plane.send(Call.post(configMaps, Sample.configMap("a")))
    plane.sendBookmarks()
    plane.clearFaults()
    plane.closeWatches()
    #expect(try await lines(watch) == ["ADDED a"])
  }

  @Test func delayedEventsComeInOrder() async throws {
    let clock = ManualClock()
    let plane = SimulatedControlPlane(
      fleet: SimulatedControlPlane.empty().fleet, time: ManualTime(SimulatedControlPlane.start),
      clock: clock)
    var pieces = plane.stream(Call.get(configMaps, query: "watch=1")).makeAsyncIterator()
    #expect(try await pieces.next() == [])
    try plane.inject(.watches(.delay(.seconds(3)), plural: "configmaps"))
    for name in ["a", "b"] {
      _ = try await plane.send(Call.post(configMaps, Sample.configMap(name)))
    }
    try await clock.advanceWhenAwaited(by: .seconds(3))
    for name in ["a", "b"] {
      let event = try JSONValue(parsing: try #require(try await pieces.next()))
      #expect(event[path: "object", "metadata", "name"]?.string == name)
    }
  }

  @Test(arguments: Entrance.allCases)
  func goneTellsOpenWatchesAndOldVersions(_ entrance: Entrance) async throws {
    let plane = SimulatedControlPlane.empty()
    try await entrance.with(plane) { client in
      let list = try await client.value(Call.get(configMaps))
      let version = list[path: "metadata", "resourceVersion"]?.string ?? ""
      _ = try await client.send(Call.post(configMaps, Sample.configMap("a")))
      let query = "watch=1&resourceVersion=\(version)"
      let open = client.stream(Call.get(configMaps, query: query))
      try await plane.waitForWatches(1)
      try plane.perform(try FaultLine(parsing: "gone"))
      #expect(try await lines(open) == ["ADDED a", "ERROR Expired"])
      let late = client.stream(Call.get(configMaps, query: query))
      #expect(try await lines(late) == ["ERROR Expired"])
    }
  }

  // MARK: Members, webhooks, events

  @Test(arguments: Entrance.allCases)
  func aKilledMemberRefusesUntilItIsRestored(_ entrance: Entrance) async throws {
    let plane = try SimulatedControlPlane.quickstart()
    let path = "/apis/cluster.karmada.io/v1alpha1/clusters/member1/proxy/api/v1/namespaces"
    try await entrance.with(plane) { client in
      _ = try await client.send(Call.get(path))
      try plane.perform(try FaultLine(parsing: "kill member1"))
      let error = try await client.refusal(Call.get(path))
      #expect(error?.kind == .server)
      #expect(error?.message.contains("connect: connection refused") == true)
      try plane.perform(try FaultLine(parsing: "restore member1"))
      _ = try await client.send(Call.get(path))
    }
  }

  @Test func aCutMemberHangsUntilTheDialTimesOut() async throws {
    let clock = ManualClock()
    let plane = SimulatedControlPlane(
      fleet: try SimulatedControlPlane.quickstart().fleet,
      time: ManualTime(SimulatedControlPlane.start), clock: clock)
    try plane.inject(.member("member1", .cut))
    async let answer = plane.refusal(
      Call.get("/apis/cluster.karmada.io/v1alpha1/clusters/member1/proxy/api/v1/namespaces"))
    try await clock.advanceWhenAwaited(by: .seconds(30))
    #expect(try await answer?.message.hasSuffix("i/o timeout") == true)
  }

  @Test func twoFaultsOnOneMemberEndOneByOne() throws {
    let plane = try SimulatedControlPlane.quickstart()
    let first = try plane.inject(.member("member1", .killed))
    let second = try plane.inject(.member("member1", .slow(.seconds(1))))
    plane.clearFaults(first)
    #expect(plane.fleet.members["member1"]?.isReachable == true)
    #expect(plane.fleet.members["member1"]?.latency == .seconds(1))
    plane.clearFaults(second)
    #expect(plane.fleet.members["member1"]?.latency == .zero)
  }

  @Test func thereIsNoFaultOnAMemberThatIsNot() throws {
    let plane = try SimulatedControlPlane.quickstart()
    #expect {
      try plane.inject(.member("ghost", .killed))
    } throws: { error in
      "\(error)".hasPrefix("there is no member “ghost”; there are: member1 member2")
    }
    #expect(plane.faults.isEmpty)
  }

  @Test func expiredEventsAreGone() async throws {
    let plane = try SimulatedControlPlane.quickstart()
    let type = try #require(plane.fleet.karmada.registry.type(.events))
    #expect(plane.fleet.karmada.count(type) > 0)
    try plane.inject(.eventsExpire)
    #expect(plane.fleet.karmada.count(type) == 0)
  }

  @Test func aBrokenApplicationIsBrokenWhereItWasBroken() throws {
    let plane = try SimulatedControlPlane.quickstart()
    let line = try FaultLine(parsing: "break Deployment shop/cart member1")
    try plane.perform(line)
    func isBroken(_ cluster: String) -> Bool {
      plane.fleet.troubles.isBroken(
        kind: "Deployment", namespace: "shop", name: "cart", cluster: cluster)
    }
    #expect(isBroken("member1"))
    #expect(!isBroken("member2"))
    try plane.perform(try FaultLine(parsing: "heal Deployment shop/cart member1"))
    #expect(!isBroken("member1"))
  }

  @Test func healingSaysWhatItDoes() throws {
    let plane = try SimulatedControlPlane.quickstart()
    func isBroken(_ cluster: String) -> Bool {
      plane.fleet.troubles.isBroken(
        kind: "Deployment", namespace: "shop", name: "cart", cluster: cluster)
    }
    func perform(_ line: String) throws { try plane.perform(try FaultLine(parsing: line)) }
    let before = plane.faults.count
    // Without a member it is healed in all of them.
    try perform("break Deployment shop/cart member1")
    try perform("break Deployment shop/cart member2")
    try perform("heal Deployment shop/cart")
    #expect(!isBroken("member1") && !isBroken("member2"))
    #expect(plane.faults.count == before)
    // What is broken everywhere cannot get well in one place.
    try perform("break Deployment shop/cart")
    #expect {
      try perform("heal Deployment shop/cart member1")
    } throws: {
      "\($0)".contains("heal it in all of them")
    }
    #expect(isBroken("member1"))
    try perform("heal Deployment shop/cart")
    #expect(!isBroken("member1"))
    // A name misspelled is no success.
    #expect {
      try perform("heal Deployment shop/chart")
    } throws: {
      "\($0)".contains("shop/chart is not broken")
    }
  }

  // MARK: The admin path

  @Test func theAdminPathListsTakesTextAndEnds() async throws {
    let plane = try SimulatedControlPlane.quickstart()
    try await OpenDoor.with(plane) { door in
      let url = door.door.url + FaultDesk.path
      let token = "Authorization: Bearer \(door.door.token)"
      let posted = try await Curl.run(
        ["-X", "POST", "--data-binary", "kill member2", url], headers: [token])
      #expect(posted.status == 200)
      let list = try JSONValue(parsing: posted.body)
      #expect(list["active"]?.array?.first?["fault"] == "kill member2")
      #expect(list["known"]?.array?.count == FaultLine.words.count)
      let nonsense = try await Curl.run(
        ["-X", "POST", "--data-binary", "explode", url], headers: [token])
      #expect(nonsense.status == 400)
      #expect(try await Curl.get(url, headers: []).status == 403)
      #expect(try await Curl.get(url, headers: ["Authorization: Bearer no"]).status == 401)
      let ended = try await Curl.run(["-X", "DELETE", "\(url)/1"], headers: [token])
      #expect(try JSONValue(parsing: ended.body)["active"]?.array?.isEmpty == true)
    }
    #expect(plane.faults.isEmpty)
  }
}
