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
    var kind: String
    var key: ObjectKey
    var cluster: String
  }
  /// Moments at which it was found so, in order; the newest ones.
  private struct Health {
    var unhealthy: [Time] = []
    var healthy: [Time] = []
    static let limit = 64

    static func add(_ event: Event, to times: inout [Time]) -> Bool {
      // Counted up Events hold the first and the last time only.
      let all =
        event.count > 1 ? [event.firstTimestamp, event.lastTimestamp] : [event.lastTimestamp]
      let new = all.compactMap { $0 }.filter { !times.contains($0) }
      guard !new.isEmpty else { return false }
      times = (times + new).sorted().suffix(limit)
      return true
    }

    /// Of each stretch of being unhealthy only the beginning and the end are worth keeping.
    mutating func thinOut() {
      guard unhealthy.count > 2 else { return }
      let (all, between) = (unhealthy, healthy)
      unhealthy = all.indices.filter { at in
        guard at > 0, at < all.count - 1 else { return true }
        return between.contains { all[at - 1] <= $0 && $0 <= all[at + 1] }
      }.map { all[$0] }
    }
  }

  static let evictionReason = "EvictWorkloadFromClusterSucceed"

  private(set) var evictions: Set<Eviction> = []
  private var health: [Place: Health] = [:]
  private static let limit = 20_000

  /// False for an Event that tells nothing of interest.
  mutating func take(_ event: Event) -> Bool {
    if event.tellsOfEviction { return takeEviction(event) }
    guard let (subject, cluster) = Self.healthSubject(event) else { return false }
    let place = Place(
      kind: subject.kind, key: ObjectKey(namespace: subject.namespace, name: subject.name),
      cluster: cluster)
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
      evictions.count < Self.limit
    else { return false }
    let key = ObjectKey(namespace: object.namespace, name: object.name)
    let times =
      event.count > 1 ? [event.firstTimestamp, event.lastTimestamp] : [event.lastTimestamp]
    for at in times.compactMap({ $0 }) {
      evictions.insert(Eviction(binding: key, uid: object.uid, from: from, at: at))
    }
    return true
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
    evictions.lazy.filter {
      $0.uid == binding.uid && $0.from == cluster && $0.at >= begun - .seconds(2)
    }.map(\.at).min()
  }

  /// Since when at the latest the cluster had reported it unhealthy without a break at `limit`, or
  /// until now; nil when the Events do not tell.
  func unhealthySince(
    _ binding: BindingIdentity, on cluster: String, at limit: Time = Time(nanoseconds: .max)
  ) -> Time? {
    let object = binding.resource
    let place = Place(
      kind: object.kind, key: ObjectKey(namespace: object.namespace, name: object.name),
      cluster: cluster)
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
}

extension ObjectReference {
  /// The same kind and name, whatever version and uid say.
  func isSame(as other: ObjectReference) -> Bool {
    kind == other.kind && namespace == other.namespace && name == other.name
  }
}
