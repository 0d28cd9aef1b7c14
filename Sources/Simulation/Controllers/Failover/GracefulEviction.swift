import ControlPlane
import Manifest

/// The graceful eviction controllers: give each new task its time, and end it when the old copy
/// is no longer needed (1.12: pkg/controllers/gracefuleviction).
public struct GracefulEviction: Controller {
  public let name = "graceful-eviction-controller"
  /// --graceful-eviction-timeout: for tasks that say nothing of their own.
  private let timeout: Duration

  public var pace: Pace {
    Pace(service: .milliseconds(4)...(.milliseconds(20)), workers: 3)
  }

  public init(timeout: Duration = .seconds(600)) { self.timeout = timeout }

  public func keys(after change: Change, in view: FleetView) -> [ObjectKey] {
    guard change.server == .karmada, Binding.types.contains(change.type.id),
      change.kind != .deleted, Self.hasTasks(change.object)
    else { return [] }
    return [change.key]
  }

  private static let marker = ByteSearch("\"gracefulEvictionTasks\":[")

  private static func hasTasks(_ stored: StoredObject) -> Bool {
    marker.occurs(in: stored.bytes)
      && stored.value[path: "spec", "gracefulEvictionTasks"]?.array?.isEmpty == false
  }

  public func startingKeys(in view: FleetView) -> [ObjectKey] {
    [APIResource.resourceBindings, .clusterResourceBindings].flatMap { api in
      view.all(api).filter(Self.hasTasks).map(Binding.key(of:))
    }
  }

  public func step(_ key: ObjectKey, in view: FleetView) -> [Action] {
    guard let binding = Binding(key, in: view), !binding.value.isTerminating else { return [] }
    let tasks = binding.evictionTasks
    guard !tasks.isEmpty else { return [] }
    var kept: [JSONValue] = []
    var evicted: [String] = []
    var wait: Duration?
    for task in tasks {
      switch verdict(on: task, of: binding, now: view.now) {
      case .begins(let task): kept.append(task)
      case .over: evicted.append(task["fromCluster"]?.string ?? "")
      case .goesOn(let left):
        kept.append(task)
        if let left { wait = min(wait ?? left, left) }
      }
    }
    let again: [Action] = wait.map { [.recur(after: $0 + .milliseconds(1))] } ?? []
    guard kept != tasks else { return again }
    let patch: JSONValue = [
      "metadata": ["resourceVersion": .string(binding.value.resourceVersion)],
      "spec": ["gracefulEvictionTasks": kept.isEmpty ? nil : .array(kept)],
    ]
    return [.patch(key, patch)] + evicted.flatMap(binding.evictionEvents) + again
  }

  private enum Verdict {
    /// New: with the moment it was first seen.
    case begins(JSONValue)
    case over
    /// Until so much later at most; nil without end.
    case goesOn(Duration?)
  }

  private func verdict(on task: JSONValue, of binding: Binding, now: Time) -> Verdict {
    guard let created = task["creationTimestamp"]?.string.flatMap(Time.init(rfc3339:)) else {
      return .begins(task.with("creationTimestamp", .string(now.rfc3339)))
    }
    if let isSuppressed = task["suppressDeletion"]?.bool {
      // false is a person's word that the old copy may go.
      return isSuppressed ? .goesOn(nil) : .over
    }
    let limit = task["gracePeriodSeconds"]?.int32.map { Duration.seconds($0) } ?? timeout
    let left = limit - (now - created)
    if left < .zero { return .over }
    // What was observed belongs to this schedule result only once the scheduler has seen it.
    let isScheduled =
      binding.value[path: "status", "schedulerObservedGeneration"]?.int
      == binding.value.generation
    return isScheduled && isHealthyEverywhere(binding) ? .over : .goesOn(left)
  }

  /// Also when there is nowhere at all: nothing is then unhealthy (karmada#7455).
  private func isHealthyEverywhere(_ binding: Binding) -> Bool {
    binding.targets.allSatisfy { binding.observed(on: $0.name)?["health"] == "Healthy" }
  }
}
