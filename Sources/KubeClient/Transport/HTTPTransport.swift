import CCurl
import ControlPlane
import Glibc
import Synchronization

/// HTTP/1.1 and HTTP/2 over libcurl.
///
/// One thread owns the multi handle and every easy handle. Everybody else only posts commands,
/// which are values, and wakes the thread. Errors are `APIError` without a subject, or
/// `CancellationError`.
final class HTTPTransport: Sendable {
  private let inbox: Inbox
  private let thread: Mutex<pthread_t?>

  init() throws(APIError) {
    guard Self.isInitialized, let raw = curl_multi_init() else {
      throw APIError(.protocol, message: "libcurl cannot be started (out of memory?)")
    }
    inbox = Inbox(multi: Inbox.Multi(raw: raw))
    var id = pthread_t()
    let argument = Unmanaged.passRetained(inbox)
    let failed = pthread_create(&id, nil, transportThread, argument.toOpaque())
    guard failed == 0 else {
      argument.release()
      curl_multi_cleanup(raw)
      throw APIError(
        .protocol, message: "no thread for the network: \(String(cString: strerror(failed)))")
    }
    thread = Mutex(id)
  }

  deinit {
    inbox.close()
    if let id = thread.withLock({ $0.take() }) { pthread_detach(id) }
  }

  /// Ends every exchange with `CancellationError` and returns when the thread has gone.
  func shutdown() {
    inbox.close()
    if let id = thread.withLock({ $0.take() }) { pthread_join(id, nil) }
  }

  /// Waits for the whole answer, whatever its status. Cancelling the task closes the exchange.
  func send(_ request: HTTPRequest) async throws -> HTTPAnswer {
    let id = inbox.newID()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        inbox.post(.start(id, request, .whole(continuation)))
        // A cancellation that came before the start was posted found nothing to cancel.
        if Task.isCancelled { inbox.post(.cancel(id)) }
      }
    } onCancel: {
      inbox.post(.cancel(id))
    }
  }

  /// The answer as it comes. Leaving the iteration, or cancelling its task, closes the exchange.
  func stream(_ request: HTTPRequest) -> AsyncThrowingStream<HTTPEvent, any Error> {
    let id = inbox.newID()
    let (events, sink) = AsyncThrowingStream.makeStream(of: HTTPEvent.self)
    sink.onTermination = { [inbox] reason in
      if case .cancelled = reason { inbox.post(.cancel(id)) }
    }
    inbox.post(.start(id, request, .stream(sink)))
    return events
  }

  private static let isInitialized = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
}

private func transportThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument else { return nil }
  let inbox = Unmanaged<Inbox>.fromOpaque(argument).takeRetainedValue()
  // Signals belong to the threads that know what to do with them.
  var all = sigset_t()
  sigfillset(&all)
  pthread_sigmask(SIG_BLOCK, &all, nil)
  TransportLoop(inbox).run()
  return nil
}
