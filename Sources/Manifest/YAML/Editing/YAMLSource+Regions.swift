// Which lines belong to an entry: its own, the comment right above it, and comments that lie
// deeper than it right below.

extension YAMLSource {
  /// Nothing but spaces stands before the entry in its line; otherwise it follows a dash.
  func isFirstInLine(_ offset: Int) -> Bool {
    indentation(ofLine: line(of: offset)) == column(of: offset)
  }

  /// From the first comment above an entry of a block collection (not from the beginning of its
  /// line, but from its "#") to the end of its last line, without the line break.
  func region(_ index: Int, of node: YAMLLayout.Node) -> Range<Int> {
    regionStart(index, of: node)..<regionEnd(node.entries[index])
  }

  /// The same without the comments above it.
  func region(of entry: YAMLLayout.Entry) -> Range<Int> { entry.start..<regionEnd(entry) }

  private func regionStart(_ index: Int, of node: YAMLLayout.Node) -> Int {
    let entry = node.entries[index]
    // What a text begins with is about the text.
    let isTop = index == 0 && node == layout?.root
    guard isFirstInLine(entry.start), !isTop else { return entry.start }
    let column = column(of: entry.start)
    var line = line(of: entry.start)
    let lowest = index > 0 ? self.line(of: node.entries[index - 1].end) + 1 : 0
    while line > lowest, isComment(line: line - 1), indentation(ofLine: line - 1) == column {
      line -= 1
    }
    return lineStarts[line] + column
  }

  private func regionEnd(_ entry: YAMLLayout.Entry) -> Int {
    let column = column(of: entry.start)
    var end = endOfLine(of: entry.end)
    var next = line(of: entry.end) + 1
    while next < lineStarts.count, isComment(line: next),
      let indentation = indentation(ofLine: next), indentation > column
    {
      end = endOfLine(of: lineStarts[next])
      next += 1
    }
    return end
  }

  /// Whether a comment follows in the same line.
  func hasComment(after offset: Int) -> Bool {
    bytes[offset..<max(endOfLine(of: offset), offset)].contains(0x23)
  }
}
