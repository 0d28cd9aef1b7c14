import Manifest

extension ResourceBinding: KubernetesObject {
  public init(
    scanning scanner: inout JSONScanner, interning interner: inout Interner
  ) throws(JSONScanner.Failure) {
    self.init()
    var status: Int?
    try scanner.members { key, scanner throws(JSONScanner.Failure) in
      switch key {
      case "metadata": try metadata.read(&scanner, &interner)
      case "spec": try readSpec(&scanner, &interner)
      case "status":
        status = scanner.offset
        try readStatus(&scanner, &interner)
      default: try scanner.skip()
      }
    }
    if let rules = failover?.statePreservation, !rules.isEmpty {
      try evaluate(rules, scanner, statusAt: status)
    }
  }

  /// Goes over the reported statuses once more, now that there are rules known to run on them.
  private mutating func evaluate(
    _ rules: [StatePreservationRule], _ scanner: borrowing JSONScanner, statusAt offset: Int?
  ) throws(JSONScanner.Failure) {
    var reported: [String: JSONValue] = [:]
    if let offset {
      var again = scanner.rewound(to: offset)
      try again.members { key, scanner throws(JSONScanner.Failure) in
        switch key {
        case "aggregatedStatus":
          try scanner.elements { scanner throws(JSONScanner.Failure) in
            let (name, status) = try scanner.reportedStatus()
            reported[name] = status
          }
        default: try scanner.skip()
        }
      }
    }
    for target in clusters {
      for rule in rules {
        stateFindings.append(StateFinding(rule, on: target.name, status: reported[target.name]))
      }
    }
  }

  private mutating func readSpec(
    _ scanner: inout JSONScanner, _ interner: inout Interner
  ) throws(JSONScanner.Failure) {
    try scanner.members { key, scanner throws(JSONScanner.Failure) in
      switch key {
      case "resource": try resource.read(&scanner, &interner)
      case "replicas": try scanner.read(&replicas)
      case "clusters":
        try scanner.read(&clusters, &interner)
        interner.share(&clusters)
      case "gracefulEvictionTasks": try scanner.read(&gracefulEvictionTasks, &interner)
      case "requiredBy": try scanner.read(&requiredBy, &interner)
      case "preserveResourcesOnDeletion": try scanner.read(&preserveResourcesOnDeletion)
      case "conflictResolution": try scanner.read(&conflictResolution, &interner)
      case "propagateDeps": try scanner.read(&propagateDeps)
      case "suspension": isDispatchingSuspended = try scanner.suspension()
      case "failover":
        failover = try scanner.applicationFailover(&interner)
        interner.share(&failoverOrNone)
      default: try scanner.skip()
      }
    }
  }

  private mutating func readStatus(
    _ scanner: inout JSONScanner, _ interner: inout Interner
  ) throws(JSONScanner.Failure) {
    try scanner.members { key, scanner throws(JSONScanner.Failure) in
      switch key {
      case "conditions": try scanner.read(&conditions, &interner)
      case "aggregatedStatus":
        try scanner.read(&aggregatedStatus, &interner)
        interner.share(&aggregatedStatus)
      case "lastScheduledTime": try scanner.read(&lastScheduledTime)
      case "schedulerObservedGeneration": try scanner.read(&schedulerObservedGeneration)
      default: try scanner.skip()
      }
    }
  }
}

extension ResourceBinding.TargetCluster: Scannable {
  mutating func read(
    _ scanner: inout JSONScanner, _ interner: inout Interner
  ) throws(JSONScanner.Failure) {
    try scanner.members { key, scanner throws(JSONScanner.Failure) in
      switch key {
      case "name": try scanner.read(&name, &interner)
      case "replicas": try scanner.read(&replicas)
      default: try scanner.skip()
      }
    }
  }
}

