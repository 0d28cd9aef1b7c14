import Foundation

/// How soon there is something to see.
enum StartBenchmark {
  private static let runs = 15

  static func run() async throws {
    let program = try Program.quarterdeck()
    let scratch = try Scratch()
    let silence = try SilentServer()
    let kubeconfig = scratch.path + "/kubeconfig"
    try silence.kubeconfig.write(toFile: kubeconfig, atomically: true, encoding: .utf8)
    var frames: [Double] = []
    var (versions, nothing): ([Child], [Child]) = ([], [])
    for _ in 0..<runs {
      let terminal = try PseudoTerminal(
        program, ["--kubeconfig", kubeconfig], columns: 140, rows: 40, home: scratch.path)
      // The last tab: with it the upper part of the screen is there.
      let shown = try terminal.read(until: "Events")
      frames.append((shown - terminal.began).milliseconds)
      terminal.end()
      versions.append(try Child.run(program, ["--version"]))
      nothing.append(try Child.run("/bin/true", []))
    }
    show("/bin/true", nothing)
    show("--version", versions)
    Figures.show("first frame, the quickest", "\(Samples(frames).min.text(1)) ms")
    Figures.check(
      "first frame, the server silent", Samples(frames).median, atMost: 50, unit: "ms", digits: 1)
    Figures.check(
      "--version", Samples(versions.map(\.wall.milliseconds)).median, atMost: 15, unit: "ms",
      digits: 1)
  }
}

extension StartBenchmark {
  private static func show(_ name: String, _ runs: [Child]) {
    let wall = Samples(runs.map(\.wall.milliseconds))
    let used = Samples(runs.map { ($0.user + $0.system).milliseconds })
    Figures.show(
      name,
      "wall \(wall.median.text(1)) ms, quickest \(wall.min.text(1)) ms, "
        + "processor \(used.median.text(1)) ms (medians of \(runs.count))")
  }
}

/// Takes connections and never says a word.
private final class SilentServer {
  private let listener: Int32
  private let port: UInt16

  init() throws {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    let isOpen = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        // The kernel completes connections that nobody accepts.
        bind(listener, address, length) == 0 && listen(listener, 64) == 0
          && getsockname(listener, address, &length) == 0
      }
    }
    port = UInt16(bigEndian: address.sin_port)
    guard isOpen else { throw Obstacle("no socket on 127.0.0.1") }
  }

  deinit { close(listener) }

  var kubeconfig: String {
    """
    apiVersion: v1
    kind: Config
    current-context: silent
    clusters: [{name: silent, cluster: {server: "http://127.0.0.1:\(port)"}}]
    users: [{name: nobody, user: {token: none}}]
    contexts: [{name: silent, context: {cluster: silent, user: nobody}}]

    """
  }
}
