import ControlPlane
import Karmada
import Manifest

// Opening, keeping and leaving the form over an override policy.

extension AppState {
  // MARK: Opening

  /// The form over an override policy as the server has it, or over the draft that was begun of it.
  mutating func openForm(_ policy: PolicyReference) -> [Effect] {
    if refusesInRecording() { return [] }
    if let stored = drafts[policy] { return open(stored) }
    var page = FormPage(policy, draft: OverrideDraft(text: ""))
    page.isLoading = true
    return push(page)
  }

  /// Goes on with a draft, of this session or left behind by another.
  mutating func open(_ stored: StoredDraft) -> [Effect] {
    var page = FormPage(stored.policy, draft: stored.draft)
    page.origin = stored.origin
    return push(page)
  }

  /// A form over a policy that does not exist yet; over the draft of that name where one is kept.
  mutating func openForm(new draft: OverrideDraft) -> [Effect] {
    if refusesInRecording() { return [] }
    let policy = PolicyReference(overridePolicy: draft.value ?? .null)
    if let stored = drafts[policy] {
      message = StatusMessage(
        .info, "this is the draft of \(policy.key) that was begun before; :discard gives it up")
      return open(stored)
    }
    let effects = push(FormPage(policy, draft: draft))
    return effects + (form.map { keepDraft($0) } ?? [])
  }

  /// Why nothing is changed here.
  static let recordingRefusal = "a recording can be looked at, not changed"

  mutating func refusesInRecording() -> Bool {
    guard replay != nil else { return false }
    message = StatusMessage(.info, Self.recordingRefusal)
    return true
  }

  private mutating func push(_ page: FormPage) -> [Effect] {
    var page = page
    page.token = newToken()
    page.refresh()
    page.selectFirstRule(height: layout.formHeight)
    let effect = readFacts(for: &page)
    overlays.append(.form(page))
    return [effect]
  }

  /// Reads what the draft is held against, anew where it has been read.
  mutating func readFacts(for page: inout FormPage) -> Effect {
    page.question = newToken()
    let wanted = [page.draft.value, page.draft.base].compactMap { $0 }
    return .override(.readFacts(token: page.question, page.policy, wanted: wanted))
  }

  /// The override policy that `e` changes: the selected one, or the only one that surely selects
  /// the object under the cursor.
  var editablePolicy: PolicyReference? {
    if let selected = selectedOverridePolicy { return selected }
    guard pane == .overrides, let object = overrides.list.selected?.object,
      let only = object.policies.first, object.policies.count == 1
    else { return nil }
    return PolicyReference(kind: only.feed.resource.kind, key: only.object)
  }

  /// The form on top, under a question or a prompt if there is one.
  public var form: FormPage? {
    if case .form(let page)? = topPage { page } else { nil }
  }

  /// The form of that token, wherever it lies.
  func form(_ token: Int) -> FormPage? {
    for case .form(let page) in overlays where page.token == token { return page }
    return nil
  }

  /// Changes the form; of that token where one is given, wherever it lies.
  mutating func changeForm(_ token: Int? = nil, _ change: (inout FormPage) -> Void) {
    let height = layout.formHeight
    for i in overlays.indices.reversed() {
      guard case .form(var page) = overlays[i], token == nil || page.token == token else {
        continue
      }
      change(&page)
      page.scroll(height: height)
      overlays[i] = .form(page)
      return
    }
  }

  /// A page closes; a draft that was begun in it is still there.
  mutating func noteLeaving(_ overlay: Overlay) {
    guard case .form(let page) = overlay, page.draft.isChanged, !page.isLoading else { return }
    // There is no row of a policy that is still to be made.
    let key = page.isNew ? ":draft \(page.policy.key)" : keymap.keyName(of: .edit) ?? ":edit"
    message = StatusMessage(
      .info,
      "the draft of \(page.policy.key) is kept: \(key) goes on with it, :discard in it gives it up")
  }

  // MARK: Keeping

  /// Follows a change of the draft: what is looked at at once, the whole reach as soon as it is
  /// worked out, the disk as soon as it has it.
  mutating func followDraft(_ token: Int? = nil) -> [Effect] {
    guard let token = token ?? form?.token else { return [] }
    changeForm(token) { page in
      page.revision += 1
      page.refresh()
    }
    guard let page = form(token) else { return [] }
    return keepDraft(page) + [preview(page)].compactMap { $0 }
  }

  func preview(_ page: FormPage) -> Effect? {
    guard page.sights != nil, let value = page.draft.value else { return nil }
    return .override(.preview(token: page.question, revision: page.revision, value))
  }

  private mutating func keepDraft(_ page: FormPage) -> [Effect] {
    guard page.draft.isChanged else { return forgetDraft(page.policy, origin: page.origin) }
    return keep(page.draft, of: page.policy, origin: page.origin)
  }

  /// Keeps a draft, in place of the file that another session left it in.
  mutating func keep(
    _ draft: OverrideDraft, of policy: PolicyReference, origin: String
  ) -> [Effect] {
    var stored = StoredDraft(draft, of: policy, server: connection.endpoint.server, at: now)
    drafts[policy] = stored
    takeOver(policy)
    stored.origin = origin
    return [.override(.keepDraft(stored))]
  }

  mutating func forgetDraft(_ policy: PolicyReference, origin: String) -> [Effect] {
    drafts[policy] = nil
    takeOver(policy)
    return [.override(.dropDraft(policy, origin: origin))]
  }

  /// What another session left behind of it is in a file of this session now, or gone.
  private mutating func takeOver(_ policy: PolicyReference) {
    for i in overlays.indices {
      guard case .form(var page) = overlays[i], page.policy == policy else { continue }
      page.origin = ""
      overlays[i] = .form(page)
    }
  }

  /// Gives the draft up, and closes its form.
  mutating func discardDraft() -> [Effect] {
    guard let page = form else { return [] }
    let effects = forgetDraft(page.policy, origin: page.origin)
    overlays.removeLast()
    message = StatusMessage(.info, "the draft of \(page.policy.key) is gone")
    return effects
  }

  // MARK: Kept drafts

  /// Goes on with the draft of a policy, or with the newest.
  mutating func openKeptDraft(_ name: String) -> [Effect] {
    let kept = keptDrafts
    guard
      let wanted = name.isEmpty
        ? kept.first
        : kept.first(where: { $0.policy.key.description == name })
          ?? kept.first(where: { $0.policy.key.name == name })
    else {
      let names = kept.map { $0.policy.key.description }.joined(separator: " ")
      message = StatusMessage(.error, "there is no draft of “\(name)”; there are: \(names)")
      return []
    }
    return open(wanted)
  }

  /// The newest first.
  var keptDrafts: [StoredDraft] {
    drafts.values.sorted { a, b in
      a.at == b.at ? a.policy.key.description < b.policy.key.description : a.at > b.at
    }
  }

  /// Takes in what earlier sessions have left behind.
  mutating func take(left: [StoredDraft]) {
    var new: [StoredDraft] = []
    // Of several of one policy the newest; the others stay where they lie, for a later start.
    for draft in left.sorted(by: { $0.at > $1.at }) where drafts[draft.policy] == nil {
      drafts[draft.policy] = draft
      new.append(draft)
    }
    guard let newest = new.first else { return }
    let more = new.count > 1 ? " (and \(new.count - 1) more)" : ""
    message = StatusMessage(
      .info,
      "a draft of \(newest.policy.key) was left behind\(more): :draft \(newest.policy.key) goes on "
        + "with it")
  }
}
