import Karmada
import Manifest
import Testing

/// The rules by which evictions are told, beyond what the recordings show.
struct EpisodeRulesTests {
  @Test func aReleasedSuppressionRecovers() throws {
    var story = FailoverStory(failover: FailoverStory.failover(purgeMode: "Never"))
    story.settle()
    story.report(["member1": .unhealthy])
    story.tell(10)
    story.evict("member1", purgeMode: "Never")
    story.tell(20.6)
    story.schedule([("member2", 2)], at: 20.8)
    story.tell(20.8)
    story.report(["member2": .healthy])
    story.tell(25)
    #expect(story.episodes(3000).map(\.outcome) == [.suppressed])
    story.edit { $0.gracefulEvictionTasks[0].suppressDeletion = false }
    story.tell(4000)
    #expect(story.episodes(4000).map(\.outcome) == [.inProgress])
    story.endEvictions()
    story.tell(4000.1)
    let episode = try #require(story.episodes(4001).first)
    #expect(episode.outcome == .recovered && episode.to == ["member2"])
    #expect(story.offset(episode.healthy) == 25 && story.offset(episode.finished) == 4000.1)
    #expect(episode.evidence.contains { $0.what == "the suppressed eviction is released" })
  }

  @Test func anEvictionThatIsCalledOffIsCancelled() throws {
    var story = FailoverStory()
    story.settle()
    story.evict("member1", reason: "TaintUntolerated", purgeMode: "Graciously")
    story.tell(5)
    story.endEvictions()
    story.schedule([("member1", 2)], at: 6)
    story.tell(6)
    let episode = try #require(story.episodes(7).first)
    #expect(episode.outcome == .cancelled && episode.to == [])
    #expect(episode.why == "called off: member1 has it again")
    #expect(story.offset(episode.finished) == 6)
  }

  @Test func aGraceThatRunsOutBeforeTheTargetIsHealthyIsNoRecovery() throws {
    var story = FailoverStory(failover: FailoverStory.failover(purgeMode: "Graciously"))
    story.settle()
    story.report(["member1": .unhealthy])
    story.tell(10)
    story.evict("member1", purgeMode: "Graciously", created: 20)
    story.edit { $0.gracefulEvictionTasks[0].gracePeriodSeconds = 30 }
    story.tell(20.6)
    story.schedule([("member2", 2)], at: 20.8)
    story.report(["member2": .unhealthy])
    story.tell(21)
    story.endEvictions()
    story.tell(51)
    let episode = try #require(story.episodes(60).first)
    #expect(episode.outcome == .inProgress && episode.finished == nil)
    #expect(episode.why == "the copy on member1 is gone and member2 has not become healthy")
    story.report(["member2": .healthy])
    story.tell(90)
    let later = try #require(story.episodes(90).first)
    #expect(later.outcome == .recovered && later.id == episode.id)
    #expect(story.offset(later.healthy) == 90 && story.offset(later.finished) == 90)
  }

  @Test func aTargetThatNeverGetsHealthyStaysInProgress() throws {
    var story = FailoverStory()
    story.settle()
    story.evict("member1")
    story.tell(5)
    story.schedule([("member2", 2)], at: 5.2)
    story.tell(5.2)
    story.report(["member2": .unhealthy])
    story.tell(6)
    let episode = try #require(story.episodes(500).first)
    #expect(episode.outcome == .inProgress && story.offset(episode.applied) == 6)
    #expect(episode.why == "member2 is not healthy yet")
  }

  @Test func aKindWithoutHealthEndsUnknown() throws {
    var story = FailoverStory()
    story.settle()
    story.evict("member1")
    story.tell(5)
    story.schedule([("member2", 2)], at: 5.2)
    story.report(["member2": .unknown])
    story.tell(5.3)
    story.endEvictions()
    story.tell(605)
    let episode = try #require(story.episodes(700).first)
    #expect(episode.outcome == .unknown && story.offset(episode.finished) == 605)
  }

  @Test func aClusterThatIsBackInTimeLeavesNoEpisode() {
    var story = FailoverStory()
    story.settle()
    story.cluster("member1", ready: false, version: 10, at: 5)
    story.report(["member1": .unknown])
    story.tell(6)
    story.cluster("member1", ready: true, version: 11, at: 50)
    story.report(["member1": .healthy])
    story.tell(51)
    #expect(story.episodes(400) == [])
  }

