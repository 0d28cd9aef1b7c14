import ControlPlane
import Karmada
import Manifest
import Testing

@testable import Dashboard

/// The guided way into a document that stands in a field.
@Suite struct GuideTests {
  private static let policy: JSONValue = [
    "apiVersion": "policy.karmada.io/v1alpha1", "kind": "OverridePolicy",
    "metadata": ["namespace": "shop", "name": "settings", "resourceVersion": "7"],
    "spec": [
      "resourceSelectors": [
        ["apiVersion": "v1", "kind": "ConfigMap"], ["apiVersion": "v1", "kind": "Secret"],
      ],
      "overrideRules": [
        ["targetCluster": ["clusterNames": ["m1"]], "overriders": [:]]
      ],
    ],
  ]
  private static let binding: JSONValue = ["spec": ["clusters": [["name": "m1"]]]]

  private static func object(_ kind: String, _ data: JSONValue) -> SaveFacts.Object {
    SaveFacts.Object(
      template: [
        "apiVersion": "v1", "kind": .string(kind),
        "metadata": ["namespace": "shop", "name": "settings"], "data": data,
      ], binding: binding)
  }

  /// The form over the policy, with its fleet read, and the walk begun.
  private func walking() throws -> AppState {
    var state = AppState.loaded(
      clusters: [Sample.cluster("m1")], overrides: [Sample.override("shop/settings")])
    try press("6 e", &state)
    var facts = SaveFacts()
    facts.current = Self.policy
    facts.overridePolicies = [Self.policy]
    var cluster = OverrideTarget()
    cluster.name = "m1"
    facts.clusters = [cluster]
    facts.objects = [
      Self.object("ConfigMap", ["app.yaml": "db:\n  port: 5432\n  tls: true\n", "note": "text"]),
      Self.object("Secret", ["key": "aGlkZGVu"]),
    ]
    let token = try #require(state.form?.question)
    _ = update(&state, .override(.facts(token: token, .success(facts))))
    try press("f", &state)
    return state
  }

  private func press(_ keys: String, _ state: inout AppState) throws {
    for key in try Key.sequence(parsing: keys) { _ = update(&state, .input(.key(key))) }
  }

  private func titles(_ state: AppState) -> [String] {
    state.form?.walk?.guide.choices.map(\.title) ?? []
  }

  private func field(_ state: AppState) -> JSONValue? {
    state.form?.draft[OverrideDraft.pointer(rule: 0, .field, 0)]
  }

  @Test func itLeadsFromTheFieldToTheValue() throws {
    var state = try walking()
    // A Secret is nothing to walk into; of one object the fields come at once.
    #expect(titles(state) == ["/data/app.yaml"])
    try press("Enter", &state)
    #expect(titles(state) == ["db"])
    try press("Enter", &state)
    #expect(titles(state) == ["port", "tls"])
    try press("Enter", &state)
    #expect(state.prompt?.kind == .guided && state.prompt?.text == "5432")
    try press("ctrl-u", &state)
    _ = update(&state, .input(.paste("\"3306\"")))
    // Seen before it is taken: a number becomes a text.
    let beside = state.formDetail(width: 60, height: 40).map { $0.map(\.text).joined() }
    #expect(beside.contains { $0.hasPrefix("! ") && $0.contains("text") }, "\(beside)")
    #expect(field(state) == nil)
    try press("Enter", &state)
    #expect(state.form?.walk == nil && state.prompt == nil)
    #expect(
      field(state) == [
        "fieldPath": "/data/app.yaml",
        "yaml": [["subPath": "/db/port", "operator": "replace", "value": "3306"]],
      ])
    #expect(state.form?.row?.pointer == OverrideDraft.pointer(rule: 0, .field, 0))
    // It is one change, and taken back as one.
    try press("u", &state)
    #expect(field(state) == nil && state.form?.draft.isChanged == false)
  }

  @Test func whatIsThereCanBeRemoved() throws {
    var state = try walking()
    try press("Enter Enter j x", &state)
    #expect(field(state) == nil)
    try press("Enter", &state)
    #expect(field(state)?["yaml"] == [["subPath": "/db/tls", "operator": "remove"]])
  }

  @Test func aKeyThatIsNotThereCanBeAdded() throws {
    var state = try walking()
    try press("Enter Enter +", &state)
    #expect(state.prompt?.kind == .guidedKey)
    try press("p o o l Enter 8 Enter", &state)
    #expect(
      field(state)?["yaml"] == [["subPath": "/db/pool", "operator": "add", "value": 8]])
  }

  @Test func escGoesBackStepByStepAndChangesNothing() throws {
    var state = try walking()
    try press("Enter Enter Enter 9 Esc", &state)
    #expect(state.prompt == nil && titles(state) == ["port", "tls"])
    try press("Esc", &state)
    #expect(titles(state) == ["db"])
    try press("Esc", &state)
    #expect(titles(state) == ["/data/app.yaml"])
    try press("Esc", &state)
    #expect(state.form != nil && state.form?.walk == nil)
    #expect(state.form?.draft.isChanged == false)
    try press("Esc", &state)
    #expect(state.form == nil)
  }

  /// null is no value to Karmada's webhook: nothing is put there, and the walk stays.
  @Test func nullIsRefusedBeforeItIsTaken() throws {
    var state = try walking()
    try press("Enter Enter Enter ctrl-u", &state)
    _ = update(&state, .input(.paste("null")))
    try press("Enter", &state)
    #expect(field(state) == nil && state.message?.kind == .error)
    #expect(state.form?.walk != nil)
  }

  @Test func otherKeysOfTheFormWaitUntilItIsDone() throws {
    var state = try walking()
    let before = state.form?.draft
    try press("K J u d Tab ]", &state)
    #expect(state.form?.draft == before && state.form?.walk != nil)
  }
}
