import Karmada
import Manifest

/// Reads the failovers off a recording from its start to wherever a replay stands.
public struct FailoverReading: Sendable {
  public private(set) var builder = EpisodeBuilder()
  private let trace: Trace
  private let observations: [Observation]
  private var next = 0
  /// In the order in which they end.
  private let gaps: [ObservationGap]
  private var nextGap = 0
  /// Where it stands.
  private var reached: Time
  private var bindings: [Karmada.ObjectKey: ResourceBinding] = [:]
  /// When something was found last: it tells of a time in which nobody watched.
  private var found: Time
  /// When to add what Events tell of that time.
  private var lookBackAt: Time?
  /// The binding's own watch has told all it will of what an Event tells by then; and what is
  /// found one by one, in a recording without lists, is looked back from together.
  private static let patience = Duration.seconds(2)

  public init(_ trace: Trace) {
    self.trace = trace
    observations = trace.observations()
    gaps = trace.observationGaps.sorted { $0.until < $1.until }
    (reached, found, lookBackAt) = (trace.startTime, trace.startTime, trace.startTime)
  }

  /// Reads on up to a second of the recording; before where it stands it begins again.
  public mutating func advance(to end: Double) {
    let end = end.isFinite ? min(max(0, end), trace.duration) : trace.duration
    let time = trace.time(at: end)
    if time < reached { restart() }
    reached = time
    while next < observations.count, observations[next].sighting.time <= time {
      take(observations[next])
      next += 1
    }
    // Whoever stops before that moment need not know yet; at the end nothing else will tell.
    if let at = lookBackAt, at <= time || end >= trace.duration { lookBack(at: min(at, time)) }
    while nextGap < gaps.count, gaps[nextGap].until <= time {
      builder.note(gaps[nextGap])
      nextGap += 1
    }
  }

  private mutating func restart() {
    (builder, next, nextGap, bindings) = (EpisodeBuilder(), 0, 0, [:])
    (found, lookBackAt) = (trace.startTime, trace.startTime)
  }

  private mutating func take(_ observation: Observation) {
    let time = observation.sighting.time
    if let at = lookBackAt, at < time { lookBack(at: at) }
    if case .found = observation.sighting {
      found = time
      if time > trace.startTime { lookBackAt = lookBackAt ?? time + Self.patience }
    }
    switch observation.what {
    case .binding(let binding):
      let key = binding.metadata.key
      builder.observe(observation, before: bindings[key])
      bindings[key] = binding
    case .bindingGone(let key):
      builder.observe(observation)
      bindings[key] = nil
    case .event(let event):
      builder.observe(observation)
      // It tells of what was over before; or its binding's watch has to be waited for.
      if time > trace.startTime, event.tellsOfEviction, let at = event.lastTimestamp,
        at <= found || lookBackAt != nil
      {
        lookBackAt = time + Self.patience
      }
    case .work, .workGone, .cluster: builder.observe(observation)
    }
  }

  /// What Events tell of the time before anybody watched is added.
  private mutating func lookBack(at time: Time) {
    lookBackAt = nil
    let known = bindings
    builder.reconstruct(at: time) { known[$0] }
  }
}
