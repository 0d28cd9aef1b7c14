/// Follows one resource: list, then watch, then whatever goes wrong. Decides, does nothing.
///
/// Feed it what happened with `handle` and carry out the actions in order. Time and randomness
/// come from outside, so that a run can be repeated to the letter. At any moment at most one list
/// page or watch is under way, and rows are replaced only once a whole list has come.
public struct WatchMachine: Sendable {
  private enum State: Sendable {
    /// Next: listing, watching.
    case stopped
    /// A page is under way. Next: listing, watching, resting, waiting, stopped.
    case listing(Listing)
    /// A watch is open or opening. Next: watching, listing, resting, waiting, stopped.
    case watching(Watch)
    /// Between two polls. Next: listing, watching, stopped.
    case resting(Timer)
    /// After a failure. Next: listing, watching, stopped.
    case waiting(Timer, Resume)
  }

  /// What to do after a wait.
  private enum Resume: Sendable {
    /// Fetch everything again.
    case fetch
    /// Only the connection broke: go on from the last resourceVersion.
    case watch
  }

  private struct Listing: Sendable {
    var attempt: Attempt
    var continueToken = ""
    var received = 0
    var hasBegun = false
  }

  private struct Watch: Sendable {
    var attempt: Attempt
    var openedAt: Duration
    var heardAt: Duration
    /// Any event at all came.
    var hasSpoken = false
    var idle: Timer
    var settle: Timer?
    /// Present until the initial events of a streaming list are all there.
    var initial: Initial?
  }

  private struct Initial: Sendable {
    var received = 0
    var hasBegun = false
  }

  /// What the rows are worth right now: the last phase given out.
  public private(set) var phase: Phase = .idle

  private let configuration: Configuration
  private var random: SplitMix64
  private var state: State = .stopped
  private var now: Duration = .zero
  private var actions: [Action] = []
  private var lastNumber: UInt64 = 0

  /// How to poll, and why; nil while watching.
  private var polling: (every: Duration, because: PollingCause)?
  private var usesStreamingList: Bool
  /// Where a watch can go on from; nil when only a list can tell.
  private var version: String?
  /// When the rows were last known to be right; nil before the first whole list.
  private var freshAt: Duration?
  /// Errors since the last good list or event.
  private var failures = 0
  /// 410s on watches that had said nothing else since the last list.
  private var expiredWatches = 0
  /// 410s on continue tokens since the last whole list.
  private var expiredLists = 0
  /// Watches in a row that the server closed within a second.
  private var shortWatches = 0
  /// Watches in a row that said nothing though the list went on.
  private var silentWatches = 0
  /// The version a silent watch stood at, until the list that follows tells what it missed.
  private var silentSince: String?

  public init(_ configuration: Configuration = Configuration(), seed: UInt64) {
    self.configuration = configuration
    random = SplitMix64(seed: seed)
    usesStreamingList = configuration.prefersStreamingList
    polling = configuration.polling.map { (Self.sane($0), .asked) }
  }

  /// Takes in what happened at `now` (from any fixed zero) and answers with what to do, in order.
  /// Late answers, unknown timers and inputs that make no sense in this state lead to nothing.
  public mutating func handle(_ input: Input, at now: Duration) -> [Action] {
    self.now = max(self.now, now)
    switch input {
    case .start: start()
    case .stop: stop()
    case .refresh: refresh()
    case .setPolling(let interval): setPolling(interval)
    case .page(let attempt, let version, let token, let count):
      tookPage(attempt, version: version, token: token, count: count)
    case .listFailed(let attempt, let error): listFailed(attempt, error)
    case .watchOpened(let attempt): watchOpened(attempt)
    case .frame(let attempt, let frame): tookFrame(attempt, frame)
    case .watchEnded(let attempt, nil): watchClosed(attempt)
    case .watchEnded(let attempt, let error?): watchBroke(attempt, error)
    case .timerFired(let timer): timerFired(timer)
    }
    defer { actions = [] }
    return actions
  }

