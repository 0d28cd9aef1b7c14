import Testing

/// What a test waited for and did not come.
struct DidNotHappen: Error, CustomStringConvertible {
  var description: String
}

/// Looks again and again until something is there.
///
/// The deadline only ends a test that has failed: it is far above what a busy machine needs.
@discardableResult
func eventually<Value: Sendable>(
  _ what: String, within deadline: Duration = .seconds(120),
  last: () async throws -> String = { "" }, look: () async throws -> Value?
) async throws -> Value {
  let clock = ContinuousClock()
  let end = clock.now + deadline
  repeat {
    if let value = try await look() { return value }
    try await clock.sleep(for: .milliseconds(40))
  } while clock.now < end
  throw DidNotHappen(description: "within \(deadline): \(what)\n\(try await last())")
}
