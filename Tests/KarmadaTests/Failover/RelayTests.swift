import Karmada
import Manifest
import Testing

/// Whether state arrived, judged only by what was seen.
struct RelayTests {
  private let labels = ["state.example.io/job": "j-1"]

  private func story(purgeMode: String = "Immediately", to: [(String, Int)] = [("member2", 2)])
    -> FailoverStory
  {
    var story = FailoverStory(
      failover: FailoverStory.failover(purgeMode: purgeMode, rules: ["{.job}"]))
    story.settle()
    story.report(["member1": .unhealthy])
    story.tell(10)
    story.evict("member1", purgeMode: purgeMode, labels: labels)
    story.tell(20.6)
    story.schedule(to, at: 20.7)
    story.tell(20.7)
    return story
  }

  @Test func seenOnceIsSeen() throws {
    var story = story()
    story.work("member2", uid: "w", version: 1, labels: labels, applied: false, at: 20.8)
    #expect(story.episodes(20.9).map(\.relayed) == [true])
    // Karmada takes the labels away again once the task is gone.
    story.report(["member2": .healthy])
    story.tell(21)
    story.endEvictions()
    story.tell(21.1)
    story.work("member2", uid: "w", version: 2, at: 21.2)
    let episode = try #require(story.episodes(30).first)
    #expect(episode.relayed == true && episode.outcome == .recovered && episode.why == "")
    #expect(
      episode.relaySightings
        == [
          RelaySighting(
            cluster: "member2", subject: "Work karmada-es-member2/web-1",
            at: Moment(FailoverStory.at(20.8)))
        ])
  }

  @Test func aWorkAppliedWithoutThemIsALoss() throws {
    var story = story()
    story.work("member2", uid: "w", version: 1, applied: false, at: 20.8)
    #expect(story.episodes(20.9).map(\.relayed) == [nil])
    story.work("member2", uid: "w", version: 2, at: 21)
    let episode = try #require(story.episodes(22).first)
    #expect(episode.relayed == false)
    #expect(
      episode.why.hasSuffix(
        "state not relayed: the target's Work was written without the preserved labels"))
  }

  @Test func lookingTooLateSaysNothing() throws {
    var story = story()
    story.report(["member2": .healthy])
    story.tell(21)
    story.endEvictions()
    story.tell(21.1)
    story.work("member2", uid: "w", version: 9, at: 25, created: 20)
    let episode = try #require(story.episodes(30).first)
    #expect(episode.relayed == nil && episode.outcome == .recovered)
    #expect(episode.why.contains("nobody saw the target's Work"))
  }

  @Test func gracefulPurgesNeverInject() throws {
    var story = story(purgeMode: "Graciously")
    story.work("member2", uid: "w", version: 1, at: 21)
    let episode = try #require(story.episodes(22).first)
    #expect(episode.relayed == false)
    #expect(episode.why.contains("purgeMode Graciously never injects: only Immediately does"))
  }

  @Test func moreThanOneTargetGetsNothing() throws {
    var story = story(to: [("member2", 1), ("member3", 1)])
    story.work("member2", uid: "w", version: 1, at: 21)
    let episode = try #require(story.episodes(22).first)
    #expect(episode.relayed == false && episode.why.contains("more than one target cluster"))
  }

  @Test func anEarlierWorkOfTheTargetIsNoProof() throws {
    var story = FailoverStory(failover: FailoverStory.failover(rules: ["{.job}"]))
    story.settle()
    // It ran there before, with the same job.
    story.work("member2", uid: "old", version: 1, labels: labels, at: 2)
    story.report(["member1": .unhealthy])
    story.tell(10)
    story.evict("member1", labels: labels)
    story.tell(20.6)
    story.schedule([("member2", 2)], at: 20.7)
    story.tell(20.7)
    #expect(story.episodes(21).map(\.relayed) == [nil])
    story.work("member2", uid: "new", version: 5, at: 21)
    #expect(story.episodes(22).map(\.relayed) == [false])
  }

  @Test func rulesWithoutPreservedLabelsPointAtTheGate() throws {
    var story = FailoverStory(failover: FailoverStory.failover(rules: ["{.job}"]))
    story.settle()
    story.report(["member1": .unhealthy])
    story.tell(10)
    story.evict("member1")
    story.tell(20.6)
    let episode = try #require(story.episodes(21).first)
    #expect(episode.relayed == false && episode.preservedLabels == [:])
    #expect(episode.why.contains("StatefulFailoverInjection"))
  }

  @Test func withoutRulesThereIsNothingToRelay() {
    var story = FailoverStory(failover: FailoverStory.failover())
    story.settle()
    story.report(["member1": .unhealthy])
    story.tell(10)
    story.evict("member1")
    story.tell(20.6)
    story.work("member2", uid: "w", version: 1, at: 21)
    #expect(story.episodes(22).map(\.relayed) == [nil])
  }

  /// Karmada's own rules say that nothing will be injected: nobody has to have seen the Works.
  @Test(arguments: [
    ("Graciously", ["member2"], "purgeMode Graciously never injects"),
    ("Never", ["member2"], "purgeMode Never never injects"),
    ("Immediately", ["member2", "member3"], "more than one target cluster"),
    ("Immediately", ["member1"], "member1 had the workload before as well"),
  ])
  func whatKarmadaNeverInjectsIsNotRelayed(mode: String, to: [String], why: String) throws {
    let story = story(purgeMode: mode, to: to.map { ($0, 2) })
    let episode = try #require(story.episodes(21).first)
    #expect(episode.relayed == false && episode.why.contains(why), "\(episode.why)")
  }
}
