import ControlPlane
import Manifest

extension AdmissionRule {
  /// Karmada's mutating webhooks as far as the controllers lean on them: every policy, binding
  /// and Work gets an id of its own that outlives its name, and what a Work carries to a member
  /// says which Work it came with (1.12: pkg/webhook/work, .../propagationpolicy,
  /// .../resourcebinding).
  public static let permanentIDs = AdmissionRule("permanent-id") {
    (request, random) throws(StatusError) in
    guard request.operation != .delete, request.subresource.isEmpty,
      let label = permanentID(request.type)
    else { return }
    var labels = request.object[path: "metadata", "labels"] ?? [:]
    if (labels[label]?.string ?? "").isEmpty {
      labels[label] = .string(random.uuid())
      request.object["metadata"]?["labels"] = labels
    }
    guard request.type.api == .works else { return }
    let id = labels[label] ?? ""
    let manifests = (request.object[path: "spec", "workload", "manifests"]?.array ?? [])
      .map { marked($0, id: id, request: request) }
    request.object["spec"]?["workload"]?["manifests"] = .array(manifests)
  }

  /// The label that holds the id of such an object; nil for kinds without.
  private static func permanentID(_ type: ResourceType) -> String? {
    switch type.api {
    case .propagationPolicies: "propagationpolicy.karmada.io/permanent-id"
    case .clusterPropagationPolicies: "clusterpropagationpolicy.karmada.io/permanent-id"
    case .resourceBindings: "resourcebinding.karmada.io/permanent-id"
    case .clusterResourceBindings: "clusterresourcebinding.karmada.io/permanent-id"
    case .works: "work.karmada.io/permanent-id"
    default: nil
    }
  }

  /// A manifest with the marks of its Work, and the lists of what Karmada put on it.
  private static func marked(
    _ manifest: JSONValue, id: JSONValue, request: AdmissionRequest
  ) -> JSONValue {
    var manifest = manifest
    var annotations = manifest[path: "metadata", "annotations"] ?? [:]
    annotations["work.karmada.io/namespace"] = .string(request.namespace)
    annotations["work.karmada.io/name"] = .string(request.name)
    let labels = (manifest[path: "metadata", "labels"] ?? [:])
      .with("work.karmada.io/permanent-id", id)
    func list(_ object: JSONValue, and more: [String] = []) -> JSONValue {
      let keys = Set(object.object.map { Array($0.keys) } ?? []).union(more)
      return .string(keys.sorted().joined(separator: ","))
    }
    let managedLabels = "resourcetemplate.karmada.io/managed-labels"
    let managedAnnotations = "resourcetemplate.karmada.io/managed-annotations"
    annotations[managedLabels] = list(labels)
    annotations[managedAnnotations] = list(annotations, and: [managedAnnotations])
    manifest["metadata"]?["annotations"] = annotations
    manifest["metadata"]?["labels"] = labels
    return manifest
  }
}

extension JSONValue {
  /// The object with one more member.
  func with(_ key: String, _ value: JSONValue) -> JSONValue {
    var object = self
    object[key] = value
    return object
  }
}
