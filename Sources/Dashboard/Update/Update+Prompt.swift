extension Prompt.Kind {
  /// Something of a draft is typed.
  var isOfForm: Bool {
    switch self {
    case .field, .key, .guided, .guidedKey: true
    case .command, .filter, .find, .acknowledgement: false
    }
  }
}

extension Prompt {
  mutating func insert(_ string: String) {
    let head = text.prefix(cursor) + string
    text = String(head) + text.dropFirst(cursor)
    // Counted anew: a combining mark joins the character before it.
    cursor = head.count
  }

  mutating func replaceText(_ new: String) {
    text = new
    cursor = new.count
  }

  mutating func deleteBackward() {
    guard cursor > 0, cursor <= text.count else { return }
    text.remove(at: text.index(text.startIndex, offsetBy: cursor - 1))
    cursor -= 1
  }

  mutating func deleteForward() {
    guard cursor < text.count else { return }
    text.remove(at: text.index(text.startIndex, offsetBy: cursor))
  }

  /// Deletes the word before the cursor, as a shell's ctrl-w does.
  mutating func deleteWord() {
    let head = text.prefix(cursor)
    let kept = head.reversed().drop { $0 == " " }.drop { $0 != " " }.reversed()
    let tail = text.dropFirst(cursor)
    text = String(kept) + tail
    cursor = kept.count
  }

  mutating func deleteToStart() {
    text = String(text.dropFirst(cursor))
    cursor = 0
  }
}

extension AppState {
  /// A key typed into the prompt.
  mutating func type(_ key: Key) -> [Effect] {
    guard var prompt else { return [] }
    switch key {
    case .character(let character): prompt.insert(String(character))
    case .backspace where prompt.text.isEmpty: return closePrompt()
    case .backspace: prompt.deleteBackward()
    case .delete, .ctrl("d"): prompt.deleteForward()
    case .ctrl("w"), .alt("\u{7f}"): prompt.deleteWord()
    case .ctrl("u"): prompt.deleteToStart()
    case .left, .ctrl("b"): prompt.cursor = max(0, prompt.cursor - 1)
    case .right, .ctrl("f"): prompt.cursor = min(prompt.text.count, prompt.cursor + 1)
    case .home, .ctrl("a"): prompt.cursor = 0
    case .end, .ctrl("e"): prompt.cursor = prompt.text.count
    case .tab: complete(&prompt)
    case .up, .ctrl("p"): recall(&prompt, step: -1)
    case .down, .ctrl("n"): recall(&prompt, step: 1)
    case .enter: return accept(prompt)
    case .escape, .ctrl("c"): return closePrompt()
    default:
      message = StatusMessage(.info, "\(key.name) does nothing in a prompt; Esc leaves it")
      return []
    }
    return replacePrompt(prompt)
  }

  /// Puts the changed line back and, while filtering, searching or changing a field, follows it at
  /// once.
  mutating func replacePrompt(_ prompt: Prompt) -> [Effect] {
    guard case .prompt(let old)? = overlays.last else { return [] }
    overlays[overlays.count - 1] = .prompt(prompt)
    switch prompt.kind {
    case .command, .acknowledgement, .key, .guidedKey: break
    case .guided: followGuided(prompt.text)
    case .filter: setFilter(prompt.text, of: pane)
    case .find: changeTopText { $0.find = prompt.text }
    case .field(let pointer, _):
      // The cursor moves without changing anything.
      if old.text != prompt.text { return follow(prompt, pointer) }
    }
    return []
  }

  /// Leaves the prompt and undoes what it did while typing.
  private mutating func closePrompt() -> [Effect] {
    guard let prompt else { return [] }
    overlays.removeLast()
    switch prompt.kind {
    case .command, .acknowledgement, .key, .guidedKey: break
    case .guided: _ = stepBackInWalk()
    case .filter(let before): setFilter(before, of: pane)
    case .find(let before): changeTopText { $0.find = before }
    case .field(_, let before): return takeTypingBack(before: before)
    }
    return []
  }

