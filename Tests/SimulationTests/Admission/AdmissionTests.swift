import ControlPlane
import Manifest
import TestSupport
import Testing

@testable import Simulation

private let propagation = "/apis/policy.karmada.io/v1alpha1/namespaces/default/propagationpolicies"
private let overriding = "/apis/policy.karmada.io/v1alpha1/namespaces/default/overridepolicies"

private func policy(_ spec: JSONValue, name: String = "p") -> JSONValue {
  var all: JSONValue = [
    "resourceSelectors": [["apiVersion": "apps/v1", "kind": "Deployment", "name": "web"]]
  ]
  for (key, value) in spec.object?.members ?? [:] { all[key] = value }
  return [
    "apiVersion": "policy.karmada.io/v1alpha1", "kind": "PropagationPolicy",
    "metadata": ["name": .string(name)], "spec": all,
  ]
}

private func overridePolicy(_ spec: JSONValue) -> JSONValue {
  [
    "apiVersion": "policy.karmada.io/v1alpha1", "kind": "OverridePolicy",
    "metadata": ["name": "o"], "spec": spec,
  ]
}

private func plane() -> SimulatedControlPlane {
  let plane = SimulatedControlPlane.empty()
  plane.change { fleet, _ in fleet.karmada.enforceKarmada() }
  return plane
}

@Suite struct AdmissionTests {
  private static let onePlace: JSONValue = ["clusterNames": ["member1"]]

