import Manifest

/// What a ResourceBinding's spec says about where its template goes, read from the whole object.
public struct BindingTargets: Hashable, Sendable {
  public struct Target: Hashable, Sendable {
    public var cluster: String
    public var replicas: Int64
    /// spec.completions for it, where a Job's are divided.
    public var completions: Int64?
  }
  /// In the order in which Karmada goes through them: those that were scheduled, then those that
  /// another binding needs it on.
  public private(set) var targets: [Target] = []
  /// The scheduler divides the replicas, and each cluster gets its own number.
  public private(set) var isDivided = false
  /// Labels that a failover relays to the only target (feature gate StatefulFailoverInjection).
  public private(set) var relayedLabels: [String: String] = [:]

  public init() {}

  /// What is missing or of another type than it should be counts as absent.
  public init(decoding binding: JSONValue, template: JSONValue) {
    let spec = binding["spec"]
    append(spec?["clusters"])
    for snapshot in spec?["requiredBy"]?.array ?? [] { append(snapshot["clusters"]) }
    let scheduling = spec?[path: "placement", "replicaScheduling"]
    isDivided =
      spec?["replicas"]?.int ?? 0 > 0 && scheduling != nil
      && scheduling?["replicaSchedulingType"]?.string ?? "Divided" == "Divided"
    if isDivided, template["kind"]?.string == "Job",
      case .int(let completions)? = template[path: "spec", "completions"]
    {
      divide(completions)
    }
    relay(spec?["gracefulEvictionTasks"]?.array?.last)
  }

  private mutating func append(_ clusters: JSONValue?) {
    for cluster in clusters?.array ?? [] {
      guard let name = cluster["name"]?.string, !targets.contains(where: { $0.cluster == name })
      else { continue }
      var replicas: Int64 = 0
      if case .int(let number)? = cluster["replicas"] { replicas = number }
      targets.append(Target(cluster: name, replicas: replicas))
    }
  }

  /// By the replicas each cluster got; what does not come out even goes to the largest first.
  private mutating func divide(_ completions: Int64) {
    let weights = targets.map { Double(max(0, $0.replicas)) }
    let sum = weights.reduce(0, +)
    guard sum > 0, completions >= 0, completions <= Int64(Int32.max) else { return }
    var left = completions
    for i in targets.indices {
      let share = Int64((Double(completions) * weights[i] / sum).rounded(.down))
      targets[i].completions = share
      left -= share
    }
    let largestFirst = targets.indices.sorted {
      weights[$0] == weights[$1] ? $0 < $1 : weights[$0] > weights[$1]
    }
    for i in largestFirst where left > 0 {
      targets[i].completions? += 1
      left -= 1
    }
  }

  /// KARMADA's three conditions: one target, purged immediately, and a cluster that is new to it.
  private mutating func relay(_ task: JSONValue?) {
    guard let task, targets.count == 1, task["purgeMode"]?.string == "Immediately" else { return }
    let before = task["clustersBeforeFailover"]?.array ?? []
    guard !before.contains(.string(targets[0].cluster)) else { return }
    for (label, value) in task["preservedLabelState"]?.object?.members ?? [:] {
      relayedLabels[label] = value.string
    }
  }
}
