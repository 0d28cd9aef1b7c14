import Karmada
import Manifest
import Testing

/// Coming back after nobody watched: what is known goes on, what is not stays unknown.
struct ResumingTests {
  private let labels = ["state.example.io/job": "j-1"]

  /// A failover under way, as the first dashboard saw it.
  private func first() -> FailoverStory {
    var story = FailoverStory(failover: FailoverStory.failover(rules: ["{.job}"]))
    story.settle()
    story.report(["member1": .unhealthy])
    story.tell(10)
    story.evict("member1", labels: labels, created: 20)
    story.tell(20.6)
    story.schedule([("member2", 2)], at: 20.7)
    story.tell(20.7)
    story.work("member2", uid: "w", version: 1, labels: labels, at: 20.8)
    return story
  }

  /// The binding goes on; another dashboard looks at it later, with the journal of the first.
  private func reconnect(_ before: FailoverStory, _ now: Double) -> FailoverStory {
    var after = before
    after.builder = EpisodeBuilder()
    after.builder.resume(before.episodes(now))
    return after
  }

  @Test func anEpisodeGoesOnAfterARestart() throws {
    let before = first()
    var after = reconnect(before, 21)
    after.tell(100, found: true)
    after.report(["member2": .healthy])
    after.tell(120)
    after.endEvictions()
    after.tell(120.1)
    let all = after.episodes(130)
    let episode = try #require(all.first)
    #expect(all.count == 1 && episode.id == before.episodes(21).first?.id)
    #expect(episode.outcome == .recovered && episode.relayed == true)
    #expect(after.offset(episode.unhealthy) == 10 && after.offset(episode.evicted) == 20.6)
    #expect(after.offset(episode.healthy) == 120 && !episode.isReconstructed)
  }

  @Test func whatEndedUnwatchedHasNoTimesMadeUp() throws {
    var after = reconnect(first(), 21)
    after.report(["member2": .healthy])
    after.endEvictions()
    after.tell(100, found: true)
    let episode = try #require(after.episodes(101).first)
    #expect(episode.outcome == .recovered)
    #expect(episode.healthy == nil && episode.finished == nil)
    // And nothing that is merely told again later is taken for its moment.
    after.tell(140)
    #expect(after.episodes(141).first?.healthy == nil)
  }

  @Test func backOnItsClusterAfterAGapIsUnknown() throws {
    var after = reconnect(first(), 21)
    after.endEvictions()
    after.schedule([("member1", 2)], at: 60)
    after.report(["member1": .healthy])
    after.tell(100, found: true)
    let episode = try #require(after.episodes(101).first)
    #expect(episode.outcome == .unknown && episode.why.contains("how it ended nobody saw"))
  }

  @Test func aBindingThatIsGoneEndsUnknown() throws {
    var after = reconnect(first(), 21)
    after.builder.endList(ofClusterScoped: true, in: nil, at: after.at(100))
    // Of a namespace that was not listed nothing is known.
    after.builder.endList(ofClusterScoped: false, in: "another", at: after.at(100))
    #expect(after.episodes(101).map(\.outcome) == [.inProgress])
    after.builder.endList(ofClusterScoped: false, in: nil, at: after.at(100))
    let episode = try #require(after.episodes(101).first)
    #expect(episode.outcome == .unknown && episode.finished == nil)
  }

  @Test func aBindingThatIsGoneFromTheNamespaceThatWasListedEndsToo() throws {
    var after = reconnect(first(), 21)
    let namespace = try #require(after.episodes(21).first).binding.key.namespace
    #expect(!namespace.isEmpty)
    after.builder.endList(ofClusterScoped: false, in: namespace, at: after.at(100))
    #expect(after.episodes(101).map(\.outcome) == [.unknown])
  }

  @Test func aBlockedFailoverStaysBlockedThroughARestart() throws {
    var story = FailoverStory(failover: FailoverStory.failover(rules: ["{.nothing}"]))
    story.settle()
    story.report(["member1": .unhealthy])
    story.tell(10)
    let before = try #require(story.episodes(60).first)
    var after = reconnect(story, 60)
    after.tell(100, found: true)
    let episode = try #require(after.episodes(101).first)
    #expect(episode.outcome == .blocked && episode.id == before.id)
    #expect(after.offset(episode.unhealthy) == 10)
  }

