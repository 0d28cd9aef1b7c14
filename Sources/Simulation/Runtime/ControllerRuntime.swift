import Manifest

/// Runs controllers on a fleet: one scheduler with a simulated clock.
///
/// A value without I/O: `run(_:until:)` takes a fleet from one moment to a later one, step after
/// step in the order of their moments, and the same seed gives the same run. Nothing sleeps; who
/// calls decides how simulated time goes by. It learns of changes from the stores' own history,
/// so whoever makes them need not know of it; `observe` must be called before that history is
/// long enough to forget.
///
/// What was in the stores when it was made counts as settled and is not looked at, however much
/// it is: keys enter a queue by changes, by `startingKeys` and by `enqueueAll`.
public struct ControllerRuntime: Sendable {
  private let controllers: [any Controller]
  private var queues: [WorkQueue]
  /// The version up to which a server's changes are known.
  private var seen: [ServerID: Int64] = [:]
  /// What else about the members is known, beside their objects.
  private var troubles: MemberTroubles
  private var reachable: Set<String>
  private var random: SeededRandom
  private var recorder = EventRecorder()
  private var memory: [Int: [ObjectKey: JSONValue]] = [:]
  private var failures: [Int: [ObjectKey: Failures]] = [:]
  /// How often in a row the steps for a key have failed, and why the last one did.
  private struct Failures: Sendable {
    var count = 0
    /// Empty when the step itself asked for another try.
    var refusal = ""
  }
  /// Whether Events are recorded: not worth it where they will have expired before anybody looks.
  var recordsEvents = true
  /// The moment of the last step: time never goes back.
  public private(set) var clock: Time
  /// How many steps have run.
  public private(set) var stepCount = 0

  /// - Parameters:
  ///   - controllers: in the order in which steps of the same moment run.
  ///   - fleet: as it is now; its objects count as settled.
  public init(_ controllers: [any Controller], fleet: Fleet, seed: UInt64 = 1, now: Time) {
    self.controllers = controllers
    queues = controllers.map { WorkQueue(workers: $0.pace.workers) }
    random = SeededRandom(seed: seed)
    clock = now
    troubles = fleet.troubles
    reachable = Self.reachable(in: fleet)
    for server in Self.servers(of: fleet) { seen[server] = fleet[server]?.resourceVersion }
    let view = FleetView(fleet, now: now)
    for (index, controller) in controllers.enumerated() {
      for key in controller.startingKeys(in: view) {
        queues[index].add(key, due: now + delay(controller.pace.latency), isUpkeep: true)
      }
    }
  }

  /// In an order that does not depend on hashing.
  private static func servers(of fleet: Fleet) -> [ServerID] {
    [.karmada] + fleet.members.keys.sorted().map { .member($0) }
  }

  private static func reachable(in fleet: Fleet) -> Set<String> {
    Set(fleet.members.filter(\.value.isReachable).keys)
  }

  // MARK: Learning of changes

  /// Takes note of what has changed since it last looked.
  public mutating func observe(_ fleet: Fleet, now: Time) {
    for server in Self.servers(of: fleet) { observe(server, fleet, now: now) }
    let reachable = Self.reachable(in: fleet)
    if reachable != self.reachable {
      // A member that is back is looked at anew, as informers do.
      for name in reachable.subtracting(self.reachable).sorted() {
        enqueueAll(on: .member(name), fleet, now: now)
      }
      self.reachable = reachable
    }
    if fleet.troubles != troubles {
      let changed = fleet.troubles.broken.symmetricDifference(troubles.broken)
      troubles = fleet.troubles
      for application in changed.sorted(by: { $0.name < $1.name }) {
        enqueue(application, fleet, now: now)
      }
    }
  }

  /// Looks at an application that was broken or healed, wherever it runs.
  private mutating func enqueue(_ application: ApplicationID, _ fleet: Fleet, now: Time) {
    let view = FleetView(fleet, now: now)
    for name in application.cluster.map({ [$0] }) ?? view.memberNames {
      guard let store = fleet.members[name]?.store else { continue }
      let key = StoredObject.key(namespace: application.namespace, name: application.name)
      for type in store.registry.types where type.api.kind == application.kind {
        guard let object = store.objects(type)[key] else { continue }
        enqueue(
          after: Change(server: .member(name), type: type, kind: .added, object: object),
          in: view, now: now)
      }
    }
  }

