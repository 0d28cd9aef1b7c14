import ControlPlane
import Karmada
import Manifest
import TestSupport
import Testing

@testable import Dashboard

/// Whatever comes, in whatever order, the state stays sound.
@Suite struct UpdateFuzzTests {
  @Test(arguments: 0..<8)
  func randomEventsNeverTrapAndLeaveASoundState(seed: Int) {
    var events = RandomEvents(seed: UInt64(seed))
    var state = AppState.blank()
    state.options.themes = ["mono", "quarterdeck"]
    state.options.isMouseOn = true
    for step in 0..<2500 {
      let event = events.next()
      for effect in update(&state, event) { events.tookNote(of: effect) }
      if let complaint = Self.complaint(state) {
        Issue.record("seed \(seed), step \(step): \(complaint), after \(event)")
        return
      }
      if step % 25 == 0 { Self.draw(state) }
    }
  }

  /// All that is computed for drawing must not trap either.
  private static func draw(_ state: AppState) {
    _ = TabStrip(state)
    _ = HeaderLine(state).fitting(state.size.width) { $0.count }
    _ = KeyHints.hints(for: state)
    if let key = state.selectedRowKey { _ = Detail(state, of: key).lines }
    for width in [1, 20, 80] { _ = OverrideTabs.line(of: state, width: width) }
    if let cluster = state.overrides.cluster, let look = state.overrides.look, look.reading != nil {
      #expect(look.clusters.contains(cluster))
    }
    _ = FleetReport(state, failures: [:]).text { ($0, $0.count) }
  }

  private static func complaint(_ state: AppState) -> String? {
    let height = state.layout.listHeight
    let panes = [
      complaint(state.clusters, height), complaint(state.bindings, height),
      complaint(state.policies, height), complaint(state.events, height),
      complaint(state.overrides.list, height), complaint(state.rollbacks.list, height),
    ]
    if let found = panes.compactMap({ $0 }).first { return found }
    let marks = state.clusters.marks.union(state.bindings.marks)
      .union(state.policies.marks).union(state.events.marks).union(state.overrides.list.marks)
      .union(state.rollbacks.list.marks)
    let isFiltering = if case .filter? = state.prompt?.kind { true } else { false }
    if !isFiltering, !marks.allSatisfy({ shows($0, state) }) { return "a mark on what is hidden" }
    for (i, overlay) in state.overlays.enumerated() {
      switch overlay {
      case .prompt(let prompt):
        if i != state.overlays.count - 1 { return "a prompt under something" }
        if !(0...prompt.text.count).contains(prompt.cursor) { return "the prompt's cursor is out" }
        if case .find = prompt.kind, i == 0 { return "a search without a page" }
      case .confirmation(let question):
        if i != state.overlays.count - 1 { return "a question under something" }
        if question.focus == .confirm, question.typed.isEmpty, !question.isShown {
          return "an answer to a question that nobody saw"
        }
      case .rollback(let page): if let found = complaint(page.scroll, page.lines) { return found }
      case .form(let page):
        if page.cursor != 0, !page.rows.indices.contains(page.cursor) { return "a form's cursor" }
      case .save(let page): if let found = complaint(page.scroll, page.lines) { return found }
      case .text(let view): if let found = complaint(view.scroll, view.lines) { return found }
      case .help(let view): if let found = complaint(view.scroll, view.lines) { return found }
      }
    }
    if state.overlays.count > 8 { return "\(state.overlays.count) overlays" }
    if state.trail.count > 8 { return "\(state.trail.count) steps back" }
    if state.commandHistory.count > 200 { return "endless history" }
    var fresh = FleetSummary()
    for row in state.bindings.table.rows { fresh.add(row) }
    return fresh == state.summary ? nil : "the summary is not that of the rows"
  }

  private static func shows(_ key: RowKey, _ state: AppState) -> Bool {
    state.clusters.table.position(of: key) != nil || state.bindings.table.position(of: key) != nil
      || state.policies.table.position(of: key) != nil
      || state.rollbacks.list.table.position(of: key) != nil
      || state.events.table.position(of: key) != nil
      || state.overrides.list.table.position(of: key) != nil
  }

  private static func complaint(_ scroll: TextScroll, _ lines: [Line]) -> String? {
    if scroll.line < 0 || scroll.line >= max(1, lines.count) {
      return "line \(scroll.line) of \(lines.count)"
    }
    return scroll.column < 0 ? "column \(scroll.column)" : nil
  }

  private static func complaint<Row>(_ pane: ListPane<Row>, _ height: Int) -> String? {
    let count = pane.table.visibleCount
    if pane.position < 0 || pane.position >= max(1, count) {
      return "the cursor is on \(pane.position) of \(count)"
    }
    if pane.top < 0 || pane.top > max(0, count - height) { return "top \(pane.top) of \(count)" }
    if pane.position < pane.top || pane.position >= pane.top + height {
      return "the cursor \(pane.position) is off the screen from \(pane.top)"
    }
    if pane.marks.contains(where: { pane.table.row($0) == nil }) { return "a mark on nothing" }
    return pane.table.filter.isEmpty && count != pane.table.count
      ? "\(Row.self): \(count) of \(pane.table.count) rows, by \(pane.table.sort)" : nil
  }
}

