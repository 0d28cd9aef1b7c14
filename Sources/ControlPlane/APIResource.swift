/// A kind of object as the API addresses it.
public struct APIResource: Hashable, Sendable {
  /// Empty for the core group.
  public var group: String
  public var version: String
  /// The lower-case plural in the path: "resourcebindings".
  public var plural: String
  public var kind: String
  public var isNamespaced: Bool

  public init(
    group: String, version: String, plural: String, kind: String, isNamespaced: Bool
  ) {
    self.group = group
    self.version = version
    self.plural = plural
    self.kind = kind
    self.isNamespaced = isNamespaced
  }

  /// "work.karmada.io/v1alpha2", or "v1" for the core group.
  public var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

  /// "resourcebindings.work.karmada.io", as `kubectl` prints it; the plural alone for the core group.
  public var qualifiedName: String { group.isEmpty ? plural : "\(plural).\(group)" }

  /// The path of the collection, of one object, or of its subresource. A nil namespace of a
  /// namespaced resource means all namespaces.
  public func path(namespace: String? = nil, name: String? = nil, subresource: String? = nil)
    -> String
  {
    var path = group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)"
    if let namespace, isNamespaced { path += "/namespaces/\(Percent.encode(namespace))" }
    path += "/\(plural)"
    if let name { path += "/\(Percent.encode(name))" }
    if let subresource { path += "/\(subresource)" }
    return path
  }
}

extension APIResource {
  public static let clusters = APIResource(
    group: "cluster.karmada.io", version: "v1alpha1", plural: "clusters", kind: "Cluster",
    isNamespaced: false)
  public static let propagationPolicies = APIResource(
    group: "policy.karmada.io", version: "v1alpha1", plural: "propagationpolicies",
    kind: "PropagationPolicy", isNamespaced: true)
  public static let clusterPropagationPolicies = APIResource(
    group: "policy.karmada.io", version: "v1alpha1", plural: "clusterpropagationpolicies",
    kind: "ClusterPropagationPolicy", isNamespaced: false)
  public static let overridePolicies = APIResource(
    group: "policy.karmada.io", version: "v1alpha1", plural: "overridepolicies",
    kind: "OverridePolicy", isNamespaced: true)
  public static let clusterOverridePolicies = APIResource(
    group: "policy.karmada.io", version: "v1alpha1", plural: "clusteroverridepolicies",
    kind: "ClusterOverridePolicy", isNamespaced: false)
  public static let resourceBindings = APIResource(
    group: "work.karmada.io", version: "v1alpha2", plural: "resourcebindings",
    kind: "ResourceBinding", isNamespaced: true)
  public static let clusterResourceBindings = APIResource(
    group: "work.karmada.io", version: "v1alpha2", plural: "clusterresourcebindings",
    kind: "ClusterResourceBinding", isNamespaced: false)
  public static let works = APIResource(
    group: "work.karmada.io", version: "v1alpha1", plural: "works", kind: "Work",
    isNamespaced: true)
  public static let workloadRebalancers = APIResource(
    group: "apps.karmada.io", version: "v1alpha1", plural: "workloadrebalancers",
    kind: "WorkloadRebalancer", isNamespaced: false)
  public static let karmadas = APIResource(
    group: "operator.karmada.io", version: "v1alpha1", plural: "karmadas", kind: "Karmada",
    isNamespaced: true)
  public static let events = APIResource(
    group: "", version: "v1", plural: "events", kind: "Event", isNamespaced: true)
  public static let namespaces = APIResource(
    group: "", version: "v1", plural: "namespaces", kind: "Namespace", isNamespaced: false)
  public static let nodes = APIResource(
    group: "", version: "v1", plural: "nodes", kind: "Node", isNamespaced: false)
  public static let leases = APIResource(
    group: "coordination.k8s.io", version: "v1", plural: "leases", kind: "Lease",
    isNamespaced: true)
}

/// Percent-encoding for path segments and query values (RFC 3986 2.3: unreserved stay).
public enum Percent {
  public static func encode(_ text: String) -> String {
    var out = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: "~"):
        out.unicodeScalars.append(UnicodeScalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        out += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
      }
    }
    return out
  }

  /// nil when the text holds a broken escape or is not UTF-8 once decoded. "+" stays a plus: a
  /// path is not a form.
  public static func decode(_ text: some StringProtocol) -> String? {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let high = rest.popFirst().flatMap(hexDigit),
        let low = rest.popFirst().flatMap(hexDigit)
      else { return nil }
      bytes.append(high << 4 | low)
    }
    return String(validating: bytes, as: UTF8.self)
  }

  private static func hexDigit(_ byte: UInt8) -> UInt8? {
    Character(UnicodeScalar(byte)).hexDigitValue.map(UInt8.init)
  }
}
