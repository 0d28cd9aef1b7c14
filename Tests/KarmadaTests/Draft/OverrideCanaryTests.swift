import Karmada
import Manifest
import Testing

@Suite struct OverrideCanaryTests {
  private func policy(_ rules: [JSONValue]) -> JSONValue {
    [
      "apiVersion": "policy.karmada.io/v1alpha1", "kind": "OverridePolicy",
      "metadata": ["name": "p", "namespace": "default"], "spec": ["overrideRules": .array(rules)],
    ]
  }
  private func replicas(_ number: JSONValue, _ target: JSONValue? = nil) -> JSONValue {
    var rule: JSONValue = [
      "overriders": [
        "plaintext": [["path": "/spec/replicas", "operator": "replace", "value": number]]
      ]
    ]
    rule["targetCluster"] = target
    return rule
  }
  private func replicas(_ policy: JSONValue) throws -> [JSONValue?] {
    let engine = try OverrideEngine(decoding: [policy], clusterOverridePolicies: [])
    return try DraftSample.clusters.map {
      try engine.render(DraftSample.deployment, for: $0).manifest[path: "spec", "replicas"]
    }
  }

  @Test func oneClusterGetsTheNewRuleAndAllOthersTheOldOne() throws {
    let (old, new) = (policy([replicas(5)]), policy([replicas(9)]))
    let canary = try OverrideCanary.narrowed(new, from: old, to: DraftSample.clusters[1])
    #expect(try replicas(canary) == [5, 9, 5])
    #expect(try replicas(new) == [9, 9, 9])
    #expect(OverrideValidation.problems(in: canary).isEmpty)
  }

  @Test func aNewPolicyReachesOneCluster() throws {
    let canary = try OverrideCanary.narrowed(
      policy([replicas(9)]), from: nil, to: DraftSample.clusters[0])
    #expect(try replicas(canary) == [9, 3, 3])
  }

  @Test func aRuleThatGoesGoesForOneCluster() throws {
    let us: JSONValue = [
      "fieldSelector": [
        "matchExpressions": [["key": "region", "operator": "In", "values": ["us"]]]
      ]
    ]
    let canary = try OverrideCanary.narrowed(
      policy([]), from: policy([replicas(5, us)]), to: DraftSample.clusters[2])
    #expect(try replicas(canary) == [3, 5, 3])
  }

  @Test func rulesThatStayKeepTheirPlace() throws {
    let old = policy([replicas(1), replicas(2), replicas(3)])
    let new = policy([replicas(1), replicas(7), replicas(3)])
    let canary = try OverrideCanary.narrowed(new, from: old, to: DraftSample.clusters[0])
    #expect(try replicas(canary) == [3, 3, 3])
    #expect(canary[path: "spec", "overrideRules"]?.array?.count == 4)
  }

  @Test func refusesWhatReachesEveryClusterAtOnce() throws {
    var new = policy([replicas(9)])
    new["spec"]?["resourceSelectors"] = [["apiVersion": "apps/v1", "kind": "Deployment"]]
    #expect(throws: OverrideCanary.Failure.self) {
      try OverrideCanary.narrowed(new, from: policy([replicas(9)]), to: DraftSample.clusters[0])
    }
    #expect(throws: OverrideCanary.Failure.self) {
      try OverrideCanary.narrowed(
        policy([replicas(9, ["clusterNames": ["member2"]])]), from: policy([]),
        to: DraftSample.clusters[0])
    }
  }

  // MARK: Drift

  @Test func aMembersDriftBecomesAPolicyThatPredictsIt() throws {
    var actual = DraftSample.deployment
    actual["metadata"] = [
      "name": "web", "namespace": "default", "uid": "x", "resourceVersion": "9",
      "labels": ["app": "web", "tier": "edge", "karmada.io/managed": "true"],
      "annotations": ["work.karmada.io/name": "w", "deployment.kubernetes.io/revision": "3"],
      "managedFields": [
        ["manager": "karmada-controller-manager", "fieldsV1": ["f:spec": ["f:paused": [:]]]],
        ["manager": "kubectl-edit", "fieldsV1": ["f:spec": ["f:minReadySeconds": [:]]]],
      ],
    ]
    actual["spec"]?["replicas"] = 7
    actual["spec"]?["minReadySeconds"] = 5
    actual["spec"]?["revisionHistoryLimit"] = 10
    actual["status"] = ["replicas": 7]
    let draft = try #require(
      OverrideDraft(drift: actual, from: DraftSample.deployment, on: "member2"))
    #expect(draft.problems.isEmpty)
    let engine = try OverrideEngine(
      decoding: [draft.value ?? .null], clusterOverridePolicies: [])
    let manifests = try DraftSample.clusters.map {
      try engine.render(DraftSample.deployment, for: $0).manifest
    }
    #expect(manifests[0] == DraftSample.deployment)
    var wanted = MemberObject.comparable(actual)
    // A default of the member's server is no drift: nobody has set it.
    wanted["spec"]?["revisionHistoryLimit"] = nil
    #expect(MemberObject.comparable(manifests[1]) == wanted)
  }

  @Test func aChangeInADocumentStaysAChangeInTheDocument() throws {
    var actual = DraftSample.configMap
    actual["data"]?["config.yaml"] =
      "app:\n  database:\n    ip: 127.0.0.1\n    port: 3306\n    tls: true\n"
    actual["data"]?["settings.json"] = "{\"limits\":{\"cpu\":4},\"hosts\":[\"a\",\"b\"]}"
    actual["data"]?["note"] = "other text"
    actual["data"]?["new"] = "x"
    let draft = try #require(
      OverrideDraft(drift: actual, from: DraftSample.configMap, on: "member1"))
    let overriders = "spec.overrideRules[0].overriders"
    #expect(
      draft[DraftSample.at("\(overriders).fieldOverrider")] == [
        [
          "fieldPath": "/data/config.yaml",
          "yaml": [["subPath": "/app/database/port", "operator": "replace", "value": 3306]],
        ],
        [
          "fieldPath": "/data/settings.json",
          "json": [["subPath": "/limits/cpu", "operator": "replace", "value": 4]],
        ],
      ])
    let engine = try OverrideEngine(
      decoding: [draft.value ?? .null], clusterOverridePolicies: [])
    #expect(
      try engine.render(DraftSample.configMap, for: DraftSample.clusters[0]).manifest == actual)
  }

  @Test func withoutDriftThereIsNoPolicy() {
    var same = DraftSample.deployment
    same["status"] = ["replicas": 3]
    #expect(OverrideDraft(drift: same, from: DraftSample.deployment, on: "m") == nil)
  }

  /// Its values would stand in a policy, on the screen and in a draft's file.
  @Test func theDriftOfASecretIsNoPolicy() {
    var actual = DraftSample.secret
    actual["data"]?["token"] = "b3RoZXI="
    actual["metadata"]?["labels"] = ["a": "b"]
    #expect(OverrideDraft(drift: actual, from: DraftSample.secret, on: "member1") == nil)
  }
}
