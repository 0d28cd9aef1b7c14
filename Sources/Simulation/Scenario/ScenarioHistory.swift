import Manifest

/// What has happened in a scenario's fleet by the time somebody looks at it: its templates come
/// in, one after the other, its old faults happen, and the controllers make of it what they make
/// of anything. So nothing there contradicts what they will do next.
///
/// Months pass in a moment: the time in which nothing is under way is skipped.
struct ScenarioHistory {
  /// How long ago a scenario's objects were applied, the first of them.
  private static let lead = Duration.seconds(900)
  /// How long controllers are watched after something has happened: longer than any toleration.
  private static let aftermath = Duration.seconds(240)
  /// The last stretch before somebody looks is not skipped, so that no heartbeat is missing.
  private static let approach = Duration.seconds(30)

  private enum Deed {
    case apply(JSONValue)
    case template(Scenario.Template)
    case fault(FaultLine)
  }

  private(set) var state: SimulatedControlPlane.State
  private var controllers: ControllerRuntime
  /// Something was done since the last time controllers were watched.
  private var isFresh = false
  /// What was done was a fault, whose consequences begin with a silence.
  private var isFault = false

  private init(fleet: Fleet, controllers: ControllerRuntime) {
    state = SimulatedControlPlane.State(fleet: fleet, controllers: nil)
    self.controllers = controllers
  }

  /// The fleet, its controllers and the faults in force at a moment. The same seed and moment give
  /// the same.
  ///
  /// Throws when the server refuses one of the scenario's objects.
  static func state(
    of scenario: Scenario, seed: UInt64, now: Time
  ) throws(Scenario.Failure) -> SimulatedControlPlane.State {
    var fleet = FleetSeeder.frame(of: scenario, seed: seed, now: now)
    let deeds = deeds(of: scenario, until: now)
    let start = min(now, deeds.first?.moment ?? now)
    for (member, objects) in scenario.memberObjects.sorted(by: { $0.key < $1.key }) {
      for object in objects { try apply(object, on: .member(member), to: &fleet, now: start) }
    }
    let controllers = ControllerRuntime(
      KarmadaControllers.all(scenario.settings), fleet: fleet, seed: seed, now: start)
    var history = ScenarioHistory(fleet: fleet, controllers: controllers)
    for (moment, deed) in deeds {
      history.pass(until: moment)
      history.controllers.recordsEvents = now - moment < EventExpiry.lifetime
      try history.perform(deed)
    }
    if !deeds.isEmpty { history.pass(until: now) }
    return history.ended()
  }

  /// All that happened, in its order.
  private static func deeds(
    of scenario: Scenario, until now: Time
  ) -> [(moment: Time, deed: Deed)] {
    var deeds: [(moment: Time, deed: Deed)] = scenario.templates.map {
      (now - $0.age, .template($0))
    }
    for (index, object) in scenario.objects.enumerated() {
      deeds.append((now - lead + .seconds(index), .apply(object)))
    }
    for cue in scenario.script where cue.after < .zero {
      switch cue.deed {
      case .fault(let line): deeds.append((now + cue.after, .fault(line)))
      case .apply(let objects): deeds += objects.map { (now + cue.after, .apply($0)) }
      }
    }
    let first = deeds.map(\.moment).min() ?? now - lead
    let policies = scenario.policies.map { (moment: first, deed: Deed.apply($0)) }
    // Stable: what is of the same moment keeps its order.
    let ordered = deeds.enumerated().sorted {
      ($0.element.moment, $0.offset) < ($1.element.moment, $1.offset)
    }
    return policies + ordered.map(\.element)
  }

  // MARK: Time

  /// Goes on to a moment: close by while something is under way, in one step over the rest.
  private mutating func pass(until moment: Time) {
    guard moment > controllers.clock else { return }
    if isFresh {
      let end = min(moment, controllers.clock + Self.aftermath)
      if isFault {
        controllers.run(&state.fleet, until: end)
      } else {
        controllers.settle(&state.fleet, deadline: end)
      }
      isFresh = false
      isFault = false
    }
    controllers.skip(to: min(moment, max(controllers.clock, moment - Self.approach)))
    controllers.run(&state.fleet, until: moment)
  }

  /// Who looks from now on lists first: nobody needs to be told what was before.
  private mutating func ended() -> SimulatedControlPlane.State {
    state.fleet.karmada.compact(through: state.fleet.karmada.resourceVersion)
    for name in state.fleet.members.keys {
      let version = state.fleet.members[name]?.store.resourceVersion ?? 0
      state.fleet.members[name]?.store.compact(through: version)
    }
    state.controllers = controllers
    return state
  }

  // MARK: Deeds

  private mutating func perform(_ deed: Deed) throws(Scenario.Failure) {
    isFresh = true
    switch deed {
    case .apply(let object):
      try Self.apply(object, on: .karmada, to: &state.fleet, now: controllers.clock)
    case .template(let template):
      for cluster in template.brokenOn {
        try perform(
          .fault(
            .application(
              ApplicationID(
                kind: template.kind, namespace: template.namespace, name: template.name,
                cluster: cluster))))
      }
      for (cluster, refusal) in template.refusedBy { refuse(template, by: cluster, refusal) }
      try Self.apply(
        TemplateManifest(template: template).value, on: .karmada, to: &state.fleet,
        now: controllers.clock)
    case .fault(let line):
      isFault = true
      try perform(line)
    }
  }

  private mutating func perform(_ line: FaultLine) throws(Scenario.Failure) {
    do throws(FaultLine.Failure) {
      try state.perform(line, now: controllers.clock)
    } catch {
      throw Scenario.Failure("the scenario's fault \(line): \(error)")
    }
  }

  /// A member that does not take a template, whatever is tried.
  private mutating func refuse(
    _ template: Scenario.Template, by cluster: String, _ refusal: String
  ) {
    state.fleet.members[cluster]?.store.admission.append(
      AdmissionRule("refusal of \(template.name)") { (request, _) throws(StatusError) in
        guard request.operation != .delete, request.type.api.kind == template.kind,
          request.namespace == template.namespace, request.name == template.name
        else { return }
        throw StatusError(code: 403, reason: "Forbidden", message: refusal)
      })
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
}