  private mutating func observe(_ server: ServerID, _ fleet: Fleet, now: Time) {
    guard let store = fleet[server] else { return }
    let known = seen[server] ?? -1
    guard store.resourceVersion != known else { return }
    seen[server] = store.resourceVersion
    if known < store.forgottenVersion {
      // Too far behind, or a server that is new: everything there is may have changed.
      enqueueAll(on: server, fleet, now: now)
      return
    }
    let view = FleetView(fleet, now: now)
    for change in store.changes(after: known, on: server) {
      enqueue(after: change, in: view, now: now)
    }
  }

  /// Looks at every object as if it had just come.
  package mutating func enqueueAll(_ fleet: Fleet, now: Time) {
    for server in Self.servers(of: fleet) { enqueueAll(on: server, fleet, now: now) }
  }

  private mutating func enqueueAll(on server: ServerID, _ fleet: Fleet, now: Time) {
    guard let store = fleet[server] else { return }
    seen[server] = store.resourceVersion
    let view = FleetView(fleet, now: now)
    for type in store.registry.types {
      for object in store.all(type) {
        enqueue(
          after: Change(server: server, type: type, kind: .added, object: object), in: view,
          now: now)
      }
    }
  }

  private mutating func enqueue(after change: Change, in view: FleetView, now: Time) {
    for (index, controller) in controllers.enumerated() {
      // What was remembered about an object goes with it, or a long run would never forget.
      if change.kind == .deleted { memory[index]?[change.key] = nil }
      for key in controller.keys(after: change, in: view) {
        queues[index].add(key, due: now + delay(controller.pace.latency))
      }
    }
  }

  // MARK: Running

  /// The moment of the next step; nil when there is nothing to do.
  public mutating func nextMoment() -> Time? { next()?.moment }

  /// Whether nothing is under way but upkeep.
  public var isAtRest: Bool { queues.allSatisfy { $0.openCount == 0 } }

  /// What is under way beside upkeep, for whoever wonders why it does not come to rest:
  /// "binding-controller resourcebindings.work.karmada.io default/web (3 failures)".
  package var underWay: [String] {
    queues.indices.flatMap { index in
      queues[index].openKeys.map { key in
        let name = StoredObject.key(namespace: key.namespace, name: key.name)
        let failed = failures[index]?[key].map { " (\($0.count) failures) \($0.refusal)" } ?? ""
        return "\(controllers[index].name) \(key.type) \(name)\(failed)"
      }
    }.sorted()
  }

  /// How many keys wait.
  package var queuedCount: Int { queues.reduce(0) { $0 + $1.count } }

  private mutating func next() -> (index: Int, moment: Time)? {
    var best: (index: Int, moment: Time)?
    for index in queues.indices {
      guard let moment = queues[index].nextMoment() else { continue }
      if best.map({ moment < $0.moment }) ?? true { best = (index, moment) }
    }
    return best
  }

  /// Runs all steps up to a moment, or as many as allowed.
  ///
  /// - Returns: how many steps ran.
  @discardableResult
  public mutating func run(_ fleet: inout Fleet, until moment: Time, limit: Int = .max) -> Int {
    observe(fleet, now: clock)
    var count = 0
    while count < limit, let next = next(), next.moment <= moment {
      step(next.index, &fleet)
      count += 1
    }
    if count < limit { clock = max(clock, moment) }
    return count
  }

  /// Runs until nothing is under way but upkeep, however much simulated time that takes, but no
  /// longer than until `deadline`.
  ///
  /// - Returns: whether it has come to rest.
  @discardableResult
  public mutating func settle(_ fleet: inout Fleet, deadline: Time) -> Bool {
    observe(fleet, now: clock)
    while !isAtRest, let next = next() {
      guard next.moment <= deadline else { return false }
      step(next.index, &fleet)
    }
    return true
  }

  /// Lets time go by in which nobody does anything: what was due meanwhile is due then.
  public mutating func skip(to moment: Time) {
    for index in queues.indices { queues[index].postpone(to: moment) }
    clock = max(clock, moment)
  }

