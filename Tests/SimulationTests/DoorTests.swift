import ControlPlane
import Glibc
import Manifest
import Simulation
import Testing

private let configMaps = "/api/v1/namespaces/default/configmaps"
private let policies = "/apis/policy.karmada.io/v1alpha1/namespaces/default/propagationpolicies"
private let deployments = "/apis/apps/v1/namespaces/default/deployments"

/// Everything a client can do, through both doors.
@Suite(.serialized) struct DoorTests {
  @Test(arguments: Entrance.allCases)
  func createsReadsAndDeletes(_ entrance: Entrance) async throws {
    try await entrance.with(.empty()) { client in
      let created = try await client.value(Call.post(policies, Sample.policy("a")))
      #expect(created[path: "metadata", "generation"]?.int == 1)
      #expect(created[path: "metadata", "uid"]?.string?.count == 36)
      #expect(created[path: "metadata", "creationTimestamp"] == "2026-11-22T12:00:00Z")
      let read = try await client.value(Call.get("\(policies)/a"))
      #expect(read == created)
      let deleted = try await client.value(Call.delete("\(policies)/a"))
      #expect(deleted["status"] == "Success")
      #expect(deleted[path: "details", "kind"] == "propagationpolicies")
      #expect(deleted[path: "details", "uid"] == created[path: "metadata", "uid"])
      let gone = try await client.refusal(Call.get("\(policies)/a"))
      #expect(gone?.kind == .notFound)
      #expect(gone?.message == "propagationpolicies.policy.karmada.io \"a\" not found")
    }
  }

  @Test(arguments: Entrance.allCases)
  func refusesWithTheRealWords(_ entrance: Entrance) async throws {
    try await entrance.with(.empty()) { client in
      _ = try await client.send(Call.post(policies, Sample.policy("a")))
      let cases: [(APIRequest, Int, String, String)] = [
        (
          Call.post(policies, Sample.policy("a")), 409, "AlreadyExists",
          "propagationpolicies.policy.karmada.io \"a\" already exists"
        ),
        (
          Call.post("/api/v1/namespaces/nowhere/configmaps", Sample.configMap("a")), 404,
          "NotFound", "namespaces \"nowhere\" not found"
        ),
        (
          Call.put("\(policies)/a", Sample.policy("a")), 422, "Invalid",
          "PropagationPolicy.policy.karmada.io \"a\" is invalid: metadata.resourceVersion: "
            + "Invalid value: 0x0: must be specified for an update"
        ),
        (
          Call.patch("\(policies)/a", [:], type: "strategic"), 415, "UnsupportedMediaType",
          "the body of the request was in an unknown format - accepted media types include: "
            + "application/json-patch+json, application/merge-patch+json, "
            + "application/apply-patch+yaml"
        ),
        (
          Call.delete("/api/v1/namespaces/default"), 403, "Forbidden",
          "namespaces \"default\" is forbidden: this namespace may not be deleted"
        ),
        (
          Call.get(policies, query: "fieldSelector=spec.priority=1"), 400, "BadRequest",
          "field label not supported: spec.priority"
        ),
      ]
      for (request, status, reason, message) in cases {
        let error = try #require(try await client.refusal(request), "\(request.path)")
        #expect(error.status == status)
        #expect(error.reason == reason)
        #expect(error.message == message)
      }
    }
  }

