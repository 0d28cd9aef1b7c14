import ControlPlane
import Karmada
import Manifest
import Testing

@testable import Dashboard

/// The Failovers pane, from what the feeds tell to what the journal is asked to keep.
@Suite struct FailoverTests {
  private static let label = "state.example.io/job"

  /// Versions of one binding as a watch tells them.
  struct Telling {
    var version = 1
    var binding = Sample.binding("shop/web", on: ["member1"])

    mutating func news(_ change: (inout ResourceBinding) -> Void) -> AppEvent {
      change(&binding)
      version += 1
      binding.metadata.resourceVersion = "\(version)"
      binding.metadata.uid = "uid-web"
      return .feed(.resourceBindings, .objects(.bindings([binding])))
    }
  }

  private static func task(from cluster: String, after seconds: Int)
    -> ResourceBinding
    .GracefulEvictionTask
  {
    var task = ResourceBinding.GracefulEvictionTask()
    task.fromCluster = cluster
    task.reason = "TaintUntolerated"
    task.purgeMode = "Graciously"
    task.creationTimestamp = Sample.start + .seconds(seconds)
    return task
  }

  private static func strand(_ binding: inout ResourceBinding, after seconds: Int) {
    binding.clusters = []
    binding.lastScheduledTime = Sample.start
    binding.gracefulEvictionTasks = [task(from: "member1", after: seconds)]
    var scheduled = Condition()
    scheduled.type = "Scheduled"
    scheduled.status = .false
    scheduled.reason = "NoClusterFit"
    scheduled.lastTransitionTime = Sample.start + .seconds(seconds)
    binding.conditions = [scheduled]
  }

  static func kept(_ state: inout AppState) {
    state.take(.failovers(.resumed(FailoverRecord())))
  }

  @Test func aStrandedWorkloadIsRaisedUntilSomebodyKnows() throws {
    var telling = Telling()
    var state = AppState.loaded(bindings: [])
    Self.kept(&state)
    state.take(telling.news { _ in })
    state.take(.tick(Sample.start + .seconds(5)))
    state.take(telling.news { Self.strand(&$0, after: 5) })
    #expect(Self.header(state).contains("1 STRANDED"))
    #expect(TabStrip(state).tabs.contains { $0.pane == .failovers && $0.role == .tabAlert })

    state.take(.input(.key(.character("3"))))
    let id = try #require(state.failovers.selected?.episode.id)
    state.take(.tick(Sample.start + .seconds(6)))
    var story = Story(state)
    try story.press("a") { $0.layers = [.prompt(.init(kind: .acknowledgement(of: id)))] }
    try story.press("I N C 7") {
      $0.prompt?.text = "INC7"
      $0.prompt?.cursor = 4
    }
    let by = Acknowledgement(at: Sample.start + .seconds(6), by: "", reason: "INC7")
    let episode = try #require(story.state.history.episodes[id])
    try story.press("Enter") {
      $0.layers = []
      $0.message = StatusMessage(.info, "acknowledged shop/Deployment/web from member1")
      $0.effects = [.keepAcknowledgement(by, of: episode)]
    }
    #expect(Self.header(story.state).contains("1 acknowledged"))
    #expect(!Self.header(story.state).contains("STRANDED"))
    #expect(story.state.history.acknowledgements[id] == by)
  }

  @Test func acknowledgingNeedsAReason() throws {
    var telling = Telling()
    var state = AppState.loaded(bindings: [])
    state.take(telling.news { _ in })
    state.take(telling.news { Self.strand(&$0, after: 0) })
    try state.press("3 a Space Enter")
    #expect(state.message?.kind == .error && state.history.acknowledgements.isEmpty)
    try state.press("a Esc")
    #expect(state.history.acknowledgements.isEmpty && state.overlays.isEmpty)
  }

  @Test func episodesAreKeptOnceTheyAreRipe() throws {
    var telling = Telling()
    var state = AppState.loaded(bindings: [])
    state.take(.failovers(.resumed(FailoverRecord())))
    state.take(telling.news { _ in })
    state.take(
      telling.news { binding in
        binding.clusters = []
        var task = Self.task(from: "member1", after: 0)
        task.creationTimestamp = nil
        binding.gracefulEvictionTasks = [task]
      })
    // Everybody knows a task by its creationTimestamp: it is waited for, though not for ever.
    #expect(Self.keeps(state.take(.tick(Sample.start + .seconds(1)))) == [])
    #expect(Self.keeps(state.take(.tick(Sample.start + .seconds(4)))) == ["uid-web"])
    #expect(Self.keeps(state.take(.tick(Sample.start + .seconds(5)))) == [])
    state.take(
      telling.news { $0.gracefulEvictionTasks[0].creationTimestamp = Sample.start + .seconds(5) })
    #expect(Self.keeps(state.take(.tick(Sample.start + .seconds(6)))) == ["uid-web"])
  }

