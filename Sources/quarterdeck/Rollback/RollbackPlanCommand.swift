import ArgumentParser
import ControlPlane
import Karmada
import KubeClient
import Manifest
import Session

struct RollbackPlanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Shows what a rollback would do and what speaks against it. Changes nothing.")

  @OptionGroup var target: RollbackTarget
  @OptionGroup var surroundings: RollbackSurroundings

  func run() async throws {
    try await Failure.reporting {
      let client = try surroundings.connection.client()
      let plan = try await target.plan(on: client)
      await client.shutdown()
      switch surroundings.output {
      case .json: Output.write(plan.json.serialized(pretty: true) + [0x0A])
      case .markdown: Output.write(Array(plan.markdown.utf8))
      case .table:
        Output.write(Array(RollbackText.lines(plan).joined(separator: "\n").utf8) + [0x0A])
      }
      if !plan.isExecutable { throw ExitCode(Failure.Code.blocked.rawValue) }
    }
  }
}

struct RollbackListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the rollbacks in the journal, unfinished ones first.")

  @Option(name: [.short, .long], help: "How to print it.")
  var output = RollbackFormat.table

  func run() async throws {
    try await Failure.reporting {
      let rows = try RollbackListing(path: Paths.journal).rows
      switch output {
      case .json:
        Output.write(JSONValue.array(rows.map(\.json)).serialized(pretty: true) + [0x0A])
      case .table, .markdown:
        let heads = ["RUN", "POLICY", "OUTCOME", "DELETED", "STARTED", "BY", "REASON"]
        let cells = rows.map(\.cells)
        if output == .markdown {
          let lines = ([heads, heads.map { _ in "---" }] + cells).map {
            "| " + $0.joined(separator: " | ") + " |"
          }
          Output.write(Array(lines.joined(separator: "\n").utf8) + [0x0A])
        } else {
          Listing.print([heads] + cells)
        }
      }
    }
  }
}
