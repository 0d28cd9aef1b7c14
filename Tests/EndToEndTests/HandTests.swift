import Foundation
import Testing

extension EndToEnd {
  /// What a terminal can do beyond keys and text.
  @Suite struct HandTests {
    /// OSC 52: the terminal's own clipboard, on whatever machine it runs.
    @Test func copyingHandsTheNameToTheTerminal() async throws {
      try await TmuxScreen.demo { screen in
        try await screen.presses("c")
        try await eventually("the name on its way to the clipboard") {
          screen.rawBytes.contains("\u{1b}]52;c;\(Self.base64("member3"))\u{7}".utf8) ? true : nil
        }
      }
    }

    @Test func aPageIsCopiedWhole() async throws {
      try await TmuxScreen.demo(120, 40) { screen in
        try await screen.presses("y")
        try await screen.waits(for: "kind: Cluster")
        try await screen.presses("c")
        let start = Self.base64("kind: Cluster\napiVersion")
        try await eventually("the page on its way to the clipboard") {
          screen.rawBytes.contains("\u{1b}]52;c;\(start)".utf8) ? true : nil
        }
      }
    }

    private static func base64(_ text: String) -> String {
      Data(text.utf8).base64EncodedString()
    }

    /// Clicks as xterm reports them: button, column, row, counted from one.
    @Test func aClickChoosesARowAndAPaneAndTheWheelScrolls() async throws {
      try await TmuxScreen.with { screen in
        try await screen.runs("TERM=xterm-256color quarterdeck demo --mouse")
        try await screen.waits(for: "5/6", "live", "┌ member3")
        try await screen.types("\u{1b}[<0;10;7M\u{1b}[<0;10;7m")
        try await screen.waits(for: "┌ member1")
        try await screen.types("\u{1b}[<0;16;2M\u{1b}[<0;16;2m")
        try await screen.waits(for: "Bindings 60", "sts/ledger")
        for _ in 0..<3 { try await screen.types("\u{1b}[<65;10;7M") }
        try await screen.waits(forNo: "sts/ledger")
        // Given back, the terminal selects text by itself again.
        try await screen.presses("m")
        try await eventually("the mouse is free") {
          try await screen.modes.isMouseReported ? nil : true
        }
      }
    }

    @Test func aPasteIsTextAndNeverCommands() async throws {
      try await TmuxScreen.demo { screen in
        try await screen.types("\u{1b}[200~2qqq:quit\r\u{1b}[201~")
        try await screen.presses("/")
        try await screen.types("\u{1b}[200~member\r5\u{1b}[201~")
        try await screen.waits(for: "/member", "Clusters")
        #expect(try await screen.modes.isAlternateScreen)
      }
    }
  }
}
