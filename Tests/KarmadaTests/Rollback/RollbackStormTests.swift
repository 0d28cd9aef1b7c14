import Karmada
import Manifest
import TestSupport
import Testing

/// Rollbacks of forty templates, each with bad luck of its own, on a model of Karmada that is small
/// enough for many. On the embedded Karmada it is `EmbeddedStormTests`, and two hundred of them the
/// benchmark `rollback`.
@Suite struct RollbackStormTests {
  /// What somebody else or fate does at some moment of a run.
  private enum Blow: CaseIterable {
    case flagFlipped, policyChanged, policyGone, templateChanged, templateGone, templateRecreated
    case statusWritten, templateAdded, dependentTouched, clusterDown, clusterUp, protected
    case leaseLost, abort, kill
  }

  private static func run(_ seed: UInt64, withGate: Bool = true) -> (run: SmallRun, lost: [String])
  {
    var random = SeededGenerator(seed: seed)
    var world = SmallWorld.webs(40, shared: true, seed: seed)
    if Int.random(in: 0..<8, using: &random) == 0 { world.policy?.isLazy = true }
    let before = world.members
    var run = SmallRun(world)
    run.isGateRemoved = !withGate
    let storm = Storm(seed: seed &+ 1000)
    run.before = { run, action, _ in storm.strike(&run, action) }
    run.run()
    // Whatever was cut off is taken up again, in better weather, until it has an end.
    for _ in 0..<10 where run.wasKilled || run.report?.isResumable == true {
      run.before = { run, action, _ in storm.settle(&run, action) }
      run.resume()
    }
    let lost = before.keys.filter { run.world.members[$0]?.uid != before[$0]?.uid }
      .map { "\($0.name) in \($0.cluster)" }
    return (run, lost.sorted())
  }

  /// Random blows and faults, about one in ten actions.
  private final class Storm {
    var random: SeededGenerator
    var left = 6
    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    func strike(_ run: inout SmallRun, _ action: RollbackAction) -> SmallRun.Fault? {
      guard left > 0, Int.random(in: 0..<12, using: &random) == 0 else { return nil }
      left -= 1
      guard Bool.random(using: &random) else {
        return SmallRun.Fault.allCases.randomElement(using: &random)
      }
      let names = run.world.templates.keys.sorted()
      let victim = names.randomElement(using: &random) ?? ""
      switch Blow.allCases.randomElement(using: &random) {
      // Somebody's own mistakes with the flag after the first deletion are theirs: no order of
      // requests can protect what is already on its way. Before it they must do no harm.
      case .flagFlipped: if !run.machine.isPastReturn { run.world.setFlag(false) }
      case .policyChanged: run.world.policy?.placement = "elsewhere"
      case .policyGone: run.world.policy = nil
      case .templateChanged: run.world.change(victim, to: "changed")
      case .templateGone:
        // Deleting without looking loses objects, whoever else is at work: only where it is safe.
        let isSafe = run.world.works.filter { $0.key.name == victim }.values
          .allSatisfy(\.preserves)
        if isSafe { run.world.delete(victim) }
      case .templateRecreated:
        let isSafe = run.world.works.filter { $0.key.name == victim }.values
          .allSatisfy(\.preserves)
        if isSafe { run.world.recreate(victim) }
      case .statusWritten: run.world.touchStatus(of: victim)
      case .templateAdded: run.world.templates["new-\(left)"] = SmallWorld.Template(uid: "new")
      case .dependentTouched: run.world.touch("web-00")
      case .clusterDown: run.world.downClusters.insert("member2")
      case .clusterUp: run.world.downClusters = []
      case .protected: run.world.templates[victim]?.isProtected = true
      case .leaseLost: _ = run.machine.handle(.leaseLost("somebody has it"), at: run.world.now)
      case .abort: _ = run.machine.handle(.abort, at: run.world.now)
      case .kill: run.wasKilled = true
      case nil: break
      }
      return nil
    }

    /// The storm is over: clusters are back, protection is taken off.
    func settle(_ run: inout SmallRun, _ action: RollbackAction) -> SmallRun.Fault? {
      run.world.downClusters = []
      for name in run.world.templates.keys { run.world.templates[name]?.isProtected = false }
      return nil
    }
  }

  @Test(arguments: 0..<8)
  func noMemberObjectIsEverLost(_ tens: Int) throws {
    for seed in tens * 10..<tens * 10 + 10 {
      let (run, lost) = Self.run(UInt64(seed))
      #expect(lost.isEmpty, "seed \(seed)")
      let report = try #require(run.report, "seed \(seed) has an end")
      #expect(Self.complaint(about: report, run) == nil, "seed \(seed): \(report.summary)")
    }
  }

  @Test func withoutTheGateSomeAre() {
    let lost = (0..<10).reduce(0) { $0 + Self.run(UInt64($1), withGate: false).lost.count }
    #expect(lost > 0)
  }

  /// What the report says that is not so.
  private static func complaint(about report: RollbackReport, _ run: SmallRun) -> String? {
    let world = run.world
    for template in report.templates {
      let live = world.templates[template.object.name]
      let isThere = live?.uid == template.object.uid
      if template.state == .deleted, isThere { return "\(template.object.name) is still there" }
      if template.state == .standing, report.outcome == .done {
        return "done, and something stands"
      }
    }
    for member in report.members where member.verdict == .kept {
      let place = SmallWorld.Place(name: member.object.name, cluster: member.cluster)
      if world.members[place]?.uid != member.object.uid { return "\(place) is not kept" }
    }
    switch report.outcome {
    case .done
    where !world.works.filter({ work in
      report.templates.contains { $0.object.name == work.key.name }
        && world.templates[work.key.name] == nil
    }).isEmpty:
      return "done, and Works are left"
    case .aborted
    where run.plan.policy.flag != true && world.policy?.preserves == true
      && world.policy?.uid == run.plan.policy.uid && run.machine.flag != .setByOther:
      return "aborted, and the flag is set"
    default: return nil
    }
  }
}
