import GRDB
import Karmada
import Manifest

extension Journal {
  static func registerOverrideEdits(_ migrator: inout DatabaseMigrator) {
    migrator.registerMigration("overrideEdits") { db in
      try db.create(table: "overrideEdit") { t in
        t.primaryKey("id", .text)
        t.column("at", .integer).notNull()
        t.column("server", .text).notNull()
        t.column("context", .text).notNull()
        t.column("policyKind", .text).notNull()
        t.column("policyNamespace", .text).notNull()
        t.column("policyName", .text).notNull()
        t.column("by", .text).notNull()
        t.column("reason", .text).notNull()
        t.column("action", .text).notNull()
        t.column("before", .text)
        t.column("after", .text)
        t.column("undoes", .text).references("overrideEdit")
        t.column("outcome", .text)
      }
      try db.create(
        index: "overrideEditByPolicy", on: "overrideEdit",
        columns: ["server", "policyKind", "policyNamespace", "policyName", "at"])
    }
  }

  /// Notes an edit before it is sent.
  public func begin(_ record: OverrideEditRecord) throws(JournalError) {
    try write { db in
      try db.execute(
        sql: """
          INSERT INTO overrideEdit (id, at, server, context, policyKind, policyNamespace,
            policyName, "by", reason, action, before, after, undoes, outcome)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          record.id, record.at.nanoseconds, record.server, record.context, record.policy.kind,
          record.policy.key.namespace, record.policy.key.name, record.by, record.reason,
          record.action, record.before?.jsonText(), record.after?.jsonText(), record.undoes,
          record.outcome,
        ])
    }
  }

  /// Notes what became of an edit, with the policy as the server has it now; nil keeps what was
  /// sent.
  public func conclude(
    edit: String, outcome: String, after: JSONValue? = nil
  ) throws(JournalError) {
    try write { db in
      try db.execute(
        sql: "UPDATE overrideEdit SET outcome = ?, after = coalesce(?, after) WHERE id = ?",
        arguments: [outcome, after?.jsonText(), edit])
    }
  }

  public func overrideEdit(_ id: String) throws(JournalError) -> OverrideEditRecord? {
    try read { db in
      try Row.fetchOne(db, sql: "SELECT * FROM overrideEdit WHERE id = ?", arguments: [id])
        .map(OverrideEditRecord.init(row:))
    }
  }

  /// The newest first; of one policy where it is given.
  public func overrideEdits(
    server: String, of policy: PolicyReference? = nil, limit: Int = 1000
  ) throws(JournalError) -> [OverrideEditRecord] {
    try read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT * FROM overrideEdit WHERE server = ? AND (? IS NULL
            OR (policyKind = ? AND policyNamespace = ? AND policyName = ?))
          ORDER BY at DESC, rowid DESC LIMIT ?
          """,
        arguments: [
          server, policy?.kind, policy?.kind, policy?.key.namespace, policy?.key.name, limit,
        ]
      ).map(OverrideEditRecord.init(row:))
    }
  }
}

extension OverrideEditRecord {
  fileprivate init(row: Row) throws {
    guard let at = row.time("at") else { throw UnreadableColumn(column: "at") }
    func policy(_ column: String) throws -> JSONValue? {
      guard row[column] as String? != nil else { return nil }
      return try row.json(column)
    }
    self.init(
      id: row["id"], at: at, server: row["server"], context: row["context"],
      policy: PolicyReference(
        kind: row["policyKind"],
        key: ObjectKey(namespace: row["policyNamespace"], name: row["policyName"])),
      by: row["by"], reason: row["reason"], action: row["action"], before: try policy("before"),
      after: try policy("after"), undoes: row["undoes"])
    outcome = row["outcome"]
  }
}
