import ControlPlane
import Manifest
import Simulation

/// Sleeping moves the stage's time on.
package struct StageClock: Clock {
  package struct Instant: InstantProtocol {
    package var time: Time
    package func advanced(by duration: Duration) -> Instant { Instant(time: time + duration) }
    package func duration(to other: Instant) -> Duration { other.time - time }
    package static func < (a: Instant, b: Instant) -> Bool { a.time < b.time }
  }
  package let stage: RollbackStage

  package var now: Instant { Instant(time: stage.time.now) }
  package var minimumResolution: Duration { .nanoseconds(1) }

  package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
    try Task.checkCancellation()
    let left = deadline.time - stage.time.now
    if left > .zero { stage.advance(by: left) }
    await Task.yield()
  }
}

/// What keeps a request waiting takes simulated time, too: a member that does not answer.
struct TimeClock: Clock {
  let time: ManualTime
  var now: StageClock.Instant { StageClock.Instant(time: time.now) }
  var minimumResolution: Duration { .nanoseconds(1) }

  func sleep(until deadline: StageClock.Instant, tolerance: Duration?) async throws {
    try Task.checkCancellation()
    let left = deadline.time - time.now
    if left > .zero { time.advance(by: left) }
  }
}

/// The stage's control plane as somebody at the other end of a line sees it: each request takes a
/// few milliseconds, and may go wrong.
package struct StagePlane: ControlPlane {
  package let stage: RollbackStage
  /// Called before a request is sent; returns what to do instead of sending it, or after it.
  package var meddle: @Sendable (APIRequest) async throws -> Meddling

  package init(
    stage: RollbackStage,
    meddle: @escaping @Sendable (APIRequest) async throws -> Meddling = { _ in .none }
  ) {
    self.stage = stage
    self.meddle = meddle
  }

  package enum Meddling: Sendable {
    case none
    /// The request never arrives.
    case failBefore(APIError)
    /// It is carried out, and its answer gets lost.
    case failAfter(APIError)
    /// The answer is another.
    case change(@Sendable (APIResponse) throws -> APIResponse)
  }

  package var endpoint: Endpoint { stage.plane.endpoint }

  package func stream(_ request: APIRequest) -> AsyncThrowingStream<[UInt8], any Error> {
    stage.plane.stream(request)
  }

  package func send(_ request: APIRequest) async throws -> APIResponse {
    // Deletions go side by side: ten of them take as long as one.
    let isDeletion = request.method == .delete && request.query("dryRun") == nil
    stage.advance(by: isDeletion ? .microseconds(500) : .milliseconds(4))
    // Nothing here waits for anything: others want the thread too.
    await Task.yield()
    switch try await meddle(request) {
    case .none: return try await stage.plane.send(request)
    case .failBefore(let error): throw error
    case .failAfter(let error):
      _ = try await stage.plane.send(request)
      throw error
    case .change(let change): return try change(try await stage.plane.send(request))
    }
  }
}

extension APIError {
  package static let lost = APIError(.timeout, message: "no answer in 30 seconds")
  package static let down = APIError(.unreachable, message: "no route to host")
  package static let busy = APIError(.throttled, status: 429, message: "too many requests")
}
