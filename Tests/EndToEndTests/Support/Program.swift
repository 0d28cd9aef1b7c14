import Foundation
import Subprocess

/// What a program that has ended left behind.
struct Outcome: Sendable {
  /// The exit code; 128 and its number for a signal, as a shell has it.
  var status: Int
  var output: String
  var errors: String

  /// What was printed, by lines, without the last line's end.
  var lines: [String] {
    var lines = output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines.last == "" { lines.removeLast() }
    return lines
  }
}

extension TerminationStatus {
  var shellCode: Int {
    switch self {
    case .exited(let code): Int(code)
    case .signaled(let signal): 128 + Int(signal)
    }
  }
}

/// A program of the machine's.
enum Tool {
  /// Whether PATH leads to it.
  static func isInstalled(_ name: String) -> Bool {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    return path.split(separator: ":").contains {
      FileManager.default.isExecutableFile(atPath: "\($0)/\(name)")
    }
  }

  /// Runs it to its end, with nothing on its standard input.
  static func run(
    _ name: String, _ arguments: [String], in workspace: Workspace,
    environment: [String: String] = [:]
  ) async throws -> Outcome {
    let executable: Executable = name.contains("/") ? .path(.init(name)) : .name(name)
    let result = try await Subprocess.run(
      executable, arguments: Arguments(arguments),
      environment: .custom(variables(of: workspace, environment)),
      workingDirectory: .init(workspace.path),
      output: .string(limit: 64 << 20), error: .string(limit: 1 << 20))
    return Outcome(
      status: result.terminationStatus.shellCode, output: result.standardOutput,
      errors: result.standardError)
  }

  /// A workspace's environment as the Subprocess package wants it.
  static func variables(
    of workspace: Workspace, _ more: [String: String] = [:]
  ) -> [Environment.Key: String] {
    Dictionary(
      uniqueKeysWithValues: workspace.environment(more).compactMap { name, value in
        Environment.Key(rawValue: name).map { ($0, value) }
      })
  }
}

/// The program under test, as it was built beside the tests.
enum Quarterdeck {
  /// The folder of the binary: that of the running test bundle, or the usual one.
  static let folder: String = {
    let bundle = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let folders = [bundle.path, root.appending(path: ".build/debug").path]
    return folders.first {
      FileManager.default.isExecutableFile(atPath: "\($0)/quarterdeck")
    } ?? folders[1]
  }()

  static func run(
    _ arguments: String..., in workspace: Workspace, environment: [String: String] = [:]
  ) async throws -> Outcome {
    try await Tool.run(
      "\(folder)/quarterdeck", arguments, in: workspace, environment: environment)
  }
}
