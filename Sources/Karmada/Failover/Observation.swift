/// One thing that was seen, as `EpisodeBuilder` takes it in.
public struct Observation: Sendable {
  public enum What: Sendable {
    case binding(ResourceBinding)
    case bindingGone(ObjectKey)
    case work(Work)
    /// As it was when it was deleted.
    case workGone(Work)
    case cluster(Cluster)
    case event(Event)
  }
  public var what: What
  public var sighting: Sighting

  public init(_ what: What, _ sighting: Sighting) {
    self.what = what
    self.sighting = sighting
  }
}

extension EpisodeBuilder {
  /// - Parameter before: for a binding, the version before this one, where it is at hand.
  public mutating func observe(_ observation: Observation, before: ResourceBinding? = nil) {
    let sighting = observation.sighting
    switch observation.what {
    case .binding(let binding): observe(binding, before: before, sighting)
    case .bindingGone(let key): removeBinding(key, sighting)
    case .work(let work): observe(work, sighting)
    case .workGone(let work): removeWork(work, sighting)
    case .cluster(let cluster): observe(cluster, sighting)
    case .event(let event): observe(event)
    }
  }
}
