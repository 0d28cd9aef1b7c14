import ArgumentParser
import ControlPlane
import Dashboard
import Foundation
import Journal
import Karmada
import KubeClient
import Manifest
import Session

/// Override policies changed without a screen.
struct OverrideCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "override",
    abstract: "Changes override policies, with every cluster's manifest shown first.",
    discussion: """
      Exit codes: 0 done, 1 the policy differs or a Work is not as predicted, 2 wrongly called, 3 \
      something speaks against it and nothing was changed, 5 nobody knows whether the server took \
      it, 7 not permitted or not reachable.
      """,
    subcommands: [
      OverrideDiffCommand.self, OverrideApplyCommand.self, OverrideUndoCommand.self,
      OverrideListCommand.self,
    ])
}

enum OverrideFormat: String, ExpressibleByArgument, CaseIterable { case table, json }

/// What every subcommand needs.
struct OverrideSurroundings: ParsableArguments {
  @Option(name: [.short, .long], help: "How to print it.")
  var output = OverrideFormat.table

  @OptionGroup var connection: ConnectionOptions

  /// Runs a body with a desk; the connection is closed after it.
  func withDesk<Value>(_ body: (OverrideDesk) async throws -> Value) async throws -> Value {
    let file = Paths.config
    let config = try Paths.text(of: file).map { try Config(file: file, text: $0) } ?? Config()
    let client = try connection.client()
    var desk = OverrideDesk(
      client, person: Person.name, now: { Time.now }, log: FileLog.logger())
    desk.caution = config.caution
    let value: Value
    do {
      value = try await body(desk)
    } catch let refusal as OverrideDesk.Refusal {
      throw Failure(refusal.description, code: .usage)
    } catch let error as JournalError {
      throw Failure("\(error)", code: .blocked)
    } catch let error as APIError {
      // Also what a server does not serve: 1 would say that the policy differs.
      throw Failure("\(error)", code: .unreachable)
    }
    await client.shutdown()
    return value
  }

  /// Carries out what a body plans, or only shows it, as the consent says.
  func carryOut(
    _ consent: OverrideConsent, _ plan: (OverrideDesk) async throws -> SavePlan
  ) async throws {
    try await Failure.reporting {
      if !consent.dryRun { try refuseReadOnly() }
      let console = OverrideConsole(output)
      let code = try await withDesk { desk in
        try await console.carryOut(try await plan(desk), at: desk, consent)
      }
      if code != 0 { throw ExitCode(code) }
    }
  }

  private func refuseReadOnly() throws {
    guard connection.readOnly else { return }
    throw Failure("--read-only: nothing is changed; leave it out to run this", code: .usage)
  }
}

/// The policy that a file holds.
struct OverrideFile: ParsableArguments {
  @Option(name: [.short, .customLong("file")], help: "The policy's YAML; - is standard input.")
  var file: String

  /// What the file wants, from the policy as the server has it now. A file that names a
  /// resourceVersion is of that version, and of no other.
  func intent(at desk: OverrideDesk) async throws -> SaveIntent {
    let draft = try draft()
    guard let wanted = draft.value, !draft.name.isEmpty else {
      throw Failure("\(file): it names no policy", code: .usage)
    }
    let policy = PolicyReference(overridePolicy: wanted)
    let current = try await desk.policy(policy)
    let version = wanted[path: "metadata", "resourceVersion"]?.string
    let present = current?[path: "metadata", "resourceVersion"]?.string
    if let version, version != present {
      throw Failure(
        present == nil
          ? "\(file) is of version \(version) of \(policy.key), which is deleted: take its "
            + "resourceVersion out to make it anew"
          : "\(file) is of version \(version) of \(policy.key), and somebody has changed that since "
            + "(\(present ?? "")): read it again and repeat; nothing was changed", code: .blocked)
    }
    return SaveIntent(policy: policy, base: current, wanted: wanted, text: draft.text)
  }

  private func draft() throws -> OverrideDraft {
    let bytes = try bytes()
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Failure("\(file) is not UTF-8", code: .usage)
    }
    let draft = OverrideDraft(text: text)
    if let failure = draft.failure { throw Failure("\(file): \(failure)", code: .usage) }
    return draft
  }

  private func bytes() throws -> [UInt8] {
    if file == "-" { return [UInt8](FileHandle.standardInput.readDataToEndOfFile()) }
    do { return try Paths.bytes(of: file) } catch {
      // 1 would say that the policy differs.
      throw Failure("\(error)", code: .usage)
    }
  }
}

