import Manifest

/// The places where two documents differ, as small as they can be told.
enum JSONDifference {
  struct Difference: Hashable {
    var path: JSONPointer
    var before: JSONValue?
    var after: JSONValue?
  }

  static func between(_ before: JSONValue, _ after: JSONValue) -> [Difference] {
    var found: [Difference] = []
    var path: [String] = []
    collect(before, after, &path, into: &found)
    return found
  }

  private static func collect(
    _ before: JSONValue, _ after: JSONValue, _ path: inout [String], into found: inout [Difference]
  ) {
    func tell(_ key: String, _ old: JSONValue?, _ new: JSONValue?) {
      found.append(Difference(path: JSONPointer(tokens: path + [key]), before: old, after: new))
    }
    switch (before, after) {
    case (.object(let old), .object(let new)):
      for (key, value) in old.members {
        guard let other = new[key] else {
          tell(key, value, nil)
          continue
        }
        path.append(key)
        collect(value, other, &path, into: &found)
        path.removeLast()
      }
      for (key, value) in new.members where old[key] == nil { tell(key, nil, value) }
    case (.array(let old), .array(let new)):
      if old == new { return }
      let start = zip(old, new).prefix { $0 == $1 }.count
      let shorter = min(old.count, new.count)
      let end = zip(old.reversed(), new.reversed()).prefix(shorter - start).prefix { $0 == $1 }
        .count
      let (oldEnd, newEnd) = (old.count - end, new.count - end)
      for i in start..<min(oldEnd, newEnd) {
        path.append(String(i))
        collect(old[i], new[i], &path, into: &found)
        path.removeLast()
      }
      for i in min(oldEnd, newEnd)..<oldEnd { tell(String(i), old[i], nil) }
      for i in min(oldEnd, newEnd)..<newEnd { tell(String(i), nil, new[i]) }
    default:
      if before != after {
        found.append(Difference(path: JSONPointer(tokens: path), before: before, after: after))
      }
    }
  }
}

extension JSONValue {
  /// A member without making a copy of the whole; nil when there is none.
  func member(_ key: String) -> JSONValue? {
    guard case .object(let object) = self else { return nil }
    return object[key]
  }

  /// What a person calls its type; nil for null, which stands for nothing.
  var typeName: String? {
    switch self {
    case .null: nil
    case .bool: "boolean"
    case .int, .double, .number: "number"
    case .string: "text"
    case .array: "list"
    case .object: "object"
    }
  }

  /// A short form for a sentence.
  var preview: String {
    switch self {
    case .array(let elements): return "of \(elements.count)"
    case .object(let object): return "of \(object.count) members"
    default:
      let text = jsonText()
      return text.count <= 60 ? text : String(text.prefix(57)) + "…"
    }
  }

  /// Numbers as Kubernetes holds them once an object was read again: whole ones without a point,
  /// those beyond 64 bits as doubles.
  var asKubernetesReads: JSONValue {
    switch self {
    case .double(let number):
      Int64(exactly: number).map { .int($0) } ?? self
    case .number(let text): Double(text).map { $0.isFinite ? .double($0) : self } ?? self
    case .array(let elements): .array(elements.map(\.asKubernetesReads))
    case .object(let object): .object(JSONObject(object.members.mapValues(\.asKubernetesReads)))
    default: self
    }
  }
}
