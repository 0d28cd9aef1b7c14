import Testing

@testable import KubeClient

@Suite struct ProxyTests {
  struct Case: Sendable {
    var server: String
    var environment: [String: String]
    var cluster: String?
    var proxy: String?
  }

  @Test(arguments: [
    Case(server: "https://api", environment: [:]),
    Case(server: "https://api", environment: ["HTTPS_PROXY": "http://p:1"], proxy: "http://p:1"),
    Case(server: "https://api", environment: ["https_proxy": "p:1"], proxy: "http://p:1"),
    Case(
      server: "https://api", environment: ["HTTPS_PROXY": "http://a", "https_proxy": "http://b"],
      proxy: "http://a"),
    Case(server: "https://api", environment: ["HTTP_PROXY": "http://p:1"]),
    Case(server: "https://api", environment: ["ALL_PROXY": "http://p:1"]),
    Case(server: "http://api", environment: ["HTTP_PROXY": "http://p:1"], proxy: "http://p:1"),
    Case(server: "http://api", environment: ["HTTP_PROXY": "http://p:1", "REQUEST_METHOD": "GET"]),
    Case(server: "https://localhost:1", environment: ["HTTPS_PROXY": "http://p:1"]),
    Case(server: "https://127.0.0.2:1", environment: ["HTTPS_PROXY": "http://p:1"]),
    Case(server: "https://[::1]:1", environment: ["HTTPS_PROXY": "http://p:1"]),
    Case(
      server: "https://localhost", environment: [:], cluster: "socks5://p:1",
      proxy: "socks5h://p:1"),
    Case(
      server: "https://api", environment: ["HTTPS_PROXY": "http://x", "NO_PROXY": "*"],
      cluster: "https://me:pw@p:1", proxy: "https://me:pw@p:1"),
  ])
  func isChosenAsKubectlDoes(_ it: Case) throws {
    let found = try Proxy.address(
      for: try ServerURL(parsing: it.server), clusterProxy: it.cluster,
      environment: it.environment)
    #expect(found?.revealed == it.proxy)
  }

  @Test(arguments: [
    ("https://api.corp", "corp", true), ("https://api.corp", ".corp", true),
    ("https://api.corp", "*.corp", true), ("https://corp", ".corp", false),
    ("https://corp", "corp", true), ("https://apicorp", "corp", false),
    ("https://api.corp:6443", "api.corp:6443", true),
    ("https://api.corp:6443", "api.corp:443", false),
    ("https://API.corp", "api.CORP", true), ("https://x", " a , x ", true),
    ("https://x", "*", true),
    ("https://x", "", false), ("https://x", ",,", false),
    ("https://10.1.2.3", "10.0.0.0/8", true), ("https://11.1.2.3", "10.0.0.0/8", false),
    ("https://10.1.2.3", "10.1.2.3", true), ("https://10.1.2.3:5443", "10.1.2.3:5443", true),
    ("https://10.1.2.3", "0.0.0.0/0", true), ("https://10.1.2.3", "10.1.2.0/33", false),
    ("https://[fd00::1]", "fd00::/8", true), ("https://[fd00::1]", "fd00:0::1", true),
    ("https://[fd00::1]:5443", "[fd00::1]:5443", true), ("https://10.1.2.3", "fd00::/8", false),
  ])
  func leavesOutWhatNoProxyNames(_ server: String, _ exceptions: String, _ isDirect: Bool) throws {
    #expect(
      Proxy.isDirect(try ServerURL(parsing: server), exceptions: exceptions) == isDirect)
  }

  @Test(arguments: ["p:1", "ftp://p", "http://", "socks4://p", "http://a b"])
  func refusesAnAddressThatCannotBe(_ address: String) throws {
    let server = try ServerURL(parsing: "https://api")
    #expect(throws: Proxy.Failure.self) {
      try Proxy.address(for: server, clusterProxy: address, environment: [:])
    }
  }

  @Test func aPasswordInABadAddressIsNotShown() throws {
    let context = try Sample.resolve(cluster: "  proxy-url: ftp://me:hunter2@p")
    let error = #expect(throws: KubeconfigError.self) {
      _ = try KubeClient(context, version: "0", environment: [:])
    }
    #expect(error?.description.contains("proxy-url is not usable") == true)
    #expect(error?.description.contains("hunter2") == false)
  }
}

@Suite struct ServerURLTests {
  @Test(arguments: [
    ("https://10.0.0.1:5443", "https://10.0.0.1:5443", "10.0.0.1:5443"),
    ("https://api.corp/", "https://api.corp", "api.corp:443"),
    ("HTTPS://API.corp:443", "https://api.corp", "api.corp:443"),
    ("http://h/k8s/clusters/c-1//", "http://h/k8s/clusters/c-1", "h:80"),
    ("https://[FD00::1]:6443", "https://[fd00::1]:6443", "[fd00::1]:6443"),
    ("api.corp:6443", "https://api.corp:6443", "api.corp:6443"),
  ])
  func isReadAndWritten(_ text: String, _ written: String, _ address: String) throws {
    let url = try ServerURL(parsing: text)
    #expect(url.description == written)
    #expect(url.hostAndPort == address)
  }

  @Test(arguments: [
    "", "https://", "https://:1", "https://a:b", "https://a:0", "https://a:65536", "ftp://a",
    "https://a b", "https://[::1", "https://u@h", "https://h?x", "https://h#x", "https://[::1]x",
    "https://h:-1", "https://h\u{7}",
  ])
  func isRefusedWithAReason(_ text: String) {
    let error = #expect(throws: ServerURL.Failure.self) { try ServerURL(parsing: text) }
    #expect(error?.why.isEmpty == false)
  }
}
