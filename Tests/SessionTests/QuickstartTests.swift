import ControlPlane
import Dashboard
import Journal
import Karmada
import Manifest
import Testing

@testable import Session
@testable import Simulation

/// A newcomer's first minute, as the dashboard shows it.
@MainActor
@Suite(.timeLimit(.minutes(10))) struct QuickstartTests {
  private func row(_ name: String, of stage: LivingStage) throws -> BindingRow {
    try #require(
      stage.session?.state.bindings.table.rows.first { $0.binding.resource.name == name })
  }

  private func overrides(
    of row: BindingRow, on stage: LivingStage
  ) async throws -> OverrideReading {
    let state = try #require(stage.session?.state)
    let question = OverrideQuestion(
      binding: row.key, resource: row.binding.resource, permanentID: row.binding.permanentID,
      clusters: state.clusters.table.rows.map { OverrideTarget($0.cluster) })
    return await Session.readOverrides(question, from: stage.plane, Discovery(stage.plane))
  }

  /// What each pane says before anything has happened can be believed.
  @Test func nothingContradictsItselfWhenItOpens() async throws {
    let stage = try LivingStage(playing: try Scenario.embedded("quickstart"))
    try await stage.open()
    let state = try #require(stage.session?.state)
    let rows = Array(state.bindings.table.rows)
    #expect(rows.count > 55)
    for row in rows where !row.binding.isDispatchingSuspended {
      let reading = try await overrides(of: row, on: stage)
      guard case .success(let preview) = reading.preview else { continue }
      for member in preview.members {
        #expect(
          reading.comparisons[member.cluster]?.differences == [],
          "\(row.key.object) on \(member.cluster)")
      }
    }
    let outcomes = Set(stage.episodes.map(\.outcome))
    #expect(!outcomes.contains(.blocked) && outcomes.contains(.suppressed))
    await stage.close()
  }

  @Test func theFirstMinuteShowsAllFour() async throws {
    let stage = try LivingStage(playing: try Scenario.embedded("quickstart"))
    try await stage.open()
    try await stage.pass(58, step: .milliseconds(500))
    try await stage.until { state in
      state.history.episodes.values.contains {
        $0.binding.resource.name == "sessions" && $0.outcome == .recovered
      }
    }
    // A failover, with its state.
    let episode = try #require(stage.episodes.last { $0.binding.resource.name == "sessions" })
    #expect(episode.from == "member1" && episode.relayed == true)
    #expect(episode.preservedLabels.keys.sorted() == ["application.karmada.io/failover-jobid"])
    #expect(try row("sessions", of: stage).state == .healthy)
    // A stranded workload.
    #expect(try row("ledger", of: stage).state == .stranded)
    // An override that empties a field.
    let reading = try await overrides(of: try row("routes", of: stage), on: stage)
    let hazards = try reading.preview.get().hazards
    #expect(
      hazards.contains { $0.hazard.kind == .fieldEmptied && $0.clusters == ["member6"] })
    #expect(reading.comparisons["member6"]?.differences == [])
    // A migration that waits to be rolled back: the members had these before Karmada did.
    let policy = PolicyReference(
      kind: "PropagationPolicy", key: Karmada.ObjectKey(namespace: "legacy", name: "legacy"))
    let plan = try await RollbackDesk.plan(RollbackScope(policy: policy), on: stage.plane)
    #expect(plan.isExecutable && plan.templates.count == 1 && plan.dependents.count == 1)
    #expect(plan.members.count == 4 && plan.members.allSatisfy { $0.state == .present })
    for place in plan.members {
      let kind = try #require(
        stage.plane.fleet.members[place.cluster]?.store.registry.type(
          apiVersion: place.object.apiVersion, kind: place.object.kind))
      let object = try #require(
        try stage.plane.fleet.members[place.cluster]?.store.get(
          kind, namespace: place.object.namespace, name: place.object.name))
      let template = try #require(stage.plane.fleet.karmada.registry.type(id: kind.id))
      let ours = try stage.plane.fleet.karmada.get(
        template, namespace: place.object.namespace, name: place.object.name)
      #expect(try #require(object.created) < #require(ours.created))
      #expect(object.labels["karmada.io/managed"] == "true")
    }
    await stage.close()
  }

  /// Found nowhere, then told by an Event where it had been, then read from the journal: one
  /// workload, one row.
  @Test func aWorkloadThatIsNowhereIsStrandedOnce() async throws {
    let stage = try LivingStage(playing: try Scenario.embedded("quickstart"))
    func expectOne(_ moment: String) throws {
      let all = stage.episodes.filter { $0.binding.resource.name == "ledger" }
      #expect(all.map(\.outcome) == [.stranded], "\(moment)")
      #expect(all.map(\.from) == ["member3"], "\(moment)")
      let rows = try #require(stage.session?.state.failovers.table.rows)
      #expect(rows.filter { $0.episode.outcome == .stranded }.count == 1, "\(moment)")
    }
    try await stage.open()
    try expectOne("when it opens")
    try await stage.pass(20, step: .milliseconds(500))
    try expectOne("after 20 s")
    try await stage.pass(40, step: .milliseconds(500))
    try expectOne("after a minute")
    let id = stage.episodes.first { $0.binding.resource.name == "ledger" }?.id
    await stage.close()
    try await stage.open()
    try expectOne("when it is opened again")
    try await stage.pass(25, step: .milliseconds(500))
    try expectOne("a while after that")
    #expect(stage.episodes.first { $0.binding.resource.name == "ledger" }?.id == id)
    await stage.close()
    let kept = try Journal(path: stage.journalPath).episodes(server: "embedded").episodes
    #expect(kept.filter { $0.binding.resource.name == "ledger" }.map(\.from) == ["member3"])
  }
}
