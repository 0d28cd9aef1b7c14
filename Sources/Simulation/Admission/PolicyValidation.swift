import ControlPlane
import Manifest

/// What Karmada's validating webhooks refuse (1.12: pkg/util/validation), in their words and
/// their order.
enum PolicyValidation {
  /// A field and what is wrong with it, as Go's field.Error reads.
  struct Complaint {
    var field: String
    var value: String
    var why: String
    var text: String { "\(field): Invalid value: \(value): \(why)" }
  }

  /// Everything that is wrong; what the webhook looks at first comes alone.
  static func complaints(about request: AdmissionRequest) -> [String] {
    let spec = request.object["spec"] ?? [:]
    switch request.type.api {
    case .propagationPolicies, .clusterPropagationPolicies:
      if let why = changedForGood(request) { return [why] }
      return propagation(spec).map(\.text)
    case .overridePolicies, .clusterOverridePolicies: return overrides(spec).map(\.text)
    default: return []
    }
  }

  /// What may not change once it is there.
  private static func changedForGood(_ request: AdmissionRequest) -> String? {
    let (new, old) = (request.object, request.oldObject)
    let label = "\(request.type.api.kind.lowercased()).karmada.io/permanent-id"
    let id = new[path: "metadata", "labels"]?[label]
    if request.operation == .update {
      if new[path: "spec", "schedulerName"] != old[path: "spec", "schedulerName"] {
        return "the schedulerName should not be updated"
      }
      if id != old[path: "metadata", "labels"]?[label] {
        return "label \(label) is immutable, it can only be set by the system during creation"
      }
    }
    guard id == nil else { return nil }
    return "label \(label) is required, it should be set by the mutating admission webhook "
      + "during creation"
  }

  // MARK: Propagation policies

  private static func propagation(_ spec: JSONValue) -> [Complaint] {
    var all = placement(spec["placement"] ?? [:])
    let failover = spec[path: "failover", "application"]
    if failover != nil, spec["propagateDeps"] != true {
      all.append(
        Complaint(
          field: "spec.propagateDeps", value: "false",
          why: "application failover is set, propagateDeps must be true"))
    }
    if let failover { all += self.failover(failover) }
    if spec["preemption"] == "Always" {
      for (index, selector) in (spec["resourceSelectors"]?.array ?? []).enumerated()
      where (selector["name"]?.string ?? "").isEmpty {
        all.append(
          Complaint(
            field: "spec.resourceSelectors[\(index)].name", value: "\"\"",
            why: "name cannot be empty if preemption is Always, the empty name may cause "
              + "unexpected resources preemption"))
      }
    }
    let suspension = spec["suspension"]
    if suspension?["dispatching"] == true,
      suspension?[path: "dispatchingOnClusters", "clusterNames"]?.array?.isEmpty == false
    {
      all.append(
        Complaint(
          field: "spec.suspension.suspension", value: GoSyntax.opaque("Suspension"),
          why: "suspension dispatching cannot co-exist with dispatchingOnClusters.clusterNames"))
    }
    return all
  }

  private static func failover(_ failover: JSONValue) -> [Complaint] {
    let path = "spec.failover.application"
    var all: [Complaint] = []
    if let seconds = failover[path: "decisionConditions", "tolerationSeconds"]?.int, seconds < 0 {
      all.append(
        Complaint(
          field: "\(path).decisionConditions.tolerationSeconds", value: "\(seconds)",
          why: "must be greater than or equal to 0"))
    }
    let isGracious = failover["purgeMode"] == "Graciously"
    let field = "\(path).gracePeriodSeconds"
    switch failover["gracePeriodSeconds"]?.int {
    case let seconds?:
      if !isGracious {
        all.append(
          Complaint(
            field: field, value: "\(seconds)",
            why: "only takes effect when purgeMode is graciously"))
      }
      if seconds <= 0 {
        all.append(Complaint(field: field, value: "\(seconds)", why: "must be greater than 0"))
      }
    case nil where isGracious:
      all.append(
        Complaint(
          field: field, value: "null", why: "should not be empty when purgeMode is graciously"))
    case nil: break
    }
    return all
  }

