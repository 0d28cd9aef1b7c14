import Manifest

/// The documents by which clients find out what a server serves.
struct Discovery {
  let registry: ResourceRegistry
  /// "127.0.0.1:8899", as `/api` names it.
  let address: String

  var coreVersions: JSONValue {
    [
      "kind": "APIVersions", "versions": ["v1"],
      "serverAddressByClientCIDRs": [
        ["clientCIDR": "0.0.0.0/0", "serverAddress": .string(address)]
      ],
    ]
  }

  var groups: JSONValue {
    [
      "kind": "APIGroupList", "apiVersion": "v1",
      "groups": .array(registry.groups.map { Self.group($0.name, $0.versions) }),
    ]
  }

  func group(_ name: String) -> JSONValue? {
    guard let found = registry.groups.first(where: { $0.name == name }),
      case .object(var group) = Self.group(found.name, found.versions)
    else { return nil }
    group["kind"] = "APIGroup"
    group["apiVersion"] = "v1"
    return .object(group)
  }

  private static func group(_ name: String, _ versions: [String]) -> JSONValue {
    let listed = versions.map {
      JSONValue.object(["groupVersion": .string("\(name)/\($0)"), "version": .string($0)])
    }
    return [
      "name": .string(name), "versions": .array(listed), "preferredVersion": listed.first ?? .null,
    ]
  }

  func resources(group: String, version: String) -> JSONValue? {
    let types = registry.types(group: group, version: version)
    guard !types.isEmpty else { return nil }
    return [
      "kind": "APIResourceList", "apiVersion": "v1",
      "groupVersion": .string(group.isEmpty ? version : "\(group)/\(version)"),
      "resources": .array(types.flatMap(Self.entries)),
    ]
  }

  /// A resource and its subresources.
  private static func entries(_ type: ResourceType) -> [JSONValue] {
    var entry: JSONObject = [
      "name": .string(type.api.plural), "singularName": .string(type.singular),
      "namespaced": .bool(type.api.isNamespaced), "kind": .string(type.api.kind),
      "verbs": .array(type.verbs.map { .string($0) }),
    ]
    if !type.shortNames.isEmpty {
      entry["shortNames"] = .array(type.shortNames.map { .string($0) })
    }
    if !type.categories.isEmpty {
      entry["categories"] = .array(type.categories.map { .string($0) })
    }
    var entries = [JSONValue.object(entry)]
    func add(_ subresource: String, kind: String, verbs: JSONValue) {
      entries.append([
        "name": .string("\(type.api.plural)/\(subresource)"), "singularName": "",
        "namespaced": .bool(type.api.isNamespaced), "kind": .string(kind), "verbs": verbs,
      ])
    }
    if type.id == "clusters.cluster.karmada.io" {
      add(
        "proxy", kind: "ClusterProxyOptions",
        verbs: ["create", "delete", "get", "patch", "update"])
    }
    if type.hasStatus { add("status", kind: type.api.kind, verbs: ["get", "patch", "update"]) }
    return entries
  }

  // MARK: Aggregated discovery

  /// `APIGroupDiscoveryList`: everything below /api or /apis in one document.
  func aggregated(core: Bool) -> JSONValue {
    let groups = core ? [(name: "", versions: ["v1"])] : registry.groups
    return [
      "kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": [:],
      "items": .array(
        groups.map { group in
          let metadata: JSONValue = group.name.isEmpty ? [:] : ["name": .string(group.name)]
          let versions = group.versions.map { version in
            JSONValue.object([
              "version": .string(version), "freshness": "Current",
              "resources": .array(
                registry.types(group: group.name, version: version).map(Self.aggregatedEntry)),
            ])
          }
          return ["metadata": metadata, "versions": .array(versions)]
        }),
    ]
  }

  private static func aggregatedEntry(_ type: ResourceType) -> JSONValue {
    let responseKind: JSONValue = [
      "group": .string(type.api.group), "version": .string(type.api.version),
      "kind": .string(type.api.kind),
    ]
    var entry: JSONObject = [
      "resource": .string(type.api.plural), "responseKind": responseKind,
      "scope": type.api.isNamespaced ? "Namespaced" : "Cluster",
      "singularResource": .string(type.singular),
      "verbs": .array(type.verbs.map { .string($0) }),
    ]
    if !type.shortNames.isEmpty {
      entry["shortNames"] = .array(type.shortNames.map { .string($0) })
    }
    if !type.categories.isEmpty {
      entry["categories"] = .array(type.categories.map { .string($0) })
    }
    if type.hasStatus {
      entry["subresources"] = [
        [
          "subresource": "status", "responseKind": responseKind,
          "verbs": ["get", "patch", "update"],
        ]
      ]
    }
    return .object(entry)
  }
}
