import ControlPlane
import Manifest
import TestSupport

@testable import Simulation

/// The embedded Karmada in the place of the recorded one: the same clusters, the same flags, the
/// same calls and accidents at the same moments of simulated time.
struct Rehearsal {
  private let recording: Recording
  private let time: ManualTime
  private let plane: SimulatedControlPlane
  private let start: Time
  private let firstVersion: Int64
  private var story = Story()
  /// Recorded ids and versions → those of this run.
  private var ours: [String: JSONValue] = [:]

  /// What the simulation made of the recording.
  static func story(of recording: Recording, seed: UInt64 = 1, settings: KarmadaSettings = .quick)
    async throws -> Story
  {
    var rehearsal = Rehearsal(recording, seed: seed, settings: settings)
    return try await rehearsal.run()
  }

  private init(_ recording: Recording, seed: UInt64, settings: KarmadaSettings) {
    self.recording = recording
    start = recording.trace.startTime
    time = ManualTime(start)
    let fleet = Self.fleet(of: recording.trace, seed: seed, now: start)
    firstVersion = fleet.karmada.resourceVersion
    let controllers = ControllerRuntime(
      KarmadaControllers.controlPlane(settings), fleet: fleet, seed: seed, now: start)
    plane = SimulatedControlPlane(fleet: fleet, controllers: controllers, time: time)
  }

  /// The recorded clusters, each with a bare member behind it: an API server whose workloads
  /// never become anything by themselves.
  private static func fleet(of trace: Trace, seed: UInt64, now: Time) -> Fleet {
    var fleet = Fleet(
      karmada: ObjectStore(registry: .karmada, seed: seed, now: now, historyLimit: 1_000_000))
    let registry = fleet.karmada.registry
    for cluster in trace.start["clusters"] ?? [] {
      guard let type = registry.type(.clusters),
        let name = cluster[path: "metadata", "name"]?.string
      else { continue }
      var cluster = cluster
      cluster["apiVersion"] = .string(type.api.apiVersion)
      cluster["kind"] = .string(type.api.kind)
      fleet.karmada.load(cluster, as: type)
      fleet.karmada.addNamespace(KarmadaName.executionSpace(name), now: now)
      var store = ObjectStore(
        registry: .member, seed: UInt64(fleet.members.count) + 1, now: now,
        historyLimit: 1_000_000)
      store.enforceKubernetes()
      fleet.members[name] = Member(store: store)
    }
    fleet.karmada.enforceKarmada(tolerations: .recorded)
    return fleet
  }

  // MARK: Playing

  private mutating func run() async throws -> Story {
    for cluster in recording.trace.start["clusters"] ?? [] {
      story.tell("clusters", cluster, isDeleted: false)
    }
    for (t, deed) in recording.deeds {
      pass(until: t)
      try await perform(deed)
    }
    pass(until: recording.trace.duration + 1)
    tellChanges()
    return story
  }

  private func pass(until t: Double) {
    let moment = start + .milliseconds(Int64(t * 1000))
    let left = moment - time.now
    if left > .zero { time.advance(by: left) }
    plane.runControllers(until: moment)
  }

  private mutating func perform(_ deed: Recording.Deed) async throws {
    switch deed {
    case .call(let call): try await make(call)
    case .reach(let member, true): plane.restore(member: member)
    case .reach(let member, false): try plane.inject(.member(member, .killed))
    case .exists(nil, let object):
      _ = try await plane.send(Call.post(try collection(of: object), object))
    case .exists(let member?, let object):
      let path = Self.proxy(member, try collection(of: object))
      _ = try await plane.send(Call.post(path, object))
    case .report(let member, let kind, let namespace, let name, let status):
      let path = try path(kind, namespace, name)
      let proxied = Self.proxy(member, path)
      var object = try await plane.value(Call.get(proxied))
      object["status"] = status
      _ = try await plane.send(Call.put("\(proxied)/status", object))
    case .look(let member, let kind, let namespace, let name):
      let path = Self.proxy(member, try path(kind, namespace, name))
      var object = try await plane.value(Call.get(path))
      // The note told of labels only.
      object["metadata"]?["uid"] = nil
      story.tell(object, in: member)
    }
  }

  private func collection(of object: JSONValue) throws -> String {
    let whole = try path(
      object["kind"]?.string ?? "", object[path: "metadata", "namespace"]?.string ?? "",
      object[path: "metadata", "name"]?.string ?? "")
    return "/" + whole.split(separator: "/").dropLast().joined(separator: "/")
  }

  private func path(_ kind: String, _ namespace: String, _ name: String) throws -> String {
    guard let type = ResourceRegistry.member.types.first(where: { $0.api.kind == kind }) else {
      throw Trace.Failure(line: 0, message: "no kind \(kind)")
    }
    return type.api.path(namespace: namespace, name: name)
  }

  private static func proxy(_ member: String, _ path: String) -> String {
    "/apis/cluster.karmada.io/v1alpha1/clusters/\(member)/proxy\(path)"
  }

  // MARK: Calls

  private mutating func make(_ call: RecordedCall) async throws {
    let answer = try await call.send(to: plane, body: translated(call.corrected, key: ""))
    story.tell(call.what, status: answer.status, answer: answer.body)
    guard answer.status < 300 else { return }
    if let member = call.member, answer.body["kind"] != "Status" {
      story.tell(answer.body, in: member)
    }
    learn(call.answer["metadata"], answer.body["metadata"])
  }

  /// Notes which of our ids and versions stands for a recorded one.
  private mutating func learn(_ recorded: JSONValue?, _ simulated: JSONValue?) {
    for key in ["uid", "resourceVersion"] {
      guard let theirs = recorded?[key]?.string, let mine = simulated?[key] else { continue }
      ours["\(key) \(theirs)"] = mine
    }
  }

  /// A recorded body with our ids and versions in it.
  private func translated(_ value: JSONValue, key: String) -> JSONValue {
    switch value {
    case .string(let text): return ours["\(key) \(text)"] ?? value
    case .array(let items): return .array(items.map { translated($0, key: key) })
    case .object(let object):
      var out: JSONObject = [:]
      for (key, member) in object.members { out[key] = translated(member, key: key) }
      return .object(out)
    default: return value
    }
  }

  private mutating func tellChanges() {
    for change in plane.fleet.karmada.changes(after: firstVersion, on: .karmada) {
      story.tell(
        change.type.api.plural, change.object.value, isDeleted: change.kind == .deleted)
    }
  }
}
