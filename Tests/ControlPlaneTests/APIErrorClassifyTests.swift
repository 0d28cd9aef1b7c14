import ControlPlane
import Manifest
import TestSupport
import Testing

/// What a real Karmada answered, and what must become of it.
@Suite struct RecordedAnswers {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var kind: APIError.Kind
    var reason: String
    var subject: String
    var testDescription: String { name }
  }

  @Test(arguments: [
    Case(
      name: "anon-401-or-403", kind: .forbidden, reason: "Forbidden",
      subject: "list propagationpolicies.policy.karmada.io"),
    Case(
      name: "bad-token-401", kind: .unauthorized, reason: "Unauthorized",
      subject: "list propagationpolicies.policy.karmada.io"),
    Case(
      name: "get-404", kind: .notFound, reason: "NotFound",
      subject: "get propagationpolicies.policy.karmada.io/nope in namespace default"),
    Case(
      name: "list-rb-bad-continue", kind: .gone, reason: "Expired",
      subject: "list resourcebindings.work.karmada.io"),
    Case(
      name: "proxy-ghost", kind: .notFound, reason: "NotFound",
      subject: "list namespaces of ghost (through its proxy)"),
    Case(
      name: "proxy-member1-404", kind: .notFound, reason: "NotFound",
      subject: "get deployments.apps/nope in namespace default of member1 (through its proxy)"),
  ])
  func areClassified(_ expected: Case) throws {
    let exchange = try RecordedExchange(named: expected.name)
    let error = APIError(
      status: exchange.status, headers: exchange.headers, body: exchange.body,
      request: exchange.request)
    #expect(error.kind == expected.kind)
    #expect(error.status == exchange.status)
    #expect(error.reason == expected.reason)
    #expect(error.subject == expected.subject)
    #expect(!error.message.isEmpty)
  }

  @Test func verdictsOnWritesAreClassified() throws {
    let verdicts = try RecordedVerdict.all()
    let kinds = verdicts.map { "\($0.what): \($0.error.kind) \($0.error.reason)" }
    #expect(
      kinds == [
        "create failover without propagateDeps: refused Forbidden",
        "new purgeMode name on 1.12: invalid Invalid",
        "delete protected template: refused Forbidden",
        "dry-run delete: refused Forbidden",
        "delete wrong uid: conflict Conflict",
        "lease create again: conflict AlreadyExists",
      ])
  }

  @Test func causesOfAnInvalidObjectAreKept() throws {
    let invalid = try #require(try RecordedVerdict.all().first { $0.error.kind == .invalid })
    let cause = try #require(invalid.error.causes.first)
    #expect(cause.field == "spec.failover.application.purgeMode")
    #expect(cause.reason == "FieldValueNotSupported")
    #expect(cause.message.hasPrefix("Unsupported value: \"Directly\""))
  }

  @Test func aDryRunSaysSo() throws {
    let subjects = try RecordedVerdict.all().map(\.error.subject)
    #expect(subjects.contains("delete deployments.apps/prot in namespace default (dry run)"))
  }
}

/// A refused write of the recordings.
struct RecordedVerdict {
  var what: String
  var error: APIError

  static func all() throws -> [RecordedVerdict] {
    try Fixture.text("http/verdicts.jsonl").split(separator: "\n").map { line in
      let value = try JSONValue(parsing: String(line))
      let parts = (value[path: "request", "path"]?.string ?? "").split(separator: "?")
      let method = APIRequest.Method(rawValue: value[path: "request", "method"]?.string ?? "")
      let request = APIRequest(
        try #require(method), String(parts[0]),
        query: parts.count > 1 ? [APIRequest.QueryItem("dryRun", "All")] : [])
      return RecordedVerdict(
        what: value["operator"]?.string ?? "",
        error: APIError(
          status: value[path: "response", "status"]?.int ?? 0,
          body: value[path: "response", "body"]?.serialized() ?? [], request: request))
    }
  }
}

