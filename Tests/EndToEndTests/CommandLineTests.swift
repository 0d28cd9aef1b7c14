import Foundation
import TestSupport
import Testing

/// What is given on the command line and cannot be used: an exit code, one line, nothing else.
@Suite struct CommandLineTests {
  struct Refusal: Sendable, CustomTestStringConvertible {
    var arguments: [String]
    var kubeconfig: String?
    var status = 2
    var says: [String]
    var testDescription: String { "\(arguments.joined(separator: " ")): \(says[0])" }
  }

  private static let sound = """
    apiVersion: v1
    kind: Config
    current-context: one
    clusters: [{name: one, cluster: {server: "http://127.0.0.1:1"}}]
    users: [{name: me, user: {token: very-secret}}]
    contexts: [{name: one, context: {cluster: one, user: me}}]
    """

  private static let refusals: [Refusal] = [
    Refusal(arguments: ["--kubeconfig", "nowhere"], says: ["nowhere", "no such file"]),
    Refusal(arguments: [], says: [".kube/config", "no such file", "KUBECONFIG"]),
    Refusal(arguments: ["--kubeconfig", "k"], kubeconfig: "", says: ["k: it is empty"]),
    Refusal(
      arguments: ["--kubeconfig", "k"], kubeconfig: "a: [b\n\tc: :", says: ["k:", "not YAML"]),
    Refusal(arguments: ["--kubeconfig", "k"], kubeconfig: "- a\n- b", says: ["not a mapping"]),
    Refusal(arguments: ["--kubeconfig", "k"], kubeconfig: "a: b", says: ["no current-context"]),
    Refusal(
      arguments: ["--kubeconfig", "k", "--context", "two"], kubeconfig: sound,
      says: ["no context \"two\"", "\"one\""]),
    Refusal(
      arguments: ["--kubeconfig", "k"],
      kubeconfig: sound.replacing("http://127.0.0.1:1", with: "gopher://x"),
      says: ["server of", "not usable"]),
    Refusal(
      arguments: ["--kubeconfig", "k"],
      kubeconfig: sound.replacing("{token: very-secret}", with: "{username: a, password: b}"),
      says: ["username and password", "no longer take"]),
    Refusal(
      arguments: ["--kubeconfig", "k"], kubeconfig: sound, status: 7,
      says: ["127.0.0.1:1", "Connection refused", "check the server's address"]),
  ]

  @Test(arguments: refusals)
  func aKubeconfigThatLeadsNowhereIsRefusedInOneLine(_ refusal: Refusal) async throws {
    let workspace = try Workspace()
    if let text = refusal.kubeconfig { try workspace.write("k", text) }
    let outcome = try await Tool.run(
      "\(Quarterdeck.folder)/quarterdeck", ["snapshot"] + refusal.arguments, in: workspace)
    #expect(outcome.status == refusal.status, "\(outcome.errors)")
    #expect(outcome.output == "")
    #expect(outcome.errors.filter { $0 == "\n" }.count == 1, "\(outcome.errors)")
    for text in refusal.says { #expect(outcome.errors.contains(text), "\(outcome.errors)") }
    #expect(!outcome.errors.contains("very-secret"))
  }

  /// To root every file is readable, so a folder stands for a file that is not.
  @Test func aKubeconfigThatCannotBeReadIsRefused() async throws {
    let workspace = try Workspace()
    let outcome = try await Quarterdeck.run(
      "snapshot", "--kubeconfig", workspace.path, in: workspace)
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("cannot be read"), "\(outcome.errors)")
  }

  @Test func aWebPageInsteadOfAnAPIIsNamedAsSuch() async throws {
    let workspace = try Workspace()
    let body = "<html><body>Please log in</body></html>"
    let server = try CannedServer(
      answering: "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: "
        + "\(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)")
    try workspace.write(
      "k", Self.sound.replacing("127.0.0.1:1\"", with: "127.0.0.1:\(server.port)\""))
    let outcome = try await Quarterdeck.run("snapshot", "--kubeconfig", "k", in: workspace)
    #expect(outcome.status == 7)
    #expect(outcome.errors.contains("web page instead of an API answer"), "\(outcome.errors)")
    #expect(!outcome.errors.contains("very-secret"))
  }

