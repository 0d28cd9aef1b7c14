import Karmada
import Manifest

/// What the Rollbacks pane knows: runs of the journal, the one that runs here, and what can be seen
/// of others' without any journal.
public struct RollbackBoard: Sendable {
  public internal(set) var list = ListPane<RollbackRow>()
  /// Of the journal, by id.
  public internal(set) var runs: [String: RollbackRun] = [:]
  public internal(set) var sightings = RollbackSightings()
  public internal(set) var live: LiveRollback?
  /// Why there is no journal; nil while it is not known, or there is one.
  public internal(set) var journalTrouble: String?
  /// The journal has been read, or there is none to read.
  public internal(set) var isRead = false
  /// Taken from a recording, second by second, not from the feeds.
  var isRecorded = false
  /// The operator has been told what leaving means now.
  var hasWarnedOfLeaving = false
  var generation: UInt32 = 0

  public init() {}

  /// A run that is going on here.
  public var running: LiveRollback? {
    guard let live, live.report == nil else { return nil }
    return live
  }
}

/// A run as the journal has it.
public struct RollbackRun: Sendable {
  public struct Step: Hashable, Sendable {
    public var at: Time
    /// "gate"
    public var name: String
    /// "begun"
    public var state: String
    /// What is worth saying besides; may be empty.
    public var note: String

    public init(at: Time, name: String, state: String, note: String) {
      self.at = at
      self.name = name
      self.state = state
      self.note = note
    }
  }

  public var id: String
  /// The run that this one undoes; nil for a rollback.
  public var undoes: String?
  public var policy: PolicyReference
  public var by: String
  public var reason: String
  public var startedAt: Time
  public var updatedAt: Time
  /// nil while it is unfinished.
  public var outcome: RollbackReport.Outcome?
  /// As its journal tells it; nil for an undo, or when another version wrote it.
  public var machine: RollbackMachine?
  public var steps: [Step]
  /// What it reported at its end.
  public var report: RollbackReport?

  public init(
    id: String, undoes: String? = nil, policy: PolicyReference, by: String, reason: String,
    startedAt: Time, updatedAt: Time, outcome: RollbackReport.Outcome?,
    machine: RollbackMachine?, steps: [Step], report: RollbackReport? = nil
  ) {
    self.id = id
    self.undoes = undoes
    self.policy = policy
    self.by = by
    self.reason = reason
    self.startedAt = startedAt
    self.updatedAt = updatedAt
    self.outcome = outcome
    self.machine = machine
    self.steps = steps
    self.report = report
  }

  public var isUnfinished: Bool { outcome == nil }
}

/// A run that this dashboard is carrying out.
public struct LiveRollback: Sendable {
  public enum Machine: Sendable {
    case rollback(RollbackMachine)
    case undo(UndoMachine)
  }
  public var id: String
  public var policy: PolicyReference
  public var startedAt: Time
  public var machine: Machine?
  public var steps: [RollbackRun.Step] = []
  /// It waits for this word.
  public var asks: String?
  public var report: RollbackReport?

  public init(id: String, policy: PolicyReference, startedAt: Time) {
    self.id = id
    self.policy = policy
    self.startedAt = startedAt
  }

  public var rollback: RollbackMachine? {
    if case .rollback(let machine)? = machine { machine } else { nil }
  }

  public var undo: UndoMachine? {
    if case .undo(let machine)? = machine { machine } else { nil }
  }

  /// What it does now: "gate".
  public var step: RollbackStep? {
    switch machine {
    case .rollback(let machine): machine.step
    case .undo(let machine): machine.step
    case nil: nil
    }
  }
}

/// A page of the Rollbacks pane: a plan, a run, or what can be seen of one.
public struct RollbackPage: Sendable {
  public enum Subject: Hashable, Sendable {
    case plan(RollbackScope)
    case undoPlan(String)
    /// By id: the one that runs here, or one of the journal.
    case run(String)
    case sighting(PolicyReference)
  }
  public enum Content: Sendable {
    case loading
    case failed(String)
    case plan(RollbackPlan)
    case undoPlan(UndoPlan)
    /// Told from the board as it is.
    case board
  }

  public var subject: Subject
  public var content: Content
  public var options = RollbackOptions()
  var token = 0
  public internal(set) var lines: [Line] = []
  public internal(set) var scroll = TextScroll()

  init(_ subject: Subject, content: Content, options: RollbackOptions = RollbackOptions()) {
    self.subject = subject
    self.content = content
    self.options = options
  }
}

/// News of rollbacks from outside.
public enum RollbackNews: Sendable {
  /// What the journal has, or why there is none.
  case journal([RollbackRun])
  case noJournal(String)
  case planned(token: Int, Result<RollbackPlan, RollbackComplaint>)
  case undoPlanned(token: Int, Result<UndoPlan, RollbackComplaint>)
  case started(id: String, PolicyReference)
  case progress(LiveRollback.Machine)
  case step(RollbackRun.Step)
  case asks(String)
  case ended(RollbackReport)
  /// It could not begin.
  case refused(String)
  /// What a recording shows up to where it stands.
  case recorded(RollbackSightings)
}

/// Why something could not be planned, in one line.
public struct RollbackComplaint: Error, Hashable, Sendable {
  public var text: String
  public init(_ text: String) { self.text = text }
}

/// What the session is asked for.
public enum RollbackOrder: Hashable, Sendable {
  /// Read the journal's runs.
  case readJournal
  case plan(token: Int, RollbackScope, RollbackOptions)
  case planUndo(token: Int, String)
  case start(RollbackPlan, reason: String)
  case startUndo(UndoPlan, reason: String)
  case resume(String)
  /// Put back one that was cut off, or stop it.
  case abort(String)
  case confirm(String)
  case abortLive
}
