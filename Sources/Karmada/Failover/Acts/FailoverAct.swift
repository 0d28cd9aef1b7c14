import Manifest

/// Something a person does about a failover.
public enum FailoverAct: Hashable, Sendable {
  /// Lets go of the copy that purgeMode Never has kept: sets the task's suppressDeletion to false.
  case release(binding: ObjectKey, from: String)
  /// Has the scheduler place a workload afresh, elsewhere or back: a WorkloadRebalancer.
  case reschedule(ObjectReference, binding: ObjectKey)
  case taint(cluster: String, Cluster.Taint)
  /// - Parameter effect: nil takes the key's taints of every effect.
  case untaint(cluster: String, key: String, effect: String?)

  /// Whose name has to be typed before it is done.
  public var word: String {
    switch self {
    case .release(let binding, _): binding.name
    case .reschedule(let workload, _): workload.name
    case .taint(let cluster, _), .untaint(let cluster, _, _): cluster
    }
  }
}

extension Cluster.Taint {
  private static let effects: Set<String> = ["NoSchedule", "PreferNoSchedule", "NoExecute"]

  /// "key=value:NoExecute", as kubectl writes taints; nil when it is none.
  public init?(parsing text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, Self.effects.contains(parts[1]) else { return nil }
    let pair = parts[0].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      .map(String.init)
    guard let key = pair.first, LabelName.isKey(key),
      pair.count == 1 || LabelName.isValue(pair[1])
    else { return nil }
    self.init()
    (self.key, value, effect) = (key, pair.count > 1 ? pair[1] : "", parts[1])
  }

  public var text: String { "\(key)\(value.isEmpty ? "" : "=\(value)"):\(effect)" }
}

/// What an act needs to know, read from the server for it.
public struct FailoverActFacts: Hashable, Sendable {
  /// The binding, or the cluster, that would be changed; whole.
  public var object: JSONValue
  /// Bindings that are placed on the cluster; nil where it is not about a cluster.
  public var placed: [PlacedBinding]?
  public var clusters: [Cluster] = []

  public init(object: JSONValue) { self.object = object }
}

/// What a plan would do, in words and as the one request that does it.
public struct FailoverActPlan: Hashable, Sendable {
  public enum Target: Hashable, Sendable {
    case binding(ObjectKey)
    case cluster(String)
    case workloadRebalancer(String)
  }
  public enum Weight: Hashable, Sendable { case plain, good, warning, bad }
  public struct Sentence: Hashable, Sendable {
    public var weight: Weight
    public var text: String
    public init(_ weight: Weight, _ text: String) {
      self.weight = weight
      self.text = text
    }
  }

  public var act: FailoverAct
  public var target: Target
  /// A merge patch that holds the resourceVersion it was made from, or the object to create.
  public var body: JSONValue
  public var sentences: [Sentence] = []
  /// Why it must not be done; nil when it may.
  public var refusal: String?

  public init(_ act: FailoverAct, target: Target, body: JSONValue) {
    self.act = act
    self.target = target
    self.body = body
  }
}

/// Why there is no plan.
public struct FailoverActFailure: Error, Hashable, Sendable, CustomStringConvertible {
  public var description: String
  public init(_ description: String) { self.description = description }
}
