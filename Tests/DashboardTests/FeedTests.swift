import ControlPlane
import Karmada
import Manifest
import Testing

@testable import Dashboard

@Suite struct FeedTests {
  private static func names(_ state: AppState) -> [String] {
    (0..<state.bindings.table.visibleCount).compactMap {
      state.bindings.table.row(at: $0)?.key.object.description
    }
  }

  @Test func rowsStayUntilTheNewListIsWhole() {
    var state = AppState.loaded(bindings: [Sample.binding("shop/a"), Sample.binding("shop/b")])
    state.take(.feed(.resourceBindings, .listBegins))
    #expect(Self.names(state) == ["shop/a", "shop/b"])
    state.take(.feed(.resourceBindings, .objects(.bindings([Sample.binding("shop/c")]))))
    #expect(Self.names(state) == ["shop/a", "shop/b", "shop/c"])
    state.take(.feed(.resourceBindings, .listEnds))
    #expect(Self.names(state) == ["shop/c"])
    #expect(state.summary.bindings == 1)
  }

  @Test func aListThatBreaksOffRemovesNothing() {
    var state = AppState.loaded(bindings: [Sample.binding("shop/a"), Sample.binding("shop/b")])
    state.take(.feed(.resourceBindings, .listBegins))
    state.take(.feed(.resourceBindings, .objects(.bindings([Sample.binding("shop/a")]))))
    state.take(.feed(.resourceBindings, .phase(.stale(since: Sample.start, Sample.unreachable))))
    state.take(.feed(.resourceBindings, .listBegins))
    state.take(.feed(.resourceBindings, .objects(.bindings([Sample.binding("shop/b")]))))
    #expect(Self.names(state) == ["shop/a", "shop/b"])
    // What only the broken list brought is not in the whole one.
    state.take(.feed(.resourceBindings, .listEnds))
    #expect(Self.names(state) == ["shop/b"])
  }

  @Test func aListRemovesOnlyRowsOfItsOwnFeed() {
    var state = AppState.loaded(
      bindings: [Sample.binding("shop/a"), Sample.binding("scoped")],
      policies: [Sample.policy("shop/p"), Sample.policy("wide")],
      overrides: [Sample.override("shop/o"), Sample.override("wide-o")])
    state.list(.resourceBindings, .bindings([]))
    #expect(Self.names(state) == ["scoped"])
    state.list(.propagationPolicies, .propagationPolicies([]))
    state.list(.clusterOverridePolicies, .overridePolicies([]))
    let left = Set(state.policies.table.rows.map(\.key.object.name))
    #expect(left == ["wide", "o"])
  }

  @Test func isCompleteOnceAWholeListHasCome() {
    var state = AppState.blank()
    state.take(.feed(.clusters, .listBegins))
    state.take(.feed(.clusters, .objects(.clusters([Sample.cluster("m")]))))
    #expect(state.feeds[.clusters]?.isComplete == false)
    state.take(.feed(.clusters, .listEnds))
    #expect(state.feeds[.clusters]?.isComplete == true)
  }

  @Test func eachWordFromTheServerCountsAsHearing() {
    var state = AppState.loaded()
    state.take(.tick(Sample.start + .seconds(9)))
    #expect(state.feeds[.clusters]?.lastHeard == Sample.start)
    state.take(.feed(.clusters, .heard))
    #expect(state.feeds[.clusters]?.lastHeard == Sample.start + .seconds(9))
  }

  // MARK: How a pane stands

  private static let stale = FeedPhase.stale(since: Sample.start, Sample.unreachable)
  private static let denied = FeedPhase.denied(Sample.forbidden)

  @Test(
    arguments: [
      ([.live, .live], .live),
      ([.loading(received: 2), .loading(received: 3)], .loading(received: 5)),
      ([.live, .loading(received: 3)], .loading(received: 3)),
      ([.denied(Sample.forbidden), .denied(Sample.forbidden)], .denied(Sample.forbidden)),
      ([.live, .denied(Sample.forbidden)], .partlyDenied(Sample.forbidden)),
      ([.denied(Sample.forbidden), .loading(received: 0)], .loading(received: 0)),
      (
        [.stale(since: Sample.start, Sample.unreachable), .loading(received: 3)],
        .stale(since: Sample.start, Sample.unreachable)
      ),
      (
        [.denied(Sample.forbidden), .stale(since: nil, Sample.unreachable)],
        .stale(since: nil, Sample.unreachable)
      ),
      ([.live, .polling(every: .seconds(5))], .polling(every: .seconds(5))),
      (
        [.polling(every: .seconds(5)), .stale(since: Sample.start, Sample.unreachable)],
        .stale(since: Sample.start, Sample.unreachable)
      ),
    ] as [([FeedPhase], PaneStatus)])
  func aPaneStandsAsItsWorstFeed(phases: [FeedPhase], status: PaneStatus) {
    var state = AppState.blank()
    for (feed, phase) in zip([FeedID.resourceBindings, .clusterResourceBindings], phases) {
      state.take(.feed(feed, .phase(phase)))
    }
    #expect(state.status(of: .bindings) == status)
    #expect(state.status(of: .events) == .loading(received: 0))
  }

  @Test func anEmptyListIsNoneOfTheOthers() {
    let state = AppState.loaded()
    for pane in PaneID.allCases { #expect(state.status(of: pane) == .live) }
    #expect(state.rowCounts == (0, 0))
    #expect(state.staleSince == nil)
  }

  @Test func theOldestStaleFeedTellsHowOldThingsMayBe() {
    var state = AppState.loaded()
    for (feed, seconds) in [(FeedID.events, 20.0), (.clusters, 10), (.overridePolicies, 30)] {
      let phase = FeedPhase.stale(since: Sample.start + .seconds(seconds), Sample.unreachable)
      state.take(.feed(feed, .phase(phase)))
    }
    #expect(state.staleSince == Sample.start + .seconds(10))
    state.take(.feed(.clusters, .phase(.live)))
    #expect(state.staleSince == Sample.start + .seconds(20))
  }

  @Test func staleRowsStayReadable() {
    var state = AppState.loaded(bindings: [Sample.binding("shop/a")])
    state.take(.feed(.resourceBindings, .phase(Self.stale)))
    #expect(Self.names(state) == ["shop/a"])
    state.take(.feed(.resourceBindings, .phase(Self.denied)))
    #expect(Self.names(state) == ["shop/a"])
  }
}
