import Manifest
import Subprocess

/// One run of a credential plugin.
struct ExecRun: Sendable {
  var plugin: ExecPlugin
  var timeout: Duration = .seconds(60)

  private static let outputLimit = 1 << 20

  func credential() async throws -> Credential {
    let ended = try await withThrowingTaskGroup(of: Ended?.self) { group in
      group.addTask { try await run() }
      group.addTask {
        try await Task.sleep(for: timeout)
        return nil
      }
      defer { group.cancelAll() }
      return try await group.next() ?? nil
    }
    guard let ended else {
      throw CredentialError(
        "the login command \(plugin.command.quoted) gave no answer within \(timeout.inWords); "
          + "run it by hand to see what it waits for")
    }
    guard ended.status.isSuccess else { throw failed(ended) }
    return try Credential(parsing: ended.output, from: plugin)
  }

  private struct Ended: Sendable {
    var status: TerminationStatus
    var output: [UInt8]
    var complaint: [UInt8]
  }

  private func run() async throws -> Ended {
    var platform = PlatformOptions()
    // In a session of its own it has no terminal to draw on or to ask.
    platform.createSession = true
    platform.teardownSequence = [
      .send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: .seconds(1))
    ]
    do {
      let result = try await Subprocess.run(
        executable, arguments: Arguments(plugin.arguments), environment: environment,
        platformOptions: platform, input: .none, output: .bytes(limit: Self.outputLimit),
        error: .bytes(limit: Self.outputLimit))
      return Ended(
        status: result.terminationStatus, output: result.standardOutput,
        complaint: result.standardError)
    } catch let error as SubprocessError {
      try Task.checkCancellation()
      throw cannotRun(error)
    }
  }

  private var executable: Executable {
    plugin.command.contains("/") ? .path(.init(plugin.command)) : .name(plugin.command)
  }

  private var environment: Environment {
    var added: [Environment.Key: String?] = [
      "KUBERNETES_EXEC_INFO": plugin.info.revealed.jsonText()
    ]
    for (name, value) in plugin.environment { added[.init(stringLiteral: name)] = value.revealed }
    return .inherit.updating(added)
  }

  private func cannotRun(_ error: SubprocessError) -> CredentialError {
    let command = plugin.command.quoted
    if error.code == .executableNotFound {
      let hint = plugin.installHint.isEmpty ? "install it" : plugin.installHint.oneLine(limit: 500)
      return CredentialError("the login command \(command) is not there; \(hint)")
    }
    if error.code == .outputLimitExceeded {
      return CredentialError("the login command \(command) printed more than a credential")
    }
    return CredentialError("the login command \(command) cannot be run: \(error)")
  }

  private func failed(_ ended: Ended) -> CredentialError {
    let how =
      switch ended.status {
      case .exited(let code): "failed (exit code \(code))"
      case .signaled(let signal): "was ended by signal \(signal)"
      }
    let said = String(decoding: ended.complaint, as: UTF8.self)
      .split(whereSeparator: \.isNewline).first { !$0.allSatisfy(\.isWhitespace) }
    let words = said.map { ": " + String($0).oneLine(limit: 300) } ?? " and said nothing"
    return CredentialError("the login command \(plugin.command.quoted) \(how)\(words)")
  }
}
