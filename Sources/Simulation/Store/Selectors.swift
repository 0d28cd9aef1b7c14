import Manifest

/// `labelSelector=` of a list or a watch: all its requirements must hold.
public struct LabelSelector: Hashable, Sendable {
  enum Requirement: Hashable, Sendable {
    case exists(String)
    case missing(String)
    case oneOf(String, Set<String>)
    /// Also true when the label is missing, as in Kubernetes.
    case noneOf(String, Set<String>)
  }
  private(set) var requirements: [Requirement] = []

  /// Everything.
  public init() {}

  public var isEmpty: Bool { requirements.isEmpty }

  public func matches(_ labels: [String: String]) -> Bool {
    requirements.allSatisfy { requirement in
      switch requirement {
      case .exists(let key): labels[key] != nil
      case .missing(let key): labels[key] == nil
      case .oneOf(let key, let values): labels[key].map(values.contains) ?? false
      case .noneOf(let key, let values): !(labels[key].map(values.contains) ?? false)
      }
    }
  }

  /// Reads `a=b,c!=d,e in (f,g),h notin (i),j,!k`.
  public init(parsing text: String) throws(StatusError) {
    for part in Self.split(text) {
      guard let requirement = Self.requirement(part) else {
        throw .badRequest(
          "unable to parse requirement: found '\(part)', expected: a label key with =, ==, !=, in "
            + "or notin")
      }
      requirements.append(requirement)
    }
  }

  /// Commas within parentheses belong to a set.
  private static func split(_ text: String) -> [Substring] {
    var parts: [Substring] = []
    var depth = 0
    var start = text.startIndex
    for index in text.indices {
      switch text[index] {
      case "(": depth += 1
      case ")": depth -= 1
      case "," where depth == 0:
        parts.append(text[start..<index])
        start = text.index(after: index)
      default: break
      }
    }
    parts.append(text[start...])
    return parts.count == 1 && trim(parts[0]).isEmpty ? [] : parts
  }

  private static func requirement(_ text: Substring) -> Requirement? {
    let part = trim(text)
    if let open = part.firstIndex(of: "(") { return setRequirement(part, open: open) }
    if part.hasPrefix("!"), !part.contains("=") {
      return key(part.dropFirst()).map { .missing($0) }
    }
    if let sign = part.firstIndex(of: "=") {
      var left = part[..<sign]
      var right = part[part.index(after: sign)...]
      let negated = left.hasSuffix("!")
      if negated { left = left.dropLast() }
      if right.hasPrefix("=") { right = right.dropFirst() }
      let value = String(trim(right))
      guard let key = key(left), NameValidation.problem(withLabelValue: value) == nil else {
        return nil
      }
      return negated ? .noneOf(key, [value]) : .oneOf(key, [value])
    }
    return key(part).map { .exists($0) }
  }

  private static func setRequirement(_ part: Substring, open: Substring.Index) -> Requirement? {
    guard part.hasSuffix(")") else { return nil }
    let words = part[..<open].split(whereSeparator: \.isWhitespace)
    guard words.count == 2, let key = key(words[0]) else { return nil }
    let values = part[part.index(after: open)...].dropLast()
      .split(separator: ",", omittingEmptySubsequences: false).map { String(trim($0)) }
    switch words[1] {
    case "in": return .oneOf(key, Set(values))
    case "notin": return .noneOf(key, Set(values))
    default: return nil
    }
  }

  private static func key(_ text: Substring) -> String? {
    let key = String(trim(text))
    return NameValidation.problem(withLabelKey: key) == nil ? key : nil
  }
}

/// `fieldSelector=`: exact comparisons on the few fields the server indexes.
public struct FieldSelector: Hashable, Sendable {
  struct Requirement: Hashable, Sendable {
    var path: [String]
    var value: String
    var isNegated: Bool
  }
  private(set) var requirements: [Requirement] = []

  /// Everything.
  public init() {}

  public var isEmpty: Bool { requirements.isEmpty }

  private static let eventFields: Set<String> = [
    "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid",
    "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath",
    "reason", "reportingComponent", "source", "type",
  ]

  /// Reads `metadata.name=web,type!=Normal` for a resource; a field the real server would not
  /// take is refused with its text.
  public init(parsing text: String, for type: ResourceType) throws(StatusError) {
    for part in text.split(separator: ",") {
      guard let sign = part.firstIndex(of: "=") else {
        throw .badRequest("invalid selector: '\(part)'; can't understand '\(part)'")
      }
      var field = part[..<sign]
      var value = part[part.index(after: sign)...]
      let isNegated = field.hasSuffix("!")
      if isNegated { field = field.dropLast() }
      if value.hasPrefix("=") { value = value.dropFirst() }
      let name = String(trim(field))
      guard Self.isKnown(name, for: type) else {
        throw .badRequest("field label not supported: \(name)")
      }
      requirements.append(
        Requirement(
          path: name.split(separator: ".").map(String.init), value: String(trim(value)),
          isNegated: isNegated))
    }
  }

  private static func isKnown(_ field: String, for type: ResourceType) -> Bool {
    switch field {
    case "metadata.name": true
    case "metadata.namespace": type.api.isNamespaced
    case "status.phase": ["namespaces", "pods"].contains(type.id)
    case "spec.nodeName": type.id == "pods"
    case "type" where type.id == "secrets": true
    default: type.id == "events" && eventFields.contains(field)
    }
  }

  func matches(_ object: StoredObject) -> Bool {
    guard !requirements.isEmpty else { return true }
    var parsed: JSONValue?
    return requirements.allSatisfy { requirement in
      let found: String
      switch requirement.path {
      case ["metadata", "name"]: found = String(object.name)
      case ["metadata", "namespace"]: found = String(object.namespace)
      default:
        let value = parsed ?? object.value
        parsed = value
        found = Self.text(requirement.path, in: value)
      }
      return (found == requirement.value) != requirement.isNegated
    }
  }

  private static func text(_ path: [String], in value: JSONValue) -> String {
    let steps = path == ["source"] ? ["source", "component"] : path
    return steps.reduce(value) { $0?[$1] }?.string ?? ""
  }
}

func trim(_ text: Substring) -> Substring {
  var text = text
  while let first = text.first, first.isWhitespace { text = text.dropFirst() }
  while let last = text.last, last.isWhitespace { text = text.dropLast() }
  return text
}
