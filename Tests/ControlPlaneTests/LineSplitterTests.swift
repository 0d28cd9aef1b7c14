import ControlPlane
import Testing

@Suite struct LineSplitterTests {
  private static func texts(_ lines: [[UInt8]]) -> [String] {
    lines.map { String(decoding: $0, as: UTF8.self) }
  }

  @Test(arguments: 1...9)
  func linesDoNotDependOnHowTheyArrive(_ size: Int) throws {
    let body = Array("one\ntwö\r\n\n\r\nthree\r\rx\nlast".utf8)
    var splitter = LineSplitter()
    var lines: [[UInt8]] = []
    for start in stride(from: 0, to: body.count, by: size) {
      lines += try splitter.feed(Array(body[start..<min(start + size, body.count)]))
    }
    #expect(Self.texts(lines) == ["one", "twö", "three\r\rx"])
    #expect(splitter.finish() == Array("last".utf8))
    #expect(splitter.finish() == nil)
  }

  @Test func aLineMayFillItsLimitButNotPassIt() throws {
    var splitter = LineSplitter(limit: 4)
    #expect(try splitter.feed(Array("1234\n".utf8)).count == 1)
    #expect(try splitter.feed(Array("12".utf8)).isEmpty)
    #expect(throws: LineSplitter.LineTooLong(limit: 4)) {
      try splitter.feed(Array("345".utf8))
    }
    #expect(throws: LineSplitter.LineTooLong(limit: 4)) {
      try splitter.feed(Array("12345\n".utf8))
    }
  }
}
