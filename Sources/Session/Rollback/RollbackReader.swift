import ControlPlane
import Karmada
import Manifest

/// Reads from the server what plans, gates and verifications are decided from. Nothing comes from a
/// cache, and lists are never asked of one (no resourceVersion is given, so that a server answers
/// from its store).
struct RollbackReader: Sendable {
  let plane: any ControlPlane
  let discovery: Discovery
  /// How many requests are under way at a time.
  let width: Int

  init(_ plane: any ControlPlane, width: Int = 8) {
    self.plane = plane
    self.width = width
    discovery = Discovery(plane)
  }

  /// Runs a body for each item, several at a time; results keep the order.
  func sideBySide<Item: Sendable, Value: Sendable>(
    _ items: [Item], _ body: @escaping @Sendable (Item) async throws -> Value
  ) async throws -> [Value] {
    try await inParallel(items, limit: width, body)
  }

  // MARK: Single objects and lists

  /// nil when it is not there.
  func get(
    _ resource: APIResource, _ key: ObjectKey, through cluster: String? = nil
  ) async throws -> LiveObject? {
    let namespace = key.namespace.isEmpty ? nil : key.namespace
    var request = APIRequest.get(resource, namespace: namespace, name: key.name)
    if let cluster { request = request.proxying(cluster: cluster) }
    do {
      return LiveObject(try await plane.sendForValue(request))
    } catch let error as APIError where error.kind == .notFound {
      // A proxy answers 404 for a cluster that it does not know as well.
      if let cluster, error.message.contains("clusters.cluster.karmada.io") {
        throw APIError(.notFound, message: "there is no cluster \(cluster)", subject: error.subject)
      }
      return nil
    }
  }

  /// - Parameter isMetadataOnly: nothing but metadata is wanted of each.
  func list(
    _ resource: APIResource, namespace: String? = nil, labelSelector: String? = nil,
    isMetadataOnly: Bool = false
  ) async throws -> [LiveObject] {
    let scope = ListScope(
      resource, namespace: namespace, labelSelector: labelSelector,
      wantsMetadataOnly: isMetadataOnly)
    var objects: [LiveObject] = []
    var token = ""
    repeat {
      let page = try await plane.listPage(scope, limit: 500, continueToken: token)
      objects += try Self.items(of: page, resource)
      guard page.continueToken != token || token.isEmpty else {
        throw APIError(
          .protocol, message: "the list of pages goes round in circles",
          subject: "list \(resource.qualifiedName)")
      }
      token = page.continueToken
    } while !token.isEmpty
    return objects
  }

  private static func items(of page: ListPage, _ resource: APIResource) throws -> [LiveObject] {
    let list: JSONValue
    do throws(JSONScanner.Failure) {
      list = try JSONValue(parsing: page.bytes)
    } catch {
      throw APIError(
        .protocol, message: "a page cannot be read: \(error)",
        subject: "list \(resource.qualifiedName)")
    }
    // Items of a list do not repeat what they are.
    return (list["items"]?.array ?? []).map { item in
      var item = item
      // One that is metadata alone says so instead.
      let isPartial = item["kind"] == "PartialObjectMetadata"
      if item["kind"] == nil || isPartial { item["kind"] = .string(resource.kind) }
      if item["apiVersion"] == nil || isPartial {
        item["apiVersion"] = .string(resource.apiVersion)
      }
      return LiveObject(item)
    }
  }

  /// The same where the kind may not be served or allowed: then there is none. Only for what no
  /// object's life depends on.
  func listIfServed(
    _ resource: APIResource, namespace: String? = nil
  ) async throws -> [LiveObject] {
    do {
      return try await list(resource, namespace: namespace)
    } catch let error as APIError where [.notFound, .forbidden].contains(error.kind) {
      return []
    }
  }

  func policy(_ reference: PolicyReference) async throws -> LiveObject? {
    try await get(reference.resource, reference.key)
  }

  /// Objects by reference, side by side; those that are not there are left out.
  func objects(_ references: [ObjectReference]) async throws -> [LiveObject] {
    try await sideBySide(references) { reference in
      try await get(discovery.resource(of: reference), reference.key)
    }.compactMap { $0 }
  }

  // MARK: Bindings and Works

  /// Bindings of these keys; those that are not there are left out.
  func bindings(_ keys: [ObjectKey]) async throws -> [LiveObject] {
    try await sideBySide(keys) { key in
      try await get(key.namespace.isEmpty ? .clusterResourceBindings : .resourceBindings, key)
    }.compactMap { $0 }
  }

