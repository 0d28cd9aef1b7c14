import Manifest

/// A fleet to begin with, as a scenario file describes it: clusters, what users applied and when,
/// and what went wrong meanwhile. What Karmada makes of it its controllers make
/// (`ScenarioHistory`).
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
    /// How long the cluster has been gone, since before all that the scenario tells; nil while it
    /// is ready.
    public var notReadyFor: Duration?
    public var taints: [Taint] = []
    public var age = Duration.seconds(90 * 86_400)
  }

  /// A resource template in short, applied so long ago.
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
    /// ConfigMaps of its namespace that its pods mount.
    public var mounts: [String] = []
    public var age = Duration.seconds(20 * 86_400)
    /// Clusters where it has never become healthy.
    public var brokenOn: [String] = []
    /// Cluster → why that member has never taken it.
    public var refusedBy: [String: String] = [:]
  }

  public var name = ""
  public var title = ""
  /// What to look for and try, a line each.
  public var hints: [String] = []
  public var clusters: [ClusterSpec] = []
  public var namespaces: [String] = []
  /// Policies of any kind, whole manifests without the server's fields; older than all templates.
  public var policies: [JSONValue] = []
  public var templates: [Template] = []
  /// How its Karmada is set up.
  public var settings = KarmadaSettings.quick
  /// Manifests that were applied to the control plane a quarter of an hour ago, in that order.
  public var objects: [JSONValue] = []
  /// Cluster → manifests that were in that member before Karmada knew of them.
  public var memberObjects: [String: [JSONValue]] = [:]
  /// Clusters and bindings of a synthetic fleet, which then is all there is.
  public var synthetic: SyntheticFleet?
  /// What happened before somebody watched and what happens then, in the order of time.
  public var script: [Cue] = []

  public init() {}

  /// Makes it a synthetic fleet of another size.
  public mutating func resize(clusters: Int, bindings: Int) {
    let fleet = SyntheticFleet(clusters: clusters, bindings: bindings)
    synthetic = fleet
    title = "\(fleet.clusters) clusters, \(fleet.bindings) bindings"
  }

  /// Why a scenario file cannot be used, one line, with the place.
  public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String
    public init(_ description: String) { self.description = description }
  }

  /// The scenarios that come with the program, by name.
  public static let names = [
    "quickstart", "flink-failover", "cluster-outage", "migration", "overrides", "big",
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
    case "big": bytes = PackageResources.big_yaml
    default:
      throw Failure(
        "there is no scenario \"\(name)\"; there are: \(names.joined(separator: ", "))")
    }
    return try Scenario(yaml: String(decoding: bytes, as: UTF8.self))
  }
}
