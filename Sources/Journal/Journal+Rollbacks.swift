import GRDB
import Karmada
import Manifest

extension Journal {
  static func registerRollbacks(_ migrator: inout DatabaseMigrator) {
    migrator.registerMigration("rollbacks") { db in
      try db.create(table: "rollback") { t in
        t.primaryKey("id", .text)
        t.column("action", .text).notNull()
        t.column("undoes", .text).references("rollback")
        t.column("server", .text).notNull()
        t.column("context", .text).notNull()
        t.column("policyKind", .text).notNull()
        t.column("policyNamespace", .text).notNull()
        t.column("policyName", .text).notNull()
        t.column("by", .text).notNull()
        t.column("reason", .text).notNull()
        t.column("startedAt", .integer).notNull().indexed()
        t.column("updatedAt", .integer).notNull()
        t.column("outcome", .text)
        t.column("plan", .text).notNull()
      }
      try db.create(table: "rollbackStep", options: .withoutRowID) { t in
        t.primaryKey {
          t.column("rollback", .text).references("rollback", onDelete: .cascade)
          t.column("sequence", .integer)
        }
        t.column("at", .integer).notNull()
        t.column("step", .text).notNull()
        t.column("state", .text).notNull()
        t.column("detail", .text).notNull()
      }
      try db.create(table: "snapshot") { t in
        t.autoIncrementedPrimaryKey("id")
        t.column("rollback", .text).notNull().indexed()
          .references("rollback", onDelete: .cascade)
        t.column("role", .text).notNull()
        t.column("cluster", .text).notNull()
        t.column("apiVersion", .text).notNull()
        t.column("kind", .text).notNull()
        t.column("namespace", .text).notNull()
        t.column("name", .text).notNull()
        t.column("uid", .text).notNull()
        t.column("resourceVersion", .text).notNull()
        t.column("isComplete", .boolean).notNull()
        t.column("body", .text).notNull()
      }
    }
  }

  // MARK: Runs

