import Yams

// What stands in the text between and inside values.

extension YAMLLayoutBuilder {
  func byte(_ offset: Int) -> UInt8? { bytes.indices.contains(offset) ? bytes[offset] : nil }

  /// A space, a tab, a line break, or the end of the text.
  func isBlank(_ offset: Int) -> Bool {
    switch byte(offset) {
    case nil, 0x20?, 0x09?, 0x0A?, 0x0D?: true
    default: false
    }
  }

  /// The offset in its line; what the edits call a column counts bytes, since whatever stands
  /// before a collection in its line is ASCII.
  func column(of offset: Int) -> Int { offset - lineStarts[line(of: offset)] }

  /// From 0.
  func line(of offset: Int) -> Int {
    var (low, high) = (0, lineStarts.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return low
  }

  /// Where Yams says that a node begins; never before `start`.
  func offset(of node: Node, from start: Int) throws(Lost) -> Int {
    guard let mark = node.mark, lineStarts.indices.contains(mark.line - 1) else {
      throw Lost(offset: start)
    }
    var at = lineStarts[mark.line - 1]
    for _ in 1..<max(mark.column, 1) {
      guard let first = byte(at) else { break }
      at += first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    }
    return max(at, start)
  }

  /// Past spaces, line breaks and comments.
  func skipSeparation(_ offset: Int) -> Int {
    var at = offset
    while let next = byte(at) {
      switch next {
      case 0x20, 0x09, 0x0A, 0x0D: at += 1
      case 0x23 where at == 0 || isBlank(at - 1):
        at = endOfLine(line(of: at))
      default: return at
      }
    }
    return at
  }

  /// Past an anchor and a tag, and what separates them from the value.
  func pastProperties(_ offset: Int) -> Int {
    var at = offset
    while byte(at) == 0x26 || byte(at) == 0x21 {
      at = skipSeparation(endOfWord(at))
    }
    return at
  }

  private func endOfWord(_ offset: Int) -> Int {
    var at = offset
    while !isBlank(at) { at += 1 }
    return at
  }

  /// Where the last anchor or tag ends.
  private func endOfProperties(_ offset: Int) -> Int {
    var (at, end) = (offset, offset)
    while byte(at) == 0x26 || byte(at) == 0x21 {
      end = endOfWord(at)
      // In a flow collection nothing need separate a tag from the comma behind it.
      if let comma = bytes[at..<end].firstIndex(where: { $0 == 0x2C || $0 == 0x5D || $0 == 0x7D }) {
        return comma
      }
      at = skipSeparation(end)
    }
    return end
  }

  // MARK: Scalars

  func scalar(
    _ scalar: Node.Scalar, anchor: String?, from start: Int, mark: Int, indent: Int
  ) throws(Lost) -> YAMLLayout.Node {
    if scalar.style == .plain, scalar.string.isEmpty {
      let isTagged = !["", "?"].contains(scalar.tag.description)
      guard anchor != nil || isTagged, byte(mark) == 0x26 || byte(mark) == 0x21 else {
        return YAMLLayout.Node(kind: .plain, range: start..<start, content: start)
      }
      let end = endOfProperties(mark)
      return YAMLLayout.Node(kind: .plain, range: mark..<end, content: end, anchor: anchor)
    }
    let content = pastProperties(mark)
    let kind: YAMLLayout.Node.Kind
    let end: Int
    switch scalar.style {
    case .singleQuoted: (kind, end) = (.singleQuoted, try endOfQuotes(content, 0x27))
    case .doubleQuoted: (kind, end) = (.doubleQuoted, try endOfQuotes(content, 0x22))
    case .literal: (kind, end) = (.literal, try endOfBlock(content, indent: indent))
    case .folded: (kind, end) = (.folded, try endOfBlock(content, indent: indent))
    case .plain, .any:
      kind = aliasName(scalar).map { .alias($0) } ?? .plain
      end = try endOfPlain(content, restored(scalar.string))
    }
    return YAMLLayout.Node(kind: kind, range: mark..<end, content: content, anchor: anchor)
  }

  /// A plain scalar has no escapes: all but its white space stands in the text as it is.
  private func endOfPlain(_ start: Int, _ value: String) throws(Lost) -> Int {
    var at = start
    for wanted in value.utf8 where wanted != 0x20 && wanted != 0x09 && wanted != 0x0A {
      while let next = byte(at), next == 0x20 || next == 0x09 || next == 0x0A || next == 0x0D {
        at += 1
      }
      guard byte(at) == wanted else { throw Lost(offset: at) }
      at += 1
    }
    return at
  }

  private func endOfQuotes(_ start: Int, _ quote: UInt8) throws(Lost) -> Int {
    guard byte(start) == quote else { throw Lost(offset: start) }
    var at = start + 1
    while let next = byte(at) {
      if next == 0x5C, quote == 0x22 {
        at += 2
      } else if next != quote {
        at += 1
      } else if quote == 0x27, byte(at + 1) == quote {
        at += 2
      } else {
        return at + 1
      }
    }
    throw Lost(offset: start)
  }

  /// The end of its last line, without the break; with the empty lines after it where "+" keeps
  /// them.
  private func endOfBlock(_ start: Int, indent: Int) throws(Lost) -> Int {
    guard byte(start) == 0x7C || byte(start) == 0x3E else { throw Lost(offset: start) }
    var (keeps, explicit, at) = (false, 0, start + 1)
    while let next = byte(at), !isBlank(at) {
      if next == 0x2B { keeps = true }
      if (0x31...0x39).contains(next) { explicit = Int(next - 0x30) }
      at += 1
    }
    var line = self.line(of: start) + 1
    var wanted = explicit > 0 ? max(indent, 0) + explicit : nil
    var (end, leading) = (endOfLine(line - 1), 0)
    // What follows the last line break is no line.
    while line < lineStarts.count, lineStarts[line] < bytes.count {
      let first = lineStarts[line]
      var column = 0
      while byte(first + column) == 0x20 { column += 1 }
      let isEmpty = isLineBreak(first + column)
      if wanted == nil {
        leading = max(leading, column)
        if !isEmpty { wanted = max(leading, indent + 1, 1) }
      }
      // White space beyond the indentation is content.
      let isContent = wanted.map { column >= $0 && !(isEmpty && column == $0) } ?? false
      guard isEmpty || isContent else { break }
      if isContent || keeps { end = endOfLine(line) }
      line += 1
    }
    return end
  }

  private func isLineBreak(_ offset: Int) -> Bool {
    switch byte(offset) {
    case nil, 0x0A?: true
    case 0x0D?: byte(offset + 1) == 0x0A
    default: false
    }
  }

  /// Where a line's break begins.
  func endOfLine(_ line: Int) -> Int {
    guard line + 1 < lineStarts.count else { return bytes.count }
    let breakAt = lineStarts[line + 1] - 1
    return breakAt > 0 && byte(breakAt - 1) == 0x0D ? breakAt - 1 : breakAt
  }
}
