import ControlPlane
import Manifest

/// The cluster controller's taints: a cluster that is not ready takes nothing new at once, and
/// after a while keeps nothing either (1.12: pkg/controllers/cluster, taintClusterByCondition and
/// processTaintBaseEviction).
public struct ClusterTaints: Controller {
  public let name = "cluster-taint-controller"

  /// How a control plane is set up; Karmada's flags by default.
  public struct Settings: Hashable, Sendable {
    /// --failover-eviction-timeout: not ready for so long, a cluster loses its workloads.
    public var evictionTimeout = Duration.seconds(300)
    /// --cluster-monitor-period: how often the taints with NoExecute are looked at.
    public var monitorPeriod = Duration.seconds(5)
    /// The gate Failover.
    public var isFailoverOn = true
    public init() {}
  }
  private let settings: Settings

  private enum Readiness: Hashable {
    case ready
    case notReady
    case unreachable

    init?(_ cluster: JSONValue) {
      switch cluster.condition("Ready")?["status"] {
      case "True": self = .ready
      case "False": self = .notReady
      case "Unknown": self = .unreachable
      default: return nil
      }
    }

    var key: String? {
      switch self {
      case .ready: nil
      case .notReady: "cluster.karmada.io/not-ready"
      case .unreachable: "cluster.karmada.io/unreachable"
      }
    }
  }

  private static let keys = ["cluster.karmada.io/not-ready", "cluster.karmada.io/unreachable"]

  public init(_ settings: Settings = Settings()) { self.settings = settings }

  public func keys(after change: Change, in view: FleetView) -> [ObjectKey] {
    guard change.server == .karmada, change.type.api == .clusters, change.kind != .deleted,
      change.changes({ $0.condition("Ready")?["status"] })
    else { return [] }
    return [change.key]
  }

  public func startingKeys(in view: FleetView) -> [ObjectKey] {
    view.clusterNames.map { ObjectKey(APIResource.clusters.qualifiedName, name: $0) }
  }

  public func step(_ key: ObjectKey, in view: FleetView) -> [Action] {
    guard let cluster = view.object(key)?.value, !cluster.isTerminating,
      let readiness = Readiness(cluster)
    else { return [] }
    let before = cluster[path: "spec", "taints"]?.array ?? []
    // The monitor looks every few seconds; a change of the condition is seen at once.
    let isMonitoring = view.memory?["readiness"]?.string == "\(readiness)"
    var taints = adjusted(before, "NoSchedule", to: readiness.key, now: view.now)
    if isMonitoring, settings.isFailoverOn {
      let since =
        cluster.condition("Ready")?["lastTransitionTime"]?.string
        .flatMap(Time.init(rfc3339:)) ?? view.now
      if readiness == .ready || view.now - since > settings.evictionTimeout {
        taints = adjusted(taints, "NoExecute", to: readiness.key, now: view.now)
      }
    }
    var actions: [Action] = [
      .remember(["readiness": .string("\(readiness)")]), .recur(after: settings.monitorPeriod),
    ]
    guard taints != before else { return actions }
    var updated = cluster
    updated["spec"]?["taints"] = taints.isEmpty ? nil : .array(taints)
    actions.insert(.update(key, updated), at: 0)
    actions.insert(
      .event(
        EventNote(
          about: cluster, "TaintClusterSucceed", Self.message(taints),
          component: "cluster-controller")), at: 1)
    return actions
  }

  /// The taints with the one of that effect, and without the others that stand for readiness.
  private func adjusted(
    _ taints: [JSONValue], _ effect: String, to key: String?, now: Time
  ) -> [JSONValue] {
    var kept = taints.filter { taint in
      taint["effect"]?.string != effect || taint["key"]?.string == key
        || !Self.keys.contains(taint["key"]?.string ?? "")
    }
    guard let key,
      !kept.contains(where: { $0["key"]?.string == key && $0["effect"]?.string == effect })
    else { return kept }
    kept.append([
      "key": .string(key), "effect": .string(effect), "timeAdded": .string(now.rfc3339),
    ])
    return kept
  }

  private static func message(_ taints: [JSONValue]) -> String {
    guard !taints.isEmpty else {
      return "Taint cluster succeed: cluster now does not have taints."
    }
    let texts = taints.map { taint in
      let value = taint["value"]?.string ?? ""
      return "{Key:\(taint["key"]?.string ?? ""),\(value.isEmpty ? "" : "Value:\(value),")"
        + "Effect:\(taint["effect"]?.string ?? "")}"
    }
    return "Taint cluster succeed: cluster now has taints([\(texts.joined(separator: ","))])."
  }
}