  /// The Works of these bindings, found by the id that they share.
  func works(ofIDs ids: [String], isClusterScoped: Bool) async throws -> [LiveObject] {
    let label =
      (isClusterScoped ? "cluster" : "") + "resourcebinding.karmada.io/permanent-id"
    let chunks = stride(from: 0, to: ids.count, by: 40).map {
      Array(ids[$0..<min($0 + 40, ids.count)])
    }
    return try await sideBySide(chunks) { chunk in
      try await list(.works, labelSelector: "\(label) in (\(chunk.joined(separator: ",")))")
    }.flatMap { $0 }
  }

  func works(of bindings: [LiveObject]) async throws -> [LiveObject] {
    func ids(_ kind: String) -> [String] {
      Set(bindings.filter { $0.kind == kind }.compactMap(\.bindingPermanentID)).sorted()
    }
    return try await works(ofIDs: ids("ResourceBinding"), isClusterScoped: false)
      + works(ofIDs: ids("ClusterResourceBinding"), isClusterScoped: true)
  }

  // MARK: Clusters and members

  func clusters(_ names: Set<String>) async throws -> [Cluster] {
    try await sideBySide(names.sorted()) { name in
      try await get(.clusters, ObjectKey(name: name)).map { live in
        try Cluster(json: live.document.serialized())
      }
    }.compactMap { $0 }
  }

  /// What is there now, in each member. What cannot be looked at says why; that is no failure of
  /// the reading.
  func members(
    _ places: [(cluster: String, object: ObjectReference)], clusters: [Cluster]
  ) async throws -> [MemberFact] {
    let notReady = Set(clusters.filter { !$0.isReady }.map(\.metadata.name))
    return try await sideBySide(places.map { Place($0.cluster, $0.object) }) { place in
      let (cluster, object) = (place.cluster, place.object)
      guard !notReady.contains(cluster) else {
        return MemberFact(
          cluster: cluster, object: object, state: .unverifiable("the cluster is not ready."))
      }
      do {
        let resource = try await discovery.resource(of: object)
        let live = try await get(resource, object.key, through: cluster)
        return MemberFact(
          cluster: cluster, object: object, state: live.map { .present($0) } ?? .absent)
      } catch let error as APIError {
        return MemberFact(
          cluster: cluster, object: object, state: .unverifiable("\(error.because)."))
      }
    }
  }

  private struct Place: Sendable {
    var cluster: String
    var object: ObjectReference
    init(_ cluster: String, _ object: ObjectReference) {
      self.cluster = cluster
      self.object = object.identity
    }
  }

  // MARK: Surroundings

  func overrides(of templates: [LiveObject]) async throws -> [String] {
    let namespaces = Set(templates.map(\.namespace)).filter { !$0.isEmpty }.sorted()
    let own = try await sideBySide(namespaces) { namespace in
      try await listIfServed(.overridePolicies, namespace: namespace)
    }.flatMap { $0 }
    let wide = try await listIfServed(.clusterOverridePolicies)
    return RollbackFacts.overrides(among: wide + own, selecting: templates)
  }

  func autoscalers(in namespaces: [String]) async throws -> [LiveObject] {
    let kinds = [
      ("autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler"),
      ("autoscaling.karmada.io", "v1alpha1", "federatedhpas", "FederatedHPA"),
      ("autoscaling.karmada.io", "v1alpha1", "cronfederatedhpas", "CronFederatedHPA"),
    ].map {
      APIResource(group: $0.0, version: $0.1, plural: $0.2, kind: $0.3, isNamespaced: true)
    }
    return try await sideBySide(namespaces) { namespace in
      var found: [LiveObject] = []
      for kind in kinds { found += try await listIfServed(kind, namespace: namespace) }
      return found
    }.flatMap { $0 }
  }

  func namespaces(_ names: [String]) async throws -> [LiveObject] {
    try await sideBySide(names) { name -> LiveObject? in
      do {
        return try await get(.namespaces, ObjectKey(name: name))
      } catch let error as APIError where error.kind == .forbidden {
        return nil
      }
    }.compactMap { $0 }
  }
}

extension PolicyReference {
  var resource: APIResource {
    kind == "ClusterPropagationPolicy" ? .clusterPropagationPolicies : .propagationPolicies
  }
}
