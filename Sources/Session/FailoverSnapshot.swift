import ControlPlane
import Dashboard
import Journal
import Karmada
import Manifest

/// One look at a control plane's failovers: what the journal has, and what bindings, clusters and
/// Events tell now.
public struct FailoverSnapshot: Sendable {
  public private(set) var report: FailoverReport
  /// Kinds that could not be read, and why; what the journal has is still worth having.
  public private(set) var failures: [FeedID: APIError] = [:]

  private static let feeds: [FeedID] = [
    .resourceBindings, .clusterResourceBindings, .clusters, .events,
  ]

  /// Reads, and keeps what is new in the journal. Never throws: what failed is in `failures` and
  /// in the report.
  public init(
    of plane: any ControlPlane, journal: Journal?, namespace: String? = nil,
    now: @escaping @Sendable () -> Time
  ) async {
    let server = plane.endpoint.server
    var builder = EpisodeBuilder()
    var complaints: [String] = []
    if let journal {
      do throws(JournalError) {
        builder.resume(try journal.episodes(server: server).episodes)
        for gap in try journal.observationGaps(server: server) { builder.note(gap) }
      } catch {
        complaints.append("the journal: \(error)")
      }
    }
    let snapshot = await Snapshot(
      of: plane, feeds: Self.feeds, namespace: namespace, now: now())
    Self.observe(snapshot, in: namespace, &builder, at: now())
    // Whether state has arrived shows on a few Works while their evictions are open.
    var batches = WorksBatches()
    for batch in batches.follow(builder.worksWanted(limit: FailoverHistory.followLimit)).begun {
      switch await Session.works(batch.scope, from: plane) {
      case .success(let works): for work in works { builder.observe(work, .found(now())) }
      case .failure(let error): complaints.append("works: \(error.description)")
      }
    }
    let time = now()
    let episodes = builder.episodes(at: time)
    if let journal {
      do throws(JournalError) {
        try journal.keep(episodes, server: server)
      } catch {
        complaints.append("the journal: \(error)")
      }
    }
    report = FailoverReport(
      context: plane.endpoint.context, server: server, takenAt: time, episodes: episodes,
      incidents: builder.incidents(of: episodes), gaps: builder.gaps)
    failures = snapshot.failures
    report.failures =
      complaints
      + failures.sorted { $0.key.rawValue < $1.key.rawValue }.map { feed, error in
        "\(feed.resource.qualifiedName): \(error.description)"
      }
  }

  private static func observe(
    _ snapshot: Snapshot, in namespace: String?, _ builder: inout EpisodeBuilder, at time: Time
  ) {
    let state = snapshot.state
    for row in state.clusters.table.rows { builder.observe(row.cluster, .found(time)) }
    for row in state.events.table.rows { builder.observe(row.event) }
    for row in state.bindings.table.rows { builder.observe(row.binding, .found(time)) }
    for feed in [FeedID.resourceBindings, .clusterResourceBindings]
    where snapshot.failures[feed] == nil {
      builder.endList(
        ofClusterScoped: feed == .clusterResourceBindings, in: namespace, at: time)
    }
    builder.reconstruct(at: time) { key in
      let feed: FeedID = key.namespace.isEmpty ? .clusterResourceBindings : .resourceBindings
      return state.bindings.table.row(RowKey(feed, key))?.binding
    }
  }
}
