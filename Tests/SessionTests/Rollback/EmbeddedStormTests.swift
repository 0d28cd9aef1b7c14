import RollbackRehearsal
import Testing

/// Rollbacks of forty templates on the embedded Karmada, each with bad luck of its own. The
/// benchmark `rollback` runs two hundred of them; these are the first twelve.
@Suite struct EmbeddedStormTests {
  @Test(arguments: 0..<12)
  func noMemberObjectIsEverLost(_ seed: Int) async throws {
    let outcome = try await RollbackStorm.run(UInt64(seed))
    let story = outcome.story.joined(separator: "\n")
    #expect(outcome.lost == [], "\(story)")
    #expect(outcome.untruth == nil, "\(story)")
    let last = try #require(outcome.reports.last)
    #expect(!last.isResumable, "\(last.summary)\n\(story)")
  }

  @Test func withoutTheGateSomeAre() async throws {
    var lost = 0
    for seed in 0..<8 where lost == 0 {
      lost += try await RollbackStorm.run(UInt64(seed), isGateRemoved: true).lost.count
    }
    #expect(lost > 0)
  }
}
