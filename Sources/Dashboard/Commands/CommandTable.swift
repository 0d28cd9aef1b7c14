import Karmada

extension Command {
  /// Every command there is.
  public static let table: [Command] =
    looking + narrowing + panes + data + editing + changing + rollingBack + overriding + program
    + movement

  public static func named(_ id: CommandID) -> Command? { byID[id] }

  private static let byID = Dictionary(
    table.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })

  private static let movement: [Command] = [
    Command(
      .up, "up", "Moves one row or line up.", keys: [.up, .character("k")],
      in: [.list, .text, .form]),
    Command(
      .down, "down", "Moves one row or line down.", keys: [.down, .character("j")],
      in: [.list, .text, .form]),
    Command(
      .pageUp, "page up", "Moves a screenful up.", keys: [.pageUp, .ctrl("b")],
      in: [.list, .text, .form]),
    Command(
      .pageDown, "page down", "Moves a screenful down.", keys: [.pageDown, .ctrl("f")],
      in: [.list, .text, .form]),
    Command(
      .halfPageUp, "half up", "Moves half a screenful up.", keys: [.ctrl("u")],
      in: [.list, .text, .form]),
    Command(
      .halfPageDown, "half down", "Moves half a screenful down. Never deletes anything.",
      keys: [.ctrl("d")], in: [.list, .text, .form]),
    Command(
      .top, "top", "Goes to the first row or line.", keys: [.home, .character("g")],
      in: [.list, .text, .form]),
    Command(
      .bottom, "bottom", "Goes to the last row or line.", keys: [.end, .character("G")],
      in: [.list, .text, .form]),
    Command(.left, "left", "Scrolls a text to the left.", keys: [.left], in: [.text]),
    Command(.right, "right", "Scrolls a text to the right.", keys: [.right], in: [.text]),
  ]

  private static let panes: [Command] = [
    Command(
      .clusters, "Clusters", "Opens the Clusters pane, with a filter if one is given.",
      keys: [.character("1")], in: [.list, .text], argument: .optional("FILTER")),
    Command(
      .bindings, "Bindings", "Opens the Bindings pane, with a filter if one is given.",
      keys: [.character("2")], in: [.list, .text], argument: .optional("FILTER")),
    Command(
      .failovers, "Failovers", "Opens the Failovers pane, with a filter if one is given.",
      keys: [.character("3")], in: [.list, .text], argument: .optional("FILTER")),
    Command(
      .overrides, "Overrides", "Opens the Overrides pane, with a filter if one is given.",
      keys: [.character("4")], in: [.list, .text], argument: .optional("FILTER")),
    Command(
      .rollbacks, "Rollbacks", "Opens the Rollbacks pane, with a filter if one is given.",
      keys: [.character("5")], in: [.list, .text], argument: .optional("FILTER")),
    Command(
      .policies, "Policies", "Opens the Policies pane, with a filter if one is given.",
      keys: [.character("6")], in: [.list, .text], argument: .optional("FILTER")),
    Command(
      .events, "Events", "Opens the Events pane, with a filter if one is given.",
      keys: [.character("8")], in: [.list, .text], argument: .optional("FILTER")),
    Command(.nextPane, "next pane", "Goes to the next pane.", keys: [.tab], in: [.list]),
    Command(
      .previousPane, "previous pane", "Goes to the pane before.", keys: [.backTab], in: [.list]),
  ]

  private static let looking: [Command] = [
    Command(
      .open, "open",
      "Goes into the row: a cluster's or policy's bindings, a binding's description, an event's "
        + "object.", keys: [.enter], keyLineRank: 10, disabled: noRow),
    Command(
      .back, "back",
      "Goes one level back: closes a page, clears the filter, returns to where "
        + "Enter came from.", keys: [.escape], in: [.list, .text, .form], keyLineRank: 90),
    Command(
      .describe, "describe",
      "Tells all there is to know about the row, its conditions, Works "
        + "and events included.", keys: [.character("d")], keyLineRank: 20, disabled: noRow),
    Command(
      .yaml, "YAML", "Shows the whole object as the server has it now, Secrets' data hidden.",
      keys: [.character("y")], keyLineRank: 30, disabled: noRow),
    Command(
      .timeline, "timeline",
      "Tells a failover step by step: what moved when and why, whether its state arrived, and what "
        + "shows it.", keys: [.character("t")], disabled: noFailover),
    Command(
      .template, "template", "Shows the YAML of the resource template behind a binding or event.",
      keys: [.character("T")], disabled: noTemplate),
    Command(
      .diff, "diff",
      "Shows what override policies make of it on each cluster: of a binding's template, of a "
        + "policy's objects, of all that goes to a cluster.", keys: [.character("D")],
      keyLineRank: 50, disabled: noOverrides),
    Command(
      .split, "split", "Puts old and new side by side, or one under the other.",
      keys: [.character("|")], in: [.list, .text], keyLineRank: 55, disabled: noLook),
    Command(
      .nextCluster, "next cluster", "Goes to the next cluster's tab.", keys: [.character("]")],
      in: [.list, .text, .form], keyLineRank: 25, disabled: noLookOrForm),
    Command(
      .previousCluster, "previous cluster", "Goes to the tab of the cluster before.",
      keys: [.character("[")], in: [.list, .text, .form], disabled: noLookOrForm),
    Command(
      .managedFields, "managedFields", "Unfolds and folds managedFields in a YAML page.",
      keys: [.character("m")], in: [.text],
      disabled: { $0.topText?.subject == .yaml ? nil : "only a YAML page has managedFields" }),
    Command(
      .wrap, "wrap", "Wraps long lines of a text, or lets them run to the right.",
      keys: [.character("w")], in: [.text],
      disabled: { $0.topText == nil ? "help is wrapped already" : nil }),
    Command(
      .copy, "copy",
      "Copies the row's name, or the page's text, to the clipboard of your own "
        + "terminal (OSC 52).", keys: [.character("c")], in: [.list, .text], disabled: nothingToCopy
    ),
  ]

  private static let narrowing: [Command] = [
    Command(
      .filter, "filter",
      "Narrows the list as you type: plain words are fuzzy, field:value is "
        + "exact, ! negates.", keys: [.character("/")], argument: .optional("FILTER"),
      keyLineRank: 40),
    Command(
      .find, "find", "Finds text in the page.", keys: [.character("/")], in: [.text],
      keyLineRank: 40, disabled: { $0.topText == nil ? "help has no search" : nil }),
    Command(
      .findNext, "next match", "Goes to the next match.", keys: [.character("n")], in: [.text],
      disabled: nothingFound),
    Command(
      .findPrevious, "previous match", "Goes to the match before.", keys: [.character("N")],
      in: [.text], disabled: nothingFound),
    Command(
      .sortNext, "sort", "Sorts by the next column.", keys: [.character("s")], keyLineRank: 60),
    Command(
      .sortInvert, "invert sort", "Sorts the other way round.", keys: [.character("S")]),
    Command(
      .sort, "sort by", "Sorts by a column; the same column again inverts.", keys: [],
      argument: .required("COLUMN")),
    Command(
      .since, "since", "Lists only failovers of the last while, and what is open; `all` lists all.",
      keys: [], argument: .required("24h|all"),
      disabled: { $0.pane == .failovers ? nil : "only failovers are listed by time" }),
    Command(
      .mark, "mark", "Marks the row, for acting on several at once.", keys: [.character(" ")],
      disabled: noRow),
    Command(
      .clearMarks, "clear marks", "Takes all marks away.", keys: [.character("U")],
      disabled: { $0.activeMarkCount == 0 ? "nothing is marked" : nil }),
  ]

  private static let data: [Command] = [
    Command(
      .freeze, "freeze", "Keeps the screen still while news is collected; again shows it.",
      keys: [.character("Z")], in: [.list, .text]),
    Command(
      .refresh, "refresh", "Reads the pane's objects from the server again.",
      keys: [.character("r"), .function(5), .ctrl("r")]),
    Command(
      .poll, "poll", "Lists every so many seconds instead of watching; `off` watches again.",
      keys: [], argument: .required("SECONDS|off")),
    Command(
      .seek, "seek", "Moves a replay to a second.", keys: [], argument: .required("SECONDS"),
      disabled: noReplay),
    Command(
      .speed, "speed", "Sets how fast a replay or a demo runs; 0 pauses it.", keys: [],
      argument: .required("FACTOR"),
      disabled: {
        $0.replay == nil && $0.demo == nil ? "only a replay or a demo has a speed" : nil
      }),
    Command(
      .scenario, "scenario", "Tells what a demo plays, what to look for and what to try.",
      keys: [], disabled: noDemo),
    Command(
      .fault, "fault", "Lets something go wrong in a demo; alone it tells what can.", keys: [],
      argument: .optional("FAULT"), disabled: noDemo),
  ]

  private static let changing: [Command] = [
    Command(
      .acknowledge, "acknowledge",
      "Says that you know of a stranded, blocked or suppressed workload, and why; what was raised in "
        + "the header no longer is.",
      keys: [.character("a")], argument: .optional("REASON"), keyLineRank: 0,
      disabled: nothingToAcknowledge),
    Command(
      .release, "release",
      "Lets a suppressed eviction go on: the old copy is deleted, after a plan and a confirmation.",
      keys: [], writes: true, disabled: nothingToRelease),
    Command(
      .reschedule, "reschedule",
      "Has the scheduler place the workload afresh, elsewhere or back (WorkloadRebalancer).",
      keys: [], writes: true, disabled: nothingToReschedule),
    Command(
      .taint, "taint",
      "Taints the cluster, with everything that would move shown first.", keys: [],
      argument: .required("KEY[=VALUE]:EFFECT"), writes: true, disabled: noCluster),
    Command(
      .untaint, "untaint", "Takes a taint off the cluster.", keys: [],
      argument: .required("KEY[:EFFECT]"), writes: true, disabled: noCluster),
    Command(
      .arm, "arm", "Allows changes for a while, 15m or so; the reason goes into the record.",
      keys: [], in: [.list, .text, .form],
      argument: .required("TIME REASON")),
    Command(
      .disarm, "disarm", "Goes back to read-only before the time is over.", keys: [],
      in: [.list, .text],
      disabled: { $0.arming == nil ? "nothing is armed" : nil }),
  ]

  private static let program: [Command] = [
    Command(
      .command, "command", "Types any command by name, with completion.",
      keys: [.character(":")], in: [.list, .text, .form], keyLineRank: 70),
    Command(
      .help, "help", "Shows what can be done here.", keys: [.character("?"), .function(1)],
      in: [.list, .text, .form], keyLineRank: 80),
    Command(
      .theme, "theme", "Changes the colours.", keys: [], argument: .required("NAME")),
    Command(
      .mouse, "mouse", "Lets the mouse choose rows and scroll, or gives it back to the terminal.",
      keys: [.character("m")]),
    Command(
      .repaint, "repaint", "Draws the whole screen again.", keys: [.ctrl("l")],
      in: [.list, .text, .form, .prompt]),
    Command(
      .suspend, "suspend", "Goes to the shell; `fg` comes back.", keys: [.ctrl("z")],
      in: [.list, .text, .form, .prompt]),
    Command(
      .quit, "quit", "Leaves Quarterdeck; in a page, closes it.", keys: [.character("q")],
      in: [.list, .text, .form], keyLineRank: 100),
  ]

  // MARK: Why not now

  private static let noRow: @Sendable (AppState) -> String? = {
    $0.selectedRowKey == nil ? "there is no row here" : nil
  }
  private static let noFailover: @Sendable (AppState) -> String? = {
    $0.pane == .failovers && $0.failovers.selected != nil ? nil : "only a failover has a timeline"
  }
  private static let nothingToAcknowledge: @Sendable (AppState) -> String? = {
    guard $0.pane == .failovers, let row = $0.failovers.selected else {
      return "only a failover is acknowledged"
    }
    return row.episode.needsPerson || row.episode.outcome == .suppressed
      ? nil : "it is neither stranded, blocked nor suppressed"
  }
  private static let nothingToRelease: @Sendable (AppState) -> String? = {
    $0.pane == .failovers && $0.failovers.selected?.episode.outcome == .suppressed
      ? nil : "only a suppressed failover is released"
  }
  private static let nothingToReschedule: @Sendable (AppState) -> String? = {
    switch $0.pane {
    case .failovers: $0.failovers.selected == nil ? "there is no row here" : nil
    case .bindings: $0.bindings.selected == nil ? "there is no row here" : nil
    default: "only a failover's or a binding's workload is rescheduled"
    }
  }
  private static let noCluster: @Sendable (AppState) -> String? = {
    $0.selectedCluster == nil ? "there is no cluster here" : nil
  }
  private static let noTemplate: @Sendable (AppState) -> String? = {
    $0.selectedReference == nil ? "only a binding or an event names a template" : nil
  }
  private static let noOverrides: @Sendable (AppState) -> String? = {
    switch $0.pane {
    case .clusters, .bindings, .policies:
      return $0.selectedRowKey == nil ? "there is no row here" : nil
    case .overrides:
      return $0.overrides.look == nil ? "only an object is changed by overrides" : nil
    default: return "only a binding, a policy or a cluster leads to overrides"
    }
  }
  private static let noLookOrForm: @Sendable (AppState) -> String? = { state in
    state.form == nil ? noLook(state) : nil
  }

  private static let noLook: @Sendable (AppState) -> String? = { state in
    let isShown = state.topPage == nil || state.topText?.subject == .overrides
    return isShown && state.pane == .overrides && state.overrides.look != nil
      ? nil : "only an object has clusters' tabs"
  }
  private static let nothingToCopy: @Sendable (AppState) -> String? = {
    $0.overlays.isEmpty && $0.selectedRowKey == nil ? "there is nothing to copy" : nil
  }
  private static let nothingFound: @Sendable (AppState) -> String? = {
    $0.topText?.find.isEmpty == false ? nil : "nothing was searched for; / searches"
  }
  private static let noDemo: @Sendable (AppState) -> String? = {
    $0.demo == nil ? "only a demo does that" : nil
  }
  private static let noReplay: @Sendable (AppState) -> String? = {
    $0.replay == nil ? "only a replay can be moved in time" : nil
  }
}
