import Testing

extension EndToEnd {
  @Suite struct LookTests {
    @Test func colourIsUsedWhereTheTerminalHasIt() async throws {
      try await TmuxScreen.demo { screen in
        #expect(SGR.colours(in: screen.rawBytes) > 10)
      }
    }

    @Test(arguments: ["NO_COLOR=1 quarterdeck demo", "quarterdeck demo --no-color"])
    func noColourMeansNone(command: String) async throws {
      try await TmuxScreen.with { screen in
        try await screen.runs(command)
        try await screen.waits(for: "5/6", "live")
        try await screen.presses("2", "d")
        try await screen.waits(for: "Description")
        try await screen.presses("q", "q")
        try await screen.waits(for: "$ ")
        #expect(SGR.colours(in: screen.rawBytes) == 0)
      }
    }

    @Test(arguments: ["quarterdeck demo --ascii", "LC_ALL=C quarterdeck demo"])
    func asciiMeansNothingElse(command: String) async throws {
      try await TmuxScreen.with(140, 40) { screen in
        try await screen.runs(command)
        try await screen.waits(for: "5/6", "live", "+-")
        for pane in ["2", "6", "8"] {
          try await screen.presses(pane)
          try await screen.waits(for: "+-")
        }
        try await screen.presses("2", "d")
        try await screen.waits(for: "Description")
        let foreign = screen.rawBytes.filter { $0 >= 0x80 }
        #expect(foreign.isEmpty)
      }
    }

    @Test func theThemeChangesWhileItRuns() async throws {
      try await TmuxScreen.demo { screen in
        let before = screen.rawBytes.count
        try await screen.presses(":")
        try await screen.types("theme mono")
        try await screen.presses("Enter")
        try await screen.waits(forNo: ":theme")
        try await screen.presses("2")
        try await screen.waits(for: "Bindings 60")
        try await screen.presses(":")
        try await screen.types("theme no-such")
        try await screen.presses("Enter")
        try await screen.waits(for: "no-such")
        #expect(screen.rawBytes.count > before)
        let after = screen.rawBytes.count
        try await screen.presses("6")
        try await screen.waits(for: "Policies 15")
        #expect(SGR.colours(in: Array(screen.rawBytes.dropFirst(after))) == 0)
      }
    }

    @Test func everyThemeDrawsTheFleet() async throws {
      for theme in ["quarterdeck-light", "high-contrast", "solarized-dark", "mono"] {
        try await TmuxScreen.demo(options: "--theme \(theme)") { screen in
          try await screen.waits(for: "member3", "NOT READY")
        }
      }
    }

    @Test(arguments: ["xterm", "xterm-256color", "screen", "linux", "vt100", "tmux-256color"])
    func itWorksOnTheUsualTerminals(term: String) async throws {
      try await TmuxScreen.with { screen in
        try await screen.runs("TERM=\(term) quarterdeck demo")
        try await screen.waits(for: "5/6", "NOT READY")
        try await screen.presses("q")
        try await screen.waits(for: "$ ")
      }
    }

    @Test(arguments: [
      ("TERM=dumb quarterdeck demo", "cannot show a full screen", "quarterdeck snapshot"),
      ("TERM= quarterdeck demo", "TERM is not set", "quarterdeck snapshot"),
      ("TERM=no-such quarterdeck demo", "does not know the terminal", "ncurses-term"),
    ])
    func aTerminalThatCannotIsRefused(command: String, why: String, advice: String) async throws {
      try await TmuxScreen.with(200, 24) { screen in
        try await screen.runs(command)
        try await screen.waits(for: why, advice)
        try await screen.runs("echo left with $?")
        try await screen.waits(for: "left with 1")
        #expect(try await screen.modes == .shell)
      }
    }
  }
}

/// The escape sequences that choose colours and attributes.
enum SGR {
  /// How often a colour is chosen: 30…38, 40…48, 90…97, 100…107.
  static func colours(in bytes: [UInt8]) -> Int {
    let text = String(decoding: bytes, as: UTF8.self)
    return text.matches(of: /\u{1b}\[([0-9;:]*)m/).count { match in
      match.1.split { $0 == ";" || $0 == ":" }.compactMap { Int($0) }.contains {
        (30...38).contains($0) || (40...48).contains($0) || (90...97).contains($0)
          || (100...107).contains($0)
      }
    }
  }
}
