import Manifest

/// What Karmada makes of one template: the claimed template, its binding, a Work for each
/// cluster, the member's copies, and the events of all that.
struct Propagation {
  let template: Scenario.Template
  let policy: JSONValue?
  var random: SeededRandom
  let now: Time
  let clusters: [Scenario.ClusterSpec]

  private var manifest: TemplateManifest { TemplateManifest(template: template) }
  private var created: Time { now - template.age }
  private var isClusterScoped: Bool { template.namespace.isEmpty }
  private var isClusterPolicy: Bool { policy?["kind"]?.string == "ClusterPropagationPolicy" }

  mutating func seed(into seeder: inout FleetSeeder) {
    let loaded = seeder.load(
      claimed(), at: created, manager: "kubectl-client-side-apply")
    guard policy != nil else { return }
    let bindingID = random.uuid()
    let binding = seeder.load(
      binding(for: loaded, id: bindingID), at: created + .seconds(1),
      manager: "karmada-controller-manager")
    for target in worked() {
      let workID = random.uuid()
      let manifest = sent(
        loaded, binding: binding, bindingID: bindingID, workID: workID, to: target)
      let work = seeder.load(
        work(of: manifest, binding: binding, bindingID: bindingID, workID: workID, on: target),
        at: created + .seconds(1), manager: "karmada-controller-manager")
      copy(manifest, to: target, in: &seeder.fleet)
      workEvents(on: work, target: target, seeder: &seeder)
    }
    events(on: loaded, binding: binding, seeder: &seeder)
  }

  /// Present targets, and clusters being evicted, whose Work is still there.
  private func worked() -> [Scenario.Target] {
    template.targets
      + template.evictions.filter { task in !template.targets.contains { $0.cluster == task.from } }
      .map { Scenario.Target(cluster: $0.from, replicas: $0.replicas) }
  }

  private func isGone(_ cluster: String) -> Bool {
    clusters.first { $0.name == cluster }?.notReadyFor != nil
  }

  // MARK: Template

  private var policyPrefix: String {
    isClusterPolicy ? "clusterpropagationpolicy" : "propagationpolicy"
  }

  private var policyAnnotations: JSONObject.Members {
    guard let policy else { return [:] }
    var annotations: JSONObject.Members = [
      "\(policyPrefix).karmada.io/name": policy[path: "metadata", "name"] ?? ""
    ]
    if !isClusterPolicy {
      annotations["\(policyPrefix).karmada.io/namespace"] = policy[path: "metadata", "namespace"]
    }
    return annotations
  }

  private var policyLabel: (key: String, value: JSONValue)? {
    let key = "\(policyPrefix).karmada.io/permanent-id"
    return policy?["metadata"]?["labels"]?[key].map { (key, $0) }
  }

  /// The template with the marks of the policy that claimed it.
  private func claimed() -> JSONValue {
    var value = manifest.value
    guard policy != nil else { return value }
    value["metadata"]?["annotations"] = .object(JSONObject(policyAnnotations))
    if let label = policyLabel { value["metadata"]?["labels"]?[label.key] = label.value }
    if let status = total { value["status"] = status }
    return value
  }

  /// The template's own status: what its clusters report, added up.
  private var total: JSONValue? {
    let replicas = template.targets.reduce(0) { $0 + $1.replicas }
    return manifest.status(
      replicas: replicas, isHealthy: template.unhealthyOn.isEmpty, seed: "aggregated")
  }

  // MARK: Binding

  private func reference(_ loaded: JSONValue) -> JSONValue {
    var reference: JSONObject = [
      "apiVersion": .string(manifest.apiVersion), "kind": .string(template.kind),
      "name": .string(template.name),
    ]
    if !isClusterScoped { reference["namespace"] = .string(template.namespace) }
    reference["resourceVersion"] = loaded[path: "metadata", "resourceVersion"]
    reference["uid"] = loaded[path: "metadata", "uid"]
    return .object(reference)
  }

