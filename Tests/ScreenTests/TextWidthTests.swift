import Dashboard
import Screen
import Testing

@Suite struct TextWidthTests {
  @Test(
    arguments: [
      ("a", 1), (" ", 1), ("~", 1), ("é", 1), ("e\u{301}", 1), ("\u{301}", 0), ("ß", 1), ("…", 1),
      ("─", 1), ("→", 1), ("✓", 1), ("●", 1), ("世", 2), ("界", 2), ("ｱ", 1), ("Ａ", 2), ("가", 2),
      ("\u{1100}\u{1161}\u{11A8}", 2), ("ク", 2), ("、", 2), ("😀", 2), ("👍🏽", 2), ("👨‍👩‍👧‍👦", 2),
      ("🏳️‍🌈", 2), ("🇩🇪", 2), ("🇩", 1), ("❤️", 2), ("❤", 1), ("1️⃣", 2), ("☎️", 2), ("⌚", 2), ("ก", 1),
      ("ำ", 1), ("א", 1), ("𠀀", 2), ("\u{200b}", 0), ("\u{1b}", 0), ("\n", 0),
      ("\u{7f}", 0),
      ("\u{85}", 0), ("\u{202e}", 0), ("\u{ad}", 0),
    ] as [(Character, Int)])
  func countsColumnsOfACluster(character: Character, columns: Int) {
    #expect(TextWidth.columns(of: character) == columns)
  }

  @Test(
    arguments: [
      ("", 0), ("abc", 3), ("世界", 4), ("a世b", 4), ("e\u{301}e\u{301}", 2), ("a\u{1b}[31m", 7),
      ("👨‍👩‍👧x", 3), ("\u{200b}", 8), ("a\tb", 4), ("\r\n", 4),
    ] as [(String, Int)])
  func countsColumnsOfATextAsPrinted(text: String, columns: Int) {
    #expect(TextWidth.columns(of: text) == columns)
  }

  @Test(arguments: [
    ("\u{1b}[2J", "^[[2J"), ("a\tb", "a^Ib"), ("a\r\nb", "a^M^Jb"), ("\u{0}", "^@"),
    ("\u{7f}", "^?"), ("\u{9b}31m", "<U+009B>31m"), ("x\u{202e}y", "x<U+202E>y"),
    ("\u{2066}a\u{2069}", "<U+2066>a<U+2069>"), ("a\u{200b}b", "a<U+200B>b"),
    ("a\u{200d}b", "a<U+200D>b"), ("a\u{fe0e}b", "a<U+FE0E>b"), ("\u{feff}a", "<U+FEFF>a"),
    ("\u{301}a", "<U+0301>a"), ("\u{e000}", "<U+E000>"), ("\u{ad}", "<U+00AD>"),
    ("a\u{e0041}", "a<U+E0041>"), ("\u{2028}", "<U+2028>"), ("\u{ffff}", "<U+FFFF>"),
    ("\u{3164}", "<U+3164>"), ("plain", "plain"), ("é世👍🏽", "é世👍🏽"), ("\u{600}1", "<U+0600>1"),
    ("\u{e0041}", "<U+E0041>"), ("\u{1160}", "<U+1160>"),
  ])
  func showsWhatIsInvisibleEscaped(text: String, shown: String) {
    var canvas = Canvas(width: TextWidth.columns(of: shown), height: 1)
    #expect(canvas.put(text, at: 0, 0, in: canvas.bounds) == TextWidth.columns(of: shown))
    #expect(canvas.text == [shown])
  }

  @Test(arguments: [
    ("member1", "member1"), ("…→✓", "~>+"), ("世a", "??a"), ("é", "?"), ("▁█", ".#"),
    ("“x” — y", "\"x\" - y"), ("👨‍👩‍👧", "??"), ("\u{1b}", "^["), ("\u{202e}", "<U+202E>"),
  ])
  func showsOnlyASCIIWhereThereIsNothingElse(text: String, shown: String) {
    var canvas = Canvas(width: shown.count, height: 1, glyphs: .ascii)
    canvas.put(text, at: 0, 0, in: canvas.bounds)
    #expect(canvas.text == [shown])
  }
}
