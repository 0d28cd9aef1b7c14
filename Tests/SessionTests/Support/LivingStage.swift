import ControlPlane
import Dashboard
import Foundation
import Karmada
import Logging
import Manifest
import TestSupport

@testable import Session
@testable import Simulation

/// A small embedded Karmada with all its controllers, and dashboards that look at it and leave
/// again; time passes for all of them together, and only when the test says so.
@MainActor
final class LivingStage {
  nonisolated static let start = Stage.start

  let plane: SimulatedControlPlane
  let time = ManualTime(start)
  let clock = ManualClock()
  private(set) var session: Session?
  private let folder = FileManager.default.temporaryDirectory
    .appending(path: "quarterdeck-\(UUID().uuidString)")
  private var listeners: [AsyncStream<Void>.Continuation] = []

  init(members: [String] = ["member1", "member2"]) throws {
    var fleet = Fleet(karmada: ObjectStore(registry: .karmada, seed: 1, now: Self.start))
    fleet.karmada.admission = KarmadaControllers.admission
    for name in ["karmada-system", "karmada-cluster"] {
      fleet.karmada.addNamespace(name, now: Self.start)
    }
    let runtime = ControllerRuntime(
      KarmadaControllers.all(.quick), fleet: fleet, seed: 1, now: Self.start)
    plane = SimulatedControlPlane(fleet: fleet, controllers: runtime, time: time, clock: clock)
    for (index, name) in members.enumerated() {
      var cluster = Scenario.ClusterSpec()
      cluster.name = name
      let manifest = ClusterManifest(cluster: cluster, now: Self.start, id: "id-\(name)").value
      try plane.change { fleet, now in
        fleet.members[name] = Member(
          store: MemberSeed.store(cluster, namespaces: [], seed: 7 + UInt64(index), now: now))
        try Self.create(manifest, in: &fleet, now: now)
      }
    }
    settle()
  }

  /// A scenario at the moment somebody opens it.
  init(playing scenario: Scenario) throws {
    plane = try SimulatedControlPlane(playing: scenario, time: time, clock: clock)
  }

  deinit {
    // What a test leaves in the temporary folder is the machine's to clear, should this fail.
    do { try FileManager.default.removeItem(at: folder) } catch {}
  }

  private nonisolated static func create(
    _ object: JSONValue, in fleet: inout Fleet, now: Time
  ) throws {
    guard
      let type = fleet.karmada.registry.type(
        apiVersion: object.apiVersion, kind: object.kind)
    else { throw Unserved(kind: object.kind) }
    let namespace = type.api.isNamespaced ? "default" : ""
    let at = WriteTarget(type, namespace: namespace, name: "")
    let created = try fleet.karmada.create(object, at: at, now: now)
    guard let status = object["status"], type.hasStatus else { return }
    var value = created.value
    value["status"] = status
    let there = WriteTarget(
      type, namespace: namespace, name: object.objectName, subresource: "status")
    _ = try fleet.karmada.update(value, at: there, now: now)
  }

  struct Unserved: Error { var kind: String }

  func apply(yaml: String) throws {
    for object in try YAML.parse(yaml) {
      try plane.change { fleet, now in try Self.create(object, in: &fleet, now: now) }
    }
  }

  /// One thing goes wrong, as `:fault` says it.
  func inject(_ line: String) throws {
    guard case .fault(let fault) = try FaultLine(parsing: line) else { throw Unserved(kind: line) }
    _ = try plane.inject(fault)
  }

  /// Lets everything come to rest with nobody looking.
  func settle() {
    for _ in 0..<600 {
      time.advance(by: .milliseconds(100))
      plane.runControllers()
    }
  }

  // MARK: Dashboards

  var journalPath: String { folder.path + "/journal.sqlite" }

  /// A dashboard comes, with the journal that all of them share.
  func open() async throws {
    let record = FailoverJournal(
      path: journalPath, server: "embedded", retention: nil,
      now: { [time] in time.now })
    let session = Session(
      state: AppState(now: time.now, endpoint: plane.endpoint, pane: .failovers), plane: plane,
      clock: clock, now: { [time] in time.now }, record: record, log: Stage.quiet)
    session.onChange = { [weak self] in
      for listener in self?.listeners ?? [] { listener.yield() }
    }
    self.session = session
    session.start()
    await session.settled()
  }

  func close() async {
    await session?.stop()
    session = nil
  }

  var episodes: [Episode] {
    (session?.state.history.episodes.values.map { $0 } ?? []).sorted {
      ($0.evicted?.time ?? $0.began ?? time.now) < ($1.evicted?.time ?? $1.began ?? time.now)
    }
  }

  /// Waits until it holds; time stands still.
  func until(_ holds: (AppState) -> Bool) async throws {
    guard let session else { return }
    let (changes, listener) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    listeners.append(listener)
    defer { listeners.removeAll { _ in true } }
    if holds(session.state) { return }
    for await _ in changes where holds(session.state) { return }
    throw CancellationError()
  }

  /// Lets time pass in tenths of a second, or other steps, each seen by whoever looks before the
  /// next.
  func pass(_ seconds: Double, step: Duration = .milliseconds(100)) async throws {
    for _ in 0..<Int((.seconds(seconds) / step).rounded()) {
      time.advance(by: step)
      plane.runControllers()
      clock.advance(by: step)
      guard session != nil else { continue }
      let wanted = versions()
      try await until { state in
        wanted.allSatisfy { key, version in
          state.bindings.table.row(RowKey(.resourceBindings, key))?.binding.metadata
            .resourceVersion == version
        }
      }
    }
  }

  private func versions() -> [Karmada.ObjectKey: String] {
    plane.change { fleet, _ in
      guard let type = fleet.karmada.registry.type(.resourceBindings) else { return [:] }
      let all = fleet.karmada.all(type).map { object in
        (
          Karmada.ObjectKey(
            namespace: object.value.objectNamespace, name: object.value.objectName),
          object.value[path: "metadata", "resourceVersion"]?.string ?? ""
        )
      }
      return Dictionary(all, uniquingKeysWith: { $1 })
    }
  }
}
