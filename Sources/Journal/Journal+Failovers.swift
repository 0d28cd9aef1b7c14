import GRDB
import Karmada
import Manifest

extension Journal {
  static func registerFailovers(_ migrator: inout DatabaseMigrator) {
    migrator.registerMigration("failovers") { db in
      try db.create(table: "episode") { t in
        // Every writing of an episode takes the next number: what others have written since can be
        // asked for.
        t.column("sequence", .integer).notNull().indexed()
        t.primaryKey("id", .text)
        t.column("server", .text).notNull()
        t.column("bindingUID", .text).notNull()
        t.column("fromCluster", .text).notNull()
        t.column("taskCreated", .integer)
        t.column("began", .integer).notNull()
        t.column("latest", .integer).notNull()
        t.column("isOpen", .boolean).notNull()
        t.column("body", .text).notNull()
      }
      try db.create(
        index: "episodeOfBinding", on: "episode", columns: ["server", "bindingUID", "fromCluster"])
      try db.create(index: "episodeByTime", on: "episode", columns: ["server", "latest"])
      // Whatever goes wrong, one eviction is one row.
      try db.execute(
        sql: """
          CREATE UNIQUE INDEX episodeOfTask
          ON episode(server, bindingUID, fromCluster, taskCreated) WHERE taskCreated IS NOT NULL
          """)
      try db.create(table: "acknowledgement", options: .withoutRowID) { t in
        t.primaryKey("episode", .text).references("episode", onDelete: .cascade)
        t.column("at", .integer).notNull()
        t.column("by", .text).notNull()
        t.column("reason", .text).notNull()
      }
      try db.create(table: "watched", options: .withoutRowID) { t in
        t.primaryKey("server", .text)
        t.column("until", .integer).notNull()
      }
      try db.create(table: "observationGap", options: .withoutRowID) { t in
        t.primaryKey {
          t.column("server", .text)
          t.column("from", .integer)
          t.column("until", .integer)
        }
        t.column("why", .text).notNull()
      }
    }
  }

  // MARK: Episodes

  /// Keeps what is known of episodes on a control plane. One that is there already, from this or
  /// another dashboard, is completed and keeps its id. Returns them as they are kept now, in the
  /// order given.
  @discardableResult
  public func keep(_ episodes: [Episode], server: String) throws(JournalError) -> [Episode] {
    guard !episodes.isEmpty else { return [] }
    return try write { db in
      var sequence = try Int64.fetchOne(db, sql: "SELECT max(sequence) FROM episode") ?? 0
      return try episodes.map { episode in
        let known = try Self.known(episode, server, db)
        let before = known.first.map { first in
          known.dropFirst().reduce(first) { $0.merged(with: $1) }
        }
        let kept = before.map { $0.merged(with: episode) } ?? episode
        guard known.count > 1 || kept != before else { return kept }
        for double in known.dropFirst() { try Self.join(double.id, to: kept.id, db) }
        sequence += 1
        try Self.put(kept, server, sequence, db)
        return kept
      }
    }
  }

