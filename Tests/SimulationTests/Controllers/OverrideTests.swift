import Manifest
import Testing

@testable import Simulation

/// The binding controller and override policies, as recorded in field-override.
@Suite struct OverridePropagationTests {
  private func fleet() throws -> Stage {
    var stage = try Stage()
    try stage.apply(
      yaml: Manifests.policy(
        "pp", clusters: ["member1", "member2", "member3"],
        selectors: "[{apiVersion: v1, kind: ConfigMap}]"))
    try stage.apply(
      yaml: """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: cfg, namespace: default}
        data:
          config.yaml: |
            app:
              database:
                port: 5432
        """)
    stage.rest()
    return stage
  }

  private func override(_ clusters: String, _ overrider: String) -> String {
    """
    apiVersion: policy.karmada.io/v1alpha1
    kind: OverridePolicy
    metadata: {name: example, namespace: default}
    spec:
      resourceSelectors: [{apiVersion: v1, kind: ConfigMap, name: cfg}]
      overrideRules:
      - targetCluster: {clusterNames: [\(clusters)]}
        overriders:
          fieldOverrider:
          - fieldPath: /data/config.yaml
            \(overrider)
    """
  }

  private func config(_ stage: Stage, _ member: String) throws -> String? {
    try stage.copy("ConfigMap", "cfg", member)?[path: "data", "config.yaml"]?.string
  }

  @Test func anOverrideReachesItsClusterOnlyAndIsNoted() throws {
    var stage = try fleet()
    try stage.apply(
      yaml: override(
        "member1", "yaml: [{subPath: /app/database/port, operator: replace, value: \"3306\"}]"))
    stage.rest()
    #expect(try config(stage, "member1") == "app:\n  database:\n    port: \"3306\"\n")
    #expect(try config(stage, "member2")?.contains("5432") == true)
    let work = try #require(try stage.work("ConfigMap", "cfg", on: "member1"))
    #expect(
      work.annotation("policy.karmada.io/applied-overrides")
        == #"[{"policyName":"example","overriders":{"fieldOverrider":[{"fieldPath":"#
        + #""/data/config.yaml","yaml":[{"subPath":"/app/database/port","operator":"replace","#
        + #""value":"3306"}]}]}}]"#)
    #expect(
      stage.events(about: "ConfigMap", "cfg").contains(
        "override-manager ApplyOverridePolicySucceed Apply override policy(default/example) for "
          + "cluster(member1) succeed."))
  }

  @Test func theNoteStaysWhenThePolicyGoes() throws {
    var stage = try fleet()
    try stage.apply(
      yaml: override(
        "member1", "yaml: [{subPath: /app/database/port, operator: replace, value: 1}]"))
    stage.rest()
    try stage.delete("OverridePolicy", "example")
    stage.rest()
    #expect(try config(stage, "member1")?.contains("5432") == true)
    #expect(
      try stage.work("ConfigMap", "cfg", on: "member1")?
        .annotation("policy.karmada.io/applied-overrides") != nil)
  }

  @Test func oneFailingOverrideStopsTheClustersAfterIt() throws {
    var stage = try fleet()
    try stage.apply(
      yaml: override(
        "member2", "yaml: [{subPath: /app/nope/port, operator: replace, value: 1}]"))
    try stage.patch(
      "ConfigMap", "cfg", ["data": ["config.yaml": "app:\n  database:\n    port: 1\n"]])
    stage.run(.seconds(5))
    #expect(try config(stage, "member1") == "app:\n  database:\n    port: 1\n")
    #expect(try config(stage, "member2")?.contains("5432") == true)
    // Not selected by the rule, and yet not updated.
    #expect(try config(stage, "member3")?.contains("5432") == true)
    let events = stage.events(about: "ConfigMap", "cfg")
    #expect(
      events.contains(
        "override-manager ApplyOverridePolicyFailed Apply override policy(default/example) for "
          + "cluster(member2) failed."))
    #expect(
      events.contains(
        "binding-controller SyncWorkFailed replace operation does not apply: doc is missing path: "
          + "/app/nope/port: missing value"))
  }

  @Test func anOverriderWithoutOperationsEmptiesTheField() throws {
    var stage = try fleet()
    try stage.apply(yaml: override("member3", ""))
    stage.rest()
    #expect(try config(stage, "member3")?.isEmpty == true)
  }
}