  private func binding(for loaded: JSONValue, id: String) -> JSONValue {
    let name = KarmadaName.binding(kind: template.kind, name: template.name)
    var annotations = policyAnnotations
    let placement = policy?[path: "spec", "placement"] ?? [:]
    annotations["policy.karmada.io/applied-placement"] = .string(placement.jsonText())
    var labels: JSONObject = ["resourcebinding.karmada.io/permanent-id": .string(id)]
    if isClusterScoped { labels = ["clusterresourcebinding.karmada.io/permanent-id": .string(id)] }
    if let label = policyLabel { labels[label.key] = label.value }
    var metadata: JSONObject = [
      "name": .string(name), "generation": 3,
      "annotations": .object(JSONObject(annotations)), "labels": .object(labels),
      "finalizers": [
        isClusterScoped
          ? "karmada.io/cluster-resource-binding-controller" : "karmada.io/binding-controller"
      ],
      "ownerReferences": [
        [
          "apiVersion": .string(manifest.apiVersion), "blockOwnerDeletion": true,
          "controller": true, "kind": .string(template.kind), "name": .string(template.name),
          "uid": loaded[path: "metadata", "uid"] ?? "",
        ]
      ],
    ]
    if !isClusterScoped { metadata["namespace"] = .string(template.namespace) }
    return [
      "apiVersion": "work.karmada.io/v1alpha2",
      "kind": isClusterScoped ? "ClusterResourceBinding" : "ResourceBinding",
      "metadata": .object(metadata), "spec": bindingSpec(loaded), "status": bindingStatus,
    ]
  }

  private func bindingSpec(_ loaded: JSONValue) -> JSONValue {
    var spec: JSONObject = [:]
    if !template.targets.isEmpty {
      spec["clusters"] = .array(
        template.targets.map { target in
          var value: JSONObject = ["name": .string(target.cluster)]
          if target.replicas > 0 { value["replicas"] = .int(Int64(target.replicas)) }
          return .object(value)
        })
    }
    for key in ["conflictResolution", "failover", "placement", "propagateDeps", "schedulerName"] {
      spec[key] = policy?["spec"]?[key]
    }
    if policy?[path: "spec", "preserveResourcesOnDeletion"]?.bool == true {
      spec["preserveResourcesOnDeletion"] = true
    }
    if !template.evictions.isEmpty {
      spec["gracefulEvictionTasks"] = .array(template.evictions.map(task))
    }
    if let replicas = template.replicas, template.kind != "DaemonSet" {
      spec["replicas"] = .int(Int64(replicas))
      spec["replicaRequirements"] = [
        "namespace": .string(template.namespace),
        "resourceRequest": ["cpu": "250m", "memory": "256Mi"],
      ]
    }
    if template.isSuspended { spec["suspension"] = ["dispatching": true] }
    spec["resource"] = reference(loaded)
    return .object(spec)
  }

