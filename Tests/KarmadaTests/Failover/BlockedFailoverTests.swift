import Karmada
import Manifest
import Testing

/// Failovers that are due and do not happen.
struct BlockedFailoverTests {
  private func story(rules: [String]) -> FailoverStory {
    var story = FailoverStory(failover: FailoverStory.failover(rules: rules))
    story.settle()
    story.report(["member1": .unhealthy])
    story.tell(10)
    return story
  }

  @Test func aBadPathIsNamedOnceTheFailoverIsDue() throws {
    let story = story(rules: ["{.job}", "{.jobStatus.id}"])
    #expect(story.episodes(21.4) == [])
    let episode = try #require(story.episodes(21.5).first)
    #expect(episode.outcome == .blocked && episode.needsPerson)
    #expect(episode.from == "member1" && episode.evicted == nil)
    #expect(story.offset(episode.unhealthy) == 10)
    #expect(
      episode.why
        == "unhealthy on member1 for longer than 10 s and not evicted: state.example.io/job ← "
        + "{.jobStatus.id}: jobStatus is not found")
  }

  @Test func withoutAFailingRuleTheGateIsSuspected() throws {
    let story = story(rules: ["{.job}"])
    let episode = try #require(story.episodes(30).first)
    #expect(episode.why.contains("is the feature gate Failover on"))
  }

  @Test func evictedAfterAllItGoesOnUnderTheSameID() throws {
    var story = story(rules: ["{.jobStatus.id}"])
    let blocked = try #require(story.episodes(60).first)
    story.evict("member1")
    story.tell(70)
    story.schedule([("member2", 2)], at: 70.1)
    story.report(["member2": .healthy])
    story.tell(70.2)
    story.endEvictions()
    story.tell(70.3)
    let episode = try #require(story.episodes(71).first)
    #expect(episode.id == blocked.id && episode.outcome == .recovered)
    #expect(story.offset(episode.evicted) == 70 && story.offset(episode.unhealthy) == 10)
    #expect(episode.why.hasPrefix("it was blocked before that: state.example.io/job"))
  }

  @Test func healedByItselfItIsCalledOff() throws {
    var story = story(rules: ["{.jobStatus.id}"])
    let blocked = try #require(story.episodes(60).first)
    story.report(["member1": .healthy])
    story.tell(90)
    let episode = try #require(story.episodes(91).first)
    #expect(episode.id == blocked.id && episode.outcome == .cancelled)
    #expect(story.offset(episode.finished) == 90)
    #expect(episode.why.hasPrefix("blocked, then healthy again on member1 by itself"))
  }

  @Test func healthyInTimeItNeverWasOne() {
    var story = story(rules: ["{.jobStatus.id}"])
    story.report(["member1": .healthy])
    story.tell(19)
    #expect(story.episodes(100) == [])
  }

  /// 1.12 counts from the last time it was anything but unhealthy.
  @Test func unknownHealthBeginsTheTolerationAnew() {
    var story = story(rules: ["{.jobStatus.id}"])
    story.report(["member1": .unknown])
    story.tell(15)
    story.report(["member1": .unhealthy])
    story.tell(18)
    #expect(story.episodes(29) == [])
    #expect(story.episodes(29.5).map { story.offset($0.unhealthy) } == [18])
  }

  @Test func deletedWhileBlockedItStaysBlocked() throws {
    var story = story(rules: ["{.jobStatus.id}"])
    story.delete(50)
    let episode = try #require(story.episodes(60).first)
    #expect(episode.outcome == .blocked && !episode.needsPerson)
    #expect(story.offset(episode.finished) == 50)
  }

  @Test func withoutApplicationFailoverNothingIsDue() {
    var story = FailoverStory()
    story.settle()
    story.report(["member1": .unhealthy])
    story.tell(10)
    #expect(story.episodes(10_000) == [])
  }

  @Test func missingTolerationMeansFiveMinutes() {
    var failover = FailoverStory.failover()
    failover.tolerationSeconds = nil
    var story = FailoverStory(failover: failover)
    story.settle()
    story.report(["member1": .unhealthy])
    story.tell(10)
    #expect(story.episodes(311) == [])
    #expect(story.episodes(312).map(\.outcome) == [.blocked])
  }

  /// Without any status the controller forgets since when it has been unhealthy.
  @Test func aStatusThatVanishesBeginsTheTolerationAnew() {
    var story = story(rules: ["{.job}"])
    story.edit { $0.aggregatedStatus = [] }
    story.tell(15)
    story.report(["member1": .unhealthy])
    story.tell(15.1)
    #expect(story.episodes(26) == [])
    #expect(story.episodes(26.7).map { story.offset($0.unhealthy) } == [15.1])
  }

  @Test(arguments: [ResourceBinding.Health.unknown, nil])
  func whatIsBlockedIsNotHealedByAStatusThatIsMissing(_ health: ResourceBinding.Health?) {
    var story = story(rules: ["{.jobStatus.id}"])
    if let health {
      story.report(["member1": health])
    } else {
      story.edit { $0.aggregatedStatus = [] }
    }
    story.tell(40)
    story.report(["member1": .unhealthy])
    story.tell(41)
    #expect(story.episodes(60).map(\.outcome) == [.blocked])
    #expect(story.episodes(60).map { story.offset($0.unhealthy) } == [10])
  }

  /// Due in a time in which nobody watched, it may have come in time.
  @Test func whatALaterListNoLongerShowsWasNotBlocked() {
    var story = story(rules: ["{.job}"])
    story.schedule([("member2", 2)], at: 30)
    story.report(["member2": .healthy])
    story.tell(60, found: true)
    #expect(story.episodes(70) == [])
  }

  @Test func whatWasSeenBlockedStaysWhateverCameOfIt() {
    var story = story(rules: ["{.job}"])
    _ = story.builder.takeNews(at: story.at(30))
    story.schedule([("member2", 2)], at: 40)
    story.report(["member2": .healthy])
    story.tell(60, found: true)
    #expect(story.episodes(70).map(\.outcome) == [.cancelled])
  }

  @Test func anEvictionReadLaterWasInTimeIfItsTaskSaysSo() throws {
    var story = story(rules: ["{.job}"])
    story.evict("member1", created: 20)
    story.schedule([("member2", 2)], at: 21)
    story.tell(60, found: true)
    let episode = try #require(story.episodes(61).first)
    #expect(story.offset(episode.evicted) == 20 && story.offset(episode.unhealthy) == 10)
    #expect(!episode.why.contains("blocked"))
  }
}
