import Manifest

extension SaveIntent {
  /// The change after a person has decided what of two people's is to stay: it begins from their
  /// version now. The text goes with it where it can be changed in place.
  public func resolved(as merged: JSONValue, onto theirs: JSONValue?) -> SaveIntent {
    var intent = self
    intent.base = theirs
    intent.drafted = drafted ?? wanted
    intent.wanted = merged
    intent.text = text.flatMap { text in
      var draft = OverrideDraft(text: text)
      do { try draft.become(merged) } catch { return nil }
      return draft.text
    }
    return intent
  }
}

extension OverrideDraft {
  /// Goes on after its policy was saved, by whatever plan, with every change that was not sent: what
  /// was typed since, what a canary has left out, all of it where something else was undone.
  ///
  /// Others' changes that were saved together with it come into the text where nothing contradicts
  /// them. Where something does, while the text cannot be read, or is held, it stays as it is and
  /// counts as begun before those changes: saving it brings both together, or asks.
  ///
  /// - Parameters:
  ///   - saved: the policy as the server has it; nil after a deletion, which changes no draft.
  ///   - isHeld: somebody is typing at a place of the text, or has it in an editor.
  public mutating func goOn(after plan: SavePlan, saved: JSONValue?, isHeld: Bool = false) {
    // An undo has nothing of the draft in it: what both have in common is where that began.
    let intent = plan.intent
    let sent = intent.undoes == nil ? intent.drafted ?? intent.wanted : base
    guard let saved, let sent else { return }
    // A new policy that is called like one that was there is no version of that.
    guard base != nil || intent.base == nil else { return }
    if says(sent, as: saved) { return begin(from: saved) }
    guard let mine = value, !isHeld else { return begin(from: sent) }
    let merge = OverrideMerge(base: sent, mine: mine, theirs: saved)
    guard merge.conflicts.isEmpty else { return begin(from: sent) }
    let merged = merge.preview([:])
    if !says(mine, as: merged) {
      do { try become(merged) } catch { rewrite(merged) }
      // A step back would take their change out again, and saving that would undo it.
      forgetHistory()
    }
    begin(from: saved)
  }

  private mutating func begin(from version: JSONValue) {
    base = version
    baseText = YAML.write(OverrideDraft.editable(version))
    if let value, says(value, as: version) { settle() }
  }

  private func says(_ policy: JSONValue, as other: JSONValue) -> Bool {
    OverrideDraft.editable(policy) == OverrideDraft.editable(other)
  }

  /// Takes a text that comes back from where another was handed out. What has changed here meanwhile
  /// stays, but for places that the new text has changed too.
  public mutating func setText(_ new: String, since handedOut: String) {
    let here = text == handedOut ? nil : value
    setText(new)
    guard let here, let mine = value, let begun = OverrideDraft(text: handedOut).value else {
      return
    }
    let merged = OverrideMerge(base: begun, mine: mine, theirs: here).preview([:])
    guard !says(mine, as: merged) else { return }
    do { try become(merged) } catch { rewrite(merged) }
  }
}
