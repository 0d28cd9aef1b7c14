import Testing

@testable import KubeClient

@Suite struct KubeconfigTests {
  @Test func resolvesTheCurrentContext() throws {
    let context = try Sample.resolve(user: "  token: abc")
    #expect(context.name == "karmada")
    #expect(context.namespace == "shop")
    #expect(context.userName == "admin")
    #expect(context.server.description == "https://10.0.0.1:5443")
    #expect(context.credential == .token(Secret("abc")))
    #expect(context.tls == TLSSettings())
  }

  @Test func inlineDataWinsOverFiles() throws {
    let context = try Sample.resolve(
      cluster: """
          certificate-authority: /missing
          certificate-authority-data: \(Sample.base64(Sample.certificate))
        """,
      user: """
          client-certificate-data: \(Sample.base64(Sample.certificate))
          client-key-data: \(Sample.base64(Sample.key))
        """)
    #expect(context.tls.authorities == Array(Sample.certificate.utf8))
    #expect(context.tls.identity?.certificate == Array(Sample.certificate.utf8))
    #expect(context.tls.identity?.key.revealed == Array(Sample.key.utf8))
  }

  @Test func relativePathsStartAtTheFileTheyStandIn() throws {
    let context = try Sample.resolve(
      cluster: "  certificate-authority: pki/ca.crt",
      user: "  client-certificate: ../me.crt\n  client-key: /abs/me.key\n  tokenFile: token",
      files: [
        "/home/me/.kube/pki/ca.crt": Sample.certificate,
        "/home/me/.kube/../me.crt": Sample.certificate, "/abs/me.key": Sample.key,
      ])
    #expect(context.tls.authorities == Array(Sample.certificate.utf8))
    #expect(context.tls.identity != nil)
    #expect(context.credential == .tokenFile(path: "/home/me/.kube/token", fallback: nil))
  }

