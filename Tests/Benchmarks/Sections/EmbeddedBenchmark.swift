import ControlPlane
import Foundation
import KubeClient

/// The embedded Karmada at its largest: how soon it serves, how fast it answers, how soon it goes.
enum EmbeddedBenchmark {
  private static let (clusters, bindings) = (100, 100_000)
  private static let pages = 40
  private static let watches = 20

  static func run() async throws {
    let scratch = try Scratch()
    let kubeconfig = scratch.path + "/kubeconfig"
    let began = ContinuousClock.now
    let server = try start(kubeconfig)
    var isRunning = true
    defer {
      if isRunning {
        kill(server, SIGKILL)
        var status: Int32 = 0
        waitpid(server, &status, 0)
      }
    }
    let client = try await connect(kubeconfig)
    let served = ContinuousClock.now - began
    Figures.check(
      "\(clusters) clusters, \(bindings.text) bindings serve after", served / .seconds(1),
      atMost: 10, unit: "s")
    let figures = try ProcessFigures(of: server)
    Figures.show("memory then", "\((Double(figures.resident) / 1_048_576).text(0)) MiB")
    try await list(client)
    let open = (0..<watches).map { _ in
      Task {
        for try await _ in client.stream(
          APIRequest(
            .get, APIResource.resourceBindings.path(), query: [.init("watch", "1")],
            timeout: nil))
        {}
      }
    }
    try await Task.sleep(for: .seconds(2))
    let asked = ContinuousClock.now
    kill(server, SIGTERM)
    var status: Int32 = 0
    waitpid(server, &status, 0)
    isRunning = false
    Figures.check(
      "TERM to the end, with \(watches) watches open",
      (ContinuousClock.now - asked) / .seconds(1), atMost: 1, unit: "s")
    for watch in open { watch.cancel() }
    await client.shutdown()
    guard status == 0 else { throw Obstacle("the demo ended with status \(status)") }
  }

  private static func start(_ kubeconfig: String) throws -> pid_t {
    try Child.start(
      try Program.quarterdeck(),
      [
        "demo", "--serve-only", "--clusters", "\(clusters)", "--bindings", "\(bindings)",
        "--port", "0", "--write-kubeconfig", kubeconfig,
      ], environment: ProcessInfo.processInfo.environment
    ) { posix_spawn_file_actions_addopen(&$0, 1, "/dev/null", O_WRONLY, 0) }
  }

  /// The first answer: the kubeconfig is written as soon as somebody answers there.
  private static func connect(_ kubeconfig: String) async throws -> KubeClient {
    for _ in 0..<6_000 where !FileManager.default.fileExists(atPath: kubeconfig) {
      try await Task.sleep(for: .milliseconds(10))
    }
    let config = try Kubeconfig.load(explicitPath: kubeconfig, environment: [:])
    let client = try KubeClient(try config.resolve(), version: "benchmark", environment: [:])
    _ = try await client.version()
    return client
  }

  /// Pages of 500, each a request of its own.
  private static func list(_ client: KubeClient) async throws {
    var times: [Double] = []
    var token = ""
    var bytes = 0
    for _ in 0..<pages {
      let began = ContinuousClock.now
      let page = try await client.listPage(
        ListScope(.resourceBindings), limit: 500, continueToken: token)
      times.append((ContinuousClock.now - began).milliseconds)
      bytes = page.bytes.count
      token = page.continueToken
    }
    let samples = Samples(times)
    Figures.show("a page of 500", "\((Double(bytes) / 1_048_576).text(1)) MiB")
    Figures.check("a page of 500, median", samples.median, atMost: 80, unit: "ms", digits: 1)
    Figures.check(
      "a page of 500, the slowest of \(pages)", samples.max, atMost: 80, unit: "ms", digits: 1)
  }
}
