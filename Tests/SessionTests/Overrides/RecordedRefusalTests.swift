import ControlPlane
import Karmada
import Logging
import Manifest
import RollbackRehearsal
import Simulation
import TestSupport
import Testing

@testable import Session

/// Every refusal of an override policy in the recordings of Karmada 1.12.5 is told twice over: before
/// saving, at its field, and after the dry run, at the same one.
@Suite(.timeLimit(.minutes(5))) struct RecordedRefusalTests {
  struct Refusal: Sendable, CustomTestStringConvertible {
    var what: String
    var status: Int
    /// As the policy was, and as somebody wanted it.
    var present: JSONValue
    var wanted: JSONValue
    /// The server's words on it, and which fields they are about.
    var message: String
    var causes: [(field: String, message: String)]
    var testDescription: String { what }

    var pointers: Set<String> { Self.fields(message, causes) }

    static func fields(_ message: String, _ causes: [(String, String)]) -> Set<String> {
      Set(
        ServerRefusal.complaints(message: message, causes: causes).map {
          FieldPath.text($0.pointer)
        })
    }
  }

  private static let overrider = "spec.overrideRules[0].overriders.fieldOverrider[0]"

  /// Which fields each is about. What is not in here fails the test, and so does what is never met.
  private static let expected: [String: Set<String>] = [
    "bad enum": ["\(overrider).yaml[0].operator"],
    "unknown field strict": ["spec.overrideRulez"],
    "webhook rejects bad path": ["\(overrider).fieldPath", "\(overrider).yaml[0].subPath"],
    "webhook rejects json+yaml": [overrider],
    // Of the policy as a whole: it is to be looked at again.
    "stale PUT": [""],
    "server-side apply conflict": ["spec.overrideRules", "spec.resourceSelectors"],
  ]

  /// Refusals of what is no override policy, which this editor never sends.
  private static let others: Set<String> = [
    "create failover without propagateDeps", "new purgeMode name on 1.12",
    "delete protected template", "dry-run delete", "delete wrong uid", "lease create again",
  ]

  private static func refusals() throws -> [Refusal] {
    var found: [Refusal] = []
    var strangers: Set<String> = []
    for trace in ["field-override", "api-verdicts"] {
      var present: [String: JSONValue] = [:]
      for line in try Fixture.bytes("traces/\(trace).trace.jsonl").split(separator: 0x0A) {
        let entry = try JSONValue(parsing: line)
        guard let what = entry["operator"]?.string, let request = entry["request"],
          let path = request["path"]?.string?.split(separator: "?").first.map(String.init),
          let status = entry[path: "response", "status"]?.int
        else { continue }
        let (body, answer) = (
          request["body"] ?? .null, entry[path: "response", "body"] ?? .null
        )
        guard path.contains("overridepolicies") else {
          if status >= 400 { strangers.insert(what) }
          continue
        }
        if status < 300 {
          if body != .null, let name = answer[path: "metadata", "name"]?.string {
            present[path.hasSuffix("/\(name)") ? path : "\(path)/\(name)"] = answer
          }
          continue
        }
        let before = present[path] ?? .null
        let isMerge = request["contentType"]?.string?.contains("merge-patch") ?? false
        found.append(
          Refusal(
            what: what, status: status, present: before,
            wanted: isMerge ? MergePatch.apply(body, to: before) : body,
            message: answer["message"]?.string ?? "",
            causes: (answer[path: "details", "causes"]?.array ?? []).map {
              ($0["field"]?.string ?? "", $0["message"]?.string ?? "")
            }))
      }
    }
    #expect(strangers == others)
    return found
  }

  @Test func everyRecordedRefusalIsInTheTable() throws {
    let refusals = try Self.refusals()
    #expect(Set(refusals.map(\.what)) == Set(Self.expected.keys))
    for refusal in refusals {
      #expect(refusal.pointers == Self.expected[refusal.what], "\(refusal.what)")
    }
  }

  @Test(arguments: try refusals().filter { $0.status != 409 })
  func itIsToldBeforeSavingAndByTheDryRunAtTheSameField(_ refusal: Refusal) async throws {
    let expected = try #require(Self.expected[refusal.what])
    // Before saving.
    let draft = OverrideDraft(editing: refusal.wanted)
    let known = draft.problems.filter(\.isRefusal)
    #expect(Set(known.map { FieldPath.text($0.pointer) }) == expected)
    #expect(known.allSatisfy { $0.line != nil })

    let (stage, policy) = try await stage(refusal)
    let desk = desk(StagePlane(stage: stage))
    let current = try #require(try await desk.policy(policy))
    let plan = try await desk.plan(
      SaveIntent(policy: policy, base: current, wanted: draft.value, text: draft.text))
    #expect(Set(plan.problems.map { FieldPath.text($0.pointer) }) == expected)
    #expect(plan.obstacle != nil && !plan.isChecked)

    // By the server, had nobody known.
    var body = current
    body["spec"] = refusal.wanted["spec"]
    await #expect(throws: APIError.self) {
      try await stage.plane.sendForValue(
        SaveRequest.update(body).apiRequest(for: policy, dryRun: true))
    }
    do {
      _ = try await stage.plane.sendForValue(
        SaveRequest.update(body).apiRequest(for: policy, dryRun: true))
    } catch {
      let failure = SaveFailure(error)
      #expect(failure.kind == .refused)
      let told = draft.problems(
        ofRefusal: failure.message, causes: failure.causes.map { ($0.field, $0.message) })
      #expect(Set(told.map { FieldPath.text($0.pointer) }) == expected, "\(failure.message)")
      #expect(told.allSatisfy { $0.line != nil })
    }
    #expect(try await desk.policy(policy) == current)
  }

  /// Somebody is quicker, between the last look and the dry run: blocked, in the server's words.
  @Test(arguments: try refusals().filter { $0.status == 409 })
  func aConflictBlocksThePlanAndIsNoFailure(_ refusal: Refusal) async throws {
    let (stage, policy) = try await stage(refusal)
    let plane = StagePlane(stage: stage) { request in
      guard request.query("dryRun") == "All" else { return .none }
      return .failBefore(
        APIError(
          .conflict, status: refusal.status, message: refusal.message,
          causes: refusal.causes.map { APIError.Cause(field: $0.field, message: $0.message) }))
    }
    let desk = desk(plane)
    let current = try #require(try await desk.policy(policy))
    var wanted = current
    wanted["metadata"]?["labels"] = ["mine": "yes"]
    let plan = try await desk.plan(SaveIntent(policy: policy, base: current, wanted: wanted))
    #expect(
      Set(plan.problems.map { FieldPath.text($0.pointer) }) == Self.expected[refusal.what])
    #expect(plan.obstacle != nil && !plan.isChecked)
  }

  private func stage(_ refusal: Refusal) async throws -> (RollbackStage, PolicyReference) {
    let stage = try RollbackStage()
    let present = OverrideDraft.editable(refusal.present)
    try await stage.create(.overridePolicies, present)
    return (stage, PolicyReference(overridePolicy: present))
  }

  private func desk(_ plane: StagePlane) -> OverrideDesk {
    OverrideDesk(
      plane, person: "ada@deck", clock: plane.stage.clock,
      now: { [time = plane.stage.time] in time.now }, log: Logger(label: "test"))
  }
}
