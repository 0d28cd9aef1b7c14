import Karmada
import Manifest

/// Writes a binding's life for a test: each line a version, in seconds from the start.
struct FailoverStory {
  var builder = EpisodeBuilder()
  /// The newest version.
  private(set) var binding = ResourceBinding()
  private var version = 100
  private var last: ResourceBinding?
  static let start = Time(seconds: 1_800_000_000)

  init(
    namespace: String = "shop", name: String = "web", uid: String = "uid-1",
    failover: ResourceBinding.ApplicationFailover? = nil
  ) {
    binding.metadata.namespace = namespace
    binding.metadata.name = "\(name)-deployment"
    binding.metadata.uid = uid
    binding.metadata.generation = 1
    binding.metadata.labels = ["resourcebinding.karmada.io/permanent-id": "id-\(uid)"]
    binding.resource.kind = "Deployment"
    binding.resource.apiVersion = "apps/v1"
    binding.resource.namespace = namespace
    binding.resource.name = name
    binding.failover = failover
  }

  static func failover(
    after seconds: Int = 10, purgeMode: String = "Immediately", rules: [String] = []
  ) -> ResourceBinding.ApplicationFailover {
    var failover = ResourceBinding.ApplicationFailover()
    failover.tolerationSeconds = seconds
    failover.purgeMode = purgeMode
    failover.statePreservation = rules.map { path in
      var rule = ResourceBinding.StatePreservationRule()
      rule.aliasLabelName = "state.example.io/job"
      rule.jsonPath = path
      return rule
    }
    return failover
  }

  static func at(_ seconds: Double) -> Time { start + .milliseconds(Int64(seconds * 1000)) }

  func at(_ seconds: Double) -> Time { Self.at(seconds) }

  // MARK: Changes

  mutating func schedule(_ clusters: [(String, Int)], at seconds: Double) {
    binding.clusters = clusters.map { name, replicas in
      var target = ResourceBinding.TargetCluster()
      (target.name, target.replicas) = (name, replicas)
      return target
    }
    binding.lastScheduledTime = at(seconds.rounded(.down))
    condition(.true, "Success", at: seconds)
    binding.metadata.generation += 1
    binding.schedulerObservedGeneration = binding.metadata.generation
  }

  mutating func condition(
    _ status: Condition.Status, _ reason: String, _ message: String = "", at seconds: Double
  ) {
    var scheduled = Condition()
    scheduled.type = "Scheduled"
    scheduled.status = status
    scheduled.reason = reason
    scheduled.message = message
    let before = binding.conditions["Scheduled"]
    scheduled.lastTransitionTime =
      before?.status == status ? before?.lastTransitionTime : at(seconds.rounded(.down))
    binding.conditions = [scheduled]
  }

  /// Reports by cluster; those not named are as they were.
  mutating func report(_ health: [String: ResourceBinding.Health]) {
    for (name, health) in health {
      var item = ResourceBinding.AggregatedStatusItem()
      item.clusterName = name
      item.applied = true
      item.health = health
      binding.aggregatedStatus.removeAll { $0.clusterName == name }
      binding.aggregatedStatus.append(item)
    }
    binding.stateFindings = binding.clusters.flatMap { target in
      (binding.failover?.statePreservation ?? []).map { rule in
        StateFinding(rule, on: target.name, status: ["state": "RUNNING", "job": "j-1"])
      }
    }
  }

  /// What Karmada's `GracefulEvictCluster` does.
  mutating func evict(
    _ cluster: String, reason: String = "ApplicationFailure", purgeMode: String = "Immediately",
    labels: [String: String] = [:], created: Double? = nil
  ) {
    var task = ResourceBinding.GracefulEvictionTask()
    task.fromCluster = cluster
    task.reason = reason
    task.purgeMode = purgeMode
    task.producer = "test"
    task.preservedLabelState = labels
    if !labels.isEmpty { task.clustersBeforeFailover = binding.clusters.map(\.name) }
    if purgeMode == "Never" { task.suppressDeletion = true }
    task.creationTimestamp = created.map { at($0.rounded(.down)) }
    binding.gracefulEvictionTasks.append(task)
    binding.clusters.removeAll { $0.name == cluster }
    binding.metadata.generation += 1
  }

