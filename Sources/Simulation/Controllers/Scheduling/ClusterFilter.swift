import Karmada
import Manifest

/// Which clusters a binding may go to, and why not to the others (1.12: the scheduler's filter
/// plugins).
struct ClusterFilter {
  let binding: Binding
  let placement: JSONValue
  /// The affinity in force; nil means every cluster.
  let affinity: OverridePolicySpec.Affinity?
  let clusters: [JSONValue]

  struct Result {
    var feasible: [JSONValue] = []
    /// "cluster(s) did not match …" → how many.
    var reasons: [String: Int] = [:]
    var total = 0

    /// The scheduler's words when no cluster is left.
    var noFit: String {
      let head = "0/\(total) clusters are available"
      guard !reasons.isEmpty else { return "\(head): no cluster exists." }
      let list = reasons.map { "\($0.value) \($0.key)" }.sorted()
      return "\(head): \(list.joined(separator: ", "))."
    }
  }

  func result() -> Result {
    var result = Result()
    result.total = clusters.count
    for cluster in clusters {
      if let why = refusal(cluster) {
        result.reasons[why, default: 0] += 1
      } else {
        result.feasible.append(cluster)
      }
    }
    return result
  }

  private func isTarget(_ name: String) -> Bool {
    binding.targets.contains { $0.name == name }
  }

  private func refusal(_ cluster: JSONValue) -> String? {
    let name = cluster.objectName
    if cluster.isTerminating { return "cluster(s) is terminating" }
    if let affinity, !affinity.matches(OverrideTarget(decoding: cluster)) {
      return "cluster(s) did not match the placement cluster affinity constraint"
    }
    if !serves(cluster), !isTarget(name) {
      return "cluster(s) did not have the API resource"
    }
    if let taint = untolerated(cluster), !isTarget(name) {
      return "cluster(s) had untolerated taint {\(taint)}"
    }
    if binding.isBeingEvicted(from: name) {
      return "cluster(s) is in the process of eviction"
    }
    return missingProperty(cluster).map { "cluster(s) did not have \($0) property" }
  }

  /// Whether the cluster has the kind of the template; what it has not told yet counts as yes.
  private func serves(_ cluster: JSONValue) -> Bool {
    guard let groups = cluster[path: "status", "apiEnablements"]?.array, !groups.isEmpty else {
      return true
    }
    let wanted = binding.resource["apiVersion"]?.string
    let kind = binding.resource["kind"]
    return groups.contains { group in
      group["groupVersion"]?.string == wanted
        && (group["resources"]?.array ?? []).contains { $0["kind"] == kind }
    }
  }

  /// The first taint that keeps new work away, as Kubernetes writes it: "key=value:effect".
  private func untolerated(_ cluster: JSONValue) -> String? {
    let tolerations = placement["clusterTolerations"]?.array ?? []
    for taint in cluster[path: "spec", "taints"]?.array ?? [] {
      guard ["NoSchedule", "NoExecute"].contains(taint["effect"]?.string ?? "") else { continue }
      if tolerations.contains(where: { Toleration($0).tolerates(taint) }) { continue }
      let value = taint["value"]?.string ?? ""
      let key = taint["key"]?.string ?? ""
      return "\(key)\(value.isEmpty ? "" : "=\(value)"):\(taint["effect"]?.string ?? "")"
    }
    return nil
  }

  /// What a spread constraint groups by and the cluster does not say.
  private func missingProperty(_ cluster: JSONValue) -> String? {
    for constraint in placement["spreadConstraints"]?.array ?? [] {
      switch constraint["spreadByField"]?.string {
      case "provider" where (cluster[path: "spec", "provider"]?.string ?? "").isEmpty:
        return "provider"
      case "region" where (cluster[path: "spec", "region"]?.string ?? "").isEmpty: return "region"
      case "zone" where (cluster[path: "spec", "zones"]?.array ?? []).isEmpty: return "zone"
      default: continue
      }
    }
    return nil
  }
}

/// One element of `clusterTolerations`.
struct Toleration: Hashable {
  var key: String
  var `operator`: String
  var value: String
  var effect: String
  /// nil: for good.
  var seconds: Int?

  init(_ value: JSONValue) {
    key = value["key"]?.string ?? ""
    `operator` = value["operator"]?.string ?? "Equal"
    self.value = value["value"]?.string ?? ""
    effect = value["effect"]?.string ?? ""
    seconds = value["tolerationSeconds"]?.int32
  }

  /// Kubernetes' rule: an empty effect is every effect, an empty key with Exists every taint.
  func tolerates(_ taint: JSONValue) -> Bool {
    if !effect.isEmpty, effect != taint["effect"]?.string { return false }
    if !key.isEmpty, key != taint["key"]?.string { return false }
    switch `operator` {
    case "Exists": return true
    case "Equal", "": return !key.isEmpty && value == taint["value"]?.string ?? ""
    default: return false
    }
  }
}
