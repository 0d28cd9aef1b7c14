import Karmada
import Manifest

/// A form over an override policy, with what it does to one object on one cluster beside it.
public struct FormPage: Sendable {
  /// How far the whole draft reaches, as worked out beside the screen's own thread.
  public struct Reach: Hashable, Sendable {
    public var sentence: String
    /// "ConfigMap shop/settings" and the clusters where it becomes something else.
    public var changes: [Change]
    public var hazards: [OverrideHazard]

    public struct Change: Hashable, Sendable {
      /// Which of the fleet's objects.
      public var object: Int
      public var clusters: [String]
      public init(object: Int, clusters: [String]) {
        self.object = object
        self.clusters = clusters
      }
    }

    public init(sentence: String, changes: [Change], hazards: [OverrideHazard]) {
      self.sentence = sentence
      self.changes = changes
      self.hazards = hazards
    }
  }

  /// As it is called on the server, or will be.
  public internal(set) var policy: PolicyReference
  public internal(set) var draft: OverrideDraft
  /// The fleet that it is held against; nil until it has been read.
  public internal(set) var sights: DraftSights?
  /// Why it could not be.
  public internal(set) var complaint: String?
  public internal(set) var rows: [OverrideForm.Row] = []
  public internal(set) var problems: [OverrideProblem] = []
  public internal(set) var cursor = 0
  public internal(set) var top = 0
  /// Also what is not there and could be.
  public internal(set) var showsAdditions = false
  /// Which object is looked at, of those that the draft selects.
  public internal(set) var object = 0
  /// nil follows the rule under the cursor.
  public internal(set) var cluster: String?
  public internal(set) var glance: DraftGlance?
  public internal(set) var reach: Reach?
  /// The revision of the draft that `reach` is of.
  var previewed = -1
  /// The reach is the draft's as it is now.
  public var isPreviewed: Bool { previewed == revision }
  /// The policy was changed, or deleted, since the draft began.
  public internal(set) var staleness: String?
  /// The form's own, as long as it lives: what comes back from an editor finds it by that.
  public internal(set) var token = 0
  /// Of the facts that were asked for last: an answer to an earlier question is dropped.
  public internal(set) var question = 0
  /// Of the draft, counted up with every change: a preview of an earlier one is dropped.
  public internal(set) var revision = 0
  /// The file that the draft was found in, where another session left it.
  var origin = ""
  /// The policy is to be read before there is anything to change.
  public internal(set) var isLoading = false
  /// Somebody is on the way to a fieldOverrider.
  public internal(set) var walk: GuideWalk?

  init(_ policy: PolicyReference, draft: OverrideDraft) {
    self.policy = policy
    self.draft = draft
  }

  public var row: OverrideForm.Row? { rows.indices.contains(cursor) ? rows[cursor] : nil }

  public var isNew: Bool { draft.base == nil }

  /// It is the form over a policy, or over a new one that is called so by now.
  func isAbout(_ other: PolicyReference) -> Bool { draft.isAbout(other, keptAs: policy) }

  /// The worst that is wrong at a field, or below it where that is folded into its row.
  public func problem(at pointer: JSONPointer) -> OverrideProblem? {
    problems.filter { $0.pointer == pointer }.max { $0.severity < $1.severity }
  }

  /// Which of the rules the cursor is in; nil above and below them.
  var rule: Int? {
    guard let tokens = row?.pointer.tokens, tokens.count >= 3,
      tokens.starts(with: ["spec", "overrideRules"])
    else { return nil }
    return Int(tokens[2])
  }

  /// Puts the cursor where the work begins; before that stands what the policy is called.
  mutating func selectFirstRule(height: Int) {
    let rule = OverrideDraft.pointer(rule: 0)
    guard let first = rows.firstIndex(where: { $0.pointer == rule }) else { return }
    cursor = first
    scroll(height: height)
    reveal(height: height)
    look()
  }

  // MARK: Keeping it up to date

  /// After the draft, the fleet or the cursor has changed. The cursor stays at its field.
  mutating func refresh() {
    let pointer = row?.pointer
    let all = OverrideForm(draft.value ?? .null, scope: policy.overrideScope).rows
    rows = all.filter { showsAdditions || $0.kind != .addition }
    cursor = rows.firstIndex { $0.pointer == pointer } ?? min(cursor, max(0, rows.count - 1))
    look()
  }

  /// What is wrong with the draft by itself, on the object that is looked at, and anywhere.
  private mutating func judge() {
    let hazards = (glance?.hazards ?? []) + (reach?.hazards ?? [])
    let failure = glance?.after.failure.flatMap { draft.problem(of: $0) }
    problems = draft.problems + draft.problems(of: hazards) + [failure].compactMap { $0 }
  }

  /// The one object on the one cluster beside the form.
  mutating func look() {
    defer { judge() }
    guard let sights else { return }
    let objects = sights.objects(of: draft.value)
    guard !objects.isEmpty else {
      glance = nil
      return
    }
    object = min(max(0, object), objects.count - 1)
    let index = objects[object]
    let own = rule.flatMap { sights.cluster(forRule: $0, of: draft.value, object: index) }
    let changed = reach?.changes.first { $0.object == index }?.clusters.first
    let first = sights.fleet.objects[index].clusters.first
    guard let name = cluster ?? own ?? changed ?? first else {
      glance = nil
      return
    }
    glance = sights.glance(draft.value, object: index, cluster: name)
  }

  /// Goes on to the next cluster, or the one before, of the object that is looked at.
  mutating func moveCluster(by step: Int) {
    guard let sights else { return }
    let objects = sights.objects(of: draft.value)
    guard objects.indices.contains(object) else { return }
    let names = sights.fleet.objects[objects[object]].clusters
    guard !names.isEmpty else { return }
    let at = glance.flatMap { names.firstIndex(of: $0.cluster) } ?? 0
    cluster = names[((at + step) % names.count + names.count) % names.count]
    look()
  }

  mutating func moveObject() {
    guard let sights else { return }
    let count = sights.objects(of: draft.value).count
    guard count > 0 else { return }
    object = (object + 1) % count
    cluster = nil
    look()
  }

  mutating func moveCursor(by step: Int, height: Int) {
    guard walk == nil else {
      walk?.move(by: step, height: height)
      return
    }
    let (target, overflow) = cursor.addingReportingOverflow(step)
    let last = max(0, rows.count - 1)
    cursor = overflow ? (step < 0 ? 0 : last) : min(last, max(0, target))
    scroll(height: height)
    look()
  }

  mutating func scroll(height: Int) {
    let height = max(1, height)
    top = min(top, cursor)
    if cursor >= top + height { top = cursor - height + 1 }
    top = max(0, min(top, max(0, rows.count - height)))
  }

  /// Scrolls until what stands below the cursor's row is on the screen too, as far as it fits.
  mutating func reveal(height: Int) {
    guard let depth = row?.depth else { return }
    let below = rows[(cursor + 1)...].prefix { $0.depth > depth }.count
    top = max(top, min(cursor, cursor + below + 1 - height))
  }

  /// Puts the cursor on a field; where that has no row, on the nearest one around it.
  mutating func select(_ pointer: JSONPointer) {
    var pointer = pointer
    while true {
      if let at = rows.firstIndex(where: { $0.pointer == pointer }) {
        cursor = at
        return
      }
      guard !pointer.tokens.isEmpty else { return }
      pointer.tokens.removeLast()
    }
  }
}
