import Karmada
import Manifest
import TestSupport
import Testing

@testable import Simulation

/// The versions of one object come in their order; beyond that anything may come before anything
/// else, and twice: the episodes are the same.
@Suite struct EpisodeOrderTests {
  /// One object, whatever its kind.
  private struct Subject: Hashable, Comparable {
    var kind: String
    var key: Karmada.ObjectKey
    static func < (a: Subject, b: Subject) -> Bool { (a.kind, a.key) < (b.kind, b.key) }
  }

  private func subject(_ what: Observation.What) -> Subject {
    switch what {
    case .binding(let binding): Subject(kind: "binding", key: binding.metadata.key)
    case .bindingGone(let key): Subject(kind: "binding", key: key)
    case .work(let work), .workGone(let work): Subject(kind: "work", key: work.metadata.key)
    case .cluster(let cluster): Subject(kind: "cluster", key: cluster.metadata.key)
    case .event(let event): Subject(kind: "event", key: event.metadata.key)
    }
  }

  private func episodes(
    _ observations: [Observation], at end: Time, startedAt start: Time
  ) -> [Episode] {
    var builder = EpisodeBuilder()
    var bindings: [Karmada.ObjectKey: ResourceBinding] = [:]
    for observation in observations {
      if case .binding(let binding) = observation.what {
        builder.observe(observation, before: bindings[binding.metadata.key])
        bindings[binding.metadata.key] = binding
      } else {
        builder.observe(observation)
      }
      // Whoever looks in between changes nothing.
      if bindings.count % 3 == 0 { _ = builder.takeNews(at: observation.sighting.time) }
    }
    builder.reconstruct(at: start) { bindings[$0] }
    return builder.episodes(at: end)
  }

  private func shuffled(
    _ observations: [Observation], _ generator: inout SeededGenerator
  ) -> [Observation] {
    var queues: [Subject: ArraySlice<Observation>] = [:]
    for observation in observations {
      queues[subject(observation.what), default: []].append(observation)
    }
    var (all, order): ([Observation], [Subject]) = ([], queues.keys.sorted())
    while let at = order.indices.randomElement(using: &generator) {
      let subject = order[at]
      for _ in 0..<Int.random(in: 1...12, using: &generator) {
        guard let next = queues[subject]?.popFirst() else { break }
        all.append(next)
        if Bool.random(using: &generator) { all.append(next) }
      }
      if queues[subject]?.isEmpty != false { order.remove(at: at) }
    }
    return all
  }

  private func expectTheSame(_ observations: [Observation], seed: UInt64) throws -> [Episode] {
    let start = try #require(observations.first).sighting.time
    let end = try #require(observations.map(\.sighting.time).max()) + .seconds(1)
    let wanted = episodes(observations, at: end, startedAt: start)
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<3 {
      let found = episodes(shuffled(observations, &generator), at: end, startedAt: start)
      #expect(found == wanted)
    }
    return wanted
  }

  @Test(
    arguments: [
      "stateful-failover-twice", "failover-purge-never", "cluster-outage", "field-override",
      "migrate-and-rollback", "api-verdicts",
    ], [11, 12])
  func ofRecordings(_ name: String, seed: UInt64) throws {
    let trace = try Trace(Fixture.bytes("traces/\(name).trace.jsonl"))
    _ = try expectTheSame(trace.observations(), seed: seed)
  }

  /// A small fleet in which members die and come back and applications break, at random.
  @Test(arguments: 1...6)
  func ofRandomRuns(seed: UInt64) async throws {
    let observations = try await randomRun(seed: seed)
    let episodes = try expectTheSame(observations, seed: seed)
    #expect(!episodes.isEmpty, "a run in which nothing failed proves nothing")
  }

  private func randomRun(seed: UInt64) async throws -> [Observation] {
    var generator = SeededGenerator(seed: seed)
    let scenario = try Scenario.embedded(["flink-failover", "cluster-outage"][Int(seed % 2)])
    let start = Time(seconds: 1_800_000_000)
    let time = ManualTime(start)
    let plane = try SimulatedControlPlane(playing: scenario, time: time)
    let members = plane.fleet.members.keys.sorted()
    var observations = plane.observations(found: start)
    var version = plane.fleet.karmada.resourceVersion
    for second in 0..<240 {
      if second % 30 == 5, let member = members.randomElement(using: &generator) {
        let verb = Bool.random(using: &generator) ? "kill" : "restore"
        if case .fault(let fault) = try FaultLine(parsing: "\(verb) \(member)") {
          _ = try plane.inject(fault)
        }
      }
      for _ in 0..<4 {
        time.advance(by: .milliseconds(250))
        plane.runControllers()
        observations += plane.observations(after: version, at: time.now)
        version = plane.fleet.karmada.resourceVersion
      }
    }
    return observations
  }
}

extension SimulatedControlPlane {
  private static func observation(
    _ value: JSONValue, _ plural: String, isDeleted: Bool, _ sighting: Sighting
  ) -> Observation? {
    let bytes = Array(value.serialized())
    do {
      switch plural {
      case "resourcebindings", "clusterresourcebindings":
        let binding = try ResourceBinding(json: bytes)
        return Observation(
          isDeleted ? .bindingGone(binding.metadata.key) : .binding(binding), sighting)
      case "works":
        let work = try Work(json: bytes)
        return Observation(isDeleted ? .workGone(work) : .work(work), sighting)
      case "clusters" where !isDeleted:
        return Observation(.cluster(try Cluster(json: bytes)), sighting)
      case "events" where !isDeleted:
        return Observation(.event(try Event(json: bytes)), sighting)
      default: return nil
      }
    } catch {
      Issue.record("\(plural): \(error)")
      return nil
    }
  }

  fileprivate func observations(found time: Time) -> [Observation] {
    ["clusters", "resourcebindings", "clusterresourcebindings", "works", "events"].flatMap {
      plural -> [Observation] in
      guard
        let type = fleet.karmada.registry.types.first(where: { $0.api.plural == plural })
      else { return [] }
      return fleet.karmada.all(type).compactMap {
        Self.observation($0.value, plural, isDeleted: false, .found(time))
      }
    }
  }

  fileprivate func observations(after version: Int64, at time: Time) -> [Observation] {
    fleet.karmada.changes(after: version, on: .karmada).compactMap { change in
      Self.observation(
        change.object.value, change.type.api.plural, isDeleted: change.kind == .deleted,
        .seen(time))
    }
  }
}
