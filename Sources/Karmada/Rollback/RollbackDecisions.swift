import Manifest

/// What decides about a run: rolling back or undoing.
public protocol RollbackDecisions: Sendable {
  /// Takes one answer or message in; says what to do now.
  mutating func handle(_ input: RollbackInput, at now: Time) -> [RollbackAction]
  /// Set once it has ended.
  var report: RollbackReport? { get }
  /// What it is doing.
  var step: RollbackStep { get }
  /// What it reads about.
  var lookingAt: RollbackPlan { get }
}

extension RollbackMachine: RollbackDecisions {
  public var step: RollbackStep { phase.step }
  public var lookingAt: RollbackPlan { plan }
}

extension UndoMachine: RollbackDecisions {
  public var lookingAt: RollbackPlan { plan.original }
  public var step: RollbackStep { phase.step }
}
