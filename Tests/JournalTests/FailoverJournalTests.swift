import Foundation
import GRDB
import Karmada
import Manifest
import Testing

@testable import Journal

@Suite struct FailoverJournalTests {
  private let folder = Folder()
  private var path: String { folder.path + "/journal.sqlite" }
  private let server = "https://karmada:5443"

  private func at(_ seconds: Double) -> Time { Time(seconds: 1_800_000_000 + seconds) }

  private func episode(_ number: Int, evicted: Double = 10) -> Episode {
    var resource = ObjectReference()
    (resource.apiVersion, resource.kind) = ("apps/v1", "Deployment")
    (resource.namespace, resource.name) = ("shop", "web-\(number)")
    var episode = Episode(
      id: "id-\(number)",
      binding: BindingIdentity(
        key: ObjectKey(namespace: "shop", name: "web-\(number)-deployment"),
        uid: "uid-\(number)", permanentID: "p-\(number)", resource: resource), from: "member1")
    episode.evicted = Moment(at(evicted))
    episode.taskCreated = at(evicted)
    episode.reason = "ApplicationFailure"
    episode.outcome = .inProgress
    episode.evidence = [Evidence("ResourceBinding", "a task appears", at: Moment(at(evicted)))]
    return episode
  }

  @Test func keepsEpisodesWithTheirEvidence() throws {
    var written = episode(1)
    written.to = ["member2"]
    written.preservedLabels = ["job": "j-1"]
    written.relayed = true
    written.relaySightings = [
      RelaySighting(cluster: "member2", subject: "Work x", at: Moment(at(11), isExact: false))
    ]
    do { try Journal(path: path).keep([written], server: server) }
    let journal = try Journal(path: path)
    let (episodes, sequence) = try journal.episodes(server: server)
    #expect(episodes == [written])
    #expect(try journal.episodes(server: server, after: sequence).episodes == [])
    #expect(try journal.episodes(server: "https://another").episodes == [])
  }

  @Test func laterNewsCompleteWhatIsThere() throws {
    let journal = try Journal(path: path)
    try journal.keep([episode(1)], server: server)
    var later = episode(1)
    later.healthy = Moment(at(30))
    later.finished = Moment(at(31))
    later.outcome = .recovered
    let sequence = try journal.episodes(server: server).sequence
    try journal.keep([later], server: server)
    let news = try journal.episodes(server: server, after: sequence)
    #expect(news.episodes.map(\.outcome) == [.recovered] && news.sequence > sequence)
    // The same once more is no news.
    try journal.keep([later], server: server)
    #expect(try journal.episodes(server: server).sequence == news.sequence)
  }

  /// Another dashboard came later, has the same eviction under another id, and knows less.
  @Test func anotherDashboardsAccountIsTheSameEpisode() throws {
    let journal = try Journal(path: path)
    try journal.keep([episode(1)], server: server)
    var found = episode(1)
    found.id = "another"
    found.evicted = Moment(at(10), isExact: false)
    found.isReconstructed = true
    let kept = try journal.keep([found], server: server)
    #expect(kept.map(\.id) == ["id-1"])
    let all = try journal.episodes(server: server).episodes
    #expect(all.count == 1 && all.first?.evicted?.isExact == true)
    #expect(all.first?.isReconstructed == false)
  }

  /// One saw it blocked, one only once it was evicted; then the first sees the eviction too.
  @Test func accountsThatTurnOutToBeOneAreJoined() throws {
    let journal = try Journal(path: path)
    var blocked = episode(1)
    blocked.id = "blocked"
    (blocked.evicted, blocked.taskCreated) = (nil, nil)
    blocked.unhealthy = Moment(at(0))
    blocked.outcome = .blocked
    try journal.keep([blocked], server: server)
    try journal.acknowledge(
      Acknowledgement(at: at(5), by: "ada", reason: "known"), episode: "blocked")
    var evicted = episode(1, evicted: 100)
    evicted.unhealthy = nil
    // Told of as over before anybody knew that it had been blocked: for now these are two.
    evicted.finished = Moment(at(101))
    evicted.outcome = .recovered
    try journal.keep([evicted], server: server)
    var both = evicted
    both.id = "blocked"
    both.unhealthy = Moment(at(0))
    try journal.keep([both], server: server)
    let all = try journal.episodes(server: server).episodes
    #expect(all.map(\.outcome) == [.recovered])
    #expect(all.first?.unhealthy == Moment(at(0)))
    #expect(try journal.acknowledgements(server: server).count == 1)
  }

