import ControlPlane
import CustomDump
import Manifest
import Testing

@testable import Dashboard

/// Everything an operator could notice of the dashboard, and what it asked for.
struct Visible: Equatable {
  struct List: Equatable {
    var rows: [String] = []
    var all = 0
    var selected: String?
    var top = 0
    var marks: Set<String> = []
    var filter = ""
    var complaint: String?
    var sort = ""
    var status = PaneStatus.loading(received: 0)
  }

  struct Page: Equatable {
    enum Kind: Equatable { case yaml, describe, failover, overrides, rollback, save, form, help }
    var kind: Kind
    var title = ""
    /// Of a YAML page, and of any page that shows no object: the others have tests of their own.
    var lines: [String]?
    var line = 0
    var column = 0
    var wraps = false
    var find = ""
  }

  /// What the Overrides pane looks at closely.
  struct Look: Equatable {
    var object: String
    var cluster: String?
    var isSideBySide = false
  }

  struct TypedLine: Equatable {
    var kind: Prompt.Kind
    var text = ""
    var cursor = 0
  }

  struct Question: Equatable {
    var title = ""
    var typed = ""
    var focus = Confirmation.Button.cancel
    var isShown = false
  }

  enum Layer: Equatable {
    case page(Page)
    case question(Question)
    case prompt(TypedLine)
  }

  struct Frozen: Equatable {
    var since: Time
    var changes = 0
  }

  var width = 80
  var height = 24
  var now = Sample.start
  var pane = PaneID.clusters
  var lists: [PaneID: List] = [:]
  var trail: [PaneID] = []
  var layers: [Layer] = []
  var message: StatusMessage?
  var frozen: Frozen?
  var arming: Arming?
  var replay: ReplayStatus?
  var demo: DemoStatus?
  var history: [String] = []
  var options = Options()
  var serverVersion: String?
  var staleSince: Time?
  var bindings = 0
  var look: Look?
  /// Since the step before.
  var effects: [Effect] = []

  init(_ state: AppState, effects: [Effect]) {
    (width, height, now) = (state.size.width, state.size.height, state.now)
    pane = state.pane
    lists = [
      .clusters: Self.list(state.clusters, .clusters, state),
      .bindings: Self.list(state.bindings, .bindings, state),
      .failovers: Self.list(state.failovers, .failovers, state),
      .policies: Self.list(state.policies, .policies, state),
      .events: Self.list(state.events, .events, state),
      .overrides: Self.list(state.overrides.list, .overrides, state),
    ]
    trail = state.trail.map(\.pane)
    layers = state.overlays.map(Self.layer)
    message = state.message
    frozen = state.freeze.map { Frozen(since: $0.since, changes: $0.changes) }
    replay = state.replay
    demo = state.demo
    arming = state.arming
    history = state.commandHistory
    options = state.options
    serverVersion = state.connection.serverVersion
    staleSince = state.staleSince
    bindings = state.summary.bindings
    look = state.overrides.look.map {
      Look(
        object: $0.key.object.description, cluster: state.overrides.cluster,
        isSideBySide: state.overrides.isSideBySide)
    }
    self.effects = effects
  }

  private static func list<Row>(_ pane: ListPane<Row>, _ id: PaneID, _ state: AppState) -> List {
    let table = pane.table
    return List(
      rows: (0..<table.visibleCount).compactMap { table.row(at: $0)?.key.object.description },
      all: table.count, selected: pane.selected?.key.object.description, top: pane.top,
      marks: Set(pane.marks.map(\.object.description)), filter: table.filter.text,
      complaint: table.filter.complaint,
      sort: table.sort.column + (table.sort.descending ? "↓" : ""), status: state.status(of: id))
  }

