import Glibc
import Testing

extension EndToEnd {
  @Suite struct LeavingTests {
    @Test(arguments: ["q", "C-c"])
    func leavingGivesTheTerminalBack(key: String) async throws {
      try await TmuxScreen.with { screen in
        try await screen.runs("stty -a > before; tput smkx; tput rmkx")
        try await screen.runs("quarterdeck demo --mouse")
        try await screen.waits(for: "5/6", "live")
        let modes = try await screen.modes
        #expect(modes.isAlternateScreen)
        #expect(!modes.isCursorShown)
        #expect(modes.isMouseReported)
        try await screen.presses(key)
        try await screen.expectsTheShell(afterStatus: 0)
      }
    }

    @Test(arguments: [
      ("TERM", SIGTERM), ("HUP", SIGHUP), ("INT", SIGINT), ("QUIT", SIGQUIT), ("SEGV", SIGSEGV),
      ("ABRT", SIGABRT), ("BUS", SIGBUS), ("FPE", SIGFPE), ("ILL", SIGILL), ("TRAP", SIGTRAP),
    ])
    func everySignalGivesTheTerminalBack(name: String, signal: Int32) async throws {
      try await TmuxScreen.with { screen in
        try await screen.runs("ulimit -c 0; stty -a > before")
        try await screen.runs("sh -c 'echo $$ > pid; exec quarterdeck demo --mouse'")
        try await screen.waits(for: "5/6", "live")
        let text = screen.workspace.text("pid") ?? ""
        let process = try #require(pid_t(text.prefix { $0.isNumber }))
        #expect(kill(process, signal) == 0)
        try await screen.expectsTheShell(afterStatus: 128 + signal)
      }
    }

    @Test func suspendingGoesToTheShellAndBack() async throws {
      try await TmuxScreen.with { screen in
        try await screen.runs("stty -a > before")
        try await screen.runs("quarterdeck demo")
        try await screen.waits(for: "5/6", "live")
        for _ in 0..<2 {
          try await screen.presses("2")
          try await screen.waits(for: "Bindings 60")
          try await screen.presses("C-z")
          try await screen.waits(for: "Stopped")
          #expect(try await screen.modes == .shell)
          try await screen.runs("clear; echo in the shell")
          try await screen.waits(for: "in the shell")
          try await screen.runs("fg")
          try await screen.waits(for: "Bindings 60", "? help")
          try await screen.waits(forNo: "in the shell")
          #expect(try await screen.modes.isAlternateScreen)
          try await screen.presses("1")
          try await screen.waits(for: "Clusters 6")
        }
        try await screen.presses("q")
        try await screen.expectsTheShell(afterStatus: 0)
      }
    }

    @Test func aSizeThatChangedWhileSuspendedIsNoticed() async throws {
      try await TmuxScreen.demo { screen in
        try await screen.presses("C-z")
        try await screen.waits(for: "Stopped")
        try await screen.resizes(to: 140, 40)
        try await screen.runs("fg")
        try await screen.waits("the last line of 140x40") { text in
          let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
          return lines.count >= 40 && lines[39].contains("? help")
        }
      }
    }
  }
}

extension TmuxScreen {
  /// The program has ended with that status, and the terminal is as a shell wants it. Needs the
  /// output of `stty -a` from before in the file "before".
  fileprivate func expectsTheShell(afterStatus status: Int32) async throws {
    try await waits("the shell's screen") { $0.contains("quarterdeck demo") }
    try await runs("echo left with $?; stty -a > after; echo all is said")
    try await waits(for: "left with \(status)", "all is said")
    #expect(try await modes == .shell)
    #expect(workspace.text("after") == workspace.text("before"))
    #expect(workspace.text("before")?.contains("echo") == true)
  }
}
