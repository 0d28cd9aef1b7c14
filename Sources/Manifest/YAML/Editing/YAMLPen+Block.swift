// Values in block style, or on the line of their key.

extension YAMLPen {
  typealias Entry = YAMLLayout.Entry
  typealias Node = YAMLLayout.Node

  /// The whole document.
  mutating func setRoot(_ new: JSONValue) throws(YAMLEditFailure) {
    let text = fragment.nested(new, column: 0) ?? fragment.inline(new, column: 0)
    if let root = layout.root, !root.range.isEmpty {
      let end =
        root.isBlock
        ? source.region(root.entries.count - 1, of: root).upperBound
        : root.range.upperBound
      // Behind "---" there is no room for a block.
      let isAlone = source.isFirstInLine(root.range.lowerBound)
      splice(
        root.range.lowerBound..<end,
        YAMLFragment.isNested(new) && !isAlone
          ? source.lineBreak + text : text)
    } else {
      let isOpen = source.bytes.last.map { $0 != 0x0A } ?? false
      insert((isOpen ? source.lineBreak : "") + text + source.lineBreak, at: source.bytes.count)
    }
  }

  /// Gives an entry another value.
  mutating func replace(
    _ entry: Entry, of parent: Node, with new: JSONValue
  ) throws(YAMLEditFailure) {
    if parent.isFlow { return replaceInFlow(entry, with: new) }
    guard entry.takesValue else { throw YAMLEditFailure(.unclear, pointer) }
    if entry.value.isBlock {
      replaceBlock(entry, of: parent, with: new)
    } else if YAMLFragment.isNested(new) {
      put(block: new, for: entry, of: parent, instead: entry.value.range)
    } else {
      put(inline: new, for: entry, of: parent)
    }
  }

  /// On the line of the key or dash, in the place of a value that is no block.
  private mutating func put(inline new: JSONValue, for entry: Entry, of parent: Node) {
    let old = entry.value
    let column = source.column(of: entry.start)
    let indent = parent.kind == .sequence ? 2 : min(fragment.habits.step, 9)
    if case .string(let text) = new, isLiteral(text, after: old) {
      return put(literal: text, for: entry, column: column, indent: indent)
    }
    let text: String
    if case .string(let string) = new, let quoted = fragment.quoted(string, like: old.kind) {
      text = quoted
    } else {
      text = fragment.inline(new, column: column)
    }
    if old.range.isEmpty {
      insert(" " + text, at: entry.valueStart)
    } else if old.kind == .literal || old.kind == .folded {
      replaceLiteral(old, with: text)
    } else {
      splice(old.range, text)
    }
  }

  private func isLiteral(_ text: String, after old: Node) -> Bool {
    switch old.kind {
    case .literal: YAMLFragment.isBlock(text) || YAMLWriter.isBlock(text) && keeps(old)
    default: YAMLFragment.isBlock(text) && fragment.quoted(text, like: old.kind) == nil
    }
  }

  /// A literal block that has the empty lines after it for its own.
  private func keeps(_ old: Node) -> Bool {
    source.bytes[old.content..<endOfWord(old.content)].contains(0x2B)
  }

  /// The comment behind the header stays.
  private mutating func replaceLiteral(_ old: Node, with text: String) {
    let header = endOfWord(old.content)
    splice(old.range.lowerBound..<header, text)
    let line = source.endOfLine(of: old.content)
    splice(line..<max(old.range.upperBound, line), "")
  }

  private mutating func put(literal text: String, for entry: Entry, column: Int, indent: Int) {
    let old = entry.value
    guard old.kind == .literal else {
      let header = fragment.header(text, indent: indent)
      let body = fragment.body(text, column: column + indent)
      if old.range.isEmpty {
        insert(" " + header, at: entry.valueStart)
        insert(body, at: source.endOfLine(of: entry.valueStart))
      } else if old.kind == .folded {
        replaceLiteral(old, with: header)
        insert(body, at: source.endOfLine(of: old.content))
      } else {
        splice(old.range, header)
        insert(body, at: source.endOfLine(of: old.range.upperBound))
      }
      return
    }
    // Its own indentation, where it has lines to tell.
    let line = source.endOfLine(of: old.content)
    let found = source.indentation(
      ofFirstIn: source.line(of: old.content) + 1..<source.line(of: old.range.upperBound) + 1)
    var inner = indent
    if let found, (1...9).contains(found - column) { inner = found - column }
    splice(old.content..<endOfWord(old.content), fragment.header(text, indent: inner))
    splice(line..<max(old.range.upperBound, line), fragment.body(text, column: column + inner))
  }

  private func endOfWord(_ offset: Int) -> Int {
    source.bytes[offset...].firstIndex { $0 <= 0x20 } ?? source.bytes.count
  }

  /// A collection in block style in the place of a value that is none: below the key, or behind
  /// the dash. A comment in that line stays there.
  private mutating func put(
    block new: JSONValue, for entry: Entry, of parent: Node, instead old: Range<Int>
  ) {
    let column = source.column(of: entry.start)
    let end = max(old.upperBound, entry.valueStart)
    let isInSequence = parent.kind == .sequence
    let list = if case .array = new { true } else { false }
    let inner = column + (isInSequence ? 2 : list ? fragment.habits.list : fragment.habits.step)
    guard let text = fragment.nested(new, column: inner) else { return }
    if isInSequence, !source.hasComment(after: end) {
      if old.isEmpty {
        insert(" " + text, at: entry.valueStart)
      } else {
        splice(old, text)
      }
      return
    }
    if !old.isEmpty {
      let before = entry.valueStart..<old.lowerBound
      splice(source.isBlank(before) ? entry.valueStart..<end : old, "")
    }
    insert(fragment.newLine(inner) + text, at: source.endOfLine(of: end))
  }

