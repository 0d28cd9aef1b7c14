import ControlPlane
import Foundation
import Journal
import Karmada
import Logging
import Manifest
import Session
import RollbackRehearsal
import Simulation
import Synchronization
import Testing

/// Override policies changed on the embedded Karmada, with all its controllers.
@Suite(.timeLimit(.minutes(10))) struct OverrideDeskTests {
  private static let policy = PolicyReference(
    kind: "OverridePolicy", key: Karmada.ObjectKey(namespace: "shop", name: "keys"))

  /// Two ConfigMaps on two members, and a policy that gives each member another value.
  private func stage() async throws -> RollbackStage {
    let stage = try RollbackStage()
    try await stage.addPolicy()
    for name in ["web-0", "web-1"] { try await stage.addConfigMap(name) }
    try await stage.create(.overridePolicies, Self.keys("one", "two"))
    stage.rest()
    return stage
  }

  private static func keys(_ first: String, _ second: String) -> JSONValue {
    func rule(_ cluster: String, _ value: String) -> JSONValue {
      [
        "targetCluster": ["clusterNames": [.string(cluster)]],
        "overriders": [
          "plaintext": [
            ["path": "/data/key", "operator": "replace", "value": .string(value)]
          ]
        ],
      ]
    }
    return [
      "apiVersion": "policy.karmada.io/v1alpha1", "kind": "OverridePolicy",
      "metadata": ["name": "keys", "namespace": "shop"],
      "spec": [
        "resourceSelectors": [["apiVersion": "v1", "kind": "ConfigMap"]],
        "overrideRules": [rule("member1", first), rule("member2", second)],
      ],
    ]
  }

  private func desk(
    _ stage: RollbackStage, through plane: (any ControlPlane)? = nil
  ) -> OverrideDesk {
    OverrideDesk(
      plane ?? StagePlane(stage: stage), person: "ada@deck", clock: stage.clock,
      now: { [time = stage.time] in time.now }, log: Logger(label: "test"))
  }

  /// What somebody changes who has just read the policy.
  private func intent(
    _ stage: RollbackStage, _ first: String, _ second: String
  ) async throws -> SaveIntent {
    let base = try await desk(stage).policy(Self.policy)
    return SaveIntent(policy: Self.policy, base: base, wanted: Self.keys(first, second))
  }

  /// "member1 web-0": what is in `data.key` there.
  private func values(_ stage: RollbackStage) async throws -> Set<String> {
    var found: Set<String> = []
    for cluster in ["member1", "member2"] {
      for name in ["web-0", "web-1"] {
        let object = try await stage.plane.sendForValue(
          APIRequest.get(.configMaps, namespace: "shop", name: name).proxying(cluster: cluster))
        found.insert("\(cluster) \(object[path: "data", "key"]?.string ?? "")")
      }
    }
    return found
  }

  @Test func aChangeIsCheckedSavedNotedAndWatchedUntilEveryWorkFollows() async throws {
    let stage = try await stage()
    let plan = try await desk(stage).plan(try await intent(stage, "one", "zwei"))
    #expect(plan.obstacle == nil && plan.isChecked)
    #expect(plan.reach.sentence == "2 objects on 1 cluster: 2 manifests change.")
    #expect(try await values(stage) == ["member1 one", "member2 two"])
    let journal = try stage.journal()
    let report = await desk(stage).save(plan, reason: "INC-7", journal: journal)
    #expect(report.outcome == .saved, "\(report)")
    #expect(report.cells.count == 2 && report.cells.allSatisfy { $0.state == .agrees })
    stage.rest()
    #expect(try await values(stage) == ["member1 one", "member2 zwei"])
    let edit = try #require(try journal.overrideEdits(server: stage.plane.endpoint.server).first)
    #expect(edit.id == report.edit && edit.outcome == "saved" && edit.reason == "INC-7")
    #expect(edit.before != nil && edit.after == report.saved)
    let audit = try #require(try journal.audits().first)
    #expect(audit.request.hasPrefix("PUT ") && audit.outcome == "200" && audit.reason == "INC-7")
  }

  @Test func undoPutsBackWhatWasThereTheSameWay() async throws {
    let stage = try await stage()
    let journal = try stage.journal()
    let plan = try await desk(stage).plan(try await intent(stage, "eins", "zwei"))
    let report = await desk(stage).save(plan, reason: "INC-7", journal: journal)
    let undo = try await desk(stage).planUndo(of: try #require(report.edit), in: journal)
    #expect(undo.obstacle == nil && undo.intent.undoes == report.edit)
    let undone = await desk(stage).save(undo, reason: "INC-8", journal: journal)
    #expect(undone.outcome == .saved)
    stage.rest()
    #expect(try await values(stage) == ["member1 one", "member2 two"])
    #expect(try journal.overrideEdits(server: stage.plane.endpoint.server).count == 2)
    #expect(
      try OverrideDesk.undoable(Self.policy, on: stage.plane, in: journal) == undone.edit)
  }

  @Test func anUndoKeepsWhatSomebodyElseHasChangedSince() async throws {
    let stage = try await stage()
    let journal = try stage.journal()
    let plan = try await desk(stage).plan(try await intent(stage, "eins", "two"))
    let report = await desk(stage).save(plan, reason: "INC-7", journal: journal)
    let other = try await desk(stage).plan(try await intent(stage, "eins", "deux"))
    _ = await desk(stage).save(other, reason: "theirs", journal: journal)
    let undo = try await desk(stage).planUndo(of: try #require(report.edit), in: journal)
    guard case .merged = undo.standing else {
      Issue.record("\(undo.standing)")
      return
    }
    let undone = await desk(stage).save(undo, reason: "INC-8", journal: journal)
    #expect(undone.outcome == .saved)
    stage.rest()
    #expect(try await values(stage) == ["member1 one", "member2 deux"])
  }

  @Test func creatingAndDeletingAreUndoneByEachOther() async throws {
    let stage = try await stage()
    let journal = try stage.journal()
    let current = try #require(try await desk(stage).policy(Self.policy))
    let deletion = try await desk(stage).plan(SaveIntent(deleting: current))
    #expect(deletion.word == "keys" && deletion.obstacle == nil)
    let deleted = await desk(stage).save(deletion, reason: "INC-7", journal: journal)
    #expect(deleted.outcome == .saved, "\(deleted)")
    #expect(try await desk(stage).policy(Self.policy) == nil)
    stage.rest()
    #expect(try await values(stage) == ["member1 value", "member2 value"])
    let undo = try await desk(stage).planUndo(of: try #require(deleted.edit), in: journal)
    #expect(undo.request?.verb == "create")
    let created = await desk(stage).save(undo, reason: "INC-8", journal: journal)
    #expect(created.outcome == .saved, "\(created)")
    stage.rest()
    #expect(try await values(stage) == ["member1 one", "member2 two"])
    let again = try await desk(stage).planUndo(of: try #require(created.edit), in: journal)
    #expect(again.request?.verb == "delete")
  }

  // MARK: Two people

  /// Both begin from the same version and save one after the other: each change is in the end.
  @Test func twoDashboardsThatEditOnePolicyLoseNoUpdate() async throws {
    let stage = try await stage()
    let journal = try stage.journal()
    let (mine, theirs) = (
      try await intent(stage, "mine", "two"), try await intent(stage, "one", "theirs")
    )
    let (first, second) = (try await desk(stage).plan(theirs), try await desk(stage).plan(mine))
    #expect(await desk(stage).save(first, reason: "theirs", journal: journal).outcome == .saved)
    // Mine was planned before: it does not overwrite.
    let refused = await desk(stage).save(second, reason: "mine", journal: journal)
    #expect(refused.outcome == .changed, "\(refused)")
    let merged = try await desk(stage).plan(mine)
    #expect(merged.open.map(\.id) == ["merged"])
    #expect(await desk(stage).save(merged, reason: "mine", journal: journal).outcome == .saved)
    stage.rest()
    #expect(try await values(stage) == ["member1 mine", "member2 theirs"])
  }

  /// The other is quicker in the very moment between the last look and the request.
  @Test func aChangeInTheVeryLastMomentIsAConflictAndNothingIsLost() async throws {
    let stage = try await stage()
    let plan = try await desk(stage).plan(try await intent(stage, "mine", "two"))
    let hasStruck = Mutex(false)
    let plane = StagePlane(stage: stage) { request in
      guard request.method == .put else { return .none }
      let isFirst = hasStruck.withLock { struck in
        defer { struck = true }
        return !struck
      }
      guard isFirst else { return .none }
      _ = try await stage.plane.patch(
        .overridePolicies, namespace: "shop", name: "keys",
        patch: ["metadata": ["labels": ["theirs": "yes"]]])
      return .none
    }
    let report = await desk(stage, through: plane).save(
      plan, reason: "mine", journal: try stage.journal())
    #expect(report.outcome == .changed, "\(report)")
    let there = try #require(try await desk(stage).policy(Self.policy))
    #expect(there[path: "metadata", "labels", "theirs"] == "yes")
    let rules = try #require(there[path: "spec", "overrideRules"]?.array)
    #expect(rules.first?[path: "overriders", "plaintext"]?.array?.first?["value"] == "one")
  }

  // MARK: Bad lines, bad servers

  @Test func anAnswerThatGotLostIsFoundOutAboutAndNothingIsSentTwice() async throws {
    let stage = try await stage()
    let plan = try await desk(stage).plan(try await intent(stage, "eins", "two"))
    let puts = Mutex(0)
    let plane = StagePlane(stage: stage) { request in
      guard request.method == .put else { return .none }
      puts.withLock { $0 += 1 }
      return .failAfter(.lost)
    }
    let report = await desk(stage, through: plane).save(
      plan, reason: "INC-7", journal: try stage.journal())
    #expect(report.outcome == .saved && puts.withLock { $0 } == 1, "\(report)")
  }

  @Test func aRequestThatNeverArrivedIsSaidSo() async throws {
    let stage = try await stage()
    let plan = try await desk(stage).plan(try await intent(stage, "eins", "two"))
    let plane = StagePlane(stage: stage) { request in
      request.method == .put ? .failBefore(.lost) : .none
    }
    let journal = try stage.journal()
    let report = await desk(stage, through: plane).save(plan, reason: "INC-7", journal: journal)
    #expect(report.outcome == .notTaken, "\(report)")
    let edit = try #require(report.edit)
    #expect(throws: OverrideDesk.Refusal.self) {
      try desk(stage).undoIntent(of: edit, in: journal)
    }
  }

  /// Who stops after it was noted and before it is sent is told that nothing was sent.
  @Test func aStopBetweenNotingAndSendingSendsNothing() async throws {
    let stage = try await stage()
    let plan = try await desk(stage).plan(try await intent(stage, "eins", "two"))
    let journal = try stage.journal()
    let puts = Mutex(0)
    let plane = StagePlane(stage: stage) { request in
      if request.method == .put { puts.withLock { $0 += 1 } }
      return .none
    }
    let server = stage.plane.endpoint.server
    let report = await desk(stage, through: plane).save(
      plan, reason: "INC-7", journal: journal,
      isStopped: {
        do { return try !journal.overrideEdits(server: server).isEmpty } catch { return false }
      })
    #expect(report.outcome == .blocked && report.words.contains("nothing was sent"), "\(report)")
    #expect(puts.withLock { $0 } == 0)
    #expect(try journal.overrideEdits(server: server).map(\.outcome) == ["blocked"])
    #expect(try await values(stage) == ["member1 one", "member2 two"])
  }

  /// The dry run passes and the request itself does not: told at its field, nothing changed.
  @Test func aServerThatRefusesAfterTheDryRunPassed() async throws {
    let stage = try await stage()
    let plan = try await desk(stage).plan(try await intent(stage, "eins", "two"))
    let plane = StagePlane(stage: stage) { request in
      guard request.method == .put, request.query("dryRun") == nil else { return .none }
      return .failBefore(
        APIError(
          .refused, status: 403,
          message: "admission webhook \"late.example.com\" denied the request: "
            + "spec.overrideRules[0].overriders.plaintext[0].value: Invalid value: \"eins\": no"))
    }
    let report = await desk(stage, through: plane).save(
      plan, reason: "INC-7", journal: try stage.journal())
    #expect(report.outcome == .refused)
    #expect(
      report.problems.map { FieldPath.text($0.pointer) }
        == ["spec.overrideRules[0].overriders.plaintext[0].value"])
    #expect(try await values(stage) == ["member1 one", "member2 two"])
  }

  /// What only the server knows is told at its field after the dry run.
  @Test func theDryRunsRefusalIsToldAtItsField() async throws {
    let stage = try await stage()
    let plane = StagePlane(stage: stage) { request in
      guard request.query("dryRun") == "All" else { return .none }
      return .failBefore(
        APIError(
          .refused, status: 403,
          message: "admission webhook \"house.example.com\" denied the request: "
            + "spec.overrideRules[1].overriders.plaintext[0].path: Forbidden: not by us"))
    }
    let plan = try await desk(stage, through: plane).plan(try await intent(stage, "one", "zwei"))
    #expect(
      plan.problems.map { "\($0.source) \(FieldPath.text($0.pointer)) \($0.sentence)" }
        == [
          "server spec.overrideRules[1].overriders.plaintext[0].path Forbidden: not by us"
        ])
    #expect(plan.obstacle?.contains("not by us") == true)
  }

  @Test func aWorkloadThatComesUnderThePreviewIsLookedAtFirst() async throws {
    let stage = try await stage()
    let plan = try await desk(stage).plan(try await intent(stage, "eins", "two"))
    try await stage.addConfigMap("web-2")
    stage.rest()
    let report = await desk(stage).save(plan, reason: "INC-7", journal: try stage.journal())
    #expect(report.outcome == .changed && report.words.contains("3 objects"), "\(report)")
    #expect(try await values(stage) == ["member1 one", "member2 two"])
  }

  /// 404 and 409 are the server's no like any other: the plan is blocked, and no error is thrown.
  @Test(arguments: [
    APIError(.notFound, status: 404, message: "namespaces \"shop\" not found"),
    APIError(.conflict, status: 409, message: "the object has been modified"),
  ])
  func aDryRunThatIsAnsweredWithMissingOrConflictBlocksThePlan(_ error: APIError) async throws {
    let stage = try await stage()
    let plane = StagePlane(stage: stage) { request in
      request.query("dryRun") == "All" ? .failBefore(error) : .none
    }
    let plan = try await desk(stage, through: plane).plan(try await intent(stage, "one", "zwei"))
    #expect(plan.problems.map(\.sentence) == [error.message])
    #expect(plan.obstacle != nil && !plan.isChecked)
  }

  /// In a namespace that is not there, on the server itself.
  @Test func aNewPolicyInNoNamespaceIsBlocked() async throws {
    let stage = try await stage()
    var wanted = Self.keys("one", "two")
    wanted["metadata"]?["namespace"] = "nowhere"
    let plan = try await desk(stage).plan(
      SaveIntent(
        policy: PolicyReference(overridePolicy: wanted), base: nil, wanted: wanted))
    #expect(plan.obstacle?.contains("not found") == true, "\(plan.obstacle ?? "")")
  }

  // MARK: Any edit

  @Test func anyEditIsFoundByItsIdOrItsPolicysName() async throws {
    let stage = try await stage()
    let journal = try stage.journal()
    let first = try await desk(stage).plan(try await intent(stage, "eins", "two"))
    let edit = try #require(
      await desk(stage).save(first, reason: "INC-7", journal: journal).edit)
    let current = try #require(try await desk(stage).policy(Self.policy))
    let deletion = try await desk(stage).plan(SaveIntent(deleting: current))
    let gone = await desk(stage).save(deletion, reason: "INC-8", journal: journal)
    // There is no row of it any more, and its deletion can be undone by its name.
    #expect(
      try OverrideDesk.edit(.named("shop/keys"), on: stage.plane, in: journal) == gone.edit)
    #expect(try OverrideDesk.edit(.named(edit), on: stage.plane, in: journal) == edit)
    #expect(
      try OverrideDesk.edit(.newest(Self.policy), on: stage.plane, in: journal) == gone.edit)
    #expect(throws: OverrideDesk.Refusal.self) {
      try OverrideDesk.edit(.named("shop/nobody"), on: stage.plane, in: journal)
    }
  }
}