  @Test func whatTasksStillTellIsMarkedAsReconstructed() throws {
    var story = first()
    story.builder = EpisodeBuilder()
    story.tell(100, found: true)
    let episode = try #require(story.episodes(101).first)
    #expect(episode.isReconstructed && episode.outcome == .inProgress)
    #expect(episode.evicted == Moment(story.at(20), isExact: false))
    #expect(episode.scheduled == Moment(story.at(20), isExact: false))
    #expect(episode.unhealthy == nil && episode.to == ["member2"])
    // Whoever saw it happen has the same episode, and knows better.
    let seen = try #require(first().episodes(101).first)
    #expect(seen.isSame(as: episode))
    let merged = seen.merged(with: episode)
    #expect(merged.evicted == seen.evicted && merged.id == seen.id && merged.relayed == true)
    #expect(!merged.isReconstructed)
    #expect(episode.merged(with: seen).evicted == seen.evicted)
  }

  @Test func unhealthyAtTheFirstLookIsDatedByEvents() throws {
    var story = FailoverStory(failover: FailoverStory.failover(rules: ["{.nothing}"]))
    story.schedule([("member1", 2)], at: 0)
    story.report(["member1": .unhealthy])
    story.tell(1000, found: true)
    #expect(story.episodes(1005) == [])
    var event = Event()
    event.reason = "InterpretHealthSucceed"
    event.message = "Interpret health of object(Deployment/shop/web) as unhealthy."
    event.involvedObject.kind = "Work"
    event.involvedObject.namespace = "karmada-es-member1"
    event.lastTimestamp = story.at(400)
    story.builder.observe(event)
    let episode = try #require(story.episodes(1005).first)
    #expect(episode.outcome == .blocked)
    #expect(episode.unhealthy == Moment(story.at(400), isExact: false))
  }

  @Test func evictionsThatOnlyEventsRememberAreTold() throws {
    var story = FailoverStory()
    story.schedule([("member2", 2)], at: 500)
    story.report(["member2": .healthy])
    story.tell(1000, found: true)
    var event = story.evictionEvent(from: "member1", at: 510)
    story.builder.observe(event)
    // Of a binding that is another one now, or is gone, nothing is said.
    event.involvedObject.uid = "uid-0"
    story.builder.observe(event)
    event.involvedObject.name = "gone-deployment"
    story.builder.observe(event)
    let binding = story.binding
    for _ in 0..<2 {
      story.builder.reconstruct(at: story.at(1001)) {
        $0 == binding.metadata.key ? binding : nil
      }
    }
    let all = story.episodes(1002)
    let episode = try #require(all.first)
    #expect(all.count == 1 && episode.isReconstructed && episode.from == "member1")
    #expect(episode.finished == Moment(story.at(510), isExact: false))
    #expect(episode.to == ["member2"] && episode.outcome == .recovered)
    #expect(episode.evicted == nil && episode.healthy == nil)
  }

  /// Evicted unseen, and on no cluster since: that is raised, and goes on when it is placed again.
  @Test func evictedToNowhereBeforeAnybodyWatched() throws {
    var story = FailoverStory()
    story.condition(.false, "NoClusterFit", "0/3 clusters are available", at: 500)
    story.tell(1000, found: true)
    #expect(story.episodes(1000) == [])
    story.builder.observe(story.evictionEvent(from: "member1", at: 510))
    let binding = story.binding
    for _ in 0..<2 { story.builder.reconstruct(at: story.at(1001)) { _ in binding } }
    let all = story.episodes(1002)
    let episode = try #require(all.first)
    #expect(all.count == 1 && episode.outcome == .stranded && episode.needsPerson)
    #expect(episode.from == "member1" && episode.isReconstructed && episode.evicted == nil)
    #expect(episode.why.hasPrefix("NoClusterFit: 0/3 clusters are available"))
    story.schedule([("member2", 2)], at: 1100)
    story.report(["member2": .healthy])
    story.tell(1100)
    let back = try #require(story.episodes(1101).first)
    #expect(back.id == episode.id && back.outcome == .recovered && back.to == ["member2"])
    #expect(story.offset(back.healthy) == 1100)
  }

