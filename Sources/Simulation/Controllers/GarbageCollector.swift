import ControlPlane
import Manifest

/// kube-controller-manager's garbage collector: deletes what belonged to an object that is gone,
/// in the background, as ownerReferences say.
public struct GarbageCollector: Controller {
  public let name = "generic-garbage-collector"
  public var manager: String { "kube-controller-manager" }
  public var pace: Pace {
    Pace(
      latency: .milliseconds(4)...(.milliseconds(20)),
      service: .milliseconds(2)...(.milliseconds(10)), workers: 20)
  }

  public init() {}

  public func keys(after change: Change, in view: FleetView) -> [ObjectKey] {
    guard change.type.api != .events else { return [] }
    switch change.kind {
    case .deleted:
      var key = change.key
      key.tag = change.object.value.uid
      return [key]
    case .added:
      // One whose owner is gone already is collected as well.
      guard Self.field.occurs(in: change.object.bytes) else { return [] }
      return [change.key]
    case .modified: return []
    }
  }

  private static let field = ByteSearch("\"ownerReferences\"")

  public func step(_ key: ObjectKey, in view: FleetView) -> [Action] {
    if key.tag.isEmpty {
      guard let object = view.object(key)?.value else { return [] }
      return collected(object, key: key, in: view)
    }
    return dependents(of: key, in: view).flatMap { collected($0.value, key: $0.key, in: view) }
  }

  /// Objects that name the one that is gone as an owner. An owner is in the same namespace, or
  /// cluster-scoped.
  private func dependents(of key: ObjectKey, in view: FleetView) -> [(
    key: ObjectKey, value: JSONValue
  )] {
    guard let store = view.fleet[key.server] else { return [] }
    let uid = ByteSearch("\"\(key.tag)\"")
    var found: [(key: ObjectKey, value: JSONValue)] = []
    for type in store.registry.types where !type.isReview && type.api != .events {
      guard key.namespace.isEmpty || type.api.isNamespaced else { continue }
      for object in candidates(type, of: key, in: store) {
        guard uid.occurs(in: object.bytes) else { continue }
        found.append(
          (
            ObjectKey(
              type.id, namespace: String(object.namespace), name: String(object.name),
              on: key.server), object.value
          ))
      }
    }
    return found
  }

  /// A namespace's Works, one in each cluster's space, are found by their name: there may be far
  /// too many others to look through.
  private func candidates(_ type: ResourceType, of key: ObjectKey, in store: ObjectStore)
    -> [StoredObject]
  {
    guard key.namespace.isEmpty, type.api.isNamespaced else {
      return store.all(type, namespace: key.namespace)
    }
    guard type.api == .works, let owner = store.registry.type(id: key.type) else {
      return type.api == .works || type.api == .resourceBindings ? [] : store.all(type)
    }
    guard let spaces = store.registry.type(.clusters) else { return [] }
    let name = KarmadaName.work(kind: owner.api.kind, namespace: "", name: key.name)
    return store.all(spaces).compactMap { cluster in
      store.objects(type)[
        StoredObject.key(
          namespace: KarmadaName.executionSpace(String(cluster.name)), name: name)]
    }
  }

  /// Deletes an object none of whose owners is there any more; takes lost ones off the others.
  private func collected(_ object: JSONValue, key: ObjectKey, in view: FleetView) -> [Action] {
    guard !object.isTerminating,
      let owners = object[path: "metadata", "ownerReferences"]?.array, !owners.isEmpty
    else { return [] }
    let present = owners.filter { owner in
      guard
        let ownerKey = view.key(
          apiVersion: owner["apiVersion"]?.string ?? "", kind: owner["kind"]?.string ?? "",
          namespace: key.namespace, name: owner["name"]?.string ?? "", on: key.server)
      else { return true }  // a kind nobody knows here: not ours to judge
      return view.object(ownerKey)?.value.uid == owner["uid"]?.string
    }
    if present.count == owners.count { return [] }
    if present.isEmpty { return [.delete(key, uid: object.uid)] }
    var value = object
    value["metadata"]?["ownerReferences"] = .array(present)
    return [.update(key, value)]
  }
}
