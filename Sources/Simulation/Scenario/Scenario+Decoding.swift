import Manifest

extension Scenario {
  /// Reads a scenario file; unknown keys are errors.
  public init(yaml text: String) throws(Failure) {
    let documents: [JSONValue]
    do throws(YAML.Failure) {
      documents = try YAML.parse(text)
    } catch {
      throw Failure("the scenario is not YAML: \(error)")
    }
    guard let document = documents.first else { throw Failure("the scenario is empty") }
    var fields = try Fields(document, at: "scenario")
    name = try fields.string("name")
    title = try fields.string("title", "")
    hints = try fields.strings("hints")
    namespaces = try fields.strings("namespaces")
    for fields in try fields.list("clusters") { clusters.append(try ClusterSpec(fields)) }
    policies = try fields.values("policies")
    for fields in try fields.list("templates") { templates.append(try Template(fields)) }
    settings = try Self.settings(try fields.string("settings", "quick"))
    objects = try fields.values("objects")
    memberObjects = try fields.valueLists("memberObjects")
    for fields in try fields.list("script") { script.append(try Cue(fields)) }
    script.sort { $0.after < $1.after }
    synthetic = try fields.pair("synthetic").map {
      SyntheticFleet(clusters: $0[0], bindings: $0[1])
    }
    try fields.end()
    try check()
  }

  private static func settings(_ name: String) throws(Failure) -> KarmadaSettings {
    switch name {
    case "quick": return .quick
    case "standard": return KarmadaSettings()
    default: throw Failure("scenario.settings must be quick or standard, not \"\(name)\"")
    }
  }

  /// What the parts say of each other must fit.
  private func check() throws(Failure) {
    let known = Set(clusters.map(\.name))
    if let stranger = memberObjects.keys.sorted().first(where: { !known.contains($0) }) {
      throw Failure("scenario.memberObjects has no cluster \"\(stranger)\" to lie in")
    }
    for template in templates {
      let place = "template \(template.namespace)/\(template.name)"
      if let stranger = (template.brokenOn + template.refusedBy.keys).first(where: {
        !known.contains($0)
      }) {
        throw Failure("\(place) names cluster \"\(stranger)\", which the scenario does not have")
      }
      if !template.namespace.isEmpty, !namespaces.contains(template.namespace) {
        throw Failure("\(place) is in a namespace that the scenario does not have")
      }
    }
  }
}

extension Scenario.ClusterSpec {
  fileprivate init(_ fields: Fields) throws(Scenario.Failure) {
    var fields = fields
    name = try fields.string("name")
    mode = try fields.string("mode", mode)
    provider = try fields.string("provider", "")
    region = try fields.string("region", "")
    zones = try fields.strings("zones")
    version = try fields.string("version", version)
    nodes = try fields.int("nodes") ?? nodes
    cpu = try fields.pair("cpu") ?? cpu
    memory = try fields.pair("memory") ?? memory
    pods = try fields.pair("pods") ?? pods
    notReadyFor = try fields.duration("notReadyFor")
    age = try fields.duration("age") ?? age
    for taintFields in try fields.list("taints") {
      var taintFields = taintFields
      var taint = Taint()
      taint.key = try taintFields.string("key")
      taint.value = try taintFields.string("value", "")
      taint.effect = try taintFields.string("effect")
      taint.age = try taintFields.duration("age") ?? .zero
      try taintFields.end()
      taints.append(taint)
    }
    try fields.end()
  }
}

extension Scenario.Template {
  fileprivate init(_ fields: Fields) throws(Scenario.Failure) {
    var fields = fields
    kind = try fields.string("kind")
    namespace = try fields.string("namespace", "")
    name = try fields.string("name")
    labels = try fields.map("labels")
    image = try fields.string("image", "")
    replicas = try fields.int("replicas")
    data = try fields.map("data")
    mounts = try fields.strings("mounts")
    age = try fields.duration("age") ?? age
    brokenOn = try fields.strings("brokenOn")
    refusedBy = try fields.map("refusedBy")
    try fields.end()
  }
}

extension Scenario.Cue {
  fileprivate init(_ fields: Fields) throws(Scenario.Failure) {
    var fields = fields
    let after = try fields.duration("after")
    let ago = try fields.duration("ago")
    let line = try fields.string("fault", "")
    let object = try fields.values("apply")
    try fields.end()
    switch (after, ago) {
    case (let span?, nil): self.after = span
    case (nil, let span?): self.after = .zero - span
    default: throw Scenario.Failure("\(fields.place) must have either after or ago")
    }
    if !line.isEmpty, object.isEmpty {
      do throws(FaultLine.Failure) {
        deed = .fault(try FaultLine(parsing: line))
      } catch {
        throw Scenario.Failure("\(fields.place).fault: \(error)")
      }
    } else if line.isEmpty, !object.isEmpty {
      deed = .apply(object)
    } else {
      throw Scenario.Failure("\(fields.place) must have either fault or apply")
    }
  }
}

