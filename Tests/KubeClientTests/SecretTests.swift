import Testing

@testable import KubeClient

@Suite struct SecretTests {
  @Test func neverPrintsItsValue() {
    let secret = Secret("hunter2")
    var dumped = ""
    dump(Credential(token: secret), to: &dumped)
    for text in ["\(secret)", String(reflecting: secret), "\([secret])", dumped] {
      #expect(!text.contains("hunter2"), "\(text)")
    }
  }

  @Test func aResolvedContextPrintsNoSecret() throws {
    let contexts = [
      try Sample.resolve(
        cluster: "  proxy-url: http://me:hunter2@proxy:1", user: "  token: hunter2"),
      try Sample.resolve(user: "  token: hunter2\n  tokenFile: /t"),
      try Sample.resolve(
        cluster: "  proxy-url: http://me:hunter2@proxy:1",
        user: """
            client-certificate-data: \(Sample.base64(Sample.certificate))
            client-key-data: \(Sample.base64(Sample.key + "hunter2"))
            exec:
              apiVersion: client.authentication.k8s.io/v1
              interactiveMode: Never
              provideClusterInfo: true
              command: x
              env: [{name: A, value: hunter2}]
          """),
    ]
    for context in contexts {
      var dumped = ""
      dump(context, to: &dumped)
      #expect(!dumped.contains("hunter2"))
      #expect(!"\(context)".contains("hunter2"))
      #expect(!"\(context)".contains("[104, 117, 110, 116"))
    }
  }
}