  private static func layer(_ overlay: Overlay) -> Layer {
    switch overlay {
    case .confirmation(let question):
      return .question(
        Question(
          title: question.title, typed: question.typed, focus: question.focus,
          isShown: question.isShown))
    case .prompt(let prompt):
      return .prompt(TypedLine(kind: prompt.kind, text: prompt.text, cursor: prompt.cursor))
    case .rollback(let page):
      return .page(
        Page(
          kind: .rollback, lines: page.lines.map { $0.map(\.text).joined() },
          line: page.scroll.line, column: page.scroll.column))
    case .form(let page):
      return .page(
        Page(kind: .form, lines: page.rows.map(\.title), line: page.cursor, column: 0))
    case .save(let page):
      return .page(
        Page(
          kind: .save, lines: page.lines.map { $0.map(\.text).joined() },
          line: page.scroll.line, column: page.scroll.column))
    case .help(let view):
      // The help page itself has tests of its own.
      let isHelp = view.title == "Help"
      return .page(
        Page(
          kind: .help, title: isHelp ? "" : view.title,
          lines: isHelp ? nil : view.lines.map { $0.map(\.text).joined() },
          line: view.scroll.line, column: view.scroll.column))
    case .text(let view):
      let text = view.lines.map { $0.map(\.text).joined() }
      var isShort = view.subject == .yaml
      if case .loading = view.content { isShort = true }
      return .page(
        Page(
          kind: Page.Kind(view.subject), title: view.title,
          lines: isShort ? text : nil, line: view.scroll.line, column: view.scroll.column,
          wraps: view.wraps, find: view.find))
    }
  }

  /// The open pane's list.
  var list: List {
    get { lists[pane] ?? List() }
    set { lists[pane] = newValue }
  }

  /// The page on top; setting it when there is none does nothing.
  var page: Page? {
    get { if case .page(let page)? = layers.last { page } else { nil } }
    set { if let newValue, !layers.isEmpty { layers[layers.count - 1] = .page(newValue) } }
  }

  /// The question on top.
  var question: Question? {
    get { if case .question(let question)? = layers.last { question } else { nil } }
    set { if let newValue, !layers.isEmpty { layers[layers.count - 1] = .question(newValue) } }
  }

  var prompt: TypedLine? {
    get { if case .prompt(let prompt)? = layers.last { prompt } else { nil } }
    set { if let newValue, !layers.isEmpty { layers[layers.count - 1] = .prompt(newValue) } }
  }
}

/// One operator's session, step by step. Each step says all that it changes: what it does not
/// mention must stay as it was.
struct Story {
  private(set) var state: AppState
  private(set) var seen: Visible

  init(_ state: AppState) {
    self.state = state
    seen = Visible(state, effects: [])
  }

  /// Presses the keys one after the other.
  mutating func press(
    _ keys: String, at place: SourceLocation = #_sourceLocation,
    _ change: (inout Visible) -> Void = { _ in }
  ) throws {
    step(try Key.sequence(parsing: keys).map { .input(.key($0)) }, at: place, change)
  }

  mutating func step(
    _ events: [AppEvent], at place: SourceLocation = #_sourceLocation,
    _ change: (inout Visible) -> Void = { _ in }
  ) {
    var expected = seen
    expected.effects = []
    change(&expected)
    var effects: [Effect] = []
    for event in events { effects += update(&state, event) }
    seen = Visible(state, effects: effects)
    expectSame(expected, seen, at: place)
  }

  mutating func step(
    _ event: AppEvent, at place: SourceLocation = #_sourceLocation,
    _ change: (inout Visible) -> Void = { _ in }
  ) {
    step([event], at: place, change)
  }
}

/// Two values are equal; if not, where they differ.
func expectSame<Value: Equatable>(
  _ expected: Value, _ found: Value, at place: SourceLocation = #_sourceLocation
) {
  guard expected != found else { return }
  let difference = diff(expected, found) ?? "they look the same: \(found)"
  Issue.record("expected (−), found (+):\n\(difference)", sourceLocation: place)
}

extension Visible.Page.Kind {
  init(_ subject: TextView.Subject) {
    switch subject {
    case .yaml: self = .yaml
    case .describe: self = .describe
    case .failover: self = .failover
    case .overrides: self = .overrides
    }
  }
}
