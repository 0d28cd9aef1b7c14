import ControlPlane
import Manifest

/// The fields of Karmada's own kinds (1.12.5), and of the Kubernetes kinds people write most.
///
/// What is not described here takes anything.
enum KarmadaSchema {
  /// The whole object; nil for a kind that is not described.
  static func of(_ type: ResourceType) -> FieldSchema? { byType[type.id] }

  private static let byType: [String: FieldSchema] = {
    var all: [String: FieldSchema] = [:]
    func add(_ api: APIResource, _ fields: FieldSchema) {
      all[api.qualifiedName] = object.adding(fields)
    }
    add(.propagationPolicies, ["spec!": propagation])
    add(.clusterPropagationPolicies, ["spec!": propagation])
    add(.overridePolicies, ["spec!": overrides])
    add(.clusterOverridePolicies, ["spec!": overrides])
    add(.resourceBindings, ["spec!": binding, "status": bindingStatus])
    add(.clusterResourceBindings, ["spec!": binding, "status": bindingStatus])
    add(.works, ["spec!": work, "status": workStatus])
    add(.workloadRebalancers, ["spec!": rebalancer, "status": rebalancerStatus])
    add(.clusters, ["spec": cluster, "status": .any])
    for (name, fields) in kubernetes { all[name] = object.adding(fields) }
    return all
  }()

  static let object: FieldSchema = [
    "apiVersion": .string, "kind": .string, "metadata": metadata,
  ]

  private static let metadata: FieldSchema = [
    "name": .string, "generateName": .string, "namespace": .string, "selfLink": .string,
    "uid": .string, "resourceVersion": .string, "generation": .number,
    "creationTimestamp": .any, "deletionTimestamp": .any,
    "deletionGracePeriodSeconds": .number, "labels": .map(.string),
    "annotations": .map(.string), "finalizers": .list(.string), "managedFields": .any,
    "ownerReferences": .list([
      "apiVersion!": .string, "kind!": .string, "name!": .string, "uid!": .string,
      "controller": .boolean, "blockOwnerDeletion": .boolean,
    ]),
  ]

  static let labelSelector: FieldSchema = [
    "matchLabels": .map(.string),
    "matchExpressions": .list(["key!": .string, "operator!": .string, "values": .list(.string)]),
  ]

  static let resourceSelectors: FieldSchema = [
    "apiVersion!": .string, "kind!": .string, "name": .string, "namespace": .string,
    "labelSelector": labelSelector,
  ]

  static let clusterAffinity: FieldSchema = [
    "clusterNames": .list(.string), "exclude": .list(.string), "labelSelector": labelSelector,
    "fieldSelector": [
      "matchExpressions": .list([
        "key!": .string, "operator!": .string, "values": .list(.string),
      ])
    ],
  ]

  static let tolerations: FieldSchema = .list([
    "key": .string, "operator": .string, "value": .string, "effect": .string,
    "tolerationSeconds": .number,
  ])

  static let objectReference: FieldSchema = [
    "apiVersion!": .string, "kind!": .string, "name!": .string, "namespace": .string,
  ]

  private static let cluster: FieldSchema = [
    "id": .string, "syncMode": .string, "apiEndpoint": .string,
    "secretRef": ["namespace": .string, "name": .string],
    "impersonatorSecretRef": ["namespace": .string, "name": .string],
    "insecureSkipTLSVerification": .boolean, "proxyURL": .string,
    "proxyHeader": .map(.string), "provider": .string, "region": .string, "zone": .string,
    "zones": .list(.string),
    "taints": .list([
      "key": .string, "value": .string, "effect": .string, "timeAdded": .any,
    ]),
    "resourceModels": .any,
  ]

  private static let rebalancer: FieldSchema = [
    "workloads!": .list(objectReference, atLeast: 1), "ttlSecondsAfterFinished": .number,
  ]

  private static let rebalancerStatus: FieldSchema = [
    "finishTime": .string, "observedGeneration": .number,
    "observedWorkloads": .list([
      "workload!": objectReference, "result": .string, "reason": .string,
    ]),
  ]
}
