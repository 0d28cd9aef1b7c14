import ControlPlane
import Karmada
import Manifest
import TestSupport
import Testing

@testable import Dashboard

/// What the top line says, and what it gives up first when it is narrow.
@Suite struct HeaderLineTests {
  /// One of three clusters is down; a binding is stranded and one is unhealthy.
  private static func fleet() -> AppState {
    var state = AppState.loaded(
      clusters: [
        Sample.cluster("member1"), Sample.cluster("member2"),
        Sample.cluster("member3", ready: .false),
      ],
      bindings: [
        Sample.binding("shop/web", on: []), Sample.binding("shop/api", unhealthy: ["member1"]),
      ])
    state.connection.endpoint.user = "admin@corp"
    state.connection.serverVersion = "v1.31.3"
    return state
  }

  private static func text(_ state: AppState, _ width: Int) -> String {
    let (leading, trailing) = HeaderLine(state).fitting(width) { $0.count }
    return [leading, trailing].map { parts in
      parts.map { $0.map(\.text).joined() }.joined(separator: "  ")
    }.joined(separator: " | ")
  }

  @Test(arguments: [
    (
      200,
      "QUARTERDECK  test  v1.31.3  admin@corp  2/3 clusters ready  2 bindings  1 STRANDED  "
        + "1 unhealthy | live 3s  READ-ONLY"
    ),
    (
      106,
      "test  v1.31.3  admin@corp  2/3 clusters ready  2 bindings  1 STRANDED  1 unhealthy "
        + "| live 3s  READ-ONLY"
    ),
    (84, "test  2/3 clusters ready  2 bindings  1 STRANDED  1 unhealthy | live 3s  READ-ONLY"),
    (64, "test  2/3 ready  1 STRANDED  1 unhealthy | live 3s  READ-ONLY"),
    (50, "test  2/3 ready  1 STRANDED | live 3s  READ-ONLY"),
    (36, "test  2/3 ready  1 STRANDED | live"), (20, "1 STRANDED | live"), (9, " | live"),
    (1, " | live"), (0, " | live"),
  ])
  func whatMattersLeastGoesFirst(width: Int, text: String) {
    var state = Self.fleet()
    state.take(.tick(Sample.start + .seconds(3)))
    #expect(Self.text(state, width) == text)
  }

  /// Whether a key may change something is said wherever anything is.
  @Test(arguments: [200, 80, 40, 20, 15]) func armedIsTheLastToGo(width: Int) {
    var state = Self.fleet()
    state.arming = Arming(until: Sample.start + .seconds(600), reason: "INC-7")
    #expect(Self.text(state, width).hasSuffix("ARMED 10:00"))
  }

  @Test func theAgeIsThatOfTheNewestWord() {
    var state = Self.fleet()
    state.take(.tick(Sample.start + .seconds(40)))
    state.take(.feed(.events, .heard))
    state.take(.tick(Sample.start + .seconds(45)))
    #expect(Self.text(state, 200).contains("live 5s"))
  }

  @Test func staleDataSaysSinceWhenWhateverElseIsLive() {
    var state = Self.fleet()
    state.take(.feed(.events, .phase(.stale(since: Sample.start, Sample.unreachable))))
    state.take(.tick(Sample.start + .seconds(130)))
    state.take(.feed(.clusters, .heard))
    #expect(Self.text(state, 200).contains("| STALE 2m10s  READ-ONLY"))
    #expect(Self.text(state, 12) == " | STALE 2m10s")
  }

  @Test func aWarningAboutTheConnectionOutlivesWhoAndWhere() {
    var state = Self.fleet()
    state.connection.endpoint.warnings = ["TLS NOT VERIFIED"]
    #expect(Self.text(state, 200).contains("TLS NOT VERIFIED"))
    #expect(Self.text(state, 70).contains("TLS NOT VERIFIED"))
    #expect(!Self.text(state, 70).contains("admin@corp"))
  }

  @Test func pollingSaysHowOldTheOldestListIs() {
    var state = Self.fleet()
    for feed in FeedID.allCases {
      state.take(.feed(feed, .phase(.polling(every: .seconds(10)))))
    }
    state.take(.tick(Sample.start + .seconds(4)))
    state.take(.feed(.clusters, .heard))
    #expect(Self.text(state, 200).contains("| polled 4s ago, every 10s  READ-ONLY"))
    #expect(Self.text(state, 60).contains("polled 4s ago"))
  }
}
