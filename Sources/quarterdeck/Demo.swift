import ArgumentParser
import Dashboard
import Foundation
import Manifest
import Screen
import Session
import Simulation

struct Demo: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Opens the dashboard on the embedded Karmada.",
    discussion: """
      Nothing outside this process is touched. With --serve-only there is no screen: any \
      Kubernetes client can use the embedded Karmada with the kubeconfig that is written.
      """)

  @Option(help: "The fleet to begin with: \(Scenario.names.joined(separator: ", ")).")
  var scenario = "quickstart"

  @Option(help: "Simulated seconds a second.")
  var speed: Double = 1

  @Option(help: "Clusters of the scenario big.")
  var clusters: Int?

  @Option(help: "Bindings of the scenario big.")
  var bindings: Int?

  @Flag(help: "No screen; serve until interrupted.")
  var serveOnly = false

  @Option(help: "Port on 127.0.0.1 to serve at; 0 takes a free one.")
  var port: Int?

  @Option(help: "Write a kubeconfig for it here (mode 0600); one that is there keeps its token.")
  var writeKubeconfig: String?

  @OptionGroup var screen: ScreenOptions

  func validate() throws {
    guard speed.isFinite, (0...1000).contains(speed) else {
      throw ValidationError("--speed takes 0 to 1000")
    }
    if let clusters, !(1...1000).contains(clusters) {
      throw ValidationError("--clusters takes 1 to 1000")
    }
    if let bindings, !(0...1_000_000).contains(bindings) {
      throw ValidationError("--bindings takes 0 to 1000000")
    }
    if let port, !(0...65535).contains(port) { throw ValidationError("--port takes 0 to 65535") }
    if writeKubeconfig != nil, !serveOnly, port == nil {
      throw ValidationError("--write-kubeconfig needs --serve-only or --port: nothing is served")
    }
  }

  func run() async throws {
    try await Failure.reporting {
      let (plane, story) = try embedded()
      let life = Task { await ControllerLoop(plane).run() }
      defer { life.cancel() }
      if serveOnly {
        try await serve(plane)
      } else {
        try await show(plane, story)
      }
    }
  }

  /// What `:scenario` tells.
  private struct Story {
    var title: String
    var hints: [String]
  }

  private func embedded() throws -> (SimulatedControlPlane, Story) {
    let time = WallTime(startingAt: Time.now, speed: speed)
    do {
      // Either number says that it is the synthetic fleet that is wanted.
      let isSized = clusters != nil || bindings != nil
      let (fewClusters, fewBindings) = self.scenario == "big" ? (100, 100_000) : (6, 1_000)
      var scenario = try Scenario.embedded(isSized ? "big" : scenario)
      if isSized {
        scenario.resize(clusters: clusters ?? fewClusters, bindings: bindings ?? fewBindings)
      }
      return (
        try SimulatedControlPlane(playing: scenario, time: time),
        Story(title: scenario.title, hints: scenario.hints)
      )
    } catch {
      throw Failure("\(error)", code: .usage)
    }
  }

  private func show(_ plane: SimulatedControlPlane, _ story: Story) async throws {
    let setup = try screen.setup()
    var door: Task<Void, any Error>?
    if let port { door = try await open(plane, port: port) }
    defer { door?.cancel() }
    // The fleet is gone with the program, and so is what was done to it.
    let folder = try Paths.temporaryFolder()
    defer { Paths.remove(folder) }
    let journal = folder + "/journal.sqlite"
    try await FullScreen.run(
      setup: setup, options: setup.options, plane: plane, now: { plane.time.now },
      demo: Session.DemoControl(plane, title: story.title, hints: story.hints),
      record: FailoverJournal(
        path: journal, server: plane.endpoint.server, retention: setup.config.keepFailovers,
        now: { plane.time.now }),
      rollbacks: RollbackOffice(
        path: journal, person: Person.name, now: { plane.time.now }, log: FileLog.logger()),
      overrides: OverrideOffice(
        caution: setup.config.caution, drafts: DraftFiles(folder: Paths.drafts)))
  }

  private func serve(_ plane: SimulatedControlPlane) async throws {
    // Before the first line is printed, so that whoever reads it may stop us at once.
    let signals = StopSignals()
    let door = try await open(plane, port: port ?? 0)
    await signals.wait()
    door.cancel()
    _ = await door.result
  }

  private func open(
    _ plane: SimulatedControlPlane, port: Int
  ) async throws -> Task<Void, any Error> {
    let door = try await HTTPDoor.open(plane, port: port, token: try token())
    let task = Task { try await door.run() }
    if let writeKubeconfig {
      try DemoKubeconfig(server: door.url, token: door.token).write(to: writeKubeconfig)
    }
    if serveOnly {
      let use = writeKubeconfig.map { "; kubectl --kubeconfig \($0) get clusters" }
      Output.write(Array("serving \(door.url)\(use ?? "")\n".utf8))
    }
    return task
  }

  /// The token of the kubeconfig that is about to be written anew, so that clients which have
  /// read it find their way back to a demo that was started again; else a new one.
  private func token() throws -> String {
    guard let file = writeKubeconfig, let text = try Paths.text(of: file),
      let before = DemoKubeconfig(yaml: text)
    else { return DemoKubeconfig.newToken() }
    return before.token
  }
}
