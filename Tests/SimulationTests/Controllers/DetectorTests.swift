import Manifest
import Testing

@testable import Simulation

@Suite struct DetectorTests {
  private func policy(_ name: String, _ selector: String, more: String = "") -> String {
    Manifests.policy(name, clusters: ["member1"], selectors: "[\(selector)]", more: more)
  }

  private let byKind = "{apiVersion: v1, kind: ConfigMap}"
  private let byLabel = "{apiVersion: v1, kind: ConfigMap, labelSelector: {matchLabels: {a: b}}}"
  private let byName = "{apiVersion: v1, kind: ConfigMap, name: cm}"

  private func claimer(_ policies: [String]) throws -> String? {
    var stage = try Stage(members: ["member1"])
    for policy in policies { try stage.apply(yaml: policy) }
    try stage.apply(
      yaml: """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: cm, namespace: default, labels: {a: b}}
        """)
    stage.rest()
    return try stage.get("ConfigMap", "cm").annotation("propagationpolicy.karmada.io/name")
  }

  @Test func theMorePreciseSelectorWinsThenTheName() throws {
    #expect(
      try claimer([policy("a", byKind), policy("b", byName), policy("c", byLabel)]) == "b")
    #expect(try claimer([policy("p2", byLabel), policy("p1", byLabel)]) == "p1")
    #expect(try claimer([policy("a", byKind), policy("c", byLabel)]) == "c")
  }

  @Test func priorityGoesBeforePrecision() throws {
    #expect(
      try claimer([policy("a", byName), policy("b", byKind, more: "priority: 5")]) == "b")
  }

  @Test func aPropagationPolicyGoesBeforeAClusterPropagationPolicy() throws {
    let cluster = """
      apiVersion: policy.karmada.io/v1alpha1
      kind: ClusterPropagationPolicy
      metadata: {name: everywhere}
      spec:
        resourceSelectors: [{apiVersion: v1, kind: ConfigMap}]
        placement: {}
        priority: 9
      """
    #expect(try claimer([cluster, policy("own", byKind)]) == "own")
    var stage = try Stage(members: ["member1"])
    try stage.apply(yaml: cluster)
    try stage.apply(yaml: Manifests.configMap("cm"))
    stage.rest()
    let template = try stage.get("ConfigMap", "cm")
    #expect(template.annotation("clusterpropagationpolicy.karmada.io/name") == "everywhere")
    #expect(
      try stage.binding("ConfigMap", "cm").label("clusterpropagationpolicy.karmada.io/permanent-id")
        == stage.get("ClusterPropagationPolicy", "everywhere")
        .label("clusterpropagationpolicy.karmada.io/permanent-id"))
    // Preempts it, whatever the priority.
    try stage.apply(yaml: policy("own", byName, more: "preemption: Always"))
    stage.rest()
    let claimed = try stage.get("ConfigMap", "cm")
    #expect(claimed.annotation("propagationpolicy.karmada.io/name") == "own")
    #expect(claimed.annotation("clusterpropagationpolicy.karmada.io/name") == nil)
    let binding = try stage.binding("ConfigMap", "cm")
    #expect(binding.label("clusterpropagationpolicy.karmada.io/permanent-id") == nil)
    #expect(binding.annotation("propagationpolicy.karmada.io/name") == "own")
  }

  @Test func onlyAHigherPriorityPreemptsAndOnlyWhenItMay() throws {
    for (preemption, priority, expected) in [
      ("Always", 1, "late"), ("Never", 1, "early"), ("Always", 0, "early"),
    ] {
      var stage = try Stage(members: ["member1"])
      try stage.apply(yaml: policy("early", byKind))
      try stage.apply(yaml: Manifests.configMap("cm"))
      stage.rest()
      try stage.apply(
        yaml: policy("late", byName, more: "preemption: \(preemption)\n  priority: \(priority)"))
      stage.rest()
      #expect(
        try stage.get("ConfigMap", "cm").annotation("propagationpolicy.karmada.io/name")
          == expected)
    }
  }

  @Test func aPolicyThatNoLongerSelectsLetsGoAndAnotherTakesOver() throws {
    var stage = try Stage(members: ["member1"])
    try stage.apply(yaml: policy("first", byName))
    try stage.apply(yaml: Manifests.configMap("cm"))
    stage.rest()
    try stage.apply(yaml: policy("second", byKind))
    stage.rest()
    try stage.patch(
      "PropagationPolicy", "first",
      [
        "spec": [
          "resourceSelectors": [["apiVersion": "v1", "kind": "ConfigMap", "name": "other"]]
        ]
      ])
    stage.rest()
    #expect(
      try stage.get("ConfigMap", "cm").annotation("propagationpolicy.karmada.io/name") == "second")
  }

  /// karmada#4633: changing the labels a selector asks for does not stop propagation.
  @Test func losingASelectedLabelDoesNotStopPropagation() throws {
    var stage = try Stage(members: ["member1"])
    try stage.apply(yaml: policy("pp", byLabel))
    try stage.apply(
      yaml: """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: cm, namespace: default, labels: {a: b}}
        """)
    stage.rest()
    try stage.patch("ConfigMap", "cm", ["metadata": ["labels": ["a": nil]]])
    stage.rest()
    #expect(try stage.copy("ConfigMap", "cm", "member1") != nil)
    #expect(
      try stage.get("ConfigMap", "cm").annotation("propagationpolicy.karmada.io/name") == "pp")
  }

  @Test func reservedNamespacesAndKarmadasOwnKindsAreLeftAlone() throws {
    var stage = try Stage(members: ["member1"])
    try stage.apply(
      yaml: """
        apiVersion: policy.karmada.io/v1alpha1
        kind: ClusterPropagationPolicy
        metadata: {name: everything}
        spec:
          resourceSelectors:
          - {apiVersion: v1, kind: ConfigMap}
          - {apiVersion: v1, kind: Namespace}
          placement: {}
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: cm, namespace: karmada-system}
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: cm, namespace: default}
        """)
    stage.rest()
    #expect(try stage.find("ResourceBinding", "cm-configmap", namespace: "karmada-system") == nil)
    #expect(try stage.find("ResourceBinding", "cm-configmap") != nil)
    #expect(try stage.find("ClusterResourceBinding", "default-namespace") == nil)
  }

  @Test func theBindingIsKarmadas() throws {
    var stage = try Stage(members: ["member1"])
    try stage.apply(
      yaml: policy(
        "pp", "{apiVersion: apps/v1, kind: Deployment}",
        more: "conflictResolution: Overwrite\n  propagateDeps: true"))
    try stage.apply(
      yaml: """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, namespace: default}
        spec:
          replicas: 3
          template:
            spec:
              containers:
              - {name: a, image: x, resources: {requests: {cpu: 250m, memory: 256Mi}}}
              - {name: b, image: y, resources: {requests: {cpu: 250m}}}
        """)
    stage.rest()
    let template = try stage.get("Deployment", "web")
    let binding = try stage.binding("Deployment", "web")
    #expect(binding.finalizers == ["karmada.io/binding-controller"])
    #expect(binding.controllerReference?["uid"]?.string == template.uid)
    #expect(binding[path: "spec", "replicas"] == 3)
    let requirements = binding[path: "spec", "replicaRequirements"]
    #expect(
      requirements == [
        "namespace": "default", "resourceRequest": ["cpu": "500m", "memory": "256Mi"],
      ])
    #expect(binding[path: "spec", "conflictResolution"] == "Overwrite")
    #expect(binding[path: "spec", "propagateDeps"] == true)
    #expect(binding[path: "spec", "preserveResourcesOnDeletion"] == nil)
    #expect(binding[path: "spec", "resource", "uid"]?.string == template.uid)
  }
}
