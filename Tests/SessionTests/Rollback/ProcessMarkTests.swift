import Foundation
import Testing

@testable import Session

/// Who has ended is told from who may still be writing; where nobody can say, they may.
@Suite struct ProcessMarkTests {
  private static let own = ProcessInfo.processInfo.processIdentifier

  private func mark(pid: Int32 = own, start: UInt64 = 7, _ attempt: String) throws -> ProcessMark {
    try #require(ProcessMark("boot.\(pid).\(start).\(attempt)"))
  }

  @Test func ofThisProcessOnlyWhatIsOverHasEnded() throws {
    let mark = try mark("own")
    mark.begin()
    #expect(!mark.hasEnded(.running(start: 7)))
    mark.end()
    #expect(mark.hasEnded(.running(start: 7)))
    // Another process that got the number.
    #expect(mark.hasEnded(.running(start: 8)))
    #expect(mark.hasEnded(.gone))
  }

  @Test func anotherProcessIsAliveForAsLongAsItRuns() throws {
    let mark = try mark(pid: Self.own == 1 ? 2 : 1, "other")
    #expect(!mark.hasEnded(.running(start: 7)))
    #expect(mark.hasEnded(.running(start: 8)))
    #expect(mark.hasEnded(.gone))
  }

  @Test func whatTheSystemDoesNotSayIsNoEnd() throws {
    let mark = try mark("silent")
    mark.begin()
    defer { mark.end() }
    #expect(!mark.hasEnded(nil))
    #expect(try !self.mark("never begun").hasEnded(nil))
    #expect(try !self.mark(pid: Self.own == 1 ? 2 : 1, "other").hasEnded(nil))
  }

  @Test func whatIsOfAnotherMachineHasNotEnded() throws {
    #expect(try !mark(pid: Int32.max, "elsewhere").hasEnded)
  }
}
