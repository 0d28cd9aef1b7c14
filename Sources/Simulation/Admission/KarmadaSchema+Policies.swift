extension KarmadaSchema {
  static let propagation: FieldSchema = [
    "activationPreference": .oneOf("Lazy"), "association": .boolean,
    "conflictResolution": .oneOf("Abort", "Overwrite").or("Abort"),
    "dependentOverrides": .list(.string), "failover": failover, "placement": placement,
    "preemption": .oneOf("Always", "Never").or("Never"),
    "preserveResourcesOnDeletion": .boolean, "priority": .number.or(0),
    "propagateDeps": .boolean, "resourceSelectors!": .list(resourceSelectors, atLeast: 1),
    "schedulerName": .string.or("default-scheduler"), "suspension": suspension,
  ]

  static let failover: FieldSchema = [
    "application": [
      "decisionConditions!": ["tolerationSeconds": .number.or(300)],
      "gracePeriodSeconds": .number,
      "purgeMode": .oneOf("Immediately", "Graciously", "Never").or("Graciously"),
      "statePreservation": [
        "rules!": .list(["aliasLabelName!": .string, "jsonPath!": .string])
      ],
    ]
  ]

  static let suspension: FieldSchema = [
    "dispatching": .boolean, "dispatchingOnClusters": ["clusterNames": .list(.string)],
  ]

  static let placement: FieldSchema = [
    "clusterAffinities": .list(
      clusterAffinity.adding(["affinityName!": .text(1...32)])),
    "clusterAffinity": clusterAffinity, "clusterTolerations": tolerations,
    "replicaScheduling": replicaScheduling,
    "spreadConstraints": .list([
      "maxGroups": .number, "minGroups": .number, "spreadByLabel": .string,
      "spreadByField": .oneOf("cluster", "region", "zone", "provider"),
    ]),
  ]

  private static let replicaScheduling: FieldSchema = [
    "replicaDivisionPreference": .oneOf("Aggregated", "Weighted"),
    "replicaSchedulingType": .oneOf("Duplicated", "Divided").or("Divided"),
    "weightPreference": [
      "dynamicWeight": .oneOf("AvailableReplicas"),
      "staticWeightList": .list([
        "targetCluster!": clusterAffinity, "weight!": .integer(atLeast: 1),
      ]),
    ],
  ]

  static let overrides: FieldSchema = [
    "overrideRules": .list(["overriders!": overriders, "targetCluster": clusterAffinity]),
    "overriders": overriders, "resourceSelectors": .list(resourceSelectors),
    "targetCluster": clusterAffinity,
  ]

  private static let change = FieldSchema.oneOf("add", "remove", "replace")

  private static let overriders: FieldSchema = [
    "annotationsOverrider": .list(["operator!": change, "value!": .map(.string)]),
    "argsOverrider": arguments, "commandOverrider": arguments,
    "fieldOverrider": .list([
      "fieldPath!": .string, "json": patchOperations, "yaml": patchOperations,
    ]),
    "imageOverrider": .list([
      "component!": .oneOf("Registry", "Repository", "Tag"), "operator!": change,
      "predicate": ["path!": .string], "value": .string,
    ]),
    "labelsOverrider": .list(["operator!": change, "value!": .map(.string)]),
    "plaintext": .list(["operator!": change, "path!": .string, "value": .any]),
  ]

  private static let arguments: FieldSchema = .list([
    "containerName!": .string, "operator!": .oneOf("add", "remove"), "value": .list(.string),
  ])

  private static let patchOperations: FieldSchema = .list([
    "operator!": change, "subPath!": .string, "value": .any,
  ])
}
