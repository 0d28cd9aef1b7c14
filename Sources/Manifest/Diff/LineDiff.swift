/// What changed between two texts, line by line (Myers), with the words that changed within lines.
public struct LineDiff: Hashable, Sendable {
  public enum Edit: Hashable, Sendable {
    /// The line stands in both; places count from 0.
    case kept(old: Int, new: Int)
    case removed(old: Int)
    case added(new: Int)
  }

  /// Without their line breaks; a text that ends in one has an empty last line.
  public let old: [Substring]
  public let new: [Substring]
  /// In order; between two kept lines what was removed comes before what was added.
  public let edits: [Edit]

  /// - Parameters old, new: nil has no line at all, where an empty text has an empty one.
  public init(from old: String?, to new: String?) {
    self.old = LineDiff.lines(old)
    self.new = LineDiff.lines(new)
    var numbers: [Substring: Int] = [:]
    func number(_ line: Substring) -> Int {
      let next = numbers.count
      return numbers[line, default: next] == next
        ? {
          numbers[line] = next; return next
        }() : numbers[line, default: next]
    }
    let matches = SequenceDiff.matches(self.old.map(number), self.new.map(number))
    edits = LineDiff.edits(matches, self.old.count, self.new.count)
  }

  private static func lines(_ text: String?) -> [Substring] {
    guard let text else { return [] }
    return text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { Substring($0) }
  }

  private static func edits(
    _ matches: [SequenceDiff.Match], _ oldCount: Int, _ newCount: Int
  ) -> [Edit] {
    var edits: [Edit] = []
    var (i, j) = (0, 0)
    for match in matches + [SequenceDiff.Match(old: oldCount, new: newCount)] {
      for k in i..<match.old { edits.append(.removed(old: k)) }
      for k in j..<match.new { edits.append(.added(new: k)) }
      if match.old < oldCount { edits.append(.kept(old: match.old, new: match.new)) }
      (i, j) = (match.old + 1, match.new + 1)
    }
    return edits
  }

  /// Nothing changed.
  public var isEmpty: Bool {
    edits.allSatisfy { if case .kept = $0 { true } else { false } }
  }

  /// The old text with the edits made; always the new text.
  public func applied() -> String {
    var lines: [Substring] = []
    for edit in edits {
      switch edit {
      case .kept(let i, _): lines.append(old[i])
      case .added(let j): lines.append(new[j])
      case .removed: break
      }
    }
    return lines.joined(separator: "\n")
  }

  // MARK: Hunks

  /// Edits that lie near one another, with kept lines around them.
  public struct Hunk: Hashable, Sendable {
    /// Which of the diff's edits.
    public var edits: Range<Int>
    /// Lines, counted from 0.
    public var old: Range<Int>
    public var new: Range<Int>

    /// "@@ -1,4 +1,5 @@", lines counted from 1.
    public var header: String {
      func span(_ range: Range<Int>) -> String {
        let start = range.isEmpty ? range.lowerBound : range.lowerBound + 1
        return range.count == 1 ? "\(start)" : "\(start),\(range.count)"
      }
      return "@@ -\(span(old)) +\(span(new)) @@"
    }
  }

  /// The changed parts with up to `context` kept lines on each side.
  public func hunks(context: Int = 3) -> [Hunk] {
    let context = max(context, 0)
    var spans: [Range<Int>] = []
    for (i, edit) in edits.enumerated() {
      if case .kept = edit { continue }
      let span = max(0, i - context)..<min(edits.count, i + context + 1)
      if let last = spans.last, span.lowerBound <= last.upperBound {
        spans[spans.count - 1] = last.lowerBound..<span.upperBound
      } else {
        spans.append(span)
      }
    }
    var hunks: [Hunk] = []
    var (i, j, next) = (0, 0, 0)
    for span in spans {
      func step(_ edit: Edit) {
        switch edit {
        case .kept: (i, j) = (i + 1, j + 1)
        case .removed: i += 1
        case .added: j += 1
        }
      }
      edits[next..<span.lowerBound].forEach(step)
      let start = (i, j)
      edits[span].forEach(step)
      next = span.upperBound
      hunks.append(Hunk(edits: span, old: start.0..<i, new: start.1..<j))
    }
    return hunks
  }

  // MARK: Side by side

  /// One line of a view with the old text left and the new one right.
  public struct Row: Hashable, Sendable {
    /// Number of the line, from 0; nil when the other side has no counterpart here.
    public var old: Int?
    public var new: Int?
    public var isChanged: Bool
  }

  /// The edits as rows: of a run of changes the first removed line stands beside the first added.
  public func rows(of hunk: Hunk? = nil) -> [Row] {
    var rows: [Row] = []
    var (removed, added): ([Int], [Int]) = ([], [])
    func flush() {
      for k in 0..<max(removed.count, added.count) {
        rows.append(
          Row(
            old: k < removed.count ? removed[k] : nil, new: k < added.count ? added[k] : nil,
            isChanged: true))
      }
      (removed, added) = ([], [])
    }
    for edit in edits[hunk?.edits ?? 0..<edits.count] {
      switch edit {
      case .removed(let i): removed.append(i)
      case .added(let j): added.append(j)
      case .kept(let i, let j):
        flush()
        rows.append(Row(old: i, new: j, isChanged: false))
      }
    }
    flush()
    return rows
  }
}
