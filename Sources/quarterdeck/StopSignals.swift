import Dispatch
import Glibc

/// SIGINT, SIGTERM and SIGHUP as they come, instead of dying of them.
///
/// Of no actor: its handlers run on whatever thread a signal or a queue chooses.
final class StopSignals: Sendable {
  let arrivals: AsyncStream<Void>
  private let sources: Sources

  private struct Sources: @unchecked Sendable {
    var all: [any DispatchSourceSignal]
  }

  init() {
    let (stream, continuation) = AsyncStream<Void>.makeStream()
    arrivals = stream
    sources = Sources(
      all: [SIGINT, SIGTERM, SIGHUP].map { number in
        // An empty handler rather than SIG_IGN, which children would inherit.
        signal(number) { _ in }
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler { @Sendable in continuation.yield() }
        source.activate()
        return source
      })
  }

  /// Waits for the first.
  func wait() async {
    for await _ in arrivals { return }
  }
}
