/// Writes new values into a text the way the rest of it is written.
struct YAMLFragment {
  let habits: YAMLSource.Habits
  let lineBreak: String
  /// A literal block was written: the line break after its last line is part of what it says.
  private(set) var endsInBlock = false

  init(habits: YAMLSource.Habits, lineBreak: String) {
    self.habits = habits
    self.lineBreak = lineBreak
  }

  mutating func mustEndLine() { endsInBlock = true }

  /// Starts a new line at a column.
  func newLine(_ column: Int) -> String {
    lineBreak + String(repeating: " ", count: max(column, 0))
  }

  /// Whether a text is written as a literal block. Empty lines at its end would run together with
  /// those that happen to follow.
  static func isBlock(_ text: String) -> Bool {
    YAMLWriter.isBlock(text) && !text.hasSuffix("\n\n")
  }

  // MARK: Block style

  /// Whether a value in block style takes lines of its own.
  static func isNested(_ value: JSONValue) -> Bool {
    switch value {
    case .object(let object): !object.isEmpty
    case .array(let elements): !elements.isEmpty
    default: false
    }
  }

  /// "key: value", for a key that stands at a column; no line break after it.
  mutating func member(_ key: String, _ value: JSONValue, column: Int) -> String {
    let text = YAMLWriter.scalar(key)
    // Longer than libyaml looks ahead for the colon.
    let start = text.utf8.count > 1000 ? "? " + text + newLine(column) + ":" : text + ":"
    switch value {
    case .object(let object) where !object.isEmpty:
      let inner = column + habits.step
      return start + newLine(inner) + members(object, column: inner)
    case .array(let elements) where !elements.isEmpty:
      let inner = column + habits.list
      return start + newLine(inner) + self.elements(elements, column: inner)
    default: return start + " " + inline(value, column: column)
    }
  }

  /// "- value", for a dash that stands at a column; no line break after it.
  mutating func element(_ value: JSONValue, column: Int) -> String {
    "- " + afterDash(value, column: column)
  }

  mutating func afterDash(_ value: JSONValue, column: Int) -> String {
    switch value {
    case .string(let text) where YAMLFragment.isBlock(text):
      block(text, parent: column, indent: 2)
    default: nested(value, column: column + 2) ?? inline(value, column: column)
    }
  }

  /// A collection that begins where the line stands, at a column; nil for any other value.
  mutating func nested(_ value: JSONValue, column: Int) -> String? {
    switch value {
    case .object(let object) where !object.isEmpty: members(object, column: column)
    case .array(let elements) where !elements.isEmpty: self.elements(elements, column: column)
    default: nil
    }
  }

  private mutating func members(_ object: JSONObject, column: Int) -> String {
    var lines: [String] = []
    for (key, value) in object.members { lines.append(member(key, value, column: column)) }
    return lines.joined(separator: newLine(column))
  }

  private mutating func elements(_ elements: [JSONValue], column: Int) -> String {
    var lines: [String] = []
    for value in elements { lines.append(element(value, column: column)) }
    return lines.joined(separator: newLine(column))
  }

  /// A value that begins on its key's line, whose column is given.
  mutating func inline(_ value: JSONValue, column: Int) -> String {
    switch value {
    case .string(let text):
      if YAMLFragment.isBlock(text) {
        return block(text, parent: column, indent: min(habits.step, 9))
      }
      return YAMLWriter.scalar(text)
    case .double(let number): return YAMLWriter.text(of: number)
    default: return flow(value)
    }
  }

  // MARK: Literal blocks

  /// Its header and its lines, `indent` deeper than what it stands in.
  mutating func block(_ text: String, parent column: Int, indent: Int) -> String {
    header(text, indent: indent) + body(text, column: column + indent)
  }

  /// "|", with what it must say about indentation and the line breaks at the end.
  func header(_ text: String, indent: Int) -> String {
    var header = "|"
    // Without it a reader would take the first line's own spaces for the indentation.
    if let first = text.utf8.first, first == 0x20 || first == 0x09 || first == 0x0A {
      header += String(indent)
    }
    if !text.hasSuffix("\n") { return header + "-" }
    return text.hasSuffix("\n\n") ? header + "+" : header
  }

  /// Each line with the line break before it.
  mutating func body(_ text: String, column: Int) -> String {
    endsInBlock = true
    var lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines.map { line in
      line.isEmpty ? lineBreak : newLine(column) + String(Substring(line))
    }.joined()
  }

  // MARK: Flow style

  /// A value between brackets, on one line.
  func flow(_ value: JSONValue) -> String {
    switch value {
    case .array(let elements): return "[" + elements.map(flow).joined(separator: ", ") + "]"
    case .object(let object):
      let members = object.members.map { key, value in
        let text = flow(.string(key))
        // Longer than libyaml looks ahead for the colon.
        return (text.utf8.count > 1000 && !habits.isJSON ? "? " : "") + text + ": " + flow(value)
      }
      return "{" + members.joined(separator: ", ") + "}"
    case .string(let text): return habits.isJSON ? value.jsonText() : YAMLFragment.flow(text)
    case .double(let number): return YAMLWriter.text(of: number)
    default: return value.jsonText()
    }
  }

  private static func flow(_ text: String) -> String {
    let scalar = YAMLWriter.scalar(text)
    let isPlain = scalar == text
    let special = text.utf8.contains { byte in
      switch byte {
      case 0x2C, 0x3A, 0x3F, 0x5B, 0x5D, 0x7B, 0x7D: true  // , : ? [ ] { }
      default: false
      }
    }
    return isPlain && special ? "'\(YAMLWriter.doublingQuotes(text))'" : scalar
  }

  /// A text in the quotes that the one before it had; nil where those will not do.
  func quoted(_ text: String, like kind: YAMLLayout.Node.Kind) -> String? {
    switch kind {
    case .doubleQuoted: habits.isJSON ? nil : YAMLWriter.doubleQuoted(text)
    case .singleQuoted:
      text.unicodeScalars.allSatisfy(YAMLWriter.isPrintable)
        ? "'\(YAMLWriter.doublingQuotes(text))'" : nil
    default: nil
    }
  }
}
