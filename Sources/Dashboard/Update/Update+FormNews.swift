import Karmada
import Manifest

// What the form over an override policy hears from outside.

extension AppState {
  mutating func takeEditing(_ news: OverrideNews) -> [Effect] {
    switch news {
    case .facts(let question, let result): return take(result, question: question)
    case .previewed(let question, let revision, let reach):
      guard let page = form(asking: question), page.revision == revision else { return [] }
      changeForm(page.token) { page in
        page.reach = reach
        page.previewed = revision
        page.look()
      }
    case .drafts(let left): take(left: left)
    case .draftTrouble(let why): message = StatusMessage(.error, why)
    case .edits(let token, let result): take(result, editsOf: token)
    case .policy(let token, let result): return takeOriginal(result, token: token)
    case .edited(let token, let result): return takeEdited(result, token: token)
    case .planned, .progress, .ended: break
    }
    return []
  }

  private func form(asking question: Int) -> FormPage? {
    for case .form(let page) in overlays where page.question == question { return page }
    return nil
  }

  private mutating func take(
    _ result: Result<SaveFacts, OverrideComplaint>, question: Int
  ) -> [Effect] {
    guard let token = form(asking: question)?.token else { return [] }
    var words: String?
    let height = layout.formHeight
    changeForm(token) { page in
      switch result {
      case .failure(let complaint): page.complaint = complaint.text
      case .success(let facts):
        let isFirst = page.isLoading
        words = page.take(facts)
        // Later the cursor is where somebody has put it.
        if isFirst { page.selectFirstRule(height: height) }
      }
    }
    if let words { message = StatusMessage(.error, words) }
    guard let page = form(token), page.complaint == nil else { return [] }
    return [preview(page)].compactMap { $0 }
  }

  // MARK: $EDITOR

  /// The draft's text as the operator has left it in the editor.
  private mutating func takeEdited(
    _ result: Result<String, OverrideComplaint>, token: Int
  ) -> [Effect] {
    guard let handedOut = inEditor, handedOut.token == token else { return [] }
    inEditor = nil
    let policy = handedOut.draft.policy
    switch result {
    case .failure(let complaint):
      message = StatusMessage(.error, complaint.text)
      return [.override(.endEditing(policy, failure: complaint.text))]
    case .success(let text):
      return take(text, of: handedOut) + [.override(.endEditing(policy, failure: nil))]
    }
  }

  private mutating func take(_ text: String, of handedOut: DraftInEditor) -> [Effect] {
    changeForm(handedOut.token) { $0.draft.setText(text, since: handedOut.draft.text) }
    guard let page = form(handedOut.token) else {
      // The form was closed in the moment before the editor came up.
      let policy = handedOut.draft.policy
      let kept = drafts[policy] ?? handedOut.draft
      var draft = kept.draft
      draft.setText(text, since: handedOut.draft.text)
      message = StatusMessage(
        .info, "what comes from your editor is kept: :draft \(policy.key) goes on with it")
      return keep(draft, of: policy, origin: kept.origin)
    }
    if let failure = page.draft.failure {
      message = StatusMessage(.error, "\(failure): E goes on; nothing is lost")
    }
    return followDraft(page.token)
  }

  // MARK: Clones

  /// Reads a policy; one of another name begins with what it says.
  mutating func clone(as name: String) -> [Effect] {
    guard let policy = selectedOverridePolicy else { return [] }
    let clone = PendingClone(token: newToken(), policy: policy, name: name)
    cloning = clone
    return [.override(.readPolicy(token: clone.token, policy))]
  }

  private mutating func takeOriginal(
    _ result: Result<JSONValue?, OverrideComplaint>, token: Int
  ) -> [Effect] {
    guard let clone = cloning, clone.token == token else { return [] }
    cloning = nil
    let title = "\(clone.policy.kind) \(clone.policy.key)"
    switch result {
    case .failure(let complaint): message = StatusMessage(.error, complaint.text)
    case .success(nil): message = StatusMessage(.error, "there is no \(title) any more")
    case .success(let original?):
      // Keys that are meant for another page may not fall into this one.
      guard overlays.isEmpty else {
        message = StatusMessage(.info, "\(title) was read too late; :clone again")
        return []
      }
      do throws(OverrideDraftFailure) {
        return openForm(new: try OverrideDraft(editing: original).clone(name: clone.name))
      } catch {
        message = StatusMessage(.error, "\(error)")
      }
    }
    return []
  }

