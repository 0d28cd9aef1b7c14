import ControlPlane
import Karmada
import Manifest

/// Reads from the server what an override policy is judged by: the policy itself, the clusters, the
/// other policies, and every template that it selects with its binding. Nothing comes from a cache.
struct OverrideReader: Sendable {
  let plane: any ControlPlane
  let discovery: Discovery
  /// How many requests are under way at a time.
  let width: Int

  /// Of one kind in one namespace, more templates than this are listed instead of read one by one.
  private static let singleLimit = 20

  init(_ plane: any ControlPlane, discovery: Discovery? = nil, width: Int = 8) {
    self.plane = plane
    self.discovery = discovery ?? Discovery(plane)
    self.width = width
  }

  // MARK: Single objects and lists

  /// nil when there is none.
  func policy(_ reference: PolicyReference) async throws -> JSONValue? {
    try await get(reference.overrideResource, reference.key)
  }

  private func get(_ resource: APIResource, _ key: ObjectKey) async throws -> JSONValue? {
    do {
      return try await plane.get(
        resource, namespace: key.namespace.isEmpty ? nil : key.namespace, name: key.name)
    } catch let error as APIError where error.kind == .notFound {
      return nil
    }
  }

  private func list(_ scope: ListScope) async throws -> [JSONValue] {
    let items = try await Session.objects(scope, from: plane).get()
    // Items of a list do not repeat what they are.
    return items.map { item in
      var item = item
      if item["kind"] == nil { item["kind"] = .string(scope.resource.kind) }
      if item["apiVersion"] == nil { item["apiVersion"] = .string(scope.resource.apiVersion) }
      return item
    }
  }

  // MARK: Everything

  /// - Parameter wanted: versions of the policy besides the one on the server; what any of them
  ///   selects is read.
  func facts(
    for reference: PolicyReference, wanted: [JSONValue]
  ) async throws -> SaveFacts {
    let namespace = reference.key.namespace.isEmpty ? nil : reference.key.namespace
    async let current = policy(reference)
    async let clusters = list(ListScope(.clusters))
    async let policies = list(ListScope(.overridePolicies, namespace: namespace))
    async let clusterPolicies = list(ListScope(.clusterOverridePolicies))
    async let bindings = bindings(for: reference)
    var facts = SaveFacts()
    facts.current = try await current
    for cluster in try await clusters {
      facts.clusters.append(OverrideTarget(decoding: cluster))
      if !Self.isReady(cluster) {
        facts.notReady.insert(cluster[path: "metadata", "name"]?.string ?? "")
      }
    }
    facts.overridePolicies = try await policies
    facts.clusterOverridePolicies = try await clusterPolicies
    let versions = ([facts.current].compactMap { $0 } + wanted).compactMap {
      OverridePolicySpec(readable: $0, scope: reference.overrideScope)
    }
    try await read(try await bindings, selectedBy: versions, into: &facts)
    return facts
  }

  /// A ClusterOverridePolicy selects objects in any namespace and in none.
  private func bindings(for reference: PolicyReference) async throws -> [JSONValue] {
    if !reference.key.namespace.isEmpty {
      return try await list(ListScope(.resourceBindings, namespace: reference.key.namespace))
    }
    async let namespaced = list(ListScope(.resourceBindings))
    async let wide = list(ListScope(.clusterResourceBindings))
    return try await namespaced + wide
  }

  private static func isReady(_ cluster: JSONValue) -> Bool {
    let conditions = cluster[path: "status", "conditions"]?.array ?? []
    return conditions.contains { $0["type"] == "Ready" && $0["status"] == "True" }
  }

  // MARK: Templates

  private struct Kind: Hashable, Sendable {
    var apiVersion: String
    var kind: String
    var namespace: String

    init(_ binding: JSONValue) {
      let resource = binding[path: "spec", "resource"]
      apiVersion = resource?["apiVersion"]?.string ?? ""
      kind = resource?["kind"]?.string ?? ""
      namespace = resource?["namespace"]?.string ?? ""
    }

    var reference: ObjectReference {
      var reference = ObjectReference()
      (reference.apiVersion, reference.kind) = (apiVersion, kind)
      return reference
    }
  }

