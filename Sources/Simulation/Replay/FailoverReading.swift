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
  /// Lists have been read that tell of a time in which nobody watched; from when they are.
  private var caughtUp: Time?
  /// When lists were read last, and when an Event makes another look back necessary.
  private var listed: Time?
  private var lookAgain: Time?

  public init(_ trace: Trace) {
    self.trace = trace
    observations = trace.observations()
    gaps = trace.observationGaps.sorted { $0.until < $1.until }
    (reached, caughtUp) = (trace.startTime, trace.startTime)
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
    if let at = lookAgain, at <= time || end >= trace.duration {
      caughtUp = caughtUp ?? min(at, time)
    }
    lookBack()
    while nextGap < gaps.count, gaps[nextGap].until <= time {
      builder.note(gaps[nextGap])
      nextGap += 1
    }
  }

  private mutating func restart() {
    (builder, next, nextGap, bindings) = (EpisodeBuilder(), 0, 0, [:])
    (caughtUp, listed, lookAgain) = (trace.startTime, nil, nil)
  }

  private mutating func take(_ observation: Observation) {
    switch observation.sighting {
    case .seen(let time):
      if let at = lookAgain, at < time { caughtUp = caughtUp ?? at }
      lookBack()
    case .found(let time): caughtUp = time
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
      // It tells of what was over before: the binding's own watch has told all it will by then.
      if event.tellsOfEviction, let at = event.lastTimestamp, let listed, at <= listed {
        lookAgain = observation.sighting.time + .seconds(2)
      }
    case .work, .workGone, .cluster: builder.observe(observation)
    }
  }

  /// The lists have been read: what Events tell of the time before them is added.
  private mutating func lookBack() {
    guard let time = caughtUp else { return }
    (caughtUp, lookAgain, listed) = (nil, nil, time)
    let known = bindings
    builder.reconstruct(at: time) { known[$0] }
  }
}
