import Manifest
import Testing

extension EndToEnd {
  /// A cluster is emptied and given back by keys alone.
  @Suite(.enabled(if: Kubectl.isInstalled, "needs kubectl")) struct ActTests {
    private static func taints(_ kubectl: Kubectl) async throws -> [String] {
      let cluster = try await kubectl.json("get", "clusters", "member1")
      return (cluster[path: "spec", "taints"]?.array ?? []).compactMap { $0["key"]?.string }
    }

    @Test func taintShowsWhatMovesMovesItAndIsTakenOff() async throws {
      let workspace = try Workspace()
      try await DemoServer.with(in: workspace, options: ["--scenario", "migration"]) { server in
        let kubectl = Kubectl(server: server, workspace: workspace)
        try await TmuxScreen.with(100, 30, in: workspace) { screen in
          try await screen.runs("quarterdeck --kubeconfig \(server.kubeconfig)")
          try await screen.waits(for: "3/3", "live", "┌ member1")
          try await screen.runs(":taint maintenance:NoExecute")
          try await screen.waits(for: "read-only; :arm 15m")
          try await screen.runs(":arm 15m CHG-12 new kernel")
          try await screen.waits(for: "ARMED")

          // Everything that would move is shown first, and cancelling changes nothing.
          try await screen.runs(":taint maintenance:NoExecute")
          try await screen.waits(
            for: "2 workloads leave member1", "legacy/Deployment/web", "CHG-12 new kernel")
          try await screen.presses("Enter")
          try await screen.waits(for: "cancelled; nothing was changed")
          #expect(try await Self.taints(kubectl) == [])

          try await screen.runs(":taint maintenance:NoExecute")
          try await screen.confirms("member1", seeing: "2 workloads leave member1")
          try await screen.waits(for: "done, and it has taken effect")
          #expect(try await Self.taints(kubectl) == ["maintenance"])
          try await screen.presses("3")
          try await screen.waits(
            for: "Failovers 2", "Deployment/web", "ConfigMap/settings", "member1")

          try await screen.presses("1")
          try await screen.waits(for: "┌ member1", "maintenance")
          try await screen.runs(":untaint maintenance")
          try await screen.confirms("member1", seeing: "Take the taint maintenance off member1")
          try await screen.waits(for: "done, and it has taken effect")
          #expect(try await Self.taints(kubectl) == [])
        }
      }
    }
  }
}
