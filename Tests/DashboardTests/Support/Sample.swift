import ControlPlane
import Karmada
import Manifest

@testable import Dashboard

/// Small objects to fill a dashboard with.
enum Sample {
  /// 2027-01-15T08:00:00Z.
  static let start = Time(nanoseconds: 1_800_000_000_000_000_000)
  static let endpoint = Endpoint(context: "test", server: "https://test")

  static let unreachable = APIError(.unreachable, message: "connection refused")
  static let forbidden = APIError(.forbidden, status: 403, message: "no")

  /// "shop/web", or a bare name for an object without a namespace.
  static func key(_ text: String) -> ObjectKey {
    let parts = text.split(separator: "/").map(String.init)
    return parts.count > 1
      ? ObjectKey(namespace: parts[0], name: parts[1]) : ObjectKey(name: text)
  }

  static func metadata(_ text: String) -> ObjectMeta {
    var metadata = ObjectMeta()
    (metadata.namespace, metadata.name) = (key(text).namespace, key(text).name)
    metadata.creationTimestamp = start
    return metadata
  }

  static func cluster(_ name: String, ready: Condition.Status? = .true) -> Cluster {
    var cluster = Cluster()
    cluster.metadata = metadata(name)
    cluster.syncMode = "Push"
    if let ready {
      var condition = Condition()
      condition.type = "Ready"
      condition.status = ready
      condition.reason = ready == .true ? "ClusterReady" : "ClusterNotReachable"
      condition.lastTransitionTime = start
      cluster.conditions = [condition]
    }
    return cluster
  }

  /// A Deployment's binding: stranded when it is on no cluster, healthy on each otherwise, but for
  /// those in `unhealthy`.
  static func binding(
    _ name: String, on clusters: [String] = ["member1"], unhealthy: Set<String> = [],
    policy: String? = nil, kind: String = "Deployment"
  ) -> ResourceBinding {
    var binding = ResourceBinding()
    binding.metadata = metadata(name)
    binding.metadata.labels = ["resourcebinding.karmada.io/permanent-id": "id-of-\(name)"]
    binding.resource.apiVersion = "apps/v1"
    binding.resource.kind = kind
    binding.resource.namespace = binding.metadata.namespace
    binding.resource.name = binding.metadata.name
    binding.lastScheduledTime = start
    for name in clusters {
      var target = ResourceBinding.TargetCluster()
      target.name = name
      binding.clusters.append(target)
      var item = ResourceBinding.AggregatedStatusItem()
      item.clusterName = name
      item.applied = true
      item.health = unhealthy.contains(name) ? .unhealthy : .healthy
      binding.aggregatedStatus.append(item)
    }
    if let policy { claim(&binding, by: key(policy)) }
    return binding
  }

  private static func claim(_ binding: inout ResourceBinding, by policy: ObjectKey) {
    binding.metadata.annotations =
      policy.namespace.isEmpty
      ? ["clusterpropagationpolicy.karmada.io/name": policy.name]
      : [
        "propagationpolicy.karmada.io/name": policy.name,
        "propagationpolicy.karmada.io/namespace": policy.namespace,
      ]
  }

  static func report(
    _ cluster: String, _ health: ResourceBinding.Health
  ) -> ResourceBinding.AggregatedStatusItem {
    var item = ResourceBinding.AggregatedStatusItem()
    (item.clusterName, item.applied, item.health) = (cluster, true, health)
    return item
  }

  static func policy(_ name: String) -> PropagationPolicy {
    var policy = PropagationPolicy()
    policy.metadata = metadata(name)
    return policy
  }

  static func override(_ name: String) -> OverridePolicy {
    var policy = OverridePolicy()
    policy.metadata = metadata(name)
    policy.ruleCount = 1
    return policy
  }

  /// What the Overrides pane asks about a binding made by `binding(_:)`.
  static func question(_ name: String, _ clusters: [String]) -> OverrideQuestion {
    OverrideQuestion(
      binding: RowKey(.resourceBindings, key(name)), resource: binding(name).resource,
      permanentID: "id-of-\(name)", clusters: clusters.map { OverrideTarget(cluster($0)) })
  }

  static func event(
    _ name: String, on kind: String, _ object: String, reason: String = "Synced",
    after seconds: Double = 0
  ) -> Event {
    var event = Event()
    event.metadata = metadata(name)
    event.involvedObject.kind = kind
    (event.involvedObject.namespace, event.involvedObject.name) = (
      key(object).namespace, key(object).name
    )
    event.type = "Normal"
    event.reason = reason
    event.lastTimestamp = start + .seconds(seconds)
    return event
  }
}

extension AppState {
  /// With nothing heard from any feed.
  static func blank(width: Int = 80, height: Int = 24) -> AppState {
    var state = AppState(now: Sample.start, endpoint: Sample.endpoint)
    state.take(.input(.resize(width: width, height: height)))
    return state
  }

  /// Every feed listed and live.
  static func loaded(
    clusters: [Cluster] = [], bindings: [ResourceBinding] = [],
    policies: [PropagationPolicy] = [], overrides: [OverridePolicy] = [], events: [Event] = []
  ) -> AppState {
    var state = blank()
    state.list(.clusters, .clusters(clusters))
    state.list(.resourceBindings, .bindings(bindings.filter { !$0.metadata.namespace.isEmpty }))
    state.list(
      .clusterResourceBindings, .bindings(bindings.filter { $0.metadata.namespace.isEmpty }))
    state.list(
      .propagationPolicies,
      .propagationPolicies(policies.filter { !$0.metadata.namespace.isEmpty }))
    state.list(
      .clusterPropagationPolicies,
      .propagationPolicies(policies.filter { $0.metadata.namespace.isEmpty }))
    state.list(
      .overridePolicies, .overridePolicies(overrides.filter { !$0.metadata.namespace.isEmpty }))
    state.list(
      .clusterOverridePolicies,
      .overridePolicies(overrides.filter { $0.metadata.namespace.isEmpty }))
    state.list(.events, .events(events))
    return state
  }

  /// A whole list of one feed, after which it is live.
  mutating func list(_ feed: FeedID, _ objects: FeedObjects) {
    take(.feed(feed, .listBegins))
    take(.feed(feed, .objects(objects)))
    take(.feed(feed, .listEnds))
    take(.feed(feed, .phase(.live)))
  }

  @discardableResult
  mutating func take(_ event: AppEvent) -> [Effect] { update(&self, event) }

  /// Presses keys named as `Key.sequence(parsing:)` reads them; returns all that was asked for.
  @discardableResult
  mutating func press(_ script: String) throws -> [Effect] {
    try Key.sequence(parsing: script).flatMap { take(.input(.key($0))) }
  }
}
