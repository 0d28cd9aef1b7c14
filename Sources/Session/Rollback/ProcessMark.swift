import Foundation
import Synchronization

/// Names a process so that another one on the same machine can tell whether it has ended:
/// "<boot>.<pid>.<start>.<attempt>".
///
/// The boot also stands for the namespace that process numbers belong to: in another container the
/// same number is another process, and nothing can be said.
struct ProcessMark: Hashable, Sendable, CustomStringConvertible {
  var boot: String
  var pid: Int32
  /// Clock ticks from the boot to the start of the process (proc(5), stat field 22): numbers are
  /// used again.
  var start: UInt64
  /// One of several that this process has made.
  var attempt: String

  var description: String { "\(boot).\(pid).\(start).\(attempt)" }

  init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4, let pid = Int32(parts[1]), pid > 0, let start = UInt64(parts[2]),
      !parts[0].isEmpty, !parts[3].isEmpty
    else { return nil }
    (boot, self.pid, self.start) = (String(parts[0]), pid, start)
    attempt = String(parts[3])
  }

  /// A new one of this process; nil where the system does not say enough.
  init?() {
    let pid = ProcessInfo.processInfo.processIdentifier
    guard let boot = Self.boot, case .running(let start)? = Self.state(of: pid) else { return nil }
    (self.boot, self.pid, self.start) = (boot, pid, start)
    attempt = String(UInt64.random(in: .min ... .max), radix: 16)
  }

  // MARK: Living and ending

  /// Attempts of this process that are under way.
  private static let living = Mutex<Set<String>>([])

  func begin() { _ = Self.living.withLock { $0.insert(attempt) } }
  func end() { _ = Self.living.withLock { $0.remove(attempt) } }

  /// Whether it is certain that it does nothing any more. False for a process of another machine,
  /// or where the system does not say.
  var hasEnded: Bool {
    boot == Self.boot && hasEnded(Self.state(of: pid))
  }

  /// - Parameter state: of the process that has its number now.
  func hasEnded(_ state: State?) -> Bool {
    switch state {
    case .running(start)?:
      let isOwn = pid == ProcessInfo.processInfo.processIdentifier
      return isOwn && Self.living.withLock { !$0.contains(attempt) }
    case .running?, .gone?: return true
    case nil: return false
    }
  }

  // MARK: /proc

  enum State: Equatable {
    case running(start: UInt64)
    case gone
  }

  /// nil when it cannot be told.
  private static func state(of pid: Int32) -> State? {
    guard FileManager.default.fileExists(atPath: "/proc/self/stat") else { return nil }
    guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/stat") else {
      return FileManager.default.fileExists(atPath: "/proc/\(pid)") ? nil : .gone
    }
    // The second field is the program's name in parentheses, which may have spaces of its own.
    let text = String(decoding: data, as: UTF8.self)
    guard let end = text.lastIndex(of: ")") else { return nil }
    let fields = text[text.index(after: end)...].split(separator: " ")
    guard fields.count > 19, let start = UInt64(fields[19]) else { return nil }
    // A zombie does nothing any more.
    return fields[0] == "Z" ? .gone : .running(start: start)
  }

  private static let boot: String? = {
    do {
      let id = try String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
      let space = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")
      let digits = (id + space).filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
      return digits.isEmpty ? nil : digits
    } catch {
      return nil
    }
  }()
}
