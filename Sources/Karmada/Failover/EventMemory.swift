import Manifest

/// What Events still tell of the time before anybody watched: evictions that are over, and since
/// when a cluster has reported a workload unhealthy. Karmada 1.12 writes them in util/helper and
/// the work status controller; by default they expire after an hour.
struct EventMemory: Sendable {
  struct Eviction: Hashable, Sendable {
    var binding: ObjectKey
    var uid: String
    var from: String
    var at: Time
  }
  private struct Place: Hashable {
    var subject: Subject
    var cluster: String
  }
  /// Moments at which it was found so, in order; the newest ones.
  private struct Health {
    var unhealthy: [Time] = []
    var healthy: [Time] = []
    static let limit = 64

    static func add(_ event: Event, to times: inout [Time]) -> Bool {
      let new = event.moments.filter { !times.contains($0) }
      guard !new.isEmpty else { return false }
      times = (times + new).sorted()
      return true
    }

    /// Of each stretch of being unhealthy only the beginning and the end are worth keeping. What is
    /// between them may turn out to be the beginning of another, so only when it must be.
    mutating func thinOut() {
      healthy = healthy.suffix(Self.limit)
      guard unhealthy.count > Self.limit else { return }
      let (all, between) = (unhealthy, healthy)
      unhealthy = all.indices.filter { at in
        guard at > 0, at < all.count - 1 else { return true }
        return between.contains { all[at - 1] <= $0 && $0 <= all[at + 1] }
      }.map { all[$0] }.suffix(Self.limit)
    }
  }
  /// An object whatever its version and uid.
  struct Subject: Hashable {
    var kind: String
    var key: ObjectKey

    init(_ object: ObjectReference) {
      kind = object.kind
      key = ObjectKey(namespace: object.namespace, name: object.name)
    }
  }

  static let evictionReason = "EvictWorkloadFromClusterSucceed"

  /// By the uid of their binding, the oldest first.
  private var known: [String: [Eviction]] = [:]
  private var count = 0
  private var health: [Place: Health] = [:]
  private static let limit = 20_000
  /// Twice as long as the server keeps Events by default (kube-apiserver's --event-ttl).
  private static let kept = Duration.seconds(7200)

  /// False for an Event that tells nothing of interest.
  mutating func take(_ event: Event) -> Bool {
    if event.tellsOfEviction { return takeEviction(event) }
    guard let (subject, cluster) = Self.healthSubject(event) else { return false }
    let place = Place(subject: Subject(subject), cluster: cluster)
    guard health[place] != nil || health.count < Self.limit else { return false }
    var known = health[place] ?? Health()
    let isNews =
      event.message.hasSuffix(" as unhealthy.")
      ? Health.add(event, to: &known.unhealthy) : Health.add(event, to: &known.healthy)
    known.thinOut()
    health[place] = known
    return isNews
  }

  private mutating func takeEviction(_ event: Event) -> Bool {
    let object = event.involvedObject
    guard object.kind == "ResourceBinding" || object.kind == "ClusterResourceBinding",
      let from = Self.middle(of: event.message, "Evict from cluster ", " succeed."),
      count < Self.limit
    else { return false }
    let key = ObjectKey(namespace: object.namespace, name: object.name)
    for at in event.moments {
      let eviction = Eviction(binding: key, uid: object.uid, from: from, at: at)
      let others = known[object.uid] ?? []
      guard !others.contains(eviction) else { continue }
      known[object.uid] = (others + [eviction]).sorted { $0.at < $1.at }
      count += 1
    }
    return true
  }

  /// All of them, the oldest first.
  var evictions: [Eviction] {
    known.values.joined().sorted { ($0.at, $0.uid, $0.from) < ($1.at, $1.uid, $1.from) }
  }

  /// No later eviction of the same binding is known.
  func isLast(_ eviction: Eviction) -> Bool {
    known[eviction.uid]?.last.map { $0.at <= eviction.at } ?? true
  }

  /// Lets go of what the server has let go of long ago.
  mutating func compact(at now: Time) {
    let limit = now - Self.kept
    known = known.compactMapValues { all in
      let rest = all.filter { $0.at >= limit }
      return rest.isEmpty ? nil : rest
    }
    count = known.values.reduce(0) { $0 + $1.count }
    health = health.filter { _, known in
      [known.unhealthy.last, known.healthy.last].contains { $0.map { $0 >= limit } ?? false }
    }
  }

  /// "Interpret health of object(FlinkDeployment/default/wordcount) as unhealthy." on a Work in
  /// `karmada-es-<cluster>`.
  static func healthSubject(_ event: Event) -> (subject: ObjectReference, cluster: String)? {
    let prefix = "karmada-es-"
    guard event.reason == "InterpretHealthSucceed", event.involvedObject.kind == "Work",
      event.involvedObject.namespace.hasPrefix(prefix),
      let name = middle(of: event.message, "Interpret health of object(", ") as ")
    else { return nil }
    let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 3 else { return nil }
    var subject = ObjectReference()
    (subject.kind, subject.namespace, subject.name) = (parts[0], parts[1], parts[2])
    return (subject, String(event.involvedObject.namespace.dropFirst(prefix.count)))
  }

  /// When an eviction that nobody saw the end of was over, as an Event noted it.
  func end(of binding: BindingIdentity, from cluster: String, after begun: Time) -> Time? {
    known[binding.uid]?.first { $0.from == cluster && $0.at >= begun - .seconds(2) }?.at
  }

  /// Since when at the latest the cluster had reported it unhealthy without a break at `limit`, or
  /// until now; nil when the Events do not tell.
  func unhealthySince(
    _ binding: BindingIdentity, on cluster: String, at limit: Time = Time(nanoseconds: .max)
  ) -> Time? {
    let place = Place(subject: Subject(binding.resource), cluster: cluster)
    guard let known = health[place] else { return nil }
    let unhealthy = known.unhealthy.filter { $0 <= limit }
    guard let last = unhealthy.last else { return nil }
    let healthy = known.healthy.last { $0 <= limit }
    // When it was healthy before may have expired: only the last is sure then.
    guard let healthy else { return last }
    // Of one second nobody can tell which was first.
    return healthy > last ? nil : unhealthy.first { $0 > healthy } ?? last
  }

  private static func middle(of text: String, _ start: String, _ end: String) -> String? {
    guard text.hasPrefix(start) else { return nil }
    let rest = text.dropFirst(start.count)
    var found = rest.startIndex
    while found < rest.endIndex {
      if rest[found...].hasPrefix(end) { return String(rest[..<found]) }
      found = rest.index(after: found)
    }
    return nil
  }
}

extension Event {
  /// A graceful eviction is over.
  public var tellsOfEviction: Bool { reason == EventMemory.evictionReason }

  /// When it happened; of one that was counted up only the first and the last time are known.
  fileprivate var moments: [Time] {
    (count > 1 ? [firstTimestamp, lastTimestamp] : [lastTimestamp]).compactMap { $0 }
  }
}
