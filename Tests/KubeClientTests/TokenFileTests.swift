import Manifest
import Synchronization
import Testing

@testable import KubeClient

/// A file whose content and stamp a test changes under the reader.
private final class ChangingFile: Sendable {
  struct State: Sendable {
    var text: String?
    var stamp = 0
    var reads = 0
  }
  let state: Mutex<State>
  init(_ text: String) { state = Mutex(State(text: text)) }
  func set(_ text: String?, stamp: Bool = true) {
    state.withLock {
      $0.text = text
      if stamp { $0.stamp += 1 }
    }
  }
  var reads: Int { state.withLock { $0.reads } }
  var reader: FileReader {
    FileReader(
      read: { (path: String) throws(FileReader.Failure) in
        let text = self.state.withLock { state in
          state.reads += 1
          return state.text
        }
        guard let text else { throw .missing }
        return Array(text.utf8)
      },
      stamp: { _ in self.state.withLock { $0.text == nil ? nil : .init([$0.stamp]) } })
  }
}

@Suite struct TokenFileTests {
  private let start = Time(seconds: 1_000_000)

  @Test func aChangedFileIsReadAtOnce() throws {
    let disk = ChangingFile("one\n")
    var file = TokenFile(path: "/t", fallback: nil)
    #expect(try file.current(now: start, reader: disk.reader).revealed == "one")
    disk.set("two")
    #expect(try file.current(now: start, reader: disk.reader).revealed == "two")
  }

  @Test func anUnchangedFileIsReadOnceAMinute() throws {
    let disk = ChangingFile("one")
    var file = TokenFile(path: "/t", fallback: nil)
    for second in [0.0, 1, 59, 59.9] {
      _ = try file.current(now: start + .seconds(second), reader: disk.reader)
    }
    #expect(disk.reads == 1)
    disk.set("two", stamp: false)
    #expect(try file.current(now: start + .seconds(60), reader: disk.reader).revealed == "two")
  }

  @Test func aClockSetBackDoesNotFreezeTheToken() throws {
    let disk = ChangingFile("one")
    var file = TokenFile(path: "/t", fallback: nil)
    _ = try file.current(now: start, reader: disk.reader)
    disk.set("two", stamp: false)
    #expect(try file.current(now: start - .seconds(5), reader: disk.reader).revealed == "two")
  }

  @Test(arguments: [nil, "", " \n"])
  func aFileGoneForAMomentLeavesTheLastToken(_ content: String?) throws {
    let disk = ChangingFile("one")
    var file = TokenFile(path: "/t", fallback: Secret("fallback"))
    _ = try file.current(now: start, reader: disk.reader)
    disk.set(content)
    #expect(try file.current(now: start, reader: disk.reader).revealed == "one")
  }

  @Test func aFileThatNeverWasLeavesTheTokenOfTheKubeconfig() throws {
    var file = TokenFile(path: "/t", fallback: Secret("fallback"))
    #expect(try file.current(now: start, reader: .memory([:])).revealed == "fallback")
    var alone = TokenFile(path: "/run/t", fallback: nil)
    let error = #expect(throws: CredentialError.self) {
      _ = try alone.current(now: start, reader: .memory([:]))
    }
    #expect(
      error?.description == "no token from the user's tokenFile /run/t: there is no such file")
  }
}
