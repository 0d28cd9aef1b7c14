import ControlPlane
import Testing

/// One step of a scenario: what happens, and everything the machine does about it.
struct Step: Sendable {
  enum Happening: Sendable {
    case start, stop, refresh
    case polling(Duration?)
    case page(String, next: String = "", items: Int = 1)
    case listFails(APIError)
    case opens
    case change(String)
    case bookmark(String, end: Bool = false)
    case errorEvent(APIError)
    case closes
    case breaks(APIError)
    case wait(Duration)
  }
  var happening: Happening
  var does: [String]
  init(_ happening: Happening, _ does: String...) {
    self.happening = happening
    self.does = does
  }
}

struct Scenario: Sendable, CustomTestStringConvertible {
  var name: String
  var configuration = WatchMachine.Configuration()
  var steps: [Step]
  var testDescription: String { name }
}

extension MachineStage {
  mutating func play(_ happening: Step.Happening) -> [String] {
    let attempt = open?.attempt ?? lastAttempt
    switch happening {
    case .start: return tell(.start)
    case .stop: return tell(.stop)
    case .refresh: return tell(.refresh)
    case .polling(let interval): return tell(.setPolling(interval))
    case .page(let version, let next, let items):
      return tell(
        .page(attempt, resourceVersion: version, continueToken: next, itemCount: items))
    case .listFails(let error): return tell(.listFailed(attempt, error))
    case .opens: return tell(.watchOpened(attempt))
    case .change(let version): return tell(.frame(attempt, .change(resourceVersion: version)))
    case .bookmark(let version, let end):
      return tell(
        .frame(attempt, .bookmark(resourceVersion: version, isInitialEventsEnd: end)))
    case .errorEvent(let error): return tell(.frame(attempt, .failure(error)))
    case .closes: return tell(.watchEnded(attempt, nil))
    case .breaks(let error): return tell(.watchEnded(attempt, error))
    case .wait(let duration): return wait(duration)
    }
  }
}

@Suite struct WatchMachineScenarios {
  static let down = APIError(.unreachable, message: "connection refused")
  static let gone = APIError(.gone, status: 410, reason: "Expired", message: "too old")
  static let broken = APIError(.server, status: 500, message: "etcd")
  static let forbidden = APIError(.forbidden, status: 403, message: "no")
  static let unauthorized = APIError(.unauthorized, status: 401, message: "expired")
  static let notServed = APIError(.notFound, status: 404, message: "404 page not found")
  static let oldStorage = APIError(
    .server, status: 500,
    message: "required storage feature RequestWatchProgress is disabled")
  static let unknownParameter = APIError(.invalid, status: 422, message: "sendInitialEvents")
  static let busy = APIError(
    .throttled, status: 429, message: "slow down", retryAfter: .seconds(45))

  static let tooNew = APIError(
    .timeout, status: 504, reason: "Timeout", message: "Too large resource version: 10")
  static let noAnswer = APIError(.timeout, message: "no answer in 30 s")

  static let untilLive = [
    Step(.start, "phase loading 0", "list"),
    Step(.page("10"), "begin first", "append", "commit 10", "watch from 10", "phase live"),
  ]
  static let streaming = WatchMachine.Configuration(prefersStreamingList: true)

