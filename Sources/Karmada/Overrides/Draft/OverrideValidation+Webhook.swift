import Manifest

// What the validating webhook of Karmada 1.12 refuses (pkg/util/validation, ValidateOverrideSpec).

extension OverrideCheck {
  mutating func webhook(_ spec: JSONValue) {
    let rules = spec["overrideRules"] ?? .null
    let affinity = spec["targetCluster"] ?? .null
    if affinity != .null {
      self.affinity(affinity, at: ["spec", "targetCluster"])
      if rules != .null {
        refuse(
          .webhook, ["spec", "targetCluster"],
          "cannot stand beside overrideRules; move it into a rule")
      }
    }
    if rules != .null, hasOverriders(spec["overriders"]) {
      refuse(
        .webhook, ["spec", "overriders"],
        "cannot stand beside overrideRules; move it into a rule")
    }
    for (i, rule) in (rules.array ?? []).enumerated() {
      self.rule(rule, at: ["spec", "overrideRules", String(i)])
    }
  }

  /// The webhook does not look at fieldOverrider here.
  private func hasOverriders(_ value: JSONValue?) -> Bool {
    OverriderKind.allCases.contains { kind in
      kind != .field && value?[kind.rawValue]?.array?.isEmpty == false
    }
  }

  private mutating func rule(_ rule: JSONValue, at path: [String]) {
    func elements(_ kind: OverriderKind) -> [(JSONValue, [String])] {
      (rule[path: "overriders", kind.rawValue]?.array ?? []).enumerated().map { i, value in
        (value, path + ["overriders", kind.rawValue, String(i)])
      }
    }
    for (value, path) in elements(.annotations) {
      annotations(value["value"], .webhook, at: path + ["value"])
    }
    for (value, path) in elements(.labels) {
      labels(value["value"], .webhook, at: path + ["value"])
    }
    for (value, path) in elements(.image) {
      pointer(value[path: "predicate", "path"], at: path + ["predicate", "path"])
    }
    for (value, path) in elements(.field) { field(value, at: path) }
    if let affinity = rule["targetCluster"] {
      self.affinity(affinity, at: path + ["targetCluster"])
    }
  }

  private mutating func field(_ value: JSONValue, at path: [String]) {
    let (json, yaml) = (value["json"]?.array ?? [], value["yaml"]?.array ?? [])
    if !json.isEmpty, !yaml.isEmpty {
      refuse(.webhook, path, "has both json and yaml; only one is allowed")
    }
    pointer(value["fieldPath"], at: path + ["fieldPath"])
    for (key, list) in [("json", json), ("yaml", yaml)] {
      for (i, operation) in list.enumerated() {
        let place = path + [key, String(i)]
        pointer(operation["subPath"], at: place + ["subPath"])
        let hasValue = (operation["value"] ?? .null) != .null
        switch operation["operator"] {
        case "add" where !hasValue, "replace" where !hasValue:
          refuse(.webhook, place + ["value"], "is required to add or replace, and null is none")
        case "remove" where hasValue:
          refuse(.webhook, place + ["value"], "is not allowed to remove")
        default: break
        }
      }
    }
  }

  private mutating func pointer(_ value: JSONValue?, at path: [String]) {
    guard case .string(let text)? = value, !text.isEmpty, !text.hasPrefix("/") else { return }
    refuse(.webhook, path, "a JSON pointer must be empty or begin with /")
  }

  private mutating func affinity(_ value: JSONValue, at path: [String]) {
    let expressions = value[path: "fieldSelector", "matchExpressions"]?.array ?? []
    for (i, expression) in expressions.enumerated() {
      let place = path + ["fieldSelector", "matchExpressions", String(i)]
      let key = expression["key"]?.string ?? ""
      if !["provider", "region", "zone"].contains(key) {
        refuse(
          .webhook, place + ["key"],
          "\(JSONValue.string(key).jsonText()) is none of provider, region and zone")
      }
      let name = expression["operator"]?.string ?? ""
      if !["In", "NotIn"].contains(name) {
        refuse(
          .webhook, place + ["operator"],
          "\(JSONValue.string(name).jsonText()) is neither In nor NotIn")
      }
    }
  }
}
