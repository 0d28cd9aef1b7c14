import Manifest
import Simulation
import TestSupport
import Testing

/// A real kubectl against the HTTP door.
@Suite(.serialized, .enabled(if: Program.exists("kubectl"), "kubectl is not on this machine"))
struct KubectlTests {
  private struct Kubectl: Sendable {
    let door: OpenDoor

    func callAsFunction(_ arguments: String..., input: String = "") async throws
      -> Program.Outcome
    {
      try await callAsFunction(arguments: arguments, input: input)
    }

    func callAsFunction(arguments: [String], input: String = "") async throws -> Program.Outcome {
      try await Program.run(
        "kubectl", arguments, environment: ["KUBECONFIG": door.kubeconfig], input: input)
    }
  }

  private func with(
    _ plane: SimulatedControlPlane, _ body: (Kubectl) async throws -> Void
  ) async throws {
    try await OpenDoor.with(plane) { try await body(Kubectl(door: $0)) }
  }

  @Test func getsEveryKindByItsShortName() async throws {
    let plane = try SimulatedControlPlane.quickstart()
    try await with(plane) { kubectl in
      let all = try await kubectl("get", "rb,pp,op,cop,cpp,crb,works", "-A", "-o", "name")
      #expect(all.status == 0, "\(all.error)")
      let clusters = try await kubectl("get", "clusters")
      #expect(clusters.status == 0, "\(clusters.error)")
      let lines = clusters.text.split(separator: "\n").map {
        $0.split(separator: " ").map(String.init)
      }
      #expect(lines.first == ["NAME", "VERSION", "MODE", "READY", "AGE"])
      #expect(lines.dropFirst().map { $0[0] } == (1...6).map { "member\($0)" })
      #expect(lines[3] == ["member3", "v1.30.8", "Push", "False", "90d"])
      let paged = try await kubectl("get", "rb", "-A", "--chunk-size=2", "-o", "name")
      let whole = try await kubectl("get", "rb", "-A", "--chunk-size=0", "-o", "name")
      #expect(paged.text == whole.text)
      let count = plane.fleet.karmada.count(
        try #require(plane.fleet.karmada.registry.type(.resourceBindings)))
      #expect(whole.text.split(separator: "\n").count == count)
    }
  }

  @Test func whatIsAppliedReachesMembersAndLeavesThemAgain() async throws {
    let start = SimulatedControlPlane.start
    let plane = SimulatedControlPlane(
      living: try SimulatedControlPlane.quickstart().fleet,
      time: WallTime(startingAt: start, speed: 5))
    let life = Task { await ControllerLoop(plane).run() }
    defer { life.cancel() }
    try await with(plane) { kubectl in
      func done(_ arguments: String..., input: String = "") async throws {
        let outcome = try await kubectl(arguments: arguments, input: input)
        #expect(outcome.status == 0, "\(outcome.error)")
      }
      /// Waits until a member has an object, or has it no longer; the time limit ends it.
      func member(_ path: String, has isThere: Bool) async throws {
        let path = "/apis/cluster.karmada.io/v1alpha1/clusters/member1/proxy\(path)"
        while (try await kubectl("get", "--raw", path).status == 0) != isThere {
          try await Task.sleep(for: .milliseconds(50))
        }
      }
      let deployment = "/apis/apps/v1/namespaces/default/deployments/web"
      let settings = "/api/v1/namespaces/default/configmaps/settings"
      try await done(
        "apply", "-f", "-",
        input: [
          Manifests.configMap("settings"),
          Manifests.deployment(
            "web", more: "      volumes: [{name: v, configMap: {name: settings}}]"),
          Manifests.policy(
            "web", selectors: "[{apiVersion: apps/v1, kind: Deployment}]",
            more: "propagateDeps: true"),
        ].joined(separator: "\n---\n"))
      try await member(deployment, has: true)
      try await member(settings, has: true)
      let copy = try await kubectl(
        "get", "--raw", "/apis/cluster.karmada.io/v1alpha1/clusters/member1/proxy\(deployment)")
      #expect(copy.text.contains("\"karmada.io/managed\":\"true\""))
      let bindings = try await kubectl("get", "rb", "-o", "name")
      for name in ["settings-configmap", "web-deployment"] {
        #expect(bindings.text.contains("resourcebinding.work.karmada.io/\(name)\n"))
      }
      // Nothing goes with the policy: what is deleted after it is still taken away.
      try await done("delete", "pp", "web")
      try await done("delete", "configmap", "settings")
      try await member(settings, has: false)
      try await member(deployment, has: true)
      try await done("delete", "deployment", "web")
      try await member(deployment, has: false)
    }
  }

  @Test func makesTroubleAndEndsIt() async throws {
    let plane = try SimulatedControlPlane.quickstart()
    try await with(plane) { kubectl in
      let path = "/quarterdeck/faults"
      let made = try await kubectl(
        "create", "--raw", path, "-f", "-", input: "fail-writes 1\n")
      #expect(made.status == 0, "\(made.error)")
      #expect(plane.faults.map(\.fault.description) == ["fail-writes 1"])
      let failed = try await kubectl("create", "namespace", "team")
      #expect(failed.error.contains("etcdserver: request timed out"))
      let listed = try await kubectl("get", "--raw", path)
      #expect(listed.text.contains("\"active\":[]"))
      _ = try await kubectl("create", "--raw", path, "-f", "-", input: "slow member1 1")
      let ended = try await kubectl("delete", "--raw", path)
      #expect(ended.status == 0, "\(ended.error)")
      #expect(plane.faults.isEmpty)
    }
  }

  @Test func createsAppliesPatchesAndDeletes() async throws {
    try await with(.empty()) { kubectl in
      func expectDone(_ outcome: Program.Outcome, _ text: String) {
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(outcome.text.contains(text), "\(outcome.text)")
      }
      expectDone(try await kubectl("create", "namespace", "team"), "namespace/team created")
      expectDone(
        try await kubectl("create", "deployment", "web", "--image=nginx", "-n", "team"),
        "deployment.apps/web created")
      let policy = """
        apiVersion: policy.karmada.io/v1alpha1
        kind: PropagationPolicy
        metadata: {name: web, namespace: team}
        spec:
          resourceSelectors: [{apiVersion: apps/v1, kind: Deployment, name: web}]
          placement: {clusterAffinity: {clusterNames: [member1]}}
        """
      let name = "propagationpolicy.policy.karmada.io/web"
      expectDone(try await kubectl("apply", "-f", "-", input: policy), "\(name) created")
      expectDone(try await kubectl("apply", "-f", "-", input: policy), "\(name) unchanged")
      let changed = policy.replacing("member1", with: "member2")
      expectDone(try await kubectl("apply", "-f", "-", input: changed), "\(name) configured")
      expectDone(
        try await kubectl("apply", "--server-side", "-f", "-", input: changed),
        "\(name) serverside-applied")
      expectDone(
        try await kubectl(
          "patch", "pp", "web", "-n", "team", "--type=merge", "-p",
          #"{"spec":{"priority":3}}"#), "\(name) patched")
      expectDone(
        try await kubectl(
          "patch", "pp", "web", "-n", "team", "--type=json", "--dry-run=server", "-p",
          #"[{"op":"replace","path":"/spec/priority","value":4}]"#, "-o",
          "jsonpath={.spec.priority}"), "4")
      expectDone(
        try await kubectl("get", "pp", "web", "-n", "team", "-o", "jsonpath={.spec.priority}"), "3")
      expectDone(
        try await kubectl(
          "patch", "deployment", "web", "-n", "team", "-p",
          #"{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"x"}]}}}}"#),
        "deployment.apps/web patched")
      expectDone(
        try await kubectl(
          "get", "deployment", "web", "-n", "team", "-o",
          "jsonpath={.spec.template.spec.containers[*].name}"), "nginx side")
      expectDone(try await kubectl("delete", "pp", "web", "-n", "team"), "\"web\" deleted")
      expectDone(try await kubectl("delete", "namespace", "team"), "\"team\" deleted")
    }
  }

  @Test func isRefusedAStaleReplace() async throws {
    try await with(.empty()) { kubectl in
      _ = try await kubectl("create", "configmap", "a", "--from-literal=k=v")
      let old = try await kubectl("get", "configmap", "a", "-o", "yaml")
      _ = try await kubectl("annotate", "configmap", "a", "x=y")
      let replaced = try await kubectl("replace", "-f", "-", input: old.text)
      #expect(replaced.status == 1)
      #expect(
        replaced.error.contains(
          "Operation cannot be fulfilled on configmaps \"a\": the object has been modified"))
    }
  }

  @Test func waitsOnAWatch() async throws {
    let plane = SimulatedControlPlane.empty()
    try await with(plane) { kubectl in
      _ = try await kubectl("create", "configmap", "a", "--from-literal=k=v")
      async let waited = kubectl(
        "wait", "configmap/a", "--for=jsonpath={.data.k}=done", "--timeout=60s")
      try await plane.waitForWatches(1)
      _ = try await kubectl("patch", "configmap", "a", "-p", #"{"data":{"k":"done"}}"#)
      let outcome = try await waited
      #expect(outcome.status == 0, "\(outcome.error)")
    }
  }

  @Test func streamsARawWatchToItsEnd() async throws {
    try await with(try .quickstart()) { kubectl in
      let outcome = try await kubectl(
        "get", "--raw",
        "/apis/cluster.karmada.io/v1alpha1/clusters?watch=1&resourceVersion=0&timeoutSeconds=1")
      #expect(outcome.status == 0, "\(outcome.error)")
      #expect(outcome.text.split(separator: "\n").count == 6)
      let proxied = try await kubectl(
        "get", "--raw", "/apis/cluster.karmada.io/v1alpha1/clusters/member1/proxy/api/v1/nodes")
      #expect(proxied.text.contains("member1-node1"))
    }
  }

  @Test func explainsAndReviews() async throws {
    try await with(.empty()) { kubectl in
      let explained = try await kubectl("explain", "overridepolicy")
      #expect(explained.status == 0, "\(explained.error)")
      #expect(explained.text.contains("OverridePolicy"))
      #expect(try await kubectl("auth", "can-i", "delete", "deployments").text == "yes\n")
      let resources = try await kubectl("api-resources", "-o", "name")
      #expect(resources.text.contains("resourcebindings.work.karmada.io"))
    }
  }

  @Test func withoutTheTokenItIsRefused() async throws {
    try await OpenDoor.with(.empty()) { door in
      let outcome = try await Program.run(
        "kubectl", ["get", "--raw", "/api", "--server", door.door.url, "--kubeconfig", ""],
        environment: [:])
      #expect(outcome.status == 1)
      #expect(outcome.error.contains("system:anonymous"))
    }
  }
}
