import GRDB

/// Why the journal cannot be used. Nothing is changed on a server without it, so the description
/// says what to do.
public struct JournalError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Kind: String, Hashable, Sendable {
    /// Not permitted, read-only, or the folder is missing and cannot be made.
    case unwritable
    case full
    /// Another program held it for longer than the journal waits.
    case busy
    /// Not a journal, or damaged.
    case corrupt
    /// A newer Quarterdeck has changed its tables.
    case newer
    case failed
  }

  public var kind: Kind
  public var path: String
  /// The operating system's or SQLite's words.
  public var message: String

  public init(_ kind: Kind, path: String, message: String) {
    self.kind = kind
    self.path = path
    self.message = message
  }

  /// One line: what, why, what to do.
  public var description: String {
    let because = message.isEmpty ? "" : " (\(message))"
    return "the journal \(path) \(what)\(because); \(advice)"
  }

  private var what: String {
    switch kind {
    case .unwritable: "cannot be written"
    case .full: "cannot grow: the disk is full"
    case .busy: "is held by another program"
    case .corrupt: "is damaged or no journal"
    case .newer: "was written by a newer Quarterdeck"
    case .failed: "failed"
    }
  }

  private var advice: String {
    switch kind {
    case .unwritable: "make the file and its folder yours and writable, or set XDG_STATE_HOME"
    case .full: "free some space and repeat"
    case .busy: "close the other program or wait, then repeat"
    case .corrupt: "move it away to begin a new one; what it holds is lost to this program"
    case .newer: "use that version, or set XDG_STATE_HOME to begin another journal"
    case .failed: "nothing was changed on the server without it"
    }
  }
}

extension JournalError {
  init(_ error: any Error, path: String) {
    switch error {
    case let error as JournalError: self = error
    case let error as DatabaseError:
      self.init(
        Self.kind(of: error.resultCode), path: path,
        message: error.message ?? error.resultCode.description)
    default: self.init(.failed, path: path, message: "\(error)")
    }
  }

  /// SQLite's primary result codes (sqlite.org/rescode.html).
  private static func kind(of code: ResultCode) -> Kind {
    switch code {
    case .SQLITE_FULL: .full
    case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH: .unwritable
    // A disk that is full while the write-ahead log grows is reported as an I/O error as well;
    // there is no telling, and nothing is written either way.
    case .SQLITE_IOERR: .unwritable
    case .SQLITE_BUSY, .SQLITE_LOCKED: .busy
    case .SQLITE_CORRUPT, .SQLITE_NOTADB: .corrupt
    default: .failed
    }
  }
}
