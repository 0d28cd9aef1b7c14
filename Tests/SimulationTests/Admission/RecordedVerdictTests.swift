import ControlPlane
import Manifest
import TestSupport
import Testing

@testable import Simulation

/// Refusals beside the recorded ones of a real Karmada 1.12.5.
@Suite struct RecordedVerdictTests {
  private static let calls = Result { try RecordedCall.all() }

  /// A Karmada in which the recorded calls find what they found.
  private static func plane() throws -> SimulatedControlPlane {
    let plane = SimulatedControlPlane.empty()
    plane.change { fleet, _ in fleet.karmada.enforceKarmada(tolerations: .recorded) }
    return plane
  }

  @Test(arguments: [
    "create failover without propagateDeps", "new purgeMode name on 1.12",
    "state preservation with Graciously", "dry-run create override", "create policy",
    "image override", "policy divided",
  ])
  func createsAndRefusesAsRecorded(_ what: String) async throws {
    for call in try Self.calls.get() where call.what == what {
      let answer = try await call.send(to: try Self.plane(), body: call.corrected)
      #expect(answer.status == call.status, "\(call.trace)")
      #expect(RecordedCall.shape(answer.body) == RecordedCall.shape(call.answer), "\(call.trace)")
    }
  }

  /// The calls on the override policy of field-override, one after the other.
  @Test func theOverridePolicyIsChangedAndRefusedAsRecorded() async throws {
    let plane = try Self.plane()
    let path = "/apis/policy.karmada.io/v1alpha1/namespaces/default/overridepolicies"
    for call in try Self.calls.get()
    where call.trace == "field-override" && call.path.hasPrefix(path) {
      var body = call.body
      if call.method == "PUT" {
        // Versions are this run's own; a stale one is one that was current before.
        let current = try await plane.value(Call.get("\(path)/example"))
        body["metadata"]?["uid"] = current[path: "metadata", "uid"]
        body["metadata"]?["resourceVersion"] =
          call.what == "stale PUT" ? "1" : current[path: "metadata", "resourceVersion"]
      }
      let answer = try await call.send(to: plane, body: body)
      #expect(answer.status == call.status, "\(call.what)")
      #expect(
        RecordedCall.shape(answer.body) == RecordedCall.shape(call.answer), "\(call.what)")
    }
  }

  @Test func protectedTemplatesStayAsRecorded() async throws {
    let plane = try Self.plane()
    var deployment = Sample.deployment("prot")
    deployment["metadata"]?["labels"] = [
      "resourcetemplate.karmada.io/deletion-protected": "Always"
    ]
    _ = try await plane.send(
      Call.post("/apis/apps/v1/namespaces/default/deployments", deployment))
    for what in ["delete protected template", "dry-run delete", "delete wrong uid"] {
      let call = try #require(try Self.calls.get().first { $0.what == what })
      let answer = try await call.send(to: plane, body: call.body)
      #expect(answer.status == call.status, "\(what)")
      #expect(
        RecordedCall.shape(answer.body) == RecordedCall.shape(call.answer), "\(what)")
    }
    _ = try await plane.send(
      Call.patch(
        "/apis/apps/v1/namespaces/default/deployments/prot",
        [
          "metadata": ["labels": ["resourcetemplate.karmada.io/deletion-protected": nil]]
        ]))
    _ = try await plane.send(
      Call.delete("/apis/apps/v1/namespaces/default/deployments/prot"))
  }

  /// Nothing that a real Karmada has stored is strange to the schemas.
  @Test(arguments: RecordedCall.traces)
  func recordedObjectsFitTheSchemas(_ name: String) throws {
    let trace = try Trace(try Fixture.bytes("traces/\(name).trace.jsonl"))
    var count = 0
    for type in ResourceRegistry.karmada.types {
      guard let schema = KarmadaSchema.of(type) else { continue }
      let objects =
        (trace.start[type.api.plural] ?? [])
        + trace.changes.filter { $0.plural == type.api.plural }.map(\.object)
      for var object in objects {
        object["apiVersion"] = .string(type.api.apiVersion)
        object["kind"] = .string(type.api.kind)
        var unknown: [String] = []
        _ = schema.pruned(object, unknown: &unknown)
        #expect(unknown == [], "\(type.id)")
        #expect(schema.problems(object) == [], "\(type.id)")
        count += 1
      }
    }
    #expect(count > 10)
  }
}
