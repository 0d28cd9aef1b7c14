import Manifest

/// What came of a run, told truly: also of one that did not end.
public struct RollbackReport: Hashable, Sendable {
  public enum Outcome: String, Hashable, Codable, Sendable {
    /// Everything was done, and every member was verified or accepted as not verifiable.
    case done
    /// Something spoke against it; nothing was changed.
    case blocked
    /// Nothing was deleted and everything is as it was.
    case aborted
    /// It ended before its goal, after something had been deleted, because the operator wanted it so
    /// or somebody else undid it. Resuming would change nothing.
    case stopped
    /// It can be resumed.
    case unfinished
    /// Somebody else holds the Lease; nothing was changed.
    case held
    /// Nothing was changed.
    case notPermitted
    /// Nothing was changed.
    case unreachable
    /// A member lost something, or has something else in its place.
    case lost

    /// The program's exit code (DESIGN section 4; 1 for a loss).
    public var exitCode: Int32 {
      switch self {
      case .done: 0
      case .lost: 1
      case .blocked: 3
      case .aborted: 4
      case .stopped, .unfinished: 5
      case .held: 6
      case .notPermitted, .unreachable: 7
      }
    }
  }

  public struct Template: Hashable, Sendable {
    public enum State: String, Hashable, Codable, Sendable {
      /// Nothing was done to it.
      case standing
      case deleted
      /// The server was asked and did not answer; a resumed run looks again.
      case unknown
      /// Not deleted because of `why`.
      case kept
      /// Undo: it is there again.
      case created
    }
    public var object: ObjectReference
    public var state: State
    public var why: String
  }

  public struct Member: Hashable, Sendable {
    public enum Verdict: String, Hashable, Codable, Sendable {
      /// The same object, untouched, no longer Karmada's.
      case kept
      /// The same object and no longer Karmada's, but somebody changed it meanwhile.
      case changed
      /// The same object, still Karmada's.
      case managed
      /// The same object, Karmada's again: undone, or somebody else created its template again.
      case adopted
      /// Another object stands in its place.
      case replaced
      case lost
      /// It could not be looked at.
      case unverified
      /// Its template was not deleted, or it stays Karmada's for others.
      case untouched
    }
    public var cluster: String
    /// Its address, with the uid from before.
    public var object: ObjectReference
    public var uidAfter: String?
    public var isManaged: Bool?
    public var verdict: Verdict
    public var why: String
  }

  /// Something that does not go.
  public struct Straggler: Hashable, Sendable {
    public var subject: String
    public var why: String
  }

  public var run: String
  public var scope: RollbackScope
  public var outcome: Outcome
  /// One sentence.
  public var summary: String
  public var templates: [Template] = []
  public var members: [Member] = []
  public var stragglers: [Straggler] = []
  /// How the policy's flag stands: "set by this run", "as it was", …
  public var flag: String
  /// A later `resume` or `abort` takes it up.
  public var isResumable = false
  /// What to do next; empty when there is nothing.
  public var advice: String

  public init(
    run: String, scope: RollbackScope, outcome: Outcome, summary: String, flag: String,
    advice: String = ""
  ) {
    self.run = run
    self.scope = scope
    self.outcome = outcome
    self.summary = summary
    self.flag = flag
    self.advice = advice
  }
}