  mutating func stamp(_ seconds: Double) {
    for i in binding.gracefulEvictionTasks.indices
    where binding.gracefulEvictionTasks[i].creationTimestamp == nil {
      binding.gracefulEvictionTasks[i].creationTimestamp = at(seconds.rounded(.down))
    }
    binding.metadata.generation += 1
  }

  mutating func endEvictions(from cluster: String? = nil) {
    binding.gracefulEvictionTasks.removeAll { cluster == nil || $0.fromCluster == cluster }
    binding.metadata.generation += 1
  }

  mutating func edit(_ change: (inout ResourceBinding) -> Void) { change(&binding) }

  // MARK: Telling

  /// Tells the builder of the binding as it is now.
  mutating func tell(_ seconds: Double, found: Bool = false) {
    version += 1
    binding.metadata.resourceVersion = String(version)
    builder.observe(
      binding, before: last, found ? .found(at(seconds)) : .seen(at(seconds)))
    last = binding
  }

  mutating func delete(_ seconds: Double) {
    builder.removeBinding(binding.metadata.key, .seen(at(seconds)))
    last = nil
  }

  /// A Work of the binding, applied or not.
  mutating func work(
    _ cluster: String, uid: String, version: Int, labels: [String: String] = [:],
    applied: Bool = true, at seconds: Double, created: Double? = nil
  ) {
    var work = Work()
    work.metadata.namespace = "karmada-es-\(cluster)"
    work.metadata.name = "web-1"
    work.metadata.uid = uid
    work.metadata.resourceVersion = String(version)
    work.metadata.generation = 1
    work.metadata.creationTimestamp = at((created ?? seconds).rounded(.down))
    let owner = binding.metadata.namespace.isEmpty ? "clusterresourcebinding" : "resourcebinding"
    work.metadata.annotations = [
      "\(owner).karmada.io/name": binding.metadata.name,
      "\(owner).karmada.io/namespace": binding.metadata.namespace,
    ]
    work.manifest.labels = labels
    if applied {
      var condition = Condition()
      condition.type = "Applied"
      condition.status = .true
      condition.lastTransitionTime = at(seconds.rounded(.down))
      work.conditions = [condition]
    }
    builder.observe(work, .seen(at(seconds)))
  }

  mutating func cluster(_ name: String, ready: Bool, version: Int, at seconds: Double) {
    var cluster = Cluster()
    cluster.metadata.name = name
    cluster.metadata.resourceVersion = String(version)
    var condition = Condition()
    condition.type = "Ready"
    condition.status = ready ? .true : .false
    condition.reason = ready ? "ClusterReady" : "ClusterNotReachable"
    condition.lastTransitionTime = at(seconds.rounded(.down))
    cluster.conditions = [condition]
    builder.observe(cluster, .seen(at(seconds)))
  }

  /// What Karmada writes once an eviction is over.
  func evictionEvent(from cluster: String, at seconds: Double) -> Event {
    var event = Event()
    event.reason = "EvictWorkloadFromClusterSucceed"
    event.message = "Evict from cluster \(cluster) succeed."
    event.involvedObject.kind = "ResourceBinding"
    event.involvedObject.namespace = binding.metadata.namespace
    event.involvedObject.name = binding.metadata.name
    event.involvedObject.uid = binding.metadata.uid
    event.lastTimestamp = at(seconds)
    return event
  }

  /// What it writes of the Work in member1.
  func healthEvent(_ health: String, at seconds: Double) -> Event {
    var event = Event()
    event.reason = "InterpretHealthSucceed"
    let object = "\(binding.resource.kind)/\(binding.resource.namespace)/\(binding.resource.name)"
    event.message = "Interpret health of object(\(object)) as \(health)."
    event.involvedObject.kind = "Work"
    event.involvedObject.namespace = "karmada-es-member1"
    event.lastTimestamp = at(seconds)
    return event
  }

  func episodes(_ seconds: Double) -> [Episode] { builder.episodes(at: at(seconds)) }

  func offset(_ moment: Moment?) -> Double? {
    moment.map { ($0.time - Self.start) / .seconds(1) }
  }

  /// On member1, healthy, from the start.
  mutating func settle(_ clusters: [(String, Int)] = [("member1", 2)]) {
    schedule(clusters, at: 0)
    tell(0, found: true)
    report(Dictionary(uniqueKeysWithValues: clusters.map { ($0.0, .healthy) }))
    tell(1)
  }
}
