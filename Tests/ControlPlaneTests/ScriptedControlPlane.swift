import ControlPlane
import Manifest
import Synchronization

/// Things that arrive, taken one by one in order by one taker, who waits until there is one. A
/// test past its time limit is cancelled, and then waits no longer.
final class Arrivals<Element: Sendable>: Sendable {
  private struct Inner {
    var elements: [Element] = []
    var taker: CheckedContinuation<Element?, Never>?
    var isCancelled = false
  }
  private let inner = Mutex(Inner())

  func put(_ element: Element) {
    let taker = inner.withLock { inner -> CheckedContinuation<Element?, Never>? in
      guard let taker = inner.taker else {
        inner.elements.append(element)
        return nil
      }
      inner.taker = nil
      return taker
    }
    taker?.resume(returning: element)
  }

  func next() async throws -> Element {
    let element = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let ready = inner.withLock { inner -> Element?? in
          if !inner.elements.isEmpty { return inner.elements.removeFirst() }
          if inner.isCancelled { return .some(nil) }
          inner.taker = continuation
          return .none
        }
        if let ready { continuation.resume(returning: ready) }
      }
    } onCancel: {
      cancel()
    }
    guard let element else { throw CancellationError() }
    return element
  }

  /// What is there and not taken.
  var left: [Element] { inner.withLock { $0.elements } }

  private func cancel() {
    let taker = inner.withLock { inner in
      defer { inner.taker = nil }
      inner.isCancelled = true
      return inner.taker
    }
    taker?.resume(returning: nil)
  }
}

/// A control plane whose every answer the test gives by hand.
final class ScriptedControlPlane: ControlPlane {
  /// A call that waits for its answer.
  struct Call: Sendable {
    var request: APIRequest
    fileprivate var answer: Arrivals<Result<APIResponse, APIError>>

    func answer(_ body: String, status: Int = 200) {
      answer.put(.success(APIResponse(status: status, body: Array(body.utf8))))
    }
    func fail(_ error: APIError) { answer.put(.failure(error)) }
  }

  /// A watch somebody opened.
  struct Watch: Sendable {
    var request: APIRequest
    fileprivate var continuation: AsyncThrowingStream<[UInt8], any Error>.Continuation
    /// Why the other side let go, once it has.
    var ended: Arrivals<Bool>

    func accept() { continuation.yield([]) }
    func say(_ text: String) { continuation.yield(Array(text.utf8)) }
    func close() { continuation.finish() }
    func fail(_ error: any Error) { continuation.finish(throwing: error) }
  }

  let endpoint = Endpoint(context: "test", server: "https://test")
  let calls = Arrivals<Call>()
  let watches = Arrivals<Watch>()

  func send(_ request: APIRequest) async throws -> APIResponse {
    let call = Call(request: request, answer: Arrivals())
    calls.put(call)
    return try await call.answer.next().get()
  }

  func stream(_ request: APIRequest) -> AsyncThrowingStream<[UInt8], any Error> {
    let (stream, continuation) = AsyncThrowingStream.makeStream(of: [UInt8].self)
    let watch = Watch(request: request, continuation: continuation, ended: Arrivals())
    continuation.onTermination = { reason in
      if case .cancelled = reason { watch.ended.put(true) } else { watch.ended.put(false) }
    }
    watches.put(watch)
    return stream
  }
}
