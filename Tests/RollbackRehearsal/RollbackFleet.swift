import ControlPlane
import Karmada
import Manifest
import Simulation

/// Forty templates of one policy, propagated and at rest: made once of each sort, then copied.
package enum RollbackFleet: Int, CaseIterable, Sendable {
  /// ConfigMaps on two members.
  case plain
  /// Some are Deployments that need a ConfigMap, which a third one needs too, of another policy.
  case dependents
  /// The policy is Lazy.
  case lazy
  /// A ClusterPropagationPolicy, and some templates have no namespace.
  case wide

  package static let templateCount = 40

  package var policy: PolicyReference {
    self == .wide
      ? PolicyReference(
        kind: "ClusterPropagationPolicy", key: Karmada.ObjectKey(name: "web-pp"))
      : RollbackStage.policy
  }

  private var policyResource: APIResource {
    self == .wide ? .clusterPropagationPolicies : .propagationPolicies
  }

  /// A stage of its own, in the state that all of this sort begin with.
  package func stage() async throws -> RollbackStage {
    try await Self.shelf.stage(of: self)
  }

  private static let shelf = Shelf()

  private actor Shelf {
    private var known: [RollbackFleet: (Fleet, ControllerRuntime, Time)] = [:]

    func stage(of fleet: RollbackFleet) async throws -> RollbackStage {
      if known[fleet] == nil {
        let stage = try RollbackStage(seed: UInt64(fleet.rawValue + 1))
        try await fleet.fill(stage)
        guard let runtime = stage.plane.controllers else { return stage }
        known[fleet] = (stage.plane.fleet, runtime, stage.time.now)
      }
      guard let (fleet, runtime, now) = known[fleet] else { return try RollbackStage() }
      return RollbackStage(fleet, runtime, at: now)
    }
  }

  // MARK: Filling

  private func fill(_ stage: RollbackStage) async throws {
    var more: [String: JSONValue] = [:]
    if self == .lazy { more["activationPreference"] = "Lazy" }
    if self == .dependents { more["propagateDeps"] = true }
    try await addPolicy(stage, more: more)
    let labels: JSONValue = ["app": "web"]
    for i in 0..<Self.templateCount {
      switch self {
      case .dependents where i < 4:
        try await stage.addDeployment("web-\(i)", mounting: ["shared"], labels: labels)
      case .wide where i < 8:
        try await stage.create(
          .clusterRoles,
          [
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
            "metadata": ["name": .string("web-\(i)"), "labels": labels],
            "rules": [["apiGroups": [""], "resources": ["pods"], "verbs": ["get"]]],
          ])
      default: try await stage.addConfigMap("web-\(i)", labels: labels)
      }
    }
    if self == .dependents {
      try await stage.addConfigMap("shared")
      try await stage.addPolicy(
        "other-pp", kinds: [("apps/v1", "Deployment")], names: ["other"],
        more: ["propagateDeps": true, "preserveResourcesOnDeletion": true])
      try await stage.addDeployment("other", mounting: ["shared"])
    }
    stage.rest()
  }

  private func addPolicy(_ stage: RollbackStage, more: [String: JSONValue]) async throws {
    var kinds = [("v1", "ConfigMap")]
    if self == .dependents { kinds.append(("apps/v1", "Deployment")) }
    if self == .wide { kinds.append(("rbac.authorization.k8s.io/v1", "ClusterRole")) }
    let selectors = kinds.map { version, kind -> JSONValue in
      [
        "apiVersion": .string(version), "kind": .string(kind),
        "labelSelector": ["matchLabels": ["app": "web"]],
      ]
    }
    var spec: JSONValue = [
      "resourceSelectors": .array(selectors), "conflictResolution": "Overwrite",
      "placement": ["clusterAffinity": ["clusterNames": ["member1", "member2"]]],
    ]
    for (key, value) in more { spec[key] = value }
    var metadata: JSONValue = ["name": .string(policy.key.name)]
    if self != .wide { metadata["namespace"] = .string(policy.key.namespace) }
    try await stage.create(
      policyResource,
      [
        "apiVersion": "policy.karmada.io/v1alpha1", "kind": .string(policy.kind),
        "metadata": metadata, "spec": spec,
      ])
  }
}
