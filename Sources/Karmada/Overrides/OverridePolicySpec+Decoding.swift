import Manifest

/// A policy that is not of the form the API has for it.
public struct MalformedPolicy: Error, Hashable, Sendable, CustomStringConvertible {
  /// "OverridePolicy default/example", as far as it can be read.
  public var policy: String
  /// Where, as kubectl explain writes it: "spec.overrideRules[0].overriders.plaintext".
  public var place: String
  public var what: String

  public init(policy: String, place: String, what: String) {
    self.policy = policy
    self.place = place
    self.what = what
  }
  public var description: String { "\(policy): \(place) \(what)" }
}

extension OverridePolicySpec {
  /// Reads a policy's JSON; what the API does not know is passed over, what is of another type
  /// than the API's is refused.
  public init(decoding value: JSONValue, scope: Scope) throws(MalformedPolicy) {
    self.init(scope)
    name = value[path: "metadata", "name"]?.string ?? ""
    if scope == .namespaced { namespace = value[path: "metadata", "namespace"]?.string ?? "" }
    let reader = PolicyReader(policy: title)
    try decode(try reader.object(value, "")["spec"] ?? .null, reader)
  }

  /// nil where it is not of the API's form, for rules that go on without such a policy. Whoever
  /// tells people of it asks `init(decoding:scope:)`, which says what is wrong.
  public init?(readable value: JSONValue, scope: Scope) {
    do throws(MalformedPolicy) {
      try self.init(decoding: value, scope: scope)
    } catch {
      return nil
    }
  }

  private mutating func decode(
    _ value: JSONValue, _ reader: PolicyReader
  ) throws(MalformedPolicy) {
    let spec = try reader.object(value, "spec")
    resourceSelectors = try reader.list(spec, "resourceSelectors", "spec") {
      element, place throws(MalformedPolicy) in
      try Selector(decoding: element, place, reader)
    }
    rules = try reader.list(spec, "overrideRules", "spec") {
      element, place throws(MalformedPolicy) in
      let object = try reader.object(element, place)
      return Rule(
        targetCluster: try Affinity(decoding: object["targetCluster"], place, reader),
        overriders: try Overriders(decoding: object["overriders"], place, reader))
    }
    let affinity = try Affinity(decoding: spec["targetCluster"], "spec", reader)
    let overriders = try Overriders(decoding: spec["overriders"], "spec", reader)
    let isSet = affinity != nil || !overriders.isEmpty
    if rules.isEmpty {
      rules = [Rule(targetCluster: affinity, overriders: overriders)]
      usesTopLevel = isSet
    } else {
      ignoresTopLevel = isSet
    }
  }
}

extension OverridePolicySpec.Selector {
  init(
    decoding value: JSONValue, _ place: String, _ reader: PolicyReader
  ) throws(MalformedPolicy) {
    self.init()
    let object = try reader.object(value, place)
    apiVersion = try reader.text(object, "apiVersion", place)
    kind = try reader.text(object, "kind", place)
    namespace = try reader.text(object, "namespace", place)
    name = try reader.text(object, "name", place)
    labels = OverridePolicySpec.SelectorState(decoding: object["labelSelector"])
  }
}

extension OverridePolicySpec.SelectorState {
  fileprivate init(decoding value: JSONValue?) {
    guard let value, value != .null else {
      self = .absent
      return
    }
    do { self = .selector(try LabelSelector(decoding: value)) } catch {
      self = .invalid(error.description)
    }
  }
}

extension OverridePolicySpec.Affinity {
  /// nil when there is none.
  init?(
    decoding value: JSONValue?, _ parent: String, _ reader: PolicyReader
  ) throws(MalformedPolicy) {
    guard let value, value != .null else { return nil }
    self.init()
    let place = parent + ".targetCluster"
    let object = try reader.object(value, place)
    clusterNames = try reader.texts(object, "clusterNames", place)
    exclude = try reader.texts(object, "exclude", place)
    labels = OverridePolicySpec.SelectorState(decoding: object["labelSelector"])
    guard let fieldSelector = object["fieldSelector"], fieldSelector != .null else { return }
    let selector = try reader.object(fieldSelector, place + ".fieldSelector")
    var others: [JSONValue] = []
    let list = place + ".fieldSelector"
    for element in try reader.list(selector, "matchExpressions", list, { value, _ in value }) {
      let expression = try reader.object(element, list + ".matchExpressions")
      guard expression["key"]?.string == "zone" else {
        others.append(element)
        continue
      }
      zones.append(
        ZoneExpression(
          operator: try reader.text(expression, "operator", list),
          values: try reader.texts(expression, "values", list)))
    }
    guard !others.isEmpty else { return }
    do { fields = .selector(try LabelSelector(decodingExpressions: .array(others))) } catch {
      fields = .invalid(error.description)
    }
  }
}

