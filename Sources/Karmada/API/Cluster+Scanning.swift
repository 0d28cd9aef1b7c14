import Manifest

extension Cluster: KubernetesObject {
  public init(
    scanning scanner: inout JSONScanner, interning interner: inout Interner
  ) throws(JSONScanner.Failure) {
    self.init()
    var zone = ""
    try scanner.members { key, scanner throws(JSONScanner.Failure) in
      switch key {
      case "metadata": try metadata.read(&scanner, &interner)
      case "spec":
        try scanner.members { key, scanner throws(JSONScanner.Failure) in
          switch key {
          case "syncMode": try scanner.read(&syncMode)
          case "apiEndpoint": try scanner.read(&apiEndpoint)
          case "provider": try scanner.read(&provider, &interner)
          case "region": try scanner.read(&region, &interner)
          case "zone": try scanner.read(&zone, &interner)
          case "zones": try scanner.read(&zones, &interner)
          case "taints": try scanner.read(&taints, &interner)
          default: try scanner.skip()
          }
        }
      case "status": try readStatus(&scanner, &interner)
      default: try scanner.skip()
      }
    }
    if zones.isEmpty, !zone.isEmpty { zones = [zone] }
  }

  private mutating func readStatus(
    _ scanner: inout JSONScanner, _ interner: inout Interner
  ) throws(JSONScanner.Failure) {
    try scanner.members { key, scanner throws(JSONScanner.Failure) in
      switch key {
      case "kubernetesVersion": try scanner.read(&kubernetesVersion, &interner)
      case "conditions": try scanner.read(&conditions, &interner)
      case "nodeSummary":
        guard try scanner.next() == .object else { return try scanner.skip() }
        nodeSummary = try NodeSummary(&scanner, &interner)
      case "resourceSummary": try resourceSummary.read(&scanner, &interner)
      default: try scanner.skip()
      }
    }
  }
}

extension Cluster.Taint: Scannable {
  mutating func read(
    _ scanner: inout JSONScanner, _ interner: inout Interner
  ) throws(JSONScanner.Failure) {
    try scanner.members { name, scanner throws(JSONScanner.Failure) in
      switch name {
      case "key": try scanner.read(&key, &interner)
      case "value": try scanner.read(&value, &interner)
      case "effect": try scanner.read(&effect, &interner)
      case "timeAdded": try scanner.read(&timeAdded)
      default: try scanner.skip()
      }
    }
  }
}

extension Cluster.NodeSummary: Scannable {
  mutating func read(
    _ scanner: inout JSONScanner, _ interner: inout Interner
  ) throws(JSONScanner.Failure) {
    try scanner.members { key, scanner throws(JSONScanner.Failure) in
      switch key {
      case "totalNum": try scanner.read(&totalNum)
      case "readyNum": try scanner.read(&readyNum)
      default: try scanner.skip()
      }
    }
  }
}

extension Cluster.ResourceSummary: Scannable {
  mutating func read(
    _ scanner: inout JSONScanner, _ interner: inout Interner
  ) throws(JSONScanner.Failure) {
    try scanner.members { key, scanner throws(JSONScanner.Failure) in
      switch key {
      case "allocatable": try scanner.readQuantities(&allocatable, &interner)
      case "allocating": try scanner.readQuantities(&allocating, &interner)
      case "allocated": try scanner.readQuantities(&allocated, &interner)
      default: try scanner.skip()
      }
    }
  }
}

extension JSONScanner {
  /// Quantities by resource name: strings, or integers, which the API allows as well.
  fileprivate mutating func readQuantities(
    _ value: inout [String: String], _ interner: inout Interner
  ) throws(Failure) {
    guard try next() == .object else { return try skip() }
    value = [:]
    try object { key, scanner throws(Failure) in
      let name = interner.intern(key.text)
      switch try scanner.next() {
      case .string: value[name] = try scanner.string()
      case .number: value[name] = try scanner.intIfExact().map(String.init)
      default: try scanner.skip()
      }
    }
  }
}
