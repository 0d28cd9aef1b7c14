import Karmada
import Manifest
import TestSupport
import Testing

/// A change went out and its answer got lost: only what surely is so is said of it.
@Suite struct SaveResolvingTests {
  typealias Fleet = SaveSample
  private static let start = Time(seconds: 1_795_348_800)

  /// A plan whose request is out and whose answer was lost.
  private static func lost(_ plan: SavePlan, _ facts: SaveFacts) -> SaveMachine {
    var plan = plan
    plan.take(checked: .success(plan.result))
    var machine = SaveMachine(plan)
    for input: SaveInput in [
      .begin, .facts(.success(facts)), .noted,
      .sent(.failure(SaveFailure(.unanswered, message: "timed out"))),
    ] {
      _ = machine.handle(input, at: start)
    }
    #expect(machine.phase == .resolving)
    return machine
  }

  private static var updating: SaveMachine {
    lost(Fleet.plan { try $0.set(3306, at: Fleet.at(Fleet.port)) }, Fleet.facts)
  }

  private static var creating: SaveMachine {
    var facts = Fleet.facts
    (facts.current, facts.overridePolicies) = (nil, [])
    let intent = SaveIntent(
      policy: Fleet.reference, base: nil, wanted: Fleet.draft.value, text: Fleet.draft.text)
    return lost(SavePlan(intent, facts), facts)
  }

  /// The policy as it is found: with that spec, changed so often.
  private static func found(
    _ spec: JSONValue?, generation: Int64, label: JSONValue? = nil
  ) -> JSONValue {
    var policy = Fleet.policy
    policy["spec"] = spec
    policy["metadata"]?["resourceVersion"] = "12"
    policy["metadata"]?["generation"] = .int(generation)
    if let label { policy["metadata"]?["labels"] = ["team": label] }
    return policy
  }

  private static func theirs(_ spec: JSONValue?) -> JSONValue? {
    var policy: JSONValue = ["spec": spec ?? .null]
    policy.set(1, Fleet.port)
    return policy["spec"]
  }

  private func report(_ machine: SaveMachine, _ policy: JSONValue?) -> SaveReport? {
    var machine = machine
    let action = machine.handle(.looked(.success(policy)), at: Self.start)
    if case .finish(let report)? = action { return report }
    return nil
  }

  /// Metadata does not count as a generation: what was sent is all in it.
  @Test func anUpdateUnderSomebodysLabelIsNotSaidToBeMissing() {
    let sent = Self.updating.plan.request?.body?["spec"]
    let report = report(Self.updating, Self.found(sent, generation: 4, label: "theirs"))
    #expect(report?.outcome == .unknown, "\(String(describing: report))")
    #expect(report?.words.contains("nothing of this is in it") == false)
  }

  /// Where only a label was to change, no generation tells of it.
  @Test func aLabelOfOnesOwnIsNotCounted() {
    let machine = Self.lost(
      Fleet.plan { try $0.set("x", at: JSONPointer(tokens: ["metadata", "labels", "mine"])) },
      Fleet.facts)
    let found = Self.found(Self.theirs(Fleet.policy["spec"]), generation: 4)
    #expect(report(machine, found)?.outcome == .unknown)
  }

  @Test func anUpdateThatIsGoneMayHaveBeenThere() {
    let report = report(Self.updating, nil)
    #expect(report?.outcome == .unknown && report?.words.contains("gone") == true)
  }

  @Test func aNewPolicyThatSomebodyHasChangedSinceMayBeOnesOwn() {
    let sent = Self.creating.plan.request?.body?["spec"]
    // A label, or a second change of what it says.
    #expect(
      report(Self.creating, Self.found(sent, generation: 1, label: "theirs"))?.outcome == .unknown)
    #expect(
      report(Self.creating, Self.found(Self.theirs(sent), generation: 2))?.outcome == .unknown)
  }

  @Test func aPolicyThatBeganOtherwiseIsSomebodyElses() {
    let sent = Self.creating.plan.request?.body?["spec"]
    let report = report(Self.creating, Self.found(Self.theirs(sent), generation: 1))
    #expect(report?.outcome == .changed && report?.words.contains("of this name") == true)
  }

  @Test func whatIsNotThereWasNotMade() {
    #expect(report(Self.creating, nil)?.outcome == .notTaken)
  }
}
