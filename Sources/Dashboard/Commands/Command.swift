/// Names one thing the operator can do. The raw value is what the configuration, `quarterdeck
/// keys` and the `:` prompt call it.
public enum CommandID: String, CaseIterable, Hashable, Sendable {
  case up, down
  case pageUp = "page-up"
  case pageDown = "page-down"
  case halfPageUp = "half-page-up"
  case halfPageDown = "half-page-down"
  case top, bottom
  case left, right
  case open, back
  case clusters, bindings, failovers, overrides, rollbacks, policies, events
  case nextPane = "next-pane"
  case previousPane = "previous-pane"
  case describe, yaml, template
  case diff, split
  case nextCluster = "next-cluster"
  case previousCluster = "previous-cluster"
  case timeline, acknowledge, since
  case release, reschedule, taint, untaint
  case managedFields = "managed-fields"
  case wrap
  case filter, find
  case findNext = "find-next"
  case findPrevious = "find-previous"
  case sort
  case sortNext = "sort-next"
  case sortInvert = "sort-invert"
  case mark
  case clearMarks = "clear-marks"
  case copy
  case freeze, refresh, poll
  case theme, mouse
  case arm, disarm
  case rollback, run, confirm, abort, resume, undo, accept
  case save, delete
  case acknowledgeHazard = "acknowledge-hazard"
  case chooseMine = "keep-mine"
  case chooseTheirs = "keep-theirs"
  case chooseBoth = "keep-both"
  case chooseBase = "keep-neither"
  case undecide
  case replan = "look-again"
  case saveAsNew = "save-as-new"
  case stopWatching = "stop-watching"
  case edits
  case edit, editor, draft, discard, clone, canary, change, remove, additions, duplicate, redo
  case newPolicy = "new-policy"
  case guide
  case nextObject = "next-object"
  case moveUp = "move-up"
  case moveDown = "move-down"
  case toRule = "to-rule"
  case adoptTopLevel = "adopt-top-level"
  case takeBack = "step-back"
  case restoreFlag = "restore-flag"
  case keepSecrets = "keep-secrets"
  case seek, speed
  case scenario, fault
  case command, help, repaint, suspend, quit
}

/// Where the keys go now.
public enum InputContext: String, CaseIterable, Hashable, Sendable {
  case list
  /// A page of text: YAML, a description, help.
  case text
  /// The form over an override policy.
  case form
  case prompt
}

/// One record a command: the key line, `?`, `:`, `quarterdeck keys` and the README's key table
/// are all made from it.
public struct Command: Sendable {
  /// What may follow the command's name at the `:` prompt.
  public enum Argument: Hashable, Sendable {
    case none
    case required(String)
    case optional(String)

    /// "SECONDS", as help shows it.
    public var hint: String? {
      switch self {
      case .none: nil
      case .required(let hint): hint
      case .optional(let hint): "[\(hint)]"
      }
    }
  }

  public var id: CommandID
  /// Two or three words for the key line and menus.
  public var title: String
  /// One sentence for help.
  public var help: String
  public var keys: [Key]
  public var contexts: Set<InputContext>
  public var argument: Argument
  /// What it is done to may be named: then `disabledReason`, which is of what is selected, is none.
  public var argumentSuffices: Bool
  /// Changes something on a server: needs an armed session.
  public var writes: Bool
  /// How early it shows in the key line; nil leaves it to `?`.
  public var keyLineRank: Int?
  /// Why it cannot be done now; nil when it can.
  public var disabledReason: @Sendable (AppState) -> String?

  public init(
    _ id: CommandID, _ title: String, _ help: String, keys: [Key],
    in contexts: Set<InputContext> = [.list], argument: Argument = .none,
    argumentSuffices: Bool = false, writes: Bool = false, keyLineRank: Int? = nil,
    disabled: @escaping @Sendable (AppState) -> String? = { _ in nil }
  ) {
    self.id = id
    self.title = title
    self.help = help
    self.keys = keys
    self.contexts = contexts
    self.argument = argument
    self.argumentSuffices = argumentSuffices
    self.writes = writes
    self.keyLineRank = keyLineRank
    disabledReason = disabled
  }
}
