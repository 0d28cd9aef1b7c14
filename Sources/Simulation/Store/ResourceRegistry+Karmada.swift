import ControlPlane

extension ResourceRegistry {
  /// What a member cluster serves: Kubernetes' own kinds and the Flink operator's.
  public static let member = ResourceRegistry(kubernetes + flink)

  /// What Karmada's API server serves: the same, and Karmada's own kinds.
  public static let karmada = ResourceRegistry(kubernetes + karmadaKinds + flink)

  private static func builtIn(
    _ group: String, _ version: String, _ plural: String, _ kind: String, namespaced: Bool = true,
    short: [String] = [], categories: [String] = [], status: Bool = false,
    generation: Bool = false, review: Bool = false
  ) -> ResourceType {
    ResourceType(
      APIResource(
        group: group, version: version, plural: plural, kind: kind, isNamespaced: namespaced),
      shortNames: short, categories: categories, origin: .builtIn, hasStatus: status,
      hasGeneration: generation, isReview: review)
  }

  private static func custom(
    _ group: String, _ version: String, _ plural: String, _ kind: String, namespaced: Bool = true,
    short: [String] = [], categories: [String] = ["karmada-io"], status: Bool = false
  ) -> ResourceType {
    ResourceType(
      APIResource(
        group: group, version: version, plural: plural, kind: kind, isNamespaced: namespaced),
      shortNames: short, categories: categories, hasStatus: status)
  }

  private static let kubernetes = core + workloads + others + access

