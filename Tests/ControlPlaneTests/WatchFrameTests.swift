import ControlPlane
import Manifest
import TestSupport
import Testing

@Suite struct WatchFrameTests {
  @Test func readsARecordedBookmark() throws {
    for name in ["watch-rb-3s", "watch-rb-initial-events-3s"] {
      var splitter = LineSplitter()
      let lines = try splitter.feed(try RecordedExchange(named: name).body)
      let frame = try WatchFrame(line: try #require(lines.first))
      #expect(frame.type == .bookmark)
      #expect(frame.isInitialEventsEnd)
      #expect(["4898", "4899"].contains(frame.resourceVersion))
    }
  }

  @Test func keepsTheObjectAsItCame() throws {
    let object = #"{ "metadata" : {"labels":{"a":"}"}, "resourceVersion":"7"},"x":1.0}"#
    let frame = try WatchFrame(line: Array(#"{"object":\#(object) , "type":"MODIFIED"}"#.utf8))
    #expect(frame.type == .modified)
    #expect(frame.resourceVersion == "7")
    #expect(!frame.isInitialEventsEnd)
    #expect(String(decoding: frame.objectBytes, as: UTF8.self) == object)
  }

  @Test func onlyABookmarkEndsTheInitialEvents() throws {
    let line =
      #"{"type":"ADDED","object":{"metadata":{"annotations":{"k8s.io/initial-events-end":"true"}}}}"#
    #expect(!(try WatchFrame(line: Array(line.utf8))).isInitialEventsEnd)
  }

  @Test(arguments: [
    "", "null", "[]", "{}", #"{"type":"ADDED"}"#, #"{"type":"ADDED","object":null}"#,
    #"{"type":"ADDED","object":"text"}"#, #"{"type":"RENAMED","object":{}}"#,
    #"{"type":1,"object":{}}"#, #"{"type":"ADDED","object":{}} {}"#,
    #"{"type":"ADDED","object":{"metadata":{"resourceVersion":7}}}"#,
    #"{"type":"ADDED","object":{"metadata":{"#, "<html>",
  ])
  func whatIsNoEventIsAProtocolError(_ line: String) {
    #expect {
      try WatchFrame(line: Array(line.utf8))
    } throws: { ($0 as? APIError)?.kind == .protocol }
  }

  @Test func brokenLinesNeverTrap() throws {
    var random = SplitMix64(seed: 3)
    let lines = try ["watch-rb-3s", "watch-rb-too-old"].map {
      try RecordedExchange(named: $0).body
    }
    for _ in 0..<2_000 {
      var line = lines.randomElement(using: &random) ?? []
      for _ in 0..<Int.random(in: 1...6, using: &random) where !line.isEmpty {
        let index = Int.random(in: 0..<line.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: line[index] = UInt8.random(in: 0...255, using: &random)
        case 1: line.removeSubrange(index...)
        default: line.insert(UInt8.random(in: 0...255, using: &random), at: index)
        }
      }
      do throws(APIError) {
        let frame = try WatchFrame(line: line)
        #expect(frame.objectBytes.first == UInt8(ascii: "{"))
        _ = APIError(statusObject: frame.objectBytes).description
      } catch {
        #expect(error.kind == .protocol)
      }
      let answer = APIError(
        status: 500, body: line, request: APIRequest(.get, "/api/v1/pods"))
      #expect(!answer.description.isEmpty)
    }
  }
}
