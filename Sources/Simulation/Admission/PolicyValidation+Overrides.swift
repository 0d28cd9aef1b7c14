import Manifest

extension PolicyValidation {
  /// Both kinds of override policies.
  static func overrides(_ spec: JSONValue) -> [Complaint] {
    var all = affinity(spec["targetCluster"], path: "spec.targetCluster")
    let rules = spec["overrideRules"]?.array
    if spec["targetCluster"] != nil, rules != nil {
      all.append(
        Complaint(
          field: "spec.targetCluster", value: GoSyntax.opaque("ClusterAffinity"),
          why: "overrideRules and targetCluster can't co-exist"))
    }
    if rules != nil, hasOldOverriders(spec["overriders"]) {
      all.append(
        Complaint(
          field: "spec.overriders", value: GoSyntax.opaque("Overriders"),
          why: "overrideRules and overriders can't co-exist"))
    }
    for (index, rule) in (rules ?? []).enumerated() {
      all += complaints(aboutRule: rule, path: "spec.overrideRules[\(index)]")
    }
    return all
  }

  /// The check forgets fieldOverrider, which therefore passes and is ignored.
  private static func hasOldOverriders(_ overriders: JSONValue?) -> Bool {
    [
      "plaintext", "imageOverrider", "commandOverrider", "argsOverrider", "labelsOverrider",
      "annotationsOverrider",
    ].contains { overriders?[$0]?.array?.isEmpty == false }
  }

  private static func complaints(aboutRule rule: JSONValue, path: String) -> [Complaint] {
    var all: [Complaint] = []
    func each(_ name: String, _ body: (JSONValue, String) -> [Complaint]) {
      let items = rule[path: "overriders", name]?.array ?? []
      for (index, item) in items.enumerated() {
        all += body(item, "\(path).overriders.\(name)[\(index)]")
      }
    }
    each("annotationsOverrider") { annotations($0["value"], path: "\($1).value") }
    each("labelsOverrider") { labels($0["value"], path: "\($1).value") }
    each("imageOverrider") { image, place in
      pointer(image[path: "predicate", "path"], path: "\(place).predicate.path")
    }
    each("fieldOverrider", fieldOverrider)
    return all + affinity(rule["targetCluster"], path: "\(path).targetCluster")
  }

  private static func labels(_ values: JSONValue?, path: String) -> [Complaint] {
    (values?.object?.members ?? [:]).flatMap { key, value -> [Complaint] in
      var all: [Complaint] = []
      if let why = NameValidation.problem(withLabelKey: key) {
        all.append(Complaint(field: path, value: GoSyntax.quoted(.string(key)), why: why))
      }
      if let why = NameValidation.problem(withLabelValue: value.string ?? "") {
        all.append(Complaint(field: path, value: GoSyntax.quoted(value), why: why))
      }
      return all
    }
  }

  private static func annotations(_ values: JSONValue?, path: String) -> [Complaint] {
    (values?.object?.members ?? [:]).compactMap { key, _ in
      NameValidation.problem(withLabelKey: key.lowercased()).map {
        Complaint(field: path, value: GoSyntax.quoted(.string(key)), why: $0)
      }
    }
  }

  private static func fieldOverrider(_ value: JSONValue, path: String) -> [Complaint] {
    var all: [Complaint] = []
    let (json, yaml) = (value["json"]?.array ?? [], value["yaml"]?.array ?? [])
    if !json.isEmpty, !yaml.isEmpty {
      all.append(
        Complaint(
          field: path, value: GoSyntax.fieldOverrider(value),
          why: "FieldOverrider has both YAML and JSON set. Only one is allowed"))
    }
    all += pointer(value["fieldPath"], path: "\(path).fieldPath")
    for (name, operations) in [("json", json), ("yaml", yaml)] {
      for (index, operation) in operations.enumerated() {
        all += patchOperation(operation, path: "\(path).\(name)[\(index)]")
      }
    }
    return all
  }

  private static func patchOperation(_ operation: JSONValue, path: String) -> [Complaint] {
    var all = pointer(operation["subPath"], path: "\(path).subPath")
    let hasValue = operation["value"].map { $0 != .null } ?? false
    let why: String? =
      switch operation["operator"] {
      case "add" where !hasValue, "replace" where !hasValue:
        "value is required for add or replace operation"
      case "remove" where hasValue: "value is not allowed for remove operation"
      default: nil
      }
    if let why {
      all.append(
        Complaint(
          field: "\(path).value", value: GoSyntax.json(operation["value"]), why: why))
    }
    return all
  }

  /// The words are the library's, its lost quotation mark included.
  private static func pointer(_ value: JSONValue?, path: String) -> [Complaint] {
    let text = value?.string ?? ""
    guard !text.isEmpty, !text.hasPrefix("/") else { return [] }
    return [
      Complaint(
        field: path, value: GoSyntax.quoted(value),
        why: "JSON pointer must be empty or start with a \"/")
    ]
  }
}
