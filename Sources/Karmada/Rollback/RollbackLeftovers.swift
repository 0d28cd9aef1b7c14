import Manifest

/// What is still there of deleted templates, and why.
struct RollbackLeftovers {
  private(set) var stragglers: [RollbackReport.Straggler] = []

  /// - Parameter facts: templates, bindings, Works and clusters as they are now.
  init(_ plan: RollbackPlan, _ facts: RollbackFacts, deleted: Set<ObjectReference>) {
    for template in plan.templates where deleted.contains(template.object.identity) {
      if let live = facts.template(template.object.identity), live.uid == template.object.uid {
        add(template.object.title, Self.waits(live))
      }
      for binding in facts.bindings
      where binding.key == template.binding && binding.boundResource.uid == template.object.uid {
        add("\(binding.kind) \(binding.key)", Self.waits(binding))
      }
    }
    let expected = Set(plan.works.filter { plan.isToGo($0.object, deleted) }.map(\.uid))
    for work in facts.works where expected.contains(work.uid) {
      let cluster = work.workCluster ?? work.namespace
      let what = work.workManifest?.reference.title ?? "nothing"
      let isReady = facts.cluster(cluster)?.isReady
      let why =
        if isReady == false {
          "\(cluster) is not ready; it goes on when the cluster is back"
        } else if isReady == nil {
          "there is no cluster \(cluster) any more"
        } else {
          Self.waits(work)
        }
      add("Work \(work.key) (\(what) in \(cluster))", why)
    }
  }

  private mutating func add(_ subject: String, _ why: String) {
    stragglers.append(RollbackReport.Straggler(subject: subject, why: why))
  }

  private static func waits(_ live: LiveObject) -> String {
    guard live.isTerminating else { return "its deletion has not begun" }
    guard !live.finalizers.isEmpty else { return "it is about to go" }
    return "waits for \(live.finalizers.joined(separator: ", "))"
  }
}

extension RollbackPlan {
  /// Whether what a Work sends leaves Karmada's hands once these templates are gone.
  func isToGo(_ object: ObjectReference, _ deleted: Set<ObjectReference>) -> Bool {
    if deleted.contains(object.identity) { return true }
    guard
      let dependent = dependents.first(where: { $0.object.identity == object.identity }),
      !dependent.outlivesRollback
    else { return false }
    let gone = Set(
      templates.filter { deleted.contains($0.object.identity) }.compactMap(\.binding))
    return dependent.neededBy.allSatisfy(gone.contains)
  }
}

/// What became of every member object.
struct RollbackVerdicts {
  private(set) var members: [RollbackReport.Member] = []

  /// - Parameters:
  ///   - facts: member objects as they are now.
  ///   - recreated: templates that somebody created again after they had been deleted.
  init(
    _ plan: RollbackPlan, _ facts: RollbackFacts, deleted: Set<ObjectReference>,
    recreated: Set<ObjectReference> = []
  ) {
    let states = Dictionary(
      facts.members.map { (MemberPlace(cluster: $0.cluster, object: $0.object), $0.state) },
      uniquingKeysWith: { a, _ in a })
    members = plan.members.map { member in
      let place = MemberPlace(cluster: member.cluster, object: member.object.identity)
      var verdict = Self.verdict(
        on: member, states[place], isToGo: plan.isToGo(member.object, deleted))
      if recreated.contains(place.object), verdict.verdict == .managed {
        (verdict.verdict, verdict.why) = (.adopted, "its template was created again")
      }
      return verdict
    }
  }

  private static func verdict(
    on member: RollbackPlan.Member, _ state: MemberFact.State?, isToGo: Bool
  ) -> RollbackReport.Member {
    var result = RollbackReport.Member(
      cluster: member.cluster, object: member.object, uidAfter: nil, isManaged: nil,
      verdict: .unverified, why: "")
    switch state {
    case .present(let live):
      result.uidAfter = live.uid
      result.isManaged = live.isManaged
      (result.verdict, result.why) = verdict(on: member, live, isToGo: isToGo)
    case .absent:
      result.verdict = isToGo || member.state == .present ? .lost : .unverified
      result.why = "it is gone"
    case .unverifiable(let why):
      result.verdict = isToGo ? .unverified : .untouched
      result.why = why
    case nil:
      result.verdict = isToGo ? .unverified : .untouched
      result.why = "it was not looked at"
    }
    return result
  }

  private static func verdict(
    on member: RollbackPlan.Member, _ live: LiveObject, isToGo: Bool
  ) -> (RollbackReport.Member.Verdict, String) {
    guard isToGo else { return (.untouched, "") }
    guard member.state == .present else {
      return (.unverified, "it is there; nobody knows its uid from before")
    }
    if live.uid != member.object.uid { return (.replaced, "another object stands there now") }
    if live.isManaged { return (.managed, "Karmada has not let go of it") }
    return live.digest == member.digest
      ? (.kept, "") : (.changed, "somebody changed it meanwhile")
  }
}
