import Manifest

/// An object without what servers and Karmada itself write into it: what is left in a template, in
/// the manifest of its Work and in the member's object is to be the same.
public enum MemberObject {
  private static let written: Set<String> = [
    "creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "finalizers",
    "generation", "managedFields", "ownerReferences", "resourceVersion", "selfLink", "uid",
  ]

  /// Whether Karmada, or a controller in a member, writes this label or annotation by itself.
  public static func isWritten(_ key: String) -> Bool {
    if key == "deployment.kubernetes.io/revision" { return true }
    guard let slash = key.firstIndex(of: "/") else { return false }
    let prefix = key[..<slash]
    return prefix == "karmada.io" || prefix.hasSuffix(".karmada.io")
  }

  public static func comparable(_ object: JSONValue) -> JSONValue {
    guard case .object(var manifest) = object else { return object }
    manifest["status"] = nil
    if case .object(var metadata)? = manifest["metadata"] {
      for key in written { metadata[key] = nil }
      for key in ["labels", "annotations"] {
        guard case .object(let pairs)? = metadata[key] else { continue }
        let kept = pairs.members.filter { !isWritten($0.key) }
        metadata[key] = kept.isEmpty ? .none : .some(.object(JSONObject(kept)))
      }
      manifest["metadata"] = .object(metadata)
    }
    return .object(manifest)
  }
}

/// The fields of an object that somebody has set, by its managedFields: what is in an object and
/// in nobody's fields is a default that the server filled in.
public struct FieldOwners: Hashable, Sendable {
  fileprivate struct Owner: Hashable, Sendable {
    var manager: String
    var fields: JSONValue
  }
  fileprivate let owners: [Owner]

  /// Of an object as a server sends it.
  public init(of object: JSONValue) {
    owners = (object[path: "metadata", "managedFields"]?.array ?? []).compactMap { entry in
      guard let fields = entry["fieldsV1"], entry["subresource"] == nil else { return nil }
      return Owner(manager: entry["manager"]?.string ?? "", fields: fields)
    }
  }

  /// Whether somebody else than Karmada has set the field, or something in it.
  public func isSetByOthers(_ pointer: JSONPointer) -> Bool {
    owners.contains { owner in
      !owner.manager.hasPrefix("karmada-") && owner.holds(pointer)
    }
  }
}

extension FieldOwners.Owner {
  /// Elements of lists have names of their own there; they are looked through as one.
  fileprivate func holds(_ pointer: JSONPointer) -> Bool {
    var level: [JSONValue] = [fields]
    for token in pointer.tokens {
      var next: [JSONValue] = []
      for value in level {
        if let member = value["f:\(token)"] {
          next.append(member)
        } else if Int(token) != nil {
          for (key, member) in value.object?.members ?? [:]
          where key.hasPrefix("k:") || key.hasPrefix("v:") { next.append(member) }
        }
        // Fields that are owned as one have nothing below them.
        if value == [:] { return true }
      }
      if next.isEmpty { return false }
      level = next
    }
    return true
  }
}
