import Manifest

/// A prediction beside the Work that Karmada really made of it.
public struct WorkComparison: Hashable, Sendable {
  /// What one of Karmada's annotations on the Work says it applied.
  public struct Record: Hashable, Sendable {
    /// Names of policies, once each.
    public var policies: [String]
    /// Policies it names though they change nothing any more: the annotation is never taken away
    /// (Karmada 1.12).
    public var outdated: [String]
    /// It says exactly what applies now.
    public var isCurrent: Bool
  }

  public var cluster: String
  public var name: String
  /// The manifest in it; nil when it has none.
  public var manifest: JSONValue?
  /// Where it is not what was predicted, Karmada's own marks left out; nil where nothing could be
  /// predicted.
  public var differences: [JSONPointer]?
  public var appliedOverrides: Record
  public var appliedClusterOverrides: Record
  /// The member has taken this manifest, as far as the Work's status says.
  public var isApplied: Bool
  public var appliedMessage: String
  public var isSuspended: Bool

  public var agrees: Bool { differences?.isEmpty == true }

  /// Policies that its annotations claim to have applied while the manifest, as predicted, shows
  /// nothing of them.
  public var outdatedRecords: [String] {
    agrees ? appliedOverrides.outdated + appliedClusterOverrides.outdated : []
  }

  /// - Parameter relayed: labels that a failover may have put into it.
  public init(
    _ work: JSONValue, prediction: OverridePreview.Variant?, relayed: [String: String] = [:]
  ) {
    let namespace = work[path: "metadata", "namespace"]?.string ?? ""
    cluster = Self.cluster(ofNamespace: namespace) ?? namespace
    name = work[path: "metadata", "name"]?.string ?? ""
    manifest = work[path: "spec", "workload", "manifests"]?.array?.first
    isSuspended = work[path: "spec", "suspendDispatching"]?.bool ?? false
    let applied = work[path: "status", "conditions"]?.array?.first { $0["type"] == "Applied" }
    isApplied = applied?["status"] == "True"
    appliedMessage = applied?["message"]?.string ?? ""
    let rendered: OverrideEngine.Rendered? =
      if case .success(let rendered)? = prediction?.result { rendered } else { nil }
    func record(_ key: String, _ now: [JSONValue]?) -> Record {
      let text = work[path: "metadata", "annotations", "policy.karmada.io/\(key)"]?.string ?? ""
      return Record(annotation: text, now: now)
    }
    appliedOverrides = record("applied-overrides", rendered?.appliedOverrides)
    appliedClusterOverrides = record("applied-cluster-overrides", rendered?.appliedClusterOverrides)
    guard let rendered, let manifest else { return }
    let there = Self.comparable(manifest)
    var wanted = Self.comparable(rendered.manifest)
    if wanted == there {
      differences = []
      return
    }
    for (label, value) in relayed where there[path: "metadata", "labels", label]?.string == value {
      var metadata = wanted["metadata"] ?? [:]
      var labels = metadata["labels"] ?? [:]
      labels[label] = .string(value)
      metadata["labels"] = labels
      wanted["metadata"] = metadata
    }
    differences = JSONDifference.between(wanted, there).map(\.path)
  }

  /// The form in which both sides are compared.
  static func comparable(_ manifest: JSONValue) -> JSONValue {
    WorkManifest.withoutMarks(manifest).asKubernetesReads
  }

  /// The member, from the namespace `karmada-es-<cluster>`; nil for another namespace.
  public static func cluster(ofNamespace namespace: String) -> String? {
    let prefix = "karmada-es-"
    return namespace.hasPrefix(prefix) ? String(namespace.dropFirst(prefix.count)) : nil
  }
}

extension WorkComparison.Record {
  /// - Parameter now: what applies now; nil when that is not known.
  fileprivate init(annotation text: String, now: [JSONValue]?) {
    var entries: [JSONValue] = []
    if !text.isEmpty {
      // An annotation that somebody has made illegible names nobody.
      do { entries = try JSONValue(parsing: text).array ?? [] } catch { entries = [] }
    }
    func names(_ entries: [JSONValue]) -> [String] {
      var seen: Set<String> = []
      return entries.compactMap { $0["policyName"]?.string }.filter { seen.insert($0).inserted }
    }
    policies = names(entries)
    let current = now.map(names) ?? policies
    outdated = policies.filter { !current.contains($0) }
    isCurrent =
      now.map { JSONValue.array($0).asKubernetesReads == JSONValue.array(entries) } ?? true
  }
}
