import Manifest

/// coordination.k8s.io/v1 Lease, as far as it keeps two operators apart.
public struct Lease: Hashable, Sendable {
  /// Empty when nobody holds it.
  public var holder = ""
  public var acquireTime: Time?
  public var renewTime: Time?
  public var durationSeconds = 0
  public var transitions = 0
  public var uid = ""
  public var resourceVersion = ""

  public init() {}

  public init(_ live: LiveObject) {
    let spec = live.document["spec"]
    holder = spec?["holderIdentity"]?.string ?? ""
    acquireTime = spec?["acquireTime"]?.string.flatMap(Time.init(rfc3339:))
    renewTime = spec?["renewTime"]?.string.flatMap(Time.init(rfc3339:))
    durationSeconds = spec?["leaseDurationSeconds"]?.int ?? 0
    transitions = spec?["leaseTransitions"]?.int ?? 0
    uid = live.uid
    resourceVersion = live.resourceVersion
  }

  /// What to send. With a resourceVersion the server refuses it when somebody was quicker.
  public func document(name: String, namespace: String) -> JSONValue {
    var metadata: JSONValue = ["name": .string(name), "namespace": .string(namespace)]
    if !resourceVersion.isEmpty { metadata["resourceVersion"] = .string(resourceVersion) }
    if !uid.isEmpty { metadata["uid"] = .string(uid) }
    return [
      "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata,
      "spec": [
        "holderIdentity": .string(holder), "leaseDurationSeconds": .int(Int64(durationSeconds)),
        "acquireTime": acquireTime.map { .string($0.rfc3339Micro) } ?? .null,
        "renewTime": renewTime.map { .string($0.rfc3339Micro) } ?? .null,
        "leaseTransitions": .int(Int64(transitions)),
      ],
    ]
  }
}

/// Takes, keeps and gives back a Lease. Pure: it says what to ask the server and is told what came.
///
/// Another machine's clock cannot be trusted: a Lease that looks expired is taken over only after it
/// has been watched for its whole duration without being renewed, as client-go's leader election
/// does. The one exception is a run's own Lease whose holder is known to have ended: it can send
/// nothing more.
public struct LeaseMachine: Sendable {
  public enum State: Hashable, Sendable {
    case idle
    /// Watches somebody else's for as long as it would have to be renewed.
    case watching(Lease, since: Time)
    case held(until: Time)
    case heldBy(LeaseHolder)
    case lost(String)
    case failed(RollbackFailure)
    case released
  }
  public enum Action: Hashable, Sendable {
    /// Answered by `read`.
    case read
    /// Answered by `written`.
    case create(Lease)
    case update(Lease)
    case delete(Lease)
    case wait(Duration)
    case nothing
  }
  public enum Input: Hashable, Sendable {
    case acquire
    /// - Parameter isHolderGone: the process that holds it is known to have ended.
    case read(Result<Lease?, RollbackFailure>, isHolderGone: Bool = false)
    case written(Result<Lease, RollbackFailure>)
    case waited
    /// Time has passed while it is held.
    case renew
    case release
  }

  /// A `LeaseIdentity`, unique to this attempt: two runs of one operator are two holders.
  public let identity: String
  public let duration: Duration
  public private(set) var state = State.idle
  private var lease = Lease()
  private var failingSince: Time?
  private var isReleasing = false

  /// - Parameter duration: after how long without renewal somebody else may take it. It is renewed
  ///   four times as often.
  public init(identity: String, duration: Duration = .seconds(60)) {
    self.identity = identity
    self.duration = duration
  }

  /// When it has to be renewed; nil while it is not held.
  public var renewAt: Time? {
    guard case .held(let until) = state else { return nil }
    return until - duration + duration / 4
  }

  /// Whether a write may be sent under it. Not in its last moments: the write takes time too.
  public func isHeld(at now: Time) -> Bool {
    guard case .held(let until) = state else { return false }
    return now < until - duration / 8
  }

  public mutating func handle(_ input: Input, at now: Time) -> Action {
    switch input {
    case .acquire: return .read
    case .waited: return .read
    case .renew: return .update(renewed(at: now))
    case .release:
      isReleasing = true
      guard case .held = state else { return .nothing }
      return .delete(lease)
    case .read(.success(let lease), let isHolderGone):
      return take(lease, isHolderGone: isHolderGone, at: now)
    case .read(.failure(let failure), _): return failed(failure, at: now)
    case .written(.success(let lease)):
      failingSince = nil
      if isReleasing {
        state = .released
        return .nothing
      }
      return hold(lease, at: now)
    case .written(.failure(let failure)):
      if isReleasing {
        // It expires by itself.
        state = .released
        return .nothing
      }
      return writeFailed(failure, at: now)
    }
  }

