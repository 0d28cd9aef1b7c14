import Dashboard
import Screen
import Testing

@Suite struct CanvasFuzzTests {
  /// SplitMix64: the same numbers on every machine.
  struct Seeded: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var value = state
      value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
      value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
      return value ^ (value >> 31)
    }
  }

  static let pieces: [String] = [
    "a", "member1", " ", "世", "界", "é", "e\u{301}", "\u{301}", "👨‍👩‍👧‍👦", "👍🏽", "🇩🇪", "🇩", "❤️", "1️⃣",
    "\u{1b}[31m", "\u{0}", "\t", "\r\n", "\u{7f}", "\u{9b}", "\u{202e}", "\u{200d}", "\u{200b}",
    "\u{feff}", "\u{e0041}", "\u{fffd}", "\u{10ffff}", "ᄀ", "\u{1161}", "각", "क्षि", "…", "│", "ำ",
    "\u{600}", "\u{d4e}", "ﷺ", "𒐫", "Ａ", "ｱ",
  ]

  static func text(_ random: inout Seeded) -> String {
    var text = ""
    for _ in 0..<Int.random(in: 0...12, using: &random) {
      if Bool.random(using: &random), let piece = pieces.randomElement(using: &random) {
        text += piece
      } else if let scalar = Unicode.Scalar(UInt32.random(in: 0...0x10FFFF, using: &random)) {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  static func rect(_ random: inout Seeded) -> Rect {
    Rect(
      x: .random(in: -5...30, using: &random), y: .random(in: -3...10, using: &random),
      width: .random(in: -2...30, using: &random), height: .random(in: -2...8, using: &random))
  }

  static func draw(on canvas: inout Canvas, _ random: inout Seeded) {
    let role = Role.allCases.randomElement(using: &random) ?? .text
    switch Int.random(in: 0..<6, using: &random) {
    case 0: canvas.box(rect(&random), title: [Span(text(&random), role)])
    case 1: canvas.fill(rect(&random), Style(role))
    case 2: canvas.highlight(rect(&random), background: role)
    default:
      canvas.put(
        [Span(text(&random), role), Span(text(&random))], at: .random(in: -6...30, using: &random),
        .random(in: -1...8, using: &random), in: rect(&random),
        width: Bool.random(using: &random) ? nil : .random(in: -1...20, using: &random),
        alignment: [.left, .right, .centre].randomElement(using: &random) ?? .left,
        overflow: Bool.random(using: &random) ? .clip : .ellipsis,
        scroll: .random(in: 0...5, using: &random))
    }
  }

  /// What must hold for every canvas whatever was drawn on it.
  static func problem(of canvas: Canvas) -> String? {
    for y in 0..<canvas.height {
      var x = 0
      while x < canvas.width {
        guard let cell = canvas[x, y] else { return "no cell at \(x),\(y)" }
        if cell.isContinuation { return "right half alone at \(x),\(y)" }
        let columns = TextWidth.columns(of: cell.text)
        guard columns == 1 || columns == 2 else { return "\(cell.text) takes \(columns)" }
        if columns == 2, canvas[x + 1, y]?.isContinuation != true { return "half at \(x),\(y)" }
        for scalar in cell.text.unicodeScalars where scalar.properties.generalCategory == .control {
          return "control \(scalar.value)"
        }
        if canvas.glyphs.isASCII, !cell.text.isASCII { return "not ASCII: \(cell.text)" }
        x += columns
      }
      if x != canvas.width { return "row \(y) is \(x) wide" }
    }
    return nil
  }

  @Test(arguments: 0..<40)
  func anyTextInAnyPlaceKeepsEveryRowWhole(seed: UInt64) {
    var random = Seeded(state: seed)
    for _ in 0..<25 {
      let glyphs: Glyphs = Int.random(in: 0..<4, using: &random) == 0 ? .ascii : .unicode
      var canvas = Canvas(
        width: .random(in: 0...28, using: &random), height: .random(in: 0...7, using: &random),
        glyphs: glyphs)
      for _ in 0..<12 {
        let old = canvas
        Self.draw(on: &canvas, &random)
        if let problem = Self.problem(of: canvas) {
          Issue.record("\(problem) in \(canvas.text)")
          return
        }
        var redrawn = old
        redrawn.apply(canvas.diff(from: old))
        #expect(redrawn == canvas)
      }
    }
  }
}
