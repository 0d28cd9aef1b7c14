import Manifest

/// The Work a binding wants on one cluster.
struct WorkManifest {
  let binding: Binding
  let template: JSONValue
  let target: Binding.Target
  /// Whether labels preserved by a failover are injected: the gate is on, and the binding has
  /// one target.
  let injectsState: Bool

  /// The template for the cluster before overrides: with its replicas, where they are divided
  /// (1.12: needReviseReplicas).
  var workload: JSONValue {
    guard binding.replicas > 0, let placement = binding.placement,
      ReplicaDivision.isDivided(placement)
    else { return template }
    var workload = ResourceInterpreter.revised(template, replicas: target.replicas)
    if template.kind == "Job", let completions = dividedCompletions {
      workload["spec"]?["completions"] = .int(Int64(completions))
    }
    return workload
  }

  /// A divided Job's completions are divided in the ratio of its replicas.
  private var dividedCompletions: Int? {
    guard let completions = template[path: "spec", "completions"]?.int32 else { return nil }
    let targets = binding.targets.sorted { $0.replicas > $1.replicas }
    let sum = targets.reduce(0) { $0 &+ $1.replicas }
    guard sum > 0 else { return nil }
    var rest = completions
    var shares = targets.map { target -> Int in
      let (product, overflow) = target.replicas.multipliedReportingOverflow(by: completions)
      let share = overflow ? 0 : product / sum
      rest -= share
      return share
    }
    for index in shares.indices where rest > 0 {
      shares[index] += 1
      rest -= 1
    }
    return targets.firstIndex { $0.name == target.name }.map { shares[$0] }
  }

  /// The Work, new or as an update of the one there is; nil when that is being deleted.
  ///
  /// - Parameters:
  ///   - manifest: the workload after overrides.
  ///   - rendered: annotations that say which policies changed it.
  func work(_ manifest: JSONValue, rendered: [String: String], existing: JSONValue?)
    -> JSONValue?
  {
    if existing?.isTerminating == true { return nil }
    let sent = sent(manifest)
    var value: JSONValue =
      existing ?? [
        "apiVersion": "work.karmada.io/v1alpha1", "kind": "Work",
        "metadata": [
          "name": .string(binding.workName),
          "namespace": .string(KarmadaName.executionSpace(target.name)),
        ],
      ]
    value.setLabel(binding.permanentIDLabel, binding.permanentID)
    // Annotations are merged, never taken away: what applied once stays written (1.12).
    for (key, text) in rendered { value.setAnnotation(key, text) }
    value.setAnnotation("\(binding.prefix).karmada.io/name", binding.key.name)
    if !binding.isClusterScoped {
      value.setAnnotation("\(binding.prefix).karmada.io/namespace", binding.key.namespace)
    }
    value.setAnnotation(Self.conflictResolution, conflictResolution)
    value["metadata"]?["finalizers"] = [.string(ExecutionController.finalizer)]
    value["spec"] = [
      "preserveResourcesOnDeletion": .bool(
        binding.spec["preserveResourcesOnDeletion"]?.bool ?? false),
      "suspendDispatching": .bool(isSuspended),
      "workload": ["manifests": [sent]],
    ]
    return value
  }

  static let conflictResolution = "work.karmada.io/conflict-resolution"

  /// The template's own annotation goes before the binding's field.
  private var conflictResolution: String {
    if let own = template.annotation(Self.conflictResolution), ["overwrite", "abort"].contains(own)
    {
      return own
    }
    return binding.spec["conflictResolution"]?.string == "Overwrite" ? "overwrite" : "abort"
  }

  private var isSuspended: Bool {
    let suspension = binding.spec["suspension"]
    if suspension?["dispatching"]?.bool == true { return true }
    let clusters = suspension?[path: "dispatchingOnClusters", "clusterNames"]?.array ?? []
    return clusters.contains { $0.string == target.name }
  }

  /// The manifest with Karmada's marks, and the labels a failover preserved.
  private func sent(_ manifest: JSONValue) -> JSONValue {
    var sent = manifest
    sent.setLabel(binding.permanentIDLabel, binding.permanentID)
    if template.generation > 0 {
      sent.setAnnotation(
        "resourcetemplate.karmada.io/generation", String(template.generation))
    }
    sent.setAnnotation("\(binding.prefix).karmada.io/name", binding.key.name)
    if !binding.isClusterScoped {
      sent.setAnnotation("\(binding.prefix).karmada.io/namespace", binding.key.namespace)
    }
    for (key, value) in preservedLabels { sent.setLabel(key, value) }
    sent.setLabel("karmada.io/managed", "true")
    sent.setAnnotation("resourcetemplate.karmada.io/uid", template.uid)
    sent.setAnnotation(Self.conflictResolution, conflictResolution)
    return ResourceInterpreter.pruned(sent)
  }

  /// Of the last eviction only, when it purges immediately and the target is new.
  private var preservedLabels: [String: String] {
    guard injectsState, let task = binding.evictionTasks.last,
      task["purgeMode"]?.string == "Immediately",
      !(task["clustersBeforeFailover"]?.array ?? []).contains(where: {
        $0.string == target.name
      })
    else { return [:] }
    var labels: [String: String] = [:]
    for (key, value) in task["preservedLabelState"]?.object?.members ?? [:] {
      labels[key] = value.string
    }
    return labels
  }
}
