import GRDB
import Manifest

/// One change that a server was asked for: noted before it is sent, completed with its answer.
/// One without an outcome was cut off; nobody knows whether the server took it.
public struct AuditRecord: Hashable, Sendable {
  /// 0 until it is noted.
  public var id: Int64 = 0
  public var at: Time
  public var server: String
  public var context: String
  /// As the kubeconfig names the user.
  public var user: String
  /// Why, in the operator's words.
  public var reason: String
  /// "PATCH /apis/…"; never with a query that holds a secret.
  public var request: String
  /// What was sent, Secrets' data left out.
  public var body: JSONValue
  /// The rollback it belongs to.
  public var rollback: String?
  /// "200", or the server's words; nil while the answer is awaited.
  public var outcome: String?

  public init(
    at: Time, server: String, context: String, user: String, reason: String, request: String,
    body: JSONValue, rollback: String? = nil
  ) {
    self.at = at
    self.server = server
    self.context = context
    self.user = user
    self.reason = reason
    self.request = request
    self.body = body
    self.rollback = rollback
  }
}

extension Journal {
  static func registerAudit(_ migrator: inout DatabaseMigrator) {
    migrator.registerMigration("audit") { db in
      try db.create(table: "audit") { t in
        t.autoIncrementedPrimaryKey("id")
        t.column("at", .integer).notNull()
        t.column("server", .text).notNull()
        t.column("context", .text).notNull()
        t.column("user", .text).notNull()
        t.column("reason", .text).notNull()
        t.column("request", .text).notNull()
        t.column("body", .text).notNull()
        t.column("rollback", .text).references("rollback", onDelete: .setNull)
        t.column("outcome", .text)
      }
    }
  }

  /// Notes a change that is about to be sent; returns its number.
  public func note(_ record: AuditRecord) throws(JournalError) -> Int64 {
    try write { db in
      try db.execute(
        sql: """
          INSERT INTO audit (at, server, context, user, reason, request, body, rollback, outcome)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          record.at.nanoseconds, record.server, record.context, record.user, record.reason,
          record.request, record.body.jsonText(), record.rollback, record.outcome,
        ])
      return db.lastInsertedRowID
    }
  }

  /// Completes a noted change with what came of it.
  public func complete(_ audit: Int64, outcome: String) throws(JournalError) {
    try write { db in
      try db.execute(
        sql: "UPDATE audit SET outcome = ? WHERE id = ?", arguments: [outcome, audit])
    }
  }

  /// The newest first.
  public func audits(limit: Int = 1000) throws(JournalError) -> [AuditRecord] {
    try read { db in
      try Row.fetchAll(
        db, sql: "SELECT * FROM audit ORDER BY id DESC LIMIT ?", arguments: [limit]
      ).map { row in
        var record = AuditRecord(
          at: row.time("at") ?? Time(nanoseconds: 0), server: row["server"],
          context: row["context"], user: row["user"], reason: row["reason"],
          request: row["request"], body: try row.json("body"), rollback: row["rollback"])
        record.id = row["id"]
        record.outcome = row["outcome"]
        return record
      }
    }
  }
}
