import Dashboard
import Screen
import Testing

@Suite struct WidgetTests {
  func text(
    _ width: Int, _ height: Int, glyphs: Glyphs = .unicode, _ draw: (inout Canvas) -> Void
  ) -> [String] {
    var canvas = Canvas(width: width, height: height, glyphs: glyphs)
    draw(&canvas)
    return canvas.text
  }

  static let columns = [
    TableColumn("NAME", minimum: 6, ideal: 8, isFlexible: true, order: .ascending),
    TableColumn("STATE", minimum: 5, ideal: 8),
    TableColumn("NODES", minimum: 5, priority: 1, alignment: .right),
    TableColumn("NOTE", minimum: 4, ideal: 10, priority: 2),
  ]

  func table(count: Int, top: Int = 0, selected: Int? = nil) -> TableWidget {
    TableWidget(columns: Self.columns, rowCount: count, top: top, selected: selected) { index in
      TableRow(
        [
          [Span("member\(index)")], [Span("ready", .good)], [Span("\(index * 10)")], [Span("note")],
        ],
        isMarked: index == 1)
    }
  }

  @Test func aTableShowsItsColumnsAndMarks() {
    #expect(
      text(40, 4) { table(count: 2).draw(on: &$0, in: $0.bounds) } == [
        " NAME▲       STATE     NODES  NOTE      ",
        " member0     ready         0  note      ",
        "▪member1     ready        10  note      ",
        "                                        ",
      ])
  }

  @Test func aNarrowTableGivesUpTheLeastImportantColumns() {
    #expect(
      text(21, 2) { table(count: 1).draw(on: &$0, in: $0.bounds) } == [
        " NAME▲   STATE  NODES", " membe…  ready      0",
      ])
    #expect(!text(20, 2) { table(count: 1).draw(on: &$0, in: $0.bounds) }[0].contains("NODES"))
    #expect(
      text(9, 2) { table(count: 1).draw(on: &$0, in: $0.bounds) } == [" NAME▲   ", " member0 "])
    #expect(text(5, 2) { table(count: 1).draw(on: &$0, in: $0.bounds) } == [" NAM…", " mem…"])
    #expect(text(1, 2) { table(count: 1).draw(on: &$0, in: $0.bounds) } == [" ", " "])
  }

  @Test func aLongTableShowsAScrollbarAndAsksForVisibleRowsOnly() {
    var asked: [Int] = []
    var canvas = Canvas(width: 12, height: 5)
    TableWidget(
      columns: [TableColumn("N", minimum: 4)], rowCount: 100_000, top: 50_000, selected: 50_001
    ) { index in
      asked.append(index)
      return TableRow([[Span("\(index)")]])
    }.draw(on: &canvas, in: canvas.bounds)
    #expect(asked == [50_000, 50_001, 50_002, 50_003])
    #expect(
      canvas.text == [
        " N          ", " 500…       ", " 500…      ┃", " 500…       ", " 500…       ",
      ])
    #expect(canvas[0, 2]?.style.background == .selection)
    #expect(canvas[10, 2]?.style.background == .selection)
    #expect(canvas[11, 2]?.style.background == nil)
    #expect(canvas[0, 1]?.style.background == nil)
  }

  @Test func aTableKnowsWhichRowAClickMeans() {
    let long = table(count: 100, top: 99)
    #expect(long.row(atLine: 0, height: 11) == nil)
    #expect(long.row(atLine: 1, height: 11) == 90)
    #expect(long.row(atLine: 11, height: 11) == nil)
    #expect(table(count: 1).row(atLine: 2, height: 11) == nil)
  }

  @Test(arguments: [
    ([0..<3], ["mem", "ber1"]), ([3..<99], ["mem", "ber1"]), ([], ["member1"]),
    ([1..<2, 1..<3], ["m", "em", "ber1"]), ([90..<91], ["member1"]),
  ])
  func highlightsMatches(ranges: [Range<Int>], parts: [String]) {
    let line: Line = [Span("member1", .value)]
    let highlighted = line.highlighted(ranges)
    #expect(highlighted.map(\.text) == parts)
    #expect(highlighted.filter { $0.role == .match }.count == (parts.count > 1 ? 1 : 0))
  }

  @Test(arguments: [
    ("one two three", 7, ["one two", "three"]), ("one two three", 5, ["one", "two", "three"]),
    ("abcdefgh", 3, ["abc", "def", "gh"]), ("a bcdefgh", 4, ["a", "bcde", "fgh"]), ("", 4, [""]),
    ("世界世界", 5, ["世界", "世界"]), ("  indented text", 10, ["  indented", "text"]),
    ("a\tb", 2, ["a^", "Ib"]), ("x", 0, ["x"]),
  ])
  func wrapsAtSpaces(text: String, width: Int, rows: [String]) {
    let wrapped = [Span(text)].wrapped(width: width)
    #expect(wrapped.map { $0.map(\.text).joined() } == rows)
  }

  @Test func scrollTextMovesBothWays() {
    let lines: [Line] = (0..<9).map { [Span("line \($0) is long")] }
    #expect(
      text(10, 3) { ScrollText(lines, top: 7, left: 5).draw(on: &$0, in: $0.bounds) } == [
        "6 is long ", "7 is long ", "8 is long┃",
      ])
    #expect(
      text(20, 2) { ScrollText([[Span("short")]], top: 5).draw(on: &$0, in: $0.bounds) } == [
        "short               ", "                    ",
      ])
    #expect(ScrollText(lines, wraps: true).rowCount(width: 9) == 18)
  }

  @Test(arguments: [
    ("ns:def", 6, "", 7, "/ns:def   "), ("ns:def", 6, "ault", 7, "/ns:defaul"),
    ("ns:default-long", 15, "", 9, "/ult-long "), ("ns:default-long", 0, "", 1, "/ns:defaul"),
    ("世界", 1, "x", 3, "/世界     "), ("世界", 9, "x", 5, "/世界x    "), ("", -3, "", 1, "/         "),
  ])
  func aPromptKeepsItsCursorInSight(
    typed: String, cursor: Int, hint: String, x: Int, row: String
  ) {
    var canvas = Canvas(width: 10, height: 1)
    let position = Prompt(prefix: "/", text: typed, cursor: cursor, hint: hint)
      .draw(on: &canvas, in: canvas.bounds)
    #expect(position == CursorPosition(x: x, y: 0))
    #expect(canvas.text == [row])
  }

  @Test func aDialogStandsInTheMiddleWithItsHarmlessButtonFirst() {
    let body: Line = [Span("Delete the policy?")]
    #expect(
      text(34, 7, glyphs: .ascii) { canvas in
        canvas.fill(canvas.bounds, with: ".")
        DialogFrame(title: "Confirm", body: [body], buttons: ["Cancel", "Delete"])
          .draw(body: [body], on: &canvas, in: canvas.bounds)
      }
        == [
          "..................................",
          "...+ Confirm -----------------+...",
          "...| Delete the policy?       |...",
          "...|                          |...",
          "...|   [ Cancel ]  [ Delete ] |...",
          "...+--------------------------+...",
          "..................................",
        ])
    #expect(DialogFrame(title: "x", width: 1, height: 1).focusedButton == 0)
  }

  @Test(arguments: [
    (40, "Enter open  / filter  q quit  y YAML"), (30, "Enter open  / filter  q quit"),
    (22, "Enter open  q quit"), (17, "Enter open"), (9, ""),
  ])
  func theKeyLineNeverCutsAPair(width: Int, row: String) {
    let line = KeyLine([
      .init("Enter", "open"), .init("/", "filter", priority: 2), .init("q", "quit", priority: 1),
      .init("y", "YAML", priority: 3),
    ])
    let shown = text(width, 1) { line.draw(on: &$0, in: $0.bounds) }
    #expect(shown == [(" " + row).padding(to: width)])
  }

  @Test(arguments: [(1, 1), (0, 0), (20, 5), (80, 24), (300, 100), (3, 2)])
  func everyWidgetFitsEverySize(width: Int, height: Int) {
    var canvas = Canvas(width: width, height: height)
    let bounds = canvas.bounds
    table(count: 1_000, top: 3, selected: 4).draw(on: &canvas, in: canvas.box(bounds))
    ScrollText([[Span("some long text")]], wraps: true).draw(on: &canvas, in: bounds)
    Prompt(prefix: ":", text: "filter").draw(on: &canvas, in: bounds.row(height - 1))
    KeyLine([.init("q", "quit")]).draw(on: &canvas, in: bounds.row(height - 1))
    DialogFrame(title: "t", width: 60, height: 9).draw(
      body: [[Span("b")]], on: &canvas, in: canvas.bounds)
    canvas.scrollbar(in: canvas.bounds, top: .max, count: .max)
    #expect(CanvasFuzzTests.problem(of: canvas) == nil)
  }

  @Test(arguments: [
    (0, 5, 10, 4, 2), (0, 3, 10, 4, 0), (5, 2, 10, 4, 2), (9, 9, 10, 4, 6), (0, 0, 0, 4, 0),
    (3, 99, 10, 4, 6), (0, 2, 10, 0, 2),
    (.max, .max, .max, .max, Int(Int32.max) - 1_000_000),
  ])
  func scrollingKeepsTheSelectedRowInSight(
    top: Int, selected: Int, count: Int, height: Int, result: Int
  ) {
    let found = Scroll.top(top, showing: selected, count: count, height: height)
    #expect(found == result)
  }

  @Test func barsAndSparklinesHaveTheirWidth() {
    #expect(Glyphs.unicode.bar(0.5, width: 5) == "██▌  ")
    #expect(Glyphs.ascii.bar(0.5, width: 5) == "##=  ")
    #expect(Glyphs.unicode.bar(.nan, width: 5) == "")
    #expect(Glyphs.unicode.bar(7, width: 2) == "██")
    #expect(Glyphs.unicode.sparkline([0, 1, 2, .nan, 4]) == "▁▃▅▁█")
    #expect(Glyphs.ascii.sparkline([]) == "")
  }
}

extension String {
  func padding(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
