import Manifest
import Testing

extension EndToEnd {
  /// A rollback by keys alone, on a control plane that others can ask what became of it.
  @Suite(.enabled(if: Kubectl.isInstalled, "needs kubectl")) struct RollbackTests {
    /// What the members have: "member1 deployments/web": uid, and whether it is Karmada's.
    private static func members(
      _ kubectl: Kubectl
    ) async throws -> [String: (uid: String, isManaged: Bool)] {
      var found: [String: (uid: String, isManaged: Bool)] = [:]
      for cluster in ["member1", "member2"] {
        for path in [
          "apis/apps/v1/namespaces/legacy/deployments/web",
          "api/v1/namespaces/legacy/configmaps/settings",
        ] {
          let proxy = "/apis/cluster.karmada.io/v1alpha1/clusters/\(cluster)/proxy/\(path)"
          let lines = try await kubectl.runs("get", "--raw", proxy)
          let object = try JSONValue(parsing: Array(lines.joined(separator: "\n").utf8))
          let name = path.split(separator: "/").suffix(2).joined(separator: "/")
          found["\(cluster) \(name)"] = (
            object[path: "metadata", "uid"]?.string ?? "",
            object[path: "metadata", "labels", "karmada.io/managed"] == "true"
          )
        }
      }
      return found
    }

    private static func policy(_ kubectl: Kubectl) async throws -> JSONValue {
      try await kubectl.json("get", "propagationpolicies", "-n", "legacy", "legacy")
    }

    /// With the plan of the demo's migration open and the session armed.
    private static func withPlan(
      _ body: (TmuxScreen, Kubectl) async throws -> Void
    ) async throws {
      let workspace = try Workspace()
      try await DemoServer.with(in: workspace, options: ["--scenario", "migration"]) { server in
        try await TmuxScreen.with(100, 30, in: workspace) { screen in
          try await screen.runs("quarterdeck --kubeconfig \(server.kubeconfig)")
          try await screen.waits(for: "3/3", "live")
          try await screen.presses("6")
          try await screen.waits(for: "Policies 1", "legacy")
          try await screen.presses("R")
          try await screen.waits(for: "Rollback plan", "READY", "Delete 2 templates")
          try await screen.runs(":run")
          try await screen.waits(for: "read-only; :arm 15m")
          try await screen.runs(":arm 15m INC-7 take it back")
          try await screen.waits(for: "ARMED")
          try await body(screen, Kubectl(server: server, workspace: workspace))
        }
      }
    }

    @Test func planRunReportAndUndoKeepEveryObject() async throws {
      try await Self.withPlan { screen, kubectl in
        let before = try await Self.members(kubectl)
        #expect(before.count == 4 && before.values.allSatisfy { $0.isManaged })

        try await screen.runs(":run")
        try await screen.confirms("legacy", seeing: "Set the flag and wait")
        try await screen.waits(for: "Every Work shows the flag", "There is no way back but undo")
        // Enter alone cancels; the run waits on.
        try await screen.presses("Enter")
        try await screen.waits(
          for: "4 of 4 Works show the flag", "nothing was deleted; :confirm asks again")
        try await screen.runs(":confirm")
        try await screen.confirms("legacy", seeing: "Delete 2 templates")
        try await screen.waits(for: " DONE ", "4 of 4 member objects verified as kept")
        let after = try await Self.members(kubectl)
        #expect(after.mapValues(\.uid) == before.mapValues(\.uid))
        #expect(after.values.allSatisfy { !$0.isManaged })
        let gone = try await kubectl.tries("get", "deployments", "-n", "legacy", "web")
        #expect(gone.status != 0 && gone.errors.contains("NotFound"))

        try await screen.runs(":undo")
        try await screen.waits(for: "Undo plan", "READY")
        try await screen.runs(":run")
        try await screen.confirms("legacy", seeing: "Create them again")
        try await screen.waits(for: " DONE ", "adopted", "created again")
        let back = try await Self.members(kubectl)
        #expect(back.mapValues(\.uid) == before.mapValues(\.uid))
        #expect(back.values.allSatisfy { $0.isManaged })
        let flag = try await Self.policy(kubectl)[path: "spec", "preserveResourcesOnDeletion"]
        #expect(flag?.bool != true)
      }
    }

    @Test func abortBeforeThePointOfNoReturnPutsEverythingBack() async throws {
      try await Self.withPlan { screen, kubectl in
        let before = try await Self.members(kubectl)
        try await screen.runs(":run")
        try await screen.confirms("legacy", seeing: "Set the flag and wait")
        try await screen.waits(for: "Every Work shows the flag")
        let flag = try await Self.policy(kubectl)[path: "spec", "preserveResourcesOnDeletion"]
        #expect(flag == true)
        try await screen.presses("Escape")
        try await screen.waits(for: "YOUR TURN", "nothing was deleted; :confirm asks again")
        try await screen.runs(":abort")
        try await screen.waits(for: "PUT BACK", "Nothing was deleted and everything is as it was")
        let put = try await Self.policy(kubectl)[path: "spec", "preserveResourcesOnDeletion"]
        #expect(put?.bool != true)
        let after = try await Self.members(kubectl)
        #expect(after.mapValues(\.uid) == before.mapValues(\.uid))
        #expect(after.values.allSatisfy { $0.isManaged })
        try await kubectl.runs("get", "deployments", "-n", "legacy", "web")
      }
    }
  }
}

extension TmuxScreen {
  /// Answers a question by typing its word, once it is there and takes keys.
  func confirms(_ word: String, seeing text: String) async throws {
    try await waits(for: text, "Type \(word):")
    try await types(word)
    try await waits(for: "Type \(word): \(word)")
    try await presses("Enter")
  }
}
