import Karmada
import Manifest

/// A difference between two manifests as lines, unified or side by side, each changed line with
/// the number of who changed it.
struct DiffLines {
  private let diff: ManifestDiff
  private let width: Int

  /// More than this nobody scrolls through; the rest is counted.
  private static let limit = 2_000

  private init(_ diff: ManifestDiff, width: Int) {
    self.diff = diff
    self.width = width
  }

  /// Side by side needs room for two; in less they stand one under the other all the same.
  static func lines(_ diff: ManifestDiff, width: Int, sideBySide: Bool) -> [Line] {
    let drawn = DiffLines(diff, width: width)
    var lines = sideBySide && width >= 40 ? drawn.sideBySide : drawn.unified
    if lines.count > limit {
      let rest = lines.count - limit
      lines = Array(lines.prefix(limit)) + [[Span("  and \(rest) more lines", .muted)]]
    }
    for (i, place) in diff.places.enumerated() {
      lines.append([Span("[\(i + 1)] ", .diffMarker), Span("\(place)", .note)])
    }
    return lines
  }

  // MARK: Unified

  private var unified: [Line] {
    var lines: [Line] = []
    let hunks = diff.lines.hunks(context: 2)
    let edge = markEdge(hunks)
    for (h, hunk) in hunks.enumerated() {
      if h > 0 { lines.append([Span("  …", .muted)]) }
      let words = self.words(of: hunk)
      for at in hunk.edits {
        switch diff.lines.edits[at] {
        case .kept(let i, _): lines.append([Span("  " + diff.lines.old[i], .diffContext)])
        case .removed(let i):
          lines.append(marked("- ", text(diff.lines.old[i], words.old[i], .diffRemoved), at, edge))
        case .added(let i):
          lines.append(marked("+ ", text(diff.lines.new[i], words.new[i], .diffAdded), at, edge))
        }
      }
    }
    return lines
  }

  /// Where the marks begin: behind the longest changed line, as far as the width allows.
  private func markEdge(_ hunks: [LineDiff.Hunk]) -> Int {
    let room = width - (diff.places.indices.map { label($0).count }.max() ?? 0)
    var edge = 0
    for hunk in hunks {
      for at in hunk.edits {
        let columns: Int
        switch diff.lines.edits[at] {
        case .kept: continue
        case .removed(let i): columns = diff.lines.old[i].utf8.count
        case .added(let i): columns = diff.lines.new[i].utf8.count
        }
        if columns + 4 <= room { edge = max(edge, columns + 4) }
      }
    }
    return edge
  }

  /// The number of who changed it stands behind the text, in one column where it fits.
  private func marked(_ sign: String, _ text: Line, _ edit: Int, _ edge: Int) -> Line {
    let role: Role = sign == "- " ? .diffRemoved : .diffAdded
    var line = [Span(sign, role)] + text
    guard let origin = diff.origins[edit] else { return line }
    let gap = max(2, edge - Self.columns(line))
    line.append(Span(String(repeating: " ", count: gap)))
    line.append(Span(label(origin), .diffMarker))
    return line
  }

  private func label(_ origin: Int) -> String {
    let place = diff.places[origin]
    guard width >= 70 else { return "[\(origin + 1)]" }
    return "[\(origin + 1)] \(place.policy) rule \(place.rule + 1)"
  }

  // MARK: Side by side

  private var sideBySide: [Line] {
    let half = max(10, (width - 3 - 5) / 2)
    var lines: [Line] = []
    for (h, hunk) in diff.lines.hunks(context: 2).enumerated() {
      if h > 0 { lines.append([Span("…", .muted)]) }
      let words = self.words(of: hunk)
      let places = editPlaces(of: hunk)
      for row in diff.lines.rows(of: hunk) {
        let (oldRole, newRole): (Role, Role) =
          row.isChanged ? (.diffRemoved, .diffAdded) : (.diffContext, .diffContext)
        let left = row.old.map { text(diff.lines.old[$0], words.old[$0], oldRole) } ?? []
        let right = row.new.map { text(diff.lines.new[$0], words.new[$0], newRole) } ?? []
        var line = Self.fitted(left, half) + [Span(" │ ", .border)]
        let origin =
          row.isChanged
          ? row.new.flatMap { places.new[$0] } ?? row.old.flatMap { places.old[$0] } : nil
        if let origin {
          line += Self.fitted(right, half) + [Span(" [\(origin + 1)]", .diffMarker)]
        } else {
          line += Self.cut(right, half)
        }
        lines.append(line)
      }
    }
    return lines
  }

  private func editPlaces(of hunk: LineDiff.Hunk) -> (old: [Int: Int], new: [Int: Int]) {
    var (old, new): ([Int: Int], [Int: Int]) = ([:], [:])
    for at in hunk.edits {
      switch diff.lines.edits[at] {
      case .removed(let i): old[i] = diff.origins[at]
      case .added(let i): new[i] = diff.origins[at]
      case .kept: break
      }
    }
    return (old, new)
  }

  // MARK: Words

  /// What changed within lines that stand beside each other.
  private func words(
    of hunk: LineDiff.Hunk
  ) -> (old: [Int: [WordDiff.Piece]], new: [Int: [WordDiff.Piece]]) {
    var (old, new): ([Int: [WordDiff.Piece]], [Int: [WordDiff.Piece]]) = ([:], [:])
    for row in diff.lines.rows(of: hunk) where row.isChanged {
      guard let i = row.old, let j = row.new else { continue }
      let (a, b) = (diff.lines.old[i], diff.lines.new[j])
      // Of lines of thousands of characters the words would cost more than they tell.
      guard a.utf8.count <= 2_000, b.utf8.count <= 2_000 else { continue }
      let words = WordDiff(from: a, to: b)
      (old[i], new[j]) = (words.old, words.new)
    }
    return (old, new)
  }

  private func text(_ line: Substring, _ pieces: [WordDiff.Piece]?, _ role: Role) -> Line {
    // A whole line that changed needs no highlight: it is one.
    guard let pieces, pieces.contains(where: { !$0.isChanged }) else {
      return [Span(String(line.prefix(4_000)), role)]
    }
    return pieces.map { Span(String($0.text), $0.isChanged ? .diffChanged : role) }
  }

  // MARK: Columns

  private static func columns(_ line: Line) -> Int {
    line.reduce(0) { sum, span in
      span.text.utf8.allSatisfy { $0 < 0x80 }
        ? sum + span.text.utf8.count
        : sum + span.text.reduce(0) { $0 + TextWidth.columns(of: $1) }
    }
  }

  /// Cut to the width, with an ellipsis.
  private static func cut(_ line: Line, _ width: Int) -> Line {
    guard columns(line) > width else { return line }
    var cut: Line = []
    var left = width - 1
    for span in line {
      var kept = ""
      for character in span.text {
        let columns = TextWidth.columns(of: character)
        guard columns <= left else {
          return cut + [Span(kept + "…", span.role)]
        }
        kept.append(character)
        left -= columns
      }
      cut.append(Span(kept, span.role))
    }
    return cut
  }

  /// Cut or filled up to exactly the width.
  private static func fitted(_ line: Line, _ width: Int) -> Line {
    let line = cut(line, width)
    let rest = width - columns(line)
    return rest > 0 ? line + [Span(String(repeating: " ", count: rest))] : line
  }
}
