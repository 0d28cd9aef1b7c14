/// The messages of Kubernetes' generated.proto files that `kubectl create` and `kubectl auth`
/// send, with the numbers their fields have there.
enum ProtobufSchema {
  enum FieldType: Hashable, Sendable {
    case string, strings, bytes, bool
    /// An optional number: zero is a value.
    case int
    /// A number that is left out of JSON when it is zero.
    case count
    case time, quantity, intOrString
    case message(String)
    /// A message whose fields stand in the parent's JSON.
    case inline(String)
    case messages(String)
    case map(String)
  }
  struct Field: Hashable, Sendable {
    var name: String
    var type: FieldType
  }

  static let messages: [String: [Int: Field]] = build(
    envelope.merging(core) { a, _ in a }.merging(workloads) { a, _ in a }
      .merging(access) { a, _ in a })

  private typealias Row = (Int, String, FieldType)

  private static func build(_ rows: [String: [Row]]) -> [String: [Int: Field]] {
    rows.mapValues { rows in
      Dictionary(
        rows.map { ($0.0, Field(name: $0.1, type: $0.2)) }, uniquingKeysWith: { a, _ in a })
    }
  }

  private static let envelope: [String: [Row]] = [
    "Unknown": [(1, "typeMeta", .message("TypeMeta")), (2, "raw", .bytes)],
    "TypeMeta": [(1, "apiVersion", .string), (2, "kind", .string)],
    "Time": [(1, "seconds", .int)],
    "Quantity": [(1, "string", .string)],
    "IntOrString": [(1, "type", .int), (2, "intVal", .int), (3, "strVal", .string)],
    "StringEntry": [(1, "key", .string), (2, "value", .string)],
    "BytesEntry": [(1, "key", .string), (2, "value", .bytes)],
    "QuantityEntry": [(1, "key", .string), (2, "value", .quantity)],
    "ObjectMeta": [
      (1, "name", .string), (2, "generateName", .string), (3, "namespace", .string),
      (5, "uid", .string), (6, "resourceVersion", .string), (7, "generation", .count),
      (8, "creationTimestamp", .time), (11, "labels", .map("StringEntry")),
      (12, "annotations", .map("StringEntry")),
      (13, "ownerReferences", .messages("OwnerReference")),
      (14, "finalizers", .strings),
    ],
    "OwnerReference": [
      (1, "kind", .string), (3, "name", .string), (4, "uid", .string), (5, "apiVersion", .string),
      (6, "controller", .bool), (7, "blockOwnerDeletion", .bool),
    ],
    "LabelSelector": [
      (1, "matchLabels", .map("StringEntry")),
      (2, "matchExpressions", .messages("LabelSelectorRequirement")),
    ],
    "LabelSelectorRequirement": [
      (1, "key", .string), (2, "operator", .string), (3, "values", .strings),
    ],
  ]

  private static let metadata: Row = (1, "metadata", .message("ObjectMeta"))

  private static let core: [String: [Row]] = [
    "Namespace": [metadata, (2, "spec", .message("NamespaceSpec"))],
    "NamespaceSpec": [(1, "finalizers", .strings)],
    "ConfigMap": [
      metadata, (2, "data", .map("StringEntry")), (3, "binaryData", .map("BytesEntry")),
      (4, "immutable", .bool),
    ],
    "Secret": [
      metadata, (2, "data", .map("BytesEntry")), (3, "type", .string),
      (4, "stringData", .map("StringEntry")), (5, "immutable", .bool),
    ],
    "ServiceAccount": [metadata],
    "Service": [metadata, (2, "spec", .message("ServiceSpec"))],
    "ServiceSpec": [
      (1, "ports", .messages("ServicePort")), (2, "selector", .map("StringEntry")),
      (3, "clusterIP", .string), (4, "type", .string), (5, "externalIPs", .strings),
      (7, "sessionAffinity", .string), (8, "loadBalancerIP", .string),
      (10, "externalName", .string),
    ],
    "ServicePort": [
      (1, "name", .string), (2, "protocol", .string), (3, "port", .int),
      (4, "targetPort", .intOrString), (5, "nodePort", .count),
    ],
    "PodTemplateSpec": [metadata, (2, "spec", .message("PodSpec"))],
    "PodSpec": [
      (2, "containers", .messages("Container")), (3, "restartPolicy", .string),
      (4, "terminationGracePeriodSeconds", .int), (6, "dnsPolicy", .string),
      (7, "nodeSelector", .map("StringEntry")), (8, "serviceAccountName", .string),
    ],
    "Container": [
      (1, "name", .string), (2, "image", .string), (3, "command", .strings), (4, "args", .strings),
      (5, "workingDir", .string), (6, "ports", .messages("ContainerPort")),
      (7, "env", .messages("EnvVar")), (8, "resources", .message("ResourceRequirements")),
      (14, "imagePullPolicy", .string),
    ],
    "ContainerPort": [
      (1, "name", .string), (2, "hostPort", .count), (3, "containerPort", .int),
      (4, "protocol", .string),
    ],
    "EnvVar": [(1, "name", .string), (2, "value", .string)],
    "ResourceRequirements": [
      (1, "limits", .map("QuantityEntry")), (2, "requests", .map("QuantityEntry")),
    ],
    "Lease": [metadata, (2, "spec", .message("LeaseSpec"))],
    "LeaseSpec": [
      (1, "holderIdentity", .string), (2, "leaseDurationSeconds", .int), (3, "acquireTime", .time),
      (4, "renewTime", .time), (5, "leaseTransitions", .int),
    ],
  ]

