import ControlPlane

/// Plays the world to a `WatchMachine`: hands it answers to whatever is under way, fires its
/// timers as time passes, and notes every promise that the machine breaks.
struct MachineStage {
  typealias Machine = WatchMachine

  private(set) var machine: Machine
  private(set) var now = Duration.zero
  /// The list page or watch under way.
  private(set) var open: (attempt: Machine.Attempt, isWatch: Bool)?
  private(set) var timers: [Machine.Timer: Duration] = [:]
  /// The delays of retries, in order.
  private(set) var retries: [Duration] = []
  private(set) var violations: [String] = []
  private(set) var lastAttempt = Machine.Attempt(number: 0)

  private var isStopped = true
  private var hasCommitted = false
  private var isReplacing = false
  private var phase = Machine.Phase.idle

  init(_ configuration: Machine.Configuration = Machine.Configuration(), seed: UInt64 = 1) {
    machine = Machine(configuration, seed: seed)
  }

  /// Tells the machine and reports what it does, timers aside, as words.
  @discardableResult
  mutating func tell(_ input: Machine.Input) -> [String] {
    let isLate = isLate(input)
    let actions = machine.handle(input, at: now)
    if isLate, !actions.isEmpty { violations.append("acted on a late answer: \(input)") }
    settle(input)
    let words = actions.compactMap { perform($0, in: input) }
    checkBalance()
    return words
  }

  /// Lets time pass; timers fire at their moments. What the machine did, in words.
  mutating func wait(_ duration: Duration) -> [String] {
    let end = now + duration
    var words: [String] = []
    var firings = 0
    while let (timer, due) = timers.min(by: { $0.value < $1.value }), due <= end {
      firings += 1
      guard firings < 1_000 else {
        violations.append("\(timer.purpose) fires without end")
        break
      }
      now = max(now, due)
      words += tell(.timerFired(timer))
    }
    now = end
    return words
  }

  mutating func jump(to moment: Duration) { now = moment }

  // MARK: The machine's promises

  /// An answer to something not under way has to be ignored.
  private func isLate(_ input: Machine.Input) -> Bool {
    switch input {
    case .page(let attempt, _, _, _), .listFailed(let attempt, _):
      open.map { $0.isWatch || $0.attempt != attempt } ?? true
    case .watchOpened(let attempt), .frame(let attempt, _), .watchEnded(let attempt, _):
      open.map { !$0.isWatch || $0.attempt != attempt } ?? true
    case .timerFired(let timer): timers[timer] == nil
    case .start, .stop, .refresh, .setPolling: false
    }
  }

  private mutating func settle(_ input: Machine.Input) {
    guard !isLate(input) else { return }
    switch input {
    case .page, .listFailed, .watchEnded: open = nil
    case .timerFired(let timer): timers[timer] = nil
    case .start: isStopped = false
    case .stop:
      isStopped = true
      hasCommitted = false
    case .watchOpened, .frame, .refresh, .setPolling: break
    }
  }

  private mutating func perform(_ action: Machine.Action, in input: Machine.Input) -> String? {
    switch action {
    case .list(let attempt, let limit, let token):
      begin(attempt, isWatch: false)
      return "list" + (limit == nil ? " whole" : "") + (token.isEmpty ? "" : " next \(token)")
    case .openWatch(let attempt, let version, let sendInitialEvents, let seconds):
      begin(attempt, isWatch: true)
      if !(300..<600).contains(seconds) { violations.append("watch for \(seconds) s") }
      return "\(sendInitialEvents ? "stream" : "watch") from \(version.isEmpty ? "?" : version)"
    case .close(let attempt):
      if open?.attempt != attempt { violations.append("closed what is not open") }
      open = nil
      return "close"
    case .schedule(let timer, let delay):
      if timers[timer] != nil { violations.append("scheduled a timer twice") }
      if delay < .zero { violations.append("scheduled into the past") }
      timers[timer] = now + delay
      if timer.purpose == .retry { retries.append(delay) }
      return nil
    case .cancelTimer(let timer):
      timers[timer] = nil
      return nil
    case .beginReplace(let isFirst):
      if isFirst == hasCommitted { violations.append("isFirst \(isFirst)") }
      isReplacing = true
      return isFirst ? "begin first" : "begin"
    case .appendPage:
      guard isReplacing, case .page = input else { return violation("append out of place") }
      return "append"
    case .commitReplace(let version):
      if !isReplacing || !isLastPiece(input) { violations.append("commit of half a list") }
      isReplacing = false
      hasCommitted = true
      return "commit \(version)"
    case .applyFrame:
      guard case .frame(_, .change) = input else { return violation("apply out of place") }
      return "apply"
    case .phase(let next):
      if next == phase { violations.append("phase \(next) said twice") }
      phase = next
      return "phase \(Self.words(next))"
    }
  }

  private func isLastPiece(_ input: Machine.Input) -> Bool {
    switch input {
    case .page(_, _, continueToken: "", _): true
    case .frame(_, .bookmark(_, isInitialEventsEnd: true)): true
    default: false
    }
  }

  private mutating func begin(_ attempt: Machine.Attempt, isWatch: Bool) {
    if open != nil { violations.append("two calls at once") }
    if attempt.number <= lastAttempt.number { violations.append("an attempt's name came back") }
    open = (attempt, isWatch)
    lastAttempt = attempt
  }

  /// Something is always under way or waited for, and only as much as it takes.
  private mutating func checkBalance() {
    if machine.phase != phase { violations.append("phase not told: \(machine.phase)") }
    if isStopped {
      if open != nil || !timers.isEmpty { violations.append("busy though stopped") }
      if phase != .idle { violations.append("\(phase) though stopped") }
      return
    }
    let purposes = Set(timers.keys.map(\.purpose))
    let waits = timers.keys.count { $0.purpose == .retry || $0.purpose == .poll }
    if (open == nil ? 0 : 1) + waits != 1 {
      violations.append("under way: \(open.map { "\($0)" } ?? "nothing"), waits: \(waits)")
    }
    if purposes.contains(.idle) != (open?.isWatch ?? false) {
      violations.append("a watch without its idle timer, or the other way round")
    }
    switch phase {
    case .idle: violations.append("idle though started")
    case .live, .polling: if !hasCommitted { violations.append("\(phase) without rows") }
    case .loading: if hasCommitted { violations.append("loading though there are rows") }
    case .stale, .denied: break
    }
  }

  private mutating func violation(_ text: String) -> String? {
    violations.append(text)
    return nil
  }

  static func words(_ phase: Machine.Phase) -> String {
    switch phase {
    case .idle: "idle"
    case .loading(let received): "loading \(received)"
    case .live: "live"
    case .polling(let every, .asked): "polling \(every.components.seconds)"
    case .polling(let every, .silentWatch): "polling \(every.components.seconds) silent watch"
    case .polling(let every, .watchRefused(let error)):
      "polling \(every.components.seconds) watch \(error.kind)"
    case .stale(nil, let error): "stale \(error.kind)"
    case .stale(let since?, let error): "stale \(error.kind) since \(since.components.seconds)"
    case .denied(let error): "denied \(error.kind)"
    }
  }
}
