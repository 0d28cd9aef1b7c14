import ControlPlane
import Dashboard
import Karmada
import Manifest

extension Session {
  nonisolated static func read(
    _ resource: APIResource, _ key: ObjectKey, from plane: any ControlPlane
  ) async -> Result<JSONValue, APIError> {
    await outcome {
      try await plane.get(
        resource, namespace: key.namespace.isEmpty ? nil : key.namespace, name: key.name)
    }
  }

  nonisolated static func read(
    _ reference: ObjectReference, from plane: any ControlPlane, _ discovery: Discovery
  ) async -> Result<JSONValue, APIError> {
    await outcome {
      let resource = try await discovery.resource(of: reference)
      return try await plane.get(
        resource, namespace: reference.namespace.isEmpty ? nil : reference.namespace,
        name: reference.name)
    }
  }

  nonisolated static func works(
    of feed: FeedID, permanentID: String, from plane: any ControlPlane
  ) async -> Result<[Work], APIError> {
    let owner =
      feed == .clusterResourceBindings ? "clusterresourcebinding" : "resourcebinding"
    return await works(
      ListScope(.works, labelSelector: "\(owner).karmada.io/permanent-id=\(permanentID)"),
      from: plane)
  }

  nonisolated static func works(
    _ scope: ListScope, from plane: any ControlPlane
  ) async -> Result<[Work], APIError> {
    await outcome {
      var interner = Interner()
      var works: [Work] = []
      var token = ""
      repeat {
        let page = try await plane.listPage(scope, limit: 500, continueToken: token)
        works += try ObjectList<Work>(json: page.bytes, interning: &interner).items
        token = page.continueToken
      } while !token.isEmpty
      return works
    }
  }

  nonisolated static func outcome<Value: Sendable>(
    _ work: () async throws -> Value
  ) async -> Result<Value, APIError> {
    do {
      return .success(try await work())
    } catch let error as APIError {
      return .failure(error)
    } catch {
      return .failure(APIError(.protocol, message: "\(error)"))
    }
  }
}
