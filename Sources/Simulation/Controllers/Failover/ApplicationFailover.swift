import ControlPlane
import Manifest

/// The application failover controllers: a workload that stays unhealthy on a cluster for longer
/// than its policy tolerates is evicted from there (1.12: pkg/controllers/applicationfailover).
///
/// One for each kind of binding, since each names itself as a task's producer.
public struct ApplicationFailover: Controller {
  public let name: String
  private let type: String
  /// Whether the gate StatefulFailoverInjection is on: states are preserved.
  private let preservesState: Bool
  private static let retryAfterObstacle = Duration.seconds(10)

  public var pace: Pace {
    Pace(service: .milliseconds(5)...(.milliseconds(30)), workers: 3)
  }

  private init(_ name: String, type: String, preservesState: Bool) {
    self.name = name
    self.type = type
    self.preservesState = preservesState
  }

  public static func resourceBindings(preservesState: Bool = true) -> ApplicationFailover {
    ApplicationFailover(
      "resource-binding-application-failover-controller", type: Binding.types[0],
      preservesState: preservesState)
  }

  public static func clusterResourceBindings(preservesState: Bool = true) -> ApplicationFailover {
    ApplicationFailover(
      "cluster-resource-binding-application-failover-controller", type: Binding.types[1],
      preservesState: preservesState)
  }

  public func keys(after change: Change, in view: FleetView) -> [ObjectKey] {
    guard change.server == .karmada, change.type.id == type, change.kind != .deleted,
      change.object.value[path: "spec", "failover", "application"] != nil,
      change.changes({ $0[path: "status", "aggregatedStatus"] })
        || change.changes({ $0["spec"] })
    else { return [] }
    return [change.key]
  }

  private static let unhealthy = ByteSearch("\"health\":\"Unhealthy\"")
  private static let failover = ByteSearch("\"failover\":")

  public func startingKeys(in view: FleetView) -> [ObjectKey] {
    let api: APIResource = type == Binding.types[0] ? .resourceBindings : .clusterResourceBindings
    return view.all(api).compactMap { stored in
      // Of a large fleet only these few need to be read.
      guard Self.unhealthy.occurs(in: stored.bytes), Self.failover.occurs(in: stored.bytes)
      else { return nil }
      return Binding.key(of: stored)
    }
  }

  public func step(_ key: ObjectKey, in view: FleetView) -> [Action] {
    guard var binding = Binding(key, in: view), !binding.value.isTerminating,
      let failover = binding.spec[path: "failover", "application"],
      binding.spec["propagateDeps"]?.bool == true,
      let items = binding.value[path: "status", "aggregatedStatus"]?.array, !items.isEmpty
    else { return view.memory == nil ? [] : [.remember(nil)] }
    var since = UnhealthySince(view.memory)
    let tolerated = Duration.seconds(
      max(0, failover[path: "decisionConditions", "tolerationSeconds"]?.int32 ?? 300))
    var due: [String] = []
    var wait: Duration?
    for item in items {
      guard let cluster = item["clusterName"]?.string else { continue }
      guard item["health"]?.string == "Unhealthy", !binding.isBeingEvicted(from: cluster) else {
        since[cluster] = nil
        continue
      }
      let began = since[cluster] ?? view.now
      since[cluster] = began
      let left = tolerated - (view.now - began)
      if left < .zero {
        due.append(cluster)
      } else {
        // Karmada asks again when the whole seconds are over, and then wants a little more.
        wait = min(wait ?? left, left)
      }
    }
    since.keep(Set(items.compactMap { $0["clusterName"]?.string }))
    let again: [Action] = wait.map { [.recur(after: max($0, .milliseconds(1)))] } ?? []
    guard !due.isEmpty else { return [.remember(since.value)] + again }
    do throws(StatePreservation.Obstacle) {
      let before = binding.targets.map(\.name)
      for cluster in due {
        let order = try order(failover, for: cluster, of: binding, before: before)
        _ = binding.evict(from: cluster, order)
        since[cluster] = nil
      }
    } catch {
      // Karmada logs it and tries again; nothing of it is to be seen.
      return [.remember(since.value), .recur(after: Self.retryAfterObstacle)]
    }
    return [.update(key, binding.value), .remember(since.value)] + again
  }

  private func order(
    _ failover: JSONValue, for cluster: String, of binding: Binding, before: [String]
  ) throws(StatePreservation.Obstacle) -> EvictionOrder {
    let mode = failover["purgeMode"]?.string ?? "Graciously"
    var order = EvictionOrder(reason: "ApplicationFailure", producer: name, purgeMode: mode)
    if preservesState, let preservation = StatePreservation(failover) {
      order.preservedLabels = try preservation.labels(
        of: binding.observed(on: cluster)?["status"])
      order.clustersBefore = before
    }
    switch mode {
    case "Graciously": order.gracePeriodSeconds = failover["gracePeriodSeconds"]?.int32
    case "Never": order.suppressDeletion = true
    default: break
    }
    return order
  }
}

/// Since when each cluster's copy is unhealthy: what the controller keeps in memory.
private struct UnhealthySince {
  private var moments: [String: Time] = [:]

  init(_ memory: JSONValue?) {
    for (cluster, value) in memory?.object?.members ?? [:] {
      if case .int(let nanoseconds) = value {
        moments[cluster] = Time(nanoseconds: nanoseconds)
      }
    }
  }

  subscript(cluster: String) -> Time? {
    get { moments[cluster] }
    set { moments[cluster] = newValue }
  }

  mutating func keep(_ clusters: Set<String>) {
    moments = moments.filter { clusters.contains($0.key) }
  }

  /// nil when there is nothing to remember.
  var value: JSONValue? {
    guard !moments.isEmpty else { return nil }
    var object: JSONObject = [:]
    for (cluster, moment) in moments.sorted(by: { $0.key < $1.key }) {
      object[cluster] = .int(moment.nanoseconds)
    }
    return .object(object)
  }
}
