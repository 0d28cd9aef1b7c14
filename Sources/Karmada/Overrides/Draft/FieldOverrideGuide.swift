import Manifest

/// The way to a fieldOverrider, a step at a time: the object, the field that holds a document, the
/// place in it, the operation, the value.
public struct FieldOverrideGuide: Hashable, Sendable {
  public enum Step: Hashable, Sendable {
    case object, field, place, value
  }
  /// Something to choose at the present step.
  public struct Choice: Hashable, Sendable {
    public var title: String
    public var detail: String
    /// Leads further into the document.
    public var leadsOn: Bool
    fileprivate var token: String
  }

  public private(set) var step = Step.object
  public private(set) var objects: [JSONValue]
  public private(set) var object: JSONValue?
  public private(set) var fieldPath = JSONPointer()
  public private(set) var document: EmbeddedDocument?
  public private(set) var subPath = JSONPointer()
  public private(set) var `operator` = "replace"
  /// As it was typed.
  public private(set) var typed = ""

  /// With one object there is nothing to choose.
  public init(objects: [JSONValue]) {
    self.objects = objects
    if objects.count == 1 { choose(object: objects[0]) }
  }

  // MARK: Choosing

  /// What can be chosen now; empty at the last step, where a value is typed.
  public var choices: [Choice] {
    switch step {
    case .object:
      return objects.enumerated().map { i, object in
        let count = FieldOverrideGuide.fields(of: object).count
        return Choice(
          title: OverrideSubject(object).title,
          detail: count == 1 ? "1 document" : "\(count) documents", leadsOn: count > 0,
          token: String(i))
      }
    case .field:
      return FieldOverrideGuide.fields(of: object ?? .null).map { pointer, document in
        Choice(
          title: pointer.description, detail: document.format.rawValue, leadsOn: true,
          token: pointer.description)
      }
    case .place: return places
    case .value: return []
    }
  }

  private var places: [Choice] {
    let members: [(String, JSONValue)]
    switch document?.value[subPath] {
    case .object(let object)?: members = object.members.map { ($0.key, $0.value) }
    case .array(let list)?: members = list.enumerated().map { (String($0.offset), $0.element) }
    default: members = []
    }
    return members.map { token, value in
      Choice(
        title: token, detail: "\(value.typeName ?? "null") \(value.preview)",
        leadsOn: value.object != nil || value.array != nil, token: token)
    }
  }

  /// Takes one of the choices. At a place in the document it goes into what has more in it, and
  /// on to the value otherwise.
  public mutating func choose(_ choice: Choice) {
    switch step {
    case .object:
      guard let index = Int(choice.token), objects.indices.contains(index) else { return }
      choose(object: objects[index])
    case .field:
      do { fieldPath = try JSONPointer(parsing: choice.token) } catch { return }
      guard let text = object?[fieldPath]?.string, let found = EmbeddedDocument(in: text) else {
        return
      }
      document = found
      subPath = JSONPointer()
      step = .place
    case .place:
      subPath.tokens.append(choice.token)
      if !choice.leadsOn { finishPlace("replace") }
    case .value: break
    }
  }

  private mutating func choose(object: JSONValue) {
    self.object = object
    step = .field
  }

  /// What is reached so far is to be replaced, or taken away.
  public mutating func finishPlace(_ operator: String) {
    guard step == .place, ["replace", "remove"].contains(`operator`) else { return }
    self.operator = `operator`
    typed = `operator` == "replace" ? present.map(TypedValue.text) ?? "" : ""
    step = .value
  }

  /// What stands behind a choice at the present place is to go.
  public mutating func remove(_ choice: Choice) {
    guard step == .place else { return }
    subPath.tokens.append(choice.token)
    finishPlace("remove")
  }

  /// A new member, or an element, in what is reached so far.
  public mutating func add(_ token: String) {
    guard step == .place, !token.isEmpty else { return }
    subPath.tokens.append(token)
    `operator` = "add"
    typed = ""
    step = .value
  }

