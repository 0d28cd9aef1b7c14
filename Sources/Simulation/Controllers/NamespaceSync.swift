import ControlPlane
import Manifest

/// namespace-sync-controller: sends every namespace to every cluster (1.12:
/// pkg/controllers/namespace). The Works belong to the namespace: deleting it deletes them, and
/// with them the namespace in the members and all it holds there, preserved or not.
public struct NamespaceSync: Controller {
  public let name = "namespace-sync-controller"

  static let skipLabel = "namespace.karmada.io/skip-auto-propagation"

  public init() {}

  public func keys(after change: Change, in view: FleetView) -> [ObjectKey] {
    guard change.server == .karmada, change.kind != .deleted else { return [] }
    if change.type.api == .namespaces {
      return change.kind == .added || change.changes({ $0["metadata"] }) ? [change.key] : []
    }
    guard change.type.api == .clusters, change.kind == .added else { return [] }
    return view.all(.namespaces).map {
      ObjectKey(APIResource.namespaces.qualifiedName, name: String($0.name))
    }
  }

  static func isSynced(_ namespace: JSONValue) -> Bool {
    let name = namespace.objectName
    return !name.hasPrefix("karmada-") && !name.hasPrefix("kube-") && name != "default"
      && namespace.label(skipLabel) != "true"
  }

  public func step(_ key: ObjectKey, in view: FleetView) -> [Action] {
    guard let namespace = view.object(key)?.value, !namespace.isTerminating,
      Self.isSynced(namespace)
    else { return [] }
    let overrides = OverridePolicies(in: view, namespace: "")
    var actions: [Action] = []
    for cluster in view.clusterNames {
      let rendered: OverridePolicies.Rendered
      do throws(OverrideRefusal) {
        rendered = try overrides.render(
          ResourceInterpreter.pruned(namespace), for: cluster,
          subject: BindingManifest.reference(to: namespace), in: view)
      } catch {
        return actions + [.retry]
      }
      let key = ObjectKey(
        APIResource.works.qualifiedName, namespace: KarmadaName.executionSpace(cluster),
        name: KarmadaName.work(kind: "Namespace", namespace: "", name: namespace.objectName))
      guard view.object(.namespaces, name: key.namespace) != nil else { continue }
      let existing = view.object(key)?.value
      if existing?.isTerminating == true { continue }
      let work = work(of: namespace, rendered, key: key, existing: existing)
      actions.append(existing == nil ? .create(key, work) : .update(key, work))
    }
    return actions
  }

  private func work(
    of namespace: JSONValue, _ rendered: OverridePolicies.Rendered, key: ObjectKey,
    existing: JSONValue?
  ) -> JSONValue {
    var manifest = rendered.manifest
    manifest["spec"] = nil
    manifest.setLabel("karmada.io/managed", "true")
    manifest.setAnnotation("resourcetemplate.karmada.io/uid", namespace.uid)
    var value: JSONValue =
      existing ?? [
        "apiVersion": "work.karmada.io/v1alpha1", "kind": "Work",
        "metadata": ["name": .string(key.name), "namespace": .string(key.namespace)],
      ]
    value["metadata"]?["finalizers"] = [.string(ExecutionController.finalizer)]
    value["metadata"]?["ownerReferences"] = [namespace.asController]
    for (key, text) in rendered.annotations { value.setAnnotation(key, text) }
    value["spec"] = ["workload": ["manifests": [manifest]]]
    return value
  }
}
