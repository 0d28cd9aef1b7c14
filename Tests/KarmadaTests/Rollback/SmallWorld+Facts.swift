import Karmada
import Manifest

extension SmallWorld {
  static let reference = PolicyReference(
    kind: "PropagationPolicy", key: ObjectKey(namespace: "shop", name: "web-pp"))

  static func identity(_ name: String) -> ObjectReference {
    var reference = ObjectReference()
    (reference.apiVersion, reference.kind) = ("v1", "ConfigMap")
    (reference.namespace, reference.name) = ("shop", name)
    return reference
  }

  var policyObject: LiveObject? {
    policy.map { policy in
      var spec: JSONValue = [
        "placement": .string(policy.placement), "conflictResolution": "Overwrite",
      ]
      if let flag = policy.preserves { spec["preserveResourcesOnDeletion"] = .bool(flag) }
      if policy.isLazy { spec["activationPreference"] = "Lazy" }
      return LiveObject([
        "apiVersion": "policy.karmada.io/v1alpha1", "kind": "PropagationPolicy",
        "metadata": [
          "name": "web-pp", "namespace": "shop", "uid": .string(policy.uid),
          "resourceVersion": .string("p\(policy.version)"),
          "labels": ["propagationpolicy.karmada.io/permanent-id": "pp"],
        ], "spec": spec,
      ])
    }
  }

  func object(_ name: String, _ template: Template) -> LiveObject {
    var annotations: JSONValue = [:]
    if !template.claim.isEmpty {
      annotations["propagationpolicy.karmada.io/name"] = .string(template.claim)
      annotations["propagationpolicy.karmada.io/namespace"] = "shop"
    }
    if let nudge = template.nudge { annotations[RollbackPlan.nudgeAnnotation] = .string(nudge) }
    var labels: JSONValue = [:]
    if template.isProtected {
      labels["resourcetemplate.karmada.io/deletion-protected"] = "Always"
    }
    return LiveObject([
      "apiVersion": "v1", "kind": "ConfigMap",
      "metadata": [
        "name": .string(name), "namespace": "shop", "uid": .string(template.uid),
        "resourceVersion": .string("t\(template.version)"), "annotations": annotations,
        "labels": labels,
      ], "data": ["key": .string(template.data)],
    ])
  }

  func object(_ name: String, _ binding: Binding) -> LiveObject {
    var metadata: JSONValue = [
      "name": .string(name), "namespace": "shop", "generation": .int(Int64(binding.generation)),
      "labels": [
        "resourcebinding.karmada.io/permanent-id": .string("rb-\(name)-\(binding.templateUID)")
      ],
      "annotations": dependents[name] == nil
        ? [
          "propagationpolicy.karmada.io/name": .string(templates[name]?.claim ?? "web-pp"),
          "propagationpolicy.karmada.io/namespace": "shop",
        ] : [:],
    ]
    if binding.isTerminating {
      metadata["deletionTimestamp"] = .string(now.rfc3339)
      metadata["finalizers"] = ["karmada.io/binding-controller"]
    }
    var spec: JSONValue = [
      "resource": [
        "apiVersion": "v1", "kind": "ConfigMap", "namespace": "shop", "name": .string(name),
        "uid": .string(binding.templateUID),
      ],
      "clusters": .array(binding.clusters.map { ["name": .string($0)] }),
      "preserveResourcesOnDeletion": .bool(binding.preserves),
      "requiredBy": .array(
        binding.requiredBy.map { owner in
          [
            "namespace": "shop", "name": .string(owner),
            "clusters": .array(
              (bindings[owner]?.clusters ?? []).map { ["name": .string($0)] }),
          ]
        }),
    ]
    if dependents[name] == nil { spec["placement"] = [:] }
    return LiveObject([
      "apiVersion": "work.karmada.io/v1alpha2", "kind": "ResourceBinding", "metadata": metadata,
      "spec": spec, "status": ["schedulerObservedGeneration": .int(Int64(binding.observed))],
    ])
  }

  func object(_ place: Place, _ work: Work) -> LiveObject {
    let owner = bindings[place.name]?.templateUID ?? formerUIDs[place.name] ?? ""
    var metadata: JSONValue = [
      "name": .string(place.name), "namespace": .string("karmada-es-\(place.cluster)"),
      "uid": .string(work.uid), "finalizers": ["karmada.io/execution-controller"],
      "labels": ["resourcebinding.karmada.io/permanent-id": .string("rb-\(place.name)-\(owner)")],
    ]
    if work.isTerminating { metadata["deletionTimestamp"] = .string(now.rfc3339) }
    return LiveObject([
      "apiVersion": "work.karmada.io/v1alpha1", "kind": "Work", "metadata": metadata,
      "spec": [
        "preserveResourcesOnDeletion": .bool(work.preserves),
        "workload": [
          "manifests": [
            [
              "apiVersion": "v1", "kind": "ConfigMap",
              "metadata": ["name": .string(place.name), "namespace": "shop"],
            ]
          ]
        ],
      ],
      "status": ["conditions": [["type": "Applied", "status": "True"]]],
    ])
  }

  func object(_ place: Place, _ member: Member) -> LiveObject {
    LiveObject([
      "apiVersion": "v1", "kind": "ConfigMap",
      "metadata": [
        "name": .string(place.name), "namespace": "shop", "uid": .string(member.uid),
        "labels": member.isManaged ? ["karmada.io/managed": "true"] : [:],
      ], "data": ["key": .string(member.data)],
    ])
  }

  /// One look, as the reader would take it.
  func facts(_ reading: RollbackReading) -> RollbackFacts {
    var facts = RollbackFacts()
    facts.permissions = ["get", "patch", "delete"].map { verb in
      Permission(
        verb: verb, group: "", resource: "configmaps", namespace: "shop",
        isAllowed: !deniedVerbs.contains(verb))
    }
    if case .permissions = reading { return facts }
    facts.policy = policyObject
    facts.claimed = templates.keys.sorted().map(Self.identity)
    if case .policy = reading { return facts }
    facts.clusters = Self.clusterNames.map { name in
      var cluster = Cluster()
      cluster.metadata.name = name
      var ready = Condition()
      ready.type = "Ready"
      ready.status = downClusters.contains(name) ? .false : .true
      ready.reason = downClusters.contains(name) ? "ClusterNotReachable" : "ClusterReady"
      cluster.conditions = [ready]
      return cluster
    }
    if reading == .everything || reading == .members {
      facts.members = formerPlaces.map { place in
        MemberFact(
          cluster: place.cluster, object: Self.identity(place.name), state: state(of: place))
      }
    }
    facts.templates = templates.sorted { $0.key < $1.key }.map { object($0, $1) }
    facts.bindings = bindings.sorted { $0.key < $1.key }.map { object($0, $1) }
    facts.works = works.map { object($0, $1) }
    return facts
  }

  private func state(of place: Place) -> MemberFact.State {
    if downClusters.contains(place.cluster) { return .unverifiable("the cluster is not ready.") }
    if unseenClusters.contains(place.cluster) { return .unverifiable("the proxy is forbidden.") }
    return members[place].map { .present(object(place, $0)) } ?? .absent
  }
}