  /// Blocked when somebody looked last; before the next look the binding is gone.
  @Test func whatWasBlockedAndIsGoneIsOver() throws {
    var story = FailoverStory(failover: FailoverStory.failover(rules: ["{.nothing}"]))
    story.settle()
    story.report(["member1": .unhealthy])
    story.tell(10)
    let before = try #require(story.episodes(60).first)
    #expect(before.outcome == .blocked)
    var after = reconnect(story, 60)
    after.builder.endList(ofClusterScoped: false, in: nil, at: after.at(100))
    let episode = try #require(after.episodes(101).first)
    #expect(after.episodes(101).count == 1)
    #expect(episode.id == before.id && !episode.isOpen)
  }

  /// The same with a break in between: it was on the screen as blocked until then.
  @Test(arguments: ["gone", "made anew", "without failover"])
  func whatWasBlockedBeforeABreakStaysAnEpisode(_ end: String) throws {
    var story = FailoverStory(failover: FailoverStory.failover(rules: ["{.nothing}"]))
    story.settle()
    story.report(["member1": .unhealthy])
    story.tell(10)
    let blocked = try #require(story.builder.takeNews(at: story.at(60)).changed.first)
    #expect(blocked.outcome == .blocked)
    switch end {
    case "gone": story.builder.removeBinding(story.binding.metadata.key, .found(story.at(400)))
    case "made anew":
      story.edit { $0.metadata.uid = "uid-2" }
      story.tell(400, found: true)
    default:
      story.edit { $0.failover = nil }
      story.tell(400, found: true)
    }
    let news = story.builder.takeNews(at: story.at(401))
    #expect(news.gone == [])
    let episode = try #require(story.episodes(401).first { $0.id == blocked.id })
    #expect(!episode.isOpen)
  }

  // MARK: Events and what is seen

  /// Evicted from member1 long ago, then lost by another cluster: that is the one plight there is.
  @Test func anEarlierEvictionIsNotWhereItWasLostFrom() throws {
    var story = FailoverStory()
    story.settle([("member2", 2)])
    story.evict("member2", reason: "TaintUntolerated", created: 1800)
    story.condition(.false, "NoClusterFit", "0/3 clusters are available", at: 1801)
    story.builder = EpisodeBuilder()
    story.tell(1900, found: true)
    story.builder.observe(story.evictionEvent(from: "member1", at: 5))
    let binding = story.binding
    story.builder.reconstruct(at: story.at(1901)) { _ in binding }
    let stranded = story.episodes(1902).filter { $0.outcome == .stranded }
    #expect(stranded.map(\.from) == ["member2"])
    #expect(story.episodes(1902).filter(\.isOpen).count == 1)
  }

  /// It ran somewhere for half an hour after that eviction, and left from there.
  @Test func whatLeftLaterDidNotLeaveWithThatEviction() throws {
    var story = FailoverStory()
    story.schedule([], at: 0)
    story.condition(.true, "Success", at: 0)
    story.condition(.false, "NoClusterFit", "0/3 clusters are available", at: 1800)
    story.tell(1900, found: true)
    story.builder.observe(story.evictionEvent(from: "member1", at: 5))
    let binding = story.binding
    story.builder.reconstruct(at: story.at(1901)) { _ in binding }
    let stranded = story.episodes(1902).filter { $0.outcome == .stranded }
    #expect(stranded.map(\.from) == [""])
  }

  /// An account of one failover gives another nothing of its own.
  @Test func onlyAnAccountOfTheSamePlightTellsWhence() throws {
    var story = foundNowhere()
    let nowhere = try #require(story.episodes(101).first)
    story.schedule([("member3", 2)], at: 200)
    story.report(["member3": .unhealthy])
    story.tell(200)
    story.evict("member3", created: 300)
    story.tell(301)
    let next = try #require(story.episodes(302).first { $0.from == "member3" })
    story.builder.resume([next])
    let all = story.episodes(303)
    #expect(Set(all.map(\.id)) == [nowhere.id, next.id])
    #expect(all.first { $0.id == nowhere.id }?.from == "")
  }

