import ControlPlane
import Dashboard
import Foundation
import Journal
import Karmada
import Logging
import Manifest
import Simulation
import Synchronization
import TestSupport
import Testing

@testable import Session

/// Rollbacks on an embedded Karmada, in a time that passes only when somebody asks it something or
/// waits, and looked at wherever a screen is wanted. The keys are an operator's; what they lead to
/// is what the program's own desk answers.
final class RollbackRehearsal: Sendable {
  typealias News = [RollbackNews]

  static let policy = PolicyReference(
    kind: "PropagationPolicy", key: Karmada.ObjectKey(namespace: "shop", name: "web-pp"))
  /// As a run is called, but for what would be different each time.
  static let run = "web-pp-20261122T120000Z-3f2a"
  static let undo = "web-pp-20261122T120500Z-81c4"

  let plane: SimulatedControlPlane
  let time = ManualTime(Time(seconds: 1_795_348_800))
  private let folder = NSTemporaryDirectory() + "quarterdeck-\(UUID().uuidString)"

  /// Once, right before the first template is deleted.
  private let beforeDeletion = Mutex((@Sendable () throws -> Void)?.none)

  /// What a request takes; between two looks a run waits for five of them.
  fileprivate let latency: Duration

  convenience init(_ scenario: String, latency: Duration = .milliseconds(4)) throws {
    try self.init(try Scenario(yaml: scenario), latency: latency)
    rest()
  }

  init(_ scenario: Scenario, latency: Duration = .milliseconds(4)) throws {
    self.latency = latency
    plane = try SimulatedControlPlane(playing: scenario, time: time, seed: 1)
  }

  deinit {
    // What a test leaves in the temporary folder is the machine's to clear, should this fail.
    do { try FileManager.default.removeItem(atPath: folder) } catch {}
  }

  func advance(by duration: Duration) {
    time.advance(by: duration)
    plane.runControllers()
  }

  /// Until nothing is under way but heartbeats.
  func rest() {
    for _ in 0..<2000 where plane.controllers?.isAtRest == false {
      advance(by: .milliseconds(50))
    }
  }

  func inject(_ line: String) throws {
    guard case .fault(let fault) = try FaultLine(parsing: line) else { return }
    _ = try plane.inject(fault)
  }

  func beforeDeletion(_ work: @escaping @Sendable () throws -> Void) {
    beforeDeletion.withLock { $0 = work }
  }

  fileprivate func willSend(_ request: APIRequest) throws {
    let isAsking = request.query.contains { $0.name == "dryRun" }
    guard request.method == .delete, request.path.contains("/deployments/"), !isAsking else {
      return
    }
    let work = beforeDeletion.withLock { work in
      defer { work = nil }
      return work
    }
    try work?()
  }

  /// Of everything that a rollback could change: "works a/b": its resourceVersion.
  func versions() async throws -> [String: String] {
    var found: [String: String] = [:]
    for resource in [APIResource.propagationPolicies, .resourceBindings, .works, .leases] {
      let page = try await plane.listPage(ListScope(resource))
      for item in try JSONValue(parsing: page.bytes)["items"]?.array ?? [] {
        let object = LiveObject(item)
        found["\(resource.plural) \(object.key)"] = object.resourceVersion
      }
    }
    return found
  }

  // MARK: What the program's own parts do