  /// Something else in the place of a collection in block style.
  private mutating func replaceBlock(_ entry: Entry, of parent: Node, with new: JSONValue) {
    let old = entry.value
    let end = max(source.region(of: entry).upperBound, old.range.upperBound)
    let first = old.entries[0].start
    let column = source.column(of: entry.start)
    if source.line(of: first) == source.line(of: entry.start), parent.kind == .sequence {
      splice(
        old.range.lowerBound..<end,
        fragment.nested(new, column: column + 2) ?? fragment.inline(new, column: column))
      return
    }
    let line = source.endOfLine(of: entry.valueStart)
    // An anchor or a tag goes with what it belonged to.
    if old.content > old.range.lowerBound { splice(entry.valueStart..<line, "") }
    if YAMLFragment.isNested(new) {
      let list = if case .array = new { true } else { false }
      let isInSequence = parent.kind == .sequence
      let inner = column + (isInSequence ? 2 : list ? fragment.habits.list : fragment.habits.step)
      let text = fragment.nested(new, column: inner) ?? ""
      splice(line..<end, fragment.newLine(inner) + text)
    } else if case .string(let text) = new, YAMLFragment.isBlock(text) {
      let indent = parent.kind == .sequence ? 2 : min(fragment.habits.step, 9)
      insert(" " + fragment.header(text, indent: indent), at: entry.valueStart)
      splice(line..<end, fragment.body(text, column: column + indent))
    } else {
      insert(" " + fragment.inline(new, column: column), at: entry.valueStart)
      splice(line..<end, "")
    }
  }

  // MARK: Entries

  mutating func insert(_ new: JSONValue, before index: Int, of parent: Node) {
    if parent.isFlow { return insertInFlow(fragment.flow(new), before: index, of: parent) }
    let column = source.column(of: parent.entries[0].start)
    let text = fragment.element(new, column: column)
    if index < parent.entries.count {
      insert(
        text + fragment.newLine(column), at: source.region(index, of: parent).lowerBound)
    } else {
      insert(
        fragment.newLine(column) + text,
        at: source.region(index - 1, of: parent).upperBound)
    }
  }

  /// A new member behind the others.
  mutating func append(_ new: JSONValue, key: String, to parent: Node) {
    let count = parent.entries.count
    if parent.isFlow {
      return insertInFlow(flowMember(key, new), before: count, of: parent)
    }
    let column = source.column(of: parent.entries[0].start)
    let text = fragment.member(key, new, column: column)
    insert(fragment.newLine(column) + text, at: source.region(count - 1, of: parent).upperBound)
  }

  mutating func remove(_ index: Int, of parent: Node, _ path: [Entry]) throws(YAMLEditFailure) {
    guard parent.entries.count > 1 else {
      let empty: JSONValue = parent.kind == .sequence ? [] : [:]
      guard let entry = path.last else { return try setRoot(empty) }
      let outer = path.dropLast().last?.value ?? layout.root ?? YAMLPen.nothing
      return try replace(entry, of: outer, with: empty)
    }
    if parent.isFlow { return removeFromFlow(index, of: parent) }
    let region = source.region(index, of: parent)
    if source.isFirstInLine(region.lowerBound) {
      return removeLines(region, index, of: parent)
    }
    guard index + 1 < parent.entries.count else { throw YAMLEditFailure(.unclear, pointer) }
    // The next one takes its place behind the dash, with the comments between them.
    let next = source.region(index + 1, of: parent).lowerBound
    let gap = region.upperBound..<max(region.upperBound, next)
    let comment = source.bytes[gap].firstIndex(of: 0x23)
    splice(region.lowerBound..<(comment ?? next), "")
  }

  private mutating func removeLines(_ region: Range<Int>, _ index: Int, of parent: Node) {
    let line = source.line(of: region.lowerBound)
    let last = source.line(of: region.upperBound)
    var next = last + 1
    if next >= source.lineStarts.count || source.isBlank(region.upperBound..<source.bytes.count) {
      // Nothing follows: the empty lines above it go too.
      let before = index > 0 ? source.region(index - 1, of: parent).upperBound : region.lowerBound
      let isGap = before < region.lowerBound && source.isBlank(before..<region.lowerBound)
      let start = isGap ? before : line > 0 ? source.endOfLine(of: source.lineStarts[line - 1]) : 0
      splice(start..<region.upperBound, "")
      return
    }
    if line == 0 || source.indentation(ofLine: line - 1) == nil {
      while next + 1 < source.lineStarts.count, source.indentation(ofLine: next) == nil {
        next += 1
      }
    }
    splice(source.lineStarts[line]..<source.lineStarts[next], "")
  }

  mutating func move(_ index: Int, to target: Int, of parent: Node) {
    guard parent.entries.indices.contains(target), parent.kind == .sequence else { return }
    var order = Array(parent.entries.indices)
    order.insert(order.remove(at: index), at: target)
    for (place, from) in order.enumerated() where place != from {
      splice(piece(place, of: parent), text(piece(from, of: parent)))
    }
    // A text block that was the last may have done without a line break.
    if source.bytes.last != 0x0A, order.last != parent.entries.count - 1, !parent.isFlow {
      fragment.mustEndLine()
    }
  }

  private func piece(_ index: Int, of parent: Node) -> Range<Int> {
    parent.isFlow ? parent.entries[index].value.range : source.region(index, of: parent)
  }

  func text(_ range: Range<Int>) -> String {
    String(decoding: source.bytes[range], as: UTF8.self)
  }
}
