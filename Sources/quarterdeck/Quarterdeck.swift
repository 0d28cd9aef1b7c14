import ArgumentParser
import ControlPlane
import Dashboard
import KubeClient
import Manifest
import Session

/// The program: reads the command line, wires the modules together, sets the exit code.
@main
struct Quarterdeck: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quarterdeck",
    abstract: "A full-screen dashboard for Karmada.",
    discussion: """
      Without a subcommand it opens on the current kubeconfig context. It reads only, until \
      somebody arms it.
      """,
    version: Version.text,
    subcommands: [
      Demo.self, Replay.self, SnapshotCommand.self, FailoversCommand.self, RenderCommand.self,
      JSONPathCommand.self, RollbackCommand.self, OverrideCommand.self, Keys.self, Themes.self,
      Commands.self,
    ])

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var screen: ScreenOptions

  func run() async throws {
    try await Failure.reporting {
      let setup = try screen.setup()
      let client = try connection.client()
      var options = setup.options
      options.namespace = connection.namespace
      options.isReadOnly = connection.readOnly
      if let seconds = connection.poll { options.poll = .milliseconds(Int64(seconds * 1000)) }
      let record = FailoverJournal(
        path: Paths.journal, server: client.endpoint.server,
        retention: setup.config.keepFailovers, now: { Time.now })
      try await FullScreen.run(
        setup: setup, options: options, plane: client, record: record,
        rollbacks: RollbackOffice(
          path: Paths.journal, person: Person.name, now: { Time.now }, log: FileLog.logger()),
        overrides: OverrideOffice(
          caution: setup.config.caution, drafts: DraftFiles(folder: Paths.drafts)))
      await client.shutdown()
    }
  }
}

/// How to reach a live control plane.
struct ConnectionOptions: ParsableArguments {
  @Option(help: "Kubeconfig file, instead of KUBECONFIG or ~/.kube/config.")
  var kubeconfig: String?

  @Option(help: "Context in it, instead of the current one.")
  var context: String?

  @Option(name: [.short, .long], help: "Read only this namespace.")
  var namespace: String?

  @Option(name: .customLong("as"), help: "User to act as.")
  var asUser: String?

  @Option(help: "Group to act as; may be given several times.")
  var asGroup: [String] = []

  @Option(help: "List every so many seconds instead of watching.")
  var poll: Double?

  @Flag(help: "Never change anything, not even when armed.")
  var readOnly = false

  func validate() throws {
    if let poll, !(1...3600).contains(poll) {
      throw ValidationError("--poll takes 1 to 3600 seconds")
    }
    if asUser == nil, !asGroup.isEmpty {
      throw ValidationError("--as-group needs --as")
    }
  }

  func client() throws -> KubeClient {
    let environment = Environment.variables
    let kubeconfig = try Kubeconfig.load(explicitPath: kubeconfig, environment: environment)
    let resolved = try kubeconfig.resolve(context: context)
    return try KubeClient(
      resolved, impersonation: asUser.map { Impersonation(user: $0, groups: asGroup) },
      version: Version.text, environment: environment)
  }
}
