/// The line of what the keys do now.
public enum KeyHints {
  public struct Hint: Hashable, Sendable {
    public var key: String
    public var title: String
    /// The higher the number, the sooner a narrow screen leaves it out.
    public var priority: Int
  }

  /// Where everything else can be looked up stays on the screen when hardly anything does.
  private static let helpPriority = 15

  /// In the order in which they stand; a narrow screen leaves out what matters least.
  public static func hints(for state: AppState) -> [Hint] {
    if let confirmation = state.confirmation {
      let enter = confirmation.focus == .cancel ? "cancel" : confirmation.button
      return [
        Hint(key: "Enter", title: enter, priority: 0),
        Hint(key: "Tab", title: "other button", priority: 1),
        Hint(key: "Esc", title: "cancel", priority: 2),
      ]
    }
    let context = state.context
    return typedHints(for: state)
      + Command.table
      .filter { $0.contexts.contains(context) && $0.keyLineRank != nil }
      .filter { $0.disabledReason(state) == nil && isUseful($0.id, state) }
      .sorted { ($0.keyLineRank ?? 0) < ($1.keyLineRank ?? 0) }
      .compactMap { command in
        state.keymap.keyName(of: command.id).map { key in
          let rank = command.id == .help ? helpPriority : command.keyLineRank ?? 0
          return Hint(key: key, title: title(command, state), priority: rank)
        }
      }
  }

  /// What a page of a rollback or of a policy's saving can be told: typed, as no single key changes
  /// anything.
  private static func typedHints(for state: AppState) -> [Hint] {
    let words: [(CommandID, String)]
    switch state.overlays.last {
    case .rollback:
      words = [
        (.confirm, "delete"), (.run, "run it"), (.resume, "go on"), (.abort, "abort"),
        (.undo, "undo it"),
      ]
    case .save:
      words = [
        (.saveAsNew, "make it anew"), (.stopWatching, "watch no longer"), (.undo, "undo it"),
      ]
    default: return []
    }
    func isAble(_ id: CommandID) -> Bool { Command.named(id)?.disabledReason(state) == nil }
    let hints = words.filter { isAble($0.0) }.map {
      Hint(key: ":\($0.0.rawValue)", title: $0.1, priority: 1)
    }
    // With ctrl-s a policy is saved; of the rest of that page nothing changes anything.
    let changesSomething = state.savePage == nil ? !hints.isEmpty : isAble(.save)
    guard changesSomething, state.arming == nil, state.replay == nil else { return hints }
    return [Hint(key: ":arm 15m WHY", title: "first", priority: 0)] + hints
  }

  /// Esc is worth a place only where there is something to go back from.
  private static func isUseful(_ id: CommandID, _ state: AppState) -> Bool {
    // Enter does the same there.
    if id == .diff { return state.pane != .overrides }
    // In that pane it opens the same page as Enter.
    if id == .describe, state.pane == .failovers { return false }
    guard id == .back else { return true }
    return !state.overlays.isEmpty || !state.trail.isEmpty
      || !state.filterText(of: state.pane).isEmpty || state.activeMarkCount > 0
  }

  private static func title(_ command: Command, _ state: AppState) -> String {
    switch command.id {
    case .quit where !state.overlays.isEmpty: "close"
    case .save where state.savePage?.plan.map({ $0.intent.wanted == nil }) == true: "delete"
    case .open:
      switch state.pane {
      case .clusters: "its bindings"
      case .policies: "its bindings"
      case .rollbacks: "open"
      case .overrides: state.overrides.look == nil ? "its objects" : "whole look"
      case .events: "its object"
      case .bindings: "open"
      case .failovers: "timeline"
      }
    default: command.title
    }
  }
}
