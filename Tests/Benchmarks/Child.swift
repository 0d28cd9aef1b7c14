import Foundation

/// Why something could not be measured.
struct Obstacle: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}

/// The executables that are measured.
enum Program {
  static let myself = "/proc/self/exe"

  /// The dashboard, built beside this benchmark.
  static func quarterdeck() throws -> String {
    let folder = try FileManager.default.destinationOfSymbolicLink(atPath: myself)
      .split(separator: "/").dropLast().joined(separator: "/")
    let path = "/\(folder)/quarterdeck"
    guard FileManager.default.isExecutableFile(atPath: path) else {
      throw Obstacle("\(path) is missing: swift build -c release")
    }
    return path
  }

  /// The first of that name on PATH; nil when there is none.
  static func find(_ name: String) -> String? {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
      .map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}

/// A process that was run to its end, and what it cost.
struct Child {
  var status: Int32
  var wall: Duration
  var user: Duration
  var system: Duration
  /// Bytes. The kernel counts from before exec, so this is never under what the parent held.
  var peak: Int

  /// Runs a program and waits for it.
  ///
  /// - Parameter output: where its standard output goes; nil for ours.
  static func run(
    _ path: String, _ arguments: [String], output: String? = "/dev/null",
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws -> Child {
    let began = ContinuousClock.now
    let pid = try start(path, arguments, environment: environment) { actions in
      if let output {
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
      }
    }
    var status: Int32 = 0
    var usage = rusage()
    while wait4(pid, &status, 0, &usage) < 0, errno == EINTR {}
    return Child(
      status: status, wall: .now - began, user: Duration(usage.ru_utime),
      system: Duration(usage.ru_stime), peak: usage.ru_maxrss * 1024)
  }

  /// Starts a program; the caller waits for it.
  static func start(
    _ path: String, _ arguments: [String], environment: [String: String],
    ownSession: Bool = false,
    _ prepare: (inout posix_spawn_file_actions_t) -> Void = { _ in }
  ) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    prepare(&actions)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // POSIX_SPAWN_SETSID, a macro that Swift does not import.
    if ownSession { posix_spawnattr_setflags(&attributes, 0x80) }
    var argv = ([path] + arguments).map { strdup($0) } + [nil]
    var envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in argv + envp { free(text) } }
    var pid: pid_t = 0
    let result = posix_spawn(&pid, path, &actions, &attributes, &argv, &envp)
    guard result == 0 else {
      throw Obstacle("\(path) cannot be started: \(String(cString: strerror(result)))")
    }
    return pid
  }
}

extension Duration {
  init(_ time: timeval) {
    self = .seconds(time.tv_sec) + .microseconds(time.tv_usec)
  }
}

/// What /proc tells of a process that runs.
struct ProcessFigures {
  var resident: Int
  var peak: Int
  /// User and system time, in hundredths of a second.
  var ticks: Int

  init(of pid: pid_t) throws {
    func text(_ name: String) throws -> String {
      guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/\(name)") else {
        throw Obstacle("process \(pid) has ended")
      }
      return String(decoding: data, as: UTF8.self)
    }
    func kilobytes(_ name: String, _ status: String) -> Int {
      let line = status.split(separator: "\n").first { $0.hasPrefix(name + ":") }
      return (line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) })
        ?? 0
    }
    let status = try text("status")
    resident = kilobytes("VmRSS", status) * 1024
    peak = kilobytes("VmHWM", status) * 1024
    // Fields are counted after the name in parentheses, which may hold spaces.
    let stat = try text("stat")
    let fields = (stat.lastIndex(of: ")").map { stat[stat.index(after: $0)...] } ?? "")
      .split(separator: " ")
    ticks = fields.count > 12 ? (Int(fields[11]) ?? 0) + (Int(fields[12]) ?? 0) : 0
  }
}
