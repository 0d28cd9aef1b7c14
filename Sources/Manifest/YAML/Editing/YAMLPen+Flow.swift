// Values between brackets and braces.

extension YAMLPen {
  func flowMember(_ key: String, _ value: JSONValue) -> String {
    let text = fragment.flow([key: value])
    return String(text.dropFirst().dropLast())
  }

  mutating func replaceInFlow(_ entry: Entry, with new: JSONValue) {
    var text = fragment.flow(new)
    if case .string(let string) = new,
      let quoted = fragment.quoted(string, like: entry.value.kind)
    {
      text = quoted
    }
    if !entry.takesValue {
      insert(": " + text, at: entry.valueStart)
    } else if entry.value.range.isEmpty {
      insert(" " + text, at: entry.valueStart)
    } else {
      splice(entry.value.range, text)
    }
  }

  /// Between two entries, or at either end.
  mutating func insertInFlow(_ text: String, before index: Int, of parent: Node) {
    let entries = parent.entries
    if index < entries.count {
      insert(text + separator(before: max(index, 1), of: parent), at: entries[index].start)
    } else {
      insert(separator(before: index - 1, of: parent) + text, at: entries[index - 1].end)
    }
  }

  /// What stands between the entry and the one before it, as far as it is nothing but a comma and
  /// white space.
  private func separator(before index: Int, of parent: Node) -> String {
    let entries = parent.entries
    if entries.indices.contains(index), index > 0 {
      let range = entries[index - 1].end..<entries[index].start
      let between = source.bytes[range]
      if between.allSatisfy({ $0 <= 0x20 || $0 == 0x2C }) { return text(range) }
    }
    // One entry on a line of its own: the next one gets another.
    let open = parent.content + 1
    guard let first = entries.first, open <= first.start, source.isBlank(open..<first.start),
      source.bytes[open..<first.start].contains(0x0A)
    else { return ", " }
    return "," + text(open..<first.start)
  }

  mutating func removeFromFlow(_ index: Int, of parent: Node) {
    let entries = parent.entries
    if index + 1 < entries.count {
      splice(entries[index].start..<entries[index + 1].start, "")
    } else {
      splice(entries[index - 1].end..<entries[index].end, "")
    }
  }
}
