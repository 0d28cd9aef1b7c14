import ControlPlane
import Manifest

/// taint-manager: evicts from a cluster with NoExecute taints what does not tolerate them, or no
/// longer (1.12: pkg/controllers/cluster, taint_manager).
public struct TaintManager: Controller {
  public let name = "taint-manager"
  /// --cluster-taint-eviction-retry-frequency
  private let retryFrequency: Duration

  public var pace: Pace {
    Pace(service: .milliseconds(5)...(.milliseconds(25)), workers: 1)
  }

  public init(retryFrequency: Duration = .seconds(5)) { self.retryFrequency = retryFrequency }

  public func keys(after change: Change, in view: FleetView) -> [ObjectKey] {
    guard change.server == .karmada, change.kind != .deleted else { return [] }
    if change.type.api == .clusters {
      return change.changes { $0[path: "spec", "taints"] } ? [change.key] : []
    }
    guard Binding.types.contains(change.type.id),
      change.changes({ $0[path: "spec", "clusters"] })
    else { return [] }
    return (change.object.value[path: "spec", "clusters"]?.array ?? []).compactMap { target in
      guard let name = target["name"]?.string, let cluster = view.cluster(name),
        !Self.evictingTaints(of: cluster).isEmpty
      else { return nil }
      return ObjectKey(APIResource.clusters.qualifiedName, name: name, tag: Self.arrivals)
    }
  }

  /// Marks a look at a cluster because something has come to it: that is looked at a while later,
  /// or what tolerates a taint for a while only would be moved to and fro without a pause.
  private static let arrivals = "arrivals"

  private static func evictingTaints(of cluster: JSONValue) -> [JSONValue] {
    (cluster[path: "spec", "taints"]?.array ?? []).filter { $0["effect"] == "NoExecute" }
  }

  public func startingKeys(in view: FleetView) -> [ObjectKey] {
    view.clusterNames.map { ObjectKey(APIResource.clusters.qualifiedName, name: $0) }
  }

  public func step(_ key: ObjectKey, in view: FleetView) -> [Action] {
    guard let cluster = view.cluster(key.name) else { return [.remember(nil)] }
    if key.tag == Self.arrivals, view.memory == nil {
      return [.remember(true), .recur(after: retryFrequency)]
    }
    let taints = Self.evictingTaints(of: cluster)
    var actions: [Action] = [.remember(nil)]
    guard !taints.isEmpty else { return actions }
    // Once nothing is left there that has to leave, it waits for something new.
    var wait: Duration?
    for var binding in assigned(to: key.name, in: view) {
      switch Self.patience(of: binding, with: taints, now: view.now) {
      case .forEver: continue
      case .until(let left) where left > .zero:
        wait = min(wait ?? retryFrequency, left)
      case .until, .none:
        let order = EvictionOrder(
          reason: "TaintUntolerated", producer: "TaintManager", purgeMode: "Graciously")
        guard binding.evict(from: key.name, order) else { continue }
        wait = wait ?? retryFrequency
        actions.append(.update(binding.key, binding.value))
      }
    }
    return actions + (wait.map { [.recur(after: $0)] } ?? [])
  }

  /// The bindings whose schedule result names a cluster.
  private func assigned(to cluster: String, in view: FleetView) -> [Binding] {
    let named = ByteSearch("\"name\":\"\(cluster)\"")
    return [APIResource.resourceBindings, .clusterResourceBindings].flatMap { api in
      view.all(api).compactMap { stored -> Binding? in
        guard named.occurs(in: stored.bytes) else { return nil }
        guard let binding = Binding(Binding.key(of: stored), in: view),
          !binding.value.isTerminating,
          binding.targets.contains(where: { $0.name == cluster })
        else { return nil }
        return binding
      }
    }
  }

  private enum Patience: Hashable {
    /// Some taint is not tolerated at all.
    case none
    case until(Duration)
    case forEver
  }

  /// By the placement that was applied last, not the newest one.
  private static func patience(of binding: Binding, with taints: [JSONValue], now: Time)
    -> Patience
  {
    guard let text = binding.value.annotation(SchedulerController.placementAnnotation) else {
      return .none
    }
    let tolerations: [Toleration]
    do {
      tolerations =
        try JSONValue(parsing: [UInt8](text.utf8))["clusterTolerations"]?.array?
        .map(Toleration.init) ?? []
    } catch {
      return .none
    }
    var shortest: Duration?
    for taint in taints {
      let fitting = tolerations.filter { $0.tolerates(taint) }
      if fitting.isEmpty { return .none }
      let added = taint["timeAdded"]?.string.flatMap(Time.init(rfc3339:)) ?? now
      for seconds in fitting.compactMap(\.seconds) {
        let left = .seconds(max(0, seconds)) - (now - added)
        shortest = min(shortest ?? left, left)
      }
    }
    return shortest.map { .until($0) } ?? .forEver
  }
}