  private static let core: [ResourceType] = [
    builtIn("", "v1", "configmaps", "ConfigMap", short: ["cm"]),
    builtIn("", "v1", "events", "Event", short: ["ev"]),
    builtIn(
      "", "v1", "namespaces", "Namespace", namespaced: false, short: ["ns"], status: true),
    builtIn("", "v1", "nodes", "Node", namespaced: false, short: ["no"], status: true),
    builtIn(
      "", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", short: ["pvc"], status: true),
    builtIn("", "v1", "pods", "Pod", short: ["po"], categories: ["all"], status: true),
    builtIn("", "v1", "secrets", "Secret"),
    builtIn("", "v1", "serviceaccounts", "ServiceAccount", short: ["sa"]),
    builtIn("", "v1", "services", "Service", short: ["svc"], categories: ["all"], status: true),
  ]

  private static let workloads: [ResourceType] = [
    builtIn(
      "apps", "v1", "daemonsets", "DaemonSet", short: ["ds"], categories: ["all"], status: true,
      generation: true),
    builtIn(
      "apps", "v1", "deployments", "Deployment", short: ["deploy"], categories: ["all"],
      status: true, generation: true),
    builtIn(
      "apps", "v1", "replicasets", "ReplicaSet", short: ["rs"], categories: ["all"], status: true,
      generation: true),
    builtIn(
      "apps", "v1", "statefulsets", "StatefulSet", short: ["sts"], categories: ["all"],
      status: true, generation: true),
    builtIn(
      "autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", short: ["hpa"],
      categories: ["all"], status: true),
    builtIn(
      "batch", "v1", "cronjobs", "CronJob", short: ["cj"], categories: ["all"], status: true,
      generation: true),
    builtIn(
      "batch", "v1", "jobs", "Job", categories: ["all"], status: true, generation: true),
  ]

  private static let others: [ResourceType] = [
    builtIn(
      "networking.k8s.io", "v1", "ingresses", "Ingress", short: ["ing"], status: true,
      generation: true),
    builtIn(
      "networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", short: ["netpol"],
      generation: true),
    builtIn(
      "policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", short: ["pdb"], status: true,
      generation: true),
    builtIn(
      "rbac.authorization.k8s.io", "v1", "clusterrolebindings", "ClusterRoleBinding",
      namespaced: false),
    builtIn(
      "rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", namespaced: false),
    builtIn("rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding"),
    builtIn("rbac.authorization.k8s.io", "v1", "roles", "Role"),
    builtIn(
      "apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition",
      namespaced: false, short: ["crd", "crds"], categories: ["api-extensions"], status: true,
      generation: true),
    builtIn("coordination.k8s.io", "v1", "leases", "Lease"),
  ]

  private static let access: [ResourceType] = [
    builtIn(
      "authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview",
      namespaced: false, review: true),
    builtIn(
      "authorization.k8s.io", "v1", "selfsubjectrulesreviews", "SelfSubjectRulesReview",
      namespaced: false, review: true),
    builtIn(
      "authentication.k8s.io", "v1", "selfsubjectreviews", "SelfSubjectReview", namespaced: false,
      review: true),
  ]

  private static let karmadaKinds: [ResourceType] =
    [
      ResourceType(.clusters, origin: .aggregated, hasStatus: true)
    ] + policies + work + [
      custom(
        "apps.karmada.io", "v1alpha1", "workloadrebalancers", "WorkloadRebalancer",
        namespaced: false, status: true),
      custom(
        "autoscaling.karmada.io", "v1alpha1", "cronfederatedhpas", "CronFederatedHPA",
        short: ["cronfhpa"], status: true),
      custom(
        "autoscaling.karmada.io", "v1alpha1", "federatedhpas", "FederatedHPA", short: ["fhpa"],
        status: true),
      custom(
        "config.karmada.io", "v1alpha1", "resourceinterpretercustomizations",
        "ResourceInterpreterCustomization", namespaced: false, short: ["ric"]),
      custom(
        "config.karmada.io", "v1alpha1", "resourceinterpreterwebhookconfigurations",
        "ResourceInterpreterWebhookConfiguration", namespaced: false),
      custom(
        "multicluster.x-k8s.io", "v1alpha1", "serviceexports", "ServiceExport",
        short: ["svcex"], status: true),
      custom(
        "multicluster.x-k8s.io", "v1alpha1", "serviceimports", "ServiceImport",
        short: ["svcim"], status: true),
      custom(
        "networking.karmada.io", "v1alpha1", "multiclusteringresses", "MultiClusterIngress",
        short: ["mci"], status: true),
      custom(
        "networking.karmada.io", "v1alpha1", "multiclusterservices", "MultiClusterService",
        short: ["mcs"], status: true),
      custom(
        "operator.karmada.io", "v1alpha1", "karmadas", "Karmada", categories: [], status: true),
      custom(
        "remedy.karmada.io", "v1alpha1", "remedies", "Remedy", namespaced: false),
    ]

  private static let policies: [ResourceType] = [
    custom(
      "policy.karmada.io", "v1alpha1", "clusteroverridepolicies", "ClusterOverridePolicy",
      namespaced: false, short: ["cop"]),
    custom(
      "policy.karmada.io", "v1alpha1", "overridepolicies", "OverridePolicy", short: ["op"]),
    custom(
      "policy.karmada.io", "v1alpha1", "propagationpolicies", "PropagationPolicy", short: ["pp"]),
    custom(
      "policy.karmada.io", "v1alpha1", "clusterpropagationpolicies", "ClusterPropagationPolicy",
      namespaced: false, short: ["cpp"]),
    custom(
      "policy.karmada.io", "v1alpha1", "federatedresourcequotas", "FederatedResourceQuota",
      status: true),
  ]

  private static let work: [ResourceType] = [
    custom(
      "work.karmada.io", "v1alpha2", "clusterresourcebindings", "ClusterResourceBinding",
      namespaced: false, short: ["crb"], status: true),
    custom(
      "work.karmada.io", "v1alpha2", "resourcebindings", "ResourceBinding", short: ["rb"],
      status: true),
    custom("work.karmada.io", "v1alpha1", "works", "Work", short: ["wk"], status: true),
  ]

  private static let flink: [ResourceType] = [
    custom(
      "flink.apache.org", "v1beta1", "flinkdeployments", "FlinkDeployment",
      short: ["flinkdep"], categories: [], status: true)
  ]
}