extension ResourceBinding.GracefulEvictionTask: Scannable {
  mutating func read(
    _ scanner: inout JSONScanner, _ interner: inout Interner
  ) throws(JSONScanner.Failure) {
    try scanner.members { key, scanner throws(JSONScanner.Failure) in
      switch key {
      case "fromCluster": try scanner.read(&fromCluster, &interner)
      case "purgeMode": try scanner.read(&purgeMode, &interner)
      case "replicas": try scanner.read(&replicas)
      case "reason": try scanner.read(&reason, &interner)
      case "message": try scanner.read(&message, &interner)
      case "producer": try scanner.read(&producer, &interner)
      case "gracePeriodSeconds": try scanner.read(&gracePeriodSeconds)
      case "suppressDeletion": try scanner.read(&suppressDeletion)
      case "preservedLabelState": try scanner.read(&preservedLabelState, &interner)
      case "clustersBeforeFailover": try scanner.read(&clustersBeforeFailover, &interner)
      case "creationTimestamp": try scanner.read(&creationTimestamp)
      default: try scanner.skip()
      }
    }
  }
}

extension ResourceBinding.AggregatedStatusItem: Scannable {
  mutating func read(
    _ scanner: inout JSONScanner, _ interner: inout Interner
  ) throws(JSONScanner.Failure) {
    try scanner.members { key, scanner throws(JSONScanner.Failure) in
      switch key {
      case "clusterName": try scanner.read(&clusterName, &interner)
      case "applied": try scanner.read(&applied)
      case "appliedMessage": try scanner.read(&appliedMessage, &interner)
      case "health": try scanner.read(&health)
      default: try scanner.skip()
      }
    }
  }
}

extension ResourceBinding.StatePreservationRule: Scannable {
  mutating func read(
    _ scanner: inout JSONScanner, _ interner: inout Interner
  ) throws(JSONScanner.Failure) {
    try scanner.members { key, scanner throws(JSONScanner.Failure) in
      switch key {
      case "aliasLabelName": try scanner.read(&aliasLabelName, &interner)
      case "jsonPath": try scanner.read(&jsonPath, &interner)
      default: try scanner.skip()
      }
    }
  }
}

extension ResourceBinding.ApplicationFailover: Scannable {
  mutating func read(
    _ scanner: inout JSONScanner, _ interner: inout Interner
  ) throws(JSONScanner.Failure) {
    try scanner.members { key, scanner throws(JSONScanner.Failure) in
      switch key {
      case "decisionConditions":
        try scanner.members { key, scanner throws(JSONScanner.Failure) in
          switch key {
          case "tolerationSeconds": try scanner.read(&tolerationSeconds)
          default: try scanner.skip()
          }
        }
      case "purgeMode": try scanner.read(&purgeMode, &interner)
      case "gracePeriodSeconds": try scanner.read(&gracePeriodSeconds)
      case "statePreservation":
        try scanner.members { key, scanner throws(JSONScanner.Failure) in
          switch key {
          case "rules": try scanner.read(&statePreservation, &interner)
          default: try scanner.skip()
          }
        }
      default: try scanner.skip()
      }
    }
  }
}

extension JSONScanner {
  /// The cluster and the status of an item of `aggregatedStatus`.
  fileprivate mutating func reportedStatus() throws(Failure) -> (name: String, JSONValue?) {
    var name = ""
    var status: JSONValue?
    try members { key, scanner throws(Failure) in
      switch key {
      case "clusterName": try scanner.read(&name)
      case "status": status = try JSONValue(scanning: &scanner)
      default: try scanner.skip()
      }
    }
    return (name, status)
  }

  /// A FailoverBehavior's `application`; nil when it has none.
  mutating func applicationFailover(
    _ interner: inout Interner
  ) throws(Failure) -> ResourceBinding.ApplicationFailover? {
    var failover: ResourceBinding.ApplicationFailover?
    try members { key, scanner throws(Failure) in
      switch key {
      case "application":
        guard try scanner.next() == .object else { return try scanner.skip() }
        failover = try ResourceBinding.ApplicationFailover(&scanner, &interner)
      default: try scanner.skip()
      }
    }
    return failover
  }

  /// Whether a Suspension keeps anything from being dispatched: everywhere, or to some clusters.
  mutating func suspension() throws(Failure) -> Bool {
    var suspended = false
    try members { key, scanner throws(Failure) in
      switch key {
      case "dispatching":
        var all = false
        try scanner.read(&all)
        suspended = suspended || all
      case "dispatchingOnClusters":
        try scanner.members { key, scanner throws(Failure) in
          switch key {
          case "clusterNames":
            try scanner.elements { scanner throws(Failure) in
              try scanner.skip()
              suspended = true
            }
          default: try scanner.skip()
          }
        }
      default: try scanner.skip()
      }
    }
    return suspended
  }
}