  private mutating func hold(_ lease: Lease, at now: Time) -> Action {
    self.lease = lease
    state = .held(until: (lease.renewTime ?? now) + duration)
    return .nothing
  }

  private mutating func take(_ found: Lease?, isHolderGone: Bool, at now: Time) -> Action {
    failingSince = nil
    guard let found else {
      if case .held = state {
        state = .lost("somebody deleted it")
        return .nothing
      }
      return .create(fresh(at: now, transitions: 0))
    }
    if found.holder == identity {
      // A write whose answer was lost.
      guard case .held = state else { return hold(found, at: now) }
      lease = found
      return .update(renewed(at: now))
    }
    if case .held = state {
      state = .lost("\(Self.person(found.holder)) has taken it")
      return .nothing
    }
    if found.holder.isEmpty { return .update(takenOver(found, at: now)) }
    if isHolderGone, isOwnRun(found.holder) { return .update(takenOver(found, at: now)) }
    return lookAt(found, at: now)
  }

  private mutating func lookAt(_ found: Lease, at now: Time) -> Action {
    let span = max(Duration.seconds(min(max(found.durationSeconds, 1), 3600)), .seconds(1))
    if case .watching(let seen, let since) = state, seen == found {
      guard now - since < span else { return .update(takenOver(found, at: now)) }
      return .wait(min(span - (now - since), span / 4))
    }
    let age = found.renewTime.map { now - $0 } ?? span
    // Renewed a moment ago by a clock like ours, or seen being renewed: somebody is at work.
    if case .watching = state { return give(found) }
    let isFresh = age < span && age > Duration.zero - span
    if isFresh { return give(found) }
    state = .watching(found, since: now)
    return .wait(span / 4)
  }

  private mutating func give(_ found: Lease) -> Action {
    state = .heldBy(
      LeaseHolder(
        identity: Self.person(found.holder), since: found.acquireTime,
        renewedAt: found.renewTime))
    return .nothing
  }

  private mutating func writeFailed(_ failure: RollbackFailure, at now: Time) -> Action {
    switch failure.kind {
    case .conflict, .notFound: return .read
    case .unanswered, .throttled: return failed(failure, at: now)
    case .forbidden, .refused:
      if case .held = state { state = .lost(failure.description) } else { state = .failed(failure) }
      return .nothing
    }
  }

  /// The server does not answer. What is held stays held until it would expire; what is wanted is
  /// wanted for a while.
  private mutating func failed(_ failure: RollbackFailure, at now: Time) -> Action {
    guard failure.isPassing else {
      if case .held = state { state = .lost(failure.description) } else { state = .failed(failure) }
      return .nothing
    }
    let since = failingSince ?? now
    failingSince = since
    if case .held(let until) = state {
      guard now < until else {
        state = .lost("it could not be renewed in time: \(failure.description)")
        return .nothing
      }
      // Whoever holds it goes on and comes back in a moment.
      return .nothing
    }
    guard now - since < duration else {
      state = .failed(failure)
      return .nothing
    }
    return .wait(duration / 30)
  }

  // MARK: Leases

  private func fresh(at now: Time, transitions: Int) -> Lease {
    var lease = Lease()
    lease.holder = identity
    lease.acquireTime = now
    lease.renewTime = now
    lease.durationSeconds = max(1, Int(duration.components.seconds))
    lease.transitions = transitions
    return lease
  }

  private func takenOver(_ found: Lease, at now: Time) -> Lease {
    let (next, overflow) = found.transitions.addingReportingOverflow(1)
    var lease = fresh(at: now, transitions: overflow ? found.transitions : next)
    lease.uid = found.uid
    lease.resourceVersion = found.resourceVersion
    return lease
  }

  private func renewed(at now: Time) -> Lease {
    var lease = lease
    lease.renewTime = now
    return lease
  }

  private func isOwnRun(_ holder: String) -> Bool {
    guard let mine = LeaseIdentity(identity), let theirs = LeaseIdentity(holder) else {
      return false
    }
    return mine.person == theirs.person && mine.run == theirs.run
  }

  /// "ada@deck", without what makes the process unique.
  static func person(_ identity: String) -> String {
    String(identity.prefix { $0 != "/" })
  }
}
