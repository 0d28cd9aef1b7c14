import Karmada
import Manifest

/// Reads the failovers off a recording from its start to wherever a replay stands.
public struct FailoverReading: Sendable {
  public private(set) var builder = EpisodeBuilder()
  private let trace: Trace
  private let observations: [Observation]
  private var next = 0
  private var bindings: [Karmada.ObjectKey: ResourceBinding] = [:]
  private var hasLookedBack = false

  public init(_ trace: Trace) {
    self.trace = trace
    observations = trace.observations()
  }

  /// Reads on up to a second of the recording; before where it stands it begins again.
  public mutating func advance(to end: Double) {
    let end = end.isFinite ? min(max(0, end), trace.duration) : trace.duration
    let time = trace.time(at: end)
    if next > 0, observations[next - 1].sighting.time > time { restart() }
    while next < observations.count, observations[next].sighting.time <= time {
      take(observations[next])
      next += 1
    }
    if !hasLookedBack { lookBack() }
  }

  private mutating func restart() {
    (builder, next, bindings, hasLookedBack) = (EpisodeBuilder(), 0, [:], false)
  }

  private mutating func take(_ observation: Observation) {
    if case .seen = observation.sighting, !hasLookedBack { lookBack() }
    switch observation.what {
    case .binding(let binding):
      let key = binding.metadata.key
      builder.observe(observation, before: bindings[key])
      bindings[key] = binding
    case .bindingGone(let key):
      builder.observe(observation)
      bindings[key] = nil
    case .work, .workGone, .cluster, .event: builder.observe(observation)
    }
  }

  /// The lists have been read: what Events tell of the time before them is added.
  private mutating func lookBack() {
    hasLookedBack = true
    let known = bindings
    builder.reconstruct(at: trace.startTime) { known[$0] }
  }
}
