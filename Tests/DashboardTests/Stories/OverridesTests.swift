import ControlPlane
import Karmada
import Manifest
import Testing

@testable import Dashboard

/// Looking at what override policies do.
@Suite struct OverridesTests {
  private static let clusters = ["m1", "m2", "m3"]

  private static func selecting(_ policy: String, name: String = "", label: Bool = false)
    -> OverridePolicy
  {
    var override = Sample.override(policy)
    var selector = ResourceSelector()
    (selector.apiVersion, selector.kind, selector.name) = ("apps/v1", "Deployment", name)
    if label { selector.matchLabels = ["tier": "edge"] }
    override.resourceSelectors = [selector]
    return override
  }

  private static var fleet: AppState {
    AppState.loaded(
      clusters: clusters.map { Sample.cluster($0) },
      bindings: [
        Sample.binding("shop/web", on: clusters), Sample.binding("shop/db", on: ["m1"]),
        Sample.binding("bank/ledger", on: ["m2"], policy: "bank/pp"),
      ],
      policies: [Sample.policy("bank/pp")],
      overrides: [selecting("shop/images", name: "web"), selecting("shop/edge", label: true)])
  }

  private static let template: JSONValue = [
    "apiVersion": "apps/v1", "kind": "Deployment",
    "metadata": ["namespace": "shop", "name": "web"], "spec": ["replicas": 2],
  ]

  private static func reading(_ policies: [JSONValue]) -> OverrideReading {
    let targets: JSONValue = .array(clusters.map { ["name": .string($0)] })
    return OverrideReading(
      Sample.question("shop/web", clusters), binding: .success(["spec": ["clusters": targets]]),
      template: .success(template), overridePolicies: .success(policies),
      clusterOverridePolicies: .success([]),
      works: .success([
        [
          "metadata": ["namespace": "karmada-es-m2", "name": "w"],
          "spec": ["workload": ["manifests": [template]]],
        ]
      ]))
  }

  private static func replicas(_ value: JSONValue, on cluster: String) -> JSONValue {
    [
      "metadata": ["namespace": "shop", "name": "images"],
      "spec": [
        "overrideRules": [
          [
            "targetCluster": ["clusterNames": [.string(cluster)]],
            "overriders": [
              "plaintext": [["operator": "replace", "path": "/spec/replicas", "value": value]]
            ],
          ]
        ]
      ],
    ]
  }

  /// The pane opened on shop/web, everything read and compared.
  private static func looked(_ policies: [JSONValue]) throws -> AppState {
    var state = fleet
    try state.press("2 / w e b Enter D")
    return answered(state, policies)
  }

  private static func answered(_ state: AppState, _ policies: [JSONValue]) -> AppState {
    var state = state
    guard let look = state.overrides.look else { return state }
    let effects = state.take(.overridesRead(token: look.token, reading(policies)))
    compare(&state, effects)
    return state
  }

  /// Carries out the comparisons among the effects; the others are given back.
  @discardableResult
  private static func compare(_ state: inout AppState, _ effects: [Effect]) -> [Effect] {
    effects.filter { effect in
      guard case .compareOverrides(let token, let reading, let cluster, let member) = effect
      else { return true }
      let findings = OverrideFindings(reading, cluster: cluster, member: member)
      state.take(.overridesCompared(token: token, findings))
      return false
    }
  }

  private static func text(_ state: AppState) -> String {
    state.overrides.lines.map { $0.map(\.text).joined() }.joined(separator: "\n")
  }

  // MARK: The list

