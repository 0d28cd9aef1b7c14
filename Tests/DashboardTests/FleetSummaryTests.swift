import Karmada
import TestSupport
import Testing

@testable import Dashboard

@Suite struct FleetSummaryTests {
  private static func random(
    _ index: Int, _ generator: inout SeededGenerator
  ) -> ResourceBinding {
    let clusters = ["member1", "member2", "member3"].filter { _ in
      Bool.random(using: &generator)
    }
    return Sample.binding(
      index % 5 == 0 ? "b\(index)" : "shop/b\(index)", on: clusters,
      unhealthy: Bool.random(using: &generator) ? Set(clusters.prefix(1)) : [],
      policy: [nil, "shop/p1", "shop/p2", "everywhere"].randomElement(using: &generator) ?? nil)
  }

  @Test(arguments: 0..<10)
  func countsAreThoseOfTheRowsThatAreThere(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    var state = AppState.loaded(
      clusters: ["member1", "member2", "member3"].map { Sample.cluster($0) },
      policies: ["shop/p1", "shop/p2", "everywhere"].map { Sample.policy($0) })
    for _ in 0..<40 {
      let feed = Bool.random(using: &random) ? FeedID.resourceBindings : .clusterResourceBindings
      let indices = (0..<Int.random(in: 0...30, using: &random))
        .map { _ in Int.random(in: 0..<40, using: &random) }
        .filter { ($0 % 5 == 0) == (feed == .clusterResourceBindings) }
      let bindings = indices.map { Self.random($0, &random) }
      switch Int.random(in: 0..<4, using: &random) {
      case 0: state.take(.feed(feed, .removed(bindings.map(\.metadata.key))))
      case 1: state.list(feed, .bindings(bindings))
      default: state.take(.feed(feed, .objects(.bindings(bindings))))
      }
      expectFresh(state)
    }
  }

  private func expectFresh(_ state: AppState) {
    var fresh = FleetSummary()
    for row in state.bindings.table.rows { fresh.add(row) }
    #expect(state.summary == fresh)
    for row in state.clusters.table.rows {
      #expect(row.tally == fresh.byCluster[row.cluster.metadata.name] ?? ClusterTally())
    }
    for row in state.policies.table.rows {
      #expect(row.claimed == fresh.byPolicy[row.key] ?? 0, "\(row.key)")
    }
  }

  @Test func nothingIsLeftOfWhatIsGone() {
    var state = AppState.loaded(bindings: [
      Sample.binding("shop/web", on: ["member1"], policy: "shop/p")
    ])
    #expect(state.summary != FleetSummary())
    state.take(.feed(.resourceBindings, .removed([Sample.key("shop/web")])))
    #expect(state.summary == FleetSummary())
  }

  @Test func aBindingToldTwiceAtOnceCountsOnceAsItWasLast() {
    var state = AppState.loaded()
    let versions = [
      Sample.binding("shop/web", on: []), Sample.binding("shop/web", on: ["member1"]),
    ]
    state.take(.feed(.resourceBindings, .objects(.bindings(versions))))
    #expect(state.summary.bindings == 1)
    #expect(state.summary.count(.stranded) == 0)
    #expect(state.summary.count(.healthy) == 1)
    #expect(state.summary.byCluster == ["member1": ClusterTally(bindings: 1)])
  }

  @Test func aPolicyThatLosesABindingToAnotherSaysSo() {
    var state = AppState.loaded(
      bindings: [Sample.binding("shop/web", policy: "shop/old")],
      policies: [Sample.policy("shop/old"), Sample.policy("shop/new")])
    func claimed(_ name: String) -> Int? {
      state.policies.table.row(RowKey(.propagationPolicies, Sample.key(name)))?.claimed
    }
    #expect(claimed("shop/old") == 1)
    state.take(
      .feed(
        .resourceBindings,
        .objects(.bindings([Sample.binding("shop/web", policy: "shop/new")]))))
    #expect(claimed("shop/old") == 0)
    #expect(claimed("shop/new") == 1)
  }

  @Test func wrongCountsOnlyWhereItIsWrong() {
    let state = AppState.loaded(bindings: [
      Sample.binding("shop/web", on: ["member1", "member2"], unhealthy: ["member2"])
    ])
    #expect(
      state.summary.byCluster == [
        "member1": ClusterTally(bindings: 1), "member2": ClusterTally(bindings: 1, wrong: 1),
      ])
  }

  @Test func anEvictionIsWrongWhereItLeavesThoughNothingIsScheduledThere() {
    var binding = Sample.binding("shop/web", on: ["member2"])
    var task = ResourceBinding.GracefulEvictionTask()
    task.fromCluster = "member1"
    binding.gracefulEvictionTasks = [task]
    var state = AppState.loaded(clusters: [Sample.cluster("member1")], bindings: [binding])
    #expect(
      state.summary.byCluster == [
        "member1": ClusterTally(wrong: 1), "member2": ClusterTally(bindings: 1),
      ])
    func shown() -> ClusterTally? {
      state.clusters.table.row(RowKey(.clusters, Sample.key("member1")))?.tally
    }
    #expect(shown() == ClusterTally(wrong: 1))
    binding.gracefulEvictionTasks = []
    state.take(.feed(.resourceBindings, .objects(.bindings([binding]))))
    #expect(state.summary.byCluster == ["member2": ClusterTally(bindings: 1)])
    #expect(shown() == ClusterTally())
  }
}
