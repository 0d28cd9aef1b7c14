import ControlPlane
import Karmada
import Manifest

/// One kind of object that the dashboard keeps up to date by list and watch.
public enum FeedID: String, CaseIterable, Hashable, Sendable {
  case clusters
  case resourceBindings
  case clusterResourceBindings
  case propagationPolicies
  case clusterPropagationPolicies
  case overridePolicies
  case clusterOverridePolicies
  case events

  public var resource: APIResource {
    switch self {
    case .clusters: .clusters
    case .resourceBindings: .resourceBindings
    case .clusterResourceBindings: .clusterResourceBindings
    case .propagationPolicies: .propagationPolicies
    case .clusterPropagationPolicies: .clusterPropagationPolicies
    case .overridePolicies: .overridePolicies
    case .clusterOverridePolicies: .clusterOverridePolicies
    case .events: .events
    }
  }
}

/// How a feed stands. An empty table never stands for any of these.
public enum FeedPhase: Hashable, Sendable {
  /// The first list is on its way; so many objects have arrived.
  case loading(received: Int)
  case live
  /// Listed anew at an interval, because somebody asked for it or the way there cannot stream.
  case polling(every: Duration)
  /// What is shown was true at `since`; the error says why nothing newer came.
  case stale(since: Time?, APIError)
  /// The server will not let this user read it, or does not serve it.
  case denied(APIError)
}

public struct Feed: Hashable, Sendable {
  public var phase = FeedPhase.loading(received: 0)
  /// When the server last said anything on this feed, a bookmark included.
  public var lastHeard: Time?
  /// Counts whole lists; objects that the newest one did not bring are gone.
  var generation: UInt32 = 0
  /// Whether a whole list has arrived once.
  public var isComplete = false

  public init() {}
}

/// Objects of one feed.
public enum FeedObjects: Sendable {
  case clusters([Cluster])
  case bindings([ResourceBinding])
  case propagationPolicies([PropagationPolicy])
  case overridePolicies([OverridePolicy])
  case events([Event])

  public var count: Int {
    switch self {
    case .clusters(let o): o.count
    case .bindings(let o): o.count
    case .propagationPolicies(let o): o.count
    case .overridePolicies(let o): o.count
    case .events(let o): o.count
    }
  }
}

/// What a watch brought. A whole list comes as `listBegins`, pages of `objects`, `listEnds`:
/// only then do objects that it did not name disappear.
public enum FeedUpdate: Sendable {
  case listBegins
  case objects(FeedObjects)
  case listEnds
  case removed([ObjectKey])
  case phase(FeedPhase)
  /// The server spoke without news (a bookmark).
  case heard
}
