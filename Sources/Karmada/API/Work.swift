import Manifest

/// work.karmada.io/v1alpha1 Work: what one member cluster is sent. The manifest itself is not
/// kept; it is read again when somebody looks at it.
public struct Work: Hashable, Sendable {
  /// What identifies the first manifest (Karmada puts exactly one in each Work of a binding).
  public struct ManifestReference: Hashable, Sendable {
    public var apiVersion = ""
    public var kind = ""
    public var namespace = ""
    public var name = ""
    /// metadata.labels of the manifest: shows relayed state and managed ids.
    public var labels: [String: String] = [:]
    public init() {}
  }
  public var metadata = ObjectMeta()
  public var preserveResourcesOnDeletion = false
  public var suspendDispatching = false
  public var manifest = ManifestReference()
  public var conditions: [Condition] = []
  public var health = ResourceBinding.Health.unknown

  public init() {}

  /// The member cluster, from the namespace `karmada-es-<cluster>` (Karmada 1.12 names.go);
  /// nil when the Work lies elsewhere.
  public var cluster: String? {
    let prefix = "karmada-es-"
    guard metadata.namespace.hasPrefix(prefix) else { return nil }
    return String(metadata.namespace.dropFirst(prefix.count))
  }
}
