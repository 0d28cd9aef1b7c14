import Manifest

extension FieldSchema {
  // MARK: Unknown fields

  /// The value without what the schema does not know, with the paths of what was taken out.
  func pruned(_ value: JSONValue, path: String = "", unknown: inout [String]) -> JSONValue {
    switch self {
    case .defaulted(let schema, _): return schema.pruned(value, path: path, unknown: &unknown)
    case .object(let properties):
      guard let object = value.object else { return value }
      var kept: JSONObject = [:]
      for (key, member) in object.members {
        let place = path.isEmpty ? key : "\(path).\(key)"
        guard let property = properties.first(where: { $0.name == key }) else {
          unknown.append(place)
          continue
        }
        kept[key] = property.schema.pruned(member, path: place, unknown: &unknown)
      }
      return .object(kept)
    case .map(let schema):
      guard let object = value.object else { return value }
      var kept: JSONObject = [:]
      for (key, member) in object.members {
        kept[key] = schema.pruned(member, path: "\(path).\(key)", unknown: &unknown)
      }
      return .object(kept)
    case .list(let schema, _):
      guard let items = value.array else { return value }
      return .array(
        items.enumerated().map { index, item in
          schema.pruned(item, path: "\(path)[\(index)]", unknown: &unknown)
        })
    case .text, .integer, .boolean, .quantity, .any: return value
    }
  }

  // MARK: Defaults

  /// The value with what is given when nothing is, wherever its parent is there. A null where
  /// none may be counts as nothing.
  func completed(_ value: JSONValue) -> JSONValue {
    switch self {
    case .defaulted(let schema, _): return schema.completed(value)
    case .object(let properties):
      guard var object = value.object else { return value }
      for property in properties {
        if let member = object[property.name], member != .null {
          object[property.name] = property.schema.completed(member)
        } else if case .defaulted(_, let fallback) = property.schema {
          object[property.name] = fallback
        } else if object[property.name] == .null, !property.schema.takesNull {
          object[property.name] = nil
        }
      }
      return .object(object)
    case .map(let schema):
      guard let object = value.object else { return value }
      var out: JSONObject = [:]
      for (key, member) in object.members { out[key] = schema.completed(member) }
      return .object(out)
    case .list(let schema, _):
      guard let items = value.array else { return value }
      return .array(items.map(schema.completed))
    case .text, .integer, .boolean, .quantity, .any: return value
    }
  }

  private var takesNull: Bool {
    if case .any = self { true } else { false }
  }

  // MARK: Problems

  /// What validation says, in the order of the schema.
  func problems(_ value: JSONValue, path: String = "") -> [StatusError.FieldProblem] {
    switch self {
    case .any: return []
    case .defaulted(let schema, _): return schema.problems(value, path: path)
    case .object(let properties): return problems(value, properties, path: path)
    case .map(let schema):
      guard let object = value.object else { return [wrongType(value, "object", path)] }
      return object.members.flatMap { schema.problems($0.value, path: "\(path).\($0.key)") }
    case .list(let schema, let least):
      guard let items = value.array else { return [wrongType(value, "array", path)] }
      if items.count < least {
        return [
          invalid(path, "\(items.count)", "should have at least \(least) items")
        ]
      }
      return items.enumerated().flatMap {
        schema.problems($0.element, path: "\(path)[\($0.offset)]")
      }
    case .text(let rule):
      guard let text = value.string else { return [wrongType(value, "string", path)] }
      return rule.problem(with: text, path: path).map { [$0] } ?? []
    case .integer(let least): return integerProblems(value, least, path: path)
    case .boolean:
      if case .bool = value { return [] }
      return [wrongType(value, "boolean", path)]
    case .quantity:
      switch value {
      case .string, .int: return []
      default: return [wrongType(value, "integer,string", path)]
      }
    }
  }

  private func problems(
    _ value: JSONValue, _ properties: [Property], path: String
  ) -> [StatusError.FieldProblem] {
    guard let object = value.object else { return [wrongType(value, "object", path)] }
    return properties.flatMap { property -> [StatusError.FieldProblem] in
      let place = path.isEmpty ? property.name : "\(path).\(property.name)"
      guard let member = object[property.name] else {
        return property.isRequired
          ? [.init(field: place, reason: "FieldValueRequired", message: "Required value")] : []
      }
      return property.schema.problems(member, path: place)
    }
  }

  private func integerProblems(
    _ value: JSONValue, _ least: Int?, path: String
  ) -> [StatusError.FieldProblem] {
    guard let number = value.int else { return [wrongType(value, "integer", path)] }
    guard let least, number < least else { return [] }
    return [invalid(path, "\(number)", "should be greater than or equal to \(least)")]
  }

  private func invalid(_ path: String, _ value: String, _ rule: String)
    -> StatusError.FieldProblem
  {
    .init(
      field: path, reason: "FieldValueInvalid",
      message: "Invalid value: \(value): \(path) in body \(rule)")
  }

  private func wrongType(_ value: JSONValue, _ wanted: String, _ path: String)
    -> StatusError.FieldProblem
  {
    let found =
      switch value {
      case .null: "null"
      case .bool: "boolean"
      case .int: "integer"
      case .double, .number: "number"
      case .string: "string"
      case .array: "array"
      case .object: "object"
      }
    return .init(
      field: path, reason: "FieldValueTypeInvalid",
      message:
        "Invalid value: \"\(found)\": \(path) in body must be of type \(wanted): \"\(found)\""
    )
  }
}

extension FieldSchema.TextRule {
  func problem(with text: String, path: String) -> StatusError.FieldProblem? {
    let quoted = JSONValue.string(text).jsonText()
    if !words.isEmpty, !words.contains(text) {
      let known = words.map { "\"\($0)\"" }.joined(separator: ", ")
      return .init(
        field: path, reason: "FieldValueNotSupported",
        message: "Unsupported value: \(quoted): supported values: \(known)")
    }
    if text.utf8.count > longest {
      return .init(
        field: path, reason: "FieldValueTooLong",
        message: "Too long: may not be longer than \(longest)")
    }
    let rule: String
    if text.utf8.count < shortest {
      rule = "should be at least \(shortest) chars long"
    } else if let pattern, !pattern.matches(text) {
      rule = "should match '\(pattern.rawValue)'"
    } else {
      return nil
    }
    return .init(
      field: path, reason: "FieldValueInvalid",
      message: "Invalid value: \(quoted): \(path) in body \(rule)")
  }
}
