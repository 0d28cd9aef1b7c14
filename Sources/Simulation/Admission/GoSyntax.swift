import Manifest

/// How Go's `%#v` prints the types that Karmada's refusals quote.
///
/// Where Go prints the address of something, which differs each time, a fixed one stands.
enum GoSyntax {
  private static let address = "0xc000a1e2d0"

  /// v1alpha1.FieldOverrider
  static func fieldOverrider(_ value: JSONValue) -> String {
    "v1alpha1.FieldOverrider{FieldPath:\(quoted(value["fieldPath"])), "
      + "JSON:\(operations(value["json"], "JSON")), YAML:\(operations(value["yaml"], "YAML"))}"
  }

  private static func operations(_ list: JSONValue?, _ form: String) -> String {
    let type = "v1alpha1.\(form)PatchOperation"
    guard let items = list?.array else { return "[]\(type)(nil)" }
    let texts = items.map { item in
      "\(type){SubPath:\(quoted(item["subPath"])), Operator:\(quoted(item["operator"])), "
        + "Value:\(json(item["value"]))}"
    }
    return "[]\(type){\(texts.joined(separator: ", "))}"
  }

  /// v1.JSON: its bytes.
  static func json(_ value: JSONValue?) -> String {
    guard let value, value != .null else { return "v1.JSON{Raw:[]uint8(nil)}" }
    let bytes = value.serialized().map { "0x" + String($0, radix: 16) }
    return "v1.JSON{Raw:[]uint8{\(bytes.joined(separator: ", "))}}"
  }

  /// v1alpha1.SpreadConstraint
  static func spreadConstraint(_ value: JSONValue) -> String {
    "v1alpha1.SpreadConstraint{SpreadByField:\(quoted(value["spreadByField"])), "
      + "SpreadByLabel:\(quoted(value["spreadByLabel"])), MaxGroups:\(value["maxGroups"]?.int ?? 0), "
      + "MinGroups:\(value["minGroups"]?.int ?? 0)}"
  }

  static func spreadConstraints(_ values: [JSONValue]) -> String {
    "[]v1alpha1.SpreadConstraint{\(values.map(spreadConstraint).joined(separator: ", "))}"
  }

  /// v1alpha1.FieldSelector
  static func fieldSelector(_ value: JSONValue) -> String {
    guard let expressions = value["matchExpressions"]?.array else {
      return "v1alpha1.FieldSelector{MatchExpressions:[]v1.NodeSelectorRequirement(nil)}"
    }
    let texts = expressions.map { expression in
      let values = expression["values"]?.array.map {
        "[]string{\($0.map { quoted($0) }.joined(separator: ", "))}"
      }
      return "v1.NodeSelectorRequirement{Key:\(quoted(expression["key"])), "
        + "Operator:\(quoted(expression["operator"])), Values:\(values ?? "[]string(nil)")}"
    }
    return "v1alpha1.FieldSelector{MatchExpressions:[]v1.NodeSelectorRequirement{"
      + "\(texts.joined(separator: ", "))}}"
  }

  /// A struct that holds pointers, by its type.
  static func opaque(_ type: String) -> String { "(*v1alpha1.\(type))(\(address))" }

  static func quoted(_ value: JSONValue?) -> String {
    JSONValue.string(value?.string ?? "").jsonText()
  }
}
