import Manifest

/// Somebody has seen a stranded or blocked workload and said what they make of it: it is no news
/// any more.
public struct Acknowledgement: Hashable, Sendable {
  public var at: Time
  public var by: String
  public var reason: String

  public init(at: Time, by: String, reason: String) {
    self.at = at
    self.by = by
    self.reason = reason
  }
}