  /// Notes a run before its first step.
  public func begin(_ record: RollbackRecord) throws(JournalError) {
    try write { db in
      try db.execute(
        sql: """
          INSERT INTO rollback (id, action, undoes, server, context, policyKind, policyNamespace,
            policyName, "by", reason, startedAt, updatedAt, outcome, plan)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          record.id, record.action.rawValue, record.undoes, record.server, record.context,
          record.policy.kind, record.policy.key.namespace, record.policy.key.name, record.by,
          record.reason, record.startedAt.nanoseconds, record.updatedAt.nanoseconds,
          record.outcome, record.plan.jsonText(),
        ])
    }
  }

  /// Adds a step to a run and returns it with its number. Fails when there is no such run.
  @discardableResult
  public func append(
    _ step: String, _ state: String, detail: JSONValue = [:], at time: Time, to run: String
  ) throws(JournalError) -> StepRecord {
    try write { db in
      let last = try Int.fetchOne(
        db, sql: "SELECT max(sequence) FROM rollbackStep WHERE rollback = ?", arguments: [run])
      let sequence = (last ?? 0) + 1
      try db.execute(
        sql: "INSERT INTO rollbackStep VALUES (?, ?, ?, ?, ?, ?)",
        arguments: [run, sequence, time.nanoseconds, step, state, detail.jsonText()])
      try db.execute(
        sql: "UPDATE rollback SET updatedAt = ? WHERE id = ?",
        arguments: [time.nanoseconds, run])
      return StepRecord(sequence: sequence, at: time, step: step, state: state, detail: detail)
    }
  }

  /// Notes how a run ended; nil opens it again.
  public func setOutcome(
    _ outcome: String?, of run: String, at time: Time
  ) throws(JournalError) {
    try write { db in
      try db.execute(
        sql: "UPDATE rollback SET outcome = ?, updatedAt = ? WHERE id = ?",
        arguments: [outcome, time.nanoseconds, run])
    }
  }

  /// Replaces what was decided before the first step: it may be decided anew until something is
  /// deleted.
  public func setPlan(_ plan: JSONValue, of run: String) throws(JournalError) {
    try write { db in
      try db.execute(
        sql: "UPDATE rollback SET plan = ? WHERE id = ?", arguments: [plan.jsonText(), run])
    }
  }

  public func rollback(_ id: String) throws(JournalError) -> RollbackRecord? {
    try read { db in
      try Row.fetchOne(db, sql: "SELECT * FROM rollback WHERE id = ?", arguments: [id])
        .map(RollbackRecord.init(row:))
    }
  }

  /// The newest first.
  public func rollbacks(limit: Int = 1000) throws(JournalError) -> [RollbackRecord] {
    try read { db in
      try Row.fetchAll(
        db, sql: "SELECT * FROM rollback ORDER BY startedAt DESC, id LIMIT ?",
        arguments: [limit]
      ).map(RollbackRecord.init(row:))
    }
  }

  /// What a run has noted, in order.
  public func steps(of run: String) throws(JournalError) -> [StepRecord] {
    try read { db in
      try Row.fetchAll(
        db, sql: "SELECT * FROM rollbackStep WHERE rollback = ? ORDER BY sequence",
        arguments: [run]
      ).map { row in
        StepRecord(
          sequence: row["sequence"], at: row.time("at") ?? Time(nanoseconds: 0),
          step: row["step"], state: row["state"], detail: try row.json("detail"))
      }
    }
  }

  // MARK: Snapshots

  /// Replaces what was kept for a run: all of it, or on an error nothing.
  public func setSnapshots(
    _ snapshots: [SnapshotRecord], of run: String
  ) throws(JournalError) {
    try write { db in
      try db.execute(sql: "DELETE FROM snapshot WHERE rollback = ?", arguments: [run])
      let insertion = try db.makeStatement(
        sql: """
          INSERT INTO snapshot (rollback, role, cluster, apiVersion, kind, namespace, name, uid,
            resourceVersion, isComplete, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """)
      for one in snapshots {
        try insertion.execute(arguments: [
          run, one.role.rawValue, one.cluster, one.object.apiVersion, one.object.kind,
          one.object.namespace, one.object.name, one.object.uid, one.resourceVersion,
          one.isComplete, one.body.jsonText(),
        ])
      }
    }
  }

  /// In the order they were given.
  public func snapshots(of run: String) throws(JournalError) -> [SnapshotRecord] {
    try read { db in
      try Row.fetchAll(
        db, sql: "SELECT * FROM snapshot WHERE rollback = ? ORDER BY id", arguments: [run]
      ).map(SnapshotRecord.init(row:))
    }
  }
}

extension RollbackRecord {
  fileprivate init(row: Row) throws {
    guard let action = Action(rawValue: row["action"]), let startedAt = row.time("startedAt")
    else { throw UnreadableColumn(column: "action") }
    self.init(
      id: row["id"], action: action, undoes: row["undoes"], server: row["server"],
      context: row["context"],
      policy: PolicyReference(
        kind: row["policyKind"],
        key: ObjectKey(namespace: row["policyNamespace"], name: row["policyName"])),
      by: row["by"], reason: row["reason"], startedAt: startedAt, plan: try row.json("plan"))
    updatedAt = row.time("updatedAt") ?? startedAt
    outcome = row["outcome"]
  }
}

extension SnapshotRecord {
  fileprivate init(row: Row) throws {
    guard let role = Role(rawValue: row["role"]) else { throw UnreadableColumn(column: "role") }
    var object = ObjectReference()
    object.apiVersion = row["apiVersion"]
    object.kind = row["kind"]
    object.namespace = row["namespace"]
    object.name = row["name"]
    object.uid = row["uid"]
    self.init(
      role: role, cluster: row["cluster"], object: object,
      resourceVersion: row["resourceVersion"], isComplete: row["isComplete"],
      body: try row.json("body"))
  }
}
