import Manifest

/// A placement as Go's encoder writes it: the fields in the order of the API's types, so that the
/// annotation policy.karmada.io/applied-placement reads as on a real control plane.
enum GoPlacement {
  static func text(_ placement: JSONValue) -> String { ordered(placement).jsonText() }

  private static let order = [
    // Placement
    "clusterAffinity", "clusterAffinities", "clusterTolerations", "spreadConstraints",
    "replicaScheduling",
    // ClusterAffinity and ClusterAffinityTerm
    "affinityName", "labelSelector", "fieldSelector", "clusterNames", "exclude",
    // Toleration
    "key", "operator", "value", "effect", "tolerationSeconds",
    // SpreadConstraint
    "spreadByField", "spreadByLabel", "maxGroups", "minGroups",
    // ReplicaSchedulingStrategy
    "replicaSchedulingType", "replicaDivisionPreference", "weightPreference",
    "staticWeightList", "dynamicWeight", "targetCluster", "weight",
    // LabelSelector
    "matchLabels", "matchExpressions", "values",
  ]

  private static func ordered(_ value: JSONValue) -> JSONValue {
    switch value {
    case .array(let elements): return .array(elements.map(ordered))
    case .object(let object):
      var out: JSONObject = [:]
      for key in order { if let member = object[key] { out[key] = ordered(member) } }
      for key in object.keys.sorted() where out[key] == nil {
        out[key] = object[key].map(ordered)
      }
      return .object(out)
    default: return value
    }
  }
}
