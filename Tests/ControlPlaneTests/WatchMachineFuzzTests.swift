import ControlPlane
import Testing

/// Anything in any order: the machine never traps, and never breaks a promise.
@Suite struct WatchMachineFuzz {
  static let configurations = [
    WatchMachine.Configuration(),
    WatchMachine.Configuration(prefersStreamingList: true),
    WatchMachine.Configuration(polling: .seconds(5)),
    WatchMachine.Configuration(
      pageSize: 0, prefersStreamingList: true, polling: .seconds(-5), fallbackPolling: .zero,
      idleLimit: .zero, deniedRetry: .zero, backOff: BackOff(first: .zero, limit: .zero)),
  ]

  @Test(arguments: 0..<configurations.count, [UInt64(1), 2, 3, 4, 5])
  func keepsItsPromises(_ configuration: Int, _ seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var stage = MachineStage(Self.configurations[configuration], seed: seed)
    for step in 0..<4_000 {
      if Int.random(in: 0..<40, using: &random) == 0 {
        // Clocks that jump, backwards too.
        stage.jump(to: .seconds(Int64.random(in: -10...1_000_000_000, using: &random)))
      }
      let input = Self.input(for: stage, using: &random)
      stage.tell(input)
      guard stage.violations.isEmpty else {
        Issue.record("step \(step), \(input): \(stage.violations)")
        return
      }
    }
  }

  @Test func survivesTheEndsOfTime() {
    var stage = MachineStage(WatchMachine.Configuration(prefersStreamingList: true))
    stage.tell(.start)
    stage.jump(to: .seconds(Int64.max))
    stage.tell(.watchEnded(stage.lastAttempt, nil))
    stage.jump(to: .seconds(Int64.min))
    stage.tell(.refresh)
    stage.tell(
      .page(stage.lastAttempt, resourceVersion: "", continueToken: "a", itemCount: .max))
    stage.tell(
      .page(stage.lastAttempt, resourceVersion: "", continueToken: "b", itemCount: .max))
    stage.tell(
      .page(stage.lastAttempt, resourceVersion: "", continueToken: "", itemCount: .min))
    #expect(stage.violations.isEmpty)
  }

  private static func input(
    for stage: MachineStage, using random: inout SplitMix64
  ) -> WatchMachine.Input {
    let last = stage.lastAttempt.number
    // Mostly what is under way, sometimes what was or never will be.
    let number =
      Int.random(in: 0..<5, using: &random) == 0
      ? UInt64.random(in: 0...(last + 3), using: &random) : last
    let attempt = WatchMachine.Attempt(number: number)
    switch Int.random(in: 0..<24, using: &random) {
    case 0: return .start
    case 1: return Int.random(in: 0..<6, using: &random) == 0 ? .stop : .start
    case 2: return .refresh
    case 3:
      let seconds = Int.random(in: -2...20, using: &random)
      return .setPolling(Bool.random(using: &random) ? .seconds(seconds) : nil)
    case 4...8:
      return .page(
        attempt, resourceVersion: version(&random),
        continueToken: ["", "", "a", "b"].randomElement(using: &random) ?? "",
        itemCount: Int.random(in: -5...600, using: &random))
    case 9: return .listFailed(attempt, error(&random))
    case 10, 11: return .watchOpened(attempt)
    case 12...14: return .frame(attempt, .change(resourceVersion: version(&random)))
    case 15, 16:
      return .frame(
        attempt,
        .bookmark(
          resourceVersion: version(&random), isInitialEventsEnd: Bool.random(using: &random)))
    case 17: return .frame(attempt, .failure(error(&random)))
    case 18: return .watchEnded(attempt, nil)
    case 19: return .watchEnded(attempt, error(&random))
    default:
      let timers = stage.timers.keys.sorted { $0.number < $1.number }
      let unknown = WatchMachine.Timer(.retry, number: number)
      return .timerFired(timers.randomElement(using: &random) ?? unknown)
    }
  }

  private static func version(_ random: inout SplitMix64) -> String {
    let number = Int.random(in: 0...50, using: &random)
    return number == 0 ? "" : String(number)
  }

  private static func error(_ random: inout SplitMix64) -> APIError {
    let kind = APIError.Kind.allCases.randomElement(using: &random) ?? .server
    let status = [nil, 405, 500].randomElement(using: &random) ?? nil
    let wait = Int.random(in: 0..<4, using: &random) == 0 ? Duration.seconds(86_400) : nil
    return APIError(kind, status: status, message: "fuzz", retryAfter: wait)
  }
}