  @Test func withoutAJournalNothingIsAskedOfOne() throws {
    var telling = Telling()
    var state = AppState.loaded(bindings: [])
    state.take(.failovers(.resumed(nil)))
    state.take(telling.news { _ in })
    state.take(telling.news { Self.strand(&$0, after: 0) })
    #expect(state.take(.tick(Sample.start + .seconds(30))) == [])
    #expect(state.failovers.table.count == 1)
  }

  /// As an earlier dashboard has left it in the journal: an eviction still under way.
  private static var known: Episode {
    var episode = Episode(
      id: "known",
      binding: BindingIdentity(
        key: ObjectKey(namespace: "shop", name: "web-deployment"), uid: "uid-web"),
      from: "member1")
    episode.evicted = Moment(Sample.start - .seconds(30))
    episode.taskCreated = Sample.start - .seconds(30)
    episode.outcome = .inProgress
    return episode
  }

  @Test func historyOfEarlierDashboardsIsListedAndGoesOn() throws {
    let episode = Self.known
    var over = episode
    over.id = "over"
    over.binding.uid = "uid-0"
    over.outcome = .recovered
    over.finished = Moment(Sample.start - .seconds(20))
    let gap = ObservationGap(
      from: Sample.start - .seconds(25), until: Sample.start, why: "no dashboard was watching")
    var state = AppState(
      now: Sample.start, endpoint: Endpoint(context: "c", server: "https://c"))
    state.take(
      .failovers(.resumed(FailoverRecord(episodes: [episode, over], gaps: [gap]))))
    #expect(state.failovers.table.count == 2)
    var telling = Telling()
    telling.binding.metadata.name = "web-deployment"
    telling.binding.gracefulEvictionTasks = [Self.task(from: "member1", after: -30)]
    telling.binding.clusters = []
    state.take(.feed(.resourceBindings, .listBegins))
    state.take(telling.news { _ in })
    state.take(.feed(.resourceBindings, .listEnds))
    #expect(state.failovers.table.count == 2)
    #expect(state.history.episodes["known"]?.evicted == episode.evicted)
    #expect(state.history.builder.gaps == [gap])
  }

