import Manifest

extension RollbackMachine {
  /// A run as its journal tells it, however it ended: nothing that was begun is taken for done, and
  /// nothing for not done.
  public init(
    resuming run: String, plan: RollbackPlan, entries: [RollbackEntry],
    patience: Patience = Patience()
  ) {
    self.init(run: run, plan: plan, patience: patience)
    isResumed = true
    for entry in entries { take(entry) }
  }

  private mutating func take(_ entry: RollbackEntry) {
    switch (entry.step, entry.state) {
    case (.snapshot, .done): hasSnapshot = true
    case (.flag, .begun): flag = .unknown
    case (.flag, .done): flag = .set
    case (.flag, .skipped):
      // Found set: by this run, if it had begun to.
      switch flag {
      case .unknown, .set: flag = .set
      case .untouched, .wasSet, .setByOther, .putBack:
        flag = plan.policy.flag == true ? .wasSet : .setByOther
      }
    case (.nudge, .begun): begunNudges.insert(ObjectReference(json: entry.detail["template"]))
    case (.delete, .begun):
      isPastReturn = true
      for template in entry.detail["templates"]?.array ?? [] {
        states[ObjectReference(json: template)] = .unknown
      }
    case (.delete, .done):
      for result in entry.detail["results"]?.array ?? []
      where result["result"] == "deleted" || result["result"] == "notFound" {
        states[ObjectReference(json: result)] = .deleted
      }
    case (.restore, .done), (.putBack, .done): flag = .putBack
    default: break
    }
  }

  /// What may be done with it now.
  public var canBeAborted: Bool { !isPastReturn }

  /// Whether going on would delete something, so that the name has to be typed again.
  public var willDelete: Bool { !isPastReturn || states.values.contains { $0 != .deleted } }
}
