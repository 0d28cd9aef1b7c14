import ControlPlane
import Manifest
import TestSupport

@testable import Simulation

/// A trace as a play: what was done, when, and the story that came of it.
struct Recording {
  /// Something done from outside, in the order of time.
  enum Deed {
    case call(RecordedCall)
    /// A member dies, or is back.
    case reach(member: String, Bool)
    /// An object is there that no recorded call made: in a member before Karmada knows of it, or
    /// in the control plane.
    case exists(member: String?, JSONValue)
    /// What runs in a member reports something new about an object there.
    case report(member: String, kind: String, namespace: String, name: String, status: JSONValue)
    /// Somebody looks at an object in a member.
    case look(member: String, kind: String, namespace: String, name: String)
  }

  let name: String
  let trace: Trace
  private(set) var deeds: [(t: Double, deed: Deed)] = []
  private(set) var story = Story()

  private static let all = Result {
    try Dictionary(
      uniqueKeysWithValues: RecordedCall.traces.map { ($0, try Recording(reading: $0)) })
  }

  /// Read once for all tests.
  init(named name: String) throws {
    guard let known = try Self.all.get()[name] else {
      throw Trace.Failure(line: 0, message: "no recording \(name)")
    }
    self = known
  }

  private init(reading name: String) throws {
    self.name = name
    let bytes = try Fixture.bytes("traces/\(name).trace.jsonl")
    trace = try Trace(bytes)
    for call in try RecordedCall.of(trace: name) {
      deeds.append((call.t, .call(call)))
      story.tell(call.what, status: call.status, answer: call.answer)
      if let member = call.member, call.status < 300, call.answer["kind"] != "Status" {
        story.tell(call.answer, in: member)
      }
    }
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let entry = try JSONValue(parsing: line)
      if entry["note"] != nil { take(note: entry) }
    }
    if let protected = deeds.first(where: { Self.isAbout("delete protected template", $0.deed) }) {
      // Its creation was not recorded, as the answers to what follows show.
      var template = Self.unmanaged(name: "prot")
      template["metadata"]?["labels"] = [
        "app": "prot", "resourcetemplate.karmada.io/deletion-protected": "Always",
      ]
      deeds.append((protected.t - 0.01, .exists(member: nil, template)))
    }
    deeds.sort { $0.t < $1.t }
    for cluster in trace.start["clusters"] ?? [] {
      story.tell("clusters", cluster, isDeleted: false)
    }
    for change in trace.changes {
      story.tell(change.plural, change.object, isDeleted: change.kind == .deleted)
    }
  }

  private static func isAbout(_ what: String, _ deed: Deed) -> Bool {
    if case .call(let call) = deed { call.what == what } else { false }
  }

  private mutating func take(note: JSONValue) {
    let t = Trace.seconds(note["t"]) ?? 0
    let text = note["note"]?.string ?? ""
    let words = text.split(separator: " ").map(String.init)
    if words.count == 3, words[1] == "apiserver" {
      deeds.append((t, .reach(member: words[0], words[2] == "restarted")))
    } else if text == "nginx already runs in member1, unmanaged" {
      deeds.append((t, .exists(member: "member1", Self.unmanaged(name: "nginx"))))
    } else if text == "member labels", let member = note["cluster"]?.string, let work = flink {
      deeds.append(
        (t, .look(member: member, kind: work.kind, namespace: work.namespace, name: work.name)))
      let seen: JSONValue = [
        "kind": .string(work.kind),
        "metadata": [
          "name": .string(work.name), "namespace": .string(work.namespace),
          "labels": note["labels"] ?? [:],
        ],
      ]
      story.tell(seen, in: member)
    } else if let member = note["cluster"]?.string ?? note["to"]?.string, let work = flink {
      // The recorder set the job's status there; the Work tells to what.
      guard let status = reported(on: member, after: t) else { return }
      deeds.append(
        (
          t,
          .report(
            member: member, kind: work.kind, namespace: work.namespace, name: work.name,
            status: status)
        ))
    }
  }

  /// As the trace's first answer of the proxy shows it, before Karmada took it over.
  private static func unmanaged(name: String) -> JSONValue {
    [
      "apiVersion": "apps/v1", "kind": "Deployment",
      "metadata": [
        "name": .string(name), "namespace": "default", "labels": ["app": .string(name)],
      ],
      "spec": [
        "replicas": 2, "selector": ["matchLabels": ["app": .string(name)]],
        "template": [
          "metadata": ["labels": ["app": .string(name)]],
          "spec": ["containers": [["name": .string(name), "image": "nginx:1.25"]]],
        ],
      ],
    ]
  }

  /// The trace's one FlinkDeployment.
  private var flink: (kind: String, namespace: String, name: String)? {
    for change in trace.changes where change.plural == "works" {
      let identifier = change.object[path: "status", "manifestStatuses"]?.array?.first?[
        "identifier"]
      guard identifier?["kind"] == "FlinkDeployment" else { continue }
      return (
        "FlinkDeployment", identifier?["namespace"]?.string ?? "",
        identifier?["name"]?.string ?? ""
      )
    }
    return nil
  }

  /// What a Work on that member reported next, half a second later at most.
  private func reported(on member: String, after t: Double) -> JSONValue? {
    trace.changes.first { change in
      change.plural == "works" && change.t > t && change.t < t + 0.5
        && change.object[path: "metadata", "namespace"]?.string == "karmada-es-\(member)"
        && change.object[path: "status", "manifestStatuses"]?.array?.first?["status"]?["jobStatus"]
          != nil
    }?.object[path: "status", "manifestStatuses"]?.array?.first?["status"]
  }
}

extension RecordedCall {
  /// The member whose proxy it went through.
  var member: String? { ResourcePath(path)?.cluster }
}
