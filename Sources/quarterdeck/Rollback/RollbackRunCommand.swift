import ArgumentParser
import ControlPlane
import Foundation
import Journal
import Karmada
import KubeClient
import Manifest
import Session

struct RollbackRunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Plans a rollback and runs it, guarded.",
    discussion: """
      ctrl-c puts everything back, or stops where something has been deleted; a second one leaves \
      at once. Either way `quarterdeck rollback list` shows how it stands.
      """)

  @OptionGroup var target: RollbackTarget

  @Option(help: "The policy's name, typed in full: without it nothing is done.")
  var confirm: String?

  @Option(help: "Why; it goes into the record.")
  var reason: String?

  @Option(help: "Seconds to wait for the flag to arrive everywhere.")
  var gateTimeout: Int = 600

  @Option(help: "Seconds to wait for bindings and Works to go.")
  var drainTimeout: Int = 300

  @OptionGroup var surroundings: RollbackSurroundings

  func validate() throws {
    for (name, value) in [("--gate-timeout", gateTimeout), ("--drain-timeout", drainTimeout)]
    where !(1...86_400).contains(value) {
      throw ValidationError("\(name) takes 1 to 86400 seconds")
    }
  }

  func run() async throws {
    try await Failure.reporting {
      let reference = try target.reference
      try Confirmations.check(confirm, word: reference.key.name)
      let reason = try Confirmations.reason(reason)
      let outcome = try await surroundings.withDesk(changing: true) { desk in
        var desk = desk
        desk.patience.gate = .seconds(gateTimeout)
        desk.patience.drain = .seconds(drainTimeout)
        let plan = try await target.plan(on: desk.plane)
        try Self.refuse(plan, surroundings.output)
        let console = RollbackConsole(surroundings.output)
        let control = RunControl(answering: reference.key.name)
        let report = try await console.watching(control) {
          try await desk.run(
            plan, reason: reason, control: control, onStep: { console.show($0) })
        }
        console.show(report)
        return report.outcome
      }
      if outcome != .done { throw ExitCode(outcome.exitCode) }
    }
  }

  /// A plan that cannot be run is shown instead, and nothing is written anywhere.
  private static func refuse(_ plan: RollbackPlan, _ format: RollbackFormat) throws {
    guard plan.isExecutable, plan.unaccepted.isEmpty else {
      switch format {
      case .json: Output.write(plan.json.serialized() + [0x0A])
      case .markdown: Output.write(Array(plan.markdown.utf8))
      case .table:
        Output.write(Array(RollbackText.lines(plan).joined(separator: "\n").utf8) + [0x0A])
      }
      let names = Set((plan.blockers + plan.unaccepted).map(\.id.rawValue)).sorted()
      let isAcceptable = plan.blockers.isEmpty
      let how =
        isAcceptable ? "; --accept takes it upon yourself: \(names.joined(separator: " "))" : ""
      throw Failure(
        plan.templates.isEmpty && names.isEmpty
          ? "there is nothing to roll back"
          : "blocked by \(names.joined(separator: ", ")); nothing was changed\(how)",
        code: .blocked)
    }
  }
}

struct RollbackResumeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Goes on with a rollback that was cut off.")

  @Argument(help: "The run, as `rollback list` names it.")
  var run: String

  @Option(help: "The policy's name, typed in full; needed where something is still to be deleted.")
  var confirm: String?

  @OptionGroup var surroundings: RollbackSurroundings

  func run() async throws {
    try await Failure.reporting {
      let outcome = try await surroundings.withDesk(changing: true) { desk in
        let (_, machine) = try Refusals.asUsage { try desk.standing(of: run) }
        let word = machine.plan.confirmationWord
        if machine.willDelete || confirm != nil { try Confirmations.check(confirm, word: word) }
        return try await RollbackConsole(surroundings.output).taking(
          up: run, at: desk, RunControl(answering: word))
      }
      if outcome != .done { throw ExitCode(outcome.exitCode) }
    }
  }
}

struct RollbackAbortCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "abort",
    abstract: "Puts a rollback back that was cut off before it deleted anything.",
    discussion: """
      One that has deleted something cannot be put back: then it is stopped, what it deleted is \
      verified, and it says what is done and what is not. `undo` creates the templates again.
      """)

  @Argument(help: "The run, as `rollback list` names it.")
  var run: String

  @OptionGroup var surroundings: RollbackSurroundings

  func run() async throws {
    try await Failure.reporting {
      let outcome = try await surroundings.withDesk(changing: true) { desk in
        _ = try Refusals.asUsage { try desk.standing(of: run) }
        let control = RunControl()
        control.abort()
        return try await RollbackConsole(surroundings.output).taking(up: run, at: desk, control)
      }
      // Put back is what was asked for, and 4 is how a caller tells it from done.
      if outcome != .done { throw ExitCode(outcome.exitCode) }
    }
  }
}

struct RollbackUndoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "undo",
    abstract: "Creates the templates of a rollback again; Karmada takes over the same objects.")

  @Argument(help: "The run, as `rollback list` names it.")
  var run: String

  @Option(help: "The policy's name, typed in full: without it nothing is done.")
  var confirm: String?

  @Option(help: "Why; it goes into the record.")
  var reason: String?

  @OptionGroup var surroundings: RollbackSurroundings

  func run() async throws {
    try await Failure.reporting {
      let outcome = try await surroundings.withDesk(changing: true) { desk in
        let plan = try Refusals.asUsage { try desk.undoPlan(of: run) }
        try Confirmations.check(confirm, word: plan.original.confirmationWord)
        let reason = try Confirmations.reason(reason)
        let console = RollbackConsole(surroundings.output)
        console.say(plan.sentence)
        let control = RunControl(answering: plan.original.confirmationWord)
        let report = try await console.watching(control) {
          try await desk.undo(
            plan, reason: reason, control: control, onStep: { console.show($0) })
        }
        console.show(report)
        return report.outcome
      }
      if outcome != .done { throw ExitCode(outcome.exitCode) }
    }
  }
}

/// What has to be typed before anything is changed.
enum Confirmations {
  static func check(_ typed: String?, word: String) throws {
    guard let typed else {
      throw Failure("nothing was changed; --confirm \(word) does it", code: .usage)
    }
    guard typed == word else {
      throw Failure(
        "nothing was changed: --confirm \(typed) is not the policy's name, \(word)", code: .usage)
    }
  }

  static func reason(_ text: String?) throws -> String {
    guard let text, !text.isEmpty else {
      throw Failure(
        "nothing was changed; --reason says why, and goes into the record", code: .usage)
    }
    return text
  }
}

enum Refusals {
  /// A run that is not there, or belongs elsewhere, is a wrong call.
  static func asUsage<Value>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let refusal as RollbackDesk.Refusal {
      throw Failure(refusal.description, code: .usage)
    }
  }
}
