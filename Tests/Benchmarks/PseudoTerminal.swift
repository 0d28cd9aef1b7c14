import Foundation

/// The program on a terminal of its own, read and written from here.
final class PseudoTerminal {
  let pid: pid_t
  /// Just before the program was started.
  let began: ContinuousClock.Instant
  private let master: Int32
  private var hasEnded = false

  init(
    _ path: String, _ arguments: [String], columns: UInt16, rows: UInt16, home: String
  ) throws {
    var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    var (ours, theirs): (Int32, Int32) = (-1, -1)
    var name = [CChar](repeating: 0, count: 256)
    guard openpty(&ours, &theirs, &name, nil, &size) == 0 else {
      throw Obstacle("no pseudo terminal: \(String(cString: strerror(errno)))")
    }
    master = ours
    // Held open until the program has it, so that reading does not find it hung up.
    defer { Foundation.close(theirs) }
    _ = fcntl(ours, F_SETFD, FD_CLOEXEC)
    _ = fcntl(theirs, F_SETFD, FD_CLOEXEC)
    let terminal = name.withUnsafeBytes { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    let environment = [
      "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "HOME": home,
      "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
      "LD_LIBRARY_PATH": ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"] ?? "",
    ]
    began = .now
    // A new session without a terminal makes the first one it opens its own.
    pid = try Child.start(path, arguments, environment: environment, ownSession: true) { actions in
      posix_spawn_file_actions_addopen(&actions, 0, terminal, O_RDWR, 0)
      posix_spawn_file_actions_adddup2(&actions, 0, 1)
      posix_spawn_file_actions_adddup2(&actions, 0, 2)
    }
  }

  deinit {
    end()
    Foundation.close(master)
  }

  func type(_ keys: String) {
    _ = keys.utf8.withContiguousStorageIfAvailable {
      Foundation.write(master, $0.baseAddress, $0.count)
    }
  }

  /// What arrives until nothing has for `quiet` milliseconds, or for `limit` in all.
  func read(untilQuiet quiet: Int32 = 200, limit: Duration = .seconds(10)) -> [UInt8] {
    var bytes: [UInt8] = []
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end, let piece = piece(within: quiet) { bytes += piece }
    return bytes
  }

  /// Reads until `text` has arrived; returns when that was.
  func read(until text: String, limit: Duration = .seconds(10)) throws -> ContinuousClock.Instant {
    var bytes: [UInt8] = []
    let wanted = Array(text.utf8)
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end {
      guard let piece = piece(within: 1_000) else { continue }
      bytes += piece
      if bytes.firstRange(of: wanted) != nil { return .now }
    }
    let seen = String(decoding: bytes.suffix(200), as: UTF8.self).debugDescription
    throw Obstacle("the screen never showed “\(text)”, but \(seen)")
  }

  private func piece(within milliseconds: Int32) -> [UInt8]? {
    var poll = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
    guard Foundation.poll(&poll, 1, milliseconds) > 0 else { return nil }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = Foundation.read(master, &buffer, buffer.count)
    return count > 0 ? Array(buffer[..<count]) : nil
  }

  /// Ends the program and waits for it.
  func end() {
    guard !hasEnded else { return }
    hasEnded = true
    kill(pid, SIGTERM)
    var status: Int32 = 0
    for _ in 0..<200 {
      _ = read(untilQuiet: 5, limit: .milliseconds(20))
      if waitpid(pid, &status, WNOHANG) != 0 { return }
    }
    kill(pid, SIGKILL)
    waitpid(pid, &status, 0)
  }
}

/// A folder that goes when this goes.
final class Scratch {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "quarterdeck-benchmark-\(UUID().uuidString)"
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  }

  deinit {
    // Only clutter in the temporary directory is left when this fails.
    try? FileManager.default.removeItem(atPath: path)
  }
}
