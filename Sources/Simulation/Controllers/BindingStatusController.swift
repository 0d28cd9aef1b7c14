import ControlPlane
import Manifest

/// resource-binding-status-controller: gathers what a binding's Works report, and adds it up into
/// the template's own status (1.12: pkg/controllers/status, rb_status_controller).
public struct BindingStatusController: Controller {
  public let name = "resource-binding-status-controller"
  public var pace: Pace {
    Pace(
      latency: .milliseconds(1)...(.milliseconds(4)),
      service: .milliseconds(6)...(.milliseconds(24)), workers: 5)
  }

  public init() {}

  public func keys(after change: Change, in view: FleetView) -> [ObjectKey] {
    guard change.server == .karmada else { return [] }
    if Binding.types.contains(change.type.id) {
      return Binding.isNews(change) ? [change.key] : []
    }
    guard change.type.api == .works else { return [] }
    if change.kind == .modified,
      !change.changes({ $0["status"] }), !change.changes({ $0[path: "metadata", "generation"] })
    {
      return []
    }
    return [Self.binding(of: change.object.value)].compactMap { $0 }
  }

  /// The binding whose Work it is.
  static func binding(of work: JSONValue) -> ObjectKey? {
    if let name = work.annotation("resourcebinding.karmada.io/name") {
      return ObjectKey(
        Binding.types[0],
        namespace: work.annotation("resourcebinding.karmada.io/namespace") ?? "", name: name)
    }
    return work.annotation("clusterresourcebinding.karmada.io/name").map {
      ObjectKey(Binding.types[1], name: $0)
    }
  }

  public func step(_ key: ObjectKey, in view: FleetView) -> [Action] {
    guard let binding = Binding(key, in: view), !binding.value.isTerminating else { return [] }
    let items = binding.works(in: view).filter { !$0.work.value.isTerminating }
      .map { Self.item($0.cluster, $0.work.value) }
    var value = binding.value
    var status = value["status"] ?? [:]
    status["aggregatedStatus"] = JSONValue.array(items).nonEmpty
    value["status"] = status
    let isApplied = isFullyApplied(binding, items)
    value.setCondition(
      "FullyApplied", isApplied ? "True" : "False",
      reason: isApplied ? "FullyAppliedSuccess" : "FullyAppliedFailed",
      message: isApplied
        ? "All works have been successfully applied"
        : "Failed to apply all works, see status.aggregatedStatus for details", now: view.now)
    var actions: [Action] = []
    if value["status"] != binding.value["status"] {
      let kind = binding.isClusterScoped ? "ClusterResourceBinding" : "ResourceBinding"
      actions = [
        .updateStatus(key, value),
        .event(
          EventNote(
            about: binding.value, "AggregateStatusSucceed",
            "Update \(kind)(\(binding.display)) with AggregatedStatus successfully.")),
      ]
    }
    return actions + templateStatus(binding, items, in: view)
  }

  /// What one Work comes to: applied or not, healthy or not.
  private static func item(_ cluster: String, _ work: JSONValue) -> JSONValue {
    var item: JSONValue = ["clusterName": .string(cluster), "health": "Unknown"]
    guard let applied = work.condition("Applied") else { return item }
    guard applied["status"] == "True" else {
      item["appliedMessage"] = applied["message"]
      return item
    }
    item["applied"] = true
    guard let reported = work[path: "status", "manifestStatuses"]?.array?.first else {
      return item
    }
    item["status"] = reported["status"]
    item["health"] = reported["health"] ?? "Unknown"
    return item
  }

  private func isFullyApplied(_ binding: Binding, _ items: [JSONValue]) -> Bool {
    let wanted = binding.clustersWithWork
    guard !items.isEmpty, items.count == wanted.count else { return false }
    return items.allSatisfy {
      $0["applied"]?.bool == true && wanted.contains($0["clusterName"]?.string ?? "")
    }
  }

  private func templateStatus(_ binding: Binding, _ items: [JSONValue], in view: FleetView)
    -> [Action]
  {
    guard let key = binding.templateKey(in: view), let template = view.object(key)?.value,
      let status = ResourceInterpreter.aggregatedStatus(
        of: template, items: items, now: view.now),
      status != template["status"] ?? [:]
    else { return [] }
    var value = template
    value["status"] = status
    return [
      .updateStatus(key, value),
      .event(
        EventNote(
          about: template, "AggregateStatusSucceed",
          "Update Resource with AggregatedStatus successfully.")),
    ]
  }
}
