import Karmada
import Manifest

extension Trace {
  /// What the recording shows of bindings, Works, clusters and Events up to a second, in the order
  /// of time; each with the wall clock of its line.
  ///
  /// What cannot be read is left out: the reading of one object must not hide the others.
  public func observations(until end: Double = .infinity) -> [Observation] {
    var interner = Interner()
    var all: [Observation] = []
    for plural in Self.observed {
      for object in start[plural] ?? [] {
        let found = Sighting.found(startTime)
        all += Self.observation(plural, object, isGone: false, found, &interner).map { [$0] } ?? []
      }
    }
    for change in changes where change.t <= end && Self.observed.contains(change.plural) {
      let seen = Sighting.seen(time(at: change.t))
      let observation = Self.observation(
        change.plural, change.object, isGone: change.kind == .deleted, seen, &interner)
      if let observation { all.append(observation) }
    }
    return all
  }

  /// The wall clock at a second of the recording.
  public func time(at t: Double) -> Time {
    startTime + .nanoseconds(Int64((min(max(0, t), 1e9) * 1e9).rounded()))
  }

  /// The failovers that the recording shows up to a second.
  public func failovers(until end: Double = .infinity) -> EpisodeBuilder {
    var reading = FailoverReading(self)
    reading.advance(to: end)
    return reading.builder
  }

  private static let observed = [
    "clusters", "resourcebindings", "clusterresourcebindings", "works", "events",
  ]

  private static func observation(
    _ plural: String, _ object: JSONValue, isGone: Bool, _ sighting: Sighting,
    _ interner: inout Interner
  ) -> Observation? {
    let bytes = object.serialized()
    do throws(JSONScanner.Failure) {
      switch plural {
      case "clusters":
        return Observation(.cluster(try Cluster(json: bytes[...], interning: &interner)), sighting)
      case "works":
        let work = try Work(json: bytes[...], interning: &interner)
        return Observation(isGone ? .workGone(work) : .work(work), sighting)
      case "events":
        if isGone { return nil }
        return Observation(.event(try Event(json: bytes[...], interning: &interner)), sighting)
      default:
        let binding = try ResourceBinding(json: bytes[...], interning: &interner)
        return Observation(
          isGone ? .bindingGone(binding.metadata.key) : .binding(binding), sighting)
      }
    } catch {
      return nil
    }
  }
}
