import ControlPlane
import Testing

@testable import KubeClient

@Suite struct KubeClientCredentialTests {
  /// A server that takes one token only, and a client whose plugin gives "1", "2", "3" …
  private struct Setting {
    let server: TestServer
    let client: KubeClient
    let requests = Record<String>()
    let runs = Record<Int>()

    init(accepting token: String) throws {
      let (requests, runs) = (requests, runs)
      server = try TestServer { connection in
        while let request = connection.request() {
          let sent = request.header("authorization") ?? ""
          requests.add("\(request.line.prefix { $0 != " " }) \(sent)")
          if sent == "Bearer \(token)" {
            connection.answer("{}")
          } else {
            connection.answer("{}", status: "401 Unauthorized")
          }
        }
      }
      let text = Sample.kubeconfig(
        server: server.url,
        user: "  exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: x}")
      let context = try Sample.resolve(text: text)
      let credentials = Credentials(
        context.credential, reader: .memory([:]), now: { .now },
        run: { _ in
          runs.add(1)
          return Credential(token: Secret("\(runs.all.count)"))
        })
      client = try KubeClient(
        context, version: "0", environment: [:], credentials: credentials)
    }
  }

  @Test func aReadRefusedWith401IsRepeatedOnceWithANewCredential() async throws {
    let setting = try Setting(accepting: "2")
    #expect(try await setting.client.send(APIRequest(.get, "/x")).status == 200)
    #expect(setting.requests.all == ["GET Bearer 1", "GET Bearer 2"])
    #expect(try await setting.client.send(APIRequest(.get, "/x")).status == 200)
    #expect(setting.runs.all.count == 2)
    await setting.client.shutdown()
  }

  @Test func aReadRefusedTwiceIsGivenUp() async throws {
    let setting = try Setting(accepting: "never")
    let error = await apiError { _ = try await setting.client.send(APIRequest(.get, "/x")) }
    #expect(error?.kind == .unauthorized)
    #expect(setting.requests.all == ["GET Bearer 1", "GET Bearer 2"])
    await setting.client.shutdown()
  }

  @Test func aWriteRefusedWith401IsNotRepeatedButTheNextIsFresh() async throws {
    let setting = try Setting(accepting: "2")
    let write = APIRequest(.post, "/x", contentType: "application/json", body: [0x7b, 0x7d])
    let error = await apiError { _ = try await setting.client.send(write) }
    #expect(error?.kind == .unauthorized)
    #expect(setting.requests.all == ["POST Bearer 1"])
    #expect(try await setting.client.send(write).status == 200)
    await setting.client.shutdown()
  }

  @Test func aWatchRefusedWith401IsOpenedOnceMore() async throws {
    let setting = try Setting(accepting: "2")
    var body: [UInt8] = []
    for try await piece in setting.client.stream(APIRequest(.get, "/x", timeout: nil)) {
      body += piece
    }
    #expect(body == [0x7b, 0x7d])
    #expect(setting.requests.all == ["GET Bearer 1", "GET Bearer 2"])
    await setting.client.shutdown()
  }

  @Test func aFailingPluginIsAnErrorOfTheRequest() async throws {
    let client = try KubeClient(
      url: "http://127.0.0.1:1",
      user: """
          exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: no-such-login,
            installHint: get it}
        """)
    let error = await apiError { _ = try await client.send(APIRequest(.get, "/version")) }
    #expect(error?.kind == .unauthorized)
    #expect(error?.message == "the login command \"no-such-login\" is not there; get it")
    await client.shutdown()
  }

  /// libcurl by itself sends a request again when it met a connection that had just been closed.
  @Test(arguments: [APIRequest.Method.post, .put, .patch, .delete])
  func aWriteIsSentOnceEvenWhenTheConnectionBreaks(_ method: APIRequest.Method) async throws {
    let requests = Record<String>()
    let server = try TestServer { connection in
      while let request = connection.request() {
        requests.add(String(request.line.prefix { $0 != " " }))
        guard request.line.hasPrefix("GET") else { return }
        connection.answer("{}")
      }
    }
    let client = try KubeClient(url: server.url)
    _ = try await client.send(APIRequest(.get, "/x"))
    let error = await apiError {
      _ = try await client.send(APIRequest(method, "/x", body: Array("{}".utf8)))
    }
    #expect(error?.kind == .unreachable)
    #expect(requests.all == ["GET", method.rawValue])
    await client.shutdown()
  }

  @Test func aHeaderCannotBeSmuggledIn() async throws {
    let context = try Sample.resolve(user: "  token: \"a\\r\\nX-Evil: 1\"")
    let client = try KubeClient(context, version: "0", environment: [:])
    let error = await apiError { _ = try await client.send(APIRequest(.get, "/version")) }
    #expect(error?.kind == .protocol)
    #expect(error?.message.contains("Authorization") == true)
    #expect(error?.message.contains("Evil") == false)
    await client.shutdown()
    #expect(throws: KubeconfigError.self) {
      _ = try KubeClient(
        context, impersonation: Impersonation(user: "a\nb"), version: "0", environment: [:])
    }
  }

  @Test func goesThroughTheProxyOfTheCluster() async throws {
    let lines = Record<String>()
    let proxy = try TestServer { connection in
      while let request = connection.request() {
        lines.add(request.line)
        connection.answer("{}")
      }
    }
    let client = try KubeClient(
      url: "http://plane.invalid:5443", cluster: "  proxy-url: \(proxy.url)")
    #expect(try await client.send(APIRequest(.get, "/version")).status == 200)
    #expect(lines.all == ["GET http://plane.invalid:5443/version HTTP/1.1"])
    #expect(client.endpoint.warnings == ["connection not encrypted"])
    await client.shutdown()
  }

  @Test func saysThatTheProxyRefused() async throws {
    let proxy = try TestServer { connection in
      if connection.request() != nil {
        connection.answer("", status: "407 Proxy Authentication Required")
      }
    }
    let client = try KubeClient(
      url: "https://plane.invalid:5443",
      cluster: "  proxy-url: http://me:hunter2@127.0.0.1:\(proxy.port)")
    let error = await apiError { _ = try await client.send(APIRequest(.get, "/version")) }
    #expect(error?.kind == .unreachable)
    #expect(error?.message.contains("the proxy does not connect to plane.invalid:5443") == true)
    #expect(error?.message.contains("407") == true)
    #expect(error?.message.contains("hunter2") == false)
    await client.shutdown()
  }
}
