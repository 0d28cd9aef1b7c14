import ControlPlane
import Testing

@testable import KubeClient

@Suite struct KubeClientTests {
  private static let list = APIRequest(
    .get, "/apis/work.karmada.io/v1alpha2/resourcebindings", timeout: .seconds(120))
  private static let watch = APIRequest(
    .get, "/apis/work.karmada.io/v1alpha2/resourcebindings",
    query: [.init("watch", "1"), .init("fieldSelector", "a=b c&d")], timeout: nil)

  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  @Test func sendsWhoAsksAndWhatIsTaken() async throws {
    let seen = Record<TestRequest>()
    let server = try TestServer { connection in
      while let request = connection.request() {
        seen.add(request)
        connection.answer("{}")
      }
    }
    let client = try KubeClient(
      url: server.url + "/prefix/", user: "  token: abc\n  as: nobody",
      impersonation: Impersonation(user: "jane", groups: ["dev", "ops"]))
    let answer = try await client.send(
      APIRequest(
        .patch, "/api/v1/x", query: [.init("a b", "c&d=é")], accept: "application/json;as=Table",
        contentType: "application/merge-patch+json", body: Array(#"{"a":1}"#.utf8)))
    #expect(answer.status == 200)
    let request = try #require(seen.all.first)
    #expect(request.line == "PATCH /prefix/api/v1/x?a%20b=c%26d%3D%C3%A9 HTTP/1.1")
    #expect(request.header("authorization") == "Bearer abc")
    #expect(request.header("user-agent") == "quarterdeck/0.test")
    #expect(request.header("accept") == "application/json;as=Table")
    #expect(request.header("content-type") == "application/merge-patch+json")
    #expect(request.header("accept-encoding")?.contains("gzip") == true)
    #expect(request.header("impersonate-user") == "jane")
    #expect(
      request.headers.filter { $0.name == "impersonate-group" }.map(\.value) == ["dev", "ops"])
    #expect(request.header("expect") == nil)
    #expect(request.body == #"{"a":1}"#)
    await client.shutdown()
  }

  @Test func aDeleteWithoutABodyHasNone() async throws {
    let seen = Record<TestRequest>()
    let server = try TestServer { connection in
      while let request = connection.request() {
        seen.add(request)
        connection.answer("{}")
      }
    }
    let client = try KubeClient(url: server.url)
    for method in [APIRequest.Method.delete, .post, .put] {
      _ = try await client.send(APIRequest(method, "/x", body: method == .put ? [] : nil))
    }
    #expect(
      seen.all.map(\.line) == ["DELETE /x HTTP/1.1", "POST /x HTTP/1.1", "PUT /x HTTP/1.1"])
    #expect(seen.all.allSatisfy { $0.header("content-type") == nil && $0.body.isEmpty })
    await client.shutdown()
  }

  @Test func keepsHeadersInOrderAndRepeated() async throws {
    let server = try TestServer(
      answering: "HTTP/1.1 200 OK\r\nAudit-Id: 1\r\nWarning: 299 - \"old\"\r\nAudit-Id: 2\r\n"
        + "Content-Length: 2\r\n\r\n{}")
    let client = try KubeClient(url: server.url)
    let answer = try await client.send(Self.list)
    #expect(
      answer.headers.map { "\($0.name)=\($0.value)" } == [
        "Audit-Id=1", "Warning=299 - \"old\"", "Audit-Id=2", "Content-Length=2",
      ])
    await client.shutdown()
  }

  @Test func reusesItsConnectionForReads() async throws {
    let connections = Record<Int>()
    let server = try TestServer { connection in
      connections.add(1)
      while connection.request() != nil { connection.answer("{}") }
    }
    let client = try KubeClient(url: server.url)
    for _ in 0..<10 { _ = try await client.send(Self.list) }
    #expect(connections.all.count == 1)
    await client.shutdown()
  }

  struct Broken: Sendable, CustomTestStringConvertible {
    var answer: String
    var kind: APIError.Kind
    var says: String
    var testDescription: String { says }
  }

