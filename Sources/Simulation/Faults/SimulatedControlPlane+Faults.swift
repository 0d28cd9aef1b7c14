import ControlPlane
import Manifest

/// Faults come in, and requests and watches meet them.
extension SimulatedControlPlane {
  // MARK: Making trouble

  /// Lets something go wrong from now on, or once; returns the number it is cleared by.
  ///
  /// Throws when it is about a member that does not exist.
  @discardableResult
  public func inject(_ fault: Fault) throws(FaultLine.Failure) -> Int {
    let now = time.now
    let (result, hangUp, news) = state.withLock { state in
      let result = state.inject(fault, now: now)
      var hangUp: [AsyncThrowingStream<[UInt8], any Error>.Continuation] = []
      if fault.closesWatches {
        if fault == .compaction { state.tellThatHistoryIsGone() }
        hangUp = state.watchers.values.map(\.continuation)
        state.watchers = [:]
      }
      state.controllers?.observe(state.fleet, now: now)
      return (result, hangUp, Self.tell(&state, now: now))
    }
    for continuation in hangUp { continuation.finish() }
    follow(news)
    return try result.get()
  }

  /// Ends one fault, or all of them; members are restored and applications healed with them.
  public func clearFaults(_ id: Int? = nil) {
    remove { $0.faults.remove(id) }
  }

  /// A member answers again, and in time; also one that was gone from the beginning.
  public func restore(member name: String) {
    remove { $0.restore(name) }
  }

  /// An application gets healthy again: in one member, or wherever it is broken.
  public func heal(_ application: ApplicationID) throws(FaultLine.Failure) {
    if let why = state.withLock({ $0.whyNotToHeal(application) }) { throw FaultLine.Failure(why) }
    remove { $0.heal(application) }
  }

  /// The members' names, in order.
  public var memberNames: [String] { state.withLock { $0.fleet.members.keys.sorted() } }

  /// The faults in force, the oldest first.
  public var faults: [ActiveFault] { state.withLock { $0.faults.active } }

  /// Does what a line says, and tells what it did.
  @discardableResult
  public func perform(_ line: FaultLine) throws(FaultLine.Failure) -> String {
    switch line {
    case .fault(let fault):
      let id = try inject(fault)
      return fault.isMoment ? "done: \(fault)" : "fault \(id): \(fault)"
    case .restore(let member):
      guard state.withLock({ $0.fleet.members[member] != nil }) else {
        throw state.withLock { $0.unknownMember(member) }
      }
      restore(member: member)
      return "\(member) answers again"
    case .heal(let application):
      try heal(application)
      return "\(application) may get healthy again"
    case .clear(let id?):
      guard faults.contains(where: { $0.id == id }) else {
        throw FaultLine.Failure("there is no fault \(id) in force")
      }
      clearFaults(id)
      return "fault \(id) is over"
    case .clear(nil):
      clearFaults()
      return "all faults are over"
    }
  }

  private func remove(_ body: (inout State) -> [ActiveFault]) {
    let now = time.now
    let news = state.withLock { state in
      let removed = body(&state)
      state.undo(removed)
      state.controllers?.observe(state.fleet, now: now)
      return Self.tell(&state, now: now)
    }
    follow(news)
  }

  // MARK: Meeting it

  /// Why a request has no answer.
  enum Interruption: Error, Hashable {
    case unreachable
    /// The connection broke without an answer.
    case broken
    /// Nothing came, for as long as the caller waited.
    case silent
    /// The caller left.
    case cancelled
  }

  /// What a request is to meet; asked once for each.
  func verdict(on request: APIRequest) -> FaultState.Verdict {
    let now = time.now
    return state.withLock { state in
      guard !state.faults.isQuiet, !FaultDesk.isMeant(by: request) else { return .init() }
      return state.faults.verdict(
        on: RequestFacts(request), fleet: state.fleet, now: now)
    }
  }

  /// Answers a request after it has met what it is to meet. A silence lasts until the caller's
  /// own time is up, or for ever.
  func met(
    _ request: APIRequest, verdict: FaultState.Verdict, caller: Caller = .user(user),
    address: String = "127.0.0.1"
  ) async throws(Interruption) -> Exchange {
    if verdict.delay > .zero { try await pause(verdict.delay) }
    switch verdict.ending {
    case nil: return exchange(request, caller: caller, address: address)
    case .refused(let error):
      return exchange(request, caller: caller, prepared: APIAnswer(error))
    case .unreachable: throw .unreachable
    case .broken(let isCarriedOut):
      if isCarriedOut { carryOut(request, caller: caller, address: address) }
      throw .broken
    case .silent(let isCarriedOut):
      if isCarriedOut { carryOut(request, caller: caller, address: address) }
      try await pause(request.timeout ?? .seconds(86_400 * 365))
      throw .silent
    }
  }

