/// How long to wait after failures in a row: doubling steps with jitter, so that many watches
/// cut off by one restart do not come back in one instant.
public struct BackOff: Hashable, Sendable {
  public var first: Duration
  public var limit: Duration

  public init(first: Duration = .milliseconds(800), limit: Duration = .seconds(30)) {
    self.first = first
    self.limit = limit
  }

  /// The step after so many failures in a row: `first`, doubled each time, never above `limit`.
  public func step(after failures: Int) -> Duration {
    var step = min(first, limit)
    var left = failures
    while left > 1, step < limit {
      step = min(step * 2, limit)
      left -= 1
    }
    return step
  }

  /// A wait drawn evenly from the upper half of the step.
  public func delay(
    after failures: Int, using random: inout some RandomNumberGenerator
  ) -> Duration {
    let step = step(after: failures)
    let half = step / 2
    return half + (step - half) * Int.random(in: 0...1000, using: &random) / 1000
  }
}
