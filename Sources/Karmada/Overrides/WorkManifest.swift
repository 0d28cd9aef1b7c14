import Manifest

/// What Karmada 1.12 makes of a template on its way into a Work, besides the overrides
/// (controllers/binding/common.go, ctrlutil/work.go, default/native/prune).
public enum WorkManifest {
  // MARK: Before the overrides

  /// The template with the replicas that the scheduler gave one cluster, where it divides them.
  /// Kinds whose replicas only a customised interpreter knows stay as they are.
  public static func revised(
    _ template: JSONValue, replicas: Int64, completions: Int64?
  ) -> JSONValue {
    var revised = template
    switch template["kind"]?.string {
    case "Deployment", "StatefulSet", "ReplicaSet":
      if template[path: "spec", "replicas"] != nil { revised["spec"]?["replicas"] = .int(replicas) }
    case "Job":
      if template[path: "spec", "parallelism"] != nil {
        revised["spec"]?["parallelism"] = .int(replicas)
      }
      if let completions, template[path: "spec", "completions"] != nil {
        revised["spec"]?["completions"] = .int(completions)
      }
    default: break
    }
    return revised
  }

  // MARK: After the overrides

  /// Without what an API server fills in and a member must not be sent.
  public static func pruned(_ manifest: JSONValue) -> JSONValue {
    guard case .object(var object) = manifest else { return manifest }
    object["status"] = nil
    if case .object(var metadata)? = object["metadata"] {
      for key in serverMetadata { metadata[key] = nil }
      object["metadata"] = .object(metadata)
    }
    var pruned = JSONValue.object(object)
    switch object["kind"]?.string {
    case "Deployment":
      for key in ["deployment.kubernetes.io/revision", "deployment.kubernetes.io/revision-history"]
      where pruned[path: "metadata", "annotations", key] != nil {
        pruned["metadata"]?["annotations"]?[key] = nil
      }
    case "Job": pruneJob(&pruned)
    case "Secret": pruneSecret(&pruned)
    case "Service":
      // "None" asks for a headless Service and is the user's own.
      if let address = pruned[path: "spec", "clusterIP"]?.string, address != "None" {
        pruned["spec"]?["clusterIP"] = nil
        pruned["spec"]?["clusterIPs"] = nil
      }
    case "ServiceAccount":
      let prefix = (pruned[path: "metadata", "name"]?.string ?? "") + "-token-"
      if let secrets = pruned["secrets"]?.array {
        pruned["secrets"] = .array(
          secrets.filter { $0["name"]?.string?.hasPrefix(prefix) != true })
      }
    case "PersistentVolumeClaim":
      let key = "volume.kubernetes.io/selected-node"
      if pruned[path: "metadata", "annotations", key] != nil {
        pruned["metadata"]?["annotations"]?[key] = nil
      }
    default: break
    }
    return pruned
  }

  private static let serverMetadata = [
    "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation",
    "managedFields", "resourceVersion", "selfLink", "uid", "ownerReferences", "finalizers",
  ]

  private static func pruneJob(_ job: inout JSONValue) {
    if job[path: "spec", "ttlSecondsAfterFinished"] != nil {
      job["spec"]?["ttlSecondsAfterFinished"] = nil
    }
    if job[path: "spec", "manualSelector"]?.bool == true { return }
    for key in ["controller-uid", "batch.kubernetes.io/controller-uid"]
    where job[path: "spec", "selector", "matchLabels", key] != nil {
      job["spec"]?["selector"]?["matchLabels"]?[key] = nil
    }
    for key in [
      "controller-uid", "job-name", "batch.kubernetes.io/controller-uid",
      "batch.kubernetes.io/job-name",
    ] where job[path: "spec", "template", "metadata", "labels", key] != nil {
      job["spec"]?["template"]?["metadata"]?["labels"]?[key] = nil
    }
  }

  private static func pruneSecret(_ secret: inout JSONValue) {
    guard secret["type"]?.string == "kubernetes.io/service-account-token" else { return }
    let key = "kubernetes.io/service-account.uid"
    if secret[path: "metadata", "annotations", key] != nil {
      secret["metadata"]?["annotations"]?[key] = nil
    }
    secret["data"] = .null
  }

  // MARK: Karmada's own marks

  /// Without the labels and annotations by which Karmada keeps its books: they are no part of what
  /// a policy or a user asked for, and are on the Work's manifest only.
  public static func withoutMarks(_ manifest: JSONValue) -> JSONValue {
    guard case .object(var object) = manifest, case .object(var metadata)? = object["metadata"]
    else { return manifest }
    for key in ["labels", "annotations"] {
      guard case .object(var entries)? = metadata[key] else { continue }
      entries.members.removeAll { isMark($0.key) }
      metadata[key] = entries.isEmpty ? nil : .object(entries)
    }
    object["metadata"] = .object(metadata)
    return .object(object)
  }

  /// Whether a label's or annotation's key is one of Karmada's own.
  static func isMark(_ key: String) -> Bool {
    if marks.contains(key) { return true }
    return key.hasSuffix("karmada.io/permanent-id")
  }

  private static let marks: Set<String> = [
    "karmada.io/managed",
    "propagationpolicy.karmada.io/name", "propagationpolicy.karmada.io/namespace",
    "clusterpropagationpolicy.karmada.io/name",
    "resourcebinding.karmada.io/name", "resourcebinding.karmada.io/namespace",
    "clusterresourcebinding.karmada.io/name",
    "resourcetemplate.karmada.io/generation", "resourcetemplate.karmada.io/uid",
    "resourcetemplate.karmada.io/managed-annotations",
    "resourcetemplate.karmada.io/managed-labels",
    "work.karmada.io/name", "work.karmada.io/namespace", "work.karmada.io/conflict-resolution",
    "policy.karmada.io/applied-overrides", "policy.karmada.io/applied-cluster-overrides",
  ]
}
