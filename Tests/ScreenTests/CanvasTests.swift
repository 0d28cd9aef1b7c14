import Dashboard
import Screen
import Testing

@Suite struct CanvasTests {
  @Test(arguments: [
    (0, "world", "world   "), (3, "world", "   world"), (6, "world", "      wo"),
    (8, "world", "        "), (-2, "world", "rld     "), (-9, "world", "        "),
    (7, "世", "        "), (6, "世", "      世"), (-1, "世界", " 界     "),
    (Int.max, "x", "        "), (Int.min, "x", "        "),
  ])
  func clipsTextAtBothEnds(x: Int, text: String, row: String) {
    var canvas = Canvas(width: 8, height: 1)
    canvas.put(text, at: x, 0, in: canvas.bounds)
    #expect(canvas.text == [row])
  }

  @Test func clipsToTheRectangle() {
    var canvas = Canvas(width: 8, height: 4)
    canvas.fill(canvas.bounds, with: ".")
    let rect = Rect(x: 2, y: 1, width: 4, height: 2)
    canvas.put("one two", at: 0, 0, in: rect)
    canvas.put("a世b", at: 1, 1, in: rect)
    canvas.put("below", at: 0, 2, in: rect)
    canvas.put("above", at: 0, -1, in: rect)
    #expect(canvas.text == ["........", "..one ..", "...a世..", "........"])
  }

  @Test(arguments: [
    (Overflow.clip, 0, "member"), (.ellipsis, 0, "membe…"), (.ellipsis, 1, "ember1"),
    (.clip, 3, "ber1  "), (.clip, 99, "      "),
  ])
  func cutsLongText(overflow: Overflow, scroll: Int, row: String) {
    var canvas = Canvas(width: 6, height: 1)
    canvas.put("member1", at: 0, 0, in: canvas.bounds, overflow: overflow, scroll: scroll)
    #expect(canvas.text == [row])
  }

  @Test(arguments: [
    ("世界", 3, "世…"), ("世界", 2, " …"), ("a世界", 4, "a世…"), ("世", 1, "…"), ("x", 1, "x"),
    ("世界", 4, "世界"),
  ])
  func cutsWideTextWhole(text: String, width: Int, row: String) {
    var canvas = Canvas(width: width, height: 1)
    canvas.put(text, at: 0, 0, in: canvas.bounds, overflow: .ellipsis)
    #expect(canvas.text == [row])
  }

  @Test func scrollsIntoTheMiddleOfAWideCharacter() {
    var canvas = Canvas(width: 4, height: 1)
    canvas.put("世界!", at: 0, 0, in: canvas.bounds, scroll: 1)
    #expect(canvas.text == [" 界!"])
  }

  @Test(arguments: [
    (Alignment.left, "7     "), (.right, "     7"), (.centre, "  7   "),
  ])
  func alignsInAField(alignment: Alignment, row: String) {
    var canvas = Canvas(width: 8, height: 1)
    let used = canvas.put("7", at: 0, 0, in: canvas.bounds, width: 6, alignment: alignment)
    #expect(used == 1)
    #expect(canvas.text == [row + "  "])
  }

  @Test func coveringHalfOfAWideCharacterLeavesASpace() {
    var canvas = Canvas(width: 6, height: 1)
    canvas.put("世界世", at: 0, 0, in: canvas.bounds)
    canvas.put("x", at: 1, 0, in: canvas.bounds)
    canvas.put("y", at: 4, 0, in: canvas.bounds)
    #expect(canvas.text == [" x界y "])
    canvas.put("世", at: 1, 0, in: canvas.bounds)
    #expect(canvas.text == [" 世 y "])
    #expect(canvas[2, 0]?.isContinuation == true)
    #expect(canvas[3, 0]?.isContinuation == false)
  }

  @Test func aTextKeepsTheBackgroundItIsWrittenOn() {
    var canvas = Canvas(width: 3, height: 1)
    canvas.fill(canvas.bounds, Style(.headerBar, background: .headerBar))
    canvas.put("ok", at: 0, 0, in: canvas.bounds, role: .headerGood)
    #expect(canvas[0, 0]?.style == Style(.headerGood, background: .headerBar))
    canvas.highlight(canvas.bounds, background: .selection, attributes: .bold)
    #expect(
      canvas[0, 0]?.style == Style(.headerGood, background: .selection, attributes: .bold))
    #expect(canvas.text == ["ok "])
  }

  @Test func framesARectangle() {
    var canvas = Canvas(width: 24, height: 3)
    let inside = canvas.box(canvas.bounds, title: [Span("Clusters")], note: [Span("6")])
    #expect(inside == Rect(x: 1, y: 1, width: 22, height: 1))
    #expect(
      canvas.text
        == [
          "┌ Clusters ───────── 6 ┐",
          "│                      │",
          "└──────────────────────┘",
        ])
    var narrow = Canvas(width: 10, height: 2, glyphs: .ascii)
    narrow.box(narrow.bounds, title: [Span("Clusters")], note: [Span("6")])
    #expect(narrow.text == ["+ Cluste~+", "+--------+"])
  }

  @Test(arguments: [(0, 0), (1, 1), (-5, 3), (1, 0), (2, 2), (3, 1), (Int.max, 1), (Int.min, -1)])
  func noSizeIsWrong(width: Int, height: Int) {
    var canvas = Canvas(width: width, height: min(height, 3))
    let rect = Rect(x: -1, y: -1, width: width, height: height)
    canvas.box(canvas.bounds, title: [Span("title")], note: [Span("note")])
    canvas.box(rect, title: [Span("title")])
    canvas.fill(rect)
    canvas.put("世界", at: 0, 0, in: rect, overflow: .ellipsis)
    canvas.highlight(rect, background: .selection)
    #expect(canvas.text.count == canvas.height)
  }

  @Test func sendsOnlyWhatChanged() {
    var old = Canvas(width: 12, height: 2)
    old.put("member1 ready", at: 0, 0, in: old.bounds)
    var new = old
    #expect(new.diff(from: old).isEmpty)
    new.put("2", at: 6, 0, in: new.bounds, role: .bad)
    new.put("世", at: 0, 1, in: new.bounds)
    #expect(
      new.diff(from: old) == [
        Run(x: 6, y: 0, style: Style(.bad), clusters: ["2"]),
        Run(x: 0, y: 1, style: Style(), clusters: ["世"]),
      ])
    #expect(
      new.diff(from: Canvas(width: 1, height: 1)).map(\.text) == ["member", "2", " read"]
        + ["世          "])
  }
}
