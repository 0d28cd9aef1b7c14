import Manifest
import Subprocess
import Testing

/// kubectl on the demo's API.
struct Kubectl: Sendable {
  static let isInstalled = Tool.isInstalled("kubectl")

  let server: DemoServer
  let workspace: Workspace

  /// Runs it and returns what came of it, whatever that is.
  func tries(_ arguments: String...) async throws -> Outcome {
    try await Tool.run(
      "kubectl", ["--kubeconfig", server.kubeconfig] + arguments, in: workspace)
  }

  /// Runs it and returns what it printed; its failure is the test's.
  @discardableResult
  func runs(
    _ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> [String] {
    let outcome = try await Tool.run(
      "kubectl", ["--kubeconfig", server.kubeconfig] + arguments, in: workspace)
    #expect(outcome.status == 0, "\(outcome.errors)", sourceLocation: sourceLocation)
    return outcome.lines
  }

  /// What `-o json` prints.
  func json(_ arguments: String...) async throws -> JSONValue {
    let outcome = try await Tool.run(
      "kubectl", ["--kubeconfig", server.kubeconfig] + arguments + ["-o", "json"], in: workspace)
    return try JSONValue(parsing: Array(outcome.output.utf8))
  }

  /// Runs it while the body runs, which gets its lines as they come; then ends it.
  func watches(
    _ arguments: String..., body: (inout AsyncLines) async throws -> Void
  ) async throws {
    _ = try await Subprocess.run(
      .name("kubectl"), arguments: Arguments(["--kubeconfig", server.kubeconfig] + arguments),
      environment: .custom(Tool.variables(of: workspace)), input: .none, output: .sequence,
      error: .discarded
    ) { execution in
      var lines = execution.standardOutput.strings().makeAsyncIterator()
      do {
        try await body(&lines)
      } catch {
        try execution.send(signal: .kill)
        throw error
      }
      try execution.send(signal: .terminate)
    }
  }

  typealias AsyncLines = SubprocessOutputSequence.StringSequence<UTF8>.AsyncIterator
}
