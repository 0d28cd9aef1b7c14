import Dashboard
import Karmada
import Manifest

/// Works out how far drafts reach, beside the screen's own thread. What has been rendered for one
/// keystroke is there for the next.
actor PreviewDesk {
  private var preview: DraftPreview?
  private var token = 0
  private var newest = 0

  /// The fleet that drafts of a form are held against.
  func begin(_ facts: SaveFacts, _ policy: PolicyReference, token: Int) {
    guard token >= self.token else { return }
    self.token = token
    newest = 0
    let base = facts.current.flatMap {
      OverridePolicySpec(readable: $0, scope: policy.overrideScope)
    }
    preview = DraftPreview(facts.fleet, base: base, scope: policy.overrideScope)
  }

  /// nil when a newer draft has come meanwhile, or the draft cannot be read.
  func reach(of draft: JSONValue, token: Int, revision: Int) async -> FormPage.Reach? {
    guard token == self.token else { return nil }
    newest = max(newest, revision)
    // Keys that were typed while the one before was worked out count as one.
    await Task.yield()
    guard revision == newest, token == self.token, var preview,
      let spec = OverridePolicySpec(
        readable: draft,
        scope: OverridePolicySpec.Scope(rawValue: draft["kind"]?.string ?? "") ?? .namespaced)
    else { return nil }
    // Not held twice, so that what is rendered is not copied.
    self.preview = nil
    preview.update(spec)
    let reach = SaveReach(preview)
    let found = FormPage.Reach(
      sentence: reach.sentence,
      changes: reach.changes.map { change in
        FormPage.Reach.Change(
          object: change.index, clusters: change.groups.flatMap(\.clusters) + change.heldBack)
      }, hazards: preview.hazards())
    self.preview = preview
    return found
  }
}
