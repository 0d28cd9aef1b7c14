import Synchronization

/// A clock that stands still until a test moves it.
public final class ManualClock: Clock {
  public struct Instant: InstantProtocol {
    public var offset: Duration
    public func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
    public func duration(to other: Instant) -> Duration { other.offset - offset }
    public static func < (a: Instant, b: Instant) -> Bool { a.offset < b.offset }
  }

  private struct Sleeper {
    var id: UInt64
    var deadline: Instant
    var continuation: CheckedContinuation<Bool, Never>
  }
  private struct Inner {
    var now = Instant(offset: .zero)
    var lastID: UInt64 = 0
    var sleepers: [Sleeper] = []
    /// Cancelled before they fell asleep.
    var cancelled: Set<UInt64> = []
    var watchers: [Sleeper] = []
  }
  private let inner = Mutex(Inner())

  public init() {}

  public var now: Instant { inner.withLock { $0.now } }
  public var minimumResolution: Duration { .nanoseconds(1) }

  public func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
    let id = nextID()
    let wasWoken = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in fallAsleep(id, deadline, continuation) }
    } onCancel: {
      cancel(id)
    }
    if !wasWoken { throw CancellationError() }
  }

  /// Moves the time on and wakes everybody whose time has come, the earliest first.
  public func advance(by duration: Duration) {
    let due = inner.withLock { inner in
      inner.now = inner.now.advanced(by: duration)
      let now = inner.now
      let due = inner.sleepers.filter { $0.deadline <= now }.sorted { $0.deadline < $1.deadline }
      inner.sleepers.removeAll { $0.deadline <= now }
      return due
    }
    for sleeper in due { sleeper.continuation.resume(returning: true) }
  }

  /// Waits until somebody sleeps who would be woken by moving on by `duration`, then moves on.
  public func advanceWhenAwaited(by duration: Duration) async throws {
    let id = nextID()
    let isAwaited = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in lookOut(id, duration, continuation) }
    } onCancel: {
      cancel(id)
    }
    guard isAwaited else { throw CancellationError() }
    advance(by: duration)
  }

  private func lookOut(
    _ id: UInt64, _ duration: Duration, _ continuation: CheckedContinuation<Bool, Never>
  ) {
    let outcome = inner.withLock { inner -> Bool? in
      if inner.cancelled.remove(id) != nil { return false }
      let deadline = inner.now.advanced(by: duration)
      if inner.sleepers.contains(where: { $0.deadline <= deadline }) { return true }
      inner.watchers.append(Sleeper(id: id, deadline: deadline, continuation: continuation))
      return nil
    }
    if let outcome { continuation.resume(returning: outcome) }
  }

  private func nextID() -> UInt64 {
    inner.withLock { inner in
      inner.lastID += 1
      return inner.lastID
    }
  }

  private func fallAsleep(
    _ id: UInt64, _ deadline: Instant, _ continuation: CheckedContinuation<Bool, Never>
  ) {
    enum Outcome { case now(Bool), asleep([CheckedContinuation<Bool, Never>]) }
    let outcome = inner.withLock { inner -> Outcome in
      if inner.cancelled.remove(id) != nil { return .now(false) }
      if deadline <= inner.now { return .now(true) }
      inner.sleepers.append(Sleeper(id: id, deadline: deadline, continuation: continuation))
      let pleased = inner.watchers.filter { deadline <= $0.deadline }.map(\.continuation)
      inner.watchers.removeAll { deadline <= $0.deadline }
      return .asleep(pleased)
    }
    switch outcome {
    case .now(let wasWoken): continuation.resume(returning: wasWoken)
    case .asleep(let pleased): for watcher in pleased { watcher.resume(returning: true) }
    }
  }

  private func cancel(_ id: UInt64) {
    let continuation = inner.withLock { inner -> CheckedContinuation<Bool, Never>? in
      if let index = inner.sleepers.firstIndex(where: { $0.id == id }) {
        return inner.sleepers.remove(at: index).continuation
      }
      if let index = inner.watchers.firstIndex(where: { $0.id == id }) {
        return inner.watchers.remove(at: index).continuation
      }
      inner.cancelled.insert(id)
      return nil
    }
    continuation?.resume(returning: false)
  }
}
