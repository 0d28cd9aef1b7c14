import Manifest

extension SaveIntent {
  /// The change after a person has decided what of two people's is to stay: it begins from their
  /// version now. The text goes with it where it can be changed in place.
  public func resolved(as merged: JSONValue, onto theirs: JSONValue?) -> SaveIntent {
    var intent = self
    intent.base = theirs
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
  /// Goes on from another version on the server, with what has become of both: comments and what
  /// can be undone stay. Where the text cannot be changed in place it is written anew.
  public mutating func rebase(onto theirs: JSONValue?, as merged: JSONValue) {
    do { try become(merged) } catch { rewrite(merged) }
    base = theirs
    baseText = theirs.map { YAML.write(OverrideDraft.editable($0)) } ?? ""
  }
}
