/// Runs a body for each item, so many at a time, and gives the results in order.
func inParallel<Item: Sendable, Value: Sendable>(
  _ items: [Item], limit: Int, _ body: @escaping @Sendable (Item) async throws -> Value
) async throws -> [Value] {
  var results: [Value?] = Array(repeating: nil, count: items.count)
  try await withThrowingTaskGroup(of: (Int, Value).self) { group in
    var next = 0
    while next < min(limit, items.count) {
      let (index, item) = (next, items[next])
      group.addTask { (index, try await body(item)) }
      next += 1
    }
    while let (index, value) = try await group.next() {
      results[index] = value
      guard next < items.count else { continue }
      let (following, item) = (next, items[next])
      group.addTask { (following, try await body(item)) }
      next += 1
    }
  }
  return results.compactMap { $0 }
}
