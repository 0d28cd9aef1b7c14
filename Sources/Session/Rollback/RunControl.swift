import Synchronization

/// The operator's hands on a run.
public final class RunControl: Sendable {
  enum Answer: Sendable {
    case confirmed(String)
    case declined
  }
  private struct State {
    var wantsAbort = false
    var isInterrupted = false
    var answer: Answer?
  }
  private let state = Mutex(State())

  /// - Parameter word: what to answer when the run asks; nil waits for `confirm` or `decline`.
  public init(answering word: String? = nil) {
    guard let word else { return }
    state.withLock { $0.answer = .confirmed(word) }
  }

  /// Puts everything back where that is possible, and stops where it is not.
  public func abort() { state.withLock { $0.wantsAbort = true } }

  /// Stops at the next answer, wherever it stands; it can be resumed.
  public func interrupt() { state.withLock { $0.isInterrupted = true } }

  public func confirm(_ word: String) { state.withLock { $0.answer = .confirmed(word) } }
  public func decline() { state.withLock { $0.answer = .declined } }

  var wantsAbort: Bool { state.withLock { $0.wantsAbort } }
  var isInterrupted: Bool { state.withLock { $0.isInterrupted } }

  func takeAnswer() -> Answer? {
    state.withLock { state in
      defer { state.answer = nil }
      return state.answer
    }
  }
}
