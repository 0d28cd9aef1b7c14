import ControlPlane
import Dashboard
import Karmada
import Manifest
import Screen
import TestSupport
import Testing

/// The three sizes every pane is held to.
private let sizes = [
  Size(width: 80, height: 24), Size(width: 120, height: 36), Size(width: 200, height: 50),
]

@Suite struct GoldenScreenTests {
  @Test(
    arguments: [
      ("clusters", "1"), ("bindings", "2"), ("failovers", "3"), ("policies", "6"), ("events", "8"),
    ], sizes)
  func everyPaneOfTheDemoLooksAsAgreed(_ pane: (name: String, key: String), _ size: Size)
    async throws
  {
    var state = try await Stage.quickstart(size: size)
    try Stage.press(pane.key, &state)
    try Golden.expect(
      Stage.lines(state), matches: "quickstart-\(pane.name)-\(size.width)x\(size.height)")
  }

  @Test(
    arguments: [
      ("cluster-outage", 97.0, "1"), ("cluster-outage", 97.0, "2"),
      ("stateful-failover-twice", 16.15, "2"), ("failover-purge-never", 15.0, "2"),
      ("field-override", 15.0, "6"), ("migrate-and-rollback", 5.0, "2"),
    ])
  func recordedIncidentsLookAsAgreed(_ name: String, _ second: Double, _ keys: String)
    async throws
  {
    var state = try await Stage.trace(name, at: second, size: sizes[1])
    try Stage.press(keys, &state)
    try Golden.expect(
      Stage.lines(state), matches: "\(name)-at-\(Int(second))-pane-\(keys)-120x36")
  }

  /// What moved, when and why, and whether its state arrived, at a glance and in full.
  @Test(
    arguments: [
      ("cluster-outage", 97.0, "3"), ("cluster-outage", 97.0, "3 t"),
      ("stateful-failover-twice", 33.3, "3"), ("stateful-failover-twice", 33.3, "3 t"),
      ("failover-purge-never", 20.0, "3"),
    ],
    [Size(width: 80, height: 24), Size(width: 120, height: 36), Size(width: 140, height: 40)])
  func failoversLookAsAgreed(
    _ incident: (name: String, second: Double, keys: String), _ size: Size
  ) async throws {
    var state = try await Stage.trace(incident.name, at: incident.second, size: size)
    try Stage.press(incident.keys, &state)
    let page = incident.keys == "3" ? "failovers" : "timeline"
    try Golden.expect(
      Stage.lines(state), matches: "\(incident.name)-\(page)-\(size.width)x\(size.height)")
  }

  @Test func theDeadClusterIsFirstWithSinceWhenAndWhy() async throws {
    for size in sizes {
      let state = try await Stage.trace("cluster-outage", at: 97, size: size)
      let lines = Stage.lines(state)
      // Header, tabs, border and column titles stand above the first row.
      #expect(lines[4].contains("NOT READY") && lines[4].contains("member3"))
      #expect(lines.contains { $0.contains("ClusterNotReachable") })
      #expect(lines.contains { $0.contains("78s") })
    }
  }

  @Test(arguments: [("describe", "2 d"), ("yaml", "2 y"), ("help", "2 ?"), ("command", "2 : s")])
  func pagesAndPromptsLookAsAgreed(_ name: String, _ keys: String) async throws {
    var state = try await Stage.quickstart(size: sizes[0])
    try Stage.press(keys, &state)
    if let token = state.topText.map({ _ in 2 }) {
      let object: JSONValue = [
        "apiVersion": "work.karmada.io/v1alpha2", "kind": "ResourceBinding",
        "metadata": [
          "name": "ledger-statefulset", "namespace": "payments",
          "labels": ["app": "ledger"], "managedFields": [["manager": "karmada"]],
        ],
        "spec": ["clusters": [], "replicas": 3],
      ]
      _ = update(&state, .objectRead(token: token, .success(object)))
      _ = update(&state, .worksRead(token: token, .success([])))
    }
    try Golden.expect(Stage.lines(state), matches: "quickstart-\(name)-80x24")
  }

  @Test func theColumnsThatWereChosenStandInTheirOrder() async throws {
    var state = try await Stage.quickstart(size: sizes[0])
    state.options.columns = [.clusters: ["name", "version", "state"]]
    let lines = Stage.lines(state)
    #expect(lines[3].hasPrefix("│ NAME     VERSION   STATE▲ "))
    #expect(lines[4].hasPrefix("│ member3  v1.30.8   NOT READY "))
    #expect(!lines[3].contains("WHY"))
  }

  @Test func aFilterShowsItsCountAndMarksItsMatches() async throws {
    var state = try await Stage.quickstart(size: sizes[0])
    try Stage.press("2 / p a y", &state)
    try Golden.expect(Stage.lines(state), matches: "quickstart-filter-80x24")
  }

  /// Where something lies, or what to type, stands at the end of a message.
  @Test func aLongMessageIsReadToItsEnd() async throws {
    var state = try await Stage.quickstart(size: sizes[0])
    let path = "/home/somebody/.local/state/quarterdeck/drafts/settings.draft.json.rejected.yaml"
    state.message = StatusMessage(.error, "the editor ended with 3; what was written is in \(path)")
    let lines = Stage.lines(state)
    let begin = try #require(lines.firstIndex { $0.hasPrefix(" the editor ended with 3") })
    let message = lines[begin...].map { $0.filter { $0 != " " } }.joined()
    #expect(lines.count == 24 && begin < 23 && message.hasSuffix(path), "\(lines.suffix(3))")
  }

  @Test func withoutUnicodeTheScreenIsASCII() async throws {
    for pane in ["1", "2", "6", "8"] {
      var state = try await Stage.quickstart(size: sizes[1])
      try Stage.press(pane, &state)
      for line in Stage.lines(state, glyphs: .ascii) {
        let isASCII = line.utf8.allSatisfy { $0 < 0x80 }
        #expect(isASCII)
      }
    }
  }

  /// An empty table stands for nothing but itself.
  @Test(arguments: [
    ("loading", FeedPhase.loading(received: 0)), ("empty", .live),
    ("stale", .stale(since: nil, APIError(.unreachable, message: "connection refused"))),
    (
      "denied",
      .denied(
        APIError(
          .forbidden, status: 403, message: "clusters.cluster.karmada.io is forbidden",
          subject: "list clusters.cluster.karmada.io"))
    ),
  ])
  func loadingEmptyStaleAndNotPermittedLookDifferent(_ name: String, _ phase: FeedPhase) throws {
    let now = try #require(Time(rfc3339: "2026-11-22T12:00:00Z"))
    var state = AppState(now: now, endpoint: Endpoint(context: "prod", server: "https://prod"))
    state.size = sizes[0]
    for feed in FeedID.allCases { _ = update(&state, .feed(feed, .phase(phase))) }
    try Golden.expect(Stage.lines(state), matches: "state-\(name)-80x24")
  }

  @Test func staleRowsStayReadableAndSaySo() async throws {
    var state = try await Stage.quickstart(size: sizes[0])
    let since = state.now
    let error = APIError(.unreachable, message: "connection refused", subject: "watch clusters")
    for feed in FeedID.allCases {
      _ = update(&state, .feed(feed, .phase(.stale(since: since, error))))
    }
    _ = update(&state, .tick(since + .seconds(75)))
    let lines = Stage.lines(state)
    #expect(lines[0].contains("STALE 75s"))
    #expect(lines.contains { $0.contains("member3") })
    #expect(lines.contains { $0.contains("STALE since 75s ago") })
  }
}