  private mutating func accept(_ prompt: Prompt) -> [Effect] {
    overlays.removeLast()
    switch prompt.kind {
    case .filter:
      settle()
      return []
    case .find:
      findMatch(forward: true, fromHere: true)
      return []
    case .command: return runLine(prompt.text)
    case .acknowledgement(let id): return acknowledge(id, because: prompt.text)
    case .field(let pointer, let before):
      return finishTyping(pointer, before: before, text: prompt.text)
    case .key(let parent): return finishKey(prompt.text, of: parent)
    case .guided: return finishWalk()
    case .guidedKey: return finishGuidedKey(prompt.text)
    }
  }

  /// Runs a line of the `:` prompt: a command's name, or the start of only one, and an argument.
  mutating func runLine(_ line: String) -> [Effect] {
    let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
    guard let name = parts.first else { return [] }
    if commandHistory.last != line { commandHistory.append(line) }
    if commandHistory.count > 200 { commandHistory.removeFirst() }
    let argument = parts.count > 1 ? parts[1].trimmed : ""
    let candidates = CommandWords.commands(startingWith: name.lowercased())
    guard
      let command = candidates.first(where: { $0.id.rawValue == name.lowercased() })
        ?? (candidates.count == 1 ? candidates.first : nil)
    else {
      message = StatusMessage(.error, CommandWords.complaint(String(name), candidates))
      return []
    }
    if case .required(let hint) = command.argument, argument.isEmpty {
      message = StatusMessage(.error, ":\(command.id.rawValue) needs \(hint)")
      return []
    }
    if command.argument == .none, !argument.isEmpty {
      message = StatusMessage(.error, ":\(command.id.rawValue) takes nothing after its name")
      return []
    }
    if !command.contexts.contains(context), overlays.isEmpty {
      message = StatusMessage(.info, ":\(command.id.rawValue) works in a page only")
      return []
    }
    // From a page, a command of the list closes the page first.
    if !command.contexts.contains(context) { overlays = [] }
    return run(command.id, argument: argument)
  }

  // MARK: Completion and history

  private mutating func complete(_ prompt: inout Prompt) {
    let all = CommandWords.completions(of: prompt, in: self)
    guard let first = all.first else { return }
    let common = all.dropFirst().reduce(first) { $0.commonPrefix(with: $1) }
    // A field waits for its value, right behind the colon; what is typed into a form is all there
    // is to it.
    if prompt.kind.isOfForm {
      // A second Tab takes the first that it may be.
      return prompt.replaceText(common == prompt.text || common.isEmpty ? first : common)
    }
    let isWhole = all.count == 1 && !first.hasSuffix(":")
    prompt.replaceText(isWhole ? first + " " : common)
  }

  private func recall(_ prompt: inout Prompt, step: Int) {
    guard prompt.kind == .command, !commandHistory.isEmpty else { return }
    let at = (prompt.historyIndex ?? commandHistory.count) + step
    guard at >= 0, at <= commandHistory.count else { return }
    if prompt.historyIndex == nil { prompt.draft = prompt.text }
    prompt.historyIndex = at == commandHistory.count ? nil : at
    prompt.replaceText(at == commandHistory.count ? prompt.draft : commandHistory[at])
  }
}

/// What may be typed at the `:` prompt.
public enum CommandWords {
  /// Commands that can be typed: everything but plain cursor movement.
  public static let typeable: [Command] = Command.table.filter { command in
    switch command.id {
    case .up, .down, .left, .right, .pageUp, .pageDown, .halfPageUp, .halfPageDown, .top,
      .bottom, .open, .back, .command:
      false
    default: true
    }
  }

  static func commands(startingWith prefix: String) -> [Command] {
    typeable.filter { $0.id.rawValue.hasPrefix(prefix) }
  }

