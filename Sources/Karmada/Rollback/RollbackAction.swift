import Manifest

/// What a run wants done outside. Actions are carried out in order; the last one is answered by one
/// input. Whatever comes after a `note` waits until the journal has it, and is dropped when the
/// journal fails.
public enum RollbackAction: Hashable, Sendable {
  case note(RollbackEntry)
  /// Replaces the plan that the journal keeps for the run: what is verified later is what was there
  /// last.
  case notePlan(RollbackPlan)
  /// Answered by `lease`.
  case acquireLease
  /// Answered by `facts`.
  case read(RollbackReading)
  /// Keeps these objects in the journal. Answered by `snapshotKept`.
  case keepSnapshot(RollbackFacts)
  /// Answered by `wrote`.
  case write(RollbackWrite)
  /// Side by side; answered by `deleted`, in the same order.
  case delete([RollbackDeletion])
  /// Asks the operator for `word`. Answered by `confirmed` or `declined`.
  case ask(word: String)
  /// Answered by `waited`.
  case wait(Duration)
  /// Answered by `released`, whatever comes of it.
  case releaseLease
  case finish(RollbackReport)
}

/// How much to read, always from the server.
public enum RollbackReading: Hashable, Sendable {
  /// What this user may do, and dry runs of what is to be deleted.
  case permissions
  /// What this user may do, and dry runs of creating these.
  case creation([LiveObject])
  /// All that a plan is made from.
  case everything
  /// The policy, these templates, their bindings and dependents, and the Works of all these.
  case gate([ObjectReference])
  /// What is left of everything in the plan, and how the clusters are.
  case leftovers
  /// The member objects of the plan, and how the clusters are.
  case members
  /// The policy and what it claims.
  case policy
}

/// A change, with what must still be true for the server to make it.
public enum RollbackWrite: Hashable, Sendable {
  /// nil takes the field away.
  case setFlag(PolicyReference, uid: String, resourceVersion: String, to: Bool?)
  /// Sets the nudging annotation; nil takes it away.
  case nudge(ObjectReference, resourceVersion: String, to: String?)
  case create(LiveObject)
  /// An Event on the policy.
  case event(RollbackEvent)
}

public struct RollbackEvent: Hashable, Sendable {
  public var policy: PolicyReference
  public var policyUID: String
  /// "RollbackDone"
  public var reason: String
  public var message: String
  public var isWarning: Bool
}

public struct RollbackDeletion: Hashable, Sendable {
  /// With the uid that must still be there.
  public var object: ObjectReference
  public var resourceVersion: String
}

/// Why something outside failed.
public struct RollbackFailure: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Kind: String, Hashable, Sendable {
    /// No answer, or the server's own failure: a write may have been made or not.
    case unanswered
    /// Refused for now; nothing was changed.
    case throttled
    case conflict
    case notFound
    case forbidden
    /// By a webhook, a schema or a precondition that will not change by itself.
    case refused
  }
  public var kind: Kind
  /// What, why, what to do.
  public var description: String

  public init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }

  /// Trying again may help.
  public var isPassing: Bool { kind == .unanswered || kind == .throttled }
}

/// Who holds the Lease of a policy.
public struct LeaseHolder: Hashable, Sendable {
  /// "ada@deck"
  public var identity: String
  public var since: Time?
  public var renewedAt: Time?
  public init(identity: String, since: Time?, renewedAt: Time?) {
    self.identity = identity
    self.since = since
    self.renewedAt = renewedAt
  }
}

/// What happened outside.
public enum RollbackInput: Sendable {
  public enum LeaseAnswer: Hashable, Sendable {
    case held
    case heldBy(LeaseHolder)
    case failed(RollbackFailure)
  }

  case begin
  case lease(LeaseAnswer)
  case facts(Result<RollbackFacts, RollbackFailure>)
  case snapshotKept
  case wrote(Result<LiveObject, RollbackFailure>)
  case deleted([Result<Bool, RollbackFailure>])
  case confirmed(word: String)
  case declined
  case waited
  case released

  // These come at any time; the machine acts on them when its question is answered.

  /// The operator wants everything back as it was.
  case abort
  /// Stop at once, wherever it stands.
  case interrupt
  case leaseLost(String)
  /// The write that was asked for was not sent: the Lease is gone.
  case withheld(String)
  case journalFailed(String)
}
