extension KarmadaSchema {
  /// Kubernetes' own kinds, as deep as people look when they mistype a field.
  static let kubernetes: [String: FieldSchema] = [
    "configmaps": ["data": .map(.any), "binaryData": .map(.any), "immutable": .boolean],
    "secrets": [
      "data": .map(.any), "stringData": .map(.any), "immutable": .boolean, "type": .string,
    ],
    "namespaces": ["spec": .any, "status": .any],
    "deployments.apps": [
      "spec": [
        "replicas": .any, "selector": labelSelector, "template": podTemplate, "strategy": .any,
        "minReadySeconds": .any, "revisionHistoryLimit": .any, "paused": .any,
        "progressDeadlineSeconds": .any,
      ], "status": .any,
    ],
    "statefulsets.apps": [
      "spec": [
        "replicas": .any, "selector": labelSelector, "template": podTemplate,
        "serviceName": .any, "podManagementPolicy": .any, "updateStrategy": .any,
        "revisionHistoryLimit": .any, "minReadySeconds": .any, "volumeClaimTemplates": .any,
        "persistentVolumeClaimRetentionPolicy": .any, "ordinals": .any,
      ], "status": .any,
    ],
    "jobs.batch": [
      "spec": [
        "parallelism": .any, "completions": .any, "activeDeadlineSeconds": .any,
        "podFailurePolicy": .any, "successPolicy": .any, "backoffLimit": .any,
        "backoffLimitPerIndex": .any, "maxFailedIndexes": .any, "selector": labelSelector,
        "manualSelector": .any, "template": podTemplate, "ttlSecondsAfterFinished": .any,
        "completionMode": .any, "suspend": .any, "podReplacementPolicy": .any,
        "managedBy": .any,
      ], "status": .any,
    ],
  ]

  private static let podTemplate: FieldSchema = [
    "metadata": .any,
    "spec": .any,
  ]
}
