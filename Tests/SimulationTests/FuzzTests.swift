import ControlPlane
import Manifest
import Simulation
import TestSupport
import Testing

/// Whatever is asked, the answer is an answer: nothing traps.
@Suite struct FuzzTests {
  private static let paths = [
    "/", "/api", "/apis", "/version", "/api/v1", "/apis/work.karmada.io/v1alpha2",
    "/api/v1/namespaces", "/api/v1/namespaces/default", "/api/v1/namespaces/default/configmaps",
    "/api/v1/namespaces/default/configmaps/a", "/api/v1/namespaces/default/configmaps/a/status",
    "/apis/policy.karmada.io/v1alpha1/namespaces/default/propagationpolicies",
    "/apis/policy.karmada.io/v1alpha1/namespaces/default/propagationpolicies/a",
    "/apis/apps/v1/namespaces/default/deployments/a",
    "/apis/apps/v1/namespaces/default/deployments/a/status", "/apis/apps/v1/deployments",
    "/apis/cluster.karmada.io/v1alpha1/clusters/member1/proxy/api/v1/namespaces",
    "/apis/cluster.karmada.io/v1alpha1/clusters/%/proxy/%2", "/openapi/v3/apis/apps/v1",
    "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "/readyz",
    "/apis/cluster.karmada.io/v1alpha1/clusters/member2", "//api//v1", "/api/v1/namespaces/a/b/c/d",
  ]
  private static let queries = [
    "limit", "continue", "resourceVersion", "labelSelector", "fieldSelector", "watch", "dryRun",
    "fieldValidation", "force", "timeoutSeconds", "sendInitialEvents", "resourceVersionMatch",
  ]
  private static let words = [
    "", "0", "1", "-1", "true", "All", "Strict", "9223372036854775807", "99999999999999999999",
    "a=b", "a in (b", "!(", "metadata.name=a", "Exact", "=", "😀", "\u{0}", "eyJ2IjoxfQ", "a,b",
  ]
  private static let types = [
    "application/json", "application/merge-patch+json", "application/json-patch+json",
    "application/strategic-merge-patch+json", "application/apply-patch+yaml", "application/yaml",
    "application/vnd.kubernetes.protobuf", "text/html", "",
  ]

  private static func value(_ random: inout SeededGenerator, depth: Int = 0) -> JSONValue {
    let keys = [
      "metadata", "name", "namespace", "spec", "status", "labels", "finalizers", "op", "path",
      "value", "from", "kind", "apiVersion", "resourceVersion", "uid", "containers", "$patch",
      "generation", "managedFields", "preconditions", "ownerReferences", "deletionTimestamp",
    ]
    switch Int.random(in: 0..<(depth > 4 ? 6 : 9), using: &random) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &random))
    case 2: return .int([.min, .max, 0, 1, -1].randomElement(using: &random) ?? 0)
    case 3: return .double(1e300)
    case 4: return .string(words.randomElement(using: &random) ?? "")
    case 5:
      return ["ConfigMap", "a", "default", "v1", "add", "/metadata", "/spec/-"]
        .randomElement(using: &random).map { .string($0) } ?? .null
    case 6:
      return .array(
        (0..<Int.random(in: 0..<4, using: &random)).map { _ in value(&random, depth: depth + 1) })
    default:
      var object: JSONObject = [:]
      for _ in 0..<Int.random(in: 0..<6, using: &random) {
        object[keys.randomElement(using: &random) ?? ""] = value(&random, depth: depth + 1)
      }
      return .object(object)
    }
  }

  @Test(arguments: [11, 12, 13, 14] as [UInt64])
  func randomRequestsNeverTrap(seed: UInt64) async throws {
    let plane = try SimulatedControlPlane.quickstart()
    var random = SeededGenerator(seed: seed)
    _ = try await plane.send(
      Call.post("/api/v1/namespaces/default/configmaps", Sample.configMap("a")))
    _ = try await plane.send(
      Call.post("/apis/apps/v1/namespaces/default/deployments", Sample.deployment("a")))
    for _ in 0..<800 {
      await Task.yield()
      var request = APIRequest(
        [.get, .get, .post, .put, .patch, .delete].randomElement(using: &random) ?? .get,
        Self.paths.randomElement(using: &random) ?? "/")
      for _ in 0..<Int.random(in: 0..<4, using: &random) {
        request.query.append(
          .init(
            Self.queries.randomElement(using: &random) ?? "",
            Self.words.randomElement(using: &random) ?? ""))
      }
      request.contentType = Self.types.randomElement(using: &random)
      if Bool.random(using: &random) {
        request.body = Self.value(&random).serialized()
        if Int.random(in: 0..<10, using: &random) == 0 {
          request.body = (0..<60).map { _ in UInt8.random(in: 0...255, using: &random) }
        }
      }
      if request.query.contains(where: { $0.name == "watch" }) {
        // Taken and left at once.
        var pieces = plane.stream(request).makeAsyncIterator()
        do { _ = try await pieces.next() } catch is APIError { continue }
        continue
      }
      let error = try await plane.refusal(request)
      #expect(error?.message.isEmpty != true, "\(request)")
    }
    // What the store holds can still be read.
    for path in ["/api/v1/namespaces", "/apis/cluster.karmada.io/v1alpha1/clusters"] {
      let list = try await plane.value(Call.get(path))
      #expect(list["items"]?.array?.isEmpty == false)
    }
  }

  @Test func randomBytesOnTheWireEndInAnAnswerOrAClosedConnection() async throws {
    let plane = SimulatedControlPlane.empty()
    try await OpenDoor.with(plane) { door in
      let large = String(repeating: "x", count: 4 << 20)
      let answer = try await Program.run(
        "curl",
        [
          "-s", "-o", "/dev/null", "-w", "%{http_code}", "-X", "POST", "--data-binary", "@-", "-H",
          "Authorization: Bearer \(door.door.token)", "-H", "Expect:",
          "\(door.door.url)/api/v1/namespaces/default/configmaps",
        ], environment: [:], input: large)
      #expect(answer.text == "413")
      let strange = try await Program.run(
        "curl",
        ["-s", "-o", "/dev/null", "-w", "%{http_code}", "-X", "BREW", "\(door.door.url)/api"],
        environment: [:])
      #expect(strange.text == "400")
    }
  }
}
