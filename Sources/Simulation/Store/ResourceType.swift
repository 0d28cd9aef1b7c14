import ControlPlane

/// A kind of object as a server serves it: its address and how it behaves there.
public struct ResourceType: Hashable, Sendable {
  /// Which of the API server's three ways of serving a kind this is. They differ in small,
  /// visible ways: key order, whether list items name their kind, which patches are taken.
  public enum Origin: Hashable, Sendable {
    /// Compiled into kube-apiserver.
    case builtIn
    /// Karmada's aggregated API server: like a built-in, except that headers come twice.
    case aggregated
    /// A CustomResourceDefinition.
    case custom
  }

  public var api: APIResource
  public var singular: String
  public var shortNames: [String]
  public var categories: [String]
  public var origin: Origin
  /// Has a /status subresource: then the main path never writes status, and it nothing else.
  public var hasStatus: Bool
  /// Carries metadata.generation.
  public var hasGeneration: Bool
  /// An answer only, never stored: access reviews.
  public var isReview: Bool

  public init(
    _ api: APIResource, shortNames: [String] = [], categories: [String] = [],
    origin: Origin = .custom, hasStatus: Bool = false, hasGeneration: Bool = true,
    isReview: Bool = false
  ) {
    self.api = api
    self.singular = api.kind.lowercased()
    self.shortNames = shortNames
    self.categories = categories
    self.origin = origin
    self.hasStatus = hasStatus
    self.hasGeneration = hasGeneration
    self.isReview = isReview
  }

  /// In the order the real server lists them.
  public var verbs: [String] {
    if isReview { return ["create"] }
    return switch origin {
    case .custom:
      ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"]
    case .builtIn, .aggregated:
      ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
    }
  }

  /// What tells one kind from another within a store: "resourcebindings.work.karmada.io".
  public var id: String { api.qualifiedName }
}

/// The kinds one server knows.
public struct ResourceRegistry: Sendable {
  /// In the order of discovery.
  public let types: [ResourceType]
  private let byAddress: [String: ResourceType]
  private let byKind: [String: ResourceType]
  private let byID: [String: ResourceType]

  public init(_ types: [ResourceType]) {
    self.types = types
    byAddress = Dictionary(
      types.map { ("\($0.api.apiVersion)/\($0.api.plural)", $0) }, uniquingKeysWith: { a, _ in a })
    byKind = Dictionary(
      types.map { ("\($0.api.apiVersion)/\($0.api.kind)", $0) }, uniquingKeysWith: { a, _ in a })
    byID = Dictionary(types.map { ($0.id, $0) }, uniquingKeysWith: { a, _ in a })
  }

  /// The type under `/apis/GROUP/VERSION/PLURAL`; the core group has the empty name.
  public func type(group: String, version: String, plural: String) -> ResourceType? {
    byAddress[group.isEmpty ? "\(version)/\(plural)" : "\(group)/\(version)/\(plural)"]
  }

  /// The type of an object that calls itself so: `type(apiVersion: "apps/v1", kind: "Deployment")`.
  public func type(apiVersion: String, kind: String) -> ResourceType? {
    byKind["\(apiVersion)/\(kind)"]
  }

  /// The type with that `ResourceType.id`: "works.work.karmada.io".
  public func type(id: String) -> ResourceType? { byID[id] }

  public func type(_ api: APIResource) -> ResourceType? {
    type(group: api.group, version: api.version, plural: api.plural)
  }

  /// Groups in the order of discovery, each with its versions, the preferred one first. The core
  /// group is not among them.
  public var groups: [(name: String, versions: [String])] {
    var groups: [(name: String, versions: [String])] = []
    for type in types where !type.api.group.isEmpty {
      if let index = groups.firstIndex(where: { $0.name == type.api.group }) {
        if !groups[index].versions.contains(type.api.version) {
          groups[index].versions.append(type.api.version)
        }
      } else {
        groups.append((type.api.group, [type.api.version]))
      }
    }
    return groups
  }

  public func types(group: String, version: String) -> [ResourceType] {
    types.filter { $0.api.group == group && $0.api.version == version }
  }
}
