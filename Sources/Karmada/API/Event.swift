import Manifest

/// v1 Event.
public struct Event: Hashable, Sendable {
  public var metadata = ObjectMeta()
  public var involvedObject = ObjectReference()
  /// Normal or Warning.
  public var type = ""
  public var reason = ""
  public var message = ""
  /// source.component, or reportingComponent when source has none.
  public var component = ""
  public var count = 1
  public var firstTimestamp: Time?
  /// lastTimestamp, or series.lastObservedTime, or eventTime, or creationTimestamp: the first set.
  public var lastTimestamp: Time?
  public init() {}
}
