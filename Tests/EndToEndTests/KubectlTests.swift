import Manifest
import Testing

/// Any Kubernetes client can use the embedded Karmada; kubectl stands for all of them.
@Suite(.serialized, .enabled(if: Kubectl.isInstalled, "needs kubectl"), .timeLimit(.minutes(5)))
struct KubectlTests {
  private func withDemo(
    _ options: [String] = [], _ body: (Kubectl) async throws -> Void
  ) async throws {
    let workspace = try Workspace()
    try await DemoServer.with(in: workspace, options: options) { server in
      try await body(Kubectl(server: server, workspace: workspace))
    }
  }

  private static func items(_ list: JSONValue) -> Int { list["items"]?.array?.count ?? -1 }

  @Test func listsComeAsTablesAndInPages() async throws {
    try await withDemo { kubectl in
      let clusters = try await kubectl.runs("get", "clusters")
      #expect(clusters.count == 7)
      #expect(clusters.contains { $0.hasPrefix("member3") && $0.contains("False") })
      let whole = try await kubectl.runs("get", "rb", "-A", "-o", "name", "--chunk-size=0")
      let paged = try await kubectl.runs("get", "rb", "-A", "-o", "name", "--chunk-size=7")
      #expect(whole.count == 58)
      #expect(whole == paged)
      let some = try await kubectl.runs("get", "rb", "-n", "payments", "-o", "name")
      #expect(!some.isEmpty && some.count < whole.count)
    }
  }

  @Test func snapshotAgreesWithKubectl() async throws {
    // Time stands still: what is counted twice must not change in between.
    try await withDemo(["--speed", "0"]) { kubectl in
      let outcome = try await Quarterdeck.run(
        "snapshot", "--kubeconfig", kubectl.server.kubeconfig, "-o", "json",
        in: kubectl.workspace)
      #expect(outcome.status == 0)
      #expect(outcome.errors == "")
      let report = try JSONValue(parsing: Array(outcome.output.utf8))
      func total(_ what: String) -> Int { report[path: what, "total"]?.int ?? -1 }
      func listed(_ what: String) async throws -> Int {
        Self.items(try await kubectl.json("get", what, "-A"))
      }
      #expect(try await listed("clusters") == total("clusters"))
      #expect(try await listed("rb") + listed("crb") == total("bindings"))
      #expect(
        try await listed("pp") + listed("cpp") + listed("op") + listed("cop")
          == total("policies"))
      #expect(try await listed("events") == total("events"))
      #expect(total("events") > 0)

      let states = try #require(report[path: "bindings", "byState"]?.object)
      let sum = states.members.values.reduce(0) { $0 + ($1.int ?? 0) }
      #expect(sum == total("bindings"))
      #expect(report[path: "bindings", "items"]?.array?.count == total("bindings"))
      let clusters = try await kubectl.json("get", "clusters")
      let ready = (clusters["items"]?.array ?? []).count { cluster in
        (cluster[path: "status", "conditions"]?.array ?? []).contains {
          $0["type"]?.string == "Ready" && $0["status"]?.string == "True"
        }
      }
      #expect(report[path: "clusters", "ready"]?.int == ready)
      #expect(report["errors"]?.array?.isEmpty == true)
    }
  }

  @Test func aWatchTellsOfWhatIsCreated() async throws {
    try await withDemo { kubectl in
      try await kubectl.watches("get", "configmaps", "-n", "shop", "--watch", "-o", "name") {
        lines in
        // The list comes first: then the watch is open, or about to be, and misses nothing.
        let first = try await lines.next()
        #expect(first?.contains("configmap/") == true)
        try await kubectl.runs("create", "configmap", "news", "-n", "shop", "--from-literal=a=1")
        var isTold = false
        while !isTold, let line = try await lines.next() { isTold = line.contains("/news") }
        #expect(isTold)
      }
    }
  }

  @Test func objectsAreCreatedPatchedAndDeleted() async throws {
    try await withDemo { kubectl in
      func value() async throws -> String? {
        try await kubectl.json("get", "configmap", "note", "-n", "shop")[path: "data", "a"]?
          .string
      }
      try await kubectl.runs("create", "configmap", "note", "-n", "shop", "--from-literal=a=1")
      let again = try await kubectl.tries("create", "configmap", "note", "-n", "shop")
      #expect(again.status == 1)
      #expect(again.errors.contains("already exists"))

      let patch = ["patch", "configmap", "note", "-n", "shop", "--type=merge", "-p"]
      let dry = try await kubectl.tries(
        patch[0], patch[1], patch[2], patch[3], patch[4], patch[5], patch[6],
        #"{"data":{"a":"2"}}"#, "--dry-run=server")
      #expect(dry.status == 0)
      #expect(try await value() == "1")
      for (type, body, expected) in [
        ("merge", #"{"data":{"a":"3"}}"#, "3"),
        ("json", #"[{"op":"replace","path":"/data/a","value":"4"}]"#, "4"),
        ("strategic", #"{"data":{"a":"5"}}"#, "5"),
      ] {
        try await kubectl.runs(
          "patch", "configmap", "note", "-n", "shop", "--type=\(type)", "-p", body)
        #expect(try await value() == expected)
      }

      let wouldGo = try await kubectl.tries(
        "delete", "configmap", "note", "-n", "shop", "--dry-run=server")
      #expect(wouldGo.status == 0)
      #expect(try await value() == "5")
      try await kubectl.runs("delete", "configmap", "note", "-n", "shop")
      let gone = try await kubectl.tries("get", "configmap", "note", "-n", "shop")
      #expect(gone.status == 1)
      #expect(gone.errors.contains("NotFound"))
    }
  }

  @Test func aStaleReplaceIsRefused() async throws {
    try await withDemo { kubectl in
      try await kubectl.runs("create", "configmap", "note", "-n", "shop", "--from-literal=a=1")
      let outcome = try await kubectl.tries(
        "get", "configmap", "note", "-n", "shop", "-o", "json")
      let file = try kubectl.workspace.write("note.json", outcome.output)
      try await kubectl.runs(
        "patch", "configmap", "note", "-n", "shop", "--type=merge", "-p", #"{"data":{"a":"2"}}"#)
      let stale = try await kubectl.tries("replace", "-f", file)
      #expect(stale.status == 1)
      #expect(stale.errors.contains("Conflict"), "\(stale.errors)")
    }
  }

  @Test func anotherTokenIsRefused() async throws {
    try await withDemo { kubectl in
      let text = try #require(kubectl.workspace.text("kubeconfig"))
      let wrong = try kubectl.workspace.write(
        "wrong", text.replacing(/[0-9a-f]{32}/, with: String(repeating: "0", count: 32)))
      let outcome = try await Tool.run(
        "kubectl", ["--kubeconfig", wrong, "get", "clusters"], in: kubectl.workspace)
      #expect(outcome.status == 1)
      #expect(!outcome.output.contains("member1"))
    }
  }
}
