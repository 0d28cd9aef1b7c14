import Manifest

/// A time when nobody watched a control plane: what happened then is not known, and not guessed.
public struct ObservationGap: Hashable, Sendable {
  public var from: Time
  public var until: Time
  /// "no dashboard was running", "the server did not answer".
  public var why: String

  public init(from: Time, until: Time, why: String) {
    self.from = from
    self.until = until
    self.why = why
  }

  public func overlaps(_ a: Time, _ b: Time) -> Bool { from < b && a < until }
}
