import ControlPlane
import Manifest

/// Answers requests against a fleet: the API server's rules of HTTP, without HTTP. Pure: the
/// fleet and the moment come in, the answer and the changed fleet go out.
struct APIServer {
  /// The largest body taken, in bytes.
  static let bodyLimit = 3 << 20

  let caller: Caller
  let now: Time
  /// "127.0.0.1:8899"
  let address: String

  func answer(_ request: APIRequest, fleet: inout Fleet) -> APIAnswer {
    fleet.awaken(for: request)
    var answer = self.answer(request, server: .karmada, fleet: &fleet)
    let audit = [
      APIResponse.Header("Audit-Id", fleet.karmada.newUID()),
      APIResponse.Header("Cache-Control", "no-cache, private"),
    ]
    // Karmada's aggregated API server and the one in front of it each add theirs.
    let isAggregated = request.path.hasPrefix("/apis/cluster.karmada.io/")
    answer.headers += isAggregated ? [audit[0], audit[0], audit[1], audit[1]] : audit
    return answer
  }

  private func answer(_ request: APIRequest, server: ServerID, fleet: inout Fleet) -> APIAnswer {
    guard let registry = fleet[server]?.registry else { return APIAnswer(Self.unknownPath) }
    let route = Route(path: request.path, registry: registry)
    do throws(StatusError) {
      if case .health(let name) = route { return Self.health(name, request) }
      if route == .version { return APIAnswer(200, Self.version(fleet.gitVersion)) }
      if caller == .anonymous { throw forbidden(request, route) }
      return try answer(request, route: route, server: server, fleet: &fleet)
    } catch {
      return APIAnswer(error)
    }
  }

  private func answer(
    _ request: APIRequest, route: Route, server: ServerID, fleet: inout Fleet
  ) throws(StatusError) -> APIAnswer {
    switch route {
    case .objects(let target):
      guard (request.body?.count ?? 0) <= Self.bodyLimit else { throw .tooLarge }
      try authorize(request, target, fleet.access)
      return try ObjectRequest(request: request, target: target, server: server, now: now)
        .answer(caller: caller, fleet: &fleet)
    case .proxy(let cluster, let path):
      return try proxy(request, cluster: cluster, path: path, fleet: &fleet)
    default:
      guard request.method == .get else { throw .methodNotAllowed() }
      guard let registry = fleet[server]?.registry,
        let document = document(route, accept: request.accept, registry: registry)
      else { return APIAnswer(text: "404 page not found\n", status: 404) }
      return document
    }
  }

  private static let unknownPath = StatusError(
    code: 404, reason: "NotFound", message: "the server could not find the requested resource",
    details: [:])

  // MARK: Documents

  private func document(_ route: Route, accept: String, registry: ResourceRegistry) -> APIAnswer? {
    let discovery = Discovery(registry: registry, address: address)
    let openAPI = OpenAPI(registry: registry)
    let value: JSONValue?
    switch route {
    case .coreVersions, .groups:
      if let type = Self.aggregatedType(accept) {
        var answer = APIAnswer(200, discovery.aggregated(core: route == .coreVersions))
        answer.contentType = type
        return answer
      }
      value = route == .coreVersions ? discovery.coreVersions : discovery.groups
    case .group(let name): value = discovery.group(name)
    case .resources(let group, let version):
      value = discovery.resources(group: group, version: version)
    case .openAPIv2: value = openAPI.v2
    case .openAPIv3Index: value = openAPI.index
    case .openAPIv3(let group, let version):
      value = openAPI.document(group: group, version: version)
    default: value = nil
    }
    return value.map { APIAnswer(200, $0) }
  }

  /// The media type of aggregated discovery when the client asks for it first.
  private static func aggregatedType(_ accept: String) -> String? {
    guard let first = accept.split(separator: ",").first,
      first.contains("as=APIGroupDiscoveryList"), first.contains("v=v2"),
      !first.contains("v=v2beta1"), first.contains("json")
    else { return nil }
    return "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
  }

