import ControlPlane
import Manifest

/// Forgets Events after an hour, as kube-apiserver's --event-ttl does: nothing keeps a history.
///
/// One key for all of them: it sleeps until the next one is old enough.
public struct EventExpiry: Controller {
  public let name = "event-expiry"
  public var manager: String { "" }
  public var pace: Pace { Pace(workers: 1) }
  /// How long an Event lives, as kube-apiserver's --event-ttl has it by default.
  public static let lifetime = Duration.seconds(3_600)
  private let lifetime: Duration

  private static let key = ObjectKey("events", name: "")
  /// Not more often than this, however many there are.
  private static let interval = Duration.seconds(10)

  public init(lifetime: Duration = Self.lifetime) { self.lifetime = lifetime }

  public func keys(after change: Change, in view: FleetView) -> [ObjectKey] { [] }

  public func startingKeys(in view: FleetView) -> [ObjectKey] { [Self.key] }

  public func step(_ key: ObjectKey, in view: FleetView) -> [Action] {
    var actions: [Action] = []
    for event in view.all(.events) {
      let last = event.value["lastTimestamp"]?.string ?? event.value["eventTime"]?.string ?? ""
      guard let last = Time(rfc3339: last) ?? event.created else { continue }
      guard view.now - last >= lifetime else { continue }
      actions.append(
        .delete(
          ObjectKey("events", namespace: String(event.namespace), name: String(event.name))))
    }
    return actions + [.recur(after: Self.interval)]
  }
}
