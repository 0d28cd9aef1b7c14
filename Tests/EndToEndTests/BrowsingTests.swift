import Testing

extension EndToEnd {
  @Suite struct BrowsingTests {
    @Test(arguments: [
      TmuxScreen.Size(width: 80, height: 24), TmuxScreen.Size(width: 140, height: 40),
    ])
    func theDemoShowsTheFleet(size: TmuxScreen.Size) async throws {
      try await TmuxScreen.with(size.width, size.height) { screen in
        try await screen.runs("quarterdeck demo")
        try await screen.waits(for: "5/6", "live", "member1", "NOT READY")
        let lines = try await screen.lines
        for pane in ["1 Clusters", "2 Bindings", "6 Policies", "8 Events"] {
          #expect(lines[1].contains(pane))
        }
        #expect(lines[size.height - 1].contains("? help"))
        #expect(lines.allSatisfy { $0.count <= size.width })
      }
    }

    @Test func eachPaneHasItsKey() async throws {
      try await TmuxScreen.demo { screen in
        try await screen.presses("2")
        try await screen.waits(for: "Bindings 60", "STRANDED")
        try await screen.presses("6")
        try await screen.waits(for: "Policies 15")
        try await screen.presses("8")
        try await screen.waits(for: "┌ Events")
        try await screen.presses("Tab")
        try await screen.waits(for: "Clusters 6")
        try await screen.presses("BTab")
        try await screen.waits(for: "┌ Events")
      }
    }

    @Test func theListFollowsTheFilterAsItIsTyped() async throws {
      try await TmuxScreen.demo { screen in
        try await screen.presses("2", "/")
        try await screen.types("ns:payments !health:healthy")
        try await screen.waits(for: "ledger", "1 of 60")
        try await screen.waits(forNo: "checkout")
        try await screen.presses("Enter")
        try await screen.waits(for: "/ns:payments !health:healthy", "d describe")
        try await screen.presses("Escape")
        try await screen.waits(for: "Bindings 60", "checkout")
      }
    }

    @Test func aFilterThatMatchesNothingSaysSo() async throws {
      try await TmuxScreen.demo { screen in
        try await screen.presses("/")
        try await screen.types("zzzz")
        try await screen.waits(for: "no cluster matches /zzzz", "clears the filter")
      }
    }

    @Test func enterGoesIntoARowAndEscapeComesBack() async throws {
      try await TmuxScreen.demo { screen in
        try await screen.presses("Enter")
        try await screen.waits(for: "Bindings", "/cluster:member3")
        try await screen.presses("Escape")
        try await screen.waits(for: "Clusters 6")
      }
    }

    @Test func aRowIsDescribed() async throws {
      try await TmuxScreen.demo(120, 40) { screen in
        try await screen.presses("2", "d")
        try await screen.waits(
          for: "Description", "STRANDED", "Works", "Conditions", "Events", "Esc back")
        try await screen.presses("Escape")
        try await screen.waits(for: "Bindings 60")
      }
    }

    @Test func theObjectIsShownAsYAML() async throws {
      try await TmuxScreen.demo(120, 40) { screen in
        try await screen.presses("y")
        try await screen.waits(for: "apiVersion: cluster.karmada.io/v1alpha1", "kind: Cluster")
        try await screen.presses("/")
        try await screen.types("syncMode")
        try await screen.presses("Enter")
        try await screen.waits(for: "syncMode: Push")
        try await screen.presses("q")
        try await screen.waits(for: "Clusters 6")
      }
    }

    @Test func secretsAreNeverShown() async throws {
      try await TmuxScreen.demo(120, 40) { screen in
        try await screen.presses("2", "/")
        try await screen.types("kind:Secret name:gateway-keys*")
        try await screen.presses("Enter")
        try await screen.waits(for: "payments/Secret/gateway-keys")
        try await screen.presses("T")
        try await screen.waits(for: "kind: Secret", "data:")
        let text = try await screen.lines.joined(separator: "\n")
        #expect(text.contains("bytes") || text.contains("hidden"), "\(text)")
      }
    }

    @Test func helpTellsWhatCanBeDoneHere() async throws {
      try await TmuxScreen.demo { screen in
        try await screen.presses("?")
        try await screen.waits(for: "┌ Help", "Goes into the row")
        try await screen.presses("Escape")
        try await screen.waits(for: "Clusters 6")
        try await screen.waits(forNo: "Goes into the row")
      }
    }

    @Test func commandsAreCompleted() async throws {
      try await TmuxScreen.demo { screen in
        try await screen.presses(":")
        try await screen.types("pol")
        try await screen.waits(for: "poll", "policies")
        try await screen.types("i")
        try await screen.presses("Tab", "Enter")
        try await screen.waits(for: "Policies 15")
      }
    }

    @Test func anUnknownCommandIsAnError() async throws {
      try await TmuxScreen.demo { screen in
        try await screen.presses(":")
        try await screen.types("delete-everything")
        try await screen.presses("Enter")
        try await screen.waits(for: "delete-everything")
        try await screen.waits(for: "Clusters 6")
      }
    }
  }
}

extension TmuxScreen {
  /// A terminal with the demo open and its first list read.
  static func demo(
    _ width: Int = 80, _ height: Int = 24, options: String = "",
    _ body: (TmuxScreen) async throws -> Void
  ) async throws {
    try await with(width, height) { screen in
      try await screen.runs("quarterdeck demo \(options)")
      try await screen.waits(for: "5/6", "live")
      try await body(screen)
    }
  }
}
