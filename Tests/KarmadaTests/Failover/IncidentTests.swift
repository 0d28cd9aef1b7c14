import Karmada
import Manifest
import Testing

/// Incidents of further kinds, told change by change.
struct IncidentTests {
  // MARK: Chains

  /// The second target did not help: each failover says what it came to, and none claims the
  /// other's times.
  @Test func aTargetThatFailsTooHandsOn() throws {
    var story = FailoverStory()
    story.settle()
    story.evict("member1", created: 5)
    story.tell(5)
    story.schedule([("member2", 2)], at: 5.2)
    story.report(["member2": .unhealthy])
    story.tell(5.3)
    story.endEvictions()
    story.tell(6)
    story.evict("member2", created: 20)
    story.tell(20.4)
    let middle = story.episodes(21)
    #expect(middle.map(\.outcome) == [.inProgress, .inProgress])
    #expect(
      middle.first?.why
        == "member2 has not become healthy; a later failover takes the workload on")
    story.schedule([("member3", 2)], at: 20.6)
    story.report(["member3": .healthy])
    story.tell(25)
    story.endEvictions()
    story.tell(25.1)
    let all = story.episodes(30)
    #expect(all.map(\.outcome) == [.recovered, .recovered])
    #expect(all.map(\.to) == [["member2"], ["member3"]])
    #expect(all.map { story.offset($0.healthy) } == [nil, 25])
    #expect(all[0].why == "member2 never became healthy; a later failover took the workload on")
    #expect(all[1].previous == all[0].id)
  }

  /// purgeMode Never, twice: both old copies are kept, and the first target's times stay its own.
  @Test func suppressedEvictionsOneAfterTheOther() throws {
    var story = FailoverStory(failover: FailoverStory.failover(purgeMode: "Never"))
    story.settle()
    story.evict("member1", purgeMode: "Never", created: 5)
    story.tell(5)
    story.schedule([("member2", 2)], at: 5.2)
    story.report(["member2": .healthy])
    story.tell(6)
    story.report(["member2": .unhealthy])
    story.tell(40)
    story.evict("member2", purgeMode: "Never", created: 51)
    story.tell(51)
    story.condition(.false, "NoClusterFit", "0/3 clusters are available", at: 51)
    story.tell(51.2)
    let all = story.episodes(60)
    #expect(all.map(\.outcome) == [.suppressed, .stranded])
    #expect(all[1].why.contains("the copy on member2 is kept until released"))
    story.schedule([("member3", 2)], at: 70)
    story.report(["member3": .healthy])
    story.tell(71)
    #expect(story.episodes(72).map(\.outcome) == [.suppressed, .suppressed])
    story.endEvictions(from: "member1")
    story.tell(80)
    #expect(story.episodes(81).map(\.outcome) == [.recovered, .suppressed])
    story.endEvictions()
    story.tell(90)
    let done = story.episodes(91)
    #expect(done.map(\.outcome) == [.recovered, .recovered])
    #expect(done.map(\.to) == [["member2"], ["member3"]])
    #expect(done.map { story.offset($0.finished) } == [80, 90])
  }

  /// Healthy on the target when that is evicted too: it had recovered as far as it goes.
  @Test func aHealthyTargetThatIsLostLaterKeepsItsTimes() throws {
    var story = FailoverStory()
    story.settle()
    story.evict("member1", purgeMode: "Graciously", created: 5)
    story.tell(5)
    story.schedule([("member2", 2)], at: 5.2)
    story.report(["member2": .healthy])
    story.tell(6)
    story.evict("member2", reason: "TaintUntolerated", purgeMode: "Graciously", created: 7)
    story.tell(7)
    story.endEvictions(from: "member1")
    story.tell(8)
    let all = story.episodes(9)
    #expect(all.map(\.outcome) == [.recovered, .inProgress])
    #expect(story.offset(all[0].healthy) == 6 && story.offset(all[0].finished) == 8)
  }

  // MARK: Several clusters

  @Test func losingOneOfSeveralClustersClaimsNoTimesOfTheOthers() throws {
    var story = FailoverStory()
    story.settle([("member1", 2), ("member2", 2), ("member3", 2)])
    story.cluster("member3", ready: false, version: 10, at: 3)
    story.evict("member3", reason: "TaintUntolerated", purgeMode: "Graciously", created: 63)
    story.tell(63)
    story.schedule([("member1", 3), ("member2", 3)], at: 63.2)
    story.tell(63.2)
    let episode = try #require(story.episodes(64).first)
    #expect(episode.to == ["member1", "member2"] && episode.outcome == .inProgress)
    // Both report applied from before: when they took the new replicas it does not tell.
    #expect(episode.applied == nil && story.offset(episode.scheduled) == 63.2)
    #expect(story.builder.worksWanted(limit: 9).map(\.uid) == ["uid-1"])
    story.work("member1", uid: "w1", version: 1, at: 1)
    story.work("member2", uid: "w2", version: 2, at: 1)
    #expect(story.episodes(64).first?.applied == nil)
  }

  @Test func twoClustersDownAtOnceAreTwoOutages() throws {
    var story = FailoverStory()
    story.settle([("member1", 1), ("member2", 1)])
    story.cluster("member1", ready: false, version: 10, at: 5)
    story.cluster("member2", ready: false, version: 11, at: 5.5)
    story.evict("member1", reason: "TaintUntolerated", purgeMode: "Graciously", created: 65)
    story.tell(65)
    story.evict("member2", reason: "TaintUntolerated", purgeMode: "Graciously", created: 66)
    story.tell(66)
    story.condition(.false, "NoClusterFit", "0/3 clusters are available", at: 66)
    story.tell(66.3)
    let all = story.episodes(70)
    #expect(all.map(\.outcome) == [.stranded, .stranded])
    let incidents = story.builder.incidents(of: all)
    #expect(incidents.map(\.cluster) == ["member1", "member2"])
    #expect(incidents.map(\.outcomes) == [[.stranded: 1], [.stranded: 1]])
    // One of them is back.
    story.cluster("member2", ready: true, version: 12, at: 200)
    story.endEvictions()
    story.schedule([("member2", 2)], at: 201)
    story.report(["member2": .healthy])
    story.tell(210)
    let back = story.episodes(220)
    #expect(back.map(\.outcome) == [.recovered, .recovered])
    #expect(back.allSatisfy { $0.to == ["member2"] })
    #expect(story.offset(story.builder.incidents(of: back).last?.ended) == 200)
  }

  /// Up and down before anything is evicted: the eviction belongs to the last time.
  @Test func aFlappingMemberIsCountedFromItsLastFall() throws {
    var story = FailoverStory()
    story.settle()
    for (version, second, ready) in [
      (10, 5.0, false), (11, 20.0, true), (12, 40.0, false), (13, 50.0, true),
    ] {
      story.cluster("member1", ready: ready, version: version, at: second)
    }
    #expect(story.episodes(100) == [])
    story.cluster("member1", ready: false, version: 14, at: 110)
    story.evict("member1", reason: "TaintUntolerated", purgeMode: "Graciously", created: 170)
    story.tell(170)
    let episode = try #require(story.episodes(171).first)
    #expect(story.offset(episode.unhealthy) == 110 && episode.incident != nil)
  }

  // MARK: State

  @Test func aLabelThatNoServerTakesIsNamed() throws {
    let value = String(repeating: "x", count: 64)
    var story = FailoverStory(failover: FailoverStory.failover(rules: ["{.job}"]))
    story.settle()
    story.report(["member1": .unhealthy])
    story.tell(10)
    story.evict("member1", labels: ["state.example.io/job": value], created: 20)
    story.tell(20.6)
    story.schedule([("member2", 2)], at: 20.7)
    story.tell(20.7)
    story.work(
      "member2", uid: "w", version: 1, labels: ["state.example.io/job": value], applied: false,
      at: 20.8)
    story.edit { binding in
      var item = ResourceBinding.AggregatedStatusItem()
      item.clusterName = "member2"
      item.appliedMessage = "metadata.labels: Invalid value"
      binding.aggregatedStatus.append(item)
    }
    story.tell(21)
    let episode = try #require(story.episodes(22).first)
    #expect(episode.outcome == .inProgress && episode.relayed == true && episode.applied == nil)
    #expect(
      episode.why
        == "not applied: member2: metadata.labels: Invalid value; state.example.io/job: the value "
        + "has 64 characters, a label at most 63, so that no member takes the manifest")
  }

  @Test func everyRuleThatFailsIsNamed() throws {
    var failover = FailoverStory.failover(rules: ["{.job}", "{.nope}", "{.neither[0]}"])
    for i in failover.statePreservation.indices {
      failover.statePreservation[i].aliasLabelName = "state.example.io/rule-\(i)"
    }
    var story = FailoverStory(failover: failover)
    story.settle()
    story.report(["member1": .unhealthy])
    story.tell(10)
    let episode = try #require(story.episodes(30).first)
    #expect(episode.outcome == .blocked && !episode.why.contains("rule-0"))
    #expect(
      episode.why.contains("state.example.io/rule-1 ← {.nope}: nope is not found")
        && episode.why.contains("state.example.io/rule-2 ← {.neither[0]}: neither is not found"))
  }

  /// The labels are on the Work; what the member's object says is told beside it.
  @Test(arguments: [true, false])
  func theMemberIsLookedAtToo(arrived: Bool) throws {
    let labels = ["state.example.io/job": "j-1"]
    var story = FailoverStory(failover: FailoverStory.failover(rules: ["{.job}"]))
    story.settle()
    story.report(["member1": .unhealthy])
    story.tell(10)
    story.evict("member1", labels: labels, created: 20)
    story.tell(20.6)
    story.schedule([("member2", 2)], at: 20.7)
    story.tell(20.7)
    story.work("member2", uid: "w", version: 1, labels: labels, at: 20.8)
    story.builder.observe(
      memberLabels: arrived ? labels.merging(["app": "web"]) { $1 } : ["app": "web"],
      of: story.binding.metadata.key, on: "member2", at: story.at(20.9))
    let episode = try #require(story.episodes(22).first)
    #expect(episode.relayed == true)
    #expect(episode.relaySightings.contains { $0.isOnMember } == arrived)
    #expect(episode.why.contains("the object on member2 did not carry the labels") != arrived)
    #expect(episode.evidence.contains { $0.subject == "object on member2" } == arrived)
  }

  // MARK: The inspector and the queue

  private func inspection(
    _ change: (inout ResourceBinding) -> Void = { _ in }
  ) throws -> StateInspection {
    var story = FailoverStory(failover: FailoverStory.failover(rules: ["{.job}"]))
    story.settle()
    story.edit(change)
    return try #require(StateInspection(story.binding, proven: story.at(0)))
  }

  @Test func withNothingInTheWayTheInspectorSaysNothing() throws {
    let inspection = try inspection { $0.propagateDeps = true }
    #expect(inspection.findings.map(\.value) == ["j-1"] && inspection.worst == nil)
  }

  @Test func theInspectorNamesEachReasonAgainstAnInjection() throws {
    let graceful = try inspection { $0.failover?.purgeMode = "Graciously" }
    #expect(graceful.obstacles.contains { $0.sentence.contains("never injects") })
    let spread = try inspection { binding in
      var second = ResourceBinding.TargetCluster()
      second.name = "member2"
      binding.clusters.append(second)
    }
    #expect(spread.worst == .noInjection)
    #expect(spread.obstacles.contains { $0.sentence.contains("runs on 2 clusters") })
    let open = try inspection { binding in
      var task = ResourceBinding.GracefulEvictionTask()
      task.fromCluster = "member9"
      binding.gracefulEvictionTasks = [task]
    }
    #expect(open.obstacles.contains { $0.sentence.contains("an eviction from member9 is open") })
    let silent = try inspection { binding in
      let rules = binding.failover?.statePreservation ?? []
      binding.stateFindings = rules.map { StateFinding($0, on: "member1", status: nil) }
    }
    #expect(silent.worst == .blocksFailover)
    #expect(silent.obstacles.contains { $0.sentence.contains("has reported no status yet") })
    let illegal = try inspection { binding in
      let rules = binding.failover?.statePreservation ?? []
      binding.stateFindings = rules.map {
        StateFinding($0, on: "member1", status: ["job": "not a label!"])
      }
    }
    #expect(illegal.worst == .noInjection)
    var story = FailoverStory(failover: FailoverStory.failover(rules: ["{.job}"]))
    story.settle()
    let unproven = try #require(StateInspection(story.binding))
    #expect(unproven.obstacles.contains { $0.sentence.contains("StatefulFailoverInjection") })
    story.edit { $0.failover = FailoverStory.failover() }
    #expect(StateInspection(story.binding) == nil)
  }

  @Test func theQueueIsEstimatedByWhatIsSeen() {
    let now = FailoverStory.at(100)
    let assumed = EvictionQueue(waiting: 30, evictions: [now - .seconds(1)], now: now)
    #expect(!assumed.isMeasured && assumed.estimate == .seconds(60))
    let seen = (0..<20).map { now - .milliseconds(500 * $0) }
    let measured = EvictionQueue(waiting: 30, evictions: seen, now: now)
    #expect(measured.isMeasured && abs(measured.rate - 20 / 9.5) < 0.001)
    // What is long past says nothing of now, and what is to come even less.
    let old = (0..<20).map { now - .seconds(600 + $0) } + [now + .seconds(9)]
    #expect(!EvictionQueue(waiting: 3, evictions: old, now: now).isMeasured)
    #expect(EvictionQueue(waiting: -4, evictions: [], now: now).estimate == .zero)
    #expect(EvictionQueue(waiting: .max, evictions: [], now: now).estimate > .zero)
  }

  // MARK: What drove it out

  private func drain(_ story: inout FailoverStory, _ key: String, at seconds: Double) {
    var cluster = Cluster()
    cluster.metadata.name = "member1"
    cluster.metadata.resourceVersion = "900"
    var ready = Condition()
    (ready.type, ready.status) = ("Ready", .true)
    cluster.conditions = [ready]
    var taint = Cluster.Taint()
    (taint.key, taint.effect) = (key, "NoExecute")
    cluster.taints = [taint]
    story.builder.observe(cluster, .seen(story.at(seconds)))
  }

  /// member1 was away from 10 to 50.
  private func afterAnOutage() -> FailoverStory {
    var story = FailoverStory()
    story.settle()
    story.cluster("member1", ready: false, version: 1, at: 10)
    story.cluster("member1", ready: true, version: 2, at: 50)
    return story
  }

  /// A cluster that was away and is well again, then drained by somebody.
  @Test func aTaintOfSomebodysOwnIsNotTheOutageBeforeIt() throws {
    var story = afterAnOutage()
    drain(&story, "maintenance", at: 100)
    story.evict("member1", reason: "TaintUntolerated", created: 101)
    story.tell(101)
    let episode = try #require(story.episodes(102).first)
    #expect(story.offset(episode.unhealthy) == 100)
    #expect(story.builder.incidents(of: [episode]).map(\.what) == ["maintenance"])
  }

  /// Karmada's own taint stays for seconds after the cluster is back: it is the outage's.
  @Test func karmadasTaintIsTheOutages() throws {
    var story = afterAnOutage()
    drain(&story, "cluster.karmada.io/not-ready", at: 50.5)
    story.evict("member1", reason: "TaintUntolerated", created: 51)
    story.tell(51)
    #expect(story.offset(story.episodes(52).first?.unhealthy) == 10)
  }

  /// Being unhealthy is not what a taint evicts for.
  @Test func anOutagesMomentIsTheClustersNotTheWorkloads() throws {
    var story = FailoverStory(failover: FailoverStory.failover(after: 300))
    story.settle()
    story.report(["member1": .unhealthy])
    story.tell(5)
    story.cluster("member1", ready: false, version: 1, at: 10)
    story.evict("member1", reason: "TaintUntolerated", created: 60)
    story.tell(60)
    #expect(story.offset(story.episodes(61).first?.unhealthy) == 10)
  }
}
