import Manifest

/// What saving a policy would do, worked out before anything is changed: the policy as it would be,
/// where it reaches, what speaks against it.
public struct SavePlan: Hashable, Sendable {
  /// How the policy on the server stands to the one that the change began from.
  public enum Standing: Hashable, Sendable {
    /// Nobody has touched it.
    case asExpected
    /// Somebody has changed it, elsewhere than here: both changes are saved together.
    case merged(OverrideMerge)
    /// Somebody has changed the same: a person has to decide before there is anything to save.
    case contested(OverrideMerge)
    /// Somebody has deleted it.
    case deletedByOther
    /// It is to be made, and there is one of the name.
    case nameTaken
    /// It says already what it is to say, or is gone already.
    case nothingToDo
  }

  public let intent: SaveIntent
  /// The policy as it was when the plan was made; nil when there was none.
  public let current: JSONValue?
  public private(set) var standing: Standing
  /// As it is to be; nil for a deletion, and where nothing can be saved.
  public let result: JSONValue?
  /// nil where there is nothing to send.
  public private(set) var request: SaveRequest?
  /// What the server is known to refuse, and after the dry run what it has refused.
  public internal(set) var problems: [OverrideProblem] = []
  public private(set) var hazards: [SaveHazard] = []
  public private(set) var reach: SaveReach
  public private(set) var expectations: [SaveExpectation] = []
  /// Clusters that were not ready when the plan was made.
  public let notReady: Set<String>
  /// What decides about the word that is asked for.
  let caution: SaveCaution
  /// Clusters that it reaches and that carry production labels.
  public private(set) var production: [String] = []
  /// Why the policy's name must be typed; nil where a plain word does.
  public private(set) var nameReason: String?
  /// As the server would have it, from its dry run; nil until that has been asked, or for a
  /// deletion.
  public internal(set) var checked: JSONValue?
  /// The server has been asked, and would take it.
  public internal(set) var isChecked = false

  public init(_ intent: SaveIntent, _ facts: SaveFacts, caution: SaveCaution = SaveCaution()) {
    self.intent = intent
    current = facts.current
    notReady = facts.notReady
    self.caution = caution
    standing = Self.standing(of: intent, facts.current)
    switch standing {
    case .asExpected: result = intent.wanted.map(OverrideDraft.editable)
    case .merged(let merge): result = merge.preview([:])
    case .contested, .deletedByOther, .nameTaken, .nothingToDo: result = nil
    }
    switch standing {
    case .asExpected, .merged: request = SaveRequest(from: facts.current, to: result)
    case .contested, .deletedByOther, .nameTaken, .nothingToDo: request = nil
    }
    let scope = intent.scope
    let before = facts.current.flatMap { OverridePolicySpec(readable: $0, scope: scope) }
    let fleet = facts.fleet
    var preview = DraftPreview(fleet, base: before, scope: scope)
    let old = Set(preview.hazards().map(OldHazard.init))
    guard request != nil else {
      reach = SaveReach(preview)
      return
    }
    if let result { problems = Self.problems(in: result, intent) }
    let after = result.flatMap { OverridePolicySpec(readable: $0, scope: scope) }
    preview.update(after)
    reach = SaveReach(preview)
    hazards = Self.hazards(preview, old, reach, facts, standing, placedBy: intent).numbered()
    foresee(facts, fleet, before: before, after: after)
    weigh(fleet, caution)
  }

  // MARK: Standing

  private static func standing(of intent: SaveIntent, _ current: JSONValue?) -> Standing {
    guard let current else {
      if intent.wanted == nil { return .nothingToDo }
      return intent.base == nil ? .asExpected : .deletedByOther
    }
    guard let wanted = intent.wanted else { return .asExpected }
    if OverrideDraft.editable(current) == OverrideDraft.editable(wanted) { return .nothingToDo }
    guard let base = intent.base else { return .nameTaken }
    if OverrideDraft.editable(base) == OverrideDraft.editable(current) { return .asExpected }
    let merge = OverrideMerge(base: base, mine: wanted, theirs: current)
    if !merge.conflicts.isEmpty { return .contested(merge) }
    return merge.preview([:]) == OverrideDraft.editable(current) ? .nothingToDo : .merged(merge)
  }

  // MARK: Problems

  /// With the lines of the text that it was written in, as long as that says the same.
  private static func problems(in policy: JSONValue, _ intent: SaveIntent) -> [OverrideProblem] {
    var problems = draft(intent, saying: policy).problems.filter(\.isRefusal)
    let reference = PolicyReference(overridePolicy: policy)
    if reference != intent.policy {
      problems.append(
        OverrideProblem(
          .schema, .blocker, JSONPointer(tokens: ["metadata", "name"]),
          "this is \(reference.kind) \(reference.key), and \(intent.policy.kind) "
            + "\(intent.policy.key) is being changed; a policy cannot be renamed, only cloned"))
    }
    return problems
  }