  @Test func aBreakIsToldAsAGap() throws {
    var state = AppState.loaded(bindings: [])
    state.take(.failovers(.resumed(FailoverRecord())))
    let stale = FeedPhase.stale(since: Sample.start + .seconds(10), Sample.unreachable)
    state.take(.feed(.resourceBindings, .phase(stale)))
    state.take(.tick(Sample.start + .seconds(100)))
    state.take(.feed(.resourceBindings, .phase(.loading(received: 0))))
    state.take(.feed(.resourceBindings, .listBegins))
    var telling = Telling()
    state.take(telling.news { Self.strand(&$0, after: 50) })
    let effects = state.take(.feed(.resourceBindings, .listEnds))
    #expect(
      effects.contains(
        .resumeWatching(
          since: Sample.start + .seconds(10), at: Sample.start + .seconds(100),
          why: "the control plane did not answer")))
    // What happened meanwhile has the server's times, not those of the look at it.
    let episode = try #require(state.history.episodes.values.first)
    #expect(episode.isReconstructed)
    #expect(episode.evicted == Moment(Sample.start + .seconds(50), isExact: false))
  }

  @Test func aShortBreakOfAWatchIsNone() throws {
    var telling = Telling()
    var state = AppState.loaded(bindings: [])
    state.take(telling.news { _ in })
    state.take(.tick(Sample.start + .seconds(60)))
    state.take(.feed(.resourceBindings, .listBegins))
    state.take(telling.news { Self.strand(&$0, after: 60) })
    #expect(state.take(.feed(.resourceBindings, .listEnds)) == [])
    #expect(
      state.history.episodes.values.map(\.evicted) == [Moment(Sample.start + .seconds(60))])
  }

  /// What happens while the screen keeps still is not lost.
  @Test func aFreezeHidesRowsAndLosesNothing() throws {
    var telling = Telling()
    var state = AppState.loaded(bindings: [])
    state.take(telling.news { _ in })
    try state.press("3 Z")
    state.take(.tick(Sample.start + .seconds(5)))
    state.take(telling.news { Self.strand(&$0, after: 5) })
    state.take(.tick(Sample.start + .seconds(9)))
    #expect(state.failovers.table.count == 0)
    try state.press("Z")
    #expect(state.failovers.table.count == 1)
    #expect(
      state.failovers.selected?.episode.evicted == Moment(Sample.start + .seconds(5)))
  }

  @Test func filtersByOutcomeClusterNamespaceAndTime() throws {
    var state = AppState.loaded(bindings: [])
    var episodes: [Episode] = []
    for (i, outcome) in [Episode.Outcome.recovered, .stranded, .suppressed].enumerated() {
      var resource = ObjectReference()
      (resource.kind, resource.namespace, resource.name) = ("Deployment", "ns\(i)", "web\(i)")
      var episode = Episode(
        id: "e\(i)",
        binding: BindingIdentity(
          key: ObjectKey(namespace: "ns\(i)", name: "b\(i)"), uid: "u\(i)", resource: resource),
        from: "member\(i)")
      episode.to = outcome == .stranded ? [] : ["member9"]
      episode.outcome = outcome
      episode.evicted = Moment(Sample.start - .seconds(i * 4000))
      episodes.append(episode)
    }
    state.take(.failovers(.resumed(FailoverRecord(episodes: episodes))))
    try state.press("3")
    func shown(_ filter: String) -> [String] {
      state.setFilter(filter, of: .failovers)
      return (0..<state.failovers.table.visibleCount).compactMap {
        state.failovers.table.row(at: $0)?.episode.id
      }
    }
    // What needs a person first, then the newest.
    #expect(shown("") == ["e1", "e0", "e2"])
    #expect(shown("outcome:stranded") == ["e1"] && shown("outcome:open") == ["e1", "e2"])
    #expect(shown("cluster:member9") == ["e0", "e2"] && shown("cluster:member1") == ["e1"])
    #expect(shown("ns:ns2") == ["e2"])
    let hour = (Sample.start - .seconds(8000)).rfc3339.prefix(13)
    #expect(shown("when:\(hour)*") == ["e2"])
    _ = shown("")
    state.take(.input(.key(.character(":"))))
    try state.press("s i n c e Space 3 0 m Enter")
    #expect(shown("") == ["e1", "e0", "e2"])
    // Only what is over goes by its age.
    var old = episodes[0]
    (old.id, old.binding.uid) = ("e9", "u9")
    old.evicted = Moment(Sample.start - .seconds(9000))
    old.finished = Moment(Sample.start - .seconds(8990))
    state.take(.failovers(.others([old], [:])))
    #expect(shown("") == ["e1", "e0", "e2"])
    try state.press(": s i n c e Space a l l Enter")
    #expect(shown("") == ["e1", "e0", "e2", "e9"])
  }

  @Test func theJournalsIDIsTakenOver() throws {
    var telling = Telling()
    var state = AppState.loaded(bindings: [])
    state.take(.failovers(.resumed(FailoverRecord())))
    state.take(telling.news { _ in })
    state.take(telling.news { Self.strand(&$0, after: 0) })
    let episode = try #require(state.history.episodes.values.first)
    var kept = episode
    kept.id = "theirs"
    state.take(.failovers(.kept([.init(id: episode.id, episode: kept)])))
    #expect(Set(state.history.episodes.keys) == ["theirs"])
    #expect(state.failovers.table.rows.map(\.episode.id) == ["theirs"])
    // And what comes later is told under it.
    state.take(telling.news { $0.gracefulEvictionTasks = [] })
    #expect(state.failovers.table.rows.map(\.episode.id) == ["theirs"])
  }

  /// What was said to it stays said when the journal knows it under another id.
  @Test func anAcknowledgementGoesAlongWithTheJournalsID() throws {
    var telling = Telling()
    var state = AppState.loaded(bindings: [])
    Self.kept(&state)
    state.take(telling.news { _ in })
    state.take(telling.news { Self.strand(&$0, after: 0) })
    let episode = try #require(state.history.episodes.values.first)
    try state.press("3 a I N C 7 Enter")
    #expect(state.history.acknowledgements.keys.map(\.self) == [episode.id])
    var kept = episode
    kept.id = "theirs"
    state.take(.failovers(.kept([.init(id: episode.id, episode: kept)])))
    #expect(state.history.acknowledgements.mapValues(\.reason) == ["theirs": "INC7"])
    #expect(Self.header(state).contains("1 acknowledged"))
  }

  @Test func whatTheJournalCouldNotTakeIsOfferedAgain() throws {
    var telling = Telling()
    var state = AppState.loaded(bindings: [])
    Self.kept(&state)
    state.take(telling.news { _ in })
    state.take(telling.news { Self.strand(&$0, after: 0) })
    #expect(Self.keeps(state.take(.tick(Sample.start + .seconds(4)))) == ["uid-web"])
    let id = try #require(state.history.episodes.keys.first)
    state.take(.failovers(.notKept([id])))
    #expect(state.history.unsavedEpisodes.map(\.id) == [id])
    // Not at every tick: a journal that fails now fails a second later.
    for second in 5..<14 {
      #expect(Self.keeps(state.take(.tick(Sample.start + .seconds(second)))) == [])
    }
    #expect(Self.keeps(state.take(.tick(Sample.start + .seconds(14)))) == ["uid-web"])
    #expect(Self.keeps(state.take(.tick(Sample.start + .seconds(30)))) == [])
  }

  @Test func whatWasSaidAndCouldNotBeKeptIsOfferedAgain() throws {
    var telling = Telling()
    var state = AppState.loaded(bindings: [])
    Self.kept(&state)
    state.take(telling.news { _ in })
    state.take(telling.news { Self.strand(&$0, after: 0) })
    try state.press("3 a I N C 7 Enter")
    let id = try #require(state.history.episodes.keys.first)
    let said = try #require(state.history.acknowledgements[id])
    state.take(.failovers(.notAcknowledged(id)))
    let effects = state.take(.tick(Sample.start + .seconds(10)))
    #expect(
      effects == [.keepAcknowledgement(said, of: try #require(state.history.episodes[id]))])
    #expect(state.take(.tick(Sample.start + .seconds(20))) == [])
  }

  /// Whoever looks at one namespace knows nothing of the others, and has not watched them.
  @Test func oneNamespaceSaysNothingOfTheOthers() throws {
    let episode = Self.known
    var state = AppState(now: Sample.start, endpoint: Sample.endpoint)
    state.options.namespace = "bank"
    state.take(.failovers(.resumed(FailoverRecord(episodes: [episode]))))
    state.take(.feed(.resourceBindings, .listBegins))
    var effects = state.take(.feed(.resourceBindings, .listEnds))
    state.take(.feed(.resourceBindings, .phase(.live)))
    effects += state.take(.tick(Sample.start + .seconds(60)))
    #expect(effects == [])
    #expect(state.history.episodes["known"] == episode)
  }

  @Test func worksAreFollowedWhileStateMayMove() throws {
    var failover = ResourceBinding.ApplicationFailover()
    failover.tolerationSeconds = 10
    failover.purgeMode = "Immediately"
    var rule = ResourceBinding.StatePreservationRule()
    (rule.aliasLabelName, rule.jsonPath) = (Self.label, "{.job}")
    failover.statePreservation = [rule]
    var telling = Telling()
    var state = AppState.loaded(bindings: [])
    state.take(
      telling.news { binding in
        binding.failover = failover
        binding.metadata.labels = ["resourcebinding.karmada.io/permanent-id": "p-1"]
        binding.aggregatedStatus = [Sample.report("member1", .unhealthy)]
      })
    #expect(state.history.followed.map(\.permanentID) == ["p-1"])
    let effects = state.take(
      telling.news { $0.aggregatedStatus = [Sample.report("member1", .healthy)] })
    #expect(effects == [.followWorks([])])
  }

  private static func keeps(_ effects: [Effect]) -> [String] {
    effects.flatMap { effect -> [String] in
      if case .keepEpisodes(let all) = effect { all.map(\.binding.uid) } else { [] }
    }
  }

  private static func header(_ state: AppState) -> String {
    HeaderLine(state).parts.map { $0.spans.map(\.text).joined() }.joined(separator: "  ")
  }
}