  // MARK: What the user wants

  private mutating func start() {
    guard case .stopped = state else { return }
    enter(.loading(received: 0))
    fetch()
  }

  private mutating func stop() {
    leave()
    state = .stopped
    (version, freshAt, silentSince) = (nil, nil, nil)
    (failures, expiredWatches, expiredLists, shortWatches, silentWatches) = (0, 0, 0, 0, 0)
    enter(.idle)
  }

  private mutating func refresh() {
    switch state {
    case .stopped, .listing: return
    case .watching(let watch) where watch.initial != nil: return
    case .watching, .resting, .waiting: break
    }
    if case .watchRefused = polling?.because { polling = nil }
    leave()
    fetch()
  }

  private mutating func setPolling(_ interval: Duration?) {
    let interval = interval.map(Self.sane)
    if let polling, polling.because == .asked, polling.every == interval { return }
    if polling == nil, interval == nil { return }
    polling = interval.map { ($0, .asked) }
    silentWatches = 0
    switch state {
    case .stopped, .listing, .waiting: return
    case .watching(let watch) where watch.initial != nil:
      leave()
      fetch()
    case .watching where phase != .live:
      leave()
      fetch()
    case .watching, .resting:
      leave()
      settleDown()
    }
  }

  // MARK: Lists

  private mutating func fetch() {
    if usesStreamingList, polling == nil {
      openWatch(from: version ?? "", initial: Initial())
    } else {
      askForPage(Listing(attempt: nextAttempt()))
    }
  }

  private mutating func askForPage(_ listing: Listing) {
    state = .listing(listing)
    // A list that took so long that its token expired twice is fetched in one piece.
    let limit = expiredLists < 2 ? configuration.pageSize : nil
    emit(.list(listing.attempt, limit: limit, continueToken: listing.continueToken))
  }

  private mutating func tookPage(_ attempt: Attempt, version: String, token: String, count: Int) {
    guard case .listing(var listing) = state, listing.attempt == attempt else { return }
    if !listing.hasBegun {
      listing.hasBegun = true
      emit(.beginReplace(isFirst: freshAt == nil))
    }
    emit(.appendPage)
    listing.received &+= max(0, count)
    if token.isEmpty {
      commit(version)
      return settleDown()
    }
    guard token != listing.continueToken else {
      let error = APIError(.protocol, message: "the list of pages goes round in circles")
      return fail(error, then: .fetch)
    }
    if freshAt == nil { enter(.loading(received: listing.received)) }
    listing.continueToken = token
    listing.attempt = nextAttempt()
    askForPage(listing)
  }

  private mutating func commit(_ version: String) {
    emit(.commitReplace(resourceVersion: version))
    (freshAt, failures, expiredLists) = (now, 0, 0)
    self.version = version
    if let before = silentSince {
      silentWatches = before == version ? 0 : silentWatches + 1
      silentSince = nil
      if silentWatches >= 2 { polling = (Self.sane(configuration.fallbackPolling), .silentWatch) }
    }
  }

  private mutating func listFailed(_ attempt: Attempt, _ error: APIError) {
    guard case .listing(let listing) = state, listing.attempt == attempt else { return }
    switch error.kind {
    case .gone where !listing.continueToken.isEmpty:
      expiredLists += 1
      if expiredLists > 1 { return fail(error, then: .fetch) }
      fetch()
    case .unauthorized, .forbidden, .notFound: deny(error)
    default: fail(error, then: .fetch)
    }
  }

  // MARK: Watches

  /// After a whole list: watch on from it, or wait for the next poll.
  private mutating func settleDown() {
    if let polling {
      state = .resting(schedule(.poll, after: polling.every))
      enter(.polling(every: polling.every, because: polling.because))
    } else if let version {
      openWatch(from: version)
      enter(.live)
    } else {
      fetch()
    }
  }

