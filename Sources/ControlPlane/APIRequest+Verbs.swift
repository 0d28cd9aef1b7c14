import Manifest

/// How a PATCH's body is to be read.
public enum PatchType: String, Hashable, Sendable, CaseIterable {
  /// RFC 7386.
  case merge = "application/merge-patch+json"
  /// RFC 6902.
  case json = "application/json-patch+json"
  /// Kubernetes' own, for built-in kinds only: custom resources answer 415.
  case strategic = "application/strategic-merge-patch+json"
}

/// What a server does with fields it does not know or sees twice.
public enum FieldValidation: String, Hashable, Sendable, CaseIterable {
  case ignore = "Ignore"
  case warn = "Warn"
  case strict = "Strict"
}

/// What becomes of an object's dependents.
public enum DeletionPropagation: String, Hashable, Sendable, CaseIterable {
  case orphan = "Orphan"
  case background = "Background"
  case foreground = "Foreground"
}

/// What must still be true of an object for it to be deleted; otherwise 409.
public struct Preconditions: Hashable, Sendable {
  public var uid: String?
  public var resourceVersion: String?
  public init(uid: String? = nil, resourceVersion: String? = nil) {
    self.uid = uid
    self.resourceVersion = resourceVersion
  }
}

/// How a write is to be carried out.
public struct WriteOptions: Hashable, Sendable {
  /// Have the server check everything and change nothing (`dryRun=All`).
  public var isDryRun: Bool
  /// nil leaves it to the server.
  public var fieldValidation: FieldValidation?
  /// Under whose name `managedFields` keeps the change.
  public var fieldManager: String

  public init(
    dryRun: Bool = false, fieldValidation: FieldValidation? = nil,
    fieldManager: String = "quarterdeck"
  ) {
    isDryRun = dryRun
    self.fieldValidation = fieldValidation
    self.fieldManager = fieldManager
  }

  fileprivate var query: [APIRequest.QueryItem] {
    var items = [APIRequest.QueryItem("fieldManager", fieldManager)]
    if isDryRun { items.append(.init("dryRun", "All")) }
    if let fieldValidation { items.append(.init("fieldValidation", fieldValidation.rawValue)) }
    return items
  }
}

/// Which objects of a kind a list or a watch is about.
public struct ListScope: Hashable, Sendable {
  public var resource: APIResource
  /// nil: all namespaces.
  public var namespace: String?
  public var labelSelector: String?
  public var fieldSelector: String?
  /// A member cluster, asked through its proxy; nil: the control plane itself.
  public var cluster: String?
  /// Asks for the objects' metadata alone (PartialObjectMetadata). A server that does not know that
  /// form sends them whole.
  public var wantsMetadataOnly: Bool

  public init(
    _ resource: APIResource, namespace: String? = nil, labelSelector: String? = nil,
    fieldSelector: String? = nil, cluster: String? = nil, wantsMetadataOnly: Bool = false
  ) {
    self.resource = resource
    self.namespace = namespace
    self.labelSelector = labelSelector
    self.fieldSelector = fieldSelector
    self.cluster = cluster
    self.wantsMetadataOnly = wantsMetadataOnly
  }

  private static let metadataList =
    "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"

  fileprivate func request(query: [APIRequest.QueryItem], timeout: Duration?) -> APIRequest {
    var query = query
    if let labelSelector { query.append(.init("labelSelector", labelSelector)) }
    if let fieldSelector { query.append(.init("fieldSelector", fieldSelector)) }
    let request = APIRequest(
      .get, resource.path(namespace: namespace), query: query,
      accept: wantsMetadataOnly ? Self.metadataList : "application/json", timeout: timeout)
    return cluster.map { request.proxying(cluster: $0) } ?? request
  }
}

extension APIRequest {
  /// One page of a list, or the whole of it without a limit. The first page takes a
  /// resourceVersion, the others only the continue token (servers refuse both together).
  public static func list(
    _ scope: ListScope, limit: Int? = nil, continueToken: String = "",
    resourceVersion: String? = nil, resourceVersionMatch: String? = nil
  ) -> APIRequest {
    var query: [QueryItem] = []
    if let limit { query.append(.init("limit", String(limit))) }
    if !continueToken.isEmpty {
      query.append(.init("continue", continueToken))
    } else if let resourceVersion {
      query.append(.init("resourceVersion", resourceVersion))
      if let resourceVersionMatch {
        query.append(.init("resourceVersionMatch", resourceVersionMatch))
      }
    }
    return scope.request(query: query, timeout: .seconds(60))
  }

