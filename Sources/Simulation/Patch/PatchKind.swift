/// The four ways a PATCH body can be meant.
public enum PatchKind: String, Hashable, Sendable, CaseIterable {
  /// RFC 6902.
  case json = "application/json-patch+json"
  /// RFC 7386.
  case merge = "application/merge-patch+json"
  /// Kubernetes' own, for built-in kinds: a merge patch whose lists are merged by key.
  case strategic = "application/strategic-merge-patch+json"
  /// Server-side apply.
  case apply = "application/apply-patch+yaml"

  /// What a kind takes, as its 415 lists it.
  static func accepted(by type: ResourceType) -> [PatchKind] {
    type.origin == .custom ? [.json, .merge, .apply] : [.json, .merge, .strategic, .apply]
  }
}