  private mutating func openWatch(from version: String, initial: Initial? = nil) {
    let attempt = nextAttempt()
    // Spread over five minutes, so that many watches opened together do not all end together.
    let seconds = Int.random(in: 300..<600, using: &random)
    emit(
      .openWatch(
        attempt, resourceVersion: version, sendInitialEvents: initial != nil,
        timeoutSeconds: seconds))
    let idle = schedule(.idle, after: configuration.idleLimit)
    state = .watching(
      Watch(attempt: attempt, openedAt: now, heardAt: now, idle: idle, initial: initial))
  }

  private mutating func watchOpened(_ attempt: Attempt) {
    guard case .watching(var watch) = state, watch.attempt == attempt, !watch.hasSpoken else {
      return
    }
    (watch.openedAt, watch.heardAt) = (now, now)
    if watch.initial == nil {
      if shortWatches < 2 {
        goLive()
      } else if watch.settle == nil {
        watch.settle = schedule(.settle, after: Self.shortLife)
      }
    }
    state = .watching(watch)
  }

  private mutating func tookFrame(_ attempt: Attempt, _ frame: FrameSummary) {
    guard case .watching(var watch) = state, watch.attempt == attempt else { return }
    if case .failure(let error) = frame {
      emit(.close(attempt))
      return watchBroke(attempt, error)
    }
    watch.heardAt = now
    watch.hasSpoken = true
    (failures, expiredWatches, silentWatches, silentSince) = (0, 0, 0, nil)
    state = .watching(watch)
    if let initial = watch.initial {
      tookInitialFrame(frame, watch, initial)
    } else {
      switch frame {
      case .change(let version):
        if !version.isEmpty { self.version = version }
        emit(.applyFrame)
      case .bookmark(let version, _):
        if !version.isEmpty { self.version = version }
      case .failure: return
      }
      goLive()
    }
  }

  private mutating func tookInitialFrame(
    _ frame: FrameSummary, _ watch: Watch, _ initial: Initial
  ) {
    var watch = watch
    var initial = initial
    if !initial.hasBegun {
      initial.hasBegun = true
      emit(.beginReplace(isFirst: freshAt == nil))
    }
    watch.initial = initial
    switch frame {
    case .change:
      emit(.applyFrame)
      initial.received &+= 1
      watch.initial = initial
      // Once a page's worth, as with a list in pages.
      if freshAt == nil, initial.received % max(1, configuration.pageSize) == 1 {
        enter(.loading(received: initial.received))
      }
    case .bookmark(let version, isInitialEventsEnd: true):
      commit(version)
      watch.initial = nil
      enter(.live)
    case .bookmark, .failure: break
    }
    state = .watching(watch)
  }

  private mutating func goLive() {
    guard freshAt != nil else { return }
    freshAt = now
    enter(.live)
  }

  /// The server closed in good order, as it does when `timeoutSeconds` are over.
  private mutating func watchClosed(_ attempt: Attempt) {
    guard case .watching(let watch) = state, watch.attempt == attempt else { return }
    let lasted = now - watch.openedAt
    cancelTimers(of: watch)
    shortWatches = lasted < Self.shortLife ? shortWatches + 1 : 0
    if lasted >= Self.longLife { (failures, expiredWatches) = (0, 0) }
    if watch.initial != nil {
      if shortWatches > 1 { usesStreamingList = false }
      let error = APIError(
        .protocol, message: "the server ended the watch before the list was whole")
      return fail(error, then: .fetch)
    }
    if phase == .live { freshAt = now }
    if shortWatches > 1 {
      failures = max(failures, shortWatches - 2)
      let error = APIError(
        .protocol, message: "the server ends every watch at once (\(shortWatches) in a row)")
      return fail(error, then: .watch)
    }
    resume(.watch)
  }