extension Overriders {
  fileprivate init(
    decoding value: JSONValue?, _ parent: String, _ reader: PolicyReader
  ) throws(MalformedPolicy) {
    self.init()
    let place = parent + ".overriders"
    let object = try reader.object(value ?? .null, place)
    image = try reader.list(object, OverriderKind.image.rawValue, place) {
      value, place throws(MalformedPolicy) in
      let object = try reader.object(value, place)
      var image = Image()
      image.component = try reader.text(object, "component", place)
      image.operator = try reader.text(object, "operator", place)
      image.value = try reader.text(object, "value", place)
      if let predicate = object["predicate"], predicate != .null {
        let inner = try reader.object(predicate, place + ".predicate")
        image.predicatePath = try reader.text(inner, "path", place + ".predicate")
      }
      return image
    }
    func command(_ kind: OverriderKind) throws(MalformedPolicy) -> [Command] {
      try reader.list(object, kind.rawValue, place) { value, place throws(MalformedPolicy) in
        let object = try reader.object(value, place)
        var command = Command()
        command.containerName = try reader.text(object, "containerName", place)
        command.operator = try reader.text(object, "operator", place)
        command.value = try reader.texts(object, "value", place)
        return command
      }
    }
    func labels(_ kind: OverriderKind) throws(MalformedPolicy) -> [Labels] {
      try reader.list(object, kind.rawValue, place) { value, place throws(MalformedPolicy) in
        let object = try reader.object(value, place)
        var labels = Labels()
        labels.operator = try reader.text(object, "operator", place)
        for (key, value) in try reader.object(object["value"] ?? .null, place + ".value").members {
          guard let text = value.string ?? (value == .null ? "" : nil) else {
            throw reader.failure(place + ".value.\(key)", "must be a text")
          }
          labels.value[key] = text
        }
        return labels
      }
    }
    self.command = try command(.command)
    self.args = try command(.args)
    self.labels = try labels(.labels)
    self.annotations = try labels(.annotations)
    field = try reader.list(object, OverriderKind.field.rawValue, place) {
      value, place throws(MalformedPolicy) in
      let object = try reader.object(value, place)
      var field = Field()
      field.fieldPath = try reader.text(object, "fieldPath", place)
      field.json = try Overriders.patches(object, "json", "subPath", place, reader)
      field.yaml = try Overriders.patches(object, "yaml", "subPath", place, reader)
      return field
    }
    plaintext = try Overriders.patches(
      object, OverriderKind.plaintext.rawValue, "path", place, reader)
  }

  private static func patches(
    _ object: JSONObject, _ key: String, _ path: String, _ place: String, _ reader: PolicyReader
  ) throws(MalformedPolicy) -> [Patch] {
    try reader.list(object, key, place) { value, place throws(MalformedPolicy) in
      let object = try reader.object(value, place)
      var patch = Patch()
      patch.operator = try reader.text(object, "operator", place)
      patch.path = try reader.text(object, path, place)
      patch.value = object["value"] ?? .null
      return patch
    }
  }
}

/// Reads values of the API's types; a null stands for what was left out.
struct PolicyReader {
  let policy: String

  func failure(_ place: String, _ what: String) -> MalformedPolicy {
    MalformedPolicy(policy: policy, place: place.isEmpty ? "the policy" : place, what: what)
  }

  func object(_ value: JSONValue, _ place: String) throws(MalformedPolicy) -> JSONObject {
    switch value {
    case .object(let object): return object
    case .null: return [:]
    default: throw failure(place, "must be an object")
    }
  }

  func text(_ object: JSONObject, _ key: String, _ place: String) throws(MalformedPolicy) -> String
  {
    switch object[key] {
    case .string(let text)?: return text
    case nil, .null?: return ""
    default: throw failure("\(place).\(key)", "must be a text")
    }
  }

  func list<Element>(
    _ object: JSONObject, _ key: String, _ place: String,
    _ read: (JSONValue, String) throws(MalformedPolicy) -> Element
  ) throws(MalformedPolicy) -> [Element] {
    switch object[key] {
    case .array(let list)?:
      var elements: [Element] = []
      elements.reserveCapacity(list.count)
      for (i, value) in list.enumerated() {
        elements.append(try read(value, "\(place).\(key)[\(i)]"))
      }
      return elements
    case nil, .null?: return []
    default: throw failure("\(place).\(key)", "must be a list")
    }
  }

  func texts(
    _ object: JSONObject, _ key: String, _ place: String
  ) throws(MalformedPolicy) -> [String] {
    try list(object, key, place) { value, place throws(MalformedPolicy) in
      guard let text = value.string ?? (value == .null ? "" : nil) else {
        throw failure(place, "must be a text")
      }
      return text
    }
  }
}
