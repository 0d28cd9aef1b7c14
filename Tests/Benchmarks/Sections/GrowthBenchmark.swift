import Dashboard
import Foundation
import Karmada
import KubeClient
import Manifest
import Simulation

/// Memory that must not grow while a dashboard stays open.
enum GrowthBenchmark {
  static func run() async throws {
    try await demo()
    try churn()
  }

  /// The demo at a thousand times its speed: an hour goes by every four seconds.
  private static func demo() async throws {
    let scratch = try Scratch()
    let terminal = try PseudoTerminal(
      Program.quarterdeck(), ["demo", "--speed", "1000"], columns: 140, rows: 40,
      home: scratch.path)
    defer { terminal.end() }
    var sizes: [Double] = []
    for _ in 0..<8 {
      _ = terminal.read(untilQuiet: 10_000, limit: .seconds(10))
      sizes.append(Double(try ProcessFigures(of: terminal.pid).resident) / 1_048_576)
    }
    Figures.show(
      "the demo, every 10 s at speed 1000", sizes.map { $0.text(1) }.joined(separator: " ") + " MiB"
    )
    Figures.check(
      "growth over the second half", (sizes.last ?? 0) - sizes[sizes.count / 2], atMost: 2,
      unit: "MiB", digits: 1)
  }

  /// A million events come and go, a thousand on the screen at a time.
  private static func churn() throws {
    var state = AppState(
      now: Time.now, endpoint: Fleets.plane(clusters: 2, bindings: 0).endpoint, pane: .events)
    var sizes: [Double] = []
    for round in 0..<1_000 {
      let events = (0..<1_000).map { number in
        var event = Event()
        event.metadata.namespace = "team-\(number % 7)"
        event.metadata.name = "web-\(round)-\(number).17d2a4c1b9e0f3aa"
        event.reason = "ScheduleBindingSucceed"
        event.message = "Binding number \(number) of round \(round) has been scheduled"
        return event
      }
      _ = update(&state, .feed(.events, .objects(.events(events))))
      _ = update(&state, .feed(.events, .removed(events.map(\.metadata.key))))
      if round % 200 == 199 {
        sizes.append(Double(try ProcessFigures(of: getpid()).resident) / 1_048_576)
      }
    }
    Figures.show(
      "a million events come and go", sizes.map { $0.text(1) }.joined(separator: " ") + " MiB")
    Figures.check(
      "growth after the first fifth", (sizes.last ?? 0) - (sizes.first ?? 0), atMost: 2,
      unit: "MiB", digits: 1)
  }
}
