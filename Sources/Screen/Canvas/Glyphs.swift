/// The drawing characters: Unicode's, or ASCII's for `--ascii` and a locale without UTF-8.
/// Each is one column wide.
public struct Glyphs: Hashable, Sendable {
  // Nothing but this is kept: canvases carry their glyphs about, and every text drawn asks for some.
  public let isASCII: Bool

  public static let unicode = Glyphs(isASCII: false)
  public static let ascii = Glyphs(isASCII: true)

  public var horizontal: Character { isASCII ? "-" : "─" }
  public var vertical: Character { isASCII ? "|" : "│" }
  public var topLeft: Character { isASCII ? "+" : "┌" }
  public var topRight: Character { isASCII ? "+" : "┐" }
  public var bottomLeft: Character { isASCII ? "+" : "└" }
  public var bottomRight: Character { isASCII ? "+" : "┘" }
  public var ellipsis: Character { isASCII ? "~" : "…" }
  public var up: Character { isASCII ? "^" : "↑" }
  public var down: Character { isASCII ? "v" : "↓" }
  public var left: Character { isASCII ? "<" : "←" }
  public var right: Character { isASCII ? ">" : "→" }
  /// A pointer before the selected or current thing.
  public var pointer: Character { isASCII ? ">" : "▸" }
  public var check: Character { isASCII ? "+" : "✓" }
  public var cross: Character { isASCII ? "x" : "✗" }
  public var dot: Character { isASCII ? "." : "·" }
  /// A thing that is there, and one that is not.
  public var filled: Character { isASCII ? "*" : "●" }
  public var hollow: Character { isASCII ? "o" : "○" }
  public var mark: Character { isASCII ? "*" : "▪" }
  public var sortedUp: Character { isASCII ? "^" : "▲" }
  public var sortedDown: Character { isASCII ? "v" : "▼" }
  public var folded: Character { isASCII ? ">" : "▸" }
  public var unfolded: Character { isASCII ? "v" : "▾" }
  /// Eighths of a cell from the left, the empty one first and the full one last.
  public var progress: [Character] { isASCII ? Self.plainProgress : Self.fineProgress }
  /// Heights from the lowest to the highest.
  public var spark: [Character] { isASCII ? Self.plainSpark : Self.fineSpark }
  public var scrollTrack: Character { isASCII ? ":" : " " }
  public var scrollThumb: Character { isASCII ? "#" : "┃" }

  private static let fineProgress: [Character] = [" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"]
  private static let plainProgress: [Character] = [" ", "=", "#"]
  private static let fineSpark: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
  private static let plainSpark: [Character] = [".", ":", "-", "=", "+", "*", "%", "#"]

  /// A bar of `width` columns, `fraction` (0…1) of it full.
  public func bar(_ fraction: Double, width: Int) -> String {
    let width = min(max(0, width), 1_000)
    guard fraction.isFinite, width > 0, let full = progress.last else { return "" }
    let steps = progress.count - 1
    let filled = Int((min(max(fraction, 0), 1) * Double(width * steps)).rounded())
    var bar = String(repeating: full, count: filled / steps)
    if filled % steps > 0 { bar.append(progress[filled % steps]) }
    return bar + String(repeating: progress[0], count: width - bar.count)
  }

  /// One column a value, scaled to the largest; negative values and NaN count as 0.
  public func sparkline(_ values: [Double]) -> String {
    let top = values.reduce(0) { $1.isFinite ? max($0, $1) : $0 }
    return String(
      values.map { value in
        guard top > 0, value.isFinite, value > 0 else { return spark[0] }
        let level = (value / top * Double(spark.count - 1)).rounded()
        return spark[min(max(0, Int(level)), spark.count - 1)]
      })
  }

  /// What a character that is not ASCII is shown as on a terminal without it; nil if nothing is
  /// like it.
  static func likeness(of character: Character) -> Character? { likenesses[character] }

  private static let likenesses: [Character: Character] = {
    var table: [Character: Character] = [
      "—": "-", "–": "-", "‐": "-", "−": "-", "‘": "'", "’": "'", "“": "\"", "”": "\"",
      "«": "<", "»": ">", "•": "*", "×": "x", "≤": "<", "≥": ">", "≠": "!", "≈": "~",
      "\u{a0}": " ", "⏎": "<", "✔": "+", "✘": "x", "⚠": "!", "├": "+", "┤": "+", "┬": "+",
      "┴": "+", "┼": "+", "═": "=", "░": ".", "▒": ":", "▓": "#", "◆": "*", "◇": "o", "■": "#",
      "□": "o", "▶": ">", "◀": "<", "☐": "o", "☑": "x",
    ]
    let unicode = Glyphs.unicode.singles
    for (fancy, plain) in zip(unicode, Glyphs.ascii.singles) where table[fancy] == nil {
      table[fancy] = plain
    }
    for (index, fancy) in Glyphs.unicode.spark.enumerated() {
      table[fancy] = Glyphs.ascii.spark[index]
    }
    for fancy in Glyphs.unicode.progress.dropFirst().dropLast() where table[fancy] == nil {
      table[fancy] = "="
    }
    return table
  }()

  private var singles: [Character] {
    [
      horizontal, vertical, topLeft, topRight, bottomLeft, bottomRight, ellipsis, up, down, left,
      right, pointer, check, cross, dot, filled, hollow, mark, sortedUp, sortedDown, folded,
      unfolded, scrollTrack, scrollThumb,
    ]
  }
}
