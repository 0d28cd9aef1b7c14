import ControlPlane
import Karmada
import Manifest

/// The top line: where we are and how the fleet stands, and at the right how fresh that is and
/// what may be changed. When it is narrow the least important parts shrink or go first; what is
/// wrong never goes before what is well.
public struct HeaderLine: Hashable, Sendable {
  /// One part, the more important the lower its rank.
  public struct Part: Hashable, Sendable {
    public var spans: Line
    public var rank: Int
    /// What it says where every column counts, and when it comes to that: before parts of a lower
    /// rank than this go.
    public var short: Line?
    public var shortRank: Int
    /// Stands at the right end of the line.
    public var isTrailing: Bool

    public init(
      _ spans: Line, rank: Int, short: Line? = nil, shortRank: Int = 0, isTrailing: Bool = false
    ) {
      self.spans = spans
      self.rank = rank
      self.short = short
      self.shortRank = shortRank
      self.isTrailing = isTrailing
    }

    init(_ text: String, _ role: Role, rank: Int, isTrailing: Bool = false) {
      self.init([Span(text, role)], rank: rank, isTrailing: isTrailing)
    }

    /// When it is next asked to take less room.
    fileprivate var nextRank: Int { short == nil ? rank : max(rank, shortRank) }
  }
  public var parts: [Part]

  public init(_ state: AppState) {
    let connection = state.connection
    parts = [
      Part("QUARTERDECK", .headerTitle, rank: 16),
      Part(connection.endpoint.context, .headerContext, rank: 3),
    ]
    if let version = connection.serverVersion { parts.append(Part(version, .headerBar, rank: 15)) }
    if let user = connection.endpoint.user { parts.append(Part(user, .headerBar, rank: 14)) }
    for warning in connection.endpoint.warnings { parts.append(Part(warning, .headerBad, rank: 4)) }
    parts += Self.health(of: state)
    if let replay = state.replay { parts.append(Part(Self.replay(replay), rank: 2)) }
    if let count = state.demo?.active.count, count > 0 {
      parts.append(Part(count == 1 ? "1 fault" : "\(count) faults", .headerWarn, rank: 10))
    }
    if let live = state.rollbacks.running {
      let step = live.asks == nil ? live.step?.rawValue ?? "starts" : "waits for you"
      parts.append(Part("ROLLBACK \(step)", .headerWarn, rank: 1))
    }
    if let freeze = state.freeze {
      let text = "FROZEN \(Age.since(freeze.since, now: state.now))"
      let news = freeze.changes == 0 ? "" : ", \(freeze.changes) changes wait"
      parts.append(Part(text + news, .headerWarn, rank: 1))
    }
    if let freshness = Self.freshness(of: state) { parts.append(freshness) }
    if let arming = state.arming {
      let text = "ARMED \(arming.countdown(now: state.now))"
      parts.append(Part(text, .headerArmed, rank: 0, isTrailing: true))
    } else {
      parts.append(Part("READ-ONLY", .headerReadOnly, rank: 7, isTrailing: true))
    }
  }

  private static func health(of state: AppState) -> [Part] {
    var parts: [Part] = []
    if state.feeds[.clusters]?.isComplete == true {
      let all = state.clusters.table.count
      let ready = all - state.clusters.table.count(tagged: ClusterRow.downTag)
      let count = Span("\(ready)/\(all)", ready < all ? .headerBad : .headerGood)
      parts.append(
        Part(
          [count, Span(" clusters ready", .headerBar)], rank: ready < all ? 2 : 5,
          short: [count, Span(" ready", .headerBar)], shortRank: 11))
    }
    guard state.feeds[.resourceBindings]?.isComplete == true else { return parts }
    let summary = state.summary
    parts.append(
      Part(
        [Span("\(summary.bindings)", .headerContext), Span(" bindings", .headerBar)], rank: 12))
    parts += failovers(of: state)
    for (kind, role, rank) in [
      (BindingState.evicting, Role.headerWarn, 6),
      (.unscheduled, .headerBad, 8), (.notApplied, .headerBad, 9), (.unhealthy, .headerWarn, 10),
    ] where summary.count(kind) > 0 {
      parts.append(Part("\(summary.count(kind)) \(kind.word)", role, rank: rank))
    }
    return parts
  }

  /// What runs nowhere and what cannot leave where it does not work: raised until somebody has
  /// said that they know.
  private static func failovers(of state: AppState) -> [Part] {
    let table = state.failovers.table
    var (raised, known): ([Episode.Outcome: Int], Int) = ([:], 0)
    for row in table.rows(tagged: FailoverRow.raisedTag) where row.isRaised {
      raised[row.episode.outcome, default: 0] += 1
    }
    known = table.count(tagged: FailoverRow.acknowledgedTag)
    // A workload that runs nowhere is raised, whatever is known of how that came.
    let strandedKnown = table.rows(tagged: FailoverRow.acknowledgedTag)
      .count { $0.episode.outcome == .stranded }
    let stranded = max(
      raised[.stranded] ?? 0, state.summary.count(.stranded) - strandedKnown)
    var parts: [Part] = []
    for (count, outcome) in [
      (stranded, Episode.Outcome.stranded), (raised[.blocked] ?? 0, .blocked),
    ] where count > 0 {
      parts.append(Part("\(count) \(outcome.word)", .headerBad, rank: 1))
    }
    if known > 0 {
      parts.append(Part("\(known) acknowledged", .headerBar, rank: 12))
    }
    return parts
  }

