import Dashboard
import Foundation
import Journal
import Karmada
import Manifest

extension SnapshotRecord {
  /// Everything that undo or a curious operator may need, as it is before anything is changed. The
  /// data of Secrets only if it is to be kept, wherever a Secret is wrapped.
  static func all(of facts: RollbackFacts, keepingSecrets: Bool) -> [SnapshotRecord] {
    func record(_ role: Role, _ live: LiveObject, cluster: String = "") -> SnapshotRecord {
      var body = live.document
      // Says who set which field; nothing that could be restored.
      body["metadata"]?["managedFields"] = nil
      let kept = keepingSecrets ? body : Redaction.redacted(body)
      return SnapshotRecord(
        role: role, cluster: cluster, object: live.reference,
        resourceVersion: live.resourceVersion, isComplete: kept == body, body: kept)
    }
    var records = facts.policy.map { [record(.policy, $0)] } ?? []
    records += facts.templates.map { record(.template, $0) }
    records += facts.bindings.map { record(.binding, $0) }
    records += facts.works.map { record(.work, $0) }
    for member in facts.members {
      guard case .present(let live) = member.state else { continue }
      records.append(record(.member, live, cluster: member.cluster))
    }
    return records
  }
}

extension RollbackPlan {
  /// As the journal keeps it.
  func journalJSON() throws -> JSONValue {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return try JSONValue(parsing: [UInt8](try encoder.encode(self)))
  }

  /// Throws when another program has written it.
  init(journalJSON: JSONValue) throws {
    self = try JSONDecoder().decode(Self.self, from: Data(journalJSON.serialized()))
  }
}

extension RollbackEntry {
  /// nil for a step that no run takes: the report, which closes a record.
  init?(_ record: StepRecord) {
    guard let step = RollbackStep(rawValue: record.step),
      let state = State(rawValue: record.state)
    else { return nil }
    self.init(step, state, record.detail)
  }
}
