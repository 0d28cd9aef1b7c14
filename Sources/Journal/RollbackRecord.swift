import GRDB
import Karmada
import Manifest

/// One rollback, or the undoing of one: what was planned and how it stands.
public struct RollbackRecord: Hashable, Sendable {
  public enum Action: String, Hashable, Sendable {
    case rollback
    case undo
  }
  /// Unique for good, readable: what the operator types to resume it.
  public var id: String
  public var action: Action
  /// The rollback that this one undoes.
  public var undoes: String?
  /// The control plane's address, as `Endpoint.server`; a run goes on only where it began.
  public var server: String
  public var context: String
  public var policy: PolicyReference
  /// "user@host" of who ran it.
  public var by: String
  public var reason: String
  public var startedAt: Time
  /// Of the last step.
  public var updatedAt: Time
  /// nil while it is unfinished.
  public var outcome: String?
  /// Everything that was decided before the first step.
  public var plan: JSONValue

  public init(
    id: String, action: Action = .rollback, undoes: String? = nil, server: String,
    context: String, policy: PolicyReference, by: String, reason: String, startedAt: Time,
    plan: JSONValue
  ) {
    self.id = id
    self.action = action
    self.undoes = undoes
    self.server = server
    self.context = context
    self.policy = policy
    self.by = by
    self.reason = reason
    self.startedAt = startedAt
    updatedAt = startedAt
    self.plan = plan
  }
}

/// One thing that a run was about to do, or has done. In order they tell how far it came.
public struct StepRecord: Hashable, Sendable {
  /// From 1, without gaps.
  public var sequence: Int
  public var at: Time
  /// "setFlag", "delete", …
  public var step: String
  /// "begun", "done", …
  public var state: String
  public var detail: JSONValue

  public init(sequence: Int, at: Time, step: String, state: String, detail: JSONValue = [:]) {
    self.sequence = sequence
    self.at = at
    self.step = step
    self.state = state
    self.detail = detail
  }
}

/// An object as it was before a run changed anything.
public struct SnapshotRecord: Hashable, Sendable {
  public enum Role: String, Hashable, Sendable {
    case policy, template, binding, work
    /// What a member cluster has.
    case member
  }
  public var role: Role
  /// The member cluster; empty for an object of the control plane.
  public var cluster: String
  public var object: ObjectReference
  public var resourceVersion: String
  /// false when something was left out of the body (a Secret's data).
  public var isComplete: Bool
  public var body: JSONValue

  public init(
    role: Role, cluster: String = "", object: ObjectReference, resourceVersion: String,
    isComplete: Bool = true, body: JSONValue
  ) {
    self.role = role
    self.cluster = cluster
    self.object = object
    self.resourceVersion = resourceVersion
    self.isComplete = isComplete
    self.body = body
  }
}
