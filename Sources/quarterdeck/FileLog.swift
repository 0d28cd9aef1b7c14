import Foundation
import Logging
import Synchronization

/// The program's log file, readable by its owner only. A full-screen program has nowhere else to
/// say what it did; what matters to the operator is on the screen as well.
struct FileLog: LogHandler {
  private final class File: Sendable {
    private let handle: Mutex<FileHandle?>

    init(_ path: String) {
      let directory = (path as NSString).deletingLastPathComponent
      let manager = FileManager.default
      // A log that cannot be written must not keep anybody from looking at a fleet.
      try? manager.createDirectory(
        atPath: directory, withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
      if !manager.fileExists(atPath: path) {
        _ = manager.createFile(
          atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
      }
      let file = FileHandle(forWritingAtPath: path)
      _ = try? file?.seekToEnd()
      handle = Mutex(file)
    }

    func write(_ line: String) {
      handle.withLock { try? $0?.write(contentsOf: Data(line.utf8)) }
    }
  }

  var logLevel = Logger.Level.info
  var metadata = Logger.Metadata()
  private let file: File

  init(path: String) { file = File(path) }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let all = metadata.merging(event.metadata ?? [:]) { $1 }
    let details = all.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
    let text = "\(event.message)\(details)".split(whereSeparator: \.isNewline)
      .joined(separator: " ")
    file.write("\(Date.now.formatted(.iso8601)) \(event.level) \(text)\n")
  }

  /// The program's logger.
  static func logger() -> Logger {
    let handler = FileLog(path: Paths.log)
    return Logger(label: "quarterdeck") { _ in handler }
  }
}
