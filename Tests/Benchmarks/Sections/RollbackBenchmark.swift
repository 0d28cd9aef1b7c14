import ControlPlane
import Karmada
import Manifest
import RollbackRehearsal
import Session

/// The documented procedure and ours on the same embedded Karmada, and ours in bad weather.
enum RollbackBenchmark {
  private static let trials: [UInt64] = [1, 2, 3, 4]
  private static let storms = 200

  static func run() async throws {
    let naive = try await trial { stage in try await takeBackCarelessly(stage) }
    let ours = try await trial { stage in try await takeBack(stage) }
    let all = trials.count * 2 * RollbackFleet.templateCount
    Figures.show(
      "flag set, templates deleted at once: lost", "\(naive.lost) of \(all) member objects")
    Figures.show("  time simulated, median", "\(naive.simulated.text(2)) s")
    Figures.show("  time it really took, median", "\(naive.real.text(2)) s")
    Figures.check("guarded: member objects lost", Double(ours.lost), atMost: 0, unit: "")
    Figures.show("  time simulated, median", "\(ours.simulated.text(2)) s")
    Figures.show("  time it really took, median", "\(ours.real.text(2)) s")
    try await measureStorms()
  }

  private struct Trial {
    var lost = 0
    var simulated = 0.0
    var real = 0.0
  }

  private static func trial(_ body: (RollbackStage) async throws -> Void) async throws -> Trial {
    var trial = Trial()
    var (simulated, real): ([Double], [Double]) = ([], [])
    for seed in trials {
      let stage = try RollbackStage(seed: seed)
      try await stage.addWebs(RollbackFleet.templateCount)
      let before = try await stage.memberObjects()
      let (began, start) = (stage.time.now, Time.now)
      try await body(stage)
      simulated.append((stage.time.now - began).milliseconds / 1000)
      real.append((Time.now - start).milliseconds / 1000)
      stage.rest()
      let after = try await stage.memberObjects()
      trial.lost += before.count { after[$0.key] != $0.value }
    }
    trial.simulated = Samples(simulated).median
    trial.real = Samples(real).median
    return trial
  }

  /// "Patch the policy, delete the template", as fast as kubectl does it.
  private static func takeBackCarelessly(_ stage: RollbackStage) async throws {
    let plane = StagePlane(stage: stage)
    _ = try await plane.patch(
      .propagationPolicies, namespace: "shop", name: "web-pp",
      patch: ["spec": ["preserveResourcesOnDeletion": true]])
    for i in 0..<RollbackFleet.templateCount {
      try await plane.delete(.configMaps, namespace: "shop", name: "web-\(i)")
      stage.advance(by: .milliseconds(8))
    }
  }

  private static func takeBack(_ stage: RollbackStage) async throws {
    let plan = try await stage.plan()
    let report = try await stage.desk().run(
      plan, reason: "measuring", control: RunControl(answering: plan.confirmationWord))
    guard report.outcome == .done else { throw Unfinished(summary: report.summary) }
  }

  private struct Unfinished: Error { var summary: String }

  private static func measureStorms() async throws {
    let start = Time.now
    var outcomes: [RollbackStorm.Outcome] = []
    try await withThrowingTaskGroup(of: RollbackStorm.Outcome.self) { group in
      var seeds = (0..<UInt64(storms)).makeIterator()
      for _ in 0..<4 {
        guard let seed = seeds.next() else { break }
        group.addTask { try await RollbackStorm.run(seed) }
      }
      while let outcome = try await group.next() {
        outcomes.append(outcome)
        guard let seed = seeds.next() else { continue }
        group.addTask { try await RollbackStorm.run(seed) }
      }
    }
    let real = (Time.now - start).milliseconds / 1000
    let lost = outcomes.reduce(0) { $0 + $1.lost.count }
    let blows = outcomes.reduce(0) { $0 + $1.story.count }
    Figures.show(
      "in storms: rollbacks, blows, deaths",
      "\(outcomes.count), \(blows), \(outcomes.reduce(0) { $0 + $1.kills })")
    Figures.check("  member objects lost", Double(lost), atMost: 0, unit: "")
    let untrue = outcomes.filter { $0.untruth != nil }
    Figures.check("  reports that say what is not so", Double(untrue.count), atMost: 0, unit: "")
    Figures.show(
      "  stuck on what others had changed, and stopped", "\(outcomes.count(where: \.isStuck))")
    let open = outcomes.filter { $0.reports.last?.isResumable != false }
    Figures.check("  without an end", Double(open.count), atMost: 0, unit: "")
    Figures.show("  time it really took", "\(real.text(1)) s")
    for one in outcomes where !one.lost.isEmpty || one.untruth != nil {
      Figures.line("  seed \(one.seed): \(one.untruth ?? "") \(one.lost)")
    }
    for one in open { Figures.line("  seed \(one.seed) has no end") }
    var ends: [String: Int] = [:]
    for one in outcomes { ends[one.reports.last?.outcome.rawValue ?? "none", default: 0] += 1 }
    Figures.show(
      "  how they ended",
      ends.sorted { $0.value > $1.value }.map { "\($0.value) \($0.key)" }.joined(separator: ", "))
  }
}
