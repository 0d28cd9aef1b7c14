import ControlPlane
import Foundation
import Testing

@testable import KubeClient

@Suite(.enabled(if: Certificates.isPossible, "needs the openssl command"))
struct TLSTests {
  private static let version = APIRequest(.get, "/version")

  private func error(
    _ server: TLSServer, host: String = "127.0.0.1", cluster: String = "", user: String = ""
  ) async throws -> APIError {
    let client = try KubeClient(
      url: "https://\(host):\(server.port)", cluster: cluster, user: user)
    let error = await apiError { _ = try await client.send(Self.version) }
    await client.shutdown()
    return try #require(error)
  }

  private func trusting(_ certificates: Certificates, _ name: String = "ca") -> String {
    "  certificate-authority: \(certificates.path("\(name).crt"))"
  }

  private func identity(_ certificates: Certificates, certificate: String, key: String) -> String {
    """
      client-certificate: \(certificates.path("\(certificate).crt"))
      client-key: \(certificates.path("\(key).key"))
    """
  }

  @Test func believesTheClustersAuthority() async throws {
    let certificates = try Certificates()
    try certificates.authority("ca")
    try certificates.leaf("server", authority: "ca")
    let server = try TLSServer(certificates, certificate: "server")
    let client = try KubeClient(url: server.url, cluster: trusting(certificates))
    let answer = try await client.send(Self.version)
    #expect(String(decoding: answer.body, as: UTF8.self) == #"{"gitVersion":"v1"}"#)
    #expect(client.endpoint.warnings.isEmpty)
    await client.shutdown()
  }

  @Test func doesNotBelieveAnotherAuthority() async throws {
    let certificates = try Certificates()
    try certificates.authority("ca", subject: "their-ca")
    try certificates.authority("other", subject: "other-ca")
    try certificates.leaf("server", authority: "ca")
    let server = try TLSServer(certificates, certificate: "server")
    let error = try await error(server, cluster: trusting(certificates, "other"))
    #expect(error.kind == .tls)
    #expect(error.message.contains("(CN=api.test) comes from an issuer CN=their-ca"), "\(error)")
    #expect(error.message.contains("the cluster's certificate-authority"))
    let system = try await self.error(server)
    #expect(system.kind == .tls)
    #expect(system.message.contains("this system's authorities"), "\(system)")
  }