  private static let workloads: [String: [Row]] = [
    "Deployment": [metadata, (2, "spec", .message("DeploymentSpec"))],
    "DeploymentSpec": [
      (1, "replicas", .int), (2, "selector", .message("LabelSelector")),
      (3, "template", .message("PodTemplateSpec")), (5, "minReadySeconds", .count),
      (6, "revisionHistoryLimit", .int), (7, "paused", .bool),
      (9, "progressDeadlineSeconds", .int),
    ],
    "Job": [metadata, (2, "spec", .message("JobSpec"))],
    "JobSpec": [
      (1, "parallelism", .int), (2, "completions", .int), (3, "activeDeadlineSeconds", .int),
      (4, "selector", .message("LabelSelector")), (6, "template", .message("PodTemplateSpec")),
      (7, "backoffLimit", .int), (8, "ttlSecondsAfterFinished", .int), (10, "suspend", .bool),
    ],
    "CronJob": [metadata, (2, "spec", .message("CronJobSpec"))],
    "CronJobSpec": [
      (1, "schedule", .string), (2, "startingDeadlineSeconds", .int),
      (3, "concurrencyPolicy", .string), (4, "suspend", .bool),
      (5, "jobTemplate", .message("JobTemplateSpec")), (8, "timeZone", .string),
    ],
    "JobTemplateSpec": [metadata, (2, "spec", .message("JobSpec"))],
    "Ingress": [metadata, (2, "spec", .message("IngressSpec"))],
    "IngressSpec": [
      (1, "defaultBackend", .message("IngressBackend")), (2, "tls", .messages("IngressTLS")),
      (3, "rules", .messages("IngressRule")), (4, "ingressClassName", .string),
    ],
    "IngressTLS": [(1, "hosts", .strings), (2, "secretName", .string)],
    "IngressRule": [(1, "host", .string), (2, "", .inline("IngressRuleValue"))],
    "IngressRuleValue": [(1, "http", .message("HTTPIngressRuleValue"))],
    "HTTPIngressRuleValue": [(1, "paths", .messages("HTTPIngressPath"))],
    "HTTPIngressPath": [
      (1, "path", .string), (2, "backend", .message("IngressBackend")), (3, "pathType", .string),
    ],
    "IngressBackend": [(4, "service", .message("IngressServiceBackend"))],
    "IngressServiceBackend": [(1, "name", .string), (2, "port", .message("ServiceBackendPort"))],
    "ServiceBackendPort": [(1, "name", .string), (2, "number", .count)],
  ]

  private static let access: [String: [Row]] = [
    "Role": [metadata, (2, "rules", .messages("PolicyRule"))],
    "ClusterRole": [metadata, (2, "rules", .messages("PolicyRule"))],
    "PolicyRule": [
      (1, "verbs", .strings), (2, "apiGroups", .strings), (3, "resources", .strings),
      (4, "resourceNames", .strings), (5, "nonResourceURLs", .strings),
    ],
    "RoleBinding": [
      metadata, (2, "subjects", .messages("Subject")), (3, "roleRef", .message("RoleRef")),
    ],
    "ClusterRoleBinding": [
      metadata, (2, "subjects", .messages("Subject")), (3, "roleRef", .message("RoleRef")),
    ],
    "Subject": [
      (1, "kind", .string), (2, "apiGroup", .string), (3, "name", .string),
      (4, "namespace", .string),
    ],
    "RoleRef": [(1, "apiGroup", .string), (2, "kind", .string), (3, "name", .string)],
    "SelfSubjectAccessReview": [
      metadata, (2, "spec", .message("SelfSubjectAccessReviewSpec")),
    ],
    "SelfSubjectAccessReviewSpec": [
      (1, "resourceAttributes", .message("ResourceAttributes")),
      (2, "nonResourceAttributes", .message("NonResourceAttributes")),
    ],
    "ResourceAttributes": [
      (1, "namespace", .string), (2, "verb", .string), (3, "group", .string),
      (4, "version", .string), (5, "resource", .string), (6, "subresource", .string),
      (7, "name", .string),
    ],
    "NonResourceAttributes": [(1, "path", .string), (2, "verb", .string)],
    "SelfSubjectRulesReview": [metadata, (2, "spec", .message("SelfSubjectRulesReviewSpec"))],
    "SelfSubjectRulesReviewSpec": [(1, "namespace", .string)],
    "SelfSubjectReview": [metadata],
  ]
}
