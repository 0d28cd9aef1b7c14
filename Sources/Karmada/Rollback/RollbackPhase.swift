import Manifest

/// Where a run stands. Each phase waits for one answer from outside.
public enum RollbackPhase: String, Hashable, Codable, Sendable, CaseIterable {
  /// Asks the server what this user may do, before the first write.
  case permissions
  /// Takes the Lease.
  case lease
  /// Reads everything once more, now that nobody else rolls back here.
  case planning
  /// Keeps everything as it is, for undo.
  case snapshot
  /// Sets the policy's flag.
  case flag
  /// Nobody knows whether the server took the flag: reads the policy again.
  case flagCheck
  /// Puts an annotation on each template of a Lazy policy.
  case nudge
  case nudgeCheck
  /// Waits until every Work shows the flag.
  case gate
  /// Waits for the operator.
  case confirmation
  /// Reads everything from the server, not from what was seen before.
  case reread
  /// Reads a batch of templates with their Works, right before deleting them.
  case batch
  /// Deletes the batch. From here on there is no way back but undo.
  case deletion
  /// Nobody knows whether the server took some of the deletions, or it refused them as outdated:
  /// reads these templates again.
  case deletionCheck
  /// Waits for bindings and Works to go.
  case drain
  /// Looks into every member.
  case verification
  /// Looks whether the policy still serves others, for putting its flag back.
  case restoreCheck
  case restore
  /// Puts the policy, and nudged templates, back as they were.
  case putBack
  case putBackCheck
  /// Waits until the Works show what they showed before.
  case proof
  /// Leaves an Event on the policy.
  case announcement
  /// Gives the Lease back.
  case release
  case finished

  /// The phases that may follow. A connection that fails, a Lease that is lost or a journal that
  /// cannot be written end any phase but the last.
  public var next: Set<RollbackPhase> {
    switch self {
    case .permissions: [.lease, .finished]
    case .lease: [.planning, .finished]
    case .planning:
      [
        .snapshot, .flag, .nudge, .gate, .batch, .confirmation, .drain, .putBackCheck, .release,
        .finished,
      ]
    case .snapshot: [.flag, .nudge, .gate, .finished, .release]
    case .flag: [.flagCheck, .nudge, .gate, .putBackCheck, .release, .finished]
    case .flagCheck: [.flag, .nudge, .gate, .putBackCheck, .release, .finished]
    case .nudge: [.nudge, .nudgeCheck, .gate, .putBackCheck, .release, .finished]
    case .nudgeCheck: [.nudge, .nudgeCheck, .gate, .putBackCheck, .release, .finished]
    case .gate:
      [.gate, .confirmation, .reread, .batch, .putBackCheck, .drain, .release, .finished]
    case .confirmation:
      [.confirmation, .reread, .batch, .putBackCheck, .drain, .release, .finished]
    case .reread: [.gate, .batch, .putBackCheck, .release, .finished]
    case .batch: [.batch, .gate, .deletion, .drain, .putBackCheck, .release, .finished]
    case .deletion: [.deletionCheck, .batch, .drain, .finished]
    case .deletionCheck: [.deletionCheck, .batch, .drain, .finished]
    case .drain: [.drain, .verification, .finished]
    case .verification: [.verification, .restoreCheck, .announcement, .finished]
    case .restoreCheck: [.restore, .announcement, .finished]
    case .restore: [.restoreCheck, .announcement, .finished]
    case .putBackCheck: [.putBackCheck, .putBack, .proof, .announcement, .release, .finished]
    case .putBack: [.putBackCheck, .finished]
    case .proof: [.proof, .announcement, .finished]
    case .announcement: [.release, .finished]
    case .release: [.finished]
    case .finished: []
    }
  }

  /// The step of DESIGN section 4 that it belongs to, as journal and JSON name it.
  public var step: RollbackStep {
    switch self {
    case .permissions: .permissions
    case .lease: .lease
    case .planning: .plan
    case .snapshot: .snapshot
    case .flag, .flagCheck: .flag
    case .nudge, .nudgeCheck: .nudge
    case .gate: .gate
    case .confirmation: .confirm
    case .reread: .reread
    case .batch, .deletion, .deletionCheck: .delete
    case .drain: .drain
    case .verification: .verify
    case .restoreCheck, .restore: .restore
    case .putBack, .putBackCheck, .proof: .putBack
    case .announcement: .event
    case .release: .release
    case .finished: .report
    }
  }
}

/// The steps of a run, as the operator knows them. The names are a contract (README).
public enum RollbackStep: String, Hashable, Codable, Sendable, CaseIterable {
  case permissions, lease, plan, snapshot, flag, nudge, gate, confirm, reread, delete, drain
  case verify, restore, putBack, event, release, report
  /// Undo only.
  case create, adopt

  /// What it does, for the screen.
  public var title: String {
    switch self {
    case .permissions: "check permissions"
    case .lease: "take the Lease"
    case .plan: "read everything again"
    case .snapshot: "keep a snapshot"
    case .flag: "set preserveResourcesOnDeletion"
    case .nudge: "nudge Lazy templates"
    case .gate: "wait until every Work shows it"
    case .confirm: "confirm by typing the name"
    case .reread: "read everything once more"
    case .delete: "delete the templates"
    case .drain: "wait for bindings and Works to go"
    case .verify: "verify in every member"
    case .restore: "put the flag back"
    case .putBack: "put everything back"
    case .event: "leave an Event on the policy"
    case .release: "give the Lease back"
    case .report: "report"
    case .create: "create the templates again"
    case .adopt: "wait until the members are adopted"
    }
  }
}

/// What is noted in the journal before and after each thing that is done.
public struct RollbackEntry: Hashable, Sendable {
  public enum State: String, Hashable, Codable, Sendable {
    case begun, done, failed, skipped
  }
  public var step: RollbackStep
  public var state: State
  public var detail: JSONValue

  public init(_ step: RollbackStep, _ state: State, _ detail: JSONValue = [:]) {
    self.step = step
    self.state = state
    self.detail = detail
  }
}
