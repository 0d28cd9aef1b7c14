import ControlPlane
import Karmada
import Manifest

/// Finds how the API addresses a kind, by asking the server once for each group and version.
actor Discovery {
  private let plane: any ControlPlane
  private var known: [String: [APIResource]] = [:]

  init(_ plane: any ControlPlane) { self.plane = plane }

  /// Throws an `APIError`: the server's own, or `.notFound` when it does not serve the kind.
  func resource(of reference: ObjectReference) async throws -> APIResource {
    let version = reference.apiVersion.isEmpty ? "v1" : reference.apiVersion
    let resources = try await resources(in: version)
    guard let found = resources.first(where: { $0.kind == reference.kind }) else {
      throw APIError(
        .notFound, message: "the server does not serve \(reference.kind) in \(version)",
        subject: "find \(reference.kind)")
    }
    return found
  }

  private func resources(in apiVersion: String) async throws -> [APIResource] {
    if let found = known[apiVersion] { return found }
    let parts = apiVersion.split(separator: "/").map(String.init)
    let group = parts.count > 1 ? parts[0] : ""
    let version = parts.last ?? "v1"
    let path =
      group.isEmpty
      ? "/api/\(Percent.encode(version))"
      : "/apis/\(Percent.encode(group))/\(Percent.encode(version))"
    let list = try await plane.sendForValue(APIRequest(.get, path))
    let resources = (list["resources"]?.array ?? []).compactMap { entry -> APIResource? in
      guard let plural = entry["name"]?.string, let kind = entry["kind"]?.string,
        !plural.contains("/")
      else { return nil }
      return APIResource(
        group: group, version: version, plural: plural, kind: kind,
        isNamespaced: entry["namespaced"]?.bool ?? true)
    }
    known[apiVersion] = resources
    return resources
  }
}
