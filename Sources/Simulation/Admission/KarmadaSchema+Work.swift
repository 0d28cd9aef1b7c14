extension KarmadaSchema {
  private static let targets: FieldSchema = .list(["name!": .string, "replicas": .number])

  static let binding: FieldSchema = [
    "clusters": targets, "conflictResolution": .oneOf("Abort", "Overwrite").or("Abort"),
    "failover": failover, "gracefulEvictionTasks": .list(evictionTask), "placement": placement,
    "preserveResourcesOnDeletion": .boolean, "propagateDeps": .boolean,
    "replicaRequirements": [
      "namespace": .string, "nodeClaim": .any, "priorityClassName": .string,
      "resourceRequest": .map(.quantity),
    ],
    "replicas": .number,
    "requiredBy": .list(["clusters": targets, "name!": .string, "namespace": .string]),
    "rescheduleTriggeredAt": .string,
    "resource!": objectReference.adding(["resourceVersion": .string, "uid": .string]),
    "schedulerName": .string, "suspension": suspension,
  ]

  private static let evictionTask: FieldSchema = [
    "clustersBeforeFailover": .list(.string), "creationTimestamp": .string,
    "fromCluster!": .string, "gracePeriodSeconds": .number, "message": .text(0...1024),
    "preservedLabelState": .map(.string), "producer!": .string,
    "purgeMode": .oneOf("Immediately", "Graciously", "Never"),
    "reason!": .text(1...32, pattern: .reason), "replicas": .number,
    "suppressDeletion": .boolean,
  ]

  private static let health = FieldSchema.oneOf("Healthy", "Unhealthy", "Unknown")

  private static let conditions: FieldSchema = .list([
    "lastTransitionTime!": .string, "message!": .text(0...32_768),
    "observedGeneration": .integer(atLeast: 0), "reason!": .text(1...1024, pattern: .reason),
    "status!": .oneOf("True", "False", "Unknown"), "type!": .text(0...316),
  ])

  static let bindingStatus: FieldSchema = [
    "aggregatedStatus": .list([
      "applied": .boolean, "appliedMessage": .string, "clusterName!": .string,
      "health": health, "status": .any,
    ]),
    "conditions": conditions, "lastScheduledTime": .string,
    "schedulerObservedGeneration": .number, "schedulerObservingAffinityName": .string,
  ]

  static let work: FieldSchema = [
    "preserveResourcesOnDeletion": .boolean, "suspendDispatching": .boolean,
    "workload": ["manifests": .list(.any)],
  ]

  static let workStatus: FieldSchema = [
    "conditions": conditions,
    "manifestStatuses": .list([
      "health": health,
      "identifier!": [
        "group": .string, "kind!": .string, "name!": .string, "namespace": .string,
        "ordinal!": .number, "resource!": .string, "version!": .string,
      ],
      "status": .any,
    ]),
  ]
}
