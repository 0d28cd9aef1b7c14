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
    var met: Set<String> = []
    for plural in Self.observed {
      for object in start[plural] ?? [] {
        let found = Sighting.found(startTime)
        met.insert("\(plural) \(Self.key(object))")
        all += Self.observation(plural, object, isGone: false, found, &interner).map { [$0] } ?? []
      }
    }
    for change in changes where change.t <= end && Self.observed.contains(change.plural) {
      let isFirst = met.insert("\(change.plural) \(Self.key(change.object))").inserted
      let observation = Self.observation(
        change.plural, change.object, isGone: change.kind == .deleted,
        sighting(of: change, isFirst: isFirst), &interner)
      if let observation { all.append(observation) }
    }
    return all
  }

  /// What is old when it is first heard of, without a list before, was not made at that moment.
  private func sighting(of change: Change, isFirst: Bool) -> Sighting {
    let time = time(at: change.t)
    let created = change.object[path: "metadata", "creationTimestamp"]?.string
      .flatMap(Time.init(rfc3339:))
    let isOld = isFirst && created.map { time - $0 > .seconds(5) } ?? false
    return change.isFound || isOld ? .found(time) : .seen(time)
  }

  /// When nobody heard of bindings, by the wall clock.
  var observationGaps: [ObservationGap] {
    gaps.filter { $0.plural.hasSuffix("resourcebindings") }.map { gap in
      ObservationGap(
        from: time(at: gap.from), until: time(at: gap.until),
        why: "the recorder's watch of \(gap.plural) was broken")
    }
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
