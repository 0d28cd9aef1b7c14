import Karmada
import Manifest
import TestSupport
import Testing

@Suite struct SavePlanTests {
  typealias Fleet = SaveSample

  @Test func aPlanSaysWhatChangesWhereAndWhatIsSent() throws {
    let plan = Fleet.plan { try $0.set(3306, at: Fleet.at(Fleet.port)) }
    #expect(plan.standing == .asExpected && plan.problems.isEmpty)
    #expect(plan.reach.objects == 1 && plan.reach.clusters == ["member1"])
    #expect(plan.reach.sentence == "1 object on 1 cluster: 1 manifest changes.")
    guard case .update(let body)? = plan.request else {
      Issue.record("\(String(describing: plan.request))")
      return
    }
    #expect(body[path: "metadata", "resourceVersion"] == "7")
    #expect(body[path: "metadata", "uid"] == "u-1")
    #expect(body[path: "metadata", "finalizers"] == ["someone/else"])
    #expect(body[path: "metadata", "managedFields"] == nil)
    #expect(body[Fleet.at(Fleet.port)] == 3306)
    #expect(plan.expectations.map(\.title) == ["ConfigMap default/example-configmap"])
    #expect(plan.expectations.first?.cells.map(\.cluster) == ["member1"])
  }

  @Test func nothingIsSavedBeforeTheServerHasCheckedIt() {
    var plan = Fleet.plan { try $0.set(3306, at: Fleet.at(Fleet.port)) }
    #expect(plan.obstacle == "the server has not been asked yet")
    plan.take(checked: .success(plan.result))
    #expect(plan.obstacle == nil)
  }

  @Test func aProductionClusterAsksForTheName() {
    let plan = Fleet.plan { try $0.set(3306, at: Fleet.at(Fleet.port)) }
    #expect(plan.production == ["member1"] && plan.word == "example")
    let other = Fleet.plan { try $0.set("edge2", at: Fleet.at(Fleet.tier)) }
    #expect(other.production.isEmpty && other.word == SavePlan.plainWord)
    let strict = SavePlan(
      other.intent, Fleet.facts, caution: SaveCaution(production: [], objectLimit: 0))
    #expect(strict.word == "example" && strict.nameReason?.contains("more than 0") == true)
  }

  @Test func theUsualProductionLabelsAreRead() {
    #expect(SaveCaution.usual.count == 4)
    #expect(SaveCaution().isProduction(DraftSample.cluster("a", labels: ["stage": "production"])))
    #expect(!SaveCaution().isProduction(DraftSample.cluster("a", labels: ["stage": "test"])))
  }

