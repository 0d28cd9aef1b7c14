import Karmada
import Manifest

/// A page that saves an override policy: what would change and where, what speaks against it, what
/// the server says, and after the confirmation each cluster's Work until it is as predicted.
public struct SavePage: Sendable {
  public enum Subject: Hashable, Sendable {
    case save(SaveIntent)
    case undo(UndoSubject)
    /// The policy as the server has it is to go.
    case delete(PolicyReference)

    /// "OverridePolicy shop/settings", or how somebody has named it.
    public var title: String {
      switch self {
      case .save(let intent): "\(intent.policy.kind) \(intent.policy.key)"
      case .undo(.newest(let policy)), .delete(let policy): "\(policy.kind) \(policy.key)"
      case .undo(.named(let name)): name
      }
    }
  }
  public enum Content: Sendable {
    case loading
    case failed(String)
    case plan(SavePlan)
    /// It is being carried out here.
    case running(SaveMachine)
    case ended(SaveMachine, SaveReport)
  }

  public internal(set) var subject: Subject
  public internal(set) var content: Content = .loading
  /// Hazards that were acknowledged, as they were told: one that reads otherwise is another.
  public internal(set) var acknowledged: Set<SaveHazard> = []
  /// What is decided of a contested policy, by conflict.
  public internal(set) var choices: [Int: OverrideMerge.Choice] = [:]
  /// Answers carry it back; an answer to an earlier question is dropped.
  public internal(set) var token = 0
  public internal(set) var lines: [Line] = []
  public internal(set) var scroll = TextScroll()

  public init(_ subject: Subject) { self.subject = subject }

  public var plan: SavePlan? {
    switch content {
    case .plan(let plan): plan
    case .running(let machine), .ended(let machine, _): machine.plan
    case .loading, .failed: nil
    }
  }

  /// Hazards that still have to be acknowledged.
  public var openHazards: [SaveHazard] {
    guard case .plan(let plan) = content else { return [] }
    return plan.open.filter { !acknowledged.contains($0) }
  }

  /// The conflict that is to be decided next; nil when none is left.
  public var nextConflict: OverrideMerge.Conflict? {
    merge?.conflicts.first { choices[$0.id] == nil }
  }

  public var merge: OverrideMerge? {
    if case .plan(let plan) = content, case .contested(let merge) = plan.standing {
      merge
    } else {
      nil
    }
  }

  /// Why it cannot be saved now; nil when it can.
  public var obstacle: String? {
    switch content {
    case .loading: return "the server is still being asked"
    case .failed(let why): return why
    case .running: return "it is being saved"
    case .ended(_, let report): return report.outcome.isSaved ? "it is saved" : report.words
    case .plan(let plan):
      if let obstacle = plan.obstacle { return obstacle }
      let open = openHazards.count
      if open > 0 { return "\(open) hazard\(open == 1 ? "" : "s") to acknowledge first" }
      return nil
    }
  }
}

/// How far a save that goes on here is.
public enum RunningSave: Hashable, Sendable {
  /// The policy is on its way, and nobody knows yet what becomes of it.
  case sending
  /// It is saved, and the Works are watched.
  case watching
}

/// News of override policies from outside.
public enum OverrideNews: Sendable {
  /// What `readFacts` asked for.
  case facts(token: Int, Result<SaveFacts, OverrideComplaint>)
  /// How far the draft of a revision reaches.
  case previewed(token: Int, revision: Int, FormPage.Reach)
  case planned(token: Int, Result<SavePlan, OverrideComplaint>)
  case progress(token: Int, SaveMachine)
  case ended(token: Int, SaveMachine, SaveReport)
  /// Drafts that earlier sessions left behind.
  case drafts([StoredDraft])
  /// A draft cannot be kept: why.
  case draftTrouble(String)
  /// What `listEdits` asked for, the newest first.
  case edits(token: Int, Result<[OverrideEdit], OverrideComplaint>)
  /// What `readPolicy` asked for; nil where there is none.
  case policy(token: Int, Result<JSONValue?, OverrideComplaint>)
  /// A text that comes back from $EDITOR, or why none does.
  case edited(token: Int, Result<String, OverrideComplaint>)
}