  @Test(arguments: [
    (["snapshot", "--no-such-option"], "--no-such-option"),
    (["replay"], "trace"), (["replay", "x", "--dump", "12"], "--dump"),
    (["replay", "x", "--keys", "a"], "--dump"), (["replay", "x", "--at", "-1"], "--at"),
    (["demo", "--port", "70000"], "--port"), (["demo", "--write-kubeconfig", "k"], "--serve-only"),
    (["demo", "--speed", "nan"], "--speed"), (["--poll", "0"], "--poll"),
    (["no-such-command"], "no-such-command"), (["snapshot", "--as-group", "g"], "--as"),
  ])
  func aCommandLineThatIsNotUnderstoodIsExplained(arguments: [String], what: String) async throws {
    let outcome = try await Tool.run(
      "\(Quarterdeck.folder)/quarterdeck", arguments, in: try Workspace())
    #expect(outcome.status == 64)
    #expect(outcome.output == "")
    #expect(outcome.errors.contains(what), "\(outcome.errors)")
  }

  @Test(arguments: [
    ("themes: quarterdeck", "config.yaml:1: unknown key"),
    ("theme: no-such", "no such theme"), ("pane: nowhere", "no pane"),
    ("# first\npoll: 0", "config.yaml:2: poll"), ("keys: {fly: x}", "no command"),
    ("keys: {sort-next: q}", "asked for by both"), ("keys: [", "not YAML"),
  ])
  func aConfigurationThatCannotBeUsedIsRefused(text: String, why: String) async throws {
    let workspace = try Workspace()
    try workspace.write(".config/quarterdeck/config.yaml", text)
    let outcome = try await Quarterdeck.run(
      "replay", Fixture.directory.appending(path: "traces/cluster-outage.trace.jsonl").path,
      "--dump", "80x24", in: workspace)
    #expect(outcome.status != 0)
    #expect(outcome.output == "")
    #expect(outcome.errors.contains(why), "\(outcome.errors)")
    #expect(outcome.errors.filter { $0 == "\n" }.count == 1, "\(outcome.errors)")
  }

  @Test(arguments: [
    ("roles: {no.such.role: red}", "unknown role"), ("palette: {a: reddish}", "not a colour"),
    ("inherits: nobody", "nobody"), ("roles: [", "not YAML"),
  ])
  func aThemeThatCannotBeUsedIsListedWithItsFault(text: String, why: String) async throws {
    let workspace = try Workspace()
    try workspace.write(".config/quarterdeck/themes/mine.yaml", text)
    let outcome = try await Quarterdeck.run("themes", in: workspace)
    #expect(outcome.status == 1)
    let line = try #require(outcome.lines.first { $0.hasPrefix("mine") })
    #expect(line.contains(why))
    #expect(outcome.lines.count { $0.hasSuffix("ok") } == 5)
  }

  @Test func aPortThatIsTakenIsSaid() async throws {
    let workspace = try Workspace()
    try await DemoServer.with(in: workspace) { server in
      let outcome = try await Quarterdeck.run(
        "demo", "--serve-only", "--port", "\(server.port)", in: workspace)
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("127.0.0.1:\(server.port)"))
      #expect(outcome.errors.contains("--port"))
    }
  }

  @Test func theKubeconfigIsForItsOwnersEyesOnlyAndKeepsItsToken() async throws {
    let workspace = try Workspace()
    var texts: [String] = []
    var port = 0
    for _ in 0..<2 {
      port = try await DemoServer.with(in: workspace, port: port) { server in
        let attributes = try FileManager.default.attributesOfItem(atPath: server.kubeconfig)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        texts.append(try #require(workspace.text("kubeconfig")))
        return server.port
      }
    }
    #expect(texts[0] == texts[1])
    #expect(texts[0].contains("127.0.0.1:\(port)"))
  }

  @Test func snapshotPrintsPlainTextForPeople() async throws {
    let workspace = try Workspace()
    try await DemoServer.with(in: workspace) { server in
      let outcome = try await Quarterdeck.run(
        "snapshot", "--kubeconfig", server.kubeconfig, "--timings", in: workspace)
      #expect(outcome.status == 0)
      #expect(outcome.output.contains("5/6 clusters ready"))
      #expect(outcome.output.contains("STRANDED"))
      #expect(!outcome.output.contains("\u{1b}"))
      #expect(outcome.errors.contains("resourcebindings.work.karmada.io: 58 objects"))
    }
  }

  @Test func onlyTheNamespaceAskedForIsRead() async throws {
    let workspace = try Workspace()
    try await DemoServer.with(in: workspace) { server in
      let outcome = try await Quarterdeck.run(
        "snapshot", "--kubeconfig", server.kubeconfig, "--namespace", "payments", in: workspace)
      #expect(outcome.status == 0)
      #expect(outcome.output.contains("ledger"))
      #expect(!outcome.output.contains("shop "))
    }
  }

  @Test func theVersionIsPrinted() async throws {
    let outcome = try await Quarterdeck.run("--version", in: try Workspace())
    #expect(outcome.status == 0)
    #expect(outcome.lines.count == 1)
  }
}
