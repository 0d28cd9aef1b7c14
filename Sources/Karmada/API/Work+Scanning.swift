import Manifest

extension Work: KubernetesObject {
  public init(
    scanning scanner: inout JSONScanner, interning interner: inout Interner
  ) throws(JSONScanner.Failure) {
    self.init()
    try scanner.members { key, scanner throws(JSONScanner.Failure) in
      switch key {
      case "metadata": try metadata.read(&scanner, &interner)
      case "spec": try readSpec(&scanner, &interner)
      case "status": try readStatus(&scanner, &interner)
      default: try scanner.skip()
      }
    }
  }

  private mutating func readSpec(
    _ scanner: inout JSONScanner, _ interner: inout Interner
  ) throws(JSONScanner.Failure) {
    try scanner.members { key, scanner throws(JSONScanner.Failure) in
      switch key {
      case "preserveResourcesOnDeletion": try scanner.read(&preserveResourcesOnDeletion)
      case "suspendDispatching": try scanner.read(&suspendDispatching)
      case "workload":
        try scanner.members { key, scanner throws(JSONScanner.Failure) in
          switch key {
          case "manifests":
            var isFirst = true
            try scanner.elements { scanner throws(JSONScanner.Failure) in
              guard isFirst else { return try scanner.skip() }
              isFirst = false
              try manifest.read(&scanner, &interner)
            }
          default: try scanner.skip()
          }
        }
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
      case "manifestStatuses":
        var isFirst = true
        try scanner.elements { scanner throws(JSONScanner.Failure) in
          guard isFirst else { return try scanner.skip() }
          isFirst = false
          try scanner.members { key, scanner throws(JSONScanner.Failure) in
            switch key {
            case "health": try scanner.read(&health)
            default: try scanner.skip()
            }
          }
        }
      default: try scanner.skip()
      }
    }
  }
}

extension Work.ManifestReference: Scannable {
  mutating func read(
    _ scanner: inout JSONScanner, _ interner: inout Interner
  ) throws(JSONScanner.Failure) {
    try scanner.members { key, scanner throws(JSONScanner.Failure) in
      switch key {
      case "apiVersion": try scanner.read(&apiVersion, &interner)
      case "kind": try scanner.read(&kind, &interner)
      case "metadata":
        try scanner.members { key, scanner throws(JSONScanner.Failure) in
          switch key {
          case "namespace": try scanner.read(&namespace, &interner)
          case "name": try scanner.read(&name)
          case "labels": try scanner.read(&labels, &interner)
          default: try scanner.skip()
          }
        }
      default: try scanner.skip()
      }
    }
  }
}
