import GRDB

/// A journal that takes nothing more, as when its disk is full: for whoever has it open, too.
package enum FullDisk {
  private static let events = [
    "INSERT ON rollbackStep", "INSERT ON audit", "INSERT ON snapshot", "UPDATE ON rollback",
  ]

  package static func begin(_ path: String) throws {
    try change(path) { index, event in
      """
      CREATE TRIGGER IF NOT EXISTS full_\(index) BEFORE \(event)
      BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END
      """
    }
  }

  package static func end(_ path: String) throws {
    try change(path) { index, _ in "DROP TRIGGER IF EXISTS full_\(index)" }
  }

  private static func change(_ path: String, _ sql: (Int, String) -> String) throws {
    let queue = try DatabaseQueue(path: path)
    try queue.write { db in
      for (index, event) in events.enumerated() { try db.execute(sql: sql(index, event)) }
    }
    try queue.close()
  }
}