  private func read(
    _ bindings: [JSONValue], selectedBy versions: [OverridePolicySpec],
    into facts: inout SaveFacts
  ) async throws {
    let candidates = bindings.filter { binding in
      versions.contains { Self.mayBeSelected(binding, by: $0) }
    }
    let groups = Dictionary(grouping: candidates, by: Kind.init).sorted {
      ($0.key.namespace, $0.key.kind) < ($1.key.namespace, $1.key.kind)
    }
    let found = try await inParallel(groups.map { ($0.key, $0.value) }, limit: width) { group in
      try await objects(group.0, group.1)
    }
    for (objects, complaint) in found {
      facts.objects += objects.filter { object in
        versions.contains { $0.mayReach(object.template) }
      }
      if let complaint { facts.unread.append(complaint) }
    }
  }

  /// By all that a binding tells of its template: everything but its labels.
  private static func mayBeSelected(_ binding: JSONValue, by policy: OverridePolicySpec) -> Bool {
    let resource = binding[path: "spec", "resource"]
    func says(_ wanted: String, _ key: String) -> Bool {
      wanted.isEmpty || resource?[key]?.string == wanted
    }
    if policy.resourceSelectors.isEmpty { return true }
    return policy.resourceSelectors.contains { selector in
      says(selector.apiVersion, "apiVersion") && says(selector.kind, "kind")
        && says(selector.namespace, "namespace") && says(selector.name, "name")
    }
  }

  private func objects(
    _ kind: Kind, _ bindings: [JSONValue]
  ) async throws -> ([SaveFacts.Object], String?) {
    let names = bindings.map { $0[path: "spec", "resource", "name"]?.string ?? "" }
    do {
      let resource = try await discovery.resource(of: kind.reference)
      let namespace = kind.namespace.isEmpty ? nil : kind.namespace
      var templates: [String: JSONValue] = [:]
      if names.count > Self.singleLimit {
        for item in try await list(ListScope(resource, namespace: namespace)) {
          templates[item[path: "metadata", "name"]?.string ?? ""] = item
        }
      } else {
        let read = try await inParallel(names, limit: width) { name in
          try await get(resource, ObjectKey(namespace: kind.namespace, name: name))
        }
        for (name, template) in zip(names, read) { templates[name] = template }
      }
      return (
        zip(names, bindings).compactMap { name, binding in
          templates[name].map { SaveFacts.Object(template: $0, binding: binding) }
        }, nil
      )
    } catch let error as APIError where [.forbidden, .notFound].contains(error.kind) {
      // The rest can be told without it; that this cannot is a hazard of its own.
      let count = "\(names.count) \(kind.kind)\(names.count == 1 ? "" : "s")"
      return (
        [], "\(count) in \(kind.namespace.isEmpty ? "no namespace" : kind.namespace): \(error)"
      )
    }
  }

  // MARK: Works

  /// Of these bindings, found by the ids that they share.
  func works(of bindings: [SaveMachine.Binding]) async throws -> [JSONValue] {
    var chunks: [ListScope] = []
    for isClusterScoped in [false, true] {
      let ids = bindings.filter { $0.isClusterScoped == isClusterScoped }.map(\.permanentID)
      let label = (isClusterScoped ? "cluster" : "") + "resourcebinding.karmada.io/permanent-id"
      for start in stride(from: 0, to: ids.count, by: 40) {
        let some = ids[start..<min(start + 40, ids.count)].joined(separator: ",")
        chunks.append(ListScope(.works, labelSelector: "\(label) in (\(some))"))
      }
    }
    return try await inParallel(chunks, limit: width) { try await list($0) }.flatMap { $0 }
  }
}

extension OverridePolicySpec {
  /// It selects the object, or another policy's change of it may make it do so.
  fileprivate func mayReach(_ template: JSONValue) -> Bool {
    if resourceSelectors.isEmpty { return true }
    return resourceSelectors.contains { selector in
      selector.precision(of: template) > 0 || selector.labels != .absent
    }
  }
}

extension PolicyReference {
  /// Of an override policy.
  var overrideResource: APIResource {
    overrideScope == .cluster ? .clusterOverridePolicies : .overridePolicies
  }
}