  /// Two programs write what both of them see, at the same time.
  @Test func twoWritersStoreEachEpisodeOnce() async throws {
    let count = 60
    let path = path
    let server = server
    let episodes = (0..<count).map { number in
      (0..<2).map { writer in
        var one = episode(number, evicted: Double(number))
        one.id = "w\(writer)-\(number)"
        return one
      }
    }
    _ = try Journal(path: path)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<2 {
        group.addTask {
          let journal = try Journal(path: path)
          for number in 0..<count {
            try journal.keep([episodes[number][writer]], server: server)
            var later = episodes[number][writer]
            later.finished = Moment(
              later.taskCreated.map { $0 + .seconds(5) } ?? Time.init(nanoseconds: 0))
            later.outcome = .recovered
            try journal.keep([later], server: server)
          }
        }
      }
      try await group.waitForAll()
    }
    let all = try Journal(path: path).episodes(server: server).episodes
    #expect(all.count == count && all.allSatisfy { $0.outcome == .recovered })
  }

  @Test func acknowledgementsAreKeptWithTheirEpisode() throws {
    let journal = try Journal(path: path)
    try journal.keep([episode(1)], server: server)
    let first = Acknowledgement(at: at(20), by: "ada", reason: "INC-7")
    try journal.acknowledge(first, episode: "id-1")
    let second = Acknowledgement(at: at(25), by: "bob", reason: "still INC-7")
    try journal.acknowledge(second, episode: "id-1")
    #expect(try journal.acknowledgements(server: server) == ["id-1": second])
    #expect(throws: JournalError.self) {
      try journal.acknowledge(first, episode: "no such episode")
    }
  }

  @Test func timesThatNobodyWatchedAreGaps() throws {
    let journal = try Journal(path: path)
    // The first time nothing is claimed of what was before.
    #expect(try journal.resumeWatching(server: server, since: nil, at: at(0), why: "off") == nil)
    try journal.noteWatching(server: server, until: at(60))
    let gap = ObservationGap(from: at(60), until: at(900), why: "off")
    #expect(try journal.resumeWatching(server: server, since: nil, at: at(900), why: "off") == gap)
    #expect(try journal.observationGaps(server: server) == [gap])
    // A short break is none.
    #expect(try journal.resumeWatching(server: server, since: nil, at: at(910), why: "off") == nil)
    // While this one was cut off, another dashboard watched.
    try journal.noteWatching(server: server, until: at(2000))
    #expect(
      try journal.resumeWatching(server: server, since: at(1000), at: at(2005), why: "cut") == nil)
    // And here nobody did, though this one had been seen watching until shortly before.
    let cut = try journal.resumeWatching(server: server, since: at(2100), at: at(2200), why: "cut")
    #expect(cut == ObservationGap(from: at(2100), until: at(2200), why: "cut"))
    #expect(try journal.observationGaps(server: server).count == 2)
  }

  @Test func forgetsWhatIsOldAndOver() throws {
    let journal = try Journal(path: path)
    var over = episode(1)
    over.outcome = .recovered
    over.finished = Moment(at(20))
    try journal.keep([over, episode(2), episode(3, evicted: 500)], server: server)
    try journal.acknowledge(Acknowledgement(at: at(21), by: "a", reason: "r"), episode: "id-1")
    _ = try journal.resumeWatching(server: server, since: at(0), at: at(100), why: "off")
    try journal.forgetFailovers(before: at(300))
    // What is open stays, however old.
    #expect(try journal.episodes(server: server).episodes.map(\.id).sorted() == ["id-2", "id-3"])
    #expect(try journal.acknowledgements(server: server) == [:])
    #expect(try journal.observationGaps(server: server) == [])
  }

  // MARK: Nowhere

  private func stranded(_ id: String, from cluster: String, of number: Int = 1) -> Episode {
    var found = Episode(id: id, binding: episode(number).binding, from: cluster)
    found.outcome = .stranded
    found.isReconstructed = true
    return found
  }

  /// Whoever found a workload nowhere may not know where it had been; whoever does completes it.
  @Test(arguments: [["", "member3"], ["member3", ""]])
  func aBindingIsNowhereOnce(_ clusters: [String]) throws {
    let journal = try Journal(path: path)
    for (at, cluster) in clusters.enumerated() {
      try journal.keep([stranded("id-\(at)", from: cluster)], server: server)
    }
    let kept = try journal.episodes(server: server).episodes
    #expect(kept.map(\.from) == ["member3"] && kept.map(\.id) == ["id-0"])
  }

  @Test func twoEvictionsThatLeftItNowhereStayTwo() throws {
    let journal = try Journal(path: path)
    for (at, cluster) in ["member1", "member2", "", "member2"].enumerated() {
      try journal.keep([stranded("id-\(at)", from: cluster)], server: server)
    }
    try journal.keep([stranded("id-9", from: "member1", of: 2)], server: server)
    let kept = try journal.episodes(server: server).episodes
    #expect(Set(kept.map { "\($0.binding.uid) \($0.from)" }).count == 3 && kept.count == 3)
  }

  /// What an earlier version wrote twice is put together when it is written again.
  @Test func whatIsThereTwiceIsJoined() throws {
    let journal = try Journal(path: path)
    var over = stranded("id-0", from: "")
    over.outcome = .unknown
    try journal.keep([over], server: server)
    try journal.keep([stranded("id-1", from: "member3")], server: server)
    #expect(try journal.episodes(server: server).episodes.count == 2)
    try journal.keep([stranded("id-0", from: "")], server: server)
    try journal.keep([stranded("id-1", from: "member3")], server: server)
    #expect(try journal.episodes(server: server).episodes.map(\.from) == ["member3"])
  }
}
