import Manifest

/// The part of an object's metadata that rules and screens read. `managedFields` is never kept.
public struct ObjectMeta: Hashable, Sendable {
  public var name = ""
  /// Empty for a cluster-scoped object.
  public var namespace = ""
  public var uid: String {
    get { compactUID.text }
    set { compactUID = CompactID(newValue) }
  }
  public var resourceVersion = ""
  public var generation = 0
  public var creationTimestamp: Time?
  /// Set while the object waits for its finalizers.
  public var deletionTimestamp: Time?
  /// To look for one label of many objects, `label(_:)` is quicker.
  public var labels: [String: String] {
    get {
      var labels = labelPairs.dictionary
      if let permanentID { labels[permanentID.label.rawValue] = permanentID.id.text }
      return labels
    }
    set {
      permanentID = nil
      var pairs: [String] = []
      for (key, value) in newValue where !keepApart(key, value) { pairs += [key, value] }
      labelPairs = StringPairs(flat: pairs)
    }
  }
  /// Only the annotations in `ObjectMeta.keptAnnotations`: the rest may be large and is read
  /// again, with the whole object, when somebody asks to see it.
  public var annotations: [String: String] {
    get { annotationPairs.dictionary }
    set { annotationPairs = StringPairs(newValue) }
  }
  public var finalizers: [String] = []

  // Half the size of a dictionary, and there are two for each of 100,000 bindings.
  var labelPairs = StringPairs()
  var annotationPairs = StringPairs()
  private var compactUID = CompactID.text("")
  // The one label whose value is one object's alone, kept apart so that all the others can be the
  // same array for many objects.
  private var permanentID: OwnID?

  private struct OwnID: Hashable {
    var label: PermanentIDLabel
    var id: CompactID
  }

  /// Labels by which Karmada 1.12 tells what belongs together (work/v1alpha2/well_known_constants.go).
  private enum PermanentIDLabel: String {
    case resourceBinding = "resourcebinding.karmada.io/permanent-id"
    case clusterResourceBinding = "clusterresourcebinding.karmada.io/permanent-id"
    case work = "work.karmada.io/permanent-id"
  }

  public init() {}

  public func label(_ key: String) -> String? {
    if let permanentID, permanentID.label.rawValue == key { return permanentID.id.text }
    return labelPairs[key]
  }
  /// True when the label is an object's own id, now kept in `permanentID`; the caller must not keep it too.
  mutating func keepApart(_ key: String, _ value: String) -> Bool {
    guard permanentID == nil, let label = PermanentIDLabel(rawValue: key) else { return false }
    let id = CompactID(value)
    guard id.isUUID else { return false }
    permanentID = OwnID(label: label, id: id)
    return true
  }

  public func annotation(_ key: String) -> String? { annotationPairs[key] }

  public var key: ObjectKey { ObjectKey(namespace: namespace, name: name) }

  /// Annotation keys with a meaning to Karmada 1.12 (util/constants.go and the policy, work and
  /// binding API packages) that rules or screens read.
  public static let keptAnnotations: Set<String> = [
    "policy.karmada.io/applied-overrides", "policy.karmada.io/applied-cluster-overrides",
    "propagationpolicy.karmada.io/name", "propagationpolicy.karmada.io/namespace",
    "clusterpropagationpolicy.karmada.io/name", "resourcebinding.karmada.io/name",
    "resourcebinding.karmada.io/namespace", "clusterresourcebinding.karmada.io/name",
    "work.karmada.io/conflict-resolution",
  ]
}

/// Namespace and name: an object's address within its kind.
public struct ObjectKey: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
  /// Empty for a cluster-scoped object.
  public var namespace: String
  public var name: String
  public init(namespace: String = "", name: String) {
    self.namespace = namespace
    self.name = name
  }
  public var description: String { namespace.isEmpty ? name : "\(namespace)/\(name)" }
  public static func < (a: ObjectKey, b: ObjectKey) -> Bool {
    a.namespace == b.namespace ? a.name < b.name : a.namespace < b.namespace
  }
}

/// metav1.Condition.
public struct Condition: Hashable, Sendable {
  public enum Status: String, Hashable, Sendable {
    case `true` = "True"
    case `false` = "False"
    case unknown = "Unknown"
  }
  // Type, reason and message: together they are the same for most objects, and shared.
  var texts = Condition.noTexts
  private static let noTexts = ["", "", ""]

  public var type: String {
    get { texts[0] }
    set { texts[0] = newValue }
  }
  public var reason: String {
    get { texts[1] }
    set { texts[1] = newValue }
  }
  public var message: String {
    get { texts[2] }
    set { texts[2] = newValue }
  }
  public var lastTransitionTime: Time?
  public var status = Status.unknown

  public init() {}
}

extension [Condition] {
  /// The condition of a type; Kubernetes allows one of each.
  public subscript(type: String) -> Condition? { first { $0.type == type } }
}
