import Foundation
import Manifest
import TestSupport
import Testing

extension EndToEnd {
  /// An override policy changed by keys alone, in a terminal.
  @Suite struct OverrideEditTests {
    private static let command = "quarterdeck demo --scenario overrides"

    /// Opens the form over the policy `settings`.
    private static func openForm(_ screen: TmuxScreen) async throws {
      try await screen.runs(command)
      try await screen.waits(for: "3/3", "live")
      try await screen.presses("6")
      try await screen.waits(for: "Policies")
      try await screen.presses("/")
      try await screen.types("name:settings")
      try await screen.presses("Enter")
      try await screen.waits(for: "settings", "shop")
      try await screen.presses("e")
      try await screen.waits(for: "Edit  OverridePolicy shop/settings", "on member1")
    }

    /// The port becomes a number for every cluster, and the rule that empties the file goes.
    private static func mend(_ screen: TmuxScreen) async throws {
      try await screen.presses("j", "x")
      try await screen.waits(for: "rule 1  every cluster")
      try await screen.presses("j", "j", "j", "j", "j", "j", "j", "j", "Enter")
      try await screen.waits(for: "value: \"3306\"")
      try await screen.presses("C-u")
      try await screen.types("3306")
      try await screen.presses("Enter")
      try await screen.waits(for: "+       port: 3306")
      try await screen.presses("j", "x")
      try await screen.waits(forNo: "rule 2")
      try await screen.waits(for: "1 object on 3 clusters")
    }

    private static func arm(_ screen: TmuxScreen) async throws {
      try await screen.presses(":")
      try await screen.types("arm 15m INC-7")
      try await screen.presses("Enter")
      try await screen.waits(for: "ARMED")
    }

    private static func confirm(_ screen: TmuxScreen) async throws {
      try await screen.presses("C-s")
      try await screen.waits(for: "Type save:", "INC-7")
      try await screen.types("save")
      try await screen.presses("Enter")
    }

    @Test(
      .enabled(if: TmuxScreen.isPossible),
      arguments: [
        TmuxScreen.Size(width: 80, height: 24), TmuxScreen.Size(width: 140, height: 40),
      ])
    func theEmptiedFieldIsMendedThreeClustersFollowAndItIsUndone(
      _ size: TmuxScreen.Size
    ) async throws {
      try await TmuxScreen.with(size.width, size.height) { screen in
        try await Self.openForm(screen)
        try await Self.mend(screen)
        try await screen.presses("C-s")
        try await screen.waits(for: "READY", "the server has checked it")
        try await Self.arm(screen)
        try await Self.confirm(screen)
        try await screen.waits(for: "SAVED  every Work is as predicted", "member3")
        try await screen.presses(":")
        try await screen.types("undo")
        try await screen.presses("Enter")
        try await screen.waits(for: "ASKS", "field-emptied")
        try await screen.presses("a")
        try await screen.waits(for: "acknowledges type-changed")
        try await screen.presses("a")
        try await screen.waits(for: "READY")
        try await Self.confirm(screen)
        try await screen.waits(for: "SAVED  every Work is as predicted")
        // The form that it was begun in has what there is now.
        try await screen.presses("Escape")
        try await screen.waits(for: "Edit  OverridePolicy shop/settings  unchanged")
      }
    }

