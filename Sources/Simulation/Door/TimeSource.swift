import Manifest
import Synchronization

/// Where the embedded Karmada reads the time.
public protocol TimeSource: Sendable {
  var now: Time { get }
}

/// The machine's time from a starting point on, at a speed that may be changed at any moment.
public final class WallTime: TimeSource {
  private struct Pace {
    var start: Time
    var began: ContinuousClock.Instant
    var speed: Double

    var now: Time {
      let passed = ContinuousClock.now - began
      return start + (speed == 1 ? passed : passed * speed)
    }
  }
  private let pace: Mutex<Pace>

  /// - Parameters:
  ///   - start: what the time is now.
  ///   - speed: simulated seconds a second; 0 stands still, less counts as 0.
  public init(startingAt start: Time, speed: Double = 1) {
    pace = Mutex(Pace(start: start, began: .now, speed: Self.usable(speed)))
  }

  private static func usable(_ speed: Double) -> Double { speed.isFinite ? max(0, speed) : 1 }

  public var now: Time { pace.withLock { $0.now } }

  /// Simulated seconds a second. Setting it goes on from the present moment; 0 is a pause.
  public var speed: Double {
    get { pace.withLock { $0.speed } }
    set {
      pace.withLock {
        $0 = Pace(start: $0.now, began: .now, speed: Self.usable(newValue))
      }
    }
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
