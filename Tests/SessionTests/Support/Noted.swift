import Synchronization

/// Lines noted from any task.
final class Noted: Sendable {
  private let noted = Mutex<[String]>([])

  func add(_ line: String) { noted.withLock { $0.append(line) } }
  var lines: [String] { noted.withLock { $0 } }
}
