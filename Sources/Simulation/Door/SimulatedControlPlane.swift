import ControlPlane
import Manifest
import Synchronization

/// The embedded Karmada: a fleet, the time, and whoever watches it.
///
/// All changes pass through one lock, so that watches tell them in their order. In process it is
/// a `ControlPlane`; `HTTPDoor` opens it to any Kubernetes client.
public final class SimulatedControlPlane: ControlPlane {
  public let endpoint: Endpoint
  /// The time it lives in.
  public let time: any TimeSource
  /// Times watches out; real time also when `time` is not.
  let clock: any Clock<Duration>
  let state: Mutex<State>

  struct State {
    var fleet: Fleet
    /// nil: nothing happens by itself.
    var controllers: ControllerRuntime?
    var faults = FaultState()
    /// What happens by itself, by the moment.
    var script: [(moment: Time, deed: Scenario.Cue.Deed)] = []
    var watchers: [Int: WatcherState] = [:]
    var nextID = 0
  }

  struct WatcherState {
    /// What a fault that delays events has done to this watch.
    enum Delay { case none, waiting, over }
    var start: WatchStart
    var continuation: AsyncThrowingStream<[UInt8], any Error>.Continuation
    var delay = Delay.none
  }

  /// As many pieces as a watch may lag behind before the server hangs up.
  private static let watchBacklog = 50_000

  /// - Parameter controllers: what happens by itself; nothing when it is nil. They run when
  ///   `runControllers` is called, as `ControllerLoop` does.
  public convenience init(
    fleet: Fleet, controllers: ControllerRuntime? = nil, time: any TimeSource,
    context: String = "demo", clock: any Clock<Duration> = ContinuousClock()
  ) {
    self.init(
      state: State(fleet: fleet, controllers: controllers), time: time, context: context,
      clock: clock)
  }

  init(
    state: sending State, time: any TimeSource, context: String = "demo",
    clock: any Clock<Duration>
  ) {
    self.state = Mutex(state)
    self.time = time
    self.clock = clock
    endpoint = Endpoint(context: context, server: "embedded://karmada", user: Self.user)
  }

  /// The user everybody is who comes in.
  static let user = "demo-admin"

  // MARK: ControlPlane

  public func send(_ request: APIRequest) async throws -> APIResponse {
    try Task.checkCancellation()
    switch try await answered(request, verdict: verdict(on: request)) {
    case .answer(let response):
      guard (200..<300).contains(response.status) else { throw Self.error(response, request) }
      return response
    case .watch(let response, let stream):
      var body: [UInt8] = []
      for try await piece in stream { body += piece }
      try Task.checkCancellation()
      return APIResponse(status: response.status, headers: response.headers, body: body)
    }
  }

  public func stream(_ request: APIRequest) -> AsyncThrowingStream<[UInt8], any Error> {
    let verdict = verdict(on: request)
    guard verdict.isNone else { return stream(request, verdict: verdict) }
    switch exchange(request) {
    case .watch(_, let stream): return stream
    case .answer(let response):
      return AsyncThrowingStream { continuation in
        if (200..<300).contains(response.status) {
          continuation.yield(response.body)
          continuation.finish()
        } else {
          continuation.finish(throwing: Self.error(response, request))
        }
      }
    }
  }

  static func error(_ response: APIResponse, _ request: APIRequest) -> APIError {
    APIError(
      status: response.status, headers: response.headers, body: response.body, request: request)
  }

  // MARK: The door's side

  /// What a request leads to: a whole answer of any status, or a head and a body without end.
  enum Exchange: Sendable {
    case answer(APIResponse)
    case watch(APIResponse, AsyncThrowingStream<[UInt8], any Error>)
  }

