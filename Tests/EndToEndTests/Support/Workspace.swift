import Foundation

/// A folder that is one test's whole world: its HOME, its files, its tmux sockets. Removed when
/// the value goes away.
final class Workspace: Sendable {
  let path: String

  init() throws {
    // Short: a socket's path has room for 107 bytes.
    let name = "qd-\(String(UInt64.random(in: 0 ... .max), radix: 36))"
    path = FileManager.default.temporaryDirectory.appending(path: name).path
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
  }

  deinit {
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      print("left behind: \(path) (\(error))")
    }
  }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file, with its folders, and returns its path.
  @discardableResult
  func write(_ name: String, _ bytes: some Sequence<UInt8>) throws -> String {
    let url = URL(filePath: file(name))
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
    return url.path
  }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> String { try write(name, text.utf8) }

  /// nil while there is no such file.
  func bytes(_ name: String) -> [UInt8]? {
    FileManager.default.contents(atPath: file(name)).map { [UInt8]($0) }
  }

  /// nil while there is no such file.
  func text(_ name: String) -> String? { bytes(name).map { String(decoding: $0, as: UTF8.self) } }

  /// What a program sees of the world: nothing of the machine's but PATH, which has the built
  /// program first.
  func environment(_ more: [String: String] = [:]) -> [String: String] {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    let world = [
      "HOME": self.path, "PATH": "\(Quarterdeck.folder):\(path)", "LANG": "C.UTF-8",
      "TERM": "xterm-256color", "TZ": "UTC", "SWIFT_BACKTRACE": "enable=no",
      "TMUX_TMPDIR": self.path, "NO_PROXY": "127.0.0.1",
      // A shell that is ended writes its history last of all, into a folder that may be gone.
      "HISTFILE": "",
    ]
    return world.merging(more) { $1 }
  }
}
