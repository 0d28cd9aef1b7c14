import Synchronization

/// A queue that many tasks put into and one takes from, everything there is at a time.
///
/// Whoever brings a lot says how much (`weight`) and waits with `room` until the taker has caught
/// up, so that a slow taker slows the source instead of filling memory.
final class Mailbox<Element: Sendable>: Sendable {
  private struct Inner {
    var elements: [Element] = []
    var weight = 0
    var isClosed = false
    var isClaimed = false
    var taker: CheckedContinuation<[Element]?, Never>?
    var waiting: [CheckedContinuation<Void, Never>] = []

    mutating func empty() -> [Element] {
      defer { (elements, weight) = ([], 0) }
      return elements
    }
    mutating func free() -> [CheckedContinuation<Void, Never>] {
      defer { waiting = [] }
      return waiting
    }
  }

  /// What a taker gets at once.
  private enum Taken {
    case elements([Element], freed: [CheckedContinuation<Void, Never>])
    case closed
    case later
  }

  private let inner = Mutex(Inner())
  private let capacity: Int

  /// `capacity`: the weight above which `room` waits.
  init(capacity: Int) { self.capacity = capacity }

  /// Makes the caller the one who takes; false when somebody is already, or the box is closed.
  func claim() -> Bool {
    inner.withLock { inner in
      defer { inner.isClaimed = true }
      return !inner.isClaimed && !inner.isClosed
    }
  }

  /// Adds one element; dropped once the box is closed.
  func put(_ element: Element, weight: Int = 0) {
    let hand = inner.withLock { inner -> (CheckedContinuation<[Element]?, Never>, [Element])? in
      guard !inner.isClosed else { return nil }
      inner.elements.append(element)
      inner.weight += weight
      guard let taker = inner.taker else { return nil }
      inner.taker = nil
      return (taker, inner.empty())
    }
    if let (taker, elements) = hand { taker.resume(returning: elements) }
  }

  /// Waits until what is in the box weighs no more than the capacity, or the box is closed.
  func room() async {
    await withCheckedContinuation { continuation in
      let isFree = inner.withLock { inner in
        if inner.isClosed || inner.weight <= capacity { return true }
        inner.waiting.append(continuation)
        return false
      }
      if isFree { continuation.resume() }
    }
  }

  /// Everything in the box, at least one element; waits for it. nil once the box is closed.
  func take() async -> [Element]? {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let taken = inner.withLock { inner -> Taken in
          if inner.isClosed { return .closed }
          guard inner.elements.isEmpty else {
            return .elements(inner.empty(), freed: inner.free())
          }
          inner.taker = continuation
          return .later
        }
        switch taken {
        case .elements(let elements, let freed):
          for waiting in freed { waiting.resume() }
          continuation.resume(returning: elements)
        case .closed: continuation.resume(returning: nil)
        case .later: break
        }
      }
    } onCancel: {
      close()
    }
  }

  /// Lets everybody go; what is still in the box is dropped.
  func close() {
    let (taker, waiting) = inner.withLock { inner in
      defer { inner.taker = nil }
      inner.isClosed = true
      _ = inner.empty()
      return (inner.taker, inner.free())
    }
    taker?.resume(returning: nil)
    for waiting in waiting { waiting.resume() }
  }
}
