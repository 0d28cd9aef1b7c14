import ControlPlane
import Manifest

/// work-status-controller: reports what a member says of an object to its Work, and puts back what
/// somebody changed or deleted in the member (1.12: pkg/controllers/status).
public struct WorkStatusController: Controller {
  public let name = "work-status-controller"
  public var pace: Pace {
    Pace(
      latency: .milliseconds(3)...(.milliseconds(20)),
      service: .milliseconds(4)...(.milliseconds(16)), workers: 5)
  }

  public init() {}

  public func keys(after change: Change, in view: FleetView) -> [ObjectKey] {
    guard case .member = change.server else { return [] }
    let isManaged =
      change.object.labels["karmada.io/managed"] == "true"
      || change.previous?.labels["karmada.io/managed"] == "true"
    return isManaged ? [change.key] : []
  }

  public func step(_ key: ObjectKey, in view: FleetView) -> [Action] {
    guard case .member(let cluster) = key.server, view.reachableMember(cluster) != nil,
      let type = view.fleet[key.server]?.registry.type(id: key.type)
    else { return [] }
    let workKey = ObjectKey(
      APIResource.works.qualifiedName, namespace: KarmadaName.executionSpace(cluster),
      name: KarmadaName.work(
        kind: type.api.kind, namespace: key.namespace, name: key.name))
    guard let work = view.object(workKey)?.value, !work.isTerminating,
      let manifest = ExecutionController.manifests(of: work).first(where: {
        $0.objectName == key.name && $0.kind == type.api.kind
      })
    else { return [] }
    guard let observed = view.object(key)?.value else {
      // Deleted in the member though the Work still wants it.
      return ExecutionController.isSuspended(work) ? [] : [.create(key, manifest)]
    }
    guard observed.label("karmada.io/managed") == "true" else { return [] }
    var actions: [Action] = []
    if !ExecutionController.isSuspended(work),
      case .write(let write?) = MemberWrite(manifest, on: cluster, in: view).result
    {
      actions.append(write)
    }
    return actions + reflect(observed, manifest: manifest, work: work, key: workKey)
  }

  private func reflect(
    _ observed: JSONValue, manifest: JSONValue, work: JSONValue, key: ObjectKey
  ) -> [Action] {
    let kind = observed.kind
    var actions: [Action] = [
      .event(
        EventNote(
          about: work, "ReflectStatusSucceed",
          "Reflect status for object(\(kind)/\(observed.display)) succeed."))
    ]
    let health = ResourceInterpreter.health(of: observed)
    if let health {
      actions.append(
        .event(
          EventNote(
            about: work, "InterpretHealthSucceed",
            "Interpret health of object(\(kind)/\(observed.display)) as "
              + "\(health ? "healthy" : "unhealthy").")))
    }
    let parts = observed.apiVersion.split(separator: "/").map(String.init)
    var identifier: JSONValue = [
      "ordinal": 0, "version": .string(parts.last ?? ""), "kind": .string(kind), "resource": "",
      "name": .string(observed.objectName),
    ]
    if parts.count == 2 { identifier["group"] = .string(parts[0]) }
    if !observed.objectNamespace.isEmpty {
      identifier["namespace"] = .string(observed.objectNamespace)
    }
    var entry: JSONValue = [
      "identifier": identifier, "health": .string(health ?? true ? "Healthy" : "Unhealthy"),
    ]
    entry["status"] = ResourceInterpreter.reflectedStatus(of: observed)
    guard work[path: "status", "manifestStatuses"] != [entry] else { return actions }
    actions.append(
      .write(
        Write(.mergeStatus, key, ["status": ["manifestStatuses": [entry]]]), onRefusal: []))
    return actions
  }
}
