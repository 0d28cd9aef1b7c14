import ArgumentParser
import ControlPlane
import Dashboard
import Foundation
import Journal
import Karmada
import Manifest
import Session

extension Episode.Outcome: ExpressibleByArgument {
  /// As JSON has it or as tables have it, in any case.
  public init?(argument: String) {
    let wanted = argument.lowercased()
    let found = Self.allCases.first {
      $0.rawValue.lowercased() == wanted || $0.word.lowercased() == wanted
    }
    guard let found else { return nil }
    self = found
  }

  public static var allValueStrings: [String] { allCases.map(\.rawValue) }
}

struct FailoversCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "failovers",
    abstract: "Prints the failover history: what moved, from where, why, and whether it recovered.",
    discussion: """
      What this machine's journal has, completed by what the control plane tells now. When the \
      control plane does not answer, the journal's part is printed and the exit code is 1.
      """)

  @Option(name: [.short, .long], help: "How to print it.")
  var output = ReportFormat.table

  @Option(help: "Only what is open or happened in the last while, such as 90m, 24h or 7d.")
  var since: String?

  @Option(
    name: .customLong("outcome"), parsing: .singleValue,
    help: "Only these outcomes, separated by commas: \(Self.outcomes).")
  var outcome: [OutcomeList] = []

  @Option(
    parsing: .singleValue,
    help: "Exit with 1 when a failover that is listed stands like this, such as stranded,blocked.")
  var failOn: [OutcomeList] = []

  @OptionGroup var connection: ConnectionOptions

  private static var outcomes: String {
    Episode.Outcome.allCases.map(\.rawValue).joined(separator: ", ")
  }

  func validate() throws {
    if let since, Duration(span: since) == nil {
      throw ValidationError("--since takes a number with s, m, h or d, such as 24h")
    }
  }

  func run() async throws {
    try await Failure.reporting {
      let client = try connection.client()
      let snapshot = await FailoverSnapshot(
        of: client, journal: Self.journal(), namespace: connection.namespace,
        now: { Time.now })
      await client.shutdown()
      var report = snapshot.report
      // Nothing is known and nothing could be read: one reason says it.
      if report.episodes.isEmpty, let error = snapshot.failures[.resourceBindings] { throw error }
      if let since, let span = Duration(span: since) { report.keep(since: report.takenAt - span) }
      report.keep(outcomes: Set(outcome.flatMap(\.outcomes)))
      Output.write(report.lines(output))
      for failure in report.failures {
        FileHandle.standardError.write(Data("quarterdeck: \(failure)\n".utf8))
      }
      let alarms = Set(failOn.flatMap(\.outcomes))
      if report.stands(in: alarms) || !report.failures.isEmpty {
        throw ExitCode(Failure.Code.failed.rawValue)
      }
    }
  }

  /// Without a journal there is still what the control plane tells.
  private static func journal() -> Journal? {
    do throws(JournalError) {
      return try Journal(path: Paths.journal)
    } catch {
      FileHandle.standardError.write(Data("quarterdeck: the journal: \(error)\n".utf8))
      return nil
    }
  }
}

/// "stranded,blocked".
struct OutcomeList: ExpressibleByArgument {
  var outcomes: [Episode.Outcome]

  init?(argument: String) {
    let words = argument.split(separator: ",").map(String.init)
    let found = words.compactMap(Episode.Outcome.init(argument:))
    guard !found.isEmpty, found.count == words.count else { return nil }
    outcomes = found
  }
}
