import Manifest

/// One run of a `Watcher`: the task that owns the machine and everybody who reports to it.
struct WatcherRun {
  enum Event: Sendable {
    case refresh
    case setPolling(Duration?)
    case stop
    case page(WatchMachine.Attempt, ListPage)
    case listFailed(WatchMachine.Attempt, APIError)
    case bytes(WatchMachine.Attempt, [UInt8])
    case watchEnded(WatchMachine.Attempt, APIError?)
    case timerFired(WatchMachine.Timer)
  }

  /// The open watch, as far as its bytes have been read.
  private struct OpenWatch {
    var attempt: WatchMachine.Attempt
    var request: APIRequest
    var lines = LineSplitter()
    var hasOpened = false
  }

  private var machine: WatchMachine
  private let mailbox: Mailbox<Event>
  private let scope: ListScope
  private let plane: any ControlPlane
  private let clock: any Clock<Duration>
  private let time: @Sendable () -> Duration
  private let deliver: @Sendable (WatchUpdate) async -> Void

  private var watch: OpenWatch?
  private var calls: [WatchMachine.Attempt: Task<Void, Never>] = [:]
  private var timers: [WatchMachine.Timer: Task<Void, Never>] = [:]
  /// Changes decided on but not delivered yet, so that what came together goes together.
  private var frames: [WatchFrame] = []

  init(
    machine: WatchMachine, mailbox: Mailbox<Event>, scope: ListScope, plane: any ControlPlane,
    clock: any Clock<Duration>, time: @escaping @Sendable () -> Duration,
    deliver: @escaping @Sendable (WatchUpdate) async -> Void
  ) {
    self.machine = machine
    self.mailbox = mailbox
    self.scope = scope
    self.plane = plane
    self.clock = clock
    self.time = time
    self.deliver = deliver
  }

  mutating func follow() async {
    if !Task.isCancelled { await handle(.start) }
    events: while !Task.isCancelled, let events = await mailbox.take() {
      for event in events {
        if case .stop = event { break events }
        await take(event)
        if Task.isCancelled { break events }
      }
      await flush()
    }
    let wasCancelled = Task.isCancelled
    mailbox.close()
    let tasks = Array(calls.values) + Array(timers.values)
    for task in tasks { task.cancel() }
    for task in tasks { await task.value }
    if !wasCancelled { await handle(.stop) }
  }

  private mutating func take(_ event: Event) async {
    switch event {
    case .refresh: await handle(.refresh)
    case .setPolling(let interval): await handle(.setPolling(interval))
    case .stop: break
    case .page(let attempt, let page):
      calls[attempt] = nil
      let input = WatchMachine.Input.page(
        attempt, resourceVersion: page.resourceVersion, continueToken: page.continueToken,
        itemCount: page.itemCount)
      await handle(input, page: page)
    case .listFailed(let attempt, let error):
      calls[attempt] = nil
      await handle(.listFailed(attempt, error))
    case .bytes(let attempt, let piece): await read(piece, of: attempt)
    case .watchEnded(let attempt, let error): await end(attempt, error)
    case .timerFired(let timer):
      timers[timer] = nil
      await handle(.timerFired(timer))
    }
  }

  // MARK: Reading a watch

  private mutating func read(_ piece: [UInt8], of attempt: WatchMachine.Attempt) async {
    guard watch?.attempt == attempt, var open = watch else { return }
    let isNews = !open.hasOpened
    open.hasOpened = true
    let result = Result { () throws(LineSplitter.LineTooLong) in try open.lines.feed(piece) }
    watch = open
    if isNews { await handle(.watchOpened(attempt)) }
    switch result {
    case .success(let lines):
      for line in lines where watch?.attempt == attempt { await take(line, of: open) }
    case .failure(let tooLong):
      let message = "a watch event of more than \(tooLong.limit >> 20) MB"
      await handle(.frame(attempt, .failure(error(.protocol, message, open.request))))
    }
  }

  private mutating func take(_ line: [UInt8], of open: OpenWatch) async {
    do throws(APIError) {
      let frame = try WatchFrame(line: line)
      await handle(.frame(open.attempt, frame.summary(for: open.request)), frame: frame)
    } catch {
      var error = error
      error.subject = open.request.subject
      await handle(.frame(open.attempt, .failure(error)))
    }
  }