  @Test func noticesAnAuthorityThatWasReplacedUnderItsName() async throws {
    let certificates = try Certificates()
    try certificates.authority("ca")
    try certificates.authority("new")
    try certificates.leaf("server", authority: "new")
    let server = try TLSServer(certificates, certificate: "server")
    let error = try await error(server, cluster: trusting(certificates))
    #expect(error.kind == .tls)
    #expect(
      error.message.contains("another key") || error.message.contains("from an issuer"),
      "\(error)")
  }

  @Test func saysThatTheServersCertificateExpired() async throws {
    let certificates = try Certificates()
    try certificates.authority("ca")
    try certificates.leaf("server", authority: "ca", days: -1)
    let server = try TLSServer(certificates, certificate: "server")
    let error = try await error(server, cluster: trusting(certificates))
    #expect(error.kind == .tls)
    #expect(error.message.contains("the certificate of 127.0.0.1:"), "\(error)")
    #expect(error.message.contains("(CN=api.test) expired on "), "\(error)")
  }

  @Test func saysThatTheAuthorityExpired() async throws {
    let certificates = try Certificates()
    try certificates.authority("ca", days: -1)
    try certificates.leaf("server", authority: "ca")
    let server = try TLSServer(certificates, certificate: "server")
    let error = try await error(server, cluster: trusting(certificates))
    #expect(error.kind == .tls)
    #expect(
      error.message.contains("an authority among the cluster's certificate-authority has expired"),
      "\(error)")
  }

  @Test func saysThatTheCertificateIsSelfSigned() async throws {
    let certificates = try Certificates()
    try certificates.authority("server", subject: "lonely")
    try certificates.authority("ca")
    let server = try TLSServer(certificates, certificate: "server")
    let error = try await error(server, cluster: trusting(certificates))
    #expect(error.kind == .tls)
    #expect(error.message.contains("(CN=lonely) is self-signed"), "\(error)")
  }

  @Test func namesTheNamesOfACertificateForAnotherHost() async throws {
    let certificates = try Certificates()
    try certificates.authority("ca")
    try certificates.leaf("server", authority: "ca", names: "DNS:api.test,IP:10.0.0.1")
    let server = try TLSServer(certificates, certificate: "server")
    let error = try await error(server, cluster: trusting(certificates))
    #expect(error.kind == .tls)
    #expect(error.message.contains("is not for 127.0.0.1, only for api.test, 10.0.0.1"), "\(error)")
  }

  @Test func takesTheNameFromTheKubeconfig() async throws {
    let certificates = try Certificates()
    try certificates.authority("ca")
    try certificates.leaf("server", authority: "ca", names: "DNS:api.test")
    let server = try TLSServer(certificates, certificate: "server")
    let client = try KubeClient(
      url: server.url, cluster: trusting(certificates) + "\n  tls-server-name: api.test")
    #expect(try await client.send(Self.version).status == 200)
    await client.shutdown()
    let error = try await error(
      server, cluster: trusting(certificates) + "\n  tls-server-name: other.test")
    #expect(error.message.contains("is not for other.test, only for api.test"), "\(error)")
  }

  @Test func withoutVerificationWarnsAndGoesOn() async throws {
    let certificates = try Certificates()
    try certificates.authority("server")
    let server = try TLSServer(certificates, certificate: "server")
    let client = try KubeClient(url: server.url, cluster: "  insecure-skip-tls-verify: true")
    #expect(client.endpoint.warnings == ["certificate not verified"])
    #expect(try await client.send(Self.version).status == 200)
    await client.shutdown()
  }

  @Test(arguments: [["-tls1_2"], ["-tls1_3"], ["-tls1_3", "-alpn", "h2"]])
  func saysThatAClientCertificateIsMissing(_ options: [String]) async throws {
    let certificates = try Certificates()
    try certificates.authority("ca")
    try certificates.leaf("server", authority: "ca")
    let server = try TLSServer(
      certificates, certificate: "server",
      ["-Verify", "1", "-verify_return_error", "-CAfile", "ca.crt"] + options)
    let error = try await error(server, cluster: trusting(certificates))
    #expect(error.kind == .tls, "\(error)")
    #expect(error.message.contains("client certificate and this user has none"), "\(error)")
  }

  @Test func showsItsCertificate() async throws {
    let certificates = try Certificates()
    try certificates.authority("ca")
    try certificates.leaf("server", authority: "ca")
    try certificates.leaf("me", authority: "ca", subject: "me")
    let server = try TLSServer(
      certificates, certificate: "server", "-Verify", "1", "-verify_return_error", "-CAfile",
      "ca.crt")
    let client = try KubeClient(
      url: server.url, cluster: trusting(certificates),
      user: identity(certificates, certificate: "me", key: "me"))
    #expect(try await client.send(Self.version).status == 200)
    await client.shutdown()
  }

  @Test(arguments: ["-tls1_2", "-tls1_3"])
  func saysWhyItsCertificateIsRefused(_ protocolVersion: String) async throws {
    let certificates = try Certificates()
    try certificates.authority("ca")
    try certificates.authority("other", subject: "other-ca")
    try certificates.leaf("server", authority: "ca")
    try certificates.leaf("old", authority: "ca", subject: "me", days: -1)
    try certificates.leaf("stranger", authority: "other", subject: "me")
    let server = try TLSServer(
      certificates, certificate: "server", "-Verify", "1", "-verify_return_error", "-CAfile",
      "ca.crt", protocolVersion)
    for (name, says) in [("old", "it has expired"), ("stranger", "its issuer is not known there")] {
      let error = try await error(
        server, cluster: trusting(certificates),
        user: identity(certificates, certificate: name, key: name))
      #expect(error.kind == .tls)
      #expect(error.message.contains("does not accept this user's client certificate"), "\(error)")
      #expect(error.message.contains(says), "\(error)")
    }
  }

  @Test func saysThatCertificateAndKeyDoNotBelongTogether() async throws {
    let certificates = try Certificates()
    try certificates.authority("ca")
    try certificates.leaf("server", authority: "ca")
    try certificates.leaf("me", authority: "ca")
    try certificates.leaf("you", authority: "ca")
    let server = try TLSServer(certificates, certificate: "server")
    let error = try await error(
      server, cluster: trusting(certificates),
      user: identity(certificates, certificate: "me", key: "you"))
    #expect(error.kind == .tls)
    #expect(error.message.contains("client-key does not belong to client-certificate"), "\(error)")
  }

  @Test func saysThatAnAuthorityCannotBeRead() async throws {
    let certificates = try Certificates()
    try certificates.authority("server")
    let server = try TLSServer(certificates, certificate: "server")
    let error = try await error(
      server,
      cluster: "  certificate-authority-data: \(Sample.base64(Sample.certificate))")
    #expect(error.kind == .tls)
    #expect(error.message.contains("holds no certificate that can be read"), "\(error)")
  }

  @Test func saysThatAPortDoesNotSpeakTLS() async throws {
    let server = try TestServer { connection in
      connection.write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
      connection.waitUntilClosed()
    }
    let client = try KubeClient(url: "https://127.0.0.1:\(server.port)")
    let error = await apiError { _ = try await client.send(Self.version) }
    #expect(error?.kind == .tls)
    #expect(error?.message.contains("does not speak TLS on this port") == true, "\(error as Any)")
    await client.shutdown()
  }
}