  /// One that is in the journal, with nobody knowing when it ended, is not all that came later.
  @Test func aLaterEvictionFromTheSameClusterIsReconstructed() throws {
    var story = FailoverStory()
    story.settle()
    story.evict("member1", created: 20)
    story.tell(20)
    story.endEvictions()
    story.schedule([("member1", 2)], at: 60)
    story.tell(100, found: true)
    let first = try #require(story.episodes(101).first)
    #expect(first.outcome == .unknown && first.finished == nil)
    story.schedule([("member2", 2)], at: 5000)
    story.report(["member2": .healthy])
    story.tell(6000, found: true)
    for at in [50.0, 5001] { story.builder.observe(story.evictionEvent(from: "member1", at: at)) }
    let binding = story.binding
    for _ in 0..<2 { story.builder.reconstruct(at: story.at(6001)) { _ in binding } }
    let all = story.episodes(6002)
    #expect(all.map(\.from) == ["member1", "member1"])
    #expect(all.last?.finished == Moment(story.at(5001), isExact: false))
  }

  /// Which of two kinds of Events is read first makes no difference.
  @Test(arguments: [true, false])
  func whenItWasHealthyInBetweenMayBeToldLast(_ isLast: Bool) throws {
    var story = FailoverStory(failover: FailoverStory.failover(after: 600))
    story.schedule([("member1", 2)], at: 0)
    story.report(["member1": .unhealthy])
    story.tell(1000, found: true)
    let healthy = story.healthEvent("healthy", at: 402.5)
    if !isLast { story.builder.observe(healthy) }
    for at in [401.0, 402, 403, 404, 405] {
      story.builder.observe(story.healthEvent("unhealthy", at: at))
    }
    if isLast { story.builder.observe(healthy) }
    let episode = try #require(story.episodes(1200).first)
    #expect(episode.unhealthy == Moment(story.at(403), isExact: false))
  }

  @Test func theNextEvictionFromTheSameClusterIsAnotherEpisode() {
    var a = Episode(
      id: "a", binding: BindingIdentity(key: ObjectKey(name: "x"), uid: "u"), from: "m")
    a.evicted = Moment(FailoverStory.at(0))
    a.finished = Moment(FailoverStory.at(5))
    a.outcome = .recovered
    var b = a
    b.id = "b"
    b.evicted = Moment(FailoverStory.at(60))
    b.finished = nil
    b.outcome = .inProgress
    #expect(!a.isSame(as: b) && !b.isSame(as: a))
  }

  // MARK: Nowhere

  /// Found on no cluster, with nothing to tell where it had been.
  private func foundNowhere() -> FailoverStory {
    var story = FailoverStory()
    story.schedule([], at: 0)
    story.condition(.false, "NoClusterFit", "0/3 clusters are available", at: 0)
    story.tell(100, found: true)
    return story
  }

  /// The same from another dashboard that has seen it leave.
  private func known(_ cluster: String, by story: FailoverStory) throws -> Episode {
    var episode = try #require(story.episodes(100).first)
    (episode.id, episode.from) = ("of-\(cluster)", cluster)
    return episode
  }

  @Test func whatIsFoundNowhereTakesItsClusterFromTheJournal() throws {
    var story = foundNowhere()
    #expect(story.episodes(100).map(\.from) == [""])
    story.builder.resume([try known("member3", by: story)])
    let all = story.episodes(101)
    #expect(all.map(\.from) == ["member3"] && all.map(\.id) == ["of-member3"])
    #expect(all.map(\.outcome) == [.stranded])
  }

  @Test(arguments: [["", "member3"], ["member3", ""]])
  func twoAccountsInTheJournalAreOne(_ clusters: [String]) throws {
    let before = foundNowhere()
    var after = before
    after.builder = EpisodeBuilder()
    after.builder.resume(try clusters.map { try known($0, by: before) })
    #expect(after.episodes(150).map(\.from) == ["member3"])
    after.tell(200, found: true)
    #expect(after.episodes(201).map(\.from) == ["member3"])
    #expect(after.episodes(201).map(\.outcome) == [.stranded])
  }
}
