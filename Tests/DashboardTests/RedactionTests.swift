import Manifest
import TestSupport
import Testing

@testable import Dashboard

@Suite struct RedactionTests {
  private static let lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

  private static let secret: JSONValue = [
    "apiVersion": "v1", "kind": "Secret", "type": "Opaque",
    "metadata": [
      "name": "db", "annotations": [lastApplied: "{\"data\":{\"a\":\"czNjcjN0\"}}", "x": "y"],
    ],
    "data": ["password": "czNjcjN0", "empty": ""], "stringData": ["plain": "s3cr3t", "odd": 5],
  ]

  private static let hidden: JSONValue = [
    "apiVersion": "v1", "kind": "Secret", "type": "Opaque",
    "metadata": [
      "name": "db", "annotations": [lastApplied: "hidden: it repeats the Secret", "x": "y"],
    ],
    "data": ["password": "hidden, 8 characters", "empty": "hidden, 0 characters"],
    "stringData": ["plain": "hidden, 6 characters", "odd": "hidden, 0 characters"],
  ]

  @Test func aSecretsDataIsHidden() {
    #expect(Redaction.redacted(Self.secret) == Self.hidden)
  }

  @Test func soItIsInAWorkInAList() {
    func wrapped(_ manifest: JSONValue) -> JSONValue {
      [
        "kind": "WorkList",
        "items": [
          ["kind": "Work", "spec": ["workload": ["manifests": [manifest, ["kind": "ConfigMap"]]]]]
        ],
      ]
    }
    #expect(Redaction.redacted(wrapped(Self.secret)) == wrapped(Self.hidden))
  }

  @Test func dataOfAnyShapeIsHidden() {
    let odd: JSONValue = ["kind": "Secret", "data": "czNjcjN0", "stringData": ["a", "b"]]
    #expect(
      Redaction.redacted(odd) == ["kind": "Secret", "data": "hidden", "stringData": "hidden"])
    let none: JSONValue = ["kind": "Secret", "data": nil]
    #expect(Redaction.redacted(none) == none)
  }

  @Test func whatIsNoSecretStays() {
    let map: JSONValue = [
      "kind": "ConfigMap", "data": ["a": "b"],
      "metadata": ["annotations": [Self.lastApplied: "{}"]],
    ]
    #expect(Redaction.redacted(map) == map)
    var random = RandomJSON(seed: 1)
    for _ in 0..<300 {
      let value = random.value()
      #expect(Redaction.redacted(value) == value)
    }
  }

  @Test func noPageShowsOrCopiesIt() throws {
    var state = AppState.loaded(bindings: [Sample.binding("shop/db", kind: "Secret")])
    try state.press("2 T")
    state.take(.objectRead(token: 2, .success(Self.secret)))
    let effects = try state.press("c")
    let shown = state.topText?.lines.map { $0.map(\.text).joined() }.joined(separator: "\n") ?? ""
    #expect(shown.contains("hidden, 8 characters"))
    for secret in ["czNjcjN0", "s3cr3t"] {
      #expect(!shown.contains(secret))
      #expect(!"\(effects)".contains(secret))
    }
  }
}
