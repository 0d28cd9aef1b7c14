import Foundation

/// One look at a fleet of 10,000 bindings over HTTP, in pairs with what people use today.
enum SnapshotBenchmark {
  private static let pairs = 7

  static func run() async throws {
    let program = try Program.quarterdeck()
    let scratch = try Scratch()
    let kubeconfig = scratch.path + "/kubeconfig"
    let server = try Child.start(
      program,
      [
        "demo", "--serve-only", "--clusters", "6", "--bindings", "10000", "--port", "0",
        "--write-kubeconfig", kubeconfig,
      ], environment: ProcessInfo.processInfo.environment
    ) { posix_spawn_file_actions_addopen(&$0, 1, "/dev/null", O_WRONLY, 0) }
    defer {
      kill(server, SIGTERM)
      var status: Int32 = 0
      waitpid(server, &status, 0)
    }
    for _ in 0..<600 where !FileManager.default.fileExists(atPath: kubeconfig) {
      try await Task.sleep(for: .milliseconds(100))
    }
    guard let kubectl = Program.find("kubectl") else {
      Figures.line("  kubectl is not on PATH: only our own figures, no ratios")
      show("snapshot", try (0..<pairs).map { _ in try ours(program, kubeconfig, scratch) })
      return
    }
    // The first pair warms caches, kubectl's discovery cache among them.
    _ = try (ours(program, kubeconfig, scratch), theirs(kubectl, kubeconfig, scratch))
    var (a, b): ([Child], [Child]) = ([], [])
    for _ in 0..<pairs {
      a.append(try ours(program, kubeconfig, scratch))
      b.append(try theirs(kubectl, kubeconfig, scratch))
    }
    show("quarterdeck snapshot", a)
    show("kubectl get rb -A", b)
    func ratio(_ figure: (Child) -> Double) -> Double {
      Samples(zip(a, b).map { figure($0) / max(figure($1), 1e-9) }).median
    }
    Figures.check("wall time, ours / kubectl's", ratio { $0.wall.milliseconds }, atMost: 0.6)
    Figures.check("user time, ours / kubectl's", ratio { $0.user.milliseconds }, atMost: 0.15)
    Figures.check("peak memory, ours / kubectl's", ratio { Double($0.peak) }, atMost: 0.25)
  }

  private static func ours(
    _ program: String, _ kubeconfig: String, _ scratch: Scratch
  ) throws -> Child {
    try checked(
      "snapshot", scratch,
      Child.run(
        program, ["snapshot", "--kubeconfig", kubeconfig], output: scratch.path + "/output"))
  }

  private static func theirs(
    _ kubectl: String, _ kubeconfig: String, _ scratch: Scratch
  ) throws -> Child {
    try checked(
      "kubectl", scratch,
      Child.run(
        kubectl, ["--kubeconfig", kubeconfig, "get", "rb", "-A"],
        output: scratch.path + "/output"))
  }

  /// A run that failed or left rows out would be fast for nothing.
  private static func checked(_ name: String, _ scratch: Scratch, _ run: Child) throws -> Child {
    let data = FileManager.default.contents(atPath: scratch.path + "/output") ?? Data()
    let lines = data.count { $0 == UInt8(ascii: "\n") }
    guard run.status == 0, lines >= 10_000 else {
      throw Obstacle("\(name) ended with status \(run.status) after \(lines) lines")
    }
    return run
  }

  private static func show(_ name: String, _ runs: [Child]) {
    func median(_ figure: (Child) -> Double, _ digits: Int = 0) -> String {
      Samples(runs.map(figure)).median.text(digits)
    }
    Figures.show(
      name,
      "wall \(median { $0.wall.milliseconds }) ms, user \(median { $0.user.milliseconds }) ms, "
        + "system \(median { $0.system.milliseconds }) ms, "
        + "peak \(median { Double($0.peak) / 1_048_576 }) MiB (medians of \(runs.count))")
  }
}