  @Test func listsWhatPoliciesSelectAndThePolicies() throws {
    var state = Self.fleet
    try state.press("4")
    let rows = (0..<state.overrides.list.table.visibleCount).compactMap {
      state.overrides.list.table.row(at: $0)
    }
    #expect(rows.map(\.name) == ["db", "web", "edge", "images"])
    #expect(
      rows.map { $0.relation.map(\.text).joined() }[0...1] == [
        "by label? edge", "images by label? edge",
      ])
  }

  @Test func theListFollowsPoliciesAndBindings() throws {
    var state = Self.fleet
    try state.press("4")
    func names() -> [String] {
      (0..<state.overrides.list.table.visibleCount).compactMap {
        state.overrides.list.table.row(at: $0)?.key.object.description
      }
    }
    state.take(
      .feed(.overridePolicies, .objects(.overridePolicies([Self.selecting("bank/all")]))))
    #expect(
      names() == ["bank/ledger", "shop/db", "shop/web", "bank/all", "shop/edge", "shop/images"])
    state.take(.feed(.resourceBindings, .objects(.bindings([Sample.binding("bank/new")]))))
    #expect(names().contains("bank/new"))
    state.take(.feed(.resourceBindings, .removed([Sample.key("bank/new")])))
    #expect(!names().contains("bank/new"))
    state.take(.feed(.overridePolicies, .removed([Sample.key("bank/all")])))
    #expect(names() == ["shop/db", "shop/web", "shop/edge", "shop/images"])
  }

  @Test func policiesOfOtherNamespacesAndKindsDoNotCount() {
    let index = OverrideIndex([
      Self.selecting("shop/images", name: "web"), Self.selecting("cluster-wide"),
      Sample.override("bank/everything"),
    ])
    func match(_ name: String, kind: String = "Deployment") -> [String] {
      var reference = Sample.binding(name).resource
      reference.kind = kind
      return index.match(reference).certain.map { "\($0.object)" }
    }
    #expect(match("shop/web") == ["cluster-wide", "shop/images"])
    #expect(match("shop/other") == ["cluster-wide"])
    #expect(match("bank/web") == ["cluster-wide", "bank/everything"])
    #expect(match("shop/web", kind: "StatefulSet") == [])
    #expect(match("web") == ["cluster-wide"])
  }

  // MARK: Ways to it

  @Test func aBindingThatNoPolicySelectsIsShownWhenAskedFor() throws {
    var state = Self.fleet
    try state.press("2 / l e d g e r Enter D")
    #expect(state.pane == .overrides)
    #expect(state.overrides.list.selected?.key.object == Sample.key("bank/ledger"))
    try state.press("Esc")
    #expect(state.pane == .bindings)
  }

  @Test func aPolicyLeadsToWhatItSelects() throws {
    var state = Self.fleet
    try state.press("6 / i m a g e s Enter D")
    #expect(state.filterText(of: .overrides) == "policy:shop/images")
    #expect(state.overrides.list.selected?.key.object == Sample.key("shop/web"))
  }

  @Test func aClusterLeadsToWhatGoesThereOnItsTab() throws {
    var state = Self.fleet
    try state.press("1 j D")
    #expect(state.filterText(of: .overrides) == "cluster:m2")
    #expect(state.overrides.cluster == "m2")
    state = Self.answered(state, [])
    #expect(state.overrides.cluster == "m2")
  }

  @Test func eventsLeadNowhere() throws {
    var state = Self.fleet
    try state.press("8 D")
    #expect(state.pane == .events)
    #expect(state.message?.text.contains("leads to overrides") == true)
  }

  // MARK: The look

  @Test func nothingIsAskedWhileNobodyLooks() throws {
    var state = Self.fleet
    #expect(try state.press("2 6 8 1") == [])
    #expect(state.take(.tick(Sample.start + .seconds(100))) == [])
  }

  @Test func tabsGoRoundAndEachIsCompared() throws {
    var state = try Self.looked([Self.replicas(5, on: "m2")])
    #expect(Self.text(state).contains("2 different manifests for 3 clusters"))
    #expect(Self.text(state).contains("DIFFERS on m2"))
    let effects = Self.compare(&state, try state.press("] ]"))
    #expect(state.overrides.cluster == "m2")
    // Only m2 has a Work to compare the member's object with.
    let reads = effects.compactMap {
      if case .readMember(_, let cluster, _) = $0 { cluster } else { nil }
    }
    #expect(reads == ["m2"])
    #expect(Self.text(state).contains("DIFFERS from the prediction at /spec/replicas"))
    try state.press("] ]")
    #expect(state.overrides.cluster == nil)
    try state.press("[")
    #expect(state.overrides.cluster == "m3")
  }

  @Test func theMembersDriftIsShown() throws {
    var state = try Self.looked([])
    Self.compare(&state, try state.press("] ]"))
    var member = Self.template
    member["spec"]?["replicas"] = 9
    member["metadata"]?["uid"] = "1"
    let look = try #require(state.overrides.look)
    Self.compare(&state, state.take(.memberRead(token: look.id, cluster: "m2", .success(member))))
    #expect(Self.text(state).contains("DRIFTED in 1 places  1 fields left out"))
    #expect(Self.text(state).contains("/spec/replicas\n- 2\n+ 9"))
    #expect(Self.text(state).contains("the API server's own: /metadata/uid"))
    Self.compare(
      &state,
      state.take(.memberRead(token: look.id, cluster: "m2", .failure(Sample.unreachable))))
    #expect(Self.text(state).contains("connection refused"))
  }

  @Test func oldAndNewStandSideBySideWhenAsked() throws {
    var state = try Self.looked([Self.replicas(5, on: "m1")])
    #expect(Self.text(state).contains("-   replicas: 2"))
    try state.press("|")
    #expect(Self.text(state).contains("  replicas: 2"))
    #expect(Self.text(state).contains(" │ "))
    try state.press("|")
    #expect(!Self.text(state).contains(" │ "))
  }

  @Test func theWholeLookFillsTheScreenAndFollows() throws {
    var state = try Self.looked([Self.replicas(5, on: "m1")])
    try state.press("Enter")
    #expect(state.topText?.subject == .overrides)
    let before = state.topText?.lines
    state = Self.answered(state, [])
    #expect(state.topText?.lines != before)
    try state.press("]")
    #expect(state.overrides.cluster == "m1")
    try state.press("Esc")
    #expect(state.overlays.isEmpty)
  }

  @Test func whatMayNotBeReadIsToldAndNothingPredicted() throws {
    var state = Self.fleet
    try state.press("4 j")
    let look = try #require(state.overrides.look)
    let reading = OverrideReading(
      Sample.question("shop/web", Self.clusters), binding: .success([:]),
      template: .failure(Sample.forbidden), overridePolicies: .success([]),
      clusterOverridePolicies: .success([]), works: .success([]))
    state.take(.overridesRead(token: look.token, reading))
    #expect(Self.text(state).hasPrefix("not permitted"))
    #expect(state.overrides.lines.first?.first?.role == .statusDenied)
  }

  @Test func whatWasReadStaysWhenTheServerIsGoneAndSaysSo() throws {
    var state = try Self.looked([Self.replicas(5, on: "m1")])
    let effects = state.take(.tick(Sample.start + .seconds(2)))
    #expect(Self.asksAgain(effects))
    let gone = OverrideReading(
      Sample.question("shop/web", Self.clusters), binding: .failure(Sample.unreachable),
      template: .failure(Sample.unreachable), overridePolicies: .failure(Sample.unreachable),
      clusterOverridePolicies: .failure(Sample.unreachable), works: .failure(Sample.unreachable))
    let token = try #require(state.overrides.look).token
    state.take(.overridesRead(token: token, gone))
    #expect(Self.text(state).hasPrefix("STALE since 2027-01-15T08:00:00Z: "))
    #expect(Self.text(state).contains("replicas: 5"))
    #expect(Self.asksAgain(state.take(.tick(Sample.start + .seconds(4)))))
    state = Self.answered(state, [])
    #expect(!Self.text(state).contains("STALE"))
  }

  // MARK: Freshness

  private static func asksAgain(_ effects: [Effect]) -> Bool {
    effects.contains { if case .readOverrides = $0 { true } else { false } }
  }

  @Test func aLookIsReadAgainWhenSomethingChanges() throws {
    let state = try Self.looked([])
    func after(_ event: AppEvent) -> Bool {
      var state = state
      return Self.asksAgain(state.take(event))
    }
    let policy = Self.selecting("shop/images", name: "web")
    #expect(after(.feed(.overridePolicies, .objects(.overridePolicies([policy])))))
    #expect(after(.feed(.resourceBindings, .objects(.bindings([Sample.binding("shop/web")])))))
    #expect(!after(.feed(.resourceBindings, .objects(.bindings([Sample.binding("shop/db")])))))
    // A heartbeat changes nothing that a policy looks at; a label does.
    #expect(!after(.feed(.clusters, .objects(.clusters([Sample.cluster("m1", ready: .false)])))))
    var labelled = Sample.cluster("m1")
    labelled.metadata.labels = ["tier": "edge"]
    #expect(after(.feed(.clusters, .objects(.clusters([labelled])))))
    #expect(after(.feed(.clusters, .removed([Sample.key("m1")]))))
    // m1 and m3 have no Work, which Karmada may be about to make.
    #expect(!after(.tick(Sample.start + .seconds(1))))
    #expect(after(.tick(Sample.start + .seconds(2))))
  }

  @Test func oneQuestionIsOutAtATime() throws {
    var state = try Self.looked([])
    #expect(Self.asksAgain(state.take(.tick(Sample.start + .seconds(2)))))
    #expect(!Self.asksAgain(state.take(.tick(Sample.start + .seconds(9)))))
  }

  @Test func answersToEarlierQuestionsAreDropped() throws {
    var state = Self.fleet
    try state.press("4")
    let early = try #require(state.overrides.look).token
    try state.press("j")
    #expect(state.take(.overridesRead(token: early, Self.reading([]))) == [])
    #expect(state.overrides.look?.reading == nil)
  }

  @Test func aFrozenScreenAsksForNothing() throws {
    var state = try Self.looked([])
    try state.press("Z")
    #expect(state.take(.tick(Sample.start + .seconds(60))) == [])
  }

  @Test func secretsAreComparedWithoutBeingShown() {
    let old: JSONValue = ["kind": "Secret", "data": ["a": "AAAA", "b": "BBBB", "c": "CCCC"]]
    let new: JSONValue = ["kind": "Secret", "data": ["a": "AAAA", "b": "XXXX", "d": "DDDD"]]
    let (before, after) = Redaction.pair(old, new)
    #expect(before[path: "data", "a"] == after[path: "data", "a"])
    #expect(before[path: "data", "b"] != after[path: "data", "b"])
    for text in ["AAAA", "BBBB", "XXXX", "CCCC", "DDDD"] {
      #expect(!(before.jsonText() + after.jsonText()).contains(text))
    }
  }
}
