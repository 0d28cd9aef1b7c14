import Foundation
import GRDB
import Glibc

/// What Quarterdeck must not forget: rollbacks with their steps and snapshots, and every change it
/// asked a server for. One SQLite file, in WAL mode and readable by its owner only.
///
/// Several programs may use one file at once: writes are short, wait for each other, and begin
/// IMMEDIATE, so that none fails half way. Calls block for as long as the disk takes; do not make
/// them on the main thread.
public final class Journal: Sendable {
  public let path: String
  private let queue: DatabaseQueue

  /// How long a write waits for another program's.
  static let patience: TimeInterval = 5

  /// Opens the journal, makes it where there is none, and brings its tables up to date.
  public convenience init(path: String) throws(JournalError) {
    try self.init(path: path, patience: Self.patience)
  }

  init(path: String, patience: TimeInterval) throws(JournalError) {
    self.path = path
    do {
      try Self.makeFile(path)
      // Two programs that meet a new file must not both lay out its tables.
      let door = try Door(path + ".lock")
      queue = try withExtendedLifetime(door) {
        let queue = try DatabaseQueue(
          path: path, configuration: Self.configuration(patience: patience))
        try Self.migrate(queue, path: path)
        return queue
      }
      try Self.restrict(path)
    } catch {
      throw JournalError(error, path: path)
    }
  }

  private static func configuration(patience: TimeInterval) -> Configuration {
    var configuration = Configuration()
    configuration.journalMode = .wal
    configuration.busyMode = .timeout(patience)
    configuration.label = "journal"
    configuration.prepareDatabase { db in
      // A step that was noted must still be there after a power failure: the server has been asked
      // for the change by then. WAL's usual NORMAL may lose the last transactions.
      try db.execute(sql: "PRAGMA synchronous = FULL")
    }
    return configuration
  }

  private static func migrate(_ queue: DatabaseQueue, path: String) throws {
    let migrator = migrator
    if try queue.read({ try migrator.hasBeenSuperseded($0) }) {
      throw JournalError(.newer, path: path, message: "")
    }
    try migrator.migrate(queue)
  }

  // MARK: Access

  func read<Value: Sendable>(
    _ body: (Database) throws -> Value
  ) throws(JournalError) -> Value {
    do { return try queue.read(body) } catch { throw JournalError(error, path: path) }
  }

  /// One transaction: all of it or nothing.
  func write<Value: Sendable>(
    _ body: (Database) throws -> Value
  ) throws(JournalError) -> Value {
    do { return try queue.write(body) } catch { throw JournalError(error, path: path) }
  }

  // MARK: Files

  /// The write-ahead log and its index take the mode of the file itself, so that one is made first.
  private static func makeFile(_ path: String) throws {
    let folder = (path as NSString).deletingLastPathComponent
    if !folder.isEmpty, !FileManager.default.fileExists(atPath: folder) {
      do {
        try FileManager.default.createDirectory(
          atPath: folder, withIntermediateDirectories: true,
          attributes: [.posixPermissions: 0o700])
      } catch {
        throw JournalError(.unwritable, path: path, message: "no folder \(folder)")
      }
    }
    // Exclusively: a second descriptor of a file that SQLite has open takes SQLite's locks away
    // when it is closed (sqlite.org/howtocorrupt.html 2.2).
    let file = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
    if file >= 0 {
      close(file)
    } else if errno != EEXIST {
      throw JournalError(.unwritable, path: path, message: String(cString: strerror(errno)))
    }
  }

  /// A journal that was copied here may be readable by others.
  private static func restrict(_ path: String) throws {
    for file in [path, path + "-wal", path + "-shm"] where chmod(file, 0o600) != 0 {
      guard errno != ENOENT else { continue }
      throw JournalError(.unwritable, path: path, message: String(cString: strerror(errno)))
    }
  }
}

/// Lets one program in at a time, for as long as the value lives.
private struct Door: ~Copyable {
  private let file: Int32

  init(_ path: String) throws(JournalError) {
    file = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
    guard file >= 0, flock(file, LOCK_EX) == 0 else {
      throw JournalError(.unwritable, path: path, message: String(cString: strerror(errno)))
    }
  }

  deinit { close(file) }
}