  public mutating func type(_ text: String) {
    if step == .value { typed = text }
  }

  /// One step back; false at the first.
  public mutating func goBack() -> Bool {
    switch step {
    case .object: return false
    case .field:
      guard objects.count > 1 else { return false }
      (step, object) = (.object, nil)
    case .place:
      if subPath.tokens.isEmpty {
        (step, document) = (.field, nil)
      } else {
        subPath.tokens.removeLast()
      }
    case .value:
      step = .place
      if !subPath.tokens.isEmpty { subPath.tokens.removeLast() }
    }
    return true
  }

  // MARK: What comes of it

  /// What stands at the place now.
  public var present: JSONValue? { document?.value[subPath] }

  /// What is to stand there: 3306 is a number, "3306" in quotes a text.
  public var value: JSONValue { TypedValue.value(typed) }

  /// "the number 5432 becomes the text "3306""; nil where the type stays.
  public var typeChange: String? {
    guard step == .value, `operator` == "replace", let present else { return nil }
    return TypedValue.typeChange(from: present, to: value)
  }

  /// The operation; nil before the last step, or where null would be put, which Karmada's webhook
  /// takes for no value.
  public var operation: JSONValue? {
    guard step == .value, document != nil else { return nil }
    var object: JSONObject = [
      "subPath": .string(subPath.description), "operator": .string(`operator`),
    ]
    if `operator` != "remove" {
      if value == .null { return nil }
      object["value"] = value
    }
    return .object(object)
  }

  /// The document as it would become, in Karmada's writing; nil where that cannot be worked out.
  public var result: String? {
    guard let operation, let document, let object else { return nil }
    let overrider: JSONValue = [
      "fieldPath": .string(fieldPath.description), document.format.rawValue: [operation],
    ]
    do {
      let policy = try OverridePolicySpec(
        decoding: ["spec": ["overrideRules": [["overriders": ["fieldOverrider": [overrider]]]]]],
        scope: .cluster)
      let engine = OverrideEngine(overridePolicies: [], clusterOverridePolicies: [policy])
      let rendered = try engine.render(object, for: OverrideTarget(), tracing: false)
      return rendered.manifest[fieldPath]?.string
    } catch {
      return nil
    }
  }

  /// Adds the operation to a rule of a draft: to the fieldOverrider for the same field where there
  /// is one.
  public func apply(to draft: inout OverrideDraft, rule: Int) throws(OverrideDraftFailure) {
    guard let operation, let format = document?.format.rawValue else {
      throw OverrideDraftFailure(.missing, "nothing is chosen yet")
    }
    let list = OverrideDraft.pointer(rule: rule, .field)
    for (i, field) in (draft[list]?.array ?? []).enumerated()
    where field["fieldPath"]?.string == fieldPath.description
      && field[format == "yaml" ? "json" : "yaml"] == nil
    {
      try draft.add(operation, to: list.appending(String(i)).appending(format))
      return
    }
    try draft.addOverrider(
      .field, ["fieldPath": .string(fieldPath.description), .init(format): [operation]],
      toRule: rule)
  }

  /// Texts of an object that hold a document.
  private static func fields(of object: JSONValue) -> [(JSONPointer, EmbeddedDocument)] {
    var found: [(JSONPointer, EmbeddedDocument)] = []
    func walk(_ value: JSONValue, _ path: [String]) {
      switch value {
      case .object(let members):
        for (key, value) in members.members where path.count > 0 || !skipped.contains(key) {
          walk(value, path + [key])
        }
      case .array(let list):
        for (i, value) in list.enumerated() { walk(value, path + [String(i)]) }
      case .string(let text):
        if text.utf8.count > 1, let document = EmbeddedDocument(in: text) {
          found.append((JSONPointer(tokens: path), document))
        }
      default: break
      }
    }
    walk(object, [])
    return found
  }

  private static let skipped: Set<String> = ["status", "apiVersion", "kind"]
}
