import Manifest

/// One of the fleet's controllers: a pure step from what it sees to what it does.
///
/// A step is level-triggered and idempotent: it looks at the whole state behind a key, never at
/// what has changed, and does nothing when there is nothing to do. It has no state of its own;
/// what it must remember (since when something is unhealthy) it hands to `Action.remember` and
/// finds in `FleetView.memory` at the next step for the same key.
public protocol Controller: Sendable {
  /// "binding-controller": unique, and the component its Events name unless they say otherwise.
  var name: String { get }
  /// Whose writes these are in metadata.managedFields: "karmada-controller-manager".
  var manager: String { get }
  /// How long things take.
  var pace: Pace { get }

  /// The keys a change makes it look at again. Called for every change of every server, so it
  /// first asks whose change it is and of which type.
  func keys(after change: Change, in view: FleetView) -> [ObjectKey]

  /// The keys to look at when everything starts, whether or not anything changes: those of
  /// controllers that do something from time to time. Not what is settled already.
  func startingKeys(in view: FleetView) -> [ObjectKey]

  /// What to do about a key.
  func step(_ key: ObjectKey, in view: FleetView) -> [Action]
}

extension Controller {
  public var manager: String { "karmada-controller-manager" }
  public var pace: Pace { Pace() }
  public func startingKeys(in view: FleetView) -> [ObjectKey] { [] }
}

/// How long a controller's hops take: what makes propagation take time, and races happen.
public struct Pace: Hashable, Sendable {
  /// From a change to the key being in the queue: the watch.
  public var latency: ClosedRange<Duration>
  /// How long a worker is busy with a step.
  public var service: ClosedRange<Duration>
  /// Steps that run at the same time.
  public var workers: Int
  /// The first wait after a failed step; each further one is twice as long, up to the second.
  /// controller-runtime's numbers by default.
  public var backOff: ClosedRange<Duration>

  public init(
    latency: ClosedRange<Duration> = .milliseconds(2)...(.milliseconds(12)),
    service: ClosedRange<Duration> = .milliseconds(4)...(.milliseconds(16)),
    workers: Int = 5, backOff: ClosedRange<Duration> = .milliseconds(5)...(.seconds(1_000))
  ) {
    self.latency = latency
    self.service = service
    self.workers = max(1, workers)
    self.backOff = backOff
  }
}