  func exchange(
    _ request: APIRequest, caller: Caller = .user(user), address: String = "127.0.0.1",
    prepared: APIAnswer? = nil
  ) -> Exchange {
    let time = time.now
    let prepared = prepared ?? answerAtDesk(request, caller: caller)
    let (stream, continuation) = AsyncThrowingStream<[UInt8], any Error>.makeStream(
      bufferingPolicy: .bufferingOldest(Self.watchBacklog))
    let (answer, opening, now, id, news) = state.withLock { state in
      let now = time + state.faults.clockSkew
      var opening = WatchOpening()
      let answer =
        prepared
        ?? APIServer(caller: caller, now: now, address: address)
        .answer(request, fleet: &state.fleet)
      var id: Int?
      if case .watch(var start) = answer.body {
        // Tells an in-process caller that the watch was taken; over HTTP the head does.
        continuation.yield([])
        if start.opening.isShort {
          let writer = ObjectWriter(type: start.filter.type, form: start.form, now: now)
          while let piece = start.opening.next(writer) { continuation.yield(piece) }
        }
        opening = start.opening
        start.opening = WatchOpening()
        if !start.isOver {
          id = state.nextID
          state.nextID += 1
          state.watchers[state.nextID - 1] = WatcherState(
            start: start, continuation: continuation)
        }
      }
      state.controllers?.observe(state.fleet, now: time)
      return (answer, opening, now, id, Self.tell(&state, now: now))
    }
    follow(news)
    var head = APIResponse(
      status: answer.status,
      headers: answer.headers + [
        .init("Content-Type", answer.contentType), .init("Date", HTTPDate.text(now)),
      ])
    switch answer.body {
    case .whole(let bytes):
      continuation.finish()
      head.headers.append(.init("Content-Length", String(bytes.count)))
      head.body = bytes
      return .answer(head)
    case .watch(let start):
      if let id {
        attend(id, continuation: continuation, timeout: start.timeout)
      } else {
        continuation.finish()
      }
      guard !opening.isShort else { return .watch(head, stream) }
      let writer = ObjectWriter(type: start.filter.type, form: start.form, now: now)
      return .watch(head, Self.saying(opening, writer, before: stream))
    }
  }

  /// A watch whose long opening is written as it is read.
  private static func saying(
    _ opening: WatchOpening, _ writer: ObjectWriter,
    before stream: AsyncThrowingStream<[UInt8], any Error>
  ) -> AsyncThrowingStream<[UInt8], any Error> {
    let left = Unsaid(opening)
    return AsyncThrowingStream {
      if let piece = left.opening.withLock({ $0.next(writer) }) { return piece }
      var iterator = stream.makeAsyncIterator()
      return try await iterator.next()
    }
  }

  private final class Unsaid: Sendable {
    let opening: Mutex<WatchOpening>
    init(_ opening: WatchOpening) { self.opening = Mutex(opening) }
  }

  /// Ends a watch on time, and forgets it when its reader leaves.
  private func attend(
    _ id: Int, continuation: AsyncThrowingStream<[UInt8], any Error>.Continuation,
    timeout: Duration?
  ) {
    let timer = timeout.map { timeout in
      Task { [weak self, clock] in
        do { try await clock.sleep(for: timeout) } catch { return }  // the reader left first
        self?.forget(id)
        continuation.finish()
      }
    }
    continuation.onTermination = { [weak self] _ in
      timer?.cancel()
      self?.forget(id)
    }
  }

  private func forget(_ id: Int) {
    _ = state.withLock { $0.watchers.removeValue(forKey: id) }
  }

  // MARK: Changes

  /// Changes the fleet as a controller, a fault or a test does; watches are told.
  public func change<Result: Sendable>(
    _ body: (inout Fleet, Time) throws -> sending Result
  ) rethrows -> Result {
    let now = time.now
    let (result, news) = try state.withLock { state in
      let result = try body(&state.fleet, now)
      state.controllers?.observe(state.fleet, now: now)
      return (result, Self.tell(&state, now: now))
    }
    follow(news)
    return result
  }

