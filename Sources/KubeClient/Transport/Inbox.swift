import CCurl
import Dispatch
import Synchronization

/// What other threads leave for the transport's own.
final class Inbox: Sendable {
  typealias ID = UInt64

  enum Command: Sendable {
    case start(ID, HTTPRequest, Sink)
    case cancel(ID)
  }

  /// Where an answer goes.
  enum Sink: Sendable {
    case whole(CheckedContinuation<HTTPAnswer, any Error>)
    case stream(AsyncThrowingStream<HTTPEvent, any Error>.Continuation)

    func fail(_ error: any Error) {
      switch self {
      case .whole(let continuation): continuation.resume(throwing: error)
      case .stream(let continuation): continuation.finish(throwing: error)
      }
    }
  }

  /// A CURLM*, which other threads use for `curl_multi_wakeup` alone: the one call of libcurl that
  /// any thread may make.
  struct Multi: @unchecked Sendable { let raw: UnsafeMutableRawPointer }

  private struct State {
    var lastID: ID = 0
    var commands: [Command] = []
    var isClosed = false
  }
  private let state = Mutex(State())
  /// Interrupts `rest`, as `curl_multi_wakeup` interrupts libcurl's wait.
  private let knock = DispatchSemaphore(value: 0)
  let multi: Multi

  init(multi: Multi) { self.multi = multi }

  func newID() -> ID {
    state.withLock { state in
      state.lastID += 1
      return state.lastID
    }
  }

  func post(_ command: Command) {
    let isTaken = state.withLock { state in
      guard !state.isClosed else { return false }
      state.commands.append(command)
      curl_multi_wakeup(multi.raw)  // under the lock: once closed, the handle may be gone
      return true
    }
    knock.signal()
    if !isTaken, case .start(_, _, let sink) = command { sink.fail(CancellationError()) }
  }

  func close() {
    state.withLock { state in
      guard !state.isClosed else { return }
      state.isClosed = true
      curl_multi_wakeup(multi.raw)
    }
    knock.signal()
  }

  /// Returns after the time, or as soon as there is a command to take.
  func rest(_ time: DispatchTimeInterval) {
    while knock.wait(timeout: .now()) == .success {}
    guard state.withLock({ $0.commands.isEmpty && !$0.isClosed }) else { return }
    _ = knock.wait(timeout: .now() + time)
  }

  /// The commands since the last call, and whether they are the last ever.
  func take() -> (commands: [Command], isClosed: Bool) {
    state.withLock { state in
      defer { state.commands = [] }
      return (state.commands, state.isClosed)
    }
  }
}