  private static func replay(_ replay: ReplayStatus) -> Line {
    let speed = replay.speed == 0 ? "paused" : "×\(trimmed(replay.speed))"
    return [
      Span(
        "replay \(trimmed(replay.position))/\(trimmed(replay.duration))s \(speed)", .headerWarn)
    ]
  }

  private static func trimmed(_ number: Double) -> String {
    let tenths = Int((min(max(number, 0), 1e9) * 10).rounded(.down))
    return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
  }

  /// How old what is shown may be; nil for a recording, which is as old as it is.
  private static func freshness(of state: AppState) -> Part? {
    func part(_ text: String, _ role: Role, short: String? = nil, at shortRank: Int = 0) -> Part {
      Part(
        [Span(text, role)], rank: 0, short: short.map { [Span($0, role)] }, shortRank: shortRank,
        isTrailing: true)
    }
    if let since = state.staleSince {
      return part("STALE \(Age.since(since, now: state.now))", .headerBad)
    }
    let statuses = PaneID.allCases.map { state.status(of: $0) }
    // Nothing was ever read: there is no age, only the reason.
    for case .stale(nil, let error) in statuses {
      return part(error.title.uppercased(), .headerBad)
    }
    if statuses.contains(where: { if case .loading = $0 { true } else { false } }) {
      return part("loading", .headerWarn)
    }
    if statuses.allSatisfy({ if case .denied = $0 { true } else { false } }) {
      return part("not permitted", .headerBad)
    }
    let heard = state.feeds.values.compactMap(\.lastHeard)
    for case .polling(let interval) in statuses {
      let age = "polled \(Age.since(heard.min(), now: state.now)) ago"
      return part("\(age), every \(Age.short(interval))", .headerWarn, short: age, at: 13)
    }
    guard state.replay == nil else { return nil }
    // The watches are open: what counts is when the server last said anything on any of them.
    let age = heard.max().map { " " + Age.since($0, now: state.now) } ?? ""
    return part("live\(age)", .headerGood, short: "live", at: 4)
  }

  /// What fits, in order, two columns apart.
  public func fitting(_ width: Int, columns: (String) -> Int) -> (leading: [Line], trailing: [Line])
  {
    var kept = parts
    func total() -> Int {
      kept.reduce(0) { $0 + $1.spans.reduce(0) { $0 + columns($1.text) } + 2 }
    }
    while total() > width,
      let worst = kept.indices.max(by: { kept[$0].nextRank < kept[$1].nextRank })
    {
      if let short = kept[worst].short {
        (kept[worst].spans, kept[worst].short) = (short, nil)
      } else if kept.count > 1 {
        kept.remove(at: worst)
      } else {
        break
      }
    }
    return (
      kept.filter { !$0.isTrailing }.map(\.spans), kept.filter(\.isTrailing).map(\.spans)
    )
  }
}

/// The line of panes, with where each tab stands, so that a click finds it.
public struct TabStrip: Hashable, Sendable {
  public struct Tab: Hashable, Sendable {
    public var pane: PaneID
    public var text: String
    public var role: Role
    public var x: Int
  }
  public var tabs: [Tab] = []

  public init(_ state: AppState) {
    let full = PaneID.allCases.map { " \($0.rawValue) \($0.title) " }
    let needed = full.reduce(0) { $0 + $1.count }
    // The names matter more than the room between them; where even so they do not all fit, only
    // the open pane keeps its own.
    let isTight = needed > state.size.width
    let isNarrow = needed - full.count > state.size.width
    var x = 0
    for pane in PaneID.allCases {
      let isOpen = pane == state.pane
      let name = isNarrow && !isOpen ? "\(pane.rawValue)" : "\(pane.rawValue) \(pane.title)"
      let text = isTight && !isNarrow ? " \(name)" : " \(name) "
      let role: Role =
        isOpen ? .tabActive : Self.alerts(pane, state) ? .tabAlert : .tabInactive
      tabs.append(Tab(pane: pane, text: text, role: role, x: x))
      x += text.count
    }
  }

  public func pane(at x: Int) -> PaneID? {
    tabs.first { x >= $0.x && x < $0.x + $0.text.count }?.pane
  }

  /// Something in that pane needs a person.
  private static func alerts(_ pane: PaneID, _ state: AppState) -> Bool {
    switch pane {
    case .clusters: state.clusters.table.count(tagged: ClusterRow.downTag) > 0
    case .bindings:
      state.summary.count(.stranded) + state.summary.count(.evicting) > 0
    case .failovers: state.failovers.table.count(tagged: FailoverRow.raisedTag) > 0
    case .rollbacks: state.rollbacks.list.table.count(tagged: RollbackRow.raisedTag) > 0
    case .overrides, .policies, .events: false
    }
  }
}
