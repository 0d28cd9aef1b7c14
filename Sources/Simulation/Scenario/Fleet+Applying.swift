import Manifest

extension Fleet {
  /// Applies a manifest as somebody with kubectl does: creates the object, or merges into the one
  /// there is.
  public mutating func apply(
    _ manifest: JSONValue, on server: ServerID = .karmada, now: Time
  ) throws(StatusError) {
    switch server {
    case .karmada: try Self.apply(manifest, in: &karmada, now: now)
    case .member(let name):
      guard var member = members.removeValue(forKey: name) else {
        throw .badRequest("there is no member \(name)")
      }
      defer { members[name] = member }
      try Self.apply(manifest, in: &member.store, now: now)
    }
  }

  private static func apply(
    _ manifest: JSONValue, in store: inout ObjectStore, now: Time
  ) throws(StatusError) {
    guard
      let type = store.registry.type(apiVersion: manifest.apiVersion, kind: manifest.kind)
    else {
      throw .badRequest("no matches for kind \"\(manifest.kind)\" in \(manifest.apiVersion)")
    }
    var options = ObjectStore.WriteOptions()
    options.fieldManager = "kubectl-client-side-apply"
    let given = manifest.objectNamespace
    let namespace = type.api.isNamespaced ? (given.isEmpty ? "default" : given) : ""
    var target = WriteTarget(type, namespace: namespace)
    guard store.contains(type, namespace: namespace, name: manifest.objectName) else {
      _ = try store.create(manifest, at: target, options: options, now: now)
      return
    }
    target.name = manifest.objectName
    _ = try store.patch(manifest, kind: .merge, at: target, options: options, now: now)
  }
}
