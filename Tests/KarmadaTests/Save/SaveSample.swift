import Karmada
import Manifest

/// The policy of `DraftSample` on a server, with the objects that it selects.
enum SaveSample {
  static let port = "spec.overrideRules[0].overriders.fieldOverrider[0].yaml[0].value"
  static let tier = "spec.overrideRules[1].overriders.labelsOverrider[0].value.tier"
  static let reference = PolicyReference(
    kind: "OverridePolicy", key: ObjectKey(namespace: "default", name: "example"))

  static func at(_ path: String) -> JSONPointer { DraftSample.at(path) }

  /// As the server has it.
  static var policy: JSONValue {
    var policy = DraftSample.draft.value ?? .null
    policy["metadata"]?["uid"] = "u-1"
    policy["metadata"]?["resourceVersion"] = "7"
    policy["metadata"]?["generation"] = 3
    policy["metadata"]?["finalizers"] = ["someone/else"]
    policy["metadata"]?["managedFields"] = [["manager": "kubectl"]]
    return policy
  }

  /// A draft of it, with its comments.
  static var draft: OverrideDraft { OverrideDraft(text: DraftSample.text, base: policy) }

  static func binding(
    _ name: String, kind: String = "ConfigMap", clusters: [String]
  ) -> JSONValue {
    [
      "kind": "ResourceBinding",
      "metadata": [
        "name": .string("\(name)-\(kind.lowercased())"), "namespace": "default",
        "labels": ["resourcebinding.karmada.io/permanent-id": .string("id-\(name)")],
      ],
      "spec": ["clusters": .array(clusters.map { ["name": .string($0)] })],
    ]
  }

  static var facts: SaveFacts {
    var facts = SaveFacts()
    facts.current = policy
    facts.clusters = DraftSample.clusters
    facts.objects = [
      SaveFacts.Object(
        template: DraftSample.configMap,
        binding: binding("example-configmap", clusters: ["member1", "member2", "member3"]))
    ]
    facts.overridePolicies = [policy]
    return facts
  }

  static func plan(
    _ facts: SaveFacts = SaveSample.facts, text: String? = nil,
    _ change: (inout OverrideDraft) throws -> Void = { _ in }
  ) -> SavePlan {
    var draft = draft
    if let text { draft.setText(text) }
    do { try change(&draft) } catch {}
    let intent = SaveIntent(
      policy: reference, base: draft.base, wanted: draft.value, text: draft.text)
    return SavePlan(intent, facts)
  }

  /// The Work of the ConfigMap on a cluster.
  static func work(_ cluster: String, _ manifest: JSONValue, applied: String = "True") -> JSONValue
  {
    [
      "metadata": [
        "name": "w", "namespace": .string("karmada-es-\(cluster)"),
        "labels": ["resourcebinding.karmada.io/permanent-id": "id-example-configmap"],
      ],
      "spec": ["workload": ["manifests": [manifest]]],
      "status": ["conditions": [["type": "Applied", "status": .string(applied)]]],
    ]
  }
}

extension SaveFacts {
  /// Somebody changes the policy on the server.
  mutating func setCurrent(_ change: (inout JSONValue) -> Void) {
    guard var policy = current else { return }
    change(&policy)
    policy["metadata"]?["resourceVersion"] = "8"
    current = policy
    overridePolicies = [policy]
  }
}

extension JSONValue {
  mutating func set(_ value: JSONValue, _ path: String) {
    do { try DraftSample.at(path).set(value, in: &self) } catch {}
  }
}
