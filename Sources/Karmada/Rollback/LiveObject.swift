import Manifest

/// An object as the server gave it, with short ways to what rules ask about it.
public struct LiveObject: Hashable, Sendable {
  public var document: JSONValue

  public init(_ document: JSONValue) { self.document = document }

  public var apiVersion: String { document["apiVersion"]?.string ?? "" }
  public var kind: String { document["kind"]?.string ?? "" }
  public var name: String { metadata?["name"]?.string ?? "" }
  public var namespace: String { metadata?["namespace"]?.string ?? "" }
  public var uid: String { metadata?["uid"]?.string ?? "" }
  public var resourceVersion: String { metadata?["resourceVersion"]?.string ?? "" }
  public var generation: Int { metadata?["generation"]?.int ?? 0 }
  public var key: ObjectKey { ObjectKey(namespace: namespace, name: name) }
  public var finalizers: [String] {
    metadata?["finalizers"]?.array?.compactMap(\.string) ?? []
  }
  /// Waits for its finalizers.
  public var isTerminating: Bool { metadata?["deletionTimestamp"]?.string != nil }

  public func label(_ key: String) -> String? { metadata?["labels"]?[key]?.string }
  public func annotation(_ key: String) -> String? { metadata?["annotations"]?[key]?.string }

  /// Its address and uid.
  public var reference: ObjectReference {
    var reference = ObjectReference()
    reference.apiVersion = apiVersion
    reference.kind = kind
    reference.namespace = namespace
    reference.name = name
    reference.uid = uid
    return reference
  }

  private var metadata: JSONValue? { document["metadata"] }

  /// A number that changes when somebody changes the object's meaning, and stays when controllers
  /// write its status, claim it for a policy, or when we nudge it. It is kept in the journal, so
  /// it must come out the same for years.
  public var digest: String {
    var copy = document
    copy["status"] = nil
    let labels = copy[path: "metadata", "labels"]?.object?.members ?? [:]
    let annotations = copy[path: "metadata", "annotations"]?.object?.members ?? [:]
    func own(_ members: JSONObject.Members) -> JSONValue {
      .object(JSONObject(members.filter { !LiveObject.isBookkeeping($0.key) }))
    }
    copy["metadata"] = ["labels": own(labels), "annotations": own(annotations)]
    return FNV.hex(copy.serialized(sortedKeys: true))
  }

  /// Labels and annotations by which Karmada keeps its books (1.12 well_known_labels.go of the
  /// policy, work and util packages), and our own nudge.
  static func isBookkeeping(_ key: String) -> Bool {
    guard let slash = key.firstIndex(of: "/") else { return false }
    let prefix = key[..<slash]
    return [
      "karmada.io", "propagationpolicy.karmada.io", "clusterpropagationpolicy.karmada.io",
      "resourcebinding.karmada.io", "clusterresourcebinding.karmada.io", "work.karmada.io",
    ].contains(prefix) || key.hasPrefix("resourcetemplate.karmada.io/managed-")
      || key == "resourcetemplate.karmada.io/uid"
      || key == "resourcetemplate.karmada.io/generation"
      || key == "deployment.kubernetes.io/revision" || key == RollbackPlan.nudgeAnnotation
      || key == "kubectl.kubernetes.io/last-applied-configuration"
  }
}

extension ObjectReference {
  /// The same address, whichever object stands there now.
  public var identity: ObjectReference {
    var copy = self
    copy.uid = ""
    return copy
  }

  public var key: ObjectKey { ObjectKey(namespace: namespace, name: name) }

  /// "Deployment shop/web"
  public var title: String { "\(kind) \(key)" }
}
