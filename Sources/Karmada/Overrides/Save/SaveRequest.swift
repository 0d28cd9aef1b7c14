import Manifest

/// Exactly what is sent to the server, and what must still be true of the policy there for it to be
/// taken.
public enum SaveRequest: Hashable, Sendable {
  /// POST; refused when there is one of the name.
  case create(JSONValue)
  /// PUT with the resourceVersion of the policy that was looked at.
  case update(JSONValue)
  /// DELETE with preconditions.
  case delete(uid: String, resourceVersion: String)

  /// nil for a deletion.
  public var body: JSONValue? {
    switch self {
    case .create(let body), .update(let body): body
    case .delete: nil
    }
  }

  public var verb: String {
    switch self {
    case .create: "create"
    case .update: "update"
    case .delete: "delete"
    }
  }

  /// - Parameters:
  ///   - wanted: as a person would have it; nil for no policy.
  ///   - current: as the server has it; nil where there is none.
  /// nil when there is nothing to be done.
  init?(from current: JSONValue?, to wanted: JSONValue?) {
    switch (current, wanted) {
    case (nil, nil): return nil
    case (nil, let wanted?): self = .create(OverrideDraft.editable(wanted))
    case (let current?, nil):
      self = .delete(
        uid: current[path: "metadata", "uid"]?.string ?? "",
        resourceVersion: current[path: "metadata", "resourceVersion"]?.string ?? "")
    case (let current?, let wanted?):
      let (old, new) = (OverrideDraft.editable(current), OverrideDraft.editable(wanted))
      if old == new { return nil }
      self = .update(Self.replaced(current, by: new))
    }
  }

  /// What only servers and other tools write is kept, above all finalizers and owners.
  private static func replaced(_ current: JSONValue, by wanted: JSONValue) -> JSONValue {
    var body = current
    body["status"] = nil
    body["spec"] = wanted["spec"]
    var metadata = current["metadata"] ?? [:]
    // Left out, the server goes on with what it has.
    metadata["managedFields"] = nil
    metadata["labels"] = wanted[path: "metadata", "labels"]
    var annotations = wanted[path: "metadata", "annotations"] ?? [:]
    if let applied = current[path: "metadata", "annotations", OverrideDraft.lastApplied] {
      annotations[OverrideDraft.lastApplied] = applied
    }
    metadata["annotations"] = annotations == [:] ? .none : .some(annotations)
    body["metadata"] = metadata
    return body
  }
}
