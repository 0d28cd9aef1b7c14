import Manifest

/// What is to be rolled back: one policy, and templates that it propagates.
public struct RollbackScope: Hashable, Codable, Sendable {
  public var policy: PolicyReference
  /// Addresses of templates, without uid; nil for all that the policy propagates.
  public var templates: [ObjectReference]?

  public init(policy: PolicyReference, templates: [ObjectReference]? = nil) {
    self.policy = policy
    self.templates = templates?.map(\.identity)
  }

  /// Where the Lease lies that keeps two operators apart (DESIGN section 4, step 1).
  public var leaseNamespace: String {
    policy.key.namespace.isEmpty ? "karmada-system" : policy.key.namespace
  }

  /// `quarterdeck-<hash>`: one for each policy, the same from every machine.
  public var leaseName: String {
    "quarterdeck-" + FNV.hex("\(policy.kind)/\(policy.key)".utf8)
  }
}

/// What the operator wants besides.
public struct RollbackOptions: Hashable, Codable, Sendable {
  /// Put the flag back at the end where the policy still serves other templates.
  public var restoresFlag = false
  /// Keep the data of Secrets in the snapshot, so that undo can create them again.
  public var keepsSecrets = false
  /// Hazards that the operator has read and takes upon themselves.
  public var accepted: Set<RollbackHazard.ID> = []
  public init() {}
}
