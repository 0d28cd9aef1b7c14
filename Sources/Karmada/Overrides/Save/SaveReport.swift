import Manifest

/// What came of saving a policy, told truly.
public struct SaveReport: Hashable, Sendable {
  public enum Outcome: String, Hashable, Sendable, CaseIterable {
    /// It is saved, and every Work is as predicted.
    case saved
    /// It is saved, and some Works are not as predicted.
    case diverged
    /// Somebody changed the policy or the fleet meanwhile; nothing was changed.
    case changed
    /// The server said no; nothing was changed.
    case refused
    /// Something here stood against it; nothing was sent.
    case blocked
    /// No answer came, and the policy is as it was.
    case notTaken
    /// No answer came, and nobody knows.
    case unknown
    /// Nothing was changed.
    case notPermitted
    /// Nothing was changed.
    case unreachable

    public var isSaved: Bool { self == .saved || self == .diverged }

    /// Something may have been changed by it.
    public var mayHaveSaved: Bool { isSaved || self == .unknown }

    /// The same of an outcome as the journal has it: one that is not there, or that an other version
    /// wrote, may be any.
    public static func mayHaveSaved(_ noted: String?) -> Bool {
      noted.flatMap(Self.init)?.mayHaveSaved ?? true
    }

    /// The program's exit code (README, "Exit codes").
    public var exitCode: Int32 {
      switch self {
      case .saved: 0
      case .diverged: 1
      case .changed, .refused, .blocked: 3
      case .notTaken, .unknown: 5
      case .notPermitted, .unreachable: 7
      }
    }
  }

  public var policy: PolicyReference
  /// create, update or delete.
  public var action: String
  public var outcome: Outcome
  /// One sentence.
  public var words: String
  public var cells: [SaveMachine.Cell]
  /// The policy as the server has it after the change.
  public var saved: JSONValue?
  /// What the server refused, at its fields.
  public var problems: [OverrideProblem]
  /// The edit in the journal; nil where nothing was noted.
  public var edit: String?

  public init(
    policy: PolicyReference, action: String, outcome: Outcome, words: String,
    cells: [SaveMachine.Cell] = [], saved: JSONValue? = nil, problems: [OverrideProblem] = [],
    edit: String? = nil
  ) {
    self.policy = policy
    self.action = action
    self.outcome = outcome
    self.words = words
    self.cells = cells
    self.saved = saved
    self.problems = problems
    self.edit = edit
  }

  /// It is saved, and nobody has waited for its Works.
  public var isUnwatched: Bool { outcome == .diverged && cells.contains { $0.state == .waiting } }

  /// "OverridePolicy default/example updated: every Work is as predicted"
  public var sentence: String {
    let name = "\(policy.kind) \(policy.key)"
    guard outcome.isSaved else { return "\(name): \(words)" }
    let done = action == "update" ? "updated" : "\(action)d"
    return "\(name) \(done): \(words)"
  }
}
