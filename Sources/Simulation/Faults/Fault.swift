import Manifest

/// One thing that goes wrong in the embedded Karmada, on purpose: for trying what an operator and
/// this program do about it.
///
/// Written as one line (`FaultLine`) it comes from the dashboard's `:fault`, from the admin path
/// and from tests.
public enum Fault: Hashable, Sendable {
  // MARK: Lasting, until they are cleared

  /// Requests meet trouble: after the first `skipping` of those that match, and only `times` of
  /// them when that is given.
  case requests(RequestMatch, Trouble, skipping: Int = 0, times: Int? = nil)
  /// Watches of a kind tell their events otherwise than they should; nil stands for all kinds.
  case watches(WatchTrouble, plural: String? = nil)
  /// A member answers not at all, or late.
  case member(String, MemberTrouble)
  /// An application in a member does not get or stay healthy.
  case application(ApplicationID)
  /// Karmada's webhooks cannot be reached: whatever they would look at is refused.
  case webhookDown
  /// The API server's clock is so much ahead (behind when negative).
  case clockSkew(Duration)
  /// The token is no longer good for anything but the admin path.
  case tokenRevoked

  // MARK: Moments

  /// The API server goes away for so long (simulated time), and its watches with it.
  case restart(Duration)
  /// History is forgotten: open watches and old pages are told 410.
  case compaction
  /// All Events expire at once.
  case eventsExpire

  /// Whether it is over as soon as it has happened.
  var isMoment: Bool {
    switch self {
    case .restart, .compaction, .eventsExpire: true
    case .requests, .watches, .member, .application, .webhookDown, .clockSkew, .tokenRevoked: false
    }
  }
}

/// How a watch misbehaves.
public enum WatchTrouble: Hashable, Sendable {
  /// Events are never told; as many as given, or all.
  case drop(Int? = nil)
  /// Events are told so much later (real time), in their order.
  case delay(Duration)
  /// Every event is told twice.
  case `repeat`
  /// The connection stands and says nothing, bookmarks included; what was held back is told when
  /// the fault is cleared.
  case silence
}

/// How a member misbehaves.
public enum MemberTrouble: Hashable, Sendable {
  /// Its API server is dead: connections are refused.
  case killed
  /// Its network is cut: connections are never answered.
  case cut
  /// Every answer takes so much longer (real time).
  case slow(Duration)
}

/// An object in a member, or in every member.
public struct ApplicationID: Hashable, Sendable {
  public var kind: String
  /// Empty for a cluster-scoped object.
  public var namespace: String
  public var name: String
  /// nil: in every member.
  public var cluster: String?

  public init(kind: String, namespace: String, name: String, cluster: String? = nil) {
    self.kind = kind
    self.namespace = namespace
    self.name = name
    self.cluster = cluster
  }

  /// Whether the other is this one; without a cluster, in whichever.
  func covers(_ other: ApplicationID) -> Bool {
    var same = other
    if cluster == nil { same.cluster = nil }
    return self == same
  }
}

/// What is wrong in the members, for whoever plays them and for the proxy that leads there.
public struct MemberTroubles: Hashable, Sendable {
  /// Killed and cut members are unreachable besides; these are the ones that hang.
  var cut: Set<String> = []
  var broken: Set<ApplicationID> = []

  /// Whether an application is to be unhealthy in a member.
  public func isBroken(kind: String, namespace: String, name: String, cluster: String) -> Bool {
    guard !broken.isEmpty else { return false }
    var id = ApplicationID(kind: kind, namespace: namespace, name: name, cluster: cluster)
    if broken.contains(id) { return true }
    id.cluster = nil
    return broken.contains(id)
  }
}
