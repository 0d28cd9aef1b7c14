import Manifest

/// Everything that saving a policy is decided from, read from the server and from no cache.
public struct SaveFacts: Hashable, Sendable {
  /// A template with its binding, both whole.
  public struct Object: Hashable, Sendable {
    public var template: JSONValue
    public var binding: JSONValue

    public init(template: JSONValue, binding: JSONValue) {
      self.template = template
      self.binding = binding
    }

    /// By which its Works are found; nil while Karmada has not taken it on.
    public var permanentID: String? {
      let labels = binding[path: "metadata", "labels"]
      return labels?["resourcebinding.karmada.io/permanent-id"]?.string
        ?? labels?["clusterresourcebinding.karmada.io/permanent-id"]?.string
    }

    public var isClusterScoped: Bool { binding["kind"] == "ClusterResourceBinding" }

    public var targets: BindingTargets { BindingTargets(decoding: binding, template: template) }

    /// "ConfigMap default/example-configmap"
    public var title: String { OverrideSubject(template).title }
  }

  /// The policy as it is now; nil when there is none.
  public var current: JSONValue?
  public var clusters: [OverrideTarget] = []
  /// Clusters that are not ready: what is sent to them waits.
  public var notReady: Set<String> = []
  /// Those that the policy selects now, or would.
  public var objects: [Object] = []
  /// Of the namespaces concerned, the policy itself among them.
  public var overridePolicies: [JSONValue] = []
  public var clusterOverridePolicies: [JSONValue] = []
  /// What could not be read, a line each: nothing is known of what changes there.
  public var unread: [String] = []

  public init() {}

  /// What a draft is held against.
  public var fleet: OverrideFleet {
    OverrideFleet(
      clusters: clusters,
      objects: objects.map { object in
        let targets = object.targets
        let shares = targets.targets.map { ($0.cluster, Int(clamping: $0.replicas)) }
        return OverrideFleet.Object(
          object.template, clusters: targets.targets.map(\.cluster),
          replicas: targets.isDivided
            ? Dictionary(shares, uniquingKeysWith: { first, _ in first }) : [:])
      },
      overridePolicies: overridePolicies.compactMap {
        OverridePolicySpec(readable: $0, scope: .namespaced)
      },
      clusterOverridePolicies: clusterOverridePolicies.compactMap {
        OverridePolicySpec(readable: $0, scope: .cluster)
      })
  }

  /// Policies that are not of the API's form, a line each. The API server lets none in, so one says
  /// that its schema is another than 1.12's.
  public var unreadablePolicies: [String] {
    func complaints(_ policies: [JSONValue], _ scope: OverridePolicySpec.Scope) -> [String] {
      policies.compactMap { policy in
        do throws(MalformedPolicy) {
          _ = try OverridePolicySpec(decoding: policy, scope: scope)
          return nil
        } catch {
          return "\(error)"
        }
      }
    }
    return complaints(overridePolicies, .namespaced)
      + complaints(clusterOverridePolicies, .cluster)
  }
}

extension OverrideSubject {
  /// "ConfigMap default/example-configmap"
  var title: String {
    namespace.isEmpty ? "\(kind) \(name)" : "\(kind) \(namespace)/\(name)"
  }
}
