import Manifest

/// What selectors ask about an object.
struct OverrideSubject {
  let apiVersion: String
  let kind: String
  let namespace: String
  let name: String
  /// None when one of them is no text: Kubernetes then sees none at all.
  let labels: [String: String]

  init(_ manifest: JSONValue) {
    let metadata = manifest["metadata"]
    apiVersion = manifest["apiVersion"]?.string ?? ""
    kind = manifest["kind"]?.string ?? ""
    namespace = metadata?["namespace"]?.string ?? ""
    name = metadata?["name"]?.string ?? ""
    var labels: [String: String] = [:]
    for (key, value) in metadata?["labels"]?.object?.members ?? [:] {
      guard let text = value.string else {
        labels = [:]
        break
      }
      labels[key] = text
    }
    self.labels = labels
  }
}

extension OverridePolicySpec {
  enum Selection {
    /// How precisely: 1 everything, 2 by labels, 3 by name.
    case selected(Int)
    /// Why not, worked out only when somebody asks.
    case unmet(() -> OverrideTrace.Unmet)
  }

  func selection(of object: OverrideSubject) -> Selection {
    if scope == .namespaced {
      if object.namespace.isEmpty {
        return .unmet {
          OverrideTrace.Unmet(
            .clusterScopedObject,
            "The object belongs to no namespace; only a ClusterOverridePolicy can change it.")
        }
      }
      if namespace != object.namespace {
        return .unmet {
          OverrideTrace.Unmet(
            .otherNamespace,
            "The policy is in namespace \(namespace), the object in \(object.namespace).")
        }
      }
    }
    if resourceSelectors.isEmpty { return .selected(1) }
    let best = resourceSelectors.reduce(0) { max($0, $1.precision(for: object)) }
    if best > 0 { return .selected(best) }
    return .unmet {
      // Of several selectors the one that came nearest says most.
      let reasons = resourceSelectors.compactMap { $0.unmet(by: object) }
      let nearest = reasons.max { $0.progress < $1.progress }
      return nearest ?? OverrideTrace.Unmet(.kind, "No selector matches the object.")
    }
  }
}

extension OverridePolicySpec.Selector {
  /// 0 when it does not match.
  func precision(for object: OverrideSubject) -> Int {
    guard apiVersion == object.apiVersion, kind == object.kind,
      namespace.isEmpty || namespace == object.namespace
    else { return 0 }
    if !name.isEmpty { return name == object.name ? 3 : 0 }
    return switch labels {
    case .absent: 1
    case .selector(let selector): selector.matches(object.labels) ? 2 : 0
    case .invalid: 0
    }
  }

  fileprivate func unmet(by object: OverrideSubject) -> OverrideTrace.Unmet? {
    func unmet(_ kind: OverrideTrace.Unmet.Kind, _ wanted: String, _ is: String)
      -> OverrideTrace
      .Unmet
    {
      .init(kind, "The policy selects \(kind.rawValue) \(wanted); the object has \(`is`).")
    }
    if kind != object.kind { return unmet(.kind, kind, object.kind) }
    if apiVersion != object.apiVersion { return unmet(.apiVersion, apiVersion, object.apiVersion) }
    if !namespace.isEmpty, namespace != object.namespace {
      return unmet(.namespace, namespace, object.namespace.isEmpty ? "none" : object.namespace)
    }
    if !name.isEmpty { return name == object.name ? nil : unmet(.name, name, object.name) }
    switch labels {
    case .absent: return nil
    case .invalid(let what):
      return .init(
        .invalidSelector, "The labelSelector cannot be read, so it matches nothing: \(what).")
    case .selector(let selector):
      return selector.firstUnmet(object.labels).map { requirement in
        let value = object.labels[requirement.key].map { "has \(requirement.key)=\($0)" }
        return .init(
          .labels,
          "The policy wants the label \(requirement); the object \(value ?? "has no such label").")
      }
    }
  }
}

extension OverrideTrace.Unmet {
  /// How far a selector got before it failed.
  fileprivate var progress: Int {
    switch kind {
    case .kind: 0
    case .apiVersion: 1
    case .namespace: 2
    case .name: 3
    default: 4
    }
  }
}

extension OverridePolicySpec.Affinity {
  /// The first condition the cluster does not meet; nil when it meets all.
  func unmet(by cluster: OverrideTarget) -> OverrideTrace.Unmet? {
    if exclude.contains(cluster.name) {
      return .init(.excluded, "targetCluster excludes \(cluster.name).")
    }
    switch labels {
    case .absent: break
    case .invalid(let what): return invalid("labelSelector", what)
    case .selector(let selector):
      if let requirement = selector.firstUnmet(cluster.labels) {
        let value = cluster.labels[requirement.key].map { "has \(requirement.key)=\($0)" }
        return .init(
          .clusterLabels,
          "targetCluster wants the label \(requirement); \(cluster.name) "
            + "\(value ?? "has no such label").")
      }
    }
    for expression in zones where !expression.matches(cluster.zones) {
      return .init(.clusterZone, sentence(expression, cluster))
    }
    switch fields {
    case .absent: break
    case .invalid(let what): return invalid("fieldSelector", what)
    case .selector(let selector):
      if let requirement = selector.firstUnmet(cluster.fields) {
        let value = cluster.fields[requirement.key].map { "is in \(requirement.key) \($0)" }
        return .init(
          .clusterField,
          "targetCluster wants \(requirement); \(cluster.name) "
            + "\(value ?? "has no \(requirement.key)").")
      }
    }
    guard clusterNames.isEmpty || clusterNames.contains(cluster.name) else {
      return .init(
        .clusterName,
        "targetCluster names \(clusterNames.joined(separator: ", ")), not \(cluster.name).")
    }
    return nil
  }

  private func invalid(_ field: String, _ what: String) -> OverrideTrace.Unmet {
    .init(
      .invalidSelector,
      "The \(field) of targetCluster cannot be read, so it matches nothing: \(what).")
  }

  private func sentence(_ expression: ZoneExpression, _ cluster: OverrideTarget) -> String {
    let zones = cluster.zones.isEmpty ? "no zone" : cluster.zones.joined(separator: ", ")
    let list = expression.values.joined(separator: ", ")
    return switch expression.operator {
    case "In":
      "targetCluster wants all zones of a cluster among \(list); \(cluster.name) has \(zones)."
    case "NotIn": "targetCluster wants no zone among \(list); \(cluster.name) has \(zones)."
    case "Exists": "targetCluster wants a zone; \(cluster.name) has none."
    case "DoesNotExist": "targetCluster wants no zone; \(cluster.name) has \(zones)."
    default:
      "targetCluster has the operator \(expression.operator) on zones, which matches nothing."
    }
  }
}

extension OverrideTarget {
  /// What a fieldSelector can ask for besides zones.
  fileprivate var fields: [String: String] {
    var fields: [String: String] = [:]
    if !provider.isEmpty { fields["provider"] = provider }
    if !region.isEmpty { fields["region"] = region }
    return fields
  }
}