  @Test(arguments: [
    Broken(
      answer: "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"items\":[", kind: .protocol,
      says: "in the middle of its answer"),
    Broken(
      answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n",
      kind: .protocol, says: "in the middle of its answer"),
    Broken(answer: "", kind: .unreachable, says: "closed the connection without an answer"),
    Broken(answer: "SSH-2.0-OpenSSH_9\r\n", kind: .protocol, says: "does not answer as an API"),
    Broken(
      answer: "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
        + "Content-Length: 20\r\n\r\n<html>Log in</html>\n",
      kind: .protocol, says: "Log in"),
    Broken(
      answer: "HTTP/1.1 302 Found\r\nLocation: https://login?token=x\r\nContent-Length: 0\r\n\r\n",
      kind: .protocol, says: "redirects to https://login"),
    Broken(
      answer: "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 24\r\n\r\n"
        + "<html>no upstream</html>",
      kind: .server, says: "no upstream"),
    Broken(
      answer: "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd",
      kind: .protocol, says: "does not answer as an API server"),
    Broken(
      answer: "HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\n"
        + "Content-Length: 77\r\n\r\n"
        + #"{"kind":"Status","status":"Failure","reason":"Forbidden","message":"you may"}"#,
      kind: .forbidden, says: "you may"),
  ])
  func classifiesAnAnswerThatIsNone(_ broken: Broken) async throws {
    let server = try TestServer { connection in
      if connection.request() != nil { connection.write(broken.answer) }
    }
    let client = try KubeClient(url: server.url)
    let error = try #require(await apiError { _ = try await client.send(Self.list) })
    #expect(error.kind == broken.kind, "\(error)")
    #expect(error.message.contains(broken.says), "\(error)")
    #expect(error.subject == Self.list.subject)
    #expect(!error.description.contains("token=x"))
    await client.shutdown()
  }

  @Test func halfAJSONDocumentInAWholeAnswerIsLeftToItsReader() async throws {
    let server = try TestServer(
      answering: "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n"
        + "{\"items\":")
    let client = try KubeClient(url: server.url)
    #expect(text(try await client.send(Self.list).body) == "{\"items\":")
    await client.shutdown()
  }

  @Test func aSlowServerRunsIntoTheTimeout() async throws {
    let server = try TestServer { connection in
      _ = connection.request()
      connection.waitUntilClosed()
    }
    let client = try KubeClient(url: server.url)
    let error = await apiError {
      _ = try await client.send(APIRequest(.get, "/x", timeout: .milliseconds(200)))
    }
    #expect(error?.kind == .timeout)
    #expect(error?.message.contains("within 200 ms") == true)
    await client.shutdown()
  }

  @Test func nobodyListeningIsUnreachable() async throws {
    // Bound and closed again, so that the port is most likely free.
    let port = try TestServer { _ in }.port
    let client = try KubeClient(url: "http://127.0.0.1:\(port)")
    let error = await apiError { _ = try await client.send(Self.list) }
    #expect(error?.kind == .unreachable)
    await client.shutdown()
  }

  @Test func aNameThatDoesNotResolveIsUnreachable() async throws {
    let client = try KubeClient(url: "http://no-such-host.invalid")
    let error = await apiError { _ = try await client.send(Self.list) }
    #expect(error?.kind == .unreachable)
    #expect(error?.message == "cannot resolve the name no-such-host.invalid")
    await client.shutdown()
  }

  @Test func throttlingKeepsTheWaitAskedFor() async throws {
    let server = try TestServer(
      answering: "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n")
    let client = try KubeClient(url: server.url)
    let error = await apiError { _ = try await client.send(Self.list) }
    #expect(error?.kind == .throttled)
    #expect(error?.retryAfter == .seconds(7))
    await client.shutdown()
  }

  @Test func cancellingARequestIsNoticedByTheServer() async throws {
    let arrived = Happening()
    let gone = Happening()
    let server = try TestServer { connection in
      _ = connection.request()
      arrived.happen()
      connection.waitUntilClosed()
      gone.happen()
    }
    let client = try KubeClient(url: server.url)
    let task = Task { try await client.send(Self.list) }
    await arrived.wait()
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    await gone.wait()
    await client.shutdown()
  }

  @Test func aTaskCancelledBeforehandSendsNothing() async throws {
    let server = try TestServer(answering: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    let client = try KubeClient(url: server.url)
    let start = Happening()
    let task = Task {
      await start.wait()
      return try await client.send(Self.list)
    }
    task.cancel()
    start.happen()
    await #expect(throws: CancellationError.self) { try await task.value }
    await client.shutdown()
  }

  @Test func shutdownEndsWhatIsOpenAndWhatComesAfter() async throws {
    let arrived = Happening()
    let server = try TestServer { connection in
      _ = connection.request()
      arrived.happen()
      connection.waitUntilClosed()
    }
    let client = try KubeClient(url: server.url)
    let task = Task { try await client.send(Self.list) }
    await arrived.wait()
    await client.shutdown()
    await #expect(throws: CancellationError.self) { try await task.value }
    await #expect(throws: CancellationError.self) { try await client.send(Self.list) }
    await client.shutdown()
  }
}
