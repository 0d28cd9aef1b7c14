import Manifest

/// What is known of a cluster over time: when it stopped being ready, when it was tainted.
struct ClusterTrack: Sendable {
  /// A time in which something held; open while it still does.
  struct Span: Hashable, Sendable {
    var start: Moment?
    /// When it was first looked at, at the latest.
    var known: Time
    /// When it began by the server's clock, the same for everybody.
    var noted: Time?
    var end: Moment?
    var hasEnded = false
    var what: String
    /// A taint that somebody put there, or Karmada; the cluster itself may be well.
    var isTaint = false
  }

  let name: String
  private(set) var notReady: [Span] = []
  /// Times with a taint of effect NoExecute, which drives workloads out.
  private(set) var tainted: [Span] = []
  private var version: Int64?
  private static let limit = 64

  init(name: String) { self.name = name }

  /// False when it brings nothing new.
  mutating func take(_ cluster: Cluster, _ sighting: Sighting) -> Bool {
    let new = Int64(cluster.metadata.resourceVersion)
    if let new, let version, new <= version { return false }
    version = new ?? version
    let ready = cluster.readyCondition
    let reason = ready?.reason ?? ""
    let a = Self.follow(
      &notReady, holds: ready.map { $0.status != .true } ?? false, what: reason, isTaint: false,
      noted: ready?.lastTransitionTime, sighting)
    let taint = cluster.taints.first { $0.effect == "NoExecute" }
    let what = taint.map { $0.value.isEmpty ? $0.key : "\($0.key)=\($0.value)" } ?? ""
    let b = Self.follow(
      &tainted, holds: taint != nil, what: what, isTaint: true, noted: taint?.timeAdded, sighting)
    return a || b
  }

  private static func follow(
    _ spans: inout [Span], holds: Bool, what: String, isTaint: Bool, noted: Time?,
    _ sighting: Sighting
  ) -> Bool {
    let isOpen = spans.last.map { !$0.hasEnded } ?? false
    guard holds != isOpen else { return false }
    if holds {
      // What is found to hold at the first look began at a time that the server noted.
      spans.append(
        Span(
          start: sighting.moment(noted: noted), known: sighting.time, noted: noted, what: what,
          isTaint: isTaint))
      if spans.count > limit { spans.removeFirst() }
    } else {
      spans[spans.count - 1].end = sighting.moment(noted: noted)
      spans[spans.count - 1].hasEnded = true
    }
    return true
  }

  /// When the trouble began that drove a workload out at `time`.
  func trouble(before time: Time) -> Span? {
    let outage = notReady.last { Self.covers($0, time) }
    let taint = tainted.last { Self.covers($0, time) }
    guard let outage, let taint else { return outage ?? taint }
    // A cluster that is well again may have been tainted since, by somebody, for another reason.
    let isOutageOver = outage.hasEnded && outage.end.map { $0.time < time } ?? false
    let isOther = !taint.what.hasPrefix("cluster.karmada.io/")
    return isOutageOver && isOther ? taint : outage
  }

  /// The outage that a span of trouble is, the same from whichever dashboard saw it.
  func incident(_ span: Span) -> String {
    let second = (span.noted ?? span.start?.time ?? span.known).nanoseconds / 1_000_000_000
    return StableID.make("Cluster", name, String(second))
  }

  /// The span that an incident's id stands for.
  func span(ofIncident id: String) -> Span? {
    (notReady + tainted).first { incident($0) == id }
  }

  /// Evictions follow a taint by up to five minutes, and may still come shortly after its end.
  private static func covers(_ span: Span, _ time: Time) -> Bool {
    let start = span.start?.time ?? span.known
    guard start <= time + .seconds(1) else { return false }
    guard span.hasEnded, let end = span.end?.time else { return true }
    return time <= end + .seconds(300)
  }
}
