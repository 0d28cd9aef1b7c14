import Testing

extension EndToEnd {
  /// A server that is sound but for what it says of one kind: that pane says what is wrong and what
  /// to do, and the rest of the screen goes on.
  @Suite struct BadServerTests {
    private typealias Answer = CannedServer.Answer

    private static let cluster = """
      {"metadata":{"name":"member1","resourceVersion":"1","creationTimestamp":"2026-11-22T11:00:00Z"},
      "spec":{"syncMode":"Push"},"status":{"conditions":[{"type":"Ready","status":"True"}]}}
      """

    private static func list(_ items: String...) -> String {
      #"{"kind":"List","metadata":{"resourceVersion":"7"},"items":["#
        + items.joined(separator: ",") + "]}"
    }

    private static func binding(_ name: String, annotation: String = "") -> String {
      """
      {"metadata":{"namespace":"shop","name":"\(name)","resourceVersion":"2",
      "annotations":{"note":"\(annotation)"}},
      "spec":{"resource":{"apiVersion":"apps/v1","kind":"Deployment","namespace":"shop",
      "name":"\(name)"},"clusters":[{"name":"member1"}]}}
      """
    }

    /// Runs the dashboard on a server whose bindings are answered as said.
    private static func open(
      bindings: @escaping @Sendable (_ isWatch: Bool) -> CannedServer.Answer,
      _ body: (TmuxScreen) async throws -> Void
    ) async throws {
      let server = try CannedServer { target in
        let isWatch = target.contains("watch=")
        if target.contains("/resourcebindings") { return bindings(isWatch) }
        if isWatch { return .quietWatch }
        if target.hasPrefix("/version") { return Answer(#"{"gitVersion":"v1.31.3"}"#) }
        return Answer(target.contains("/clusters") ? list(cluster) : list())
      }
      let workspace = try Workspace()
      try workspace.write(
        "k",
        """
        apiVersion: v1
        kind: Config
        current-context: bad
        clusters: [{name: bad, cluster: {server: "http://127.0.0.1:\(server.port)"}}]
        users: [{name: me, user: {token: very-secret}}]
        contexts: [{name: bad, context: {cluster: bad, user: me}}]
        """)
      try await TmuxScreen.with(100, 24, in: workspace) { screen in
        try await screen.runs("quarterdeck --kubeconfig k")
        try await screen.waits(for: "1/1 clusters ready", "member1")
        try await screen.presses("2")
        try await body(screen)
        // Whatever that pane has, the others are there and keys are heard.
        try await screen.presses("1")
        try await screen.waits(for: "Clusters 1", "member1")
        try await screen.presses("q")
        try await screen.waits(for: "$ ")
        #expect(!screen.rawBytes.contains("very-secret".utf8))
      }
      withExtendedLifetime(server) {}
    }

    struct Trouble: Sendable, CustomTestStringConvertible {
      var testDescription: String
      var answer: CannedServer.Answer
      var says: [String]
    }

    private static let troubles = [
      Trouble(
        testDescription: "never answers", answer: .silence,
        says: ["loading bindings"]),
      Trouble(
        testDescription: "closes in the middle of the list",
        answer: Answer(String(list(binding("web")).prefix(120)), length: 5_000),
        says: ["nothing was ever read", "closed the connection"]),
      Trouble(
        testDescription: "sends half a document and calls it whole",
        answer: Answer(String(list(binding("web")).prefix(120))),
        says: ["nothing was ever read", "JSON"]),
      Trouble(
        testDescription: "sends a web page",
        answer: Answer("<html><body>Please log in</body></html>", type: "text/html"),
        says: ["nothing was ever read", "web page instead of an API answer"]),
      Trouble(
        testDescription: "sends something else",
        answer: Answer(#"{"items":5}"#), says: ["nothing was ever read"]),
      Trouble(
        testDescription: "sends no HTTP", answer: Answer(bytes: Array("hello\r\n\r\n".utf8)),
        says: ["nothing was ever read"]),
    ]

    @Test(arguments: troubles)
    func aBrokenListIsSaidInItsPane(_ trouble: Trouble) async throws {
      try await Self.open(bindings: { _ in trouble.answer }) { screen in
        try await screen.waits("all of \(trouble.says)") { text in
          // Lines are wrapped where the pane ends.
          let words = text.split { $0.isWhitespace || $0 == "│" }.joined(separator: " ")
          return trouble.says.allSatisfy { words.contains($0) }
        }
      }
    }

    @Test func anObjectOfTwentyMegabytesIsARowLikeAnyOther() async throws {
      let large = Self.list(
        Self.binding("huge", annotation: String(repeating: "x", count: 20 << 20)),
        Self.binding("small"))
      try await Self.open(bindings: { $0 ? .quietWatch : Answer(large) }) { screen in
        try await screen.waits(for: "Bindings 2", "huge", "small", "live")
      }
    }

    @Test func aWatchThatSaysNothingLeavesTheListLive() async throws {
      let list = Self.list(Self.binding("web"))
      try await Self.open(bindings: { $0 ? .quietWatch : Answer(list) }) { screen in
        try await screen.waits(for: "Bindings 1", "web", "live 1s")
      }
    }

    /// The names come from whoever may create objects.
    @Test func namesThatATerminalWouldObeyAreShownEscaped() async throws {
      let list = Self.list(
        Self.binding(#"a\u001b[31mred"#), Self.binding(#"b\u009b2J"#),
        Self.binding("世界-\u{202e}evil"), Self.binding("e\u{301}t\u{308}e"))
      try await Self.open(bindings: { $0 ? .quietWatch : Answer(list) }) { screen in
        try await screen.waits(
          for: "deploy/a^[[31mred", "deploy/b<U+009B>2J", "deploy/世界-<U+202E>evil",
          "deploy/e\u{301}t\u{308}e")
        for line in try await screen.lines.dropFirst(3).prefix(4) {
          // The frame stands where it should: the terminal counts columns as the program does.
          #expect(line.hasSuffix("│"), "\(line)")
        }
        let written = screen.rawBytes
        #expect(!written.contains("a\u{1b}[31mred".utf8))
        #expect(!written.contains("\u{9b}".utf8))
        #expect(!written.contains("\u{202e}".utf8))
      }
    }
  }
}
