/// A text with the places of its values, and the habits of whoever wrote it.
struct YAMLSource: Hashable, Sendable {
  /// UTF-8.
  let bytes: [UInt8]
  /// nil when no edit can be made.
  let layout: YAMLLayout?
  let hasOddBreaks: Bool
  let lineStarts: [Int]

  /// Fails on what is not one document, or not YAML.
  static func read(_ text: String) throws(YAML.Failure) -> (JSONValue, YAMLSource) {
    let bytes = Array(text.utf8)
    let hasOddBreaks = hasOddBreaks(bytes)
    var isFirst = true
    let found = try YAMLReader.withRoots(of: text, limit: 2) {
      root, star throws(YAML.Failure) -> (JSONValue, YAMLLayout?) in
      guard isFirst else {
        throw YAML.Failure(
          line: root.mark?.line ?? 0, column: root.mark?.column ?? 0,
          message: "there is more than one document; only one can be edited")
      }
      isFirst = false
      let value = try YAMLReader.value(of: root, star: star)
      if hasOddBreaks { return (value, nil) }
      do throws(YAMLLayoutBuilder.Lost) {
        return (value, try YAMLLayoutBuilder(bytes: bytes, star: star).layout(of: root))
      } catch {
        return (value, nil)
      }
    }
    let (value, layout) = found.first ?? (.null, hasOddBreaks ? nil : YAMLLayout())
    return (value, YAMLSource(bytes: bytes, layout: layout, hasOddBreaks: hasOddBreaks))
  }

  private init(bytes: [UInt8], layout: YAMLLayout?, hasOddBreaks: Bool) {
    self.bytes = bytes
    self.layout = layout
    self.hasOddBreaks = hasOddBreaks
    lineStarts = YAMLLayoutBuilder(bytes: bytes, star: nil).lineStarts
  }

  /// Breaks that libyaml counts as lines and hardly anything else does, and a byte order mark,
  /// which moves the first line's columns.
  private static func hasOddBreaks(_ bytes: [UInt8]) -> Bool {
    for (i, byte) in bytes.enumerated() {
      switch byte {
      case 0x0D: if i + 1 >= bytes.count || bytes[i + 1] != 0x0A { return true }
      case 0xC2: if i + 1 < bytes.count, bytes[i + 1] == 0x85 { return true }
      case 0xE2:
        if i + 2 < bytes.count, bytes[i + 1] == 0x80, bytes[i + 2] | 1 == 0xA9 { return true }
      case 0xEF: if i == 0, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return true }
      default: break
      }
    }
    return false
  }

  // MARK: Lines

  private var scan: YAMLLayoutBuilder { YAMLLayoutBuilder(bytes: bytes, lineStarts: lineStarts) }

  /// From 0.
  func line(of offset: Int) -> Int { scan.line(of: offset) }
  func column(of offset: Int) -> Int { scan.column(of: offset) }
  func endOfLine(of offset: Int) -> Int { scan.endOfLine(scan.line(of: offset)) }

  /// The column of a line's first character that is no space; nil for an empty line.
  func indentation(ofLine line: Int) -> Int? {
    let (start, end) = (lineStarts[line], scan.endOfLine(line))
    let first = bytes[start..<end].firstIndex { $0 != 0x20 && $0 != 0x09 }
    return first.map { $0 - start }
  }

  /// That of the first line that is not empty.
  func indentation(ofFirstIn lines: Range<Int>) -> Int? {
    lines.lazy.compactMap { indentation(ofLine: $0) }.first
  }

  func isComment(line: Int) -> Bool {
    indentation(ofLine: line).map { bytes[lineStarts[line] + $0] == 0x23 } ?? false
  }

  /// Nothing but white space between two places.
  func isBlank(_ range: Range<Int>) -> Bool {
    bytes[range].allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
  }

  // MARK: Habits

  var lineBreak: String {
    guard let first = bytes.firstIndex(of: 0x0A), first > 0, bytes[first - 1] == 0x0D else {
      return "\n"
    }
    return "\r\n"
  }

  /// How a text is laid out: found in the text, or YAML.write's.
  struct Habits: Hashable {
    /// Columns that a mapping lies deeper than the mapping around it.
    var step = 2
    /// Columns that a sequence lies deeper than its key.
    var list = 0
    /// Keys in flow mappings are quoted: the text is JSON, and shall stay JSON.
    var isJSON = false
  }

  var habits: Habits {
    var habits = Habits()
    guard let root = layout?.root else { return habits }
    if root.kind == .mapping, root.isFlow, let first = root.entries.first {
      habits.isJSON = bytes[first.start] == 0x22
    }
    var (hasStep, hasList) = (false, false)
    root.forEach { node in
      guard !(hasStep && hasList), node.kind == .mapping, node.isBlock else { return }
      for entry in node.entries where entry.value.isBlock {
        guard let child = entry.value.entries.first,
          line(of: child.start) != line(of: entry.start)
        else { continue }
        let deeper = column(of: child.start) - column(of: entry.start)
        if entry.value.kind == .mapping, !hasStep, deeper > 0 {
          (habits.step, hasStep) = (deeper, true)
        } else if entry.value.kind == .sequence, !hasList, deeper >= 0 {
          (habits.list, hasList) = (deeper, true)
        }
      }
    }
    return habits
  }
}

extension YAMLLayoutBuilder {
  /// Only to look around in a text.
  init(bytes: [UInt8], lineStarts: [Int]) {
    self.bytes = bytes
    self.lineStarts = lineStarts
    star = nil
  }
}
