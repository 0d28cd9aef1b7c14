import Karmada
import Manifest
import Simulation
import TestSupport
import Testing

/// What a real Karmada 1.12.5 did, told as failovers.
struct FailoverTraceTests {
  private func trace(_ name: String) throws -> Trace {
    try Trace(Fixture.bytes("traces/\(name).trace.jsonl"))
  }

  private func episodes(_ name: String, until end: Double? = nil) throws -> [Episode] {
    let trace = try trace(name)
    let end = end ?? trace.duration
    return trace.failovers(until: end).episodes(at: trace.time(at: end))
  }

  /// Seconds into the recording.
  private func seconds(_ moment: Moment?, _ name: String) throws -> Double? {
    let start = try trace(name).startTime
    return moment.map { ($0.time - start) / .seconds(1) }
  }

  @Test func relaysBothJobsOfTheStatefulFailovers() throws {
    let name = "stateful-failover-twice"
    let all = try episodes(name)
    try #require(all.count == 2)
    #expect(all.map(\.outcome) == [.recovered, .recovered])
    #expect(all.map(\.from) == ["member1", "member2"])
    #expect(all.map(\.to) == [["member2"], ["member1"]])
    #expect(all.map(\.relayed) == [true, true])
    let label = "application.karmada.io/failover-jobid"
    #expect(
      all.map { $0.preservedLabels[label] } == ["4f2c1bd09a6e4c55", "9be07d1100aa42f1"])
    #expect(all.map { $0.relaySightings.map(\.cluster) } == [["member2"], ["member1"]])
    #expect(all[1].previous == all[0].id && all[0].previous == nil)
    #expect(all.allSatisfy { $0.reason == "ApplicationFailure" && $0.purgeMode == "Immediately" })
    #expect(all.allSatisfy { !$0.isReconstructed && $0.why.isEmpty })
    let wanted = [
      [4.774, 15.635, 15.668, 15.738, 16.183, 16.197],
      [22.205, 32.873, 32.884, 33.031, 33.175, 33.205],
    ]
    for (episode, wanted) in zip(all, wanted) {
      let moments = [
        episode.unhealthy, episode.evicted, episode.scheduled, episode.applied, episode.healthy,
        episode.finished,
      ]
      for (moment, wanted) in zip(moments, wanted) {
        let found = try #require(try seconds(moment, name))
        #expect(abs(found - wanted) < 0.001, "\(found) is not \(wanted)")
        #expect(moment?.isExact == true)
      }
    }
  }

  @Test func aPurgeThatIsNeverDoneStaysSuppressed() throws {
    let all = try episodes("failover-purge-never")
    try #require(all.count == 1)
    #expect(all[0].outcome == .suppressed && all[0].isOpen)
    #expect(all[0].from == "member1" && all[0].to == ["member2"])
    #expect(all[0].relayed == nil && all[0].finished == nil)
    #expect(
      all[0].why
        == "purgeMode Never: the copy on member1 stays until a person releases it, healthy on "
        + "member2")
  }

  @Test func anOutageStrandsWhatFitsNowhereElse() throws {
    let name = "cluster-outage"
    let all = try episodes(name)
    try #require(all.map(\.binding.key.name) == ["pinned-deployment", "fleet-deployment"])
    let (pinned, fleet) = (all[0], all[1])
    #expect(pinned.outcome == .stranded && pinned.needsPerson && pinned.to == [])
    #expect(pinned.why.hasPrefix("NoClusterFit: 0/3 clusters are available"))
    #expect(pinned.why.hasSuffix("the eviction from member3 is still open"))
    #expect(fleet.outcome == .inProgress && fleet.to == ["member1", "member2"])
    #expect(fleet.why == "member1, member2 is not healthy yet")
    for episode in all {
      #expect(episode.from == "member3" && episode.reason == "TaintUntolerated")
      #expect(try abs((seconds(episode.unhealthy, name) ?? 0) - 19.284) < 0.001)
    }
    let builder = try trace(name).failovers()
    let incidents = builder.incidents(of: all)
    try #require(incidents.count == 1)
    #expect(incidents[0].cluster == "member3" && incidents[0].what == "ClusterNotReachable")
    #expect(incidents[0].episodes == all.map(\.id) && all.allSatisfy { $0.incident != nil })
    #expect(try abs((seconds(incidents[0].ended, name) ?? 0) - 139.330) < 0.001)
  }

  @Test(arguments: ["field-override", "migrate-and-rollback", "api-verdicts"])
  func inventsNothing(_ name: String) throws {
    #expect(try episodes(name) == [])
  }

  /// A controller that is as late as controllers are is not a blocked failover.
  @Test(arguments: ["stateful-failover-twice", "failover-purge-never", "cluster-outage"])
  func nothingIsBlockedAtAnyMoment(_ name: String) throws {
    var builder = EpisodeBuilder()
    var bindings: [Karmada.ObjectKey: ResourceBinding] = [:]
    for observation in try trace(name).observations() {
      let before = observation.sighting.time - .milliseconds(1)
      #expect(builder.episodes(at: before).allSatisfy { $0.outcome != .blocked }, "at \(before)")
      if case .binding(let binding) = observation.what {
        builder.observe(observation, before: bindings[binding.metadata.key])
        bindings[binding.metadata.key] = binding
      } else {
        builder.observe(observation)
      }
      let after = builder.episodes(at: observation.sighting.time)
      #expect(after.allSatisfy { $0.outcome != .blocked && $0.outcome != .cancelled })
    }
  }

  /// Kinds come over connections of their own: each in its order, all in any.
  @Test(
    arguments: ["stateful-failover-twice", "failover-purge-never", "cluster-outage"], [1, 2, 3, 4])
  func theOrderOfArrivalDoesNotMatter(_ name: String, seed: UInt64) throws {
    let trace = try trace(name)
    let end = trace.time(at: trace.duration)
    let wanted = trace.failovers().episodes(at: end)
    var generator = SeededGenerator(seed: seed)
    var queues: [Int: [Observation]] = [:]
    for observation in trace.observations() {
      queues[observation.what.kind, default: []].append(observation)
    }
    var builder = EpisodeBuilder()
    var bindings: [Karmada.ObjectKey: ResourceBinding] = [:]
    while let kind = queues.keys.sorted().randomElement(using: &generator) {
      // Runs of one kind, as a slow connection brings them; now and then something twice.
      for _ in 0..<Int.random(in: 1...40, using: &generator) {
        guard let next = queues[kind]?.first else { break }
        let count = Bool.random(using: &generator) ? 1 : 2
        for _ in 0..<count {
          if case .binding(let binding) = next.what {
            builder.observe(next, before: bindings[binding.metadata.key])
            bindings[binding.metadata.key] = binding
          } else {
            builder.observe(next)
          }
        }
        queues[kind]?.removeFirst()
      }
      if queues[kind]?.isEmpty == true { queues[kind] = nil }
    }
    #expect(builder.episodes(at: end) == wanted)
  }

  @Test(arguments: ["stateful-failover-twice", "failover-purge-never", "cluster-outage"])
  func readsBackWhatItWrote(_ name: String) throws {
    for episode in try episodes(name) {
      let again = try #require(Episode(json: try JSONValue(parsing: episode.json.serialized())))
      #expect(again.json == episode.json)
    }
  }

  // MARK: Other recorders

  static let failing = [
    "stateful-failover-twice", "failover-purge-never", "cluster-outage",
  ]

  func lines(_ name: String) throws -> [JSONValue] {
    try Fixture.bytes("traces/\(name).trace.jsonl").split(separator: UInt8(ascii: "\n"))
      .map { try JSONValue(parsing: $0) }
  }

  func second(_ line: JSONValue) -> Double {
    switch line["t"] {
    case .double(let t)?: t
    case .int(let t)?: Double(t)
    default: 0
    }
  }

  /// What stands at a second of a recording, as lists would tell it then.
  func lists(_ lines: [JSONValue], at end: Double, told t: Double) -> [JSONValue] {
    var standing: [String: [String: JSONValue]] = [:]
    var paths: [String: JSONValue] = [:]
    func key(_ object: JSONValue) -> String {
      "\(object[path: "metadata", "namespace"]?.string ?? "")/"
        + "\(object[path: "metadata", "name"]?.string ?? "")"
    }
    for line in lines where second(line) <= end {
      if let plural = line["list"]?.string {
        paths[plural] = line["path"]
        for object in line[path: "body", "items"]?.array ?? [] {
          standing[plural, default: [:]][key(object)] = object
        }
      } else if let plural = line["resource"]?.string, let type = line[path: "event", "type"],
        type == "ADDED" || type == "MODIFIED" || type == "DELETED",
        let object = line[path: "event", "object"]
      {
        let now: JSONValue? = type == "DELETED" ? .none : object
        standing[plural, default: [:]][key(object)] = now
      }
    }
    return paths.sorted { $0.key < $1.key }.map { plural, path in
      let items = (standing[plural] ?? [:]).sorted { $0.key < $1.key }.map(\.value)
      return [
        "t": .double(t), "list": .string(plural), "path": path, "body": ["items": .array(items)],
      ]
    }
  }

  func episodes(of lines: [JSONValue]) throws -> [Episode] {
    let text = lines.map { $0.serialized() }.joined(separator: [UInt8(ascii: "\n")])
    let trace = try Trace(Array(text))
    return trace.failovers().episodes(at: trace.time(at: trace.duration))
  }

  /// Which evictions, and what became of them.
  func stories(_ episodes: [Episode]) -> [String] {
    episodes.map {
      "\($0.binding.key.name) \($0.from)→\($0.to.joined(separator: ",")) \($0.outcome)"
    }.sorted()
  }

  /// A recorder that connects in the middle tells of the same evictions: of those that were over
  /// then, an Event does, even if it comes a moment late.
  @Test(
    arguments: failing, [0.1, 0.15, 0.3, 0.45, 0.4692, 0.4697, 0.47, 0.4715, 0.475, 0.48])
  func connectingLaterTellsTheSame(_ name: String, share: Double) throws {
    let lines = try lines(name)
    let end = try #require(lines.map(second).max())
    // Where the failovers of each recording are close together.
    let middles = [
      "stateful-failover-twice": 15.65, "failover-purge-never": 14.35, "cluster-outage": 82.42,
    ]
    let cut = share < 0.46 ? end * share : try #require(middles[name]) + (share - 0.4692) * 100
    let rest = lines.filter { $0["list"] == nil && second($0) > cut }.map { line in
      var line = line
      line["t"] = .double(second(line) - cut)
      return line
    }
    let found = try episodes(of: self.lists(lines, at: cut, told: 0) + rest)
    #expect(stories(found) == stories(try episodes(of: lines)), "cut at \(cut) s")
    for episode in found {
      let steps = [episode.unhealthy, episode.evicted, episode.scheduled, episode.healthy]
      let told = steps.compactMap { $0 }.filter(\.isExact).map(\.time)
      #expect(told == told.sorted())
    }
  }

  /// A watch that breaks for half a second, whenever, loses nothing and invents nothing.
  @Test(arguments: failing, 1...8)
  func aBrokenWatchTellsTheSame(_ name: String, seed: UInt64) throws {
    let lines = try lines(name)
    let end = try #require(lines.map(second).max())
    var generator = SeededGenerator(seed: seed)
    let eventful = lines.filter { $0["resource"] == "resourcebindings" }.map(second)
    let from = try #require(eventful.randomElement(using: &generator)) - 0.1
    let until = min(from + 0.5, end - 0.001)
    var kept = lines.filter { line in
      line["list"] != nil || line["resource"] == nil || second(line) <= from || second(line) > until
    }
    let at = kept.firstIndex { second($0) > until } ?? kept.endIndex
    kept.insert(contentsOf: self.lists(lines, at: until, told: until), at: at)
    #expect(
      stories(try episodes(of: kept)) == stories(try episodes(of: lines)),
      "broken from \(from) to \(until) s")
  }

  /// Kinds that a recorder did not watch are missed, and nothing else.
  @Test(arguments: failing, ["events", "works", "clusters", "propagationpolicies"])
  func withoutAKindTheRestIsTold(_ name: String, missing: String) throws {
    let lines = try lines(name)
    let kept = lines.filter { $0["list"]?.string != missing && $0["resource"]?.string != missing }
    let found = try episodes(of: kept)
    #expect(stories(found) == stories(try episodes(of: lines)))
    if missing == "works" { #expect(found.allSatisfy { $0.relayed == nil }) }
  }

  @Test(arguments: failing)
  func withoutTheFirstListsChangesAreEnough(_ name: String) throws {
    let lines = try lines(name)
    let found = try episodes(of: lines.filter { $0["list"] == nil })
    #expect(stories(found) == stories(try episodes(of: lines)))
  }
}

extension Observation.What {
  fileprivate var kind: Int {
    switch self {
    case .binding, .bindingGone: 0
    case .work, .workGone: 1
    case .cluster: 2
    case .event: 3
    }
  }
}
