import CNcurses
import Dashboard
import Screen
import Testing

@testable import Terminal

/// curses keeps its state in globals, so these run one after another, on a screen that no terminal
/// stands behind.
@Suite(.serialized) @MainActor struct CursesTerminalTests {
  static func headless(term: String = "xterm-256color") throws -> CursesTerminal {
    let input = try #require(fopen("/dev/null", "r"))
    let output = try #require(fopen("/dev/null", "w"))
    setenv("LC_ALL", "C.UTF-8", 1)
    let profile = try TerminalProfile(environment: ["TERM": term])
    let terminal = try CursesTerminal(
      profile: profile, theme: ThemeCatalog().theme(named: "quarterdeck"), input: input,
      output: output)
    resize_term(6, 40)
    return terminal
  }

  /// What curses has in a row, as code points.
  static func row(_ y: Int32, of terminal: CursesTerminal) -> String {
    var line = [Int32](repeating: 0, count: 256)
    mvwinnwstr(terminal.window, y, 0, &line, 200)
    var text = String.UnicodeScalarView()
    for value in line.prefix(while: { $0 != 0 }) {
      if let scalar = Unicode.Scalar(UInt32(bitPattern: value)) { text.append(scalar) }
    }
    return String(text)
  }

  static func attributes(x: Int32, y: Int32, of terminal: CursesTerminal) -> (attr_t, Int32) {
    var cell = cchar_t()
    var text = [Int32](repeating: 0, count: Int(CCHARW_MAX) + 1)
    var attributes: attr_t = 0
    var pair: Int16 = 0
    var extended: Int32 = 0
    mvwin_wch(terminal.window, y, x, &cell)
    getcchar(&cell, &text, &attributes, &pair, &extended)
    return (attributes, extended)
  }

  @Test func whatIsDrawnIsWhatCursesHas() throws {
    let terminal = try Self.headless()
    defer { terminal.close() }
    #expect(terminal.width == 40 && terminal.height == 6)
    var canvas = Canvas(width: 40, height: 6)
    canvas.box(canvas.bounds, title: [Span("Clusters")])
    let inside = canvas.bounds.inset(dx: 1, dy: 1)
    canvas.put("世界 e\u{301} \u{1b}[31m", at: 0, 0, in: inside)
    canvas.put("👨‍👩‍👧‍👦|❤️|🇩🇪|", at: 0, 1, in: inside)
    canvas.put("bad", at: 0, 2, in: inside, role: .bad)
    terminal.draw(canvas)
    let blank = String(repeating: " ", count: 40)
    #expect(Self.row(0, of: terminal) == canvas.text[0])
    #expect(Self.row(1, of: terminal) == canvas.text[1])
    // The family is shown as one of them, the heart without its colour, each in its two columns.
    #expect(Self.row(2, of: terminal) == "│👨|❤ |🇩🇪|" + blank.prefix(29) + "│")
    #expect(Self.row(5, of: terminal) == canvas.text[5])
    let (attributes, pair) = Self.attributes(x: 1, y: 3, of: terminal)
    #expect(attributes & cn_A_BOLD != 0)
    var foreground: Int32 = 0
    var background: Int32 = 0
    extended_pair_content(pair, &foreground, &background)
    #expect((16...255).contains(foreground) && background == -1)
  }

  @Test func drawingADifferenceGivesTheNewScreen() throws {
    let terminal = try Self.headless()
    defer { terminal.close() }
    var canvas = Canvas(width: 40, height: 6)
    canvas.put("世界世界", at: 0, 0, in: canvas.bounds)
    terminal.draw(canvas)
    canvas.put("x", at: 1, 0, in: canvas.bounds, role: .bad)
    canvas.put("second", at: 3, 4, in: canvas.bounds)
    terminal.draw(canvas)
    for y in 0..<6 { #expect(Self.row(Int32(y), of: terminal) == canvas.text[y]) }
  }

  @Test(arguments: ["xterm-256color", "xterm", "linux", "vt100", "ansi"])
  func everyThemeCanBeDrawnOnEveryTerminal(term: String) throws {
    let terminal = try Self.headless(term: term)
    defer { terminal.close() }
    for name in ThemeCatalog().names {
      terminal.use(try ThemeCatalog().theme(named: name))
      var canvas = Canvas(width: 40, height: 6)
      for (index, role) in Role.allCases.enumerated() {
        canvas.put("ab", at: index % 20 * 2, index / 20, in: canvas.bounds, role: role)
        canvas.put("c", at: 39, 5, in: canvas.bounds, role: role, background: .selection)
      }
      terminal.draw(canvas, cursor: CursorPosition(x: 3, y: 3))
      for y in 0..<6 { #expect(Self.row(Int32(y), of: terminal) == canvas.text[y]) }
    }
  }

  @Test func aCanvasOfAnotherSizeDoesNoHarm() throws {
    let terminal = try Self.headless()
    defer { terminal.close() }
    for (width, height) in [(0, 0), (1, 1), (100, 30), (40, 6)] {
      var canvas = Canvas(width: width, height: height)
      canvas.fill(canvas.bounds, with: "x")
      terminal.draw(canvas, cursor: CursorPosition(x: 500, y: -1))
    }
    #expect(Self.row(5, of: terminal) == String(repeating: "x", count: 40))
  }

  @Test func anUnknownTerminalIsNamed() {
    #expect(throws: TerminalError.unknown(term: "no-such-terminal")) {
      _ = try Self.headless(term: "no-such-terminal")
    }
  }
}