  @Test(arguments: Entrance.allCases)
  func refusesAStalePut(_ entrance: Entrance) async throws {
    try await entrance.with(.empty()) { client in
      let first = try await client.value(Call.post(policies, Sample.policy("a")))
      var mine = first
      mine["spec"]?["priority"] = 5
      let second = try await client.value(Call.put("\(policies)/a", mine))
      #expect(second[path: "metadata", "generation"]?.int == 2)
      let error = try await client.refusal(Call.put("\(policies)/a", mine))
      #expect(error?.kind == .conflict)
      #expect(
        error?.message == "Operation cannot be fulfilled on propagationpolicies.policy.karmada.io "
          + "\"a\": the object has been modified; please apply your changes to the latest version "
          + "and try again")
      // A built-in kind takes a PUT without a version.
      _ = try await client.send(Call.post(configMaps, Sample.configMap("c")))
      let replaced = try await client.value(
        Call.put("\(configMaps)/c", Sample.configMap("c", data: ["k": "w"])))
      #expect(replaced[path: "data", "k"] == "w")
    }
  }

  @Test(arguments: Entrance.allCases)
  func honoursPreconditions(_ entrance: Entrance) async throws {
    try await entrance.with(.empty()) { client in
      let created = try await client.value(Call.post(deployments, Sample.deployment("prot")))
      let uid = created[path: "metadata", "uid"]?.string ?? ""
      let wrong = "00000000-0000-0000-0000-000000000000"
      let error = try await client.refusal(
        Call.delete("\(deployments)/prot", ["preconditions": ["uid": .string(wrong)]]))
      #expect(error?.status == 409)
      #expect(
        error?.message == "Operation cannot be fulfilled on Deployment.apps \"prot\": the UID in "
          + "the precondition (\(wrong)) does not match the UID in record (\(uid)). The object "
          + "might have been deleted and then recreated")
      _ = try await client.send(
        Call.delete("\(deployments)/prot", ["preconditions": ["uid": .string(uid)]]))
    }
  }

  @Test(arguments: Entrance.allCases)
  func dryRunChangesNothing(_ entrance: Entrance) async throws {
    let plane = SimulatedControlPlane.empty()
    try await entrance.with(plane) { client in
      _ = try await client.send(Call.post(configMaps, Sample.configMap("a")))
      let version = plane.fleet.karmada.resourceVersion
      let dry = "dryRun=All"
      let created = try await client.value(
        Call.post(configMaps, Sample.configMap("b"), query: dry))
      #expect(created[path: "metadata", "resourceVersion"] == nil)
      #expect(created[path: "metadata", "uid"] != nil)
      let patched = try await client.value(
        Call.patch("\(configMaps)/a", ["data": ["k": "new"]], query: dry))
      #expect(patched[path: "data", "k"] == "new")
      _ = try await client.send(Call.delete("\(configMaps)/a", query: dry))
      #expect(plane.fleet.karmada.resourceVersion == version)
      let list = try await client.value(Call.get(configMaps))
      #expect(list["items"]?.array?.count == 1)
      #expect(list["items"]?.array?.first?[path: "data", "k"] == "v")
    }
  }

  @Test(arguments: Entrance.allCases)
  func pagesShowOneMoment(_ entrance: Entrance) async throws {
    try await entrance.with(.empty()) { client in
      for name in ["a", "b", "c", "d", "e"] {
        _ = try await client.send(Call.post(configMaps, Sample.configMap(name)))
      }
      let first = try await client.value(Call.get(configMaps, query: "limit=2"))
      #expect(Self.names(first) == ["a", "b"])
      #expect(first[path: "metadata", "remainingItemCount"]?.int == 3)
      // What happens between the pages is not on them.
      _ = try await client.send(Call.delete("\(configMaps)/c"))
      _ = try await client.send(Call.patch("\(configMaps)/d", ["data": ["k": "later"]]))
      _ = try await client.send(Call.post(configMaps, Sample.configMap("cc")))
      let token = try #require(first[path: "metadata", "continue"]?.string)
      let second = try await client.value(
        Call.get(configMaps, query: "limit=2&continue=\(token)"))
      #expect(Self.names(second) == ["c", "d"])
      #expect(second["items"]?.array?.last?[path: "data", "k"] == "v")
      #expect(
        second[path: "metadata", "resourceVersion"] == first[path: "metadata", "resourceVersion"])
      #expect(second[path: "metadata", "remainingItemCount"]?.int == 1)
      let last = try #require(second[path: "metadata", "continue"]?.string)
      let third = try await client.value(Call.get(configMaps, query: "limit=2&continue=\(last)"))
      #expect(Self.names(third) == ["e"])
      #expect(third[path: "metadata", "continue"] == nil)
    }
  }

  @Test(arguments: Entrance.allCases)
  func expiredPageOffersAFreshToken(_ entrance: Entrance) async throws {
    let plane = SimulatedControlPlane.empty()
    try await entrance.with(plane) { client in
      for name in ["a", "b", "c"] {
        _ = try await client.send(Call.post(configMaps, Sample.configMap(name)))
      }
      let first = try await client.value(Call.get(configMaps, query: "limit=1"))
      _ = try await client.send(Call.delete("\(configMaps)/b"))
      plane.change { fleet, _ in
        fleet.karmada.compact(through: fleet.karmada.resourceVersion)
      }
      let token = try #require(first[path: "metadata", "continue"]?.string)
      let error = try await client.refusal(
        Call.get(configMaps, query: "limit=1&continue=\(token)"))
      #expect(error?.kind == .gone)
      #expect(error?.reason == "Expired")
    }
  }

  @Test(arguments: Entrance.allCases)
  func selectsByLabelAndField(_ entrance: Entrance) async throws {
    try await entrance.with(.empty()) { client in
      for (name, tier) in [("a", "web"), ("b", "db"), ("c", "")] {
        let labels: JSONValue = tier.isEmpty ? [:] : ["tier": .string(tier)]
        _ = try await client.send(Call.post(configMaps, Sample.configMap(name, labels: labels)))
      }
      let cases = [
        ("labelSelector=tier=web", ["a"]), ("labelSelector=tier!=web", ["b", "c"]),
        ("labelSelector=tier in (web,db)", ["a", "b"]), ("labelSelector=tier", ["a", "b"]),
        ("labelSelector=!tier", ["c"]), ("labelSelector=tier notin (web)", ["b", "c"]),
        ("fieldSelector=metadata.name=b", ["b"]),
        ("labelSelector=tier&fieldSelector=metadata.name!=b", ["a"]),
      ]
      for (query, expected) in cases {
        let list = try await client.value(Call.get(configMaps, query: query))
        #expect(Self.names(list) == expected, "\(query)")
      }
    }
  }

  @Test(arguments: Entrance.allCases)
  func statusIsApartFromSpec(_ entrance: Entrance) async throws {
    try await entrance.with(.empty()) { client in
      _ = try await client.send(Call.post(deployments, Sample.deployment("a")))
      let status = try await client.value(
        Call.patch(
          "\(deployments)/a/status", ["status": ["replicas": 2], "spec": ["replicas": 9]]))
      #expect(status[path: "status", "replicas"]?.int == 2)
      #expect(status[path: "spec", "replicas"]?.int == 2)
      #expect(status[path: "metadata", "generation"]?.int == 1)
      let spec = try await client.value(
        Call.patch("\(deployments)/a", ["status": ["replicas": 7], "spec": ["replicas": 3]]))
      #expect(spec[path: "status", "replicas"]?.int == 2)
      #expect(spec[path: "spec", "replicas"]?.int == 3)
      #expect(spec[path: "metadata", "generation"]?.int == 2)
    }
  }

  @Test(arguments: Entrance.allCases)
  func finalizersHoldAnObject(_ entrance: Entrance) async throws {
    try await entrance.with(.empty()) { client in
      var policy = Sample.policy("held")
      policy["metadata"]?["finalizers"] = ["example.com/hold"]
      _ = try await client.send(Call.post(policies, policy))
      let marked = try await client.value(Call.delete("\(policies)/held"))
      #expect(marked[path: "metadata", "deletionTimestamp"] != nil)
      #expect(marked[path: "metadata", "generation"]?.int == 2)
      let again = try await client.value(Call.delete("\(policies)/held"))
      #expect(again == marked)
      _ = try await client.send(
        Call.patch("\(policies)/held", ["metadata": ["finalizers": nil]]))
      #expect(try await client.refusal(Call.get("\(policies)/held"))?.kind == .notFound)
    }
  }

  @Test(arguments: Entrance.allCases)
  func namespaceTakesItsContentWithIt(_ entrance: Entrance) async throws {
    try await entrance.with(.empty()) { client in
      _ = try await client.send(
        Call.post("/api/v1/namespaces", ["metadata": ["name": "team"]]))
      let inside = "/api/v1/namespaces/team/configmaps"
      _ = try await client.send(Call.post(inside, Sample.configMap("a")))
      _ = try await client.send(Call.delete("/api/v1/namespaces/team"))
      #expect(try await client.refusal(Call.get("\(inside)/a"))?.kind == .notFound)
      #expect(try await client.refusal(Call.get("/api/v1/namespaces/team"))?.kind == .notFound)
    }
  }

  @Test(arguments: Entrance.allCases)
  func applyNamesTheOtherOwner(_ entrance: Entrance) async throws {
    try await entrance.with(.empty()) { client in
      _ = try await client.send(
        Call.post(policies, Sample.policy("a"), query: "fieldManager=recorder"))
      let patch: JSONValue = [
        "apiVersion": "policy.karmada.io/v1alpha1", "kind": "PropagationPolicy",
        "metadata": ["name": "a", "namespace": "default"], "spec": ["priority": 8],
      ]
      let error = try await client.refusal(
        Call.patch("\(policies)/a", patch, type: "apply", query: "fieldManager=quarterdeck"))
      #expect(error?.status == 409)
      #expect(
        error?.message == "Apply failed with 1 conflict: conflict with \"recorder\" using "
          + "policy.karmada.io/v1alpha1: .spec.priority")
      #expect(error?.causes.first?.field == ".spec.priority")
      let forced = try await client.value(
        Call.patch(
          "\(policies)/a", patch, type: "apply", query: "fieldManager=quarterdeck&force=true"))
      #expect(forced[path: "spec", "priority"]?.int == 8)
      let created = try await client.send(
        Call.patch(
          "\(policies)/b", Sample.policy("b"), type: "apply", query: "fieldManager=quarterdeck"))
      #expect(created.status == 201)
    }
  }

  @Test(arguments: Entrance.allCases)
  func accessReviewsFollowTheRules(_ entrance: Entrance) async throws {
    let plane = SimulatedControlPlane.empty()
    plane.change { fleet, _ in
      fleet.access.denials = [.init(verb: "delete", group: "apps", resource: "deployments")]
    }
    try await entrance.with(plane) { client in
      for (verb, isAllowed) in [("delete", false), ("get", true)] {
        let review = try await client.value(
          Call.post(
            "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
            [
              "spec": [
                "resourceAttributes": [
                  "group": "apps", "resource": "deployments", "verb": .string(verb),
                ]
              ]
            ]))
        #expect(review[path: "status", "allowed"]?.bool == isAllowed)
      }
      _ = try await client.send(Call.post(deployments, Sample.deployment("a")))
      let error = try await client.refusal(Call.delete("\(deployments)/a"))
      #expect(error?.kind == .forbidden)
      #expect(
        error?.message == "deployments.apps \"a\" is forbidden: User \"demo-admin\" cannot delete "
          + "resource \"deployments\" in API group \"apps\" in the namespace \"default\"")
    }
  }

  @Test(arguments: Entrance.allCases)
  func membersAnswerThroughTheProxy(_ entrance: Entrance) async throws {
    try await entrance.with(try .quickstart()) { client in
      let base = "/apis/cluster.karmada.io/v1alpha1/clusters"
      let member = try await client.value(
        Call.get("\(base)/member1/proxy/apis/apps/v1/namespaces/shop/deployments/frontend"))
      #expect(member[path: "metadata", "labels"]?["karmada.io/managed"] == "true")
      let ghost = try await client.refusal(Call.get("\(base)/ghost/proxy/api/v1/namespaces"))
      #expect(ghost?.message == "clusters.cluster.karmada.io \"ghost\" not found")
      let dead = try await client.refusal(Call.get("\(base)/member3/proxy/api/v1/namespaces"))
      #expect(dead?.status == 500)
      #expect(dead?.message == "dial tcp member3.example.com:6443: connect: connection refused")
      let missing = try await client.refusal(
        Call.get("\(base)/member1/proxy/apis/apps/v1/namespaces/default/deployments/nope"))
      #expect(missing?.message == "deployments.apps \"nope\" not found")
    }
  }

  static func names(_ list: JSONValue) -> [String] {
    (list["items"]?.array ?? []).compactMap { $0[path: "metadata", "name"]?.string }
  }

  /// Nor does a large fleet's watch hold it up, of which nobody reads the beginning.
  @Test func itClosesThoughSomebodyDoesNotReadWhatTheyAskedFor() async throws {
    let plane = SimulatedControlPlane(
      fleet: SyntheticFleet(clusters: 2, bindings: 4_000, includesWorks: false)
        .fleet(now: SimulatedControlPlane.start),
      time: ManualTime(SimulatedControlPlane.start))
    let door = try await HTTPDoor.open(plane)
    let running = Task { try await door.run() }
    let clients = try (0..<4).map { _ in
      try SilentClient(
        port: door.port,
        request: "GET /apis/work.karmada.io/v1alpha2/resourcebindings?watch=1 HTTP/1.1\r\n"
          + "Host: door\r\nAuthorization: Bearer \(door.token)\r\n\r\n")
    }
    try await plane.waitForWatches(4)
    running.cancel()
    _ = await running.result
    #expect(plane.watchCount == 0)
    for client in clients { client.close() }
  }
}

/// Sends a request and never reads.
private struct SilentClient {
  private let socket: Int32

  struct Refused: Error {}

  init(port: Int, request: String) throws {
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let socket = socket
    let connected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    let bytes = Array(request.utf8)
    guard connected == 0, send(socket, bytes, bytes.count, 0) == bytes.count else {
      throw Refused()
    }
  }

  func close() { _ = Glibc.close(socket) }
}
