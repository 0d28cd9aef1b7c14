import Manifest

extension Scenario {
  /// The fleet as it is when somebody begins to watch. The same seed and moment give the same.
  ///
  /// Throws when the server refuses one of the scenario's objects.
  public func fleet(seed: UInt64 = 1, now: Time) throws(Failure) -> Fleet {
    if let synthetic { return synthetic.fleet(seed: seed, now: now) }
    return try ScenarioHistory.state(of: self, seed: seed, now: now).fleet
  }
}

extension SimulatedControlPlane {
  /// The embedded Karmada as a scenario has it: its fleet, what the controllers have made of its
  /// objects by now, and its script about to begin. `ControllerLoop` lets it live.
  ///
  /// Throws when an object of the scenario is refused.
  public convenience init(
    playing scenario: Scenario, time: any TimeSource, seed: UInt64 = 1,
    clock: any Clock<Duration> = ContinuousClock()
  ) throws(Scenario.Failure) {
    if let synthetic = scenario.synthetic {
      self.init(
        living: synthetic.fleet(seed: seed, now: time.now), time: time, seed: seed, clock: clock)
      return
    }
    let state = try ScenarioHistory.state(of: scenario, seed: seed, now: time.now)
    self.init(state: state, time: time, clock: clock)
    play(scenario.script.filter { $0.after >= .zero })
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
