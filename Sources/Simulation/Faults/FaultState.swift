import Manifest

/// A fault in force.
public struct ActiveFault: Hashable, Sendable {
  /// 1, 2, 3 …: what `clear` takes.
  public var id: Int
  public var fault: Fault
  public var since: Time
  /// How many requests or events have met it.
  public var met = 0
}

/// The faults in force and what they decide. Pure: requests and events are asked about, and what
/// to do with them comes out.
struct FaultState {
  private(set) var active: [ActiveFault] = []
  private var lastID = 0
  /// Nobody is let in before this moment.
  private(set) var isAwayUntil: Time?

  /// What is to become of one request.
  struct Verdict: Hashable {
    enum Ending: Hashable {
      case refused(StatusError)
      case unreachable
      /// The connection breaks, before or after the request was carried out.
      case broken(isCarriedOut: Bool)
      case silent(isCarriedOut: Bool)
    }
    /// Waited before it is carried out, in real time.
    var delay = Duration.zero
    /// nil: it is answered as ever.
    var ending: Ending?

    var isNone: Bool { self == Verdict() }
  }

  /// What is to become of one event on its way to one watch.
  enum Fate { case told, dropped, toldTwice }

  /// How a watch's events travel just now.
  enum Passage: Hashable { case open, held, delayed(Duration) }

  // MARK: Changing

  mutating func add(_ fault: Fault, now: Time) -> Int {
    lastID += 1
    if case .restart(let duration) = fault { isAwayUntil = now + duration }
    if !fault.isMoment { active.append(ActiveFault(id: lastID, fault: fault, since: now)) }
    return lastID
  }

  /// Takes one fault away, or all of them; returns those that were in force.
  mutating func remove(_ id: Int?) -> [ActiveFault] {
    let removed = active.filter { id == nil || $0.id == id }
    active.removeAll { fault in removed.contains { $0.id == fault.id } }
    if id == nil { isAwayUntil = nil }
    return removed
  }

  mutating func remove(where isMeant: (Fault) -> Bool) -> [ActiveFault] {
    let removed = active.filter { isMeant($0.fault) }
    active.removeAll { isMeant($0.fault) }
    return removed
  }

  // MARK: Deciding

  /// Nothing is wrong: nothing needs to be asked.
  var isQuiet: Bool { active.isEmpty && isAwayUntil == nil }

  var clockSkew: Duration {
    active.reduce(.zero) { sum, fault in
      if case .clockSkew(let skew) = fault.fault { sum + skew } else { sum }
    }
  }

  var isTokenRevoked: Bool { active.contains { $0.fault == .tokenRevoked } }

  /// What a request meets; it counts as met.
  mutating func verdict(
    on facts: RequestFacts, fleet: Fleet, now: Time
  ) -> Verdict {
    var verdict = Verdict()
    if let until = isAwayUntil {
      guard now >= until else { return Verdict(ending: .unreachable) }
      isAwayUntil = nil
    }
    if isTokenRevoked { return Verdict(ending: .refused(.unauthorized)) }
    if let cluster = facts.path?.cluster {
      verdict.delay = fleet.members[cluster]?.latency ?? .zero
      if fleet.troubles.cut.contains(cluster) { verdict.delay += Self.dialTimeout }
    }
    for index in active.indices {
      guard case .requests(let match, let trouble, let skipping, let times) = active[index].fault,
        match.covers(facts)
      else { continue }
      let met = active[index].met
      active[index].met += 1
      guard met >= skipping, times.map({ met - skipping < $0 }) ?? true else { continue }
      switch trouble {
      case .slow(let duration): verdict.delay += duration
      case .refusal(let error): verdict.ending = .refused(error)
      case .unreachable: verdict.ending = .unreachable
      case .requestLost: verdict.ending = .broken(isCarriedOut: false)
      case .answerLost: verdict.ending = .broken(isCarriedOut: true)
      case .silence(let isCarriedOut): verdict.ending = .silent(isCarriedOut: isCarriedOut)
      }
      // The first that ends it does; what comes later never sees the request.
      if verdict.ending != nil { break }
    }
    active.removeAll { Self.isSpent($0) }
    return verdict
  }

  /// How long Kubernetes' transport tries to reach a machine that does not answer.
  static let dialTimeout = Duration.seconds(30)

  private static func isSpent(_ fault: ActiveFault) -> Bool {
    switch fault.fault {
    case .requests(_, _, let skipping, let times?): fault.met >= skipping + times
    case .watches(.drop(let count?), _): fault.met >= count
    default: false
    }
  }

  /// Whether events of a kind get through to watches now.
  func passage(of plural: String) -> Passage {
    var delay: Duration?
    for fault in active {
      guard case .watches(let trouble, let kind) = fault.fault, kind ?? plural == plural
      else { continue }
      switch trouble {
      case .silence: return .held
      case .delay(let duration): delay = max(delay ?? .zero, duration)
      case .drop, .repeat: continue
      }
    }
    return delay.map { .delayed($0) } ?? .open
  }

  /// What becomes of the next event of a kind; it counts as met.
  mutating func fate(ofEventOf plural: String) -> Fate {
    var fate = Fate.told
    for index in active.indices {
      guard case .watches(let trouble, let kind) = active[index].fault, kind ?? plural == plural
      else { continue }
      switch trouble {
      case .drop: fate = .dropped
      case .repeat where fate == .told: fate = .toldTwice
      case .repeat, .delay, .silence: continue
      }
      active[index].met += 1
    }
    active.removeAll { Self.isSpent($0) }
    return fate
  }
}