  /// Runs the controllers' steps that are due; watches are told.
  ///
  /// - Parameters:
  ///   - moment: up to when; nil for up to now.
  ///   - limit: as many steps at most, so that requests are not kept waiting.
  /// - Returns: when the next step is due; nil when nothing is to be done.
  @discardableResult
  public func runControllers(until moment: Time? = nil, limit: Int = .max) -> Time? {
    let now = moment ?? time.now
    playScript(until: now, limit: limit)
    return runSteps(until: now, limit: limit)
  }

  @discardableResult
  func runSteps(until now: Time, limit: Int) -> Time? {
    let (next, news) = state.withLock { state in
      state.controllers?.run(&state.fleet, until: now, limit: limit)
      return (state.controllers?.nextMoment(), Self.tell(&state, now: now))
    }
    follow(news)
    return next
  }

  /// The controllers as they are; nil when there are none.
  public var controllers: ControllerRuntime? { state.withLock { $0.controllers } }

  /// The fleet as it is: a snapshot that shares its objects.
  public var fleet: Fleet { state.withLock { $0.fleet } }

  /// How many watches are open.
  public var watchCount: Int { state.withLock { $0.watchers.count } }

  /// Sends a bookmark to every watch that asked for them, as a server does about once a minute.
  public func sendBookmarks() {
    let now = time.now
    state.withLock { state in
      for (_, watcher) in state.watchers where watcher.start.wantsBookmarks {
        guard let store = state.fleet[watcher.start.server],
          state.faults.passage(of: watcher.start.filter.type.api.plural) == .open
        else { continue }
        let writer = ObjectWriter(
          type: watcher.start.filter.type, form: watcher.start.form, now: now)
        watcher.continuation.yield(writer.bookmark(store.resourceVersion))
      }
    }
  }

  /// Hangs up on every watch, as a restarting server does.
  package func closeWatches() {
    let watchers = state.withLock { state in
      defer { state.watchers = [:] }
      return state.watchers.values.map(\.continuation)
    }
    for continuation in watchers { continuation.finish() }
  }

  // MARK: Telling

  /// What is to be done after telling, without the lock: finishing a stream runs its termination
  /// handler, which takes it.
  struct Aftermath {
    /// To hang up on.
    var gone: [AsyncThrowingStream<[UInt8], any Error>.Continuation] = []
    /// Watches that are to be told so much later.
    var delayed: [(id: Int, by: Duration)] = []
  }

  func follow(_ news: Aftermath) {
    for continuation in news.gone { continuation.finish() }
    for (id, duration) in news.delayed { tell(id, after: duration) }
  }

  /// Tells each watch what it has not heard yet.
  static func tell(_ state: inout State, now: Time) -> Aftermath {
    var news = Aftermath()
    for (id, watcher) in state.watchers {
      guard let store = state.fleet[watcher.start.server], isReachable(watcher, state.fleet)
      else {
        news.gone.append(watcher.continuation)
        state.watchers[id] = nil
        continue
      }
      guard store.resourceVersion != watcher.start.version else { continue }
      let writer = ObjectWriter(
        type: watcher.start.filter.type, form: watcher.start.form, now: now)
      do throws(StatusError) {
        let events = try store.events(for: watcher.start.filter, after: watcher.start.version)
        guard events.isEmpty || state.lets(id, through: &news) else { continue }
        for event in events {
          if state.tell(writer.event(event), to: watcher) { continue }
          news.gone.append(watcher.continuation)
          state.watchers[id] = nil
          break
        }
      } catch {
        watcher.continuation.yield(ObjectWriter.error(error))
        news.gone.append(watcher.continuation)
        state.watchers[id] = nil
      }
      state.watchers[id]?.start.version = store.resourceVersion
    }
    return news
  }

  private static func isReachable(_ watcher: WatcherState, _ fleet: Fleet) -> Bool {
    guard case .member(let name) = watcher.start.server else { return true }
    return fleet.members[name]?.isReachable ?? false
  }
}
