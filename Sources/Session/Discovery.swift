import ControlPlane
import Karmada
import Manifest

/// Finds how the API addresses a kind, by asking the server once for each group and version.
actor Discovery {
  private let plane: any ControlPlane
  private var known: [String: [APIResource]] = [:]
  /// By qualified name.
  private var shortNames: [String: Set<String>] = [:]

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

  /// A kind as people say it: "Deployment", "deployments", "deploy", "deployments.apps". The core
  /// group comes first, then the others in the server's order, each in its preferred version.
  func resource(named word: String) async throws -> APIResource {
    let parts = word.lowercased().split(separator: ".", maxSplits: 1).map(String.init)
    let name = parts.first ?? ""
    let group = parts.count > 1 ? parts[1] : nil
    if group == nil, let found = try await find(name, in: "v1") { return found }
    let groups = try await plane.sendForValue(APIRequest(.get, "/apis"))["groups"]?.array ?? []
    for entry in groups {
      guard let version = entry[path: "preferredVersion", "groupVersion"]?.string,
        group == nil || entry["name"]?.string == group
      else { continue }
      let found: APIResource?
      do {
        found = try await find(name, in: version)
      } catch let error as APIError where error.kind == .notFound || error.kind == .server {
        // An aggregated API that is down says nothing about the others.
        continue
      }
      if let found { return found }
    }
    throw APIError(
      .notFound, message: "the server serves nothing called \(word)", subject: "find \(word)")
  }

  private func find(_ name: String, in apiVersion: String) async throws -> APIResource? {
    let resources = try await resources(in: apiVersion)
    return resources.first { resource in
      resource.kind.lowercased() == name || resource.plural == name
        || shortNames[resource.qualifiedName]?.contains(name) == true
    }
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
      let resource = APIResource(
        group: group, version: version, plural: plural, kind: kind,
        isNamespaced: entry["namespaced"]?.bool ?? true)
      let short = (entry["shortNames"]?.array ?? []).compactMap(\.string)
      let singular = entry["singularName"]?.string.map { [$0] } ?? []
      shortNames[resource.qualifiedName] = Set(short + singular)
      return resource
    }
    known[apiVersion] = resources
    return resources
  }
}