  func desk(person: String = "ada@deck", atWait look: @escaping @Sendable () async -> Void = {})
    throws -> RollbackDesk
  {
    var desk = RollbackDesk(
      UnhurriedPlane(rehearsal: self), journal: try Journal(path: folder + "/journal.sqlite"),
      person: person, clock: RehearsalClock(rehearsal: self, look: look),
      now: { [time] in time.now }, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    // One request after the other: the same every time.
    desk.width = 1
    desk.patience.interval = latency * 5
    return desk
  }

  func plan(
    _ templates: [ObjectReference]? = nil, options: RollbackOptions = RollbackOptions()
  ) async throws -> RollbackPlan {
    try await RollbackDesk.plan(
      RollbackScope(policy: Self.policy, templates: templates), options: options,
      on: UnhurriedPlane(rehearsal: self))
  }

  /// What the journal tells pane 5.
  func journalNews() async -> RollbackNews {
    let office = RollbackOffice(
      path: folder + "/journal.sqlite", person: "ada@deck", now: { [time] in time.now },
      log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    return await office.runs(on: plane)
  }

  // MARK: Runs

  /// Runs a plan and returns what a dashboard would have been told until `moment` came, when the
  /// run is left as it stands, or until its end.
  ///
  /// - Parameter wait: something that happens at each wait, before anybody looks.
  func news(
    of plan: RollbackPlan, as id: String = run, confirmed: Bool = true,
    person: String = "ada@deck",
    until moment: @escaping @Sendable (RollbackMachine) -> Bool = { _ in false },
    atWait wait: @escaping @Sendable (RollbackMachine, RunControl) async throws -> Void = { _, _ in
    }
  ) async throws -> News {
    let notes = Notes()
    let control = RunControl(answering: confirmed ? plan.confirmationWord : nil)
    let desk = try desk(person: person) {
      guard case .rollback(let machine)? = notes.machine, !notes.isClosed else { return }
      do { try await wait(machine, control) } catch { Issue.record(error) }
      guard moment(machine) else { return }
      notes.close()
      control.interrupt()
    }
    notes.add(.started(id: id, plan.scope.policy))
    let report = try await desk.run(
      plan, reason: "INC-7", control: control, id: id,
      onChange: { machine in
        notes.add(.progress(.rollback(machine)))
        if machine.phase == .confirmation { notes.add(.asks(machine.plan.confirmationWord)) }
      }, onStep: { notes.add(.step(RollbackRun.Step($0))) })
    notes.add(.ended(report))
    return notes.news
  }

  /// What `ada@deck` is told who begins while somebody else waits at the gate.
  func news(ofSecondTo first: String, _ plan: RollbackPlan) async throws -> News {
    let second = Mutex(News())
    _ = try await news(
      of: plan, as: "web-pp-20261122T115900Z-0001", person: first, until: { $0.phase == .gate },
      atWait: { machine, _ in
        guard machine.phase == .gate else { return }
        let news = try await self.news(of: plan)
        second.withLock { $0 = news }
      })
    return second.withLock { $0 }
  }

  func news(
    ofUndoing plan: UndoPlan,
    until moment: @escaping @Sendable (UndoMachine) -> Bool = { _ in false }
  ) async throws -> News {
    let notes = Notes()
    let control = RunControl(answering: plan.original.confirmationWord)
    let desk = try desk {
      guard case .undo(let machine)? = notes.machine, moment(machine) else { return }
      notes.close()
      control.interrupt()
    }
    notes.add(.started(id: Self.undo, plan.scope.policy))
    let report = try await desk.undo(
      plan, reason: "INC-7 was wrong", control: control, id: Self.undo,
      onChange: { notes.add(.progress(.undo($0))) },
      onStep: { notes.add(.step(RollbackRun.Step($0))) })
    notes.add(.ended(report))
    return notes.news
  }

  /// What has been told, until it is closed.
  private final class Notes: Sendable {
    private let state = Mutex((news: News(), machine: LiveRollback.Machine?.none, isClosed: false))
    var news: News { state.withLock { $0.news } }
    var machine: LiveRollback.Machine? { state.withLock { $0.machine } }
    var isClosed: Bool { state.withLock { $0.isClosed } }

    func add(_ one: RollbackNews) {
      state.withLock { state in
        guard !state.isClosed else { return }
        state.news.append(one)
        if case .progress(let machine) = one { state.machine = machine }
      }
    }

    func close() { state.withLock { $0.isClosed = true } }
  }

  // MARK: Screens

  /// A dashboard on the fleet as it is, with pane 6 open and the policy under the cursor.
  func dashboard() async throws -> AppState {
    var state = await Snapshot(of: plane, now: time.now).state
    _ = update(&state, .input(.resize(width: 140, height: 40)))
    try Stage.press("6 / w e b - p p Enter", &state)
    return state
  }

  /// The same with the plan of its rollback open, and whether it was asked for.
  func dashboard(showing plan: RollbackPlan) async throws -> AppState {
    var state = try await dashboard()
    let effects = update(&state, .input(.key(.character("R"))))
    guard case .rollback(.plan(let token, _, _))? = effects.first, effects.count == 1 else {
      Issue.record("R asked for \(effects)")
      return state
    }
    _ = update(&state, .rollback(.planned(token: token, .success(plan))))
    return state
  }
}

/// Sleeping moves the rehearsal's time on, once somebody has had a look.
struct RehearsalClock: Clock {
  struct Instant: InstantProtocol {
    var time: Time
    func advanced(by duration: Duration) -> Instant { Instant(time: time + duration) }
    func duration(to other: Instant) -> Duration { other.time - time }
    static func < (a: Instant, b: Instant) -> Bool { a.time < b.time }
  }
  let rehearsal: RollbackRehearsal
  let look: @Sendable () async -> Void

  var now: Instant { Instant(time: rehearsal.time.now) }
  var minimumResolution: Duration { .nanoseconds(1) }

  func sleep(until deadline: Instant, tolerance: Duration?) async throws {
    try Task.checkCancellation()
    await look()
    let left = deadline.time - rehearsal.time.now
    if left > .zero { rehearsal.advance(by: left) }
    await Task.yield()
  }
}

/// The embedded Karmada at the other end of a line: each request takes a few milliseconds.
struct UnhurriedPlane: ControlPlane {
  let rehearsal: RollbackRehearsal
  var endpoint: Endpoint { rehearsal.plane.endpoint }

  func stream(_ request: APIRequest) -> AsyncThrowingStream<[UInt8], any Error> {
    rehearsal.plane.stream(request)
  }

  func send(_ request: APIRequest) async throws -> APIResponse {
    try rehearsal.willSend(request)
    rehearsal.advance(by: rehearsal.latency)
    return try await rehearsal.plane.send(request)
  }
}
