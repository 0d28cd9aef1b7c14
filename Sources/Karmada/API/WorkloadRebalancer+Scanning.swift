import Manifest

extension WorkloadRebalancer: KubernetesObject {
  public init(
    scanning scanner: inout JSONScanner, interning interner: inout Interner
  ) throws(JSONScanner.Failure) {
    self.init()
    try scanner.members { key, scanner throws(JSONScanner.Failure) in
      switch key {
      case "metadata": try metadata.read(&scanner, &interner)
      case "spec":
        try scanner.members { key, scanner throws(JSONScanner.Failure) in
          switch key {
          case "workloads": try scanner.read(&workloads, &interner)
          default: try scanner.skip()
          }
        }
      case "status":
        try scanner.members { key, scanner throws(JSONScanner.Failure) in
          switch key {
          case "observedWorkloads": try scanner.read(&observedWorkloads, &interner)
          case "finishTime": try scanner.read(&finishTime)
          default: try scanner.skip()
          }
        }
      default: try scanner.skip()
      }
    }
  }
}

extension WorkloadRebalancer.ObservedWorkload: Scannable {
  mutating func read(
    _ scanner: inout JSONScanner, _ interner: inout Interner
  ) throws(JSONScanner.Failure) {
    try scanner.members { key, scanner throws(JSONScanner.Failure) in
      switch key {
      case "workload": try workload.read(&scanner, &interner)
      case "result": try scanner.read(&result)
      case "reason": try scanner.read(&reason, &interner)
      default: try scanner.skip()
      }
    }
  }
}
