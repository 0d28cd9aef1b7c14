import Manifest

/// Everything that a plan, a gate or a verification is decided from, as the server gave it within
/// one look. A look that asked for less leaves the rest empty.
public struct RollbackFacts: Hashable, Sendable {
  /// nil: there is no such policy.
  public var policy: LiveObject?
  /// Those that exist.
  public var templates: [LiveObject] = []
  /// Of the templates, of their dependents, and of whatever else needs those dependents.
  public var bindings: [LiveObject] = []
  public var works: [LiveObject] = []
  /// Policies of others that claim the dependents, or what else needs the same objects.
  public var otherPolicies: [LiveObject] = []
  /// Objects that the control plane deletes together with one of the templates, because their
  /// ownerReferences name nothing else that stays.
  public var owned: [LiveObject] = []
  public var clusters: [Cluster] = []
  public var members: [MemberFact] = []
  /// Names of the override policies that select one of the templates.
  public var overrides: [String] = []
  /// HorizontalPodAutoscalers, FederatedHPAs and CronFederatedHPAs of the namespaces.
  public var autoscalers: [LiveObject] = []
  public var namespaces: [LiveObject] = []
  /// Everything that the policy claims, the templates of the scope included.
  public var claimed: [ObjectReference] = []
  public var permissions: [Permission] = []
  /// Objects whose deletion, or for an undo whose creation, the server refused in a dry run, and its
  /// words.
  public var refusals: [ObjectReference: String] = [:]
  /// The policy as the server would make it if its flag were set now (a dry run), with whatever
  /// webhooks add; nil when it was not asked.
  public var flaggedPolicy: LiveObject?

  public init() {}

  func template(_ identity: ObjectReference) -> LiveObject? {
    templates.first { $0.reference.identity == identity }
  }

  func otherPolicy(_ reference: PolicyReference) -> LiveObject? {
    otherPolicies.first { $0.kind == reference.kind && $0.key == reference.key }
  }

  /// A binding shows the flag, and so does the policy that gave it. A policy that is gone, or may
  /// not be read, promises nothing.
  func keepsPreserving(_ binding: LiveObject) -> Bool {
    guard binding.preserves else { return false }
    guard let claim = binding.claim else { return true }
    return otherPolicy(claim).map { $0.preserves && !$0.isTerminating } ?? false
  }

  func cluster(_ name: String) -> Cluster? { clusters.first { $0.metadata.name == name } }
}

/// What a member cluster has where a Work put something.
public struct MemberFact: Hashable, Sendable {
  public enum State: Hashable, Sendable {
    case present(LiveObject)
    case absent
    /// It could not be looked at, and why.
    case unverifiable(String)
  }
  public var cluster: String
  /// Its address in the member; without uid.
  public var object: ObjectReference
  public var state: State

  public init(cluster: String, object: ObjectReference, state: State) {
    self.cluster = cluster
    self.object = object.identity
    self.state = state
  }
}

/// Something that a run must be allowed to do, and whether this user is.
public struct Permission: Hashable, Codable, Sendable {
  public var verb: String
  public var group: String
  public var resource: String
  public var subresource: String
  public var namespace: String
  /// Without it the run does less rather than fail.
  public var isOptional: Bool
  /// nil until the server was asked.
  public var isAllowed: Bool?

  public init(
    verb: String, group: String, resource: String, subresource: String = "",
    namespace: String = "", isOptional: Bool = false, isAllowed: Bool? = nil
  ) {
    self.verb = verb
    self.group = group
    self.resource = resource
    self.subresource = subresource
    self.namespace = namespace
    self.isOptional = isOptional
    self.isAllowed = isAllowed
  }

  /// "delete deployments.apps in namespace shop"
  public var title: String {
    var text = "\(verb) \(resource)"
    if !group.isEmpty { text += ".\(group)" }
    if !subresource.isEmpty { text += "/\(subresource)" }
    if !namespace.isEmpty { text += " in namespace \(namespace)" }
    return text
  }
}
