import ControlPlane
import Manifest
import TestSupport
import Testing

@testable import Simulation

/// The embedded Karmada's answers beside a real Karmada 1.12.5's.
@Suite struct ConformanceTests {
  /// What differs by nature: names of this run, times, versions.
  private static func shape(_ value: JSONValue) -> JSONValue {
    switch value {
    case .object(let object):
      var out: JSONObject = [:]
      for (key, value) in object.members {
        let isOwn = ["resourceVersion", "uid", "serverAddress", "storageVersionHash"].contains(key)
        out[key] = isOwn ? "…" : shape(value)
      }
      return .object(out)
    case .array(let items): return .array(items.map(shape))
    default: return value
    }
  }

  @Test(arguments: [
    "get-404", "list-cop", "list-rb-limit2", "proxy-ghost", "bad-token-401", "anon-401-or-403",
    "list-rb-bad-continue",
  ])
  func answersAsRecorded(_ name: String) async throws {
    let recorded = try RecordedExchange(named: name)
    let plane = SimulatedControlPlane.empty()
    let response = try await OpenDoor.with(plane) { door in
      let credentials =
        switch name {
        case "bad-token-401": ["Authorization: Bearer nope"]
        case "anon-401-or-403": [String]()
        default: ["Authorization: Bearer \(door.door.token)"]
        }
      return try await Curl.get(
        door.door.url + target(recorded), headers: credentials + ["Accept: application/json"])
    }
    #expect(response.status == recorded.status)
    let ours = try JSONValue(parsing: response.body)
    let theirs = try JSONValue(parsing: recorded.body)
    #expect(Self.shape(ours) == Self.shape(theirs))
    // The order of keys is the real one, too.
    #expect(keys(ours) == keys(theirs))
  }

  private func keys(_ value: JSONValue) -> [String] { value.object.map { Array($0.keys) } ?? [] }

  private func target(_ recorded: RecordedExchange) -> String {
    let query = recorded.request.query.map { "\($0.name)=\(Percent.encode($0.value))" }
    return recorded.request.path + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
  }

  @Test(arguments: ["watch-rb-3s", "watch-rb-initial-events-3s", "watch-rb-too-old"])
  func watchesAsRecorded(_ name: String) async throws {
    let recorded = try RecordedExchange(named: name)
    let plane = SimulatedControlPlane.empty()
    var request = recorded.request
    request.query = request.query.map {
      $0.name == "timeoutSeconds" ? .init("timeoutSeconds", "1") : $0
    }
    var body: [UInt8] = []
    for try await piece in plane.stream(request) { body += piece }
    let ours = try JSONValue(parsing: body)
    let theirs = try JSONValue(parsing: recorded.body)
    #expect(ours["type"] == theirs["type"])
    #expect(ours["object"]?.object?.keys.sorted() == theirs["object"]?.object?.keys.sorted())
    #expect(
      ours[path: "object", "metadata", "annotations"]
        == theirs[path: "object", "metadata", "annotations"])
    #expect(ours[path: "object", "code"] == theirs[path: "object", "code"])
  }

  /// Every verdict that needs no webhook (those come with the controllers).
  @Test func refusesAsInTheRecordedVerdicts() throws {
    let trace = try Trace(try Fixture.bytes("traces/field-override.trace.jsonl"))
    let stale = try #require(trace.calls.first { $0.what == "stale PUT" })
    let ours = StatusError.staleVersion(
      try #require(
        ResourceRegistry.karmada.type(
          apiVersion: "policy.karmada.io/v1alpha1", kind: "OverridePolicy")), "example")
    #expect(ours.status == stale.answer)
    let verdicts = try Trace(try Fixture.bytes("traces/api-verdicts.trace.jsonl"))
    let again = try #require(verdicts.calls.first { $0.what == "lease create again" })
    let lease = try #require(ResourceRegistry.karmada.type(.leases))
    #expect(StatusError.alreadyExists(lease, "rollback-nginx").status == again.answer)
  }

  @Test func discoveryNamesKarmadasKindsAsRecorded() throws {
    let discovery = Discovery(registry: .karmada, address: "")
    let resources = discovery.resources(group: "work.karmada.io", version: "v1alpha2")
    let names = (resources?["resources"]?.array ?? []).compactMap { $0["name"]?.string }
    #expect(
      names == [
        "clusterresourcebindings", "clusterresourcebindings/status", "resourcebindings",
        "resourcebindings/status",
      ])
    let binding = resources?["resources"]?.array?[2]
    #expect(
      binding == [
        "name": "resourcebindings", "singularName": "resourcebinding", "namespaced": true,
        "kind": "ResourceBinding",
        "verbs": [
          "delete", "deletecollection", "get", "list", "patch", "create", "update", "watch",
        ],
        "shortNames": ["rb"], "categories": ["karmada-io"],
      ])
    #expect(discovery.resources(group: "work.karmada.io", version: "v9") == nil)
  }

  @Test func seededBindingHasTheRecordedShape() throws {
    let fleet = try SimulatedControlPlane.quickstart().fleet
    let type = try #require(fleet.karmada.registry.type(.resourceBindings))
    let ours = try fleet.karmada.get(type, namespace: "platform", name: "auth-deployment").value
    let trace = try Trace(try Fixture.bytes("traces/field-override.trace.jsonl"))
    let theirs = try #require(
      trace.objects("resourcebindings", at: 4).first { $0.key == "default/web-deployment" }?.object)
    func keys(_ value: JSONValue?) -> Set<String> {
      Set(value?.object.map { Array($0.keys) } ?? [])
    }
    #expect(keys(theirs).isSubset(of: keys(ours)))
    #expect(keys(theirs["metadata"]).isSubset(of: keys(ours["metadata"])))
    #expect(keys(theirs["spec"]).isSubset(of: keys(ours["spec"])))
    #expect(keys(theirs["status"]) == keys(ours["status"]))
    #expect(
      keys(theirs[path: "metadata", "labels"]) == keys(ours[path: "metadata", "labels"]))
    #expect(
      keys(theirs[path: "metadata", "annotations"]) == keys(ours[path: "metadata", "annotations"]))
  }
}
