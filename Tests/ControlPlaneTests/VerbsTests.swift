import ControlPlane
import Manifest
import TestSupport
import Testing

/// One line of a request, as a log would show it.
private func line(_ request: APIRequest) -> String {
  let query = request.query.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
  let body = request.body.map { String(decoding: $0, as: UTF8.self) }
  return [
    "\(request.method.rawValue) \(request.path)\(query.isEmpty ? "" : "?\(query)")",
    request.contentType, body,
  ].compactMap { $0 }.joined(separator: " ")
}

@Suite struct Requests {
  static let scope = ListScope(
    .resourceBindings, namespace: "shop", labelSelector: "a=b", fieldSelector: "metadata.name=x")
  static let rb = "/apis/work.karmada.io/v1alpha2/namespaces/shop/resourcebindings"

  static let expected: [(APIRequest, String)] = [
    (.list(scope, limit: 2), "GET \(rb)?limit=2&labelSelector=a=b&fieldSelector=metadata.name=x"),
    (
      .list(ListScope(.works), continueToken: "t", resourceVersion: "9"),
      "GET /apis/work.karmada.io/v1alpha1/works?continue=t"
    ),
    (
      .list(ListScope(.works), resourceVersion: "0", resourceVersionMatch: "NotOlderThan"),
      "GET /apis/work.karmada.io/v1alpha1/works?resourceVersion=0&resourceVersionMatch=NotOlderThan"
    ),
    (
      .watch(ListScope(.clusters), resourceVersion: "", sendInitialEvents: true, timeoutSeconds: 9),
      "GET /apis/cluster.karmada.io/v1alpha1/clusters?watch=1&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&timeoutSeconds=9"
    ),
    (
      .get(.clusters, name: "m 1", subresource: "status"),
      "GET /apis/cluster.karmada.io/v1alpha1/clusters/m%201/status"
    ),
    (
      .create(.leases, namespace: "a", object: ["kind": "Lease"]),
      #"POST /apis/coordination.k8s.io/v1/namespaces/a/leases?fieldManager=quarterdeck application/json {"kind":"Lease"}"#
    ),
    (
      .update(
        .resourceBindings, namespace: "shop", name: "x", object: [:],
        options: WriteOptions(dryRun: true, fieldValidation: .strict)),
      "PUT \(rb)/x?fieldManager=quarterdeck&dryRun=All&fieldValidation=Strict application/json {}"
    ),
    (
      .patch(
        .resourceBindings, namespace: "shop", name: "x", subresource: "status", type: .json,
        patch: []),
      "PATCH \(rb)/x/status?fieldManager=quarterdeck application/json-patch+json []"
    ),
    (
      .patch(.clusters, name: "m", type: .strategic, patch: [:]),
      "PATCH /apis/cluster.karmada.io/v1alpha1/clusters/m?fieldManager=quarterdeck application/strategic-merge-patch+json {}"
    ),
    (
      .delete(
        .resourceBindings, namespace: "shop", name: "x",
        preconditions: Preconditions(uid: "u", resourceVersion: "5"),
        propagationPolicy: .orphan, dryRun: true),
      #"DELETE \#(rb)/x?dryRun=All application/json {"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"Orphan","preconditions":{"uid":"u","resourceVersion":"5"},"dryRun":["All"]}"#
    ),
    (
      .delete(.clusters, name: "m"),
      #"DELETE /apis/cluster.karmada.io/v1alpha1/clusters/m application/json {"apiVersion":"v1","kind":"DeleteOptions"}"#
    ),
    (
      APIRequest(.get, "/api/v1/namespaces").proxying(cluster: "a/b"),
      "GET /apis/cluster.karmada.io/v1alpha1/clusters/a%2Fb/proxy/api/v1/namespaces"
    ),
    (
      .selfSubjectAccessReview(AccessQuestion(verb: "list", .namespaces)),
      #"POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews application/json {"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectAccessReview","spec":{"resourceAttributes":{"verb":"list","group":"","resource":"namespaces"}}}"#
    ),
  ]

  @Test(arguments: expected)
  func areAsTheAPIWantsThem(_ request: APIRequest, _ expected: String) {
    #expect(line(request) == expected)
  }
}

@Suite(.timeLimit(.minutes(5))) struct VerbTests {
  /// Runs a verb against one answer.
  private func answer<Value: Sendable>(
    _ body: String, _ verb: @escaping @Sendable (ScriptedControlPlane) async throws -> Value
  ) async throws -> Value {
    let plane = ScriptedControlPlane()
    async let value = verb(plane)
    try await plane.calls.next().answer(body)
    return try await value
  }

  @Test func aPageKnowsWhatComesNext() async throws {
    let recorded = try RecordedExchange(named: "list-clusters-limit2")
    let body = String(decoding: recorded.body, as: UTF8.self)
    let page = try await answer(body) { try await $0.listPage(ListScope(.clusters), limit: 2) }
    #expect(page.itemCount == 2)
    #expect(page.resourceVersion == "4898")
    #expect(page.continueToken.hasPrefix("eyJ2Ijoi"))
    #expect(page.bytes == recorded.body)
  }

  @Test func anEmptyListIsAPageToo() throws {
    let page = try ListPage(bytes: try RecordedExchange(named: "list-cop").body)
    #expect(page.itemCount == 0)
    #expect(page.continueToken.isEmpty)
    #expect(try ListPage(bytes: Array(#"{"items":null}"#.utf8)).itemCount == 0)
  }

  @Test(arguments: [
    "", "{", "[]", "null", #"{"kind":"Cluster","metadata":{}}"#,
    #"{"items":[{}"#, #"{"items":[]} x"#, "<html>",
  ])
  func whatIsNoListIsAProtocolError(_ body: String) async throws {
    await #expect {
      try await answer(body) { try await $0.listPage(ListScope(.clusters)) }
    } throws: { error in
      let error = error as? APIError
      return error?.kind == .protocol && error?.subject == "list clusters.cluster.karmada.io"
    }
  }

  @Test func halfAnObjectIsNotRepeatedInTheError() async throws {
    await #expect {
      try await answer(#"{"data":{"password":"aHVudGVyMg=="#) {
        try await $0.get(.namespaces, name: "x")
      }
    } throws: { error in
      let text = (error as? APIError)?.description ?? ""
      return text.contains("not the whole JSON document") && !text.contains("aHVu")
    }
  }

  @Test func asksWhatTheUserMayDo() async throws {
    let no = try await answer(#"{"status":{"allowed":false,"reason":"RBAC"}}"#) {
      try await $0.selfSubjectAccessReview(AccessQuestion(verb: "list", .works))
    }
    #expect(no == AccessReview(isAllowed: false, reason: "RBAC"))
    await #expect(throws: APIError.self) {
      try await answer("{}") {
        try await $0.selfSubjectAccessReview(AccessQuestion(verb: "list", .works))
      }
    }
  }

  @Test func readsARecordedVersion() async throws {
    let recorded = try RecordedExchange(named: "version")
    let version = try await answer(String(decoding: recorded.body, as: UTF8.self)) {
      try await $0.version()
    }
    #expect(version.gitVersion == "v0.0.0-master+$Format:%H$")
    #expect(version.minor == "36")
    #expect(version.platform == "linux/amd64")
  }
}