  @Test(arguments: [
    Scenario(
      name: "listsThenWatches",
      steps: untilLive + [
        Step(.opens),
        Step(.change("11"), "apply"),
        Step(.bookmark("15")),
        Step(.wait(.seconds(60))),
        Step(.closes, "watch from 15"),
        Step(.stop, "close", "phase idle"),
      ]),
    Scenario(
      name: "loadsInPages",
      steps: [
        Step(.start, "phase loading 0", "list"),
        Step(
          .page("10", next: "a", items: 500), "begin first", "append", "phase loading 500",
          "list next a"),
        Step(.page("10", next: "b", items: 500), "append", "phase loading 1000", "list next b"),
        Step(.page("10", items: 3), "append", "commit 10", "watch from 10", "phase live"),
      ]),
    Scenario(
      name: "relistsAfterGone",
      steps: untilLive + [
        Step(.wait(.seconds(5))),
        Step(.errorEvent(gone), "close", "list"),
        Step(.page("90"), "begin", "append", "commit 90", "watch from 90"),
        Step(.change("91"), "apply"),
        Step(.breaks(gone), "list"),
      ]),
    Scenario(
      name: "backsOffWhenGoneTwiceInARow",
      steps: untilLive + [
        Step(.breaks(gone), "list"),
        Step(.page("90"), "begin", "append", "commit 90", "watch from 90"),
        Step(.breaks(gone), "phase stale gone since 0"),
        Step(.wait(.seconds(1)), "list"),
        Step(.page("91"), "begin", "append", "commit 91", "watch from 91", "phase live"),
      ]),
    Scenario(
      name: "keepsOldRowsUntilTheNewListIsWhole",
      steps: untilLive + [
        Step(.refresh, "close", "list"),
        Step(.page("20", next: "a"), "begin", "append", "list next a"),
        Step(.listFails(down), "phase stale unreachable since 0"),
        Step(.wait(.seconds(1)), "list"),
        Step(.page("21", next: "a"), "begin", "append", "list next a"),
        Step(.page("21"), "append", "commit 21", "watch from 21", "phase live"),
      ]),
    Scenario(
      name: "startsOverWhenAContinueTokenExpires",
      steps: untilLive + [
        Step(.refresh, "close", "list"),
        Step(.page("20", next: "a"), "begin", "append", "list next a"),
        Step(.listFails(gone), "list"),
        Step(.page("30", next: "b"), "begin", "append", "list next b"),
        Step(.listFails(gone), "phase stale gone since 0"),
        Step(.wait(.seconds(1)), "list whole"),
        Step(
          .page("40", items: 999), "begin", "append", "commit 40", "watch from 40", "phase live"),
        Step(.refresh, "close", "list"),
      ]),
    Scenario(
      name: "doesNotGoRoundInCircles",
      steps: [
        Step(.start, "phase loading 0", "list"),
        Step(.page("1", next: "a"), "begin first", "append", "phase loading 1", "list next a"),
        Step(.page("1", next: "a"), "append", "phase stale protocol"),
        Step(.wait(.seconds(1)), "list"),
      ]),
    Scenario(
      name: "goesOnWhereAConnectionBroke",
      steps: untilLive + [
        Step(.opens),
        Step(.change("12"), "apply"),
        Step(.breaks(down), "phase stale unreachable since 0"),
        Step(.wait(.seconds(1)), "watch from 12"),
        Step(.breaks(down)),
        Step(.wait(.seconds(2)), "watch from 12"),
        Step(.opens, "phase live"),
      ]),
    Scenario(
      name: "listsAgainAfterAServersError",
      steps: untilLive + [
        Step(.errorEvent(broken), "close", "phase stale server since 0"),
        Step(.wait(.seconds(1)), "list"),
      ]),
    Scenario(
      name: "reopensAtOnceButNotForEver",
      steps: untilLive + [
        Step(.opens),
        Step(.closes, "watch from 10"),
        Step(.closes, "phase stale protocol since 0"),
        Step(.wait(.seconds(1)), "watch from 10"),
        Step(.opens),
        Step(.wait(.seconds(1)), "phase live"),
        Step(.closes, "watch from 10"),
      ]),
    Scenario(
      name: "noticesADeadWatch",
      steps: untilLive + [
        Step(.opens),
        Step(.wait(.seconds(60))),
        Step(.bookmark("20")),
        Step(.wait(.seconds(89))),
        Step(.wait(.seconds(1)), "close", "watch from 20"),
      ]),
    Scenario(
      name: "pollsWhenAWatchIsHeldBack",
      steps: untilLive + [
        Step(.wait(.seconds(90)), "close", "list"),
        Step(.page("20"), "begin", "append", "commit 20", "watch from 20"),
        Step(.opens),
        Step(.wait(.seconds(90)), "close", "list"),
        Step(
          .page("30"), "begin", "append", "commit 30", "phase polling 30 silent watch"),
        Step(.wait(.seconds(30)), "list"),
        Step(.refresh),
        Step(.page("31"), "begin", "append", "commit 31"),
        Step(.polling(nil), "watch from 31", "phase live"),
      ]),
    Scenario(
      name: "aQuietResourceIsNotHeldBack",
      steps: untilLive + [
        Step(.wait(.seconds(90)), "close", "list"),
        Step(.page("10"), "begin", "append", "commit 10", "watch from 10"),
        Step(.wait(.seconds(90)), "close", "list"),
        Step(.page("10"), "begin", "append", "commit 10", "watch from 10"),
        Step(.wait(.seconds(90)), "close", "list"),
        Step(.page("11"), "begin", "append", "commit 11", "watch from 11"),
        Step(.change("12"), "apply"),
        Step(.wait(.seconds(90)), "close", "watch from 12"),
      ]),
    Scenario(
      name: "pollsWhenToldTo",
      configuration: .init(polling: .seconds(10)),
      steps: [
        Step(.start, "phase loading 0", "list"),
        Step(.page("10"), "begin first", "append", "commit 10", "phase polling 10"),
        Step(.wait(.seconds(10)), "list"),
        Step(.page("12"), "begin", "append", "commit 12"),
        Step(.polling(.seconds(5)), "phase polling 5"),
        Step(.polling(.seconds(5))),
        Step(.wait(.seconds(5)), "list"),
        Step(.listFails(down), "phase stale unreachable since 10"),
        Step(.wait(.seconds(1)), "list"),
        Step(.page("13"), "begin", "append", "commit 13", "phase polling 5"),
        Step(.polling(nil), "watch from 13", "phase live"),
        Step(.polling(nil)),
        Step(.polling(.zero), "close", "phase polling 1"),
      ]),
    Scenario(
      name: "streamsTheListWhereItCan",
      configuration: streaming,
      steps: [
        Step(.start, "phase loading 0", "stream from ?"),
        Step(.opens),
        Step(.change("3"), "begin first", "apply", "phase loading 1"),
        Step(.change("5"), "apply"),
        Step(.bookmark("4")),
        Step(.bookmark("9", end: true), "commit 9", "phase live"),
        Step(.change("11"), "apply"),
        Step(.refresh, "close", "stream from 11"),
        Step(.bookmark("12", end: true), "begin", "commit 12"),
        Step(.wait(.seconds(5))),
        Step(.closes, "watch from 12"),
        Step(.breaks(gone), "stream from ?"),
      ]),
    Scenario(
      name: "fallsBackWhenStreamingListIsRefused",
      configuration: streaming,
      steps: [
        Step(.start, "phase loading 0", "stream from ?"),
        Step(.errorEvent(oldStorage), "close", "list"),
        Step(.page("10"), "begin first", "append", "commit 10", "watch from 10", "phase live"),
        Step(.refresh, "close", "list"),
      ]),
    Scenario(
      name: "fallsBackWhenItsParametersAreUnknown",
      configuration: streaming,
      steps: [
        Step(.start, "phase loading 0", "stream from ?"),
        Step(.breaks(unknownParameter), "list"),
      ]),
    Scenario(
      name: "fallsBackWhenAStreamingListNeverComes",
      configuration: streaming,
      steps: [
        Step(.start, "phase loading 0", "stream from ?"),
        Step(.opens),
        Step(.wait(.seconds(90)), "close", "list"),
      ]),
    Scenario(
      name: "fallsBackWhenStreamingListsEndAtOnce",
      configuration: streaming,
      steps: [
        Step(.start, "phase loading 0", "stream from ?"),
        Step(.closes, "phase stale protocol"),
        Step(.wait(.seconds(1)), "stream from ?"),
        Step(.change("1"), "begin first", "apply", "phase loading 1"),
        Step(.closes, "phase stale protocol"),
        Step(.wait(.seconds(2)), "list"),
      ]),
    Scenario(
      name: "honoursRetryAfter",
      steps: [
        Step(.start, "phase loading 0", "list"),
        Step(.listFails(busy), "phase stale throttled"),
        Step(.wait(.seconds(44))),
        Step(.wait(.seconds(1)), "list"),
      ]),
    Scenario(
      name: "asksSlowlyWhereItIsDenied",
      steps: [
        Step(.start, "phase loading 0", "list"),
        Step(.listFails(forbidden), "phase denied forbidden"),
        Step(.wait(.seconds(59))),
        Step(.wait(.seconds(1)), "list"),
        Step(.listFails(notServed), "phase denied notFound"),
        Step(.refresh, "list"),
        Step(.listFails(down), "phase stale unreachable"),
        Step(.wait(.seconds(1)), "list"),
        Step(.page("1"), "begin first", "append", "commit 1", "watch from 1", "phase live"),
        Step(.breaks(unauthorized), "phase denied unauthorized"),
      ]),
    Scenario(
      name: "pollsWhereOnlyWatchingIsForbidden",
      steps: untilLive + [
        Step(.breaks(forbidden), "list"),
        Step(.page("11"), "begin", "append", "commit 11", "phase polling 30 watch forbidden"),
        Step(.refresh, "list"),
        Step(.page("12"), "begin", "append", "commit 12", "watch from 12", "phase live"),
      ]),
    Scenario(
      name: "listsAgainWhenTheServerWentBackInTime",
      steps: untilLive + [
        Step(.breaks(tooNew), "phase stale timeout since 0"),
        Step(.wait(.seconds(1)), "list"),
      ]),
    Scenario(
      name: "goesOnWhereNoAnswerCame",
      steps: untilLive + [
        Step(.breaks(noAnswer), "phase stale timeout since 0"),
        Step(.wait(.seconds(1)), "watch from 10"),
      ]),
    Scenario(
      name: "aLongWatchMakesGoodForAnExpiredOne",
      configuration: .init(idleLimit: .seconds(600)),
      steps: untilLive + [
        Step(.breaks(gone), "list"),
        Step(.page("90"), "begin", "append", "commit 90", "watch from 90"),
        Step(.wait(.seconds(200))),
        Step(.breaks(gone), "list"),
        Step(.page("95"), "begin", "append", "commit 95", "watch from 95"),
        Step(.wait(.seconds(200))),
        Step(.closes, "watch from 95"),
        Step(.breaks(gone), "list"),
      ]),
    Scenario(
      name: "pollingAStaleResourceListsAtOnce",
      steps: untilLive + [
        Step(.breaks(down), "phase stale unreachable since 0"),
        Step(.wait(.seconds(1)), "watch from 10"),
        Step(.polling(.seconds(10)), "close", "list"),
        Step(.page("11"), "begin", "append", "commit 11", "phase polling 10"),
      ]),
    Scenario(
      name: "startsAfreshAfterAStop",
      steps: untilLive + [
        Step(.start),
        Step(.stop, "close", "phase idle"),
        Step(.stop),
        Step(.refresh),
        Step(.wait(.seconds(600))),
        Step(.start, "phase loading 0", "list"),
        Step(.page("70"), "begin first", "append", "commit 70", "watch from 70", "phase live"),
      ]),
  ])
  func run(_ scenario: Scenario) {
    var stage = MachineStage(scenario.configuration)
    for (number, step) in scenario.steps.enumerated() {
      let did = stage.play(step.happening)
      #expect(did == step.does, "step \(number): \(step.happening)")
    }
    #expect(stage.violations.isEmpty)
  }

