import ControlPlane
import Karmada
import Manifest
import Testing

@testable import Dashboard

/// What a break in the watching may not be taken for.
extension FailoverTests {
  private static func breakWatches(_ state: inout AppState, after seconds: Int) {
    let stale = FeedPhase.stale(since: Sample.start + .seconds(seconds), Sample.unreachable)
    for id in [FeedID.resourceBindings, .clusterResourceBindings, .events] {
      state.take(.feed(id, .phase(stale)))
    }
  }

  private static func list(
    _ id: FeedID, _ objects: FeedObjects?, _ state: inout AppState
  ) {
    state.take(.feed(id, .listBegins))
    if let objects { state.take(.feed(id, .objects(objects))) }
    state.take(.feed(id, .listEnds))
  }

  /// A failover that came in time while nobody could see it was never blocked.
  @Test func inABreakNothingIsConcludedFromSilence() throws {
    var telling = Telling()
    var state = AppState.loaded(bindings: [])
    Self.kept(&state)
    state.take(
      telling.news { binding in
        var failover = ResourceBinding.ApplicationFailover()
        failover.tolerationSeconds = 60
        binding.failover = failover
      })
    state.take(.tick(Sample.start + .seconds(10)))
    state.take(
      telling.news { binding in
        var item = ResourceBinding.AggregatedStatusItem()
        (item.clusterName, item.applied, item.health) = ("member1", true, .unhealthy)
        binding.aggregatedStatus = [item]
      })
    Self.breakWatches(&state, after: 30)
    for seconds in stride(from: 31, to: 300, by: 10) {
      state.take(.tick(Sample.start + .seconds(seconds)))
    }
    #expect(state.history.episodes.isEmpty)
    // Back on the air it is still so, and that is worth an alarm.
    state.take(.feed(.resourceBindings, .phase(.loading(received: 0))))
    Self.list(.resourceBindings, .bindings([telling.binding]), &state)
    for id in [FeedID.clusterResourceBindings, .events] { Self.list(id, nil, &state) }
    state.take(.tick(Sample.start + .seconds(301)))
    #expect(state.history.episodes.values.map(\.outcome) == [.blocked])
  }

  /// Events say that it left member1 in the break; where it is now the bindings say.
  @Test(arguments: [[FeedID.events, .resourceBindings], [.resourceBindings, .events]])
  func afterABreakAllIsListedBeforeEventsAreLookedThrough(_ order: [FeedID]) throws {
    var telling = Telling()
    var state = AppState.loaded(bindings: [])
    state.take(telling.news { _ in })
    for id in [FeedID.clusterResourceBindings, .events] { Self.list(id, nil, &state) }
    Self.breakWatches(&state, after: 10)
    state.take(.tick(Sample.start + .seconds(300)))
    _ = telling.news { binding in
      var item = ResourceBinding.AggregatedStatusItem()
      (item.clusterName, item.applied, item.health) = ("member2", true, .healthy)
      var target = ResourceBinding.TargetCluster()
      target.name = "member2"
      (binding.clusters, binding.aggregatedStatus) = ([target], [item])
    }
    var event = Event()
    event.metadata.namespace = "shop"
    event.metadata.name = "evicted"
    event.reason = "EvictWorkloadFromClusterSucceed"
    event.message = "Evict from cluster member1 succeed."
    event.involvedObject.kind = "ResourceBinding"
    event.involvedObject.namespace = telling.binding.metadata.namespace
    event.involvedObject.name = telling.binding.metadata.name
    event.involvedObject.uid = "uid-web"
    event.lastTimestamp = Sample.start + .seconds(100)
    let objects: [FeedID: FeedObjects] = [
      .events: .events([event]), .resourceBindings: .bindings([telling.binding]),
    ]
    for id in order { Self.list(id, objects[id], &state) }
    Self.list(.clusterResourceBindings, nil, &state)
    state.take(.tick(Sample.start + .seconds(301)))
    let episode = try #require(state.history.episodes.values.first)
    #expect(state.history.episodes.count == 1)
    #expect(episode.to == ["member2"] && episode.outcome == .recovered)
  }
}
