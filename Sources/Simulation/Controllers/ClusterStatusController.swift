import ControlPlane
import Manifest

/// cluster-status-controller: asks every member every ten seconds how it is (1.12:
/// pkg/controllers/status, cluster_status_controller). One that does not answer for a while is
/// not ready; one that answers again for a while is ready.
public struct ClusterStatusController: Controller {
  public let name = "cluster-status-controller"
  public var pace: Pace {
    Pace(service: .milliseconds(5)...(.milliseconds(40)), workers: 5)
  }

  /// How a control plane is set up; Karmada's flags by default.
  public struct Settings: Hashable, Sendable {
    /// --cluster-status-update-frequency
    public var frequency = Duration.seconds(10)
    /// --cluster-failure-threshold: silent for so long, a Push member is not ready.
    public var failureThreshold = Duration.seconds(30)
    /// --cluster-success-threshold: answering for so long, it is ready again.
    public var successThreshold = Duration.seconds(30)
    /// --cluster-monitor-grace-period: silent for so long, a Pull member's agent is taken for
    /// gone.
    public var gracePeriod = Duration.seconds(40)
    public init() {}
  }
  let settings: Settings

  public init(_ settings: Settings = Settings()) { self.settings = settings }

  public func keys(after change: Change, in view: FleetView) -> [ObjectKey] {
    guard change.server == .karmada, change.type.api == .clusters, change.kind == .added else {
      return []
    }
    return [change.key]
  }

  public func startingKeys(in view: FleetView) -> [ObjectKey] {
    view.clusterNames.map { ObjectKey(APIResource.clusters.qualifiedName, name: $0) }
  }

  public func step(_ key: ObjectKey, in view: FleetView) -> [Action] {
    guard let cluster = view.object(key)?.value else { return [.remember(nil)] }
    let answers = view.reachableMember(key.name) != nil
    var memory = Memory(view.memory)
    if memory.answers != answers || memory.since == nil {
      // The first look trusts what the object says already.
      memory.since = memory.answers == nil ? Time(nanoseconds: .min) : view.now
      memory.answers = answers
    }
    var updated = cluster
    if updated["status"] == nil { updated["status"] = [:] }
    if answers {
      updated["status"] = MemberReport(
        name: key.name, cluster: cluster, memory: memory, in: view
      ).status(memory: &memory)
    }
    setReadiness(&updated, answers: answers, since: memory.since ?? view.now, now: view.now)
    let write: [Action] =
      updated["status"] == cluster["status"]
      ? [] : [.updateStatus(key, updated)]
    return write + [.remember(memory.value), .recur(after: settings.frequency)]
  }

  private func setReadiness(
    _ cluster: inout JSONValue, answers: Bool, since: Time, now: Time
  ) {
    let lasted = since.nanoseconds == .min ? .seconds(86_400) : now - since
    let isKnown = cluster.condition("Ready") != nil
    let isReady = cluster.isTrue("Ready")
    if answers {
      guard !isKnown || isReady || lasted >= settings.successThreshold else { return }
      cluster.setCondition(
        "Ready", "True", reason: "ClusterReady",
        message: "cluster is healthy and ready to accept workloads", now: now)
      return
    }
    if cluster[path: "spec", "syncMode"]?.string == "Pull" {
      // Its agent reports by itself; who is silent is not known to be anything.
      guard !isKnown || lasted >= settings.gracePeriod else { return }
      cluster.setCondition(
        "Ready", "Unknown", reason: "ClusterStatusUnknown",
        message: "Cluster status controller stopped posting cluster status.", now: now)
      return
    }
    guard !isKnown || !isReady || lasted >= settings.failureThreshold else { return }
    cluster.setCondition(
      "Ready", "False", reason: "ClusterNotReachable", message: "cluster is not reachable",
      now: now)
  }

  /// What it must know of a cluster from one look to the next.
  struct Memory {
    var answers: Bool?
    var since: Time?
    /// The member's version at which its use was added up, and what it came to.
    var version: Int64?
    var used: MemberUse?

    init(_ value: JSONValue?) {
      answers = value?["answers"]?.bool
      if case .int(let nanoseconds)? = value?["since"] {
        since = Time(nanoseconds: nanoseconds)
      }
      if case .int(let version)? = value?["version"] { self.version = version }
      used = value?["used"].map(MemberUse.init)
    }

    var value: JSONValue {
      var value: JSONValue = [:]
      value["answers"] = answers.map { .bool($0) }
      value["since"] = since.map { .int($0.nanoseconds) }
      value["version"] = version.map { .int($0) }
      value["used"] = used?.value
      return value
    }
  }
}