  private mutating func step(_ index: Int, _ fleet: inout Fleet) {
    let controller = controllers[index]
    let service = delay(controller.pace.service)
    guard let (key, moment) = queues[index].take(busyUntil: { $0 + service }) else { return }
    clock = max(clock, moment)
    stepCount &+= 1
    fleet.awaken(named: key.name)
    let actions = controller.step(
      key,
      in: FleetView(
        fleet, now: clock, failures: failures[index]?[key]?.count ?? 0, memory: memory[index]?[key])
    )
    let busy = carryOut(actions, key: key, index: index, &fleet)
    queues[index].extend(busyUntil: moment + service, by: busy)
  }

  /// Does what a step asked for.
  ///
  /// - Returns: how long slow members kept the worker waiting.
  private mutating func carryOut(
    _ actions: [Action], key: ObjectKey, index: Int, _ fleet: inout Fleet
  ) -> Duration {
    let controller = controllers[index]
    var touched: Set<ServerID> = []
    var busy = Duration.zero
    var hasFailed = false
    var refusal = ""
    for action in actions {
      switch action {
      case .write(let write, let onRefusal):
        let error = perform(
          write, onRefusal: onRefusal, instead: nil, controller, &fleet, &touched, &busy)
        hasFailed = error != nil
        refusal = error?.message ?? ""
      case .attempt(let write, let onRefusal, let instead):
        let error = perform(
          write, onRefusal: onRefusal, instead: instead, controller, &fleet, &touched, &busy)
        hasFailed = error != nil
        refusal = error?.message ?? ""
      case .event(let note):
        record(note, controller, &fleet)
        touched.insert(.karmada)
      case .requeue(let after): queues[index].add(key, due: clock + after)
      case .recur(let after): queues[index].add(key, due: clock + after, isUpkeep: true)
      case .retry: hasFailed = true
      case .remember(let value): remember(value, key: key, index: index)
      }
      if hasFailed { break }
    }
    if hasFailed {
      let count = (failures[index]?[key]?.count ?? 0) + 1
      failures[index, default: [:]][key] = Failures(count: count, refusal: refusal)
      queues[index].add(key, due: clock + backOff(controller.pace, failures: count))
    } else {
      failures[index]?[key] = nil
    }
    for server in touched.sorted(by: ServerID.isOrdered) { observe(server, fleet, now: clock) }
    return busy
  }

  /// - Returns: why it was refused; nil when it was done.
  private mutating func perform(
    _ write: Write, onRefusal: [EventNote], instead: Write?, _ controller: any Controller,
    _ fleet: inout Fleet, _ touched: inout Set<ServerID>, _ busy: inout Duration
  ) -> StatusError? {
    touched.insert(write.key.server)
    if case .member(let name) = write.key.server {
      busy += fleet.members[name]?.latency ?? .zero
    }
    do throws(StatusError) {
      try fleet.perform(write, by: controller.manager, now: clock)
      return nil
    } catch {
      for var note in onRefusal {
        note.message += error.message
        record(note, controller, &fleet)
      }
      if let instead {
        do throws(StatusError) {
          try fleet.perform(
            instead.refused(with: error.message), by: controller.manager, now: clock)
        } catch {
          // Refused as well: the step comes again in any case.
        }
      }
      touched.insert(.karmada)
      return error
    }
  }

  private mutating func record(
    _ note: EventNote, _ controller: any Controller, _ fleet: inout Fleet
  ) {
    guard recordsEvents else { return }
    recorder.record(
      note, by: controller.name, in: &fleet.karmada, now: clock, random: &random)
  }

  private mutating func remember(_ value: JSONValue?, key: ObjectKey, index: Int) {
    memory[index, default: [:]][key] = value
  }

  private func backOff(_ pace: Pace, failures: Int) -> Duration {
    let factor = 1 << min(max(0, failures - 1), 20)
    return min(pace.backOff.lowerBound * factor, pace.backOff.upperBound)
  }

  private mutating func delay(_ range: ClosedRange<Duration>) -> Duration {
    let span = range.upperBound - range.lowerBound
    guard span > .zero else { return range.lowerBound }
    return range.lowerBound + span * (Double(random.next() >> 11) / Double(1 << 53))
  }
}

extension ServerID {
  /// The control plane first, then the members by name.
  fileprivate static func isOrdered(_ a: ServerID, _ b: ServerID) -> Bool {
    switch (a, b) {
    case (.karmada, .karmada), (.member, .karmada): false
    case (.karmada, .member): true
    case (.member(let a), .member(let b)): a < b
    }
  }
}
