import Screen
import Testing

@testable import Terminal

@Suite struct TerminalProfileTests {
  @Test(arguments: [
    ("xterm-256color", "", ["xterm-256color"]),
    ("xterm-256color", "truecolor", ["xterm-direct", "xterm-256color"]),
    ("tmux-256color", "24bit", ["tmux-direct", "tmux-256color"]), ("linux", "truecolor", ["linux"]),
  ])
  func triesTheDeepestEntryFirst(term: String, colorterm: String, entries: [String]) throws {
    let profile = try TerminalProfile(environment: ["TERM": term, "COLORTERM": colorterm])
    #expect(profile.entries == entries)
  }

  @Test(arguments: [
    (256, false, ColourDepth.color256), (88, false, .color16), (16, false, .color16),
    (8, false, .color8), (0, false, .mono), (-1, false, .mono), (1 << 24, true, .trueColor),
  ])
  func knowsTheDepth(colours: Int, isDirect: Bool, depth: ColourDepth) throws {
    let profile = try TerminalProfile(environment: ["TERM": "xterm"])
    #expect(profile.depth(colours: colours, isDirect: isDirect) == depth)
  }

  @Test func noColorIsObeyed() throws {
    let profile = try TerminalProfile(
      environment: ["TERM": "xterm-256color", "NO_COLOR": "1", "COLORTERM": "truecolor"])
    #expect(profile.depth(colours: 256, isDirect: false) == .mono)
    #expect(profile.entries == ["xterm-256color"])
    #expect(try TerminalProfile(environment: ["TERM": "xterm", "NO_COLOR": ""]).wantsColour)
  }

  @Test func theLinuxConsoleHasASmallFont() throws {
    #expect(try TerminalProfile(environment: ["TERM": "linux"]).needsASCII)
    #expect(try !TerminalProfile(environment: ["TERM": "xterm"]).needsASCII)
  }

  @Test(arguments: [[:], ["TERM": ""], ["TERM": "dumb"]])
  func refusesATerminalWithoutAScreen(environment: [String: String]) {
    let error = #expect(throws: TerminalError.self) {
      try TerminalProfile(environment: environment)
    }
    #expect(error?.description.contains("quarterdeck snapshot") == true)
  }

  @Test func copyingEncodesAndWraps() {
    #expect(Clipboard.sequence(for: "hi", isScreen: false) == "\u{1b}]52;c;aGk=\u{7}")
    #expect(
      Clipboard.sequence(for: "hi", isScreen: true) == "\u{1b}P\u{1b}]52;c;aGk=\u{7}\u{1b}\\")
    let long = String(repeating: "x", count: Clipboard.limit + 1)
    #expect(Clipboard.sequence(for: long, isScreen: false) == nil)
    let wrapped = Clipboard.sequence(for: String(long.dropFirst()), isScreen: true) ?? ""
    #expect(wrapped.split(separator: "\u{1b}P").allSatisfy { $0.utf8.count < 768 })
  }
}