    /// kill -9 of everything while the editor runs: what was saved in it is there at the next start.
    @Test(.enabled(if: TmuxScreen.isPossible))
    func aDraftSurvivesEverythingThatIsKilled() async throws {
      let workspace = try Workspace()
      // An editor that saves a change and then stays open.
      try workspace.write(
        "editor", "#!/bin/sh\nsed -i s/3306/7777/ \"$1\"\necho edited >&2\nsleep 600\n")
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o755], ofItemAtPath: workspace.file("editor"))
      try await TmuxScreen.with(140, 40, in: workspace) { screen in
        try await screen.runs("export EDITOR='\(workspace.file("editor"))'")
        try await Self.openForm(screen)
        try await screen.presses("E")
        try await screen.waits(for: "edited")
        try Self.killAll(of: workspace)
        try await screen.waits(for: "Killed")
        try await screen.runs("reset; clear")
        try await screen.runs(Self.command)
        try await screen.waits(for: "a draft of shop/settings was left behind")
        try await screen.presses(":")
        try await screen.types("draft")
        try await screen.presses("Enter")
        try await screen.waits(for: "shop/settings  changed", "value: \"7777\"")
      }
    }

    /// Ends every process whose HOME is the workspace but the terminal's own shell and tmux.
    private static func killAll(of workspace: Workspace) throws {
      for name in try FileManager.default.contentsOfDirectory(atPath: "/proc") {
        guard let id = pid_t(name),
          let environment = FileManager.default.contents(atPath: "/proc/\(name)/environ"),
          String(decoding: environment, as: UTF8.self).contains("HOME=\(workspace.path)\0"),
          let line = FileManager.default.contents(atPath: "/proc/\(name)/cmdline")
        else { continue }
        let command = String(decoding: line, as: UTF8.self)
        if command.contains("quarterdeck\0demo") || command.contains("/editor\0") {
          kill(id, SIGKILL)
        }
      }
    }

    @Test(.enabled(if: TmuxScreen.isPossible))
    func anEditorThatFailsOrWritesNoTextLosesNothing() async throws {
      let workspace = try Workspace()
      try workspace.write(
        "editor",
        "#!/bin/sh\nif [ -e \"$HOME/once\" ]; then printf 'a: \\377\\n' > \"$1\"; exit 0; fi\n"
          + "touch \"$HOME/once\"; exit 3\n")
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o755], ofItemAtPath: workspace.file("editor"))
      try await TmuxScreen.with(140, 40, in: workspace) { screen in
        try await screen.runs("export EDITOR='\(workspace.file("editor"))'")
        try await Self.openForm(screen)
        try await screen.presses("E")
        try await screen.waits(for: "ended with 3: the draft is as it was", "rule 2  member3")
        try await screen.presses("E")
        try await screen.waits(for: "no UTF-8: the draft is as it was", "rule 2  member3")
      }
    }
  }
}

