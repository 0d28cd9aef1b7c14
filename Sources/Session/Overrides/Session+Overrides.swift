import ControlPlane
import Dashboard
import Karmada
import Manifest

/// Reading what the Overrides pane needs, and working it out, off the screen's own thread.
extension Session {
  /// - Parameter binding: where the template goes; nil reads it too.
  nonisolated static func readOverrides(
    _ question: OverrideQuestion, from plane: any ControlPlane, _ discovery: Discovery,
    binding known: Result<JSONValue, APIError>? = nil
  ) async -> OverrideReading {
    let key = question.binding
    let namespace = question.resource.namespace
    async let binding =
      if let known { known } else { await read(key.feed.resource, key.object, from: plane) }
    async let template = read(question.resource, from: plane, discovery)
    // A cluster-scoped object is under ClusterOverridePolicies only.
    async let policies =
      namespace.isEmpty
      ? .success([]) : objects(ListScope(.overridePolicies, namespace: namespace), from: plane)
    async let clusterPolicies = objects(ListScope(.clusterOverridePolicies), from: plane)
    async let works = wholeWorks(of: question, from: plane)
    return await OverrideReading(
      question, binding: await binding, template: template, overridePolicies: policies,
      clusterOverridePolicies: clusterPolicies, works: works)
  }

  nonisolated static func readMember(
    _ cluster: String, _ reference: ObjectReference, from plane: any ControlPlane,
    _ discovery: Discovery
  ) async -> Result<JSONValue, APIError> {
    await outcome {
      let resource = try await discovery.resource(of: reference)
      let namespace = reference.namespace.isEmpty ? nil : reference.namespace
      return try await plane.sendForValue(
        APIRequest.get(resource, namespace: namespace, name: reference.name)
          .proxying(cluster: cluster))
    }
  }

  private nonisolated static func wholeWorks(
    of question: OverrideQuestion, from plane: any ControlPlane
  ) async -> Result<[JSONValue], APIError> {
    // Karmada labels every binding that it has taken on; one without has no Works yet.
    guard let id = question.permanentID else { return .success([]) }
    let owner =
      question.binding.feed == .clusterResourceBindings
      ? "clusterresourcebinding" : "resourcebinding"
    return await objects(
      ListScope(.works, labelSelector: "\(owner).karmada.io/permanent-id=\(id)"), from: plane)
  }

  /// All objects of a list, page by page, whole.
  nonisolated static func objects(
    _ scope: ListScope, from plane: any ControlPlane
  ) async -> Result<[JSONValue], APIError> {
    await outcome {
      var objects: [JSONValue] = []
      var token = ""
      repeat {
        let page = try await plane.listPage(scope, limit: 500, continueToken: token)
        objects += try JSONValue(parsing: page.bytes)["items"]?.array ?? []
        token = page.continueToken
      } while !token.isEmpty
      return objects
    }
  }
}
