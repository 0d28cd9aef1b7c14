import ControlPlane
import Karmada
import Manifest
import Testing

@testable import Dashboard

@Suite struct FreezeTests {
  private static func objects(_ bindings: ResourceBinding...) -> AppEvent {
    .feed(.resourceBindings, .objects(.bindings(bindings)))
  }
  private static func removed(_ names: String...) -> AppEvent {
    .feed(.resourceBindings, .removed(names.map { Sample.key($0) }))
  }
  private static let begins = AppEvent.feed(.resourceBindings, .listBegins)
  private static let ends = AppEvent.feed(.resourceBindings, .listEnds)

  private static func story() throws -> Story {
    var state = AppState.loaded(bindings: [Sample.binding("shop/a"), Sample.binding("shop/b")])
    try state.press("2")
    return Story(state)
  }

  @Test func theScreenKeepsStillAndThenCatchesUp() throws {
    var story = try Self.story()
    try story.press("Z") { $0.frozen = .init(since: Sample.start) }
    story.step(Self.objects(Sample.binding("shop/c"))) { $0.frozen?.changes = 1 }
    story.step(Self.objects(Sample.binding("shop/c", on: []))) { _ in }
    story.step(Self.removed("shop/a")) { $0.frozen?.changes = 2 }
    story.step(Self.removed("shop/b")) { $0.frozen?.changes = 3 }
    story.step(Self.objects(Sample.binding("shop/b"))) { _ in }
    story.step(.tick(Sample.start + .seconds(60))) { $0.now = Sample.start + .seconds(60) }
    try story.press("Z") {
      $0.frozen = nil
      $0.list.rows = ["shop/c", "shop/b"]
      $0.list.selected = "shop/c"
    }
    #expect(story.state.summary.count(.stranded) == 1)
  }

  @Test func oneMayMoveAboutMeanwhile() throws {
    var story = try Self.story()
    try story.press("Z j") {
      $0.frozen = .init(since: Sample.start)
      $0.list.selected = "shop/b"
    }
    try story.press("/ n a m e : a Enter") {
      $0.list.filter = "name:a"
      $0.list.rows = ["shop/a"]
      $0.list.selected = "shop/a"
    }
  }

  @Test func howTheDataStandsIsToldAllTheSame() throws {
    var story = try Self.story()
    try story.press("Z") { $0.frozen = .init(since: Sample.start) }
    let stale = FeedPhase.stale(since: Sample.start, Sample.unreachable)
    story.step(.feed(.resourceBindings, .phase(stale))) {
      $0.list.status = .stale(since: Sample.start, Sample.unreachable)
      $0.lists[.failovers]?.status = .stale(since: Sample.start, Sample.unreachable)
      $0.lists[.overrides]?.status = .stale(since: Sample.start, Sample.unreachable)
      $0.staleSince = Sample.start
    }
  }

  @Test func aListThatBeganBeforeTheFreezeStillReplaces() throws {
    var story = try Self.story()
    story.step([Self.begins, Self.objects(Sample.binding("shop/a"))])
    try story.press("Z") { $0.frozen = .init(since: Sample.start) }
    story.step([Self.objects(Sample.binding("shop/c")), Self.ends]) { $0.frozen?.changes = 1 }
    try story.press("Z") {
      $0.frozen = nil
      $0.list.rows = ["shop/a", "shop/c"]
    }
  }

  @Test func aListDuringTheFreezeReplaces() throws {
    var story = try Self.story()
    try story.press("Z") { $0.frozen = .init(since: Sample.start) }
    story.step(Self.objects(Sample.binding("shop/old"))) { $0.frozen?.changes = 1 }
    story.step([Self.begins, Self.objects(Sample.binding("shop/c")), Self.ends])
    story.step(Self.objects(Sample.binding("shop/d"))) { $0.frozen?.changes = 2 }
    try story.press("Z") {
      $0.frozen = nil
      $0.bindings = 2
      $0.list.rows = ["shop/c", "shop/d"]
      $0.list.selected = "shop/c"
    }
  }

  @Test func aListStillUnderWayAtTheThawReplacesWhenItEnds() throws {
    var story = try Self.story()
    try story.press("Z") { $0.frozen = .init(since: Sample.start) }
    story.step([Self.begins, Self.objects(Sample.binding("shop/c"))]) { $0.frozen?.changes = 1 }
    try story.press("Z") {
      $0.frozen = nil
      $0.bindings = 3
      $0.list.rows = ["shop/a", "shop/b", "shop/c"]
      $0.list.all = 3
    }
    story.step([Self.objects(Sample.binding("shop/a")), Self.ends]) {
      $0.bindings = 2
      $0.list.rows = ["shop/a", "shop/c"]
      $0.list.all = 2
    }
  }

  @Test func refreshThaws() throws {
    var story = try Self.story()
    try story.press("Z") { $0.frozen = .init(since: Sample.start) }
    story.step(Self.removed("shop/a")) { $0.frozen?.changes = 1 }
    try story.press("r") {
      $0.frozen = nil
      $0.bindings = 1
      $0.list.rows = ["shop/b"]
      $0.list.all = 1
      $0.list.selected = "shop/b"
      $0.message = StatusMessage(.info, "reading bindings again")
      $0.effects = [.refresh([.resourceBindings, .clusterResourceBindings])]
    }
  }
}
