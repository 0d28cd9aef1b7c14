import Manifest
import Synchronization

/// Where the embedded Karmada reads the time.
public protocol TimeSource: Sendable {
  var now: Time { get }
}

/// The machine's time, from a starting point on at a chosen speed.
public struct WallTime: TimeSource {
  private let start: Time
  private let began: ContinuousClock.Instant
  private let speed: Double

  /// - Parameters:
  ///   - start: what the time is now.
  ///   - speed: simulated seconds a second; must not be negative.
  public init(startingAt start: Time, speed: Double = 1) {
    self.start = start
    self.speed = speed.isFinite ? max(0, speed) : 1
    began = .now
  }

  public var now: Time {
    let passed = ContinuousClock.now - began
    return start + (speed == 1 ? passed : passed * speed)
  }
}

/// Time that stands still until it is moved: for tests.
public final class ManualTime: TimeSource {
  private let time: Mutex<Time>

  public init(_ start: Time) { time = Mutex(start) }

  public var now: Time { time.withLock { $0 } }

  public func advance(by duration: Duration) {
    time.withLock { $0 = $0 + duration }
  }
}