/// Why something could not be done, in one line.
public struct OverrideComplaint: Error, Hashable, Sendable {
  public var text: String
  public init(_ text: String) { self.text = text }
}

/// What the session is asked for.
public enum OverrideOrder: Hashable, Sendable {
  /// The policy, the fleet around it and every object that it, or any of these versions, selects.
  case readFacts(token: Int, PolicyReference, wanted: [JSONValue])
  /// Only the policy.
  case readPolicy(token: Int, PolicyReference)
  /// How far a draft reaches, for the form whose facts were read with this token.
  case preview(token: Int, revision: Int, JSONValue)
  case plan(token: Int, SaveIntent)
  case planUndo(token: Int, UndoSubject)
  /// The edits of override policies in the journal.
  case listEdits(token: Int)
  case planDeletion(token: Int, PolicyReference)
  case save(token: Int, SavePlan, reason: String)
  /// Nobody watches the Works any longer.
  case stopWatching
  case readDrafts
  case keepDraft(StoredDraft)
  /// Forget the draft of a policy, and the file that another session left it in.
  case dropDraft(PolicyReference, origin: String)
  /// Opens $EDITOR with a draft's text.
  case edit(token: Int, StoredDraft)
  /// What was in the editor is in the draft now, or cannot be: why.
  case endEditing(PolicyReference, failure: String?)
}

/// Which edit in the journal is to be undone.
public enum UndoSubject: Hashable, Sendable {
  /// The newest of the policy that can be.
  case newest(PolicyReference)
  /// By its id, or the newest of a policy by that one's name.
  case named(String)
}

/// An edit of an override policy, as the journal has it.
public struct OverrideEdit: Hashable, Sendable {
  public var id: String
  public var at: Time
  public var policy: PolicyReference
  public var by: String
  public var reason: String
  /// create, update or delete.
  public var action: String
  /// nil while nobody knows what became of it.
  public var outcome: String?
  /// The edit that this one undid.
  public var undoes: String?

  public init(
    id: String, at: Time, policy: PolicyReference, by: String, reason: String, action: String,
    outcome: String?, undoes: String?
  ) {
    self.id = id
    self.at = at
    self.policy = policy
    self.by = by
    self.reason = reason
    self.action = action
    self.outcome = outcome
    self.undoes = undoes
  }
}

/// A draft whose text is in the operator's own editor.
struct DraftInEditor: Hashable, Sendable {
  /// The form's.
  var token: Int
  /// As it was handed out.
  var draft: StoredDraft
}

/// A policy that one of another name is to be begun from, once it has been read.
struct PendingClone: Hashable, Sendable {
  var token: Int
  var policy: PolicyReference
  var name: String
}

/// A draft as it lies on the disk: everything that was typed, and what it began from.
public struct StoredDraft: Hashable, Sendable {
  public var policy: PolicyReference
  /// The control plane that it is for.
  public var server: String
  public var text: String
  /// The policy as the server had it; nil for a new one.
  public var base: JSONValue?
  public var baseText: String
  /// When it was written last.
  public var at: Time
  /// The file that it was read from, where another session left it; empty for one of this session.
  public var origin = ""

  public init(
    policy: PolicyReference, server: String, text: String, base: JSONValue?, baseText: String,
    at: Time
  ) {
    self.policy = policy
    self.server = server
    self.text = text
    self.base = base
    self.baseText = baseText
    self.at = at
  }

  public init(_ draft: OverrideDraft, of policy: PolicyReference, server: String, at: Time) {
    self.init(
      policy: policy, server: server, text: draft.text, base: draft.base,
      baseText: draft.baseText, at: at)
  }

  public var draft: OverrideDraft { OverrideDraft(text: text, base: base, baseText: baseText) }

  /// It is a draft of a policy, or of a new one that is called so by now.
  func isAbout(_ other: PolicyReference) -> Bool { draft.isAbout(other, keptAs: policy) }
}

extension OverrideDraft {
  /// It is a draft of a policy, or of a new one that is called so by now.
  ///
  /// - Parameter policy: which it was a draft of when it began.
  func isAbout(_ other: PolicyReference, keptAs policy: PolicyReference) -> Bool {
    if policy == other { return true }
    return base == nil && value.map { PolicyReference(overridePolicy: $0) } == other
  }
}
