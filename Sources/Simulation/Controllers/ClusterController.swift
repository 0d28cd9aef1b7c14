import ControlPlane
import Manifest

/// cluster-controller: gives every cluster the namespace its Works lie in, and takes it away when
/// the cluster leaves (1.12: pkg/controllers/cluster).
public struct ClusterController: Controller {
  public let name = "cluster-controller"

  static let finalizer = "karmada.io/cluster-controller"

  public init() {}

  public func keys(after change: Change, in view: FleetView) -> [ObjectKey] {
    guard change.server == .karmada else { return [] }
    if change.type.api == .clusters {
      guard change.kind != .deleted else { return [] }
      let isNew = change.kind == .added
      return isNew || change.object.value.isTerminating ? [change.key] : []
    }
    // The space of a cluster that leaves has become empty and gone.
    guard change.type.api == .namespaces, change.kind == .deleted,
      let cluster = FleetView.cluster(ofExecutionSpace: change.object.name)
    else { return [] }
    return [ObjectKey(APIResource.clusters.qualifiedName, name: cluster)]
  }

  public func step(_ key: ObjectKey, in view: FleetView) -> [Action] {
    guard var cluster = view.object(key)?.value else { return [] }
    let space = ObjectKey(
      APIResource.namespaces.qualifiedName, name: KarmadaName.executionSpace(key.name))
    if cluster.isTerminating {
      if let namespace = view.object(space) {
        return namespace.value.isTerminating ? [] : [.delete(space)]
      }
      guard cluster.finalizers.contains(Self.finalizer) else { return [] }
      cluster.removeFinalizer(Self.finalizer)
      return [.update(key, cluster)]
    }
    var actions: [Action] = []
    if !cluster.finalizers.contains(Self.finalizer) {
      let all = cluster.finalizers + [Self.finalizer]
      actions.append(
        .patch(key, ["metadata": ["finalizers": .array(all.map { .string($0) })]]))
    }
    guard view.object(space) == nil else { return actions }
    return actions + [
      .create(
        space,
        ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(space.name)]],
        onRefusal: [
          EventNote(
            about: cluster, "CreateExecutionSpaceFailed",
            "Failed to create execution space(\(space.name)): ", isWarning: true)
        ]),
      .event(
        EventNote(
          about: cluster, "CreateExecutionSpaceSucceed",
          "Created execution space(\(space.name)) for cluster(\(key.name)).")),
    ]
  }
}
