/// Objects of one kind in the order of their keys.
///
/// Kept as a list of short sorted runs, so that neither an insertion into 100,000 objects nor a
/// page from the middle of them touches more than a few hundred. Copies share their runs.
struct OrderedObjects: Sendable {
  private static let longestRun = 256
  /// None is empty.
  private var runs: [[StoredObject]] = []
  private(set) var count = 0

  /// Where a key is, or where it would go.
  private struct Place {
    var run: Int
    var index: Int
    var isFound: Bool
  }

  private func place(of key: String) -> Place {
    guard !runs.isEmpty else { return Place(run: 0, index: 0, isFound: false) }
    // The last run that starts at or before the key.
    let run = max(0, Self.firstIndex(count: runs.count) { runs[$0][0].key > key } - 1)
    let objects = runs[run]
    let index = Self.firstIndex(count: objects.count) { objects[$0].key >= key }
    return Place(
      run: run, index: index, isFound: index < objects.count && objects[index].key == key)
  }

  /// The first of `count` indices for which the rule holds, when it holds for all after that.
  private static func firstIndex(count: Int, where holds: (Int) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = low + (high - low) / 2
      if holds(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  subscript(key: String) -> StoredObject? {
    let place = place(of: key)
    return place.isFound ? runs[place.run][place.index] : nil
  }

  mutating func set(_ object: StoredObject) {
    let place = place(of: object.key)
    if place.isFound {
      runs[place.run][place.index] = object
      return
    }
    count += 1
    guard place.run < runs.count else {
      runs.append([object])
      return
    }
    if place.run == runs.count - 1, place.index == runs[place.run].count,
      place.index >= Self.longestRun
    {
      // Loading in order fills runs instead of halving them.
      runs.append([object])
      return
    }
    runs[place.run].insert(object, at: place.index)
    let length = runs[place.run].count
    guard length > Self.longestRun else { return }
    let tail = Array(runs[place.run][(length / 2)...])
    runs[place.run].removeSubrange((length / 2)...)
    runs.insert(tail, at: place.run + 1)
  }

  mutating func remove(_ key: String) {
    let place = place(of: key)
    guard place.isFound else { return }
    count -= 1
    runs[place.run].remove(at: place.index)
    if runs[place.run].isEmpty { runs.remove(at: place.run) }
  }

  /// Hands out objects from the first key not before `start`, until `body` says false.
  func scan(from start: String, _ body: (StoredObject) -> Bool) {
    let first = place(of: start)
    for run in runs.indices.dropFirst(first.run) {
      for object in runs[run].dropFirst(run == first.run ? first.index : 0)
      where !body(object) {
        return
      }
    }
  }

  /// The object at a position in the order; nil past the end.
  func object(at position: Int) -> StoredObject? {
    var rest = position
    for run in runs {
      if rest < run.count { return rest >= 0 ? run[rest] : nil }
      rest -= run.count
    }
    return nil
  }

  /// How many keys lie before `key`.
  private func rank(of key: String) -> Int {
    let place = place(of: key)
    return runs.prefix(place.run).reduce(0) { $0 + $1.count } + place.index
  }

  /// How many keys lie in `start..<end`; an empty `end` means to the last.
  func count(from start: String, to end: String) -> Int {
    max(0, (end.isEmpty ? count : rank(of: end)) - rank(of: start))
  }
}
