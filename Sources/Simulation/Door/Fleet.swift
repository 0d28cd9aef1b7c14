import Manifest

/// A simulated member cluster.
public struct Member: Sendable {
  public var store: ObjectStore
  /// Whether Karmada gets an answer from it.
  public var isReachable: Bool
  /// How long each call to it takes, on top of everything else.
  public var latency: Duration
  /// What its machines are busy with beside the workloads it has as objects.
  public var background: MemberUse

  public init(
    store: ObjectStore, isReachable: Bool = true, latency: Duration = .zero,
    background: MemberUse = MemberUse()
  ) {
    self.store = store
    self.isReachable = isReachable
    self.latency = latency
    self.background = background
  }
}

/// Which of the fleet's API servers.
public enum ServerID: Hashable, Sendable {
  case karmada
  case member(String)
}

/// Everything the embedded Karmada is: its own objects and those of its members. A value, so
/// that a controller's step is a function from one fleet to the next.
public struct Fleet: Sendable {
  public var karmada: ObjectStore
  /// By cluster name. A Cluster object without a member here stands for a machine nobody reaches.
  public var members: [String: Member]
  public var access = AccessRules()
  /// What is wrong in the members on purpose.
  public var troubles = MemberTroubles()
  /// What is there and has not been made yet.
  var latent: LatentObjects?
  /// What `GET /version` says.
  public var gitVersion = "v1.31.3"

  public init(karmada: ObjectStore, members: [String: Member] = [:]) {
    self.karmada = karmada
    self.members = members
  }

  /// A server's objects; nil when there is no such member.
  public subscript(server: ServerID) -> ObjectStore? {
    switch server {
    case .karmada: karmada
    case .member(let name): members[name]?.store
    }
  }
}

/// What users may do: everything, except what is denied here.
public struct AccessRules: Hashable, Sendable {
  public struct Denial: Hashable, Sendable {
    /// "delete", or "*".
    public var verb: String
    public var group: String
    /// "deployments", "clusters/proxy", or "*".
    public var resource: String
    /// nil: in every namespace.
    public var namespace: String?

    public init(verb: String, group: String = "", resource: String, namespace: String? = nil) {
      self.verb = verb
      self.group = group
      self.resource = resource
      self.namespace = namespace
    }
  }
  public var denials: [Denial] = []

  public init(denials: [Denial] = []) { self.denials = denials }

  public func allows(verb: String, group: String, resource: String, namespace: String) -> Bool {
    !denials.contains {
      ($0.verb == "*" || $0.verb == verb) && ($0.resource == "*" || $0.resource == resource)
        && ($0.resource == "*" || $0.group == group)
        && ($0.namespace.map { $0 == namespace } ?? true)
    }
  }
}

/// Who makes a request.
public enum Caller: Hashable, Sendable {
  /// No token at all.
  case anonymous
  case user(String)

  var name: String {
    switch self {
    case .anonymous: "system:anonymous"
    case .user(let name): name
    }
  }
}