  @Test func severalTasksAtOnceAreSeveralEpisodes() throws {
    var story = FailoverStory()
    story.settle([("member1", 3), ("member2", 3), ("member3", 3)])
    story.cluster("member1", ready: false, version: 10, at: 5)
    story.cluster("member2", ready: false, version: 11, at: 6)
    story.evict("member1", reason: "TaintUntolerated", purgeMode: "Graciously")
    story.evict("member2", reason: "TaintUntolerated", purgeMode: "Graciously")
    story.tell(65)
    story.schedule([("member3", 9)], at: 65.5)
    story.report(["member3": .unhealthy])
    story.tell(65.5)
    let all = story.episodes(66)
    #expect(all.map(\.from) == ["member1", "member2"])
    #expect(all.map(\.to) == [["member3"], ["member3"]])
    #expect(all.map { story.offset($0.unhealthy) } == [5, 6])
    #expect(Set(all.map(\.id)).count == 2 && Set(all.compactMap(\.incident)).count == 2)
    story.report(["member3": .healthy])
    story.tell(80)
    story.endEvictions()
    story.tell(80.1)
    #expect(story.episodes(90).map(\.outcome) == [.recovered, .recovered])
  }

  @Test func onlyClustersThatGainedCountAsTargets() throws {
    var story = FailoverStory()
    story.settle([("member1", 2), ("member2", 2), ("member3", 2)])
    story.evict("member3", reason: "TaintUntolerated")
    story.tell(5)
    story.schedule([("member1", 2), ("member2", 2), ("member4", 2)], at: 6)
    story.tell(6)
    #expect(story.episodes(7).map(\.to) == [["member4"]])
  }

  @Test func whereNobodyGainsTheOthersRunItOn() throws {
    var story = FailoverStory()
    story.settle([("member1", 2), ("member2", 2)])
    story.evict("member2", reason: "TaintUntolerated")
    story.tell(5)
    #expect(story.episodes(5.1).map(\.to) == [[]])
    story.schedule([("member1", 2)], at: 6)
    story.tell(6)
    let episode = try #require(story.episodes(7).first)
    #expect(episode.to == ["member1"] && story.offset(episode.scheduled) == 6)
  }

  @Test func aBindingDeletedMidwayIsCancelled() throws {
    var story = FailoverStory()
    story.settle()
    story.evict("member1")
    story.tell(5)
    story.edit { $0.metadata.deletionTimestamp = FailoverStory.at(7) }
    story.tell(7.2)
    story.delete(8)
    let episode = try #require(story.episodes(9).first)
    #expect(episode.outcome == .cancelled && story.offset(episode.finished) == 7.2)
    #expect(episode.why == "the binding was deleted before it was over")
  }

  @Test func deletionAfterRecoveryTakesNothingBack() throws {
    var story = FailoverStory()
    story.settle()
    story.evict("member1")
    story.tell(5)
    story.schedule([("member2", 2)], at: 5.2)
    story.report(["member2": .healthy])
    story.tell(5.3)
    story.endEvictions()
    story.tell(5.4)
    story.delete(8)
    #expect(story.episodes(9).map(\.outcome) == [.recovered])
  }

  @Test func aBindingMadeAnewIsAnother() throws {
    var story = FailoverStory()
    story.settle()
    story.evict("member1")
    story.tell(5)
    story.edit { binding in
      binding.metadata.uid = "uid-2"
      binding.gracefulEvictionTasks = []
    }
    story.schedule([("member1", 2)], at: 20)
    story.tell(20)
    story.evict("member1")
    story.tell(25)
    let all = story.episodes(26)
    #expect(all.map(\.binding.uid) == ["uid-1", "uid-2"])
    #expect(all.map(\.outcome) == [.unknown, .inProgress])
  }

  // MARK: Nowhere

