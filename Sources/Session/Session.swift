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
  }

  /// The hands on a replay's clock.
  public struct ReplayControl: Sendable {
    public var seek: @Sendable (Double) async -> Void
    public var setSpeed: @Sendable (Double) async -> Void
    public var status: @Sendable () async -> ReplayStatus
    /// What the recording shows of failovers up to where it stands.
    public var failovers: @Sendable () async -> EpisodeBuilder
    /// What the recording shows of rollbacks up to where it stands.
    public var rollbacks: @Sendable () async -> RollbackSightings
    public init(
      seek: @escaping @Sendable (Double) async -> Void,
      setSpeed: @escaping @Sendable (Double) async -> Void,
      status: @escaping @Sendable () async -> ReplayStatus,
      failovers: @escaping @Sendable () async -> EpisodeBuilder = { EpisodeBuilder() },
      rollbacks: @escaping @Sendable () async -> RollbackSightings = { RollbackSightings() }
    ) {
      self.seek = seek
      self.setSpeed = setSpeed
      self.status = status
      self.failovers = failovers
      self.rollbacks = rollbacks
    }
  }

  /// The hands on an embedded Karmada.
  public struct DemoControl: Sendable {
    public var status: @Sendable () async -> DemoStatus
    /// Lets something go wrong; gives back what was done, or why not.
    public var fault: @Sendable (String) async -> StatusMessage
    public var setSpeed: @Sendable (Double) async -> Void
    public init(
      status: @escaping @Sendable () async -> DemoStatus,
      fault: @escaping @Sendable (String) async -> StatusMessage,
      setSpeed: @escaping @Sendable (Double) async -> Void
    ) {
      self.status = status
      self.fault = fault
      self.setSpeed = setSpeed
    }
  }

  public private(set) var state: AppState
  /// Called after every event that may have changed what is on the screen.
  public var onChange: @MainActor () -> Void = {}
  public var onTerminalEffect: @MainActor (TerminalEffect) -> Void = { _ in }

  let plane: any ControlPlane
  private let clock: any Clock<Duration>
  let now: @Sendable () -> Time
  private let replay: ReplayControl?
  private let demo: DemoControl?
  private let log: Logger
  private let watch: WatchMachine.Configuration
  private let gathering: Duration
  private let discovery: Discovery
  private let record: FailoverJournal?
  private var works: WorksFollower?
  private var lastEntry: Task<Void, Never>?
  private var watchers: [FeedID: Watcher] = [:]
  private var tasks: [Task<Void, Never>] = []
  /// What effects asked for and is on its way; with none, and every feed told, the session is
  /// settled.
  private var requests: [Int: Task<Void, Never>] = [:]
  let rollbackOffice: RollbackOffice?
  /// The rollback that goes on here.
  var liveRun: LiveRun?
  private var lastRequest = 0
  /// Feeds that were asked to be read again and have not been yet.
  private var refreshing: Set<FeedID> = []
  private var versionRequest: Task<Void, Never>?
  /// The newest look of the Overrides pane.
  private var overridesRequest: Task<Void, Never>?
  private var hasStarted = false
  private var hasStopped = false
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
    log: Logger
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

  private func releaseIfSettled() {
    guard !waiting.isEmpty, isSettled else { return }
    let ready = waiting
    waiting = []
    for one in ready { one.resume() }
  }

  // MARK: Feeds

  private func connect() async {
    guard !Task.isCancelled else { return }
    // One request first: over TLS the watches then share its connection instead of opening one
    // each. It must not hold anything up when the server is slow, so neither is waited for alone.
    let (first, either) = AsyncStream<Never>.makeStream()
    let version = requestMissingVersion()
    let answer = Task {
      await version?.value
      either.finish()
    }
    let patience = Task { [clock] in
      await Self.pause(.seconds(1), on: clock)
      either.finish()
    }
    for await _ in first {}
    patience.cancel()
    answer.cancel()
    guard !Task.isCancelled else { return }
    await resumeHistory()
    if let replay { send(.rollback(.recorded(await replay.rollbacks()))) }
    guard !Task.isCancelled else { return }
    for feed in FeedID.allCases { follow(feed) }
  }

  /// What earlier dashboards saw comes before what is seen now, which goes on from it.
  private func resumeHistory() async {
    if let replay {
      send(.failovers(.recorded(await replay.failovers())))
      return
    }
    guard let record else { return send(.failovers(.resumed(nil))) }
    switch await record.open() {
    case .success(let all): send(.failovers(.resumed(all)))
    case .failure(let error):
      log.error("the failover history cannot be read", metadata: ["error": "\(error)"])
      send(.notice(StatusMessage(.error, "failovers are not kept: \(error)")))
      send(.failovers(.resumed(nil)))
    }
  }

  private func follow(_ feed: FeedID) {
    var configuration = watch
    configuration.polling = state.options.poll
    let scope = ListScope(feed.resource, namespace: state.options.namespace)
    let watcher = Watcher(
      scope, on: plane, configuration: configuration, clock: clock,
      epoch: now() - Time(nanoseconds: 0), seed: UInt64.random(in: .min ... .max))
    watchers[feed] = watcher
    let decoder = FeedDecoder(feed)
    tasks.append(
      Task.detached(priority: .userInitiated) { [weak self, gathering, clock] in
        await watcher.run { [weak self] update in
          let (news, complaints) = decoder.decode(update)
          await self?.take(news, complaints, from: feed)
          // What comes meanwhile is taken together, at a fraction of what it costs one by one.
          if case .frames = update { await Self.pause(gathering, on: clock) }
        }
      })
  }

  private func take(_ news: [FeedUpdate], _ complaints: [String], from feed: FeedID) {
    for complaint in complaints {
      log.warning("\(complaint)")
      send(.notice(StatusMessage(.error, complaint)))
    }
    // Failovers are told by the moment, not by the second that ticks.
    send(.tick(now()))
    for update in news {
      switch update {
      case .listEnds, .phase(.denied): refreshing.remove(feed)
      // A recording never fails: what goes stale there is a watch that a seek has ended.
      case .phase(.stale) where replay == nil: refreshing.remove(feed)
      case .listBegins, .objects, .removed, .heard, .phase: break
      }
      send(.feed(feed, update))
      if case .phase(.live) = update { requestMissingVersion() }
    }
  }

  /// At the start, and again when a server that could not be asked then answers now.
  @discardableResult
  private func requestMissingVersion() -> Task<Void, Never>? {
    guard state.connection.serverVersion == nil, versionRequest == nil, replay == nil,
      !hasStopped
    else { return nil }
    let request = Task {
      do {
        let version = try await plane.version().shown
        send(.serverVersion(version))
      } catch {
        log.info("the server's version is not known", metadata: ["error": "\(error)"])
      }
      versionRequest = nil
    }
    versionRequest = request
    return request
  }

  private func refresh(_ feeds: [FeedID]) {
    for feed in feeds {
      switch state.feeds[feed]?.phase {
      case .live, .polling: refreshing.insert(feed)
      // A feed that fails already may go on failing without another word.
      case .loading, .stale, .denied, nil: break
      }
      watchers[feed]?.refresh()
    }
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

  private func refreshClock() async {
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

  private nonisolated static func pause(_ duration: Duration, on clock: any Clock<Duration>) async {
    guard duration > .zero else { return }
    // Only cancellation ends a sleep early, and whoever cancelled looks at that itself.
    do { try await clock.sleep(for: duration) } catch {}
  }

  // MARK: Failovers

  /// Journal entries are written in the order they were asked for.
  private func keep(_ effect: Effect) {
    guard let record else { return }
    let before = lastEntry
    lastEntry = Task { [weak self] in
      await before?.value
      switch await record.perform(effect) {
      case .success(let news): for one in news { self?.send(.failovers(one)) }
      case .failure(let error): self?.complain(error)
      }
    }
  }

  private func complain(_ error: any Error) {
    log.error("the failover history cannot be written", metadata: ["error": "\(error)"])
    send(.notice(StatusMessage(.error, "failovers are not kept: \(error)")))
  }

  private func follow(worksOf bindings: [BindingIdentity]) {
    guard !hasStopped else { return }
    let follower =
      works
      ?? WorksFollower(plane, clock: clock, now: now) { [weak self] news in
        self?.send(.failovers(news))
      }
    works = follower
    var configuration = watch
    configuration.polling = state.options.poll
    follower.follow(bindings, configuration)
  }

  /// What cannot be noted is not done.
  private func run(_ plan: FailoverActPlan) {
    guard let reason = state.arming?.reason else {
      return send(.failoverAct(.done(.failure(FailoverActFailure("read-only; nothing was done")))))
    }
    let acts = FailoverActs(plane: plane, clock: clock, now: now, log: log)
    let record = record
    request { _, _ in
      guard let journal = await record?.opened else {
        let why = "nothing was done: there is no journal to note it in"
        return .failoverAct(.done(.failure(FailoverActFailure(why))))
      }
      return .failoverAct(.done(await acts.run(plan, journal: journal, reason: reason)))
    }
  }

  // MARK: Effects

  private func perform(_ effect: Effect) {
    switch effect {
    case .quit: onTerminalEffect(.quit)
    case .suspend: onTerminalEffect(.suspend)
    case .repaint: onTerminalEffect(.repaint)
    case .copy(let text): onTerminalEffect(.copy(text))
    case .setTheme(let name): onTerminalEffect(.setTheme(name))
    case .setMouse(let isOn): onTerminalEffect(.setMouse(isOn))
    case .refresh(let feeds): refresh(feeds)
    case .setPolling(let interval): for watcher in watchers.values { watcher.setPolling(interval) }
    case .fetchRow(let token, let key):
      request { plane, _ in
        .objectRead(token: token, await Self.read(key.feed.resource, key.object, from: plane))
      }
    case .fetchObject(let token, let reference):
      request { plane, discovery in
        .objectRead(token: token, await Self.read(reference, from: plane, discovery))
      }
    case .fetchWorks(let token, let feed, let id):
      request { plane, _ in
        .worksRead(token: token, await Self.works(of: feed, permanentID: id, from: plane))
      }
    case .readOverrides(let token, let question):
      requestOverrides(token, question)
    case .readMember(let token, let cluster, let reference):
      request { plane, discovery in
        .memberRead(
          token: token, cluster: cluster,
          await Self.readMember(cluster, reference, from: plane, discovery))
      }
    case .compareOverrides(let token, let reading, let cluster, let member):
      request { _, _ in
        .overridesCompared(
          token: token, OverrideFindings(reading, cluster: cluster, member: member))
      }
    case .keepEpisodes, .keepAcknowledgement, .noteWatching, .resumeWatching: keep(effect)
    case .followWorks(let bindings): follow(worksOf: bindings)
    case .lookForState(let binding, let cluster, let object):
      request { [now] plane, discovery in
        let result = await Self.readMember(cluster, object, from: plane, discovery)
        return .failovers(.memberRead(binding, cluster: cluster, result, at: now()))
      }
    case .rollback(let order): perform(order)
    case .planAct(let token, let act):
      let acts = FailoverActs(plane: plane, clock: clock, now: now, log: log)
      request { _, _ in .failoverAct(.planned(token: token, await acts.plan(act))) }
    case .runAct(let plan): run(plan)
    case .seek(let position):
      runReplay { await $0.seek(position) }
    case .setSpeed(let speed):
      runReplay { await $0.setSpeed(speed) }
      runDemo { await $0.setSpeed(speed) }
    case .fault(let line):
      runDemo { [weak self] demo in
        let answer = await demo.fault(line)
        await self?.send(.notice(answer))
      }
    }
  }

  private func runDemo(_ change: @escaping @Sendable (DemoControl) async -> Void) {
    guard let demo else { return }
    lastRequest += 1
    let id = lastRequest
    requests[id] = Task {
      await change(demo)
      await self.refreshClock()
      self.requests[id] = nil
      self.releaseIfSettled()
    }
  }

  func request(
    _ work: @escaping @Sendable (any ControlPlane, Discovery) async -> AppEvent
  ) {
    lastRequest += 1
    let (id, plane, discovery) = (lastRequest, plane, discovery)
    requests[id] = Task {
      let event = await work(plane, discovery)
      self.requests[id] = nil
      self.send(event)
    }
  }

  /// Whoever holds the arrow key down passes many rows; only the one where they stop is read.
  private func requestOverrides(_ token: Int, _ question: OverrideQuestion) {
    overridesRequest?.cancel()
    lastRequest += 1
    let (id, plane, discovery) = (lastRequest, plane, discovery)
    let request = Task { [gathering, clock] in
      await Self.pause(gathering, on: clock)
      if !Task.isCancelled {
        let reading = await Self.readOverrides(question, from: plane, discovery)
        self.requests[id] = nil
        if !Task.isCancelled { self.send(.overridesRead(token: token, reading)) }
      }
      self.requests[id] = nil
      self.releaseIfSettled()
    }
    overridesRequest = request
    requests[id] = request
  }

  private func runReplay(_ change: @escaping @Sendable (ReplayControl) async -> Void) {
    guard let replay else { return }
    lastRequest += 1
    let id = lastRequest
    requests[id] = Task {
      await change(replay)
      self.send(.failovers(.recorded(await replay.failovers())))
      self.send(.rollback(.recorded(await replay.rollbacks())))
      // Rows as of the new moment; a watch only ever tells of what comes later.
      self.refresh(FeedID.allCases)
      await self.refreshClock()
      self.requests[id] = nil
      self.releaseIfSettled()
    }
  }

  // MARK: Reading

  nonisolated static func read(
    _ resource: APIResource, _ key: ObjectKey, from plane: any ControlPlane
  ) async -> Result<JSONValue, APIError> {
    await outcome {
      try await plane.get(
        resource, namespace: key.namespace.isEmpty ? nil : key.namespace, name: key.name)
    }
  }

  nonisolated static func read(
    _ reference: ObjectReference, from plane: any ControlPlane, _ discovery: Discovery
  ) async -> Result<JSONValue, APIError> {
    await outcome {
      let resource = try await discovery.resource(of: reference)
      return try await plane.get(
        resource, namespace: reference.namespace.isEmpty ? nil : reference.namespace,
        name: reference.name)
    }
  }

  nonisolated static func works(
    of feed: FeedID, permanentID: String, from plane: any ControlPlane
  ) async -> Result<[Work], APIError> {
    let owner =
      feed == .clusterResourceBindings ? "clusterresourcebinding" : "resourcebinding"
    return await works(
      ListScope(.works, labelSelector: "\(owner).karmada.io/permanent-id=\(permanentID)"),
      from: plane)
  }

  nonisolated static func works(
    _ scope: ListScope, from plane: any ControlPlane
  ) async -> Result<[Work], APIError> {
    await outcome {
      var interner = Interner()
      var works: [Work] = []
      var token = ""
      repeat {
        let page = try await plane.listPage(scope, limit: 500, continueToken: token)
        works += try ObjectList<Work>(json: page.bytes, interning: &interner).items
        token = page.continueToken
      } while !token.isEmpty
      return works
    }
  }

  nonisolated static func outcome<Value: Sendable>(
    _ work: () async throws -> Value
  ) async -> Result<Value, APIError> {
    do {
      return .success(try await work())
    } catch let error as APIError {
      return .failure(error)
    } catch {
      return .failure(APIError(.protocol, message: "\(error)"))
    }
  }
}
