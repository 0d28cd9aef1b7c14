import Subprocess
import Testing

/// `quarterdeck demo --serve-only`, for as long as a body runs.
struct DemoServer: Sendable {
  enum End: Sendable { case terminated, killed }

  let port: Int
  let kubeconfig: String

  /// Serves at `port` (0: any free one) with a kubeconfig at "kubeconfig" in the workspace, runs
  /// the body, and ends the server as said. Returns what the body returns.
  static func with<Result: Sendable>(
    in workspace: Workspace, port: Int = 0, end: End = .terminated, options: [String] = [],
    _ body: (DemoServer) async throws -> Result
  ) async throws -> Result {
    let kubeconfig = workspace.file("kubeconfig")
    let arguments =
      ["demo", "--serve-only", "--port", "\(port)", "--write-kubeconfig", kubeconfig] + options
    let result = try await Subprocess.run(
      .path(.init("\(Quarterdeck.folder)/quarterdeck")), arguments: Arguments(arguments),
      environment: .custom(Tool.variables(of: workspace)), input: .none,
      output: .sequence, error: .string(limit: 1 << 20)
    ) { execution in
      var lines = execution.standardOutput.strings().makeAsyncIterator()
      guard let line = try await lines.next(), let port = Self.port(in: line) else {
        throw DidNotHappen(description: "the demo did not say where it serves")
      }
      do {
        let value = try await body(DemoServer(port: port, kubeconfig: kubeconfig))
        try execution.send(signal: end == .killed ? .kill : .terminate)
        return value
      } catch {
        try execution.send(signal: .kill)
        throw error
      }
    }
    #expect(result.terminationStatus == (end == .killed ? .signaled(9) : .exited(0)))
    #expect(result.standardError == "")
    return result.closureResult
  }

  /// "serving http://127.0.0.1:8899; …"
  private static func port(in line: String) -> Int? {
    guard let colon = line.firstRange(of: "127.0.0.1:") else { return nil }
    return Int(line[colon.upperBound...].prefix { $0.isNumber })
  }
}
