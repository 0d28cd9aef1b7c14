import Karmada
import Manifest
import TestSupport
import Testing

@Suite struct RollbackMachineTests {
  private static func steps(_ run: SmallRun) -> [String] {
    run.entries.map { "\($0.step.rawValue) \($0.state.rawValue)" }
  }

  @Test func deletesOnlyWhatEveryWorkPreserves() throws {
    var run = SmallRun(.webs(3, shared: true))
    let before = run.world.members
    run.run()
    let report = try #require(run.report)
    #expect(report.outcome == .done)
    #expect(report.outcome.exitCode == 0)
    #expect(report.templates.allSatisfy { $0.state == .deleted })
    #expect(report.members.count == 8)
    #expect(report.members.allSatisfy { $0.verdict == .kept && $0.uidAfter == $0.object.uid })
    #expect(run.world.members.mapValues(\.uid) == before.mapValues(\.uid))
    #expect(run.world.members.values.allSatisfy { !$0.isManaged })
    #expect(run.world.works.isEmpty)
    #expect(run.world.events == ["RollbackDone"])
    #expect(
      Self.steps(run) == [
        "permissions begun", "permissions done", "lease begun", "lease done", "plan begun",
        "plan done", "snapshot begun", "snapshot done", "flag begun", "flag done", "gate begun",
        "gate done", "confirm begun", "confirm done", "reread begun", "reread done",
        "delete begun", "delete done", "drain begun", "drain done", "verify begun", "verify done",
        "event begun", "event done",
      ])
  }

  @Test func withoutTheGateObjectsAreLost() throws {
    var run = SmallRun(.webs(40, seed: 3))
    run.isGateRemoved = true
    run.run()
    #expect(run.report?.outcome == .lost)
    #expect(run.report?.outcome.exitCode == 1)
    #expect(run.world.members.count < 80)
  }

  @Test func aFlagThatIsSetAlreadyIsLeftAlone() throws {
    var world = SmallWorld.webs(2)
    world.setFlag(true)
    world.advance(by: .seconds(5))
    var run = SmallRun(world)
    run.run()
    #expect(run.report?.outcome == .done)
    #expect(run.report?.flag == "set before this run")
    #expect(Self.steps(run).contains("flag skipped"))
    #expect(run.world.policy?.version == 2)
  }

  @Test func lazyTemplatesAreNudged() throws {
    var world = SmallWorld.webs(3)
    world.policy?.isLazy = true
    var run = SmallRun(world)
    #expect(run.plan.hazards.contains { $0.id == .lazyActivation })
    run.run()
    #expect(run.report?.outcome == .done)
    #expect(Self.steps(run).count { $0 == "nudge done" } == 3)
    #expect(run.world.members.count == 6)
  }

  @Test func theFlagIsPutBackWhereThePolicyServesOthers() throws {
    var options = RollbackOptions()
    options.restoresFlag = true
    var run = SmallRun(.webs(3), templates: ["web-00"], options: options)
    run.run()
    #expect(run.report?.outcome == .done)
    #expect(run.report?.flag == "put back as it was")
    #expect(run.world.policy?.preserves == nil)
    #expect(run.world.members.count == 6)
  }

  // MARK: Turning back

  @Test func declinedEverythingIsAsItWas() throws {
    var run = SmallRun(.webs(3))
    run.answer = nil
    run.run()
    #expect(run.report?.outcome == .aborted)
    #expect(run.report?.outcome.exitCode == 4)
    #expect(run.world.policy?.preserves == nil)
    #expect(run.world.works.values.allSatisfy { !$0.preserves })
    #expect(run.world.templates.count == 3)
  }

  @Test func abortUndoesNudgesToo() throws {
    var world = SmallWorld.webs(3)
    world.policy?.isLazy = true
    var run = SmallRun(world)
    run.answer = nil
    run.run()
    #expect(run.report?.outcome == .aborted)
    #expect(run.world.templates.values.allSatisfy { $0.nudge == nil })
    #expect(run.world.works.values.allSatisfy { !$0.preserves })
  }

  @Test func anotherNameIsNotAConfirmation() throws {
    var run = SmallRun(.webs(1))
    var asked = 0
    run.answer = "web"
    run.before = { run, action, _ in
      if case .ask = action { asked += 1 }
      if asked == 3 { run.answer = "web-pp" }
      return nil
    }
    run.run()
    #expect(asked == 3)
    #expect(run.report?.outcome == .done)
  }

  typealias Meddling = @Sendable (inout SmallWorld) -> Void
  static let meddlings: [(String, Meddling)] = [
    ("the policy is gone", { $0.policy = nil }),
    ("the policy is created again", { $0.policy = SmallWorld.Policy(uid: "policy-2") }),
    ("the policy goes elsewhere", { $0.policy?.placement = "elsewhere" }),
    ("the flag is flipped back", { $0.setFlag(false) }),
    ("a template is changed", { $0.change("web-01", to: "2") }),
    ("a template is gone", { $0.delete("web-01") }),
    ("a template is created again", { $0.recreate("web-01") }),
    ("another policy takes over", { $0.templates["web-01"]?.claim = "other" }),
  ]

  /// Whatever somebody else does before the first deletion: nothing is deleted, and what this run
  /// had set is put back.
  @Test(arguments: meddlings.indices, [RollbackPhase.gate, .confirmation, .reread, .batch])
  func meddlingTurnsItBack(_ index: Int, _ phase: RollbackPhase) throws {
    var run = SmallRun(.webs(3))
    var hasMeddled = false
    run.before = { run, _, _ in
      if run.machine.phase == phase, !hasMeddled {
        hasMeddled = true
        Self.meddlings[index].1(&run.world)
      }
      return nil
    }
    run.run()
    #expect(hasMeddled)
    let report = try #require(run.report)
    #expect(report.outcome == .aborted, "\(Self.meddlings[index].0): \(report.summary)")
    #expect(report.templates.allSatisfy { $0.state == .standing })
    #expect(run.world.policy?.preserves != true)
  }

  @Test func aNewNeighbourThatIsNotPreservedTurnsItBack() throws {
    var run = SmallRun(.webs(2, shared: true))
    run.before = { run, _, _ in
      guard run.machine.phase == .gate, run.world.bindings["b"] == nil else { return nil }
      run.world.templates["b"] = SmallWorld.Template(uid: "b", claim: "other")
      run.world.place("b", on: ["member1"], uid: "b")
      run.world.bindings["shared"]?.requiredBy.append("b")
      run.world.touch("b")
      return nil
    }
    run.run()
    #expect(run.report?.outcome == .aborted)
    #expect(run.report?.summary.contains("ConfigMap shop/b needs it as well") == true)
  }

  /// A status written by a controller moves the version and means nothing.
  @Test func versionsThatMeanNothingDoNotStopIt() throws {
    var run = SmallRun(.webs(15))
    var touches = 0
    run.before = { run, action, _ in
      guard case .delete = action, touches < 5 else { return nil }
      touches += 1
      run.world.touchStatus(of: "web-03")
      return nil
    }
    run.run()
    #expect(run.report?.outcome == .done)
  }

  // MARK: After the point of no return

  @Test func aRefusedDeletionStopsTheRestAndIsTold() throws {
    var run = SmallRun(.webs(25))
    run.before = { run, action, _ in
      if case .delete = action, run.machine.deletedCount == 10 {
        run.world.templates["web-12"]?.isProtected = true
      }
      return nil
    }
    run.run()
    let report = try #require(run.report)
    #expect(report.outcome == .unfinished)
    #expect(report.isResumable)
    #expect(report.templates.count { $0.state == .deleted } == 19)
    #expect(report.templates.first { $0.object.name == "web-12" }?.state == .kept)
    #expect(report.templates.count { $0.state == .standing } == 5)
    #expect(run.world.members.count == 50)
    // What stands stays safe.
    #expect(run.world.policy?.preserves == true)

    run.world.templates["web-12"]?.isProtected = false
    run.resume()
    #expect(run.report?.outcome == .done)
    #expect(run.world.members.values.allSatisfy { !$0.isManaged })
  }

  @Test func abortAfterTheFirstDeletionSaysWhatIsDone() throws {
    var run = SmallRun(.webs(25))
    run.before = { run, action, _ in
      if case .read(.gate) = action, run.machine.deletedCount == 10 {
        _ = run.machine.handle(.abort, at: run.world.now)
      }
      return nil
    }
    run.run()
    let report = try #require(run.report)
    #expect(report.outcome == .stopped)
    #expect(report.outcome.exitCode == 5)
    #expect(report.templates.count { $0.state == .deleted } == 10)
    #expect(report.members.count { $0.verdict == .kept } == 20)
    #expect(report.members.count { $0.verdict == .untouched } == 30)
  }

  @Test func aClusterThatDiesWhileItGoesIsNamed() throws {
    var run = SmallRun(.webs(2))
    run.before = { run, action, _ in
      if case .delete = action { run.world.downClusters = ["member2"] }
      return nil
    }
    run.run()
    let report = try #require(run.report)
    #expect(report.outcome == .unfinished)
    #expect(report.stragglers.count == 2)
    #expect(report.stragglers.allSatisfy { $0.why.contains("member2 is not ready") })
    #expect(
      report.members.filter { $0.cluster == "member2" }.allSatisfy { $0.verdict == .unverified })

    run.world.downClusters = []
    run.resume()
    #expect(run.report?.outcome == .done)
  }

  @Test func aMemberObjectThatSomebodyDeletesIsReportedLost() throws {
    var run = SmallRun(.webs(2))
    run.before = { run, action, _ in
      if case .read(.members) = action {
        run.world.members[SmallWorld.Place(name: "web-01", cluster: "member1")] = nil
      }
      return nil
    }
    run.run()
    #expect(run.report?.outcome == .lost)
    #expect(run.report?.members.count { $0.verdict == .lost } == 1)
    #expect(run.report?.summary.contains("ConfigMap shop/web-01 in member1") == true)
  }

  // MARK: Others, and the journal

  @Test func somebodyElseHoldsIt() throws {
    var run = SmallRun(.webs(1))
    run.leaseHolder = LeaseHolder(
      identity: "bob@deck", since: run.world.now, renewedAt: run.world.now)
    run.run()
    #expect(run.report?.outcome == .held)
    #expect(run.report?.outcome.exitCode == 6)
    #expect(run.report?.summary.contains("bob@deck") == true)
    #expect(run.writeCount == 0)
  }

  @Test func whatIsNotAllowedIsNotBegun() throws {
    var world = SmallWorld.webs(1)
    world.deniedVerbs = ["delete"]
    var run = SmallRun(world)
    #expect(!run.plan.isExecutable)
    run.run()
    #expect(run.report?.outcome == .notPermitted)
    #expect(run.report?.outcome.exitCode == 7)
    #expect(run.writeCount == 0)
  }

  @Test func withoutItsJournalNothingIsWritten() throws {
    var whole = SmallRun(.webs(12))
    whole.run()
    for room in 0...whole.entries.count {
      var run = SmallRun(.webs(12))
      run.journalRoom = room
      var noted = 0
      run.before = { run, action, _ in
        switch action {
        case .write(.setFlag): #expect(run.entries.last?.step == .flag)
        case .delete: #expect(run.entries.last?.step == .delete)
        case .note: noted += 1
        default: break
        }
        return nil
      }
      run.run()
      #expect(run.world.members.count == 24)
      guard run.report?.outcome != .done else { continue }
      let hasWritten = run.world.policy?.preserves == true
      #expect(run.report?.outcome == (hasWritten ? .unfinished : .blocked), "room for \(room)")
      #expect(run.report?.isResumable == hasWritten)
    }
  }

  @Test func withoutTheLeaseNothingMoreIsWritten() throws {
    var run = SmallRun(.webs(25))
    var written = 0
    run.before = { run, action, _ in
      if case .delete = action, run.machine.deletedCount == 10 {
        _ = run.machine.handle(.leaseLost("carol@deck has it"), at: run.world.now)
        written = run.writeCount + 10
      }
      return nil
    }
    run.run()
    #expect(run.report?.outcome == .unfinished)
    #expect(run.report?.summary.contains("carol@deck") == true)
    #expect(run.writeCount == written)
    #expect(run.report?.templates.count { $0.state == .deleted } == 20)
    run.before = { _, _, _ in nil }
    run.resume()
    #expect(run.report?.outcome == .done)
  }

  // MARK: Killed

  /// kill -9 before every single action of a run, then resumed: nothing is lost, and the second run
  /// ends it.
  @Test(arguments: [false, true])
  func killedAnywhereItGoesOn(_ isLazy: Bool) throws {
    var world = SmallWorld.webs(12, shared: true)
    world.policy?.isLazy = isLazy
    var whole = SmallRun(world)
    whole.run()
    #expect(whole.report?.outcome == .done)
    for action in 0..<whole.actionCount {
      var run = SmallRun(world)
      run.before = { run, _, count in
        run.wasKilled = count == action
        return nil
      }
      run.run()
      #expect(run.wasKilled)
      run.before = { _, _, _ in nil }
      run.resume()
      #expect(
        run.report?.outcome == .done, "killed before action \(action): \(run.report?.summary ?? "")"
      )
      #expect(run.world.members.count == 26)
      #expect(run.world.members.values.allSatisfy { !$0.isManaged })
    }
  }

  @Test func killedBeforeTheFirstDeletionItCanBeAborted() throws {
    var whole = SmallRun(.webs(12))
    whole.run()
    for action in 0..<whole.actionCount {
      var run = SmallRun(.webs(12))
      run.before = { run, _, count in
        run.wasKilled = count == action
        return nil
      }
      run.run()
      run.before = { run, _, _ in
        _ = run.machine.handle(.abort, at: run.world.now)
        return nil
      }
      let couldTurnBack = RollbackMachine(resuming: "run-1", plan: run.plan, entries: run.entries)
        .canBeAborted
      run.resume()
      let report = try #require(run.report)
      if couldTurnBack {
        #expect(report.outcome == .aborted, "killed before action \(action): \(report.summary)")
        #expect(run.world.policy?.preserves == nil)
        #expect(run.world.templates.count == 12)
        #expect(run.world.works.values.allSatisfy { !$0.preserves })
      } else {
        #expect([.stopped, .done].contains(report.outcome))
      }
      #expect(run.world.members.count == 24)
    }
  }

  // MARK: Bad connections

  @Test(arguments: SmallRun.Fault.allCases)
  func everySingleFaultIsSurvived(_ fault: SmallRun.Fault) throws {
    var whole = SmallRun(.webs(12, shared: true))
    whole.run()
    for action in 0..<whole.actionCount {
      var run = SmallRun(.webs(12, shared: true))
      run.before = { _, _, count in count == action ? fault : nil }
      run.run()
      let report = try #require(run.report)
      let label: Comment = "\(fault) at action \(action): \(report.summary)"
      switch fault {
      case .refused: #expect([.done, .blocked, .unfinished].contains(report.outcome), label)
      default: #expect(report.outcome == .done, label)
      }
      #expect(run.world.members.count == 26)
    }
  }

  @Test func aConnectionThatIsLostForAMinuteIsWaitedFor() throws {
    var run = SmallRun(.webs(3))
    var downUntil: Time?
    run.before = { run, action, _ in
      if run.machine.phase == .drain, downUntil == nil { downUntil = run.world.now + .seconds(60) }
      return downUntil.map { run.world.now < $0 } == true ? .notSent : nil
    }
    run.run()
    #expect(run.report?.outcome == .done)
  }

  @Test func aConnectionThatStaysLostLeavesItResumable() throws {
    for phase in RollbackPhase.allCases where phase != .finished {
      var run = SmallRun(.webs(3))
      run.before = { run, _, _ in
        run.phases.contains(phase) ? .notSent : nil
      }
      run.run()
      guard run.phases.contains(phase) else { continue }
      let report = try #require(run.report)
      if report.outcome != .done {
        let isSet = run.world.policy?.preserves == true || run.world.templates.count < 3
        #expect(report.isResumable == isSet || report.isResumable, "\(phase): \(report.summary)")
      }
      run.before = { _, _, _ in nil }
      if report.isResumable {
        run.resume()
        #expect(run.report?.outcome == .done, "\(phase)")
      }
      #expect(run.world.members.count == 6)
    }
  }
}

extension RollbackMachine {
  var deletedCount: Int { states.values.count { $0 == .deleted } }
}
