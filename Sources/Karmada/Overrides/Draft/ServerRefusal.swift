import Manifest

/// A server's refusal of a policy, taken apart: which field each of its words is about.
public enum ServerRefusal {
  /// One thing that the server said.
  public struct Complaint: Hashable, Sendable {
    /// Empty when it names no field.
    public var pointer: JSONPointer
    public var message: String
  }

  /// - Parameters:
  ///   - message: the Status object's.
  ///   - causes: the fields and messages of its details, where it has any.
  public static func complaints(
    message: String, causes: [(field: String, message: String)] = []
  ) -> [Complaint] {
    let unknown = unknownFields(message)
    if !unknown.isEmpty { return unknown }
    let named = causes.compactMap { cause in
      FieldPath.pointer(cause.field).map { Complaint(pointer: $0, message: cause.message) }
    }
    if !named.isEmpty { return named }
    let words = webhookWords(message)
    let split = split(words)
    return split.isEmpty ? [Complaint(pointer: JSONPointer(), message: message)] : split
  }

  /// `strict decoding error: unknown field "spec.overrideRulez", unknown field "…"`
  private static func unknownFields(_ message: String) -> [Complaint] {
    guard let start = message.range(of: "strict decoding error: ") else { return [] }
    let words = message[start.upperBound...]
    var found: [Complaint] = []
    for what in ["unknown field", "duplicate field"] {
      var rest = words
      while let next = rest.range(of: "\(what) \"") {
        let name = rest[next.upperBound...].prefix { $0 != "\"" }
        if let pointer = FieldPath.pointer(name) {
          found.append(Complaint(pointer: pointer, message: "\(what): \(name)"))
        }
        rest = rest[next.upperBound...].dropFirst(name.count)
      }
    }
    return found
  }

  private static func webhookWords(_ message: String) -> Substring {
    guard message.hasPrefix("admission webhook \""),
      let mark = message.range(of: " denied the request: ")
    else { return message[...] }
    return message[mark.upperBound...]
  }

  /// `[a: Invalid value: …, b: Invalid value: …]`, or one of them alone. A value may hold commas
  /// and brackets of its own, so only what begins like a field and goes on like an error counts.
  private static func split(_ words: Substring) -> [Complaint] {
    var text = words
    if text.hasPrefix("["), text.hasSuffix("]") { text = text.dropFirst().dropLast() }
    var starts: [(pointer: JSONPointer, start: String.Index, message: String.Index)] = []
    var at = text.startIndex
    while at < text.endIndex {
      let isStart = at == text.startIndex || text[..<at].hasSuffix(", ")
      if isStart, let field = field(text[at...]) {
        starts.append((field.pointer, at, field.end))
        at = field.end
      } else {
        at = text.index(after: at)
      }
    }
    return starts.enumerated().map { i, entry in
      var end = text.endIndex
      if i + 1 < starts.count { end = text.index(starts[i + 1].start, offsetBy: -2) }
      return Complaint(
        pointer: entry.pointer, message: String(text[entry.message..<max(end, entry.message)]))
    }
  }

  private static let errors = [
    "Invalid value: ", "Required value", "Unsupported value: ", "Forbidden: ", "Too long: ",
    "Too many: ", "Duplicate value: ", "Not found: ", "Internal error: ",
  ]

  private static func field(
    _ text: Substring
  ) -> (pointer: JSONPointer, end: String.Index)? {
    let name = text.prefix { character in
      character.isASCII
        && (character.isLetter || character.isNumber || ".[]-_/".contains(character))
    }
    let rest = text[name.endIndex...]
    guard rest.hasPrefix(": "), let pointer = FieldPath.pointer(name) else { return nil }
    let message = rest.dropFirst(2)
    guard errors.contains(where: message.hasPrefix) else { return nil }
    return (pointer, message.startIndex)
  }
}

extension Substring {
  fileprivate func range(of text: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) {
        return start..<index(start, offsetBy: text.count)
      }
      start = index(after: start)
    }
    return nil
  }
}
extension String {
  fileprivate func range(of text: String) -> Range<Index>? { self[...].range(of: text) }
}

extension OverrideDraft {
  /// What the server said, at the fields it said it of.
  public func problems(
    ofRefusal message: String, causes: [(field: String, message: String)] = []
  ) -> [OverrideProblem] {
    placed(
      ServerRefusal.complaints(message: message, causes: causes).map { complaint in
        OverrideProblem(
          .server, .blocker, complaint.pointer, complaint.message)
      })
  }
}