  @Test func anEmptiedFieldIsAskedAboutAndAnOldHazardIsNot() throws {
    let emptied = Fleet.plan { draft in
      try draft.remove(Fleet.at("spec.overrideRules[0].overriders.fieldOverrider[0].yaml"))
    }
    let hazard = try #require(emptied.hazards.first)
    #expect(hazard.id == "field-emptied" && hazard.needsAcknowledgement)
    #expect(
      hazard.pointer.map(FieldPath.text)
        == "spec.overrideRules[0].overriders.fieldOverrider[0]")
    // "3306" as a text stands there already; changing the labels does not ask about it again.
    let labels = Fleet.plan { try $0.set("edge2", at: Fleet.at(Fleet.tier)) }
    #expect(labels.open.isEmpty && labels.hazards.contains { $0.id == "type-changed" && $0.isOld })
  }

  @Test func whereKarmadaWouldFailIsADangerAndWhatStandsBehindItIsToldToo() {
    let plan = Fleet.plan { draft in
      try draft.set(
        "/app/nope/port",
        at: Fleet.at("spec.overrideRules[0].overriders.fieldOverrider[0].yaml[0].subPath"))
    }
    #expect(plan.open.map(\.id).contains("karmada-fails"))
    #expect(plan.open.map(\.id).contains("held-back"))
    #expect(plan.reach.cells(.breaks) == 1)
    let cells = plan.expectations.flatMap(\.cells)
    #expect(cells.first?.obstacle?.hasPrefix("Karmada fails on it") == true)
    #expect(cells.dropFirst().allSatisfy { $0.obstacle?.contains("stops at member1") == true })
  }

  @Test func aRefusalThatIsKnownIsToldAtItsFieldAndLine() {
    let plan = Fleet.plan(text: DraftSample.text.replacing("replace", with: "swap"))
    #expect(
      plan.problems.map(\.description) == [
        "line 20, spec.overrideRules[0].overriders.fieldOverrider[0].yaml[0].operator: \"swap\" is "
          + "none of add, remove, replace"
      ])
    #expect(plan.obstacle == plan.problems.first?.description)
  }

  @Test func aRefusalOfTheDryRunIsMappedToItsField() {
    var plan = Fleet.plan { try $0.set(3306, at: Fleet.at(Fleet.port)) }
    plan.take(
      checked: .failure(
        SaveFailure(
          .refused,
          message: "admission webhook \"overridepolicy.karmada.io\" denied the request: "
            + "spec.overrideRules[1].overriders.labelsOverrider[0].value: Invalid value: \"x\": no"
        )))
    #expect(plan.checked == nil && !plan.isChecked)
    #expect(
      plan.problems.map { "\($0.source) \(FieldPath.text($0.pointer))" }
        == ["server spec.overrideRules[1].overriders.labelsOverrider[0].value"])
    #expect(plan.problems.first?.line != nil)
  }

  // MARK: Somebody else

  @Test func somebodyElsesChangeElsewhereIsSavedTogetherAndAskedAbout() throws {
    var theirs = Fleet.facts
    theirs.setCurrent { $0.set("edge9", Fleet.tier) }
    let plan = Fleet.plan(theirs) { try $0.set(3306, at: Fleet.at(Fleet.port)) }
    guard case .merged = plan.standing else {
      Issue.record("\(plan.standing)")
      return
    }
    let body = try #require(plan.request?.body)
    #expect(body[path: "metadata", "resourceVersion"] == "8")
    #expect(body[Fleet.at(Fleet.port)] == 3306 && body[Fleet.at(Fleet.tier)] == "edge9")
    #expect(plan.open.map(\.id) == ["merged"])
  }

  @Test func theSameChangedByTwoIsLeftToThem() throws {
    var theirs = Fleet.facts
    theirs.setCurrent { $0.set(9999, Fleet.port) }
    let plan = Fleet.plan(theirs) { try $0.set(3306, at: Fleet.at(Fleet.port)) }
    guard case .contested(let merge) = plan.standing else {
      Issue.record("\(plan.standing)")
      return
    }
    #expect(plan.request == nil && plan.obstacle?.contains("decide") == true)
    let merged = try #require(merge.merged([0: .mine]))
    let resolved = plan.intent.resolved(as: merged, onto: plan.current)
    let next = SavePlan(resolved, theirs)
    #expect(next.standing == .asExpected && next.request?.body?[Fleet.at(Fleet.port)] == 3306)
    #expect(next.request?.body?[path: "metadata", "resourceVersion"] == "8")
    #expect(resolved.text?.contains("# was 5432") == true)
  }

  @Test func aPolicyThatIsGoneIsNotMadeAnewInSilence() {
    var facts = Fleet.facts
    facts.current = nil
    let plan = Fleet.plan(facts) { try $0.set(3306, at: Fleet.at(Fleet.port)) }
    #expect(plan.standing == .deletedByOther && plan.request == nil)
    #expect(plan.obstacle?.contains("deleted") == true)
  }

  @Test func aNameThatIsTakenIsNotOverwritten() {
    let intent = SaveIntent(
      policy: Fleet.reference, base: nil, wanted: Fleet.draft.value, text: nil)
    var other = Fleet.facts
    other.setCurrent { $0.set(1, Fleet.port) }
    #expect(SavePlan(intent, other).standing == .nameTaken)
    #expect(SavePlan(intent, other).request == nil)
  }

  @Test func whatItSaysAlreadyIsNotSaved() {
    let plan = Fleet.plan { _ in }
    #expect(plan.standing == .nothingToDo && plan.request == nil)
  }

  @Test func aPolicyCannotBeRenamedByEditingIt() {
    let plan = Fleet.plan { try $0.set("other", at: Fleet.at("metadata.name")) }
    #expect(plan.problems.contains { $0.sentence.contains("cannot be renamed") })
  }

  @Test func deletingAsksForTheNameAndSendsPreconditions() {
    let plan = SavePlan(SaveIntent(deleting: Fleet.policy), Fleet.facts)
    #expect(plan.request == .delete(uid: "u-1", resourceVersion: "7"))
    #expect(plan.word == "example" && plan.nameReason != nil)
    #expect(plan.reach.clusters == ["member1", "member2"])
  }

  @Test func whatCouldNotBeReadIsAskedAbout() {
    var facts = Fleet.facts
    facts.unread = ["3 Secrets in shop: not permitted"]
    let plan = Fleet.plan(facts) { try $0.set(3306, at: Fleet.at(Fleet.port)) }
    #expect(plan.open.map(\.id) == ["unread"])
  }

  @Test func aFleetThatHasChangedIsAnotherPlan() {
    let a = Fleet.plan { try $0.set(3306, at: Fleet.at(Fleet.port)) }
    let b = Fleet.plan { try $0.set(3306, at: Fleet.at(Fleet.port)) }
    #expect(a.isSame(as: b))
    var moved = Fleet.facts
    moved.objects[0].binding["spec"]?["clusters"] = [["name": "member2"]]
    #expect(!a.isSame(as: SavePlan(a.intent, moved)))
    // What a member's status controller writes into a template is no change of the fleet.
    var touched = Fleet.facts
    touched.objects[0].template["status"] = ["x": 1]
    touched.objects[0].template["metadata"]?["resourceVersion"] = "99"
    #expect(a.isSame(as: SavePlan(a.intent, touched)))
  }
}
