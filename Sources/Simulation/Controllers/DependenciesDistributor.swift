import ControlPlane
import Manifest

/// dependencies-distributor: sends along what a workload needs (ConfigMaps, Secrets …) where its
/// policy says propagateDeps (1.12: pkg/dependenciesdistributor).
///
/// An attached binding has no placement of its own: it follows the bindings that require it. Its
/// preserveResourcesOnDeletion and conflictResolution are those of whichever of them was looked
/// at last, as in 1.12.
public struct DependenciesDistributor: Controller {
  public let name = "dependencies-distributor"

  static let dependenciesAnnotation = "resourcebinding.karmada.io/dependencies"

  public init() {}

  // MARK: What makes it look

  public func keys(after change: Change, in view: FleetView) -> [ObjectKey] {
    guard change.server == .karmada else { return [] }
    if change.type.api == .resourceBindings { return keys(afterBinding: change) }
    // A template that others depend on comes or changes.
    let namespace = String(change.object.namespace)
    guard
      ["configmaps", "secrets", "serviceaccounts", "persistentvolumeclaims"]
        .contains(change.type.id)
    else { return [] }
    if change.kind == .modified, change.previous?.labels == change.object.labels,
      !change.changes({ Self.content($0) })
    {
      return []
    }
    let name = "\\\"name\\\":\\\"\(change.object.name)\\\""
    let wanted = ByteSearch(name)
    return view.all(.resourceBindings, namespace: namespace).compactMap { stored in
      guard wanted.occurs(in: stored.bytes) else { return nil }
      let key = ObjectKey(
        APIResource.resourceBindings.qualifiedName, namespace: namespace, name: String(stored.name))
      return Self.recorded(stored.value).contains {
        $0.kind == change.type.api.kind && $0.name == String(change.object.name)
      } ? key : nil
    }
  }

  private static func content(_ value: JSONValue) -> JSONValue {
    var value = value
    value["status"] = nil
    value["metadata"] = nil
    return value
  }

  private func keys(afterBinding change: Change) -> [ObjectKey] {
    let new = change.object.value
    if change.kind == .deleted {
      return Self.propagates(new) ? [change.key] : []
    }
    guard let old = change.previous?.value else {
      return Self.propagates(new) && !Self.clusters(new).isEmpty ? [change.key] : []
    }
    guard old.generation != new.generation else { return [] }
    // Not scheduled yet: nothing to send along.
    guard !Self.clusters(old).isEmpty || !Self.clusters(new).isEmpty else { return [] }
    return Self.propagates(old) || Self.propagates(new) ? [change.key] : []
  }

  private static func propagates(_ binding: JSONValue) -> Bool {
    binding[path: "spec", "propagateDeps"]?.bool == true
  }

  private static func clusters(_ binding: JSONValue) -> [JSONValue] {
    binding[path: "spec", "clusters"]?.array ?? []
  }

  private static func recorded(_ binding: JSONValue) -> [ResourceInterpreter.Dependency] {
    guard let text = binding.annotation(dependenciesAnnotation) else { return [] }
    let list: JSONValue
    do { list = try JSONValue(parsing: Array(text.utf8)) } catch { return [] }
    return (list.array ?? []).map {
      ResourceInterpreter.Dependency(
        apiVersion: $0["apiVersion"]?.string ?? "", kind: $0["kind"]?.string ?? "",
        namespace: $0["namespace"]?.string ?? "", name: $0["name"]?.string ?? "")
    }
  }

  // MARK: What it does

  public func step(_ key: ObjectKey, in view: FleetView) -> [Action] {
    let dependedBy = Self.dependedByLabel(key)
    let attached = view.all(.resourceBindings, namespace: key.namespace)
      .filter { $0.labels[dependedBy] != nil }
    guard let binding = Binding(key, in: view), Self.propagates(binding.value),
      !binding.value.isTerminating
    else { return attached.flatMap { detach($0, from: key, in: view) } }
    guard let template = binding.template(in: view)?.value,
      let dependencies = ResourceInterpreter.dependencies(of: template)
    else { return [] }
    let described = dependencies.map { "{\($0.apiVersion) \($0.kind) \($0.namespace) \($0.name)}" }
    return [
      .event(
        EventNote(
          about: template, "GetDependenciesSucceed",
          "Get dependencies([\(described.joined(separator: " "))]) succeed."))
    ] + sync(binding, dependencies.sorted(), attached: attached, in: view)
  }