  private static func placement(_ placement: JSONValue) -> [Complaint] {
    let path = "spec.placement"
    var all: [Complaint] = []
    let affinities = placement["clusterAffinities"]?.array
    if placement["clusterAffinity"] != nil, affinities != nil {
      all.append(
        Complaint(
          field: path, value: GoSyntax.opaque("Placement"),
          why: "clusterAffinities cannot co-exist with clusterAffinity"))
    }
    all += affinity(placement["clusterAffinity"], path: "\(path).clusterAffinity")
    var names: Set<String> = []
    for (index, term) in (affinities ?? []).enumerated() {
      let place = "\(path).clusterAffinities[\(index)]"
      let name = term["affinityName"]?.string ?? ""
      if let why = NameValidation.problem(withLabelKey: name) {
        all.append(Complaint(field: place, value: GoSyntax.quoted(.string(name)), why: why))
      }
      if !names.insert(name).inserted {
        all.append(
          Complaint(
            field: "\(path).clusterAffinities", value: GoSyntax.opaque("ClusterAffinityTerm"),
            why: "each affinity term in a policy must have a unique name"))
      }
      all += affinity(term, path: place)
    }
    return all + spread(placement["spreadConstraints"]?.array ?? [], path: path)
  }

  static func affinity(_ affinity: JSONValue?, path: String) -> [Complaint] {
    guard let selector = affinity?["fieldSelector"] else { return [] }
    for expression in selector["matchExpressions"]?.array ?? [] {
      let key = expression["key"]?.string ?? ""
      let sign = expression["operator"]?.string ?? ""
      var why: String?
      if !["provider", "region", "zone"].contains(key) {
        why = "unsupported key \"\(key)\", must be provider, region, or zone"
      } else if !["In", "NotIn"].contains(sign) {
        why = "unsupported operator \"\(sign)\", must be In or NotIn"
      }
      guard let why else { continue }
      return [
        Complaint(
          field: "\(path).fieldSelector", value: GoSyntax.fieldSelector(selector), why: why)
      ]
    }
    return []
  }

  private static func spread(_ constraints: [JSONValue], path: String) -> [Complaint] {
    let path = "\(path).spreadConstraints"
    var all: [Complaint] = []
    var seen: [String: Int] = [:]
    for (index, constraint) in constraints.enumerated() {
      let field = constraint["spreadByField"]?.string ?? ""
      let (low, high) = (constraint["minGroups"]?.int ?? 0, constraint["maxGroups"]?.int ?? 0)
      func refuse(_ why: String) {
        all.append(
          Complaint(
            field: "\(path)[\(index)]", value: GoSyntax.spreadConstraint(constraint), why: why))
      }
      if !field.isEmpty, constraint["spreadByLabel"]?.string?.isEmpty == false {
        refuse("spreadByLabel should not co-exist with spreadByField")
      }
      if low < 0 { refuse("minGroups lower than 0 is not allowed") }
      if high < 0 { refuse("maxGroups lower than 0 is not allowed") }
      if high > 0, high < low { refuse("maxGroups lower than minGroups is not allowed") }
      guard !field.isEmpty else { continue }
      seen[field, default: 0] += 1
      if seen[field] == 2 {
        all.append(
          Complaint(
            field: path, value: GoSyntax.spreadConstraints(constraints),
            why: "multiple \(field) spread constraints are not allowed"))
      }
    }
    if !seen.isEmpty, seen["cluster"] == nil {
      all.append(
        Complaint(
          field: path, value: GoSyntax.spreadConstraints(constraints),
          why: "the cluster spread constraint must be enabled in one of the constraints in case "
            + "of SpreadByField is enabled"))
    }
    return all
  }
}
