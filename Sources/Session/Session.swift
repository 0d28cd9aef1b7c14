import ControlPlane
import Dashboard
import Karmada
import Logging
import Manifest

/// The shell around the model: takes events in one at a time, carries out effects, follows the
/// feeds. Runs with a terminal in front of it or without one.
@MainActor
public final class Session {
  /// What only whoever owns the terminal can do.
  public enum TerminalEffect: Hashable, Sendable {
    case quit
    case suspend
    case repaint
    case copy(String)
    case setTheme(String)
    case setMouse(Bool)
    /// Open $EDITOR on a file; what comes back is told with the token.
    case edit(token: Int, path: String)
  }

  public private(set) var state: AppState
  /// Called after every event that may have changed what is on the screen.
  public var onChange: @MainActor () -> Void = {}
  public var onTerminalEffect: @MainActor (TerminalEffect) -> Void = { _ in }

  let plane: any ControlPlane
  let clock: any Clock<Duration>
  let now: @Sendable () -> Time
  let replay: ReplayControl?
  let demo: DemoControl?
  let log: Logger
  let watch: WatchMachine.Configuration
  let gathering: Duration
  let discovery: Discovery
  let record: FailoverJournal?
  var works: WorksFollower?
  var lastEntry: Task<Void, Never>?
  var watchers: [FeedID: Watcher] = [:]
  var tasks: [Task<Void, Never>] = []
  /// What effects asked for and is on its way; with none, and every feed told, the session is
  /// settled.
  var requests: [Int: Task<Void, Never>] = [:]
  let rollbackOffice: RollbackOffice?
  /// The rollback that goes on here.
  var liveRun: LiveRun?
  let overrideOffice: OverrideOffice
  let previews = PreviewDesk()
  /// The policy that is being saved here.
  var liveSave: LiveSave?
  /// Drafts are written in the order they were asked for.
  var lastDraft: Task<Void, Never>?
  var lastRequest = 0
  /// Feeds that were asked to be read again and have not been yet.
  var refreshing: Set<FeedID> = []
  var versionRequest: Task<Void, Never>?
  /// The newest look of the Overrides pane.
  var overridesRequest: Task<Void, Never>?
  private var hasStarted = false
  private(set) var hasStopped = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  /// - Parameters:
  ///   - clock: paces watches and ticks.
  ///   - now: the wall clock that ages are counted by; a replay gives its own.
  ///   - record: where failovers are kept; without one they are forgotten with the session.
  ///   - gathering: how long a feed that has just brought changes is left alone; none by default.
  public init(
    state: AppState, plane: any ControlPlane, clock: any Clock<Duration> = ContinuousClock(),
    now: @escaping @Sendable () -> Time, replay: ReplayControl? = nil, demo: DemoControl? = nil,
    watch: WatchMachine.Configuration = Session.watchConfiguration,
    gathering: Duration = .zero, record: FailoverJournal? = nil, rollbacks: RollbackOffice? = nil,
    overrides: OverrideOffice = OverrideOffice(), log: Logger
  ) {
    self.state = state
    self.plane = plane
    self.clock = clock
    self.now = now
    self.replay = replay
    self.demo = demo
    self.watch = watch
    self.gathering = gathering
    self.record = record
    rollbackOffice = rollbacks
    overrideOffice = overrides
    self.log = log
    discovery = Discovery(plane)
  }

  /// Somebody sits in front of the screen and waits for the server to come back: it is tried every
  /// few seconds, not every half minute as a controller would.
  public nonisolated static let watchConfiguration = WatchMachine.Configuration(
    backOff: BackOff(limit: .seconds(5)))

  // MARK: Life

  /// Begins to follow the feeds and to tick.
  public func start() {
    guard !hasStarted, !hasStopped else { return }
    hasStarted = true
    if rollbackOffice != nil { perform(.rollback(.readJournal)) }
    if overrideOffice.drafts != nil, replay == nil { perform(.override(.readDrafts)) }
    tasks.append(Task { await self.connect() })
    tasks.append(Task { await self.tick() })
  }

  /// Ends everything that runs; from now on no event is taken.
  public func stop() async {
    hasStopped = true
    releaseIfSettled()
    for watcher in watchers.values { watcher.stop() }
    works?.stop()
    let running = tasks + Array(requests.values) + [versionRequest].compactMap { $0 }
    (tasks, requests) = ([], [:])
    for task in running { task.cancel() }
    for task in running { await task.value }
    await interruptRollback()
    await finishSave()
    await lastDraft?.value
    await lastEntry?.value
    // What was seen last must not wait for a tick that no longer comes.
    await record?.close(state.history.unsavedEpisodes, at: now(), isWatching: state.isWatching)
  }

  /// Takes one event in and starts what it asks for.
  public func send(_ event: AppEvent) {
    guard !hasStopped else { return }
    for effect in update(&state, event) { perform(effect) }
    onChange()
    releaseIfSettled()
  }

  /// Returns once every feed has answered and nothing asked for is outstanding, or the session
  /// has stopped.
  public func settled() async {
    if isSettled { return }
    await withCheckedContinuation { waiting.append($0) }
  }

  private var isSettled: Bool {
    if hasStopped { return true }
    return hasStarted && requests.isEmpty && refreshing.isEmpty
      && watchers.count == FeedID.allCases.count
      && state.feeds.values.allSatisfy { feed in
        if case .loading = feed.phase { false } else { true }
      }
  }

  func releaseIfSettled() {
    guard !waiting.isEmpty, isSettled else { return }
    let ready = waiting
    waiting = []
    for one in ready { one.resume() }
  }

  // MARK: Time

  private func tick() async {
    while !Task.isCancelled {
      await refreshClock()
      await Self.pause(untilNextTick, on: clock)
    }
  }

  /// A second, or less when something becomes due before.
  private var untilNextTick: Duration {
    guard let due = state.history.builder.nextDeadline else { return .seconds(1) }
    return min(.seconds(1), max(.milliseconds(20), due - now()))
  }

  func refreshClock() async {
    send(.tick(now()))
    if let demo { send(.demo(await demo.status())) }
    guard let replay else { return }
    let status = await replay.status()
    let hasMoved = status.position != state.replay?.position
    send(.replay(status))
    guard hasMoved else { return }
    send(.failovers(.recorded(await replay.failovers())))
    send(.rollback(.recorded(await replay.rollbacks())))
  }

  nonisolated static func pause(_ duration: Duration, on clock: any Clock<Duration>) async {
    guard duration > .zero else { return }
    // Only cancellation ends a sleep early, and whoever cancelled looks at that itself.
    do { try await clock.sleep(for: duration) } catch {}
  }
}