  private mutating func watchBroke(_ attempt: Attempt, _ error: APIError) {
    guard case .watching(let watch) = state, watch.attempt == attempt else { return }
    cancelTimers(of: watch)
    if now - watch.openedAt >= Self.longLife { (failures, expiredWatches) = (0, 0) }
    if watch.initial != nil, error.refusesStreamingList || error.kind == .forbidden {
      usesStreamingList = false
      return fetch()
    }
    switch error.kind {
    case .gone:
      version = nil
      expiredWatches += 1
      if expiredWatches > 1 { return fail(error, then: .fetch) }
      fetch()
    case _ where error.kind == .forbidden || error.status == 405:
      polling = (Self.sane(configuration.fallbackPolling), .watchRefused(error))
      fetch()
    case .unauthorized, .notFound: deny(error)
    case .throttled, .unreachable, .tls: fail(error, then: .watch)
    case .timeout where error.status == nil: fail(error, then: .watch)
    default: fail(error, then: .fetch)
    }
  }

  /// The watch said nothing for `idleLimit`.
  private mutating func watchDied(_ watch: Watch) {
    leave()
    if watch.initial != nil {
      usesStreamingList = false
      fetch()
    } else if watch.hasSpoken {
      resume(.watch)
    } else {
      // Nothing at all, not even a bookmark: a list tells whether there was something to say.
      silentSince = version
      askForPage(Listing(attempt: nextAttempt()))
    }
  }

  // MARK: Failures and timers

  private mutating func fail(_ error: APIError, then next: Resume) {
    failures += 1
    var delay = configuration.backOff.delay(after: failures, using: &random)
    if let asked = error.retryAfter { delay = max(delay, asked) }
    state = .waiting(schedule(.retry, after: delay), next)
    enter(.stale(since: freshAt, because: error))
  }

  private mutating func deny(_ error: APIError) {
    state = .waiting(schedule(.retry, after: configuration.deniedRetry), .fetch)
    enter(.denied(error))
  }

  private mutating func resume(_ next: Resume) {
    if case .watch = next, polling == nil, let version {
      openWatch(from: version)
    } else {
      fetch()
    }
  }

  private mutating func timerFired(_ timer: Timer) {
    switch state {
    case .waiting(timer, let next): resume(next)
    case .resting(timer): fetch()
    case .watching(var watch) where watch.idle == timer:
      let quiet = now - watch.heardAt
      if quiet >= configuration.idleLimit { return watchDied(watch) }
      watch.idle = schedule(.idle, after: configuration.idleLimit - quiet)
      state = .watching(watch)
    case .watching(let watch) where watch.settle == timer: goLive()
    default: return
    }
  }

  /// Gives up whatever is under way; the caller sets the next state.
  private mutating func leave() {
    switch state {
    case .stopped: return
    case .listing(let listing): emit(.close(listing.attempt))
    case .watching(let watch):
      emit(.close(watch.attempt))
      cancelTimers(of: watch)
    case .resting(let timer), .waiting(let timer, _): emit(.cancelTimer(timer))
    }
  }

  private mutating func cancelTimers(of watch: Watch) {
    emit(.cancelTimer(watch.idle))
    if let settle = watch.settle { emit(.cancelTimer(settle)) }
  }

  private mutating func schedule(_ purpose: Timer.Purpose, after delay: Duration) -> Timer {
    lastNumber += 1
    let timer = Timer(purpose, number: lastNumber)
    emit(.schedule(timer, after: delay))
    return timer
  }

  private mutating func nextAttempt() -> Attempt {
    lastNumber += 1
    return Attempt(number: lastNumber)
  }

  private mutating func enter(_ next: Phase) {
    guard next != phase else { return }
    phase = next
    emit(.phase(next))
  }

  private mutating func emit(_ action: Action) { actions.append(action) }

  /// A watch that ends sooner was hardly one.
  private static let shortLife = Duration.seconds(1)
  /// A watch that lasted so long makes good for what failed before.
  private static let longLife = Duration.seconds(120)

  private static func sane(_ interval: Duration) -> Duration { max(.seconds(1), interval) }
}