  private static func version(_ git: String) -> JSONValue {
    let parts = git.drop { $0 == "v" }.split(separator: ".")
    return [
      "major": .string(parts.first.map(String.init) ?? ""),
      "minor": .string(parts.dropFirst().first.map(String.init) ?? ""),
      "gitVersion": .string(git), "gitCommit": "", "gitTreeState": "clean",
      "buildDate": "2024-11-20T00:00:00Z", "goVersion": "go1.22.8", "compiler": "gc",
      "platform": "linux/amd64",
    ]
  }

  private static func health(_ name: String, _ request: APIRequest) -> APIAnswer {
    guard request.query.contains(where: { $0.name == "verbose" }) else {
      return APIAnswer(text: "ok")
    }
    return APIAnswer(text: "[+]ping ok\n[+]log ok\n[+]etcd ok\n\(name) check passed\n")
  }

  // MARK: Permissions

  private func forbidden(_ request: APIRequest, _ route: Route) -> StatusError {
    guard case .objects(let target) = route else {
      return StatusError(
        code: 403, reason: "Forbidden",
        message: "forbidden: User \"\(caller.name)\" cannot \(request.method.rawValue.lowercased())"
          + " path \"\(request.path)\"", details: [:])
    }
    return Self.forbidden(
      user: caller.name, verb: Self.verb(request, target), type: target.type, name: target.name,
      namespace: target.namespace, subresource: target.subresource)
  }

  static func forbidden(
    user: String, verb: String, type: ResourceType, name: String, namespace: String,
    subresource: String = ""
  ) -> StatusError {
    let resource = type.api.plural + (subresource.isEmpty ? "" : "/\(subresource)")
    let scope = namespace.isEmpty ? "at the cluster scope" : "in the namespace \"\(namespace)\""
    let subject = name.isEmpty ? "" : " \"\(name)\""
    return StatusError(
      code: 403, reason: "Forbidden",
      message: "\(type.api.qualifiedName)\(subject) is forbidden: User \"\(user)\" cannot \(verb) "
        + "resource \"\(resource)\" in API group \"\(type.api.group)\" \(scope)",
      details: StatusError.details(type, name))
  }

  /// RBAC's word for a request.
  private static func verb(_ request: APIRequest, _ target: WriteTarget) -> String {
    switch request.method {
    case .get:
      target.name.isEmpty ? (ObjectRequest.isWatch(request) ? "watch" : "list") : "get"
    case .post: "create"
    case .put: "update"
    case .patch: "patch"
    case .delete: target.name.isEmpty ? "deletecollection" : "delete"
    }
  }

  private func authorize(_ request: APIRequest, _ target: WriteTarget, _ access: AccessRules)
    throws(StatusError)
  {
    let verb = Self.verb(request, target)
    let resource =
      target.type.api.plural + (target.subresource.isEmpty ? "" : "/\(target.subresource)")
    guard
      access.allows(
        verb: verb, group: target.type.api.group, resource: resource, namespace: target.namespace)
    else {
      throw Self.forbidden(
        user: caller.name, verb: verb, type: target.type, name: target.name,
        namespace: target.namespace, subresource: target.subresource)
    }
  }

  // MARK: Members

  private func proxy(
    _ request: APIRequest, cluster: String, path: String, fleet: inout Fleet
  ) throws(StatusError) -> APIAnswer {
    guard let type = fleet.karmada.registry.type(.clusters) else { throw Self.unknownPath }
    let verb = request.method == .get ? "get" : request.method == .post ? "create" : "update"
    guard
      fleet.access.allows(
        verb: verb, group: type.api.group, resource: "clusters/proxy", namespace: "")
    else {
      throw Self.forbidden(
        user: caller.name, verb: verb, type: type, name: cluster, namespace: "",
        subresource: "proxy")
    }
    let object = try fleet.karmada.get(type, namespace: "", name: cluster)
    guard let member = fleet.members[cluster], member.isReachable else {
      let endpoint = object.value[path: "spec", "apiEndpoint"]?.string ?? ""
      let host = endpoint.split(separator: "/").last.map(String.init) ?? cluster
      let why =
        fleet.troubles.cut.contains(cluster) ? "i/o timeout" : "connect: connection refused"
      throw StatusError(code: 500, reason: "", message: "dial tcp \(host): \(why)")
    }
    var inner = request
    inner.path = path
    return answer(inner, server: .member(cluster), fleet: &fleet)
  }
}