  /// Accounts of the same eviction, the first written first. There is more than one when a
  /// dashboard saw it blocked and another only once it had a task.
  private static func known(
    _ episode: Episode, _ server: String, _ db: Database
  ) throws -> [Episode] {
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT body FROM episode
        WHERE server = ? AND (id = ? OR (bindingUID = ? AND
          (fromCluster IN (?, '') OR ? = ''))) ORDER BY rowid
        """,
      arguments: [server, episode.id, episode.binding.uid, episode.from, episode.from])
    let same = try rows.map(Self.episode).filter { $0.isSame(as: episode) }
    // An account that knows no cluster may fit several that do: it is one of them, not all.
    let from = [episode.from, same.first { !$0.from.isEmpty }?.from].lazy.compactMap { $0 }
      .first { !$0.isEmpty }
    return same.filter { $0.from.isEmpty || $0.from == from }
  }

  private static func join(_ double: String, to id: String, _ db: Database) throws {
    try db.execute(
      sql: "UPDATE OR IGNORE acknowledgement SET episode = ? WHERE episode = ?",
      arguments: [id, double])
    try db.execute(sql: "DELETE FROM episode WHERE id = ?", arguments: [double])
  }

  private static func put(
    _ episode: Episode, _ server: String, _ sequence: Int64, _ db: Database
  ) throws {
    let began = episode.began ?? episode.latest ?? Time(nanoseconds: 0)
    try db.execute(
      sql: """
        INSERT INTO episode (sequence, id, server, bindingUID, fromCluster, taskCreated, began,
          latest, isOpen, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence,
          fromCluster = excluded.fromCluster, taskCreated = excluded.taskCreated, began = excluded.began, latest = excluded.latest,
          isOpen = excluded.isOpen, body = excluded.body
        """,
      arguments: [
        sequence, episode.id, server, episode.binding.uid, episode.from,
        episode.taskCreated?.nanoseconds, began.nanoseconds,
        (episode.latest ?? began).nanoseconds, episode.isOpen, episode.json.jsonText(),
      ])
  }

  private static func episode(_ row: Row) throws -> Episode {
    guard let episode = Episode(json: try row.json("body")) else {
      throw UnreadableColumn(column: "body")
    }
    return episode
  }

  /// What has been written of a control plane's episodes after that number, the newest of them
  /// where there are more than `limit`, in the order of time; and the number to ask with next.
  public func episodes(
    server: String, after sequence: Int64 = 0, limit: Int = 10_000
  ) throws(JournalError) -> (episodes: [Episode], sequence: Int64) {
    try read { db in
      let last = try Int64.fetchOne(db, sql: "SELECT max(sequence) FROM episode") ?? 0
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT body FROM episode WHERE server = ? AND sequence > ?
          ORDER BY isOpen DESC, latest DESC LIMIT ?
          """, arguments: [server, sequence, limit])
      return (try rows.map(Self.episode).reversed(), last)
    }
  }

  /// Forgets what was over before that moment, with its acknowledgements, and gaps before it.
  public func forgetFailovers(before time: Time) throws(JournalError) {
    try write { db in
      try db.execute(
        sql: "DELETE FROM episode WHERE NOT isOpen AND latest < ?", arguments: [time.nanoseconds])
      try db.execute(
        sql: "DELETE FROM observationGap WHERE \"until\" < ?", arguments: [time.nanoseconds])
    }
  }

  // MARK: Acknowledgements

  /// Somebody has seen an episode and says what they make of it; the last word counts.
  public func acknowledge(
    _ acknowledgement: Acknowledgement, episode: String
  ) throws(JournalError) {
    try write { db in
      try db.execute(
        sql: """
          INSERT INTO acknowledgement (episode, at, "by", reason) VALUES (?, ?, ?, ?)
          ON CONFLICT (episode) DO UPDATE SET at = excluded.at, "by" = excluded."by",
            reason = excluded.reason
          """,
        arguments: [
          episode, acknowledgement.at.nanoseconds, acknowledgement.by, acknowledgement.reason,
        ])
    }
  }

  /// By the id of the episode.
  public func acknowledgements(
    server: String
  ) throws(JournalError) -> [String: Acknowledgement] {
    try read { db in
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT a.episode, a.at, a."by", a.reason FROM acknowledgement a
          JOIN episode e ON e.id = a.episode WHERE e.server = ?
          """, arguments: [server])
      return Dictionary(
        rows.map { row in
          (
            row["episode"],
            Acknowledgement(
              at: row.time("at") ?? Time(nanoseconds: 0), by: row["by"], reason: row["reason"])
          )
        }, uniquingKeysWith: { $1 })
    }
  }

  // MARK: Watching

  /// Somebody is watching the control plane up to that moment.
  public func noteWatching(server: String, until time: Time) throws(JournalError) {
    try write { db in
      try db.execute(
        sql: """
          INSERT INTO watched (server, "until") VALUES (?, ?)
          ON CONFLICT (server) DO UPDATE SET "until" = max("until", excluded."until")
          """, arguments: [server, time.nanoseconds])
    }
  }

  /// Watching begins, or goes on after a break: the time in which nobody watched, this dashboard
  /// or another, is kept as a gap. The first time ever there is none: nothing is claimed of the
  /// time before.
  ///
  /// - Parameter since: from when on this dashboard has not watched; nil when it has just started.
  /// - Returns: the gap, if it is longer than `least`.
  public func resumeWatching(
    server: String, since: Time?, at now: Time, why: String, least: Duration = .seconds(15)
  ) throws(JournalError) -> ObservationGap? {
    try write { db in
      let stored = try Int64.fetchOne(
        db, sql: "SELECT \"until\" FROM watched WHERE server = ?", arguments: [server])
      try db.execute(
        sql: """
          INSERT INTO watched (server, "until") VALUES (?, ?)
          ON CONFLICT (server) DO UPDATE SET "until" = max("until", excluded."until")
          """, arguments: [server, now.nanoseconds])
      let known = stored.map { Time(nanoseconds: $0) }
      guard let from = [known, since].compactMap({ $0 }).max(), now - from > least else {
        return nil
      }
      let gap = ObservationGap(from: from, until: now, why: why)
      try db.execute(
        sql: "INSERT OR REPLACE INTO observationGap VALUES (?, ?, ?, ?)",
        arguments: [server, gap.from.nanoseconds, gap.until.nanoseconds, why])
      return gap
    }
  }

  /// The oldest first.
  public func observationGaps(server: String) throws(JournalError) -> [ObservationGap] {
    try read { db in
      try Row.fetchAll(
        db, sql: "SELECT * FROM observationGap WHERE server = ? ORDER BY \"from\"",
        arguments: [server]
      ).map { row in
        ObservationGap(
          from: row.time("from") ?? Time(nanoseconds: 0),
          until: row.time("until") ?? Time(nanoseconds: 0), why: row["why"])
      }
    }
  }
}