  // MARK: Saved

  /// What is on the server now is what every draft of the policy goes on from.
  ///
  /// - Parameter saved: the policy as the server has it; nil after a deletion.
  mutating func noteSaved(_ plan: SavePlan, saved: JSONValue?) -> [Effect] {
    overrides.look?.isOutdated = true
    let policy = plan.intent.policy
    // Only what was made can be what a new policy of another name has become.
    func isAbout(_ kept: PolicyReference, _ isSo: Bool) -> Bool {
      isSo && (kept == policy || plan.intent.base == nil)
    }
    var effects: [Effect] = []
    var isOpen = false
    for i in overlays.indices {
      guard case .form(var page) = overlays[i], isAbout(page.policy, page.isAbout(policy)) else {
        continue
      }
      isOpen = true
      if page.policy != policy {
        effects += forgetDraft(page.policy, origin: page.origin)
        (page.policy, page.origin) = (policy, "")
      }
      page.noteSaved(saved, plan, isHeld: isHeld(page, at: i))
      effects.append(readFacts(for: &page))
      overlays[i] = .form(page)
      if !page.isLoading { effects += keepOrForget(page.draft, policy, page.origin) }
    }
    let kept = drafts[policy] ?? keptDrafts.first { isAbout($0.policy, $0.isAbout(policy)) }
    if !isOpen, let kept {
      var (draft, origin) = (kept.draft, kept.origin)
      draft.goOn(after: plan, saved: saved, isHeld: inEditor?.draft.policy == kept.policy)
      if kept.policy != policy {
        effects += forgetDraft(kept.policy, origin: origin)
        origin = ""
      }
      effects += keepOrForget(draft, policy, origin)
    }
    return effects
  }

  /// Somebody is typing at a place of its text, or has the text in an editor.
  private func isHeld(_ page: FormPage, at index: Int) -> Bool {
    if inEditor?.token == page.token || page.walk != nil { return true }
    if case .prompt? = overlays[(index + 1)...].first { return true }
    return false
  }

  private mutating func keepOrForget(
    _ draft: OverrideDraft, _ policy: PolicyReference, _ origin: String
  ) -> [Effect] {
    draft.isChanged
      ? keep(draft, of: policy, origin: origin) : forgetDraft(policy, origin: origin)
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
    }
    staleness = stale(facts.current)
    sights = DraftSights(facts.fleet, base: facts.current, scope: policy.overrideScope)
    refresh()
    return staleness
  }

  private func stale(_ current: JSONValue?) -> String? {
    guard let base = draft.base else {
      guard current != nil else { return nil }
      return "there is a \(policy.kind) \(policy.key) already; this one needs another name"
    }
    guard let current else {
      return "the policy has been deleted since this draft was begun; saving can make it anew"
    }
    if OverrideDraft.editable(current) == OverrideDraft.editable(base) { return nil }
    return "somebody has changed the policy since this draft was begun; saving brings both together"
  }

  mutating func noteSaved(_ saved: JSONValue?, _ plan: SavePlan, isHeld: Bool) {
    guard !isLoading else { return }
    let (before, pointer) = (draft.value, row?.pointer)
    draft.goOn(after: plan, saved: saved, isHeld: isHeld)
    staleness = stale(saved)
    reach = nil
    revision += 1
    if let fleet = sights?.fleet {
      sights = DraftSights(fleet, base: saved, scope: policy.overrideScope)
    }
    refresh()
    guard let pointer, let before, let after = draft.value else { return }
    // What is typed next belongs where the cursor was, wherever that has gone.
    select(pointer.following(from: before, to: after))
    look()
  }
}

extension JSONPointer {
  /// Where what it points to in one document stands in another, in which elements of lists may have
  /// moved; an element that is not there unchanged is looked for at its old place.
  fileprivate func following(from old: JSONValue, to new: JSONValue) -> JSONPointer {
    var (old, new): (JSONValue?, JSONValue?) = (old, new)
    var place = JSONPointer()
    for token in tokens {
      var found = token
      if let index = Int(token), let mine = old?.array, mine.indices.contains(index),
        let theirs = new?.array, new?[JSONPointer(tokens: [token])] != mine[index],
        let moved = theirs.firstIndex(of: mine[index])
      {
        found = String(moved)
      }
      old = old?[JSONPointer(tokens: [token])]
      new = new?[JSONPointer(tokens: [found])]
      place = place.appending(found)
    }
    return place
  }
}
