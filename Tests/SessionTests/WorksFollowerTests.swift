import ControlPlane
import Dashboard
import Karmada
import Manifest
import Testing

@testable import Session

/// What the followed Works say, and what of it cannot be read.
@Suite struct WorksFollowerTests {
  private let now = Time(seconds: 1_800_000_000)

  private func work(_ name: String) -> String {
    """
    {"metadata":{"name":"\(name)","namespace":"karmada-es-member1","uid":"\(name)"},
     "spec":{"workload":{"manifests":[{"metadata":{"labels":{"job":"j-1"}}}]}}}
    """
  }

  private func names(_ news: [FailoverNews]) -> [String] {
    news.flatMap { one -> [String] in
      switch one {
      case .works(let works, _), .worksGone(let works, _): works.map(\.metadata.name)
      default: []
      }
    }
  }

  @Test func oneThatIsNoObjectHidesNoOther() throws {
    let items = [work("a"), "7", work("b"), "null", #"{"metadata":7,"spec":[]}"#]
    let list =
      #"{"metadata":{"resourceVersion":"9"},"items":["# + items.joined(separator: ",") + "]}"
    let page = try ListPage(bytes: Array(list.utf8))
    let (news, complaints) = WorksFollower.news(.page(page), at: now)
    #expect(names(news) == ["a", "b", ""])
    #expect(complaints == ["left out of works: 2 entries that are no objects"])
  }

  @Test func changesAreToldInTheirOrder() throws {
    func frame(_ type: String, _ object: String) throws -> WatchFrame {
      try WatchFrame(line: Array(#"{"type":"\#(type)","object":\#(object)}"#.utf8))
    }
    let frames = [
      try frame("ADDED", work("a")), try frame("BOOKMARK", "{}"), try frame("DELETED", work("b")),
    ]
    let (news, complaints) = WorksFollower.news(.frames(frames), at: now)
    #expect(names(news) == ["a", "b"] && complaints == [])
  }
}
