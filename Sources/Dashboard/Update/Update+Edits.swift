import Karmada
import Manifest

// The edits of override policies in the journal, any of which can be undone.

extension AppState {
  mutating func listEdits() -> [Effect] {
    editsToken = newToken()
    return [.override(.listEdits(token: editsToken))]
  }

  mutating func take(_ result: Result<[OverrideEdit], OverrideComplaint>, editsOf token: Int) {
    guard token == editsToken else { return }
    switch result {
    case .failure(let complaint): message = StatusMessage(.error, complaint.text)
    case .success(let found):
      edits = found
      // The keys that come next are meant for what stands there.
      guard prompt == nil, confirmation == nil else {
        message = StatusMessage(.info, "the edits have been read meanwhile; :edits again")
        return
      }
      showPage("Edits of override policies", editLines)
    }
  }

  private var editLines: [Line] {
    if edits.isEmpty { return [[Span("The journal knows of none.", .statusEmpty)]] }
    let made = edits.filter { SaveReport.Outcome.mayHaveSaved($0.outcome) }
    let undone = Set(made.compactMap(\.undoes))
    var lines: [Line] = []
    for edit in edits {
      let outcome = edit.outcome.flatMap(SaveReport.Outcome.init)
      let role: Role = outcome.map { $0.isSaved ? .good : .muted } ?? .warning
      let mark = undone.contains(edit.id) ? "  undone" : ""
      lines.append([
        Span(edit.at.rfc3339, .muted), Span("  \(edit.action) ", .label),
        Span("\(edit.policy.kind) \(edit.policy.key)", .title),
        Span("  \(edit.outcome ?? "unknown")", role), Span(mark, .muted),
      ])
      lines += TextWrap.wrap(
        [
          Span("  \(edit.id)", .key), Span("  \(edit.by): \(edit.reason)"),
          Span(edit.undoes.map { "  undoes \($0)" } ?? "", .muted),
        ], width: layout.textWidth)
    }
    return [[Span(":undo ID", .key), Span(" shows what undoing one would do")], []] + lines
  }

  /// What may follow `:undo`.
  var undoable: [String] {
    var names = edits.map(\.id)
    for policy in edits.map(\.policy.key.description) where !names.contains(policy) {
      names.append(policy)
    }
    return names
  }
}
