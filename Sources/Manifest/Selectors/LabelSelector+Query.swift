extension LabelSelector {
  /// Reads the text of a query: `a=b,c!=d,e in (f,g),h notin (i),j,!k,l>3`.
  public init(parsing text: String) throws(Failure) {
    self.init()
    for part in LabelSelector.split(text) {
      requirements.append(try LabelSelector.requirement(LabelSelector.trim(part)))
    }
  }

  /// The text of a query that reads back as the same selector.
  public var query: String { requirements.map(\.description).joined(separator: ",") }

  /// Commas within parentheses belong to a set.
  private static func split(_ text: String) -> [Substring] {
    var parts: [Substring] = []
    var depth = 0
    var start = text.startIndex
    for index in text.utf8.indices {
      switch text.utf8[index] {
      case 0x28: depth += 1
      case 0x29: depth -= 1
      case 0x2C where depth == 0:
        parts.append(text[start..<index])
        start = text.utf8.index(after: index)
      default: break
      }
    }
    parts.append(text[start...])
    return parts.count == 1 && trim(parts[0]).isEmpty ? [] : parts
  }

  private static func requirement(_ part: Substring) throws(Failure) -> Requirement {
    if let open = part.utf8.firstIndex(of: 0x28) { return try set(part, open: open) }
    if part.utf8.first == 0x21 {
      return try Requirement(key: String(trim(part.dropFirst())), operator: .doesNotExist)
    }
    guard let sign = part.utf8.firstIndex(where: { [0x21, 0x3D, 0x3C, 0x3E].contains($0) }) else {
      return try Requirement(key: String(part), operator: .exists)
    }
    let key = String(trim(part[..<sign]))
    var rest = part[sign...].utf8
    let kind: Requirement.Operator
    switch rest.removeFirst() {
    case 0x3C: kind = .lessThan
    case 0x3E: kind = .greaterThan
    case 0x21:
      guard rest.popFirst() == 0x3D else { throw Failure("! must be followed by = in \(part)") }
      kind = .notIn
    default:
      kind = .in
      if rest.first == 0x3D { rest.removeFirst() }
    }
    return try Requirement(key: key, operator: kind, values: [String(trim(Substring(rest)))])
  }

  private static func set(_ part: Substring, open: Substring.Index) throws(Failure) -> Requirement {
    let words = part[..<open].split { $0 == " " || $0 == "\t" }
    guard part.utf8.last == 0x29, words.count == 2 else {
      throw Failure("cannot read the requirement \(part)")
    }
    let inner = part[part.utf8.index(after: open)...].dropLast()
    var values: [String] = []
    for value in inner.split(separator: ",", omittingEmptySubsequences: false) {
      let value = String(trim(value))
      if !values.contains(value) { values.append(value) }
    }
    let kind: Requirement.Operator
    switch words[1] {
    case "in": kind = .in
    case "notin": kind = .notIn
    default: throw Failure("expected in or notin, found \(words[1])")
    }
    return try Requirement(key: String(words[0]), operator: kind, values: values)
  }

  private static func trim(_ text: Substring) -> Substring {
    let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
    let bytes = text.utf8.drop(while: isSpace)
    guard let last = bytes.lastIndex(where: { !isSpace($0) }) else { return "" }
    return Substring(bytes[...last])
  }
}
