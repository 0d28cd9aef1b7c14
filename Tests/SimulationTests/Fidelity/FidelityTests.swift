import Testing

@testable import Simulation

/// The embedded Karmada beside a real Karmada 1.12.5: the same calls and accidents, and the story
/// that comes of them. What differs is listed with its reason; a difference that is not listed
/// fails, and so does a listed one that is no more.
@Suite struct FidelityTests {
  private struct Known {
    var trace: String
    /// As `Story.Difference` names it.
    var place: String
    var why: String
    /// Drawn by lot, on the real system too: some runs differ, some do not.
    var isByLot = false
  }

  private static let remainder =
    "which of equally weighted clusters gets the odd replica is drawn by lot"

  private static let known: [Known] = [
    Known(
      trace: "cluster-outage", place: "resourcebindings default/fleet-deployment: clusters",
      why: remainder, isByLot: true),
    Known(
      trace: "cluster-outage", place: "works karmada-es-member1/fleet-6f855cf9d9: manifest",
      why: remainder, isByLot: true),
    Known(
      trace: "cluster-outage", place: "works karmada-es-member2/fleet-6f855cf9d9: manifest",
      why: remainder, isByLot: true),
  ]

  /// Each seed gives other latencies and another interleaving; the story stays.
  @Test(arguments: RecordedCall.traces, [1, 2, 3] as [UInt64])
  func tellsTheRecordedStory(_ name: String, seed: UInt64) async throws {
    let recording = try Recording(named: name)
    let simulated = try await Rehearsal.story(of: recording, seed: seed)
    let differences = recording.story.differences(from: simulated)
    let known = Self.known.filter { $0.trace == name }
    for difference in differences where !known.contains(where: { $0.place == difference.place }) {
      Issue.record("\(difference)")
    }
    for one in known where !one.isByLot && !differences.contains(where: { $0.place == one.place }) {
      Issue.record("listed, but no longer different: \(one.place), \(one.why)")
    }
  }

  /// The comparison sees what it is for: another Karmada tells another story.
  @Test func anotherKarmadaTellsAnotherStory() async throws {
    var settings = KarmadaSettings.quick
    settings.injectsState = false
    let stateful = try Recording(named: "stateful-failover-twice")
    let places = Set(
      stateful.story.differences(
        from: try await Rehearsal.story(of: stateful, settings: settings)
      ).map(\.place))
    #expect(places.contains("resourcebindings default/wordcount-flinkdeployment: tasks"))
    #expect(places.contains("works karmada-es-member2/wordcount-5dc5b7c484: manifest"))
    #expect(places.contains("member2 FlinkDeployment default/wordcount: labels"))
    settings.taints.isFailoverOn = false
    let outage = try Recording(named: "cluster-outage")
    let stays = outage.story.differences(
      from: try await Rehearsal.story(of: outage, settings: settings))
    #expect(
      stays.map(\.place).contains("resourcebindings default/pinned-deployment: condition Scheduled")
    )
    #expect(stays.map(\.place).contains("clusters /member3: taints"))
  }
}