  private func task(_ eviction: Scenario.Eviction) -> JSONValue {
    var task: JSONObject = [
      "creationTimestamp": .string((now - eviction.age).rfc3339),
      "fromCluster": .string(eviction.from), "producer": .string(eviction.producer),
      "purgeMode": .string(eviction.purgeMode), "reason": .string(eviction.reason),
    ]
    if eviction.replicas > 0 { task["replicas"] = .int(Int64(eviction.replicas)) }
    if let seconds = eviction.gracePeriodSeconds {
      task["gracePeriodSeconds"] = .int(Int64(seconds))
    }
    if eviction.isSuppressed { task["suppressDeletion"] = true }
    if !eviction.preservedLabels.isEmpty {
      task["preservedLabelState"] = .object(
        JSONObject(
          .init(
            eviction.preservedLabels.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) },
            uniquingKeysWith: { $1 })))
    }
    if !eviction.clustersBefore.isEmpty {
      task["clustersBeforeFailover"] = .array(eviction.clustersBefore.map { .string($0) })
    }
    return .object(task)
  }

  private var bindingStatus: JSONValue {
    let isScheduled = template.unschedulable.isEmpty
    let isApplied =
      template.notAppliedOn.isEmpty && !template.isSuspended && !template.targets.isEmpty
    let changed = template.evictions.map(\.age).min() ?? template.age
    let since = JSONValue.string((now - changed + .seconds(1)).rfc3339)
    var status: JSONObject = [:]
    let items = template.targets.map(aggregated)
    if !items.isEmpty { status["aggregatedStatus"] = .array(items) }
    status["conditions"] = [
      [
        "lastTransitionTime": since,
        "message": isScheduled
          ? "Binding has been scheduled successfully." : .string(template.unschedulable),
        "reason": isScheduled ? "Success" : "NoClusterFit",
        "status": isScheduled ? "True" : "False", "type": "Scheduled",
      ],
      [
        "lastTransitionTime": since,
        "message": isApplied
          ? "All works have been successfully applied"
          : "Failed to apply all works, see status.aggregatedStatus for details",
        "reason": isApplied ? "FullyAppliedSuccess" : "FullyAppliedFailed",
        "status": isApplied ? "True" : "False", "type": "FullyApplied",
      ],
    ]
    if isScheduled { status["lastScheduledTime"] = since }
    status["schedulerObservedGeneration"] = 3
    return .object(status)
  }

  private func isHealthy(on cluster: String) -> Bool { !template.unhealthyOn.contains(cluster) }

  private func aggregated(_ target: Scenario.Target) -> JSONValue {
    var item: JSONObject = ["clusterName": .string(target.cluster)]
    if let refusal = template.notAppliedOn[target.cluster] {
      item["appliedMessage"] = .string("Failed to apply all manifests (0/1): \(refusal)")
      item["health"] = "Unknown"
      return .object(item)
    }
    if template.isSuspended {
      item["health"] = "Unknown"
      return .object(item)
    }
    item["applied"] = true
    item["health"] = isHealthy(on: target.cluster) ? "Healthy" : "Unhealthy"
    item["status"] = reported(by: target)
    return .object(item)
  }

  private func reported(by target: Scenario.Target) -> JSONValue? {
    manifest.status(
      replicas: target.replicas, isHealthy: isHealthy(on: target.cluster),
      seed: String(
        KarmadaName.work(
          kind: target.cluster, namespace: template.namespace, name: template.name
        ).suffix(8)))
  }

  // MARK: Work

  private func sent(
    _ loaded: JSONValue, binding: JSONValue, bindingID: String, workID: String,
    to target: Scenario.Target
  ) -> JSONValue {
    let scope = isClusterScoped ? "clusterresourcebinding" : "resourcebinding"
    var labels = loaded[path: "metadata", "labels"]?.object ?? [:]
    labels["karmada.io/managed"] = "true"
    labels["\(scope).karmada.io/permanent-id"] = .string(bindingID)
    labels["work.karmada.io/permanent-id"] = .string(workID)
    for eviction in template.evictions {
      for (key, value) in eviction.preservedLabels { labels[key] = .string(value) }
    }
    var annotations = policyAnnotations
    annotations["\(scope).karmada.io/name"] = binding[path: "metadata", "name"]
    annotations["\(scope).karmada.io/namespace"] = binding[path: "metadata", "namespace"]
    annotations["resourcetemplate.karmada.io/generation"] = "1"
    annotations["resourcetemplate.karmada.io/managed-labels"] = .string(
      labels.keys.sorted().joined(separator: ","))
    annotations["resourcetemplate.karmada.io/uid"] = loaded[path: "metadata", "uid"]
    annotations["work.karmada.io/conflict-resolution"] = .string(conflictResolution)
    annotations["work.karmada.io/name"] = .string(workName)
    annotations["work.karmada.io/namespace"] = .string(
      KarmadaName.executionSpace(target.cluster))
    let marks = annotations.keys + ["resourcetemplate.karmada.io/managed-annotations"]
    annotations["resourcetemplate.karmada.io/managed-annotations"] = .string(
      marks.sorted().joined(separator: ","))
    var value = manifest.value
    value["metadata"]?["labels"] = .object(labels)
    value["metadata"]?["annotations"] = .object(JSONObject(annotations))
    if template.replicas != nil, value[path: "spec", "replicas"] != nil {
      value["spec"]?["replicas"] = .int(Int64(target.replicas))
    }
    return value
  }

  private var workName: String {
    KarmadaName.work(kind: template.kind, namespace: template.namespace, name: template.name)
  }

  private var conflictResolution: String {
    (policy?[path: "spec", "conflictResolution"]?.string ?? "Abort").lowercased()
  }

  private func work(
    of manifest: JSONValue, binding: JSONValue, bindingID: String, workID: String,
    on target: Scenario.Target
  ) -> JSONValue {
    let scope = isClusterScoped ? "clusterresourcebinding" : "resourcebinding"
    var annotations: JSONObject = [
      "\(scope).karmada.io/name": binding[path: "metadata", "name"] ?? "",
      "work.karmada.io/conflict-resolution": .string(conflictResolution),
    ]
    annotations["\(scope).karmada.io/namespace"] = binding[path: "metadata", "namespace"]
    let preserves = policy?[path: "spec", "preserveResourcesOnDeletion"]?.bool == true
    return [
      "apiVersion": "work.karmada.io/v1alpha1", "kind": "Work",
      "metadata": [
        "name": .string(workName),
        "namespace": .string(KarmadaName.executionSpace(target.cluster)), "generation": 2,
        "annotations": .object(annotations),
        "labels": [
          "\(scope).karmada.io/permanent-id": .string(bindingID),
          "work.karmada.io/permanent-id": .string(workID),
        ],
        "finalizers": ["karmada.io/execution-controller"],
      ],
      "spec": [
        "preserveResourcesOnDeletion": .bool(preserves),
        "suspendDispatching": .bool(template.isSuspended),
        "workload": ["manifests": [manifest]],
      ],
      "status": workStatus(target),
    ]
  }

  private func workStatus(_ target: Scenario.Target) -> JSONValue {
    let since = JSONValue.string((created + .seconds(2)).rfc3339)
    let refusal = template.notAppliedOn[target.cluster]
    if template.isSuspended {
      return [
        "conditions": [
          [
            "lastTransitionTime": since,
            "message": "Work dispatching is in a suspended state.",
            "reason": "SuspendDispatching", "status": "False", "type": "Dispatching",
          ]
        ]
      ]
    }
    var status: JSONObject = [
      "conditions": [
        [
          "lastTransitionTime": since, "message": "Work is being dispatched to member clusters.",
          "reason": "Dispatching", "status": "True", "type": "Dispatching",
        ],
        [
          "lastTransitionTime": since,
          "message": .string(
            refusal.map { "Failed to apply all manifests (0/1): \($0)" }
              ?? "Manifest has been successfully applied"),
          "reason": refusal == nil ? "AppliedSuccessful" : "AppliedFailed",
          "status": refusal == nil ? "True" : "False", "type": "Applied",
        ],
      ]
    ]
    guard refusal == nil else { return .object(status) }
    let api = manifest.apiVersion.split(separator: "/").map(String.init)
    var identifier: JSONObject = [
      "group": .string(api.count == 2 ? api[0] : ""), "kind": .string(template.kind),
      "name": .string(template.name), "ordinal": 0, "resource": "",
      "version": .string(api.last ?? ""),
    ]
    if !isClusterScoped { identifier["namespace"] = .string(template.namespace) }
    var reflected: JSONObject = [
      "health": isHealthy(on: target.cluster) ? "Healthy" : "Unhealthy",
      "identifier": .object(identifier),
    ]
    reflected["status"] = reported(by: target)
    status["manifestStatuses"] = [.object(reflected)]
    return .object(status)
  }

  /// The member's own object.
  private mutating func copy(
    _ sent: JSONValue, to target: Scenario.Target, in fleet: inout Fleet
  ) {
    guard template.notAppliedOn[target.cluster] == nil, !template.isSuspended,
      var member = fleet.members.removeValue(forKey: target.cluster)
    else { return }
    if let type = member.store.registry.type(
      apiVersion: manifest.apiVersion, kind: template.kind)
    {
      var value = sent
      value["metadata"]?["uid"] = .string(member.store.newUID())
      value["metadata"]?["creationTimestamp"] = .string((created + .seconds(2)).rfc3339)
      if type.hasGeneration { value["metadata"]?["generation"] = 1 }
      value["status"] = reported(by: target)
      member.store.load(value, as: type)
    }
    fleet.members[target.cluster] = member
  }
}
