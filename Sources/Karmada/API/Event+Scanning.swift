import Manifest

extension Event: KubernetesObject {
  public init(
    scanning scanner: inout JSONScanner, interning interner: inout Interner
  ) throws(JSONScanner.Failure) {
    self.init()
    var reporter = ""
    var eventTime: Time?
    var lastObserved: Time?
    var seriesCount: Int?
    try scanner.members { key, scanner throws(JSONScanner.Failure) in
      switch key {
      case "metadata": try metadata.read(&scanner, &interner)
      case "involvedObject", "regarding": try involvedObject.read(&scanner, &interner)
      case "type": try scanner.read(&type, &interner)
      case "reason": try scanner.read(&reason, &interner)
      case "message", "note": try scanner.read(&message)
      case "count", "deprecatedCount": try scanner.read(&count)
      case "firstTimestamp", "deprecatedFirstTimestamp": try scanner.read(&firstTimestamp)
      case "lastTimestamp", "deprecatedLastTimestamp": try scanner.read(&lastTimestamp)
      case "eventTime": try scanner.read(&eventTime)
      case "reportingComponent", "reportingController": try scanner.read(&reporter, &interner)
      case "source", "deprecatedSource":
        try scanner.members { key, scanner throws(JSONScanner.Failure) in
          switch key {
          case "component": try scanner.read(&component, &interner)
          default: try scanner.skip()
          }
        }
      case "series":
        try scanner.members { key, scanner throws(JSONScanner.Failure) in
          switch key {
          case "count": try scanner.read(&seriesCount)
          case "lastObservedTime": try scanner.read(&lastObserved)
          default: try scanner.skip()
          }
        }
      default: try scanner.skip()
      }
    }
    if component.isEmpty { component = reporter }
    count = max(count, seriesCount ?? 1, 1)
    firstTimestamp = firstTimestamp ?? eventTime
    lastTimestamp = lastTimestamp ?? lastObserved ?? eventTime ?? metadata.creationTimestamp
  }
}
