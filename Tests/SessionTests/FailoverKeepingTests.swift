import ControlPlane
import Dashboard
import Foundation
import GRDB
import Journal
import Karmada
import Manifest
import Testing

@testable import Session

/// What a dashboard asks to be kept of failovers, and a journal that knows more, or takes nothing.
@MainActor
@Suite(.timeLimit(.minutes(5))) struct FailoverKeepingTests {
  private static let server = "https://test"

  private static func episode(_ id: String = "ours", in namespace: String = "shop") -> Episode {
    var resource = ObjectReference()
    (resource.apiVersion, resource.kind) = ("apps/v1", "Deployment")
    (resource.namespace, resource.name) = (namespace, "web")
    var episode = Episode(
      id: id,
      binding: BindingIdentity(
        key: Karmada.ObjectKey(namespace: namespace, name: "web-deployment"),
        uid: "uid-\(namespace)", permanentID: "p-1", resource: resource), from: "member1")
    episode.evicted = Moment(Stage.start - .seconds(60))
    episode.taskCreated = Stage.start - .seconds(60)
    episode.reason = "TaintUntolerated"
    episode.outcome = .inProgress
    return episode
  }

  /// A journal of its own, cleared away with whoever asked for it.
  private final class Folder {
    let path = FileManager.default.temporaryDirectory.appending(
      path: "quarterdeck-\(UUID().uuidString)"
    ).path
    var journal: String { path + "/journal.sqlite" }
    deinit { do { try FileManager.default.removeItem(atPath: path) } catch {} }
  }

  // MARK: Acknowledgements

  /// Another dashboard has written the same eviction under an id of its own.
  @Test func anAcknowledgementGoesToTheEpisodeThatTheJournalKnows() async throws {
    let folder = Folder()
    let journal = try Journal(path: folder.journal)
    try journal.keep([Self.episode("theirs")], server: Self.server)
    let record = FailoverJournal(
      path: folder.journal, server: Self.server, retention: nil, now: { Stage.start })
    _ = try await record.open().get()
    let said = Acknowledgement(at: Stage.start, by: "ada", reason: "known")
    let news = try await record.perform(.keepAcknowledgement(said, of: Self.episode())).get()
    guard case .kept(let kept)? = news.first, news.count == 1 else {
      Issue.record("told \(news)")
      return
    }
    #expect(kept.map(\.id) == ["ours"] && kept.map(\.episode.id) == ["theirs"])
    #expect(try journal.acknowledgements(server: Self.server) == ["theirs": said])
  }

  // MARK: A journal that takes nothing

  private static func change(_ journal: String, _ sql: String) throws {
    let queue = try DatabaseQueue(path: journal)
    try queue.write { try $0.execute(sql: sql) }
    try queue.close()
  }

  /// One write fails; the episode is over and no news will ever come of it again.
  @Test func whatCouldNotBeWrittenIsWrittenLater() async throws {
    let stage = try LivingStage()
    try stage.apply(
      yaml: """
        apiVersion: policy.karmada.io/v1alpha1
        kind: PropagationPolicy
        metadata: {name: web, namespace: default}
        spec:
          resourceSelectors: [{apiVersion: v1, kind: ConfigMap}]
          placement: {clusterAffinity: {clusterNames: [member1]}}
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: web, namespace: default}
        data: {a: b}
        """)
    stage.settle()
    try await stage.open()
    try Self.change(
      stage.journalPath,
      """
      CREATE TRIGGER full BEFORE INSERT ON episode
      BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END
      """)
    try stage.inject("kill member1")
    while !stage.episodes.contains(where: { $0.outcome == .stranded }) { try await stage.pass(0.5) }
    try await stage.pass(5)
    try await stage.until { $0.message?.text.hasPrefix("failovers are not kept") == true }
    let journal = try Journal(path: stage.journalPath)
    #expect(try journal.episodes(server: "embedded").episodes == [])
    try Self.change(stage.journalPath, "DROP TRIGGER full")
    let sequence = stage.episodes.map(\.id)
    while try journal.episodes(server: "embedded").episodes.isEmpty { try await stage.pass(1) }
    #expect(try journal.episodes(server: "embedded").episodes.map(\.id) == sequence)
    await stage.close()
  }

  // MARK: One namespace

  /// A look at one namespace leaves what the journal has of the others as it is.
  @Test func aLookAtOneNamespaceEndsNothingElsewhere() async throws {
    let folder = Folder()
    let journal = try Journal(path: folder.journal)
    let server = SmallServer()
    server.put("resourcebindings", .binding("other", on: "member1"))
    let (shop, bank) = (Self.episode("a", in: "shop"), Self.episode("b", in: "bank"))
    try journal.keep([shop, bank], server: Self.server)
    let look = await FailoverSnapshot(
      of: server, journal: journal, namespace: "bank", now: { Stage.start })
    #expect(look.report.failures == [])
    func outcomes() throws -> [String: Episode.Outcome] {
      let all = try journal.episodes(server: Self.server).episodes
      return Dictionary(all.map { ($0.id, $0.outcome) }, uniquingKeysWith: { $1 })
    }
    #expect(try outcomes() == ["a": .inProgress, "b": .unknown])
    // A look at all of them sees that both are gone.
    _ = await FailoverSnapshot(of: server, journal: journal, now: { Stage.start })
    #expect(try outcomes() == ["a": .unknown, "b": .unknown])
  }
}