/// Events as they could come, and some that could not.
struct RandomEvents {
  private var random: SeededGenerator
  private var json: RandomJSON
  private var now = Sample.start
  private var tokens = [1]
  /// Answers to what the Overrides pane has asked for.
  private var pending: [AppEvent] = []

  init(seed: UInt64) {
    random = SeededGenerator(seed: seed)
    json = RandomJSON(seed: seed &+ 1000)
  }

  /// Remembers what was asked, so that some answers fit a question.
  mutating func tookNote(of effect: Effect) {
    switch effect {
    case .fetchRow(let token, _), .fetchObject(let token, _), .fetchWorks(let token, _, _):
      tokens.append(token)
    case .readOverrides(let token, let question):
      pending.append(.overridesRead(token: token, reading(question)))
    case .readMember(let token, let cluster, _):
      pending.append(.memberRead(token: token, cluster: cluster, one()))
    case .compareOverrides(let token, let reading, let cluster, let member):
      pending.append(
        .overridesCompared(
          token: token, OverrideFindings(reading, cluster: cluster, member: member)))
    default: break
    }
  }

  private mutating func pick<T>(_ choices: [T]) -> T {
    choices[Int.random(in: 0..<choices.count, using: &random)]
  }

  private mutating func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &random) == 0 }

  mutating func next() -> AppEvent {
    switch Int.random(in: 0..<20, using: &random) {
    case 0..<10: return .input(.key(key()))
    case 10: return .input(.mouse(mouse()))
    case 11: return .input(chance(3) ? .paste(json.string()) : resize())
    case 12..<17: return feed()
    case 17:
      now = now + .seconds(Double(Int.random(in: -5...60, using: &random)))
      return .tick(chance(200) ? Time(nanoseconds: pick([.min, .max])) : now)
    case 18: return answer()
    default: return rare()
    }
  }

  private mutating func key() -> Key {
    if chance(6) { return .character(json.string().first ?? "x") }
    let all = Command.table.flatMap(\.keys) + [.delete, .backspace, .tab, .ctrl("w"), .ctrl("c")]
    return chance(3) ? pick([.enter, .escape, .character(":"), .character("/")]) : pick(all)
  }

  private mutating func mouse() -> MouseEvent {
    let place = [.min, -1, 0, 1, 3, 5, 12, 40, 200, .max]
    return MouseEvent(
      pick([.click, .doubleClick, .wheelUp, .wheelDown]), x: pick(place), y: pick(place))
  }

  private mutating func resize() -> TerminalInput {
    let sides = [.min, -1, 0, 1, 2, 5, 10, 24, 40, 80, 120, 200, chance(30) ? .max : 60]
    return .resize(width: pick(sides), height: pick(sides))
  }

  private mutating func name() -> String {
    chance(20) ? json.string() : "n\(Int.random(in: 0..<30, using: &random))"
  }

  private mutating func feed() -> AppEvent {
    let feed = pick(FeedID.allCases)
    switch Int.random(in: 0..<10, using: &random) {
    case 0: return .feed(feed, .listBegins)
    case 1: return .feed(feed, .listEnds)
    case 2:
      let keys = (0..<Int.random(in: 0..<8, using: &random)).map { _ in key(in: feed) }
      return .feed(feed, .removed(keys))
    case 3: return .feed(feed, .phase(phase()))
    default: return .feed(feed, .objects(objects(of: feed)))
    }
  }

  private mutating func key(in feed: FeedID) -> ObjectKey {
    feed.resource.isNamespaced
      ? ObjectKey(namespace: pick(["shop", "bank"]), name: name()) : ObjectKey(name: name())
  }

  private mutating func phase() -> FeedPhase {
    let error = APIError(pick(APIError.Kind.allCases), message: json.string())
    return pick([
      .loading(received: Int.random(in: 0...9, using: &random)), .live,
      .polling(every: .seconds(5)), .stale(since: chance(2) ? now : nil, error), .denied(error),
    ])
  }

  private mutating func objects(of feed: FeedID) -> FeedObjects {
    let keys = (0..<Int.random(in: 0..<(chance(10) ? 150 : 6), using: &random)).map { _ in
      "\(key(in: feed))"
    }
    switch feed {
    case .clusters: return .clusters(keys.map { cluster($0) })
    case .resourceBindings, .clusterResourceBindings: return .bindings(keys.map { binding($0) })
    case .propagationPolicies, .clusterPropagationPolicies:
      return .propagationPolicies(keys.map { Sample.policy($0) })
    case .overridePolicies, .clusterOverridePolicies:
      return .overridePolicies(keys.map { Sample.override($0) })
    case .events: return .events(keys.map { event($0) })
    }
  }

  private mutating func cluster(_ name: String) -> Cluster {
    var cluster = Sample.cluster(name, ready: pick([.true, .false, .unknown, nil]))
    if chance(8) { cluster.region = json.string() }
    return cluster
  }

  private mutating func binding(_ name: String) -> ResourceBinding {
    let clusters = ["n1", "n2", "n3"].filter { _ in Bool.random(using: &random) }
    var binding = Sample.binding(
      name, on: clusters, unhealthy: chance(3) ? ["n1"] : [],
      policy: pick([nil, "shop/n1", "n2"]), kind: pick(["Deployment", "Secret", json.string()]))
    if chance(6) {
      var task = ResourceBinding.GracefulEvictionTask()
      (task.fromCluster, task.reason) = ("n3", json.string())
      binding.gracefulEvictionTasks = [task]
    }
    return binding
  }

  private mutating func event(_ name: String) -> Event {
    let kinds = ["Cluster", "Work", "Deployment", "ResourceBinding", "PropagationPolicy", ""]
    var event = Sample.event(
      name, on: pick(kinds), self.name(), after: Double(Int.random(in: -99...99, using: &random)))
    event.message = json.string()
    if chance(9) { event.lastTimestamp = pick([nil, Time(nanoseconds: .min)]) }
    return event
  }

  // MARK: Overrides

  private mutating func one() -> Result<JSONValue, APIError> {
    chance(5)
      ? .failure(APIError(pick(APIError.Kind.allCases), message: json.string()))
      : .success(chance(3) ? json.value() : template())
  }

  private mutating func many(
    _ object: (inout RandomEvents) -> JSONValue
  ) -> Result<[JSONValue], APIError> {
    if chance(8) { return .failure(APIError(.forbidden, message: json.string())) }
    return .success((0..<Int.random(in: 0..<4, using: &random)).map { _ in object(&self) })
  }

  private mutating func template() -> JSONValue {
    [
      "apiVersion": "apps/v1", "kind": .string(pick(["Deployment", "ConfigMap", "Secret", "Job"])),
      "metadata": ["name": "n1", "namespace": "shop", "labels": ["a": .string(json.string())]],
      "spec": ["replicas": json.number(), "text": .string(json.string())],
      "data": ["config": .string(chance(2) ? "a:\n  b: 1\n" : json.string())],
    ]
  }

  private mutating func overridePolicy() -> JSONValue {
    [
      "metadata": ["name": .string(name()), "namespace": "shop"],
      "spec": [
        "overrideRules": [
          [
            "targetCluster": chance(2) ? nil : ["clusterNames": [.string(name()), "n1"]],
            "overriders": [
              "plaintext": [
                [
                  "operator": .string(pick(["add", "replace", "remove", "no"])),
                  "path": .string(pick(["/spec/text", "/spec/replicas", "/nope/x", "", "x"])),
                  "value": json.value(),
                ]
              ],
              "fieldOverrider": chance(3)
                ? [["fieldPath": "/data/config", "yaml": chance(2) ? nil : [json.value()]]] : nil,
            ],
          ]
        ]
      ],
    ]
  }

  private mutating func reading(_ question: OverrideQuestion) -> OverrideReading {
    let clusters: JSONValue = .array(
      (0..<Int.random(in: 0..<5, using: &random)).map { _ in
        ["name": .string(name()), "replicas": json.number()]
      })
    let binding: JSONValue = [
      "spec": [
        "clusters": clusters, "replicas": json.number(),
        "placement": chance(2) ? nil : ["replicaScheduling": [:]],
      ]
    ]
    return OverrideReading(
      question, binding: chance(9) ? one() : .success(binding), template: one(),
      overridePolicies: many { $0.overridePolicy() },
      clusterOverridePolicies: many { $0.overridePolicy() },
      works: many { events in
        [
          "metadata": ["namespace": .string("karmada-es-\(events.name())")],
          "spec": ["workload": ["manifests": [events.template()]]],
        ]
      })
  }

  private mutating func answer() -> AppEvent {
    if !pending.isEmpty, !chance(4) {
      return pending.remove(at: Int.random(in: 0..<pending.count, using: &random))
    }
    let token = chance(4) ? pick(tokens) : tokens[tokens.count - 1]
    let error = APIError(.server, message: json.string())
    if chance(3) {
      var work = Work()
      work.metadata.name = name()
      return .worksRead(token: token, chance(3) ? .failure(error) : .success([work]))
    }
    return .objectRead(token: token, chance(4) ? .failure(error) : .success(json.value()))
  }

  private mutating func rare() -> AppEvent {
    let numbers = [0, -1, 1e300, .infinity, .nan, 42.5]
    return pick([
      .serverVersion(json.string()), .themeChanged("mono"), .mouseChanged(!chance(4)),
      .notice(StatusMessage(.error, json.string())), .input(.resumed),
      .input(.hangUp(signal: "SIGHUP")),
      .replay(
        ReplayStatus(position: pick(numbers), duration: pick(numbers), speed: pick(numbers))),
    ])
  }
}
