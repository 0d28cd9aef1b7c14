import Manifest

extension SimulatedControlPlane {
  /// How long ago a scenario's objects were applied.
  private static let lead = Duration.seconds(900)

  /// The embedded Karmada as a scenario has it: its fleet, what the controllers have made of its
  /// objects by now, and its script about to begin. `ControllerLoop` lets it live.
  ///
  /// Throws when an object of the scenario is refused.
  public convenience init(
    playing scenario: Scenario, time: any TimeSource, seed: UInt64 = 1,
    clock: any Clock<Duration> = ContinuousClock()
  ) throws(Scenario.Failure) {
    let now = time.now
    let start = scenario.objects.isEmpty ? now : now - Self.lead
    var fleet = FleetSeeder.fleet(of: scenario, seed: seed, now: start)
    fleet.karmada.enforceKarmada(tolerations: scenario.settings.tolerations)
    for name in fleet.members.keys { fleet.members[name]?.store.enforceKubernetes() }
    var controllers = ControllerRuntime(
      KarmadaControllers.all(scenario.settings), fleet: fleet, seed: seed, now: start)
    for (member, objects) in scenario.memberObjects.sorted(by: { $0.key < $1.key }) {
      for object in objects {
        try Self.apply(object, on: .member(member), to: &fleet, now: start)
      }
    }
    for object in scenario.objects {
      try Self.apply(object, on: .karmada, to: &fleet, now: controllers.clock)
      controllers.run(&fleet, until: controllers.clock + .seconds(1))
    }
    controllers.run(&fleet, until: now)
    self.init(fleet: fleet, controllers: controllers, time: time, clock: clock)
    play(scenario.script)
  }

  private static func apply(
    _ object: JSONValue, on server: ServerID, to fleet: inout Fleet, now: Time
  ) throws(Scenario.Failure) {
    do throws(StatusError) {
      try fleet.apply(object, on: server, now: now)
    } catch {
      throw Scenario.Failure(
        "the scenario's \(object.kind) \(object.display) is refused: \(error.message)")
    }
  }

  // MARK: The script

  /// Lets these happen, counted from now.
  public func play(_ script: [Scenario.Cue]) {
    let now = time.now
    state.withLock { state in
      state.script += script.map { (now + $0.after, $0.deed) }
      state.script.sort { $0.moment < $1.moment }
    }
  }

  /// Runs the controllers up to each cue that is due, and lets it happen then.
  func playScript(until moment: Time, limit: Int) {
    while let (at, deed) = state.withLock({ state -> (Time, Scenario.Cue.Deed)? in
      guard let first = state.script.first, first.moment <= moment else { return nil }
      return state.script.removeFirst()
    }) {
      runSteps(until: at, limit: limit)
      perform(deed, at: at)
    }
  }

  /// What is refused meanwhile (somebody has deleted the namespace) does not happen.
  private func perform(_ deed: Scenario.Cue.Deed, at moment: Time) {
    switch deed {
    case .fault(let line):
      do throws(FaultLine.Failure) { try perform(line) } catch {}
    case .apply(let objects):
      change { fleet, _ in
        for object in objects {
          do throws(StatusError) { try fleet.apply(object, now: moment) } catch {}
        }
      }
    }
  }
}
