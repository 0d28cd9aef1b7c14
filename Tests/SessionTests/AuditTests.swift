import ControlPlane
import Foundation
import GRDB
import Logging
import Manifest
import Simulation
import TestSupport
import Testing

@testable import Journal
@testable import Session

@Suite struct AuditTests {
  private let folder = NSTemporaryDirectory() + "quarterdeck-\(UUID().uuidString)"
  private let time: ManualTime
  private let plane: SimulatedControlPlane

  init() throws {
    time = ManualTime(Time(seconds: 1_780_000_000))
    plane = try SimulatedControlPlane(
      playing: try Scenario.embedded("migration"), time: time)
  }

  private func audited(_ journal: Journal) -> AuditedControlPlane {
    AuditedControlPlane(
      plane, journal: journal, reason: "INC-7", now: { [time] in time.now },
      log: Logger(label: "test"))
  }

  private func secret(_ name: String) -> JSONValue {
    [
      "apiVersion": "v1", "kind": "Secret", "metadata": ["name": .string(name)],
      "data": ["password": "aHVudGVyMg=="],
    ]
  }

  @Test func everyChangeIsNotedWithItsReasonAndItsAnswer() async throws {
    let journal = try Journal(path: folder + "/journal.sqlite")
    let plane = audited(journal)
    let lease: JSONValue = [
      "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": ["name": "one"],
      "spec": ["holderIdentity": "ada"],
    ]
    _ = try await plane.create(.leases, namespace: "default", object: lease)
    await #expect(throws: APIError.self) {
      try await plane.create(.leases, namespace: "default", object: lease)
    }
    let audits = try journal.audits()
    #expect(audits.count == 2)
    #expect(audits.allSatisfy { $0.reason == "INC-7" })
    #expect(
      audits.allSatisfy {
        $0.request == "POST /apis/coordination.k8s.io/v1/namespaces/default/leases"
      })
    #expect(audits.last?.outcome == "201")
    #expect(audits.first?.outcome?.hasPrefix("409 ") == true)
    #expect(audits.first?.body["spec"]?["holderIdentity"] == "ada")
  }

  @Test func questionsAreNotChanges() async throws {
    let journal = try Journal(path: folder + "/journal.sqlite")
    let plane = audited(journal)
    _ = try await plane.listPage(ListScope(.clusters))
    _ = try await plane.delete(.clusters, name: "member1", dryRun: true)
    #expect(try journal.audits().isEmpty)
  }

  @Test func aSecretsDataStaysOut() async throws {
    let journal = try Journal(path: folder + "/journal.sqlite")
    let plane = audited(journal)
    let secrets = APIResource(
      group: "", version: "v1", plural: "secrets", kind: "Secret", isNamespaced: true)
    _ = try await plane.create(secrets, namespace: "default", object: secret("one"))
    _ = try await plane.patch(
      secrets, namespace: "default", name: "one", patch: ["data": ["password": "c2VjcmV0"]])
    let text = try journal.audits().map { $0.body.jsonText() }.joined()
    #expect(!text.contains("aHVudGVyMg"))
    #expect(!text.contains("c2VjcmV0"))
  }

  @Test func whatCannotBeNotedIsNotSent() async throws {
    let path = folder + "/journal.sqlite"
    let journal = try Journal(path: path)
    // As if another program had damaged the file.
    try journal.write { try $0.execute(sql: "DROP TABLE audit") }
    let plane = audited(journal)
    await #expect(throws: JournalError.self) {
      try await plane.delete(.clusters, name: "member1")
    }
    _ = try await self.plane.get(.clusters, name: "member1")
  }
}
