import Manifest

/// What has to be written to a member so that it has a manifest (1.12: pkg/util/objectwatcher).
struct MemberWrite {
  enum Result {
    /// nil: the member has it as it should be.
    case write(Action?)
    /// Not Karmada's to change.
    case refused(String)
  }

  let result: Result

  init(_ manifest: JSONValue, on cluster: String, in view: FleetView) {
    guard let key = view.key(of: manifest, on: .member(cluster)) else {
      let group = manifest.apiVersion
      result = .refused(
        "no matches for kind \"\(manifest.kind)\" in version \"\(group)\"")
      return
    }
    guard let observed = view.object(key)?.value else {
      result = .write(.create(key, manifest))
      return
    }
    guard Self.isAllowed(manifest, over: observed) else {
      result = .refused(
        "resource(kind=\(manifest.kind), \(manifest.objectNamespace)/\(manifest.objectName)) "
          + "already exists in the cluster \(cluster) and the "
          + "\(WorkManifest.conflictResolution) strategy value is empty, Karmada will not manage "
          + "this resource")
      return
    }
    let desired = ResourceInterpreter.retained(manifest, observed: observed)
    result = .write(Self.isMet(desired, by: observed) ? nil : .update(key, desired))
  }

  /// What Karmada manages already may be written, and with Overwrite what it does not.
  static func isAllowed(_ manifest: JSONValue, over observed: JSONValue) -> Bool {
    observed.label("karmada.io/managed") == "true"
      || manifest.annotation(WorkManifest.conflictResolution) == "overwrite"
  }

  /// Whether a member's object differs from what it should be in nothing but its status and the
  /// server's own notes.
  static func isMet(_ desired: JSONValue, by observed: JSONValue) -> Bool {
    var (desired, observed) = (desired, observed)
    for field in [
      "creationTimestamp", "generation", "managedFields", "resourceVersion", "uid",
      "deletionTimestamp", "deletionGracePeriodSeconds", "namespace",
    ] {
      desired["metadata"]?[field] = nil
      observed["metadata"]?[field] = nil
    }
    desired["status"] = nil
    observed["status"] = nil
    return desired == observed
  }
}
