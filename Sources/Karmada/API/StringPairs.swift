/// A few keys and values in one array, ordered by key: a small dictionary without its spare room.
struct StringPairs: Hashable, Sendable {
  /// Key, value, key, value, …
  private(set) var flat: [String] = []

  init() {}

  init(_ dictionary: [String: String]) {
    for (key, value) in dictionary.sorted(by: { $0.key < $1.key }) { flat += [key, value] }
  }

  /// From keys and values in any order; of equal keys the last counts.
  init(flat pairs: [String]) {
    let keys = stride(from: 0, to: pairs.count - 1, by: 2)
    if zip(keys, keys.dropFirst()).allSatisfy({ pairs[$0] < pairs[$1] }) {
      self.init()
      flat = pairs
    } else {
      self.init(Dictionary(keys.map { (pairs[$0], pairs[$0 + 1]) }, uniquingKeysWith: { $1 }))
    }
  }

  var dictionary: [String: String] {
    let keys = stride(from: 0, to: flat.count - 1, by: 2)
    return Dictionary(keys.map { (flat[$0], flat[$0 + 1]) }, uniquingKeysWith: { $1 })
  }

  subscript(key: String) -> String? {
    for i in stride(from: 0, to: flat.count - 1, by: 2) where flat[i] == key { return flat[i + 1] }
    return nil
  }
}
