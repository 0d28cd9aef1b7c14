import ControlPlane
import Manifest
import TestSupport
import Testing

@testable import Simulation

@Suite struct TraceTests {
  static let names = [
    "api-verdicts", "cluster-outage", "failover-purge-never", "field-override",
    "migrate-and-rollback", "stateful-failover-twice",
  ]
  static let kinds: [APIResource] = [
    .clusters, .propagationPolicies, .overridePolicies, .resourceBindings, .works, .events,
  ]

  static func trace(_ name: String) throws -> Trace {
    try Trace(try Fixture.bytes("traces/\(name).trace.jsonl"))
  }

  private static func list(_ plane: TraceControlPlane, _ kind: APIResource) async throws
    -> JSONValue
  {
    try await plane.value(Call.get(kind.path()))
  }

  @Test(arguments: names)
  func watchesLeadToTheStateThatListsShow(_ name: String) async throws {
    let trace = try Self.trace(name)
    let plane = TraceControlPlane(trace, name: name)
    for kind in Self.kinds {
      plane.seek(to: 0)
      let first = try await Self.list(plane, kind)
      var state: [String: JSONValue] = [:]
      for object in first["items"]?.array ?? [] { state[Trace.key(object)] = object }
      let version = first[path: "metadata", "resourceVersion"]?.string ?? ""
      let stream = plane.stream(
        Call.get(kind.path(), query: "watch=1&resourceVersion=\(version)"))
      for second in stride(from: 0, through: trace.duration, by: trace.duration / 20) {
        await Task.yield()
        plane.advance(to: second)
      }
      plane.advance(to: trace.duration)
      let final = try await Self.list(plane, kind)
      // Going back ends the watch, so that its reader comes to an end.
      plane.seek(to: 0)
      var body: [UInt8] = []
      for try await piece in stream { body += piece }
      for line in body.split(separator: UInt8(ascii: "\n")) {
        let event = try JSONValue(parsing: line)
        let object = event["object"] ?? .null
        let now: JSONValue? = event["type"] == "DELETED" ? .none : object
        state[Trace.key(object)] = now
      }
      let expected = final["items"]?.array ?? []
      #expect(state.count == expected.count, "\(kind.plural)")
      #expect(expected.allSatisfy { $0.object != nil }, "what was deleted is not listed")
      for object in expected {
        #expect(
          state[Trace.key(object)]?[path: "metadata", "resourceVersion"]
            == object[path: "metadata", "resourceVersion"])
      }
    }
  }

  @Test(arguments: names)
  func everyMomentCanBeListed(_ name: String) async throws {
    let trace = try Self.trace(name)
    let plane = TraceControlPlane(trace, name: name)
    // Thirty moments, the end and what lies behind it included.
    for second in stride(from: 0, through: trace.duration * 1.1, by: trace.duration / 30) {
      await Task.yield()
      plane.seek(to: second)
      for kind in Self.kinds {
        let list = try await Self.list(plane, kind)
        #expect(list["items"]?.array != nil)
      }
    }
    #expect(plane.position == trace.duration)
  }

  @Test func outageIsThereAtItsMoment() async throws {
    let plane = TraceControlPlane(try Self.trace("cluster-outage"), name: "cluster-outage", at: 97)
    let cluster = try await plane.value(Call.get(APIResource.clusters.path(name: "member3")))
    let ready = cluster[path: "status", "conditions"]?.array?.first { $0["type"] == "Ready" }
    #expect(ready?["status"] == "False")
    #expect(ready?["reason"] == "ClusterNotReachable")
    let pinned = try await plane.value(
      Call.get(
        APIResource.resourceBindings.path(namespace: "default", name: "pinned-deployment")))
    #expect(pinned[path: "spec", "clusters"] == nil)
    #expect(pinned[path: "spec", "gracefulEvictionTasks"]?.array?.count == 1)
    // Not ready since 11:44:35, seen at 19.3 s.
    let since = try #require(
      ready?["lastTransitionTime"]?.string.flatMap(Time.init(rfc3339:)))
    let offset = Double((since - plane.trace.startTime).components.seconds)
    #expect((18.0...20.0).contains(offset))
    plane.seek(to: 10)
    let before = try await plane.value(Call.get(APIResource.clusters.path(name: "member3")))
    #expect(
      before[path: "status", "conditions"]?.array?.first { $0["type"] == "Ready" }?["status"]
        == "True")
  }

  @Test func templatesAndMemberObjectsComeFromTheCalls() async throws {
    let trace = try Self.trace("migrate-and-rollback")
    let plane = TraceControlPlane(trace, name: "migrate", at: 3)
    let path = "/apis/apps/v1/namespaces/default/deployments/nginx"
    let template = try await plane.value(Call.get(path))
    #expect(template["kind"] == "Deployment")
    plane.seek(to: trace.duration)
    #expect(try await plane.refusal(Call.get(path))?.kind == .notFound)
    let member = try await plane.value(
      Call.get("/apis/cluster.karmada.io/v1alpha1/clusters/member1/proxy\(path)"))
    #expect(member[path: "metadata", "uid"] == "51c015c4-8892-412e-b99a-d4168c779e75")
  }

  @Test func writesAreRefused() async throws {
    let plane = TraceControlPlane(try Self.trace("api-verdicts"), name: "api-verdicts")
    for request in [
      Call.post("/api/v1/namespaces", [:]), Call.delete("/api/v1/namespaces/default"),
      Call.patch("/api/v1/namespaces/default", [:]), Call.put("/api/v1/namespaces/default", [:]),
    ] {
      let error = try #require(try await plane.refusal(request))
      #expect(error.kind == .forbidden)
      #expect(error.message.contains("read-only"))
    }
  }

  @Test(arguments: [0.1, 0.35, 0.5, 0.77, 0.999])
  func cutInTheMiddleKeepsWhatCameBefore(share: Double) throws {
    let bytes = try Fixture.bytes("traces/migrate-and-rollback.trace.jsonl")
    let cut = Array(bytes.prefix(Int(Double(bytes.count) * share)))
    let trace = try Trace(cut)
    let whole = try Trace(bytes)
    #expect(trace.duration <= whole.duration)
    #expect(trace.changes.count <= whole.changes.count)
    if cut.last != UInt8(ascii: "\n") {
      let lines = cut.split(separator: UInt8(ascii: "\n")).count
      #expect(trace.warnings == ["line \(lines) is cut off and left out"])
    }
  }

  @Test(arguments: [
    ("", 1), ("not json", 1), ("{}\n{\"t\":", 1), ("{\"t\":1}\n", 1), ("[1,2]\n{}", 1),
  ])
  func whatIsNotATraceSaysSo(text: String, line: Int) {
    #expect {
      try Trace(Array(text.utf8))
    } throws: { error in
      (error as? Trace.Failure)?.line == line
    }
  }

  /// Every line tells of whole objects: what follows makes sense without it.
  @Test func aBrokenLineInTheMiddleIsNamedAndLeftOut() throws {
    let bytes = try Fixture.bytes("traces/cluster-outage.trace.jsonl")
    var lines = bytes.split(separator: UInt8(ascii: "\n")).map { Array($0) }
    let count = try Self.trace("cluster-outage").changes.count
    lines[0] = Array(lines[0].dropLast(9))
    lines[40] = Array(lines[40].prefix(30))
    lines.insert(Array(" \r".utf8), at: 20)
    lines.insert([], at: 20)
    let trace = try Trace(Array(lines.joined(separator: [UInt8(ascii: "\n")])))
    #expect(
      trace.warnings == ["line 1 is broken and left out", "line 43 is broken and left out"])
    #expect(trace.changes.count == count - 1)
  }

  @Test func whatIsMostlyBrokenIsNoTrace() throws {
    let bytes = try Fixture.bytes("traces/api-verdicts.trace.jsonl")
    let broken = bytes.split(separator: UInt8(ascii: "\n")).map { $0.dropLast(20) }
    #expect {
      try Trace(Array(broken.joined(separator: [UInt8(ascii: "\n")])))
    } throws: { error in
      (error as? Trace.Failure)?.line == 1
    }
  }

  // MARK: Lists

  private static func lines(_ name: String) throws -> [JSONValue] {
    try Fixture.bytes("traces/\(name).trace.jsonl").split(separator: UInt8(ascii: "\n"))
      .map { try JSONValue(parsing: $0) }
  }

  private static func trace(of lines: [JSONValue]) throws -> Trace {
    try Trace(Array(lines.map { $0.serialized() }.joined(separator: [UInt8(ascii: "\n")])))
  }

  /// A list that names just these.
  private static func list(_ plural: String, _ objects: [JSONValue], at t: Double) -> JSONValue {
    [
      "t": .double(t), "list": .string(plural), "path": .string("/apis/x/v1/\(plural)"),
      "body": ["metadata": ["resourceVersion": "9000000"], "items": .array(objects)],
    ]
  }

  @Test func aListInPagesIsOneBeginning() throws {
    var lines = try Self.lines("cluster-outage")
    let at = try #require(lines.firstIndex { $0["list"] == "events" })
    let items = try #require(lines[at][path: "body", "items"]?.array)
    var pages: [JSONValue] = []
    for (page, start) in stride(from: 0, to: items.count, by: 100).enumerated() {
      let end = min(start + 100, items.count)
      pages.append([
        "t": 0, "list": "events",
        "path": .string("/api/v1/events?limit=100" + (page > 0 ? "&continue=token" : "")),
        "body": [
          "metadata": ["continue": end < items.count ? "token" : ""],
          "items": .array(Array(items[start..<end])),
        ],
      ])
    }
    lines.replaceSubrange(at...at, with: pages)
    let (paged, whole) = (try Self.trace(of: lines), try Self.trace("cluster-outage"))
    #expect(paged.start["events"] == whole.start["events"])
    #expect(paged.changes.count == whole.changes.count && paged.gaps == [])
  }

  @Test func aLaterListIsReadAsTheChangesThatLeadToIt() throws {
    var lines = try Self.lines("cluster-outage")
    let whole = try Self.trace("cluster-outage")
    // The watch of bindings says nothing between 50 and 100 s.
    lines.removeAll { line in
      line["resource"] == "resourcebindings"
        && Trace.seconds(line["t"]).map { (50...100).contains($0) } ?? false
    }
    var then = whole.objects("resourcebindings", at: 100).map(\.object)
    then.removeAll { $0[path: "metadata", "name"] == "shop-deployment" }
    let later = lines.firstIndex { (Trace.seconds($0["t"]) ?? 0) > 100 }
    lines.insert(Self.list("resourcebindings", then, at: 100), at: later ?? lines.endIndex)
    let trace = try Self.trace(of: lines)
    #expect(trace.start["resourcebindings"] == [])
    let found = trace.changes.filter(\.isFound)
    #expect(
      found.map { "\($0.kind) \(Trace.key($0.object))" } == [
        "modified default/fleet-deployment", "modified default/pinned-deployment",
        "deleted default/shop-deployment",
      ])
    #expect(trace.gaps.map(\.plural) == ["resourcebindings"])
    #expect(trace.gaps.map(\.until) == [100])
    #expect(
      trace.objects("resourcebindings", at: 101).map(\.key) == [
        "default/fleet-deployment", "default/pinned-deployment",
      ])
  }

  @Test func aListOfNothingNewSaysNothing() throws {
    var lines = try Self.lines("stateful-failover-twice")
    let whole = try Self.trace("stateful-failover-twice")
    for plural in ["resourcebindings", "works", "clusters"] {
      for t in [5.0, 15.65, 30] {
        lines.append(Self.list(plural, whole.objects(plural, at: t).map(\.object), at: t))
      }
    }
    lines.sort { (Trace.seconds($0["t"]) ?? 0) < (Trace.seconds($1["t"]) ?? 0) }
    let trace = try Self.trace(of: lines)
    #expect(trace.changes.count == whole.changes.count)
    #expect(trace.gaps == [])
  }

  /// A refusal in place of a list is no empty list; a part of a kind is not all of it.
  @Test func whatIsNoWholeListTakesNothingAway() throws {
    var lines = try Self.lines("stateful-failover-twice")
    let whole = try Self.trace("stateful-failover-twice")
    lines.append([
      "t": 20, "list": "resourcebindings", "path": "/apis/x/v1/resourcebindings",
      "body": ["kind": "Status", "code": 410],
    ])
    for path in ["namespaces/other/resourcebindings", "resourcebindings?labelSelector=a"] {
      lines.append([
        "t": 20, "list": "resourcebindings", "path": .string("/apis/x/v1/" + path),
        "body": ["items": []],
      ])
    }
    #expect(try Self.trace(of: lines).changes.count == whole.changes.count)
  }

  /// A member's clock, or a time that somebody wrote down, does not move the recording.
  @Test func onlyTheControlPlanesClockCounts() throws {
    let whole = try Self.trace("stateful-failover-twice")
    let text = String(
      decoding: try Fixture.bytes("traces/stateful-failover-twice.trace.jsonl"), as: UTF8.self)
    let ahead = text.replacing(
      #""lifecycleState":"STABLE""#, with: #""lifecycleState":"STABLE","at":"2031-01-01T00:00:00Z""#
    )
    #expect(ahead != text)
    #expect(try Trace(Array(ahead.utf8)).startTime == whole.startTime)
  }

  @Test func manglingNeverTraps() async throws {
    let bytes = try Fixture.bytes("traces/api-verdicts.trace.jsonl")
    var random = SeededGenerator(seed: 7)
    for _ in 0..<15 {
      await Task.yield()
      var mangled = bytes
      for _ in 0..<Int.random(in: 1...30, using: &random) {
        let place = Int.random(in: 0..<mangled.count, using: &random)
        mangled[place] = UInt8.random(in: 0...255, using: &random)
      }
      do {
        let trace = try Trace(mangled)
        for kind in Self.kinds { _ = trace.objects(kind.plural, at: trace.duration) }
      } catch {
        // Refused with a line number: as good as read.
        #expect(error.line > 0)
      }
    }
  }
}
