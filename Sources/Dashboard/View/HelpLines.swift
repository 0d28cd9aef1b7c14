extension AppState {
  /// The help page: what can be done where it was opened, then everything else.
  func helpLines(width: Int) -> [Line] {
    let here: InputContext = form != nil ? .form : topText == nil ? .list : .text
    var lines: [Line] = []
    section("Here", Command.table.filter { $0.contexts.contains(here) }, width, &lines)
    section(
      "With : only", Command.table.filter { keymap.keys(of: $0.id).isEmpty }, width, &lines)
    if here == .list {
      section("In a page of text", Command.table.filter { $0.contexts == [.text] }, width, &lines)
    }
    lines.append([Span("Filter words", .title)])
    for (word, help) in Self.filterHelp(fields: filterFields) {
      row(word, help, width, muted: false, &lines)
    }
    return lines
  }

  private static func filterHelp(fields: [FilterField]) -> [(String, String)] {
    [
      ("word", "fuzzy, over what the row shows: wdc finds wordcount"),
      (
        "field:value",
        "exact, * for anything; here: \(fields.map(\.rawValue).joined(separator: " "))"
      ),
      ("!word", "rows that do not match"),
      ("a b", "both must hold; \"quotes\" keep spaces"),
    ]
  }

  private func section(
    _ title: String, _ commands: [Command], _ width: Int, _ lines: inout [Line]
  ) {
    guard !commands.isEmpty else { return }
    lines.append([Span(title, .title)])
    for command in commands {
      let keys = keymap.keys(of: command.id).map(\.name).joined(separator: " ")
      let hint = command.argument.hint.map { " \($0)" } ?? ""
      let reason = command.disabledReason(self)
      let help = reason.map { "\(command.help) (Not now: \($0).)" } ?? command.help
      row(
        keys.isEmpty ? ":\(command.id.rawValue)\(hint)" : keys, help, width, muted: reason != nil,
        &lines)
    }
    lines.append([])
  }

  private func row(
    _ key: String, _ help: String, _ width: Int, muted: Bool, _ lines: inout [Line]
  ) {
    let indent = 22
    let padded = key.count < indent - 2 ? key + spaces(indent - 2 - key.count) : key + " "
    let pieces = TextWrap.wrap(help, width: max(16, width - max(indent, padded.count + 2)))
    for (i, piece) in pieces.enumerated() {
      let lead = i == 0 ? Span("  " + padded, .key) : Span(spaces(indent))
      lines.append([lead, Span(piece, muted ? .muted : .text)])
    }
  }

  private func spaces(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }
}
