import Manifest

/// A policy as rows of a form: every field that there is, every field that there could be, and a
/// row for each thing that can be added.
public struct OverrideForm: Hashable, Sendable {
  public struct Row: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
      /// Holds other rows: a rule, an overrider, a list, an object.
      case group(count: Int)
      /// A value that is typed or chosen.
      case field
      /// Something that is not there and can be added.
      case addition
      /// A field that the API does not know; the server refuses it.
      case unknown
    }
    /// Where in the policy; of an addition, where it would be.
    public var pointer: JSONPointer
    public var depth: Int
    public var kind: Kind
    public var field: OverrideField
    /// nil where there is none.
    public var value: JSONValue?
    /// "rule 1", "Tag of images": what stands in the form's first column.
    public var title: String
    /// A group in few words, or a field's value.
    public var summary: String
    public var isElement: Bool

    public var isRequired: Bool { field.isRequired }
  }

  public private(set) var rows: [Row] = []

  /// Of a policy's spec and metadata; deprecated fields only where they are used.
  public init(_ policy: JSONValue, scope: OverridePolicySpec.Scope) {
    let schema = OverrideSchema.policy(scope)
    for name in ["metadata", "spec"] {
      guard let field = schema.member(name) else { continue }
      add(policy[name], field, at: [name], depth: 0, isElement: false)
    }
  }

  private mutating func add(
    _ value: JSONValue?, _ field: OverrideField, at path: [String], depth: Int, isElement: Bool
  ) {
    func row(_ kind: Row.Kind, _ summary: String) -> Row {
      Row(
        pointer: JSONPointer(tokens: path), depth: depth, kind: kind, field: field, value: value,
        title: isElement ? "\(field.name) \(Self.number(path))" : field.name, summary: summary,
        isElement: isElement)
    }
    guard let value, value != .null else {
      if !field.isDeprecated { rows.append(row(.addition, "")) }
      return
    }
    switch (field.shape, value) {
    case (.object(let fields), .object(let object)):
      rows.append(row(.group(count: object.count), OverrideSummary.text(value, field)))
      for member in fields {
        add(
          object[member.name], member, at: path + [member.name], depth: depth + 1,
          isElement: false)
      }
      for key in object.keys where field.member(key) == nil {
        addUnknown(object[key], key, at: path + [key], depth: depth + 1)
      }
    case (.list(let element), .array(let list)):
      rows.append(row(.group(count: list.count), OverrideSummary.text(value, field)))
      for (i, value) in list.enumerated() {
        add(value, element, at: path + [String(i)], depth: depth + 1, isElement: true)
      }
      addAddition(element, at: path + [String(list.count)], depth: depth + 1)
    case (.pairs, .object(let pairs)):
      rows.append(row(.group(count: pairs.count), OverrideSummary.text(value, field)))
      for (key, value) in pairs.members {
        let member = OverrideField(key, .text, field.help, subject: field.subject)
        add(value, member, at: path + [key], depth: depth + 1, isElement: false)
      }
      addAddition(
        OverrideField("key", .text, field.help, subject: field.subject), at: path + [""],
        depth: depth + 1)
    default: rows.append(row(.field, value.preview))
    }
  }

  private mutating func addAddition(_ field: OverrideField, at path: [String], depth: Int) {
    rows.append(
      Row(
        pointer: JSONPointer(tokens: path), depth: depth, kind: .addition, field: field, value: nil,
        title: field.name, summary: "", isElement: true))
  }

  private mutating func addUnknown(
    _ value: JSONValue?, _ key: String, at path: [String], depth: Int
  ) {
    guard !(path.count == 2 && path[0] == "metadata") else { return }
    rows.append(
      Row(
        pointer: JSONPointer(tokens: path), depth: depth, kind: .unknown,
        field: OverrideField(key, .any, "The API has no such field."), value: value, title: key,
        summary: value?.preview ?? "", isElement: false))
  }

  private static func number(_ path: [String]) -> String {
    path.last.flatMap { Int($0) }.map { String($0 + 1) } ?? ""
  }
}

/// Parts of a policy in few words.
enum OverrideSummary {
  static func text(_ value: JSONValue, _ field: OverrideField) -> String {
    switch field.name {
    case "rule":
      let target = value["targetCluster"].map { affinity($0) } ?? "every cluster"
      return "\(target): \(overriders(value["overriders"] ?? [:]))"
    case "overriders": return overriders(value)
    case "targetCluster": return affinity(value)
    case "selector":
      let kind = value["kind"]?.string ?? "?"
      return value["name"]?.string.map { "\(kind) \($0)" } ?? kind
    case "image":
      return words(value["component"], value["operator"], value["value"])
    case "operation":
      return words(value["operator"], value["subPath"] ?? value["path"], value["value"])
    case "field": return words(value["fieldPath"])
    case "command", "args": return words(value["containerName"], value["operator"])
    case "label", "annotation":
      let keys = value["value"]?.object.map { Array($0.keys) } ?? []
      return words(value["operator"]) + " " + keys.joined(separator: ", ")
    default: return ""
    }
  }

  private static func words(_ values: JSONValue?...) -> String {
    values.compactMap { value in value.map { $0.string ?? $0.preview } }.joined(separator: " ")
  }

  private static func overriders(_ value: JSONValue) -> String {
    let kinds = OverriderKind.allCases.compactMap { kind -> String? in
      guard let count = value[kind.rawValue]?.array?.count, count > 0 else { return nil }
      return count == 1 ? kind.rawValue : "\(count) \(kind.rawValue)"
    }
    return kinds.isEmpty ? "changes nothing" : kinds.joined(separator: ", ")
  }

  static func affinity(_ value: JSONValue) -> String {
    func texts(_ key: String) -> [String] {
      (value[key]?.array ?? []).map { $0.string ?? $0.preview }
    }
    var parts: [String] = []
    if !texts("clusterNames").isEmpty {
      parts.append(texts("clusterNames").joined(separator: ", "))
    }
    for key in ["labelSelector", "fieldSelector"] {
      guard let selector = value[key], selector != .null else { continue }
      do {
        let labels =
          try key == "labelSelector"
          ? LabelSelector(decoding: selector)
          : LabelSelector(decodingExpressions: selector["matchExpressions"])
        parts.append(labels.requirements.map { "\($0)" }.joined(separator: ", "))
      } catch { parts.append("no cluster (\(error))") }
    }
    if !texts("exclude").isEmpty { parts.append("not \(texts("exclude").joined(separator: ", "))") }
    let text = parts.filter { !$0.isEmpty }.joined(separator: "; ")
    return text.isEmpty ? "every cluster" : text
  }
}
