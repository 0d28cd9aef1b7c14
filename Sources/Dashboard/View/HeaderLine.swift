import ControlPlane
import Karmada
import Manifest

/// The top line: where we are and how the fleet stands. When it is narrow the least important
/// parts go first; what is wrong never goes before what is well.
public struct HeaderLine: Hashable, Sendable {
  /// One part, the more important the lower its rank.
  public struct Part: Hashable, Sendable {
    public var spans: Line
    public var rank: Int
  }
  public var parts: [Part]

  public init(_ state: AppState) {
    parts = [
      Part(spans: [Span("QUARTERDECK", .headerTitle)], rank: 12),
      Part(spans: [Span(state.connection.endpoint.context, .headerContext)], rank: 3),
    ]
    if let version = state.connection.serverVersion {
      parts.append(Part(spans: [Span(version, .headerBar)], rank: 15))
    }
    if let user = state.connection.endpoint.user {
      parts.append(Part(spans: [Span(user, .headerBar)], rank: 14))
    }
    for warning in state.connection.endpoint.warnings {
      parts.append(Part(spans: [Span(warning, .headerBad)], rank: 4))
    }
    parts += Self.health(of: state)
    if let replay = state.replay { parts.append(Part(spans: Self.replay(replay), rank: 2)) }
    if let freeze = state.freeze {
      let text = "FROZEN \(Age.since(freeze.since, now: state.now))"
      let news = freeze.changes == 0 ? "" : ", \(freeze.changes) changes wait"
      parts.append(Part(spans: [Span(text + news, .headerWarn)], rank: 1))
    }
    if let freshness = Self.freshness(of: state) {
      parts.append(Part(spans: [freshness], rank: 0))
    }
    if let arming = state.arming {
      let clock = arming.countdown(now: state.now)
      parts.append(Part(spans: [Span("ARMED \(clock)", .headerArmed)], rank: 0))
    } else {
      parts.append(Part(spans: [Span("READ-ONLY", .headerReadOnly)], rank: 13))
    }
  }

  private static func health(of state: AppState) -> [Part] {
    var parts: [Part] = []
    if state.feeds[.clusters]?.isComplete == true {
      let all = state.clusters.table.count
      let ready = all - state.clusters.table.count(tagged: ClusterRow.downTag)
      let role: Role = ready < all ? .headerBad : .headerGood
      parts.append(
        Part(
          spans: [Span("\(ready)/\(all)", role), Span(" clusters ready", .headerBar)],
          rank: ready < all ? 2 : 5))
    }
    guard state.feeds[.resourceBindings]?.isComplete == true else { return parts }
    let summary = state.summary
    parts.append(
      Part(
        spans: [Span("\(summary.bindings)", .headerContext), Span(" bindings", .headerBar)],
        rank: 11))
    for (kind, role, rank) in [
      (BindingState.stranded, Role.headerBad, 1), (.evicting, .headerWarn, 6),
      (.unscheduled, .headerBad, 7), (.notApplied, .headerBad, 8), (.unhealthy, .headerWarn, 9),
    ] where summary.count(kind) > 0 {
      parts.append(
        Part(
          spans: [Span("\(summary.count(kind)) \(kind.word)", role)],
          rank: rank))
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
  private static func freshness(of state: AppState) -> Span? {
    if let since = state.staleSince {
      return Span("STALE \(Age.since(since, now: state.now))", .headerBad)
    }
    let statuses = PaneID.allCases.map { state.status(of: $0) }
    // Nothing was ever read: there is no age, only the reason.
    for case .stale(nil, let error) in statuses {
      return Span(error.title.uppercased(), .headerBad)
    }
    if statuses.contains(where: { if case .loading = $0 { true } else { false } }) {
      return Span("loading", .headerWarn)
    }
    if statuses.allSatisfy({ if case .denied = $0 { true } else { false } }) {
      return Span("not permitted", .headerBad)
    }
    for case .polling(let interval) in statuses {
      let heard = state.feeds.values.compactMap(\.lastHeard).min()
      return Span(
        "polled \(Age.since(heard, now: state.now)) ago, every \(Age.short(interval))",
        .headerWarn)
    }
    return state.replay == nil ? Span("live", .headerGood) : nil
  }

  /// As many parts as fit, two spaces apart, in their order; the last one stands at the right.
  public func fitting(_ width: Int, columns: (String) -> Int) -> [Line] {
    var kept = parts
    func total() -> Int {
      kept.reduce(0) { $0 + $1.spans.reduce(0) { $0 + columns($1.text) } } + 2 * kept.count
    }
    while total() > width, kept.count > 1,
      let worst = kept.indices.max(by: { kept[$0].rank < kept[$1].rank })
    {
      kept.remove(at: worst)
    }
    return kept.map(\.spans)
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
    // Too narrow for the names of all: only the open pane keeps its name.
    let isNarrow = full.reduce(0) { $0 + $1.count } > state.size.width
    var x = 0
    for pane in PaneID.allCases {
      let isOpen = pane == state.pane
      let text = isNarrow && !isOpen ? " \(pane.rawValue) " : " \(pane.rawValue) \(pane.title) "
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
    case .policies, .events: false
    }
  }
}