/// Answers written by hand: proxies, broken bodies, odd statuses.
@Suite struct Answers {
  struct Case: Sendable, CustomTestStringConvertible {
    var status: Int
    var body: String
    var headers: [APIResponse.Header] = []
    var kind: APIError.Kind
    /// What the message must contain.
    var says = ""
    var testDescription: String { "\(status) \(body.prefix(60))" }
  }

  static let json = APIResponse.Header("Content-Type", "application/json")
  static let html = APIResponse.Header("content-type", "text/html; charset=utf-8")

  @Test(arguments: [
    Case(
      status: 400, body: #"{"kind":"Status","message":"bad","reason":"BadRequest"}"#,
      kind: .invalid, says: "bad"),
    Case(status: 400, body: "Client sent an HTTP request to an HTTPS server.\n", kind: .tls),
    Case(status: 401, body: "", kind: .unauthorized, says: "401"),
    Case(status: 401, body: "Unauthorized", kind: .unauthorized, says: "Unauthorized"),
    Case(
      status: 403, body: "<html><body>Blocked by policy</body></html>", headers: [html],
      kind: .protocol, says: "Blocked by policy"),
    Case(status: 404, body: "404 page not found\n", kind: .notFound, says: "404 page not found"),
    Case(
      status: 404, body: "<html>nginx</html>", headers: [html], kind: .protocol, says: "web page"),
    Case(status: 405, body: #"{"reason":"MethodNotAllowed"}"#, kind: .invalid),
    Case(status: 408, body: "", kind: .timeout),
    Case(status: 409, body: #"{"reason":"Conflict","message":"x"}"#, kind: .conflict),
    Case(status: 410, body: #"{"reason":"Gone"}"#, kind: .gone, says: "Gone (HTTP 410)"),
    Case(status: 415, body: "", kind: .invalid),
    Case(status: 422, body: #"{"reason":"Invalid","details":{"causes":"none"}}"#, kind: .invalid),
    Case(
      status: 422,
      body: #"{"message":"ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no"}"#,
      kind: .refused),
    Case(status: 429, body: "", kind: .throttled),
    Case(status: 429, body: "<html>slow down</html>", headers: [html], kind: .throttled),
    Case(status: 500, body: "oops", kind: .server, says: "oops"),
    Case(
      status: 500,
      body: #"{"message":"Internal error occurred: failed calling webhook \"a.b\": no endpoints"}"#,
      kind: .refused),
    Case(status: 500, body: #"{"reason":"ServerTimeout","message":"m"}"#, kind: .timeout),
    Case(
      status: 502, body: "<html><h1>502 Bad Gateway</h1></html>", headers: [html], kind: .server,
      says: "502 Bad Gateway"),
    Case(status: 503, body: "", kind: .server),
    Case(status: 503, body: "", headers: [.init("retry-after", "1")], kind: .throttled),
    Case(status: 504, body: "", kind: .timeout),
    Case(status: 599, body: "", kind: .server),
    Case(status: 418, body: "", kind: .protocol),
    Case(
      status: 302, body: "", headers: [.init("Location", "https://login.example/a?token=secret")],
      kind: .protocol, says: "redirects to https://login.example/a ("),
    Case(status: 304, body: "", kind: .protocol, says: "304"),
    Case(
      status: 200, body: "<!DOCTYPE html><title>Sign in</title>", headers: [html], kind: .protocol,
      says: "Sign in"),
    Case(status: 204, body: "", kind: .protocol, says: "204"),
    Case(status: 0, body: "", kind: .protocol),
    Case(status: -7, body: "{", kind: .protocol, says: "half a JSON document"),
    Case(
      status: 404, body: #"{"kind":"Status","mess"#, headers: [json], kind: .protocol, says: "half"),
    Case(
      status: 403, body: #"{"error":"rate limited by gateway"}"#, headers: [json], kind: .forbidden,
      says: "rate limited"),
    Case(
      status: 500, body: "\u{1B}[31mred\u{07} \u{202E}alert", kind: .server, says: "[31mred alert"),
  ])
  func areClassified(_ expected: Case) {
    let error = APIError(
      status: expected.status, headers: expected.headers, body: Array(expected.body.utf8),
      request: APIRequest(.get, "/api/v1/pods"))
    #expect(error.kind == expected.kind)
    #expect(expected.says.isEmpty || error.message.contains(expected.says))
    #expect(error.subject == "list pods")
    let line = error.description
    #expect(!line.isEmpty)
    #expect(line.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
    #expect(!line.contains("secret"))
  }

  @Test func bytesThatAreNoTextAreNotRepeatedRaw() {
    let error = APIError(
      status: 500, body: [0xFF, 0x00, 0x1B, 0x9B, 0x41], request: APIRequest(.get, "/version"))
    #expect(error.kind == .server)
    #expect(error.description.utf8.allSatisfy { $0 >= 0x20 })
  }

  @Test(
    arguments: [
      ("120", "", Duration.seconds(120)),
      (" 5 ", "", .seconds(5)),
      ("0", "", .zero),
      ("99999999999999999999999", "", .seconds(86_400)),
      ("Sun, 22 Nov 2026 11:48:00 GMT", "Sun, 22 Nov 2026 11:47:13 GMT", .seconds(47)),
      ("Mon, 01 Mar 2100 00:00:00 GMT", "Sun, 28 Feb 2100 23:59:59 GMT", .seconds(1)),
      ("Thu, 29 Feb 2024 00:00:00 GMT", "Wed, 28 Feb 2024 00:00:00 GMT", .seconds(86_400)),
      ("Sun, 22 Nov 2026 11:00:00 GMT", "Sun, 22 Nov 2026 11:47:13 GMT", .zero),
      ("Sun, 22 Nov 2026 11:48:00 GMT", "", nil),
      ("soon", "Sun, 22 Nov 2026 11:47:13 GMT", nil),
      ("-3", "", nil),
      ("", "", nil),
    ] as [(String, String, Duration?)])
  func retryAfterIsSecondsOrAMoment(_ value: String, _ date: String, _ expected: Duration?) {
    let error = APIError(
      status: 429, headers: [.init("Retry-After", value), .init("Date", date)], body: [],
      request: APIRequest(.get, "/api/v1/pods"))
    #expect(error.retryAfter == expected)
    #expect(error.kind == .throttled)
  }

  @Test func retryAfterMayStandInTheStatus() {
    let body = #"{"kind":"Status","details":{"retryAfterSeconds":7},"code":429}"#
    let error = APIError(
      status: 429, body: Array(body.utf8), request: APIRequest(.get, "/api/v1/pods"))
    #expect(error.retryAfter == .seconds(7))
    #expect(error.advice == "try again in 7 seconds")
  }
}

@Suite struct ErrorEvents {
  @Test func anExpiredVersionIsGone() {
    let status =
      #"{"kind":"Status","message":"too old resource version: 1 (3702)","reason":"Expired","code":410}"#
    let error = APIError(statusObject: status.utf8)
    #expect(error.kind == .gone)
    #expect(error.status == 410)
    #expect(!error.refusesStreamingList)
  }

  @Test func anOldStorageRefusesStreamingLists() {
    let status =
      #"{"kind":"Status","message":"a: required storage feature RequestWatchProgress is disabled","reason":"InternalError","code":500}"#
    let error = APIError(statusObject: status.utf8, request: APIRequest(.get, "/api/v1/pods"))
    #expect(error.kind == .server)
    #expect(error.refusesStreamingList)
    #expect(error.subject == "list pods")
  }

  @Test(arguments: ["", "{", "{}", "[]", "null", #"{"code":"x"}"#])
  func nonsenseIsAProtocolError(_ text: String) {
    #expect(APIError(statusObject: text.utf8).kind == .protocol)
  }
}

@Suite struct Descriptions {
  @Test(arguments: [
    (
      APIError(
        .forbidden, status: 403, message: "User \"eve\" cannot list",
        subject: "list works.work.karmada.io in namespace shop"),
      "cannot list works.work.karmada.io in namespace shop: User \"eve\" cannot list; ask for a role that allows \"list\" on works.work.karmada.io in namespace shop"
    ),
    (
      APIError(.unreachable, message: "connection refused by 10.0.0.1:5443"),
      "connection refused by 10.0.0.1:5443; check the server's address, the network and any proxy"
    ),
    (
      APIError(.throttled, message: "", subject: "list pods", retryAfter: .seconds(1)),
      "cannot list pods: throttled; try again in 1 second"
    ),
    (
      APIError(
        .invalid, message: "no", subject: "patch pods/a",
        causes: [.init(field: "spec.x", message: "Required\nvalue")]),
      "cannot patch pods/a: no [spec.x: Required value]; correct the fields named and repeat"
    ),
    (
      APIError(.conflict, reason: "AlreadyExists", message: "leases \"a\" already exists"),
      "leases \"a\" already exists; choose another name, or change the one there"
    ),
  ])
  func sayWhatWhyAndWhatToDo(_ error: APIError, _ expected: String) {
    #expect(error.description == expected)
  }

  @Test(arguments: APIError.Kind.allCases)
  func everyKindHasAdvice(_ kind: APIError.Kind) {
    let error = APIError(kind, message: "")
    // What to do about a certificate depends on the certificate: the transport says it.
    #expect(error.advice.isEmpty == (kind == .tls))
    #expect(error.description.contains(error.title))
  }

  @Test(arguments: APIError.Kind.allCases)
  func writesAreNeverRepeated(_ kind: APIError.Kind) {
    let error = APIError(kind, message: "")
    for method in [APIRequest.Method.post, .put, .patch, .delete] {
      #expect(!error.isRetryable(for: APIRequest(method, "/api/v1/pods")))
    }
    let transient: Set<APIError.Kind> = [.unreachable, .timeout, .throttled, .server]
    #expect(error.isRetryable(for: APIRequest(.get, "/api/v1/pods")) == transient.contains(kind))
  }
}

@Suite struct Subjects {
  @Test(arguments: [
    (
      APIRequest.Method.get, "/apis/work.karmada.io/v1alpha2/namespaces/shop/resourcebindings",
      "list resourcebindings.work.karmada.io in namespace shop"
    ),
    (
      .patch, "/apis/apps/v1/namespaces/shop/deployments/web/scale",
      "patch deployments.apps/web (scale) in namespace shop"
    ),
    (.get, "/api/v1/namespaces", "list namespaces"),
    (.get, "/api/v1/namespaces/shop", "get namespaces/shop"),
    (.put, "/api/v1/namespaces/shop/finalize", "update namespaces/shop (finalize)"),
    (.delete, "/api/v1/namespaces/shop/pods", "deletecollection pods in namespace shop"),
    (
      .post, "/apis/cluster.karmada.io/v1alpha1/clusters/member1/proxy/api/v1/namespaces/a/pods",
      "create pods in namespace a of member1 (through its proxy)"
    ),
    (
      .get, "/apis/cluster.karmada.io/v1alpha1/clusters/member1",
      "get clusters.cluster.karmada.io/member1"
    ),
    (.get, "/apis/g/v1/things/a%20b%0A", "get things.g/a b"),
    (.get, "/version", "get /version"),
    (.get, "/apis", "get /apis"),
    (.get, "/apis/g", "get /apis/g"),
    (.get, "", "get"),
    (.get, "///%zz", "get ///%zz"),
  ])
  func nameVerbAndObject(_ method: APIRequest.Method, _ path: String, _ expected: String) {
    #expect(APIRequest(method, path).subject == expected)
  }

  @Test func aWatchIsNamedAsOne() {
    let request = APIRequest.watch(ListScope(.works, namespace: "a"), resourceVersion: "1")
    #expect(request.subject == "watch works.work.karmada.io in namespace a")
  }
}