struct OverrideDiffCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Shows what a policy in a file would change, in itself and on every cluster.",
    discussion: "Exit code 1 when it differs from the policy on the server, 0 when it does not.")

  @OptionGroup var source: OverrideFile
  @OptionGroup var surroundings: OverrideSurroundings

  func run() async throws {
    try await Failure.reporting {
      let plan = try await surroundings.withDesk { desk in
        try await desk.plan(try await source.intent(at: desk))
      }
      OverrideConsole(surroundings.output).show(plan)
      if plan.standing != .nothingToDo { throw ExitCode(Failure.Code.failed.rawValue) }
    }
  }
}

/// What must be given before anything is changed.
struct OverrideConsent: ParsableArguments {
  @Flag(help: "Only show what would change, and let the server check it.")
  var dryRun = false

  @Option(help: "The policy's name, typed in full: without it nothing is done.")
  var confirm: String?

  @Option(help: "Why; it goes into the record.")
  var reason: String?

  @Option(help: "A hazard to acknowledge, by its id; may be given several times.")
  var accept: [String] = []

  @Option(help: "Seconds to wait for the Works.")
  var timeout = 90

  func validate() throws {
    guard (1...86_400).contains(timeout) else {
      throw ValidationError("--timeout takes 1 to 86400 seconds")
    }
    if dryRun, confirm != nil {
      throw ValidationError("--dry-run changes nothing: leave out --confirm")
    }
  }

  /// Throws what stands against a plan; nothing was changed then.
  func check(_ plan: SavePlan) throws {
    try Confirmations.check(confirm, word: plan.intent.policy.key.name)
    if let obstacle = plan.obstacle { throw Failure(obstacle, code: .blocked) }
    let known = Set(plan.hazards.map(\.id))
    if let odd = accept.first(where: { !known.contains($0) }) {
      let ids = plan.open.map(\.id).joined(separator: " ")
      throw Failure(
        "there is no hazard “\(odd)” in this; there are: \(ids.isEmpty ? "none" : ids)",
        code: .usage)
    }
    let open = plan.open.filter { !accept.contains($0.id) }
    guard open.isEmpty else {
      let flags = open.map { "--accept \($0.id)" }.joined(separator: " ")
      throw Failure(
        "\(open.count) hazard\(open.count == 1 ? "" : "s") to acknowledge, nothing was changed: "
          + flags, code: .blocked)
    }
  }
}

struct OverrideApplyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply",
    abstract: "Makes the policy on the server what a file says, and waits for every Work.",
    discussion: """
      The server checks it first. A resourceVersion in the file is the version that it was made \
      from: a policy that somebody has changed since is left alone.
      """)

  @OptionGroup var source: OverrideFile
  @OptionGroup var consent: OverrideConsent
  @OptionGroup var surroundings: OverrideSurroundings

  func run() async throws {
    try await surroundings.carryOut(consent) { desk in
      try await desk.plan(try await source.intent(at: desk))
    }
  }
}

struct OverrideUndoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "undo",
    abstract: "Puts back what a policy said before an edit, checked and watched like any edit.",
    discussion: """
      What somebody else has changed since stays, unless they changed the same.
      """)

  @Argument(help: "The edit, as `override list` names it.")
  var edit: String

  @OptionGroup var consent: OverrideConsent
  @OptionGroup var surroundings: OverrideSurroundings

  func run() async throws {
    try await surroundings.carryOut(consent) { desk in
      try await desk.planUndo(of: edit, in: Journal(path: Paths.journal))
    }
  }
}

struct OverrideListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the edits in the journal, the newest first.")

  @OptionGroup var surroundings: OverrideSurroundings

  func run() async throws {
    try await Failure.reporting {
      let edits = try await surroundings.withDesk { desk in
        try Journal(path: Paths.journal).overrideEdits(server: desk.plane.endpoint.server)
      }
      OverrideConsole(surroundings.output).show(edits)
    }
  }
}