  private func sync(
    _ binding: Binding, _ dependencies: [ResourceInterpreter.Dependency],
    attached: [StoredObject], in view: FleetView
  ) -> [Action] {
    var actions: [Action] = []
    let text = JSONValue.array(dependencies.map(\.value)).jsonText()
    if binding.value.annotation(Self.dependenciesAnnotation) != text {
      actions.append(
        .patch(
          binding.key,
          ["metadata": ["annotations": [Self.dependenciesAnnotation: .string(text)]]]))
    }
    for stored in attached {
      let resource = stored.value[path: "spec", "resource"]
      let isWanted = dependencies.contains {
        $0.apiVersion == resource?["apiVersion"]?.string && $0.kind == resource?["kind"]?.string
          && $0.namespace == resource?["namespace"]?.string ?? ""
          && $0.name == resource?["name"]?.string
      }
      if !isWanted { actions += detach(stored, from: binding.key, in: view) }
    }
    for dependency in dependencies {
      guard
        let key = view.key(
          apiVersion: dependency.apiVersion, kind: dependency.kind,
          namespace: dependency.namespace, name: dependency.name),
        let object = view.object(key)?.value
      else { continue }
      actions += attach(object, to: binding, in: view)
    }
    return actions + [
      .event(
        EventNote(
          about: binding.value, "SyncScheduleResultToDependenciesSucceed",
          "Sync schedule results to dependencies succeed."))
    ]
  }

  /// Takes a binding off an attached one; what nobody requires any more and no policy claims is
  /// left without clusters.
  private func detach(_ stored: StoredObject, from key: ObjectKey, in view: FleetView) -> [Action] {
    var value = stored.value
    value.setLabel(Self.dependedByLabel(key), nil)
    let rest = (value[path: "spec", "requiredBy"]?.array ?? []).filter {
      $0["namespace"]?.string != key.namespace || $0["name"]?.string != key.name
    }
    value["spec"]?["requiredBy"] = JSONValue.array(rest).nonEmpty
    return [
      .update(
        ObjectKey(
          APIResource.resourceBindings.qualifiedName, namespace: String(stored.namespace),
          name: String(stored.name)), value)
    ]
  }

  private func attach(_ object: JSONValue, to binding: Binding, in view: FleetView) -> [Action] {
    let key = ObjectKey(
      APIResource.resourceBindings.qualifiedName, namespace: binding.key.namespace,
      name: KarmadaName.binding(kind: object.kind, name: object.objectName))
    var snapshot: JSONValue = [
      "namespace": .string(binding.key.namespace), "name": .string(binding.key.name),
    ]
    if !binding.targets.isEmpty { snapshot["clusters"] = .array(binding.targets.map(\.value)) }
    let label = Self.dependedByLabel(binding.key)
    guard let existing = view.object(key)?.value else {
      var value: JSONValue = [
        "apiVersion": "work.karmada.io/v1alpha2", "kind": "ResourceBinding",
        "metadata": [
          "name": .string(key.name), "namespace": .string(key.namespace),
          "labels": [label: .string(binding.permanentID)],
          "ownerReferences": [object.asController],
          "finalizers": ["karmada.io/binding-controller"],
        ],
        "spec": ["resource": BindingManifest.reference(to: object), "requiredBy": [snapshot]],
      ]
      inherit(from: binding, into: &value)
      return [.create(key, value)]
    }
    if let owner = existing.controllerReference?["uid"]?.string, owner != object.uid {
      return [.retry]  // the binding of an object of that name that is gone
    }
    var value = existing
    value.setLabel(label, binding.permanentID)
    var required = value[path: "spec", "requiredBy"]?.array ?? []
    let index = required.firstIndex {
      $0["namespace"]?.string == binding.key.namespace && $0["name"]?.string == binding.key.name
    }
    if let index { required[index] = snapshot } else { required.append(snapshot) }
    value["spec"]?["requiredBy"] = .array(required)
    value["spec"]?["resource"] = BindingManifest.reference(to: object)
    inherit(from: binding, into: &value)
    return value == existing ? [] : [.update(key, value)]
  }

  /// The last one writes: what another binding wanted is overwritten (1.12; karmada#5717 later).
  private func inherit(from binding: Binding, into value: inout JSONValue) {
    for field in ["preserveResourcesOnDeletion", "conflictResolution"] {
      value["spec"]?[field] = binding.spec[field]
    }
  }

  /// The label by which an attached binding says who requires it.
  static func dependedByLabel(_ key: ObjectKey) -> String {
    "resourcebinding.karmada.io/depended-by-"
      + KarmadaName.hash("\(key.namespace)/\(key.name)")
  }
}
