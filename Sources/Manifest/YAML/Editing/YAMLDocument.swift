/// One YAML document that is edited in place: a change touches the lines it is about, and every
/// other byte (comments, order, quotes, indentation, line breaks) stays as it was written.
///
/// Each edit is proven: the new text is read again, and unless it reads as the old value with the
/// change made, the document stays as it was and the edit fails.
public struct YAMLDocument: Hashable, Sendable {
  public private(set) var text: String
  /// What the text says; null when it says nothing.
  public private(set) var value: JSONValue
  let source: YAMLSource

  /// Fails on what `YAML.parse` refuses, and on more than one document.
  public init(parsing text: String) throws(YAML.Failure) {
    self.text = text
    (value, source) = try YAMLSource.read(text)
  }

  /// A document of its own writing.
  public init(_ value: JSONValue) throws(YAML.Failure) {
    try self.init(parsing: YAML.write(value))
  }

  /// Why no edit can be made; nil when edits can be tried.
  public var obstacle: YAMLEditFailure.Reason? {
    source.layout == nil ? source.hasOddBreaks ? .lineBreaks : .unclear : nil
  }

  // MARK: Places

  /// Where a value stands. Lines count from 1.
  public struct Place: Hashable, Sendable {
    /// The line of its key or dash, and the last line of its value.
    public var lines: ClosedRange<Int>
    /// UTF-8 offsets of the value itself; empty where it was left out.
    public var value: Range<Int>
  }

  /// Where the value at a pointer is written; nil when it is not there, or comes from elsewhere
  /// (an alias, a merge key).
  public func place(of pointer: JSONPointer) -> Place? {
    guard let path = source.layout?.path(to: pointer) else { return nil }
    guard let entry = path.last else {
      return source.layout?.root.map { place(from: $0.range.lowerBound, of: $0) }
    }
    return place(from: entry.start, of: entry.value)
  }

  private func place(from start: Int, of node: YAMLLayout.Node) -> Place {
    let first = source.line(of: start) + 1
    let last = source.line(of: max(node.range.upperBound, start)) + 1
    return Place(lines: first...max(first, last), value: node.range)
  }

  /// The innermost value whose key or dash stands on a line or above it; nil for a line that
  /// belongs to none. Lines count from 1.
  public func pointer(atLine line: Int) -> JSONPointer? {
    guard let root = source.layout?.root else { return nil }
    var tokens: [String] = []
    var node = root
    search: while true {
      for (i, entry) in node.entries.enumerated().reversed() {
        guard let token = node.kind == .sequence ? String(i) : entry.key else { continue }
        let place = place(from: entry.start, of: entry.value)
        guard place.lines.contains(line) else { continue }
        tokens.append(token)
        node = entry.value
        continue search
      }
      break
    }
    let place = place(from: root.range.lowerBound, of: root)
    return tokens.isEmpty && !place.lines.contains(line) ? nil : JSONPointer(tokens: tokens)
  }

  // MARK: Editing

  /// Makes one change. On a failure nothing has changed.
  public mutating func apply(_ edit: YAMLEdit) throws(YAMLEditFailure) {
    let wanted = try edit.applied(to: value)
    if wanted == value, !edit.isVisible(in: value) { return }
    var pen = try YAMLPen(source, value: value, edit: edit)
    try pen.write(edit)
    let changed: (text: String, value: JSONValue, source: YAMLSource)
    do {
      let text = pen.result
      let (value, source) = try YAMLSource.read(text)
      changed = (text, value, source)
    } catch {
      throw YAMLEditFailure(.unclear, edit.pointer)
    }
    guard changed.value == wanted else { throw YAMLEditFailure(.unclear, edit.pointer) }
    self = YAMLDocument(changed.text, changed.value, changed.source)
  }

  private init(_ text: String, _ value: JSONValue, _ source: YAMLSource) {
    self.text = text
    self.value = value
    self.source = source
  }

  public static func == (a: YAMLDocument, b: YAMLDocument) -> Bool { a.text == b.text }
  public func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

extension YAMLEdit {
  /// Whether it may change the text though the value stays the same.
  fileprivate func isVisible(in value: JSONValue) -> Bool {
    switch self {
    case .set, .insert, .remove: false
    // Members of an object may be in another order; elements of a list that are equal may carry
    // different comments.
    case .rename(let pointer, let key): pointer.tokens.last != key
    case .move(let pointer, let target): pointer.tokens.last != String(target)
    }
  }
}
