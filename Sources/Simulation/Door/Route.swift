import ControlPlane

/// What a path addresses.
enum Route: Hashable {
  case version
  /// "readyz", "livez", "healthz".
  case health(String)
  case coreVersions
  case groups
  case group(String)
  case resources(group: String, version: String)
  case openAPIv2
  case openAPIv3Index
  case openAPIv3(group: String, version: String)
  case objects(WriteTarget)
  /// A member's API through Karmada; the path is as the member sees it.
  case proxy(cluster: String, path: String)
  case unknown

  init(path: String, registry: ResourceRegistry) {
    var decoded: [String] = []
    for segment in path.split(separator: "/", omittingEmptySubsequences: true) {
      guard let text = Percent.decode(segment) else {
        self = .unknown
        return
      }
      decoded.append(text)
    }
    self = Self.route(decoded, path: path, registry: registry)
  }

  private static func route(_ segments: [String], path: String, registry: ResourceRegistry)
    -> Route
  {
    switch segments.first {
    case "version" where segments.count == 1: return .version
    case "readyz", "livez", "healthz": return .health(segments[0])
    case "openapi": return openAPI(segments)
    case "api":
      if segments.count == 1 { return .coreVersions }
      if segments.count == 2 {
        return segments[1] == "v1" ? .resources(group: "", version: "v1") : .unknown
      }
      return objects(segments.dropFirst(2), group: "", version: segments[1], registry: registry)
    case "apis":
      if segments.count == 1 { return .groups }
      let group = segments[1]
      guard registry.groups.contains(where: { $0.name == group }) else { return .unknown }
      if segments.count == 2 { return .group(group) }
      if segments.count == 3 { return .resources(group: group, version: segments[2]) }
      if group == "cluster.karmada.io", segments.count >= 6, segments[5] == "proxy" {
        // The member's part is handed on still encoded.
        let rest = path.split(separator: "/", omittingEmptySubsequences: true).dropFirst(6)
        return .proxy(cluster: segments[4], path: "/" + rest.joined(separator: "/"))
      }
      return objects(
        segments.dropFirst(3), group: group, version: segments[2], registry: registry)
    default: return .unknown
    }
  }

  private static func openAPI(_ segments: [String]) -> Route {
    switch segments.dropFirst() {
    case ["v2"]: .openAPIv2
    case ["v3"]: .openAPIv3Index
    case ["v3", "api", "v1"]: .openAPIv3(group: "", version: "v1")
    case let rest where rest.count == 4 && segments[1] == "v3" && segments[2] == "apis":
      .openAPIv3(group: segments[3], version: segments[4])
    default: .unknown
    }
  }

  /// `[namespaces/NS/]PLURAL[/NAME[/SUBRESOURCE]]`
  private static func objects(
    _ segments: ArraySlice<String>, group: String, version: String, registry: ResourceRegistry
  ) -> Route {
    var rest = Array(segments)
    var namespace = ""
    if rest.count >= 3, rest[0] == "namespaces",
      let type = registry.type(group: group, version: version, plural: rest[2]),
      type.api.isNamespaced
    {
      namespace = rest[1]
      rest.removeFirst(2)
    }
    guard (1...3).contains(rest.count),
      let type = registry.type(group: group, version: version, plural: rest[0])
    else { return .unknown }
    if type.api.isNamespaced, namespace.isEmpty, rest.count > 1 { return .unknown }
    return .objects(
      WriteTarget(
        type, namespace: namespace, name: rest.count > 1 ? rest[1] : "",
        subresource: rest.count > 2 ? rest[2] : ""))
  }
}