  @Test func ignoresLateAnswers() {
    var stage = MachineStage()
    stage.tell(.start)
    let old = stage.lastAttempt
    stage.tell(.page(old, resourceVersion: "1", continueToken: "a", itemCount: 1))
    let page = WatchMachine.Input.page(old, resourceVersion: "9", continueToken: "", itemCount: 1)
    #expect(stage.tell(page).isEmpty)
    #expect(stage.tell(.listFailed(old, Self.down)).isEmpty)
    stage.tell(
      .page(stage.lastAttempt, resourceVersion: "1", continueToken: "", itemCount: 1))
    let watch = stage.lastAttempt
    stage.tell(.refresh)
    #expect(stage.tell(.watchOpened(watch)).isEmpty)
    #expect(stage.tell(.frame(watch, .change(resourceVersion: "5"))).isEmpty)
    #expect(stage.tell(.frame(watch, .failure(Self.gone))).isEmpty)
    #expect(stage.tell(.watchEnded(watch, nil)).isEmpty)
    #expect(stage.tell(.timerFired(.init(.retry, number: 1))).isEmpty)
    #expect(stage.violations.isEmpty)
  }

  @Test func backsOffWithJitter() {
    let waits = (UInt64(1)...40).map { seed in
      var stage = MachineStage(seed: seed)
      stage.tell(.start)
      for _ in 0..<10 {
        stage.tell(.listFailed(stage.lastAttempt, Self.down))
        _ = stage.wait(.seconds(30))
      }
      return stage.retries
    }
    let steps = [0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30, 30, 30, 30].map { Duration.seconds($0) }
    for (index, step) in steps.enumerated() {
      let drawn = waits.map { $0[index] }
      #expect(drawn.allSatisfy { step / 2 <= $0 && $0 <= step })
      #expect(Set(drawn).count > 20, "step \(index) is not spread")
    }
  }

  @Test func aGoodListEndsTheBackOff() {
    var stage = MachineStage()
    stage.tell(.start)
    for _ in 0..<6 {
      stage.tell(.listFailed(stage.lastAttempt, Self.down))
      _ = stage.wait(.seconds(30))
    }
    stage.tell(.page(stage.lastAttempt, resourceVersion: "1", continueToken: "", itemCount: 0))
    stage.tell(.watchEnded(stage.lastAttempt, Self.down))
    #expect(stage.retries.last.map { $0 <= .milliseconds(800) } == true)
  }

  @Test func theSameSeedDoesTheSame() {
    func run() -> [Duration] {
      var stage = MachineStage(seed: 42)
      stage.tell(.start)
      for _ in 0..<5 {
        stage.tell(.listFailed(stage.lastAttempt, Self.broken))
        _ = stage.wait(.seconds(30))
      }
      return stage.retries
    }
    #expect(run() == run())
  }
}
