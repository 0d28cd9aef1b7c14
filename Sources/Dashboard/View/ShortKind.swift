/// Kinds in as few letters as kubectl takes for them.
enum ShortKind {
  /// kubectl's short name where the kind has one ("deploy"), else the kind in small letters.
  static func of(_ kind: String) -> String { names[kind] ?? kind.lowercased() }

  /// So much of it as leaves room for names.
  static func brief(_ kind: String) -> String {
    let word = of(kind)
    return word.count > longest ? word.prefix(longest - 1) + "…" : word
  }

  private static let longest = 8

  /// Of Kubernetes 1.31 (`kubectl api-resources`) and Karmada 1.12 (the CRDs' shortNames).
  private static let names = [
    "ClusterOverridePolicy": "cop", "ClusterPropagationPolicy": "cpp",
    "ClusterResourceBinding": "crb", "ConfigMap": "cm", "CronJob": "cj",
    "CustomResourceDefinition": "crd", "DaemonSet": "ds", "Deployment": "deploy",
    "Endpoints": "ep", "HorizontalPodAutoscaler": "hpa", "Ingress": "ing", "Namespace": "ns",
    "NetworkPolicy": "netpol", "OverridePolicy": "op", "PersistentVolume": "pv",
    "PersistentVolumeClaim": "pvc", "PodDisruptionBudget": "pdb", "PropagationPolicy": "pp",
    "ReplicaSet": "rs", "ResourceBinding": "rb", "ResourceQuota": "quota", "Service": "svc",
    "ServiceAccount": "sa", "StatefulSet": "sts", "StorageClass": "sc",
  ]

  /// "deploy/web", the kind receding behind the name.
  static func cell(_ kind: String, _ name: String) -> Line {
    [Span(brief(kind) + "/", .muted), Span(name, .emphasis)]
  }
}

/// Cluster names where there is little room.
enum ClusterNames {
  /// Up to two by name, of more the first and how many others: "member1 +3".
  static func short(_ names: [String]) -> String {
    guard names.count > 2, let first = names.first else { return names.joined(separator: " ") }
    return "\(first) +\(names.count - 1)"
  }
}
