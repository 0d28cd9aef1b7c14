/// What changed, in order: the memory that watches and consistent pages live on.
///
/// Bounded, as etcd's is by compaction; what has been forgotten is answered with 410.
struct WatchHistory: Sendable {
  enum Change: Sendable {
    case added
    case modified
    case deleted
  }
  struct Entry: Sendable {
    var resourceVersion: Int64
    /// `ResourceType.id`.
    var type: String
    var change: Change
    /// The object as it became; for a deletion its last state under the deletion's version.
    var object: StoredObject
    /// The object as it was; nil when it is new.
    var previous: StoredObject?
  }

  /// How many of the newest entries keep their values parsed.
  private static let parsedCount = 32
  /// How many entries are remembered.
  let capacity: Int
  /// How much text they may hold, in bytes; the newest entry is remembered whatever its size.
  let byteLimit: Int
  private var byteCount = 0
  private var entries: [Entry] = []
  private var head = 0
  /// The newest version that has been forgotten: everything after it is known.
  private(set) var forgotten: Int64

  init(capacity: Int, byteLimit: Int = 64 << 20, startingAfter resourceVersion: Int64) {
    self.capacity = max(1, capacity)
    self.byteLimit = byteLimit
    forgotten = resourceVersion
  }

  mutating func append(_ entry: Entry) {
    entries.append(entry)
    // Parsed values are many times as large as their text, and hardly anybody asks again for
    // what is not of this moment.
    let old = entries.count - 1 - Self.parsedCount
    if old >= head {
      entries[old].object = entries[old].object.unparsed
      entries[old].previous = entries[old].previous?.unparsed
    }
    byteCount += entry.object.bytes.count
    while entries.count - head > capacity
      || (byteCount > byteLimit && entries.count - head > 1)
    {
      forgetFirst()
    }
    // Moves the rest down once in `capacity` appends, so that an append stays cheap.
    if head >= capacity { drop() }
  }

  /// Forgets everything up to and with a version, as a compaction does.
  mutating func forget(through resourceVersion: Int64) {
    while head < entries.count, entries[head].resourceVersion <= resourceVersion {
      forgetFirst()
    }
    forgotten = max(forgotten, resourceVersion)
    drop()
  }

  private mutating func forgetFirst() {
    forgotten = entries[head].resourceVersion
    byteCount -= entries[head].object.bytes.count
    head += 1
  }

  private mutating func drop() {
    entries.removeFirst(head)
    head = 0
  }

  /// The entries after a version, oldest first.
  func entries(after resourceVersion: Int64) -> ArraySlice<Entry> {
    var low = head
    var high = entries.count
    while low < high {
      let middle = low + (high - low) / 2
      if entries[middle].resourceVersion > resourceVersion {
        high = middle
      } else {
        low = middle + 1
      }
    }
    return entries[low...]
  }

  /// What has to be put back to see a kind as it was at a version: for every key that changed
  /// since, its state then (nil: it did not exist).
  func stateBefore(_ type: String, after resourceVersion: Int64) -> [String: StoredObject?] {
    var before: [String: StoredObject?] = [:]
    for entry in entries(after: resourceVersion)
    where entry.type == type && before[entry.object.key] == nil {
      before.updateValue(entry.previous, forKey: entry.object.key)
    }
    return before
  }
}
