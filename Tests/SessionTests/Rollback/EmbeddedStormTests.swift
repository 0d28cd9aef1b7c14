import RollbackRehearsal
import Testing

/// Two hundred rollbacks of forty templates on the embedded Karmada, each with bad luck of its own:
/// faults of the list at moments that its seed chooses.
@Suite struct EmbeddedStormTests {
  /// So many at once and no more: each holds a Karmada with its members.
  static let atOnce = 8

  @Test(arguments: 0..<atOnce) func noMemberObjectIsEverLost(_ lane: Int) async throws {
    for seed in stride(from: lane, to: 200, by: Self.atOnce) {
      let outcome = try await RollbackStorm.run(UInt64(seed))
      let story: Comment = "seed \(seed)\n\(outcome.story.joined(separator: "\n"))"
      #expect(outcome.lost == [], story)
      #expect(outcome.untruth == nil, story)
      // What was unfinished has been taken up again, until it had an end.
      let last = try #require(outcome.reports.last, story)
      #expect(!last.isResumable, "\(last.summary)\n\(story)")
    }
  }

  @Test func withoutTheGateSomeAre() async throws {
    var lost = 0
    for seed in 0..<8 where lost == 0 {
      lost += try await RollbackStorm.run(UInt64(seed), isGateRemoved: true).lost.count
    }
    #expect(lost > 0)
  }
}
