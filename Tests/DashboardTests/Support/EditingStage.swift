import ControlPlane
import Karmada
import Manifest
import Testing

@testable import Dashboard

/// Somebody who changes the override policy shop/settings, and a server that answers as it is told.
struct EditingStage {
  static let reference = PolicyReference(
    kind: "OverridePolicy", key: ObjectKey(namespace: "shop", name: "settings"))

  var state: AppState
  /// What the server has.
  var facts: SaveFacts

  /// The list of policies, before anything is opened.
  init() throws {
    state = AppState.loaded(
      clusters: [Sample.cluster("m1"), Sample.cluster("m2")],
      overrides: [Sample.override("shop/settings")])
    facts = SaveFacts()
    facts.current = Self.policy("one")
    facts.overridePolicies = [Self.policy("one")]
    facts.clusters = ["m1", "m2"].map { name in
      var cluster = OverrideTarget()
      cluster.name = name
      return cluster
    }
    facts.objects = [
      SaveFacts.Object(
        template: [
          "apiVersion": "v1", "kind": "ConfigMap",
          "metadata": ["namespace": "shop", "name": "settings"], "data": ["key": "value"],
        ], binding: ["spec": ["clusters": [["name": "m1"], ["name": "m2"]]]])
    ]
    try press("6")
  }

  /// With one rule for every cluster.
  static func policy(_ value: JSONValue) -> JSONValue {
    [
      "apiVersion": "policy.karmada.io/v1alpha1", "kind": "OverridePolicy",
      "metadata": ["namespace": "shop", "name": "settings", "resourceVersion": "7"],
      "spec": [
        "resourceSelectors": [["apiVersion": "v1", "kind": "ConfigMap"]],
        "overrideRules": [
          [
            "overriders": [
              "plaintext": [["path": "/data/key", "operator": "replace", "value": value]]
            ]
          ]
        ],
      ],
    ]
  }

  static let value = OverrideDraft.pointer(rule: 0, .plaintext, 0).appending("value")
  static let team = JSONPointer(tokens: ["metadata", "labels", "team"])

  // MARK: The person

  /// Also answers whatever reading was asked for.
  @discardableResult mutating func press(_ keys: String) throws -> [Effect] {
    answer(try state.press(keys))
  }

  @discardableResult mutating func run(_ line: String) throws -> [Effect] {
    try press(":")
    _ = state.take(.input(.paste(line)))
    return try press("Enter")
  }

  @discardableResult mutating func take(_ news: OverrideNews) -> [Effect] {
    answer(state.take(.override(news)))
  }

  /// In the form, as if typed.
  @discardableResult mutating func type(_ value: JSONValue) -> [Effect] {
    answer(state.changeDraft { page in try page.draft.set(value, at: Self.value) })
  }

  var draft: OverrideDraft? { state.form?.draft }

  func effects(_ effects: [Effect]) -> [OverrideOrder] {
    effects.compactMap { if case .override(let order) = $0 { order } else { nil } }
  }

  // MARK: The server

  private mutating func answer(_ effects: [Effect]) -> [Effect] {
    var all = effects
    for effect in effects {
      guard case .override(.readFacts(let token, let policy, _)) = effect else { continue }
      var facts = facts
      if policy != Self.reference { facts.current = nil }
      all += answer(state.take(.override(.facts(token: token, .success(facts)))))
    }
    return all
  }

  /// Somebody else changes the policy.
  mutating func others(_ change: (inout JSONValue) -> Void) {
    guard var policy = facts.current else { return }
    change(&policy)
    serve(policy)
  }

  private mutating func serve(_ policy: JSONValue?) {
    var policy = policy
    let version = facts.current?[path: "metadata", "resourceVersion"]?.string.flatMap { Int($0) }
    policy?["metadata"]?["resourceVersion"] = .string(String((version ?? 7) + 1))
    facts.current = policy
    facts.overridePolicies = [policy].compactMap { $0 }
  }

  /// What the page that is opened by these effects comes to know.
  @discardableResult mutating func plan(_ effects: [Effect]) throws -> SavePlan {
    let found = effects.compactMap { effect -> (Int, SaveIntent)? in
      if case .override(.plan(let token, let intent)) = effect { (token, intent) } else { nil }
    }
    let (token, intent) = try #require(found.first)
    return plan(intent, token)
  }

  @discardableResult mutating func plan(_ intent: SaveIntent, _ token: Int) -> SavePlan {
    var plan = SavePlan(intent, facts)
    if plan.request != nil { plan.take(checked: .success(plan.result)) }
    take(.planned(token: token, .success(plan)))
    return plan
  }

  /// The plan on the screen is confirmed, and taken by the server, which is not told yet.
  mutating func save() throws -> Saving {
    let page = try #require(state.savePage)
    let plan = try #require(page.plan)
    let request = try #require(plan.request)
    serve(request.body)
    var machine = SaveMachine(plan)
    _ = machine.handle(.begin, at: state.now)
    _ = machine.handle(.noted, at: state.now)
    let report = SaveReport(
      policy: plan.intent.policy, action: request.verb, outcome: .saved,
      words: "every Work is as predicted", saved: facts.current, edit: "settings-1")
    state.runningSave = .sending
    return Saving(token: page.token, machine: machine, report: report)
  }

  struct Saving {
    var token: Int
    var machine: SaveMachine
    var report: SaveReport
  }

  @discardableResult mutating func end(_ saving: Saving) -> [Effect] {
    take(.ended(token: saving.token, saving.machine, saving.report))
  }

  /// What the server would get, if the form were saved now.
  mutating func body() throws -> JSONValue {
    try #require(try plan(try press("ctrl-s")).request?.body)
  }
}
