import Foundation
import Simulation

/// The program on a terminal, connected over HTTP to an embedded Karmada in this process.
struct LiveDashboard {
  let terminal: PseudoTerminal
  private let scratch: Scratch
  private let door: Task<Void, any Error>

  init(
    of plane: SimulatedControlPlane, columns: UInt16 = 140, rows: UInt16 = 40
  ) async throws {
    let scratch = try Scratch()
    let door = try await HTTPDoor.open(plane)
    self.door = Task { try await door.run() }
    let kubeconfig = scratch.path + "/kubeconfig"
    try DemoKubeconfig(server: door.url, token: door.token).write(to: kubeconfig)
    terminal = try PseudoTerminal(
      Program.quarterdeck(), ["--kubeconfig", kubeconfig], columns: columns, rows: rows,
      home: scratch.path)
    self.scratch = scratch
    try await settle(plane)
  }

  /// Waits until every feed has its list and watches, and the screen is quiet.
  private func settle(_ plane: SimulatedControlPlane) async throws {
    for _ in 0..<600 {
      _ = terminal.read(untilQuiet: 100, limit: .milliseconds(100))
      if plane.watchCount >= 8 { break }
    }
    guard plane.watchCount >= 8 else { throw Obstacle("the dashboard never came to watch") }
    await drain(for: .seconds(2))
  }

  /// Takes what the program writes, so that it need not wait for a reader.
  func drain(for time: Duration) async {
    let end = ContinuousClock.now + time
    while ContinuousClock.now < end { _ = terminal.read(untilQuiet: 50, limit: .milliseconds(50)) }
  }

  func figures() throws -> ProcessFigures { try ProcessFigures(of: terminal.pid) }

  func end() {
    terminal.end()
    door.cancel()
  }
}