  static func draft(_ intent: SaveIntent, saying policy: JSONValue) -> OverrideDraft {
    if let text = intent.text {
      let draft = OverrideDraft(text: text, base: intent.base)
      if draft.value.map(OverrideDraft.editable) == policy { return draft }
    }
    return OverrideDraft(editing: policy)
  }

  // MARK: Foresight

  private mutating func foresee(
    _ facts: SaveFacts, _ fleet: OverrideFleet, before: OverridePolicySpec?,
    after: OverridePolicySpec?
  ) {
    let engine = fleet.engine(replacing: before, with: after)
    expectations = reach.changes.map { change in
      SaveExpectation(
        facts.objects[change.index], change, clusters: facts.clusters, engine: engine)
    }
  }

  private mutating func weigh(_ fleet: OverrideFleet, _ caution: SaveCaution) {
    let reached = Set(reach.clusters)
    production = fleet.clusters.filter { reached.contains($0.name) && caution.isProduction($0) }
      .map(\.name)
    if !production.isEmpty {
      nameReason = "it reaches production: \(Self.some(production))"
    } else if reach.objects > caution.objectLimit {
      nameReason = "it changes \(reach.objects) objects, more than \(caution.objectLimit)"
    } else if case .delete? = request {
      nameReason = "the policy goes"
    }
  }

  static func some(_ names: [String]) -> String {
    let more = names.count > 4 ? " and \(names.count - 4) more" : ""
    return names.prefix(4).joined(separator: ", ") + more
  }

  // MARK: Verdict

  public static let plainWord = "save"

  /// What must be typed to save it.
  public var word: String { nameReason == nil ? Self.plainWord : intent.policy.key.name }

  /// Hazards that have to be acknowledged, one by one.
  public var open: [SaveHazard] { hazards.filter(\.needsAcknowledgement) }

  /// Why it cannot be saved; nil when it can, once everything open is acknowledged.
  public var obstacle: String? {
    switch standing {
    case .contested(let merge):
      let count = merge.conflicts.count
      return "somebody else changed the same in \(count) place\(count == 1 ? "" : "s"): decide "
        + "which is to stay"
    case .deletedByOther:
      return "somebody has deleted the policy since; save it as a new one, or let it go"
    case .nameTaken:
      return "there is a \(intent.policy.kind) \(intent.policy.key) already: edit that one, or "
        + "choose another name"
    case .nothingToDo:
      return intent.wanted == nil ? "there is no such policy any more" : "it says this already"
    case .asExpected, .merged: break
    }
    if let first = problems.first {
      let more = problems.count > 1 ? " (and \(problems.count - 1) more)" : ""
      return first.description + more
    }
    return isChecked ? nil : "the server has not been asked yet"
  }

  /// The same change would be sent, and would do the same: nothing that was confirmed has changed
  /// since.
  public func isSame(as other: SavePlan) -> Bool {
    request == other.request && reach == other.reach && open == other.open && word == other.word
  }

  /// From the policy as it is to the policy as it would be.
  public var policyDiff: ManifestDiff {
    ManifestDiff(from: current.map(OverrideDraft.editable), to: result)
  }

  // MARK: The server's word

  /// Takes the answer to the dry run in.
  public mutating func take(checked answer: Result<JSONValue?, SaveFailure>) {
    switch answer {
    case .success(let policy):
      checked = policy
      isChecked = true
      // With what the server fills in by itself it is what there is already.
      if let policy, let current,
        OverrideDraft.editable(policy) == OverrideDraft.editable(current)
      {
        (standing, request, hazards, expectations) = (.nothingToDo, nil, [], [])
        reach.changes = []
      }
    case .failure(let failure):
      problems += problems(of: failure)
    }
  }

  /// What the server has said no to, at its fields.
  func problems(of failure: SaveFailure) -> [OverrideProblem] {
    let draft = Self.draft(intent, saying: result ?? .object([:]))
    var causes = failure.causes.map { ($0.field, $0.message) }
    // Of a policy that is to be made nothing can be missing but its namespace.
    if failure.kind == .missing, case .create? = request, !intent.policy.key.namespace.isEmpty {
      causes = [("metadata.namespace", failure.message)]
    }
    return draft.problems(ofRefusal: failure.message, causes: causes)
  }
}