  /// Does what a request wants and lets nobody hear of it.
  private func carryOut(_ request: APIRequest, caller: Caller, address: String) {
    // A watch that nobody reads ends with its stream.
    _ = exchange(request, caller: caller, address: address)
  }

  private func pause(_ duration: Duration) async throws(Interruption) {
    do { try await clock.sleep(for: duration) } catch { throw .cancelled }
  }

  /// The in-process side of `met`: interruptions are the errors a client over HTTP would see.
  func answered(_ request: APIRequest, verdict: FaultState.Verdict) async throws -> Exchange {
    if verdict.isNone { return exchange(request) }
    do throws(Interruption) {
      return try await met(request, verdict: verdict)
    } catch {
      switch error {
      case .unreachable:
        throw APIError(
          .unreachable, message: "cannot connect to \(endpoint.server): Connection refused",
          subject: request.subject)
      case .broken:
        throw APIError(
          .unreachable, message: "\(endpoint.server) closed the connection without an answer",
          subject: request.subject)
      case .silent:
        throw APIError(
          .timeout, message: "no complete answer from \(endpoint.server)",
          subject: request.subject)
      case .cancelled: throw CancellationError()
      }
    }
  }

  /// A stream that meets something before it opens.
  func stream(_ request: APIRequest, verdict: FaultState.Verdict)
    -> AsyncThrowingStream<[UInt8], any Error>
  {
    AsyncThrowingStream { continuation in
      let task = Task {
        do {
          switch try await answered(request, verdict: verdict) {
          case .watch(_, let stream):
            for try await piece in stream { continuation.yield(piece) }
          case .answer(let response) where (200..<300).contains(response.status):
            continuation.yield(response.body)
          case .answer(let response): throw Self.error(response, request)
          }
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  /// The admin path's answer; nil when a request means something else.
  func answerAtDesk(_ request: APIRequest, caller: Caller) -> APIAnswer? {
    guard FaultDesk.isMeant(by: request) else { return nil }
    guard caller != .anonymous else {
      return APIAnswer(
        StatusError(
          code: 403, reason: "Forbidden",
          message: "forbidden: User \"\(caller.name)\" cannot reach \(FaultDesk.path)",
          details: [:]))
    }
    do throws(StatusError) {
      var done = "nothing was changed"
      if let line = try FaultDesk.line(of: request) {
        do throws(FaultLine.Failure) {
          done = try perform(line)
        } catch {
          throw StatusError.badRequest(error.description)
        }
      }
      var list = FaultDesk.list(faults)
      list["message"] = .string(done)
      return APIAnswer(200, list)
    } catch {
      return APIAnswer(error)
    }
  }

  // MARK: Watches

  /// Tells a watch what was held back, once the delay is over.
  func tell(_ id: Int, after delay: Duration) {
    Task { [weak self, clock] in
      do { try await clock.sleep(for: delay) } catch {}  // nobody cancels it
      guard let self else { return }
      let now = self.time.now
      let news = self.state.withLock { state in
        state.watchers[id]?.delay = .over
        return Self.tell(&state, now: now)
      }
      self.follow(news)
    }
  }
}

extension Fault {
  var closesWatches: Bool {
    switch self {
    case .restart, .compaction: true
    default: false
    }
  }
}

extension SimulatedControlPlane.State {
  // MARK: What a fault does to the fleet

  mutating func inject(_ fault: Fault, now: Time) -> Result<Int, FaultLine.Failure> {
    switch fault {
    case .member(let name, let trouble):
      guard fleet.members[name] != nil else { return .failure(unknownMember(name)) }
      apply(trouble, to: name)
    case .application(let id):
      if let cluster = id.cluster, fleet.members[cluster] == nil {
        return .failure(unknownMember(cluster))
      }
      fleet.troubles.broken.insert(id)
    case .webhookDown: fleet.karmada.areWebhooksDown = true
    case .compaction: fleet.karmada.compact(through: fleet.karmada.resourceVersion)
    case .eventsExpire: expireEvents(now: now)
    case .requests, .watches, .clockSkew, .tokenRevoked, .restart: break
    }
    return .success(faults.add(fault, now: now))
  }

  private mutating func apply(_ trouble: MemberTrouble, to name: String) {
    switch trouble {
    case .killed: fleet.members[name]?.isReachable = false
    case .cut:
      fleet.members[name]?.isReachable = false
      fleet.troubles.cut.insert(name)
    case .slow(let duration): fleet.members[name]?.latency = duration
    }
  }

  /// A member answers again; the faults that this ends are yet to be undone.
  mutating func restore(_ name: String) -> [ActiveFault] {
    fleet.members[name]?.isReachable = true
    fleet.members[name]?.latency = .zero
    return faults.remove {
      if case .member(name, _) = $0 { true } else { false }
    }
  }

  /// An application may get healthy again; the faults that this ends are yet to be undone.
  mutating func heal(_ application: ApplicationID) -> [ActiveFault] {
    let healed = fleet.troubles.broken.filter(application.covers)
    fleet.troubles.broken.subtract(healed)
    return faults.remove {
      if case .application(let id) = $0 { healed.contains(id) } else { false }
    }
  }

  func whyNotToHeal(_ application: ApplicationID) -> String? {
    if fleet.troubles.broken.contains(where: application.covers) { return nil }
    var everywhere = application
    everywhere.cluster = nil
    return fleet.troubles.broken.contains(everywhere)
      ? "\(everywhere) is broken in every member: heal it in all of them"
      : "\(application) is not broken"
  }

  /// Does what a line says when nobody is there to be told.
  mutating func perform(_ line: FaultLine, now: Time) throws(FaultLine.Failure) {
    switch line {
    case .fault(let fault): _ = try inject(fault, now: now).get()
    case .restore(let member): undo(restore(member))
    case .heal(let application):
      if let why = whyNotToHeal(application) { throw FaultLine.Failure(why) }
      undo(heal(application))
    case .clear(let id): undo(faults.remove(id))
    }
  }

  mutating func undo(_ removed: [ActiveFault]) {
    for fault in removed { undo(fault.fault) }
  }

  /// Takes back what a fault did, as far as no other one in force does the same.
  private mutating func undo(_ fault: Fault) {
    let rest = faults.active.map(\.fault)
    switch fault {
    case .member(let name, _):
      fleet.members[name]?.isReachable = true
      fleet.troubles.cut.remove(name)
      fleet.members[name]?.latency = .zero
      for case .member(name, let trouble) in rest { apply(trouble, to: name) }
    case .application(let id) where !rest.contains(fault): fleet.troubles.broken.remove(id)
    case .webhookDown: fleet.karmada.areWebhooksDown = rest.contains(.webhookDown)
    default: break
    }
  }

  private mutating func expireEvents(now: Time) {
    guard let type = fleet.karmada.registry.type(.events) else { return }
    for event in fleet.karmada.all(type) {
      let target = WriteTarget(
        type, namespace: String(event.namespace), name: String(event.name))
      do {
        _ = try fleet.karmada.delete(at: target, now: now)
      } catch {
        // Gone with its namespace meanwhile.
      }
    }
  }

  func unknownMember(_ name: String) -> FaultLine.Failure {
    let names = fleet.members.keys.sorted()
    return FaultLine.Failure(
      "there is no member “\(name)”"
        + (names.isEmpty ? "; this fleet has none" : "; there are: \(names.joined(separator: " "))")
    )
  }

  // MARK: What a fault does to watches

  /// The last words of a watch whose version is no longer known.
  mutating func tellThatHistoryIsGone() {
    for watcher in watchers.values {
      let version = watcher.start.version
      watcher.continuation.yield(
        ObjectWriter.error(.tooOld(version, oldest: fleet.karmada.resourceVersion)))
    }
  }

  /// Whether a watch may be told something now; what is only late is noted in `news`.
  mutating func lets(_ id: Int, through news: inout SimulatedControlPlane.Aftermath) -> Bool {
    guard let watcher = watchers[id] else { return false }
    switch faults.passage(of: watcher.start.filter.type.api.plural) {
    case .open: return true
    case .held: return false
    case .delayed(let duration):
      switch watcher.delay {
      case .waiting: return false
      case .over:
        watchers[id]?.delay = .none
        return true
      case .none:
        watchers[id]?.delay = .waiting
        news.delayed.append((id, duration))
        return false
      }
    }
  }

  /// Sends one event as the faults have it; false when the reader is too far behind.
  mutating func tell(
    _ event: [UInt8], to watcher: SimulatedControlPlane.WatcherState
  ) -> Bool {
    switch faults.fate(ofEventOf: watcher.start.filter.type.api.plural) {
    case .dropped: return true
    case .told:
      if case .enqueued = watcher.continuation.yield(event) { return true }
      return false
    case .toldTwice:
      watcher.continuation.yield(event)
      if case .enqueued = watcher.continuation.yield(event) { return true }
      return false
    }
  }
}
