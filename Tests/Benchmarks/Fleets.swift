import ControlPlane
import Dashboard
import Karmada
import KubeClient
import Manifest
import Simulation

/// Synthetic fleets, as a server has them and as the dashboard does.
enum Fleets {
  static func plane(clusters: Int, bindings: Int) -> SimulatedControlPlane {
    let time = WallTime(startingAt: Time.now)
    let fleet = SyntheticFleet(clusters: clusters, bindings: bindings, includesWorks: false)
    return SimulatedControlPlane(fleet: fleet.fleet(now: time.now), time: time)
  }

  /// The dashboard with everything of a fleet on it, and events and policies as a fleet of that
  /// size has them.
  static func state(of plane: SimulatedControlPlane, size: Size) async throws -> AppState {
    var state = AppState(now: Time.now, endpoint: plane.endpoint, pane: .bindings)
    state.size = size
    var interner = Interner()
    for feed in FeedID.allCases {
      _ = update(&state, .feed(feed, .listBegins))
      var token = ""
      repeat {
        let list = try await plane.listPage(
          ListScope(feed.resource), limit: 500, continueToken: token)
        token = list.continueToken
        switch feed {
        case .clusters:
          let items = try ObjectList<Cluster>(json: list.bytes, interning: &interner).items
          _ = update(&state, .feed(feed, .objects(.clusters(items))))
        case .resourceBindings:
          let items = try ObjectList<ResourceBinding>(json: list.bytes, interning: &interner)
            .items
          _ = update(&state, .feed(feed, .objects(.bindings(items))))
        default: break
        }
      } while !token.isEmpty
      if feed == .events { _ = update(&state, .feed(feed, .objects(.events(events(of: state))))) }
      _ = update(&state, .feed(feed, .listEnds))
      _ = update(&state, .feed(feed, .phase(.live)))
    }
    return state
  }

  /// One event for each tenth binding.
  private static func events(of state: AppState) -> [Event] {
    state.bindings.table.rows.enumerated().filter { $0.offset % 10 == 0 }.map { number, row in
      var event = Event()
      event.metadata.namespace = row.binding.metadata.namespace
      event.metadata.name = "\(row.binding.metadata.name).\(number)"
      event.involvedObject = row.binding.resource
      event.type = number % 3 == 0 ? "Warning" : "Normal"
      event.reason = number % 3 == 0 ? "SyncFailed" : "AggregateStatusSucceed"
      event.message = "Update resourceBinding(\(row.key.object)) with AggregatedStatus."
      event.component = "resource-binding-status-controller"
      event.lastTimestamp = state.now - .seconds(number % 3_600)
      return event
    }
  }
}
