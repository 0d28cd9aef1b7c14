import Manifest

/// A fleet to begin with, as a scenario file describes it: clusters, policies, resource templates
/// and a few facts about where each runs and how it fares. `FleetSeeder` derives the rest.
public struct Scenario: Hashable, Sendable {
  /// A member cluster.
  public struct ClusterSpec: Hashable, Sendable {
    public struct Taint: Hashable, Sendable {
      public var key = ""
      public var value = ""
      public var effect = ""
      /// How long ago it was put on.
      public var age = Duration.zero
    }
    public var name = ""
    /// Push or Pull.
    public var mode = "Push"
    public var provider = ""
    public var region = ""
    public var zones: [String] = []
    public var version = "v1.31.4"
    public var nodes = 3
    /// Allocatable and allocated, in cores, GiB and pods.
    public var cpu = [48, 20]
    public var memory = [192, 80]
    public var pods = [330, 120]
    /// How long the cluster has been gone; nil while it is ready.
    public var notReadyFor: Duration?
    public var taints: [Taint] = []
    public var age = Duration.seconds(90 * 86_400)
  }

  /// Where a template runs, and with how many replicas there.
  public struct Target: Hashable, Sendable {
    public var cluster = ""
    public var replicas = 0
  }

  /// An eviction under way.
  public struct Eviction: Hashable, Sendable {
    public var from = ""
    public var reason = "TaintUntolerated"
    public var producer = "TaintManager"
    public var purgeMode = "Graciously"
    public var age = Duration.seconds(60)
    public var replicas = 0
    public var gracePeriodSeconds: Int?
    /// The old cluster's copy stays until somebody confirms.
    public var isSuppressed = false
    public var preservedLabels: [String: String] = [:]
    public var clustersBefore: [String] = []
  }

  /// A resource template and what became of it.
  public struct Template: Hashable, Sendable {
    public var kind = ""
    public var namespace = ""
    public var name = ""
    public var labels: [String: String] = [:]
    public var image = ""
    /// nil for kinds without.
    public var replicas: Int?
    /// `data` of a ConfigMap or Secret, by key.
    public var data: [String: String] = [:]
    /// "name" of a PropagationPolicy of its namespace, or "cluster/NAME".
    public var policy = ""
    public var targets: [Target] = []
    public var age = Duration.seconds(20 * 86_400)
    /// Clusters where it is applied and does not get healthy.
    public var unhealthyOn: [String] = []
    /// Cluster → the member's refusal.
    public var notAppliedOn: [String: String] = [:]
    /// Why no cluster was found; the binding has no target.
    public var unschedulable = ""
    public var evictions: [Eviction] = []
    /// Dispatching is suspended.
    public var isSuspended = false
  }

  public var name = ""
  public var title = ""
  /// What to look for and try, a line each.
  public var hints: [String] = []
  public var clusters: [ClusterSpec] = []
  public var namespaces: [String] = []
  /// Policies of any kind, whole manifests without the server's fields.
  public var policies: [JSONValue] = []
  public var templates: [Template] = []
  /// How its Karmada is set up.
  public var settings = KarmadaSettings.quick
  /// Manifests that were applied to the control plane a while ago, in that order: what became of
  /// them the controllers have made. They come after policies and templates.
  public var objects: [JSONValue] = []
  /// Cluster → manifests that were in that member before Karmada knew of them.
  public var memberObjects: [String: [JSONValue]] = [:]
  /// What happens while somebody watches, in the order of time.
  public var script: [Cue] = []

  public init() {}

  /// Why a scenario file cannot be used, one line, with the place.
  public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String
    public init(_ description: String) { self.description = description }
  }

  /// The scenarios that come with the program, by name.
  public static let names = [
    "quickstart", "flink-failover", "cluster-outage", "migration", "overrides",
  ]

  /// A scenario that comes with the program.
  public static func embedded(_ name: String) throws(Failure) -> Scenario {
    let bytes: [UInt8]
    switch name {
    case "quickstart": bytes = PackageResources.quickstart_yaml
    case "flink-failover": bytes = PackageResources.flink_failover_yaml
    case "cluster-outage": bytes = PackageResources.cluster_outage_yaml
    case "migration": bytes = PackageResources.migration_yaml
    case "overrides": bytes = PackageResources.overrides_yaml
    default:
      throw Failure(
        "there is no scenario \"\(name)\"; there are: \(names.joined(separator: ", "))")
    }
    return try Scenario(yaml: String(decoding: bytes, as: UTF8.self))
  }
}
