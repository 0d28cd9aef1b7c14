import ControlPlane
import Dashboard
import Karmada
import Manifest

/// Questions about one object of a live control plane, asked without a screen.
public struct Inquiry: Sendable {
  private let plane: any ControlPlane
  private let discovery: Discovery

  public init(_ plane: any ControlPlane) {
    self.plane = plane
    discovery = Discovery(plane)
  }

  /// One object under override policies, and the clusters there are.
  public struct Overrides: Sendable {
    public var reading: OverrideReading
    /// It has no binding: no policy propagates it, so that it goes to no cluster.
    public var isUnbound: Bool
  }

  /// The objects meant by a kind and "NS/NAME" or "NAME"; all of the kind in the namespace without
  /// any name. Throws an `APIError`.
  public func references(
    kind: String, names: [String], namespace: String?
  ) async throws -> [ObjectReference] {
    let resource = try await discovery.resource(named: kind)
    var keys: [ObjectKey] = []
    for name in names { keys.append(try key(name, of: resource, namespace)) }
    if names.isEmpty {
      let scope = ListScope(resource, namespace: resource.isNamespaced ? namespace : nil)
      for object in try await Session.objects(scope, from: plane).get() {
        guard let name = object[path: "metadata", "name"]?.string else { continue }
        let namespace = object[path: "metadata", "namespace"]?.string ?? ""
        keys.append(ObjectKey(namespace: namespace, name: name))
      }
    }
    return keys.map { key in
      var reference = ObjectReference()
      (reference.apiVersion, reference.kind) = (resource.apiVersion, resource.kind)
      (reference.namespace, reference.name) = (key.namespace, key.name)
      return reference
    }
  }

  private func key(
    _ text: String, of resource: APIResource, _ namespace: String?
  ) throws -> ObjectKey {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    func invalid(_ message: String) -> APIError {
      APIError(.invalid, message: message, subject: "find \(resource.kind) \(text)")
    }
    guard (1...2).contains(parts.count), !parts.contains("") else {
      throw invalid("a name is written as NAMESPACE/NAME")
    }
    guard resource.isNamespaced else {
      guard parts.count == 1 else { throw invalid("\(resource.kind) belongs to no namespace") }
      return ObjectKey(name: parts[0])
    }
    if parts.count == 2 { return ObjectKey(namespace: parts[0], name: parts[1]) }
    guard let namespace else {
      throw invalid("\(resource.kind) needs its namespace: NAMESPACE/NAME, or --namespace")
    }
    return ObjectKey(namespace: namespace, name: parts[0])
  }

  /// The binding of a template. Throws an `APIError`, `.notFound` where nothing propagates it.
  public func binding(of reference: ObjectReference) async throws -> JSONValue {
    let key = Self.bindingKey(of: reference)
    return try await plane.get(
      key.feed.resource, namespace: key.object.namespace.isEmpty ? nil : key.object.namespace,
      name: key.object.name)
  }

  /// names.GenerateBindingName of Karmada 1.12.
  private static func bindingKey(of reference: ObjectReference) -> RowKey {
    let name = reference.name.split(separator: ":", omittingEmptySubsequences: false)
      .joined(separator: ".")
    let key = ObjectKey(
      namespace: reference.namespace, name: "\(name)-\(reference.kind)".lowercased())
    return RowKey(
      reference.namespace.isEmpty ? .clusterResourceBindings : .resourceBindings, key)
  }

  /// What override policies make of a template.
  ///
  /// - Parameter clusters: for these instead of those it goes to; for an object that goes nowhere,
  ///   and none named, for every cluster. Throws an `APIError`.
  public func overrides(
    of reference: ObjectReference, clusters wanted: [String]
  ) async throws -> Overrides {
    let all = try await Session.objects(ListScope(.clusters), from: plane).get()
      .map(OverrideTarget.init(decoding:))
    let key = Self.bindingKey(of: reference)
    var binding: JSONValue?
    do { binding = try await self.binding(of: reference) } catch let error as APIError
      where error.kind == .notFound
    {
      binding = nil
    }
    let id = binding?[path: "metadata", "labels"]?.object?.members.first {
      $0.key == "resourcebinding.karmada.io/permanent-id"
        || $0.key == "clusterresourcebinding.karmada.io/permanent-id"
    }?.value.string
    let question = OverrideQuestion(
      binding: key, resource: reference, permanentID: id, clusters: all)
    var placed = binding ?? [:]
    if binding == nil || !wanted.isEmpty {
      placed = Self.placed(placed, on: wanted.isEmpty ? all.map(\.name) : wanted)
    }
    let reading = await Session.readOverrides(
      question, from: plane, discovery, binding: .success(placed))
    return Overrides(reading: reading, isUnbound: binding == nil)
  }

  /// The binding as it would be with only these clusters; what the scheduler gave them stays.
  private static func placed(_ binding: JSONValue, on clusters: [String]) -> JSONValue {
    let given = binding[path: "spec", "clusters"]?.array ?? []
    var placed = binding
    var spec = placed["spec"] ?? [:]
    spec["clusters"] = .array(
      clusters.map { name in
        given.first { $0["name"]?.string == name } ?? ["name": .string(name)]
      })
    spec["requiredBy"] = nil
    placed["spec"] = spec
    return placed
  }

  /// Each cluster's status of an object as Karmada has collected it in the binding, by cluster in
  /// the binding's order. Throws an `APIError`.
  public func statuses(
    of reference: ObjectReference
  ) async throws -> [(cluster: String, status: JSONValue)] {
    let items = try await binding(of: reference)[path: "status", "aggregatedStatus"]?.array ?? []
    return items.map { ($0["clusterName"]?.string ?? "", $0["status"] ?? .null) }
  }
}
