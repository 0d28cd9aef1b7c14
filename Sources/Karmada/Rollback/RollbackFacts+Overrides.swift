import Manifest

extension RollbackFacts {
  /// Names of the override policies that select one of the templates: what they made of it stays in
  /// the members, and nobody keeps it up any more. A policy that cannot be read selects nothing.
  public static func overrides(
    among policies: [LiveObject], selecting templates: [LiveObject]
  ) -> [String] {
    let subjects = templates.map { OverrideSubject($0.document) }
    return policies.compactMap { policy -> String? in
      let scope: OverridePolicySpec.Scope =
        policy.kind == "ClusterOverridePolicy" ? .cluster : .namespaced
      guard let spec = OverridePolicySpec(readable: policy.document, scope: scope) else {
        return nil
      }
      let isHit = subjects.contains { subject in
        if case .selected = spec.selection(of: subject) { true } else { false }
      }
      return isHit ? "\(policy.kind) \(policy.key)" : nil
    }.sorted()
  }
}
