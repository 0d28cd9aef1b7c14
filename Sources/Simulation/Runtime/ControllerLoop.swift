import Manifest

/// Lets a simulated control plane live: runs its controllers as its time goes by, and sends the
/// bookmarks that a server sends.
public struct ControllerLoop: Sendable {
  /// As many steps at a time, so that requests get in between.
  private static let batch = 100
  /// Looked at this often at least, in real time: a request may have made something due.
  private static let glance = Duration.milliseconds(25)
  private static let bookmarksEvery = Duration.seconds(60)

  private let plane: SimulatedControlPlane
  private let clock: any Clock<Duration>

  public init(
    _ plane: SimulatedControlPlane, clock: any Clock<Duration> = ContinuousClock()
  ) {
    self.plane = plane
    self.clock = clock
  }

  /// Runs until the calling task is cancelled.
  public func run() async {
    var bookmarked = plane.time.now
    while !Task.isCancelled {
      let now = plane.time.now
      let next = plane.runControllers(until: now, limit: Self.batch)
      if now - bookmarked >= Self.bookmarksEvery {
        bookmarked = now
        plane.sendBookmarks()
      }
      if let next, next <= now {
        await Task.yield()
        continue
      }
      do { try await clock.sleep(for: Self.glance) } catch { return }  // cancelled
    }
  }
}
