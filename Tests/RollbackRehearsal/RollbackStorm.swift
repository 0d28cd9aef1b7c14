import ControlPlane
import Journal
import Karmada
import Manifest
import Session

/// One rollback on the embedded Karmada with bad luck of its own, the same for the same seed: cut
/// off, taken up again, and in the end in calm weather until it has an end.
package struct RollbackStorm: Sendable {
  package struct Outcome: Sendable {
    package var seed: UInt64
    package var fleet: RollbackFleet
    /// Of every attempt; the last one is the end.
    package var reports: [RollbackReport] = []
    /// What went wrong, in order: "DELETE web-7: answer lost".
    package var story: [String] = []
    /// "member1 web-7", of what is gone or another than before.
    package var lost: [String] = []
    /// What the last report says that is not so; nil when all of it is.
    package var untruth: String?
    package var requests = 0
    /// It could not go on even in calm weather, because of what somebody had changed.
    package var isStuck = false
    /// How often the process died.
    package var kills = 0
    /// From the first request to the last attempt's end, in the simulation's time.
    package var simulated = Duration.zero
  }

  let seed: UInt64
  let fleet: RollbackFleet
  let stage: RollbackStage
  let weather: Weather
  /// The Works are shown as if every one of them preserved.
  let isGateRemoved: Bool

  package static func run(
    _ seed: UInt64, isGateRemoved: Bool = false
  ) async throws -> Outcome {
    let fleet = RollbackFleet(rawValue: Int(seed % 4)) ?? .plain
    let stage = try await fleet.stage()
    let storm = RollbackStorm(
      seed: seed, fleet: fleet, stage: stage, weather: Weather(seed, fleet, stage),
      isGateRemoved: isGateRemoved)
    return try await storm.run()
  }

  private func run() async throws -> Outcome {
    var outcome = Outcome(seed: seed, fleet: fleet)
    let before = try await stage.memberObjects()
    let beginning = stage.time.now
    var plan = try await stage.plan(of: fleet.policy)
    var path = stage.journalPath
    var isNew = true
    // The last attempts meet no storm: they show where it ends. What cannot go on even then is
    // ended by the operator, and must have said why.
    for attempt in 0...Self.lastAttempt {
      if attempt >= 6 { weather.end() }
      if attempt > 0 { try await weather.clear(path) }
      let journal = try Journal(path: path)
      let control = RunControl(answering: plan.confirmationWord)
      if attempt == Self.lastAttempt, !isNew {
        outcome.isStuck = true
        if let last = outcome.reports.last, !Self.saysWhy(last) { outcome.untruth = "stuck" }
        control.abort()
      }
      weather.begin(control, path)
      let desk = try stage.desk(through: plane, journal: journal)
      let report: RollbackReport
      if !isNew, let id = try journal.rollbacks().first?.id {
        report = try await desk.resume(id, control: control)
      } else {
        report = try await desk.run(plan, reason: "INC-7", control: control)
      }
      isNew = false
      if let copy = weather.takeCopyOfTheDead() {
        // The process is gone, and what it would have said with it; its journal is not.
        path = copy
        isNew = try Journal(path: path).rollbacks().first?.outcome != nil
        outcome.kills += 1
        continue
      }
      outcome.reports.append(report)
      outcome.untruth = try await untruth(of: report, plan)
      if isGateRemoved || outcome.untruth != nil { break }
      if report.isResumable { continue }
      guard report.outcome.changedNothing else { break }
      // Whoever was turned back plans anew, when the sky is clear again.
      try await weather.clear(path)
      plan = try await stage.plan(of: fleet.policy)
      guard plan.isExecutable else { break }
      isNew = true
    }
    outcome.simulated = stage.time.now - beginning
    try await weather.clear(path)
    stage.rest()
    let after = try await stage.memberObjects()
    outcome.lost = before.filter { after[$0.key] != $0.value }.keys.sorted()
    outcome.story = weather.story
    outcome.requests = weather.requests
    return outcome
  }

  private static let lastAttempt = 10

  /// What a run that cannot go on by itself says of it.
  private static func saysWhy(_ report: RollbackReport) -> Bool {
    report.templates.contains { $0.state == .kept && !$0.why.isEmpty }
      || !report.stragglers.isEmpty
  }

  private var plane: StagePlane {
    let isGateRemoved = isGateRemoved
    return StagePlane(stage: stage) { request in
      let meddling = try await weather.meet(request)
      guard case .none = meddling, isGateRemoved, request.method == .get else { return meddling }
      guard request.path.contains("/works") || request.path.contains("bindings") else {
        return .none
      }
      return .change { response in
        var answer = response
        answer.body = try Self.preserving(JSONValue(parsing: response.body)).serialized()
        return answer
      }
    }
  }

  /// What the gate would have to see to be open.
  private static func preserving(_ value: JSONValue) -> JSONValue {
    var value = value
    if let items = value["items"]?.array {
      value["items"] = .array(items.map(preserving))
      return value
    }
    value["spec"]?["preserveResourcesOnDeletion"] = true
    value["metadata"]?["generation"] = 0
    return value
  }

  // MARK: Truth

  /// What the report says that is not so.
  private func untruth(of report: RollbackReport, _ plan: RollbackPlan) async throws -> String? {
    let state = stage.plane.fleet
    func object(_ reference: ObjectReference, on cluster: String? = nil) -> LiveObject? {
      let store = cluster.map { state.members[$0]?.store } ?? state.karmada
      guard
        let type = store?.registry.type(
          apiVersion: reference.apiVersion, kind: reference.kind),
        let stored = store?.all(type, namespace: reference.namespace).first(where: {
          $0.name == reference.name
        })
      else { return nil }
      return LiveObject(stored.value)
    }
    for template in report.templates {
      let isThere = object(template.object)?.uid == template.object.uid
      switch template.state {
      case .deleted where isThere: return "\(template.object.title) is still there"
      case .standing where report.outcome == .done: return "done, and something stands"
      case .standing where !isThere && !weather.hasTakenAway(template.object.name):
        return "\(template.object.title) is gone and said to stand"
      default: continue
      }
    }
    for member in report.members where [.kept, .changed].contains(member.verdict) {
      guard let live = object(member.object, on: member.cluster),
        live.uid == member.object.uid, !live.isManaged
      else { return "\(member.object.title) in \(member.cluster) is not kept" }
    }
    let flag = try await stage.plane.listPage(
      ListScope(
        fleet == .wide ? .clusterPropagationPolicies : .propagationPolicies,
        namespace: fleet == .wide ? nil : "shop"))
    let policy = try (JSONValue(parsing: flag.bytes)["items"]?.array ?? []).map(LiveObject.init)
      .first { $0.name == fleet.policy.key.name && $0.uid == plan.policy.uid }
    switch report.outcome {
    case .aborted where policy?.preserves == true && report.flag != "set by somebody else":
      return "aborted, and the flag is set"
    case .done where report.templates.contains { $0.state != .deleted }:
      return "done, and not all are deleted"
    case .done where !(try await works(of: plan)).isEmpty: return "done, and Works are left"
    case .lost: return "lost: \(report.summary)"
    default: return nil
    }
  }

  /// Works of the plan that are still there; what goes with others stays.
  private func works(of plan: RollbackPlan) async throws -> [LiveObject] {
    let uids = Set(plan.works.filter { !$0.isDependent }.map(\.uid))
    return try await stage.works().filter { uids.contains($0.uid) }
  }
}

extension RollbackReport.Outcome {
  var changedNothing: Bool {
    switch self {
    case .blocked, .aborted, .held, .notPermitted, .unreachable: true
    case .done, .stopped, .unfinished, .lost: false
    }
  }
}
