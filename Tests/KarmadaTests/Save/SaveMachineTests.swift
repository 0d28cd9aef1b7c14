import Karmada
import Manifest
import TestSupport
import Testing

@Suite struct SaveMachineTests {
  typealias Fleet = SaveSample
  private static let start = Time(seconds: 1_795_348_800)

  private static var plan: SavePlan {
    var plan = Fleet.plan { try $0.set(3306, at: Fleet.at(Fleet.port)) }
    plan.take(checked: .success(plan.result))
    return plan
  }

  /// As the server returns it.
  private static var saved: JSONValue {
    var policy = plan.request?.body ?? .null
    policy["metadata"]?["resourceVersion"] = "9"
    return policy
  }

  /// A machine that has just sent its request.
  private static func sending() -> SaveMachine {
    var machine = SaveMachine(plan)
    #expect(machine.handle(.begin, at: start) == .reread)
    #expect(machine.handle(.facts(.success(Fleet.facts)), at: start) == .note)
    #expect(machine.handle(.noted, at: start) == plan.request.map { .send($0) })
    return machine
  }

  private static func predicted(_ cluster: String) -> JSONValue {
    plan.expectations.first?.cells.first { $0.cluster == cluster }?.variant?.manifest ?? .null
  }

  @Test func everythingIsReadAgainNotedAndSentOnce() {
    var machine = Self.sending()
    #expect(machine.phase == .sending)
    let action = machine.handle(.sent(.success(Self.saved)), at: Self.start)
    #expect(
      action
        == .readWorks([.init(permanentID: "id-example-configmap", isClusterScoped: false)]))
    let works = [Fleet.work("member1", Self.predicted("member1"))]
    guard case .finish(let report)? = machine.handle(.works(.success(works)), at: Self.start) else {
      Issue.record("\(machine.phase)")
      return
    }
    #expect(report.outcome == .saved && report.saved == Self.saved)
    #expect(report.cells.map(\.state) == [.agrees])
  }

  @Test func aPolicyThatSomebodyChangedSinceIsLeftAlone() {
    var machine = SaveMachine(Self.plan)
    _ = machine.handle(.begin, at: Self.start)
    var facts = Fleet.facts
    facts.setCurrent { $0.set("edge9", Fleet.tier) }
    guard case .finish(let report)? = machine.handle(.facts(.success(facts)), at: Self.start) else {
      Issue.record("\(machine.phase)")
      return
    }
    #expect(report.outcome == .changed && report.words.contains("nothing was sent"))
  }

  @Test func aFleetThatChangedUnderThePreviewIsLookedAtAgain() {
    var machine = SaveMachine(Self.plan)
    _ = machine.handle(.begin, at: Self.start)
    var facts = Fleet.facts
    facts.objects[0].binding["spec"]?["clusters"] = [["name": "member2"]]
    guard case .finish(let report)? = machine.handle(.facts(.success(facts)), at: Self.start) else {
      Issue.record("\(machine.phase)")
      return
    }
    #expect(report.outcome == .changed && report.words.contains("under the preview"))
  }

  @Test func whatCannotBeNotedIsNotSent() {
    var machine = SaveMachine(Self.plan)
    _ = machine.handle(.begin, at: Self.start)
    _ = machine.handle(.facts(.success(Fleet.facts)), at: Self.start)
    guard case .finish(let report)? = machine.handle(.journalFailed("full"), at: Self.start) else {
      Issue.record("\(machine.phase)")
      return
    }
    #expect(report.outcome == .blocked)
  }

  @Test func aServerThatRefusesAfterTheDryRunIsHeardAtItsField() throws {
    var machine = Self.sending()
    let failure = SaveFailure(
      .refused,
      message: "admission webhook \"x\" denied the request: spec.overrideRules[0].overriders."
        + "fieldOverrider[0].fieldPath: Invalid value: \"a\": no")
    guard case .finish(let report)? = machine.handle(.sent(.failure(failure)), at: Self.start)
    else {
      Issue.record("\(machine.phase)")
      return
    }
    #expect(report.outcome == .refused)
    #expect(
      report.problems.map { FieldPath.text($0.pointer) }
        == ["spec.overrideRules[0].overriders.fieldOverrider[0].fieldPath"])
    #expect(report.problems.first?.line == 17)
  }

  struct Loss: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// The policy as it is found afterwards; nil when it is gone.
    var found: JSONValue?
    var outcome: SaveReport.Outcome?
  }

  private static let losses: [Loss] = [
    Loss(testDescription: "it was done", found: saved, outcome: nil),
    Loss(testDescription: "it was not done", found: Fleet.policy, outcome: .notTaken),
    Loss(
      testDescription: "theirs is the only change", found: other(generation: 4), outcome: .changed),
    Loss(
      testDescription: "theirs came after another", found: other(generation: 5), outcome: .unknown),
    Loss(testDescription: "nobody counts", found: other(generation: nil), outcome: .unknown),
    // It may have been taken, and been deleted with the policy after that.
    Loss(testDescription: "it is gone", found: nil, outcome: .unknown),
  ]

  /// As somebody else has it; the plan was made of generation 3.
  private static func other(generation: Int64?) -> JSONValue {
    var policy = Fleet.policy
    policy.set(1, Fleet.port)
    policy["metadata"]?["resourceVersion"] = "8"
    policy["metadata"]?["generation"] = generation.map { .int($0) }
    return policy
  }

  /// Nothing is sent a second time, whatever the look afterwards shows.
  @Test(arguments: losses) func anAnswerThatGotLostIsFoundOutAbout(_ loss: Loss) {
    var machine = Self.sending()
    let lost = SaveFailure(.unanswered, message: "timed out")
    #expect(machine.handle(.sent(.failure(lost)), at: Self.start) == .look)
    // The first look gets no answer either.
    #expect(
      machine.handle(.looked(.failure(lost)), at: Self.start) == .wait(machine.patience.interval))
    #expect(machine.handle(.waited, at: Self.start) == .look)
    let action = machine.handle(.looked(.success(loss.found)), at: Self.start)
    switch action {
    case .finish(let report): #expect(report.outcome == loss.outcome)
    case .readWorks: #expect(loss.outcome == nil && machine.saved == Self.saved)
    default: Issue.record("\(String(describing: action))")
    }
  }

  /// Who stops watching has not seen a Work that is not so.
  @Test func leavingTheWorksToThemselvesIsNoDifference() {
    var machine = Self.sending()
    _ = machine.handle(.sent(.success(Self.saved)), at: Self.start)
    guard case .finish(let report)? = machine.handle(.stop, at: Self.start) else {
      Issue.record("\(machine.phase)")
      return
    }
    #expect(report.outcome == .diverged && report.isUnwatched)
    #expect(report.cells.map(\.state) == [.waiting])
    #expect(report.words.contains("not watched any longer"))
  }

  /// What was confirmed with a plain word may not reach production by now.
  @Test func aClusterThatBecameProductionIsAskedAboutAgain() {
    var facts = Fleet.facts
    for i in facts.clusters.indices { facts.clusters[i].labels["env"] = nil }
    let plan = Fleet.plan(facts) { try $0.set(3306, at: Fleet.at(Fleet.port)) }
    #expect(plan.word == SavePlan.plainWord)
    var machine = SaveMachine(plan)
    _ = machine.handle(.begin, at: Self.start)
    for i in facts.clusters.indices { facts.clusters[i].labels["env"] = "production" }
    guard case .finish(let report)? = machine.handle(.facts(.success(facts)), at: Self.start) else {
      Issue.record("\(machine.phase)")
      return
    }
    #expect(report.outcome == .changed)
  }

  @Test func whatNobodyCanFindOutIsSaidSo() {
    var machine = Self.sending()
    let lost = SaveFailure(.unanswered, message: "no route")
    _ = machine.handle(.sent(.failure(lost)), at: Self.start)
    let late = Self.start + machine.patience.connection
    guard case .finish(let report)? = machine.handle(.looked(.failure(lost)), at: late) else {
      Issue.record("\(machine.phase)")
      return
    }
    #expect(report.outcome == .unknown && report.outcome.exitCode == 5)
  }

  @Test func aWorkThatDoesNotFollowSaysWhereItIsAnother() {
    var machine = Self.sending()
    _ = machine.handle(.sent(.success(Self.saved)), at: Self.start)
    let works = [Fleet.work("member1", DraftSample.configMap)]
    #expect(
      machine.handle(.works(.success(works)), at: Self.start) == .wait(machine.patience.interval))
    let late = Self.start + machine.patience.convergence
    guard case .finish(let report)? = machine.handle(.works(.success(works)), at: late) else {
      Issue.record("\(machine.phase)")
      return
    }
    #expect(report.outcome == .diverged && report.outcome.exitCode == 1)
    #expect(report.cells.map(\.state) == [.differs("its Work is another at /data/config.yaml")])
  }

  @Test func aMemberThatHasNotTakenItIsToldAsSuch() {
    var machine = Self.sending()
    _ = machine.handle(.sent(.success(Self.saved)), at: Self.start)
    let works = [Fleet.work("member1", Self.predicted("member1"), applied: "False")]
    #expect(
      machine.handle(.works(.success(works)), at: Self.start) == .wait(machine.patience.interval))
    #expect(machine.cells.map(\.state) == [.notApplied("the member has not taken it yet")])
    let late = Self.start + machine.patience.convergence
    guard case .finish(let report)? = machine.handle(.works(.success(works)), at: late) else {
      Issue.record("\(machine.phase)")
      return
    }
    #expect(report.outcome == .saved)
  }

  @Test func whereKarmadaFailsNobodyWaits() {
    var plan = Fleet.plan { draft in
      try draft.set(
        "/app/nope/port",
        at: Fleet.at("spec.overrideRules[0].overriders.fieldOverrider[0].yaml[0].subPath"))
    }
    plan.take(checked: .success(plan.result))
    var machine = SaveMachine(plan)
    _ = machine.handle(.begin, at: Self.start)
    _ = machine.handle(.facts(.success(Fleet.facts)), at: Self.start)
    _ = machine.handle(.noted, at: Self.start)
    guard case .finish(let report)? = machine.handle(.sent(.success(plan.result)), at: Self.start)
    else {
      Issue.record("\(machine.phase)")
      return
    }
    #expect(report.outcome == .diverged && report.cells.allSatisfy { $0.isMissing })
  }

  /// Whatever happens in whatever order, a request is sent at most once and never before it is
  /// noted.
  @Test(arguments: 0..<300) func nothingIsEverSentTwice(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var machine = SaveMachine(Self.plan)
    var now = Self.start
    var (sent, noted) = (0, 0)
    let failure = SaveFailure(.unanswered, message: "x")
    let inputs: [SaveInput] = [
      .begin, .facts(.success(Fleet.facts)), .facts(.failure(failure)), .noted,
      .journalFailed("x"), .sent(.success(Self.saved)), .sent(.failure(failure)),
      .looked(.success(Fleet.policy)), .looked(.success(nil)), .looked(.failure(failure)),
      .works(.success([])), .works(.failure(failure)), .waited, .stop,
    ]
    for _ in 0..<60 {
      let action = machine.handle(
        inputs[
          Int.random(in: 0..<(inputs.count - (random.next() % 3 == 0 ? 0 : 1)), using: &random)],
        at: now)
      now = now + .seconds(Int.random(in: 0..<40, using: &random))
      switch action {
      case .note: noted += 1
      case .send:
        sent += 1
        #expect(noted > 0)
      default: break
      }
    }
    #expect(sent <= 1)
    #expect((machine.report == nil) == (machine.phase != .finished))
  }

  // MARK: New policies

  private static var creating: SaveMachine {
    var facts = Fleet.facts
    (facts.current, facts.overridePolicies) = (nil, [])
    let intent = SaveIntent(
      policy: Fleet.reference, base: nil, wanted: Fleet.draft.value, text: Fleet.draft.text)
    var plan = SavePlan(intent, facts)
    plan.take(checked: .success(plan.result))
    var machine = SaveMachine(plan)
    _ = machine.handle(.begin, at: start)
    _ = machine.handle(.facts(.success(facts)), at: start)
    _ = machine.handle(.noted, at: start)
    return machine
  }

  /// What the end says when the server answers the POST so; nil when that is not the end.
  private static func reportOfCreating(failing failure: SaveFailure) -> SaveReport? {
    var machine = creating
    guard case .finish(let report)? = machine.handle(.sent(.failure(failure)), at: start) else {
      return nil
    }
    return report
  }

  /// Nobody can have deleted what is only to be made.
  @Test func aNewPolicyWithoutANamespaceIsRefusedInTheServersWords() throws {
    let failure = SaveFailure(.missing, message: "namespaces \"default\" not found")
    let report = try #require(Self.reportOfCreating(failing: failure))
    #expect(report.outcome == .refused && report.words == failure.message)
    #expect(report.problems.map(\.sentence) == [failure.message])
  }

  @Test func aNewPolicyWhoseNameIsTakenInTheLastMomentSaysSo() throws {
    let failure = SaveFailure(.conflict, message: "already exists")
    let report = try #require(Self.reportOfCreating(failing: failure))
    #expect(report.outcome == .changed && report.words.contains("made a policy of this name"))
  }
}