  /// Texts are those of Karmada's validation (pkg/util/validation, 1.12).
  @Test(
    arguments: [
      (
        ["preemption": "Always", "resourceSelectors": [["apiVersion": "v1", "kind": "Secret"]]],
        "spec.resourceSelectors[0].name: Invalid value: \"\": name cannot be empty if preemption is "
          + "Always, the empty name may cause unexpected resources preemption"
      ),
      (
        ["placement": ["clusterAffinities": [["affinityName": "a b"]]]],
        "spec.placement.clusterAffinities[0]: Invalid value: \"a b\": name part must consist of"
      ),
      (
        ["placement": ["clusterAffinities": [["affinityName": "a"], ["affinityName": "a"]]]],
        "each affinity term in a policy must have a unique name"
      ),
      (
        ["placement": ["clusterAffinity": [:], "clusterAffinities": [["affinityName": "a"]]]],
        "clusterAffinities cannot co-exist with clusterAffinity"
      ),
      (
        [
          "placement": [
            "clusterAffinity": [
              "fieldSelector": [
                "matchExpressions": [
                  ["key": "planet", "operator": "In", "values": ["mars"]]
                ]
              ]
            ]
          ]
        ],
        "spec.placement.clusterAffinity.fieldSelector: Invalid value: v1alpha1.FieldSelector{"
          + "MatchExpressions:[]v1.NodeSelectorRequirement{v1.NodeSelectorRequirement{Key:\"planet\","
          + " Operator:\"In\", Values:[]string{\"mars\"}}}}: unsupported key \"planet\", must be "
          + "provider, region, or zone"
      ),
      (
        [
          "placement": [
            "clusterAffinity": [
              "fieldSelector": [
                "matchExpressions": [
                  ["key": "zone", "operator": "Exists"]
                ]
              ]
            ]
          ]
        ],
        "unsupported operator \"Exists\", must be In or NotIn"
      ),
      (
        ["placement": ["spreadConstraints": [["spreadByField": "region"]]]],
        "spec.placement.spreadConstraints: Invalid value: []v1alpha1.SpreadConstraint{"
          + "v1alpha1.SpreadConstraint{SpreadByField:\"region\", SpreadByLabel:\"\", MaxGroups:0, "
          + "MinGroups:1}}: the cluster spread constraint must be enabled in one of the constraints"
      ),
      (
        ["placement": ["spreadConstraints": [["minGroups": 3, "maxGroups": 2]]]],
        "maxGroups lower than minGroups is not allowed"
      ),
      (
        [
          "placement": [
            "spreadConstraints": [
              ["spreadByField": "cluster"], ["spreadByField": "cluster"],
            ]
          ]
        ],
        "multiple cluster spread constraints are not allowed"
      ),
      (
        ["placement": ["spreadConstraints": [["spreadByField": "cluster", "spreadByLabel": "x"]]]],
        "spreadByLabel should not co-exist with spreadByField"
      ),
      (
        [
          "propagateDeps": true,
          "failover": [
            "application": [
              "decisionConditions": ["tolerationSeconds": -1], "purgeMode": "Never",
              "gracePeriodSeconds": 5,
            ]
          ],
        ],
        "[spec.failover.application.decisionConditions.tolerationSeconds: Invalid value: -1: must be "
          + "greater than or equal to 0, spec.failover.application.gracePeriodSeconds: Invalid value: "
          + "5: only takes effect when purgeMode is graciously]"
      ),
      (
        [
          "propagateDeps": true,
          "failover": [
            "application": [
              "decisionConditions": [:], "gracePeriodSeconds": 0,
            ]
          ],
        ],
        "spec.failover.application.gracePeriodSeconds: Invalid value: 0: must be greater than 0"
      ),
      (
        ["suspension": ["dispatching": true, "dispatchingOnClusters": ["clusterNames": ["a"]]]],
        "suspension dispatching cannot co-exist with dispatchingOnClusters.clusterNames"
      ),
    ] as [(JSONValue, String)])
  func webhookRefusesPropagation(spec: JSONValue, why: String) async throws {
    let error = try await plane().refusal(Call.post(propagation, policy(spec)))
    #expect(error?.status == 403)
    #expect(error?.kind == .refused)
    #expect(
      error?.message.hasPrefix(
        "admission webhook \"propagationpolicy.karmada.io\" denied the request: ") == true)
    #expect(error?.message.contains(why) == true, "\(error?.message ?? "taken")")
  }

  @Test(
    arguments: [
      (
        ["overrideRules": [], "targetCluster": onePlace],
        "overrideRules and targetCluster can't co-exist"
      ),
      (
        [
          "overrideRules": [["overriders": [:]]],
          "overriders": ["plaintext": [["operator": "remove", "path": "/a"]]],
        ],
        "overrideRules and overriders can't co-exist"
      ),
      (
        [
          "overrideRules": [
            [
              "overriders": [
                "labelsOverrider": [
                  ["operator": "add", "value": ["a b": "c d"]]
                ]
              ]
            ]
          ]
        ],
        "spec.overrideRules[0].overriders.labelsOverrider[0].value: Invalid value: \"a b\": name "
          + "part must consist of"
      ),
      (
        [
          "overrideRules": [
            [
              "overriders": [
                "imageOverrider": [
                  ["component": "Tag", "operator": "remove", "predicate": ["path": "spec"]]
                ]
              ]
            ]
          ]
        ],
        "spec.overrideRules[0].overriders.imageOverrider[0].predicate.path: Invalid value: \"spec\": "
          + "JSON pointer must be empty or start with a \"/"
      ),
      (
        [
          "overrideRules": [
            [
              "overriders": [
                "fieldOverrider": [
                  ["fieldPath": "/a", "yaml": [["subPath": "/b", "operator": "add"]]]
                ]
              ]
            ]
          ]
        ],
        "fieldOverrider[0].yaml[0].value: Invalid value: v1.JSON{Raw:[]uint8(nil)}: value is "
          + "required for add or replace operation"
      ),
      (
        [
          "overrideRules": [
            [
              "overriders": [
                "fieldOverrider": [
                  [
                    "fieldPath": "/a",
                    "json": [["subPath": "/b", "operator": "remove", "value": 1]],
                  ]
                ]
              ]
            ]
          ]
        ],
        "fieldOverrider[0].json[0].value: Invalid value: v1.JSON{Raw:[]uint8{0x31}}: value is not "
          + "allowed for remove operation"
      ),
    ] as [(JSONValue, String)])
  func webhookRefusesOverrides(spec: JSONValue, why: String) async throws {
    let error = try await plane().refusal(Call.post(overriding, overridePolicy(spec)))
    #expect(error?.status == 403)
    #expect(error?.message.contains(why) == true, "\(error?.message ?? "taken")")
  }

  /// KARMADA.md, overrides 7 and 4: what passes though it should not.
  @Test(
    arguments: [
      [
        "overrideRules": [["overriders": [:]]],
        "overriders": [
          "fieldOverrider": [
            ["fieldPath": "/a", "json": [["subPath": "/b", "operator": "add", "value": 1]]]
          ]
        ],
      ],
      ["overrideRules": [["overriders": ["fieldOverrider": [["fieldPath": "/a"]]]]]],
    ] as [JSONValue])
  func webhookLetsPass(spec: JSONValue) async throws {
    _ = try await plane().send(Call.post(overriding, overridePolicy(spec)))
  }

  @Test(
    arguments: [
      (
        ["resourceSelectors": []],
        "spec.resourceSelectors: Invalid value: 0: spec.resourceSelectors in body should have at "
          + "least 1 items"
      ),
      (
        ["resourceSelectors": [["kind": "Secret"]]],
        "spec.resourceSelectors[0].apiVersion: Required value"
      ),
      (
        ["priority": "high"],
        "spec.priority: Invalid value: \"string\": spec.priority in body must be of type integer: "
          + "\"string\""
      ),
      (
        ["conflictResolution": "Merge"],
        "spec.conflictResolution: Unsupported value: \"Merge\": supported values: \"Abort\", "
          + "\"Overwrite\""
      ),
      (
        ["activationPreference": "Eager"],
        "spec.activationPreference: Unsupported value: \"Eager\": supported values: \"Lazy\""
      ),
      (
        ["placement": ["clusterAffinities": [["affinityName": ""]]]],
        "spec.placement.clusterAffinities[0].affinityName: Invalid value: \"\": "
          + "spec.placement.clusterAffinities[0].affinityName in body should be at least 1 chars long"
      ),
      (
        [
          "placement": [
            "replicaScheduling": [
              "weightPreference": [
                "staticWeightList": [
                  ["targetCluster": [:], "weight": 0]
                ]
              ]
            ]
          ]
        ],
        "weight in body should be greater than or equal to 1"
      ),
    ] as [(JSONValue, String)])
  func schemaRefuses(spec: JSONValue, why: String) async throws {
    let error = try await plane().refusal(Call.post(propagation, policy(spec)))
    #expect(error?.status == 422)
    #expect(error?.reason == "Invalid")
    #expect(error?.message.contains(why) == true, "\(error?.message ?? "taken")")
    #expect(error?.causes.count == 1)
  }

  /// The schema speaks before the webhook that refuses.
  @Test func schemaComesFirst() async throws {
    let error = try await plane().refusal(
      Call.post(
        propagation,
        policy([
          "preemption": "Sometimes", "failover": ["application": ["decisionConditions": [:]]],
        ])
      ))
    #expect(error?.status == 422)
  }

  @Test func unknownFieldsAreDroppedOrRefused() async throws {
    let plane = plane()
    let object = policy(["placementz": [:]])
    let error = try await plane.refusal(
      Call.post(propagation, object, query: "fieldValidation=Strict"))
    #expect(error?.status == 400)
    #expect(
      error?.message == "PropagationPolicy in version \"v1alpha1\" cannot be handled as a "
        + "PropagationPolicy: strict decoding error: unknown field \"spec.placementz\"")
    let stored = try await plane.value(Call.post(propagation, object))
    #expect(stored[path: "spec", "placementz"] == nil)
    let deployment = try await plane.refusal(
      Call.post(
        "/apis/apps/v1/namespaces/default/deployments",
        [
          "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "web"],
          "spec": ["replicaz": 2],
        ], query: "fieldValidation=Strict"))
    #expect(deployment?.message.hasSuffix("unknown field \"spec.replicaz\"") == true)
  }

  @Test func policiesGetTheirDefaults() async throws {
    let plane = plane()
    let made = try await plane.value(
      Call.post(
        propagation,
        policy([
          "placement": [
            "replicaScheduling": [:], "spreadConstraints": [["maxGroups": 2]],
            "clusterTolerations": [
              [
                "key": "cluster.karmada.io/not-ready", "operator": "Exists",
                "effect": "NoExecute", "tolerationSeconds": 5,
              ]
            ],
          ]
        ])))
    let placement = made[path: "spec", "placement"]
    #expect(
      placement?["replicaScheduling"] == [
        "replicaSchedulingType": "Divided", "replicaDivisionPreference": "Weighted",
      ])
    #expect(
      placement?["spreadConstraints"] == [
        ["spreadByField": "cluster", "minGroups": 1, "maxGroups": 2]
      ])
    #expect(
      placement?["clusterTolerations"]?.array?.map { $0["tolerationSeconds"]?.int } == [5, 300])
    #expect(made[path: "spec", "resourceSelectors"]?.array?[0]["namespace"] == "default")
    let again = try await plane.value(Call.put("\(propagation)/p", made))
    #expect(again == made)
  }

  @Test func whatStaysStays() async throws {
    let plane = plane()
    let made = try await plane.value(Call.post(propagation, policy([:])))
    var relabelled = made
    relabelled["metadata"]?["labels"] = ["propagationpolicy.karmada.io/permanent-id": "mine"]
    var rescheduled = made
    rescheduled["spec"]?["schedulerName"] = "other"
    for (object, why) in [
      (
        relabelled,
        "label propagationpolicy.karmada.io/permanent-id is immutable, it can only be set by the "
          + "system during creation"
      ), (rescheduled, "the schedulerName should not be updated"),
    ] {
      let error = try await plane.refusal(Call.put("\(propagation)/p", object))
      #expect(error?.message.hasSuffix(why) == true)
    }
    let config = "/api/v1/namespaces/default/configmaps"
    var frozen = Sample.configMap("a")
    frozen["immutable"] = true
    _ = try await plane.send(Call.post(config, frozen))
    let error = try await plane.refusal(Call.patch("\(config)/a", ["data": ["k": "w"]]))
    #expect(error?.status == 422)
    #expect(
      error?.message == "ConfigMap \"a\" is invalid: data: Forbidden: field is immutable when "
        + "`immutable` is set")
  }

  @Test func clustersAreChecked() async throws {
    let plane = plane()
    let path = "/apis/cluster.karmada.io/v1alpha1/clusters"
    let error = try await plane.refusal(
      Call.post(
        path,
        [
          "apiVersion": "cluster.karmada.io/v1alpha1", "kind": "Cluster",
          "metadata": ["name": "m"],
          "spec": ["syncMode": "Shove", "taints": [["key": "a", "effect": "Now"]]],
        ]))
    #expect(error?.status == 422)
    #expect(
      error?.message == "Cluster.cluster.karmada.io \"m\" is invalid: [spec.syncMode: Unsupported "
        + "value: \"Shove\": supported values: \"Pull\", \"Push\", spec.taints[0].effect: "
        + "Unsupported value: \"Now\": supported values: \"NoSchedule\", \"PreferNoSchedule\", "
        + "\"NoExecute\"]")
  }

  @Test func aDeadWebhookRefusesWhatItWouldLookAt() async throws {
    let plane = plane()
    try plane.inject(.webhookDown)
    let error = try await plane.refusal(Call.post(propagation, policy([:])))
    #expect(error?.status == 500)
    #expect(error?.kind == .refused)
    #expect(
      error?.message.hasPrefix(
        "Internal error occurred: failed calling webhook \"propagationpolicy.karmada.io\": failed "
          + "to call webhook: Post \"https://karmada-webhook.karmada-system.svc:443"
          + "/mutate-propagationpolicy?timeout=3s\"") == true)
    // What no webhook looks at goes on.
    _ = try await plane.send(
      Call.post("/api/v1/namespaces/default/configmaps", Sample.configMap("a")))
    plane.clearFaults()
    _ = try await plane.send(Call.post(propagation, policy([:])))
  }

  /// What the scenarios load without asking would have been taken.
  @Test(arguments: Scenario.names)
  func seededObjectsFitTheSchemas(_ name: String) throws {
    var scenario = try Scenario.embedded(name)
    scenario.synthetic?.bindings = 200
    let fleet = try scenario.fleet(now: SimulatedControlPlane.start)
    for type in fleet.karmada.registry.types {
      guard let schema = KarmadaSchema.of(type) else { continue }
      for object in fleet.karmada.all(type) {
        var unknown: [String] = []
        _ = schema.pruned(object.value, unknown: &unknown)
        #expect(unknown == [], "\(type.id) \(object.key)")
        guard type.origin == .custom else { continue }
        #expect(schema.problems(object.value) == [], "\(type.id) \(object.key)")
      }
    }
  }

  /// Any document is taken or refused, never anything else.
  @Test(arguments: [1, 2, 3] as [UInt64])
  func anyDocumentIsTakenOrRefused(seed: UInt64) async throws {
    var json = RandomJSON(seed: seed)
    let plane = plane()
    for index in 0..<300 {
      var object = policy([:], name: "p\(index)")
      let keys = ["placement", "failover", "suspension", "resourceSelectors", "priority"]
      object["spec"]?[keys[index % keys.count]] = json.value(depth: 4)
      if index % 7 == 0 { object["spec"] = json.value(depth: 3) }
      let error = try await plane.refusal(Call.post(propagation, object))
      if let error { #expect([400, 403, 422].contains(error.status ?? 0), "\(error)") }
      var overriding = overridePolicy(["overrideRules": json.value(depth: 5)])
      overriding["spec"]?["targetCluster"] = json.value(depth: 3)
      _ = PolicyValidation.overrides(overriding["spec"] ?? .null)
    }
  }
}