  /// Whole lines that the typed one may become.
  public static func completions(of prompt: Prompt, in state: AppState) -> [String] {
    switch prompt.kind {
    case .find, .acknowledgement, .guided, .guidedKey: return []
    case .field(let pointer, _): return state.candidates(at: pointer, typed: prompt.text)
    case .key(let parent):
      return state.candidates(at: parent.appending(""), typed: prompt.text)
    case .filter: return filterCompletions(prompt.text, state)
    case .command: break
    }
    guard let space = prompt.text.firstIndex(of: " ") else {
      return commands(startingWith: prompt.text.lowercased()).map(\.id.rawValue)
    }
    let name = prompt.text[..<space]
    let typed = prompt.text[prompt.text.index(after: space)...]
    guard let id = CommandID(rawValue: String(name)) else { return [] }
    if id == .fault { return state.faultCompletions(String(typed)).map { "\(name) \($0)" } }
    return arguments(of: id, in: state).filter { $0.hasPrefix(typed) }.map { "\(name) \($0)" }
  }

  private static func arguments(of id: CommandID, in state: AppState) -> [String] {
    switch id {
    case .theme: state.options.themes
    case .poll: ["5", "15", "60", "off"]
    case .sort: state.columnIDs
    case .clusters: fieldNames(ClusterRow.self)
    case .bindings: fieldNames(BindingRow.self)
    case .failovers: fieldNames(FailoverRow.self)
    case .since: ["1h", "24h", "7d", "all"]
    case .overrides: fieldNames(OverrideRow.self)
    case .rollbacks: fieldNames(RollbackRow.self)
    case .policies: fieldNames(PolicyRow.self)
    case .accept: state.acceptableHazards
    case .undo: state.undoable
    case .toRule: (0..<(state.form?.draft.ruleCount ?? 0)).map { String($0 + 1) }
    case .draft: state.keptDrafts.map { $0.policy.key.description }
    case .canary: state.form?.sights?.fleet.clusters.map(\.name) ?? []
    case .events: fieldNames(EventRow.self)
    default: []
    }
  }

  private static func fieldNames<Row: ListRow>(_: Row.Type) -> [String] {
    Row.filterFields.map { $0.rawValue + ":" }
  }

  private static func filterCompletions(_ text: String, _ state: AppState) -> [String] {
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    guard let last = words.last, !last.isEmpty, !last.contains(":") else { return [] }
    let before = text.dropLast(last.count)
    return state.filterFields.map { $0.rawValue + ":" }.filter { $0.hasPrefix(last) }
      .map { before + $0 }
  }

  static func complaint(_ name: String, _ candidates: [Command]) -> String {
    if candidates.isEmpty { return "no command “\(name)”; Tab completes, ? lists them" }
    let names = candidates.map(\.id.rawValue).joined(separator: " ")
    return "“\(name)” may be any of: \(names)"
  }
}

extension PaneID {
  /// What the columns of its list are called in commands and settings.
  public var columnIDs: [String] {
    switch self {
    case .clusters: ClusterRow.columns.map(\.id)
    case .bindings: BindingRow.columns.map(\.id)
    case .failovers: FailoverRow.columns.map(\.id)
    case .overrides: OverrideRow.columns.map(\.id)
    case .rollbacks: RollbackRow.columns.map(\.id)
    case .policies: PolicyRow.columns.map(\.id)
    case .events: EventRow.columns.map(\.id)
    }
  }
}

extension AppState {
  var columnIDs: [String] { pane.columnIDs }

  public var filterFields: [FilterField] {
    switch pane {
    case .clusters: ClusterRow.filterFields
    case .bindings: BindingRow.filterFields
    case .failovers: FailoverRow.filterFields
    case .overrides: OverrideRow.filterFields
    case .rollbacks: RollbackRow.filterFields
    case .policies: PolicyRow.filterFields
    case .events: EventRow.filterFields
    }
  }
}

extension StringProtocol {
  var trimmed: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }

  func commonPrefix(with other: some StringProtocol) -> String {
    String(zip(self, other).prefix { $0 == $1 }.map(\.0))
  }
}
