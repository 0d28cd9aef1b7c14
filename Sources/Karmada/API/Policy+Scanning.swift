import Manifest

extension ResourceSelector: Scannable {
  mutating func read(
    _ scanner: inout JSONScanner, _ interner: inout Interner
  ) throws(JSONScanner.Failure) {
    try scanner.members { key, scanner throws(JSONScanner.Failure) in
      switch key {
      case "apiVersion": try scanner.read(&apiVersion, &interner)
      case "kind": try scanner.read(&kind, &interner)
      case "namespace": try scanner.read(&namespace, &interner)
      case "name": try scanner.read(&name)
      case "labelSelector":
        try scanner.members { key, scanner throws(JSONScanner.Failure) in
          switch key {
          case "matchLabels": try scanner.read(&matchLabels, &interner)
          case "matchExpressions":
            try scanner.elements { scanner throws(JSONScanner.Failure) in
              try scanner.skip()
              hasMatchExpressions = true
            }
          default: try scanner.skip()
          }
        }
      default: try scanner.skip()
      }
    }
  }
}

extension PropagationPolicy: KubernetesObject {
  public init(
    scanning scanner: inout JSONScanner, interning interner: inout Interner
  ) throws(JSONScanner.Failure) {
    self.init()
    try scanner.members { key, scanner throws(JSONScanner.Failure) in
      switch key {
      case "metadata": try metadata.read(&scanner, &interner)
      case "spec": try readSpec(&scanner, &interner)
      default: try scanner.skip()
      }
    }
  }

  private mutating func readSpec(
    _ scanner: inout JSONScanner, _ interner: inout Interner
  ) throws(JSONScanner.Failure) {
    try scanner.members { key, scanner throws(JSONScanner.Failure) in
      switch key {
      case "resourceSelectors": try scanner.read(&resourceSelectors, &interner)
      case "placement": try readPlacement(&scanner, &interner)
      case "priority": try scanner.read(&priority)
      case "preemption": try scanner.read(&preemption)
      case "conflictResolution": try scanner.read(&conflictResolution)
      case "activationPreference": try scanner.read(&activationPreference)
      case "preserveResourcesOnDeletion": try scanner.read(&preserveResourcesOnDeletion)
      case "propagateDeps": try scanner.read(&propagateDeps)
      case "suspension": isDispatchingSuspended = try scanner.suspension()
      case "failover": failover = try scanner.applicationFailover(&interner)
      default: try scanner.skip()
      }
    }
  }

  private mutating func readPlacement(
    _ scanner: inout JSONScanner, _ interner: inout Interner
  ) throws(JSONScanner.Failure) {
    var affinities: [ClusterAffinity] = []
    var alone = ClusterAffinity()
    try scanner.members { key, scanner throws(JSONScanner.Failure) in
      switch key {
      case "clusterAffinity": try alone.read(&scanner, &interner)
      case "clusterAffinities": try scanner.read(&affinities, &interner)
      case "replicaScheduling":
        try scanner.members { key, scanner throws(JSONScanner.Failure) in
          switch key {
          case "replicaSchedulingType": try scanner.read(&replicaSchedulingType)
          default: try scanner.skip()
          }
        }
      default: try scanner.skip()
      }
    }
    // The API allows one of the two; in the order the scheduler tries them, once each.
    placementClusterNames = []
    for name in ([alone] + affinities).flatMap(\.clusterNames)
    where !placementClusterNames.contains(name) {
      placementClusterNames.append(name)
    }
  }
}

/// The part of a ClusterAffinity or a target cluster that names clusters.
struct ClusterAffinity: Scannable {
  var clusterNames: [String] = []

  mutating func read(
    _ scanner: inout JSONScanner, _ interner: inout Interner
  ) throws(JSONScanner.Failure) {
    try scanner.members { key, scanner throws(JSONScanner.Failure) in
      switch key {
      case "clusterNames": try scanner.read(&clusterNames, &interner)
      default: try scanner.skip()
      }
    }
  }
}

extension OverridePolicy: KubernetesObject {
  public init(
    scanning scanner: inout JSONScanner, interning interner: inout Interner
  ) throws(JSONScanner.Failure) {
    self.init()
    var used: Set<String> = []
    try scanner.members { key, scanner throws(JSONScanner.Failure) in
      switch key {
      case "metadata": try metadata.read(&scanner, &interner)
      case "spec":
        try scanner.members { key, scanner throws(JSONScanner.Failure) in
          switch key {
          case "resourceSelectors": try scanner.read(&resourceSelectors, &interner)
          case "overrideRules":
            try scanner.elements { scanner throws(JSONScanner.Failure) in
              guard try scanner.next() == .object else { return try scanner.skip() }
              ruleCount += 1
              try readRule(&scanner, &interner, &used)
            }
          case "overriders":
            var deprecated: Set<String> = []
            try OverridePolicy.readOverriders(&scanner, &deprecated)
            usesDeprecatedFields = usesDeprecatedFields || !deprecated.isEmpty
          case "targetCluster":
            usesDeprecatedFields = try scanner.next() == .object || usesDeprecatedFields
            try scanner.skip()
          default: try scanner.skip()
          }
        }
      default: try scanner.skip()
      }
    }
    let known = OverridePolicy.kindsInOrder
    overriderKinds = known.filter(used.contains) + used.subtracting(known).sorted()
  }

  /// The fields of Overriders in the order Karmada applies them.
  static let kindsInOrder = [
    "imageOverrider", "commandOverrider", "argsOverrider", "labelsOverrider",
    "annotationsOverrider", "fieldOverrider", "plaintext",
  ]

  private mutating func readRule(
    _ scanner: inout JSONScanner, _ interner: inout Interner, _ used: inout Set<String>
  ) throws(JSONScanner.Failure) {
    var target = ClusterAffinity()
    try scanner.members { key, scanner throws(JSONScanner.Failure) in
      switch key {
      case "targetCluster": try target.read(&scanner, &interner)
      case "overriders": try OverridePolicy.readOverriders(&scanner, &used)
      default: try scanner.skip()
      }
    }
    if target.clusterNames.isEmpty { targetsOthersByAffinity = true }
    for name in target.clusterNames where !targetClusterNames.contains(name) {
      targetClusterNames.append(name)
    }
  }

  /// Adds the kinds of overrider that are there and not empty.
  private static func readOverriders(
    _ scanner: inout JSONScanner, _ used: inout Set<String>
  ) throws(JSONScanner.Failure) {
    try scanner.members { key, scanner throws(JSONScanner.Failure) in
      var count = 0
      try scanner.elements { scanner throws(JSONScanner.Failure) in
        try scanner.skip()
        count += 1
      }
      if count > 0 { used.insert(key.text) }
    }
  }
}
