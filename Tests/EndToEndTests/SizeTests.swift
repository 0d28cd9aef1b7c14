import Testing

extension EndToEnd {
  @Suite struct SizeTests {
    @Test func theScreenFollowsEverySize() async throws {
      let sizes = [(20, 5), (1, 1), (2, 2), (40, 3), (300, 100), (7, 40), (110, 30), (20, 5)]
      try await TmuxScreen.demo { screen in
        for pane in ["1", "2", "6", "8"] {
          try await screen.presses(pane)
          for (width, height) in sizes {
            try await screen.resizes(to: width, height)
            // Where there is room for a word, there is one.
            if width >= 7 {
              try await screen.waits("something at \(width)x\(height)") {
                $0.contains { !$0.isWhitespace }
              }
            }
            #expect(try await screen.lines.allSatisfy { $0.count <= width })
          }
        }
        try await screen.resizes(to: 80, 24)
        try await screen.presses("1")
        try await screen.waits(for: "5/6", "member3", "? help")
      }
    }

    @Test func theSmallestScreenStillSaysWhatIsWrong() async throws {
      try await TmuxScreen.demo { screen in
        try await screen.presses("2")
        try await screen.resizes(to: 20, 5)
        try await screen.waits(for: "1 STRANDED", " STRANDED  sts/l")
      }
    }

    @Test func aLargeScreenShowsAllBindingsAtOnce() async throws {
      try await TmuxScreen.demo { screen in
        try await screen.presses("2")
        try await screen.resizes(to: 300, 100)
        try await screen.waits(for: "QUARTERDECK", "READ-ONLY", "ledger", "wordcount")
        try await screen.waits("every binding") { text in
          text.split(separator: "\n").count { $0.contains(" healthy ") } >= 40
        }
      }
    }

    @Test func pagesFollowTheSizeToo() async throws {
      try await TmuxScreen.demo { screen in
        try await screen.presses("2", "d")
        try await screen.waits(for: "Description")
        for (width, height) in [(20, 5), (1, 1), (300, 100), (80, 24)] {
          try await screen.resizes(to: width, height)
        }
        try await screen.waits(for: "Description", "Esc back")
      }
    }
  }
}
