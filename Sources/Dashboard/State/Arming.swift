import Manifest

/// Leave to change things on the server, for a while and for a reason. Without it a session only
/// reads.
public struct Arming: Hashable, Sendable {
  public var until: Time
  /// The operator's words; every change is recorded with them.
  public var reason: String

  public init(until: Time, reason: String) {
    self.until = until
    self.reason = reason
  }

  /// What is left of it, as a clock: "14:32", "1:05:00".
  public func countdown(now: Time) -> String {
    let left = max(0, (until - now).components.seconds)
    func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let clock = "\(two(left / 60 % 60)):\(two(left % 60))"
    return left >= 3600 ? "\(left / 3600):\(clock)" : clock
  }
}

extension AppState {
  /// Why nothing may be changed now; nil when it may.
  public var writeRefusal: String? {
    if replay != nil { return "a recording cannot be changed" }
    if options.isReadOnly { return "started with --read-only: nothing is changed" }
    guard let arming, now < arming.until else {
      return "read-only; :arm 15m REASON allows changes for a while"
    }
    return nil
  }
}
