import HeapModule
import Manifest

/// The keys one controller is to look at, each with the moment from which it may.
///
/// A key stands in it once, with its earliest moment. A limited number of workers takes keys in
/// the order of their moments; a busy worker makes the others wait.
struct WorkQueue: Sendable {
  private struct Entry: Comparable, Sendable {
    var due: Time
    /// Keys of the same moment come in the order they were put in.
    var number: Int
    var key: ObjectKey

    static func < (a: Entry, b: Entry) -> Bool {
      (a.due, a.number) < (b.due, b.number)
    }
    static func == (a: Entry, b: Entry) -> Bool { a.number == b.number }
  }
  private struct Pending: Sendable {
    var due: Time
    var number: Int
    var isUpkeep: Bool
  }

  private var heap = Heap<Entry>()
  private var pending: [ObjectKey: Pending] = [:]
  private var nextNumber = 0
  /// When each worker is free.
  private var free: [Time]

  init(workers: Int) {
    free = Array(repeating: Time(nanoseconds: .min), count: max(1, workers))
  }

  /// How many keys wait.
  var count: Int { pending.count }

  /// How many keys wait for something else than upkeep.
  private(set) var openCount = 0

  var openKeys: [ObjectKey] { pending.filter { !$0.value.isUpkeep }.map(\.key) }

  /// Puts a key in, or moves it forward.
  mutating func add(_ key: ObjectKey, due: Time, isUpkeep: Bool = false) {
    if let known = pending[key] {
      if !isUpkeep, known.isUpkeep {
        pending[key]?.isUpkeep = false
        openCount += 1
      }
      if known.due <= due { return }
    } else if !isUpkeep {
      openCount += 1
    }
    let stays = pending[key]?.isUpkeep ?? isUpkeep
    pending[key] = Pending(due: due, number: nextNumber, isUpkeep: stays)
    heap.insert(Entry(due: due, number: nextNumber, key: key))
    nextNumber += 1
    if heap.count > 64, heap.count > pending.count * 4 { tidy() }
  }

  /// Drops what was moved forward or taken.
  private mutating func tidy() {
    heap = Heap(heap.unordered.filter { pending[$0.key]?.number == $0.number })
  }

  /// When the next key is taken: when it is due and a worker is free.
  mutating func nextMoment() -> Time? {
    while let first = heap.min, pending[first.key]?.number != first.number { heap.removeMin() }
    guard let first = heap.min, let worker = free.min() else { return nil }
    return max(first.due, worker)
  }

  /// Takes the next key; its worker is busy until `until`.
  mutating func take(busyUntil until: (Time) -> Time) -> (key: ObjectKey, moment: Time)? {
    guard let moment = nextMoment(), let first = heap.popMin(), let worker = free.min(),
      let index = free.firstIndex(of: worker)
    else { return nil }
    if pending.removeValue(forKey: first.key)?.isUpkeep == false { openCount -= 1 }
    free[index] = until(moment)
    return (first.key, moment)
  }

  /// Keeps the worker that was busy until `time` busy a while longer.
  mutating func extend(busyUntil time: Time, by more: Duration) {
    guard more > .zero, let index = free.firstIndex(of: time) else { return }
    free[index] = time + more
  }

  /// Lets nothing be due before a moment: when the time until then is skipped.
  mutating func postpone(to moment: Time) {
    let entries = heap.unordered.filter { pending[$0.key]?.number == $0.number }
    heap = Heap(
      entries.map { Entry(due: max($0.due, moment), number: $0.number, key: $0.key) })
    for (key, entry) in pending { pending[key]?.due = max(entry.due, moment) }
  }
}
