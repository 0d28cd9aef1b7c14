import Manifest

/// What override policies ask about a cluster.
public struct OverrideTarget: Hashable, Sendable {
  public var name = ""
  public var labels: [String: String] = [:]
  public var provider = ""
  public var region = ""
  /// spec.zones; the deprecated spec.zone is not looked at.
  public var zones: [String] = []

  public init() {}

  public init(_ cluster: Cluster) {
    name = cluster.metadata.name
    labels = cluster.metadata.labels
    provider = cluster.provider
    region = cluster.region
    zones = cluster.zones
  }

  /// From a Cluster's JSON; what is missing or of another type is empty.
  public init(decoding cluster: JSONValue) {
    name = cluster[path: "metadata", "name"]?.string ?? ""
    for (key, value) in cluster[path: "metadata", "labels"]?.object?.members ?? [:] {
      labels[key] = value.string
    }
    provider = cluster[path: "spec", "provider"]?.string ?? ""
    region = cluster[path: "spec", "region"]?.string ?? ""
    zones = cluster[path: "spec", "zones"]?.array?.compactMap(\.string) ?? []
  }
}