  private mutating func end(_ attempt: WatchMachine.Attempt, _ error: APIError?) async {
    calls[attempt] = nil
    guard watch?.attempt == attempt, var open = watch else { return }
    let rest = open.lines.finish()
    watch = nil
    guard error == nil, let rest else { return await handle(.watchEnded(attempt, error)) }
    // Only the line's end may be missing.
    do throws(APIError) {
      let frame = try WatchFrame(line: rest)
      await handle(.frame(attempt, frame.summary(for: open.request)), frame: frame)
      await handle(.watchEnded(attempt, nil))
    } catch {
      let broken = self.error(.unreachable, "the watch broke off inside an event", open.request)
      await handle(.watchEnded(attempt, broken))
    }
  }

  private func error(
    _ kind: APIError.Kind, _ message: String, _ request: APIRequest
  ) -> APIError {
    APIError(kind, message: message, subject: request.subject)
  }

  // MARK: Carrying out what the machine decides

  private mutating func handle(
    _ input: WatchMachine.Input, page: ListPage? = nil, frame: WatchFrame? = nil
  ) async {
    for action in machine.handle(input, at: time()) {
      switch action {
      case .list(let attempt, let limit, let token): list(attempt, limit, token)
      case .openWatch(let attempt, let version, let sendInitialEvents, let seconds):
        openWatch(
          attempt,
          .watch(
            scope, resourceVersion: version, sendInitialEvents: sendInitialEvents,
            timeoutSeconds: seconds))
      case .close(let attempt):
        calls.removeValue(forKey: attempt)?.cancel()
        if watch?.attempt == attempt { watch = nil }
      case .schedule(let timer, let delay): schedule(timer, delay)
      case .cancelTimer(let timer): timers.removeValue(forKey: timer)?.cancel()
      case .applyFrame: if let frame { frames.append(frame) }
      case .appendPage: if let page { await say(.page(page)) }
      case .beginReplace(let isFirst): await say(.reset(isFirst: isFirst))
      case .commitReplace(let version): await say(.commit(resourceVersion: version))
      case .phase(let phase): await say(.phase(phase))
      }
    }
  }

  private mutating func say(_ update: WatchUpdate) async {
    await flush()
    await deliver(update)
  }

  private mutating func flush() async {
    guard !frames.isEmpty else { return }
    let together = frames
    frames = []
    await deliver(.frames(together))
  }

  private mutating func list(_ attempt: WatchMachine.Attempt, _ limit: Int?, _ token: String) {
    calls[attempt] = Task { [mailbox, plane, scope] in
      do {
        let page = try await plane.listPage(scope, limit: limit, continueToken: token)
        mailbox.put(.page(attempt, page))
      } catch {
        let request = APIRequest.list(scope, limit: limit, continueToken: token)
        mailbox.put(.listFailed(attempt, Self.classified(error, request)))
      }
    }
  }

  private mutating func openWatch(_ attempt: WatchMachine.Attempt, _ request: APIRequest) {
    watch = OpenWatch(attempt: attempt, request: request)
    calls[attempt] = Task { [mailbox, plane] in
      do {
        for try await piece in plane.stream(request) {
          mailbox.put(.bytes(attempt, piece), weight: piece.count)
          await mailbox.room()
        }
        mailbox.put(.watchEnded(attempt, nil))
      } catch {
        mailbox.put(.watchEnded(attempt, Self.classified(error, request)))
      }
    }
  }

  private mutating func schedule(_ timer: WatchMachine.Timer, _ delay: Duration) {
    timers[timer] = Task { [mailbox, clock] in
      do { try await clock.sleep(for: delay) } catch { return }  // cancelled
      mailbox.put(.timerFired(timer))
    }
  }

  /// Whoever implements a control plane promises `APIError`; if it throws something else, that is
  /// an error like any other. After a cancellation of ours nobody listens any more.
  private static func classified(_ error: any Error, _ request: APIRequest) -> APIError {
    if let error = error as? APIError { return error }
    let message = error is CancellationError ? "the call was given up" : "\(error)"
    return APIError(.unreachable, message: message, subject: request.subject)
  }
}
