import ControlPlane
import Karmada
import Manifest

// Opening, keeping and leaving the form over an override policy.

extension AppState {
  // MARK: Opening

  /// The form over an override policy as the server has it, or over the draft that was begun of it.
  mutating func openForm(_ policy: PolicyReference) -> [Effect] {
    if replay != nil {
      message = StatusMessage(.info, "a recording can be looked at, not changed")
      return []
    }
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

  /// A form over a policy that does not exist yet.
  mutating func openForm(new draft: OverrideDraft) -> [Effect] {
    let policy = PolicyReference(overridePolicy: draft.value ?? .null)
    return push(FormPage(policy, draft: draft)) + keepDraft()
  }

  private mutating func push(_ page: FormPage) -> [Effect] {
    var page = page
    page.token = newToken()
    page.refresh()
    overlays.append(.form(page))
    let wanted = [page.draft.value, page.draft.base].compactMap { $0 }
    return [.override(.readFacts(token: page.token, page.policy, wanted: wanted))]
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
    message = StatusMessage(
      .info,
      "the draft of \(page.policy.key) is kept: e goes on with it, :discard in it gives it up")
  }

  // MARK: Keeping

  /// Follows a change of the draft: what is looked at at once, the whole reach as soon as it is
  /// worked out, the disk as soon as it has it.
  mutating func followDraft() -> [Effect] {
    changeForm { page in
      page.revision += 1
      page.refresh()
    }
    guard let page = form else { return [] }
    return keepDraft() + [preview(page)].compactMap { $0 }
  }

  private func preview(_ page: FormPage) -> Effect? {
    guard page.sights != nil, let value = page.draft.value else { return nil }
    return .override(.preview(token: page.token, revision: page.revision, value))
  }

  private mutating func keepDraft() -> [Effect] {
    guard let page = form else { return [] }
    guard page.draft.isChanged else { return forgetDraft(page) }
    var stored = StoredDraft(
      page.draft, of: page.policy, server: connection.endpoint.server, at: now)
    stored.origin = page.origin
    drafts[page.policy] = stored
    return [.override(.keepDraft(stored))]
  }

  private mutating func forgetDraft(_ page: FormPage) -> [Effect] {
    drafts[page.policy] = nil
    changeForm(page.token) { $0.origin = "" }
    return [.override(.dropDraft(page.policy, origin: page.origin))]
  }

  /// Gives the draft up, and closes its form.
  mutating func discardDraft() -> [Effect] {
    guard let page = form else { return [] }
    let effects = forgetDraft(page)
    overlays.removeLast()
    message = StatusMessage(.info, "the draft of \(page.policy.key) is gone")
    return effects
  }

  /// Goes on with the newest draft that an earlier session left.
  mutating func openLeftDraft() -> [Effect] {
    guard let newest = leftDrafts.first else { return [] }
    return open(newest)
  }

  /// Drafts that no form of this session has gone on with.
  var leftDrafts: [StoredDraft] {
    drafts.values.filter { !$0.origin.isEmpty }.sorted { $0.at > $1.at }
  }

  // MARK: News

  mutating func takeEditing(_ news: OverrideNews) -> [Effect] {
    switch news {
    case .facts(let token, let result): return take(result, token: token)
    case .previewed(let token, let revision, let reach):
      changeForm(token) { page in
        guard page.revision == revision else { return }
        page.reach = reach
        page.previewed = revision
        page.look()
      }
    case .drafts(let left):
      for draft in left where drafts[draft.policy] == nil { drafts[draft.policy] = draft }
      if let newest = leftDrafts.first {
        let more = left.count > 1 ? " (and \(left.count - 1) more)" : ""
        message = StatusMessage(
          .info, "a draft of \(newest.policy.key) was left behind\(more): :draft goes on with it")
      }
    case .draftTrouble(let why): message = StatusMessage(.error, why)
    case .edited(let token, let result): return takeEdited(result, token: token)
    case .planned, .progress, .ended: break
    }
    return []
  }

  private mutating func take(
    _ result: Result<SaveFacts, OverrideComplaint>, token: Int
  ) -> [Effect] {
    var words: String?
    changeForm(token) { page in
      switch result {
      case .failure(let complaint): page.complaint = complaint.text
      case .success(let facts): words = page.take(facts)
      }
    }
    if let words { message = StatusMessage(.error, words) }
    guard let page = form, page.token == token, page.complaint == nil else { return [] }
    // A draft that was just cloned is worth keeping.
    let kept = page.draft.isChanged ? keepDraft() : []
    return kept + [preview(page)].compactMap { $0 }
  }

  private mutating func takeEdited(
    _ result: Result<String, OverrideComplaint>, token: Int
  ) -> [Effect] {
    switch result {
    case .failure(let complaint):
      message = StatusMessage(.error, complaint.text)
      return []
    case .success(let text):
      changeForm(token) { $0.draft.setText(text) }
      guard let page = form, page.token == token else { return [] }
      if let failure = page.draft.failure {
        message = StatusMessage(.error, "\(failure): E goes on; nothing is lost")
      }
      return followDraft()
    }
  }

  // MARK: Saved

  /// What is on the server now is what the draft goes on from.
  mutating func noteSaved(_ report: SaveReport, _ plan: SavePlan) -> [Effect] {
    guard report.outcome.isSaved else { return [] }
    overrides.look?.isOutdated = true
    var (isOpen, effects): (Bool, [Effect]) = (false, [])
    for i in overlays.indices {
      guard case .form(var page) = overlays[i], page.policy == report.policy else { continue }
      isOpen = true
      page.noteSaved(report, plan)
      page.token = newToken()
      effects.append(
        .override(
          .readFacts(
            token: page.token, page.policy,
            wanted: [page.draft.value].compactMap { $0 })))
      if page.draft.isChanged {
        drafts[page.policy] = StoredDraft(
          page.draft, of: page.policy, server: connection.endpoint.server, at: now)
      } else {
        drafts[page.policy] = nil
      }
      overlays[i] = .form(page)
    }
    if !isOpen { drafts[report.policy] = nil }
    if let kept = drafts[report.policy] { return effects + [.override(.keepDraft(kept))] }
    return effects + [.override(.dropDraft(report.policy, origin: ""))]
  }
}

extension FormPage {
  /// The policy and the fleet as they are; a sentence where something has gone wrong with that.
  mutating func take(_ facts: SaveFacts) -> String? {
    complaint = nil
    if isLoading {
      isLoading = false
      guard let current = facts.current else {
        complaint = "there is no \(policy.kind) \(policy.key) any more"
        return complaint
      }
      draft = OverrideDraft(editing: current)
      if let cloneName {
        do {
          draft = try draft.clone(name: cloneName)
          policy = PolicyReference(overridePolicy: draft.value ?? .null)
        } catch {
          complaint = "\(error)"
        }
      }
    }
    staleness = stale(facts.current)
    let base = cloneName == nil ? facts.current : nil
    sights = DraftSights(facts.fleet, base: base, scope: policy.overrideScope)
    refresh()
    if let first = rows.firstIndex(where: { $0.pointer == OverrideDraft.pointer(rule: 0) }) {
      if cursor == 0 { cursor = first }
    }
    look()
    return staleness
  }

  private func stale(_ current: JSONValue?) -> String? {
    guard let base = draft.base else {
      guard cloneName == nil, current != nil else { return nil }
      return "there is a \(policy.kind) \(policy.key) already; this one needs another name"
    }
    guard let current else {
      return "the policy has been deleted since this draft was begun; saving can make it anew"
    }
    if OverrideDraft.editable(current) == OverrideDraft.editable(base) { return nil }
    return "somebody has changed the policy since this draft was begun; saving brings both together"
  }

  mutating func noteSaved(_ report: SaveReport, _ plan: SavePlan) {
    staleness = nil
    guard let saved = report.saved else { return }
    if canary == nil {
      draft.rebase(onto: saved, as: plan.result ?? saved)
      draft.settle()
    } else {
      draft.rebase(onto: saved, as: draft.value ?? saved)
    }
    canary = nil
    reach = nil
    if let fleet = sights?.fleet {
      sights = DraftSights(fleet, base: saved, scope: policy.overrideScope)
    }
    refresh()
  }
}