  @Test func nowhereToGoIsStrandedWhileTheEvictionIsStillOpen() throws {
    var story = FailoverStory()
    story.settle()
    story.evict("member1", reason: "TaintUntolerated", purgeMode: "Graciously")
    story.tell(5)
    // For a moment between eviction and scheduling it is on no cluster: that alone is nothing.
    #expect(story.episodes(5.1).map(\.outcome) == [.inProgress])
    story.condition(.false, "NoClusterFit", "0/3 clusters are available", at: 5.4)
    story.tell(5.4)
    let episode = try #require(story.episodes(5.5).first)
    #expect(episode.outcome == .stranded && episode.needsPerson)
    #expect(
      episode.why
        == "NoClusterFit: 0/3 clusters are available; the eviction from member1 is still open")
    story.endEvictions()
    story.tell(605)
    #expect(story.episodes(606).map(\.outcome) == [.stranded])
    #expect(story.episodes(606).map(\.isOpen) == [true])
    story.schedule([("member1", 2)], at: 900)
    story.report(["member1": .healthy])
    story.tell(900)
    let back = try #require(story.episodes(901).first)
    #expect(back.outcome == .recovered && back.to == ["member1"] && back.id == episode.id)
    #expect(back.why == "it was on no cluster for a while")
  }

  @Test func whatTheSchedulerSaidBeforeIsNoVerdict() throws {
    var story = FailoverStory()
    story.settle()
    story.condition(.false, "Unschedulable", "not enough replicas", at: 2)
    story.tell(2)
    story.evict("member1")
    story.tell(60)
    #expect(story.episodes(60.5).map(\.outcome) == [.inProgress])
    // Unless it stays that way.
    #expect(story.episodes(66).map(\.outcome) == [.stranded])
    story.schedule([("member2", 2)], at: 66)
    story.tell(66)
    #expect(story.episodes(66).map(\.outcome) == [.inProgress])
  }

  @Test func losingTheLastClusterWithoutATaskIsToldToo() throws {
    var story = FailoverStory()
    story.settle()
    story.edit { $0.clusters = [] }
    story.condition(.false, "NoClusterFit", at: 30)
    story.tell(30)
    let episode = try #require(story.episodes(31).first)
    #expect(episode.outcome == .stranded && episode.from == "member1" && episode.reason == "")
  }

  @Test func neverPlacedIsNotStranded() {
    var story = FailoverStory()
    story.condition(.false, "NoClusterFit", at: 1)
    story.tell(1)
    #expect(story.episodes(100) == [])
  }

  // MARK: Chains and scopes

  @Test func consecutiveFailoversAreChained() throws {
    var story = FailoverStory()
    story.settle()
    story.evict("member1")
    story.tell(5)
    story.schedule([("member2", 2)], at: 5.2)
    story.report(["member2": .unhealthy])
    story.tell(5.3)
    story.evict("member2")
    story.tell(16)
    story.schedule([("member3", 2)], at: 16.2)
    story.tell(16.2)
    story.report(["member3": .healthy])
    story.tell(20)
    story.endEvictions()
    story.tell(20.1)
    let all = story.episodes(21)
    #expect(all.map(\.from) == ["member1", "member2"])
    #expect(all.map(\.to) == [["member2"], ["member3"]])
    #expect(all.map(\.outcome) == [.recovered, .recovered])
    #expect(all.map(\.previous) == [nil, all.first?.id])
  }

  @Test func clusterScopedBindingsFailOverToo() throws {
    var story = FailoverStory(namespace: "", name: "reader", failover: nil)
    story.settle()
    story.evict("member1", reason: "TaintUntolerated", purgeMode: "Graciously")
    story.tell(5)
    let episode = try #require(story.episodes(6).first)
    #expect(episode.binding.kind == "ClusterResourceBinding")
    #expect(episode.json["binding"]?["namespace"]?.string == "")
  }

  @Test func aStatusThatStillListsTheOldClusterDoesNotCount() throws {
    var story = FailoverStory()
    story.settle()
    story.evict("member1")
    story.tell(5)
    story.schedule([("member2", 2)], at: 5.2)
    // member1 still reports healthy; member2 has not reported yet.
    story.tell(5.2)
    let episode = try #require(story.episodes(6).first)
    #expect(episode.outcome == .inProgress && episode.healthy == nil && episode.applied == nil)
  }

  @Test func aTaskThatWasMissedIsNotTakenForTheNext() throws {
    var story = FailoverStory()
    story.settle()
    story.evict("member1", created: 5)
    story.tell(5)
    story.edit { $0.gracefulEvictionTasks[0].creationTimestamp = FailoverStory.at(300) }
    story.tell(300.2)
    let all = story.episodes(301)
    #expect(all.map(\.outcome) == [.unknown, .inProgress])
    #expect(Set(all.map(\.id)).count == 2)
  }

  @Test func tellingTheSameAgainChangesNothing() throws {
    var story = FailoverStory()
    story.settle()
    story.evict("member1")
    story.tell(5)
    let before = story.episodes(6)
    story.builder.observe(story.binding, .found(story.at(9)))
    story.builder.observe(story.binding, .seen(story.at(10)))
    #expect(story.episodes(6) == before)
  }

  @Test func newsAreGivenOnce() throws {
    var story = FailoverStory(failover: FailoverStory.failover())
    story.settle()
    _ = story.builder.takeNews(at: story.at(1))
    story.report(["member1": .unhealthy])
    story.tell(10)
    #expect(story.builder.takeNews(at: story.at(12)).changed == [])
    #expect(story.builder.nextDeadline == story.at(21.5))
    let due = story.builder.takeNews(at: story.at(21.5))
    #expect(due.changed.map(\.outcome) == [.blocked])
    #expect(story.builder.takeNews(at: story.at(22)).changed == [])
  }
}