/// The members of one mapping, taken one by one, so that what is left over is an error.
private struct Fields {
  private var members: JSONObject
  let place: String

  init(_ value: JSONValue, at place: String) throws(Scenario.Failure) {
    guard let members = value.object else { throw Scenario.Failure("\(place) is not a mapping") }
    self.members = members
    self.place = place
  }

  private mutating func take(_ key: String) -> JSONValue? {
    defer { members[key] = nil }
    return members[key] == .null ? nil : members[key]
  }

  private func wrong(_ key: String, _ wanted: String) -> Scenario.Failure {
    Scenario.Failure("\(place).\(key) must be \(wanted)")
  }

  func end() throws(Scenario.Failure) {
    if let key = members.keys.first { throw Scenario.Failure("\(place) has no field \"\(key)\"") }
  }

  mutating func string(_ key: String) throws(Scenario.Failure) -> String {
    let text = try string(key, "")
    if text.isEmpty { throw Scenario.Failure("\(place).\(key) is missing") }
    return text
  }

  mutating func string(_ key: String, _ fallback: String) throws(Scenario.Failure) -> String {
    guard let value = take(key) else { return fallback }
    guard let text = value.string else { throw wrong(key, "a text") }
    return text
  }

  mutating func int(_ key: String) throws(Scenario.Failure) -> Int? {
    guard let value = take(key) else { return nil }
    guard let int = value.int, (0...1_000_000_000).contains(int) else {
      throw wrong(key, "a whole number, not negative")
    }
    return int
  }

  mutating func pair(_ key: String) throws(Scenario.Failure) -> [Int]? {
    guard let value = take(key) else { return nil }
    guard let numbers = value.array?.compactMap(\.int), numbers.count == 2 else {
      throw wrong(key, "a list of two numbers")
    }
    return numbers
  }

  mutating func strings(_ key: String) throws(Scenario.Failure) -> [String] {
    guard let value = take(key) else { return [] }
    guard let list = value.array, list.allSatisfy({ $0.string != nil }) else {
      throw wrong(key, "a list of texts")
    }
    return list.compactMap(\.string)
  }

  mutating func map(_ key: String) throws(Scenario.Failure) -> [String: String] {
    guard let value = take(key) else { return [:] }
    guard let object = value.object, object.members.values.allSatisfy({ $0.string != nil }) else {
      throw wrong(key, "a mapping of texts")
    }
    return Dictionary(
      object.members.map { ($0.key, $0.value.string ?? "") }, uniquingKeysWith: { $1 })
  }

  mutating func values(_ key: String) throws(Scenario.Failure) -> [JSONValue] {
    guard let value = take(key) else { return [] }
    guard let list = value.array else { throw wrong(key, "a list") }
    return list
  }

  mutating func valueLists(_ key: String) throws(Scenario.Failure) -> [String: [JSONValue]] {
    guard let value = take(key) else { return [:] }
    var lists: [String: [JSONValue]] = [:]
    guard let object = value.object else { throw wrong(key, "a mapping of cluster to a list") }
    for (name, list) in object.members {
      guard let items = list.array else { throw wrong(key, "a mapping of cluster to a list") }
      lists[name] = items
    }
    return lists
  }

  mutating func list(_ key: String) throws(Scenario.Failure) -> [Fields] {
    var found: [Fields] = []
    for (index, value) in try values(key).enumerated() {
      let name = value["name"]?.string.map { " (\($0))" } ?? ""
      found.append(try Fields(value, at: "\(place).\(key)[\(index)]\(name)"))
    }
    return found
  }

  /// "40m", "2h30m", "3d", "90s".
  mutating func duration(_ key: String) throws(Scenario.Failure) -> Duration? {
    guard let value = take(key) else { return nil }
    guard let text = value.string, let duration = Self.duration(text) else {
      throw wrong(key, "a time span such as 90s, 40m, 2h30m or 3d")
    }
    return duration
  }

  private static func duration(_ text: String) -> Duration? {
    var seconds = 0
    var digits = ""
    for character in text {
      if character.isASCII, character.isNumber {
        digits.append(character)
        continue
      }
      let units: [Character: Int] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
      guard let unit = units[character], digits.count <= 6, let number = Int(digits) else {
        return nil
      }
      seconds += number * unit
      digits = ""
    }
    return text.isEmpty || !digits.isEmpty ? nil : .seconds(seconds)
  }
}
