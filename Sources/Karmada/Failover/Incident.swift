import Manifest

/// One outage of one cluster with everything it drove out.
public struct Incident: Hashable, Sendable, Identifiable {
  public var id: String
  public var cluster: String
  /// The cluster stopped being ready, or was tainted.
  public var began: Moment?
  /// It was ready again, or the taint was gone; nil while it lasts, and when nobody saw it.
  public var ended: Moment?
  /// "ClusterNotReachable", or the taint.
  public var what = ""
  /// Ids of its episodes, the oldest first.
  public var episodes: [String] = []
  public var outcomes: [Episode.Outcome: Int] = [:]

  public init(id: String, cluster: String) {
    self.id = id
    self.cluster = cluster
  }
}

extension EpisodeBuilder {
  /// The outages that these episodes belong to, the oldest first.
  public func incidents(of episodes: [Episode]) -> [Incident] {
    var all: [String: Incident] = [:]
    for episode in episodes {
      guard let id = episode.incident else { continue }
      var incident = all[id] ?? Incident(id: id, cluster: episode.from)
      incident.episodes.append(episode.id)
      incident.outcomes[episode.outcome, default: 0] += 1
      incident.began = Moment.better(incident.began, episode.unhealthy)
      all[id] = incident
    }
    for (id, incident) in all {
      guard let span = clusters[incident.cluster]?.span(ofIncident: id) else { continue }
      all[id]?.began = span.start ?? incident.began
      all[id]?.ended = span.end
      all[id]?.what = span.what
    }
    return all.values.sorted { a, b in
      let (x, y) = (a.began?.time.nanoseconds ?? .min, b.began?.time.nanoseconds ?? .min)
      return (x, a.id) < (y, b.id)
    }
  }
}
