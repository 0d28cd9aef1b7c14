import Karmada
import Manifest

/// One change of an override policy, with the policy as it was, so that it can be undone.
public struct OverrideEditRecord: Hashable, Sendable {
  /// "example-20261122T114416Z-3f2a"
  public var id: String
  public var at: Time
  public var server: String
  public var context: String
  public var policy: PolicyReference
  public var by: String
  public var reason: String
  /// create, update or delete.
  public var action: String
  /// The policy as the server had it before; nil where there was none.
  public var before: JSONValue?
  /// As it was sent, and once the server has answered as it has it; nil for a deletion.
  public var after: JSONValue?
  /// The edit that this one undid.
  public var undoes: String?
  /// nil while nobody knows what became of it.
  public var outcome: String?

  public init(
    id: String, at: Time, server: String, context: String, policy: PolicyReference, by: String,
    reason: String, action: String, before: JSONValue?, after: JSONValue?, undoes: String? = nil
  ) {
    self.id = id
    self.at = at
    self.server = server
    self.context = context
    self.policy = policy
    self.by = by
    self.reason = reason
    self.action = action
    self.before = before
    self.after = after
    self.undoes = undoes
  }
}
