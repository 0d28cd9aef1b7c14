import Foundation
import Testing

extension EndToEnd {
  /// A dashboard on the demo's own API, over HTTP.
  @Suite struct LiveTests {
    @Test func theSameFleetIsShownOverHTTP() async throws {
      let workspace = try Workspace()
      try await DemoServer.with(in: workspace) { server in
        try await TmuxScreen.with(in: workspace) { screen in
          try await screen.runs("quarterdeck --kubeconfig \(server.kubeconfig)")
          try await screen.waits(for: "5/6", "live", "member3", "NOT READY")
          try await screen.presses("2")
          try await screen.waits(for: "Bindings 60", "STRANDED", "ledger")
          try await screen.presses("d")
          try await screen.waits(for: "Description", "Works")
        }
      }
    }

    @Test func aDeadServerMeansStaleAndItsReturnMeansLive() async throws {
      let workspace = try Workspace()
      try await TmuxScreen.with(in: workspace) { screen in
        let port = try await DemoServer.with(in: workspace, end: .killed) { server in
          try await screen.runs("quarterdeck --kubeconfig \(server.kubeconfig)")
          try await screen.waits(for: "5/6", "live")
          return server.port
        }
        try await screen.waitsForHeader(with: "STALE")
        // Which events are the newest is the demo's own affair; that one is told of is ours.
        for (pane, title, row) in [
          ("2", "Bindings 60", "ledger"), ("6", "Policies 15", "PropagationPolicy"),
          ("8", "Events", "│ object  "), ("1", "Clusters 6", "member3"),
        ] {
          try await screen.presses(pane)
          try await screen.waits(for: "┌ \(title)", "STALE since", row)
        }
        try await DemoServer.with(in: workspace, port: port) { _ in
          try await screen.waitsForHeader(with: "live")
          try await screen.waits(forNo: "STALE")
          try await screen.waits(for: "Clusters 6", "member3")
        }
      }
    }

    @Test func aServerThatIsDownFromTheStartIsSaidAndLookedFor() async throws {
      let workspace = try Workspace()
      let port = try await DemoServer.with(in: workspace) { $0.port }
      try await TmuxScreen.with(in: workspace) { screen in
        try await screen.runs("quarterdeck --kubeconfig \(workspace.file("kubeconfig"))")
        try await screen.waits(for: "nothing was ever read", "Connection refused")
        try await DemoServer.with(in: workspace, port: port) { _ in
          try await screen.waits(for: "5/6", "live")
        }
      }
    }

    /// The suite's time limit is what catches a server that waits for its watches.
    @Test func servingStopsThoughWatchesAreOpen() async throws {
      let workspace = try Workspace()
      try await TmuxScreen.with(in: workspace) { screen in
        let port = try await DemoServer.with(in: workspace, end: .terminated) { server in
          try await screen.runs("quarterdeck --kubeconfig \(server.kubeconfig)")
          try await screen.waits(for: "5/6", "live")
          return server.port
        }
        try await screen.waitsForHeader(with: "STALE")
        // Nothing holds the port any more.
        try await DemoServer.with(in: workspace, port: port) { _ in
          try await screen.waitsForHeader(with: "live")
        }
      }
    }

    @Test func pollingIsSaidInTheHeader() async throws {
      let workspace = try Workspace()
      try await DemoServer.with(in: workspace) { server in
        try await TmuxScreen.with(in: workspace) { screen in
          try await screen.runs("quarterdeck --kubeconfig \(server.kubeconfig) --poll 1")
          try await screen.waits(for: "5/6", "polled", "every 1s")
        }
      }
    }

    @Test func aWrongTokenIsNotPermittedRatherThanEmpty() async throws {
      let workspace = try Workspace()
      try await DemoServer.with(in: workspace) { server in
        let wrong = String(repeating: "0", count: 32)
        let text = try #require(workspace.text("kubeconfig"))
          .replacing(/[0-9a-f]{32}/, with: wrong)
        try workspace.write("wrong", text)
        try await TmuxScreen.with(160, 24, in: workspace) { screen in
          try await screen.runs("quarterdeck --kubeconfig wrong")
          try await screen.waits(for: "log in again")
          #expect(!(try await screen.lines.joined()).contains(wrong))
        }
      }
    }
  }
}

extension TmuxScreen {
  fileprivate func waitsForHeader(with word: String) async throws {
    try await waits("\(word) in the header") { text in
      text.prefix { $0 != "\n" }.contains(word)
    }
  }
}