/// `quarterdeck override` against the demo's own API.
@Suite(.timeLimit(.minutes(10))) struct OverrideCommandTests {
  private static func policy(_ port: String, more: String = "") -> String {
    """
    apiVersion: policy.karmada.io/v1alpha1
    kind: OverridePolicy
    metadata: {name: settings, namespace: shop\(more)}
    spec:
      resourceSelectors: [{apiVersion: v1, kind: ConfigMap, name: settings}]
      overrideRules:
      - overriders:
          fieldOverrider:
          - fieldPath: /data/config.yaml
            yaml: [{subPath: /database/port, operator: replace, value: \(port)}]
    """
  }

  private struct Deck {
    let workspace: Workspace
    let server: DemoServer

    func run(_ arguments: String...) async throws -> Outcome { try await run(arguments) }

    func run(_ arguments: [String]) async throws -> Outcome {
      try await Tool.run(
        "\(Quarterdeck.folder)/quarterdeck",
        ["override"] + arguments + ["--kubeconfig", server.kubeconfig], in: workspace)
    }
  }

  private static func with(_ body: (Deck) async throws -> Void) async throws {
    let workspace = try Workspace()
    try workspace.write("good.yaml", policy("3306"))
    try await DemoServer.with(in: workspace, options: ["--scenario", "overrides"]) { server in
      try await body(Deck(workspace: workspace, server: server))
    }
  }

  @Test func diffShowsEveryClusterAndExitsWithOne() async throws {
    try await Self.with { deck in
      let diff = try await deck.run("diff", "-f", "good.yaml")
      #expect(diff.status == 1, "\(diff.errors)")
      #expect(diff.output.contains("1 object on 3 clusters: 3 manifests change"))
      #expect(diff.lines.contains("ConfigMap shop/settings on member3"))
      #expect(diff.lines.contains { $0.hasPrefix("+") && $0.contains("port: 3306") })
      let json = try await deck.run("diff", "-f", "good.yaml", "-o", "json")
      let plan = try JSONValue(parsing: json.output)
      #expect(plan["action"] == "update" && plan["obstacle"] == .null && plan["objects"] == 1)
      #expect(plan["clusters"] == ["member1", "member2", "member3"])
    }
  }

  @Test func applySavesUndoTakesBackAndEachSaysWhenThereIsNothingToDo() async throws {
    try await Self.with { deck in
      let dry = try await deck.run("apply", "-f", "good.yaml", "--dry-run")
      #expect(dry.status == 0 && dry.output.contains("--confirm settings --reason WHY saves it"))
      let bare = try await deck.run("apply", "-f", "good.yaml")
      #expect(bare.status == 2 && bare.errors.contains("--confirm settings"))
      let unsure = try await deck.run("apply", "-f", "good.yaml", "--confirm", "settings")
      #expect(unsure.status == 2 && unsure.errors.contains("--reason"))
      let done = try await deck.run(
        "apply", "-f", "good.yaml", "--confirm", "settings", "--reason", "INC-7", "-o", "json")
      #expect(done.status == 0, "\(done.output) \(done.errors)")
      let report = try JSONValue(parsing: try #require(done.lines.last))
      #expect(report["outcome"] == "saved")
      #expect(
        report["works"]?.array?.map { $0["state"] } == Array(repeating: "asPredicted", count: 3))
      #expect(try await deck.run("diff", "-f", "good.yaml").status == 0)
      let again = try await deck.run(
        "apply", "-f", "good.yaml", "--confirm", "settings", "--reason", "INC-7")
      #expect(again.status == 0 && again.output.contains("says this already"))
      let json = try await deck.run(
        "apply", "-f", "good.yaml", "--confirm", "settings", "--reason", "INC-7", "-o", "json")
      #expect(json.status == 0)
      #expect(
        try JSONValue(parsing: Array(json.output.utf8))["action"] == "none", "\(json.output)")

      let edit = try #require(report["edit"]?.string)
      let list = try await deck.run("list")
      #expect(list.output.contains(edit) && list.output.contains("INC-7"))
      let undo = try await deck.run(
        "undo", edit, "--confirm", "settings", "--reason", "INC-8")
      #expect(undo.status == 3 && undo.errors.contains("--accept field-emptied"))
      let undone = try await deck.run(
        "undo", edit, "--confirm", "settings", "--reason", "INC-8", "--accept", "field-emptied",
        "--accept", "type-changed")
      #expect(undone.status == 0, "\(undone.output) \(undone.errors)")
      // What it proposes for taking that back is all that is asked for.
      #expect(undone.lines.last?.hasSuffix("--confirm settings --reason WHY") == true)
      #expect(try await deck.run("diff", "-f", "good.yaml").status == 1)
      // Once more there is nothing to take back, which is no failure.
      let over = try await deck.run(
        "undo", edit, "--confirm", "settings", "--reason", "INC-8", "-o", "json")
      #expect(over.status == 0, "\(over.output) \(over.errors)")
      #expect(try JSONValue(parsing: Array(over.output.utf8))["action"] == "none")
    }
  }

  @Test func whatTheServerWouldRefuseIsToldAtItsFieldAndNothingIsChanged() async throws {
    try await Self.with { deck in
      try deck.workspace.write(
        "bad.yaml", Self.policy("1").replacing("fieldPath: /data", with: "fieldPath: data"))
      let bad = try await deck.run(
        "apply", "-f", "bad.yaml", "--confirm", "settings", "--reason", "INC-7")
      #expect(bad.status == 3)
      #expect(bad.errors.contains("overriders.fieldOverrider[0].fieldPath"), "\(bad.errors)")
      try deck.workspace.write("broken.yaml", "a: [")
      let broken = try await deck.run("diff", "-f", "broken.yaml")
      #expect(broken.status == 2 && broken.errors.contains("broken.yaml"))
      try deck.workspace.write("bytes.yaml", [0x61, 0xFF])
      #expect(try await deck.run("diff", "-f", "bytes.yaml").errors.contains("not UTF-8"))
      // Neither of them changes anything silently less than it was told to.
      for arguments in [["apply", "-f", "good.yaml"], ["undo", "settings-1"]] {
        let both = try await deck.run(arguments + ["--dry-run", "--confirm", "settings"])
        #expect(both.status == 64 && both.errors.contains("leave out --confirm"), "\(both)")
      }
      // 1 would say that it differs.
      #expect(try await deck.run("diff", "-f", "nowhere.yaml").status == 2)
      let readOnly = try await deck.run(
        "apply", "-f", "good.yaml", "--confirm", "settings", "--reason", "x", "--read-only")
      #expect(readOnly.status == 2)
    }
  }

  /// A file that says which version it was made from is never put over another.
  @Test func aFileOfAnEarlierVersionIsLeftAlone() async throws {
    try await Self.with { deck in
      try deck.workspace.write("old.yaml", Self.policy("1", more: ", resourceVersion: \"1\""))
      let old = try await deck.run(
        "apply", "-f", "old.yaml", "--confirm", "settings", "--reason", "INC-7")
      #expect(old.status == 3 && old.errors.contains("somebody has changed that since"))
    }
  }
}
