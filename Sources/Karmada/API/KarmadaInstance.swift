import Manifest

/// operator.karmada.io/v1alpha1 Karmada: one control plane that karmada-operator installed.
public struct KarmadaInstance: Hashable, Sendable {
  public struct Component: Hashable, Sendable {
    /// The field's name under spec.components: "karmadaAPIServer".
    public var name = ""
    public var replicas: Int?
    public var imageTag = ""
    public init() {}
  }
  public var metadata = ObjectMeta()
  public var components: [Component] = []
  public var etcdIsLocal = false
  public var etcdEndpoints: [String] = []
  public var etcdSecret = ObjectKey(name: "")
  /// spec.customCertificate.apiServerCACert; nil when the operator makes its own CA.
  public var apiServerCACert: ObjectKey?
  public var extraVolumes: [String] = []
  public var serviceType = ""
  public var certSANs: [String] = []
  public var conditions: [Condition] = []
  public var karmadaVersion = ""
  public var kubernetesVersion = ""
  public init() {}
}
