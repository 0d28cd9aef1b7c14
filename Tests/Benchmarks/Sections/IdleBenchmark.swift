import ControlPlane
import Foundation
import Manifest
import Simulation

/// What a dashboard costs that nobody touches, while the fleet changes.
enum IdleBenchmark {
  private static let seconds = 20
  private static let eventsASecond = 50

  static func run() async throws {
    let plane = Fleets.plane(clusters: 6, bindings: 2_000)
    let dashboard = try await LiveDashboard(of: plane)
    defer { dashboard.end() }
    let quiet = try await share(of: dashboard)
    Figures.show("nothing happens", "\(quiet.text(2)) % of a core")
    for pane in ["1", "2"] {
      dashboard.terminal.type(pane)
      await dashboard.drain(for: .seconds(1))
      let changes = Task { try await change(plane) }
      defer { changes.cancel() }
      let busy = try await share(of: dashboard)
      changes.cancel()
      Figures.check(
        "\(eventsASecond) events a second, pane \(pane)", busy, atMost: 1, unit: "% of a core")
    }
  }

  private static func share(of dashboard: LiveDashboard) async throws -> Double {
    let (before, began) = (try dashboard.figures(), ContinuousClock.now)
    await dashboard.drain(for: .seconds(seconds))
    let used = try dashboard.figures().ticks - before.ticks
    return Double(used) / 100 / ((ContinuousClock.now - began) / .seconds(1)) * 100
  }

  /// Bindings whose workload turns unhealthy and well again, one after the other.
  private static func change(_ plane: SimulatedControlPlane) async throws {
    let list = try await plane.sendForValue(
      APIRequest.list(ListScope(.resourceBindings), limit: 200))
    let objects = list["items"]?.array ?? []
    var number = 0
    while !Task.isCancelled, !objects.isEmpty {
      let object = objects[number % objects.count]
      let health = number / objects.count % 2 == 0 ? "Unhealthy" : "Healthy"
      let items = (object["status"]?["aggregatedStatus"]?.array ?? []).map { item in
        var item = item
        item["health"] = .string(health)
        return item
      }
      _ = try await plane.patch(
        .resourceBindings, namespace: object["metadata"]?["namespace"]?.string,
        name: object["metadata"]?["name"]?.string ?? "", subresource: "status",
        patch: ["status": ["aggregatedStatus": .array(items)]])
      number += 1
      try await Task.sleep(for: .milliseconds(1000 / eventsASecond))
    }
  }
}