  @Test func tokenFileWinsOverToken() throws {
    let context = try Sample.resolve(user: "  token: old\n  tokenFile: /run/token")
    #expect(
      context.credential == .tokenFile(path: "/run/token", fallback: Secret("old")))
  }

  @Test func readsHowToReachAndTrustTheServer() throws {
    let context = try Sample.resolve(
      cluster: """
          tls-server-name: api.corp
          insecure-skip-tls-verify: true
          proxy-url: socks5://proxy:1080
          disable-compression: true
        """)
    #expect(context.tls.serverName == "api.corp")
    #expect(!context.tls.isVerified)
    #expect(context.proxy == Secret("socks5://proxy:1080"))
    #expect(context.compression == .none)
  }

  @Test func readsWhomToActAs() throws {
    let context = try Sample.resolve(
      user: """
          as: jane
          as-groups: [dev, "ops"]
          as-uid: 0815a
          as-user-extra: {scopes: [a, b], "odd/key%": [c]}
        """)
    #expect(
      context.impersonation?.headers.map { "\($0.name): \($0.value)" } == [
        "Impersonate-User: jane", "Impersonate-Uid: 0815a", "Impersonate-Group: dev",
        "Impersonate-Group: ops", "Impersonate-Extra-odd%2Fkey%25: c",
        "Impersonate-Extra-scopes: a", "Impersonate-Extra-scopes: b",
      ])
  }

  @Test func aBrokenEntryDoesNotStandInTheWayOfOthers() throws {
    let text =
      Sample.kubeconfig() + "\n- name: other\n  user: {client-key-data: '%%%', exec: 3}\n"
    #expect(try Sample.resolve(text: text).name == "karmada")
  }

  @Test func readsJSON() throws {
    let text = """
      {"current-context": "a", "contexts": [{"name": "a", "context": {"cluster": "c"}}],
       "clusters": [{"name": "c", "cluster": {"server": "http://localhost:1"}}]}
      """
    let context = try Sample.resolve(text: text)
    #expect(context.userName == nil)
    #expect(context.credential == .none)
  }

  struct Bad: Sendable, CustomTestStringConvertible {
    var kind: KubeconfigError.Kind
    var says: String
    var text = Sample.kubeconfig()
    var context: String?
    init(_ kind: KubeconfigError.Kind, _ says: String, _ text: String, context: String? = nil) {
      (self.kind, self.says, self.text, self.context) = (kind, says, text, context)
    }
    init(_ kind: KubeconfigError.Kind, _ says: String, cluster: String = "", user: String = "") {
      (self.kind, self.says) = (kind, says)
      text = Sample.kubeconfig(cluster: cluster, user: user)
    }
    var testDescription: String { says }
  }

  private static let structure = [
    Bad(.empty, "it is empty", ""),
    Bad(.empty, "it is empty", "# nothing\n---\n"),
    Bad(.notYAML, "line 3", "a: b\nc: [\n"),
    Bad(.notYAML, "it is not YAML", "current-context: \"a"),
    Bad(.notAMapping, "not a mapping", "just words"),
    Bad(.notAMapping, "not a mapping", "- a\n- b"),
    Bad(.malformed, "contexts is not a list", "contexts: 3"),
    Bad(.malformed, "entry 1 of users is not a mapping", "users: [x]"),
    Bad(.malformed, "entry 1 of clusters has no name", "clusters: [{cluster: {}}]"),
    Bad(.malformed, "cluster of \"a\" is not a mapping", "clusters: [{name: a, cluster: 1}]"),
    Bad(.malformed, "two entries named \"a\"", "users: [{name: a}, {name: a}]"),
    Bad(.malformed, "current-context is not a string", "current-context: [a]"),
    Bad(.noCurrentContext, "choose one with --context; there is none", "kind: Config"),
    Bad(
      .noCurrentContext, "known are \"a\", \"b\"", "contexts: [{name: a}, {name: b}]"),
    Bad(
      .unknownContext, "there is no context \"staging\"; known are \"karmada\"",
      Sample.kubeconfig(), context: "staging"),
    Bad(
      .unknownContext, "current-context \"x\" is not among", "current-context: x\ncontexts: []"),
    Bad(
      .unknownCluster, "names the cluster \"c\", which is not there; there is none",
      "current-context: a\ncontexts: [{name: a, context: {cluster: c}}]"),
    Bad(
      .malformed, "cluster of context \"a\" is not set",
      "current-context: a\ncontexts: [{name: a}]"),
    Bad(
      .unknownUser, "names the user \"u\"",
      """
      current-context: a
      contexts: [{name: a, context: {cluster: c, user: u}}]
      clusters: [{name: c, cluster: {server: "https://x"}}]
      """),
    Bad(
      .badServer, "has no server",
      "current-context: a\ncontexts: [{name: a, context: {cluster: c}}]\nclusters: [{name: c}]"),
    Bad(.badServer, "\"ftp\" is neither", Sample.kubeconfig(server: "ftp://x")),
    Bad(.badServer, "is not a port", Sample.kubeconfig(server: "https://x:99999")),
    Bad(.badServer, "holds a user name", Sample.kubeconfig(server: "https://a:b@x")),
  ]

  private static let entries = [
    Bad(
      .badCertificate, "certificate-authority-data of cluster \"plane\" is not base64",
      cluster: "  certificate-authority-data: '%%%'"),
    Bad(.badCertificate, "is not PEM", cluster: "  certificate-authority-data: QUJD"),
    Bad(
      .unreadable, "/home/me/.kube/ca.crt does not exist",
      cluster: "  certificate-authority: ca.crt"),
    Bad(
      .contradiction, "exclude each other",
      cluster: """
          certificate-authority-data: \(Sample.base64(Sample.certificate))
          insecure-skip-tls-verify: true
        """),
    Bad(
      .malformed, "neither true nor false", cluster: "  insecure-skip-tls-verify: maybe"),
    Bad(
      .contradiction, "no client-key",
      user: "  client-certificate-data: \(Sample.base64(Sample.certificate))"),
    Bad(
      .contradiction, "no client-certificate",
      user: "  client-key-data: \(Sample.base64(Sample.key))"),
    Bad(
      .badCertificate, "encrypted with a pass phrase",
      user: """
          client-certificate-data: \(Sample.base64(Sample.certificate))
          client-key-data: \(Sample.base64("-----BEGIN ENCRYPTED PRIVATE KEY-----\nx"))
        """),
    Bad(.unsupported, "username and password", user: "  username: a\n  password: b"),
    Bad(.unsupported, "auth-provider (\"gcp\")", user: "  auth-provider: {name: gcp}"),
    Bad(.contradiction, "without as", user: "  as-groups: [a]"),
    Bad(
      .malformed, "exec has no command", user: "  exec: {apiVersion: \(v1), interactiveMode: Never}"
    ),
    Bad(.malformed, "apiVersion of", user: "  exec: {command: x}"),
    Bad(.unsupported, "removed in 1.24", user: "  exec: {command: x, apiVersion: \(v1)alpha1}"),
    Bad(.unsupported, "is not known", user: "  exec: {command: x, apiVersion: v7}"),
    Bad(.malformed, "interactiveMode", user: "  exec: {command: x, apiVersion: \(v1)}"),
    Bad(
      .unsupported, "wants to ask on the terminal",
      user: "  exec: {command: x, apiVersion: \(v1), interactiveMode: Always}"),
    Bad(
      .malformed, "not Never, IfAvailable or Always",
      user: "  exec: {command: x, apiVersion: \(v1), interactiveMode: Sometimes}"),
    Bad(
      .malformed, "env[0] of user \"admin\", exec has no usable name",
      user: "  exec: {command: x, apiVersion: \(v1)beta1, env: [{value: a}]}"),
  ]
  private static let v1 = "client.authentication.k8s.io/v1"

  @Test(arguments: structure + entries)
  func saysWhatIsWrongAndWhatToDo(_ bad: Bad) throws {
    let error = #expect(throws: KubeconfigError.self) {
      _ = try Sample.resolve(text: bad.text, context: bad.context)
    }
    #expect(error?.kind == bad.kind)
    let line = error?.description ?? ""
    #expect(line.hasPrefix("/home/me/.kube/config: "))
    #expect(line.contains(bad.says), "\(line)")
    #expect(error?.advice.isEmpty == false)
    #expect(!line.contains { $0.isNewline })
  }

  @Test func bytesThatAreNoTextAreRefused() {
    let error = #expect(throws: KubeconfigError.self) {
      _ = try Kubeconfig(parsing: [0x61, 0xff, 0xfe], file: "/f")
    }
    #expect(error?.kind == .notYAML)
  }

  @Test func neverTrapsOnDamagedFiles() {
    var generator = SeededGenerator(seed: 2)
    let good = Array(
      Sample.kubeconfig(
        cluster: "  proxy-url: http://p\n  extensions: [{name: a, extension: {b: c}}]",
        user: "  exec: {command: x, apiVersion: \(Self.v1)beta1, env: [{name: a, value: b}]}"
      ).utf8)
    for _ in 0..<2000 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        let index = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
        case 1: bytes.remove(at: index)
        default: bytes.insert(bytes.randomElement(using: &generator) ?? 0, at: index)
        }
      }
      do throws(KubeconfigError) {
        _ = try Kubeconfig(parsing: bytes, file: "/f").resolve(reader: .memory([:]))
      } catch {
        #expect(!error.description.contains { $0.isNewline })
      }
    }
  }
}