  /// A watch with bookmarks. With `sendInitialEvents` everything there is comes first, then a
  /// bookmark that says so (a streaming list).
  public static func watch(
    _ scope: ListScope, resourceVersion: String, sendInitialEvents: Bool = false,
    timeoutSeconds: Int? = nil
  ) -> APIRequest {
    var query = [QueryItem("watch", "1"), QueryItem("allowWatchBookmarks", "true")]
    if !resourceVersion.isEmpty { query.append(.init("resourceVersion", resourceVersion)) }
    if sendInitialEvents {
      query.append(.init("sendInitialEvents", "true"))
      query.append(.init("resourceVersionMatch", "NotOlderThan"))
    }
    if let timeoutSeconds { query.append(.init("timeoutSeconds", String(timeoutSeconds))) }
    return scope.request(query: query, timeout: nil)
  }

  public static func get(
    _ resource: APIResource, namespace: String? = nil, name: String, subresource: String? = nil
  ) -> APIRequest {
    APIRequest(
      .get, resource.path(namespace: namespace, name: name, subresource: subresource))
  }

  public static func create(
    _ resource: APIResource, namespace: String? = nil, object: JSONValue,
    options: WriteOptions = WriteOptions()
  ) -> APIRequest {
    .write(.post, resource.path(namespace: namespace), object, options)
  }

  /// Replaces an object. A resourceVersion in its metadata makes the server refuse (409) when
  /// somebody changed it meanwhile.
  public static func update(
    _ resource: APIResource, namespace: String? = nil, name: String, subresource: String? = nil,
    object: JSONValue, options: WriteOptions = WriteOptions()
  ) -> APIRequest {
    let path = resource.path(namespace: namespace, name: name, subresource: subresource)
    return .write(.put, path, object, options)
  }

  public static func patch(
    _ resource: APIResource, namespace: String? = nil, name: String, subresource: String? = nil,
    type: PatchType = .merge, patch: JSONValue, options: WriteOptions = WriteOptions()
  ) -> APIRequest {
    let path = resource.path(namespace: namespace, name: name, subresource: subresource)
    return .write(.patch, path, patch, options, contentType: type.rawValue)
  }

  public static func delete(
    _ resource: APIResource, namespace: String? = nil, name: String,
    preconditions: Preconditions = Preconditions(), propagationPolicy: DeletionPropagation? = nil,
    dryRun: Bool = false
  ) -> APIRequest {
    var options: JSONValue = ["apiVersion": "v1", "kind": "DeleteOptions"]
    if let propagationPolicy { options["propagationPolicy"] = .string(propagationPolicy.rawValue) }
    if let uid = preconditions.uid { options[preconditionsOf: "uid"] = uid }
    if let version = preconditions.resourceVersion {
      options[preconditionsOf: "resourceVersion"] = version
    }
    // A server that is given a body reads no options from the query: the body decides, the query
    // is for whoever reads a log.
    if dryRun { options["dryRun"] = ["All"] }
    return APIRequest(
      .delete, resource.path(namespace: namespace, name: name),
      query: dryRun ? [QueryItem("dryRun", "All")] : [], contentType: "application/json",
      body: options.serialized())
  }

  /// The same call on a member cluster, through the control plane's proxy.
  public func proxying(cluster: String) -> APIRequest {
    var request = self
    request.path =
      APIResource.clusters.path(name: cluster, subresource: "proxy") + path
    return request
  }

  private static func write(
    _ method: Method, _ path: String, _ body: JSONValue, _ options: WriteOptions,
    contentType: String = "application/json"
  ) -> APIRequest {
    APIRequest(
      method, path, query: options.query, contentType: contentType, body: body.serialized())
  }
}

extension JSONValue {
  fileprivate subscript(preconditionsOf key: String) -> String? {
    get { self["preconditions"]?[key]?.string }
    set {
      var preconditions = self["preconditions"] ?? [:]
      preconditions[key] = newValue.map { .string($0) }
      self["preconditions"] = preconditions
    }
  }
}
